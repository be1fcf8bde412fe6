package people_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/idcard"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/rule"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
	"wengang/internal/work"
)

// The places of the tests: two villages of 莘县, one of another county of the
// city, and a county of another province.
const (
	village   region.Code = 371522103201
	neighbour region.Code = 371522103202
	elsewhere region.Code = 371521103201
	faraway   region.Code = 440307000000
	county    region.Code = 371522000000
)

type places struct{}

func (places) KnownArea(int32) bool { return true }
func (places) Name(c region.Code) string {
	if c.At(region.County) == 371599000000 {
		return ""
	}
	return c.String()
}

// notes remembers what closed months were told.
type notes struct{ calls []string }

func (n *notes) Note(_ context.Context, _ *db.Tx, id int64, from, to calendar.Month) error {
	n.calls = append(n.calls, fmt.Sprintf("%d %d-%d", id, from, to))
	return nil
}

// settledPlaces are settlements as the register would answer them.
type settledPlaces []fact.Settlement

func (p *settledPlaces) Settlements(_ context.Context, _ db.Querier, scope region.Scope) ([]fact.Settlement, error) {
	var out []fact.Settlement
	for _, s := range *p {
		if scope.Contains(s.Region) {
			out = append(out, s)
		}
	}
	return out, nil
}

type fixture struct {
	settled settledPlaces
	db      *db.DB
	people  *people.Store
	work    *work.Store
	closed  *notes
	log     *audit.Log
	seed    *rand.Rand
	n       int
	t       testing.TB
}

func setUp(t testing.TB, d *db.DB) *fixture {
	t.Helper()
	box := secrettest.Box(t)
	log := audit.New(d, box, nil)
	f := &fixture{t: t, db: d, closed: &notes{}, log: log, seed: rand.New(rand.NewPCG(1, 2))}
	desk := rule.NewDesk(d, places{}, log)
	f.people = people.New(d, people.Deps{Box: box, Audit: log, Closed: f.closed, Checks: desk, Settled: &f.settled, Spells: work.ReadSpells, Reclass: work.Reclass})
	f.work = work.New(d, work.Deps{People: f.people, Audit: log, Closed: f.closed, Checks: desk, Places: places{}})
	return f
}

// officer acts at a place with every permission of an officer of 人社.
func officer(at region.Code) account.Caller {
	return account.Caller{UserID: int64(at.At(region.County) % 1000000000), Login: "t", Name: "测试", Address: "local",
		Grants: []account.Grant{{Role: account.Officer, Dept: account.DeptHR, Region: at}}}
}

var home = region.ScopeOf(county)

// idNumber makes a valid number of the impossible area 000000.
func (f *fixture) idNumber(birth calendar.Date, sex int) string {
	f.n++
	seq := f.n*2%1000 + 1
	if sex == fact.Female {
		seq = f.n * 2 % 1000
	}
	s := fmt.Sprintf("000000%08d%03d", int(birth), seq%1000)
	return s + string(idcard.CheckDigit(s))
}

// someone is a person who breaks no rule.
func (f *fixture) someone(name string, at region.Code) fact.Person {
	birth := calendar.DateOf(1950+f.seed.IntN(50), 1+f.seed.IntN(12), 1+f.seed.IntN(28))
	for birth.AgeOn(calendar.DateAt(testkit.Now)) < 20 || birth.AgeOn(calendar.DateAt(testkit.Now)) > 58 {
		birth = calendar.DateOf(1966+f.seed.IntN(36), 1+f.seed.IntN(12), 1+f.seed.IntN(28))
	}
	return fact.Person{Village: at, Name: name, Sex: fact.Male, Birth: birth, Ethnic: 1, IDNumber: f.idNumber(birth, fact.Male),
		Relation: 1, Education: 3, Health: 1, Skill: fact.SkillOrdinary, Willing: fact.Yes, WillingOn: 20230101, InOn: 20220101,
		Status: fact.StatusJobless, StatusOn: 20230101, StatusFrom: "走访",
		Kinds: []fact.PersonKind{{Kind: fact.KindPoor, Since: 20200101, Until: fact.Forever}}}
}

func (f *fixture) create(t testing.TB, p fact.Person) int64 {
	t.Helper()
	id, err := f.people.Create(context.Background(), region.ScopeOf(p.Village.At(region.County)), officer(p.Village.At(region.County)), p)
	if err != nil {
		t.Fatalf("create: %v", err)
	}
	return id
}

func job(start calendar.Month, place region.Code, employer string) work.NewSpell {
	return work.NewSpell{Start: start, Source: "走访", EndOthers: true, Term: fact.Term{WageFen: 350000, Employer: employer, Place: place,
		Channel: fact.ChannelSelf, Industry: 3, PointToPoint: fact.No, TransportFen: -1}}
}

func monthOf(n int) calendar.Month { return calendar.Month(n) }
