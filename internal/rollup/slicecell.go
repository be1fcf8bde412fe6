package rollup

import (
	"slices"

	"wengang/internal/indicator"
)

// At is a cell by its keys. Where nobody is in it, it is one without people of
// a place and month that have some: its counts are 0, not unknown.
func (s *Sliced) At(keys ...int64) *SliceCell {
	if c := s.Cell(keys...); c != nil {
		return c
	}
	c := &SliceCell{Keys: slices.Clone(keys), Figures: s.Whole.Figures}
	c.counts, c.money, c.Rows = make([]int64, indicator.Lanes()), 0, 0
	for _, n := range s.Whole.counties {
		if n > 0 {
			c.Rows = 1 // known to be nobody
		}
	}
	return c
}

// Along adds the cells of two dimensions up to those of one of them, 0 or 1:
// what a question by that dimension alone answers, without another pass over
// the rows. It answers false where people may be in several cells of the other
// dimension.
func (s *Sliced) Along(i int) (*Sliced, bool) {
	if len(s.Query.By) != 2 || s.Query.By[1-i].Overlaps() {
		return nil, false
	}
	out := &Sliced{Query: s.Query, Whole: s.Whole, Tags: s.Tags}
	out.Query.By = s.Query.By[i : i+1]
	at := map[int64]int{}
	for k := range s.Cells {
		c := &s.Cells[k]
		n, ok := at[c.Keys[i]]
		if !ok {
			n = len(out.Cells)
			at[c.Keys[i]] = n
			one := SliceCell{Keys: []int64{c.Keys[i]}, Figures: c.Figures}
			one.counts, one.money, one.Rows = make([]int64, len(c.counts)), 0, 0
			out.Cells = append(out.Cells, one)
		}
		to := &out.Cells[n]
		to.Rows += c.Rows
		to.money += c.money
		for lane, v := range c.counts {
			to.counts[lane] += v
		}
	}
	slices.SortFunc(out.Cells, func(a, b SliceCell) int { return slices.Compare(a.Keys, b.Keys) })
	return out, true
}
