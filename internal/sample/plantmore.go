package sample

import (
	"wengang/internal/calendar"
	"wengang/internal/fact"
)

// plantSchool puts grades beside ages that they do not fit, and what health and
// labour say of each other.
func (c *county) plantSchool() {
	pupil := func(rule string, age, student int) {
		p := c.child(age, 1)
		p.student, p.education, p.skill = student, 0, fact.SkillNone
		p.breaks(tPeople, rule, "student")
	}
	pupil("school.preschool_age", 8, 2)
	pupil("school.primary_age", 15, 8)
	pupil("school.junior_age", 18, 11)
	pupil("school.college_age", 17, 21)
	pupil("school.master_age", 19, 26)
	p := c.child(10, 2)
	p.student, p.education = 0, 0
	p.breaks(tPeople, "school.compulsory_absent", "student")
	p.breaks(tPeople, "school.none", "education")
	p = c.lone(20, 1)
	p.education = 2
	p.breaks(tPeople, "school.low_education", "education")
	c.cell("school.drop_healthy", "drop_reason", "因病")
	for _, x := range []struct {
		rule  string
		skill int
	}{{"labour.healthy_lost", fact.SkillLost}, {"labour.healthy_none", fact.SkillNone}} {
		p = c.lone(36, 1)
		p.skill = x.skill
		p.breaks(tPeople, x.rule, "skill")
	}
	p = c.lone(45, 2)
	p.health = 3
	p.breaks(tPeople, "labour.unhealthy_able", "skill")
	p = c.lone(33, 1)
	p.ward = fact.Yes
	p.breaks(tPeople, "ward.able", "ward")
	c.cell("phone.format", "phone", "12000000000")
	p = c.lone(30, 2)
	p.education = 5
	p.later(tPeople, "aid.educated_idle", "education")
	p = c.lone(31, 1)
	p.skill = fact.SkillSkilled
	p.later(tPeople, "aid.skilled_idle", "skill")
}

// plantCover puts contradictions into the columns of insurance.
func (c *county) plantCover() {
	p := c.cell("cover.medical_none", "medical_resident", "否")
	p.breaks(tPeople, "cover.medical_open", "serious_illness")
	c.cell("cover.medical_twice", "medical_worker", "是")
	c.cell("cover.medical_open", "serious_illness", "否")
	p = c.cell("cover.pension_blank", "pension_resident", "")
	p.set("pension_worker", "")
	p = c.cell("cover.aid_uninsured", "medical_aid", "是")
	p.set("medical_resident", "否")
	p.breaks(tPeople, "cover.medical_none", "medical_resident")
	// Of monitored people also what is blank.
	p = c.watched(c.lone(41, 1), 2).members[0]
	p.set("medical_resident", "")
	p.set("medical_worker", "")
	p.set("serious_illness", "")
	p.breaks(tPeople, "cover.medical_none", "medical_resident")
	p.breaks(tMonitored, "cover.medical_blank", "medical_resident")
	p.breaks(tMonitored, "cover.serious_blank", "serious_illness")
	p = c.watched(c.lone(66, 1), 2).members[0]
	p.skill = fact.SkillLost
	p.breaks(tMonitored, "labour.old_lost", "skill")
	p = c.watched(c.lone(47, 1), 3).members[0]
	p.health, p.skill = 4, fact.SkillWeak
	p.breaks(tMonitored, "person.disability_cert", "health")
	p = c.watched(c.lone(42, 2), 2).members[0]
	p.set("yulu", "是")
	p.breaks(tMonitored, "yulu.not_student", "yulu")
	y := c.w.End.Year()
	h := c.watched(c.lone(43, 2), 2)
	h.riskOn, h.removedOn = calendar.DateOf(y, 5, 12), calendar.DateOf(y, 6, 20)
	h.members[0].breaks(tMonitored, "monitored.removed_at_once", "risk_removed_on")
	h.members[0].breaks(tMonitored, "monitored.removed_early", "risk_removed_on")
}

// watched makes a person's household a monitored one, with the risk standing
// since February.
func (c *county) watched(p *person, risk int) *household {
	h := p.home
	h.class, h.risk, h.riskOn = fact.KindUnstable, risk, calendar.DateOf(c.w.End.Year(), 2, 15)
	return h
}

