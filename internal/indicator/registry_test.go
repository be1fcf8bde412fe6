package indicator

import (
	"flag"
	"os"
	"strings"
	"testing"

	"wengang/internal/fact"
	"wengang/internal/text"
)

var update = flag.Bool("update", false, "rewrite docs/indicators.md")

const docs = "../../docs/indicators.md"

func TestDocsAreCurrent(t *testing.T) {
	if *update {
		if err := os.WriteFile(docs, []byte(Docs()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != Docs() {
		t.Error("docs/indicators.md is not current: go test ./internal/indicator -update")
	}
}

func TestEveryIndicatorIsWhole(t *testing.T) {
	if n := len(All()); n < 21 {
		t.Fatalf("%d indicators", n)
	}
	for _, d := range All() {
		for _, k := range []string{d.Key(), d.How(), "indicator.family." + string(d.Family), "indicator.unit." + string(d.Unit),
			"indicator.up." + string(d.Up), "indicator.calibre." + string(d.Calibre), "indicator.goal." + string(d.Goal)} {
			if !text.Has(k) {
				t.Errorf("%s: the catalogue lacks %s", d.ID, k)
			}
		}
		if d.Citation == "" || len(d.Uses) == 0 {
			t.Errorf("%s: no citation or no settings", d.ID)
		}
		switch d.Kind {
		case Ratio:
			if d.Up != Derived || MustGet(d.Num) == nil || MustGet(d.Den) == nil {
				t.Errorf("%s: a ratio is derived from two others", d.ID)
			}
			d.inherits(t, d.Num, d.Den)
		case Combine:
			var ids []string
			for _, p := range d.Parts {
				ids = append(ids, p.ID)
				if MustGet(p.ID).Unit != d.Unit {
					t.Errorf("%s: %s has another unit", d.ID, p.ID)
				}
			}
			if d.Up != Derived || len(d.Parts) < 2 || d.Parts[0].Minus || d.Lane() >= 0 || d.SQL == "" || len(d.Any) == 0 {
				t.Errorf("%s: parts are added and taken away, and somebody is behind the rest", d.ID)
			}
			d.inherits(t, ids...)
		default:
			if d.SQL == "" || len(d.Any) == 0 {
				t.Errorf("%s: not counted", d.ID)
			}
		}
		if m := d.Members(); m.Kind == Ratio || m.Unit != Persons {
			t.Errorf("%s: no list of people behind it", d.ID)
		}
		if d.Calibre == Workplace != (d.Kind == Absorb) {
			t.Errorf("%s: the workplace is counted by Absorb", d.ID)
		}
	}
}

// inherits: what is computed from others knows no less than they do of calibre,
// settings and facts.
func (d *Def) inherits(t *testing.T, ids ...string) {
	t.Helper()
	for _, id := range ids {
		p := MustGet(id)
		if p.Calibre != d.Calibre || p.Facts > d.Facts || p.Since > d.Since {
			t.Errorf("%s: its part %s has another calibre or begins later", d.ID, id)
		}
		for _, s := range p.Uses {
			if !d.uses(s) {
				t.Errorf("%s does not name %s, which its part %s uses", d.ID, s, id)
			}
		}
	}
}

// Two indicators never share a name in any language: a reader would compare
// them (facts A038).
func TestNamesAreOfOne(t *testing.T) {
	for _, lang := range []text.Lang{text.ZH, text.EN} {
		of := map[string]string{}
		for _, d := range All() {
			name := text.T(lang, d.Key())
			if other, twice := of[name]; twice {
				t.Errorf("%s and %s are both called %s", other, d.ID, name)
			}
			of[name] = d.ID
		}
	}
}

// Numbers of one name and two calibres are never compared.
func TestStamp(t *testing.T) {
	working, stable := MustGet("working"), MustGet("stable")
	newer := *working
	newer.Version++
	there := *working
	there.Calibre = Workplace
	for _, c := range []struct {
		story string
		a, b  Stamp
		why   string
	}{
		{"defaults", working.Stamp(""), working.Stamp("facts=2"), ""},
		{"a setting that it does not use", working.Stamp(""), working.Stamp("month.stable_months=6"), ""},
		{"a setting that it uses", working.Stamp("month.posts_count=0"), working.Stamp(""), "month.posts_count"},
		{"another value of it", stable.Stamp("month.stable_months=6"), stable.Stamp("month.stable_months=3;facts=2"), "month.stable_months"},
		{"the same value in another order", stable.Stamp("month.posts_count=0;month.stable_months=6"), stable.Stamp("month.stable_months=6;month.posts_count=0"), ""},
		{"another indicator", working.Stamp(""), stable.Stamp(""), "id"},
		{"another version of the definition", working.Stamp(""), newer.Stamp(""), "version"},
		{"origin and workplace", working.Stamp(""), there.Stamp(""), "calibre"},
	} {
		for _, p := range [][2]Stamp{{c.a, c.b}, {c.b, c.a}} {
			if why, ok := p[0].Against(p[1]); why != c.why || ok != (c.why == "") {
				t.Errorf("%s: %q, %v; want %q", c.story, why, ok, c.why)
			}
		}
	}
}

// What Parts compute and whom Any finds must be the same people, key by key:
// among the rows of one village without movers.
func TestCombinationsAreTheirLists(t *testing.T) {
	for bits := range 1 << 18 {
		k := Key(bits) * 0x9e3779b97f4a7c15
		if k&Key(fact.MovedIn|fact.MovedOut|fact.Gone|fact.DiedNow) != 0 || !possible(k) {
			continue
		}
		for _, d := range All() {
			if d.Kind != Combine {
				continue
			}
			n := 0
			for _, p := range d.Parts {
				switch {
				case !MustGet(p.ID).Holds(k):
				case p.Minus:
					n--
				default:
					n++
				}
			}
			if n != 0 && n != 1 || (n == 1) != d.Holds(k) {
				t.Fatalf("%s: key %x makes %d, listed %v", d.ID, k, n, d.Holds(k))
			}
		}
	}
}

// possible keys keep the promises of package month.
func possible(k Key) bool {
	has := func(f fact.Flag) bool { return k&Key(f) == Key(f) }
	switch {
	case has(fact.NewWork) && !has(fact.Counted|fact.Working), has(fact.Entered) && !has(fact.Counted), has(fact.Entered | fact.NewWork),
		has(fact.Confirmed) && !has(fact.Working), has(fact.Again) && !has(fact.NewWork), has(fact.YearConfirmed) && !has(fact.WorkedYear),
		has(fact.Counted | fact.Dead):
		return false
	}
	return true
}

// Parts that must make a whole do so for every possible key.
func TestPartsMakeTheWhole(t *testing.T) {
	for whole, parts := range map[string][]string{
		"working":     {"working_inside", "working_outside_county", "working_outside_province", "working_unplaced"},
		"worked_year": {"year_inside", "year_outside_county", "year_outside_province", "year_unplaced"},
	} {
		for class := range 6 {
			p := &fact.PersonMonth{Flags: fact.Counted | fact.Working | fact.WorkedYear, PlaceClass: class, YearPlaceClass: class, WageFen: -1}
			once(t, whole, parts, KeyOf(p))
		}
	}
	for months := range 13 {
		p := &fact.PersonMonth{Flags: fact.Counted | fact.WorkedYear, MonthsWorked: months, WageFen: -1}
		if months > 0 {
			once(t, "worked_year", []string{"months_1_2", "months_3_5", "months_6_8", "months_9"}, KeyOf(p))
		}
	}
	var channels []string
	for _, d := range All() {
		if strings.HasPrefix(d.ID, "channel_") {
			channels = append(channels, d.ID)
		}
	}
	for _, w := range fact.Channel.Words {
		once(t, "working", channels, KeyOf(&fact.PersonMonth{Flags: fact.Counted | fact.Working, Channel: w.Code, WageFen: -1}))
	}
	once(t, "working", channels, KeyOf(&fact.PersonMonth{Flags: fact.Counted | fact.Working, WageFen: -1}))
}

func once(t *testing.T, whole string, parts []string, k Key) {
	t.Helper()
	n := 0
	for _, id := range parts {
		if MustGet(id).Holds(k) {
			n++
		}
	}
	if !MustGet(whole).Holds(k) || n != 1 {
		t.Errorf("%s: %d of its parts hold for key %x", whole, n, k)
	}
}

// Dropping what no indicator tests must change no count.
func TestUsedKeepsEveryCount(t *testing.T) {
	for bits := range 1 << 16 {
		k := Key(bits) * 0x9e3779b97f4a7c15
		for _, d := range All() {
			if d.Holds(k) != d.Holds(k&Used()) || d.Moved(k) != d.Moved(k&Used()) || d.Left(k) != d.Left(k&Used()) {
				t.Fatalf("%s: key %x", d.ID, k)
			}
		}
	}
}
