package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/fact"
	"wengang/internal/handover"
	"wengang/internal/reconcile"
	"wengang/internal/region"
)

func init() {
	holders[account.HandoverAsk] = "sx_officer sx_rural sx_agriculture town_officer yg_officer"
	holders[account.HandoverAnswer] = "sd_reviewer lc_officer lc_reviewer sx_officer sx_reviewer sx_rural sx_agriculture lc_agriculture yg_officer hb_officer"
	id := ids{"id": func(g *ground) string { return num(handoverOf[g]) }}
	recipes["GET /handover"] = recipe{need: account.PeopleRead, each: true}
	recipes["GET /handover/new"] = recipe{need: account.HandoverAsk}
	recipes["POST /handover/new"] = recipe{need: account.HandoverAsk, each: true, form: form("id_number", "", "village", "")}
	recipes["GET /handover/{id}"] = recipe{need: account.PeopleRead, ids: id}
	recipes["POST /handover/{id}/answer"] = recipe{need: account.HandoverAnswer, ids: id}
	recipes["POST /handover/{id}/follow"] = recipe{need: account.HandoverAsk, ids: id}

	run := ids{"id": func(g *ground) string { return num(reconcileOf[g]) }}
	again := func(t *testing.T, w *estate, g *ground) map[string]string {
		return map[string]string{"id": num(w.reconciled(t, g))}
	}
	recipes["GET /reconcile"] = recipe{need: account.ImportRun, each: true}
	recipes["GET /reconcile/new"] = recipe{need: account.ImportRun}
	recipes["POST /reconcile/new"] = recipe{need: account.ImportRun, form: form("figure", "")}
	recipes["GET /reconcile/{id}"] = recipe{need: account.ImportRun, ids: run}
	recipes["GET /reconcile/{id}/progress"] = recipe{need: account.ImportRun, ids: run}
	recipes["GET /reconcile/{id}/rows"] = recipe{need: account.ImportRun, ids: run}
	recipes["POST /reconcile/{id}/export"] = recipe{need: account.PeopleExport, ids: run}
	recipes["POST /reconcile/{id}/again"] = recipe{need: account.ImportRun, ids: run, fresh: again}
	recipes["POST /reconcile/{id}/remove"] = recipe{need: account.ImportRun, ids: run, fresh: again}
}

// handoverOf is the request that a ground's village has made, for somebody who
// lives where no account of the matrix looks.
var handoverOf = map[*ground]int64{}

const farVillage region.Code = 440305001001

func (w *estate) plantHandover(t *testing.T, g *ground) {
	t.Helper()
	ctx, all := context.Background(), region.ScopeOf(region.Country)
	number := withCheck(fmt.Sprintf("00000019730101%03d", 700+2*g.n+1))
	_, err := w.People.Create(ctx, all, local, fact.Person{Village: farVillage, Name: "远" + g.mark, Sex: fact.Male, Birth: 19730101, Ethnic: 1, IDNumber: number,
		Education: 3, Health: 1, Skill: fact.SkillOrdinary, InOn: 20220101, Kinds: []fact.PersonKind{{Kind: fact.KindPoor, Since: 20200101, Until: fact.Forever}}})
	if err != nil {
		t.Fatalf("plant somebody far away: %v", err)
	}
	out, err := w.Handovers.Ask(ctx, all, local, handover.Ask{IDNumber: number, Name: markBusiness + g.mark + "娃", To: g.village, Since: 202311,
		Household: markLatin + fmt.Sprint(g.n) + "h", Reason: markBusiness + g.mark + "函", Evidence: strings.Repeat(markBusiness+g.mark, 2)})
	if err != nil || out.Outcome != handover.Requested {
		t.Fatalf("plant a request at %s: %+v %v", g.village, out, err)
	}
	handoverOf[g] = out.ID
	reconcileOf[g] = w.reconciled(t, g)
}

// reconcileOf is a comparison of a ground's village with a list that has its
// person and somebody whom nobody knows.
var reconcileOf = map[*ground]int64{}

func (w *estate) reconciled(t *testing.T, g *ground) int64 {
	t.Helper()
	ctx := context.Background()
	list := strings.NewReader("姓名,证件号码,户编号\n" + markBusiness + g.mark + "丑," + g.number() + "," + markLatin + fmt.Sprint(g.n) + "x\n" + markBusiness + g.mark + "生," + g.freshNumber() + ",\n")
	id, err := w.Reconciled.Start(ctx, region.ScopeOf(region.Country), local, reconcile.Ask{Region: g.village, Month: 202311, Figure: "registered", Stated: 5, Title: markBusiness + g.mark + "函",
		File: list, Size: list.Size(), FileName: markBusiness + g.mark + "表.csv"})
	if err == nil {
		err = w.Reconciled.Work(ctx, id)
	}
	if err != nil {
		t.Fatalf("reconcile at %s: %v", g.village, err)
	}
	return id
}
