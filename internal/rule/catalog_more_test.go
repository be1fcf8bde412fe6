package rule

import (
	"wengang/internal/calendar"
	"wengang/internal/fact"
)

func init() {
	for _, more := range []map[string][]ruleCase{schoolCases, personCases, coverCases, measureCases, monitoredCases, ledgerCases} {
		for id, c := range more {
			cases[id] = c
		}
	}
}

func pupil(student int, birth calendar.Date) *Subject {
	return adult(born(birth), person(func(p *fact.Person) { p.Student, p.Education, p.Skill = student, 0, fact.SkillNone }), idle)
}

func schooled(education int, birth calendar.Date) *Subject {
	return adult(born(birth), person(func(p *fact.Person) { p.Education = education }), idle)
}

var schoolCases = map[string][]ruleCase{
	"school.preschool_age": {
		{"seven today, 学前教育", true, pupil(2, 20161210)},
		{"seven tomorrow", false, pupil(2, 20161211)},
		{"seven, but ill", false, adult(born(20161210), person(func(p *fact.Person) { p.Student, p.Education, p.Health = 2, 0, 3 }), idle)},
	},
	"school.primary_age": {
		{"fifteen in 小学", true, pupil(8, 20081210)}, {"five in 小学", true, pupil(3, 20171211)},
		{"fourteen in 小学", false, pupil(8, 20081211)}, {"six in 小学", false, pupil(3, 20171210)},
	},
	"school.junior_age": {
		{"eighteen in 初中", true, pupil(11, 20051210)}, {"eleven in 初中", true, pupil(9, 20111211)},
		{"seventeen in 初中", false, pupil(11, 20051211)}, {"twelve in 初中", false, pupil(9, 20111210)},
	},
	"school.senior_age": {
		{"twenty-one in 中职", true, pupil(17, 20021210)}, {"fourteen in 高中", true, pupil(12, 20081211)},
		{"twenty in 中职", false, pupil(17, 20021211)}, {"fifteen in 高中", false, pupil(12, 20081210)},
	},
	"school.college_age": {
		{"seventeen in 本科", true, pupil(21, 20051211)}, {"seventeen with 大专", true, schooled(5, 20051211)},
		{"eighteen in 本科", false, pupil(21, 20051210)}, {"eighteen with 大专", false, schooled(5, 20051210)}, {"seventeen with 高中", false, schooled(4, 20051211)},
	},
	"school.master_age": {
		{"nineteen", true, pupil(26, 20031211)}, {"twenty", false, pupil(26, 20031210)},
	},
	"school.low_education": {
		{"twenty with 小学", true, schooled(2, 20031210)}, {"sixteen, 文盲", true, schooled(1, 20071210)},
		{"twenty-three", false, schooled(2, 20001210)}, {"初中", false, schooled(3, 20031210)}, {"fifteen", false, schooled(2, 20071211)},
	},
	"school.compulsory_absent": {
		{"ten and in no school", true, schooled(0, 20131001)},
		{"six by the last of August", true, schooled(0, 20170831)},
		{"six in September: next year's", false, schooled(0, 20170901)},
		{"fourteen with 初中 done", false, schooled(3, 20090101)},
		{"fifteen by then", false, schooled(2, 20080831)},
		{"a reason is on record", false, adult(ledger, idle, born(20131001), person(func(p *fact.Person) { p.Education = 0 }), aid(func(a *fact.Aid) { a.Drop = fact.DropIll }))},
		{"the layout has no school columns", false, adult(idle, born(20131001), person(func(p *fact.Person) { p.Education = 0 }), row(func(r *Row) { r.Has &^= ColStudent }))},
	},
	"school.drop_healthy": {
		{"因病, healthy", true, adult(aid(func(a *fact.Aid) { a.Drop = fact.DropIll }))},
		{"因残, healthy", true, adult(aid(func(a *fact.Aid) { a.Drop = fact.DropDisabled }))},
		{"因病 and ill", false, adult(aid(func(a *fact.Aid) { a.Drop = fact.DropIll }), person(func(p *fact.Person) { p.Health = 3 }))},
		{"another reason", false, adult(aid(func(a *fact.Aid) { a.Drop = fact.DropOther }))},
	},
}

func skill(n int) func(*Subject) { return person(func(p *fact.Person) { p.Skill = n }) }

