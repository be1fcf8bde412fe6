package sample

import (
	"wengang/internal/calendar"
	"wengang/internal/fact"
)

// The tables of a county.
const (
	tPeople    = "people"
	tMonitored = "monitored"
	tHistory   = "history"
	tSurvey    = "survey"
	tMonth     = "month" // the last monthly file
	tPlan      = "plan"
	tSettled   = "settled"
)

var tables = []string{tPeople, tMonitored, tHistory, tSurvey, tMonth, tPlan, tSettled}

// lone makes a household of one clean adult of an age: healthy, schooled, with
// ordinary labour ability, no work, and in none of the random extras.
func (c *county) lone(age, sex int) *person {
	h := &household{place: c.villages[c.rng.IntN(len(c.villages))]}
	c.homes = append(c.homes, h)
	return c.member(h, 1, age, sex)
}

func (c *county) member(h *household, relation, age, sex int) *person {
	p := c.add(h, relation, sex, 1, age, "")
	p.planted = true
	p.health, p.education, p.skill, p.political = 1, 3, fact.SkillOrdinary, 9
	p.allowance, p.ward = fact.No, fact.No
	if age < 16 {
		p.education, p.student, p.skill = 0, schoolAt(c.rng, age), fact.SkillNone
	}
	if age >= 60 {
		p.health, p.skill = 2, fact.SkillWeak
	}
	return p
}

// breaks says which rule a row of the person breaks.
func (e *edits) breaks(table, rule, column string) {
	e.marks = append(e.marks, mark{table: table, rule: rule, column: column})
}

// later marks what only a check of the whole ledger can see.
func (e *edits) later(table, rule, column string) {
	e.marks = append(e.marks, mark{table: table, rule: rule, column: column, later: true})
}

// refusedBy marks a row that must not be saved.
func (e *edits) refusedBy(table, rule, column string) {
	e.marks = append(e.marks, mark{table: table, rule: rule, column: column, refused: true})
}

// plantRoom is the least number of people of a county with planted ones (about
// 115 for each time).
const plantRoom = 280

// plant puts people into the county whose rows break rules: each rule of the
// book that can be seen in a file, twice in a county of some size. What is only
// doubted is saved as it stands and counts in the truth as it stands.
func (c *county) plant() {
	times := 1
	switch {
	case c.target > 2000:
		times = 2
	case c.target < plantRoom:
		return // they would be most of its people
	}
	for range times {
		c.plantIdentity()
		c.plantPerson()
		c.plantHouseholds()
		c.plantPosts()
		c.plantWork()
		c.plantPlans()
		c.plantMonitored()
		c.haunt()
		// A small county has one half of the rest, the next one the other.
		if times > 1 || c.n%2 == 0 {
			c.plantSchool()
			c.plantCover()
		}
		if times > 1 || c.n%2 == 1 {
			c.plantMeasures()
			c.plantLedger()
		}
	}
}

// cell plants a person whose row of the people file says something else.
func (c *county) cell(rule, column string, v any) *person {
	p := c.lone(40+c.rng.IntN(15), 1+c.rng.IntN(2))
	p.set(column, v)
	p.breaks(tPeople, rule, column)
	return p
}

func (c *county) plantIdentity() {
	c.cell("id.disability_code", "id_number", func(p *person) any { return p.id + "95" })
	for _, odd := range [][2]string{{"id.placeholder", "999999"}, {"id.area_unknown", "009999"}} {
		p := c.lone(44, 1)
		p.area = odd[1]
		p.breaks(tPeople, odd[0], "id_number")
	}
	c.cell("id.upgraded", "id_number", func(p *person) any { return p.id[:6] + p.id[8:17] })
	c.cell("id.birth_mismatch", "birth", func(p *person) any { return c.date(p.birth + 1) })
	c.cell("id.sex_mismatch", "sex", func(p *person) any { return fact.Sex.Name(3 - p.sex) })
	c.cell("row.word", "political", "先进分子")
	c.cell("row.number", "work_months", "半年")
	c.cell("row.date", "birth", "七十年代")
	c.cell("phone.length", "phone", func(p *person) any { return p.phone[:10] })
	p := c.cell("phone.household", "home_phone", "0635-12345")
	p.set("phone", func(p *person) any { return p.phone })
	first := c.lone(45, 1)
	second := c.lone(44, 2)
	second.home.place = first.home.place
	second.set("phone", func(*person) any { return first.phone })
	second.breaks(tPeople, "phone.shared", "phone")
}

func (c *county) plantPerson() {
	p := c.lone(22, 1)
	p.student, p.skill = 21, fact.SkillNone
	p.breaks(tPeople, "school.both", "student")
	c.cell("school.none", "education", "")
	p = c.child(12, 1)
	p.student = 14 // 普通高中三年级 at twelve
	p.breaks(tPeople, "school.senior_age", "student")
	p = c.lone(35, 1)
	p.skill = fact.SkillWeak
	p.breaks(tPeople, "labour.healthy_weak", "skill")
	p = c.child(13, 2)
	p.skill = fact.SkillOrdinary
	p.breaks(tPeople, "labour.child", "skill")
	p = c.child(17, 1)
	p.student, p.education, p.skill = 14, 0, fact.SkillOrdinary
	p.breaks(tPeople, "labour.student", "skill")
	p = c.lone(48, 1)
	p.health, p.disability, p.grade = 4, 4, 2
	p.set("id_number", func(p *person) any { return p.id + "42" })
	p.breaks(tPeople, "labour.disability", "skill")
	p = c.lone(66, 1)
	p.skill = fact.SkillOrdinary
	p.breaks(tPeople, "labour.old", "skill")
	c.cell("person.skill_missing", "skill", "").skill = 0
	c.cell("person.ethnic_missing", "ethnic", "").ethnic = 0
	c.cell("work.months_over", "work_months", 13).set("work_place", c.self.full())
	c.cell("work.place_without_months", "work_place", c.self.full())
	c.cell("work.place_without_months", "work_months", 7)
}

