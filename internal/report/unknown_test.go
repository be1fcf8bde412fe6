package report_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/xuri/excelize/v2"

	"wengang/internal/db"
	"wengang/internal/region"
	"wengang/internal/report"
	"wengang/internal/testkit"
)

// A figure of a place without a closed month is unknown: a dash on paper, in no
// sum, told by a hint; a correction gives it a number. It used to print 0.
func TestUnknownFigureIsNoZero(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		f.fill()
		f.figs.until = 0
		sh := f.sheet(liaocheng, q4)
		for _, at := range []region.Code{liaocheng, shenxian} {
			if n := value(sh, at, "settled"); n != report.Unknown {
				t.Errorf("%s: %d", at, n)
			}
		}
		hints := map[string]int{}
		for _, x := range sh.Findings {
			hints[x.Rule]++
			if x.Rule == "report.check.unknown" && x.Hard {
				t.Error("a month that is not closed stops the form")
			}
		}
		if hints["report.check.unknown"] != len(sh.Paper()) || hints["report.check.sum"] != 0 {
			t.Errorf("hints %v for %d rows", hints, len(sh.Paper()))
		}
		var buf bytes.Buffer
		if err := report.Workbook(sh, report.Foot{}, &buf); err != nil {
			t.Fatal(err)
		}
		x, err := excelize.OpenReader(&buf)
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		if got, err := x.GetCellValue(sh.Form.Short, "L6"); err != nil || got != report.Dash {
			t.Errorf("L6 is %q (%v)", got, err)
		}
		ref := report.Ref{Form: "progress", Region: liaocheng, Period: q4, Row: shenxian.Full(), Col: 12}
		if err := f.s.Correct(context.Background(), officer(liaocheng), ref, 7, "按村级上报填列"); err != nil {
			t.Fatal(err)
		}
		sh = f.sheet(liaocheng, q4)
		total := sh.Rows[0].Cell("settled")
		if value(sh, shenxian, "settled") != 7 || total.Value != 7 || total.Explain.Missing != len(sh.Paper())-2 {
			t.Errorf("corrected: %d, total %d, missing %d", value(sh, shenxian, "settled"), total.Value, total.Explain.Missing)
		}
	})
}

// A comparison goes back to what was submitted, else to the registers as they
// are; it keeps the scope.
func TestCompareSheets(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		f.fill()
		ctx := context.Background()
		sh := f.sheet(liaocheng, q4)
		c, err := f.s.Compare(ctx, region.ScopeOf(liaocheng), sh, report.LastPeriod)
		if err != nil || c.NotAtAll != "" || c.Frozen {
			t.Fatalf("%+v %v", c, err)
		}
		x, ok := c.At(liaocheng.Full(), "brands")
		if !ok || x.Why != "" || x.Now != value(sh, liaocheng, "brands") {
			t.Errorf("brands: %+v", x)
		}
		if _, err := f.s.Compare(ctx, region.ScopeOf(shenxian), sh, report.YearAgo); err == nil {
			t.Error("compared outside the scope")
		}
		if _, err := f.s.Compare(ctx, region.ScopeOf(liaocheng), sh, "next"); err == nil {
			t.Error("compared with anything")
		}
		first := f.sheet(liaocheng, report.Period{Year: 2023, Quarter: 1})
		c, err = f.s.Compare(ctx, region.ScopeOf(liaocheng), first, report.LastPeriod)
		if err != nil {
			t.Fatal(err)
		}
		if x, _ := c.At(liaocheng.Full(), "brands"); x.Why != "report.compare.newyear" {
			t.Errorf("over New Year: %+v", x)
		}
		early := f.sheet(liaocheng, report.Period{Year: 2020, Quarter: 1})
		if c, err = f.s.Compare(ctx, region.ScopeOf(liaocheng), early, report.YearAgo); err != nil || c.NotAtAll == "" {
			t.Errorf("before the first year: %+v %v", c, err)
		}
	})
}
