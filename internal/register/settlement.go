package register

import (
	"context"
	"fmt"

	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
)

// Settlements lists the registered settlements of a scope by name, ended ones
// too: a person may still be recorded there.
func (s *Store) Settlements(ctx context.Context, q db.Querier, scope region.Scope) ([]fact.Settlement, error) {
	var a db.Args
	rows, err := q.QueryContext(ctx, `SELECT r.id, r.region, r.name, r.name_key, r.ended_on FROM register r
		WHERE r.kind = `+a.Add(SettlementKind)+` AND `+scope.Predicate("r.region", a.Add)+` AND `+live("r")+` ORDER BY r.name, r.id`, a.Values...)
	if err != nil {
		return nil, fmt.Errorf("read settlements: %w", err)
	}
	defer rows.Close()
	var out []fact.Settlement
	for rows.Next() {
		var x fact.Settlement
		if err := rows.Scan(&x.ID, &x.Region, &x.Name, &x.Key, &x.EndedOn); err != nil {
			return nil, fmt.Errorf("read settlements: %w", err)
		}
		out = append(out, x)
	}
	return out, rows.Err()
}

// SettlementNames are the registered settlements of a scope, for pages.
func (s *Store) SettlementNames(ctx context.Context, scope region.Scope) ([]fact.Settlement, error) {
	return s.Settlements(ctx, s.db.Read, scope)
}

// settled counts the people who live in settlements that a batch made.
func settled(ctx context.Context, tx *db.Tx, batch int64) (int64, error) {
	var homes, people int64
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM register WHERE batch_id = $1 AND kind = $2", batch, SettlementKind).Scan(&homes); err != nil {
		return 0, fmt.Errorf("settlements of a batch: %w", err)
	}
	if homes == 0 {
		return 0, nil // the count below reads every person
	}
	err := tx.QueryRowContext(ctx, "SELECT count(*) FROM person WHERE settlement IN (SELECT id FROM register WHERE batch_id = $1 AND kind = $2)", batch, SettlementKind).Scan(&people)
	if err != nil {
		return 0, fmt.Errorf("residents of settlements: %w", err)
	}
	return people, nil
}