// child is a minor in a household with a clean adult.
func (c *county) child(age, sex int) *person {
	head := c.lone(42, 2)
	return c.member(head.home, 2+sex, age, sex)
}

func (c *county) plantHouseholds() {
	p := c.child(20, 1)
	p.student, p.education, p.skill = 0, 4, fact.SkillOrdinary
	p.set("relation", "")
	p.relation = 0
	p.breaks(tPeople, "person.relation_missing", "relation")
	p = c.child(25, 1)
	p.education, p.student, p.skill, p.relation = 3, 0, fact.SkillOrdinary, 4 // 之女, a man
	p.breaks(tPeople, "person.relation_sex", "relation")
	h := c.lone(50, 1).home
	c.member(h, 1, 47, 2).breaks(tPeople, "household.two_heads", "relation")
	h = c.lone(52, 1).home
	c.member(h, 2, 50, 2)
	c.member(h, 2, 46, 2).breaks(tPeople, "household.two_spouses", "relation")
	h = c.lone(45, 1).home
	c.member(h, 2, 44, 1).breaks(tPeople, "household.spouse_sex", "relation")
	p = c.lone(30, 1)
	p.relation = 3
	p.later(tPeople, "household.no_head", "relation")
}

func (c *county) plantPosts() {
	p := c.child(15, 2)
	p.set("post", "保洁员")
	p.set("post_months", 6)
	p.breaks(tPeople, "post.too_young", "post")
	p.breaks(tPeople, "post.no_labour", "skill")
	p = c.lone(72, 1)
	p.set("post", "护林员")
	p.set("post_months", 10)
	p.breaks(tPeople, "post.too_old", "post")
	p = c.lone(50, 2)
	p.set("post", "保洁员")
	p.breaks(tPeople, "post.months_missing", "post_months")
	p = c.lone(51, 2)
	p.set("post_months", 6)
	p.breaks(tPeople, "post.type_missing", "post")
	p = c.lone(52, 2)
	p.set("post", "保洁员、护林员、护路员")
	p.set("post_months", 6)
	p.breaks(tPeople, "post.too_many", "post")
	p = c.lone(53, 1)
	p.health, p.skill = 2, fact.SkillLost
	p.set("post", "护水员")
	p.set("post_months", 6)
	p.breaks(tPeople, "post.no_labour", "skill")
}

func (c *county) plantPlans() {
	p := c.lone(33, 1)
	p.plan = &plan{place: c.w.away.pick(c.rng, 3, c.code)}
	p.breaks(tPlan, "plan.no_need", "service")
	p = c.lone(34, 2)
	p.plan = &plan{place: &workplace{province: "江苏省", city: "苏州市"}, service: "岗位推荐"}
	p.breaks(tPlan, "plan.place_not_county", "plan_county")
	p = c.lone(20, 1)
	p.student, p.education, p.skill = 22, 0, fact.SkillNone
	p.plan = c.planFor()
	p.breaks(tPlan, "plan.in_school", "student")
	p.breaks(tPlan, "plan.no_labour", "skill")
	p = c.lone(55, 1)
	p.health, p.skill = 2, fact.SkillLost
	p.plan = c.planFor()
	p.breaks(tPlan, "plan.no_labour", "skill")
}

func (c *county) plantMonitored() {
	monitored := func(p *person, risk int, on, removed calendar.Date) *person {
		p.home.class, p.home.risk, p.home.riskOn, p.home.removedOn = fact.KindUnstable, risk, on, removed
		return p
	}
	year := c.w.End.Year()
	p := monitored(c.lone(50, 2), 2, calendar.DateOf(year, 1, 15), calendar.DateOf(year, 4, 20))
	p.breaks(tMonitored, "monitored.removed_early", "risk_removed_on")
	p = monitored(c.lone(78, 1), fact.RiskWork, calendar.DateOf(year, 2, 15), 0)
	p.skill = fact.SkillNone
	p.later(tMonitored, "monitored.work_risk_no_labour", "risk")
	p = monitored(c.lone(40, 1), fact.RiskWork, calendar.DateOf(year, 2, 15), 0)
	p.later(tMonitored, "monitored.work_risk_no_work", "risk")
	// Refused: the household stays without the class.
	p = c.lone(49, 1)
	g := &person{home: &household{place: p.home.place, class: fact.KindUnstable, risk: 2,
		riskOn: calendar.DateOf(year, 6, 10), removedOn: calendar.DateOf(year, 3, 1)}}
	g.planted = true
	g.as(p)
	g.refusedBy(tMonitored, "monitored.removed_before", "risk_removed_on")
	c.ghosts[tMonitored] = append(c.ghosts[tMonitored], ghost{p: g})
}
