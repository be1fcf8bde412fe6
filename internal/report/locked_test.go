package report_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/division"
	"wengang/internal/fact"
	"wengang/internal/idcard"
	"wengang/internal/month"
	"wengang/internal/people"
	"wengang/internal/people/merge"
	"wengang/internal/region"
	"wengang/internal/region/regionstore"
	"wengang/internal/register"
	"wengang/internal/report"
	"wengang/internal/report/reporttest"
	"wengang/internal/rule"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
	"wengang/internal/transfer"
	"wengang/internal/work"
)

type anyArea struct{}

func (anyArea) KnownArea(int32) bool      { return true }
func (anyArea) Name(c region.Code) string { return c.String() }

// ledger is a form over the real parts of a ledger.
type ledger struct {
	*testing.T
	d      *db.DB
	tree   *region.Tree
	people *people.Store
	merge  *merge.Store
	reg    *register.Store
	div    *division.Store
	forms  *report.Store
	n      int
}

func openLedger(t *testing.T, d *db.DB) *ledger {
	t.Helper()
	box := secrettest.Box(t)
	log := audit.New(d, box, nil)
	l := &ledger{T: t, d: d}
	locals := regionstore.New(d, log)
	reload := func(ctx context.Context) (err error) { l.tree, err = locals.Tree(ctx); return err }
	l.ok(reload(t.Context()))
	months := month.New(d, log)
	desk := rule.NewDesk(d, anyArea{}, log)
	l.reg = register.New(d, box, log, l.tree)
	l.people = people.New(d, people.Deps{Box: box, Audit: log, Closed: months, Checks: desk, Settled: l.reg, Spells: work.ReadSpells, Reclass: work.Reclass})
	l.merge = merge.New(d, merge.Deps{Box: box, Audit: log, Closed: months, Checks: desk, People: l.people, Spells: work.ReadSpells})
	imports, err := transfer.NewService(transfer.Config{DB: d, Box: box, Audit: log, Dir: t.TempDir()})
	l.ok(err)
	l.div = division.New(d, division.Deps{Tree: func() division.Tree { return l.tree }, Reload: reload, Locals: locals, Months: months, Imports: imports, Grants: account.New(d, box, log), Reclass: work.Reclass, Audit: log})
	l.forms = report.New(d, report.Deps{Box: box, Audit: log, Registers: l.reg, Figures: &figures{people: map[region.Code][]int64{}, until: 202312}, Tree: l.tree, Tags: tags{}})
	reporttest.Short(t, l.forms, shenxian, yanggu, liaocheng)
	return l
}

func (l *ledger) ok(err error) {
	l.Helper()
	if err != nil {
		l.Fatal(err)
	}
}

func (l *ledger) person(name string, at region.Code) (id int64, number string) {
	l.Helper()
	l.n++
	s := fmt.Sprintf("00000019800301%03d", l.n*2+1)
	number = s + string(idcard.CheckDigit(s))
	id, err := l.people.Create(l.Context(), region.ScopeOf(liaocheng), officer(liaocheng), fact.Person{Village: at, Name: name, Sex: fact.Male, Birth: 19800301, Ethnic: 1, IDNumber: number, Relation: 1, Education: 3, Health: 1,
		Skill: fact.SkillOrdinary, Willing: fact.Yes, WillingOn: 20230101, InOn: 20220101, Status: fact.StatusJobless, StatusOn: 20230101, StatusFrom: "走访",
		Kinds: []fact.PersonKind{{Kind: fact.KindPoor, Since: 20200101, Until: fact.Forever}}})
	l.ok(err)
	return id, number
}

// kept is everything that a locked form is: each cell with its list, page after
// page, and the rows that it stands on, bit by bit.
func (l *ledger) kept(at region.Code) string {
	l.Helper()
	ctx, scope := l.Context(), region.ScopeOf(at)
	var out strings.Builder
	sh, err := l.forms.Sheet(ctx, scope, "progress", at, q4)
	l.ok(err)
	fmt.Fprintln(&out, sh.Code(), sh.Checksum(), sh.Made.Damaged, sh.Checked, len(sh.Findings))
	for _, row := range sh.Rows {
		for _, c := range row.Cells {
			fmt.Fprintf(&out, "%s %s %d: %d %d %q %+v\n", row.Key, row.Name, c.Col, c.Value, c.Computed, c.Text, c.Explain)
			if c.Col < 2 {
				continue
			}
			after := report.Cursor{}
			for {
				list, err := l.forms.Members(ctx, scope, report.Ref{Form: "progress", Region: at, Period: q4, Row: row.Key, Col: c.Col}, after)
				l.ok(err)
				fmt.Fprintf(&out, "  %d %d %v %+v\n", list.Size, list.Heads, list.AsThen, list.Members)
				if !list.More {
					break
				}
				after = list.Next
			}
		}
	}
	for _, q := range []string{
		"SELECT row_key || ' ' || space, col, 0, bitmap FROM report_set ORDER BY report_id, version, row_key, col, space",
		"SELECT name || ' ' || id_mask || ' ' || detail, member_id, region, NULL FROM report_member ORDER BY report_id, version, space, member_id",
		"SELECT row_key || explain || printed, col, value, NULL FROM report_cell ORDER BY report_id, version, row_key, col",
	} {
		rows, err := l.d.Read.QueryContext(ctx, q)
		l.ok(err)
		for rows.Next() {
			var s string
			var a, b int64
			var raw []byte
			l.ok(rows.Scan(&s, &a, &b, &raw))
			fmt.Fprintln(&out, s, a, b, hex.EncodeToString(raw))
		}
		l.ok(rows.Err())
		l.ok(rows.Close())
	}
	return out.String()
}

