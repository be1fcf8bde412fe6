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
	lastYear int            // months of the year before touched
	stable   int
	one      bool           // the stable run has one known employer
	before   bool           // worked in an earlier month
	was      *fact.Spell    // active at the end of the month before, of the latest start
	sighted  bool           // confirmed in this year by village or workplace
	seen     calendar.Month // last confirmation of what holds now
	strong   bool
	status   int
}

func workOf(f *Facts, m calendar.Month, r *Rules) work {
	w := work{wage: -1}
	var touched uint64 // bit i: i months before m
	last := m.Add(-1)
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
		touched |= span(s.Start, s.End, m)
		if s.End >= m.January() && later(s, w.year) {
			w.year = s
		}
		if s.ActiveAtEnd(last) && later(s, w.was) {
			w.was = s
		}
		w.sighted = w.sighted || s.End >= m.January() && sighted(s, m)
		w.before = w.before || s.Start < m
		if active {
			w.addActive(s, t, m, r)
		}
	}
	w.months = bits.OnesCount64(touched & (1<<uint(m.Num()) - 1))
	w.lastYear = bits.OnesCount64(touched >> uint(m.Num()) & (1<<12 - 1))
	if r.SameEmployer {
		touched = sameEmployer(f, m, r, &w)
	}
	w.stable = run(touched, r.StableGap)
	w.one = w.stable >= r.StableMonths && w.employer(m) != "" &&
		(r.SameEmployer || run(sameEmployer(f, m, r, &w), r.StableGap) >= r.StableMonths)
	return w
}

// sighted reports a confirmation of the year, stronger than a claim.
func sighted(s *fact.Spell, m calendar.Month) bool {
	for _, seen := range s.Seen {
		if seen.Strength >= fact.ByVillage && seen.Month >= m.January() && seen.Month <= m {
			return true
		}
	}
	return false
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

// span is the months from start to end as bits, bit i being i months before m.
func span(start, end, m calendar.Month) uint64 {
	from, to := m.Sub(start), 0
	if end < m {
		to = m.Sub(end)
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

// employer is that of the latest work of the year; "" where none is stated.
func (w *work) employer(m calendar.Month) string {
	if w.lastTerm != nil {
		return w.lastTerm.Employer
	}
	if w.year != nil {
		if t := w.year.TermIn(min(w.year.End, m)); t != nil {
			return t.Employer
		}
	}
	return ""
}

// since are the flags that compare with the month before as the facts know it;
// Derive keeps those that agree with the state on record.
func (w *work) since(p *fact.PersonMonth) (fl fact.Flag) {
	if w.last != nil && w.before {
		fl |= fact.Again
	}
	if w.was == nil {
		return fl
	}
	t := w.was.TermIn(p.Month.Add(-1))
	if t == nil {
		return fl
	}
	if w.lastTerm != nil && !sameJob(t, w.lastTerm) {
		fl |= fact.Changed
	}
	if classOf(t, p.Village) > fact.InsideCounty && (w.last == nil || p.PlaceClass == fact.InsideCounty) {
		fl |= fact.CameHome
	}
	return fl
}

// sameJob: with the same employer; where one of them is not stated, in the same
// place by the same channel.
func sameJob(a, b *fact.Term) bool {
	if a.Employer != "" && b.Employer != "" {
		return a.Employer == b.Employer
	}
	return a.Place == b.Place && a.Channel == b.Channel
}

// sameEmployer keeps the months worked for the employer of the latest spell.
func sameEmployer(f *Facts, m calendar.Month, r *Rules, w *work) uint64 {
	who := w.employer(m)
	var touched uint64
	for i := range f.Spells {
		s := &f.Spells[i]
		if s.Start > m {
			continue
		}
		for j := range s.Terms {
			t := &s.Terms[j]
			from, to := t.From, s.End
			if j == 0 {
				from = s.Start
			}
			if j+1 < len(s.Terms) {
				to = min(to, s.Terms[j+1].From.Add(-1))
			}
			if t.Employer == who && from <= m && (r.PostsCount || t.Channel != fact.ChannelPost) {
				touched |= span(max(from, s.Start), to, m)
			}
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
