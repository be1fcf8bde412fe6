package rule

import (
	"wengang/internal/fact"
)

// Person: school, labour ability, missing marks, relations in the household.
func init() {
	register(
		Rule{ID: "labour.healthy_weak", Severity: Warning, Scope: ScopePerson, Field: "skill", Cite: cite("5_12_008", "1111_14", "1111_15"), Params: []string{SetWorkAge, SetLabourAgeEnd}, Check: healthy(fact.SkillWeak)},
		Rule{ID: "labour.healthy_lost", Severity: Warning, Scope: ScopePerson, Field: "skill", Cite: cite("2_01_005-16", "2_12_009-16"), Params: []string{SetWorkAge, SetLabourAgeEnd}, Check: healthy(fact.SkillLost)},
		Rule{ID: "labour.healthy_none", Severity: Warning, Scope: ScopePerson, Field: "skill", Cite: cite("2_01_010-16", "2_12_013-16"), Params: []string{SetWorkAge, SetLabourAgeEnd}, Check: healthy(fact.SkillNone)},
		Rule{ID: "labour.unhealthy_able", Severity: Clue, Scope: ScopePerson, Field: "skill", Cite: cite("5_12_009-16", "5_12_010-16"), Params: []string{SetWorkAge, SetLabourAgeEnd}, Check: checkUnhealthyAble},
		Rule{ID: "labour.child", Severity: Warning, Scope: ScopePerson, Field: "skill", Cite: cite("2_01_011", "2_12_014"), Params: []string{SetWorkAge}, Check: checkChild},
		Rule{ID: "labour.student", Severity: Warning, Scope: ScopePerson, Field: "skill", Cite: cite("1111_07"), Check: checkStudentSkill},
		Rule{ID: "labour.disability", Severity: Warning, Scope: ScopePerson, Field: "skill", Cite: cite("4_01_007", "4_01_008"), Check: checkDisabilitySkill},
		Rule{ID: "labour.old", Severity: Clue, Scope: ScopePerson, Field: "skill", Cite: cite("2_12_017", "2_12_005"), Params: []string{SetLabourAgeEnd}, Check: checkOldSkill},
		Rule{ID: "labour.old_lost", Severity: Clue, Scope: ScopePerson, Field: "skill", Cite: cite("2_12_005"), Params: []string{SetLabourAgeEnd}, Check: checkOldLost},
		Rule{ID: "person.skill_missing", Severity: Warning, Scope: ScopePerson, Field: "skill", Cite: cite("2_01_003"), Check: missing(ColSkill, func(p *fact.Person) int { return p.Skill })},
		Rule{ID: "person.ethnic_missing", Severity: Warning, Scope: ScopePerson, Field: "ethnic", Cite: citeOf(national, "民族为空"), Check: missing(ColEthnic, func(p *fact.Person) int { return p.Ethnic })},
		Rule{ID: "person.relation_missing", Severity: Warning, Scope: ScopePerson, Field: "relation", Cite: cite("3_01_001"), Check: missing(ColRelation, func(p *fact.Person) int { return p.Relation })},
		Rule{ID: "person.relation_sex", Severity: Warning, Scope: ScopePerson, Field: "relation", Cite: cite("2_01_004", "2_12_008"), Check: checkRelationSex},
		Rule{ID: "household.two_heads", Severity: Warning, Scope: ScopeHousehold, Field: "relation", Cite: citeOf(national, "一户多个户主"), Check: checkTwoHeads},
		Rule{ID: "household.no_head", Severity: Warning, Scope: ScopeHousehold, Field: "relation", Cite: citeOf(national, "户内无户主"), Check: checkNoHead},
		Rule{ID: "household.two_spouses", Severity: Warning, Scope: ScopeHousehold, Field: "relation", Cite: citeOf(national, "一户多个配偶"), Check: checkTwoSpouses},
		Rule{ID: "household.spouse_sex", Severity: Warning, Scope: ScopeHousehold, Field: "relation", Cite: cite("2_02_001", "2_11_003"), Check: checkSpouseSex},
		Rule{ID: "aid.skilled_idle", Severity: Clue, Scope: ScopePerson, Field: "skill", Cite: cite("5_20_029", "5_20_031"), Params: []string{SetWorkAge, SetLabourAgeEnd}, Check: checkSkilledIdle},
		Rule{ID: "aid.educated_idle", Severity: Clue, Scope: ScopePerson, Field: "education", Cite: cite("5_20_028", "5_20_030"), Params: []string{SetWorkAge, SetLabourAgeEnd}, Check: checkEducatedIdle},
		Rule{ID: "person.disability_cert", Severity: Warning, Scope: ScopePerson, Field: "health", Cite: cite("4_12_003"), Check: checkDisabilityCert},
		Rule{ID: "ward.able", Severity: Warning, Scope: ScopePerson, Field: "ward", Cite: cite("5_15_018", "5_15_019"), Params: []string{SetLabourAgeEnd}, Check: checkWardAble},
	)
}