// The list of a locked form is the list of then, whatever happens to the people
// in it: edits, a join of two records, a move to another county, a village that
// goes to another county, an end of the register.
func TestLockedListStays(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		l := openLedger(t, d)
		ctx := t.Context()
		villages := l.tree.Villages(l.tree.Towns(shenxian)[0])
		away := l.tree.Towns(yanggu)[0]
		city := officer(liaocheng)
		scope := region.ScopeOf(liaocheng)
		var ids []int64
		shop, err := l.reg.Add(ctx, officer(shenxian), "workshop", shenxian, map[string]string{"name": "甲车间", "started_on": "2022-01-01"})
		l.ok(err)
		for i := range 60 { // more than a page
			id, number := l.person(fmt.Sprintf("示例%02d", i), villages[i%2])
			ids = append(ids, id)
			_, err := l.reg.AddMember(ctx, city, shop.ID, map[string]string{"person": fmt.Sprintf("示例%02d", i), "id_number": number, "started_on": "2023-02-10"})
			l.ok(err)
		}
		_, err = l.reg.AddMember(ctx, city, shop.ID, map[string]string{"person": "外来", "id_number": number(900), "category": "脱贫人口", "started_on": "2023-02-10"})
		l.ok(err)
		_, err = l.forms.Submit(ctx, officer(shenxian), "progress", shenxian, q4, foot)
		l.ok(err)
		l.ok(l.forms.Review(ctx, reviewer(liaocheng), "progress", shenxian, q4, 1, report.Accept, ""))
		_, err = l.forms.Submit(ctx, officer(liaocheng), "progress", liaocheng, q4, foot)
		l.ok(err)
		county, whole := l.kept(shenxian), l.kept(liaocheng)
		if !strings.Contains(county, "示例59") || !strings.Contains(whole, "示例59") {
			t.Fatal("the list is not there at all")
		}
		same := func(after string) {
			t.Helper()
			if l.kept(shenxian) != county {
				t.Errorf("the county's list changed after %s", after)
			}
			if l.kept(liaocheng) != whole {
				t.Errorf("the city's list changed after %s", after)
			}
		}
		p, err := l.people.Get(ctx, scope, ids[0])
		l.ok(err)
		p.Name, p.Education = "改名", 5
		l.ok(l.people.Update(ctx, scope, city, ids[0], people.Edit{Person: p.Person}))
		same("an edit")
		a, err := l.people.Get(ctx, scope, ids[1])
		l.ok(err)
		b, err := l.people.Get(ctx, scope, ids[2])
		l.ok(err)
		_, err = l.merge.Merge(ctx, scope, city, ids[1], ids[2], merge.Choice{Versions: [2]int{a.Version, b.Version}, Reason: "同一人两条"})
		l.ok(err)
		same("a join of two records")
		l.ok(l.people.Move(ctx, scope, city, ids[3], l.tree.Villages(away)[0], 202311, "迁居"))
		same("a move to another county")
		l.ok(l.people.Leave(ctx, scope, city, ids[4], 1, 20231101, "去世"))
		same("a death")
		id, err := l.div.Draft(ctx, scope, account.Caller{UserID: 1, Login: "r", Grants: []account.Grant{{Role: account.Reviewer, Dept: account.DeptHR, Region: liaocheng}}},
			division.Ask{Kind: division.Move, From: villages[:1], Into: away, DocNo: "示例政发〔2023〕1号", Month: calendar.Month(202311)})
		l.ok(err)
		l.ok(l.div.Apply(ctx, scope, account.Caller{UserID: 1, Login: "r", Grants: []account.Grant{{Role: account.Reviewer, Dept: account.DeptHR, Region: liaocheng}}}, id))
		same("a village that went to another county")
		l.ok(l.reg.End(ctx, officer(shenxian), shop.ID, 1, 20231201, "停产"))
		same("an end of the register")
		if sh, err := l.forms.FindCode(ctx, scope, strings.Fields(county)[0]); err != nil || !sh.Equal {
			t.Errorf("the code on the paper: %+v, %v", sh, err)
		}
	})
}
