package report_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/report"
	"wengang/internal/report/reporttest"
	"wengang/internal/testkit"
)

// people of 莘县 who sign its forms.
var (
	clerk    = officer(shenxian)
	checker  = reporttest.Signer(11, "审核人", account.Reviewer, account.DeptHR, shenxian)
	deputy   = reporttest.Signer(12, "分管人", account.Leader, account.DeptHR, shenxian)
	head     = reporttest.Signer(13, "负责人", account.Leader, account.DeptHR, shenxian)
	planning = reporttest.Signer(14, "发改人", account.Officer, account.DeptPlanning, shenxian)
	stranger = reporttest.Signer(15, "旁人", account.Leader, account.DeptHR, shenxian)
	setter   = as(account.Reviewer, shenxian)
)

// long makes 莘县 sign in four steps with departments beside.
func (f *fixture) long(depts ...string) {
	f.Helper()
	ctx := context.Background()
	if err := f.s.SetSigning(ctx, setter, report.Signing{Region: shenxian, Form: "progress", Steps: report.DefaultChain(region.County), Depts: depts}); err != nil {
		f.Fatal(err)
	}
	for a, p := range map[report.Action]account.Caller{report.Review: checker, report.Approve: deputy, report.Sign: head} {
		if err := f.s.Name(ctx, setter, "progress", shenxian, a, []report.Signatory{{UserID: p.UserID, Name: p.Name, Post: "职务" + string(a)}}); err != nil {
			f.Fatal(err)
		}
	}
}

func (f *fixture) send() *report.Report {
	f.Helper()
	r, err := f.s.Submit(context.Background(), clerk, "progress", shenxian, q4, foot)
	if err != nil {
		f.Fatal(err)
	}
	return r
}

func (f *fixture) endorse(by account.Caller, a report.Action, version int) error {
	return f.s.Endorse(context.Background(), by, "progress", shenxian, q4, a, version, "")
}

func (f *fixture) state() report.State {
	f.Helper()
	return f.sheet(shenxian, q4).Report.State
}

func (f *fixture) want(err error, kind fault.Kind, what string) {
	f.Helper()
	if !fault.Is(err, kind) {
		f.Errorf("%s: %v, want %v", what, err, kind)
	}
}

