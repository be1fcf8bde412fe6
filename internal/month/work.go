package month

import (
	"math/bits"

	"wengang/internal/calendar"
	"wengang/internal/fact"
)

// work is what the spells say at the end of a month.
type work struct {
	last     *fact.Spell // active, of the latest start
	lastTerm *fact.Term
	year     *fact.Spell // of the year, of the latest start
	post     bool        // an active public post, also where it is no scale
	shop     bool
	any      bool // an active spell of any kind
	wage     int64
	unknown  bool
	lastEnd  calendar.Month // of ended spells, up to m
	months   int            // of the year touched
	stable   int
	seen     calendar.Month // last confirmation of what holds now
	strong   bool
	status   int
}

func workOf(f *Facts, m calendar.Month, r *Rules) work {
	w := work{wage: -1}
	var touched uint64 // bit i: i months before m
	for i := range f.Spells {
		s := &f.Spells[i]
		if s.Start > m {
			continue
		}
		t := s.TermIn(min(s.End, m))
		if t == nil && len(s.Terms) > 0 {
			t = &s.Terms[0]
		}
		post := t != nil && t.Channel == fact.ChannelPost
		active := s.ActiveAtEnd(m)
		if active {
			w.any = true
			w.post = w.post || post
			w.shop = w.shop || t != nil && t.Channel == fact.ChannelWorkshop
		} else {
			w.lastEnd = max(w.lastEnd, s.End)
		}
		if post && !r.PostsCount {
			continue
		}
		touched |= span(s, m)
		if s.End >= m.January() && later(s, w.year) {
			w.year = s
		}
		if active {
			w.addActive(s, t, m, r)
		}
	}
	w.months = bits.OnesCount64(touched & (1<<uint(m.Num()) - 1))
	if r.SameEmployer {
		touched = sameEmployer(f, m, r, &w)
	}
	w.stable = run(touched, r.StableGap)
	return w
}

func (w *work) addActive(s *fact.Spell, t *fact.Term, m calendar.Month, r *Rules) {
	if later(s, w.last) {
		w.last, w.lastTerm = s, t
	}
	switch {
	case t == nil || t.WageFen < 0:
		w.unknown = true
	case w.wage < 0:
		w.wage = t.WageFen
	default:
		w.wage += t.WageFen
	}
	w.seen = max(w.seen, s.Start)
	if s.End != calendar.Open {
		w.seen = max(w.seen, min(s.End, m))
	}
	for _, seen := range s.Seen {
		// A later sight confirms the months between as well.
		w.seen = max(w.seen, min(seen.Month, m))
		if seen.Strength >= fact.ByVillage && m.Sub(seen.Month) < r.UnverifiedMonths {
			w.strong = true
		}
	}
}

// later orders concurrent spells: the latest start gives place and channel;
// among equals the later record.
func later(a, b *fact.Spell) bool {
	return b == nil || a.Start > b.Start || a.Start == b.Start && a.ID > b.ID
}

// span is the months of a spell as bits, bit i being i months before m.
func span(s *fact.Spell, m calendar.Month) uint64 {
	from, to := m.Sub(s.Start), 0
	if s.End < m {
		to = m.Sub(s.End)
	}
	if to > 63 || from < to {
		return 0
	}
	from = min(from, 63)
	return (^uint64(0) >> uint(63-from)) &^ (1<<uint(to) - 1)
}

// run is the number of months with work in the unbroken run up to m, where a
// break of up to gap months does not end it. m itself must have work.
func run(touched uint64, gap int) int {
	if touched&1 == 0 {
		return 0
	}
	n, hole := 0, 0
	for i := 0; i < 64; i++ {
		if touched&(1<<uint(i)) != 0 {
			n, hole = n+1, 0
		} else if hole++; hole > gap {
			break
		}
	}
	return n
}

// sameEmployer keeps the months worked for the employer of the latest spell.
func sameEmployer(f *Facts, m calendar.Month, r *Rules, w *work) uint64 {
	who := ""
	if w.lastTerm != nil {
		who = w.lastTerm.Employer
	} else if w.year != nil {
		if t := w.year.TermIn(min(w.year.End, m)); t != nil {
			who = t.Employer
		}
	}
	var touched uint64
	for i := range f.Spells {
		s := &f.Spells[i]
		if s.Start > m {
			continue
		}
		if t := s.TermIn(min(s.End, m)); t != nil && t.Employer == who && (r.PostsCount || t.Channel != fact.ChannelPost) {
			touched |= span(s, m)
		}
	}
	return touched
}

// fill writes place, channel and wage of the active work.
func (w *work) fill(p *fact.PersonMonth) {
	if w.last == nil {
		return
	}
	p.WageFen = w.wage
	if t := w.lastTerm; t != nil {
		p.Place, p.PlaceClass = t.Place, classOf(t, p.Village)
		p.Channel, p.Industry = t.Channel, t.Industry
	}
}

// flags are the flags that work decides; it settles the status on the way.
func (w *work) flags(f *Facts, m calendar.Month, r *Rules, have fact.Flag) fact.Flag {
	var fl fact.Flag
	if w.last != nil {
		fl |= fact.Working | fact.Willing // who works shows the will
		if w.strong {
			fl |= fact.Confirmed
		}
		if w.unknown && w.wage >= 0 {
			fl |= fact.WagePartial
		}
	}
	if w.post {
		fl |= fact.Post
	}
	if w.shop {
		fl |= fact.Workshop
	}
	status, since := w.livelihood(f, m)
	w.status = status
	able := have&fact.Able != 0 && (have|fl)&fact.Willing != 0
	settled := status == fact.StatusOwn || status == fact.StatusFarm || status == fact.StatusCare
	if able && !settled && (since == 0 || m.Sub(since) >= r.UnverifiedMonths) {
		fl |= fact.Unverified
	}
	if status == fact.StatusJobless && able && fl&fact.Unverified == 0 {
		fl |= fact.Jobless
	}
	return fl
}

// livelihood is the status at the end of the month and the month in which it
// was last confirmed. An active spell is work; the end of the last spell is a
// statement that work ended, unless the person has stated something since.
func (w *work) livelihood(f *Facts, m calendar.Month) (status int, confirmed calendar.Month) {
	stated, on := f.Status, f.StatusOn
	if on == 0 || on > lastDay(m) {
		stated, on = 0, 0
	}
	for i := range f.States {
		if s := f.States[i]; s.Since <= lastDay(m) && s.Since >= on {
			stated, on = s.Status, s.Since
		}
	}
	if w.any {
		seen := w.seen
		if stated == fact.StatusWork {
			seen = max(seen, on.Month())
		}
		if w.last == nil { // only posts that do not count
			seen = m
		}
		return fact.StatusWork, seen
	}
	if w.lastEnd != 0 && f.Student == 0 &&
		(on.Month() < w.lastEnd || on.Month() == w.lastEnd && stated == fact.StatusWork) {
		return fact.StatusJobless, w.lastEnd
	}
	return stated, on.Month()
}
