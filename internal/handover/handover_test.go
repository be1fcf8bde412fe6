package handover_test

import (
	"strings"
	"sync"
	"testing"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/handover"
	"wengang/internal/region"
	"wengang/internal/testkit"
)

// TestLife: B asks, A asks back, B replies, A hands over: the person lives in
// B with their work, counts there and no longer in A.
func TestLife(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		id, number := f.someone("张三", villageA)
		f.exec(`UPDATE person SET settlement = 7 WHERE id = $1`, id)
		out := f.ask(officB, number, villageB)
		if out.Outcome != handover.Requested || out.PersonID != 0 {
			t.Fatalf("asked: %+v", out)
		}
		if again := f.ask(officB, number, villageB); again.Outcome != handover.Already || again.ID != out.ID {
			t.Errorf("asked again: %+v", again)
		}
		b := f.get(officB, out.ID)
		if b.PersonID != 0 || b.From != 0 || b.LedgerName != "" || b.Parent != 0 {
			t.Errorf("the asking side is told of the holder: %+v", b)
		}
		a := f.get(officA, out.ID)
		if a.PersonID != id || a.From != villageA || a.LedgerName != "张三" || a.Due != 20231215 {
			t.Errorf("the holder sees %+v", a)
		}
		if _, err := f.store.Get(ctx, scopeOf(officC), officC, out.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a third county: %v", err)
		}
		f.must(officA, out.ID, handover.ActQuery, "请附结婚证")
		if w := f.waits(officB); w[2] != 1 {
			t.Errorf("who asks has %v to do", w)
		}
		f.must(officB, out.ID, handover.ActReply, "已附")
		if w := f.waits(officA); w[0] != 1 {
			t.Errorf("the holder has %v to do", w)
		}
		beforeA, beforeB := f.counted(countyA, 202311), f.counted(countyB, 202311)
		r := f.must(officA, out.ID, handover.ActAccept, "")
		if r.State != handover.Accepted || r.Effective != 202311 {
			t.Errorf("accepted: %+v", r)
		}
		if b = f.get(officB, out.ID); b.PersonID != id || b.From != countyA {
			t.Errorf("after the move B sees %+v", b)
		}
		p, err := f.people.Get(ctx, scopeOf(officB), id)
		if err != nil || p.Village != villageB || p.Settlement != 0 || p.Relation != 1 || p.OutOn != 0 {
			t.Errorf("the person: %+v, %v", p.Person, err)
		}
		if p, err = f.people.Get(ctx, scopeOf(officA), id); !fault.Is(err, fault.NotFound) {
			t.Errorf("A still sees the person: %+v %v", p.Person, err)
		}
		spells, err := f.work.Spells(ctx, scopeOf(officB), id)
		if err != nil || len(spells) != 1 {
			t.Fatalf("spells: %v %v", spells, err)
		}
		if was, now := spells[0].TermIn(202310).PlaceClass, spells[0].TermIn(202311).PlaceClass; was != fact.OutsideCounty || now != fact.InsideCounty {
			t.Errorf("place class %d before, %d after the move", was, now)
		}
		if a, b := f.counted(countyA, 202311), f.counted(countyB, 202311); a != beforeA-1 || b != beforeB+1 {
			t.Errorf("A counts %d after %d, B %d after %d", a, beforeA, b, beforeB)
		}
		if a := f.counted(countyA, 202310); a != beforeA {
			t.Errorf("A's October counts %d, not %d", a, beforeA)
		}
		for _, c := range []region.Code{countyA, countyB} {
			if f.one(`SELECT count(*) FROM change_log WHERE county = $1 AND person_id = $2 AND month_from = 202311`, int64(c), id) != 1 {
				t.Errorf("no change log for %s", c)
			}
		}
		events, err := f.store.Events(ctx, scopeOf(officB), out.ID)
		if err != nil || len(events) != 4 || events[1].By != "" || events[0].By == "" {
			t.Errorf("events: %+v %v", events, err)
		}
		for _, action := range []string{"handover.ask", "handover.query", "handover.reply", "handover.accept", "people.move"} {
			if f.one(`SELECT count(*) FROM audit_row WHERE action = $1`, action) == 0 {
				t.Errorf("%s is not on record", action)
			}
		}
		var logged string
		if err := d.Read.QueryRowContext(ctx, `SELECT coalesce(max(detail), '') FROM audit_row WHERE detail LIKE '%000000%'`).Scan(&logged); err != nil || logged != "" {
			t.Errorf("a number is in the audit: %q %v", logged, err)
		}
	})
}

