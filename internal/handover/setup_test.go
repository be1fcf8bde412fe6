package handover_test

import (
	"context"
	"fmt"
	"testing"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/handover"
	"wengang/internal/idcard"
	"wengang/internal/month"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/rule"
	"wengang/internal/secret/secrettest"
	"wengang/internal/work"
)

// Counties a and b lie in one city, c in another province.
const (
	villageA region.Code = 371522103201
	villageB region.Code = 371521103201
	villageC region.Code = 130102001201
	countyA  region.Code = 371522000000
	countyB  region.Code = 371521000000
	countyC  region.Code = 130102000000
	city     region.Code = 371500000000
	nation               = region.Country
)

type places struct{}

func (places) KnownArea(int32) bool      { return true }
func (places) Name(c region.Code) string { return c.String() }

type noSettlements struct{}

func (noSettlements) Settlements(context.Context, db.Querier, region.Scope) ([]fact.Settlement, error) {
	return nil, nil
}

type fixture struct {
	t      testing.TB
	db     *db.DB
	people *people.Store
	work   *work.Store
	months *month.Store
	store  *handover.Store
	n      int
}

func setUp(t testing.TB, d *db.DB) *fixture {
	t.Helper()
	box := secrettest.Box(t)
	log := audit.New(d, box, nil)
	f := &fixture{t: t, db: d, months: month.New(d, log)}
	desk := rule.NewDesk(d, places{}, log)
	f.people = people.New(d, people.Deps{Box: box, Audit: log, Closed: f.months, Checks: desk, Settled: noSettlements{}, Spells: work.ReadSpells, Reclass: work.Reclass})
	f.work = work.New(d, work.Deps{People: f.people, Audit: log, Closed: f.months, Checks: desk, Places: places{}})
	f.store = handover.New(d, box, log, f.people)
	return f
}

func caller(id int64, role account.Role, at region.Code) account.Caller {
	return account.Caller{UserID: id, Login: fmt.Sprint("u", id), Name: "经办", Address: "local", Grants: []account.Grant{{Role: role, Dept: account.DeptHR, Region: at}}}
}

var (
	ctx     = context.Background()
	officA  = caller(1, account.Officer, countyA)
	officB  = caller(2, account.Officer, countyB)
	officC  = caller(3, account.Officer, countyC)
	cityMan = caller(4, account.Officer, city)
)

func scopeOf(c account.Caller) region.Scope { return c.Scope(account.PeopleRead) }

// number makes a valid number of the impossible area 000000.
func (f *fixture) number() string {
	f.n++
	s := fmt.Sprintf("00000019800101%03d", f.n*2+1)
	return s + string(idcard.CheckDigit(s))
}

// someone is a person of the village who works in Shenzhen since May.
func (f *fixture) someone(name string, at region.Code) (id int64, number string) {
	f.t.Helper()
	number = f.number()
	c := caller(9, account.Local, at.At(region.County))
	id, err := f.people.Create(ctx, region.ScopeOf(at.At(region.County)), c, fact.Person{Village: at, Name: name, Sex: fact.Male, Birth: 19800101, Ethnic: 1, IDNumber: number,
		Relation: 1, Education: 3, Health: 1, Skill: fact.SkillOrdinary, Willing: fact.Yes, WillingOn: 20230101, InOn: 20220101,
		Kinds: []fact.PersonKind{{Kind: fact.KindPoor, Since: 20200101, Until: fact.Forever}}})
	if err != nil {
		f.t.Fatal(err)
	}
	_, err = f.work.Add(ctx, region.ScopeOf(at.At(region.County)), c, id, work.NewSpell{Start: 202305, Source: "走访", EndOthers: true, Strength: fact.ByVillage,
		Term: fact.Term{WageFen: 350000, Employer: "厂", Place: countyB, Channel: fact.ChannelSelf, Industry: 3, PointToPoint: fact.No, TransportFen: -1}})
	if err != nil {
		f.t.Fatal(err)
	}
	return id, number
}

func (f *fixture) ask(by account.Caller, number string, to region.Code) handover.Answer {
	f.t.Helper()
	out, err := f.store.Ask(ctx, scopeOf(by), by, handover.Ask{IDNumber: number, Name: "张三", To: to, Since: 202311, Reason: "婚迁", Evidence: "户口页"})
	if err != nil {
		f.t.Fatal(err)
	}
	return out
}

func (f *fixture) get(by account.Caller, id int64) handover.Request {
	f.t.Helper()
	r, err := f.store.Get(ctx, scopeOf(by), by, id)
	if err != nil {
		f.t.Fatal(err)
	}
	return r
}

func (f *fixture) act(by account.Caller, id int64, act handover.Act, words string) (handover.Request, error) {
	f.t.Helper()
	return f.store.Act(ctx, scopeOf(by), by, id, f.get(by, id).Version, act, words)
}

func (f *fixture) must(by account.Caller, id int64, act handover.Act, words string) handover.Request {
	f.t.Helper()
	r, err := f.act(by, id, act, words)
	if err != nil {
		f.t.Fatalf("%s: %v", act, err)
	}
	return r
}

func (f *fixture) one(query string, args ...any) (n int64) {
	f.t.Helper()
	if err := f.db.Read.QueryRowContext(ctx, query, args...).Scan(&n); err != nil {
		f.t.Fatal(err)
	}
	return n
}

func (f *fixture) exec(query string, args ...any) {
	f.t.Helper()
	if err := f.db.Tx(ctx, func(tx *db.Tx) error { _, err := tx.ExecContext(ctx, query, args...); return err }); err != nil {
		f.t.Fatal(err)
	}
}

// counted is how many people a county's month counts.
func (f *fixture) counted(county region.Code, m calendar.Month) int {
	f.t.Helper()
	rows, err := f.months.Live(ctx, region.ScopeOf(nation), county, []calendar.Month{m})
	if err != nil {
		f.t.Fatal(err)
	}
	n := 0
	for _, p := range rows[0] {
		if p.Flags&fact.Counted != 0 {
			n++
		}
	}
	return n
}
