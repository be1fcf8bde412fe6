package rule

import (
	"testing"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/text"
)

type ruleCase struct {
	story string
	hits  bool
	s     *Subject
}

// byImport lists the rules that an import decides itself: their tests stand with
// the import (package intake).
var byImport = map[string]bool{
	"id.duplicate_file": true, "id.other_person": true, "id.former": true, "id.elsewhere": true, "id.pending": true, "person.name_changed": true,
	"row.required": true, "row.word": true, "row.number": true, "row.date": true, "row.month": true, "person.village_moved": true, "person.left": true, "person.kind_missing": true,
	"village.unknown": true, "village.ambiguous": true, "village.outside": true, "settlement.unknown": true, "settlement.ambiguous": true,
	"work.place_not_county": true, "work.place_unknown": true, "work.place_missing": true, "work.place_ambiguous": true,
	"id.no_key": true, "id.code_unknown": true, "id.code_ambiguous": true, "work.months_only": true, "work.income_months": true, "work.year_differs": true, "work.post_days": true, "plan.answer_code": true,
	"work.person_unknown": true, "work.absent": true, "work.name_differs": true, "work.duplicate_row": true, "work.start_missing": true,
}

var cases = map[string][]ruleCase{
	"id.missing": {
		{"nothing in the cell", true, adult(idText(""))},
		{"only spaces count as nothing", true, adult(idText(" 　"))},
		{"a number", false, adult()},
	},
	"id.mangled": {
		{"scientific notation", true, adult(idText("4.2E+17"))},
		{"tail of zeros whose check digit is wrong", true, adult(idText("000000198802280000"))},
		{"three zeros at the end that check out", false, adult(idText("00000019900101000X"))},
	},
	"id.length": {
		{"17 digits", true, adult(idText("00000019880229001"))},
		{"19 digits", true, adult(idText("0000001988022900190"))},
		{"a letter O for a zero", true, adult(idText("0000001988O2290019"))},
		{"20 digits are a disability certificate", false, adult(idText("00000019880229001943"))},
		{"a reissued certificate has 22", false, adult(idText("00000019880229001943B1"))},
		{"15 digits are an old card", false, adult(idText("110105491231002"))},
	},
	"id.checksum": {
		{"last digit one too low", true, adult(idText("000000198802290018"))},
		{"the right one", false, adult(idText("000000198802290019"))},
		{"small x is X", false, adult(idText("11010519491231002x"))},
	},
	"id.birth": {
		{"29 February of a common year", true, adult(idText("000000198702290019"))},
		{"month 13", true, adult(idText("000000198813010019"))},
		{"born tomorrow", true, adult(idText(withCheck("00000020231211001")))},
		{"born 1899", true, adult(idText(withCheck("00000018991231001")))},
		{"29 February of a leap year", false, adult()},
		{"born today", false, adult(idText(withCheck("00000020231210001")))},
		{"born on the first day of 1900", false, adult(idText(withCheck("00000019000101001")))},
	},
	"id.disability_code": {
		{"class 8 does not exist", true, adult(idText("00000019880229001983"))},
		{"grade 5 does not exist", true, adult(idText("00000019880229001945"))},
		{"class 7 grade 4 do", false, adult(idText("00000019880229001974"))},
	},
	"id.placeholder": {
		{"999999 at the front", true, adult(idText(withCheck("99999919880229001")))},
		{"999998 is an area like others", false, adult(idText(withCheck("99999819880229001")))},
	},
	"id.upgraded": {
		{"15 digits", true, adult(idText("110105491231002"))},
		{"the same person's 18", false, adult(idText("11010519491231002X"))},
	},
	"id.area_unknown": {
		{"an area of no edition", true, adult(idText(withCheck("37159919880229001")))},
		{"a county", false, adult(idText(withCheck("37152219880229001")))},
		{"the synthetic area 000000 is not talked of", false, adult()},
		{"999999 has its own rule", false, adult(idText(withCheck("99999919880229001")))},
	},
	"id.birth_mismatch": {
		{"another day", true, adult(row(func(r *Row) { r.Birth = 19880228 }))},
		{"the same day", false, adult(row(func(r *Row) { r.Birth = 19880229 }))},
		{"blank says nothing", false, adult()},
	},
	"id.sex_mismatch": {
		{"female with an odd digit", true, adult(row(func(r *Row) { r.Sex = fact.Female }))},
		{"male with an odd digit", false, adult(row(func(r *Row) { r.Sex = fact.Male }))},
	},
	"work.end_before_start": {
		{"ends the month before", true, adult(works(spell(202305, 202304, far, 1, 4500_00)))},
		{"starts and ends in one month", false, adult(works(spell(202305, 202305, far, 1, 4500_00)))},
		{"still runs", false, adult()},
	},
	"work.start_future": {
		{"next month", true, adult(works(spell(202401, calendar.Open, far, 1, 4500_00)))},
		{"this month", false, adult(works(spell(202312, calendar.Open, far, 1, 4500_00)))},
	},
	"work.not_out_end": {
		{"not out, no end", true, adult(row(func(r *Row) { r.Out, r.Start = fact.No, 202305 }))},
		{"not out, ends next month", true, adult(row(func(r *Row) { r.Out, r.Start, r.End = fact.No, 202305, 202401 }))},
		{"not out, ended this month", false, adult(row(func(r *Row) { r.Out, r.Start, r.End = fact.No, 202305, 202312 }))},
		{"not out and never was", false, adult(idle, row(func(r *Row) { r.Out = fact.No }))},
		{"out needs no end", false, adult(row(func(r *Row) { r.Out, r.Start = fact.Yes, 202305 }))},
	},
	"work.overlap": {
		{"the new work begins before the old one ended", true, adult(works(spell(202301, 202306, city, 2, 4000_00), spell(202305, calendar.Open, far, 1, 4500_00)))},
		{"the old one never ended", true, adult(works(spell(202301, calendar.Open, city, 2, 4000_00), spell(202305, calendar.Open, far, 1, 4500_00)))},
		{"the row states the earlier of the two", true, adult(works(spell(202305, calendar.Open, far, 1, 4500_00), spell(202301, 202308, city, 2, 4000_00)))},
		{"both in the month of the change", false, adult(works(spell(202301, 202305, city, 2, 4000_00), spell(202305, calendar.Open, far, 1, 4500_00)))},
		{"a gap", false, adult(works(spell(202301, 202303, city, 2, 4000_00), spell(202305, calendar.Open, far, 1, 4500_00)))},
		{"a part-time public post beside work is allowed (A103)", false, adult(works(spell(202301, calendar.Open, near, fact.ChannelPost, 600_00), spell(202305, calendar.Open, near, 1, 1500_00)))},
	},
	"work.too_young": {
		{"fifteen at the start", true, adult(born(20080601), works(spell(202305, calendar.Open, far, 1, 4500_00)))},
		{"sixteen in the month of the start", false, adult(born(20070531), works(spell(202305, calendar.Open, far, 1, 4500_00)))},
		{"birth unknown", false, adult(born(0))},
	},
	"work.long_open": {
		{"three years without an end", true, adult(works(spell(202012, calendar.Open, far, 1, 4500_00)))},
		{"one month less", false, adult(works(spell(202101, calendar.Open, far, 1, 4500_00)))},
		{"ended", false, adult(works(spell(202012, 202311, far, 1, 4500_00)))},
	},
	"work.fields_missing": {
		{"no wage", true, adult(termOf(func(t *fact.Term) { t.WageFen = -1 }))},
		{"no employer", true, adult(termOf(func(t *fact.Term) { t.Employer = "" }))},
		{"no industry", true, adult(termOf(func(t *fact.Term) { t.Industry = 0 }))},
		{"no channel", true, adult(termOf(func(t *fact.Term) { t.Channel = 0 }))},
		{"whether organised transport was used", true, adult(termOf(func(t *fact.Term) { t.PointToPoint = 0 }))},
		{"all five", false, adult()},
		{"the layout has no such column", false, adult(termOf(func(t *fact.Term) { t.Industry = 0 }), row(func(r *Row) { r.Has &^= ColIndustry }))},
		{"not out: nobody asks for a wage", false, adult(termOf(func(t *fact.Term) { t.WageFen = -1 }), row(func(r *Row) { r.Out, r.End = fact.No, 202306 }))},
	},
	"work.wage_bounds": {
		{"one fen above", true, adult(termOf(func(t *fact.Term) { t.WageFen = 30_000_01 }))},
		{"one fen below", true, adult(termOf(func(t *fact.Term) { t.WageFen = 99_99 }))},
		{"zero", true, adult(termOf(func(t *fact.Term) { t.WageFen = 0 }))},
		{"exactly 30000", false, adult(termOf(func(t *fact.Term) { t.WageFen = 30_000_00 }))},
		{"exactly 100", false, adult(termOf(func(t *fact.Term) { t.WageFen = 100_00 }))},
		{"unknown is not zero", false, adult(termOf(func(t *fact.Term) { t.WageFen = -1 }))},
	},
	"work.wage_low": {
		{"399.99", true, adult(termOf(func(t *fact.Term) { t.WageFen = 399_99 }))},
		{"exactly 400", false, adult(termOf(func(t *fact.Term) { t.WageFen = 400_00 }))},
		{"under 100 has its own rule", false, adult(termOf(func(t *fact.Term) { t.WageFen = 50_00 }))},
	},
	"work.months_over": {
		{"13 months", true, adult(row(func(r *Row) { r.WorkMonths = 13 }))},
		{"12 months", false, adult(row(func(r *Row) { r.WorkMonths = 12 }))},
	},
	"work.place_without_months": {
		{"a place, months blank", true, adult(cols(ColWorkMonths|ColWorkPlace), row(func(r *Row) { r.WorkPlace = "江苏省苏州市昆山市" }))},
		{"a place, months 0", true, adult(cols(ColWorkMonths|ColWorkPlace), row(func(r *Row) { r.WorkPlace, r.WorkMonths = "江苏省苏州市昆山市", 0 }))},
		{"months, no place", true, adult(cols(ColWorkMonths|ColWorkPlace), row(func(r *Row) { r.WorkMonths = 7 }))},
		{"both", false, adult(cols(ColWorkMonths|ColWorkPlace), row(func(r *Row) { r.WorkPlace, r.WorkMonths = "江苏省苏州市昆山市", 7 }))},
		{"neither: 0 months and no place", false, adult(cols(ColWorkMonths|ColWorkPlace), row(func(r *Row) { r.WorkMonths = 0 }))},
		{"the layout has no months", false, adult(row(func(r *Row) { r.WorkPlace = "江苏省苏州市昆山市" }))},
	},
	"channel.outside_county": {
		{"a public post in another province", true, adult(works(spell(202305, calendar.Open, far, fact.ChannelPost, 600_00)))},
		{"a workshop in the next county", true, adult(works(spell(202305, calendar.Open, city, fact.ChannelWorkshop, 2000_00)))},
		{"a workshop at home", false, adult(works(spell(202305, calendar.Open, near, fact.ChannelWorkshop, 2000_00)))},
		{"another channel away", false, adult()},
	},
	"school.working": {
		{"in secondary school and working", true, adult(person(func(p *fact.Person) { p.Student, p.Education = 15, 0 }))},
		{"worked last year", false, adult(person(func(p *fact.Person) { p.Student, p.Education = 15, 0 }), works(spell(202205, 202208, far, 1, 4500_00)))},
		{"has left school", false, adult()},
	},
	"labour.none_working": {
		{"no labour ability and working", true, adult(person(func(p *fact.Person) { p.Skill = fact.SkillNone }))},
		{"lost labour ability and working", true, adult(person(func(p *fact.Person) { p.Skill = fact.SkillLost }))},
		{"weak labour may work", false, adult(person(func(p *fact.Person) { p.Skill = fact.SkillWeak }))},
		{"lost it after the work ended", false, adult(person(func(p *fact.Person) { p.Skill = fact.SkillLost }), works(spell(202205, 202208, far, 1, 4500_00)))},
	},
	"ward.working": {
		{"ward of the state at work", true, adult(person(func(p *fact.Person) { p.Ward = fact.Yes }))},
		{"ward without work", false, adult(person(func(p *fact.Person) { p.Ward = fact.Yes }), idle)},
		{"not a ward", false, adult(person(func(p *fact.Person) { p.Ward = fact.No }))},
	},
	"school.both": {
		{"both filled", true, adult(person(func(p *fact.Person) { p.Education, p.Student = 3, 15 }))},
		{"education only", false, adult()},
		{"school only", false, adult(person(func(p *fact.Person) { p.Education, p.Student = 0, 15 }))},
	},
	"school.none": {
		{"neither", true, adult(person(func(p *fact.Person) { p.Education = 0 }))},
		{"a reason for leaving stands for it", false, adult(person(func(p *fact.Person) { p.Education = 0 }), row(func(r *Row) { r.DropReason = "因病" }))},
		{"a child of five", false, adult(person(func(p *fact.Person) { p.Education = 0 }), born(20180101))},
		{"the layout has no such columns", false, adult(person(func(p *fact.Person) { p.Education = 0 }), row(func(r *Row) { r.Has &^= ColStudent }))},
	},
	"labour.child": {
		{"fifteen with ordinary labour", true, adult(born(20071211))},
		{"sixteen today", false, adult(born(20071210))},
		{"fifteen without labour ability", false, adult(born(20071211), person(func(p *fact.Person) { p.Skill = fact.SkillNone }))},
	},
	"labour.student": {
		{"student with ordinary labour", true, adult(person(func(p *fact.Person) { p.Student, p.Education = 21, 0 }))},
		{"student without labour ability", false, adult(person(func(p *fact.Person) { p.Student, p.Education, p.Skill = 21, 0, fact.SkillNone }))},
		{"a child is the other rule's", false, adult(born(20100101), person(func(p *fact.Person) { p.Student, p.Education = 9, 0 }))},
	},
	"labour.disability": {
		{"limbs, grade 2, ordinary labour", true, adult(person(func(p *fact.Person) { p.Disability, p.Grade = 4, 2 }))},
		{"limbs, grade 1, skilled labour", true, adult(person(func(p *fact.Person) { p.Disability, p.Grade, p.Skill = 4, 1, fact.SkillSkilled }))},
		{"limbs, grade 3", false, adult(person(func(p *fact.Person) { p.Disability, p.Grade = 4, 3 }))},
		{"hearing, grade 2", false, adult(person(func(p *fact.Person) { p.Disability, p.Grade = 2, 2 }))},
	},
	"labour.old": {
		{"sixty today, ordinary labour", true, adult(born(19631210))},
		{"sixty tomorrow", false, adult(born(19631211))},
		{"sixty, weak labour", false, adult(born(19631210), person(func(p *fact.Person) { p.Skill = fact.SkillWeak }))},
	},
	"person.skill_missing": {
		{"blank", true, adult(person(func(p *fact.Person) { p.Skill = 0 }))},
		{"blank in the ledger", true, adult(ledger, person(func(p *fact.Person) { p.Skill = 0 }))},
		{"the layout has no such column", false, adult(person(func(p *fact.Person) { p.Skill = 0 }), row(func(r *Row) { r.Has = 0 }))},
		{"in the ledger, not of the counted population", false, adult(ledger, person(func(p *fact.Person) { p.Skill, p.Kinds = 0, nil }))},
	},
	"person.ethnic_missing": {
		{"blank", true, adult(person(func(p *fact.Person) { p.Ethnic = 0 }))},
		{"filled", false, adult()},
	},
	"person.relation_missing": {
		{"blank", true, adult(person(func(p *fact.Person) { p.Relation = 0 }))},
		{"filled", false, adult()},
	},
	"person.relation_sex": {
		{"a daughter who is male", true, adult(person(func(p *fact.Person) { p.Relation = 4 }))},
		{"a son", false, adult(person(func(p *fact.Person) { p.Relation = 3 }))},
		{"siblings may be either", false, adult(person(func(p *fact.Person) { p.Relation = 21 }))},
	},
	"household.two_heads": {
		{"the second head of the file", true, adult(house(Household{Heads: 2}))},
		{"one head", false, adult(house(Household{Heads: 1}))},
		{"a son of a household with two heads", false, adult(house(Household{Heads: 2}), person(func(p *fact.Person) { p.Relation = 3 }))},
	},
	"household.no_head": {
		{"complete, no head", true, adult(house(Household{Complete: true}), person(func(p *fact.Person) { p.Relation = 3 }))},
		{"the head may stand further down the file", false, adult(house(Household{}), person(func(p *fact.Person) { p.Relation = 3 }))},
		{"a head", false, adult(house(Household{Complete: true, Heads: 1}), person(func(p *fact.Person) { p.Relation = 3 }))},
	},
	"household.two_spouses": {
		{"the second spouse", true, adult(house(Household{Heads: 1, Spouses: 2}), person(func(p *fact.Person) { p.Relation = 2 }))},
		{"one spouse", false, adult(house(Household{Heads: 1, Spouses: 1}), person(func(p *fact.Person) { p.Relation = 2 }))},
	},
	"household.spouse_sex": {
		{"both male", true, adult(house(Household{Heads: 1, Spouses: 1, HeadSex: 1, SpouseSex: 1}), person(func(p *fact.Person) { p.Relation = 2 }))},
		{"one of each", false, adult(house(Household{Heads: 1, Spouses: 1, HeadSex: 2, SpouseSex: 1}), person(func(p *fact.Person) { p.Relation = 2 }))},
		{"a son of such a household", false, adult(house(Household{Heads: 1, Spouses: 1, HeadSex: 1, SpouseSex: 1}), person(func(p *fact.Person) { p.Relation = 3 }))},
	},
	"aid.skilled_idle": {
		{"skilled, nothing runs", true, adult(ledger, idle, person(func(p *fact.Person) { p.Skill = fact.SkillSkilled }))},
		{"skilled and working", false, adult(ledger, person(func(p *fact.Person) { p.Skill = fact.SkillSkilled }))},
		{"an import of people does not know the work", false, adult(idle, person(func(p *fact.Person) { p.Skill = fact.SkillSkilled }))},
		{"past labour age", false, adult(ledger, idle, born(19631210), person(func(p *fact.Person) { p.Skill = fact.SkillSkilled }))},
	},
	"post.too_young": {
		{"fifteen in a post", true, adult(born(20071211), post("保洁员"))},
		{"sixteen in a post", false, adult(born(20071210), post("保洁员"))},
	},
	"post.too_old": {
		{"seventy in a post", true, adult(born(19531210), post("保洁员"))},
		{"seventy, the post by the ledger", true, adult(ledger, born(19531210), works(spell(202305, calendar.Open, near, fact.ChannelPost, 600_00)))},
		{"sixty-nine", false, adult(born(19531211), post("保洁员"))},
		{"seventy, the post has ended", false, adult(ledger, born(19531210), works(spell(202301, 202306, near, fact.ChannelPost, 600_00)))},
	},
	"post.months_missing": {
		{"a post, months blank", true, adult(post("保洁员"), row(func(r *Row) { r.PostMonths = -1 }))},
		{"a post, months 0", true, adult(post("保洁员"), row(func(r *Row) { r.PostMonths = 0 }))},
		{"a post with months", false, adult(post("保洁员"))},
	},
	"post.type_missing": {
		{"months without a post", true, adult(row(func(r *Row) { r.PostMonths = 6 }))},
		{"0 months without a post", false, adult(row(func(r *Row) { r.PostMonths = 0 }))},
	},
	"post.too_many": {
		{"three kinds", true, adult(post("保洁员", "护林员", "护路员"))},
		{"two kinds: the rule says three", false, adult(post("保洁员", "护林员"))},
	},
	"post.no_labour": {
		{"lost labour ability in a post", true, adult(post("保洁员"), person(func(p *fact.Person) { p.Skill = fact.SkillLost }))},
		{"weak labour in a post", false, adult(post("保洁员"), person(func(p *fact.Person) { p.Skill = fact.SkillWeak }))},
	},
	"phone.format": {
		{"ten digits are the other rule's", false, adult(row(func(r *Row) { r.PhoneText = "1380000000" }))},
		{"second digit 2", true, adult(row(func(r *Row) { r.PhoneText = "12000000000" }))},
		{"a land line", true, adult(row(func(r *Row) { r.PhoneText = "06350000000" }))},
		{"a mobile number", false, adult(row(func(r *Row) { r.PhoneText = "19900000000" }))},
		{"blank", false, adult()},
	},
	"phone.household": {
		{"blank", true, adult(cols(ColHomePhone))},
		{"a mobile number", false, adult(cols(ColHomePhone), row(func(r *Row) { r.HomePhone = "19900000000" }))},
		{"the layout has no such column", false, adult()},
	},
	"phone.shared": {
		{"seen in another household", true, adult(house(Household{PhoneOwner: "3715220001"}))},
		{"three households of the ledger", true, adult(house(Household{PhoneHomes: 3}))},
		{"seen nowhere else", false, adult(house(Household{PhoneHomes: 1}))},
	},
	"phone.counties": {
		{"same phone as a member who works elsewhere", true, adult(house(Household{PhoneAway: true}))},
		{"not so", false, adult(house(Household{}))},
	},
	"plan.no_need": {
		{"plans, no service", true, adult(plan(fact.Need{PlanOut: fact.Yes}))},
		{"plans, with a service", false, adult(plan(fact.Need{PlanOut: fact.Yes, Service: "岗位信息"}))},
		{"does not plan", false, adult(plan(fact.Need{PlanOut: fact.No}))},
		{"the layout has no service", false, adult(plan(fact.Need{PlanOut: fact.Yes}), row(func(r *Row) { r.Has &^= ColService }))},
	},
	"plan.place_not_county": {
		{"only the city", true, adult(row(func(r *Row) { r.PlanText, r.PlanPlace = "江苏省苏州市", 320500000000 }))},
		{"the county", false, adult(row(func(r *Row) { r.PlanText, r.PlanPlace = "江苏省苏州市昆山市", far }))},
	},
	"plan.in_school": {
		{"student plans", true, adult(plan(fact.Need{PlanOut: fact.Yes}), person(func(p *fact.Person) { p.Student = 9 }))},
		{"student does not plan", false, adult(plan(fact.Need{PlanOut: fact.No}), person(func(p *fact.Person) { p.Student = 9 }))},
	},
	"plan.no_labour": {
		{"no labour ability, plans", true, adult(plan(fact.Need{PlanOut: fact.Yes}), person(func(p *fact.Person) { p.Skill = fact.SkillNone }))},
		{"weak labour plans", false, adult(plan(fact.Need{PlanOut: fact.Yes}), person(func(p *fact.Person) { p.Skill = fact.SkillWeak }))},
	},
	"monitored.removed_before": {
		{"removed the day before", true, adult(row(func(r *Row) { r.Identified, r.RemovedOn = 20230501, 20230430 }))},
		{"removed the same day is the other rule's", false, adult(row(func(r *Row) { r.Identified, r.RemovedOn = 20230501, 20230501 }))},
	},
	"monitored.removed_early": {
		{"after five months", true, adult(monitored(20230501, 20231015, 2))},
		{"after six months", false, adult(monitored(20230501, 20231101, 2))},
		{"not removed", false, adult(monitored(20230501, 0, 2))},
	},
	"monitored.work_risk_no_labour": {
		{"work is the risk and nobody can work", true, adult(monitored(20230501, 0, fact.RiskWork), house(Household{Complete: true, Heads: 1}))},
		{"one member can work", false, adult(monitored(20230501, 0, fact.RiskWork), house(Household{Complete: true, Heads: 1, Able: 1}))},
		{"the risk is illness", false, adult(monitored(20230501, 0, 2), house(Household{Complete: true, Heads: 1}))},
	},
	"monitored.work_risk_no_work": {
		{"somebody could, nobody does", true, adult(monitored(20230501, 0, fact.RiskWork), house(Household{Complete: true, Heads: 1, Able: 1}))},
		{"one works", false, adult(monitored(20230501, 0, fact.RiskWork), house(Household{Complete: true, Heads: 1, Able: 1, Working: 1}))},
		{"the risk has been removed", false, adult(monitored(20230101, 20231001, fact.RiskWork), house(Household{Complete: true, Heads: 1, Able: 1}))},
	},
}

