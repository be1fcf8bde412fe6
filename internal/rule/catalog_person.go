package rule

import (
	"wengang/internal/fact"
)

// Person: school, labour ability, missing marks, relations in the household.
func init() {
	register(
		Rule{ID: "school.both", Severity: Warning, Scope: ScopePerson, Field: "student", Cite: cite("3_01_003", "3_12_004"), Check: checkSchoolBoth},
		Rule{ID: "school.none", Severity: Warning, Scope: ScopeRow, Field: "education", Cite: cite("3_01_002"), Check: checkSchoolNone},
		Rule{ID: "school.age", Severity: Warning, Scope: ScopePerson, Field: "student", Cite: cite("5_17_001", "5_17_003", "5_17_004", "5_17_005", "5_17_006", "5_12_013", "5_12_014", "5_12_015", "5_12_017", "5_12_018"), Check: checkSchoolAge},
		Rule{ID: "labour.healthy_weak", Severity: Warning, Scope: ScopePerson, Field: "skill", Cite: cite("5_12_008", "1111_14", "1111_15", "2_01_005-16", "2_01_010-16"), Params: []string{SetWorkAge, SetLabourAgeEnd}, Check: checkHealthyWeak},
		Rule{ID: "labour.child", Severity: Warning, Scope: ScopePerson, Field: "skill", Cite: cite("2_01_011", "2_12_014"), Params: []string{SetWorkAge}, Check: checkChild},
		Rule{ID: "labour.student", Severity: Warning, Scope: ScopePerson, Field: "skill", Cite: cite("1111_07"), Check: checkStudentSkill},
		Rule{ID: "labour.disability", Severity: Warning, Scope: ScopePerson, Field: "skill", Cite: cite("4_01_007", "4_01_008"), Check: checkDisabilitySkill},
		Rule{ID: "labour.old", Severity: Clue, Scope: ScopePerson, Field: "skill", Cite: cite("2_12_005", "2_12_017"), Params: []string{SetLabourAgeEnd}, Check: checkOldSkill},
		Rule{ID: "person.skill_missing", Severity: Warning, Scope: ScopePerson, Field: "skill", Cite: cite("2_01_003"), Check: missing(ColSkill, func(p *fact.Person) int { return p.Skill })},
		Rule{ID: "person.ethnic_missing", Severity: Warning, Scope: ScopePerson, Field: "ethnic", Cite: citeOf(national, "民族为空"), Check: missing(ColEthnic, func(p *fact.Person) int { return p.Ethnic })},
		Rule{ID: "person.relation_missing", Severity: Warning, Scope: ScopePerson, Field: "relation", Cite: cite("3_01_001"), Check: missing(ColRelation, func(p *fact.Person) int { return p.Relation })},
		Rule{ID: "person.relation_sex", Severity: Warning, Scope: ScopePerson, Field: "relation", Cite: cite("2_01_004", "2_12_008"), Check: checkRelationSex},
		Rule{ID: "household.two_heads", Severity: Warning, Scope: ScopeHousehold, Field: "relation", Cite: citeOf(national, "一户多个户主"), Check: checkTwoHeads},
		Rule{ID: "household.no_head", Severity: Warning, Scope: ScopeHousehold, Field: "relation", Cite: citeOf(national, "户内无户主"), Check: checkNoHead},
		Rule{ID: "household.two_spouses", Severity: Warning, Scope: ScopeHousehold, Field: "relation", Cite: citeOf(national, "一户多个配偶"), Check: checkTwoSpouses},
		Rule{ID: "household.spouse_sex", Severity: Warning, Scope: ScopeHousehold, Field: "relation", Cite: cite("2_02_001", "2_11_003"), Check: checkSpouseSex},
		Rule{ID: "aid.skilled_idle", Severity: Clue, Scope: ScopePerson, Field: "skill", Cite: cite("5_20_028", "5_20_029", "5_20_030", "5_20_031"), Params: []string{SetWorkAge, SetLabourAgeEnd}, Check: checkSkilledIdle},
	)
}

func checkSchoolBoth(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if p := s.Person; p != nil && p.Education > 0 && p.Student > 0 {
		e, t := fact.Education.Name(p.Education), fact.Student.Name(p.Student)
		return hit(t, e, t)
	}
	return none()
}

// schoolAge is the age from which one of the two columns must be filled: the
// national list has a word for younger children, yet nobody asks of them.
const schoolAge = 6

func checkSchoolNone(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if s.Row == nil || s.Person == nil || !s.Row.Has.All(ColEducation|ColStudent) {
		return none()
	}
	if p := s.Person; p.Education == 0 && p.Student == 0 && s.Row.DropReason == "" && s.age() >= schoolAge {
		return hit("")
	}
	return none()
}

// grades are the age bounds (full years, both inclusive) of each stage; -1 is
// unbounded. The national lower bounds are kept as they are; 学龄前 and 学前教育
// end the day before the seventh birthday.
var grades = []struct {
	from, to int // codes of fact.Student
	min, max int
}{
	{1, 2, -1, 6}, {3, 8, 6, 14}, {9, 11, 12, 17}, {12, 17, 15, 20}, {18, 25, 18, -1}, {26, 26, 20, -1},
}

func checkSchoolAge(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if s.Person == nil {
		return none()
	}
	a := s.age()
	if a < 0 {
		return none()
	}
	if s.Person.Student == 0 {
		// 5_17_005: 大专 and above before the eighteenth birthday.
		if s.Person.Education >= 5 && a < 18 {
			return hit(fact.Education.Name(s.Person.Education), fact.Education.Name(s.Person.Education), a)
		}
		return none()
	}
	for _, g := range grades {
		if s.Person.Student < g.from || s.Person.Student > g.to {
			continue
		}
		if g.min >= 0 && a < g.min || g.max >= 0 && a > g.max {
			// 5_17_001 asks of healthy children only.
			if g.to == 2 && s.Person.Health > 1 {
				return none()
			}
			n := fact.Student.Name(s.Person.Student)
			return hit(n, n, a)
		}
	}
	return none()
}

func checkHealthyWeak(s *Subject, _ *fact.Spell, set *Settings) (Hit, bool) {
	p, a := s.Person, s.age()
	if p == nil || p.Health != 1 || p.Student != 0 || a < set.WorkAge || a >= set.LabourAgeEnd || p.Skill < fact.SkillWeak {
		return none()
	}
	n := fact.Skill.Name(p.Skill)
	return hit(n, n, a)
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

func checkSkilledIdle(s *Subject, _ *fact.Spell, set *Settings) (Hit, bool) {
	p, a := s.Person, s.age()
	// During an import of people their work is not at hand: only the ledger
	// can say that nobody works.
	if p == nil || s.Row != nil || a < set.WorkAge || a >= set.LabourAgeEnd || p.Student != 0 || s.working() {
		return none()
	}
	switch {
	case p.Skill == fact.SkillSkilled:
		return hit("", fact.Skill.Name(p.Skill))
	case p.Education >= 5:
		return Hit{Field: "education", Args: []any{fact.Education.Name(p.Education)}}, true
	}
	return none()
}
