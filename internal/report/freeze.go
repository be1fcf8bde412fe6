package report

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
)

// freeze writes a sheet as a version: values, explanations, member sets and
// the members as they are now. A total over places below keeps no set of its
// own: its list is theirs and that of the unit's own level.
func (s *Store) freeze(ctx context.Context, tx *db.Tx, scope region.Scope, r *Report, sh *Sheet) error {
	all := newSet()
	for i := range sh.Rows {
		row := &sh.Rows[i]
		for j := range row.Cells {
			c := &row.Cells[j]
			if err := freezeCell(ctx, tx, r, i, row, c); err != nil {
				return err
			}
			if c.Set == nil || row.Source.ReportID != 0 || row.Role == Total && len(sh.Rows) > 1 {
				continue
			}
			if err := freezeSet(ctx, tx, r, row.Key, c); err != nil {
				return err
			}
			all.unite(c.Set)
		}
	}
	for _, space := range spaces {
		if err := s.freezeMembers(ctx, tx, scope, r, space, all.IDs(space)); err != nil {
			return err
		}
	}
	return nil
}

func freezeCell(ctx context.Context, tx *db.Tx, r *Report, order int, row *Row, c *Cell) error {
	why, err := json.Marshal(frozenWhy{c.Explain, c.Correction, row.Name, row.Role})
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO report_cell (report_id, version, row_key, col, row_region, row_order, value, printed, computed, calibre, explain, source_report, source_version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		r.ID, r.Version, row.Key, c.Col, int64(row.Region), order, c.Value, c.Text, c.Computed, c.Explain.Calibre, string(why), row.Source.ReportID, row.Source.Version)
	if err != nil {
		return fmt.Errorf("freeze cell: %w", err)
	}
	return nil
}

// frozenWhy is what report_cell.explain holds.
type frozenWhy struct {
	Explain    Explain     `json:"explain"`
	Correction *Correction `json:"correction,omitempty"`
	Name       string      `json:"name"`
	Role       Role        `json:"role"`
}

func freezeSet(ctx context.Context, tx *db.Tx, r *Report, key string, c *Cell) error {
	for _, space := range spaces {
		b := c.Set.space(space)
		if b.IsEmpty() {
			continue
		}
		raw, err := encodeBitmap(b)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO report_set (report_id, version, row_key, col, space, size, bitmap) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			r.ID, r.Version, key, c.Col, space, int64(b.GetCardinality()), raw); err != nil {
			return fmt.Errorf("freeze set: %w", err)
		}
	}
	return nil
}

func (s *Store) freezeMembers(ctx context.Context, tx *db.Tx, scope region.Scope, r *Report, space string, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	members, err := s.Registers.Snapshots(ctx, tx, scope, space, ids)
	if err != nil {
		return err
	}
	rows := make([][]any, len(members))
	for i, m := range members {
		rows[i] = []any{r.ID, r.Version, space, m.ID, m.Name, m.IDMask, int64(m.Region), m.Detail}
	}
	return tx.Dialect.BulkInsert(ctx, tx, "report_member", []string{"report_id", "version", "space", "member_id", "name", "id_mask", "region", "detail"}, rows)
}

