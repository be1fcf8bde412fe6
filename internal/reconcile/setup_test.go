package reconcile_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/idcard"
	"wengang/internal/month"
	"wengang/internal/people"
	"wengang/internal/reconcile"
	"wengang/internal/region"
	"wengang/internal/rollup"
	"wengang/internal/rule"
	"wengang/internal/secret/secrettest"
	"wengang/internal/transfer"
	"wengang/internal/work"
)

const (
	county  region.Code = 371522000000
	village region.Code = 371522103201
	second  region.Code = 371522103202
	other   region.Code = 371521103201
	nation              = region.Country
)

var ctx = context.Background()

type places struct{}

func (places) KnownArea(int32) bool      { return true }
func (places) Name(c region.Code) string { return c.String() }

type noSettlements struct{}

func (noSettlements) Settlements(context.Context, db.Querier, region.Scope) ([]fact.Settlement, error) {
	return nil, nil
}

type noQueue struct{}

func (noQueue) Enqueue(context.Context, string, string, any) error { return nil }

type fixture struct {
	t      testing.TB
	db     *db.DB
	people *people.Store
	work   *work.Store
	roll   *rollup.Service
	months *month.Store
	store  *reconcile.Store
	n      int
}

func col(key string, headings ...string) transfer.Column {
	return transfer.Column{Key: key, Headings: headings}
}

func setUp(t testing.TB, d *db.DB) *fixture {
	t.Helper()
	box := secrettest.Box(t)
	log := audit.New(d, box, nil)
	f := &fixture{t: t, db: d, months: month.New(d, log)}
	desk := rule.NewDesk(d, places{}, log)
	f.people = people.New(d, people.Deps{Box: box, Audit: log, Closed: f.months, Checks: desk, Settled: noSettlements{}, Spells: work.ReadSpells, Reclass: work.Reclass})
	f.work = work.New(d, work.Deps{People: f.people, Audit: log, Closed: f.months, Checks: desk, Places: places{}})
	f.roll = rollup.New(d, f.months)
	layout := transfer.Layout{Columns: []transfer.Column{col("id_number", "证件号码", "身份证号"), col("name", "姓名"), col("town", "乡镇"), col("village", "行政村"), col("household", "户编号"),
		col("kind", "户类型"), col("status", "状态"), col("work_place", "务工地址"), col("start", "开始时间"), col("wage", "月收入"), col("risk", "风险类型")}}
	f.store = reconcile.New(d, reconcile.Deps{Box: box, Audit: log, Figures: f.roll, People: f.people, Queue: noQueue{},
		Tree: region.National, Layouts: func() []transfer.Layout { return []transfer.Layout{layout} },
		Reread: func(context.Context, account.Caller, int64, func(transfer.Info, *transfer.Match) error, func(transfer.Row) error) error {
			return nil
		}})
	return f
}

func officer(at region.Code) account.Caller {
	return account.Caller{UserID: 3, Login: "t", Name: "测试", Address: "local", Grants: []account.Grant{{Role: account.Officer, Dept: account.DeptHR, Region: at}}}
}

var local = account.LocalOperator(nation)

func scopeOf(c account.Caller) region.Scope { return c.Scope(account.ImportRun) }

// number makes a valid number of the impossible area 000000.
func number(n int) string {
	s := fmt.Sprintf("000000%04d0101%03d", 1970+n/400, n%400*2+1)
	return s + string(idcard.CheckDigit(s))
}

// someone is a person of the n-th number; start 0 never worked.
func (f *fixture) someone(at region.Code, start, end calendar.Month, change func(*fact.Person)) (int64, string) {
	f.t.Helper()
	f.n++
	no := number(f.n)
	p := fact.Person{Village: at, Name: fmt.Sprintf("赵%d", f.n), Sex: fact.Male, Birth: calendar.Date((1970+f.n/400)*10000 + 101), Ethnic: 1, IDNumber: no, Household: fmt.Sprintf("H%d", f.n),
		Relation: 1, Education: 3, Health: 1, Skill: fact.SkillOrdinary, Willing: fact.Yes, WillingOn: 20230101, InOn: 20220101,
		Kinds: []fact.PersonKind{{Kind: fact.KindPoor, Since: 20200101, Until: fact.Forever}}}
	if change != nil {
		change(&p)
	}
	id, err := f.people.Create(ctx, region.ScopeOf(nation), local, p)
	if err != nil {
		f.t.Fatal(err)
	}
	if start == 0 {
		return id, no
	}
	w := work.NewSpell{Start: start, Source: "走访", EndOthers: true, Term: fact.Term{WageFen: 350000, Employer: "厂", Place: 440307000000, Channel: fact.ChannelSelf, Industry: 3, PointToPoint: fact.No, TransportFen: -1}}
	spell, err := f.work.Add(ctx, region.ScopeOf(nation), local, id, w)
	if err == nil && end != 0 {
		err = f.work.End(ctx, region.ScopeOf(nation), local, id, spell, work.Ending{Month: end, Reason: "seasonal", Next: fact.StatusJobless, Source: "走访"})
	}
	if err != nil {
		f.t.Fatal(err)
	}
	return id, no
}

// book is a list as text.
func book(lines ...string) *bytes.Reader {
	var b bytes.Buffer
	for _, l := range lines {
		b.WriteString(l + "\n")
	}
	return bytes.NewReader(b.Bytes())
}

func (f *fixture) start(a reconcile.Ask, lines ...string) reconcile.Run {
	f.t.Helper()
	if a.Region == 0 {
		a.Region = county
	}
	if a.Month == 0 {
		a.Month = 202311
	}
	if a.Figure == "" {
		a.Figure = "working"
	}
	if len(lines) > 0 {
		r := book(lines...)
		a.File, a.Size, a.FileName = r, r.Size(), "名单.csv"
	}
	id, err := f.store.Start(ctx, region.ScopeOf(a.Region), local, a)
	if err != nil {
		f.t.Fatal(err)
	}
	return f.run(id)
}

func (f *fixture) run(id int64) reconcile.Run {
	f.t.Helper()
	if err := f.store.Work(ctx, id); err != nil {
		f.t.Fatal(err)
	}
	r, err := f.store.Load(ctx, region.ScopeOf(nation), id)
	if err != nil || r.State != reconcile.Done {
		f.t.Fatalf("%+v %v", r, err)
	}
	return r
}

func (f *fixture) last(id int64) reconcile.Pass {
	f.t.Helper()
	all, err := f.store.Passes(ctx, region.ScopeOf(nation), id)
	if err != nil || len(all) == 0 {
		f.t.Fatalf("passes %v %v", all, err)
	}
	return all[len(all)-1]
}

func tally(p reconcile.Pass) map[string]int64 {
	out := map[string]int64{}
	for _, t := range p.Tally {
		out[string(t.Class)+" "+t.Why] = t.N
	}
	return out
}
