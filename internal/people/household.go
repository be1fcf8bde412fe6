package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Household is a household and its members, as its village may see them.
type Household struct {
	ID         int64
	Village    region.Code
	Code       string
	Address    string
	Settlement int64
	PhoneMask  string
	Members    []Row
	Head       string // name of the head, empty if none is recorded
	Working    int    // members with a running spell
}

// Household is one household of the scope with its members, head first.
func (s *Store) Household(ctx context.Context, scope region.Scope, id int64) (Household, error) {
	var h Household
	err := s.db.Snapshot(ctx, func(q db.Querier) error {
		var a db.Args
		err := q.QueryRowContext(ctx, `
			SELECT h.id, h.village, h.code, h.address, h.settlement, h.phone_mask FROM household h
			WHERE h.id = `+a.Add(id)+` AND `+scope.Predicate("h.village", a.Add)+` AND `+live("h"), a.Values...).
			Scan(&h.ID, &h.Village, &h.Code, &h.Address, &h.Settlement, &h.PhoneMask)
		if errors.Is(err, sql.ErrNoRows) {
			return errNotFound
		}
		if err != nil {
			return fmt.Errorf("read household: %w", err)
		}
		ids, err := readIDs(ctx, q, `
			SELECT p.id FROM person p WHERE p.household_id = $1 AND p.merged_into = 0 AND p.out_on = 0 AND `+live("p")+`
			ORDER BY CASE p.relation WHEN 1 THEN 0 WHEN 2 THEN 1 ELSE 2 END, p.birth, p.id LIMIT 100`, []any{id})
		if err != nil {
			return fmt.Errorf("read household: %w", err)
		}
		if h.Members, err = s.rows(ctx, q, scope, ids, 0); err != nil {
			return err
		}
		for _, m := range h.Members {
			if m.Relation == relationHead {
				h.Head = m.Name
			}
			if m.Job.Running {
				h.Working++
			}
		}
		return nil
	})
	return h, err
}

const relationHead = 1

// householdIn answers a wrong entry where the household is not of the village.
func householdIn(ctx context.Context, q db.Querier, id int64, village region.Code) error {
	var n int64
	err := q.QueryRowContext(ctx, `SELECT h.id FROM household h WHERE h.id = $1 AND h.village = $2 AND `+live("h"), id, int64(village)).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return fault.InvalidFields(fault.Field{Name: "household", Key: "people.household.unknown"})
	}
	if err != nil {
		return fmt.Errorf("find household: %w", err)
	}
	return nil
}

// householdFor finds or makes the household of a new person in their village.
func (s *Store) householdFor(ctx context.Context, tx *db.Tx, p *fact.Person) (int64, error) {
	var id int64
	var err error
	switch {
	case p.HouseholdID != 0:
		err = tx.QueryRowContext(ctx, `SELECT h.id FROM household h WHERE h.id = $1 AND h.village = $2 AND `+live("h"), p.HouseholdID, int64(p.Village)).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return 0, fault.InvalidFields(fault.Field{Name: "household", Key: "people.household.unknown"})
		}
	case p.Household != "":
		err = tx.QueryRowContext(ctx, `SELECT h.id FROM household h WHERE h.code = $1 AND h.village = $2 AND `+live("h")+` LIMIT 1`, p.Household, int64(p.Village)).Scan(&id)
	default:
		err = sql.ErrNoRows
	}
	if err == nil {
		return id, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("find household: %w", err)
	}
	if id, err = tx.NextIDs(ctx, "household", 1); err != nil {
		return 0, err
	}
	now := db.Millis(tx.Now)
	_, err = tx.ExecContext(ctx, `
		INSERT INTO household (id, village, code, settlement, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		id, int64(p.Village), p.Household, p.Settlement, now, now)
	if err != nil {
		return 0, fmt.Errorf("insert household: %w", err)
	}
	return id, nil
}