// frozen reads a version back.
func (s *Store) frozen(ctx context.Context, f *Form, r *Report, version int) (*Sheet, error) {
	sh := &Sheet{Form: f, Region: r.Region, Period: r.Period, Report: r, Frozen: true, Due: r.DueOn, Ends: r.CutoffOn, Version: version, FilledOn: r.FilledOn, Filler: r.Filler, Phone: r.PhoneMask}
	rows, err := s.db.Read.QueryContext(ctx, `
		SELECT c.row_key, c.col, c.row_region, c.value, c.printed, c.computed, c.explain, c.source_report, c.source_version, COALESCE(o.state, '')
		FROM report_cell c LEFT JOIN report o ON o.id = c.source_report
		WHERE c.report_id = $1 AND c.version = $2 ORDER BY c.row_order, c.col`, r.ID, version)
	if err != nil {
		return nil, fmt.Errorf("report %d: %w", r.ID, err)
	}
	defer rows.Close()
	for rows.Next() {
		var row Row
		var c Cell
		var raw string
		var why frozenWhy
		if err := rows.Scan(&row.Key, &c.Col, &row.Region, &c.Value, &c.Text, &c.Computed, &raw, &row.Source.ReportID, &row.Source.Version, &row.Source.State); err != nil {
			return nil, fmt.Errorf("report %d: %w", r.ID, err)
		}
		if err := json.Unmarshal([]byte(raw), &why); err != nil {
			return nil, fmt.Errorf("report %d: %w", r.ID, err)
		}
		row.Name, row.Role = why.Name, why.Role
		c.Explain, c.Correction, c.Key = why.Explain, why.Correction, f.keyAt(c.Col)
		if len(sh.Rows) == 0 || sh.Rows[len(sh.Rows)-1].Key != row.Key {
			sh.Rows = append(sh.Rows, row)
		}
		last := &sh.Rows[len(sh.Rows)-1]
		last.Cells = append(last.Cells, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("report %d: %w", r.ID, err)
	}
	if len(sh.Rows) == 0 && f.Rows == Units {
		return nil, errNotFound
	}
	if len(sh.Rows) > 0 && len(sh.Rows[0].Cells) > 1 {
		x := sh.Rows[0].Cells[len(sh.Rows[0].Cells)-1].Explain
		sh.Cutoff, sh.Received = x.Cutoff, x.Received
	}
	rows.Close()
	return sh, s.as(ctx, sh)
}

// part is where the set of one row of lists stands.
type part struct {
	report  int64
	version int
	key     string
}

// parts of a row: its own set, or for a total those of every row below it. A
// row that repeats the form of a place below stands with that form, and so on
// down.
func (s *Store) parts(ctx context.Context, sh *Sheet, row *Row) ([]part, error) {
	if row.Source.ReportID != 0 {
		src, err := scanReport(s.db.Read.QueryRowContext(ctx, "SELECT "+reportColumns+" FROM report r WHERE r.id = $1", row.Source.ReportID))
		if err != nil {
			return nil, fmt.Errorf("source of a row: %w", err)
		}
		below, err := s.frozen(ctx, sh.Form, src, row.Source.Version)
		if err != nil {
			return nil, err
		}
		return s.parts(ctx, below, &below.Rows[0])
	}
	if row.Role != Total || len(sh.Rows) == 1 {
		return []part{{sh.Report.ID, sh.Version, row.Key}}, nil
	}
	var out []part
	for i := range sh.Rows {
		if sh.Rows[i].Role == Total {
			continue
		}
		p, err := s.parts(ctx, sh, &sh.Rows[i])
		if err != nil {
			return nil, err
		}
		out = append(out, p...)
	}
	return out, nil
}

// setOf reads the member set of a frozen cell.
func (s *Store) setOf(ctx context.Context, sh *Sheet, row *Row, col int) (*Set, error) {
	ps, err := s.parts(ctx, sh, row)
	if err != nil {
		return nil, err
	}
	return s.setFrom(ctx, ps, row, col)
}

// setFrom is setOf where the parts are known: a province's row of a city asks
// for the parts of its counties once, not once per column.
func (s *Store) setFrom(ctx context.Context, ps []part, row *Row, col int) (*Set, error) {
	set := newSet()
	for _, p := range ps {
		if err := s.readSet(ctx, p, col, set); err != nil {
			return nil, err
		}
	}
	for i := range row.Cells {
		if row.Cells[i].Col == col {
			set.Heads = row.Cells[i].Explain.Heads
		}
	}
	return set, nil
}

func (s *Store) readSet(ctx context.Context, p part, col int, into *Set) error {
	rows, err := s.db.Read.QueryContext(ctx, "SELECT space, bitmap FROM report_set WHERE report_id = $1 AND version = $2 AND row_key = $3 AND col = $4", p.report, p.version, p.key, col)
	if err != nil {
		return fmt.Errorf("member set: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var space string
		var raw []byte
		if err := rows.Scan(&space, &raw); err != nil {
			return fmt.Errorf("member set: %w", err)
		}
		b, err := decodeBitmap(raw)
		if err != nil {
			return err
		}
		if into.space(space) == nil {
			return fmt.Errorf("member set of space %q", space)
		}
		into.space(space).Or(b)
	}
	return rows.Err()
}

// names reads members of one space as they were when the parts were frozen.
func (s *Store) names(ctx context.Context, parts []part, space string, ids []int64) (map[int64]fact.Snapshot, error) {
	out := map[int64]fact.Snapshot{}
	if len(ids) == 0 {
		return out, nil
	}
	var a db.Args
	list := db.List(&a, ids)
	var conds []string
	seen := map[part]bool{}
	for _, p := range parts {
		p.key = ""
		if !seen[p] {
			seen[p] = true
			conds = append(conds, "(m.report_id = "+a.Add(p.report)+" AND m.version = "+a.Add(p.version)+")")
		}
	}
	rows, err := s.db.Read.QueryContext(ctx, "SELECT m.member_id, m.name, m.id_mask, m.region, m.detail FROM report_member m WHERE m.space = "+a.Add(space)+
		" AND m.member_id IN "+list+" AND ("+strings.Join(conds, " OR ")+") ORDER BY m.report_id DESC", a.Values...)
	if err != nil {
		return nil, fmt.Errorf("members: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var x fact.Snapshot
		if err := rows.Scan(&x.ID, &x.Name, &x.IDMask, &x.Region, &x.Detail); err != nil {
			return nil, fmt.Errorf("members: %w", err)
		}
		out[x.ID] = x
	}
	return out, rows.Err()
}
