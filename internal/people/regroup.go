package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Regroup is a change of who belongs to which household of one village.
type Regroup struct {
	// Members leave the household; nobody where only the head changes.
	Members []int64
	// Into is the household that they join, 0 for one of their own with Code.
	Into int64
	Code string
	// Relations are the relations to the head where they are now, by person:
	// of those who leave and of those who stay.
	Relations map[int64]int
	Reason    string
}

// relationOther stands where a former head's relation to the new one was not
// stated.
const relationOther = 99

// Split takes members out of a household into one of their own, or into
// another of the village (join), or changes the head alone. Both households
// have exactly one head afterwards. It answers the household that was joined.
func (s *Store) Split(ctx context.Context, scope region.Scope, by account.Caller, household int64, g Regroup) (id int64, err error) {
	g.Reason, g.Code = strings.TrimSpace(g.Reason), strings.TrimSpace(g.Code)
	if n := len([]rune(g.Reason)); n < 1 || n > 200 {
		return 0, fault.InvalidFields(fault.Field{Name: "reason", Key: "people.flow.needed"})
	}
	if len([]rune(g.Code)) > 40 {
		return 0, fault.InvalidFields(fault.Field{Name: "code", Key: "people.too_long", Args: []any{40}})
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		id, err = s.regroup(ctx, tx, scope, by, household, g)
		return err
	})
	return id, err
}

func (s *Store) regroup(ctx context.Context, tx *db.Tx, scope region.Scope, by account.Caller, household int64, g Regroup) (int64, error) {
	if err := db.Hold(ctx, tx, "household", household); err != nil {
		return 0, err
	}
	village, err := householdHome(ctx, tx, scope, household)
	if err != nil {
		return 0, err
	}
	old, err := members(ctx, tx, household)
	if err != nil {
		return 0, err
	}
	leaves := map[int64]bool{}
	for _, id := range g.Members {
		if old[id] == nil {
			return 0, errNotFound
		}
		leaves[id] = true
	}
	if len(leaves) > 0 && len(leaves) == len(old) && g.Into == 0 {
		return 0, fault.InvalidFields(fault.Field{Name: "members", Key: "people.split.all"})
	}
	target := household
	joined := map[int64]*member{}
	if len(leaves) > 0 {
		if target, err = s.targetHousehold(ctx, tx, village, household, &g); err != nil {
			return 0, err
		}
		if joined, err = members(ctx, tx, target); err != nil {
			return 0, err
		}
	}
	headed := false
	for id, m := range old {
		headed = headed || m.relation == relationHead
		if leaves[id] {
			m.to = target
			joined[id] = m
			delete(old, id)
		}
	}
	if err := relate(old, g.Relations, headed); err != nil {
		return 0, err
	}
	if err := relate(joined, g.Relations, len(leaves) > 0); err != nil {
		return 0, err
	}
	for _, group := range []map[int64]*member{old, joined} {
		for id, m := range group {
			if err := s.writeMember(ctx, tx, by, village, id, m, g.Reason); err != nil {
				return 0, err
			}
		}
	}
	return target, s.Audit.Write(ctx, tx, by, audit.Entry{Action: "people.household", Object: "household", ObjectID: itoa(household), Region: village,
		Detail: map[string]string{"members": itoa(int64(len(leaves))), "into": itoa(target)}})
}

// member is a registered member of a household, now and afterwards.
type member struct {
	was, to           int64 // household
	relation, becomes int
}

func members(ctx context.Context, q db.Querier, household int64) (map[int64]*member, error) {
	rows, err := q.QueryContext(ctx, `SELECT p.id, p.relation FROM person p WHERE p.household_id = $1 AND p.merged_into = 0 AND p.out_on = 0 AND `+live("p"), household)
	if err != nil {
		return nil, fmt.Errorf("read members: %w", err)
	}
	defer rows.Close()
	out := map[int64]*member{}
	for rows.Next() {
		var id int64
		m := member{was: household, to: household}
		if err := rows.Scan(&id, &m.relation); err != nil {
			return nil, fmt.Errorf("read members: %w", err)
		}
		out[id] = &m
	}
	return out, rows.Err()
}

