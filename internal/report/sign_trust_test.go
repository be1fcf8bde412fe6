package report_test

import (
	"context"
	"testing"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/report"
	"wengang/internal/report/reporttest"
	"wengang/internal/testkit"
)

// staff has accounts of one department.
type staff struct{ dept account.Dept }

func (s staff) Signers(context.Context, account.Caller, region.Code) ([]report.Officer, error) {
	return []report.Officer{{ID: checker.UserID, Name: checker.Name}}, nil
}

func (s staff) Speakers(context.Context, account.Caller, region.Code) ([]account.Dept, error) {
	return []account.Dept{s.dept}, nil
}

// The filler records words of offices without accounts only: neither over an
// objection nor in place of who can speak.
func TestADepartmentSpeaksForItself(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		f.fill()
		f.long(string(account.DeptPlanning), "教育局")
		ctx := context.Background()
		f.send()
		taken := 0
		paper := func(int64) (int64, error) { taken++; return 77, nil }
		yes := report.Word{Dept: "planning", Verdict: report.Confirm, Person: "王示例"}
		record := func(w report.Word) error {
			return f.s.RecordCosign(ctx, clerk, "progress", shenxian, q4, 1, w, paper)
		}
		f.ok(f.s.Cosign(ctx, planning, "progress", shenxian, q4, 1, report.Word{Dept: "planning", Verdict: report.Object, Remark: "数据待核"}))
		f.want(record(yes), fault.Forbidden, "recorded over the department's own objection")
		f.s.Staff = staff{"教育局"}
		yes.Dept = "教育局"
		f.want(record(yes), fault.Forbidden, "recorded for a department that has accounts")
		if taken != 0 {
			t.Error("the paper was taken")
		}
		f.s.Staff = staff{account.DeptFinance}
		f.ok(record(yes))

		// Nor does it help to stop asking the department.
		f.s.Staff = nil
		f.long()
		f.ok(f.endorse(checker, report.Review, 1))
		f.ok(f.endorse(deputy, report.Approve, 1))
		f.want(f.endorse(head, report.Sign, 1), fault.Conflict, "signed over an objection that is not asked for any more")
		f.ok(f.s.SendBack(ctx, head, "progress", shenxian, q4, 1, report.Sentback, "按发改意见核"))
		f.send()
		f.ok(f.endorse(checker, report.Review, 2))
		f.ok(f.endorse(deputy, report.Approve, 2))
		f.ok(f.endorse(head, report.Sign, 2))
	})
}

// A signer's remark does not stay hidden on a form that goes on: the level above
// could neither see it nor accept the form.
func TestASignerSendsHisRemarksOrTakesThemBack(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		f.fill()
		f.long()
		ctx := context.Background()
		f.send()
		cell := report.Ref{Form: "progress", Region: shenxian, Period: q4, Row: shenxian.Full(), Col: 6}
		deputyFor := checker // stands in for the reviewer, with a higher number
		deputyFor.UserID, deputyFor.For, deputyFor.ForName = 99, checker.UserID, checker.Name
		f.ok(f.s.Mark(ctx, checker, cell, 1, "请核对车间数"))
		f.want(f.endorse(checker, report.Review, 1), fault.Conflict, "signed over a remark that nobody sees")
		f.ok(f.s.Unmark(ctx, deputyFor, "progress", shenxian, q4, 1))
		f.ok(f.endorse(checker, report.Review, 1))
	})
}

// What is damaged is not signed.
func TestDamagedCellsAreNotSigned(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		f.fill()
		f.long()
		f.send()
		if _, err := d.Writer().ExecContext(context.Background(), "UPDATE report_cell SET value = value + 1 WHERE col = 6"); err != nil {
			t.Fatal(err)
		}
		f.want(f.endorse(checker, report.Review, 1), fault.Conflict, "cells that are not what was frozen")
	})
}

// Taking back a correction that is not there changes nothing.
func TestNothingIsWithdrawn(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		f.fill()
		f.long()
		ctx := context.Background()
		f.send()
		f.ok(f.endorse(checker, report.Review, 1))
		for _, row := range []string{shenxian.Full(), yanggu.Full(), "x"} {
			f.want(f.s.Withdraw(ctx, clerk, report.Ref{Form: "progress", Region: shenxian, Period: q4, Row: row, Col: 6}), fault.NotFound, "withdrawn "+row)
		}
		if f.state() != report.Reviewed {
			t.Errorf("the form is %s", f.state())
		}
	})
}

