package flow_test

import (
	"context"
	"fmt"
	"testing"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/idcard"
	"wengang/internal/month"
	"wengang/internal/people"
	"wengang/internal/people/flow"
	"wengang/internal/region"
	"wengang/internal/rule"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
	"wengang/internal/work"
)

const (
	village   region.Code = 371522103201
	neighbour region.Code = 371522103202
	county    region.Code = 371522000000
)

var (
	ctx  = context.Background()
	home = region.ScopeOf(county)
	by   = account.Caller{UserID: 7, Login: "t", Name: "测试", Address: "local", Grants: []account.Grant{{Role: account.Officer, Dept: account.DeptHR, Region: county}}}
)

type tree struct{}

func (tree) KnownArea(int32) bool      { return true }
func (tree) Name(c region.Code) string { return c.String() }

type nowhere struct{}

func (nowhere) Settlements(context.Context, db.Querier, region.Scope) ([]fact.Settlement, error) {
	return nil, nil
}

type fixture struct {
	t      testing.TB
	people *people.Store
	work   *work.Store
	months *month.Store
	flows  *flow.Store
	n      int
}

func setUp(t testing.TB, d *db.DB) *fixture {
	box := secrettest.Box(t)
	log := audit.New(d, box, nil)
	f := &fixture{t: t, months: month.New(d, log)}
	desk := rule.NewDesk(d, tree{}, log)
	f.people = people.New(d, people.Deps{Box: box, Audit: log, Closed: f.months, Checks: desk, Settled: nowhere{}, Spells: work.ReadSpells, Reclass: work.Reclass})
	f.work = work.New(d, work.Deps{People: f.people, Audit: log, Closed: f.months, Checks: desk, Places: tree{}})
	f.flows = flow.New(d, f.people, log)
	return f
}

func (f *fixture) person(name string, at region.Code) fact.Person {
	f.n++
	birth := calendar.DateOf(1970+f.n%28, 1+f.n%12, 1+f.n%28)
	s := fmt.Sprintf("000000%08d%03d", int(birth), f.n*2+1)
	return fact.Person{Village: at, Name: name, Sex: fact.Male, Birth: birth, Ethnic: 1, IDNumber: s + string(idcard.CheckDigit(s)), Relation: 1, Education: 3, Health: 1,
		Skill: fact.SkillOrdinary, Willing: fact.Yes, WillingOn: 20230101, Household: fmt.Sprintf("h%d", f.n), Status: fact.StatusJobless, StatusOn: 20230101, StatusFrom: "走访",
		Kinds: []fact.PersonKind{{Kind: fact.KindPoor, Since: 20200101, Until: fact.Forever}}}
}

