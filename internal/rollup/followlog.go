package rollup

import (
	"context"
	"fmt"
	"hash/fnv"

	"wengang/internal/db"
	"wengang/internal/region"
)

// readSettings is a digest of all settings. Their dates would not do: of two
// transactions the one begun earlier may end later.
func readSettings(ctx context.Context, q db.Querier) (uint64, error) {
	rows, err := q.QueryContext(ctx, `SELECT region, name, year, value FROM setting ORDER BY region, name, year`)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	h := fnv.New64a()
	for rows.Next() {
		var at region.Code
		var name, value string
		var year int
		if err := rows.Scan(&at, &name, &year, &value); err != nil {
			return 0, err
		}
		fmt.Fprintf(h, "%d\x00%s\x00%d\x00%s\x00", at, name, year, value)
	}
	return h.Sum64(), rows.Err()
}

func readChanges(ctx context.Context, q db.Querier, low int64) ([]logged, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, county, person_id, month_from, month_to FROM change_log WHERE id > $1 ORDER BY id`, low)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []logged
	for rows.Next() {
		var c logged
		if err := rows.Scan(&c.id, &c.county, &c.person, &c.from, &c.to); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}