func TestRules(t *testing.T) {
	set := settingsOfTest()
	for _, r := range All() {
		if byImport[r.ID] {
			if r.Check != nil {
				t.Errorf("%s has a check but is listed as the import's", r.ID)
			}
			continue
		}
		var positive, miss bool
		for _, c := range cases[r.ID] {
			got := false
			for _, f := range Run(nil, c.s, set, r.Scope) {
				got = got || f.Rule.ID == r.ID
			}
			if got != c.hits {
				t.Errorf("%s, %s: hit %v, want %v", r.ID, c.story, got, c.hits)
			}
			positive, miss = positive || c.hits, miss || !c.hits
		}
		if !positive || !miss {
			t.Errorf("%s lacks a positive or a near-miss case", r.ID)
		}
	}
	for id := range cases {
		if Get(id) == nil {
			t.Errorf("cases for %s, which is not in the book", id)
		}
	}
}

// A clean person must leave every rule silent: the bar is that no clean row is
// blocked and at most one in a hundred is warned.
func TestCleanPersonIsSilent(t *testing.T) {
	everything := []Scope{ScopeRow, ScopePerson, ScopeSpell, ScopeHousehold, ScopePlan}
	for _, f := range Run(nil, adult(), settingsOfTest(), everything...) {
		t.Errorf("%s: %v", f.Rule.ID, f.Args)
	}
	for _, f := range Run(nil, adult(ledger), settingsOfTest(), everything...) {
		t.Errorf("over the ledger, %s: %v", f.Rule.ID, f.Args)
	}
}

