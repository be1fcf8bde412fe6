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

// Cause is why a person came into a figure or left it.
type Cause string

// The causes. Those who come: new in the population, moved in, or began
// (work, for 在岗). Those who leave: died, left the population, moved out, or
// ended.
const (
	Began    Cause = "began"
	Entered  Cause = "entered"
	MovedIn  Cause = "moved_in"
	Ended    Cause = "ended"
	Died     Cause = "died"
	Gone     Cause = "gone"
	MovedOut Cause = "moved_out"
)

var causes = []Cause{Began, Entered, MovedIn, Ended, Died, Gone, MovedOut}

// Part is one child's share of a change: the sum over the parts is the whole
// change, and within a part the causes add up to it.
type Part struct {
	Region   region.Code
	From, To int64
	By       map[Cause]int64    // people; those who left are positive here
	Channels map[int]ChannelNet // by channel of the work begun or ended
}

// Delta is the change of the part.
func (p *Part) Delta() int64 { return p.To - p.From }

// ChannelNet is who began and who ended in a channel.
type ChannelNet struct{ Began, Ended int64 }

// Main is the channel that moved the part most in the direction of its change.
func (p *Part) Main() (channel int, net int64) {
	for _, c := range slices.Sorted(keysOf(p.Channels)) {
		n := p.Channels[c].Began - p.Channels[c].Ended
		if p.Delta() < 0 && n < net || p.Delta() > 0 && n > net {
			channel, net = c, n
		}
	}
	return channel, net
}

func keysOf[V any](m map[int]V) func(func(int) bool) {
	return func(yield func(int) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// Explanation says what a figure's change since the month before is made of.
type Explanation struct {
	Whole Part
	Parts []Part // children with people, in the order given
}

// Explain takes a figure's change from the month before m to m apart, by child
// and by cause, person by person: parts and causes add up exactly. children
// are the places below at (at itself for a village). It costs two passes over
// the rows of the place.
func (s *Service) Explain(ctx context.Context, scope region.Scope, d *indicator.Def, at region.Code, children []region.Code, m calendar.Month, view View) (Explanation, error) {
	if !scope.Contains(at) {
		return Explanation{}, errNotFound
	}
	if d = d.Members(); d.Kind != indicator.Count || d.Stay {
		return Explanation{}, errNotFound
	}
	was, err := s.entries(ctx, at, m.Add(-1), view)
	if err != nil {
		return Explanation{}, err
	}
	now, err := s.entries(ctx, at, m, view)
	if err != nil {
		return Explanation{}, err
	}
	x := newExplainer(d, at, children)
	x.from = x.collect(was)
	x.to = x.collect(now)
	x.compare(now)
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
	parts    []Part
	level    []region.Code // children, ascending
	order    map[region.Code]int
	from, to []stint
	whole    Part
	left     map[uint32]stint // who is no longer a member of the place
	leavers  *roaring.Bitmap
}

func newExplainer(d *indicator.Def, at region.Code, children []region.Code) *explainer {
	x := &explainer{d: d, at: at, order: map[region.Code]int{}, whole: newPart(at), left: map[uint32]stint{}, leavers: roaring.New()}
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

func (x *explainer) collect(entries []*entry) []stint {
	var out []stint
	for _, e := range entries {
		b, last, child := e.block, -1, 0
		b.members(x.d, x.at, func(v int, i int32) {
			if v != last {
				last, child = v, x.childOf(b.villages[v])
			}
			k := b.keys[b.shape[i]]
			out = append(out, stint(b.person[i])<<32|stint(child)<<8|stint(indicator.ChannelOf(k)))
		})
	}
	slices.Sort(out)
	return out
}

// compare walks both months in step by person.
func (x *explainer) compare(now []*entry) {
	began := map[uint32]stint{}
	i, j := 0, 0
	for i < len(x.from) || j < len(x.to) {
		switch {
		case j == len(x.to) || i < len(x.from) && x.from[i].person() < x.to[j].person():
			x.leave(x.from[i])
			i++
		case i == len(x.from) || x.to[j].person() < x.from[i].person():
			x.parts[x.to[j].child()].To++
			began[x.to[j].person()] = x.to[j]
			x.leavers.Add(x.to[j].person())
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
	x.explain(now, began)
}

func (x *explainer) leave(t stint) {
	x.parts[t.child()].From++
	x.left[t.person()] = t
	x.leavers.Add(t.person())
}

// explain finds this month's row of everybody who came or left and reads the
// cause from it.
func (x *explainer) explain(now []*entry, began map[uint32]stint) {
	for _, e := range now {
		b := e.block
		for v := range b.villages { // also outside a town: movers are found where they went
			for i := b.start[v]; i < b.start[v+1]; i++ {
				if !x.leavers.Contains(b.person[i]) {
					continue
				}
				fl := fact.Flag(uint32(b.keys[b.shape[i]]))
				if t, ok := began[b.person[i]]; ok && fl&fact.MovedOut == 0 {
					x.came(t, fl, b, v, i)
					delete(began, b.person[i])
				} else if t, ok := x.left[b.person[i]]; ok {
					x.went(t, fl, b, v, i)
					delete(x.left, b.person[i])
				}
			}
		}
	}
	// No row of this month in the place: gone with the records.
	for _, t := range x.left {
		x.parts[t.child()].By[Gone]++
		x.whole.By[Gone]++
	}
	for _, t := range began {
		x.parts[t.child()].By[Entered]++
		x.whole.By[Entered]++
	}
}

// came books someone who is a member now and was not: for the part, and for
// the whole, where a move between two parts is no move.
func (x *explainer) came(t stint, fl fact.Flag, b *Block, v int, i int32) {
	part, whole := Began, Began
	switch {
	case fl&fact.Entered != 0:
		part, whole = Entered, Entered
	case fl&fact.MovedIn != 0:
		from := b.rowAt(v, i).from
		if x.childOf(from) != t.child() || !x.at.Contains(from) {
			part = MovedIn
		}
		if !x.at.Contains(from) {
			whole = MovedIn
		}
	}
	x.book(t, part, whole)
}

func (x *explainer) went(t stint, fl fact.Flag, b *Block, v int, i int32) {
	part, whole := Ended, Ended
	switch {
	case fl&fact.DiedNow != 0:
		part, whole = Died, Died
	case fl&fact.Gone != 0:
		part, whole = Gone, Gone
	case fl&fact.MovedOut != 0:
		part = MovedOut
		if !x.at.Contains(b.rowAt(v, i).from) {
			whole = MovedOut
		}
	case !x.at.Contains(b.villages[v]):
		part, whole = MovedOut, MovedOut
	case x.childOf(b.villages[v]) != t.child():
		part = MovedOut
	}
	x.book(t, part, whole)
}

func (x *explainer) book(t stint, part, whole Cause) {
	p := &x.parts[t.child()]
	p.By[part]++
	x.whole.By[whole]++
	count(p.Channels, t.channel(), part)
	count(x.whole.Channels, t.channel(), whole)
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
	out := Explanation{Whole: x.whole}
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
