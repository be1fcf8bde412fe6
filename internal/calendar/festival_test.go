package calendar

import "testing"

func TestSpringFestival(t *testing.T) {
	for year, want := range map[int]Month{2022: 202202, 2023: 202301, 2024: 202402, 2025: 202501, 2026: 202602} {
		if got, known := SpringFestival(year); !known || got != want {
			t.Errorf("%d: %v %v, want %v", year, got, known, want)
		}
	}
	if _, known := SpringFestival(1999); known {
		t.Error("a year without a notice has no known festival")
	}
}
