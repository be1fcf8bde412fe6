package e2e

import (
	"context"
	"slices"
	"testing"

	"wengang/internal/indicator"
	"wengang/internal/region"
	"wengang/internal/rollup"
)

// lists: the people behind a figure are as many as the figure says, for every
// indicator of the city, of every county and unit and of some villages; and who
// works in the own county is among those whom the county absorbs.
func (w *world) lists(t *testing.T) {
	ctx, m := context.Background(), w.manifest.End
	places := append([]region.Code{w.manifest.Region}, w.manifest.Counties...)
	var villages []region.Code
	for v := range w.truth.Villages {
		villages = append(villages, v)
	}
	slices.Sort(villages)
	for i := 0; i < len(villages); i += len(villages) / 20 {
		places = append(places, villages[i])
	}
	w.absorbed = map[region.Code]map[string]int64{}
	all, err := w.Rollup.At(ctx, everywhere, places, m, rollup.AsClosed)
	if err != nil {
		t.Fatal(err)
	}
	opened := 0
	for i := range all {
		f := &all[i]
		for _, d := range measured {
			if d.Kind != indicator.Count {
				continue
			}
			set, err := w.Rollup.Members(ctx, everywhere, d.Members(), f.Region, m, rollup.AsClosed)
			if err != nil {
				t.Fatal(err)
			}
			if opened++; int64(set.GetCardinality()) != f.N(d.ID) {
				t.Errorf("%s %s: %d people behind %d", f.Region, d.ID, set.GetCardinality(), f.N(d.ID))
			}
		}
		if f.Region.Level() > region.County {
			continue
		}
		got, err := w.Rollup.Absorbed(ctx, everywhere, f.Region, m, rollup.AsClosed)
		if err != nil {
			t.Fatal(err)
		}
		w.absorbed[f.Region] = got
		if got["absorbed"] < f.N("working_inside") || got["absorbed"] == 0 || got["absorbed_year"] < f.N("year_inside") {
			t.Errorf("%s absorbs %v, of its own %d now and %d in the year", f.Region, got, f.N("working_inside"), f.N("year_inside"))
		}
	}
	t.Logf("%d lists opened", opened)
}
