package rollup

import (
	"context"
	"slices"
	"testing"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/month/monthtest"
	"wengang/internal/region"
	"wengang/internal/testkit"
)

// Cohorts against the sets of the registry's own lists: placed are the new
// people, in work those of them in the later month's list of 在岗.
func TestCohortsAgainstLists(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		st, s := setUp(t, d, 1500)
		closeAll(t, st, 202301, 202311)
		set := func(id string, at region.Code, m calendar.Month) map[int64]bool {
			out := map[int64]bool{}
			page, err := s.List(ctx, nation, []*indicator.Def{indicator.MustGet(id)}, at, m, AsClosed, Narrow{}, 0, 10_000)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range page.Members {
				out[x.PersonID] = true
			}
			return out
		}
		checked := 0
		for _, at := range []region.Code{region.Country, monthtest.City, monthtest.County, 371522103000, monthtest.Villages[0]} {
			steps, all, err := s.Cohorts(ctx, nation, CohortQuery{At: at, From: 202302, To: 202312})
			if err != nil || !slices.Equal(steps, []int{1, 3, 6, 12}) {
				t.Fatal(steps, err)
			}
			counties := s.under(at)
			if len(all) != 11 {
				t.Fatalf("%s: %d cohorts", at, len(all))
			}
			for _, c := range all {
				if c.Month == 202312 {
					if c.Missing != NotClosed {
						t.Errorf("%s %s: %q, want open", at, c.Month, c.Missing)
					}
					continue
				}
				placed := s.begun(t, at, c.Month)
				if c.Placed != int64(len(placed)) {
					t.Errorf("%s %s: %d placed, want %d", at, c.Month, c.Placed, len(placed))
				}
				for i, n := range steps {
					x, later := c.Steps[i], c.Month.Add(n)
					if later > 202311 {
						if x.Missing != NotClosed && x.Missing != NotCome {
							t.Errorf("%s %s +%d: %q", at, c.Month, n, x.Missing)
						}
						continue
					}
					if x.Missing != "" || x.InWork+x.Idle+x.Away != c.Placed || x.Unbroken > x.InWork || x.OneJob > x.Unbroken {
						t.Errorf("%s %s +%d: %+v of %d", at, c.Month, n, x, c.Placed)
					}
					in, whole := int64(0), int64(0)
					for id := range placed {
						ok, all := false, true
						for m := c.Month.Add(1); m <= later; m = m.Add(1) {
							ok = false
							for _, county := range counties {
								ok = ok || set("working", county, m)[id]
							}
							all = all && ok
						}
						if ok {
							in++
						}
						if all {
							whole++
						}
					}
					if x.InWork != in || x.Unbroken != whole {
						t.Errorf("%s %s +%d: %d in work, %d unbroken; want %d, %d", at, c.Month, n, x.InWork, x.Unbroken, in, whole)
					}
					checked += int(in)
					for part, want := range map[CohortPart]int64{InWork: x.InWork, Unbroken: x.Unbroken, OneJob: x.OneJob, Idle: x.Idle, Away: x.Away, Placed: c.Placed} {
						cell := CohortCell{Query: CohortQuery{At: at, From: c.Month, To: c.Month}, Key: AnyKey, After: n, Part: part}
						page, err := s.ListCohort(ctx, nation, cell, 0, 1000)
						if err != nil || int64(page.Total) != want || int64(len(page.Members)) != want {
							t.Errorf("%s %s +%d %s: list of %d (%d rows), want %d; %v", at, c.Month, n, part, page.Total, len(page.Members), want, err)
						}
					}
				}
			}
			for _, by := range []Dim{DimChannel, DimPlaceClass} {
				_, parts, err := s.Cohorts(ctx, nation, CohortQuery{At: at, From: 202302, To: 202308, By: by})
				if err != nil {
					t.Fatal(err)
				}
				for i := range steps {
					placed, sum := CohortTotal(parts, AnyKey, i)
					whole, of := CohortTotal(slices.DeleteFunc(slices.Clone(all), func(c Cohort) bool { return c.Month > 202308 }), AnyKey, i)
					if placed != whole || sum != of {
						t.Errorf("%s by %s, step %d: %d %+v, whole %d %+v", at, by, i, placed, sum, whole, of)
					}
				}
			}
		}
		if checked < 100 {
			t.Errorf("only %d retained people were looked at", checked)
		}
	})
}

// begun are the people with new work at a place, movers among them, out of the
// rows themselves.
func (s *Service) begun(t *testing.T, at region.Code, m calendar.Month) map[int64]bool {
	t.Helper()
	out := map[int64]bool{}
	entries, err := s.entries(context.Background(), at, m, AsClosed)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		for v, village := range e.block.villages {
			for i := e.block.start[v]; i < e.block.start[v+1]; i++ {
				f := indicator.FlagsOf(e.block.keys[e.block.shape[i]])
				if at.Contains(village) && f&fact.Counted != 0 && f&fact.NewWork != 0 {
					out[int64(e.block.person[i])] = true
				}
			}
		}
	}
	return out
}

