package rollup

import (
	"context"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/region"
)

// OriginCell is how many people of an origin work at a place (facts A036,
// A039, A040: the workplace's calibre, never added to the origin's).
type OriginCell struct {
	From    region.Code // province of origin; within the own province the city
	To      region.Code // the child of the place, or the place itself
	N       int64
	MidWest bool // From is one of the 中西部 provinces
}

// Origins is where those who work at a place come from, by the place's
// children: of an indicator of the workplace's calibre. The cells add up to
// the figure (Absorbed). Places of work reach to the county: below there is
// nothing to tell. It costs a pass over every county that holds anybody.
func (s *Service) Origins(ctx context.Context, scope region.Scope, d *indicator.Def, at region.Code, children []region.Code, m calendar.Month, view View) ([]OriginCell, error) {
	if !scope.Contains(at) {
		return nil, errNotFound
	}
	if d.Kind != indicator.Absorb {
		return nil, fault.New(fault.Invalid, "fault.invalid")
	}
	if at.Level() > region.County {
		return nil, nil
	}
	entries, err := s.entries(ctx, region.Country, m, view)
	if err != nil {
		return nil, err
	}
	sums := map[OriginCell]int64{}
	for _, e := range entries {
		b := e.block
		from := originOf(b.County, at)
		to := make([]region.Code, len(b.places))
		for p, code := range b.places {
			to[p] = childAt(code, at, children)
		}
		b.absorbed(d, at, func(_ int, i int32) {
			p := b.place[i]
			if d.YearEnd {
				p = b.year[i]
			}
			sums[OriginCell{From: from, To: to[p], MidWest: region.MidWest(b.County)}]++
		})
	}
	out := make([]OriginCell, 0, len(sums))
	for c, n := range sums {
		c.N = n
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b OriginCell) int {
		if a.From != b.From {
			return int(a.From - b.From)
		}
		return int(a.To - b.To)
	})
	return out, nil
}

// originOf is how coarsely an origin is told: beyond the province its province.
func originOf(county, at region.Code) region.Code {
	if at != region.Country && county.At(region.Province) == at.At(region.Province) {
		return county.At(region.City)
	}
	return county.At(region.Province)
}

// childAt is the child that holds a place of work; the place itself where the
// work is not told more exactly.
func childAt(work, at region.Code, children []region.Code) region.Code {
	for _, c := range children {
		if c.Contains(work) {
			return c
		}
	}
	return at
}
