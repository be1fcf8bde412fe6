package setting

import (
	"testing"

	"wengang/internal/region"
)

func codeOf(n int64) region.Code { return region.Code(n) }

func init() {
	Register(Def{Name: "test.months", Default: 3, Min: 1, Max: 12, Counts: true}, Def{Name: "test.age", Default: 60, Min: 16, Max: 100})
}

func TestNearestAncestorWinsAndTheYearsOwnValueGoesFirst(t *testing.T) {
	stored := []Stored{
		{Region: 370000000000, Name: "test.months", Value: 4},
		{Region: 371500000000, Name: "test.months", Year: 2023, Value: 6},
		{Region: 371500000000, Name: "test.months", Value: 5},
		{Region: 371522000000, Name: "test.age", Value: 65},
	}
	for _, c := range []struct {
		story  string
		at     int64
		year   int
		months int
		age    int
	}{
		{"another province keeps the default", 410000000000, 2023, 3, 60},
		{"a city without its own takes the province's", 371400000000, 2023, 4, 60},
		{"the year's own value", 371500000000, 2023, 6, 60},
		{"another year takes the value for every year", 371500000000, 2022, 5, 60},
		{"a village takes each from its nearest", 371522103201, 2023, 6, 65},
	} {
		v := Resolve(stored, codeOf(c.at), c.year)
		if v.Int("test.months") != c.months || v.Int("test.age") != c.age {
			t.Errorf("%s: got %d and %d, want %d and %d", c.story, v.Int("test.months"), v.Int("test.age"), c.months, c.age)
		}
	}
}

func TestOnlyCountingSettingsMakeACalibre(t *testing.T) {
	var v Values
	if v.Stamp() != "" {
		t.Errorf("defaults have the stamp %q", v.Stamp())
	}
	if s := v.With("test.age", 65).Stamp(); s != "" {
		t.Errorf("a setting that no count uses changed the calibre: %q", s)
	}
	if s := v.With("test.months", 6).Stamp(); s != "test.months=6" {
		t.Errorf("stamp %q", s)
	}
}