// healthy asks of healthy people of labour age who are not in school: each class
// below 普通劳动力 has its number in the national book.
func healthy(skill int) Check {
	return func(s *Subject, _ *fact.Spell, set *Settings) (Hit, bool) {
		p, a := s.Person, s.age()
		if p == nil || p.Health != 1 || p.Student != 0 || a < set.WorkAge || a >= set.LabourAgeEnd || p.Skill != skill {
			return none()
		}
		n := fact.Skill.Name(p.Skill)
		return hit(n, n, a)
	}
}

func checkUnhealthyAble(s *Subject, _ *fact.Spell, set *Settings) (Hit, bool) {
	p, a := s.Person, s.age()
	if p == nil || p.Health <= 1 || p.Student != 0 || a < set.WorkAge || a >= set.LabourAgeEnd || p.Skill != fact.SkillOrdinary && p.Skill != fact.SkillSkilled {
		return none()
	}
	n := fact.Skill.Name(p.Skill)
	return hit(n, n, fact.Health.Name(p.Health))
}

// monitored is the monitored class that holds, nil for none.
func (s *Subject) monitored() *fact.PersonKind {
	if s.Person == nil {
		return nil
	}
	for i := len(s.Person.Kinds) - 1; i >= 0; i-- {
		if k := &s.Person.Kinds[i]; fact.MonitoredKinds&(1<<k.Kind) != 0 && k.Since <= s.Today && s.Today <= k.Until {
			return k
		}
	}
	return nil
}

// poor reports 脱贫人口.
func (s *Subject) poor() bool {
	return s.Person != nil && s.Person.KindsOn(s.Today)&(1<<fact.KindPoor) != 0
}

// checkOldLost: the text of 2_12_005 also has 丧失劳动力, of monitored people.
func checkOldLost(s *Subject, _ *fact.Spell, set *Settings) (Hit, bool) {
	if s.monitored() != nil && s.age() >= set.LabourAgeEnd && s.Person.Skill == fact.SkillLost {
		n := fact.Skill.Name(s.Person.Skill)
		return hit(n, n, s.age())
	}
	return none()
}

func checkDisabilityCert(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if p := s.Person; s.monitored() != nil && p.Health >= 4 && p.Disability == 0 && p.IDKind != 2 {
		n := fact.Health.Name(p.Health)
		return hit(n, n)
	}
	return none()
}

// checkWardAble: 特困供养 is for those without labour ability.
func checkWardAble(s *Subject, _ *fact.Spell, set *Settings) (Hit, bool) {
	p, a := s.Person, s.age()
	if p == nil || p.Ward != fact.Yes || p.Health != 1 || p.Student != 0 || a < 18 || a >= set.LabourAgeEnd {
		return none()
	}
	return hit("", a)
}

func checkChild(s *Subject, _ *fact.Spell, set *Settings) (Hit, bool) {
	p, a := s.Person, s.age()
	if p != nil && a >= 0 && a < set.WorkAge && p.Skill != 0 && p.Skill != fact.SkillNone {
		n := fact.Skill.Name(p.Skill)
		return hit(n, n, a)
	}
	return none()
}

// checkStudentSkill leaves out children, whom labour.child covers.
func checkStudentSkill(s *Subject, _ *fact.Spell, set *Settings) (Hit, bool) {
	if p := s.Person; p != nil && p.Student > 0 && p.Skill != 0 && p.Skill != fact.SkillNone && s.age() >= set.WorkAge {
		n := fact.Skill.Name(p.Skill)
		return hit(n, n, fact.Student.Name(p.Student))
	}
	return none()
}

