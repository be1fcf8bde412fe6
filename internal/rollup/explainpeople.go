package rollup

import (
	"context"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"wengang/internal/fault"
	"wengang/internal/region"
)

// Turnover is the list behind some causes of a change, by person id after a
// given one: who came as the month has them, who left as the base month had
// them.
func (s *Service) Turnover(ctx context.Context, scope region.Scope, q Question, causes []Cause, after int64, limit int) (Page, error) {
	if limit <= 0 || limit > maxPage || len(causes) == 0 {
		return Page{}, fault.New(fault.Invalid, "fault.invalid")
	}
	x, err := s.ExplainOf(ctx, scope, q)
	if err != nil {
		return Page{}, err
	}
	came, left := roaring.New(), roaring.New()
	for _, c := range causes {
		i := slices.Index(Causes, c)
		if i < 0 {
			return Page{}, errNotFound
		}
		if set := x.People[c]; set == nil {
			continue
		} else if i < slices.Index(Causes, Ended) {
			came.Or(set)
		} else {
			left.Or(set)
		}
	}
	d := q.Def.Members()
	var found []spot
	for _, side := range []struct {
		set  *roaring.Bitmap
		base bool
	}{{came, false}, {left, true}} {
		m := q.Month
		if side.base {
			m = q.Base()
		}
		if side.set.IsEmpty() {
			continue
		}
		entries, err := s.entries(ctx, q.At, m, q.View)
		if err != nil {
			return Page{}, err
		}
		for _, e := range entries {
			b := e.block
			b.members(d, q.At, func(v int, i int32) {
				if side.set.Contains(b.person[i]) && int64(b.person[i]) > after {
					found = append(found, spot{b, v, i})
				}
			})
		}
	}
	return pageOf(found, int(came.GetCardinality()+left.GetCardinality()), limit), nil
}
