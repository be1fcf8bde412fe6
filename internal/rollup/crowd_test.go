package rollup

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/indicator"
	"wengang/internal/month/monthtest"
	"wengang/internal/region"
	"wengang/internal/testkit"
)

// Many ask one cache that may hold next to nothing, while others edit, close
// and reopen: rows are let go, mended and read again all the time. No answer is
// older than the database, every slice adds up, and each list is as long as its
// figure was a moment before or after.
func TestACrowdAtASmallCache(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		st, first := setUp(t, d, 300)
		closeAll(t, st, 202310, 202310)
		const open = calendar.Month(202312)
		people := earners(t, d, first, open)
		before, err := first.Figures(ctx, nation, region.Country, open, AsClosed)
		if err != nil {
			t.Fatal(err)
		}
		base := before.N("income_total")
		s := New(d, st)
		s.SetCache(1)
		var committed, begun atomic.Int64
		var stop atomic.Bool
		var writers, readers sync.WaitGroup
		for w := range 2 {
			writers.Go(func() {
				for i := range 10 {
					begun.Add(raiseFen)
					if err := raise(ctx, d, people[(i*2+w)%len(people)], raiseFen, time.Duration(i%3)*time.Millisecond); err != nil {
						t.Error(err)
						return
					}
					committed.Add(raiseFen)
				}
			})
		}
		writers.Go(func() {
			op := account.LocalOperator(region.Country)
			for range 3 {
				if err := st.Close(ctx, op, monthtest.County, 202311); err != nil {
					t.Error(err)
					return
				}
				if err := st.Reopen(ctx, op, monthtest.County, 202311, "补录"); err != nil {
					t.Error(err)
					return
				}
			}
		})
		working := indicator.MustGet("working")
		ask := func(rng *rand.Rand) bool {
			low := committed.Load()
			var got int64
			switch rng.IntN(4) {
			case 0:
				f, err := s.Figures(ctx, nation, region.Country, open, AsKnown)
				if err != nil {
					t.Error(err)
					return false
				}
				got = f.N("income_total") - base
			case 1:
				x, err := s.Slice(ctx, nation, Query{At: region.Country, Month: open, By: []Dim{DimSkill, DimPlace}})
				if err != nil {
					t.Error(err)
					return false
				}
				sum := int64(0)
				for i := range x.Cells {
					sum += x.Cells[i].N("income_total")
				}
				if got = x.Whole.N("income_total"); sum != got {
					t.Errorf("cells make %d of %d", sum, got)
				}
				got -= base
			case 2:
				if _, err := s.Series(ctx, nation, monthtest.City, open, 3, View(rng.IntN(2))); err != nil {
					t.Error(err)
				}
				return true
			default:
				page, err := s.List(ctx, nation, []*indicator.Def{working}, monthtest.County, 202310, AsKnown, Narrow{}, 0, 50)
				if err != nil || page.Total == 0 {
					t.Errorf("%d listed, %v", page.Total, err)
				}
				return err == nil
			}
			if high := begun.Load(); got < low || got > high {
				t.Errorf("answered %d, committed before %d, begun by then %d", got, low, high)
				return false
			}
			return true
		}
		for r := range 4 {
			readers.Go(func() {
				rng := rand.New(rand.NewPCG(uint64(r), 8))
				for last := false; ask(rng) && !last; {
					last = stop.Load()
				}
			})
		}
		writers.Wait()
		stop.Store(true)
		readers.Wait()
		f, err := s.Figures(ctx, nation, region.Country, open, AsClosed)
		if got := f.N("income_total") - base; err != nil || got != committed.Load() {
			t.Errorf("at last %d, committed %d (%v)", got, committed.Load(), err)
		}
		a, err := s.Series(ctx, nation, region.Country, open, 3, AsKnown)
		b, err2 := New(d, st).Series(ctx, nation, region.Country, open, 3, AsKnown)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		for i := range a {
			if a[i].Closed != b[i].Closed || a[i].N("working") != b[i].N("working") {
				t.Errorf("%s: closed %v with %d at work; a fresh cache says %v and %d", a[i].Month, a[i].Closed, a[i].N("working"), b[i].Closed, b[i].N("working"))
			}
		}
	})
}
