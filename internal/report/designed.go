package report

import (
	"context"
	"math/big"
	"slices"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Valuer gives indicators that no set of people stands for: money, means and
// rates. A rate is answered in ten-thousandths.
type Valuer interface {
	Measure(ctx context.Context, scope region.Scope, indicator string, at region.Code, m calendar.Month) (n int64, known bool, err error)
}

// Slicer gives the people of an indicator who have these values of dimensions.
type Slicer interface {
	SliceMembers(ctx context.Context, scope region.Scope, indicator string, where map[string][]int64, at region.Code, m calendar.Month) (ids []int64, known bool, err error)
}

// Lists reports whether people or registers stand behind a column's numbers.
func (c *Column) Lists() bool {
	return c.Count != Words && c.Count != Typed && c.Count != Derived && c.Count != Measured
}

// apart reports a column whose total is not the union of the rows below.
func (c *Column) apart() bool { return c.Count == Derived || c.Count == Measured }

// Preview computes a form that is not published, as if it were the unit's own
// for the period. It keeps nothing.
func (s *Store) Preview(ctx context.Context, scope region.Scope, f *Form, at region.Code, p Period) (*Sheet, error) {
	if !scope.Contains(at) || !f.Serves(at) {
		return nil, errNotFound
	}
	if _, known := s.Tree.Get(at); !known || at == region.Country {
		return nil, errNotFound
	}
	return s.compute(ctx, scope, f, nil, at, p)
}

// lines are the places that get a row: those with a form of their own, and of
// a designed list of places also towns and villages.
func (c *computing) lines(at region.Code) []region.Place {
	d := c.sheet.Form.Design
	switch {
	case d == nil:
		return c.below(at)
	case d.Lines == nil:
		return c.below(at)
	}
	all := c.Tree.Children(at)
	if !slices.ContainsFunc(all, d.Lines) {
		return c.below(at) // the unit is itself a row of the list
	}
	return all
}

// end bounds what a designed form counts: its period, as far as it has come.
func (f *Form) end(p Period, today calendar.Date) calendar.Date {
	return min(p.Last().LastDay(), today)
}

// months that a column of a designed form looks at, the latest last.
func (col *Column) months(p Period) []calendar.Month {
	last := p.Last()
	switch {
	case col.Month > 0:
		return []calendar.Month{calendar.MonthOf(last.Year(), col.Month)}
	case col.Months == LastMonth:
		return []calendar.Month{last.Add(-1)}
	case col.Months == LastYear:
		return []calendar.Month{last.Add(-12)}
	case col.Months == SoFar:
		var out []calendar.Month
		for m := calendar.MonthOf(last.Year(), 1); m <= last; m = m.Add(1) {
			out = append(out, m)
		}
		return out
	}
	return []calendar.Month{last}
}

// span unites the people behind an indicator in the column's months; it
// answers the latest month that has figures, 0 where none has.
func (c *computing) span(ctx context.Context, col *Column, at region.Code, set *Set) (calendar.Month, error) {
	var found calendar.Month
	for _, m := range col.months(c.sheet.Period) {
		if m > c.sheet.Cutoff.Month() {
			break
		}
		ids, known, err := c.counted(ctx, col, at, m)
		if err != nil {
			return 0, err
		}
		if !known {
			continue
		}
		found = m
		for _, id := range ids {
			if err := add(set.people, id); err != nil {
				return 0, err
			}
		}
	}
	if found > c.sheet.Month {
		c.sheet.Month = found
	}
	return found, nil
}

func (c *computing) counted(ctx context.Context, col *Column, at region.Code, m calendar.Month) ([]int64, bool, error) {
	if len(col.Where) == 0 {
		return c.Figures.Members(ctx, c.scope, col.Figure, at, m)
	}
	s, ok := c.Figures.(Slicer)
	if !ok {
		return nil, false, nil
	}
	return s.SliceMembers(ctx, c.scope, col.Figure, col.Where, at, m)
}

// measured asks for a number without a list.
func (c *computing) measured(ctx context.Context, col *Column, at region.Code, cell *Cell) error {
	cell.Value = Unknown
	v, ok := c.Figures.(Valuer)
	months := col.months(c.sheet.Period)
	m := months[len(months)-1]
	if !ok || m > c.sheet.Cutoff.Month() {
		return nil
	}
	n, known, err := v.Measure(ctx, c.scope, col.Figure, at, m)
	if err != nil || !known {
		return err
	}
	cell.Value, cell.Explain.Month = n, m
	return nil
}

// totals fills the unit's own cells that are no union: measured ones.
func (c *computing) totals(ctx context.Context) error {
	sh := c.sheet
	if sh.Form.Design == nil || len(sh.Rows) < 2 || sh.Rows[0].Role != Total {
		return nil
	}
	for i := range sh.Form.Columns {
		col := &sh.Form.Columns[i]
		if !col.apart() {
			continue
		}
		cell, err := c.cell(ctx, col, i, sh.Region, Total, func(region.Code) bool { return false })
		if err != nil {
			return err
		}
		*sh.Rows[0].Cell(col.Key) = cell
	}
	return nil
}

// derive computes the cells that are made of others, after corrections. What
// cannot be computed stays unknown.
func (sh *Sheet) derive() {
	for i := range sh.Rows {
		r := &sh.Rows[i]
		if r.Source.ReportID != 0 {
			continue
		}
		for j := range r.Cells {
			c := &r.Cells[j]
			col := sh.Form.Column(c.Key)
			if col == nil || col.Derive == nil {
				continue
			}
			c.Value, c.Text = Unknown, ""
			if n, printed, ok := col.Derive(sh.values(r)); ok {
				c.Value, c.Text = max(n, Unknown), printed
			}
			c.Computed = c.Value
		}
	}
}

// values reads a row's numbers by column.
func (sh *Sheet) values(r *Row) func(string) (int64, bool) {
	return func(key string) (int64, bool) {
		c := r.Cell(key)
		if c == nil || c.Value == Unknown {
			return 0, false
		}
		return c.Value, true
	}
}

// designed runs the checks of a designed form over a row.
func (sh *Sheet) designed(r *Row) {
	if sh.Form.Design == nil {
		return
	}
	for _, check := range sh.Form.Design.Checks {
		holds, left, right := check.Holds(sh.values(r))
		if left == "" {
			continue // a number is missing
		}
		sh.Checked++
		if holds {
			continue
		}
		noted := false
		for i := range r.Cells {
			noted = noted || r.Cells[i].Col == check.Col && r.Cells[i].Correction != nil
		}
		if check.Hard || !noted {
			sh.tell(Finding{Rule: map[bool]string{true: "report.check.designed", false: "report.check.designed.note"}[check.Hard],
				Row: r.Key, Col: check.Col, Hard: true, Args: []any{r.Name, check.Words, left, right}})
		}
	}
}

// typedByHand is the reason of a number that the form asks somebody to write.
const typedByHand = "手工填写"

// mayCorrect refuses cells that follow from others.
func mayCorrect(col *Column) error {
	if col != nil && col.Count == Derived {
		return fault.New(fault.Conflict, "report.correct_derived")
	}
	return nil
}

// Parse reads a printed number of the column back: 1.23 万人 is 12,300. It is
// false for what is no number of at most the column's decimals.
func (c *Column) Parse(s string) (int64, bool) {
	s = strings.ReplaceAll(strings.TrimSpace(s), ",", "")
	if s == "" || strings.Trim(s, "0123456789.") != "" || len(s) > 15 {
		return 0, false
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return 0, false
	}
	r.Mul(r, big.NewRat(max(1, c.Divide), 1))
	return r.Num().Int64(), r.IsInt()
}