func (f *fixture) waits(by account.Caller) [3]int {
	f.t.Helper()
	a, b, c, err := f.store.Waiting(ctx, scopeOf(by), by)
	if err != nil {
		f.t.Fatal(err)
	}
	return [3]int{a.N, b.N, c.N}
}

// TestEveryStateActAndSide walks the table: what is listed works, everything
// else is refused and leaves the state.
func TestEveryStateActAndSide(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		callers := map[handover.Side]account.Caller{handover.Asker: officB, handover.Holder: officA, handover.Above: cityMan}
		acts := []handover.Act{handover.ActAccept, handover.ActRefuse, handover.ActQuery, handover.ActReply, handover.ActWithdraw, handover.ActAppeal, handover.ActEscalate, handover.ActVoid, handover.ActPass}
		for _, state := range handover.States {
			for _, act := range acts {
				for side, by := range callers {
					_, number := f.someone("张三", villageA)
					f.exec(`DELETE FROM handover_asked`)
					id := f.ask(officB, number, villageB).ID
					if state != handover.Asked {
						closed, from := 0, int64(0)
						if !state.Open() {
							closed, from = 1, int64(villageA)
						}
						f.exec(`UPDATE handover SET state = $1, closed_at = $2, from_village = $3 WHERE id = $4`, string(state), closed, from, id)
					}
					want, ok := handover.Find(state, act, side)
					_, err := f.store.Act(ctx, scopeOf(by), by, id, f.get(by, id).Version, act, "说明情况")
					now := handover.State("")
					if e := d.Read.QueryRowContext(ctx, `SELECT state FROM handover WHERE id = $1`, id).Scan(&now); e != nil {
						t.Fatal(e)
					}
					switch {
					case ok && (err != nil || now != want.To):
						t.Errorf("%s %s by %s: %v, now %s", state, act, side, err, now)
					case !ok && (err == nil || now != state || !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Forbidden)):
						t.Errorf("%s %s by %s is not listed: %v, now %s", state, act, side, err, now)
					}
				}
			}
		}
	})
}

// TestWordsAndRights: a refusal needs its reason, an aide and a neighbour may
// nothing, a city's officer decides only what was escalated.
func TestWordsAndRights(t *testing.T) {
	f := setUp(t, testkit.SQLite(t))
	_, number := f.someone("张三", villageA)
	id := f.ask(officB, number, villageB).ID
	if _, err := f.act(officA, id, handover.ActRefuse, " "); !fault.Is(err, fault.Invalid) {
		t.Errorf("refused without a reason: %v", err)
	}
	for who, by := range map[string]account.Caller{"aide": caller(7, account.Aide, villageA), "leader": caller(8, account.Leader, countyA), "city": cityMan} {
		if _, err := f.act(by, id, handover.ActAccept, ""); err == nil {
			t.Errorf("%s accepted", who)
		}
	}
	if _, err := f.act(officA, id, handover.ActRefuse, "他的号码是 "+number); !fault.Is(err, fault.Invalid) {
		t.Errorf("a number in plain for the other county: %v", err)
	}
	for what, a := range map[string]handover.Ask{"reason": {Name: "张三", Reason: "婚迁 " + number}, "evidence": {Name: "张三", Reason: "婚迁", Evidence: "户口页 " + number}, "name": {Name: number, Reason: "婚迁"}} {
		a.IDNumber, a.To = number, villageB
		if _, err := f.store.Ask(ctx, scopeOf(officB), officB, a); !fault.Is(err, fault.Invalid) {
			t.Errorf("a number in plain in the %s: %v", what, err)
		}
	}
	aide := caller(7, account.Aide, villageB)
	if _, err := f.store.Ask(ctx, scopeOf(aide), aide, handover.Ask{IDNumber: number, Name: "张三", To: villageB, Reason: "婚迁"}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an aide asks: %v", err)
	}
	if _, err := f.store.Ask(ctx, scopeOf(officB), officB, handover.Ask{IDNumber: number, Name: "张三", To: villageC, Reason: "婚迁"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("asked for another county's village: %v", err)
	}
	if _, err := f.store.Act(ctx, scopeOf(officA), officA, id, 99, handover.ActAccept, ""); !fault.Is(err, fault.Conflict) {
		t.Errorf("an old version: %v", err)
	}
}

// TestOverdue: nobody answers, the city decides; nobody replies, it ends.
func TestOverdue(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		_, n1 := f.someone("张三", villageA)
		_, n2 := f.someone("李四", villageA)
		silent, unanswered := f.ask(officB, n1, villageB).ID, f.ask(officB, n2, villageB).ID
		f.must(officA, unanswered, handover.ActQuery, "哪个村")
		if n, err := f.store.Daily(ctx, region.ScopeOf(nation)); n != 0 || err != nil {
			t.Fatalf("before the term: %d %v", n, err)
		}
		f.exec(`UPDATE handover SET due_on = 20231208`)
		if n, err := f.store.Daily(ctx, region.ScopeOf(nation)); n != 2 || err != nil {
			t.Fatalf("after the term: %d %v", n, err)
		}
		if r := f.get(officB, unanswered); r.State != handover.Void || r.Words != "handover.void.silent" {
			t.Errorf("no reply: %+v", r)
		}
		if r := f.get(cityMan, silent); r.State != handover.Escalated || r.Due != 20231215 || r.Parent != city {
			t.Errorf("no answer: %+v", r)
		}
		if w := f.waits(cityMan); w != [3]int{0, 1, 0} {
			t.Errorf("the city has %v to do", w)
		}
		if r := f.must(cityMan, silent, handover.ActAccept, ""); r.State != handover.Accepted {
			t.Errorf("decided: %+v", r)
		}
	})
}

