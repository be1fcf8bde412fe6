package audit_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
)

// TestReadsShareATransaction: many who read at once each have a row, and one
// whose rights changed is refused alone.
func TestReadsShareATransaction(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		l, _ := newLog(t, d)
		ctx := context.Background()
		var wg sync.WaitGroup
		for i := range 200 {
			wg.Go(func() {
				c := officer
				if i == 50 {
					c.Rights = 9 // nobody's
				}
				err := l.Read(ctx, c, audit.Entry{Action: "people.read", Object: "person", ObjectID: fmt.Sprint(i)})
				if (err != nil) != (i == 50) {
					t.Errorf("%d: %v", i, err)
				}
			})
		}
		wg.Wait()
		var n int
		if err := d.Read.QueryRow(`SELECT count(DISTINCT object_id) FROM audit_row WHERE action = 'people.read'`).Scan(&n); err != nil || n != 199 {
			t.Errorf("%d rows, %v", n, err)
		}
		do(t, d, `ALTER TABLE audit_row RENAME TO gone`)
		if l.Read(ctx, officer, audit.Entry{Action: "people.read"}) == nil {
			t.Error("read without a record")
		}
		if err := l.ReadList(ctx, officer, "people.list", county); err != nil {
			t.Errorf("a sum is not due yet: %v", err)
		}
		if l.FlushReads(ctx) == nil {
			t.Error("sums without a record")
		}
		if l.ReadList(ctx, officer, "people.list", county) == nil {
			t.Error("lists go on without a record")
		}
		do(t, d, `ALTER TABLE gone RENAME TO audit_row`)
		if err := l.ReadList(ctx, officer, "people.list", county); err != nil {
			t.Errorf("after the mending: %v", err)
		}
		var detail string
		if err := d.Read.QueryRow(`SELECT detail FROM audit_row WHERE action = 'people.list'`).Scan(&detail); err != nil || detail != `{"pages":"3"}` {
			t.Errorf("%s, %v", detail, err)
		}
	})
}

// TestWhoLooked: records opened, values revealed, files, and lists of the
// person's places; not what concerns others; scoped, and itself on record.
func TestWhoLooked(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		l, _ := newLog(t, d)
		ctx := context.Background()
		const village region.Code = 371522101200
		local := account.LocalOperator(region.Country)
		for _, e := range []audit.Entry{
			{Action: "people.read", Object: "person", ObjectID: "5", Region: village},
			{Action: "people.reveal", Object: "person", ObjectID: "5", Region: village, Detail: map[string]string{"field": "phone", "reason": "call"}},
			{Action: "people.read", Object: "person", ObjectID: "55", Region: village},
			{Action: "evidence.open", Object: "person", ObjectID: "55", Region: village},
			{Action: "people.edit", Object: "person", ObjectID: "5", Region: village},
			{Action: "access.refused", Object: "person", ObjectID: "5", Region: village, Outcome: audit.Refused},
		} {
			if err := l.Record(ctx, officer, e); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := exported(d, l, local, audit.Export{Kind: "people", Region: county, Rows: 2, People: []int64{5, 55, 5}}); err != nil {
			t.Fatal(err)
		}
		for _, at := range []region.Code{village, county, 371522101201, 371521000000} {
			if err := l.ReadList(ctx, officer, "people.list", at); err != nil {
				t.Fatal(err)
			}
		}
		if err := l.FlushReads(ctx); err != nil {
			t.Fatal(err)
		}
		li := hand(8, account.Reviewer, county)
		got, err := l.WhoLooked(ctx, li.Scope(account.LookedRead), li, 5, village)
		if err != nil || len(got.Looks) != 3 || got.Looks[2].Action != "export.people" || got.Looks[0].Action != "people.reveal" || got.Looks[0].Detail["reason"] != "call" || got.Looks[1].Action != "people.read" {
			t.Errorf("%+v, %v", got.Looks, err)
		}
		if len(got.Lists) != 2 || got.Lists[0].Pages != 1 || got.Lists[0].Month != "2023-12" {
			t.Errorf("%+v", got.Lists)
		}
		_, err = l.WhoLooked(ctx, li.Scope(account.LookedRead), li, 5, 371521101200)
		wantKind(t, "in another county", err, fault.NotFound)
		leader := hand(9, account.Leader, county)
		_, err = l.WhoLooked(ctx, leader.Scope(account.PeopleRead), leader, 5, village)
		wantKind(t, "by a leader", err, fault.Forbidden)
		var n int
		if err := d.Read.QueryRow(`SELECT count(*) FROM audit_row WHERE action = 'looked.read'`).Scan(&n); err != nil || n != 1 {
			t.Errorf("%d looks at the looks on record, %v", n, err)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	d := testkit.SQLite(b)
	l := audit.New(d, secrettest.Box(b), nil)
	b.SetParallelism(32)
	start := time.Now()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := l.Read(context.Background(), officer, audit.Entry{Action: "people.read", Object: "person", ObjectID: "5"}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "reads/s")
}
