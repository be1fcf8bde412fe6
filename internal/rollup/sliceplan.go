package rollup

import (
	"maps"
	"slices"

	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/region"
)

// plan is a query made ready: for everything that a row has, a table of the
// cell it leads to, or of reject.
type plan struct {
	q      Query
	whole  Figures
	names  map[int64]string
	listed map[int64]map[region.Code]bool // places of each list of areas
	conds  []cond
	axes   []axis
	byRow  bool    // a condition or an axis needs the rows; else villages do
	traits []int32 // by trait: offset of the cell, or reject
}

// cond is one dimension's condition.
type cond struct {
	dim    Dim
	values []int64
	has    map[int64]bool
	places map[region.Code]bool // of a condition on place or tag
}

func (c *cond) ofPlace() bool { return c.dim == DimPlace || c.dim == DimTag }

// axis is one dimension of the cells: its values by position. A block numbers
// its own places and settlements.
type axis struct {
	dim    Dim
	values []int64
	at     map[int64]int32
}

func newAxis(d Dim, values []int64) axis {
	a := axis{dim: d, values: values, at: make(map[int64]int32, len(values))}
	for i, v := range values {
		a.at[v] = int32(i)
	}
	return a
}

// reject is an offset that stays negative whatever is added to it.
const reject = -1 << 28

func newPlan(q Query, names map[int64]string, listed map[int64]map[region.Code]bool) (*plan, error) {
	p := &plan{q: q, names: names, listed: listed}
	if len(q.By) > 2 || len(q.By) == 2 && q.By[0] == q.By[1] || q.Cell != nil && len(q.Cell) != len(q.By) {
		return nil, fault.New(fault.Invalid, "fault.invalid")
	}
	for _, d := range Dims { // in one order, and no other key
		if v, ok := q.Where[d]; ok && len(v) > 0 {
			p.cond(d, v)
		}
	}
	for i, d := range q.By {
		if !slices.Contains(Dims, d) {
			return nil, fault.New(fault.Invalid, "fault.invalid")
		}
		if q.Cell != nil {
			p.cond(d, q.Cell[i:i+1])
			continue
		}
		a := newAxis(d, d.Values())
		if d == DimTag {
			a = newAxis(d, append(slices.Sorted(maps.Keys(listed)), 0))
		}
		if d == DimPlace || d == DimSettlement {
			p.axes = slices.Insert(p.axes, 0, a)
		} else {
			p.axes = append(p.axes, a)
		}
		p.byRow = p.byRow || d != DimPlace && d != DimTag
	}
	for d := range q.Where {
		if !slices.Contains(Dims, d) {
			return nil, fault.New(fault.Invalid, "fault.invalid")
		}
	}
	p.traits = p.traitTable()
	return p, nil
}

func (p *plan) cond(d Dim, values []int64) {
	c := cond{dim: d, values: values, has: make(map[int64]bool, len(values))}
	for _, v := range values {
		c.has[v] = true
	}
	if c.ofPlace() {
		c.places = map[region.Code]bool{}
		for _, v := range values {
			if d == DimPlace {
				c.places[region.Code(v)] = true
			}
			if d == DimTag {
				maps.Copy(c.places, p.listed[v])
			}
		}
	}
	p.conds = append(p.conds, c)
	p.byRow = p.byRow || d != DimPlace && d != DimTag
}

// reaches reports whether a county can hold anybody of the query.
func (p *plan) reaches(county region.Code) bool {
	for i := range p.conds {
		c := &p.conds[i]
		if !c.ofPlace() || c.dim == DimTag && c.has[0] || within(c.places, county) {
			continue
		}
		below := false
		for at := range c.places {
			below = below || county.Contains(at)
		}
		if !below {
			return false
		}
	}
	return true
}

// within reports whether a place or one above it is in the set.
func within(set map[region.Code]bool, c region.Code) bool {
	if len(set) == 0 {
		return false
	}
	for l := region.Nation; l <= region.Village; l++ {
		if set[c.At(l)] {
			return true
		}
	}
	return false
}