// TestClosedMonths: the move counts from the first month that both counties
// have open; closed ones stay as they are.
func TestClosedMonths(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		id, number := f.someone("张三", villageA)
		f.someone("王五", villageB)
		for m := range 2 {
			if err := f.months.Close(ctx, caller(9, account.Local, nation), countyB, calendar.Month(202310+m)); err != nil {
				t.Fatal(err)
			}
		}
		out := f.ask(officB, number, villageB)
		if r := f.must(officA, out.ID, handover.ActAccept, ""); r.Effective != 202312 || r.Since != 202311 {
			t.Errorf("since %s, effective %s", r.Since, r.Effective)
		}
		if n := f.one(`SELECT count(*) FROM person_month WHERE county = $1 AND person_id = $2`, int64(countyB), id); n != 0 {
			t.Errorf("%d frozen rows of B know the person", n)
		}
		if n := f.one(`SELECT count(*) FROM adjustment WHERE person_id = $1`, id); n != 0 {
			t.Errorf("%d adjustments of closed months", n)
		}
		if f.counted(countyA, 202311) != 1 || f.counted(countyA, 202312) != 0 || f.counted(countyB, 202312) != 2 {
			t.Error("the month of the move is wrong")
		}
	})
}

// TestOvertaken: dead, merged, moved on to a third county, come otherwise, left.
func TestOvertaken(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		ids, numbers := map[string]int64{}, map[string]string{}
		for _, who := range []string{"死", "并", "存", "走", "来", "离"} {
			ids[who], numbers[who] = f.someone("张"+who, villageA)
		}
		reqs := map[string]int64{}
		for _, who := range []string{"死", "并", "走", "来", "离"} {
			reqs[who] = f.ask(officB, numbers[who], villageB).ID
		}
		if err := f.people.Leave(ctx, scopeOf(officA), officA, ids["死"], 1, 20231201, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := f.act(officA, reqs["死"], handover.ActAccept, ""); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "gone") {
			t.Errorf("a dead person: %v", err)
		}
		if r := f.get(officB, reqs["死"]); r.State != handover.Void || r.Dead {
			t.Errorf("a dead person's request: %+v", r)
		}

		f.exec(`UPDATE person SET merged_into = $1, out_on = 20231201, out_reason = 3 WHERE id = $2`, ids["存"], ids["并"])
		if r := f.must(officA, reqs["并"], handover.ActAccept, ""); r.State != handover.Accepted {
			t.Errorf("merged: %+v", r)
		}
		if v := f.one(`SELECT village FROM person WHERE id = $1`, ids["存"]); v != int64(villageB) {
			t.Errorf("who survived the merge lives at %d", v)
		}

		// C asks for the same person and is first: B's request goes on to C.
		toC := f.ask(officC, numbers["走"], villageC).ID
		f.must(officA, toC, handover.ActAccept, "")
		if r := f.get(officC, reqs["走"]); r.State != handover.Asked || r.From != villageC || r.Parent != 0 && r.Parent != nation {
			t.Errorf("passed on: %+v", r)
		}
		if _, err := f.store.Get(ctx, scopeOf(officA), officA, reqs["走"]); !fault.Is(err, fault.NotFound) {
			t.Errorf("A still sees the request: %v", err)
		}
		// And back: A asks C while B asks C; both counties' wishes are answered by C.
		back := f.ask(officA, numbers["走"], villageA).ID
		f.must(officC, back, handover.ActAccept, "")
		if r := f.get(officA, reqs["走"]); r.State != handover.Asked || r.From != villageA {
			t.Errorf("passed back: %+v", r)
		}

		f.exec(`UPDATE person SET village = $1 WHERE id = $2`, int64(villageB), ids["来"])
		if n, err := f.store.Daily(ctx, region.ScopeOf(nation)); n != 1 || err != nil {
			t.Fatalf("the night: %d %v", n, err)
		}
		if r := f.get(officB, reqs["来"]); r.State != handover.Void || r.Words != "handover.void.here" {
			t.Errorf("come otherwise: %+v", r)
		}

		if err := f.people.Leave(ctx, scopeOf(officA), officA, ids["离"], 2, 20231105, "迁出"); err != nil {
			t.Fatal(err)
		}
		if r := f.must(officA, reqs["离"], handover.ActAccept, ""); r.Effective != 202311 {
			t.Errorf("who had left comes from %s on", r.Effective)
		}
		if n := f.one(`SELECT count(*) FROM person WHERE id = $1 AND out_on = 0`, ids["离"]); n != 1 {
			t.Error("who had left is not back")
		}
	})
}