const riskShort = 8 // 缺劳动力

// plantMeasures makes monitored households whose measures contradict their
// members' work and labour: only the ledger as a whole can see it.
func (c *county) plantMeasures() {
	march, open := calendar.MonthOf(c.w.End.Year(), 3), calendar.Open
	home := func(rules []string, says ...any) *person {
		p := c.lone(38, 1)
		h := c.watched(p, 2)
		for i := 0; i < len(says); i += 2 {
			h.says(says[i].(string), says[i+1])
		}
		for _, r := range rules {
			p.later(tMonitored, r, "aid_jobs")
		}
		return p
	}
	old := func(p *person) { p.skill = fact.SkillLost; p.health = 2 }
	removed := func(p *person) { p.home.removedOn = calendar.DateOf(c.w.End.Year(), 10, 20) }

	home([]string{"measure.job_never_worked", "measure.job_nobody_now"}, "aid_jobs", "务工就业")
	old(home([]string{"measure.no_labour"}, "aid_jobs", "务工就业"))
	c.job(home([]string{"measure.subsidy_no_transport"}, "aid_jobs", "外出务工补贴"), march, open, 3)
	c.job(home([]string{"measure.export_nobody_out", "measure.export_no_new"}, "aid_jobs", "劳务输出"), march, open, 1)
	c.job(home([]string{"measure.subsidy_nobody_out"}, "aid_jobs", "外出务工补贴"), march, open, 1)
	home([]string{"measure.develop_missing"}, "aid_industry", nil)
	home([]string{"measure.develop_unstarted"}, "developed", "尚未实施")
	home([]string{"measure.develop_hollow"}, "aid_industry", "其他")
	home([]string{"measure.only_ensured"}, "aid_industry", nil, "aid_ensure", "低保", "aid_health", nil)
	old(home([]string{"monitored.backstop_unmarked", "household.no_labour_no_allowance"}, "backstop", "否"))
	p := home([]string{"monitored.removed_no_labour"})
	old(p)
	removed(p)
	p = home([]string{"monitored.removed_no_wage"}, "aid_jobs", "务工就业", "wage_income", 0)
	c.job(p, march, open, 2)
	removed(p)
	removed(home([]string{"monitored.contact_missing"}, "collector", nil))
	home([]string{"monitored.wage_tiny"}, "wage_income", 50)
	p = home([]string{"monitored.short_all_able", "monitored.short_quarter_able"})
	p.home.risk = riskShort
	p = home([]string{"monitored.short_half_able"})
	p.home.risk = riskShort
	c.member(p.home, 2, 37, 2)
	c.member(p.home, 3, 12, 1)
	c.member(p.home, 4, 9, 2)
	home([]string{"yulu.no_student"}, "aid_education", "雨露计划")
	p = home(nil, "aid_education", nil)
	s := c.member(p.home, 3, 17, 1)
	s.student, s.education, s.skill = 16, 0, fact.SkillNone
	s.set("yulu", "否")
	s.later(tMonitored, "yulu.missing", "yulu")
}

// plantLedger puts what two rows say of each other, in one village or file.
func (c *county) plantLedger() {
	y, open := c.w.End.Year(), calendar.Open
	first, twin := c.lone(52, 1), c.lone(52, 1)
	twin.home.place, twin.name, twin.surname, twin.birth = first.home.place, first.name, first.surname, first.birth
	first.later(tPeople, "person.twin", "name")
	twin.later(tPeople, "person.twin", "name")
	for range 5 {
		p := c.lone(39, 2)
		p.home.place = first.home.place
		s := c.job(p, calendar.MonthOf(y, 3), open, 1)
		s.wage, s.employer = 3257, "示例雷同服装有限公司"
		p.later(tPeople, "work.wage_copied", "wage")
	}
	p := c.lone(40, 1)
	c.job(p, calendar.MonthOf(y, 1), calendar.MonthOf(y, 7), 2)
	s := c.job(p, calendar.MonthOf(y, 3), open, 3)
	s.breaks(tHistory, "work.overlap_long", "start")
	s.breaks(tHistory, "work.overlap", "start")
	p = c.lone(41, 2)
	c.job(p, calendar.MonthOf(y, 4), calendar.MonthOf(y, 4), 2).breaks(tHistory, "work.zero_length", "end")
}