// An answer that went up with a later version stays as it was.
func TestAnswersThatWentUpStay(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		f.fill()
		ctx := context.Background()
		city := reporttest.Signer(21, "市审", account.Reviewer, account.DeptHR, liaocheng)
		cell := report.Ref{Form: "progress", Region: shenxian, Period: q4, Row: shenxian.Full(), Col: 6}
		answer := func(text string) error {
			return f.s.Respond(ctx, clerk, "progress", shenxian, q4, 1, report.Explained, text)
		}
		f.send()
		f.ok(f.s.Mark(ctx, city, cell, 1, "请说明"))
		f.ok(f.s.Review(ctx, city, "progress", shenxian, q4, 1, report.Return, ""))
		f.ok(answer("年初即如此"))
		f.ok(answer("年初即如此，已核"))
		f.send()
		f.ok(f.s.Review(ctx, city, "progress", shenxian, q4, 2, report.Return, "再核一次"))
		f.want(answer("改口"), fault.Conflict, "an old answer rewritten")
	})
}

// A city does not put off the province's cut-off; it may ask earlier.
func TestTheEarliestCutOffHolds(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		ctx := context.Background()
		call := func(at region.Code, on int32, by int64) {
			t.Helper()
			f.ok(f.s.SetCall(ctx, reviewer(at), report.Call{Form: "progress", Region: at, Period: q4, CutoffOn: calendar.Date(on), CutoffAt: by, Reason: "省市通知"}))
		}
		call(shandong, 20231208, 1_702_000_000_000)
		call(liaocheng, 20231214, 1_702_500_000_000)
		if sh := f.sheet(shenxian, q4); sh.Ends != 20231208 || sh.Received != 1_702_000_000_000 {
			t.Errorf("put off: %s, %d", sh.Ends, sh.Received)
		}
		call(liaocheng, 20231205, 1_701_500_000_000)
		if sh := f.sheet(shenxian, q4); sh.Ends != 20231205 || sh.Received != 1_701_500_000_000 {
			t.Errorf("earlier: %s, %d", sh.Ends, sh.Received)
		}
	})
}

// An inspector looks at the periods that hold a month of the document.
func TestPeriodsOfAnInspection(t *testing.T) {
	in := account.Caller{Inspection: &account.Inspection{FirstMonth: 202302, LastMonth: 202311}}
	for p, want := range map[report.Period]bool{{Year: 2023}: true, {Year: 2022}: false, {Year: 2024}: false, {Year: 2023, Quarter: 1}: true, q4: true, {Year: 2022, Quarter: 4}: false,
		{Year: 2024, Quarter: 1}: false, {Year: 2023, Month: 1}: false, {Year: 2023, Month: 2}: true, {Year: 2023, Month: 11}: true, {Year: 2023, Month: 12}: false} {
		if p.Shown(in) != want || !p.Shown(account.Caller{}) {
			t.Errorf("%s: %v", p, !want)
		}
	}
}

// A city does not drop a department that the form asks for without saying why,
// nor are people named for a form that is none.
func TestDepartmentsAreNotDroppedSilently(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		ctx := context.Background()
		form, err := report.ByID("progress")
		f.ok(err)
		var asked []string
		for _, d := range form.Cosign {
			asked = append(asked, string(d))
		}
		by := as(account.Reviewer, liaocheng)
		g := report.Signing{Region: liaocheng, Form: "progress", Steps: report.DefaultChain(region.City), Depts: asked}
		f.ok(f.s.SetSigning(ctx, by, g))
		if g.Depts = nil; len(asked) > 0 {
			f.want(f.s.SetSigning(ctx, by, g), fault.Invalid, "without the departments")
			g.Form, g.Depts = "", []string{"教育局"}
			f.want(f.s.SetSigning(ctx, by, g), fault.Invalid, "of every form, without the departments")
		}
		g.Reason = "机构改革后由人社一家填报"
		f.ok(f.s.SetSigning(ctx, by, g))
		f.want(f.s.Name(ctx, by, "d999", liaocheng, report.Review, nil), fault.NotFound, "a form that is none")
	})
}
