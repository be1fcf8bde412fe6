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

// Moving is a move between villages of the scope.
type Moving struct {
	To   region.Code
	From calendar.Month // the first month in the new village
	// Household of the new village to join, with the relation to its head; 0
	// makes a household of the mover's own.
	Household int64
	Relation  int
	Reason    string
}

// Moved is what a move changed: what taking it back restores.
type Moved struct {
	Village    region.Code
	Household  int64
	Settlement int64
	Relation   int
}

// Move changes where a person belongs from a month on. Both villages must lie
// in the scope: a move to another county is a transfer request.
func (s *Store) Move(ctx context.Context, scope region.Scope, by account.Caller, id int64, to region.Code, from calendar.Month, reason string) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		_, err := s.MoveInTx(ctx, tx, scope, by, id, Moving{To: to, From: from, Reason: reason})
		return err
	})
}

// MoveInTx is Move as a part of another act.
func (s *Store) MoveInTx(ctx context.Context, tx *db.Tx, scope region.Scope, by account.Caller, id int64, m Moving) (Moved, error) {
	if !scope.Contains(m.To) {
		return Moved{}, errNotFound
	}
	if m.To.Level() != region.Village {
		return Moved{}, fault.InvalidFields(fault.Field{Name: "village", Key: "people.village.level"})
	}
	if !m.From.Valid() || m.From == calendar.Open || m.From > s.month() {
		return Moved{}, fault.InvalidFields(fault.Field{Name: "since", Key: "people.date"})
	}
	r, err := s.resident(ctx, tx, scope, id)
	if err != nil {
		return Moved{}, err
	}
	if r.OutOn != 0 {
		return Moved{}, fault.New(fault.Conflict, "people.out.already")
	}
	if r.Village == m.To {
		return Moved{}, fault.InvalidFields(fault.Field{Name: "village", Key: "people.move.same"})
	}
	last, err := lastStay(ctx, tx, id)
	if err != nil {
		return Moved{}, err
	}
	if m.From <= last {
		return Moved{}, fault.InvalidFields(fault.Field{Name: "since", Key: "people.move.before", Args: []any{last}})
	}
	if err := writeMove(ctx, tx, &r.Person, &m); err != nil {
		return Moved{}, err
	}
	if err := s.Reclass(ctx, tx, id, m.To, m.From); err != nil {
		return Moved{}, err
	}
	if err := change.Record(ctx, tx, moveHistory(&r.Person, &m, by)...); err != nil {
		return Moved{}, err
	}
	was := Moved{Village: r.Village, Household: r.HouseholdID, Settlement: r.Settlement, Relation: r.Relation}
	return was, s.touched(ctx, tx, by, "people.move", id, m.From, r.Village, m.To)
}

func moveHistory(p *fact.Person, m *Moving, by account.Caller) []change.Field {
	out := []change.Field{{PersonID: p.ID, Entity: change.OfResidence, Field: "village",
		Old: itoa(int64(p.Village)), New: itoa(int64(m.To)), By: by.UserID, Reason: m.Reason}}
	if p.Settlement != 0 && settledAfter(p, m.To) == 0 {
		out = append(out, change.Field{PersonID: p.ID, Entity: change.OfPerson, Field: "settlement", Old: itoa(p.Settlement), New: "0", By: by.UserID, Reason: m.Reason})
	}
	return out
}

// settledAfter: a settlement is a county's, and its people come from many of
// the county's villages; a move within the county leaves them where they live,
// by a page as by a file. Beyond the county it ends.
func settledAfter(p *fact.Person, to region.Code) int64 {
	if p.Village.At(region.County) == to.At(region.County) {
		return p.Settlement
	}
	return 0
}

