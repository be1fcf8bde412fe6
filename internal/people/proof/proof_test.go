package proof_test

import (
	"bytes"
	"context"
	"strconv"
	"testing"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/idcard"
	"wengang/internal/people"
	"wengang/internal/people/proof"
	"wengang/internal/region"
	"wengang/internal/rule"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
	"wengang/internal/work"
)

const (
	village region.Code = 371522103201
	county  region.Code = 371522000000
)

var (
	ctx  = context.Background()
	home = region.ScopeOf(county)
	away = region.ScopeOf(371521000000)
	by   = account.Caller{UserID: 7, Login: "t", Name: "测试", Address: "local", Grants: []account.Grant{{Role: account.Officer, Dept: account.DeptHR, Region: county}}}
)

type tree struct{}

func (tree) KnownArea(int32) bool      { return true }
func (tree) Name(c region.Code) string { return c.String() }

type none struct{}

func (none) Settlements(context.Context, db.Querier, region.Scope) ([]fact.Settlement, error) {
	return nil, nil
}
func (none) Note(context.Context, *db.Tx, int64, calendar.Month, calendar.Month) error { return nil }

func TestPapers(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		box := secrettest.Box(t)
		log := audit.New(d, box, nil)
		desk := rule.NewDesk(d, tree{}, log)
		p := people.New(d, people.Deps{Box: box, Audit: log, Closed: none{}, Checks: desk, Settled: none{}, Spells: work.ReadSpells, Reclass: work.Reclass})
		w := work.New(d, work.Deps{People: p, Audit: log, Closed: none{}, Checks: desk, Places: tree{}})
		s := proof.New(d, proof.Deps{Box: box, Audit: log, People: p, Spells: work.ReadSpells})
		number := "00000019770412101"
		number += string(idcard.CheckDigit(number))
		id, err := p.Create(ctx, home, by, fact.Person{Village: village, Name: "陈秀兰", Sex: fact.Male, Birth: 19770412, Ethnic: 1, IDNumber: number, Education: 3, Health: 1, Skill: fact.SkillOrdinary,
			Willing: fact.Yes, WillingOn: 20230101, InOn: 20220101, Kinds: []fact.PersonKind{{Kind: fact.KindPoor, Since: 20200101, Until: fact.Forever}}})
		if err != nil {
			t.Fatal(err)
		}
		ask := proof.Ask{Kind: proof.OfWork, Purpose: "县局"}
		if _, err := s.Issue(ctx, home, by, id, ask); !fault.Is(err, fault.Conflict) {
			t.Errorf("a paper of no work: %v", err)
		}
		term := fact.Term{WageFen: 350000, Employer: "甲厂", Place: 440307000000, Channel: 1, Industry: 3, PointToPoint: fact.No, TransportFen: -1}
		if _, err := w.Add(ctx, home, by, id, work.NewSpell{Start: 202301, End: 202305, Source: "走访", Term: term}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Add(ctx, home, by, id, work.NewSpell{Start: 202306, Source: "走访", Term: term, Strength: fact.ByVillage}); err != nil {
			t.Fatal(err)
		}
		for name, bad := range map[string]proof.Ask{"no kind": {Purpose: "县局"}, "no purpose": {Kind: proof.OfWork}, "no words": {Kind: proof.Statement, Purpose: "县局"}} {
			if _, err := s.Issue(ctx, home, by, id, bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := s.Issue(ctx, away, by, id, ask); !fault.Is(err, fault.NotFound) {
			t.Errorf("issued from outside: %v", err)
		}
		first, err := s.Issue(ctx, home, by, id, ask)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Get(ctx, home, first)
		if err != nil || got.Number != "371522-2023-00001" || len(got.Code) != 8 || len(got.Content.Spells) != 2 {
			t.Fatalf("%+v, %v", got, err)
		}
		if got.Content.ID != number[:6]+"********"+number[14:] {
			t.Errorf("the number on paper is %s", got.Content.ID)
		}
		if a, b := got.Content.Spells[0], got.Content.Spells[1]; a.Seen != 202305 || a.Strength != fact.Claimed || b.Strength != fact.ByVillage {
			t.Errorf("confirmed: %+v, %+v", a, b)
		}
		for who, scope := range map[string]region.Scope{"home": home, "away": away} {
			if _, err := s.Open(ctx, scope, by, first); (err == nil) != (who == "home") {
				t.Errorf("opened from %s: %v", who, err)
			}
		}
		looked, err := log.WhoLooked(ctx, home, account.LocalOperator(county), id, village)
		if err != nil || len(looked.Looks) != 1 || looked.Looks[0].Action != "people.proof.read" || looked.Looks[0].Detail["proof"] != strconv.FormatInt(first, 10) {
			t.Errorf("who read the paper: %+v, %v", looked, err)
		}
		var sealed []byte
		if err := d.Read.QueryRow(`SELECT content_cipher FROM proof`).Scan(&sealed); err != nil || bytes.Contains(sealed, []byte("甲厂")) {
			t.Errorf("the content lies open: %v", err)
		}
		if _, err := s.Get(ctx, away, first); !fault.Is(err, fault.NotFound) {
			t.Errorf("read from outside: %v", err)
		}
		for name, try := range map[string]struct {
			scope        region.Scope
			number, code string
			found        bool
		}{"right": {home, got.Number, got.Code, true}, "wrong code": {home, got.Number, "AAAAAAAA", false}, "no code": {home, got.Number, "", false}, "from outside": {away, got.Number, got.Code, false}} {
			if _, err := s.Find(ctx, try.scope, by, try.number, try.code); (err == nil) != try.found {
				t.Errorf("%s: %v", name, err)
			}
		}
		var failed int
		if err := d.Read.QueryRow(`SELECT count(*) FROM audit_row WHERE action = 'people.proof.find' AND outcome = 'failed'`).Scan(&failed); err != nil {
			t.Fatal(err)
		}
		if failed != 3 {
			t.Errorf("%d wrong questions on record, want 3", failed)
		}
		second, err := s.Issue(ctx, home, by, id, proof.Ask{Kind: proof.OfWork, Purpose: "县局", From: 202306})
		if err != nil {
			t.Fatal(err)
		}
		if got, _ = s.Get(ctx, home, second); got.Number != "371522-2023-00002" || len(got.Content.Spells) != 1 {
			t.Errorf("%+v", got)
		}
		if err := s.Void(ctx, away, by, first, "越权"); !fault.Is(err, fault.NotFound) {
			t.Errorf("voided from outside: %v", err)
		}
		if err := s.Void(ctx, home, by, first, "开错了"); err != nil {
			t.Fatal(err)
		}
		if err := s.Void(ctx, home, by, first, "再来"); !fault.Is(err, fault.Conflict) {
			t.Errorf("voided twice: %v", err)
		}
		list, err := s.List(ctx, home, id)
		if err != nil || len(list) != 2 || list[1].VoidedAt == 0 || list[0].Name != "陈秀兰" {
			t.Errorf("the log: %+v, %v", list, err)
		}
		if out, _ := s.List(ctx, away, 0); len(out) != 0 {
			t.Error("the log of another county")
		}
	})
}

func TestOnPaper(t *testing.T) {
	for in, want := range map[string]string{"000000197704121013": "", "": "", "12345": "", "G12345678": "G1*****78"} {
		if in == "000000197704121013" {
			s := in[:17]
			in = s + string(idcard.CheckDigit(s))
			want = in[:6] + "********" + in[14:]
		}
		if got := proof.OnPaper(in); got != want {
			t.Errorf("%s is %q, want %q", in, got, want)
		}
	}
	if got := proof.OnPaper("000000660101123"); len(got) != 18 {
		t.Errorf("15 digits are %s", got)
	}
}
