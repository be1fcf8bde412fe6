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
