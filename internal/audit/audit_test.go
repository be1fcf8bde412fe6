package audit_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
)

var officer = account.Caller{
	UserID: 7, Login: "zhang", Address: "10.0.0.7", RequestID: "r1", Session: "3",
	Grants: []account.Grant{{Role: account.Officer, Dept: account.DeptHR, Region: 371522000000}},
}

func auditor(at int64) account.Caller {
	return account.Caller{UserID: 9, Login: "audit", Grants: []account.Grant{{Role: account.Auditor, Region: regionOf(at)}}}
}

func newLog(t *testing.T, d *db.DB) (*audit.Log, *audit.FileAnchor) {
	t.Helper()
	a, err := audit.NewFileAnchor(filepath.Join(t.TempDir(), "head.anchor"))
	if err != nil {
		t.Fatal(err)
	}
	return audit.New(d, secrettest.Box(t), a), a
}

// write records n acts and seals them.
func write(t *testing.T, d *db.DB, l *audit.Log, n int) {
	t.Helper()
	for i := range n {
		err := d.Tx(context.Background(), func(tx *db.Tx) error {
			return l.Write(context.Background(), tx, officer, audit.Entry{
				Action: "people.reveal", Object: "person", ObjectID: fmt.Sprint(100 + i),
				Detail: map[string]string{"field": "phone", "reason": "call"},
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.Seal(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func TestWriteIsPartOfTheAct(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		l, _ := newLog(t, d)
		ctx := context.Background()
		stop := errors.New("stop")
		err := d.Tx(ctx, func(tx *db.Tx) error {
			if err := l.Write(ctx, tx, officer, audit.Entry{Action: "a.b"}); err != nil {
				return err
			}
			return stop
		})
		if !errors.Is(err, stop) {
			t.Fatal(err)
		}
		if rows, err := l.List(ctx, auditor(0), audit.Filter{Action: "a.b"}); err != nil || len(rows) != 0 {
			t.Errorf("an act that did not happen is on record: %v, %v", rows, err)
		}
		// Where the row cannot be written, the act does not happen.
		if _, err := d.Writer().ExecContext(ctx, `DROP TABLE audit_row`); err != nil {
			t.Fatal(err)
		}
		err = d.Tx(ctx, func(tx *db.Tx) error {
			if _, err := tx.ExecContext(ctx, `INSERT INTO setting (region, name, value, changed_at) VALUES (0, 'act', 'x', 0)`); err != nil {
				return err
			}
			return l.Write(ctx, tx, officer, audit.Entry{Action: "a.b"})
		})
		if err == nil {
			t.Fatal("written without a table")
		}
		var n int
		if err := d.Read.QueryRow(`SELECT count(*) FROM setting WHERE name = 'act'`).Scan(&n); err != nil || n != 0 {
			t.Errorf("the act happened without its row: %d, %v", n, err)
		}
	})
}

func TestListKeepsToTheArea(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		l, _ := newLog(t, d)
		ctx := context.Background()
		write(t, d, l, 3)
		for _, c := range []struct {
			who  account.Caller
			want int
		}{{auditor(0), 3}, {auditor(371500000000), 3}, {auditor(371522000000), 3}, {auditor(371521000000), 0}, {auditor(371522001000), 0}} {
			rows, err := l.List(ctx, c.who, audit.Filter{Action: "people.reveal"})
			if err != nil || len(rows) != c.want {
				t.Errorf("auditor of %v sees %d rows, want %d (%v)", c.who.Grants[0].Region, len(rows), c.want, err)
			}
		}
		if _, err := l.List(ctx, officer, audit.Filter{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an officer reads the record: %v", err)
		}
		rows, err := l.List(ctx, auditor(0), audit.Filter{Login: "zhang", ObjectID: "101", Limit: 5})
		if err != nil || len(rows) != 1 {
			t.Fatalf("%v, %v", rows, err)
		}
		r := rows[0]
		if r.UserID != 7 || r.Login != "zhang" || r.Address != "10.0.0.7" || r.RequestID != "r1" || r.Session != "3" ||
			r.Object != "person" || r.Region != 371522000000 || r.Outcome != audit.Done || !r.At.Equal(testkit.Now) || r.At.Format("-0700") != "+0800" {
			t.Errorf("row %+v", r)
		}
		// The auditor's own queries are in the record.
		rows, err = l.List(ctx, auditor(0), audit.Filter{Action: "audit.read", Login: "audit"})
		if err != nil || len(rows) < 6 {
			t.Errorf("%d readings on record, %v", len(rows), err)
		}
		var ids []int64
		f := audit.Filter{Action: "people.reveal", Limit: 2}
		for {
			page, err := l.List(ctx, auditor(0), f)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page {
				ids = append(ids, r.ID)
			}
			if len(page) < 2 {
				break
			}
			f.Before = page[len(page)-1].ID
		}
		if len(ids) != 3 || ids[0] <= ids[1] || ids[1] <= ids[2] {
			t.Errorf("pages give %v", ids)
		}
		actions, err := l.Actions(ctx)
		if err != nil || strings.Join(actions, " ") != "audit.read people.reveal" {
			t.Errorf("actions %v, %v", actions, err)
		}
		if n, err := l.Count(ctx, d.Read, 7, "people.reveal", testkit.Now.Add(-time.Hour)); err != nil || n != 3 {
			t.Errorf("count %d, %v", n, err)
		}
	})
}

func TestNoPersonalDataComesIn(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		l, _ := newLog(t, d)
		ctx := context.Background()
		who := officer
		who.Login = "000000198802290019"
		err := l.Record(ctx, who, audit.Entry{
			Action: "people.find", Object: "person", ObjectID: "000000198802290019",
			Detail: map[string]string{"query": "000000198802290019 13800001234", "village": "371522103205"},
		})
		if err != nil {
			t.Fatal(err)
		}
		rows, err := l.List(ctx, auditor(0), audit.Filter{Action: "people.find"})
		if err != nil || len(rows) != 1 {
			t.Fatal(rows, err)
		}
		all := fmt.Sprintf("%+v", rows[0])
		if strings.Contains(all, "19880229") || strings.Contains(all, "13800001234") {
			t.Error("personal data in the record: " + all)
		}
		if !strings.Contains(all, "371522103205") {
			t.Error("the village's code is hidden: " + all)
		}
	})
}

func TestRefusedAndExported(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		l, _ := newLog(t, d)
		ctx := context.Background()
		if err := l.Refused(ctx, officer, account.MonthReopen, "month", "202311"); err != nil {
			t.Fatal(err)
		}
		var id int64
		fresh := officer
		fresh.Fresh = true
		err := d.Tx(ctx, func(tx *db.Tx) (err error) {
			id, err = l.Exported(ctx, tx, fresh, audit.Export{Kind: "people", Region: 371522000000, Rows: 50, Unmasked: true, Reason: "r"})
			return err
		})
		if err != nil || id == 0 {
			t.Fatal(id, err)
		}
		for action, outcome := range map[string]audit.Outcome{"access.refused": audit.Refused, "export.people": audit.Done} {
			rows, err := l.List(ctx, auditor(0), audit.Filter{Action: action})
			if err != nil || len(rows) != 1 || rows[0].Outcome != outcome {
				t.Errorf("%s: %v, %v", action, rows, err)
			}
		}
	})
}