// inVillage reports whether the people of a village meet the conditions on
// place and tag.
func (p *plan) inVillage(v region.Code) bool {
	if !p.q.At.Contains(v) {
		return false
	}
	for i := range p.conds {
		c := &p.conds[i]
		if c.ofPlace() && !within(c.places, v) && !(c.dim == DimTag && c.has[0] && len(p.tagsOf(v)) == 0) {
			return false
		}
	}
	return true
}

// tagsOf are the lists of areas in which a village lies, ascending.
func (p *plan) tagsOf(v region.Code) []int64 {
	var out []int64
	for k, at := range p.listed {
		if within(at, v) {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out
}

// traitTable is the table over all traits: the same for every block.
func (p *plan) traitTable() []int32 {
	parts := []struct {
		dim  Dim
		part func(trait) int
	}{{DimSex, trait.sex}, {DimAge, trait.age}, {DimEducation, trait.education}, {DimSkill, trait.skill}, {DimIndustry, trait.industry}}
	out := make([]int32, traits)
	for _, d := range parts {
		if !p.touches(d.dim) {
			continue
		}
		for t := range out {
			out[t] += p.offset(d.dim, int64(d.part(trait(t))))
		}
	}
	return out
}

func (p *plan) touches(d Dim) bool {
	return slices.ContainsFunc(p.conds, func(c cond) bool { return c.dim == d }) ||
		slices.ContainsFunc(p.axes, func(a axis) bool { return a.dim == d })
}

// offset is what a value of a dimension of fixed values adds to the number of
// the cell; reject where a condition forbids it.
func (p *plan) offset(d Dim, value int64) (off int32) {
	if !p.allows(d, value) {
		return reject
	}
	for i := range p.axes {
		if a := &p.axes[i]; a.dim == d {
			off += a.at[value] * p.stride(i)
		}
	}
	return off
}

// allows reports whether the conditions on a dimension have the value.
func (p *plan) allows(d Dim, value int64) bool {
	for i := range p.conds {
		if c := &p.conds[i]; c.dim == d && !c.has[value] {
			return false
		}
	}
	return true
}

// stride of an axis of fixed values: those that a block numbers come first, so
// that it is the same in every block.
func (p *plan) stride(i int) int32 {
	if i == 0 && len(p.axes) == 2 {
		return int32(len(p.axes[1].values))
	}
	return 1
}

// shapes is the table over a block's shapes.
func (p *plan) shapes(b *Block) []int32 {
	out := make([]int32, len(b.keys))
	channel, class := p.touches(DimChannel), p.touches(DimPlaceClass)
	if !channel && !class {
		return out
	}
	for i, k := range b.keys {
		if channel {
			out[i] += p.offset(DimChannel, listed(fact.Channel, indicator.ChannelOf(k)))
		}
		if class {
			out[i] += p.offset(DimPlaceClass, listed(fact.PlaceClass, indicator.ClassOf(k)))
		}
	}
	return out
}

// groups is the table over a block's groups, and with an axis of kinds what
// each kind of a group adds.
func (p *plan) groups(b *Block, settle func(int64) int32) (out []int32, kinds [][]int32) {
	out = make([]int32, len(b.groups))
	class := p.touches(DimClass)
	for i, g := range b.groups {
		if class {
			out[i] += p.offset(DimClass, int64(g.class))
		}
		if !p.allowsSettlement(g.settlement) || !p.allowsKinds(g.kinds) {
			out[i] = reject
		} else if settle != nil {
			out[i] += settle(g.settlement)
		}
	}
	k := slices.IndexFunc(p.axes, func(a axis) bool { return a.dim == DimKind })
	if k < 0 {
		return out, nil
	}
	kinds = make([][]int32, len(b.groups))
	for i, g := range b.groups {
		for at, kind := range p.axes[k].values {
			if hasKind(g.kinds, kind) {
				kinds[i] = append(kinds[i], int32(at)*p.stride(k))
			}
		}
	}
	return out, kinds
}
