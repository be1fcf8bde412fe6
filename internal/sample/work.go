package sample

import (
	"wengang/internal/calendar"
	"wengang/internal/fact"
)

// spell is one stretch of work. The wage of raise holds from the month raised.
type spell struct {
	start, end calendar.Month // calendar.Open while it runs
	at         *workplace
	channel    int
	industry   int
	employer   string
	wage       int // yuan a month; -1 not stated
	raised     calendar.Month
	raise      int
	organised  bool
	absent     calendar.Month // monthly file that leaves it out
	transport  int            // yuan a year
	refused    bool           // its row is not saved
	month      calendar.Month // of the monthly file that tells of it first; 0: the history
	edits
}

func (s *spell) touches(m calendar.Month) bool { return s.start <= m && m <= s.end }
func (s *spell) active(m calendar.Month) bool  { return s.start <= m && m < s.end }

func (s *spell) wageIn(m calendar.Month) int {
	if s.raised != 0 && m >= s.raised {
		return s.raise
	}
	return s.wage
}

// career gives a person who can work a history, and the others a state.
func (c *county) career(p *person) {
	r, age := c.rng, p.age(c.w.today)
	if !p.able() || age < 16 || age >= 74 || p.ward == fact.Yes {
		return
	}
	rate := 0.87
	switch {
	case age >= 60:
		rate = 0.42
	case p.skill == fact.SkillWeak:
		rate = 0.5
	case p.sex == fact.Female:
		rate = 0.76
	}
	if !chance(r, rate) {
		c.idle(p)
		return
	}
	class := 1 + pick(r, c.classes(p, age)...)
	switch {
	case class == 1:
		c.stayer(p, age)
	default:
		c.mover(p, class)
	}
	c.lately(p)
	if last := p.lastEnd(); len(p.spells) > 0 && last != calendar.Open {
		p.surveyed, p.willing, p.status = true, fact.Yes, fact.StatusJobless
		if chance(r, 0.3) {
			p.plan = c.planFor()
		}
	}
}

// lately lets the last three months' files say something new: another wage for
// some, nothing at all for a few whose work goes on.
func (c *county) lately(p *person) {
	r := c.rng
	for _, s := range p.spells {
		if s.end != calendar.Open || s.start > c.w.End.Add(-lastMonths) {
			continue
		}
		m := c.w.End.Add(-r.IntN(lastMonths))
		switch {
		case chance(r, 0.03):
			s.raised, s.raise = m, s.wage+100*between(r, 1, 6)
		case chance(r, 0.012):
			s.absent = m
		}
	}
}

// classes are the shares of 县内, 县外省内, 省外, 港澳台 and abroad: the national
// bulletin of 2020-09-30 (1361.61, 525.09 and 1047.71 of 2934.41 万), shifted to
// home for women and those who are weak or older.
func (c *county) classes(p *person, age int) []float64 {
	switch {
	case age >= 60 || p.skill == fact.SkillWeak:
		return []float64{0.86, 0.09, 0.05, 0, 0}
	case p.sex == fact.Female:
		return []float64{0.48, 0.23, 0.285, 0.002, 0.003}
	}
	return []float64{0.31, 0.26, 0.42, 0.003, 0.007}
}

func (p *person) lastEnd() calendar.Month {
	var end calendar.Month
	for _, s := range p.spells {
		end = max(end, s.end)
	}
	return end
}

// idle is somebody who could work and has no work: what the survey says.
func (c *county) idle(p *person) {
	r := c.rng
	p.surveyed, p.willing = true, fact.No
	switch p.status = []int{fact.StatusFarm, fact.StatusCare, fact.StatusOwn, fact.StatusJobless}[pick(r, 0.46, 0.24, 0.1, 0.2)]; p.status {
	case fact.StatusJobless:
		p.willing = fact.Yes
		if chance(r, 0.5) {
			p.plan = c.planFor()
		}
	}
}

func (c *county) planFor() *plan {
	r := c.rng
	return &plan{place: c.w.away.pick(r, 2+pick(r, 0.5, 0.5), c.code),
		service: []string{"岗位推荐", "技能培训", "岗位推荐、技能培训", "创业扶持", "劳务输出组织"}[pick(r, 0.5, 0.2, 0.15, 0.05, 0.1)]}
}

// firstWork is the earliest month in which a person may have begun to work.
func (c *county) firstWork(p *person) calendar.Month {
	y, m := int(p.birth)/10000+16, int(p.birth)/100%100
	if p.education >= 4 {
		y += 2
	}
	if p.education >= 5 {
		y += 3
	}
	return max(calendar.MonthOf(y, m).Add(1), c.w.first.Add(-11))
}

