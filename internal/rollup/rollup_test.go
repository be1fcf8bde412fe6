package rollup

import (
	"context"
	"fmt"
	"testing"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/month"
	"wengang/internal/month/monthtest"
	"wengang/internal/region"
	"wengang/internal/testkit"
)

func setUp(t *testing.T, d *db.DB, people int) (*month.Store, *Service) {
	t.Helper()
	monthtest.Fill(t, d, 11, people)
	st := month.New(d, &monthtest.Audit{})
	return st, New(d, st)
}

func closeAll(t *testing.T, st *month.Store, from, to calendar.Month) {
	t.Helper()
	for m := from; m <= to; m = m.Add(1) {
		if err := st.CloseAll(context.Background(), account.LocalOperator(region.Country), region.Country, m, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// Columns, SQL and a scan of the rows by hand must agree at every place.
func TestFiguresThreeWays(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		st, s := setUp(t, d, 1500)
		closeAll(t, st, 202209, 202311)
		diffs, err := s.Verify(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for i, df := range diffs {
			if i < 20 {
				t.Errorf("verify: %s", df)
			}
		}
		for _, m := range []calendar.Month{202211, 202311, 202312} {
			var rows []fact.PersonMonth
			for _, c := range []region.Code{monthtest.County, monthtest.Neighbour, monthtest.Elsewhere} {
				if m < 202312 {
					err = st.Rows(ctx, nation, c, m, func(p *fact.PersonMonth) error { rows = append(rows, *p); return nil })
				} else {
					var live [][]fact.PersonMonth
					live, err = st.Live(ctx, nation, c, []calendar.Month{m})
					if err == nil {
						rows = append(rows, live[0]...)
					}
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			for _, at := range append([]region.Code{region.Country, 370000000000, monthtest.City, monthtest.County, monthtest.Neighbour,
				371522103000, monthtest.Elsewhere}, monthtest.Villages...) {
				f, err := s.Figures(ctx, nation, at, m, AsClosed)
				if err != nil {
					t.Fatal(err)
				}
				for _, def := range indicator.All() {
					if def.Kind == indicator.Ratio || def.Kind == indicator.Absorb {
						continue
					}
					if got, want := f.Value(def).N, naive(rows, def, at); got != want {
						t.Errorf("%s %s %s: got %d, want %d", m, at, def.ID, got, want)
					}
					set, err := s.Members(ctx, nation, def, at, m, AsClosed)
					if err != nil {
						t.Fatal(err)
					}
					if def.Unit == indicator.Persons && int64(set.GetCardinality()) != f.Value(def).N {
						t.Errorf("%s %s %s: %d members behind %d", m, at, def.ID, set.GetCardinality(), f.Value(def).N)
					}
				}
				absorbed, err := s.Absorbed(ctx, nation, at, m, AsClosed)
				if err != nil {
					t.Fatal(err)
				}
				for id, n := range absorbed {
					def := indicator.MustGet(id)
					if want := naiveAbsorbed(rows, def, at); n != want {
						t.Errorf("%s %s %s: got %d, want %d", m, at, id, n, want)
					}
					if list, err := s.List(ctx, nation, []*indicator.Def{def}, at, m, AsClosed, Narrow{}, 0, 5000); err != nil || int64(list.Total) != n {
						t.Errorf("%s %s %s: list of %d, want %d (%v)", m, at, id, list.Total, n, err)
					}
				}
			}
		}
	})
}

// naive counts by plain conditions on the flags, apart from the registry's
// tests wherever the words of the semantics allow it.
func naive(rows []fact.PersonMonth, d *indicator.Def, at region.Code) (n int64) {
	for i := range rows {
		p := &rows[i]
		has := func(f fact.Flag) bool { return p.Flags&f == f }
		here, there := at.Contains(p.Village), p.From != 0 && at.Contains(p.From)
		left := has(fact.MovedOut)
		was := has(fact.Working) && !has(fact.NewWork) || has(fact.LeftWork)
		switch d.ID {
		case "moved_in":
			if has(fact.MovedIn) && here && !there {
				n++
			}
		case "moved_in_working":
			if has(fact.MovedIn|fact.Working) && here && !there {
				n++
			}
		case "moved_out", "moved_out_working":
			same := countyOf(p.Village) == countyOf(p.From)
			if (left && here && !there || has(fact.MovedIn) && same && !here && there) && (d.ID == "moved_out" || was) {
				n++
			}
		case "new_work":
			if has(fact.Counted|fact.NewWork) && here && (p.From == 0 || there) {
				n++
			}
		case "left_work":
			if has(fact.Counted|fact.LeftWork) && here && (p.From == 0 || there) {
				n++
			}
		case "income_total":
			if here && has(fact.Counted|fact.Working) && p.WageFen > 0 {
				n += p.WageFen
			}
		case "working":
			if here && has(fact.Counted|fact.Working) {
				n++
			}
		case "worked_year":
			if here && has(fact.WorkedYear) && (has(fact.Counted) || has(fact.Dead)) {
				n++
			}
		case "jobless":
			if here && has(fact.Counted|fact.Jobless) && p.Status == fact.StatusJobless && has(fact.Able|fact.Willing) && !has(fact.Unverified) {
				n++
			}
		case "kept_working":
			if here && has(fact.Counted|fact.Working) && !has(fact.NewWork) && !has(fact.Entered) && (p.From == 0 || there) {
				n++
			}
		case "year_new":
			if here && has(fact.WorkedYear) && !has(fact.LastYear) && (has(fact.Counted) || has(fact.Dead)) {
				n++
			}
		case "stable_6":
			if here && has(fact.Counted|fact.Working) && p.StableMonths >= 6 {
				n++
			}
		case "months_3_5":
			if here && has(fact.WorkedYear) && (has(fact.Counted) || has(fact.Dead)) && p.MonthsWorked >= 3 && p.MonthsWorked <= 5 {
				n++
			}
		default:
			k := indicator.KeyOf(p)
			if here && d.Holds(k) || here && there && !left && d.Moved(k) {
				n++
			}
		}
	}
	return n
}

func naiveAbsorbed(rows []fact.PersonMonth, d *indicator.Def, at region.Code) (n int64) {
	for i := range rows {
		p := &rows[i]
		place, holds := p.Place, p.Flags&(fact.Counted|fact.Working) == fact.Counted|fact.Working
		if d.YearEnd {
			place, holds = p.YearPlace, p.Flags&fact.WorkedYear != 0 && p.Flags&(fact.Counted|fact.Dead) != 0
		}
		if d.MidWest && p.Village.At(region.Province) != 410000000000 {
			continue
		}
		if holds && place != 0 && at.Contains(place) {
			n++
		}
	}
	return n
}

func TestExplanationAddsUp(t *testing.T) {
	ctx := context.Background()
	d := testkit.SQLite(t)
	st, s := setUp(t, d, 3000)
	closeAll(t, st, 202211, 202311)
	for _, at := range []region.Code{region.Country, monthtest.City, monthtest.County, 371522103000} {
		var children []region.Code
		switch at {
		case region.Country:
			children = []region.Code{370000000000, 410000000000}
		case monthtest.City:
			children = []region.Code{monthtest.Neighbour, monthtest.County}
		case monthtest.County:
			children = []region.Code{371522103000, 371522104000, 371522105000}
		default:
			children = monthtest.Villages[:2]
		}
		for m := calendar.Month(202212); m <= 202312; m = m.Add(1) {
			for _, id := range []string{"working", "stable", "worked_year", "registered", "unverified", "jobless"} {
				def := indicator.MustGet(id)
				x, err := s.Explain(ctx, nation, def, at, children, m, AsClosed)
				if err != nil {
					t.Fatal(err)
				}
				now, _ := s.Figures(ctx, nation, at, m, AsClosed)
				was, _ := s.Figures(ctx, nation, at, m.Add(-1), AsClosed)
				where := fmt.Sprintf("%s %s %s", at, m, id)
				if x.Whole.From != was.Value(def).N || x.Whole.To != now.Value(def).N {
					t.Fatalf("%s: whole %d → %d, figures %d → %d", where, x.Whole.From, x.Whole.To, was.Value(def).N, now.Value(def).N)
				}
				sum := int64(0)
				for i := range x.Parts {
					sum += x.Parts[i].Delta()
					adds(t, where, &x.Parts[i])
				}
				if sum != x.Whole.Delta() {
					t.Errorf("%s: parts make %d of %d", where, sum, x.Whole.Delta())
				}
				adds(t, where, &x.Whole)
				if id != "working" {
					continue
				}
				for cause, ids := range map[Cause][]string{Began: {"new_work"}, Entered: {"entered_working"}, MovedIn: {"moved_in_working"},
					Ended: {"left_work"}, Died: {"died_working"}, Gone: {"gone_working"}, MovedOut: {"moved_out_working"}} {
					if got, want := x.Whole.By[cause], now.N(ids[0]); got != want {
						t.Errorf("%s: %s %d, indicator %d", where, cause, got, want)
					}
				}
			}
		}
	}
}

func adds(t *testing.T, where string, p *Part) {
	t.Helper()
	in := p.By[Began] + p.By[Entered] + p.By[MovedIn]
	out := p.By[Ended] + p.By[Died] + p.By[Gone] + p.By[MovedOut]
	if p.From+in-out != p.To {
		t.Errorf("%s, part %s: %d + %d − %d is not %d", where, p.Region, p.From, in, out, p.To)
	}
}

// A scope that does not hold the place finds nothing, on every method.
func TestScope(t *testing.T) {
	ctx := context.Background()
	d := testkit.SQLite(t)
	_, s := setUp(t, d, 200)
	def := indicator.MustGet("working")
	const m = calendar.Month(202311)
	for name, scope := range map[string]region.Scope{"none": {}, "neighbour": region.ScopeOf(monthtest.Neighbour)} {
		for call, err := range map[string]error{
			"figures":  second(s.Figures(ctx, scope, monthtest.County, m, AsClosed)),
			"series":   second(s.Series(ctx, scope, monthtest.County, m, 3, AsClosed)),
			"at":       second(s.At(ctx, scope, []region.Code{monthtest.County}, m, AsClosed)),
			"members":  second(s.Members(ctx, scope, def, monthtest.County, m, AsClosed)),
			"list":     second(s.List(ctx, scope, []*indicator.Def{def}, monthtest.County, m, AsClosed, Narrow{}, 0, 10)),
			"absorbed": second(s.Absorbed(ctx, scope, monthtest.County, m, AsClosed)),
			"value":    second(s.Value(ctx, scope, def, monthtest.County, m, AsClosed)),
			"explain":  second(s.Explain(ctx, scope, def, monthtest.County, nil, m, AsClosed)),
			"dests":    second(s.Destinations(ctx, scope, monthtest.County, m, AsClosed)),
			"matrix":   second(s.Matrix(ctx, scope, monthtest.County, nil, m, AsClosed)),
			"above":    second(s.Figures(ctx, scope, monthtest.City, m, AsClosed)),
		} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s with scope %s: got %v, want not found", call, name, err)
			}
		}
	}
}

func second[T any](_ T, err error) error { return err }
