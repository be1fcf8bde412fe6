package flow

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/people"
	"wengang/internal/region"
)

// Enter records somebody who comes into the ledger: newborn, moved or married
// in from outside, or left out before. A newborn of a household is of its
// kinds: who is monitored is the household.
func (s *Store) Enter(ctx context.Context, scope region.Scope, by account.Caller, p fact.Person, a Act) (id int64, err error) {
	if a.Kind == Born && p.Birth != 0 {
		a.On = p.Birth
	}
	if a.On == 0 {
		a.On = s.today()
	}
	if fields := s.tidy(&a, Kind.Entry); len(fields) > 0 {
		return 0, fault.InvalidFields(fields...)
	}
	if a.Kind == Born && p.HouseholdID == 0 && strings.TrimSpace(p.Household) == "" {
		return 0, fault.InvalidFields(fault.Field{Name: "household", Key: "people.flow.household"})
	}
	p.InOn = a.On
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if !scope.Contains(p.Village) {
			return errNotFound
		}
		if a.Kind == Born && len(p.Kinds) == 0 {
			if p.Kinds, err = householdKinds(ctx, tx, &p, a.On); err != nil {
				return err
			}
		}
		if id, err = s.people.CreateInTx(ctx, tx, scope, by, p); err != nil {
			return err
		}
		return s.write(ctx, tx, by, id, p.Village, &a, "")
	})
	return id, err
}

// householdKinds are the kinds that the household's members have on a day.
func householdKinds(ctx context.Context, q db.Querier, p *fact.Person, on calendar.Date) ([]fact.PersonKind, error) {
	var a db.Args
	var which string // PostgreSQL takes no argument that no condition uses
	if p.HouseholdID != 0 {
		which = "h.id = " + a.Add(p.HouseholdID)
	} else {
		which = "h.code = " + a.Add(strings.TrimSpace(p.Household))
	}
	day := a.Add(int32(on))
	rows, err := q.QueryContext(ctx, `SELECT DISTINCT k.kind, k.risk FROM household h JOIN person m ON m.household_id = h.id JOIN person_kind k ON k.person_id = m.id
		WHERE `+which+` AND h.village = `+a.Add(int64(p.Village))+` AND m.merged_into = 0 AND m.out_on = 0 AND k.kind IN (1, 2, 3, 4, 5, 9, 10)
		AND k.since <= `+day+` AND k.until >= `+day+` AND k.risk_removed_on = 0
		AND NOT EXISTS (SELECT 1 FROM hidden_batch hb WHERE hb.batch_id = m.batch_id OR hb.batch_id = k.batch_id) ORDER BY k.kind`, a.Values...)
	if err != nil {
		return nil, fmt.Errorf("kinds of household: %w", err)
	}
	defer rows.Close()
	seen := map[int]bool{}
	var out []fact.PersonKind
	for rows.Next() {
		k := fact.PersonKind{Since: on, Until: fact.Forever, Source: "household"}
		if err := rows.Scan(&k.Kind, &k.Risk); err != nil {
			return nil, fmt.Errorf("kinds of household: %w", err)
		}
		if !seen[k.Kind] {
			seen[k.Kind] = true
			out = append(out, k)
		}
	}
	return out, rows.Err()
}

// Leave records who died or left the ledger's places.
func (s *Store) Leave(ctx context.Context, scope region.Scope, by account.Caller, person int64, a Act) error {
	if fields := s.tidy(&a, Kind.Exit); len(fields) > 0 {
		return fault.InvalidFields(fields...)
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		p, _, reduced, err := s.people.InTx(ctx, tx, scope, person)
		if err != nil || reduced {
			return orNotFound(err)
		}
		if err := s.people.LeaveInTx(ctx, tx, scope, by, person, a.Kind.outReason(), a.On, a.Reason); err != nil {
			return err
		}
		return s.write(ctx, tx, by, person, p.Village, &a, "")
	})
}

func orNotFound(err error) error {
	if err == nil {
		return errNotFound
	}
	return err
}

// Move records a move between two villages of the scope, from the month of its
// day on: residence has the precision of a month.
func (s *Store) Move(ctx context.Context, scope region.Scope, by account.Caller, person int64, a Act) error {
	if fields := s.tidy(&a, Kind.Between); len(fields) > 0 {
		return fault.InvalidFields(fields...)
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		p, _, reduced, err := s.people.InTx(ctx, tx, scope, person)
		if err != nil || reduced {
			return orNotFound(err)
		}
		was, err := s.people.MoveInTx(ctx, tx, scope, by, person, people.Moving{To: a.To, From: a.On.Month(), Household: a.Household, Relation: a.Relation, Reason: a.Reason})
		if err != nil {
			return err
		}
		b, err := json.Marshal(was)
		if err != nil {
			return fmt.Errorf("keep move: %w", err)
		}
		return s.write(ctx, tx, by, person, p.Village, &a, string(b))
	})
}

