package report_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/xuri/excelize/v2"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/report"
	"wengang/internal/report/reporttest"
	"wengang/internal/testkit"
)

func TestTerms(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		ctx := context.Background()
		form, _ := report.ByID("progress")
		due := func(at region.Code) calendar.Date {
			t.Helper()
			x, err := f.s.Terms(ctx, region.ScopeOf(shandong), form, at, q4)
			f.ok(err)
			return x.Due
		}
		for at, want := range map[region.Code]calendar.Date{shandong: 20231215, liaocheng: 20231215, shenxian: 20231212, resort: 20231212} {
			if got := due(at); got != want {
				t.Errorf("%s: %s, want %s", at, got, want)
			}
		}
		// 2024-02-15 lies in the Spring Festival; working days go round it.
		if x, err := f.s.Terms(ctx, region.ScopeOf(shenxian), form, shenxian, report.Period{Year: 2024, Quarter: 1}); err != nil || x.Due != 20240312 {
			t.Errorf("first quarter: %+v, %v", x, err)
		}
		city := reviewer(liaocheng)
		call := report.Call{Form: "progress", Region: liaocheng, Period: q4, DueOn: 20231211, CutoffAt: 1_702_000_000_000}
		f.want(f.s.SetCall(ctx, city, call), fault.Invalid, "without a document")
		call.Reason = "市里提前汇总"
		f.want(f.s.SetCall(ctx, officer(liaocheng), call), fault.Forbidden, "by an officer")
		other := call
		other.Region = 371600000000
		f.want(f.s.SetCall(ctx, city, other), fault.NotFound, "for another city")
		f.ok(f.s.SetCall(ctx, city, call))
		if due(shenxian) != 20231211 || due(liaocheng) != 20231215 {
			t.Errorf("called: %s, %s", due(shenxian), due(liaocheng))
		}
		if sh := f.sheet(shenxian, q4); sh.Due != 20231211 || sh.Received != call.CutoffAt || sh.Ends != 20231215 {
			t.Errorf("on the sheet: %s %d %s", sh.Due, sh.Received, sh.Ends)
		}
		// The province calls too: the nearest place above is followed.
		f.ok(f.s.SetCall(ctx, reviewer(shandong), report.Call{Form: "progress", Region: shandong, Period: q4, DueOn: 20231213, CutoffOn: 20231208, Reason: "省里"}))
		if due(liaocheng) != 20231213 || due(shenxian) != 20231211 || due(371602000000) != 20231208 {
			t.Errorf("both called: %s, %s, %s", due(liaocheng), due(shenxian), due(371602000000))
		}
		if sh := f.sheet(shenxian, q4); sh.Cutoff != 20231208 {
			t.Errorf("facts up to %s", sh.Cutoff)
		}
		// What was sent keeps its terms.
		f.send()
		call.DueOn = 20231205
		f.ok(f.s.SetCall(ctx, city, call))
		if sh := f.sheet(shenxian, q4); sh.Due != 20231211 {
			t.Errorf("a submitted form is due %s", sh.Due)
		}
	})
}

// A call that comes while somebody's submission is computed is not lost.
func TestCallIsNotLostToASubmission(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		f.fill()
		ctx := context.Background()
		cell := report.Ref{Form: "progress", Region: shenxian, Period: q4, Row: shenxian.Full(), Col: 6}
		f.ok(f.s.Correct(ctx, clerk, cell, 2, "已核"))
		f.figs.during = func() {
			f.ok(f.s.SetCall(ctx, reviewer(liaocheng), report.Call{Form: "progress", Region: liaocheng, Period: q4, CutoffOn: 20231201, Reason: "提前"}))
		}
		if _, err := f.s.Submit(ctx, clerk, "progress", shenxian, q4, foot); !fault.Is(err, fault.Conflict) {
			t.Errorf("sent under the old cut-off: %v", err)
		}
	})
}

func TestMatrix(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		f.fill()
		ctx := context.Background()
		form, _ := report.ByID("progress")
		f.ok(f.s.SetCall(ctx, reviewer(liaocheng), report.Call{Form: "progress", Region: liaocheng, Period: q4, DueOn: 20231207, Reason: "提前汇总"}))
		slot := func(at region.Code) *report.Slot {
			t.Helper()
			m, err := f.s.Matrix(ctx, region.ScopeOf(liaocheng), liaocheng, []report.MatrixColumn{{Form: form, Period: report.Period{Year: 2023, Quarter: 3}}, {Form: form, Period: q4}})
			f.ok(err)
			if len(m.Units) != 10 || len(m.Slots[0]) != 2 {
				t.Fatalf("%d units", len(m.Units))
			}
			for i, u := range m.Units {
				if u.Code == at {
					if !m.Slots[i][0].Not {
						t.Error("a period before the notice counts as missing")
					}
					return &m.Slots[i][1]
				}
			}
			return nil
		}
		if x := slot(shenxian); !x.Is(report.Missing) || x.Late != 1 { // due on Thursday, today is Sunday
			t.Errorf("missing: %+v", x)
		}
		if x := slot(liaocheng); !x.Is(report.Pending) || x.Late != 0 {
			t.Errorf("pending: %+v", x)
		}
		f.send()
		if x := slot(shenxian); !x.Is(report.Late) || x.Late != 1 || x.Is(report.Missing) || x.FirstOn != 20231210 {
			t.Errorf("late: %+v", x)
		}
		city := reviewer(liaocheng)
		f.ok(f.s.Review(ctx, city, "progress", shenxian, q4, 1, report.Return, "请核对"))
		if x := slot(shenxian); !x.Is(report.Redo) || !x.Is(report.Late) || x.State != report.Returned {
			t.Errorf("returned: %+v", x)
		}
		f.send()
		f.ok(f.s.Review(ctx, city, "progress", shenxian, q4, 2, report.Accept, ""))
		if x := slot(shenxian); !x.Is(report.NoScan) || x.Is(report.Redo) {
			t.Errorf("accepted: %+v", x)
		}
		f.ok(d.Tx(ctx, func(tx *db.Tx) error { return f.s.Reopened(ctx, tx, shenxian, 202312) }))
		if x := slot(shenxian); !x.Is(report.Reopened) {
			t.Errorf("reopened: %+v", x)
		}
		if m, err := f.s.ReopenedMonth(ctx, region.ScopeOf(shenxian), f.sheet(shenxian, q4)); err != nil || m != "2023-12" {
			t.Errorf("month %q, %v", m, err)
		}
		if _, err := f.s.Matrix(ctx, region.ScopeOf(yanggu), liaocheng, nil); !fault.Is(err, fault.NotFound) {
			t.Errorf("a county looks at the city: %v", err)
		}
	})
}