func householdHome(ctx context.Context, q db.Querier, scope region.Scope, id int64) (v region.Code, err error) {
	var a db.Args
	err = q.QueryRowContext(ctx, `SELECT h.village FROM household h WHERE h.id = `+a.Add(id)+` AND `+scope.Predicate("h.village", a.Add)+` AND `+live("h"), a.Values...).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, errNotFound
	}
	if err != nil {
		return 0, fmt.Errorf("read household: %w", err)
	}
	return v, nil
}

// targetHousehold is the household that members join: a new one, whose number
// is free in the village, or another one of the village.
func (s *Store) targetHousehold(ctx context.Context, tx *db.Tx, village region.Code, from int64, g *Regroup) (int64, error) {
	if g.Into == from {
		return 0, fault.InvalidFields(fault.Field{Name: "into", Key: "people.split.same"})
	}
	if g.Into != 0 {
		return g.Into, householdIn(ctx, tx, g.Into, village)
	}
	if g.Code != "" {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM household h WHERE h.code = $1 AND h.village = $2 AND `+live("h"), g.Code, int64(village)).Scan(&n); err != nil {
			return 0, fmt.Errorf("find household: %w", err)
		}
		if n > 0 {
			return 0, fault.InvalidFields(fault.Field{Name: "code", Key: "people.split.code"})
		}
	}
	id, err := tx.NextIDs(ctx, "household", 1)
	if err != nil {
		return 0, err
	}
	now := db.Millis(tx.Now)
	_, err = tx.ExecContext(ctx, `INSERT INTO household (id, village, code, address, settlement, created_at, updated_at)
		SELECT `+itoa(id)+`, village, $1, address, settlement, $2, $3 FROM household WHERE id = $4`, g.Code, now, now, from)
	if err != nil {
		return 0, fmt.Errorf("insert household: %w", err)
	}
	return id, nil
}

// relate gives everybody of a household their relation. Where a household must
// have a head it has exactly one then; one that had none may stay without.
func relate(group map[int64]*member, relations map[int64]int, must bool) error {
	heads, changed := 0, false
	for id, m := range group {
		m.becomes = m.relation
		switch r := relations[id]; {
		case r != 0:
			m.becomes = r
		case m.was != m.to:
			m.becomes = relationOther // to another head
		}
		if !fact.Relation.Valid(m.becomes) {
			return fault.InvalidFields(fault.Field{Name: "relation", Key: "people.word"})
		}
		if m.becomes == relationHead {
			heads++
		}
		changed = changed || m.was != m.to || m.becomes != m.relation
	}
	if heads > 1 && changed || must && len(group) > 0 && heads != 1 {
		return fault.InvalidFields(fault.Field{Name: "head", Key: "people.split.head"})
	}
	return nil
}

func (s *Store) writeMember(ctx context.Context, tx *db.Tx, by account.Caller, village region.Code, id int64, m *member, reason string) error {
	if m.was == m.to && m.becomes == m.relation {
		return nil
	}
	_, err := tx.ExecContext(ctx, `UPDATE person SET household_id = $1, relation = $2, updated_at = $3, version = version + 1 WHERE id = $4`, m.to, m.becomes, db.Millis(tx.Now), id)
	if err != nil {
		return fmt.Errorf("change household: %w", err)
	}
	var history []change.Field
	add := func(field string, old, now int64) {
		if old != now {
			history = append(history, change.Field{PersonID: id, Entity: change.OfPerson, Field: field, Old: itoa(old), New: itoa(now), By: by.UserID, Reason: reason})
		}
	}
	add("household_id", m.was, m.to)
	add("relation", int64(m.relation), int64(m.becomes))
	if err := change.Person(ctx, tx, village, id, s.month(), calendar.Open); err != nil {
		return err
	}
	return change.Record(ctx, tx, history...)
}

// HouseholdByCode is the household of a village of the scope with a number; a
// wrong entry where there is none.
func (s *Store) HouseholdByCode(ctx context.Context, scope region.Scope, village region.Code, code string) (id int64, err error) {
	if !scope.Contains(village) {
		return 0, errNotFound
	}
	err = s.db.Read.QueryRowContext(ctx, `SELECT h.id FROM household h WHERE h.code = $1 AND h.village = $2 AND `+live("h")+` LIMIT 1`, strings.TrimSpace(code), int64(village)).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fault.InvalidFields(fault.Field{Name: "into", Key: "people.household.unknown"})
	}
	if err != nil {
		return 0, fmt.Errorf("find household: %w", err)
	}
	return id, nil
}
