package rollup

import (
	"context"
	"maps"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/region"
	"wengang/internal/setting"
)

// Band is a range of monthly incomes in fen: From ≤ income < To; To is 0 where
// it has no end.
type Band struct {
	From, To int64
	N        int64
}

// Spread is how the monthly incomes of those who work lie. Incomes that nobody
// stated are Unknown: they are in no band, no mean and no quartile.
type Spread struct {
	Key     int64 // place, channel or place class of a part; the place itself of a whole
	Working int64
	Known   int64
	Total   int64 // fen
	Bands   []Band

	// Quartiles are incomes that somebody has (nearest rank); the median of an
	// even number is the middle of the two, rounded up to the fen. -1: nobody.
	Q1, Median, Q3 int64
}

// Unknown is how many of those who work have no stated income.
func (x *Spread) Unknown() int64 { return x.Working - x.Known }

// Mean of those known, in fen; -1 with none.
func (x *Spread) Mean() int64 {
	if x.Known == 0 {
		return -1
	}
	return (2*x.Total + x.Known) / (2 * x.Known)
}

// bandsOf are the bands in force: equal steps from the first limit.
func bandsOf(v setting.Values) []Band {
	first, step, n := int64(v.Int(BandFirst)), int64(v.Int(BandStep)), v.Int(BandCount)
	out := make([]Band, n)
	for i := range out {
		if i > 0 {
			out[i].From = first + int64(i-1)*step
		}
		if i < n-1 {
			out[i].To = first + int64(i)*step
		}
	}
	return out
}

// holds reports whether an income lies in the band.
func (b Band) holds(fen int64) bool { return fen >= b.From && (b.To == 0 || fen < b.To) }

// tally counts incomes by their exact value.
type tally struct {
	working int64
	by      map[int64]int64
}

func (t *tally) spread(key int64, bands []Band) Spread {
	x := Spread{Key: key, Working: t.working, Bands: slices.Clone(bands), Q1: -1, Median: -1, Q3: -1}
	values := slices.Sorted(maps.Keys(t.by))
	for _, v := range values {
		n := t.by[v]
		x.Known += n
		x.Total += v * n
		for i := range x.Bands {
			if x.Bands[i].holds(v) {
				x.Bands[i].N += n
				break
			}
		}
	}
	if x.Known == 0 {
		return x
	}
	rank := func(r int64) int64 { // the r-th income from below, from 1
		for _, v := range values {
			if r -= t.by[v]; r <= 0 {
				return v
			}
		}
		return values[len(values)-1]
	}
	x.Q1, x.Q3 = rank((x.Known+3)/4), rank((3*x.Known+3)/4)
	x.Median = (rank((x.Known+1)/2) + rank(x.Known/2+1) + 1) / 2
	return x
}

// Spreads is the distribution of incomes at a place in a month, and that of its
// parts: by place the children given, by channel or place class of the work
// those with anybody. It costs a pass over the rows of the place's counties.
func (s *Service) Spreads(ctx context.Context, scope region.Scope, at region.Code, by Dim, children []region.Code, m calendar.Month, view View) (whole Spread, parts []Spread, err error) {
	if !scope.Contains(at) {
		return whole, nil, errNotFound
	}
	if by != DimPlace && by != DimChannel && by != DimPlaceClass {
		return whole, nil, fault.New(fault.Invalid, "fault.invalid")
	}
	v, err := s.settings(ctx, at, m)
	if err != nil {
		return whole, nil, err
	}
	entries, err := s.entries(ctx, at, m, view)
	if err != nil {
		return whole, nil, err
	}
	all := &tally{by: map[int64]int64{}}
	of := map[int64]*tally{}
	for _, e := range entries {
		e.block.tallyIncomes(at, by, children, all, of)
	}
	bands := bandsOf(v)
	for _, k := range slices.Sorted(maps.Keys(of)) {
		parts = append(parts, of[k].spread(k, bands))
	}
	return all.spread(int64(at), bands), parts, nil
}

func (b *Block) tallyIncomes(at region.Code, by Dim, children []region.Code, all *tally, of map[int64]*tally) {
	last, child := -1, int64(0)
	b.members(working, at, func(v int, i int32) {
		k := b.keys[b.shape[i]]
		var part int64
		switch by {
		case DimChannel:
			part = int64(indicator.ChannelOf(k))
		case DimPlaceClass:
			part = int64(indicator.ClassOf(k))
		default:
			if v != last {
				last, child = v, 0
				for _, c := range children {
					if c.Contains(b.villages[v]) {
						child = int64(c)
					}
				}
			}
			part = child
		}
		t := of[part]
		if t == nil {
			t = &tally{by: map[int64]int64{}}
			of[part] = t
		}
		all.working++
		t.working++
		if income.Holds(k) {
			fen := b.wageAt(i)
			all.by[fen]++
			t.by[fen]++
		}
	})
}

// SpreadList is who has an income in a band, or with Unknown who works and has
// stated none; narrowed to a part of Spreads where Key is not that of the
// place. By person id after a given one.
type SpreadList struct {
	Band    int // position in Spread.Bands
	Unknown bool
	By      Dim
	Key     int64 // channel or place class; ignored with DimPlace
	// Of is the place whose bands are meant, 0 the place itself: a line of a table
	// counts by the bands of the table's place.
	Of region.Code
}

// Bands are those in force at a place.
func (s *Service) Bands(ctx context.Context, at region.Code, m calendar.Month) ([]Band, error) {
	v, err := s.settings(ctx, at, m)
	if err != nil {
		return nil, err
	}
	return bandsOf(v), nil
}

// ListSpread answers a stretch of such a list.
func (s *Service) ListSpread(ctx context.Context, scope region.Scope, at region.Code, m calendar.Month, view View, q SpreadList, after int64, limit int) (Page, error) {
	if !scope.Contains(at) {
		return Page{}, errNotFound
	}
	if q.Of == 0 {
		q.Of = at
	}
	bands, err := s.Bands(ctx, q.Of, m)
	if err != nil {
		return Page{}, err
	}
	if limit <= 0 || limit > maxPage || !q.Unknown && (q.Band < 0 || q.Band >= len(bands)) {
		return Page{}, fault.New(fault.Invalid, "fault.invalid")
	}
	entries, err := s.entries(ctx, at, m, view)
	if err != nil {
		return Page{}, err
	}
	return gather(entries, working, at, after, limit, func(b *Block, i int32) bool {
		k := b.keys[b.shape[i]]
		switch {
		case q.By == DimChannel && int64(indicator.ChannelOf(k)) != q.Key, q.By == DimPlaceClass && int64(indicator.ClassOf(k)) != q.Key:
			return false
		case q.Unknown:
			return !income.Holds(k)
		}
		return income.Holds(k) && bands[q.Band].holds(b.wageAt(i))
	}), nil
}

// gather is a stretch of the rows of an indicator that meet a condition.
func gather(entries []*entry, d *indicator.Def, at region.Code, after int64, limit int, keep func(b *Block, i int32) bool) Page {
	seen := roaring.New()
	var found []spot
	for _, e := range entries {
		b := e.block
		b.members(d, at, func(v int, i int32) {
			if keep(b, i) && seen.CheckedAdd(b.person[i]) && int64(b.person[i]) > after {
				found = append(found, spot{b, v, i})
			}
		})
	}
	return pageOf(found, int(seen.GetCardinality()), limit)
}
