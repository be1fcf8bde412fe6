package slicehttp

import (
	"fmt"

	"wengang/internal/indicator"
	"wengang/internal/region"
	"wengang/internal/rollup"
	"wengang/internal/text"
	"wengang/internal/web"
)

// A drawing holds what can be read in it: bars and parts; the table has all.
const (
	maxBars  = 20
	maxParts = 6
	months   = 13 // of a row's line: the month of the year before is on it
)

func number(d *indicator.Def, v rollup.Value) *float64 {
	switch {
	case !v.Known:
		return nil
	case d.Unit == indicator.Fen:
		return web.F(float64(v.N) / 100)
	case d.Unit == indicator.Rate:
		return web.F(v.Float() * 100)
	}
	return web.F(float64(v.N))
}

func decimals(d *indicator.Def) int {
	if d.Unit == indicator.Rate {
		return 1
	}
	return 0
}

// chart draws the rows as bars, cut into the columns where those are parts.
func chart(r *web.Request, m *matrix, w *Words) web.Chart {
	x := m.x
	c := web.Chart{Kind: "bar", Title: title(r, x, w), Sub: r.T(x.Ind.Key()), Unit: unit(r, x.Ind), Decimals: decimals(x.Ind), First: w.Dim(x.Rows)}
	rows := m.rows
	if len(rows) > maxBars {
		rows = rows[:maxBars]
		c.Sub = r.T("slice.chart.first", maxBars, len(m.rows))
	}
	for _, key := range rows {
		c.Categories = append(c.Categories, w.Value(x.Rows, key))
		if mayList(r) {
			c.Links = append(c.Links, x.list(r, []rollup.Dim{x.Rows}, []int64{key}))
		}
	}
	if len(m.cols) > 0 && m.additive() && !x.Cols.Overlaps() {
		c.Kind = "stack"
		m.parts(r, w, rows, &c)
		return c
	}
	s := web.Series{Name: r.T(x.Ind.Key())}
	for _, key := range rows {
		s.Values = append(s.Values, number(x.Ind, m.row(key)))
	}
	c.Series = []web.Series{s}
	return c
}

// parts are the columns as parts of every bar: the largest, and the rest.
func (m *matrix) parts(r *web.Request, w *Words, rows []int64, c *web.Chart) {
	var t tableView
	cols := m.columns(&t)
	if len(cols) > maxParts {
		cols = largest(m, maxParts-1)
	}
	left := make([]int64, len(rows))
	for i, key := range rows {
		left[i] = m.row(key).N
	}
	for _, j := range cols {
		s := web.Series{Name: w.Value(m.x.Cols, m.cols[j])}
		for i, key := range rows {
			v := m.cell(key, j)
			left[i] -= v.N
			s.Values = append(s.Values, number(m.x.Ind, v))
		}
		c.Series = append(c.Series, s)
	}
	if len(cols) == len(m.cols) {
		return
	}
	s := web.Series{Name: r.T("slice.rest")}
	for _, n := range left {
		s.Values = append(s.Values, number(m.x.Ind, rollup.Value{Known: true, N: n}))
	}
	c.Series = append(c.Series, s)
}

func title(r *web.Request, x *Question, w *Words) string {
	switch x.Cols {
	case Headline:
		return r.T("slice.by", r.T("slice.cols.headline"), w.Dim(x.Rows))
	case "":
		return r.T("slice.by", r.T(x.Ind.Key()), w.Dim(x.Rows))
	}
	return r.T("slice.by.two", r.T(x.Ind.Key()), w.Dim(x.Rows), w.Dim(x.Cols))
}

// line is one row over the months.
func (h *Rim) line(r *web.Request, m *matrix, w *Words) (*web.Chart, error) {
	x := m.x
	if x.Line == nil || m.heads != nil {
		return nil, nil
	}
	c := web.Chart{Kind: "line", Title: r.T("slice.line", w.Value(x.Rows, *x.Line), r.T(x.Ind.Key())), Unit: unit(r, x.Ind), Decimals: decimals(x.Ind), First: r.T("web.month")}
	s := web.Series{Name: r.T(x.Ind.Key())}
	for i := range months {
		month := r.Month.Add(i - months + 1)
		q := x.Query(r.At, month, x.Rows)
		q.Cell = []int64{*x.Line}
		one, err := h.figures.Slice(r.Context(), r.Scope(), q)
		if err != nil {
			return nil, err
		}
		var v rollup.Value
		if one.Whole.Rows > 0 {
			v = one.Whole.Value(x.Ind)
		}
		c.Categories = append(c.Categories, month.String())
		s.Values = append(s.Values, number(x.Ind, v))
	}
	if last := s.Values[months-1]; last != nil {
		s.Marks = []web.Mark{{At: months - 1, Text: shown(x.Ind, m.row(*x.Line)), Emphasis: true}}
	}
	c.Series = []web.Series{s}
	return &c, nil
}

// reason puts a refusal to compare into words: codes become names, settings
// their titles.
func reason(r *web.Request, w *Words, c rollup.Change) string {
	args := make([]any, len(c.Args))
	for i, a := range c.Args {
		switch v := a.(type) {
		case region.Code:
			args[i] = v.String()
			if w.tree != nil && w.tree.Name(v) != "" {
				args[i] = w.tree.Name(v)
			}
		case string:
			args[i] = v
			if key := "setting." + v; text.Has(key) {
				args[i] = r.T(key)
			}
		default:
			args[i] = fmt.Sprint(a)
		}
	}
	return r.T(c.Key, args...)
}