var personCases = map[string][]ruleCase{
	"labour.healthy_weak": {
		{"weak", true, adult(skill(fact.SkillWeak))}, {"lost is the other rule's", false, adult(skill(fact.SkillLost))},
		{"sixty", false, adult(skill(fact.SkillWeak), born(19631210))}, {"fifteen", false, adult(skill(fact.SkillWeak), born(20071211))},
		{"ill", false, adult(skill(fact.SkillWeak), person(func(p *fact.Person) { p.Health = 2 }))},
		{"in school", false, adult(skill(fact.SkillWeak), person(func(p *fact.Person) { p.Student = 14 }))},
	},
	"labour.healthy_lost": {
		{"lost", true, adult(skill(fact.SkillLost))}, {"ill", false, adult(skill(fact.SkillLost), person(func(p *fact.Person) { p.Health = 2 }))},
	},
	"labour.healthy_none": {
		{"none", true, adult(skill(fact.SkillNone))}, {"none, in school", false, adult(skill(fact.SkillNone), person(func(p *fact.Person) { p.Student = 14 }))},
	},
	"labour.unhealthy_able": {
		{"ill, ordinary", true, adult(person(func(p *fact.Person) { p.Health = 3 }))},
		{"ill, weak", false, adult(skill(fact.SkillWeak), person(func(p *fact.Person) { p.Health = 3 }))},
		{"sixty", false, adult(born(19631210), person(func(p *fact.Person) { p.Health = 3 }))},
	},
	"labour.old_lost": {
		{"sixty, monitored, lost", true, adult(born(19631210), skill(fact.SkillLost), monitored(20230101, 0, 2))},
		{"not monitored", false, adult(born(19631210), skill(fact.SkillLost))},
		{"fifty-nine", false, adult(born(19631211), skill(fact.SkillLost), monitored(20230101, 0, 2))},
	},
	"aid.educated_idle": {
		{"college, nothing runs", true, adult(ledger, idle, person(func(p *fact.Person) { p.Education = 5 }))},
		{"college and working", false, adult(ledger, person(func(p *fact.Person) { p.Education = 5 }))},
		{"高中", false, adult(ledger, idle, person(func(p *fact.Person) { p.Education = 4 }))},
	},
	"person.disability_cert": {
		{"disabled, no certificate", true, adult(monitored(20230101, 0, 3), person(func(p *fact.Person) { p.Health = 4 }))},
		{"with a class", false, adult(monitored(20230101, 0, 3), person(func(p *fact.Person) { p.Health, p.Disability = 4, 4 }))},
		{"not monitored", false, adult(person(func(p *fact.Person) { p.Health = 4 }))},
	},
	"ward.able": {
		{"healthy at thirty-five", true, adult(idle, person(func(p *fact.Person) { p.Ward = fact.Yes }))},
		{"ill", false, adult(idle, person(func(p *fact.Person) { p.Ward, p.Health = fact.Yes, 2 }))},
		{"sixty", false, adult(idle, born(19631210), person(func(p *fact.Person) { p.Ward = fact.Yes }))},
	},
	"phone.length": {
		{"ten digits", true, adult(row(func(r *Row) { r.PhoneText = "1380000000" }))},
		{"eleven", false, adult(row(func(r *Row) { r.PhoneText = "12000000000" }))}, {"blank", false, adult()},
	},
}

// everyStated is a file that carried every column.
const everyStated = ^fact.Stated(0)

func aid(f func(*fact.Aid)) func(*Subject) {
	return func(s *Subject) {
		a := fact.NoAid()
		a.Stated = everyStated
		a.MedicalResident, a.Serious, a.PensionResident = fact.Yes, fact.Yes, fact.Yes
		if f != nil {
			f(&a)
		}
		s.Aid = &a
	}
}

