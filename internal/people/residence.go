package people

import (
	"context"
	"fmt"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Move changes where a person belongs from a month on. Both villages must lie
// in the scope: a move to another county is a transfer request.
func (s *Store) Move(ctx context.Context, scope region.Scope, by account.Caller, id int64, to region.Code, from calendar.Month, reason string) error {
	if !scope.Contains(to) {
		return errNotFound
	}
	if to.Level() != region.Village {
		return fault.InvalidFields(fault.Field{Name: "village", Key: "people.village.level"})
	}
	if !from.Valid() || from == calendar.Open || from > s.month() {
		return fault.InvalidFields(fault.Field{Name: "since", Key: "people.date"})
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := s.resident(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		if r.Village == to {
			return fault.InvalidFields(fault.Field{Name: "village", Key: "people.move.same"})
		}
		last, err := lastStay(ctx, tx, id)
		if err != nil {
			return err
		}
		if from <= last {
			return fault.InvalidFields(fault.Field{Name: "since", Key: "people.move.before", Args: []any{last}})
		}
		if err := writeMove(ctx, tx, id, to, from); err != nil {
			return err
		}
		if err := s.Reclass(ctx, tx, id, to, from); err != nil {
			return err
		}
		err = change.Record(ctx, tx, change.Field{PersonID: id, Entity: change.OfResidence, Field: "village",
			Old: itoa(int64(r.Village)), New: itoa(int64(to)), By: by.UserID, Reason: reason})
		if err != nil {
			return err
		}
		return s.touched(ctx, tx, by, "people.move", id, from, r.Village, to)
	})
}

// lastStay is the month in which the latest residence began.
func lastStay(ctx context.Context, q db.Querier, id int64) (m calendar.Month, err error) {
	err = q.QueryRowContext(ctx, `SELECT coalesce(max(r.since), 0) FROM residence r WHERE r.person_id = $1 AND `+live("r"), id).Scan(&m)
	if err != nil {
		return 0, fmt.Errorf("read residence: %w", err)
	}
	return m, nil
}

// writeMove ends the running residence with the month before. The person
// leaves the old household: a household belongs to one village.
func writeMove(ctx context.Context, tx *db.Tx, id int64, to region.Code, from calendar.Month) error {
	household, err := tx.NextIDs(ctx, "household", 1)
	if err != nil {
		return err
	}
	now := db.Millis(tx.Now)
	steps := []struct {
		sql  string
		args []any
	}{
		{`UPDATE residence SET until = $1 WHERE person_id = $2 AND until = $3`, []any{int32(from.Add(-1)), id, int32(calendar.Open)}},
		{`INSERT INTO residence (person_id, since, village) VALUES ($1, $2, $3)`, []any{id, int32(from), int64(to)}},
		{`INSERT INTO household (id, village, created_at, updated_at) VALUES ($1, $2, $3, $3)`, []any{household, int64(to), now}},
		{`UPDATE person SET village = $1, household_id = $2, settlement = 0, updated_at = $3, version = version + 1 WHERE id = $4`, []any{int64(to), household, now, id}},
	}
	for _, st := range steps {
		if _, err := tx.ExecContext(ctx, st.sql, st.args...); err != nil {
			return fmt.Errorf("move: %w", err)
		}
	}
	return nil
}

// Leave takes a person out of the register on a day: death, moved away, other.
// The record stays, and stays in the year's counts as the settings say.
func (s *Store) Leave(ctx context.Context, scope region.Scope, by account.Caller, id int64, why int, on calendar.Date, note string) error {
	if why == 0 || why == outMerged || !fact.OutReason.Valid(why) {
		return fault.InvalidFields(fault.Field{Name: "out_reason", Key: "people.word"})
	}
	if !on.Valid() || on > s.today() {
		return fault.InvalidFields(fault.Field{Name: "out_on", Key: "people.date"})
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := s.resident(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		if r.OutOn != 0 {
			return fault.New(fault.Conflict, "people.out.already")
		}
		if on < r.InOn {
			return fault.InvalidFields(fault.Field{Name: "out_on", Key: "people.out.before"})
		}
		return s.setOut(ctx, tx, by, &r, why, on, note, "people.leave")
	})
}

const outMerged = 3

// Return undoes a Leave that was wrong.
func (s *Store) Return(ctx context.Context, scope region.Scope, by account.Caller, id int64, note string) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := s.resident(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		if r.OutOn == 0 || r.MergedInto != 0 {
			return fault.New(fault.Conflict, "people.out.not")
		}
		return s.setOut(ctx, tx, by, &r, 0, 0, note, "people.return")
	})
}

func (s *Store) setOut(ctx context.Context, tx *db.Tx, by account.Caller, r *Record, why int, on calendar.Date, note, action string) error {
	_, err := tx.ExecContext(ctx, `UPDATE person SET out_on = $1, out_reason = $2, updated_at = $3, version = version + 1 WHERE id = $4`,
		int64(on), why, db.Millis(tx.Now), r.ID)
	if err != nil {
		return fmt.Errorf("leave: %w", err)
	}
	err = change.Record(ctx, tx,
		change.Field{PersonID: r.ID, Entity: change.OfPerson, Field: "out_on", Old: itoa(int64(r.OutOn)), New: itoa(int64(on)), By: by.UserID, Reason: note},
		change.Field{PersonID: r.ID, Entity: change.OfPerson, Field: "out_reason", Old: itoa(int64(r.OutReason)), New: itoa(int64(why)), By: by.UserID, Reason: note})
	if err != nil {
		return err
	}
	from := on.Month()
	if on == 0 {
		from = r.OutOn.Month()
	}
	return s.touched(ctx, tx, by, action, r.ID, from, r.Village)
}