func TestEveryRuleHasWordsAndItsSettings(t *testing.T) {
	for _, r := range All() {
		for _, key := range []string{r.Title(), r.Message(), r.Hint()} {
			if !text.Has(key) {
				t.Errorf("%s: no words for %s", r.ID, key)
			}
		}
	}
	set := settingsOfTest()
	for _, r := range All() {
		for _, c := range cases[r.ID] {
			for _, f := range Run(nil, c.s, set, r.Scope) {
				for _, lang := range []text.Lang{text.ZH, text.EN} {
					if m := text.T(lang, f.Rule.Message(), f.Args...); containsHole(m) {
						t.Errorf("%s, %s: message keeps a hole: %s", f.Rule.ID, c.story, m)
					}
				}
			}
		}
	}
}

func containsHole(m string) bool {
	for i := 0; i+2 < len(m); i++ {
		if m[i] == '{' && m[i+2] == '}' {
			return true
		}
	}
	return false
}

func TestThresholdsAreSettings(t *testing.T) {
	s := adult(termOf(func(t *fact.Term) { t.WageFen = 25_000_00 }))
	set := settingsOfTest()
	if len(Run(nil, s, set, ScopeSpell)) != 0 {
		t.Fatal("25000 is within the default")
	}
	set.WageMaxFen = 20_000_00
	if fs := Run(nil, s, set, ScopeSpell); len(fs) != 1 || fs[0].Rule.ID != "work.wage_bounds" {
		t.Errorf("a lower bound found %v", fs)
	}
}

func TestInForce(t *testing.T) {
	r := Rule{Since: 20230101, Until: 20231231}
	for day, want := range map[calendar.Date]bool{20221231: false, 20230101: true, 20231231: true, 20240101: false} {
		if r.InForce(day) != want {
			t.Errorf("%s: %v", day, !want)
		}
	}
}