// stayer works in the county: posts, workshops, relief projects, local firms.
func (c *county) stayer(p *person, age int) {
	r := c.rng
	post := 0.04 // public posts are for those who cannot go out
	switch {
	case p.skill == fact.SkillWeak || age >= 55:
		post = 0.85
	case age >= 38:
		post = 0.3
	}
	first := c.firstWork(p)
	months := c.w.End.Sub(first)
	if months < 1 {
		c.idle(p)
		return
	}
	start := first.Add(r.IntN(min(months, 30)) * months / 30)
	if before := c.w.first.Sub(first); before > 0 && chance(r, 0.62) {
		start = first.Add(r.IntN(before)) // most have been there since before the history
	}
	s := &spell{start: start, end: calendar.Open, at: c.here()}
	switch pick(r, post, 0.05, 0.03, 0.18, 0.24, 0.2) {
	case 0:
		if age >= 69 {
			c.idle(p)
			return
		}
		s.channel, s.industry, s.wage = fact.ChannelPost, 14, 500+50*r.IntN(9)
		s.employer = p.home.place.village
	case 1:
		s.channel, s.industry, s.wage = fact.ChannelWorkshop, 3, 1800+100*r.IntN(12)
	case 2:
		s.channel, s.industry, s.wage = fact.ChannelRelief, 5, 2000+100*r.IntN(15)
		s.start, s.end = c.season(first)
	case 3:
		s.channel, s.industry, s.wage = 7, 1, 1600+100*r.IntN(14)
		if chance(r, 0.5) {
			s.start, s.end = c.season(first)
		}
	case 4:
		s.channel, s.industry, s.wage = fact.ChannelEmployer, industries[pick(r, industryShare...)], 2300+100*r.IntN(20)
	default:
		s.channel, s.industry, s.wage = fact.ChannelSelf, industries[pick(r, industryShare...)], 2000+100*r.IntN(20)
	}
	c.employ(p, s)
	p.spells = append(p.spells, s)
	switch {
	case s.channel == fact.ChannelPost && chance(r, 0.05) && s.start < c.w.End.Add(-2):
		// A part-time post beside other work is allowed (A103).
		o := &spell{start: s.start.Add(1), end: calendar.Open, at: c.here(), channel: fact.ChannelSelf, industry: 15, wage: 1200 + 100*r.IntN(8)}
		c.employ(p, o)
		p.spells = append(p.spells, o)
	case s.end == calendar.Open && s.channel != fact.ChannelPost && chance(r, 0.16) && c.w.End.Sub(s.start) > 4:
		s.end = s.start.Add(between(r, 3, c.w.End.Sub(s.start)))
		if chance(r, 0.6) && s.end < c.w.End {
			o := &spell{start: s.end.Add(r.IntN(2)), end: calendar.Open, at: c.here(), channel: fact.ChannelEmployer,
				industry: industries[pick(r, industryShare...)], wage: s.wage + 100*r.IntN(6)}
			c.employ(p, o)
			p.spells = append(p.spells, o)
		}
	}
}

// season is a stretch of three to seven months, so that the same person may
// have none now.
func (c *county) season(first calendar.Month) (start, end calendar.Month) {
	r := c.rng
	y := c.w.End.Year() - pick(r, 0.6, 0.4)
	start = max(first, calendar.MonthOf(y, between(r, 3, 7)))
	if start > c.w.End.Add(-1) {
		start = c.w.End.Add(-1)
	}
	end = start.Add(between(r, 3, 7))
	if end > c.w.End {
		end = calendar.Open
	}
	return start, end
}

// springFestival is the month of the festival.
func springFestival(year int) int {
	if year == 2020 || year == 2023 || year == 2025 {
		return 1
	}
	return 2
}

// mover works outside the county. Some stay with one employer, others go out
// after the Spring Festival and come home before the next one.
func (c *county) mover(p *person, class int) {
	r := c.rng
	first := c.firstWork(p)
	if first >= c.w.End {
		c.idle(p)
		return
	}
	at := c.w.away.pick(r, class, c.code)
	wage := c.wage(class)
	if !chance(r, 0.48) {
		start := max(first, c.w.first.Add(-11+r.IntN(12)))
		if chance(r, 0.3) {
			start = max(first, c.w.first.Add(r.IntN(c.w.Months-2)))
		}
		if start >= c.w.End {
			start = c.w.End.Add(-1)
		}
		s := c.trip(p, at, class, start, calendar.Open, wage)
		if chance(r, 0.08) && c.w.End.Sub(start) > 3 {
			s.end = start.Add(between(r, 2, c.w.End.Sub(start)))
		}
		return
	}
	for y := c.w.first.Year(); y <= c.w.End.Year(); y++ {
		if chance(r, 0.1) {
			continue
		}
		sf := springFestival(y)
		start := calendar.MonthOf(y, min(12, sf+pick(r, 0.35, 0.45, 0.12, 0.08)))
		if y == c.w.first.Year() && c.w.first.Num() > 6 && start < c.w.first.Add(-11) {
			start = c.w.first.Add(-11)
		}
		start = max(start, first)
		if len(p.spells) > 0 {
			start = max(start, p.lastEnd())
		}
		if start > c.w.End || start.Year() > y {
			continue
		}
		home := springFestival(y + 1)
		end := calendar.MonthOf(y+1, home).Add(-pick(r, 0.65, 0.35))
		if end > c.w.End {
			end = calendar.Open
			if chance(r, 0.09) && c.w.End.Sub(start) > 2 {
				end = start.Add(between(r, 2, c.w.End.Sub(start)))
			}
		}
		if end <= start {
			continue
		}
		if chance(r, 0.25) {
			at = c.w.away.pick(r, class, c.code)
		}
		c.trip(p, at, class, start, end, wage)
		wage += 100 * r.IntN(4)
	}
	if len(p.spells) == 0 {
		c.idle(p)
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
