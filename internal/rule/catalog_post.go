package rule

import (
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/fact"
)

// Public posts, phones, plans and monitored households.
func init() {
	register(
		Rule{ID: "post.too_young", Severity: Warning, Scope: ScopePerson, Field: "post", Cite: cite("3_01_008", "5_12_004"), Params: []string{SetWorkAge}, Check: checkPostYoung},
		Rule{ID: "post.too_old", Severity: Warning, Scope: ScopePerson, Field: "post", Cite: cite("5_01_006", "5_12_005"), Params: []string{SetPostAgeEnd}, Check: checkPostOld},
		Rule{ID: "post.months_missing", Severity: Warning, Scope: ScopePerson, Field: "post_months", Cite: cite("3_01_006", "5_15_003"), Check: checkPostMonths},
		Rule{ID: "post.type_missing", Severity: Warning, Scope: ScopePerson, Field: "post", Cite: cite("3_01_005"), Check: checkPostType},
		Rule{ID: "post.too_many", Severity: Warning, Scope: ScopePerson, Field: "post", Cite: cite("3_01_010", "3_01_011"), Params: []string{SetPostKinds}, Check: checkPostKinds},
		Rule{ID: "post.no_labour", Severity: Warning, Scope: ScopePerson, Field: "skill", Cite: cite("5_15_006"), Check: checkPostLabour},
		Rule{ID: "phone.length", Severity: Warning, Scope: ScopeRow, Field: "phone", Cite: cite("2_01_013"), Check: checkPhoneLength},
		Rule{ID: "phone.format", Severity: Warning, Scope: ScopeRow, Field: "phone", Cite: cite("2_01_014", "2_12_007"), Check: checkPhone},
		Rule{ID: "phone.household", Severity: Warning, Scope: ScopeRow, Field: "home_phone", Cite: cite("4_02_001", "5_13_003"), Check: checkHomePhone},
		Rule{ID: "phone.shared", Severity: Clue, Scope: ScopeHousehold, Field: "phone", Cite: cite("5_15_022"), Params: []string{SetPhoneHomes}, Check: checkPhoneShared},
		Rule{ID: "phone.counties", Severity: Warning, Scope: ScopeHousehold, Field: "phone", Cite: cite("5_15_021"), Check: checkPhoneAway},
		Rule{ID: "plan.no_need", Severity: Warning, Scope: ScopePlan, Field: "service", Cite: cite("5_15_008", "5_15_009"), Check: checkPlanNeed},
		Rule{ID: "plan.place_not_county", Severity: Warning, Scope: ScopeRow, Field: "plan_place", Cite: cite("4_12_001"), Check: checkPlanPlace},
		Rule{ID: "plan.in_school", Severity: Warning, Scope: ScopePlan, Field: "student", Cite: cite("4_01_006", "4_12_002"), Check: checkPlanSchool},
		Rule{ID: "plan.no_labour", Severity: Warning, Scope: ScopePlan, Field: "skill", Cite: cite("2_01_015", "2_12_004"), Check: checkPlanLabour},
		Rule{ID: "monitored.removed_before", Severity: Error, Scope: ScopeRow, Field: "risk_removed_on", Cite: cite("2_11_002"), Check: checkRemovedBefore},
		Rule{ID: "monitored.removed_early", Severity: Warning, Scope: ScopePerson, Field: "risk_removed_on", Cite: cite("2_11_002"), Params: []string{SetRemoveMonths}, Check: checkRemovedEarly},
		Rule{ID: "monitored.removed_at_once", Severity: Warning, Scope: ScopePerson, Field: "risk_removed_on", Cite: cite("5_18_009"), Check: checkRemovedAtOnce},
		Rule{ID: "monitored.work_risk_no_labour", Severity: Warning, Scope: ScopeHousehold, Field: "risk", Cite: cite("5_15_013"), Check: checkRiskLabour},
		Rule{ID: "monitored.work_risk_no_work", Severity: Clue, Scope: ScopeHousehold, Field: "risk", Cite: cite("5_15_014"), Check: checkRiskWork},
	)
}

func checkPostYoung(s *Subject, _ *fact.Spell, set *Settings) (Hit, bool) {
	if field, ok := s.inPost(); ok && s.age() >= 0 && s.age() < set.WorkAge {
		return Hit{Field: field, Args: []any{s.age(), set.WorkAge}}, true
	}
	return none()
}

func checkPostOld(s *Subject, _ *fact.Spell, set *Settings) (Hit, bool) {
	if field, ok := s.inPost(); ok && s.age() >= set.PostAgeEnd {
		return Hit{Field: field, Args: []any{s.age(), set.PostAgeEnd}}, true
	}
	return none()
}

// posts are the public posts that the national lists name, by the row or by the
// last file that carried them.
func (s *Subject) posts() (kinds, months int, words string, ok bool) {
	if r := s.Row; r != nil {
		return len(r.PostTypes), r.PostMonths, strings.Join(r.PostTypes, "、"), r.Has.All(ColPost | ColPostMonths)
	}
	if a := s.Aid; a != nil && a.Stated.Has(fact.StatedPost) {
		return a.PostKinds, a.PostMonths, itoa(a.PostKinds), true
	}
	return 0, 0, "", false
}

func checkPostMonths(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if kinds, months, words, ok := s.posts(); ok && kinds > 0 && months <= 0 {
		return hit("", words)
	}
	return none()
}

func checkPostType(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if kinds, months, _, ok := s.posts(); ok && kinds == 0 && months > 0 {
		return hit("", months)
	}
	return none()
}

