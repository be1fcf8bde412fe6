package sample

import (
	"wengang/internal/calendar"
	"wengang/internal/fact"
)

// begin is when long work began: for most before the history, for the others in
// the course of it, so that there is somewhat more work every year. 0 is never.
func (c *county) begin(p *person) calendar.Month {
	r := c.rng
	first := c.firstWork(p)
	before, months := c.w.first.Sub(first), c.w.End.Sub(first)
	switch {
	case months < 1:
		return 0
	case before > 0 && chance(r, 0.86):
		return first.Add(r.IntN(before))
	}
	return first.Add(r.IntN(months))
}

// turnover cuts work from start to until into jobs. quit is the chance to leave
// a job in a month; next are the weights of beginning the next one in the same
// month, one, two and three months later, and of staying at home.
func (c *county) turnover(start, until calendar.Month, quit float64, next []float64, job func(n int, start, end calendar.Month)) {
	r := c.rng
	for n := 0; start < until && start <= c.w.End; n++ {
		end := start.Add(1)
		for end < until && end <= c.w.End && !chance(r, quit) {
			end = end.Add(1)
		}
		if end > c.w.End && until > c.w.End {
			job(n, start, calendar.Open)
			return
		}
		job(n, start, min(end, until))
		gap := pick(r, next...)
		if gap == len(next)-1 {
			return
		}
		start = end.Add(gap)
	}
}

// stayer works in the county: posts, workshops, relief projects, local firms.
func (c *county) stayer(p *person, age int) {
	r := c.rng
	post := 0.05 // public posts are for those who cannot go out
	switch {
	case p.skill == fact.SkillWeak || age >= 55:
		post = 0.85
	case age >= 38:
		post = 0.34
	}
	start := c.begin(p)
	if start == 0 {
		c.idle(p)
		return
	}
	kind := pick(r, post, 0.04, 0.08, 0.17, 0.17, 0.3)
	switch kind {
	case 0:
		if age >= 69 {
			c.idle(p)
			return
		}
		c.post(p, start)
		return
	case 5:
		c.odd(p, 1)
		return
	}
	channel, wage := 0, 0
	switch kind {
	case 1:
		channel, wage = fact.ChannelWorkshop, 1800+100*r.IntN(12)
	case 2:
		channel, wage = 7, 1600+100*r.IntN(14)
	case 3:
		channel, wage = fact.ChannelEmployer, 2300+100*r.IntN(20)
	default:
		channel, wage = fact.ChannelSelf, 2000+100*r.IntN(20)
	}
	c.turnover(start, calendar.Open, 0.016, []float64{0.3, 0.2, 0.15, 0.15, 0.2}, func(n int, start, end calendar.Month) {
		s := &spell{start: start, end: end, at: c.here(), channel: channel, wage: wage + 100*n}
		switch channel {
		case fact.ChannelWorkshop:
			s.industry = 3
		case 7:
			s.industry = 1
		default:
			s.industry = industries[pick(r, industryShare...)]
		}
		c.employ(p, s)
		p.spells = append(p.spells, s)
	})
}

// post is a public post, and for some a job beside it: a part-time post beside
// other work is allowed (A103).
func (c *county) post(p *person, start calendar.Month) {
	r := c.rng
	end := calendar.Open
	if chance(r, 0.05) && c.w.End.Sub(start) > 4 {
		end = start.Add(between(r, 3, c.w.End.Sub(start)))
	}
	s := &spell{start: start, end: end, at: c.here(), channel: fact.ChannelPost, industry: 14, wage: 500 + 50*r.IntN(9), employer: p.home.place.village}
	p.spells = append(p.spells, s)
	if end == calendar.Open && chance(r, 0.05) && s.start < c.w.End.Add(-2) {
		o := &spell{start: s.start.Add(1), end: calendar.Open, at: c.here(), channel: fact.ChannelSelf, industry: 15, wage: 1200 + 100*r.IntN(8)}
		c.employ(p, o)
		p.spells = append(p.spells, o)
	}
}

// odd is work from job to job: a building site, a harvest, a relief project, an
// order of the workshop; one to five months each, mostly one or two, some weeks at home between.
// At the Spring Festival everybody is at home.
func (c *county) odd(p *person, class int) {
	r := c.rng
	p.casual = true
	first := c.firstWork(p)
	at := first.Add(r.IntN(4))
	if chance(r, 0.08) {
		at = c.begin(p)
	}
	stop := c.w.End
	if chance(r, 0.06) {
		stop = c.w.first.Add(r.IntN(c.w.Months))
	}
	months := []float64{0.58, 0.2, 0.12, 0.06, 0.04}
	long := months // the first job of a year is longer than most: not all begin again together
	var away *workplace
	if class > 1 {
		away = c.w.away.pick(r, class, c.code)
	}
	for at != 0 && at <= stop {
		if festival(at) {
			at, long = at.Add(1+pick(r, 0.5, 0.28, 0.14, 0.08)), []float64{0.26, 0.22, 0.2, 0.17, 0.15}
			continue
		}
		end := at.Add(1 + pick(r, long...))
		long = months
		for m := at.Add(1); m < end; m = m.Add(1) {
			if festival(m) {
				end = m
			}
		}
		s := &spell{start: at, end: end, at: c.here(), industry: 5}
		if s.end > c.w.End {
			s.end = calendar.Open
		}
		c.oddJob(p, s, class, away)
		at = end.Add(1 + pick(r, 0.06, 0.53, 0.24, 0.12, 0.05))
	}
	if len(p.spells) == 0 {
		p.casual = false
		c.idle(p)
	}
}