var coverCases = map[string][]ruleCase{
	"cover.medical_none": {
		{"both no", true, adult(aid(func(a *fact.Aid) { a.MedicalResident, a.MedicalWorker = fact.No, fact.No }))},
		{"one no, one blank", true, adult(aid(func(a *fact.Aid) { a.MedicalResident = fact.No }))},
		{"as a worker", false, adult(aid(func(a *fact.Aid) { a.MedicalResident, a.MedicalWorker = fact.No, fact.Yes }))},
		{"the file had no such column", false, adult(aid(func(a *fact.Aid) { a.MedicalResident = 0; a.Stated &^= fact.StatedMedical }))},
	},
	"cover.medical_blank": {
		{"monitored, both blank", true, adult(monitored(20230101, 0, 2), aid(func(a *fact.Aid) { a.MedicalResident = 0 }))},
		{"one says no", false, adult(monitored(20230101, 0, 2), aid(func(a *fact.Aid) { a.MedicalResident = fact.No }))},
		{"not monitored", false, adult(aid(func(a *fact.Aid) { a.MedicalResident = 0 }))},
	},
	"cover.medical_twice": {
		{"both yes", true, adult(aid(func(a *fact.Aid) { a.MedicalWorker = fact.Yes }))}, {"one yes", false, adult(aid(nil))},
	},
	"cover.medical_open": {
		{"大病 no", true, adult(aid(func(a *fact.Aid) { a.Serious = fact.No }))},
		{"居民 no", true, adult(aid(func(a *fact.Aid) { a.MedicalResident = fact.No }))},
		{"居民 no, insured as a worker", false, adult(aid(func(a *fact.Aid) { a.MedicalResident, a.MedicalWorker = fact.No, fact.Yes }))},
		{"blank is another rule's", false, adult(aid(func(a *fact.Aid) { a.Serious = 0 }))},
	},
	"cover.serious_blank": {
		{"monitored, blank", true, adult(monitored(20230101, 0, 2), aid(func(a *fact.Aid) { a.Serious = 0 }))},
		{"monitored, no", false, adult(monitored(20230101, 0, 2), aid(func(a *fact.Aid) { a.Serious = fact.No }))},
	},
	"cover.pension_blank": {
		{"both blank", true, adult(aid(func(a *fact.Aid) { a.PensionResident = 0 }))}, {"one no", false, adult(aid(func(a *fact.Aid) { a.PensionResident = fact.No }))},
	},
	"cover.aid_uninsured": {
		{"aid without insurance", true, adult(aid(func(a *fact.Aid) { a.MedicalResident, a.MedicalAid = fact.No, fact.Yes }))},
		{"aid and insured", false, adult(aid(func(a *fact.Aid) { a.MedicalAid = fact.Yes }))},
	},
	"yulu.not_student": {
		{"out of school", true, adult(aid(func(a *fact.Aid) { a.Yulu = fact.Yes }))},
		{"in 高中", true, adult(aid(func(a *fact.Aid) { a.Yulu = fact.Yes }), person(func(p *fact.Person) { p.Student = 14 }))},
		{"in 中职", false, adult(aid(func(a *fact.Aid) { a.Yulu = fact.Yes }), person(func(p *fact.Person) { p.Student = 15 }))},
		{"not on the list", false, adult(aid(nil))},
	},
}

// whole is a household of the ledger that is monitored since March 2023: one
// member, who can work and does.
func whole(changes ...func(*Household)) func(*Subject) {
	return func(s *Subject) {
		h := Household{Complete: true, Speaker: 1, Members: 1, Heads: 1, Able: 1, Full: 1, Skilled: 1, Working: 1, Identified: 20230315, Worked: true, Away: true, NewAway: true, Transport: true}
		h.Aid = fact.NoAid()
		h.Aid.Stated, h.Aid.Contact, h.Aid.Developed, h.Aid.WageFen = everyStated, fact.Yes, fact.Yes, 12_000_00
		h.Aid.Measures = fact.AidPlaced
		for _, f := range changes {
			f(&h)
		}
		s.Household, s.Row = &h, nil
	}
}

func did(m fact.Measure) func(*Household)    { return func(h *Household) { h.Aid.Measures = m } }
func hh(f func(*Household)) func(*Household) { return f }
func gone(h *Household)                      { h.Removed = 20231020 }
func nobodyAble(h *Household)                { h.Able, h.Full = 0, 0 }
func wages(fen int64) func(*Household)       { return func(h *Household) { h.Aid.WageFen = fen } }
func sized(members, full int) func(*Household) {
	return func(h *Household) { h.Members, h.Full, h.Able = members, full, full }
}
func risks(bits uint32) func(*Household)          { return func(h *Household) { h.Aid.Risks = bits } }
func homeOf(changes ...func(*Household)) *Subject { return adult(whole(changes...)) }