func (f *fixture) book(at region.Code) string {
	f.t.Helper()
	b, err := f.flows.Read(ctx, home, at, 202310, 202312, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	n, err := f.people.Count(ctx, region.ScopeOf(at), people.Filter{})
	if err != nil || n != b.Total.Closing || b.Total.Opening+b.Total.In()-b.Total.Out() != n {
		f.t.Errorf("%s: the book ends with %d, the ledger has %d (%v)", at, b.Total.Closing, n, err)
	}
	return fmt.Sprintf("%d %v", b.Total.Opening, b.Total.By)
}

// TestActsAndTheirUndo: every kind of act on both engines, the book after it,
// the undo, and the undo once the month has closed.
func TestActsAndTheirUndo(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		p := f.person("户主", village)
		p.InOn = 20220101
		head, err := f.people.Create(ctx, home, by, p)
		must(err)
		act := func(k flow.Kind, on calendar.Date) flow.Act {
			return flow.Act{Kind: k, On: on, Reason: "原因", Document: "凭据"}
		}
		last := func(person int64) int64 {
			t.Helper()
			papers, err := f.flows.Papers(ctx, home, person)
			if err != nil || len(papers) == 0 {
				t.Fatal(papers, err)
			}
			return papers[len(papers)-1].ID
		}
		start := f.book(village)

		child := f.person("婴儿", village)
		child.Household, child.Kinds, child.Status, child.IDKind, child.IDNumber, child.Birth, child.Skill, child.Willing, child.WillingOn, child.Education = p.Household, nil, 0, 9, "", 20231120, 0, 0, 0, 0
		born, err := f.flows.Enter(ctx, home, by, child, act(flow.Born, 0))
		must(err)
		r, err := f.people.Get(ctx, home, born)
		if err != nil || r.InOn != 20231120 || len(r.Kinds) != 1 || r.Kinds[0].Kind != fact.KindPoor || r.Kinds[0].Since != 20231120 {
			t.Errorf("born: %+v, %v", r.Person, err)
		}
		if got := f.book(village); got != "1 map[1:1]" {
			t.Errorf("after a birth: %s", got)
		}
		must(f.flows.Undo(ctx, home, by, born, last(born), "误录"))
		if _, err := f.people.Get(ctx, home, born); !fault.Is(err, fault.NotFound) {
			t.Errorf("the birth was taken back, the record is %v", err)
		}
		if got := f.book(village); got != start {
			t.Errorf("after the undo: %s, was %s", got, start)
		}

		came, err := f.flows.Enter(ctx, home, by, f.person("新人", village), act(flow.MarriedIn, 20231105))
		must(err)
		paper := last(came)
		if _, err = f.work.Add(ctx, home, by, came, work.NewSpell{Start: 202311, Source: "走访", Term: fact.Term{WageFen: 1, Place: 440307000000, Channel: 1, TransportFen: -1}}); err != nil {
			t.Fatal(err)
		}
		if err := f.flows.Undo(ctx, home, by, came, paper, "误录"); !fault.Is(err, fault.Conflict) {
			t.Errorf("an arrival with work is taken back: %v", err)
		}

		must(f.flows.Move(ctx, home, by, head, flow.Act{Kind: flow.MarriedAway, On: 20231115, Reason: "结婚", Document: "结婚证", To: neighbour}))
		if got, there, whole := f.book(village), f.book(neighbour), f.book(county); got != "1 map[3:1 13:1]" || there != "0 map[3:1]" || whole != "1 map[3:1]" {
			t.Errorf("after a marriage: %s, there %s, in the county %s", got, there, whole)
		}
		must(f.flows.Undo(ctx, home, by, head, last(head), "登记有误"))
		must(f.flows.Leave(ctx, home, by, head, act(flow.Died, 20231108)))
		if got := f.book(village); got != "1 map[3:1 11:1]" {
			t.Errorf("after a death: %s", got)
		}
		if err := f.flows.Leave(ctx, home, by, head, act(flow.WentOut, 20231109)); !fault.Is(err, fault.Conflict) {
			t.Errorf("the dead leave: %v", err)
		}
		if err := f.flows.Undo(ctx, region.ScopeOf(371521000000), by, head, last(head), "越权"); !fault.Is(err, fault.NotFound) {
			t.Errorf("undo from outside: %v", err)
		}
		must(f.months.Close(ctx, by, county, 202311))
		// The entry was made in December, which is open: it counts there.
		must(f.flows.Undo(ctx, home, by, head, last(head), "登记有误"))
		if err := f.flows.Undo(ctx, home, by, came, paper, "误录"); !fault.Is(err, fault.Conflict) {
			t.Errorf("undone under closed months: %v", err)
		}
		for name, bad := range map[string]flow.Act{
			"no paper": {Kind: flow.Died, On: 20231201, Reason: "因病"}, "no reason": {Kind: flow.Died, On: 20231201, Document: "证"},
			"tomorrow": act(flow.Died, 20240101), "an entry": act(flow.Born, 20231201), "no kind": act(0, 20231201),
		} {
			if err := f.flows.Leave(ctx, home, by, head, bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		orphan := f.person("无户", village)
		orphan.Household = ""
		if _, err := f.flows.Enter(ctx, home, by, orphan, act(flow.Born, 20231201)); !fault.Is(err, fault.Invalid) {
			t.Errorf("born into no household: %v", err)
		}
		f.book(county)
	})
}

// TestUndoKnowsItsOwnAct: an old paper does not take back what was entered
// after it: a death after a wrong departure, a move that another one replaced.
func TestUndoKnowsItsOwnAct(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		p := f.person("户主", village)
		p.InOn = 20220101
		id, err := f.people.Create(ctx, home, by, p)
		must(err)
		papers := func() []flow.Paper {
			t.Helper()
			list, err := f.flows.Papers(ctx, home, id)
			must(err)
			return list
		}
		must(f.flows.Leave(ctx, home, by, id, flow.Act{Kind: flow.WentOut, On: 20231201, Reason: "迁出", Document: "证"}))
		went := papers()[0].ID
		must(f.people.Return(ctx, home, by, id, "误销"))
		must(f.flows.Leave(ctx, home, by, id, flow.Act{Kind: flow.Died, On: 20231203, Reason: "因病", Document: "证"}))
		if err := f.flows.Undo(ctx, home, by, id, went, "登记有误"); !fault.Is(err, fault.Conflict) {
			t.Errorf("the old departure is taken back: %v", err)
		}
		if r, err := f.people.Get(ctx, home, id); err != nil || r.OutOn != 20231203 {
			t.Errorf("the dead are back: out on %d, %v", r.OutOn, err)
		}
	})
}

// TestAnEntryWithSomethingOnItStays: a request of another county, a paper, or
// what a file said of aid would name nobody.
func TestAnEntryWithSomethingOnItStays(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		for i, q := range []string{
			`INSERT INTO handover (person_id, to_village, to_county, holder, parent, state, name, id_mask, since, due_on, asked_by, asked_at, household, reason, evidence, batch_id)
				VALUES (%d, 371521103201, 371521000000, 371522000000, 371500000000, 'asked', '甲', '', 202312, 20231231, 1, 1, '', '', '', 0)`,
			`INSERT INTO person_aid (person_id, batch_id, stated, answers, risks, measures, post_kinds, post_months, wage_fen) VALUES (%d, 5, 0, 0, 0, 0, 0, 0, -1)`,
		} {
			id, err := f.flows.Enter(ctx, home, by, f.person(fmt.Sprintf("新人%d", i), village), flow.Act{Kind: flow.CameIn, On: 20231205, Reason: "迁入", Document: "证"})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := d.Writer().Exec(fmt.Sprintf(q, id)); err != nil {
				t.Fatal(err)
			}
			papers, err := f.flows.Papers(ctx, home, id)
			if err != nil {
				t.Fatal(err)
			}
			if err := f.flows.Undo(ctx, home, by, id, papers[0].ID, "误录"); !fault.Is(err, fault.Conflict) {
				t.Errorf("row %d: taken out under it: %v", i, err)
			}
		}
	})
}
