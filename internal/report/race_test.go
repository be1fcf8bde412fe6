package report_test

import (
	"context"
	"testing"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/report"
	"wengang/internal/testkit"
)

var foot = report.Filling{Filler: "周示例", Phone: "0635-8000000"}

// While one officer's submission was being computed, a colleague corrected a
// cell: the form went up without the correction, and nobody was told.
func TestCorrectionIsNotLostToASubmission(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		f.fill()
		ctx := context.Background()
		cell := report.Ref{Form: "progress", Region: shenxian, Period: q4, Row: shenxian.Full(), Col: 6}
		f.figs.during = func() {
			if err := f.s.Correct(ctx, officer(shenxian), cell, 0, "名册未更新"); err != nil {
				t.Error(err)
			}
		}
		if _, err := f.s.Submit(ctx, officer(shenxian), "progress", shenxian, q4, foot); !fault.Is(err, fault.Conflict) {
			t.Errorf("submitted over a correction that it does not hold: %v", err)
		}
		before := f.sheet(shenxian, q4).Report.LockNo
		if err := f.s.Withdraw(ctx, officer(shenxian), cell); err != nil {
			t.Fatal(err)
		}
		if after := f.sheet(shenxian, q4).Report.LockNo; after == before {
			t.Error("a correction taken back leaves the number by which a submission knows that its sheet is old")
		}
		r, err := f.s.Submit(ctx, officer(shenxian), "progress", shenxian, q4, foot)
		if err != nil || r.Version != 1 {
			t.Errorf("again: %+v, %v", r, err)
		}
	})
}

// The city sent its form while a county's waited for review, then returned the
// county's: what the city had sent stood on a refused version.
func TestUnreviewedFormBelowStopsTheSubmission(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		f.fill()
		ctx := context.Background()
		if _, err := f.s.Submit(ctx, officer(shenxian), "progress", shenxian, q4, foot); err != nil {
			t.Fatal(err)
		}
		if _, err := f.s.Submit(ctx, officer(liaocheng), "progress", liaocheng, q4, foot); !fault.Is(err, fault.Invalid) {
			t.Fatalf("a city's form over one that may still be returned: %v", err)
		}
		if err := f.s.Review(ctx, reviewer(liaocheng), "progress", shenxian, q4, 1, report.Accept, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := f.s.Submit(ctx, officer(liaocheng), "progress", liaocheng, q4, foot); err != nil {
			t.Errorf("after the review: %v", err)
		}
	})
}

// A month was reopened after the form that took its figures had been locked;
// nothing on the form said so.
func TestReopenedMonthMarksItsForms(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		f.fill()
		ctx := context.Background()
		submit := func(at region.Code) {
			t.Helper()
			if _, err := f.s.Submit(ctx, officer(at), "progress", at, q4, foot); err != nil {
				t.Fatal(err)
			}
		}
		submit(shenxian)
		submit(yanggu)
		for _, c := range []region.Code{shenxian, yanggu} {
			if err := f.s.Review(ctx, reviewer(liaocheng), "progress", c, q4, 1, report.Accept, ""); err != nil {
				t.Fatal(err)
			}
		}
		submit(liaocheng)
		reopen := func(m calendar.Month) {
			t.Helper()
			if err := d.Tx(ctx, func(tx *db.Tx) error { return f.s.Reopened(ctx, tx, shenxian, m) }); err != nil {
				t.Fatal(err)
			}
		}
		marks := func(at region.Code) (n int) {
			t.Helper()
			ev, err := f.s.Events(ctx, region.ScopeOf(at), "progress", at, q4)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range ev {
				if e.Action == report.Reopen {
					n++
					if e.From != e.To || e.Remark != "2023-12" || e.ByName != "莘县" || e.Version != 1 {
						t.Errorf("mark: %+v", e)
					}
				}
			}
			return n
		}
		reopen(202311) // the forms took December's figures
		if n := marks(shenxian) + marks(liaocheng); n != 0 {
			t.Errorf("%d marks of a month that no form used", n)
		}
		reopen(202312)
		for at, want := range map[region.Code]int{shenxian: 1, liaocheng: 1, yanggu: 0} {
			if got := marks(at); got != want {
				t.Errorf("%s: %d marks, want %d", at, got, want)
			}
		}
	})
}

// A cell was corrected; then the register was mended, and the correction stood
// over the right number without a word.
func TestACorrectionOfAnOldNumberIsTold(t *testing.T) {
	f := setup(t, testkit.SQLite(t))
	ctx := context.Background()
	f.add("workshop", shenxian, map[string]string{"name": "甲车间", "started_on": "2022-01-01"})
	cell := report.Ref{Form: "progress", Region: shenxian, Period: q4, Row: shenxian.Full(), Col: 6}
	if err := f.s.Correct(ctx, officer(shenxian), cell, 2, "乙车间尚未登记"); err != nil {
		t.Fatal(err)
	}
	stale := func() (n int) {
		for _, x := range f.sheet(shenxian, q4).Findings {
			if x.Rule == "report.check.stale" {
				n++
				if x.Hard || x.Args[1] != int64(1) || x.Args[2] != int64(3) {
					t.Errorf("%+v", x)
				}
			}
		}
		return n
	}
	if n := stale(); n != 0 {
		t.Errorf("a fresh correction is told: %d", n)
	}
	f.add("workshop", shenxian, map[string]string{"name": "乙车间", "started_on": "2022-01-01"})
	f.add("workshop", shenxian, map[string]string{"name": "丙车间", "started_on": "2022-01-01"})
	if n := stale(); n != 1 {
		t.Errorf("%d findings, want 1", n)
	}
}

// The third quarter's form was returned because its number was wrong; the
// fourth's was then held against that number.
func TestARefusedNumberBindsNobody(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		ctx := context.Background()
		f.add("workshop", shenxian, map[string]string{"name": "甲车间", "started_on": "2022-01-01"})
		q3 := report.Period{Year: 2023, Quarter: 3}
		if _, err := f.s.Submit(ctx, officer(shenxian), "progress", shenxian, q3, foot); err != nil {
			t.Fatal(err)
		}
		if x := f.sheet(shenxian, q4).Rows[0].Cell("workshops").Explain; x.Last != 1 {
			t.Errorf("before the return: %+v", x)
		}
		if err := f.s.Review(ctx, reviewer(liaocheng), "progress", shenxian, q3, 1, report.Return, "请核对"); err != nil {
			t.Fatal(err)
		}
		if x := f.sheet(shenxian, q4).Rows[0].Cell("workshops").Explain; x.Last != -1 {
			t.Errorf("after it: %+v", x)
		}
	})
}