func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func TestFourSignatures(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		f.fill()
		f.long(string(account.DeptPlanning), "教育局")
		ctx := context.Background()
		r := f.send()
		if r.State != report.Filled || r.Version != 1 || r.FirstOn != 0 {
			t.Fatalf("sent for signature: %+v", r)
		}
		// Nobody above sees it as submitted, nobody signs out of turn or uninvited.
		if row := f.sheet(liaocheng, q4).Row(shenxian.Full()); row.Source.ReportID != 0 {
			t.Error("the city repeats a form that its unit has not signed")
		}
		f.want(f.endorse(deputy, report.Approve, 1), fault.Conflict, "out of turn")
		f.want(f.endorse(stranger, report.Review, 1), fault.Forbidden, "not named")
		f.want(f.endorse(checker, report.Review, 2), fault.Conflict, "a version not seen")
		f.want(f.s.Review(ctx, reviewer(liaocheng), "progress", shenxian, q4, 1, report.Accept, ""), fault.Conflict, "accepted before the signatures")
		f.want(f.s.Review(ctx, reviewer(liaocheng), "progress", shenxian, q4, 1, report.Return, "退"), fault.Conflict, "returned before the signatures")
		f.ok(f.endorse(checker, report.Review, 1))
		f.want(f.s.Recall(ctx, clerk, "progress", shenxian, q4, 1), fault.Conflict, "taken back after the next signature")
		f.ok(f.endorse(deputy, report.Approve, 1))
		f.want(f.endorse(head, report.Sign, 1), fault.Conflict, "the head before the departments")
		word := report.Word{Dept: "planning", Verdict: report.Object}
		f.want(f.s.Cosign(ctx, planning, "progress", shenxian, q4, 1, word), fault.Invalid, "an objection without a remark")
		f.want(f.s.Cosign(ctx, stranger, "progress", shenxian, q4, 1, report.Word{Dept: "planning", Verdict: report.Confirm}), fault.Forbidden, "another office's word")
		word.Remark = "数据待核"
		f.ok(f.s.Cosign(ctx, planning, "progress", shenxian, q4, 1, word))
		f.want(f.endorse(head, report.Sign, 1), fault.Conflict, "over an objection")
		f.ok(f.s.Cosign(ctx, planning, "progress", shenxian, q4, 1, report.Word{Dept: "planning", Verdict: report.Confirm}))
		paper := func(int64) (int64, error) { return 77, nil }
		f.want(f.s.RecordCosign(ctx, clerk, "progress", shenxian, q4, 1, report.Word{Dept: "教育局", Verdict: report.Confirm}, paper), fault.Invalid, "recorded without a name")
		f.ok(f.s.RecordCosign(ctx, clerk, "progress", shenxian, q4, 1, report.Word{Dept: "教育局", Verdict: report.Confirm, Person: "王示例"}, paper))
		stale := head
		stale.Fresh = false
		f.want(f.endorse(stale, report.Sign, 1), fault.Unauth, "without a fresh proof")
		f.ok(f.endorse(head, report.Sign, 1))
		sh := f.sheet(shenxian, q4)
		if sh.Report.State != report.Submitted || sh.Report.FirstOn != 20231210 || sh.Report.SentVersion != 1 || sh.Made == nil || sh.Made.Damaged {
			t.Errorf("signed: %+v, %+v", sh.Report, sh.Made)
		}
		all, err := f.s.Signatures(ctx, region.ScopeOf(shenxian), "progress", shenxian, q4)
		f.ok(err)
		if len(all) != 4 || all[0].Step != report.Fill || all[3].Name != "负责人" || all[3].Post != "职务sign" || all[1].Checksum != sh.Made.Checksum || all[3].Checksum != sh.Made.Checksum || all[1].VoidAt != 0 {
			t.Errorf("signatures: %+v", all)
		}
		if row := f.sheet(liaocheng, q4).Row(shenxian.Full()); row.Source.Version != 1 {
			t.Error("the city does not repeat the submitted form")
		}
	})
}

// Back to a signer, back to the filler, taken back, a cell changed: what was
// signed behind falls.
func TestWhatVoidsSignatures(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		f.fill()
		f.long()
		ctx := context.Background()
		standing := func(version int) (out string) {
			t.Helper()
			all, err := f.s.Signatures(ctx, region.ScopeOf(shenxian), "progress", shenxian, q4)
			f.ok(err)
			for _, x := range all {
				if x.Version == version && x.VoidAt == 0 {
					out += string(x.Step) + " "
				}
			}
			return out
		}
		f.send()
		f.ok(f.endorse(checker, report.Review, 1))
		f.ok(f.endorse(deputy, report.Approve, 1))
		f.want(f.s.SendBack(ctx, deputy, "progress", shenxian, q4, 1, report.Sentback, "重看"), fault.Forbidden, "back by who has signed already")
		f.want(f.s.SendBack(ctx, head, "progress", shenxian, q4, 1, report.Filled, ""), fault.Invalid, "back without a remark")
		f.ok(f.s.SendBack(ctx, head, "progress", shenxian, q4, 1, report.Reviewed, "请分管再看"))
		if got := standing(1); got != "fill review " || f.state() != report.Reviewed {
			t.Errorf("back to the deputy: %q, %s", got, f.state())
		}
		f.ok(f.s.SendBack(ctx, deputy, "progress", shenxian, q4, 1, report.Sentback, "数不对"))
		if got := standing(1); got != "" || f.state() != report.Sentback || f.sheet(shenxian, q4).Frozen {
			t.Errorf("back to the filler: %q, %s", got, f.state())
		}
		f.send()
		f.want(f.s.Recall(ctx, as(account.Officer, liaocheng), "progress", shenxian, q4, 2), fault.Forbidden, "taken back by another")
		f.ok(f.s.Recall(ctx, clerk, "progress", shenxian, q4, 2))
		if got := standing(2); got != "" || f.state() != report.Draft {
			t.Errorf("taken back: %q, %s", got, f.state())
		}
		f.send()
		f.ok(f.endorse(checker, report.Review, 3))
		cell := report.Ref{Form: "progress", Region: shenxian, Period: q4, Row: shenxian.Full(), Col: 6}
		f.ok(f.s.Correct(ctx, clerk, cell, 5, "漏登记"))
		if got := standing(3); got != "" || f.state() != report.Draft {
			t.Errorf("a cell changed: %q, %s", got, f.state())
		}
		f.want(f.endorse(deputy, report.Approve, 3), fault.Conflict, "signs what was changed")
		f.send()
		// The list of changes names the cell and why.
		diff, err := f.s.Diff(ctx, region.ScopeOf(shenxian), "progress", shenxian, q4, 3, 4)
		f.ok(err)
		if len(diff) != 1 || diff[0].Col != 6 || diff[0].Old != 1 || diff[0].New != 5 || diff[0].Why != "漏登记" {
			t.Errorf("what changed: %+v", diff)
		}
	})
}