var measureCases = map[string][]ruleCase{
	"yulu.missing": {
		{"in 中职, nothing on record", true, adult(whole(), person(func(p *fact.Person) { p.Student = 15 }))},
		{"on record", false, adult(whole(did(fact.AidYulu)), person(func(p *fact.Person) { p.Student = 15 }))},
		{"identified after the lists closed", false, adult(whole(hh(func(h *Household) { h.Identified = 20230801 })), person(func(p *fact.Person) { p.Student = 15 }))},
		{"in 高中", false, adult(whole(), person(func(p *fact.Person) { p.Student = 14 }))},
	},
	"yulu.no_student": {
		{"nobody in 中高职", true, homeOf(did(fact.AidYulu))}, {"a member is", false, homeOf(did(fact.AidYulu), hh(func(h *Household) { h.Vocation = 1 }))},
	},
	"measure.job_never_worked": {
		{"nobody since", true, homeOf(hh(func(h *Household) { h.Worked = false }))}, {"somebody once", false, homeOf()},
		{"no such measure", false, homeOf(did(fact.AidHealth), hh(func(h *Household) { h.Worked = false }))},
	},
	"measure.job_nobody_now": {
		{"nobody now", true, homeOf(hh(func(h *Household) { h.Working = 0 }))}, {"somebody", false, homeOf()},
		{"removed, identified before this year", false, homeOf(gone, hh(func(h *Household) { h.Working, h.Identified = 0, 20221201 }))},
	},
	"measure.no_labour": {
		{"nobody can", true, homeOf(nobodyAble)}, {"one can", false, homeOf()},
		{"one is not known", false, homeOf(nobodyAble, hh(func(h *Household) { h.Skilled = 0 }))},
	},
	"measure.subsidy_no_transport": {
		{"none paid", true, homeOf(did(fact.AidSubsidy), hh(func(h *Household) { h.Transport = false }))}, {"paid", false, homeOf(did(fact.AidSubsidy))},
		{"risk removed", false, homeOf(gone, did(fact.AidSubsidy), hh(func(h *Household) { h.Transport = false }))},
	},
	"measure.export_nobody_out": {
		{"nobody outside", true, homeOf(did(fact.AidExport), hh(func(h *Household) { h.Away, h.NewAway = false, false }))}, {"somebody", false, homeOf(did(fact.AidExport))},
	},
	"measure.subsidy_nobody_out": {
		{"nobody outside", true, homeOf(did(fact.AidSubsidy), hh(func(h *Household) { h.Away = false }))}, {"劳务输出 is the other rule's", false, homeOf(did(fact.AidExport), hh(func(h *Household) { h.Away = false }))},
	},
	"measure.export_no_new": {
		{"outside since before", true, homeOf(did(fact.AidExport), hh(func(h *Household) { h.NewAway = false }))}, {"new", false, homeOf(did(fact.AidExport))},
	},
	"measure.develop_missing": {
		{"nothing after nine months", true, homeOf(did(fact.AidEnsured))}, {"a measure stands", false, homeOf()},
		{"identified five months ago", false, homeOf(did(0), hh(func(h *Household) { h.Identified = 20230720 }))},
		{"only weak labour", false, homeOf(did(0), hh(func(h *Household) { h.Full = 0 }))},
	},
	"measure.develop_unstarted": {
		{"not begun", true, homeOf(hh(func(h *Household) { h.Aid.Developed = fact.No }))}, {"blank", true, homeOf(hh(func(h *Household) { h.Aid.Developed = 0 }))},
		{"begun", false, homeOf()}, {"no development measure", false, homeOf(did(fact.AidHealth), hh(func(h *Household) { h.Aid.Developed = 0 }))},
	},
	"measure.develop_hollow": {
		{"training only", true, homeOf(did(fact.AidTraining | fact.AidHealth))}, {"其他 only", true, homeOf(did(fact.AidIndustryOther | fact.AidFinanceOther))},
		{"training and a job", false, homeOf(did(fact.AidTraining | fact.AidPlaced))}, {"nothing", false, homeOf(did(0))},
	},
	"measure.only_ensured": {
		{"only 综合保障", true, homeOf(did(fact.AidEnsured))}, {"and health", false, homeOf(did(fact.AidEnsured | fact.AidHealth))},
		{"nobody can work", false, homeOf(did(fact.AidEnsured), nobodyAble)},
	},
}

