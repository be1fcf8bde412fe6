package report_test

import (
	"context"
	"testing"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/report"
	"wengang/internal/report/reporttest"
	"wengang/internal/testkit"
)

// Outside the place nothing of a form's way is there.
func TestTheWayKeepsToTheScope(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		f.fill()
		f.long()
		f.send()
		ctx := context.Background()
		far := region.ScopeOf(yanggu)
		form, _ := report.ByID("progress")
		alien := reporttest.Signer(50, "外县", account.Leader, account.DeptHR, yanggu)
		cell := report.Ref{Form: "progress", Region: shenxian, Period: q4, Row: shenxian.Full(), Col: 6}
		_, err1 := f.s.Signatures(ctx, far, "progress", shenxian, q4)
		_, err2 := f.s.Versions(ctx, far, "progress", shenxian, q4)
		_, err3 := f.s.Diff(ctx, far, "progress", shenxian, q4, 1, 1)
		_, err4 := f.s.Signing(ctx, far, "progress", shenxian)
		_, err5 := f.s.Terms(ctx, far, form, shenxian, q4)
		_, err6 := f.s.Remarks(ctx, alien, "progress", shenxian, q4)
		_, err7 := f.s.Course(ctx, alien, f.sheet(shenxian, q4))
		_, err8 := f.s.Unfinished(ctx, far, shenxian)
		_, _, err9 := f.s.Recheck(ctx, far, f.sheet(shenxian, q4))
		_, err10 := f.s.Place(ctx, d.Read, far, f.sheet(shenxian, q4).Report.ID)
		for i, err := range []error{err1, err2, err3, err4, err5, err6, err7, err8, err9, err10,
			f.s.Endorse(ctx, alien, "progress", shenxian, q4, report.Review, 1, ""), f.s.SendBack(ctx, alien, "progress", shenxian, q4, 1, report.Sentback, "退回"),
			f.s.Recall(ctx, officer(yanggu), "progress", shenxian, q4, 1), f.s.Mark(ctx, alien, cell, 1, "批注"), f.s.Unmark(ctx, alien, "progress", shenxian, q4, 1),
			f.s.Prove(ctx, officer(yanggu), cell, func(int64) (int64, error) { t.Error("a file was taken"); return 1, nil }), f.s.NoteMatrix(ctx, alien, shenxian, 1),
			f.s.SetSigning(ctx, as(account.Reviewer, yanggu), report.Signing{Region: shenxian, Steps: report.DefaultChain(region.County)}),
			f.s.Name(ctx, as(account.Reviewer, yanggu), "", shenxian, report.Review, nil), f.s.SetCall(ctx, reviewer(371600000000), report.Call{Form: "progress", Region: shenxian, Period: q4, Reason: "越权"})} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("act %d: %v", i+1, err)
			}
		}
		if list, err := f.s.Waiting(ctx, alien, shenxian); err != nil || len(list) != 0 {
			t.Errorf("waits for a stranger: %+v, %v", list, err)
		}
		if list, err := f.s.Waiting(ctx, checker, shenxian); err != nil || len(list) != 1 || list[0].State != report.Filled {
			t.Errorf("waits for the reviewer: %+v, %v", list, err)
		}
		if list, err := f.s.Waiting(ctx, deputy, shenxian); err != nil || len(list) != 0 {
			t.Errorf("waits for the deputy already: %+v, %v", list, err)
		}
	})
}

// A paper stays with the correction that it was brought for, into the frozen
// version.
func TestPaperOfACorrection(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		f.fill()
		ctx := context.Background()
		cell := report.Ref{Form: "progress", Region: shenxian, Period: q4, Row: shenxian.Full(), Col: 6}
		paper := func(id int64) func(int64) (int64, error) {
			return func(int64) (int64, error) { return id, nil }
		}
		f.ok(f.s.Correct(ctx, clerk, report.Ref{Form: "progress", Region: shenxian, Period: q4, Row: shenxian.Full(), Col: 7}, 3, "另一格"))
		f.want(f.s.Prove(ctx, clerk, cell, paper(8)), fault.NotFound, "a paper without a correction")
		f.ok(f.s.Correct(ctx, clerk, cell, 2, "2 家已注销"))
		f.ok(f.s.Prove(ctx, clerk, cell, paper(9)))
		if c := f.sheet(shenxian, q4).Rows[0].Cell("workshops").Correction; c == nil || c.Evidence != 9 {
			t.Errorf("correction: %+v", c)
		}
		f.send()
		if c := f.sheet(shenxian, q4).Rows[0].Cell("workshops").Correction; c == nil || c.Evidence != 9 || c.Computed != 1 || c.Corrected != 2 {
			t.Errorf("frozen correction: %+v", c)
		}
		f.want(f.s.Prove(ctx, clerk, cell, paper(10)), fault.Conflict, "after the submission")
		for _, c := range []struct {
			paper int64
			scope region.Scope
			rests bool
		}{{9, region.ScopeOf(liaocheng), true}, {10, region.ScopeOf(liaocheng), false}, {9, region.ScopeOf(yanggu), false}} {
			if rests, err := f.s.RestsOn(ctx, d.Read, c.scope, c.paper); err != nil || rests != c.rests {
				t.Errorf("paper %d: %v, %v", c.paper, rests, err)
			}
		}
	})
}

// The findings of then stay with the version; today's checks run beside them.
func TestChecksOfThen(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		f.fill()
		ctx := context.Background()
		_, err := f.s.Submit(ctx, officer(shenxian), "progress", shenxian, q4, foot)
		f.ok(err)
		f.ok(f.s.Review(ctx, reviewer(liaocheng), "progress", shenxian, q4, 1, report.Accept, ""))
		before := f.sheet(liaocheng, q4)
		_, err = f.s.Submit(ctx, officer(liaocheng), "progress", liaocheng, q4, foot)
		f.ok(err)
		sh := f.sheet(liaocheng, q4)
		if sh.Checked != before.Checked || len(sh.Findings) != len(before.Findings) || len(sh.Findings) == 0 {
			t.Fatalf("frozen with %d findings of %d checks, computed %d of %d", len(sh.Findings), sh.Checked, len(before.Findings), before.Checked)
		}
		for i := range sh.Findings {
			a, b := sh.Findings[i], before.Findings[i]
			if a.Rule != b.Rule || a.Row != b.Row || a.Col != b.Col || len(a.Args) != len(b.Args) {
				t.Errorf("finding %d: %+v, was %+v", i, a, b)
			}
		}
		now, checked, err := f.s.Recheck(ctx, region.ScopeOf(liaocheng), sh)
		f.ok(err)
		if checked == 0 || len(now) == 0 || len(sh.Findings) != len(before.Findings) {
			t.Errorf("today: %d of %d", len(now), checked)
		}
	})
}