func TestOnePersonTwoSteps(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		f.fill()
		f.long()
		ctx := context.Background()
		both := []report.Signatory{{UserID: 11, Name: "审核人"}}
		f.ok(f.s.Name(ctx, setter, "progress", shenxian, report.Approve, both))
		f.send()
		f.ok(f.endorse(checker, report.Review, 1))
		f.want(f.endorse(checker, report.Approve, 1), fault.Forbidden, "two steps in a row")
		g := report.Signing{Region: shenxian, Form: "progress", Steps: report.DefaultChain(region.County), Same: true}
		f.want(f.s.SetSigning(ctx, setter, g), fault.Invalid, "without a reason")
		g.Reason = "全局 2 人"
		f.ok(f.s.SetSigning(ctx, setter, g))
		f.ok(f.endorse(checker, report.Approve, 1))
		f.want(f.s.SetSigning(ctx, clerk, g), fault.Forbidden, "set by an officer")
		f.want(f.s.SetSigning(ctx, as(account.Reviewer, yanggu), g), fault.NotFound, "set by another county")
		for _, steps := range []report.Chain{{}, {report.Sign}, {report.Fill, report.Review}, {report.Fill, report.Approve, report.Review, report.Sign}, {report.Fill, "x", report.Sign}} {
			f.want(f.s.SetSigning(ctx, setter, report.Signing{Region: shenxian, Steps: steps, Reason: "理由"}), fault.Invalid, fmt.Sprint(steps))
		}
	})
}