// The list behind a cohort of a village tells of those who live elsewhere by
// then what the month of their placement had, not where they are now.
func TestCohortListKeepsToTheScope(t *testing.T) {
	ctx := context.Background()
	d := testkit.SQLite(t)
	st, s := setUp(t, d, 6000)
	closeAll(t, st, 202301, 202311)
	elsewhere := 0
	for _, at := range monthtest.Villages {
		for m := calendar.Month(202302); m <= 202308; m = m.Add(1) {
			q := CohortQuery{At: at, From: m, To: m}
			for _, part := range []CohortPart{InWork, Idle} {
				page, err := s.ListCohort(ctx, region.ScopeOf(at), CohortCell{Query: q, Key: AnyKey, After: 3, Part: part}, 0, 1000)
				if err != nil {
					t.Fatal(err)
				}
				if page.Total != len(page.Members) {
					t.Errorf("%s %s: %d of %d listed", at, m, len(page.Members), page.Total)
				}
				for _, x := range page.Members {
					if x.Village != at {
						t.Errorf("%s %s: person %d is listed at %s", at, m, x.PersonID, x.Village)
					}
				}
				wide, err := s.ListCohort(ctx, nation, CohortCell{Query: q, Key: AnyKey, After: 3, Part: part}, 0, 1000)
				if err != nil || wide.Total != page.Total {
					t.Fatal(wide.Total, page.Total, err)
				}
				for _, x := range wide.Members {
					if x.Village != at {
						elsewhere++
					}
				}
			}
		}
	}
	if elsewhere == 0 {
		t.Error("nobody moved: nothing was looked at")
	}
}

// What cannot be compared is not: another calibre, older facts, a hole.
func TestCohortsRefuse(t *testing.T) {
	ctx := context.Background()
	d := testkit.SQLite(t)
	st, s := setUp(t, d, 400)
	closeAll(t, st, 202305, 202311)
	mend := func(settings string, m calendar.Month) {
		err := d.Tx(ctx, func(tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE month_close SET settings = $1 WHERE month = $2`, settings, int32(m))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	mend("", 202308)
	mend("facts=2;month.posts_count=0", 202311)
	_, all, err := s.Cohorts(ctx, nation, CohortQuery{At: monthtest.City, From: 202303, To: 202310})
	if err != nil {
		t.Fatal(err)
	}
	by := map[calendar.Month]Cohort{}
	for _, c := range all {
		by[c.Month] = c
	}
	for _, c := range []struct {
		story    string
		at       calendar.Month
		step     int
		missing  Missing
		whole    bool
		unbroken bool
		one      bool
	}{
		{"before the records", 202304, 0, NoRecords, false, false, false},
		{"one month on, all told", 202306, 0, "", true, true, true},
		{"through a month that does not tell of jobs", 202306, 1, "", true, true, false},
		{"into another calibre", 202310, 0, Otherwise, false, false, false},
		{"into a month that has not come", 202310, 3, NotCome, false, false, false},
		{"into the open month", 202309, 1, NotClosed, false, false, false},
	} {
		x := by[c.at].Steps[c.step]
		if x.Missing != c.missing || c.whole && (x.Unbroken < 0) == c.unbroken || c.whole && (x.OneJob < 0) == c.one {
			t.Errorf("%s: %+v", c.story, x)
		}
	}
	for _, c := range []struct {
		q     CohortQuery
		scope region.Scope
		want  fault.Kind
	}{
		{CohortQuery{At: monthtest.County, From: 202301, To: 202301}, region.ScopeOf(monthtest.Neighbour), fault.NotFound},
		{CohortQuery{At: monthtest.County, From: 202101, To: 202312}, nation, fault.Invalid},
		{CohortQuery{At: monthtest.County, From: 202302, To: 202301}, nation, fault.Invalid},
		{CohortQuery{At: monthtest.County, From: 202301, To: 202302, By: DimSex}, nation, fault.Invalid},
	} {
		if _, _, err := s.Cohorts(ctx, c.scope, c.q); !fault.Is(err, c.want) {
			t.Errorf("%+v: %v", c.q, err)
		}
	}
	cell := CohortCell{Query: CohortQuery{At: monthtest.County, From: 202306, To: 202306}, Key: AnyKey, After: 1, Part: InWork}
	if _, err := s.ListCohort(ctx, region.ScopeOf(monthtest.Neighbour), cell, 0, 10); !fault.Is(err, fault.NotFound) {
		t.Errorf("list out of scope: %v", err)
	}
	cell.After, cell.Part = 3, OneJob
	if _, err := s.ListCohort(ctx, nation, cell, 0, 10); !fault.Is(err, fault.NotFound) {
		t.Errorf("a list of what is not known: %v", err)
	}
}
