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
	rate := 0.92
	switch {
	case age >= 60:
		rate = 0.47
	case p.skill == fact.SkillWeak:
		rate = 0.55
	case p.sex == fact.Female:
		rate = 0.81
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
	c.asked(p)
}

// asked says what the survey knows of somebody who has worked. Most who came
// home for good farm or care; those from job to job want the next one. Some of
// whom it asked have found work since: a will once stated stays in the ledger.
func (c *county) asked(p *person) {
	r, last := c.rng, p.lastEnd()
	switch {
	case len(p.spells) == 0:
	case last != calendar.Open:
		p.surveyed, p.willing = true, fact.No
		switch {
		case p.casual && c.w.End.Sub(last) < 4 && chance(r, 0.6), !p.casual && chance(r, 0.3):
			p.willing, p.status = fact.Yes, fact.StatusJobless
			if chance(r, 0.3) {
				p.plan = c.planFor()
			}
		default:
			p.status = []int{fact.StatusFarm, fact.StatusCare, fact.StatusOwn}[pick(r, 0.55, 0.3, 0.15)]
		}
	case p.casual && chance(r, 0.6), p.spells[0].start > c.w.first && chance(r, 0.1):
		p.surveyed, p.willing, p.status = true, fact.Yes, fact.StatusWork
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
	switch p.status = []int{fact.StatusFarm, fact.StatusCare, fact.StatusOwn, fact.StatusJobless}[pick(r, 0.54, 0.27, 0.11, 0.08)]; p.status {
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