// checkDisabilitySkill: limb disability (class 4) of the first two grades.
func checkDisabilitySkill(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	p := s.Person
	if p != nil && p.Disability == 4 && (p.Grade == 1 || p.Grade == 2) && (p.Skill == fact.SkillOrdinary || p.Skill == fact.SkillSkilled) {
		n := fact.Skill.Name(p.Skill)
		return hit(n, n, p.Grade)
	}
	return none()
}

func checkOldSkill(s *Subject, _ *fact.Spell, set *Settings) (Hit, bool) {
	p := s.Person
	if p != nil && s.age() >= set.LabourAgeEnd && (p.Skill == fact.SkillOrdinary || p.Skill == fact.SkillSkilled) {
		n := fact.Skill.Name(p.Skill)
		return hit(n, n, s.age())
	}
	return none()
}

// missing asks only where the layout has the column, and over the ledger only
// of the counted population: others may be known by a name alone.
func missing(col Columns, value func(*fact.Person) int) Check {
	return func(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
		if s.Person == nil || value(s.Person) != 0 {
			return none()
		}
		if s.Row != nil {
			if !s.Row.Has.All(col) {
				return none()
			}
		} else if s.Person.KindsOn(s.Today)&fact.CountedKinds == 0 {
			return none()
		}
		return hit("")
	}
}

// relationSex is the sex that a relation implies; those not listed imply none.
var relationSex = map[int]int{
	3: fact.Male, 4: fact.Female, 5: fact.Female, 6: fact.Male, 7: fact.Male, 8: fact.Female, 9: fact.Male, 10: fact.Female,
	11: fact.Male, 12: fact.Female, 13: fact.Male, 14: fact.Female, 15: fact.Male, 16: fact.Female, 17: fact.Male, 18: fact.Female,
	19: fact.Male, 20: fact.Female, 22: fact.Female, 23: fact.Male, 24: fact.Female, 25: fact.Male, 26: fact.Female,
}

func checkRelationSex(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	p := s.Person
	if p == nil {
		return none()
	}
	if want := relationSex[p.Relation]; want != 0 && p.Sex != 0 && p.Sex != want {
		n := fact.Relation.Name(p.Relation)
		return hit(n, n, fact.Sex.Name(p.Sex))
	}
	return none()
}

const (
	relationHead   = 1
	relationSpouse = 2
)

// The household checks fall on the member that makes the contradiction: a
// second head, a second spouse, the spouse.
func checkTwoHeads(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if h := s.Household; h != nil && s.Person.Relation == relationHead && h.Heads > 1 {
		return hit("", h.Heads)
	}
	return none()
}

func checkNoHead(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if h := s.Household; h != nil && h.Complete && h.Heads == 0 && s.Person.Relation != 0 {
		return hit("")
	}
	return none()
}

func checkTwoSpouses(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if h := s.Household; h != nil && s.Person.Relation == relationSpouse && h.Spouses > 1 {
		return hit("", h.Spouses)
	}
	return none()
}

func checkSpouseSex(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	h := s.Household
	if h == nil || h.HeadSex == 0 || h.SpouseSex == 0 || h.HeadSex != h.SpouseSex || h.Heads != 1 || h.Spouses != 1 {
		return none()
	}
	if s.Person.Relation == relationSpouse || (!h.Complete && s.Person.Relation == relationHead) {
		return hit("", fact.Sex.Name(h.HeadSex))
	}
	return none()
}

// idle reports a person of labour age, out of school, without work. During an
// import of people their work is not at hand: only the ledger can say so.
func (s *Subject) idle(set *Settings) bool {
	a := s.age()
	return s.Person != nil && s.Row == nil && a >= set.WorkAge && a < set.LabourAgeEnd && s.Person.Student == 0 && !s.working()
}

func checkSkilledIdle(s *Subject, _ *fact.Spell, set *Settings) (Hit, bool) {
	if s.idle(set) && s.Person.Skill == fact.SkillSkilled {
		return hit("", fact.Skill.Name(s.Person.Skill))
	}
	return none()
}

func checkEducatedIdle(s *Subject, _ *fact.Spell, set *Settings) (Hit, bool) {
	if s.idle(set) && s.Person.Education >= 5 {
		return hit("", fact.Education.Name(s.Person.Education))
	}
	return none()
}
