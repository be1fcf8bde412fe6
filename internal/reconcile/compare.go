package reconcile

import (
	"cmp"
	"slices"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/indicator"
	"wengang/internal/region"
)

// Class is where a person or line stands.
type Class string

// The classes. Those from Unlisted to Ours explain the difference between the
// two totals; the others do not touch it.
const (
	Unlisted  Class = "unlisted"  // their number says more (or fewer) people than their list
	Bad       Class = "bad"       // the number is none
	Twice     Class = "twice"     // the same person again
	Absent    Class = "absent"    // in no ledger of this installation
	Outside   Class = "outside"   // not in this area: nothing else is told
	Uncounted Class = "uncounted" // in the ledger here, not counted: why
	Ours      Class = "ours"      // counted here, not in their list

	Same    Class = "same"    // in both and alike; kept as a number only
	Differs Class = "differs" // in both, some fields differ

	Near Class = "near" // one condition short of being counted: where to look
	Weak Class = "weak" // counted, and nobody has confirmed it for long
)

// Classes that explain the difference, in the order of a page, with the sign
// that they have in it.
var explaining = []struct {
	Class Class
	sign  int64
}{{Unlisted, 1}, {Bad, 1}, {Twice, 1}, {Absent, 1}, {Outside, 1}, {Uncounted, 1}, {Ours, -1}}

// found is one row of a pass.
type found struct {
	class  Class
	why    string
	fields string
	at     region.Code
	person int64
	line   int32 // -1 where the list does not have them
}

// Tally is how many stand in a class for a reason.
type Tally struct {
	Class Class  `json:"c"`
	Why   string `json:"w,omitempty"`
	N     int64  `json:"n"`
}

// PlaceTally is the counts of one place below the area.
type PlaceTally struct {
	At      region.Code `json:"at"`
	Same    int64       `json:"s"`
	Differs int64       `json:"d"`
	There   int64       `json:"t"` // only in the list
	Here    int64       `json:"h"` // only in our figure
}

// monthRow is a person's row of the month.
type monthRow struct {
	at  region.Code
	key indicator.Key
}

// span is the months of a spell.
type span struct{ start, end calendar.Month }

// facts are everything that a comparison reads; it queries nothing.
type facts struct {
	def     *indicator.Def
	month   calendar.Month
	min     int // months that make 当年累计务工
	today   calendar.Date
	lines   []Line
	columns []string
	rows    map[int64]monthRow    // of the area and month
	byLine  map[int32]*attributes // who stands behind a good line, of the area
	away    map[int32]bool        // lines of people outside the area
	spells  map[int64][]span      // of those whose work decides
	unit    region.Level          // of PlaceTally
}

// result of a comparison.
type result struct {
	found  []found
	ours   int64
	same   int64
	tally  []Tally
	places []PlaceTally
}

// compare classes every line and everybody who counts.
func compare(f *facts) result {
	var out result
	places := map[region.Code]*PlaceTally{}
	place := func(c region.Code) *PlaceTally {
		if c != 0 {
			c = c.At(f.unit)
		}
		if places[c] == nil {
			places[c] = &PlaceTally{At: c}
		}
		return places[c]
	}
	put := func(x found) { out.found = append(out.found, x) }
	met := f.theirs(&out, put, place)
	f.ours(&out, met, put, place)
	out.finish(places)
	return out
}

// theirs classes the lines and answers who stands behind them.
func (f *facts) theirs(out *result, put func(found), place func(region.Code) *PlaceTally) map[int64]bool {
	met := make(map[int64]bool, len(f.lines))
	use := f.compared()
	for i := range f.lines {
		l, n := &f.lines[i], int32(i)
		p := f.byLine[n]
		switch {
		case l.Problem != "":
			put(found{class: Bad, why: l.Problem, at: l.Village, line: n})
			place(l.Village).There++
		case p == nil && f.away[n]:
			put(found{class: Outside, line: n})
			place(0).There++
		case p == nil:
			put(found{class: Absent, at: l.Village, line: n})
			place(l.Village).There++
		case met[p.id]:
			put(found{class: Twice, at: p.village, person: p.id, line: n})
			place(p.village).There++
		default:
			met[p.id] = true
			row, has := f.rows[p.id]
			if !has || !f.def.Holds(row.key) {
				put(found{class: Uncounted, why: f.why(p, row, has), at: p.village, person: p.id, line: n})
				place(p.village).There++
				continue
			}
			if diff := differing(use, l, p); diff != "" {
				put(found{class: Differs, fields: diff, at: row.at, person: p.id, line: n})
				place(row.at).Differs++
				continue
			}
			out.same++
			place(row.at).Same++
		}
	}
	return met
}

// ours counts who counts, and finds who nearly does or hardly should.
func (f *facts) ours(out *result, met map[int64]bool, put func(found), place func(region.Code) *PlaceTally) {
	listed := len(f.lines) > 0
	for id, row := range f.rows {
		if !f.def.Holds(row.key) {
			if why := f.near(id, row); why != "" && !met[id] {
				put(found{class: Near, why: why, at: row.at, person: id, line: -1})
			}
			continue
		}
		out.ours++
		if listed && !met[id] {
			put(found{class: Ours, at: row.at, person: id, line: -1})
			place(row.at).Here++
		}
		if indicator.FlagsOf(row.key)&fact.Unverified != 0 {
			put(found{class: Weak, why: "unverified", at: row.at, person: id, line: -1})
		}
	}
}

// finish sorts and counts.
func (r *result) finish(places map[region.Code]*PlaceTally) {
	slices.SortFunc(r.found, func(a, b found) int {
		return cmp.Or(strings.Compare(string(a.class), string(b.class)), strings.Compare(a.why, b.why), cmp.Compare(a.at, b.at), cmp.Compare(a.person, b.person), cmp.Compare(a.line, b.line))
	})
	for _, x := range r.found {
		why := x.why
		if n := len(r.tally); n == 0 || r.tally[n-1].Class != x.class || r.tally[n-1].Why != why {
			r.tally = append(r.tally, Tally{Class: x.class, Why: why})
		}
		r.tally[len(r.tally)-1].N++
	}
	if r.same > 0 {
		r.tally = append(r.tally, Tally{Class: Same, N: r.same})
	}
	for _, p := range places {
		r.places = append(r.places, *p)
	}
	slices.SortFunc(r.places, func(a, b PlaceTally) int { return cmp.Compare(a.At, b.At) })
}

func (f *facts) compared() []Field {
	var out []Field
	for _, x := range Fields {
		if slices.Contains(f.columns, x.Name) {
			out = append(out, x)
		}
	}
	return out
}

func differing(use []Field, l *Line, p *attributes) string {
	if p.merged != 0 {
		return ""
	}
	var out []string
	for _, x := range use {
		if x.differ(l, p) {
			out = append(out, x.Name)
		}
	}
	return strings.Join(out, ",")
}

// Explained is the part of the difference that a tally has, signed.
func Explained(t Tally) (int64, bool) {
	for _, e := range explaining {
		if e.Class == t.Class {
			return e.sign * t.N, true
		}
	}
	return 0, false
}

// Place is where an explaining class stands on a page.
func Place(c Class) int {
	for i, e := range explaining {
		if e.Class == c {
			return i
		}
	}
	return len(explaining)
}
