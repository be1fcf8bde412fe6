package audit_test

import (
	"context"
	"sync"
	"testing"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/testkit"
)

const county region.Code = 371522000000

// hand is a caller with a fresh proof.
func hand(id int64, role account.Role, at region.Code) account.Caller {
	return account.Caller{UserID: id, Login: string(role), Fresh: true, Grants: []account.Grant{{Role: role, Dept: account.DeptHR, Region: at}}}
}

func want() audit.ExportApproval {
	return audit.ExportApproval{Kind: "people", Purpose: "电话回访", Fields: []string{"phone"}, Region: county, RowsMax: 500, UsesMax: 1, First: 20231210, Last: 20231231}
}

func wantKind(t *testing.T, what string, err error, kind fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind {
		t.Errorf("%s: %v, want kind %d", what, err, kind)
	}
}

func exported(d *db.DB, l *audit.Log, c account.Caller, e audit.Export) (id int64, err error) {
	err = d.Tx(context.Background(), func(tx *db.Tx) error {
		id, err = l.Exported(context.Background(), tx, c, e)
		return err
	})
	return id, err
}

// TestExportNeedsASecondPerson: more plain rows than are free in a day need an
// approval by somebody else; it holds for its kind, place, fields, rows, days
// and uses and for nothing else (trust 1.3 row 38).
func TestExportNeedsASecondPerson(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		l, _ := newLog(t, d)
		ctx := context.Background()
		zhang, li, wang := hand(7, account.Officer, county), hand(8, account.Reviewer, county), hand(9, account.Reviewer, 371521000000)
		e := audit.Export{Kind: "people", Region: 371522101000, Rows: 300, Unmasked: true, Fields: []string{"phone"}}
		_, err := exported(d, l, zhang, e)
		wantKind(t, "without approval", err, fault.Forbidden)
		masked := e
		masked.Unmasked, masked.Rows = false, 100_000
		if _, err := exported(d, l, zhang, masked); err != nil {
			t.Errorf("masked: %v", err)
		}
		few := e
		few.Rows = 30
		if _, err := exported(d, l, zhang, few); err != nil {
			t.Errorf("30 rows: %v", err)
		}
		_, err = exported(d, l, zhang, few)
		wantKind(t, "30 more on the same day", err, fault.Forbidden)
		stale := zhang
		stale.Fresh = false
		few.Rows = 5
		_, err = exported(d, l, stale, few)
		wantKind(t, "with an old proof", err, fault.Unauth)

		id, err := l.AskApproval(ctx, zhang, want())
		if err != nil {
			t.Fatal(err)
		}
		_, err = exported(d, l, zhang, e)
		wantKind(t, "asked, not approved", err, fault.Forbidden)
		wantKind(t, "by another county", l.Decide(ctx, wang, id, true, ""), fault.NotFound)
		both := zhang
		both.Grants = append(both.Grants, li.Grants...)
		wantKind(t, "by the asker", l.Decide(ctx, both, id, true, ""), fault.Forbidden)
		standIn := hand(20, account.Reviewer, county)
		standIn.For = 7
		wantKind(t, "by who stands in for the asker", l.Decide(ctx, standIn, id, true, ""), fault.Forbidden)
		wantKind(t, "declined without a word", l.Decide(ctx, li, id, false, " "), fault.Invalid)
		if err := l.Decide(ctx, li, id, true, "同意"); err != nil {
			t.Fatal(err)
		}
		wantKind(t, "twice", l.Decide(ctx, li, id, true, ""), fault.Conflict)
		for what, change := range map[string]func(*audit.Export){
			"more rows":     func(e *audit.Export) { e.Rows = 501 },
			"another field": func(e *audit.Export) { e.Fields = []string{"phone", "id_number"} },
			"every field":   func(e *audit.Export) { e.Fields = nil },
			"another kind":  func(e *audit.Export) { e.Kind = "register" },
			"another place": func(e *audit.Export) { e.Region = 371521000000 },
		} {
			x := e
			change(&x)
			_, err := exported(d, l, zhang, x)
			wantKind(t, what, err, fault.Forbidden)
		}
		_, err = exported(d, l, hand(10, account.Officer, county), e)
		wantKind(t, "by somebody else", err, fault.Forbidden)
		if _, err := exported(d, l, zhang, e); err != nil {
			t.Fatalf("with approval: %v", err)
		}
		_, err = exported(d, l, zhang, e)
		wantKind(t, "a second time", err, fault.Forbidden)
		own, err := l.OwnApprovals(ctx, zhang)
		if err != nil || len(own) != 1 || own[0].Uses != 1 || own[0].RowsTaken != 300 || own[0].DecidedBy != 8 {
			t.Errorf("%+v, %v", own, err)
		}
		log, err := l.ExportLog(ctx, li, account.ExportApprove, audit.ExportFilter{})
		if err != nil || len(log) != 3 || log[0].ApprovedBy != 8 || log[0].ApprovalID != id {
			t.Errorf("log: %+v, %v", log, err)
		}
	})
}

