package rollup

import (
	"context"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/indicator"
	"wengang/internal/region"
)

// Explain takes a figure's change since the month before m apart, by child:
// ExplainOf with Back 1.
func (s *Service) Explain(ctx context.Context, scope region.Scope, d *indicator.Def, at region.Code, children []region.Code, m calendar.Month, view View) (Explanation, error) {
	return s.ExplainOf(ctx, scope, Question{Def: d, At: at, Children: children, Month: m, Back: 1, View: view, By: ByPlace})
}

// Explains reports whether the change of an indicator can be taken apart
// person by person. Flows cannot: they are changes themselves.
func Explains(d *indicator.Def) bool {
	d = d.Members()
	return d.Kind == indicator.Count && !d.Stay && d.Calibre == indicator.Origin
}

// ExplainOf takes a figure's change apart by part and by cause, person by
// person: parts and causes add up exactly. It costs a pass over the place's
// rows of the two months, and over the movers of the months between.
func (s *Service) ExplainOf(ctx context.Context, scope region.Scope, q Question) (Explanation, error) {
	if !q.ok(scope) || !Explains(q.Def) {
		return Explanation{}, errNotFound
	}
	was, err := s.entries(ctx, q.At, q.Base(), q.View)
	if err != nil {
		return Explanation{}, err
	}
	now, err := s.entries(ctx, q.At, q.Month, q.View)
	if err != nil {
		return Explanation{}, err
	}
	x := newExplainer(q.Def.Members(), q.At, q.Children)
	x.split(q.By)
	x.from = x.collect(was, true)
	x.to = x.collect(now, false)
	came := x.compare()
	if q.Back == 1 {
		x.explain(now, came)
		return x.result(), nil
	}
	h := newHistory(x.leavers)
	h.start(x, was)
	for m := q.Base().Add(1); m <= q.Month; m = m.Add(1) {
		between, err := s.entries(ctx, q.At, m, q.View)
		if err != nil {
			return Explanation{}, err
		}
		h.month(x, between, m == q.Month)
	}
	h.explain(x, came)
	return x.result(), nil
}

// stint is a member of the figure packed for sorting: person 32 bits, child
// 24, channel 8.
type stint uint64

func (t stint) person() uint32 { return uint32(t >> 32) }
func (t stint) child() int     { return int(t >> 8 & 0xffffff) }
func (t stint) channel() int   { return int(t & 0xff) }

type explainer struct {
	d        *indicator.Def
	at       region.Code
	by       Split
	parts    []Part
	level    []region.Code // children, ascending
	order    map[region.Code]int
	from, to []stint
	whole    Part
	left     map[uint32]stint // who is no longer a member of the place
	leavers  *roaring.Bitmap  // and who came
	dead     *roaring.Bitmap  // members of the base month who were dead by then
	people   map[Cause]*roaring.Bitmap
}

func newExplainer(d *indicator.Def, at region.Code, children []region.Code) *explainer {
	x := &explainer{d: d, at: at, by: ByPlace, order: map[region.Code]int{}, whole: newPart(at), left: map[uint32]stint{},
		leavers: roaring.New(), dead: roaring.New(), people: map[Cause]*roaring.Bitmap{}}
	x.level = slices.Clone(children)
	slices.Sort(x.level)
	for i, c := range children {
		x.order[c] = i
		x.parts = append(x.parts, newPart(c))
	}
	// What lies in no child (a village that the tree does not know) is a part
	// of its own, so that the sum holds.
	x.parts = append(x.parts, newPart(at))
	return x
}

// codes is how many classes or channels a key can hold.
const codes = 16

// split puts the parts of a class or channel in the place of the children.
func (x *explainer) split(by Split) {
	if by != ByClass && by != ByChannel {
		return
	}
	x.by, x.parts = by, nil
	for code := range codes {
		p := newPart(x.at)
		p.Code = code
		x.parts = append(x.parts, p)
	}
}

func newPart(c region.Code) Part {
	return Part{Region: c, By: map[Cause]int64{}, Channels: map[int]ChannelNet{}}
}

// childOf is the part in which a village lies.
func (x *explainer) childOf(v region.Code) int {
	i, found := slices.BinarySearch(x.level, v)
	if !found {
		i--
	}
	if i >= 0 && x.level[i].Contains(v) {
		return x.order[x.level[i]]
	}
	return len(x.parts) - 1
}

// partOf is the part of a row whose village lies in a child.
func (x *explainer) partOf(child int, k indicator.Key) int {
	switch x.by {
	case ByClass:
		return indicator.ClassOf(k)
	case ByChannel:
		return indicator.ChannelOf(k)
	}
	return child
}

func (x *explainer) collect(entries []*entry, base bool) []stint {
	var out []stint
	for _, e := range entries {
		b, last, child := e.block, -1, 0
		b.members(x.d, x.at, func(v int, i int32) {
			if v != last && x.by == ByPlace {
				last, child = v, x.childOf(b.villages[v])
			}
			k := b.keys[b.shape[i]]
			if base && k&indicator.Key(fact.Dead) != 0 {
				x.dead.Add(b.person[i])
			}
			out = append(out, stint(b.person[i])<<32|stint(x.partOf(child, k))<<8|stint(indicator.ChannelOf(k)))
		})
	}
	slices.Sort(out)
	return out
}

// compare walks both months in step by person and answers who came.
func (x *explainer) compare() map[uint32]stint {
	came := map[uint32]stint{}
	i, j := 0, 0
	for i < len(x.from) || j < len(x.to) {
		switch {
		case j == len(x.to) || i < len(x.from) && x.from[i].person() < x.to[j].person():
			t := x.from[i]
			x.parts[t.child()].From++
			x.left[t.person()] = t
			x.leavers.Add(t.person())
			i++
		case i == len(x.from) || x.to[j].person() < x.from[i].person():
			t := x.to[j]
			x.parts[t.child()].To++
			came[t.person()] = t
			x.leavers.Add(t.person())
			j++
		default:
			a, b := x.from[i], x.to[j]
			x.parts[a.child()].From++
			x.parts[b.child()].To++
			if a.child() != b.child() {
				x.parts[a.child()].By[MovedOut]++
				x.parts[b.child()].By[MovedIn]++
			}
			i, j = i+1, j+1
		}
	}
	return came
}

func (x *explainer) book(t stint, part, whole Cause) {
	p := &x.parts[t.child()]
	p.By[part]++
	x.whole.By[whole]++
	count(p.Channels, t.channel(), part)
	count(x.whole.Channels, t.channel(), whole)
	if x.people[whole] == nil {
		x.people[whole] = roaring.New()
	}
	x.people[whole].Add(t.person())
}

func count(m map[int]ChannelNet, channel int, c Cause) {
	n := m[channel]
	switch c {
	case Began:
		n.Began++
	case Ended:
		n.Ended++
	default:
		return
	}
	m[channel] = n
}

func (x *explainer) result() Explanation {
	out := Explanation{Whole: x.whole, People: x.people}
	for i := range x.parts {
		p := &x.parts[i]
		if p.From == 0 && p.To == 0 {
			continue
		}
		out.Parts = append(out.Parts, *p)
		out.Whole.From += p.From
		out.Whole.To += p.To
	}
	return out
}