// Remarks on cells go with the return, are answered, and only then does the
// form go up again.
func TestRemarksAreAnswered(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		f.fill()
		ctx := context.Background()
		city := reporttest.Signer(21, "市审", account.Reviewer, account.DeptHR, liaocheng)
		f.send()
		cell := report.Ref{Form: "progress", Region: shenxian, Period: q4, Row: shenxian.Full(), Col: 6}
		other := cell
		other.Col = 7
		f.want(f.s.Mark(ctx, clerk, cell, 1, "我自己批"), fault.Forbidden, "remark by the filler")
		f.want(f.s.Mark(ctx, city, cell, 1, "x"), fault.Invalid, "remark too short")
		f.ok(f.s.Mark(ctx, city, cell, 1, "车间数与名册不符"))
		f.ok(f.s.Mark(ctx, city, other, 1, "请说明"))
		f.ok(f.s.Mark(ctx, city, other, 1, "删去的一条"))
		seen, err := f.s.Remarks(ctx, clerk, "progress", shenxian, q4)
		f.ok(err)
		if len(seen) != 0 {
			t.Error("the unit sees remarks that were not sent")
		}
		f.ok(f.s.Unmark(ctx, city, "progress", shenxian, q4, 3))
		f.want(f.s.Review(ctx, city, "progress", shenxian, q4, 1, report.Accept, ""), fault.Conflict, "accepted over remarks")
		f.ok(f.s.Review(ctx, city, "progress", shenxian, q4, 1, report.Return, ""))
		f.want(f.s.Unmark(ctx, city, "progress", shenxian, q4, 1), fault.NotFound, "a sent remark taken back")
		if _, err := f.s.Submit(ctx, clerk, "progress", shenxian, q4, foot); !fault.Is(err, fault.Invalid) {
			t.Errorf("sent again without answers: %v", err)
		}
		f.want(f.s.Respond(ctx, clerk, "progress", shenxian, q4, 1, report.Corrected, ""), fault.Invalid, "corrected, but the number is the same")
		f.ok(f.s.Correct(ctx, clerk, cell, 3, "补登 2 家"))
		f.ok(f.s.Respond(ctx, clerk, "progress", shenxian, q4, 1, report.Corrected, ""))
		f.want(f.s.Respond(ctx, clerk, "progress", shenxian, q4, 2, report.Explained, ""), fault.Invalid, "explained without a word")
		f.want(f.s.Respond(ctx, officer(yanggu), "progress", shenxian, q4, 2, report.Explained, "别人答"), fault.NotFound, "answered by another county")
		f.ok(f.s.Respond(ctx, clerk, "progress", shenxian, q4, 2, report.Explained, "年初即如此"))
		if r := f.send(); r.Version != 2 || r.State != report.Submitted {
			t.Errorf("sent again: %+v", r)
		}
		f.ok(f.s.Review(ctx, city, "progress", shenxian, q4, 2, report.Accept, ""))
	})
}

// Two persons named for one step sign at the same time: one signature stands.
func TestTwoSignersAtOnce(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		f.fill()
		f.long()
		ctx := context.Background()
		f.ok(f.s.Name(ctx, setter, "progress", shenxian, report.Review, []report.Signatory{{UserID: 11, Name: "审核人"}, {UserID: 15, Name: "旁人"}}))
		f.send()
		var wg sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			wg.Go(func() {
				switch {
				case i%3 == 0:
					errs[i] = f.endorse(checker, report.Review, 1)
				case i%3 == 1:
					errs[i] = f.endorse(stranger, report.Review, 1)
				default:
					errs[i] = f.s.Recall(ctx, clerk, "progress", shenxian, q4, 1)
				}
			})
		}
		wg.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
			} else if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.NotFound) {
				t.Errorf("refused by %v", err)
			}
		}
		all, err := f.s.Signatures(ctx, region.ScopeOf(shenxian), "progress", shenxian, q4)
		f.ok(err)
		n := 0
		for _, x := range all {
			if x.Step == report.Review {
				n++
			}
		}
		if state := f.state(); done != 1 || n > 1 || n == 1 != (state == report.Reviewed) {
			t.Errorf("%d acts passed, %d signatures, state %s", done, n, state)
		}
	})
}

// Every state, action and role: what is not in the table is refused, by the
// words and by the store.
func TestLifeCycleIsWalked(t *testing.T) {
	who := map[string]account.Caller{
		"county officer": officer(shenxian), "county reviewer": reviewer(shenxian), "county leader": as(account.Leader, shenxian), "city officer": officer(liaocheng), "city reviewer": reviewer(liaocheng),
		"province reviewer": reviewer(shandong), "other county": officer(yanggu), "other leader": as(account.Leader, yanggu), "leader": as(account.Leader, liaocheng), "aide": as(account.Aide, shenxian), "town": as(account.Officer, 371522101000),
		"finance": as(account.Officer, liaocheng), "system": as(account.System, shandong), "auditor": as(account.Auditor, shandong), "nobody": {},
	}
	who["finance"] = account.Caller{Grants: []account.Grant{{Role: account.Officer, Dept: account.DeptFinance, Region: liaocheng}}}
	fills, signs, above := []string{"county officer", "city officer"}, []string{"county officer", "county reviewer", "county leader", "city officer", "city reviewer", "leader", "province reviewer", "finance"}, []string{"city reviewer", "province reviewer"}
	allowed := map[string][]string{}
	for _, s := range []string{"draft", "sentback", "returned"} {
		allowed[s+" fill"], allowed[s+" submit"] = fills, fills
	}
	allowed["filled recall"] = fills
	for _, s := range []string{"filled", "reviewed", "approved"} {
		allowed[s+" change"], allowed[s+" back"], allowed[s+" sign"] = fills, signs, signs
	}
	allowed["filled review"], allowed["filled approve"], allowed["reviewed approve"] = signs, signs, signs
	for _, s := range []string{"submitted return", "submitted accept", "accepted return", "accepted lock"} {
		allowed[s] = above
	}
	n := 0
	for name, by := range who {
		for _, st := range report.States {
			for _, a := range report.Actions {
				n++
				if got, want := report.Can(by, shenxian, st, a), slices.Contains(allowed[string(st)+" "+string(a)], name); got != want {
					t.Errorf("%s, %s, %s: %v, want %v", name, st, a, got, want)
				}
			}
		}
	}
	if n != len(who)*9*11 {
		t.Fatal("not every combination was walked")
	}
}