func TestStandingApproval(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		l, _ := newLog(t, d)
		ctx := context.Background()
		zhang, li := hand(7, account.Officer, county), hand(8, account.Reviewer, county)
		e := audit.Export{Kind: "people", Region: county, Rows: 100, Unmasked: true, Fields: []string{"phone"}}
		a := want()
		a.UsesMax, a.Last = 3, 20231212
		id, err := l.AskApproval(ctx, zhang, a)
		if err == nil {
			err = l.Decide(ctx, li, id, true, "")
		}
		if err != nil {
			t.Fatal(err)
		}
		// Four at once on three uses: three pass.
		var wg sync.WaitGroup
		var mu sync.Mutex
		passed := 0
		for range 4 {
			wg.Go(func() {
				if _, err := exported(d, l, zhang, e); err == nil {
					mu.Lock()
					passed++
					mu.Unlock()
				} else {
					wantKind(t, "too many", err, fault.Forbidden)
				}
			})
		}
		wg.Wait()
		if passed != 3 {
			t.Errorf("%d of 4 passed on 3 uses", passed)
		}
		if id, err = l.AskApproval(ctx, zhang, a); err == nil {
			err = l.Decide(ctx, li, id, true, "")
		}
		if err != nil {
			t.Fatal(err)
		}
		d.Clock = calendar.Fixed(testkit.Now.AddDate(0, 0, 3))
		_, err = exported(d, l, zhang, e)
		wantKind(t, "past its last day", err, fault.Forbidden)
		d.Clock = testkit.Clock
		wantKind(t, "ended by a stranger", l.EndApproval(ctx, hand(11, account.Officer, county), id), fault.NotFound)
		if err := l.EndApproval(ctx, li, id); err != nil {
			t.Fatal(err)
		}
		_, err = exported(d, l, zhang, e)
		wantKind(t, "ended", err, fault.Forbidden)
	})
}

func TestApprovalEntries(t *testing.T) {
	d := testkit.SQLite(t)
	l, _ := newLog(t, d)
	zhang := hand(7, account.Officer, county)
	for what, change := range map[string]func(*audit.ExportApproval){
		"kind": func(a *audit.ExportApproval) { a.Kind = "x" }, "purpose": func(a *audit.ExportApproval) { a.Purpose = "a" },
		"number in purpose": func(a *audit.ExportApproval) { a.Purpose = "核对 000000197001010010 本人" },
		"fields":            func(a *audit.ExportApproval) { a.Fields = nil }, "unknown field": func(a *audit.ExportApproval) { a.Fields = []string{"bank"} },
		"rows": func(a *audit.ExportApproval) { a.RowsMax = 0 }, "uses": func(a *audit.ExportApproval) { a.UsesMax = 1000 },
		"past": func(a *audit.ExportApproval) { a.First, a.Last = 20231101, 20231201 }, "years": func(a *audit.ExportApproval) { a.Last = 20260101 },
	} {
		a := want()
		change(&a)
		_, err := l.AskApproval(context.Background(), zhang, a)
		wantKind(t, what, err, fault.Invalid)
	}
	a := want()
	a.Region = 371500000000
	_, err := l.AskApproval(context.Background(), zhang, a)
	wantKind(t, "above the asker's place", err, fault.NotFound)
	_, err = l.AskApproval(context.Background(), hand(8, account.Reviewer, county), want())
	wantKind(t, "by who may not export", err, fault.Forbidden)
}

// TestExportLogIsKept: no row of the last three years can be purged (PIPL 56).
func TestExportLogIsKept(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		l, _ := newLog(t, d)
		ctx := context.Background()
		local := account.LocalOperator(region.Country)
		d.Clock = calendar.Fixed(testkit.Now.AddDate(-3, 0, -1))
		if _, err := exported(d, l, local, audit.Export{Kind: "people", Region: county, Rows: 1, People: []int64{4}}); err != nil {
			t.Fatal(err)
		}
		d.Clock = testkit.Clock
		if _, err := exported(d, l, local, audit.Export{Kind: "people", Region: county, Rows: 2, People: []int64{4, 5}}); err != nil {
			t.Fatal(err)
		}
		_, err := l.PurgeExports(ctx, local, 20201211)
		wantKind(t, "within three years", err, fault.Invalid)
		_, err = l.PurgeExports(ctx, hand(1, account.Auditor, 0), 20201210)
		wantKind(t, "not at the console", err, fault.Forbidden)
		n, err := l.PurgeExports(ctx, local, 20201210)
		if err != nil || n != 1 {
			t.Errorf("purged %d, %v", n, err)
		}
		who, err := l.ExportedPeople(ctx, hand(1, account.Auditor, 0), []int64{2})
		if err != nil || len(who) != 2 {
			t.Errorf("people of the export: %v, %v", who, err)
		}
	})
}
