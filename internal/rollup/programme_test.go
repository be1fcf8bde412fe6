package rollup

import (
	"context"
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

// rolls holds every third person in one programme, every seventh in another.
type rolls struct{}

func (rolls) ProgrammePeople(context.Context, region.Scope, calendar.Date) (map[string][]int64, error) {
	out := map[string][]int64{"training": {}}
	for id := int64(0); id < 5000; id++ {
		if id%3 == 0 {
			out["workshop"] = append(out["workshop"], id)
		}
		if id%7 == 0 {
			out["post"] = append(out["post"], id)
		}
	}
	return out, nil
}

// The figures of programmes against a scan of the rows, each with its list.
func TestProgrammes(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		st, s := setUp(t, d, 1500)
		closeAll(t, st, 202310, 202311)
		if none, err := s.ByProgramme(ctx, nation, monthtest.County, 202311, AsClosed); err != nil || len(none) != 0 {
			t.Fatalf("without rolls: %v, %v", none, err)
		}
		s.UseProgrammes(rolls{})
		for _, at := range []region.Code{region.Country, monthtest.County, 371522103000, monthtest.Villages[0]} {
			all, err := s.ByProgramme(ctx, nation, at, 202311, AsClosed)
			if err != nil || len(all) != 2 {
				t.Fatalf("%s: %d programmes, %v", at, len(all), err)
			}
			for i := range all {
				p := &all[i]
				by := map[string]int64{"post": 7, "workshop": 3}[p.Kind]
				want := map[string]int64{}
				for _, county := range s.under(at) {
					err := st.Rows(ctx, nation, county, 202311, func(r *fact.PersonMonth) error {
						if r.PersonID%by != 0 || !at.Contains(r.Village) {
							return nil
						}
						for _, d := range indicator.Counts() {
							if d.Holds(indicator.KeyOf(r)) {
								want[d.ID]++
							}
						}
						if r.Flags&(fact.Counted|fact.Working) == fact.Counted|fact.Working && r.WageFen > 0 {
							want["income_total"] += r.WageFen
						}
						return nil
					})
					if err != nil {
						t.Fatal(err)
					}
				}
				for _, id := range []string{"registered", "working", "worked_year", "stable", "stable_6", "income_total", "jobless"} {
					if got := p.N(id); got != want[id] {
						t.Errorf("%s %s %s: %d, want %d", at, p.Kind, id, got, want[id])
					}
				}
				for _, d := range indicator.Counts() { // also of the dead, who stay in the year's counts
					page, err := s.ListProgramme(ctx, nation, p.Kind, d, false, at, 202311, AsClosed, 0, 5000)
					if err != nil || int64(page.Total) != p.N(d.ID) && p.Value(d).Known {
						t.Errorf("%s %s %s: list of %d, figure of %d; %v", at, p.Kind, d.ID, page.Total, p.N(d.ID), err)
					}
				}
				working := indicator.MustGet("working")
				for without, n := range map[bool]int64{false: want["working"], true: want["registered"] - want["working"]} {
					page, err := s.ListProgramme(ctx, nation, p.Kind, working, without, at, 202311, AsClosed, 0, 5000)
					if err != nil || int64(page.Total) != n || int64(len(page.Members)) != n {
						t.Errorf("%s %s without %v: list of %d, want %d; %v", at, p.Kind, without, page.Total, n, err)
					}
				}
			}
		}
		other, working := region.ScopeOf(monthtest.Neighbour), indicator.MustGet("working")
		if _, err := s.ByProgramme(ctx, other, monthtest.County, 202311, AsClosed); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if _, err := s.ListProgramme(ctx, other, "post", working, false, monthtest.County, 202311, AsClosed, 0, 10); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if _, err := s.ListProgramme(ctx, nation, "base", working, false, monthtest.County, 202311, AsClosed, 0, 10); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}