// The store itself, state by state: an act that the table does not have leaves
// the form as it is.
func TestStoreRefusesWhatTheTableDoesNotHave(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		f.fill()
		f.long()
		ctx := context.Background()
		city := reviewer(liaocheng)
		acts := map[report.Action]func(version int) error{
			report.Fill:    func(int) error { _, err := f.s.Submit(ctx, clerk, "progress", shenxian, q4, foot); return err },
			report.Review:  func(v int) error { return f.endorse(checker, report.Review, v) },
			report.Approve: func(v int) error { return f.endorse(deputy, report.Approve, v) },
			report.Sign:    func(v int) error { return f.endorse(head, report.Sign, v) },
			report.Recall:  func(v int) error { return f.s.Recall(ctx, clerk, "progress", shenxian, q4, v) },
			report.Return: func(v int) error {
				return f.s.Review(ctx, city, "progress", shenxian, q4, v, report.Return, "请核对")
			},
			report.Accept: func(v int) error { return f.s.Review(ctx, city, "progress", shenxian, q4, v, report.Accept, "") },
			report.Lock:   func(v int) error { return f.s.Review(ctx, city, "progress", shenxian, q4, v, report.Lock, "") },
			report.Submit: func(v int) error { return f.s.Review(ctx, city, "progress", shenxian, q4, v, report.Submit, "") },
			report.Reopen: func(v int) error { return f.s.Review(ctx, city, "progress", shenxian, q4, v, report.Reopen, "") },
		}
		// the way of a form, with what each station allows
		way := []struct {
			state report.State
			may   string
			then  report.Action
		}{
			{report.Filled, "review recall", report.Recall}, {report.Draft, "fill", report.Fill}, {report.Filled, "review recall", report.Review},
			{report.Reviewed, "approve", report.Approve}, {report.Approved, "sign", report.Sign}, {report.Submitted, "return accept", report.Return},
			{report.Returned, "fill", report.Fill}, {report.Filled, "review recall", report.Review}, {report.Reviewed, "approve", report.Approve}, {report.Approved, "sign", report.Sign},
			{report.Submitted, "return accept", report.Accept}, {report.Accepted, "return lock", report.Lock}, {report.Locked, "", ""},
		}
		f.send()
		for i, station := range way {
			r := f.sheet(shenxian, q4).Report
			if r.State != station.state {
				t.Fatalf("station %d: %s, want %s", i, r.State, station.state)
			}
			for a, act := range acts {
				if slices.Contains(strings.Fields(station.may), string(a)) {
					continue
				}
				if err := act(r.Version); err == nil {
					t.Fatalf("%s in state %s was done", a, r.State)
				}
				if now := f.sheet(shenxian, q4).Report; now.State != r.State || now.Version != r.Version {
					t.Fatalf("a refused %s moved the form from %s to %s", a, r.State, now.State)
				}
			}
			if station.then != "" {
				f.ok(acts[station.then](r.Version))
			}
		}
	})
}
