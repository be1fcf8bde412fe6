package rollup

import (
	"context"
	"slices"
	"testing"

	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/month/monthtest"
	"wengang/internal/region"
	"wengang/internal/setting"
	"wengang/internal/testkit"
)

func TestTally(t *testing.T) {
	bands := bandsOf(setting.Values{}.With(BandFirst, 100).With(BandStep, 50).With(BandCount, 4))
	for i, want := range []Band{{0, 100, 0}, {100, 150, 0}, {150, 200, 0}, {200, 0, 0}} {
		if bands[i] != want {
			t.Errorf("band %d: %+v", i, bands[i])
		}
	}
	for _, c := range []struct {
		values         []int64
		working        int64
		q1, median, q3 int64
		mean           int64
		bands          []int64
	}{
		{nil, 3, -1, -1, -1, -1, []int64{0, 0, 0, 0}},
		{[]int64{7}, 1, 7, 7, 7, 7, []int64{1, 0, 0, 0}},
		{[]int64{1, 2}, 2, 1, 2, 2, 2, []int64{2, 0, 0, 0}}, // 1.5 rounds up to the fen
		{[]int64{99, 100, 149, 150}, 9, 99, 125, 149, 125, []int64{1, 2, 1, 0}},
		{[]int64{200, 200, 200, 5000}, 4, 200, 200, 200, 1400, []int64{0, 0, 0, 4}},
		{[]int64{0, 0, 10, 1000, 1001}, 5, 0, 10, 1000, 402, []int64{3, 0, 0, 2}},
	} {
		ta := tally{working: c.working, by: map[int64]int64{}}
		for _, v := range c.values {
			ta.by[v]++
		}
		x := ta.spread(1, bands)
		var n []int64
		for _, b := range x.Bands {
			n = append(n, b.N)
		}
		if x.Q1 != c.q1 || x.Median != c.median || x.Q3 != c.q3 || x.Mean() != c.mean || !slices.Equal(n, c.bands) ||
			x.Known != int64(len(c.values)) || x.Unknown() != c.working-int64(len(c.values)) {
			t.Errorf("%v: %+v mean %d", c.values, x, x.Mean())
		}
	}
}

