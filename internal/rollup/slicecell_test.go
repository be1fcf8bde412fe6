package rollup_test

import (
	"context"
	"testing"

	"wengang/internal/indicator"
	"wengang/internal/month"
	"wengang/internal/month/monthtest"
	"wengang/internal/region"
	"wengang/internal/rollup"
	"wengang/internal/testkit"
)

// Cells of two dimensions, added up along one, are what the question by that
// dimension alone answers, in every figure.
func TestAlongIsTheOtherQuestion(t *testing.T) {
	d := testkit.SQLite(t)
	monthtest.Fill(t, d, 5, 600)
	s := rollup.New(d, month.New(d, &monthtest.Audit{}))
	ctx, scope := context.Background(), region.ScopeOf(monthtest.City)
	ask := func(by ...rollup.Dim) rollup.Sliced {
		t.Helper()
		a, err := s.Slice(ctx, scope, rollup.Query{At: monthtest.City, Month: 202311, By: by})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	for _, by := range [][]rollup.Dim{{rollup.DimPlace, rollup.DimChannel}, {rollup.DimAge, rollup.DimPlaceClass}, {rollup.DimKind, rollup.DimClass}} {
		two := ask(by...)
		for i := range by {
			got, ok := two.Along(i)
			if ok == by[1-i].Overlaps() {
				t.Errorf("%v along %d: %v", by, i, ok)
			}
			if !ok {
				continue
			}
			want := ask(by[i])
			if len(got.Cells) != len(want.Cells) {
				t.Fatalf("%v along %d: %d cells, want %d", by, i, len(got.Cells), len(want.Cells))
			}
			for k := range want.Cells {
				for _, def := range indicator.All() {
					if def.Kind == indicator.Absorb || def.Kind == indicator.Move {
						continue
					}
					if g, w := got.Cells[k].Value(def), want.Cells[k].Value(def); g != w || got.Cells[k].Keys[0] != want.Cells[k].Keys[0] {
						t.Errorf("%v along %d, %s of %v: %+v, want %+v", by, i, def.ID, want.Cells[k].Keys, g, w)
					}
				}
			}
		}
	}
	if c := two(t, s, scope).At(99, 99); c.Rows == 0 || c.N("registered") != 0 {
		t.Errorf("a cell without people: %+v", c)
	}
}

func two(t *testing.T, s *rollup.Service, scope region.Scope) *rollup.Sliced {
	t.Helper()
	a, err := s.Slice(context.Background(), scope, rollup.Query{At: monthtest.City, Month: 202311, By: []rollup.Dim{rollup.DimAge, rollup.DimSex}})
	if err != nil {
		t.Fatal(err)
	}
	return &a
}
