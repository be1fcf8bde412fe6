package rollup

import (
	"context"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/indicator"
	"wengang/internal/region"
)

// snapshot is one month of the place's counties.
type snapshot struct {
	month   calendar.Month
	entries []*entry
	missing Missing
	stamps  map[region.Code]string
	facts   int
	in      people // in work
	there   people // on the register
	changed people
}

// people is a set of person ids: they are dense.
type people []uint64

func (p *people) add(id uint32) {
	for int(id/64) >= len(*p) {
		*p = append(*p, make([]uint64, max(1024, len(*p)))...)
	}
	(*p)[id/64] |= 1 << (id % 64)
}

func (p people) has(id uint32) bool { return int(id/64) < len(p) && p[id/64]>>(id%64)&1 != 0 }

// read reads a month: which counties have closed it, and who works.
func (t *tracker) read(ctx context.Context, s *Service, m calendar.Month) (*snapshot, error) {
	x := &snapshot{month: m, stamps: map[region.Code]string{}, facts: fact.FactsVersion}
	if m > calendar.MonthAt(s.db.Clock()) {
		x.missing = NotCome
		return x, nil
	}
	entries, err := s.load(ctx, t.counties, []calendar.Month{m}, false)
	if err != nil {
		return nil, err
	}
	for i, e := range entries {
		switch {
		case e.block == nil:
			x.missing = NoRecords
			continue
		case e.open && x.missing == "":
			x.missing = NotClosed
		}
		x.stamps[t.counties[i]] = e.stamp
		x.facts = min(x.facts, fact.VersionOf(e.stamp))
		x.entries = append(x.entries, e)
	}
	if len(entries) == 0 {
		x.missing = NoRecords
	}
	if x.missing == "" {
		x.fill()
	}
	return x, nil
}

func (x *snapshot) fill() {
	for _, e := range x.entries {
		b := e.block
		flags := make([]uint8, len(b.keys))
		for i, k := range b.keys {
			f := indicator.FlagsOf(k)
			if f&fact.Counted != 0 {
				flags[i] |= 1
			}
			if f&(fact.Counted|fact.Working) == fact.Counted|fact.Working {
				flags[i] |= 2
			}
			if f&fact.Changed != 0 {
				flags[i] |= 4
			}
		}
		for i, id := range b.person {
			f := flags[b.shape[i]]
			if f&1 != 0 {
				x.there.add(id)
			}
			if f&2 != 0 {
				x.in.add(id)
			}
			if f&4 != 0 {
				x.changed.add(id)
			}
		}
	}
}
