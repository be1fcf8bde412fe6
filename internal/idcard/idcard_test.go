package idcard

import (
	"strings"
	"testing"

	"wengang/internal/calendar"
	"wengang/internal/fact"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		in      string
		want    ID
		problem Problem
	}{
		{in: "000000198802290019", want: ID{Number: "000000198802290019", Birth: 19880229, Sex: fact.Male}},
		{in: "000000201001010018", want: ID{Number: "000000201001010018", Birth: 20100101, Sex: fact.Male}},
		{in: "11010519491231002X", want: ID{Number: "11010519491231002X", Birth: 19491231, Sex: fact.Female}},
		{in: " 11010519491231002x ", want: ID{Number: "11010519491231002X", Birth: 19491231, Sex: fact.Female}},
		{in: "'110105 19491231　002×", want: ID{Number: "11010519491231002X", Birth: 19491231, Sex: fact.Female}},
		{in: "１１０１０５１９４９１２３１００２ｘ", want: ID{Number: "11010519491231002X", Birth: 19491231, Sex: fact.Female}},
		{in: "110105491231002", want: ID{Number: "11010519491231002X", Upgraded: true, Birth: 19491231, Sex: fact.Female}},
		{in: "00000019880229001943", want: ID{Number: "000000198802290019", Cert: true, Kind: 4, Grade: 3, Birth: 19880229, Sex: fact.Male}},
		{in: "00000019880229001943b1", want: ID{Number: "000000198802290019", Cert: true, Kind: 4, Grade: 3, Reissue: "B1", Birth: 19880229, Sex: fact.Male}},
		{in: "", problem: Empty},
		{in: " 　", problem: Empty},
		{in: "4.2E+17", problem: Mangled},
		{in: "3.71522E+17", problem: Mangled},
		{in: "371522198802290000.0", problem: Mangled},
		{in: "000000198802280000", want: ID{Number: "000000198802280000", Birth: 19880228, Sex: fact.Female}, problem: Mangled},
		{in: "00000019880229001", problem: Length},
		{in: "0000001988022900190", problem: Length},
		{in: "0000001988O2290019", problem: Letters},
		{in: "00000X198802290019", problem: Letters},
		{in: "000000198702290019", problem: BadBirth},
		{in: "000000198813010019", problem: BadBirth},
		{in: "000000880230001", problem: BadBirth},
		{in: "000000198802290018", want: ID{Number: "000000198802290018", Birth: 19880229, Sex: fact.Male}, problem: Check},
		{in: "00000019880229001983", want: ID{Number: "000000198802290019", Cert: true, Birth: 19880229, Sex: fact.Male}, problem: Cert},
		{in: "00000019880229001945", want: ID{Number: "000000198802290019", Cert: true, Birth: 19880229, Sex: fact.Male}, problem: Cert},
		{in: "00000019880229001943A1", want: ID{Number: "000000198802290019", Cert: true, Kind: 4, Grade: 3, Birth: 19880229, Sex: fact.Male}, problem: Cert},
	} {
		got, problem := Parse(c.in)
		if problem != c.problem || got != c.want {
			t.Errorf("%q: %+v %q, want %+v %q", c.in, got, problem, c.want, c.problem)
		}
	}
}

func TestEverySingleDigitErrorIsSeen(t *testing.T) {
	const good = "000000198802290019"
	for i := range good {
		for c := byte('0'); c <= '9'; c++ {
			if c == good[i] {
				continue
			}
			if _, p := Parse(good[:i] + string(c) + good[i+1:]); p == OK {
				t.Errorf("digit %d as %c passes", i+1, c)
			}
		}
	}
	for i := 0; i+1 < len(good); i++ {
		if good[i] != good[i+1] {
			swapped := good[:i] + string(good[i+1]) + string(good[i]) + good[i+2:]
			if _, p := Parse(swapped); p == OK {
				t.Errorf("swap at %d passes", i+1)
			}
		}
	}
}

func TestArea(t *testing.T) {
	if id, _ := Parse("11010519491231002X"); id.Area() != 110105 {
		t.Error(id.Area())
	}
	if (ID{}).Area() != 0 {
		t.Error("area of nothing")
	}
}

func TestUSCC(t *testing.T) {
	for in, want := range map[string]Problem{
		"91350100M000100Y43":   OK,
		"93370000MA0000000H":   OK,
		" 91350100m000100y43 ": OK,
		"９１３５０１００M000100Y43":   OK,
		"91350100M000100Y44":   Check,
		"91350100M000100YI3":   Letters,
		"91350100M000100Y4S":   Letters,
		"91350100M000100Y4":    Length,
		"":                     Empty,
		"9.1E+17":              Mangled,
	} {
		if _, got := ParseUSCC(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"000000198802290019", "11010519491231002x", "110105491231002", "00000019880229001943B1", "4.2E+17", "１１０", "\xff\xfe"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, p := Parse(s)
		if p != OK {
			return
		}
		if len(id.Number) != 18 || id.Number[17] != CheckDigit(id.Number[:17]) {
			t.Fatalf("%q gives %q, whose check character is wrong", s, id.Number)
		}
		if !id.Birth.Valid() || id.Birth != calendar.Date(date(id.Number[6:14])) {
			t.Fatalf("%q gives birth %d", s, id.Birth)
		}
		again, p := Parse(id.Number)
		if p != OK || again.Number != id.Number || again.Upgraded {
			t.Fatalf("%q is not its own normal form: %+v %q", id.Number, again, p)
		}
		if Normalise(Normalise(s)) != Normalise(s) {
			t.Fatalf("normalising %q twice differs", s)
		}
	})
}

func FuzzUSCC(f *testing.F) {
	f.Add("91350100M000100Y43")
	f.Fuzz(func(t *testing.T, s string) {
		n, p := ParseUSCC(s)
		if p == OK && (len(n) != 18 || strings.IndexByte(usccAlphabet, n[17]) < 0) {
			t.Fatalf("%q gives %q", s, n)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		Parse("000000198802290019")
	}
}