// TestAtOnce: of two acts at the same time one wins; of two counties one gets
// the person.
func TestAtOnce(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		for range 8 {
			_, number := f.someone("张三", villageA)
			f.exec(`DELETE FROM handover_asked`)
			b, c := f.ask(officB, number, villageB).ID, f.ask(officC, number, villageC).ID
			vb, vc := f.get(officA, b).Version, f.get(officA, c).Version
			var won sync.Map
			var wg sync.WaitGroup
			for name, act := range map[string]func() error{
				"b accepted": func() error {
					_, err := f.store.Act(ctx, scopeOf(officA), officA, b, vb, handover.ActAccept, "")
					return err
				},
				"b withdrawn": func() error {
					_, err := f.store.Act(ctx, scopeOf(officB), officB, b, vb, handover.ActWithdraw, "")
					return err
				},
				"c accepted": func() error {
					_, err := f.store.Act(ctx, scopeOf(officA), officA, c, vc, handover.ActAccept, "")
					return err
				},
			} {
				wg.Go(func() {
					err := act()
					if err == nil {
						won.Store(name, true)
					} else if k := fault.KindOf(err); k != fault.Conflict && k != fault.NotFound && k != fault.Forbidden {
						t.Errorf("%s: %v", name, err)
					}
				})
			}
			wg.Wait()
			_, ba := won.Load("b accepted")
			_, bw := won.Load("b withdrawn")
			_, ca := won.Load("c accepted")
			if ba && bw || ba && ca || !ba && !bw && !ca {
				t.Errorf("b accepted %v, b withdrawn %v, c accepted %v", ba, bw, ca)
			}
		}
	})
}

// TestManyAndLimits: an import asks with one call; the day's questions are
// bounded and every one counts.
func TestManyAndLimits(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		_, here := f.someone("甲", villageB)
		_, there := f.someone("乙", villageA)
		asks := []handover.Ask{}
		for _, n := range []string{here, there, f.number(), "123"} {
			asks = append(asks, handover.Ask{IDNumber: n, Name: "某", To: villageB, Reason: "导入名单"})
		}
		for range 2 {
			out, err := f.store.AskAll(ctx, scopeOf(officB), officB, 5, asks)
			if err != nil {
				t.Fatal(err)
			}
			got := []handover.Outcome{}
			for _, o := range out {
				got = append(got, o.Outcome)
			}
			if got[0] != handover.Here || got[2] != handover.Unknown || got[3] != handover.Bad || got[1] != handover.Requested && got[1] != handover.Already {
				t.Errorf("outcomes %v", got)
			}
		}
		if n := f.one(`SELECT count(*) FROM handover WHERE batch_id = 5`); n != 1 {
			t.Errorf("%d requests of one person", n)
		}
		for i := range 31 {
			_, err := f.store.Ask(ctx, scopeOf(officB), officB, handover.Ask{IDNumber: f.number(), Name: "某", To: villageB, Reason: "查询"})
			if (i == 30) != fault.Is(err, fault.TooMany) {
				t.Fatalf("question %d: %v", i+1, err)
			}
		}
		if n := f.one(`SELECT count(*) FROM audit_row WHERE action = 'handover.ask'`); n != 32 {
			t.Errorf("%d questions on record", n)
		}
	})
}
