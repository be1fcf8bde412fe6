package rollup

import (
	"slices"

	"wengang/internal/region"
)

// tables lead a row of one block to its cell: base of its village plus the
// offsets of its shape, trait and group; a negative sum is no cell.
type tables struct {
	lo, hi int       // villages of the query's place
	bases  [][]int32 // by village from lo: one, none, or one per tag
	shapes []int32
	groups []int32
	kinds  [][]int32 // with an axis of kinds: what each kind of a group adds
	cells  int
	keys   [][]int64 // values of the axes in this block
}

// tables of a block; nil where nobody of it can be in the answer.
func (p *plan) tables(b *Block) *tables {
	t := &tables{keys: make([][]int64, len(p.axes))}
	t.lo, t.hi = b.villageRange(p.q.At)
	if t.lo == t.hi {
		return nil
	}
	places, settlements := -1, -1
	for i := range p.axes {
		t.keys[i] = p.axes[i].values
		switch p.axes[i].dim {
		case DimPlace:
			places, t.keys[i] = i, b.placesAt(p.q.level(), t.lo, t.hi)
		case DimSettlement:
			settlements, t.keys[i] = i, b.settlements()
		}
	}
	strides := []int32{1, 1}
	t.cells = 1
	for i := len(t.keys) - 1; i >= 0; i-- {
		strides[i] = int32(t.cells)
		t.cells *= len(t.keys[i])
	}
	var settle func(int64) int32
	if settlements >= 0 {
		settle = func(id int64) int32 {
			at, _ := slices.BinarySearch(t.keys[settlements], id)
			return int32(at) * strides[settlements]
		}
	}
	some := false
	t.bases = make([][]int32, t.hi-t.lo)
	for i := range t.bases {
		v := b.villages[t.lo+i]
		if !p.inVillage(v) {
			continue
		}
		base := int32(0)
		if places >= 0 {
			at, _ := slices.BinarySearch(t.keys[places], int64(v.At(p.q.level())))
			base = int32(at) * strides[places]
		}
		t.bases[i] = p.tagBases(v, base)
		some = true
	}
	if !some {
		return nil
	}
	if p.byRow {
		t.shapes = p.shapes(b)
		t.groups, t.kinds = p.groups(b, settle)
	}
	return t
}

// tagBases are the bases of a village in the cells by tag: one per list.
func (p *plan) tagBases(v region.Code, base int32) []int32 {
	i := slices.IndexFunc(p.axes, func(a axis) bool { return a.dim == DimTag })
	if i < 0 {
		return []int32{base}
	}
	tags := p.tagsOf(v)
	if len(tags) == 0 {
		tags = []int64{0}
	}
	out := make([]int32, len(tags))
	for k, tag := range tags {
		out[k] = base + p.axes[i].at[tag]*p.stride(i)
	}
	return out
}

// placesAt are the places of a level that hold the block's villages lo to hi.
func (b *Block) placesAt(l region.Level, lo, hi int) []int64 {
	var out []int64
	for _, v := range b.villages[lo:hi] {
		if c := int64(v.At(l)); len(out) == 0 || out[len(out)-1] != c {
			out = append(out, c)
		}
	}
	return out
}

func (b *Block) settlements() []int64 {
	out := make([]int64, len(b.groups))
	for i, g := range b.groups {
		out[i] = g.settlement
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// each calls f for every row of the answer with its cell, or with each of its
// cells where it has several kinds or tags.
func (p *plan) each(b *Block, t *tables, f func(cell int32, v int, i int32)) {
	for vi, bases := range t.bases {
		v := t.lo + vi
		for _, base := range bases {
			for i := b.start[v]; i < b.start[v+1]; i++ {
				cell := base + t.shapes[b.shape[i]] + p.traits[b.trait[i]] + t.groups[b.group[i]]
				switch {
				case cell < 0:
				case t.kinds == nil:
					f(cell, v, i)
				default:
					for _, off := range t.kinds[b.group[i]] {
						f(cell+off, v, i)
					}
				}
			}
		}
	}
}

// stays calls f for the movers within the query's place, who count in a Stay
// indicator beside the rows.
func (p *plan) stays(b *Block, t *tables, f func(cell int32, m *mover, v int, i int32)) {
	for k := range b.movers {
		m := &b.movers[k]
		if m.left || !p.q.At.Contains(m.at) || !p.q.At.Contains(m.from) {
			continue
		}
		v, i := b.find(m.at, m.person)
		if i < 0 {
			continue
		}
		for _, base := range t.bases[v-t.lo] {
			if !p.byRow {
				f(base, m, v, i)
				continue
			}
			cell := base + t.shapes[b.shape[i]] + p.traits[b.trait[i]] + t.groups[b.group[i]]
			if cell >= 0 && t.kinds == nil {
				f(cell, m, v, i)
			} else if cell >= 0 {
				for _, off := range t.kinds[b.group[i]] {
					f(cell+off, m, v, i)
				}
			}
		}
	}
}
