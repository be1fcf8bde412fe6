package rollup

import (
	"cmp"
	"maps"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/indicator"
	"wengang/internal/region"
)

// upKey is a place above the counties in a month.
type upKey struct {
	at    region.Code
	month calendar.Month
}

// entryOf is a block as the service would have it, with its calibre.
func (v *verifier) entryOf(b *Block) *entry {
	v.s.mu.Lock()
	defer v.s.mu.Unlock()
	return &entry{block: b, stamp: v.s.states[b.County][b.Month].stamp}
}

// identities checks that the stocks of two following months differ by what came
// and went.
func (v *verifier) identities(county region.Code, was, is *Figures) {
	for _, st := range Stocks {
		x := Between(st, was, is)
		v.differ(Difference{"flow", county, is.Region, is.Month, string(st), x.End, x.Start + x.Net()})
	}
}

// combined compares the sums and differences of every village with what their
// own condition counts.
func (v *verifier) combined(b *Block) error {
	var defs []*indicator.Def
	var sums []string
	for _, d := range indicator.All() {
		if d.Kind == indicator.Combine {
			defs, sums = append(defs, d), append(sums, sumOf(d.SQL))
		}
	}
	e := v.entryOf(b)
	return v.query(b, "village", sums, "", func(at region.Code, got []int64) {
		f := newFigures(at, b.Month)
		f.add(e, b.County, at)
		for i, d := range defs {
			if x := f.Value(d); x.Known {
				v.differ(Difference{"combined", b.County, at, b.Month, d.ID, x.N, got[i]})
			}
		}
	})
}

// gather adds a county's month to the places above it.
func (v *verifier) gather(b *Block) {
	if v.up == nil {
		v.up = map[upKey]*Figures{}
	}
	e := v.entryOf(b)
	for _, l := range []region.Level{region.City, region.Province, region.Nation} {
		k := upKey{b.County.At(l), b.Month}
		f := v.up[k]
		if f == nil {
			n := newFigures(k.at, b.Month)
			f = &n
			v.up[k] = f
		}
		f.add(e, b.County, k.at)
	}
}

// above checks the identities of cities, provinces and the nation, month by
// month and over each year, wherever the same counties have records.
func (v *verifier) above() {
	keys := slices.SortedFunc(maps.Keys(v.up), func(a, b upKey) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.month, b.month))
	})
	for _, k := range keys {
		is, was := v.up[k], v.up[upKey{k.at, k.month.Add(-1)}]
		if was == nil || !sameCounties(was, is) {
			continue
		}
		v.identities(0, was, is)
		if start := v.up[upKey{k.at, k.month.January().Add(-1)}]; start != nil {
			v.yearOf(k, start)
		}
	}
}

// yearOf checks the identity from January to a month.
func (v *verifier) yearOf(k upKey, start *Figures) {
	for _, st := range Stocks {
		x, was := newIdentity(st, start), start
		for m := k.month.January(); m <= k.month; m = m.Add(1) {
			is := v.up[upKey{k.at, m}]
			if is == nil || !sameCounties(was, is) {
				return
			}
			x.then(was, is)
			was = is
		}
		v.differ(Difference{"year", 0, k.at, k.month, string(st), x.End, x.Start + x.Net()})
	}
}

func sameCounties(a, b *Figures) bool {
	return len(a.counties) == len(b.counties) && maps.EqualFunc(a.counties, b.counties, func(int, int) bool { return true })
}
