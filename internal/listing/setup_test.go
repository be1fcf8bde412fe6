package listing_test

import (
	"context"
	"fmt"
	"testing"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/idcard"
	"wengang/internal/listing"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/rule"
	"wengang/internal/secret/secrettest"
	"wengang/internal/work"
)

const (
	village   region.Code = 371522103201
	neighbour region.Code = 371522103202
	county    region.Code = 371522000000
	elsewhere region.Code = 371521103201
)

var ctx = context.Background()

type places struct{}

func (places) KnownArea(int32) bool               { return true }
func (places) Name(c region.Code) string          { return "地" + c.String() }
func (places) Children(region.Code) []region.Code { return nil }

type open struct{}

func (open) Note(context.Context, *db.Tx, int64, calendar.Month, calendar.Month) error { return nil }

type settled struct{}

func (settled) Settlements(context.Context, db.Querier, region.Scope) ([]fact.Settlement, error) {
	return nil, nil
}

type fixture struct {
	t      *testing.T
	db     *db.DB
	people *people.Store
	work   *work.Store
	lists  *listing.Store
	n      int
}

func setUp(t *testing.T, d *db.DB) *fixture {
	t.Helper()
	box := secrettest.Box(t)
	log := audit.New(d, box, nil)
	desk := rule.NewDesk(d, places{}, log)
	f := &fixture{t: t, db: d}
	f.people = people.New(d, people.Deps{Box: box, Audit: log, Closed: open{}, Checks: desk, Settled: settled{}, Spells: work.ReadSpells, Reclass: work.Reclass})
	f.work = work.New(d, work.Deps{People: f.people, Audit: log, Closed: open{}, Checks: desk, Places: places{}})
	f.lists = listing.New(d, listing.Deps{People: f.people, Box: box, Audit: log, Leave: log, Tree: places{}})
	return f
}

// user is an account with one grant in the department of human resources.
func user(id int64, role account.Role, at region.Code) account.Caller {
	return account.Caller{UserID: id, Login: fmt.Sprint("u", id), Name: "李文静", Address: "local", RequestID: "r1", Fresh: true,
		Grants: []account.Grant{{Role: role, Dept: account.DeptHR, Region: at}}}
}

func (f *fixture) number(birth calendar.Date) string {
	f.n++
	s := fmt.Sprintf("000000%08d%03d", int(birth), 2*f.n+1)
	return s + string(idcard.CheckDigit(s))
}

// add registers somebody and answers id and number.
func (f *fixture) add(name string, at region.Code, change func(*fact.Person)) (int64, string) {
	f.t.Helper()
	p := fact.Person{Village: at, Name: name, Sex: fact.Male, Birth: 19800301, Ethnic: 1, IDNumber: f.number(19800301), Phone: "13900001234",
		Relation: 1, Education: 3, Health: 1, Skill: fact.SkillOrdinary, Willing: fact.Yes, WillingOn: 20230101, InOn: 20220101,
		Status: fact.StatusJobless, StatusOn: 20230101, StatusFrom: "走访", Kinds: []fact.PersonKind{{Kind: fact.KindPoor, Since: 20200101, Until: fact.Forever}}}
	if change != nil {
		change(&p)
	}
	id, err := f.people.Create(ctx, region.ScopeOf(at), user(9, account.Officer, at.At(region.County)), p)
	if err != nil {
		f.t.Fatalf("create %s: %v", name, err)
	}
	return id, p.IDNumber
}

func (f *fixture) works(id int64, at region.Code, start calendar.Month, place region.Code, wage int64) {
	f.t.Helper()
	_, err := f.work.Add(ctx, region.ScopeOf(at), user(9, account.Officer, at.At(region.County)), id, work.NewSpell{Start: start, Source: "走访", Strength: fact.ByVillage,
		Term: fact.Term{WageFen: wage, Employer: "=华南电子", Place: place, Channel: fact.ChannelSelf, Industry: 3, PointToPoint: fact.No, TransportFen: -1}})
	if err != nil {
		f.t.Fatal(err)
	}
}
