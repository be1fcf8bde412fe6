package target

import "testing"

func TestParseAmount(t *testing.T) {
	for _, c := range []struct {
		in, printed, unit, comparator string
		ok                            bool
	}{
		{"38.5", "38.5", "", "", true}, {"79.80", "79.80", "", "", true}, {"1,000", "1000", "", "", true},
		{"不低于3.38万人", "3.38", "万人", AtLeast, true}, {"140万个左右", "140", "万个", About, true}, {"≥０.３５万", "0.35", "万人", AtLeast, true},
		{"1500 人", "1500", "人", "", true}, {"-3", "", "", "", false}, {"", "", "", "", false}, {"3.", "", "", "", false}, {"若干", "", "", "", false}, {"3斤", "", "", "", false},
	} {
		a, ok := parseAmount(c.in)
		if ok != c.ok || ok && (a.printed != c.printed || a.unit != c.unit || a.comparator != c.comparator) {
			t.Errorf("parseAmount(%q) = %+v, %v", c.in, a, ok)
		}
	}
}

func TestCalibreOf(t *testing.T) {
	for name, key := range map[string]string{
		"脱贫人口务工规模": "work", "东部吸纳脱贫人口务工": "absorb", "吸纳中西部脱贫人口来鲁就业": "absorb_midwest", "省内脱贫人口外出务工规模": "outgoing",
		"易地搬迁脱贫人口务工": "settlement", "开发乡村公益性岗位": "posts", "帮助重庆、甘肃协作区县农村劳动力实现就业": "partner", "某新指标": "某新指标",
	} {
		if got := calibreOf(name).key; got != key {
			t.Errorf("%s: %s, want %s", name, got, key)
		}
	}
}

func FuzzParseAmount(f *testing.F) {
	for _, s := range []string{"38.5", "不低于3.38万人", "140万个左右", "1,0", "9999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, ok := parseAmount(s)
		if !ok {
			return
		}
		if a.value == nil || a.value.Sign() < 0 || a.printed == "" {
			t.Errorf("%q read as %+v", s, a)
		}
		if n, exact := persons(a.value, "万人"); exact && n < 0 {
			t.Errorf("%q is %d persons", s, n)
		}
	})
}
