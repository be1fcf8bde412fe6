package report

import (
	"context"
	"encoding/json"
	"fmt"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
)

// Reopened marks the forms whose latest version took figures of a county's
// month that is being opened again (semantics, Time): the county's own and
// those of the places above it. Their numbers stay; the event asks for a look.
func (s *Store) Reopened(ctx context.Context, tx *db.Tx, county region.Code, m calendar.Month) error {
	all, err := s.every(ctx, tx)
	if err != nil {
		return err
	}
	for _, f := range all {
		for i := range f.Columns {
			if f.Columns[i].Count != Figure {
				continue
			}
			ids, err := using(ctx, tx, f.ID, position(&f.Columns[i], i), county, m)
			if err != nil {
				return err
			}
			for _, id := range ids {
				if _, err := tx.ExecContext(ctx, `
					INSERT INTO report_event (report_id, n, at, by_user, by_name, action, from_state, to_state, version, remark)
					SELECT r.id, (SELECT COALESCE(max(e.n), 0) + 1 FROM report_event e WHERE e.report_id = r.id), $1, 0, $2, $3, r.state, r.state, r.version, $4
					FROM report r WHERE r.id = $5`,
					db.Millis(tx.Now), s.Tree.Name(county), string(Reopen), m.String(), id); err != nil {
					return fmt.Errorf("mark report: %w", err)
				}
			}
		}
	}
	return nil
}

// using lists the reports with a frozen cell of the column that took the month,
// in the county's row or the total above it.
func using(ctx context.Context, tx *db.Tx, form string, col int, county region.Code, m calendar.Month) ([]int64, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT r.id, c.explain FROM report r JOIN report_cell c ON c.report_id = r.id AND c.version = r.version
		WHERE r.form = $1 AND c.col = $2 AND r.region IN ($3, $4, $5) AND c.row_region IN ($3, $4, $5) ORDER BY r.id`,
		form, col, int64(county), int64(county.At(region.City)), int64(county.At(region.Province)))
	if err != nil {
		return nil, fmt.Errorf("reports of a month: %w", err)
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var id int64
		var raw string
		var why frozenWhy
		if err := rows.Scan(&id, &raw); err != nil {
			return nil, fmt.Errorf("reports of a month: %w", err)
		}
		if err := json.Unmarshal([]byte(raw), &why); err != nil {
			return nil, fmt.Errorf("report %d: %w", id, err)
		}
		if why.Explain.Month == m && (len(out) == 0 || out[len(out)-1] != id) {
			out = append(out, id)
		}
	}
	return out, rows.Err()
}
