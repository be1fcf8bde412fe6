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
