package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// SetStatus says what a person lives by since a day, and who says so. Work
// itself is a spell: a status 务工 without one, and any other status while a
// spell runs, is refused with the act that mends it.
func (s *Store) SetStatus(ctx context.Context, scope region.Scope, by account.Caller, id int64, status int, on calendar.Date, source string) error {
	if status == 0 || !fact.Status.Valid(status) {
		return fault.InvalidFields(fault.Field{Name: "status", Key: "people.word"})
	}
	if !on.Valid() || on > s.today() {
		return fault.InvalidFields(fault.Field{Name: "status_on", Key: "people.date"})
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := s.resident(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		spells, err := s.Spells(ctx, tx, id)
		if err != nil {
			return err
		}
		running := false
		for _, w := range spells {
			running = running || w.ActiveAtEnd(on.Month())
		}
		if status == fact.StatusWork && !running {
			return fault.InvalidFields(fault.Field{Name: "status", Key: "people.status.no_spell"})
		}
		if status == fact.StatusJobless && running {
			return fault.InvalidFields(fault.Field{Name: "status", Key: "people.status.spell_runs"})
		}
		if err := writeStatus(ctx, tx, by, &r.Person, status, on, source); err != nil {
			return err
		}
		return s.touched(ctx, tx, by, "people.status", id, on.Month(), r.Village)
	})
}

// StatusInTx is SetStatus for a slice that changes spells in the same
// transaction and knows the person: no check against spells.
func (s *Store) StatusInTx(ctx context.Context, tx *db.Tx, scope region.Scope, by account.Caller, id int64, status int, on calendar.Date, source string) error {
	r, err := s.resident(ctx, tx, scope, id)
	if err != nil {
		return err
	}
	if r.Status == status {
		return nil
	}
	return writeStatus(ctx, tx, by, &r.Person, status, on, source)
}

// RestateInTx is StatusInTx that states the same again: somebody looked, and it
// still holds on that day. It answers false where that is on record already;
// what was stated of a later day says nothing of this one.
func (s *Store) RestateInTx(ctx context.Context, tx *db.Tx, scope region.Scope, by account.Caller, id int64, status int, on calendar.Date, source string) (bool, error) {
	r, err := s.resident(ctx, tx, scope, id)
	if err != nil {
		return false, err
	}
	if status == 0 || !fact.Status.Valid(status) {
		return false, fault.InvalidFields(fault.Field{Name: "status", Key: "people.word"})
	}
	was := 0
	err = tx.QueryRowContext(ctx, `SELECT h.status FROM status_history h WHERE h.person_id = $1 AND h.since = $2 AND `+live("h")+`
		ORDER BY h.recorded_at DESC LIMIT 1`, id, int64(on)).Scan(&was)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return false, fmt.Errorf("status history: %w", err)
	}
	if was == status || r.Status == status && r.StatusOn == on {
		return false, nil
	}
	return true, writeStatus(ctx, tx, by, &r.Person, status, on, source)
}

func writeStatus(ctx context.Context, tx *db.Tx, by account.Caller, p *fact.Person, status int, on calendar.Date, source string) error {
	if err := insertStatus(ctx, tx, by, p.ID, status, on, source); err != nil {
		return err
	}
	// A status of an earlier day is history; the latest one stands.
	if on < p.StatusOn {
		return change.Record(ctx, tx, change.Field{PersonID: p.ID, Entity: change.OfStatus, Field: "status", New: strconv.Itoa(status), By: by.UserID, Reason: source})
	}
	_, err := tx.ExecContext(ctx, `
		UPDATE person SET status = $1, status_on = $2, status_source = $3, updated_at = $4, version = version + 1 WHERE id = $5`,
		status, int64(on), source, db.Millis(tx.Now), p.ID)
	if err != nil {
		return fmt.Errorf("set status: %w", err)
	}
	return change.Record(ctx, tx,
		change.Field{PersonID: p.ID, Entity: change.OfStatus, Field: "status", Old: strconv.Itoa(p.Status), New: strconv.Itoa(status), By: by.UserID, Reason: source},
		change.Field{PersonID: p.ID, Entity: change.OfStatus, Field: "status_on", Old: itoa(int64(p.StatusOn)), New: itoa(int64(on)), By: by.UserID, Reason: source})
}

// insertStatus adds to the history; two statements of one day and one instant
// are one.
func insertStatus(ctx context.Context, tx *db.Tx, by account.Caller, id int64, status int, on calendar.Date, source string) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO status_history (person_id, since, status, source, recorded_at, recorded_by)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (person_id, since, recorded_at) DO UPDATE SET status = excluded.status, source = excluded.source`,
		id, int64(on), status, source, db.Millis(tx.Now), by.UserID)
	if err != nil {
		return fmt.Errorf("status history: %w", err)
	}
	return nil
}