// A stamped scan is bound to the version whose code stands on it, and a code
// tells a changed paper.
func TestScanAndCode(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		f.fill()
		ctx := context.Background()
		uploads := 0
		upload := func(int64) (int64, error) { uploads++; return 5, nil }
		bind := func(by account.Caller, code string) error {
			return f.s.BindScan(ctx, by, "progress", shenxian, q4, code, upload)
		}
		f.want(bind(clerk, "371522-progress-2023Q4-1-00000000"), fault.Conflict, "before the submission")
		f.send()
		first := f.sheet(shenxian, q4).Code()
		var book bytes.Buffer
		_, err := f.s.Export(ctx, clerk, "progress", shenxian, q4, &book)
		f.ok(err)
		x2, err := excelize.OpenReader(&book)
		f.ok(err)
		if found, err := x2.SearchSheet(x2.GetSheetName(0), "版本码："+first); err != nil || len(found) != 1 {
			t.Errorf("the workbook does not carry the code: %v, %v", found, err)
		}
		f.want(bind(clerk, "no code"), fault.Invalid, "no code")
		f.want(bind(clerk, "371522-progress-2023Q4-1-00000000"), fault.Invalid, "another code")
		f.want(bind(officer(yanggu), first), fault.NotFound, "by another county")
		f.want(bind(reviewer(shenxian), first), fault.Forbidden, "by a reviewer")
		if uploads != 0 {
			t.Errorf("%d files were taken for a refused scan", uploads)
		}
		f.ok(bind(clerk, " "+first+" "))
		if m := f.sheet(shenxian, q4).Made; m.Scan.Evidence != 5 || m.Scan.ByName != clerk.Name {
			t.Errorf("scan: %+v", m.Scan)
		}
		f.ok(f.s.Review(ctx, reviewer(liaocheng), "progress", shenxian, q4, 1, report.Return, "请核对"))
		f.send()
		f.want(bind(clerk, first), fault.Invalid, "the code of the version before")
		if m := f.sheet(shenxian, q4).Made; m.Scan.Evidence != 0 {
			t.Error("the new version has the old one's scan")
		}
		x, err := f.s.FindCode(ctx, region.ScopeOf(liaocheng), first)
		f.ok(err)
		if !x.Equal || x.Last != 2 || x.Sheet.Version != 1 {
			t.Errorf("the first version's code: %+v", x)
		}
		x, err = f.s.FindCode(ctx, region.ScopeOf(liaocheng), first[:len(first)-1]+"0")
		if other := err == nil && !x.Equal; !other && first[len(first)-1] != '0' {
			t.Errorf("a changed code: %+v, %v", x, err)
		}
		_, err = f.s.FindCode(ctx, region.ScopeOf(yanggu), first)
		f.want(err, fault.NotFound, "another county asks")
		// A cell changed behind the program's back is seen.
		f.ok(d.Tx(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec("UPDATE report_cell SET value = value + 1 WHERE version = 1 AND col = 6")
			return err
		}))
		x, err = f.s.FindCode(ctx, region.ScopeOf(liaocheng), first)
		f.ok(err)
		if x.Equal || !x.Made.Damaged {
			t.Error("a changed cell still gives the code")
		}
		// A file that could not be kept leaves no trace.
		broken := errors.New("full")
		if err := f.s.BindScan(ctx, clerk, "progress", shenxian, q4, f.sheet(shenxian, q4).Code(), func(int64) (int64, error) { return 0, broken }); !errors.Is(err, broken) {
			t.Errorf("broken upload: %v", err)
		}
	})
}

// Who stands in for a signer signs for that person, and is not a second one.
func TestStandIn(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		f.fill()
		f.long()
		f.send()
		f.ok(f.endorse(checker, report.Review, 1))
		b := reporttest.Signer(checker.UserID, "审核人", account.Leader, account.DeptHR, shenxian)
		b.For, b.ForName = deputy.UserID, deputy.Name
		f.want(f.endorse(b, report.Approve, 1), fault.Forbidden, "the reviewer as the deputy's stand-in")
		c := reporttest.Signer(19, "代班", account.Leader, account.DeptHR, shenxian)
		c.For, c.ForName = deputy.UserID, deputy.Name
		f.ok(f.endorse(c, report.Approve, 1))
	})
}
