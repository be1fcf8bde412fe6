package sample

import (
	"math/rand/v2"

	"wengang/internal/calendar"
	"wengang/internal/fact"
)

// attributes fills what follows from age and luck. They keep to every rule of
// the book: whatever breaks one is planted.
func (c *county) attributes(p *person) {
	r, age := c.rng, p.age(c.w.today)
	p.health = 1 + pick(r, healthAt(age)...)
	if p.health == 4 {
		p.disability = 1 + pick(r, 0.12, 0.15, 0.03, 0.5, 0.1, 0.08, 0.02)
		p.grade = 1 + pick(r, 0.12, 0.25, 0.33, 0.3)
	}
	switch {
	case age >= 18 && p.relation != 3 && p.relation != 4 || age > 22:
		p.education = educationAt(r, age)
	default:
		p.student = schoolAt(r, age)
		if age >= 16 && p.health > 1 && chance(r, 0.6) || age >= 18 && chance(r, 0.55) {
			p.student, p.education = 0, 3+pick(r, 0.55, 0.45)
		}
	}
	p.skill = skillAt(r, p, age)
	p.political = 9
	switch {
	case age >= 25 && chance(r, 0.04):
		p.political = 1
	case age >= 14 && age < 28 && chance(r, 0.35):
		p.political = 3
	}
	p.allowance, p.ward = fact.No, fact.No
	if c.poorAid(p, age) {
		p.allowance = fact.Yes
	}
	if age >= 60 && len(p.home.members) == 1 && chance(r, 0.16) {
		p.ward, p.allowance = fact.Yes, fact.No
		p.skill = fact.SkillNone
	}
}

func (c *county) poorAid(p *person, age int) bool {
	rate := 0.1
	if age >= 60 || p.health > 2 {
		rate = 0.3
	}
	return chance(c.rng, rate)
}

func healthAt(age int) []float64 {
	switch {
	case age < 16:
		return []float64{0.97, 0.01, 0.005, 0.015}
	case age < 45:
		return []float64{0.9, 0.04, 0.02, 0.04}
	case age < 60:
		return []float64{0.74, 0.15, 0.04, 0.07}
	}
	return []float64{0.45, 0.4, 0.07, 0.08}
}

func educationAt(r *rand.Rand, age int) int {
	switch {
	case age >= 65:
		return 1 + pick(r, 0.35, 0.45, 0.18, 0.02)
	case age >= 45:
		return 1 + pick(r, 0.08, 0.3, 0.52, 0.09, 0.01)
	case age >= 30:
		return 1 + pick(r, 0.01, 0.1, 0.65, 0.16, 0.06, 0.02)
	}
	return 1 + pick(r, 0, 0.02, 0.5, 0.25, 0.15, 0.08)
}

// schoolAt is the school year of an age, inside the bounds of school.age.
func schoolAt(r *rand.Rand, age int) int {
	switch {
	case age < 3:
		return 1
	case age < 6:
		return 2
	case age < 12:
		return age - 3 // 小学一年级 at six
	case age < 15:
		return age - 3 // 七年级 at twelve
	case age < 18:
		if chance(r, 0.4) {
			return age // 中职一年级 at fifteen
		}
		return age - 3 // 普通高中一年级 at fifteen
	}
	if chance(r, 0.6) {
		return min(20, age)
	}
	return min(24, age+3)
}

func skillAt(r *rand.Rand, p *person, age int) int {
	switch {
	case age < 16 || p.student != 0:
		return fact.SkillNone
	case age >= 75:
		return fact.SkillNone
	case age >= 60:
		if p.health == 1 && chance(r, 0.75) || p.health == 2 && chance(r, 0.4) {
			return fact.SkillWeak
		}
		return fact.SkillNone
	case p.health == 1:
		return 1 + pick(r, 0.84, 0.16)
	case p.health == 4 && p.grade <= 2 || p.health == 3 && chance(r, 0.6):
		return fact.SkillLost
	case p.health == 2 && chance(r, 0.3):
		return fact.SkillOrdinary
	}
	return fact.SkillWeak
}

// risks makes about seven households in a hundred monitored ones.
func (c *county) risks(h *household) {
	r := c.rng
	if !chance(r, 0.07) {
		return
	}
	h.class = fact.KindUnstable + pick(r, 0.45, 0.35, 0.2)
	h.other = h.class != fact.KindUnstable
	h.risk = []int{1, 2, 3, 4, 5, 8, 9}[pick(r, 0.12, 0.4, 0.2, 0.06, 0.04, 0.1, 0.08)]
	if h.risk == fact.RiskWork {
		h.risk = 2 // the two rules on the work risk ask for more than chance gives: planted
	}
	m := c.w.first.Add(between(r, -11, c.w.Months-4))
	h.riskOn = calendar.DateOf(m.Year(), m.Num(), between(r, 1, 28))
	if removed := m.Add(between(r, 7, 18)); chance(r, 0.45) && removed <= c.w.End {
		h.removedOn = calendar.DateOf(removed.Year(), removed.Num(), between(r, 1, 28))
	}
}
