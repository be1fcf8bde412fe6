package target

import (
	"math"
	"math/bits"
	"sort"

	"wengang/internal/calendar"
	"wengang/internal/region"
)

// Shown is a share in percent with one decimal as it is printed: 99.96 % of a
// target is 99.9, never 100.0.
func Shown(share float64) float64 {
	tenths := math.Round(share * 1000)
	if share < 1 {
		tenths = min(tenths, 999)
	}
	return tenths / 10
}

// Ranks orders rows by completion, the highest first: rows of equal completion
// share a place, and what is unknown has none (0). 其中 items and the table's own
// row are not ranked.
func Ranks(t *Table, all []Standing) []int {
	out := make([]int, len(all))
	var order []int
	for i := range all {
		if ranked(t, &all[i]) {
			order = append(order, i)
		}
	}
	sort.SliceStable(order, func(a, b int) bool { return compare(&all[order[a]], &all[order[b]]) > 0 })
	for n, i := range order {
		out[i] = n + 1
		if n > 0 && compare(&all[order[n-1]], &all[i]) == 0 {
			out[i] = out[order[n-1]]
		}
	}
	return out
}

func ranked(t *Table, s *Standing) bool {
	return s.Row.PartOf == 0 && s.Rate >= 0 && (s.Row.Region != t.Region || s.Row.Partner != 0)
}

// compare is exact: actual ÷ target as fractions.
func compare(a, b *Standing) int {
	h1, l1 := bits.Mul64(uint64(a.Actual), uint64(b.Row.Value))
	h2, l2 := bits.Mul64(uint64(b.Actual), uint64(a.Row.Value))
	switch {
	case h1 != h2 && h1 > h2, h1 == h2 && l1 > l2:
		return 1
	case h1 == h2 && l1 == l2:
		return 0
	}
	return -1
}

// Assumed is what a what-if changes of one place: persons more (or fewer) than
// are done, and another target where Target is not -1.
type Assumed struct {
	Add    int64
	Target int64
}

// IfRow is a row of a what-if: as it is and as it would be.
type IfRow struct {
	Now, Then         Standing
	RankNow, RankThen int
	Assumed           Assumed
}

// If is a what-if over a table.
type If struct {
	Rows      []IfRow
	Whole     Standing // of the table's place, with the assumed rows added up
	HasWhole  bool
	Remainder int64 // target of the whole − assumed targets of the children; known where HasWhole
	Changed   bool
}

// WhatIf computes what completion, rank, forecast and remainder would be. It
// stores nothing.
func WhatIf(t *Table, all []Standing, pace Pace, m calendar.Month, assume map[region.Code]Assumed) If {
	var out If
	then := make([]Standing, len(all))
	var added, targets int64
	whole := Standing{Row: Row{Region: t.Region, Value: t.TotalValue, Printed: t.PrintedTotal}, Actual: -1, Rate: -1, Forecast: -1}
	for i, s := range all {
		then[i] = s
		r := s.Row
		switch {
		case r.PartOf == 0 && r.Region == t.Region && r.Partner == 0:
			whole = s
			continue
		case r.PartOf != 0 || r.Partner != 0:
			continue
		}
		a, ok := assume[r.Region]
		if !ok {
			a = Assumed{Target: -1}
		}
		if a.Target >= 0 {
			r.Value = a.Target
		}
		actual := s.Actual
		if actual >= 0 && a.Add != 0 {
			actual = max(0, actual+a.Add)
			added += actual - s.Actual
		}
		targets += max(r.Value, 0)
		out.Changed = out.Changed || r.Value != s.Row.Value || actual != s.Actual
		then[i] = pace.Stand(t, r, actual, m)
		then[i].Manual = s.Manual
	}
	now, next := Ranks(t, all), Ranks(t, then)
	for i := range all {
		if r := all[i].Row; r.PartOf != 0 || r.Partner != 0 || r.Region == t.Region {
			continue
		}
		a, ok := assume[all[i].Row.Region]
		if !ok {
			a = Assumed{Target: -1}
		}
		out.Rows = append(out.Rows, IfRow{Now: all[i], Then: then[i], RankNow: now[i], RankThen: next[i], Assumed: a})
	}
	if whole.Row.Value >= 0 {
		out.HasWhole, out.Remainder = true, whole.Row.Value-targets
		if whole.Actual >= 0 {
			whole.Actual += added
		}
		out.Whole = pace.Stand(t, whole.Row, whole.Actual, m)
	}
	return out
}
