package secret_test

import (
	"strings"
	"testing"

	"wengang/internal/secret"
)

func TestMasks(t *testing.T) {
	for _, c := range []struct{ name, got, want string }{
		{"id 18", secret.MaskID("000000198802290019"), "00**************19"},
		{"id 15", secret.MaskID("000000880229001"), "00***********01"},
		{"id 22", secret.MaskID("00000019880229001943B1"), "00******************B1"},
		{"id short", secret.MaskID("12345678"), "********"},
		{"id none", secret.MaskID(""), ""},
		{"phone", secret.MaskPhone("13800001234"), "138****1234"},
		{"phone short", secret.MaskPhone("8412345"), "*****45"},
		{"phone tiny", secret.MaskPhone("110"), "***"},
		{"id typed as phone", secret.MaskPhone("000000198802290019"), "000***********0019"},
		{"card", secret.MaskCard("6200000000000001234"), "***************1234"},
		{"name 1", secret.MaskName("张"), "*"},
		{"name 2", secret.MaskName("张明"), "张*"},
		{"name 3", secret.MaskName("张小明"), "张*明"},
		{"name 4", secret.MaskName("欧阳小明"), "欧**明"},
		{"name long", secret.MaskName("阿依古丽·买买提"), "阿******提"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
}

func TestScrub(t *testing.T) {
	for in, want := range map[string]string{
		"电话13800001234":               "电话13*******34",
		"a 000000198802290019 b":      "a 00**************19 b",
		"138 0000 1234":               "13* **** **34",
		"１３８００００１２３４":                 "１３*******３４",
		"2023-12-10 有 3500 元":         "2023-12-10 有 3500 元",
		"371522103205 与 110000000000": "371522103205 与 110000000000",
		"013800001234":                "01********34",
		"371522":                      "371522",
		"":                            "",
	} {
		if got := secret.Scrub(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// digitRun reports whether out holds n consecutive digits.
func digitRun(out string, n int) bool {
	run := 0
	for _, c := range out {
		if c >= '0' && c <= '9' || c >= '０' && c <= '９' {
			if run++; run >= n {
				return true
			}
		} else {
			run = 0
		}
	}
	return false
}

func FuzzMasks(f *testing.F) {
	for _, s := range []string{"000000198802290019", "13800001234", "张小明", "00000019880229001X", "", "９００００００００００００００００１", "a\xff1234567890123"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, out := range map[string]string{
			"id": secret.MaskID(s), "phone": secret.MaskPhone(s), "card": secret.MaskCard(s), "name": secret.MaskName(s),
		} {
			if digitRun(out, 9) {
				t.Errorf("%s: %q shows nine consecutive digits of %q", name, out, s)
			}
			if len(s) > 2 && out == s && !strings.Contains(s, "*") && strings.ContainsAny(s, "0123456789") {
				t.Errorf("%s: %q is not masked", name, s)
			}
		}
		if out := secret.Scrub(s); digitRun(out, 13) {
			t.Errorf("scrub: %q leaves a number of %q", out, s)
		}
	})
}
