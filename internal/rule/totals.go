package rule

import (
	"context"
	"fmt"

	"wengang/internal/db"
	"wengang/internal/region"
)

// Totals are the figures above the desk; each is the length of a list.
type Totals struct {
	Open, Overdue, Excused, Expiring int
}

// Totals counts the findings of the scope.
func (d *Desk) Totals(ctx context.Context, scope region.Scope) (t Totals, err error) {
	var a db.Args
	today := d.today()
	err = d.db.Read.QueryRowContext(ctx, `SELECT COALESCE(SUM(CASE WHEN f.state = 0 THEN 1 ELSE 0 END), 0), `+late(&a, today)+`,
		COALESCE(SUM(CASE WHEN f.state = 2 THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN f.state = 2 AND f.except_until <> 0 AND f.except_until <= `+a.Add(int64(today.Add(ExpirySoon)))+` THEN 1 ELSE 0 END), 0)`+
		visible+scope.Predicate("p.village", a.Add)+` AND f.state <> 1`, a.Values...).Scan(&t.Open, &t.Overdue, &t.Excused, &t.Expiring)
	if err != nil {
		return t, fmt.Errorf("count findings: %w", err)
	}
	return t, nil
}

// Cell is a rule at a place.
type Cell struct {
	Rule  string
	Place region.Code
}

// Matrix counts the findings of the scope by rule and place of a level.
func (d *Desk) Matrix(ctx context.Context, scope region.Scope, f Filter, level region.Level) (map[Cell]int, error) {
	lo, hi := region.Code(111_111_111_111).At(level).Range()
	var a db.Args
	span := a.Add(int64(hi - lo))
	rows, err := d.db.Read.QueryContext(ctx, `SELECT f.rule, (p.village / `+span+`) * `+span+`, COUNT(*)`+visible+f.where(scope, &a, d.today())+` GROUP BY 1, 2`, a.Values...)
	if err != nil {
		return nil, fmt.Errorf("count findings: %w", err)
	}
	defer rows.Close()
	out := map[Cell]int{}
	for rows.Next() {
		var c Cell
		var n int
		if err := rows.Scan(&c.Rule, &c.Place, &n); err != nil {
			return nil, fmt.Errorf("count findings: %w", err)
		}
		out[c] = n
	}
	return out, rows.Err()
}
