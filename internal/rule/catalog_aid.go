package rule

import (
	"wengang/internal/calendar"
	"wengang/internal/fact"
)

// The measures of monitored households against what the ledger knows of their
// work. What is found of a household falls on its head.
func init() {
	household := func(id string, sev Severity, field string, needs fact.Stated, check Check, numbers ...string) Rule {
		return Rule{ID: id, Severity: sev, Scope: ScopeHousehold, Field: field, Needs: needs, Cite: cite(numbers...), Check: spoken(check)}
	}
	const measures = fact.StatedMeasures
	register(
		Rule{ID: "yulu.missing", Severity: Clue, Scope: ScopeHousehold, Field: "yulu", Cite: cite("1111_2"), Needs: measures, Check: checkYuluMissing},
		household("yulu.no_student", Warning, "aid_education", measures, checkYuluHousehold, "5_15_012"),
		household("measure.job_never_worked", Warning, "aid_jobs", measures, checkJobNeverWorked, "1111_3"),
		household("measure.job_nobody_now", Warning, "aid_jobs", measures, checkJobNobodyNow, "4_11_014"),
		household("measure.no_labour", Warning, "aid_jobs", measures, checkMeasureLabour, "5_15_007"),
		household("measure.subsidy_no_transport", Warning, "aid_jobs", measures, checkSubsidyTransport, "1111_10"),
		household("measure.export_nobody_out", Warning, "aid_jobs", measures, checkExportOut, "5_17_011"),
		household("measure.subsidy_nobody_out", Warning, "aid_jobs", measures, checkSubsidyOut, "5_17_012"),
		household("measure.export_no_new", Warning, "aid_jobs", measures, checkExportNew, "5_17_013"),
		withParams(household("measure.develop_missing", Warning, "aid_jobs", measures, checkDevelopMissing, "5_12_007"), SetDevelopMonths),
		household("measure.develop_unstarted", Warning, "developed", measures|fact.StatedDeveloped, checkDevelopUnstarted, "5_11_030"),
		household("measure.develop_hollow", Warning, "developed", measures|fact.StatedDeveloped, checkDevelopHollow, "5_12_011"),
		household("measure.only_ensured", Warning, "aid_ensure", measures, checkOnlyEnsured, "5_11_032"),
		household("monitored.backstop_unmarked", Warning, "backstop", fact.StatedBackstop, checkBackstop, "5_11_033"),
		household("monitored.removed_no_labour", Warning, "risk_removed", 0, checkRemovedNoLabour, "4_11_011"),
		household("monitored.removed_no_wage", Warning, "wage_income", measures|fact.StatedWage, checkRemovedNoWage, "4_11_012"),
		household("monitored.contact_missing", Warning, "collector", fact.StatedContact, checkContact, "1_11_011"),
		withParams(household("monitored.wage_tiny", Warning, "wage_income", fact.StatedWage, checkWageTiny, "5_15_0023"), SetIncomeMin),
		household("monitored.short_all_able", Warning, "risk", 0, checkShortAll, "4_11_009"),
		household("monitored.short_half_able", Warning, "risk", 0, checkShortHalf, "5_11_029"),
		household("monitored.short_quarter_able", Warning, "risk", 0, checkShortQuarter, "5_18_008"),
		household("household.no_labour_no_allowance", Clue, "allowance", 0, checkNoAllowance, "5_19_003", "5_19_007"),
	)
}

func withParams(r Rule, names ...string) Rule {
	r.Params = names
	return r
}

// spoken runs a check of a whole household once.
func spoken(check Check) Check {
	return func(s *Subject, sp *fact.Spell, set *Settings) (Hit, bool) {
		if !s.speaks() {
			return none()
		}
		return check(s, sp, set)
	}
}

// checkYuluMissing falls on the student. The lists are closed in August: who
// was identified later is on the next.
func checkYuluMissing(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	h := s.Household
	if h.Identified == 0 || !vocational(s.Person) || h.Aid.Measures&fact.AidYulu != 0 || s.Aid != nil && s.Aid.Yulu == fact.Yes {
		return none()
	}
	year := int(s.Today) / 10000
	if int(s.Today)%10000 < 801 {
		year--
	}
	if h.Identified >= calendar.DateOf(year, 8, 1) {
		return none()
	}
	return hit("", fact.Student.Name(s.Person.Student))
}

func checkYuluHousehold(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if h := s.Household; h.Aid.Measures&fact.AidYulu != 0 && h.Vocation == 0 {
		return hit("")
	}
	return none()
}

// running reports a monitored household whose risk stands.
func (h *Household) running() bool { return h.Identified != 0 && h.Removed == 0 }

func checkJobNeverWorked(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if h := s.Household; h.Identified != 0 && h.Aid.Measures&(fact.AidJobs|fact.AidPost) != 0 && !h.Worked {
		return hit("", h.Identified)
	}
	return none()
}