func (s *Store) write(ctx context.Context, tx *db.Tx, by account.Caller, person int64, village region.Code, a *Act, was string) error {
	id, err := tx.NextIDs(ctx, "person_flow", 1)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO person_flow (person_id, id, kind, village, other, other_place, on_date, reason, document, was, at, by_user)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		person, id, int(a.Kind), int64(village), int64(a.To), a.Place, int64(a.On), a.Reason, a.Document, was, db.Millis(tx.Now), by.UserID)
	if err != nil {
		return fmt.Errorf("register change: %w", err)
	}
	return s.audit.Write(ctx, tx, by, audit.Entry{Action: "people.flow", Object: "person", ObjectID: itoa(person), Region: village, Detail: map[string]string{"kind": itoa(int64(a.Kind))}})
}

// paper is a stored entry, as an undo reads it.
type paper struct {
	kind    Kind
	village region.Code
	other   region.Code // where a move between villages went
	on      calendar.Date
	was     string
	at      int64
	undone  int64
}

// Undo takes an entry back, in the ledger too, until the month in which it
// counts has closed. An entry about a month that was closed already counts in
// the month in which it was made.
func (s *Store) Undo(ctx context.Context, scope region.Scope, by account.Caller, person, id int64, reason string) error {
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); n < 2 || n > 200 {
		return fault.InvalidFields(fault.Field{Name: "reason", Key: "people.flow.needed"})
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		p, _, reduced, err := s.people.InTx(ctx, tx, scope, person)
		if err != nil || reduced {
			return orNotFound(err)
		}
		e, err := readPaper(ctx, tx, person, id)
		if err != nil {
			return err
		}
		if e.undone != 0 {
			return fault.New(fault.Conflict, "people.flow.undone")
		}
		for _, home := range []region.Code{p.Village, e.village} {
			m, err := closedIn(ctx, tx, home, max(e.on.Month(), calendar.MonthAt(db.FromMillis(e.at))))
			if err != nil {
				return err
			}
			if m != 0 {
				return fault.New(fault.Conflict, "people.flow.closed", m)
			}
		}
		if err := s.takeBack(ctx, tx, scope, by, &p, &e, reason); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE person_flow SET undone_at = $1, undone_by = $2, undo_reason = $3 WHERE person_id = $4 AND id = $5`,
			db.Millis(tx.Now), by.UserID, reason, person, id)
		if err != nil {
			return fmt.Errorf("undo change: %w", err)
		}
		return s.audit.Write(ctx, tx, by, audit.Entry{Action: "people.flow.undo", Object: "person", ObjectID: itoa(person), Region: e.village, Detail: map[string]string{"kind": itoa(int64(e.kind))}})
	})
}

// takeBack undoes what an entry did, where that still stands: not a later exit,
// not a later move.
func (s *Store) takeBack(ctx context.Context, tx *db.Tx, scope region.Scope, by account.Caller, p *fact.Person, e *paper, reason string) error {
	switch {
	case e.kind.Entry():
		return s.people.EraseInTx(ctx, tx, scope, by, p.ID)
	case e.kind.Exit() && p.OutOn != 0 && (p.OutOn != e.on || p.OutReason != e.kind.outReason()):
		return fault.New(fault.Conflict, "people.move.later")
	case e.kind.Exit():
		return s.people.ReturnInTx(ctx, tx, scope, by, p.ID, reason)
	case p.Village != e.other:
		return fault.New(fault.Conflict, "people.move.later")
	}
	var was people.Moved
	if err := json.Unmarshal([]byte(e.was), &was); err != nil {
		return fmt.Errorf("read move: %w", err)
	}
	return s.people.UnmoveInTx(ctx, tx, scope, by, p.ID, was, e.on.Month(), reason)
}

func readPaper(ctx context.Context, q db.Querier, person, id int64) (paper, error) {
	var e paper
	err := q.QueryRowContext(ctx, `SELECT kind, village, other, on_date, was, at, undone_at FROM person_flow WHERE person_id = $1 AND id = $2`, person, id).
		Scan(&e.kind, &e.village, &e.other, &e.on, &e.was, &e.at, &e.undone)
	if errors.Is(err, sql.ErrNoRows) {
		return e, errNotFound
	}
	if err != nil {
		return e, fmt.Errorf("read change: %w", err)
	}
	return e, nil
}

// closedIn is m where the county of a place has closed it, else 0.
func closedIn(ctx context.Context, q db.Querier, at region.Code, m calendar.Month) (calendar.Month, error) {
	var n int
	err := q.QueryRowContext(ctx, `SELECT count(*) FROM month_close WHERE county = $1 AND month = $2 AND state <> 'open'`, int64(at.At(region.County)), int32(m)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("read month: %w", err)
	}
	if n == 0 {
		return 0, nil
	}
	return m, nil
}
