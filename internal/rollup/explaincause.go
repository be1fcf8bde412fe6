package rollup

import (
	"github.com/RoaringBitmap/roaring/v2"

	"wengang/internal/fact"
	"wengang/internal/indicator"
)

// explain finds this month's row of everybody who came or left and reads the
// cause from it: the flags of a row tell what happened since the month before.
func (x *explainer) explain(now []*entry, came map[uint32]stint) {
	for _, e := range now {
		b := e.block
		for v := range b.villages { // also outside a town: movers are found where they went
			for i := b.start[v]; i < b.start[v+1]; i++ {
				if !x.leavers.Contains(b.person[i]) {
					continue
				}
				fl := fact.Flag(uint32(b.keys[b.shape[i]]))
				if t, ok := came[b.person[i]]; ok && fl&fact.MovedOut == 0 {
					x.came(t, fl, b, v, i)
					delete(came, b.person[i])
				} else if t, ok := x.left[b.person[i]]; ok {
					x.went(t, fl, b, v, i)
					delete(x.left, b.person[i])
				}
			}
		}
	}
	x.rest(came)
}

// rest books those of whom no row tells: gone with the records, or dead before
// the base month and counted until the year's end.
func (x *explainer) rest(came map[uint32]stint) {
	for _, t := range x.left {
		if x.dead.Contains(t.person()) {
			x.book(t, Died, Died)
		} else {
			x.book(t, Gone, Gone)
		}
	}
	for _, t := range came {
		x.book(t, Entered, Entered)
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
		if !x.at.Contains(from) {
			part, whole = MovedIn, MovedIn
		} else if x.by == ByPlace && x.childOf(from) != t.child() {
			part = MovedIn
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
		if to := b.rowAt(v, i).from; !x.at.Contains(to) {
			part, whole = MovedOut, MovedOut
		} else if x.by == ByPlace && x.childOf(to) != t.child() {
			part = MovedOut
		}
	case !x.at.Contains(b.villages[v]):
		part, whole = MovedOut, MovedOut
	case x.by == ByPlace && x.childOf(b.villages[v]) != t.child():
		part = MovedOut
	}
	x.book(t, part, whole)
}

// history is what happened over several months to those who came or left: where
// they were counted at both ends, and the last arrival and departure between.
type history struct {
	who      *roaring.Bitmap
	was, is  map[uint32]int // child in which the person was counted
	arrived  map[uint32]Cause
	departed map[uint32]Cause
}

func newHistory(who *roaring.Bitmap) *history {
	return &history{who: who, was: map[uint32]int{}, is: map[uint32]int{}, arrived: map[uint32]Cause{}, departed: map[uint32]Cause{}}
}

const told = indicator.Key(fact.Entered | fact.MovedIn | fact.MovedOut | fact.DiedNow | fact.Gone)

func (h *history) start(x *explainer, base []*entry) {
	h.counted(x, base, h.was)
}

// counted notes the child of everybody asked for who is counted in the place.
func (h *history) counted(x *explainer, entries []*entry, into map[uint32]int) {
	for _, e := range entries {
		b := e.block
		lo, hi := b.villageRange(x.at)
		for v := lo; v < hi; v++ {
			for i := b.start[v]; i < b.start[v+1]; i++ {
				k := b.keys[b.shape[i]]
				if k&indicator.Key(fact.Counted) != 0 && k&indicator.Key(fact.MovedOut) == 0 && h.who.Contains(b.person[i]) {
					into[b.person[i]] = x.childOf(b.villages[v])
				}
			}
		}
	}
}

// month reads one of the months after the base.
func (h *history) month(x *explainer, entries []*entry, last bool) {
	for _, e := range entries {
		b := e.block
		tells := make([]bool, len(b.keys))
		for i, k := range b.keys {
			tells[i] = k&told != 0
		}
		for v := range b.villages {
			for i := b.start[v]; i < b.start[v+1]; i++ {
				if tells[b.shape[i]] && h.who.Contains(b.person[i]) {
					h.event(x, b, v, i)
				}
			}
		}
	}
	if last {
		h.counted(x, entries, h.is)
	}
}

func (h *history) event(x *explainer, b *Block, v int, i int32) {
	p, fl := b.person[i], fact.Flag(uint32(b.keys[b.shape[i]]))
	here := x.at.Contains(b.villages[v])
	switch {
	case fl&fact.DiedNow != 0:
		h.departed[p] = Died
	case fl&fact.Gone != 0:
		h.departed[p] = Gone
	case fl&fact.MovedOut != 0:
		if here && !x.at.Contains(b.rowAt(v, i).from) {
			h.departed[p] = MovedOut
		}
	case fl&fact.Entered != 0 && here:
		h.arrived[p] = Entered
	case fl&fact.MovedIn != 0:
		from := b.rowAt(v, i).from
		if here && !x.at.Contains(from) {
			h.arrived[p] = MovedIn
		} else if !here && x.at.Contains(from) {
			h.departed[p] = MovedOut
		}
	}
}

// explain books everybody who came or left. Who was counted in the place at
// both ends began or ended; else the last arrival or departure tells.
func (h *history) explain(x *explainer, came map[uint32]stint) {
	for p, t := range came {
		if child, ok := h.was[p]; ok {
			x.book(t, h.moved(x, child, t, Began, MovedIn), Began)
		} else if c, ok := h.arrived[p]; ok {
			x.book(t, c, c)
		} else {
			continue
		}
		delete(came, p)
	}
	for p, t := range x.left {
		if child, ok := h.is[p]; ok {
			x.book(t, h.moved(x, child, t, Ended, MovedOut), Ended)
		} else if c, ok := h.departed[p]; ok {
			x.book(t, c, c)
		} else {
			continue
		}
		delete(x.left, p)
	}
	x.rest(came)
}

// moved is the cause for the part: a move, where the person was counted in
// another child at the other end.
func (h *history) moved(x *explainer, child int, t stint, same, other Cause) Cause {
	if x.by == ByPlace && child != t.child() {
		return other
	}
	return same
}