var monitoredCases = map[string][]ruleCase{
	"monitored.removed_at_once": {
		{"the next month", true, adult(monitored(20230501, 20230630, 2))}, {"two months on", false, adult(monitored(20230501, 20230701, 2))},
		{"gone by nature", false, adult(monitored(20230501, 20230630, 2), aid(func(a *fact.Aid) { a.Removed = fact.No }))},
	},
	"monitored.backstop_unmarked": {
		{"nobody can work, no mark", true, homeOf(nobodyAble)}, {"marked", false, homeOf(nobodyAble, hh(func(h *Household) { h.Aid.Backstop = fact.Yes }))}, {"one can", false, homeOf()},
	},
	"monitored.removed_no_labour": {
		{"removed", true, homeOf(gone, nobodyAble)}, {"not removed", false, homeOf(nobodyAble)}, {"one can work", false, homeOf(gone)},
	},
	"monitored.removed_no_wage": {
		{"no wages", true, homeOf(gone, wages(0))}, {"blank", true, homeOf(gone, wages(-1))}, {"wages", false, homeOf(gone)}, {"not removed", false, homeOf(wages(0))},
	},
	"monitored.contact_missing": {
		{"removed, no contact", true, homeOf(gone, hh(func(h *Household) { h.Aid.Contact = fact.No }))}, {"not removed", false, homeOf(hh(func(h *Household) { h.Aid.Contact = fact.No }))}, {"a contact", false, homeOf(gone)},
	},
	"monitored.wage_tiny": {
		{"99.99", true, homeOf(wages(99_99))}, {"100", false, homeOf(wages(100_00))}, {"0", false, homeOf(wages(0))},
	},
	"monitored.short_all_able": {
		{"everybody can", true, homeOf(risks(1 << 8))}, {"one of two", false, homeOf(risks(1<<8), sized(2, 1))}, {"another risk", false, homeOf(risks(1 << 2))},
	},
	"monitored.short_half_able": {
		{"two of four", true, homeOf(risks(1<<8), sized(4, 2))}, {"one of four", false, homeOf(risks(1<<8), sized(4, 1))}, {"two of three", false, homeOf(risks(1<<8), sized(3, 2))},
	},
	"monitored.short_quarter_able": {
		{"one of three", true, homeOf(risks(1<<8), sized(3, 1))}, {"one of four", false, homeOf(risks(1<<8), sized(4, 1))},
		{"by the class on record", true, adult(monitored(20230315, 0, 8), whole(sized(3, 1)))},
	},
	"household.no_labour_no_allowance": {
		{"nobody can, nobody has", true, homeOf(nobodyAble)}, {"one has", false, homeOf(nobodyAble, hh(func(h *Household) { h.Allowed = 1 }))}, {"one can", false, homeOf()},
	},
}

func around(a Around) func(*Subject) { return func(s *Subject) { s.Around = &a } }

var ledgerCases = map[string][]ruleCase{
	"account.shared":   {{"two households", true, adult(around(Around{AccountHomes: 2}))}, {"one", false, adult(around(Around{AccountHomes: 1}))}},
	"work.wage_copied": {{"five people", true, adult(around(Around{Copied: 5, CopiedFen: 3257_36}))}, {"four", false, adult(around(Around{Copied: 4}))}},
	"person.twin":      {{"another one", true, adult(around(Around{Twins: 1}))}, {"nobody", false, adult(around(Around{}))}, {"the ledger is not at hand", false, adult()}},
	"person.two_villages": {
		{"twice in a year", true, adult(around(Around{Moves: 2}))}, {"once", false, adult(around(Around{Moves: 1}))},
	},
	"work.overlap_long": {
		{"three months", true, adult(works(spell(202301, 202308, city, 2, 4000_00), spell(202305, calendar.Open, far, 1, 4500_00)))},
		{"two months", false, adult(works(spell(202301, 202307, city, 2, 4000_00), spell(202305, calendar.Open, far, 1, 4500_00)))},
		{"a part-time post beside work", false, adult(works(spell(202301, calendar.Open, near, fact.ChannelPost, 600_00), spell(202305, calendar.Open, near, 1, 1500_00)))},
	},
	"work.zero_length": {
		{"begins and ends in May", true, adult(works(spell(202305, 202305, far, 1, 4500_00)))}, {"ends in June", false, adult(works(spell(202305, 202306, far, 1, 4500_00)))},
	},
}
