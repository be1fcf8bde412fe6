package flow

import (
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/region"
)

// life is where a person belonged when, as far as the ledger knows.
type life struct {
	id      int64
	name    string
	mask    string
	birth   calendar.Date
	village region.Code // today's
	in, out calendar.Date
	why     int // fact.OutReason
	merged  int64
	stays   []stay // ascending since
	papers  []Paper
}

type stay struct {
	since, until calendar.Month
	village      region.Code
}

// Paper is what a register keeps of one act.
type Paper struct {
	ID       int64
	Kind     Kind
	On       calendar.Date
	Village  region.Code
	Other    region.Code
	Place    string
	Reason   string
	Document string
	By       string
	At       int64
	Undoable bool // the month in which it counts is open
}

// Event is somebody's way into, out of or between villages: From or To is 0
// where they come from or go outside the ledger.
type Event struct {
	Person   int64
	Name     string
	IDMask   string
	Birth    calendar.Date
	Date     calendar.Date
	From, To region.Code
	Exit     int    // fact.OutReason of a way out
	Paper    *Paper // nil where no register entry stands behind it (an import, an older record)
}

// never: a record that another took over counts nowhere, at no time.
func (l *life) never() bool {
	return l.merged != 0 && l.out == 0 || l.out != 0 && l.out < l.in
}

// at is the village at the end of a month, read as the month reads it.
func (l *life) at(m calendar.Month) region.Code {
	v := region.Code(0)
	for _, s := range l.stays {
		if s.since <= m && m <= s.until {
			v = s.village
		}
	}
	switch {
	case v != 0:
		return v
	case len(l.stays) > 0 && m < l.stays[0].since:
		return l.stays[0].village
	}
	return l.village
}

// on is where the person belonged at the end of a day, 0 for nowhere.
func (l *life) on(d calendar.Date) region.Code {
	if l.never() || l.in > d || l.out != 0 && l.out <= d {
		return 0
	}
	return l.at(d.Month())
}

// events are the ways of a life, in order. Between the day of entry and that
// of leaving the village changes at the beginning of months only.
func (l *life) events() []Event {
	if l.never() {
		return nil
	}
	base := Event{Person: l.id, Name: l.name, IDMask: l.mask, Birth: l.birth}
	in := base
	in.Date, in.To = l.in, l.at(l.in.Month())
	in.Paper = l.paper(Kind.Entry, l.in)
	out := []Event{in}
	var turns []calendar.Month
	for _, s := range l.stays {
		turns = append(turns, s.since)
		if s.until != calendar.Open {
			turns = append(turns, s.until.Add(1))
		}
	}
	slices.Sort(turns)
	for _, m := range slices.Compact(turns) {
		if m <= l.in.Month() || l.out != 0 && m > l.out.Month() {
			continue
		}
		from, to := l.at(m.Add(-1)), l.at(m)
		if from == to {
			continue
		}
		e := base
		e.Date, e.From, e.To = calendar.DateOf(m.Year(), m.Num(), 1), from, to
		e.Paper = l.paper(Kind.Between, e.Date)
		out = append(out, e)
	}
	if l.out != 0 {
		e := base
		e.Date, e.From, e.Exit = l.out, l.at(l.out.Month()), l.why
		e.Paper = l.paper(Kind.Exit, l.out)
		out = append(out, e)
	}
	return out
}

// paper is the latest entry of a sort about that time.
func (l *life) paper(sort func(Kind) bool, on calendar.Date) *Paper {
	for i := len(l.papers) - 1; i >= 0; i-- {
		p := &l.papers[i]
		if sort(p.Kind) && (p.On == on || sort(Moved) && p.On.Month() == on.Month()) {
			return p
		}
	}
	return nil
}

// kindAt is the column of the book of a place into which an event falls, 0 for
// none: who moves inside the place neither comes nor goes.
func (e *Event) kindAt(at region.Code) (k Kind) {
	in, out := e.To != 0 && at.Contains(e.To), e.From != 0 && at.Contains(e.From)
	married := e.Paper != nil && (e.Paper.Kind == MarriedAway || e.Paper.Kind == MarriedIn || e.Paper.Kind == MarriedOut)
	switch {
	case in == out:
		return 0
	case in && e.From != 0:
		if married {
			return MarriedIn
		}
		return CameIn
	case in:
		if e.Paper != nil {
			return e.Paper.Kind
		}
		return AddedIn
	case e.To != 0:
		if married {
			return MarriedOut
		}
		return WentOut
	}
	switch {
	case e.Exit == 1:
		return Died
	case married:
		return MarriedOut
	case e.Exit == 2:
		return WentOut
	}
	return DroppedOut
}
