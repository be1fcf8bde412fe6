package rollup

import (
	"cmp"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"wengang/internal/indicator"
)

// members are the rows behind an indicator of the query, by block.
func (p *plan) members(entries []*entry, d *indicator.Def) [][]spot {
	d = d.Members()
	if d.Kind != indicator.Count && d.Kind != indicator.Total {
		return nil
	}
	w := *p
	w.axes, w.byRow = nil, true
	w.traits = w.traitTable()
	out := make([][]spot, len(entries))
	parallel(len(entries), func(i int) { out[i] = w.membersOf(entries[i].block, d) })
	return out
}

func (p *plan) membersOf(b *Block, d *indicator.Def) (out []spot) {
	t := p.tables(b)
	if t == nil {
		return nil
	}
	hold := b.holding(d)
	p.each(b, t, func(_ int32, v int, i int32) {
		if hold[b.shape[i]] {
			out = append(out, spot{b, v, i})
		}
	})
	if d.Stay {
		p.stays(b, t, func(_ int32, m *mover, v int, i int32) {
			if d.Moved(m.key) {
				out = append(out, spot{b, v, i})
			}
		})
	}
	return out
}

// list is the first page of the members after a person.
func (p *plan) list(entries []*entry, d *indicator.Def, after int64, limit int) Page {
	seen := roaring.New()
	var page []spot
	for _, found := range p.members(entries, d) {
		for _, f := range found {
			id := f.b.person[f.i]
			if seen.CheckedAdd(id) && int64(id) > after {
				page = append(page, f)
			}
		}
		if len(page) > 64*limit { // only the first ones are asked for
			page = firstOf(page, limit)
		}
	}
	return pageOf(firstOf(page, limit+1), int(seen.GetCardinality()), limit)
}

// firstOf keeps the first n+1 by person.
func firstOf(page []spot, n int) []spot {
	slices.SortFunc(page, func(a, b spot) int { return cmp.Compare(a.b.person[a.i], b.b.person[b.i]) })
	return page[:min(len(page), n+1)]
}
