package e2e

import (
	"context"
	"net/url"
	"testing"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/people/flow"
	"wengang/internal/people/merge"
	"wengang/internal/people/proof"
	"wengang/internal/region"
)

// acts are the ids of what was done to a ground's people as wholes.
type acts struct {
	merge, twin    int64
	arrival, flow  int64
	sheet          string
	proof          int64
	number, secret string
}

var actsOf = map[*ground]*acts{}

// plantActs merges a double of the ground's person, registers an arrival,
// prints a sheet and issues a paper.
func (w *estate) plantActs(t *testing.T, g *ground) {
	t.Helper()
	ctx, all := context.Background(), region.ScopeOf(region.Country)
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("plant %s at %s: %v", what, g.village, err)
		}
	}
	s, a := w.PeopleActs(), &acts{}
	other := func(seq string, name string) fact.Person {
		return fact.Person{Village: g.village, Name: name, Sex: fact.Male, Birth: 19700101, Ethnic: 1, IDNumber: withCheck("000000" + "19700101" + seq), Education: 3, Health: 1,
			Skill: fact.SkillOrdinary, Willing: fact.Yes, WillingOn: 20230101, InOn: 20220101, Status: fact.StatusJobless, StatusOn: 20230101, StatusFrom: "走访",
			Kinds: []fact.PersonKind{{Kind: fact.KindPoor, Since: 20200101, Until: fact.Forever}}}
	}
	seq := func(n int) string { return string([]byte{byte('0' + n), byte('0' + g.n), '1'}) }
	var err error
	a.twin, err = w.People.Create(ctx, all, local, other(seq(5), markBusiness+g.mark+"娃"))
	must("double", err)
	r, err := w.People.Get(ctx, all, g.person)
	must("person", err)
	a.merge, err = s.Merges.Merge(ctx, all, local, g.person, a.twin, merge.Choice{Versions: [2]int{r.Version, 1}, Reason: markBusiness + g.mark + "同一人"})
	must("merge", err)
	a.arrival, err = s.Flows.Enter(ctx, all, local, other(seq(6), markBusiness+g.mark+"客"), flow.Act{Kind: flow.CameIn, On: 20231105, Reason: markBusiness + g.mark + "投亲", Document: markBusiness + g.mark + "函"})
	must("arrival", err)
	papers, err := s.Flows.Papers(ctx, all, a.arrival)
	must("paper", err)
	a.flow = papers[0].ID
	a.sheet, err = s.Entry.Print(ctx, all, local, g.village, calendar.Month(202312))
	must("sheet", err)
	a.proof, err = s.Proofs.Issue(ctx, all, local, g.person, proof.Ask{Kind: proof.OfWork, Purpose: markBusiness + g.mark + "用途"})
	must("proof", err)
	p, err := s.Proofs.Get(ctx, all, a.proof)
	must("proof", err)
	a.number, a.secret = p.Number, p.Code
	actsOf[g] = a
}

func actID(f func(*acts) string) func(*ground) string {
	return func(g *ground) string { return f(actsOf[g]) }
}

func init() {
	mergeID := actID(func(a *acts) string { return num(a.merge) })
	arrival := ids{"id": actID(func(a *acts) string { return num(a.arrival) }), "flow": actID(func(a *acts) string { return num(a.flow) })}
	code := ids{"code": actID(func(a *acts) string { return a.sheet })}
	paper := ids{"proof": actID(func(a *acts) string { return num(a.proof) })}
	with := func(g *ground) url.Values { return values("with", num(actsOf[g].arrival)) }
	for pattern, r := range map[string]recipe{
		"GET /people/doubles": {need: account.PeopleMerge, each: true},
		"POST /people/doubles/apart": {need: account.PeopleMerge, each: true, also: []int{404}, form: func(g *ground) []url.Values {
			return []url.Values{values("a", num(g.person), "b", num(actsOf[g].arrival), "reason", "两个人")}
		}},
		"GET /people/doubles/merge/{merge}":     {need: account.PeopleMerge, ids: ids{"merge": mergeID}},
		"POST /people/doubles/merge/{merge}":    {need: account.PeopleMerge, ids: ids{"merge": mergeID}, form: form("reason", "")},
		"GET /people/{id}/merge":                {need: account.PeopleMerge, ids: ids{"id": personID}, query: with},
		"POST /people/{id}/merge":               {need: account.PeopleMerge, ids: ids{"id": personID}, query: with, form: form("reason", "")},
		"GET /people/{id}/identity":             {need: account.PeopleMerge, ids: ids{"id": personID}},
		"POST /people/{id}/identity":            {need: account.PeopleMerge, ids: ids{"id": personID}},
		"GET /people/{id}/regroup":              {need: account.PeopleEdit, ids: ids{"id": personID}},
		"POST /people/{id}/regroup":             {need: account.PeopleEdit, ids: ids{"id": personID}},
		"GET /people/flow":                      {need: account.PeopleRead, each: true, query: query("from", "2023-11", "to", "2023-12")},
		"POST /people/flow/export":              {need: account.PeopleExport, each: true, query: query("from", "2023-11", "to", "2023-12")},
		"GET /people/{id}/flow/{flow}":          {need: account.PeopleEdit, ids: arrival},
		"POST /people/{id}/flow/{flow}":         {need: account.PeopleEdit, ids: arrival, form: form("reason", "")},
		"GET /people/entry":                     {need: account.PeopleEdit, each: true},
		"POST /people/entry":                    {need: account.PeopleEdit, each: true, query: query("month", "2023-12"), form: func(g *ground) []url.Values { return []url.Values{values("s"+num(g.person), "9")} }},
		"POST /people/entry/sheets":             {need: account.PeopleEdit},
		"POST /people/entry/find":               {need: account.PeopleEdit, each: true, follow: true, also: []int{404}, form: func(g *ground) []url.Values { return []url.Values{values("code", actsOf[g].sheet)} }},
		"GET /people/entry/sheets/{code}":       {need: account.PeopleEdit, ids: code},
		"GET /people/entry/sheets/{code}/back":  {need: account.PeopleEdit, ids: code},
		"POST /people/entry/sheets/{code}/back": {need: account.PeopleEdit, ids: code, form: form("total_rows", "9", "total_wage", "9")},
		"GET /people/proofs":                    {need: account.PeopleProof, each: true},
		"POST /people/proofs/find": {need: account.PeopleProof, each: true, follow: true, also: []int{404}, form: func(g *ground) []url.Values {
			return []url.Values{values("number", actsOf[g].number, "code", actsOf[g].secret)}
		}},
		"GET /people/proofs/paper/{proof}":  {need: account.PeopleProof, ids: paper},
		"POST /people/proofs/paper/{proof}": {need: account.PeopleProof, ids: paper, form: form("reason", "")},
		"GET /people/{id}/proof":            {need: account.PeopleProof, ids: ids{"id": personID}},
		"POST /people/{id}/proof":           {need: account.PeopleProof, ids: ids{"id": personID}},
	} {
		recipes[pattern] = r
	}
}
