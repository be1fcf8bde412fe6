package sample

import (
	"wengang/internal/calendar"
)

// longOf counts what looks further than a month: the months of this year and of
// the last, runs, and beginnings.
func (w *world) longOf(p *person, m calendar.Month, touched, now bool, f *figures) {
	before, months := false, 0
	for k := m.January().Add(-12); k < m.January(); k = k.Add(1) {
		before = before || p.workedIn(k)
	}
	if before {
		f[fLastYear]++
	}
	if touched {
		if before {
			f[fYearKept]++
		}
		for k := m.January(); k <= m; k = k.Add(1) {
			if p.workedIn(k) {
				months++
			}
		}
		switch {
		case months <= 2:
			f[fMonths1]++
		case months <= 5:
			f[fMonths3]++
		case months <= 8:
			f[fMonths6]++
		default:
			f[fMonths9]++
		}
		for _, s := range p.spells {
			if !s.refused && w.confirmedBy(p, s, m.January(), m) {
				f[fYearConfirmed]++
				break
			}
		}
	}
	if !now {
		return
	}
	run := 0
	for k := m; run < 12 && p.workedIn(k); k = k.Add(-1) {
		run++
	}
	if run >= 6 {
		f[fSix]++
	}
	if run >= 12 {
		f[fTwelve]++
	}
	if last := m.Add(-1); w.countedIn(p, last) && !p.inWork(last) {
		f[fBegan]++
		for k := last; k > last.Add(-36); k = k.Add(-1) {
			if p.workedIn(k) {
				f[fAgain]++
				break
			}
		}
	}
}

// countedIn reports whether somebody was of the population at a month's end.
func (w *world) countedIn(p *person, m calendar.Month) bool {
	var f figures
	w.headOf(p, m, &f)
	return f[fCounted] > 0
}

func (p *person) inWork(m calendar.Month) bool {
	for _, s := range p.spells {
		if !s.refused && s.active(m) {
			return true
		}
	}
	return false
}

// confirmedNow: the village has said so of work that runs at the month's end,
// in the month before, in this one or later.
func (w *world) confirmedNow(p *person, m calendar.Month) bool {
	for _, s := range p.spells {
		if !s.refused && s.active(m) && w.confirmedBy(p, s, m.Add(-1), calendar.Open) {
			return true
		}
	}
	return false
}

// headOf counts a person into the population; in is false where the person is
// not of it.
func (w *world) headOf(p *person, m calendar.Month, f *figures) (monitored, in bool) {
	day := m.LastDay()
	h := p.home
	monitored = h.class != 0 && h.riskOn <= day && (h.removedOn == 0 || h.removedOn > day)
	gone := h.class != 0 && h.removedOn != 0 && h.removedOn <= day && int(h.removedOn)/10000 == m.Year() && h.riskOn <= day
	poor := !h.other && max(poorSince, p.birth) <= day
	if p.birth > day || !poor && !monitored && !gone {
		return monitored, false
	}
	f[fCounted]++
	if p.able() {
		f[fAble]++
	}
	if monitored {
		f[fMonitored]++
	}
	if h.settled != nil {
		f[fSettled]++
	}
	return monitored, true
}