func (c *county) oddJob(p *person, s *spell, class int, away *workplace) {
	r := c.rng
	if class > 1 {
		if chance(r, 0.3) {
			away = c.w.away.pick(r, class, c.code)
		}
		s.at, s.wage = away, c.wage(class)
		s.channel = []int{fact.ChannelSelf, fact.ChannelEmployer, fact.ChannelOrganised}[pick(r, 0.7, 0.24, 0.06)]
		s.industry = []int{5, 3, 7}[pick(r, 0.7, 0.2, 0.1)]
	} else {
		// building, picking, the workshop's orders, 以工代赈
		s.channel = []int{fact.ChannelSelf, fact.ChannelEmployer, 7, fact.ChannelWorkshop, fact.ChannelRelief}[pick(r, 0.36, 0.24, 0.24, 0.08, 0.08)]
		switch s.wage = 2000 + 100*r.IntN(18); s.channel {
		case 7:
			s.industry = 1
		case fact.ChannelWorkshop:
			s.industry, s.wage = 3, 1800+100*r.IntN(12)
		}
	}
	c.employ(p, s)
	p.spells = append(p.spells, s)
}

// springFestival is the month of the festival.
func springFestival(year int) int {
	if year == 2020 || year == 2023 || year == 2025 {
		return 1
	}
	return 2
}

func festival(m calendar.Month) bool { return m.Num() == springFestival(m.Year()) }

// mover works outside the county: some from job to job, some with one employer
// for long, others go out after the Spring Festival and come home before the
// next one.
func (c *county) mover(p *person, class int) {
	r := c.rng
	if chance(r, 0.21) && class < 4 {
		c.odd(p, class)
		return
	}
	at := c.w.away.pick(r, class, c.code)
	wage := c.wage(class)
	job := func(n int, start, end calendar.Month) {
		if n > 0 && chance(r, 0.3) {
			at = c.w.away.pick(r, class, c.code)
		}
		c.trip(p, at, class, start, end, wage+100*n)
	}
	start := c.begin(p)
	switch {
	case start == 0:
	case chance(r, 0.52):
		c.turnover(start, calendar.Open, 0.02, []float64{0.4, 0.2, 0.15, 0.1, 0.15}, job)
	default:
		c.seasons(p, start, job)
	}
	if len(p.spells) == 0 {
		c.idle(p)
	}
}

// seasons are the years of somebody who comes home for every Spring Festival.
func (c *county) seasons(p *person, first calendar.Month, job func(n int, start, end calendar.Month)) {
	r := c.rng
	for y := c.w.first.Add(-11).Year(); y <= c.w.End.Year(); y++ {
		if chance(r, 0.06) {
			continue
		}
		start := calendar.MonthOf(y, springFestival(y)+pick(r, 0.35, 0.45, 0.12, 0.08))
		start = max(start, first)
		if len(p.spells) > 0 {
			start = max(start, p.lastEnd())
		}
		end := calendar.MonthOf(y+1, springFestival(y+1)).Add(-pick(r, 0.65, 0.35))
		if start > c.w.End || start.Year() > y || end <= start {
			continue
		}
		if end > c.w.End {
			end = calendar.Open
		}
		c.turnover(start, end, 0.025, []float64{0.4, 0.2, 0.15, 0.1, 0.15}, job)
	}
}

func (c *county) trip(p *person, at *workplace, class int, start, end calendar.Month, wage int) *spell {
	r := c.rng
	s := &spell{start: start, end: end, at: at, wage: wage, industry: industries[pick(r, industryShare...)]}
	s.channel = []int{fact.ChannelSelf, fact.ChannelEmployer, fact.ChannelOrganised, 9}[pick(r, 0.56, 0.29, 0.14, 0.01)]
	s.organised = s.channel == fact.ChannelOrganised && chance(r, 0.6)
	if class >= 3 && !s.organised && chance(r, 0.3) {
		s.transport = 200 + 100*r.IntN(4)
	}
	c.employ(p, s)
	p.spells = append(p.spells, s)
	return s
}
