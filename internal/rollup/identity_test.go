package rollup

import (
	"context"
	"slices"
	"testing"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/month/monthtest"
	"wengang/internal/region"
	"wengang/internal/testkit"
)

// 期初 + 流入 − 流出 = 期末 at every place from the village to the nation, month by
// month and over the year.
func TestIdentityHoldsEverywhere(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		st, s := setUp(t, d, 1500)
		closeAll(t, st, 202212, 202311)
		for _, at := range slices.Concat([]region.Code{region.Country, 370000000000, monthtest.City, monthtest.County, monthtest.Neighbour,
			371522103000, monthtest.Elsewhere}, monthtest.Villages) {
			for _, stock := range Stocks {
				months, year, err := s.Identities(ctx, nation, stock, at, 202301, 202312, AsClosed)
				if err != nil || len(months) != 12 {
					t.Fatal(len(months), err)
				}
				moved := int64(0)
				for _, x := range append(months, year) {
					if !x.Known || x.Gap() != 0 || x.Since != 0 {
						t.Errorf("%s %s %s–%s: %d %+v − %+v is not %d (known %v, since %d)", at, stock, x.From, x.To, x.Start, x.In, x.Out, x.End, x.Known, x.Since)
					}
					for _, f := range slices.Concat(x.In, x.Out) {
						moved += f.N
					}
				}
				if at == region.Country && moved == 0 {
					t.Errorf("%s: nothing ever came or went", stock)
				}
				f, _ := s.Figures(ctx, nation, at, 202312, AsClosed)
				if year.End != f.N(string(stock)) || year.From != 202301 || year.To != 202312 {
					t.Errorf("%s %s: the year ends with %d, the figure is %d", at, stock, year.End, f.N(string(stock)))
				}
			}
		}
		// Before the records begin there is no stock to start from.
		_, early, err := s.Identities(ctx, nation, OfWorking, monthtest.County, 202212, 202301, AsClosed)
		if err != nil || early.Known || early.Since == 0 || early.Gap() != 0 {
			t.Errorf("from the first month: %+v, %v", early, err)
		}
		for _, c := range []struct {
			stock    Stock
			from, to calendar.Month
			scope    region.Scope
			want     fault.Kind
		}{
			{"jobless", 202301, 202302, nation, fault.Invalid}, {OfWorking, 202302, 202301, nation, fault.Invalid},
			{OfWorking, 202001, 202312, nation, fault.Invalid}, {OfWorking, 202301, 202302, region.ScopeOf(monthtest.Neighbour), fault.NotFound},
		} {
			if _, _, err := s.Identities(ctx, c.scope, c.stock, monthtest.County, c.from, c.to, AsClosed); !fault.Is(err, c.want) {
				t.Errorf("%+v: %v", c, err)
			}
		}
	})
}

// A figure says nothing of months that were closed before its facts were kept,
// and is not compared with them.
func TestOlderFactsAreUnknown(t *testing.T) {
	ctx := context.Background()
	d := testkit.SQLite(t)
	st, s := setUp(t, d, 400)
	closeAll(t, st, 202310, 202311)
	err := d.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE month_close SET settings = '' WHERE month = 202310`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	old, err := s.Figures(ctx, nation, monthtest.City, 202310, AsClosed)
	if err != nil {
		t.Fatal(err)
	}
	now, err := s.Figures(ctx, nation, monthtest.City, 202311, AsClosed)
	if err != nil {
		t.Fatal(err)
	}
	for _, def := range indicator.All() {
		if def.Calibre == indicator.Workplace || def.Facts < 2 {
			continue
		}
		if v := old.Value(def); v.Known {
			t.Errorf("%s is known of %s: %+v", def.ID, old.Month, v)
		}
		if c := Compare(def, &now, &old); c.OK || now.Value(def).Known && c.Key != "rollup.nc.facts" {
			t.Errorf("%s compares: %+v", def.ID, c)
		}
	}
	if v := old.Value(indicator.MustGet("working")); !v.Known || v.N == 0 {
		t.Errorf("working: %+v", v)
	}
	if diffs, err := s.Verify(ctx); err != nil || len(diffs) > 0 {
		t.Errorf("verify: %v, %v", diffs, err)
	}
	if c := now.Confirmed(indicator.MustGet("working")); !c.Known || c.Den != now.N("working") || c.Num != now.N("confirmed") {
		t.Errorf("confirmed beside the headline: %+v", c)
	}
	if c := now.Confirmed(indicator.MustGet("registered")); c.Known {
		t.Errorf("nobody confirms who is registered: %+v", c)
	}
}