// checkJobNobodyNow: of households identified this year or with the risk still
// standing.
func checkJobNobodyNow(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	h := s.Household
	if h.Identified == 0 || h.Removed != 0 && h.Identified/10000 != s.Today/10000 {
		return none()
	}
	if h.Aid.Measures&(fact.AidJobs|fact.AidPost) != 0 && h.Working == 0 {
		return hit("")
	}
	return none()
}

func checkMeasureLabour(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if h := s.Household; h.Identified != 0 && h.Aid.Measures&fact.AidJobs != 0 && h.Able == 0 && h.Skilled == h.Members {
		return hit("")
	}
	return none()
}

func checkSubsidyTransport(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if h := s.Household; h.running() && h.Aid.Measures&fact.AidSubsidy != 0 && !h.Transport {
		return hit("")
	}
	return none()
}

func checkExportOut(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if h := s.Household; h.running() && h.Aid.Measures&(fact.AidExport|fact.AidSubsidy) != 0 && !h.Away {
		return hit("", h.Identified)
	}
	return none()
}

func checkSubsidyOut(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if h := s.Household; h.running() && h.Aid.Measures&fact.AidSubsidy != 0 && !h.Away {
		return hit("", h.Identified)
	}
	return none()
}

func checkExportNew(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if h := s.Household; h.Identified != 0 && h.Aid.Measures&fact.AidExport != 0 && !h.NewAway {
		return hit("", h.Identified)
	}
	return none()
}

func checkDevelopMissing(s *Subject, _ *fact.Spell, set *Settings) (Hit, bool) {
	h := s.Household
	if h.running() && h.Full > 0 && h.Aid.Measures&fact.AidDevelop == 0 && s.Today.Month().Sub(h.Identified.Month()) >= set.DevelopMonths {
		return hit("", h.Identified, h.Full)
	}
	return none()
}

func checkDevelopUnstarted(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if h := s.Household; h.running() && h.Able > 0 && h.Aid.Measures&fact.AidDevelop != 0 && h.Aid.Developed != fact.Yes {
		return hit("")
	}
	return none()
}

// hollow are the entries behind which nothing need have happened.
const hollow = fact.AidIndustryOther | fact.AidTraining | fact.AidJobsOther | fact.AidFinanceOther

func checkDevelopHollow(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	h := s.Household
	if got := h.Aid.Measures & fact.AidDevelop; h.Identified != 0 && h.Aid.Developed == fact.Yes && got != 0 && got&^hollow == 0 {
		return hit("")
	}
	return none()
}

func checkOnlyEnsured(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if h := s.Household; h.running() && h.Full > 0 && h.Aid.Measures == fact.AidEnsured {
		return hit("")
	}
	return none()
}

// noLabour reports a household of which every member is known to be without
// labour ability.
func (h *Household) noLabour() bool { return h.Members > 0 && h.Able == 0 && h.Skilled == h.Members }

func checkBackstop(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if h := s.Household; h.running() && h.noLabour() && h.Aid.Backstop != fact.Yes {
		return hit("")
	}
	return none()
}

func checkRemovedNoLabour(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if h := s.Household; h.Identified != 0 && h.Removed != 0 && h.noLabour() {
		return hit("", h.Removed)
	}
	return none()
}

func checkRemovedNoWage(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if h := s.Household; h.Removed != 0 && h.Aid.Measures&(fact.AidJobs|fact.AidPost) != 0 && h.Aid.WageFen <= 0 {
		return hit("", h.Removed)
	}
	return none()
}

func checkContact(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if h := s.Household; h.Removed != 0 && h.Aid.Contact != fact.Yes {
		return hit("")
	}
	return none()
}

func checkWageTiny(s *Subject, _ *fact.Spell, set *Settings) (Hit, bool) {
	if h := s.Household; h.running() && h.Aid.WageFen > 0 && h.Aid.WageFen < set.IncomeMinFen {
		return hit(yuan(h.Aid.WageFen), yuan(h.Aid.WageFen), yuan(set.IncomeMinFen))
	}
	return none()
}

// riskShort is 缺劳动力.
const riskShort = 8

// short reports a running household whose risk is the lack of labour, by the
// class on record or any of the five columns.
func (s *Subject) short() bool {
	if !s.Household.running() {
		return false
	}
	if s.Household.Aid.Risks&(1<<riskShort) != 0 {
		return true
	}
	k := s.monitored()
	return k != nil && k.Risk == riskShort
}

func checkShortAll(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if h := s.Household; s.short() && h.Able == h.Members {
		return hit("", h.Members)
	}
	return none()
}

func checkShortHalf(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if h := s.Household; s.short() && h.Members >= 4 && 2*h.Full >= h.Members {
		return hit("", h.Members, h.Full)
	}
	return none()
}

func checkShortQuarter(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if h := s.Household; s.short() && 4*h.Full > h.Members {
		return hit("", h.Members, h.Full)
	}
	return none()
}

func checkNoAllowance(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if h := s.Household; h.noLabour() && h.Allowed == 0 && (s.poor() || h.Identified != 0) {
		return hit("", h.Members)
	}
	return none()
}
