package region

import "testing"

func TestCodes(t *testing.T) {
	for _, c := range []struct {
		text   string
		full   string
		level  Level
		parent string
	}{
		{"37", "370000000000", Province, "000000000000"},
		{"3715", "371500000000", City, "370000000000"},
		{"371522", "371522000000", County, "371500000000"},
		{"371522103", "371522103000", Town, "371522000000"},
		{"371522103201", "371522103201", Village, "371522103000"},
		{"371500000000", "371500000000", City, "370000000000"},
	} {
		got, err := ParseCode(c.text)
		if err != nil || got.Full() != c.full || got.Level() != c.level || got.Parent().Full() != c.parent {
			t.Errorf("%s: %s level %d parent %s (%v)", c.text, got.Full(), got.Level(), got.Parent().Full(), err)
		}
	}
	for _, bad := range []string{"", "3", "371", "3715a2", "０37", "037152", "-37152", "99999999999999"} {
		if c, err := ParseCode(bad); err == nil {
			t.Errorf("%q was read as %d", bad, c)
		}
	}
}

func TestZeroScopeContainsNothing(t *testing.T) {
	var zero Scope
	arg := func(any) string { t.Fatal("a scope without places binds no value"); return "" }
	if zero.Contains(Country) || zero.Contains(371522000000) || zero.Predicate("village", arg) != "(1 = 0)" {
		t.Error("the zero scope contains something")
	}
	if s := ScopeOf(371522000000).Within(371521000000); !s.Empty() {
		t.Errorf("a sibling narrowed to %v", s.Roots())
	}
}

func TestWithinKeepsWhatBothContain(t *testing.T) {
	s := ScopeOf(371522000000, 371521103000)
	if got := s.Within(371500000000).Roots(); len(got) != 2 {
		t.Errorf("within the city: %v, want both roots", got)
	}
	if got := s.Within(371522103000).Roots(); len(got) != 1 || got[0] != 371522103000 {
		t.Errorf("within a town of the county: %v", got)
	}
	if got := s.Within(371521000000).Roots(); len(got) != 1 || got[0] != 371521103000 {
		t.Errorf("within the county of the town: %v", got)
	}
}

// An officer of a county became one of its city as well; the county stood twice
// in lists that walk the scope.
func TestScopeHoldsEachPlaceOnce(t *testing.T) {
	for _, roots := range [][]Code{{371522000000, 371500000000}, {371500000000, 371522000000}, {371522000000, 371521000000, 371500000000}, {371522103000, 371500000000, 371522000000}} {
		if got := ScopeOf(roots...).Roots(); len(got) != 1 || got[0] != 371500000000 {
			t.Errorf("%v: %v", roots, got)
		}
	}
	if got := ScopeOf(371522000000, 410000000000, 371521000000).Roots(); len(got) != 3 {
		t.Errorf("apart: %v", got)
	}
}
