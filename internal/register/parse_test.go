package register

import (
	"testing"
	"unicode"

	"wengang/internal/calendar"
)

func TestParseDate(t *testing.T) {
	for _, c := range []struct {
		in   string
		end  bool
		want calendar.Date
	}{
		{"2023-05-01", false, 20230501}, {"2023/5/1", false, 20230501}, {"2023.5.1", false, 20230501}, {"2023年5月1日", false, 20230501},
		{"２０２３年５月", false, 20230501}, {"2023年5月", true, 20230531}, {"202302", true, 20230228}, {"20230501", false, 20230501},
		{"45047", false, 20230501}, {"45047.0", false, 20230501}, {"2023-05-01T00:00:00", false, 20230501}, {"2023-05-01 00:00:00", false, 20230501},
		{"2023-02-30", false, 0}, {"五月", false, 0}, {"2023-13", false, 0}, {"12", false, 0}, {"", false, 0}, {"99999999", false, 0},
	} {
		got, ok := parseDate(c.in, c.end)
		if ok != (c.want != 0) || ok && got != c.want {
			t.Errorf("parseDate(%q, %v) = %d, %v; want %d", c.in, c.end, got, ok, c.want)
		}
	}
}

func TestParseMoney(t *testing.T) {
	for _, c := range []struct {
		in   string
		wan  bool
		want int64
	}{
		{"1200", false, 120000}, {"1,200.5元", false, 120050}, {"0.01", false, 1}, {"12.5", true, 12500000}, {"12.5万元", false, 12500000}, {"3.123456", true, 3123456},
		{"0.001", false, -1}, {"-3", false, -1}, {"", false, -1}, {"abc", false, -1}, {"1.2.3", false, -1},
	} {
		got, ok := parseMoney(c.in, c.wan)
		if ok != (c.want >= 0) || ok && got != c.want {
			t.Errorf("parseMoney(%q, %v) = %d, %v; want %d", c.in, c.wan, got, ok, c.want)
		}
	}
}

func TestMarks(t *testing.T) {
	for in, want := range map[string]Marks{"①③": MarkKeyCounty | MarkYellowRiver, "1、2": MarkKeyCounty | MarkSettlement, "否": 0, "无": 0, "": 0, "②": MarkSettlement} {
		if got, ok := ParseMarks(in); !ok || got != want {
			t.Errorf("ParseMarks(%q) = %v, %v", in, got, ok)
		}
	}
	if _, ok := ParseMarks("④"); ok {
		t.Error("④ is no mark")
	}
	if s := (MarkKeyCounty | MarkYellowRiver).String(); s != "①③" {
		t.Error(s)
	}
}

// fold is how the import compares headings: width, space and punctuation away.
func fold(s string) string {
	var out []rune
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r >= '①' && r <= '③' {
			out = append(out, unicode.ToLower(r))
		}
	}
	return string(out)
}

func TestHeadingsTellColumnsApart(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range (*Roster)(nil).Layouts() {
		if seen[l.ID] {
			t.Errorf("layout %s stands twice", l.ID)
		}
		seen[l.ID] = true
		at, required := map[string]string{}, 0
		for _, c := range l.Columns {
			if c.Required {
				required++
			}
			for _, h := range c.Headings {
				if other, ok := at[fold(h)]; ok && other != c.Key {
					t.Errorf("%s: heading %s belongs to %s and %s", l.ID, h, other, c.Key)
				}
				at[fold(h)] = c.Key
			}
		}
		if required == 0 {
			t.Errorf("%s: nothing tells this layout from others", l.ID)
		}
	}
	if len(seen) != 17 {
		t.Errorf("%d layouts, want 11 registers and 6 lists of people", len(seen))
	}
}

func FuzzParseDate(f *testing.F) {
	f.Add("2023年5月1日")
	f.Add("45047")
	f.Fuzz(func(t *testing.T, s string) {
		if d, ok := parseDate(s, true); ok && !d.Valid() {
			t.Errorf("%q gave the day %d that does not exist", s, d)
		}
	})
}

// What a form shows is read back to the same record, for every kind.
func TestValuesRoundTrip(t *testing.T) {
	for _, k := range Kinds() {
		in := map[string]string{}
		for _, f := range k.Fields {
			switch f.Type {
			case Date:
				in[f.Key] = "2023-05-01"
			case Count:
				in[f.Key] = "12"
			case Money:
				in[f.Key] = "1200.50"
			case Choice:
				in[f.Key] = f.Choices[0]
			case Level:
				in[f.Key] = "县级"
			case AreaMarks:
				in[f.Key] = "①③"
			case YesNo:
				in[f.Key] = "是"
			case USCC:
				in[f.Key] = "91350100M000100Y43"
			case Phone, CountyName, TownName, VillageName:
			default:
				in[f.Key] = "示例"
			}
		}
		if k.Field("ended_on") != nil {
			in["ended_on"] = "2023-06-01"
		}
		read := func(m map[string]string) *Record {
			r, problems := parseRecord(k, nil, 371522000000, func(key string) (string, string) { return m[key], "" })
			for _, p := range problems {
				t.Errorf("%s: %+v", k.ID, p)
			}
			return r
		}
		first := read(in)
		for _, c := range differences(first, read(k.Values(first))) {
			t.Errorf("%s: %s is not read back", k.ID, c.name)
		}
	}
}

// Imports narrow brackets; the forms count by the declared word.
func TestChoiceIsTheDeclaredWord(t *testing.T) {
	for in, want := range map[string]string{"乐业搬迁(迁建)": ThemeSettlement, "乐业搬迁 （迁建）": ThemeSettlement, "春风行动": "春风行动", "别的": "别的"} {
		form := map[string]string{"name": "x", "started_on": "2023-05-01", "theme": in}
		r, _ := parseRecord(ByID("event"), nil, 371522000000, func(key string) (string, string) { return form[key], "" })
		if r.Extra["theme"] != want {
			t.Errorf("%q is kept as %q, want %q", in, r.Extra["theme"], want)
		}
	}
}