func checkPostKinds(s *Subject, _ *fact.Spell, set *Settings) (Hit, bool) {
	if kinds, _, words, _ := s.posts(); kinds >= set.PostKinds {
		return hit(words, kinds)
	}
	return none()
}

func checkPostLabour(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if field, ok := s.inPost(); ok && s.Person != nil && s.Person.Skill >= fact.SkillLost {
		n := fact.Skill.Name(s.Person.Skill)
		return Hit{Field: field, Value: n, Args: []any{n}}, true
	}
	return none()
}

// PhoneOK reports a mainland mobile number: 1, then 3 to 9, 11 digits.
func PhoneOK(p string) bool {
	if len(p) != 11 || p[0] != '1' || p[1] < '3' || p[1] > '9' {
		return false
	}
	for i := 2; i < 11; i++ {
		if p[i] < '0' || p[i] > '9' {
			return false
		}
	}
	return true
}

func checkPhoneLength(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if r := s.Row; r != nil && r.PhoneText != "" && len([]rune(r.PhoneText)) != 11 {
		m := maskPhone(r.PhoneText)
		return hit(m, m, len([]rune(r.PhoneText)))
	}
	return none()
}

// checkPhone leaves the length to phone.length.
func checkPhone(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if r := s.Row; r != nil && len([]rune(r.PhoneText)) == 11 && !PhoneOK(r.PhoneText) {
		m := maskPhone(r.PhoneText)
		return hit(m, m)
	}
	return none()
}

func checkHomePhone(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	r := s.Row
	if r == nil || !r.Has.All(ColHomePhone) || PhoneOK(r.HomePhone) {
		return none()
	}
	m := maskPhone(r.HomePhone)
	return hit(m, m)
}

// checkPhoneShared: a file shows the first other household that it met, the
// ledger how many there are.
func checkPhoneShared(s *Subject, _ *fact.Spell, set *Settings) (Hit, bool) {
	h := s.Household
	switch {
	case h == nil:
		return none()
	case h.PhoneOwner != "" && set.PhoneHomes <= 2:
		return hit(h.PhoneOwner, 2)
	case h.PhoneHomes >= set.PhoneHomes:
		return hit("", h.PhoneHomes)
	}
	return none()
}

func checkPhoneAway(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if h := s.Household; h != nil && h.PhoneAway {
		return hit("")
	}
	return none()
}

func checkPlanNeed(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if s.Row != nil && !s.Row.Has.All(ColService) {
		return none()
	}
	if s.planning() && s.Need.Service == "" {
		return hit("")
	}
	return none()
}

func checkPlanPlace(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if r := s.Row; r != nil && r.PlanText != "" && !placeKnown(r.PlanPlace) {
		return hit(r.PlanText, r.PlanText)
	}
	return none()
}

func checkPlanSchool(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if s.planning() && s.inSchool() {
		n := fact.Student.Name(s.Person.Student)
		return hit(n, n)
	}
	return none()
}

func checkPlanLabour(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if s.planning() && s.Person != nil && s.Person.Skill >= fact.SkillLost {
		n := fact.Skill.Name(s.Person.Skill)
		return hit(n, n)
	}
	return none()
}

func checkRemovedBefore(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if r := s.Row; r != nil && r.RemovedOn != 0 && r.Identified != 0 && r.RemovedOn < r.Identified {
		return hit(r.RemovedOn.String(), r.Identified, r.RemovedOn)
	}
	return none()
}

// removedSince is from when 2_11_002 asks (2022年4月份以后消除风险).
const removedSince calendar.Date = 20220401

// checkRemovedAtOnce: in the month of the identification or the next, unless the
// household is gone (自然消除).
func checkRemovedAtOnce(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if s.Person == nil || s.Aid != nil && s.Aid.Removed == fact.No {
		return none()
	}
	for _, k := range s.Person.Kinds {
		if fact.MonitoredKinds&(1<<k.Kind) == 0 || k.Since == 0 || k.RiskRemovedOn < k.Since {
			continue
		}
		if k.RiskRemovedOn.Month().Sub(k.Since.Month()) <= 1 {
			return hit(k.RiskRemovedOn.String(), k.Since, k.RiskRemovedOn)
		}
	}
	return none()
}

func checkRemovedEarly(s *Subject, _ *fact.Spell, set *Settings) (Hit, bool) {
	if s.Person == nil {
		return none()
	}
	for _, k := range s.Person.Kinds {
		if fact.MonitoredKinds&(1<<k.Kind) == 0 || k.RiskRemovedOn < removedSince || k.Since == 0 || k.RiskRemovedOn < k.Since {
			continue
		}
		if n := k.RiskRemovedOn.Month().Sub(k.Since.Month()); n < set.RemoveMonths {
			return hit(k.RiskRemovedOn.String(), k.Since, k.RiskRemovedOn, set.RemoveMonths)
		}
	}
	return none()
}

func (s *Subject) workRisk() bool {
	for _, k := range s.Person.Kinds {
		if fact.MonitoredKinds&(1<<k.Kind) != 0 && k.Risk == fact.RiskWork && k.RiskRemovedOn == 0 && k.Until >= s.Today {
			return true
		}
	}
	return false
}

// The two household checks of the work risk fall on the head.
func checkRiskLabour(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if h := s.Household; h != nil && h.Complete && s.Person.Relation == relationHead && h.Able == 0 && s.workRisk() {
		return hit("")
	}
	return none()
}

func checkRiskWork(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if h := s.Household; h != nil && h.Complete && s.Person.Relation == relationHead && h.Able > 0 && h.Working == 0 && s.workRisk() {
		return hit("")
	}
	return none()
}