// The distribution against the figures and against a scan of the rows.
func TestSpreadsAgainstFigures(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		st, s := setUp(t, d, 1500)
		closeAll(t, st, 202310, 202311)
		for _, at := range []region.Code{region.Country, monthtest.City, monthtest.County, 371522103000, monthtest.Villages[0]} {
			f, err := s.Figures(ctx, nation, at, 202311, AsClosed)
			if err != nil {
				t.Fatal(err)
			}
			var wages []int64
			for _, county := range s.under(at) {
				err := st.Rows(ctx, nation, county, 202311, func(p *fact.PersonMonth) error {
					if at.Contains(p.Village) && p.Flags&(fact.Counted|fact.Working) == fact.Counted|fact.Working && p.WageFen >= 0 {
						wages = append(wages, p.WageFen)
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			slices.Sort(wages)
			for _, by := range []Dim{DimPlace, DimChannel, DimPlaceClass} {
				whole, parts, err := s.Spreads(ctx, nation, at, by, monthtest.Villages, 202311, AsClosed)
				if err != nil {
					t.Fatal(err)
				}
				n := len(wages)
				if whole.Working != f.N("working") || whole.Known != f.N("income_known") || whole.Total != f.N("income_total") ||
					whole.Mean() != f.N("income_mean") || n > 0 && (whole.Median != (wages[(n-1)/2]+wages[n/2]+1)/2 || whole.Q1 != wages[(n+3)/4-1] || whole.Q3 != wages[(3*n+3)/4-1]) {
					t.Errorf("%s: %+v; figures %d %d %d, median of %d", at, whole, f.N("working"), f.N("income_known"), f.N("income_total"), n)
				}
				sum := Spread{Bands: make([]Band, len(whole.Bands))}
				for _, p := range parts {
					sum.Working, sum.Known, sum.Total = sum.Working+p.Working, sum.Known+p.Known, sum.Total+p.Total
					for i := range p.Bands {
						sum.Bands[i].N += p.Bands[i].N
					}
				}
				banded := int64(0)
				for i, b := range whole.Bands {
					banded += b.N
					if sum.Bands[i].N != b.N {
						t.Errorf("%s by %s band %d: parts %d, whole %d", at, by, i, sum.Bands[i].N, b.N)
					}
					page, err := s.ListSpread(ctx, nation, at, 202311, AsClosed, SpreadList{Band: i}, 0, 2000)
					if err != nil || int64(page.Total) != b.N {
						t.Errorf("%s band %d: list of %d, want %d; %v", at, i, page.Total, b.N, err)
					}
					for _, m := range page.Members {
						if !b.holds(m.WageFen) {
							t.Errorf("%s band %d: %d", at, i, m.WageFen)
						}
					}
				}
				if banded != whole.Known || sum.Working != whole.Working || sum.Known != whole.Known || sum.Total != whole.Total {
					t.Errorf("%s by %s: parts %+v, whole %+v", at, by, sum, whole)
				}
			}
			page, err := s.ListSpread(ctx, nation, at, 202311, AsClosed, SpreadList{Unknown: true}, 0, 2000)
			if err != nil || int64(page.Total) != f.N("working")-f.N("income_known") {
				t.Errorf("%s unknown: %d, %v", at, page.Total, err)
			}
		}
		other := region.ScopeOf(monthtest.Neighbour)
		if _, _, err := s.Spreads(ctx, other, monthtest.County, DimPlace, nil, 202311, AsClosed); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if _, err := s.ListSpread(ctx, other, monthtest.County, 202311, AsClosed, SpreadList{}, 0, 10); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if _, _, err := s.Spreads(ctx, nation, monthtest.County, DimSex, nil, 202311, AsClosed); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
		if _, err := s.ListSpread(ctx, nation, monthtest.County, 202311, AsClosed, SpreadList{Band: 99}, 0, 10); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
	})
}

// A county has bands of its own: the lines of its city's table count by the
// city's, and so do their lists.
func TestSpreadListsKeepTheBands(t *testing.T) {
	ctx := context.Background()
	d := testkit.SQLite(t)
	st, s := setUp(t, d, 1500)
	closeAll(t, st, 202310, 202311)
	err := d.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO setting (region, name, value, source, changed_at) VALUES ($1, $2, '500000', '试验', 0)`, int64(monthtest.County), BandFirst)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, parts, err := s.Spreads(ctx, nation, monthtest.City, DimPlace, []region.Code{monthtest.County}, 202311, AsClosed)
	if err != nil {
		t.Fatal(err)
	}
	own, _, err := s.Spreads(ctx, nation, monthtest.County, DimPlace, nil, 202311, AsClosed)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range parts {
		if p.Key != int64(monthtest.County) {
			continue
		}
		differ := false
		for i, b := range p.Bands {
			differ = differ || b != own.Bands[i]
			for of, want := range map[region.Code]int64{monthtest.City: b.N, 0: own.Bands[i].N} {
				page, err := s.ListSpread(ctx, nation, monthtest.County, 202311, AsClosed, SpreadList{Band: i, Of: of}, 0, 2000)
				if err != nil || int64(page.Total) != want {
					t.Errorf("band %d of %s: list of %d, want %d; %v", i, of, page.Total, want, err)
				}
			}
		}
		if !differ {
			t.Error("the county has no bands of its own")
		}
	}
}

// Where those come from who work at a place: the cells are the figure, each
// with its list.
func TestOriginsAddUp(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		st, s := setUp(t, d, 1500)
		closeAll(t, st, 202310, 202311)
		some := int64(0)
		for _, at := range []region.Code{region.Country, 370000000000, monthtest.City, monthtest.County, 440000000000} {
			figures, err := s.Absorbed(ctx, nation, at, 202311, AsClosed)
			if err != nil {
				t.Fatal(err)
			}
			for _, id := range []string{"absorbed", "absorbed_midwest", "absorbed_year", "absorbed_year_midwest"} {
				def := indicator.MustGet(id)
				cells, err := s.Origins(ctx, nation, def, at, []region.Code{monthtest.County, monthtest.Neighbour}, 202311, AsClosed)
				if err != nil {
					t.Fatal(err)
				}
				sum := int64(0)
				from := map[region.Code]int64{}
				for _, c := range cells {
					sum += c.N
					from[c.From] += c.N
					if def.MidWest && !c.MidWest {
						t.Errorf("%s %s: %s is not 中西部", at, id, c.From)
					}
				}
				if sum != figures[id] {
					t.Errorf("%s %s: cells %d, figure %d", at, id, sum, figures[id])
				}
				some += sum
				for origin, n := range from {
					page, err := s.List(ctx, nation, []*indicator.Def{def}, at, 202311, AsClosed, Narrow{From: origin}, 0, 2000)
					if err != nil || int64(page.Total) != n {
						t.Errorf("%s %s from %s: list of %d, want %d; %v", at, id, origin, page.Total, n, err)
					}
				}
			}
		}
		if some == 0 {
			t.Error("nobody is absorbed anywhere")
		}
		absorbed := indicator.MustGet("absorbed")
		if _, err := s.Origins(ctx, region.ScopeOf(monthtest.Neighbour), absorbed, monthtest.County, nil, 202311, AsClosed); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if _, err := s.Origins(ctx, nation, indicator.MustGet("working"), monthtest.County, nil, 202311, AsClosed); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
	})
}
