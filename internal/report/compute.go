package report

import (
	"context"
	"fmt"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/region"
)

// Sheet is a form of a unit for a period: frozen once it is submitted, else
// computed now. The scope must hold the unit.
func (s *Store) Sheet(ctx context.Context, scope region.Scope, formID string, at region.Code, p Period) (*Sheet, error) {
	f, err := s.Form(ctx, scope, formID)
	if err != nil {
		return nil, err
	}
	r, err := find(ctx, s.db.Read, scope, formID, at, p)
	if err != nil {
		return nil, err
	}
	if !s.unit(at) || !f.Serves(at) {
		return nil, errNotFound
	}
	if r != nil && !r.State.open() {
		return s.frozen(ctx, f, r, r.Version)
	}
	return s.compute(ctx, scope, f, r, at, p)
}

// Version is an earlier submission of a form, as it was frozen.
func (s *Store) Version(ctx context.Context, scope region.Scope, formID string, at region.Code, p Period, version int) (*Sheet, error) {
	f, err := s.Form(ctx, scope, formID)
	if err != nil {
		return nil, err
	}
	r, err := find(ctx, s.db.Read, scope, formID, at, p)
	if err != nil {
		return nil, err
	}
	if r == nil || version < 1 || version > r.Version {
		return nil, errNotFound
	}
	return s.frozen(ctx, f, r, version)
}

// computing is one computation.
type computing struct {
	*Store
	scope region.Scope
	sheet *Sheet
	from  calendar.Date
	items map[string][]*fact.RegisterItem
}

func (s *Store) compute(ctx context.Context, scope region.Scope, f *Form, r *Report, at region.Code, p Period) (*Sheet, error) {
	sh := &Sheet{Form: f, Region: at, Period: p, Report: r, Cutoff: min(f.Due(p), s.today()), FilledOn: s.today()}
	if f.Every == Yearly {
		// The list is sent in October and the year goes on: a project that
		// begins later belongs to a later version, not to nothing.
		sh.Cutoff = min(calendar.DateOf(p.Year, 12, 31), s.today())
	}
	if f.Design != nil {
		sh.Cutoff = f.end(p, s.today())
	}
	if err := s.setTerms(ctx, sh); err != nil {
		return nil, err
	}
	if r != nil {
		sh.Filler, sh.Phone = r.Filler, r.PhoneMask
	}
	c := &computing{Store: s, scope: scope, sheet: sh, from: calendar.DateOf(p.Year, 1, 1), items: map[string][]*fact.RegisterItem{}}
	if err := c.load(ctx); err != nil {
		return nil, err
	}
	var err error
	if f.Rows == Projects {
		err = c.projects(ctx)
	} else {
		err = c.units(ctx)
	}
	if err != nil {
		return nil, err
	}
	if err := s.addLast(ctx, sh); err != nil {
		return nil, err
	}
	if err := c.totals(ctx); err != nil {
		return nil, err
	}
	if err := s.applyCorrections(ctx, sh); err != nil {
		return nil, err
	}
	sh.derive()
	return sh, s.check(ctx, sh)
}

// load reads the registers of every column once for the whole unit.
func (c *computing) load(ctx context.Context) error {
	for _, col := range c.sheet.Form.Columns {
		if col.Kind == "" || c.items[col.Kind] != nil {
			continue
		}
		items, err := c.Registers.Items(ctx, c.scope, col.Kind, c.sheet.Region, c.from, c.sheet.Cutoff, c.sheet.Received)
		if err != nil {
			return err
		}
		if items == nil {
			items = []*fact.RegisterItem{}
		}
		c.items[col.Kind] = items
	}
	return nil
}

