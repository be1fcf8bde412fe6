package rule

import (
	"wengang/internal/calendar"
	"wengang/internal/fact"
)

// School: the grade against the age, who should be in school and is not.
func init() {
	register(
		Rule{ID: "school.both", Severity: Warning, Scope: ScopePerson, Field: "student", Cite: cite("3_01_003", "3_12_004"), Check: checkSchoolBoth},
		Rule{ID: "school.none", Severity: Warning, Scope: ScopeRow, Field: "education", Cite: cite("3_01_002"), Check: checkSchoolNone},
		Rule{ID: "school.preschool_age", Severity: Warning, Scope: ScopePerson, Field: "student", Cite: cite("5_17_001", "5_12_013"), Check: checkPreschool},
		Rule{ID: "school.primary_age", Severity: Warning, Scope: ScopePerson, Field: "student", Cite: cite("5_12_014"), Check: grade(3, 8, 6, 14)},
		Rule{ID: "school.junior_age", Severity: Warning, Scope: ScopePerson, Field: "student", Cite: cite("5_17_003", "5_12_015"), Check: grade(9, 11, 12, 17)},
		Rule{ID: "school.senior_age", Severity: Warning, Scope: ScopePerson, Field: "student", Cite: cite("5_17_004"), Check: grade(12, 17, 15, 20)},
		Rule{ID: "school.college_age", Severity: Warning, Scope: ScopePerson, Field: "student", Cite: cite("5_17_005", "5_12_017"), Check: checkCollege},
		Rule{ID: "school.master_age", Severity: Warning, Scope: ScopePerson, Field: "student", Cite: cite("5_17_006", "5_12_018"), Check: grade(26, 26, 20, -1)},
		Rule{ID: "school.low_education", Severity: Clue, Scope: ScopePerson, Field: "education", Cite: cite("5_17_007", "5_12_019"), Check: checkLowEducation},
		Rule{ID: "school.compulsory_absent", Severity: Warning, Scope: ScopePerson, Field: "student", Cite: cite("5_15_016", "5_15_017"), Check: checkCompulsory},
		Rule{ID: "school.drop_healthy", Severity: Warning, Scope: ScopePerson, Field: "drop_reason", Cite: cite("2_01_012"), Needs: fact.StatedDrop, Check: checkDropHealthy},
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

// grade asks whether a stage of school (codes of fact.Student) fits the age in
// full years, both bounds inclusive; -1 is unbounded. The national bounds are
// kept as they are.
func grade(from, to, low, high int) Check {
	return func(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
		a := s.age()
		if a < 0 || s.Person.Student < from || s.Person.Student > to || (low < 0 || a >= low) && (high < 0 || a <= high) {
			return none()
		}
		n := fact.Student.Name(s.Person.Student)
		return hit(n, n, a)
	}
}

// checkPreschool asks of healthy children only; 学龄前 and 学前教育 end the day
// before the seventh birthday.
func checkPreschool(s *Subject, sp *fact.Spell, set *Settings) (Hit, bool) {
	if s.Person == nil || s.Person.Health > 1 {
		return none()
	}
	return grade(1, 2, -1, 6)(s, sp, set)
}

// checkCollege also asks of those who have left: 大专 and above before the
// eighteenth birthday.
func checkCollege(s *Subject, sp *fact.Spell, set *Settings) (Hit, bool) {
	if p := s.Person; p != nil && p.Student == 0 && p.Education >= 5 && s.age() >= 0 && s.age() < 18 {
		n := fact.Education.Name(p.Education)
		return hit(n, n, s.age())
	}
	return grade(18, 25, 18, -1)(s, sp, set)
}

func checkLowEducation(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	p, a := s.Person, s.age()
	if p == nil || p.Student != 0 || p.Education < 1 || p.Education > 2 || a < 16 || a > 22 {
		return none()
	}
	n := fact.Education.Name(p.Education)
	return hit(n, n, a)
}

// checkCompulsory: the nine years begin with the school year after the sixth
// birthday (义务教育法第十一条). Who has finished 初中, or has a stated reason, is
// not asked about again.
func checkCompulsory(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	p := s.Person
	if p == nil || p.Birth == 0 || p.Student != 0 || p.Education >= 3 || s.Aid != nil && s.Aid.Drop != 0 || s.Row != nil && s.Row.DropReason != "" {
		return none()
	}
	if s.Row != nil && !s.Row.Has.All(ColEducation|ColStudent) {
		return none()
	}
	year := int(s.Today) / 10000
	if int(s.Today)%10000 < 901 {
		year--
	}
	if a := p.Birth.AgeOn(calendar.DateOf(year, 8, 31)); a < 6 || a > 14 {
		return none()
	}
	return hit("", s.age())
}

func checkDropHealthy(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if s.Person.Health != 1 || s.Aid.Drop != fact.DropIll && s.Aid.Drop != fact.DropDisabled {
		return none()
	}
	return hit("")
}