// UnmoveInTx takes the latest move back: the stay before runs on, household
// and settlement are those of before. It is a Conflict where the person has
// moved again or left since.
func (s *Store) UnmoveInTx(ctx context.Context, tx *db.Tx, scope region.Scope, by account.Caller, id int64, was Moved, from calendar.Month, reason string) error {
	if !scope.Contains(was.Village) {
		return errNotFound
	}
	r, err := s.resident(ctx, tx, scope, id)
	if err != nil {
		return err
	}
	last, err := lastStay(ctx, tx, id)
	if err != nil {
		return err
	}
	if last != from || r.OutOn != 0 {
		return fault.New(fault.Conflict, "people.move.later")
	}
	relation := r.Relation
	if was.Relation != 0 {
		relation = was.Relation
	}
	for _, st := range []statement{
		{`DELETE FROM residence WHERE person_id = $1 AND since = $2`, []any{id, int32(from)}},
		{`UPDATE residence SET until = $1 WHERE person_id = $2 AND until = $3`, []any{int32(calendar.Open), id, int32(from.Add(-1))}},
		{`UPDATE person SET village = $1, household_id = $2, settlement = $3, relation = $4, updated_at = $5, version = version + 1 WHERE id = $6`,
			[]any{int64(was.Village), was.Household, was.Settlement, relation, db.Millis(tx.Now), id}},
	} {
		if _, err := tx.ExecContext(ctx, st.sql, st.args...); err != nil {
			return fmt.Errorf("take move back: %w", err)
		}
	}
	if err := s.Reclass(ctx, tx, id, was.Village, from); err != nil {
		return err
	}
	err = change.Record(ctx, tx, change.Field{PersonID: id, Entity: change.OfResidence, Field: "village",
		Old: itoa(int64(r.Village)), New: itoa(int64(was.Village)), By: by.UserID, Reason: reason})
	if err != nil {
		return err
	}
	return s.touched(ctx, tx, by, "people.unmove", id, from, r.Village, was.Village)
}

type statement struct {
	sql  string
	args []any
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
func writeMove(ctx context.Context, tx *db.Tx, p *fact.Person, m *Moving) error {
	now := db.Millis(tx.Now)
	household, relation := m.Household, p.Relation
	steps := []statement{
		{`UPDATE residence SET until = $1 WHERE person_id = $2 AND until = $3`, []any{int32(m.From.Add(-1)), p.ID, int32(calendar.Open)}},
		{`INSERT INTO residence (person_id, since, village) VALUES ($1, $2, $3)`, []any{p.ID, int32(m.From), int64(m.To)}},
	}
	if household == 0 {
		var err error
		if household, err = tx.NextIDs(ctx, "household", 1); err != nil {
			return err
		}
		steps = append(steps, statement{`INSERT INTO household (id, village, created_at, updated_at) VALUES ($1, $2, $3, $3)`, []any{household, int64(m.To), now}})
	} else {
		if err := householdIn(ctx, tx, household, m.To); err != nil {
			return err
		}
		if m.Relation != 0 {
			relation = m.Relation
		}
	}
	steps = append(steps, statement{`UPDATE person SET village = $1, household_id = $2, settlement = $3, relation = $4, updated_at = $5, version = version + 1 WHERE id = $6`,
		[]any{int64(m.To), household, settledAfter(p, m.To), relation, now, p.ID}})
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
	return s.db.Tx(ctx, func(tx *db.Tx) error { return s.LeaveInTx(ctx, tx, scope, by, id, why, on, note) })
}

// LeaveInTx is Leave as a part of another act.
func (s *Store) LeaveInTx(ctx context.Context, tx *db.Tx, scope region.Scope, by account.Caller, id int64, why int, on calendar.Date, note string) error {
	if why == 0 || why == outMerged || !fact.OutReason.Valid(why) {
		return fault.InvalidFields(fault.Field{Name: "out_reason", Key: "people.word"})
	}
	if !on.Valid() || on > s.today() {
		return fault.InvalidFields(fault.Field{Name: "out_on", Key: "people.date"})
	}
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
}

const outMerged = 3

// Return undoes a Leave that was wrong.
func (s *Store) Return(ctx context.Context, scope region.Scope, by account.Caller, id int64, note string) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error { return s.ReturnInTx(ctx, tx, scope, by, id, note) })
}

// ReturnInTx is Return as a part of another act.
func (s *Store) ReturnInTx(ctx context.Context, tx *db.Tx, scope region.Scope, by account.Caller, id int64, note string) error {
	r, err := s.resident(ctx, tx, scope, id)
	if err != nil {
		return err
	}
	if r.OutOn == 0 {
		return fault.New(fault.Conflict, "people.out.not")
	}
	return s.setOut(ctx, tx, by, &r, 0, 0, note, "people.return")
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