// units makes the rows of 附件1: the unit itself, the places below, and what is
// registered at the unit's own level.
func (c *computing) units(ctx context.Context) error {
	at := c.sheet.Region
	places := c.lines(at)
	if len(places) == 0 {
		row, err := c.row(ctx, at, Total, func(x region.Code) bool { return at.Contains(x) })
		c.sheet.Rows = []Row{row}
		return err
	}
	codes := make([]region.Code, len(places))
	for i, p := range places {
		codes[i] = p.Code
	}
	begun, err := reports(ctx, c.db.Read, c.sheet.Form.ID, codes, c.sheet.Period)
	if err != nil {
		return err
	}
	rows := make([]Row, 0, len(places)+2)
	for _, p := range places {
		row, err := c.placeRow(ctx, p, begun[p.Code])
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	own, err := c.row(ctx, at, Own, func(x region.Code) bool { return ownLevel(at, codes, x) })
	if err != nil {
		return err
	}
	rows = append(rows, own)
	c.sheet.Rows = append([]Row{c.total(rows)}, rows...)
	return nil
}

// ownLevel: in the unit and in none of the places below it.
func ownLevel(at region.Code, below []region.Code, x region.Code) bool {
	if !at.Contains(x) {
		return false
	}
	for _, b := range below {
		if b.Contains(x) {
			return false
		}
	}
	return true
}

// placeRow repeats what the place below submitted, or computes it.
func (c *computing) placeRow(ctx context.Context, p region.Place, r *Report) (Row, error) {
	role := Child
	if p.Kind == region.KindUnit {
		role = Unit
	}
	if r == nil || !r.State.Sent() {
		return c.row(ctx, p.Code, role, p.Code.Contains)
	}
	sh, err := c.frozen(ctx, c.sheet.Form, r, r.Version)
	if err != nil {
		return Row{}, err
	}
	ps, err := c.parts(ctx, sh, &sh.Rows[0])
	if err != nil {
		return Row{}, err
	}
	row := sh.Rows[0]
	row.Role, row.Source = role, Source{ReportID: r.ID, Version: r.Version, State: r.State}
	for i := range row.Cells {
		if row.Cells[i].Set == nil && row.Cells[i].Key != "unit" {
			if row.Cells[i].Set, err = c.setFrom(ctx, ps, &sh.Rows[0], row.Cells[i].Col); err != nil {
				return Row{}, err
			}
		}
	}
	return row, nil
}

func (c *computing) row(ctx context.Context, at region.Code, role Role, in func(region.Code) bool) (Row, error) {
	row := Row{Key: rowKey(at), Region: at, Name: c.Tree.Name(at), Role: role}
	if role == Own {
		row.Key = ownKey(at)
	}
	for i := range c.sheet.Form.Columns {
		cell, err := c.cell(ctx, &c.sheet.Form.Columns[i], i, at, role, in)
		if err != nil {
			return Row{}, fmt.Errorf("%s of %s: %w", c.sheet.Form.Columns[i].Key, at, err)
		}
		if c.sheet.Form.Columns[i].Count == Words {
			cell.Text = row.Name
		}
		row.Cells = append(row.Cells, cell)
	}
	return row, nil
}

// position of a column: on paper, or negative for a measure of checks.
func position(col *Column, i int) int {
	if col.N > 0 {
		return col.N
	}
	return -i
}

// total unites the rows below: distinct people count once, headcounts and
// corrections below are added (semantics, Going up: union).
func (c *computing) total(rows []Row) Row {
	at := c.sheet.Region
	t := Row{Key: rowKey(at), Region: at, Name: c.Tree.Name(at), Role: Total}
	for i := range c.sheet.Form.Columns {
		col := &c.sheet.Form.Columns[i]
		cell := Cell{Col: position(col, i), Key: col.Key}
		if col.Count == Words {
			cell.Text = t.Name
			t.Cells = append(t.Cells, cell)
			continue
		}
		cell.Set = newSet()
		x := &cell.Explain
		*x = Explain{Column: col.Key, From: c.from, Cutoff: c.sheet.Cutoff, Received: c.sheet.Received, Month: c.sheet.Month, Last: -1, Calibre: calibreVersion}
		if col.Count != Figure {
			x.Month = 0
		}
		var sizes int64
		var told int
		for r := range rows {
			b := rows[r].Cell(col.Key)
			cell.Set.unite(b.Set)
			sizes += b.Set.Size()
			x.Records += b.Explain.Records
			if rows[r].Role == Own {
				x.Own = b.Value
				continue
			}
			if b.Value == Unknown {
				x.Missing++
				continue
			}
			told++
			x.Children += b.Value
			x.Corrected += b.Value - b.Set.Size()
		}
		x.Heads, x.Outside = cell.Set.Heads, int64(cell.Set.outsiders.GetCardinality())
		x.Double = sizes - cell.Set.Size()
		cell.Computed = cell.Set.Size() + x.Corrected
		if told == 0 && x.Missing > 0 {
			cell.Computed = Unknown
		}
		cell.Value = cell.Computed
		t.Cells = append(t.Cells, cell)
	}
	return t
}
