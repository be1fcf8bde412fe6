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
			"indicator.up." + string(d.Up), "indicator.calibre." + string(d.Calibre)} {
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
