package slicehttp

import (
	"cmp"
	"slices"

	"wengang/internal/indicator"
	"wengang/internal/rollup"
	"wengang/internal/web"
)

// Headline stands for a second dimension: its columns are the main indicators.
const Headline rollup.Dim = "headline"

// headline are the indicators of those columns, in order.
var headline = []string{"registered", "able_willing", "working", "employment_rate", "jobless", "unverified", "worked_year", "stable_working", "income_mean"}

// matrix is an answered question: the values of both dimensions in their order
// on the page and the figures of every cell, row, column and the whole.
type matrix struct {
	x          *Question
	rows, cols []int64          // keys; no cols for one dimension
	heads      []*indicator.Def // the columns of Headline
	cells      *rollup.Sliced   // by both
	byRow      *rollup.Sliced
	byCol      *rollup.Sliced
	last, year *rollup.Sliced // by row, the month and the year before; nil: not asked
}

// ask answers a question; compared adds the bases of 环比 and 同比.
func (h *Rim) ask(r *web.Request, x *Question, w *Words, compared bool) (*matrix, error) {
	m := &matrix{x: x}
	slice := func(back int, by ...rollup.Dim) (*rollup.Sliced, error) {
		s, err := h.figures.Slice(r.Context(), r.Scope(), x.Query(r.At, r.Month.Add(-back), by...))
		return &s, err
	}
	var err error
	// along takes one dimension out of the cells where they add up, and asks
	// anew where people may be in several.
	along := func(i int, d rollup.Dim) (*rollup.Sliced, error) {
		if m.cells != nil {
			if s, ok := m.cells.Along(i); ok {
				return s, nil
			}
		}
		return slice(0, d)
	}
	switch {
	case x.Cols == Headline:
		for _, id := range headline {
			m.heads = append(m.heads, indicator.MustGet(id))
		}
	case x.Cols != "":
		if m.cells, err = slice(0, x.Rows, x.Cols); err != nil {
			return nil, err
		}
		if m.byCol, err = along(1, x.Cols); err != nil {
			return nil, err
		}
		m.cols = m.order(w, m.byCol, x.Cols, x.Sort == "value" && !ordered(x.Cols))
	}
	if m.byRow, err = along(0, x.Rows); err != nil {
		return nil, err
	}
	m.rows = m.order(w, m.byRow, x.Rows, x.Sort == "value")
	if !compared {
		return m, nil
	}
	if m.last, err = slice(1, x.Rows); err != nil {
		return nil, err
	}
	m.year, err = slice(12, x.Rows)
	return m, err
}

// ordered are the dimensions whose values have an order of their own.
func ordered(d rollup.Dim) bool {
	return d == rollup.DimAge || d == rollup.DimEducation || d == rollup.DimSkill || d == rollup.DimSex || d == rollup.DimClass
}

// order lists the values of a dimension that somebody counts in: by size, or
// as the dimension lists them, not stated last.
func (m *matrix) order(w *Words, s *rollup.Sliced, d rollup.Dim, bySize bool) []int64 {
	var out []int64
	for i := range s.Cells {
		if c := &s.Cells[i]; c.Rows > 0 && m.counts(c) {
			out = append(out, c.Keys[0])
		}
	}
	rank := map[int64]int{}
	for i, v := range w.values(d) {
		rank[v] = i
	}
	slices.SortStableFunc(out, func(a, b int64) int {
		if bySize {
			va, vb := s.At(a).Value(m.x.Ind).Float(), s.At(b).Value(m.x.Ind).Float()
			if va != vb {
				return cmp.Compare(vb, va)
			}
		}
		ra, oka := rank[a]
		rb, okb := rank[b]
		switch {
		case oka && okb:
			return ra - rb
		case oka != okb:
			if oka {
				return -1
			}
			return 1
		}
		return cmp.Compare(a, b)
	})
	return out
}

// counts reports whether a cell has anything to say: rows that the indicator
// does not count are no line of their own.
func (m *matrix) counts(c *rollup.SliceCell) bool {
	if m.x.Cols == Headline {
		return c.N("registered") > 0 || c.N("worked_year") > 0
	}
	d := m.x.Ind
	switch d.Kind {
	case indicator.Ratio:
		return c.N(d.Den) > 0
	case indicator.Total:
		return c.Value(d.Members()).N > 0
	}
	return c.Value(d).N != 0
}

// additive reports that the cells of the indicator can be added up.
func (m *matrix) additive() bool {
	return m.x.Cols != Headline && (m.x.Ind.Kind == indicator.Count || m.x.Ind.Kind == indicator.Total)
}

func (m *matrix) def(col int) *indicator.Def {
	if m.heads != nil {
		return m.heads[col]
	}
	return m.x.Ind
}

// width is how many columns of figures a row has beside its total.
func (m *matrix) width() int {
	if m.heads != nil {
		return len(m.heads)
	}
	return len(m.cols)
}

func (m *matrix) cell(row int64, col int) rollup.Value {
	if m.heads != nil {
		return m.byRow.At(row).Value(m.heads[col])
	}
	return m.cells.At(row, m.cols[col]).Value(m.x.Ind)
}

func (m *matrix) row(row int64) rollup.Value { return m.byRow.At(row).Value(m.x.Ind) }

func (m *matrix) col(col int) rollup.Value {
	if m.heads != nil {
		return m.byRow.Whole.Value(m.heads[col])
	}
	return m.byCol.At(m.cols[col]).Value(m.x.Ind)
}

func (m *matrix) whole() rollup.Value { return m.byRow.Whole.Value(m.x.Ind) }

// changes are 环比 and 同比 of a row; of the whole for nil.
func (m *matrix) changes(row *int64) (last, year rollup.Change) {
	now, l, y := &m.byRow.Whole.Figures, &m.last.Whole.Figures, &m.year.Whole.Figures
	if row != nil {
		now, l, y = &m.byRow.At(*row).Figures, &m.last.At(*row).Figures, &m.year.At(*row).Figures
	}
	return rollup.Compare(m.x.Ind, now, l), rollup.Compare(m.x.Ind, now, y)
}

// largest are the n columns with most people, in the table's order.
func largest(m *matrix, n int) []int {
	out := make([]int, len(m.cols))
	for i := range out {
		out[i] = i
	}
	slices.SortStableFunc(out, func(a, b int) int { return cmp.Compare(m.col(b).N, m.col(a).N) })
	out = out[:n]
	slices.Sort(out)
	return out
}
