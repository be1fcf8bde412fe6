package report

import (
	"context"
	"fmt"

	"wengang/internal/region"
)

// Versions lists what was frozen of a form, newest first.
func (s *Store) Versions(ctx context.Context, scope region.Scope, form string, at region.Code, p Period) ([]Made, error) {
	r, err := find(ctx, s.db.Read, scope, form, at, p)
	if r == nil || err != nil {
		return nil, err
	}
	rows, err := s.db.Read.QueryContext(ctx, `SELECT version, made_at, made_name, checksum, checked, findings, scan_id, scan_at, scan_name FROM report_version WHERE report_id = $1 ORDER BY version DESC`, r.ID)
	if err != nil {
		return nil, fmt.Errorf("versions: %w", err)
	}
	defer rows.Close()
	var out []Made
	for rows.Next() {
		var m Made
		var raw string
		if err := rows.Scan(&m.Version, &m.At, &m.ByName, &m.Checksum, &m.Checked, &raw, &m.Scan.Evidence, &m.Scan.At, &m.Scan.ByName); err != nil {
			return nil, fmt.Errorf("versions: %w", err)
		}
		if m.Findings, err = readFindings(raw); err != nil {
			return nil, err
		}
		m.Code = Code{Region: at, Form: form, Period: p.String(), Version: m.Version, Sum: shortSum(m.Checksum)}.String()
		out = append(out, m)
	}
	return out, rows.Err()
}

// Changed is a cell that differs between two versions; a side that has no such
// cell is Gone or New.
type Changed struct {
	Row, Name, Key   string
	Col              int
	Old, New         int64
	OldText, NewText string
	Added, Gone      bool
	Why              string // the correction of the later version, or the answer to a remark
	ByName           string
}

// Diff compares two versions of a form cell by cell, with the reasons given.
func (s *Store) Diff(ctx context.Context, scope region.Scope, form string, at region.Code, p Period, from, to int) ([]Changed, error) {
	a, err := s.Version(ctx, scope, form, at, p, from)
	if err != nil {
		return nil, err
	}
	b, err := s.Version(ctx, scope, form, at, p, to)
	if err != nil {
		return nil, err
	}
	all, err := remarks(ctx, s.db.Read, b.Report.ID)
	if err != nil {
		return nil, err
	}
	out := changes(a, b)
	for i := range out {
		x := &out[i]
		if x.Why != "" {
			continue
		}
		for _, m := range all {
			if m.Row == x.Row && m.Col == x.Col && m.Version >= from && m.Version < to && m.Answer != "" {
				x.Why, x.ByName = m.Answer, m.AnswerName
			}
		}
	}
	return out, nil
}

// changes lists the differing cells in the order of the later sheet, then the
// rows that it no longer has.
func changes(a, b *Sheet) []Changed {
	var out []Changed
	for i := range b.Rows {
		row, was := &b.Rows[i], a.Row(b.Rows[i].Key)
		if row.Role == Own {
			continue
		}
		if was == nil {
			out = append(out, Changed{Row: row.Key, Name: row.Name, Added: true})
			continue
		}
		for j := range row.Cells {
			c, o := &row.Cells[j], was.at(row.Cells[j].Col)
			if c.Col < 1 || o == nil || c.Value == o.Value && c.Text == o.Text {
				continue
			}
			x := Changed{Row: row.Key, Name: row.Name, Key: c.Key, Col: c.Col, Old: o.Value, New: c.Value, OldText: o.Text, NewText: c.Text}
			if c.Correction != nil {
				x.Why, x.ByName = c.Correction.Reason, c.Correction.ByName
			}
			out = append(out, x)
		}
	}
	for i := range a.Rows {
		if b.Row(a.Rows[i].Key) == nil && a.Rows[i].Role != Own {
			out = append(out, Changed{Row: a.Rows[i].Key, Name: a.Rows[i].Name, Gone: true})
		}
	}
	return out
}
