package rollup

import (
	"context"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/indicator"
	"wengang/internal/region"
)

// Dest is where people of a place work: county-level code and place class.
type Dest struct {
	Place region.Code // 0: not stated
	Class int
	N     int64
	Known int64 // of them with a known income
	Fen   int64 // their income
}

// Mean is the mean monthly income of those known, in fen; -1 with none.
func (d Dest) Mean() int64 {
	if d.Known == 0 {
		return -1
	}
	return (2*d.Fen + d.Known) / (2 * d.Known)
}

var working = indicator.MustGet("working")

// Destinations says where the people of a place who work at the end of the
// month do so, the most first. Their sum is the figure of 在岗.
func (s *Service) Destinations(ctx context.Context, scope region.Scope, at region.Code, m calendar.Month, view View) ([]Dest, error) {
	if !scope.Contains(at) {
		return nil, errNotFound
	}
	entries, err := s.entries(ctx, at, m, view)
	if err != nil {
		return nil, err
	}
	type key struct {
		place region.Code
		class int
	}
	sums := map[key]*Dest{}
	for _, e := range entries {
		b := e.block
		local := map[uint32]*Dest{} // place and class of this block
		b.members(working, at, func(_ int, i int32) {
			k := b.keys[b.shape[i]]
			id := uint32(b.place[i])<<3 | uint32(indicator.ClassOf(k))
			d := local[id]
			if d == nil {
				g := key{b.places[b.place[i]], indicator.ClassOf(k)}
				if d = sums[g]; d == nil {
					d = &Dest{Place: g.place, Class: g.class}
					sums[g] = d
				}
				local[id] = d
			}
			d.N++
			if income.Holds(k) {
				d.Known++
				d.Fen += b.wageAt(i)
			}
		})
	}
	out := make([]Dest, 0, len(sums))
	for _, d := range sums {
		out = append(out, *d)
	}
	slices.SortFunc(out, func(a, b Dest) int {
		if a.N != b.N {
			return int(b.N - a.N)
		}
		if a.Place != b.Place {
			return int(a.Place - b.Place)
		}
		return a.Class - b.Class
	})
	return out, nil
}

// Cell of a matrix: people of a child who work in a class of places.
type Cell struct {
	From  region.Code
	Class int
	To    region.Code // province of the work, or city within the own province
	N     int64
}

// Matrix is who works where, by child of a place: within the own province by
// city, outside by province.
func (s *Service) Matrix(ctx context.Context, scope region.Scope, at region.Code, children []region.Code, m calendar.Month, view View) ([]Cell, error) {
	if !scope.Contains(at) {
		return nil, errNotFound
	}
	entries, err := s.entries(ctx, at, m, view)
	if err != nil {
		return nil, err
	}
	x := newExplainer(working, at, children)
	sums := map[Cell]int64{}
	for _, e := range entries {
		b, last, child := e.block, -1, 0
		b.members(working, at, func(v int, i int32) {
			if v != last {
				last, child = v, x.childOf(b.villages[v])
			}
			class := indicator.ClassOf(b.keys[b.shape[i]])
			sums[Cell{From: x.parts[child].Region, Class: class, To: coarse(b.places[b.place[i]], class)}]++
		})
	}
	out := make([]Cell, 0, len(sums))
	for c, n := range sums {
		c.N = n
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Cell) int {
		switch {
		case a.From != b.From:
			return int(a.From - b.From)
		case a.Class != b.Class:
			return a.Class - b.Class
		}
		return int(a.To - b.To)
	})
	return out, nil
}

func coarse(place region.Code, class int) region.Code {
	switch class {
	case fact.InsideCounty:
		return place
	case fact.OutsideCounty:
		return place.At(region.City)
	}
	return place.At(region.Province)
}
