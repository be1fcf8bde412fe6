package rollup

import (
	"context"
	"math/rand/v2"
	"reflect"
	"testing"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/indicator"
	"wengang/internal/month/monthtest"
	"wengang/internal/region"
	"wengang/internal/testkit"
)

// A cache that may hold next to nothing answers what one without bounds does,
// through edits, and stays within its bounds.
func TestCacheBudget(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		st, wide := setUp(t, d, 500)
		closeAll(t, st, 202307, 202310)
		rng := rand.New(rand.NewPCG(9, 9))
		small := New(d, st)
		small.SetCache(1)
		working := indicator.MustGet("working")
		places := append([]region.Code{region.Country, monthtest.City, monthtest.County, 371522103000}, monthtest.Villages...)
		for range 12 {
			at := places[rng.IntN(len(places))]
			m := calendar.Month(202308).Add(rng.IntN(5))
			view := View(rng.IntN(2))
			same := func(what string, a, b any, e1, e2 error) {
				t.Helper()
				if e1 != nil || e2 != nil || !reflect.DeepEqual(a, b) {
					t.Fatalf("%s of %s in %s differ: %v, %v", what, at, m, e1, e2)
				}
			}
			a, e1 := small.Series(ctx, nation, at, m, 5, view)
			b, e2 := wide.Series(ctx, nation, at, m, 5, view)
			same("series", a, b, e1, e2)
			x, e1 := small.Slice(ctx, nation, Query{At: at, Month: m, View: view, By: []Dim{DimSkill}})
			y, e2 := wide.Slice(ctx, nation, Query{At: at, Month: m, View: view, By: []Dim{DimSkill}})
			same("slices", x, y, e1, e2)
			p, e1 := small.Members(ctx, nation, working, at, m, view)
			q, e2 := wide.Members(ctx, nation, working, at, m, view)
			same("members", p, q, e1, e2)
			if n := small.recent.Len(); n > 1 {
				t.Fatalf("%d blocks held of a budget for none", n)
			}
			err := d.Tx(ctx, func(tx *db.Tx) error { return randomEdit(ctx, tx, st, rng) })
			if err != nil {
				t.Fatal(err)
			}
		}
		held := int64(0)
		for _, e := range wide.blocks {
			if e.use != nil {
				held += e.block.bytes()
			}
		}
		if held != wide.held || wide.recent.Len() == 0 {
			t.Errorf("books say %d bytes in %d blocks, there are %d", wide.held, wide.recent.Len(), held)
		}
		wide.SetCache(0)
		if wide.held != 0 || wide.recent.Len() != 0 {
			t.Errorf("%d bytes in %d blocks stay of none", wide.held, wide.recent.Len())
		}
	})
}

// A series of a county reads every month and keeps no rows but those that the
// budget has room for.
func TestSeriesLetsRowsGo(t *testing.T) {
	ctx := context.Background()
	d := testkit.SQLite(t)
	st, s := setUp(t, d, 500)
	closeAll(t, st, 202301, 202310)
	if _, err := s.Series(ctx, nation, monthtest.County, 202310, 2, AsClosed); err != nil {
		t.Fatal(err)
	}
	s.SetCache(s.held) // two months
	all, err := s.Series(ctx, nation, monthtest.City, 202310, 10, AsClosed)
	if err != nil || len(all) != 10 || all[0].Rows == 0 {
		t.Fatalf("series of %d months: %v", len(all), err)
	}
	if s.held > s.budget {
		t.Errorf("%d bytes held of %d", s.held, s.budget)
	}
	lean := 0
	for _, e := range s.blocks {
		if e.lean() {
			lean++
		}
	}
	if lean == 0 {
		t.Error("no month without rows")
	}
}