func TestSealersDoNotDisturbEachOther(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		l, _ := newLog(t, d)
		ctx := context.Background()
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for i := range 40 {
					if err := l.Record(ctx, officer, audit.Entry{Action: "a.b", ObjectID: fmt.Sprint(i)}); err != nil {
						t.Error(err)
					}
					if i%10 == 0 {
						if _, err := audit.New(d, secrettest.Box(t), nil).Seal(ctx); err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
		wg.Wait()
		if _, err := l.Seal(ctx); err != nil {
			t.Fatal(err)
		}
		rep, err := l.Verify(ctx)
		if err != nil || !rep.OK() || rep.Seals != 160 || rep.Rows != 160 || rep.Head.Seq != 160 {
			t.Errorf("%+v, %v", rep, err)
		}
	})
}

func TestRunSealsWithinASecondAndAtTheEnd(t *testing.T) {
	d := testkit.SQLite(t)
	l, anchor := newLog(t, d)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); l.Run(ctx) }()
	if err := l.Record(ctx, officer, audit.Entry{Action: "a.b"}); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(5 * time.Second)
	for {
		marks, err := anchor.Marks(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if len(marks) > 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("not sealed")
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err := l.Record(ctx, officer, audit.Entry{Action: "a.b"}); err != nil {
		t.Fatal(err)
	}
	cancel()
	<-done
	rep, err := l.Verify(context.Background())
	if err != nil || !rep.OK() || rep.Seals != 2 {
		t.Errorf("%+v, %v", rep, err)
	}
}
