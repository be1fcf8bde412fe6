package rollup

import (
	"context"

	"wengang/internal/calendar"
	"wengang/internal/indicator"
	"wengang/internal/region"
)

// Each calls fn for every row of a place and month, by county, village and
// person: those that count and those that do not, so that somebody can say why.
// Rows that movers leave behind in a county are among them.
func (s *Service) Each(ctx context.Context, scope region.Scope, at region.Code, m calendar.Month, view View, fn func(personID int64, village region.Code, k indicator.Key)) error {
	if !scope.Contains(at) {
		return errNotFound
	}
	entries, err := s.entries(ctx, at, m, view)
	if err != nil {
		return err
	}
	for _, e := range entries {
		b := e.block
		lo, hi := b.villageRange(at)
		for v := lo; v < hi; v++ {
			for i := b.start[v]; i < b.start[v+1]; i++ {
				fn(int64(b.person[i]), b.villages[v], b.keys[b.shape[i]])
			}
		}
	}
	return nil
}
