package e2e

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/transfer"
	"wengang/internal/webtest"
)

// frozen is a digest of the county's closed months.
func frozen(t *testing.T, a *app.App) string {
	t.Helper()
	var n, flags, people int64
	if err := a.DB.Read.QueryRow(`SELECT count(*), coalesce(sum(flags), 0), coalesce(sum(person_id), 0) FROM person_month`).Scan(&n, &flags, &people); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(n, flags, people)
}

// rulesOf are what the check of a file found, by rule.
func rulesOf(t *testing.T, a *app.App, village region.Code, csv string) map[string]bool {
	t.Helper()
	ctx := context.Background()
	id, err := a.Imports.Stage(ctx, local, transfer.Request{Kind: "people", File: strings.NewReader(csv), FileName: "t.csv", Region: village, Month: 202311, Year: 2023})
	if err == nil {
		err = a.Imports.Work(ctx, id)
	}
	if err != nil {
		t.Fatal(err)
	}
	rows, err := a.DB.Read.Query(`SELECT rule FROM import_finding WHERE batch_id = $1`, id)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	out := map[string]bool{}
	for rows.Next() {
		var r string
		if err := rows.Scan(&r); err != nil {
			t.Fatal(err)
		}
		out[r] = true
	}
	return out
}

// TestActsOnPeople: a double is merged in the browser, the figure falls at
// once and stands again after the undo, closed months stay; a village's month
// is entered by keyboard; the book of changes meets the ledger at every node;
// old numbers that come in a file are conflicts to decide.
func TestActsOnPeople(t *testing.T) {
	a, tabs := ownSample(t, "sx_officer")
	tab, ctx, all := tabs[0], context.Background(), region.ScopeOf(region.Country)
	id, number, name := plainNumber(t, a, `village >= 371522000000 AND village < 371523000000 AND out_on = 0 AND merged_into = 0 AND id_kind = 1 AND skill = 1
		AND EXISTS (SELECT 1 FROM person_kind k WHERE k.person_id = p.id AND k.kind = 1 AND k.until > 20231231)
		AND EXISTS (SELECT 1 FROM spell w WHERE w.person_id = p.id AND w.end_month = 999912)`)
	r, err := a.People.Get(ctx, all, id)
	if err != nil {
		t.Fatal(err)
	}
	doubleNumber := number[:14] + fmt.Sprintf("%03d", (int(number[14]-'0')*100+int(number[15]-'0')*10+int(number[16]-'0')+2)%1000)
	doubleNumber = withCheck(doubleNumber)
	twin, err := a.People.Create(ctx, all, local, fact.Person{Village: r.Village, Name: name, Sex: r.Sex, Birth: r.Birth, Ethnic: 1, IDNumber: doubleNumber, Education: 3, Health: 1,
		Skill: fact.SkillOrdinary, Willing: fact.Yes, WillingOn: 20230101, InOn: 20231201, Status: fact.StatusJobless, StatusOn: 20231201, StatusFrom: "走访",
		Kinds: []fact.PersonKind{{Kind: fact.KindPoor, Since: 20200101, Until: fact.Forever}}})
	if err != nil {
		t.Fatal(err)
	}
	figure := func() int {
		n, err := strconv.Atoi(strings.NewReplacer(",", "", "人", "", " ", "").Replace(townFigure(tab, "at=371522&month=2023-12")))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	with, closed := figure(), frozen(t, a)
	mergeInBrowser(t, tab, id, twin)
	if n := figure(); n != with-1 {
		t.Errorf("the figure is %d after the merge, want %d", n, with-1)
	}
	if got := rulesOf(t, a, r.Village, "姓名,证件号码\n"+name+","+doubleNumber+"\n"); !got["person.left"] {
		t.Errorf("a file with the pointer's number: %v", got)
	}
	tab.Goto(fmt.Sprintf("/people/%d", twin))
	tab.WaitText("已经合并")
	undoInBrowser(tab)
	if n := figure(); n != with {
		t.Errorf("the figure is %d after the undo, want %d", n, with)
	}
	if now := frozen(t, a); now != closed {
		t.Errorf("closed months changed: %s, were %s", now, closed)
	}
	bookMeets(t, a)
	oldNumber(t, a, twin, doubleNumber)
	entryByKeyboard(t, a, tab, r.Village)
}

func mergeInBrowser(t *testing.T, tab *webtest.Tab, kept, gone int64) {
	t.Helper()
	tab.Goto("/people/doubles?at=371522")
	tab.WaitText("疑似重复")
	tab.Goto(fmt.Sprintf("/people/%d/merge?with=%d&at=371522", kept, gone))
	tab.Fill("reason", "两次导入的同一人")
	tab.Shot("acts-merge")
	tab.Click("确认合并")
	tab.Wait("#rec-head")
}

func undoInBrowser(tab *webtest.Tab) {
	tab.Goto("/people/doubles/merge/1?at=371522")
	tab.Fill("reason", "核实是两个人")
	tab.Click("撤销合并")
	tab.WaitText("已撤销")
}

// bookMeets: at the county, its towns and their first villages the book of the
// year ends with the people that the ledger has.
func bookMeets(t *testing.T, a *app.App) {
	t.Helper()
	ctx, all := context.Background(), region.ScopeOf(region.Country)
	tree, acts := a.Tree(), a.PeopleActs()
	nodes := []region.Code{ownCity, ownCounty}
	for _, town := range tree.Towns(ownCounty) {
		nodes = append(nodes, town, tree.Villages(town)[0])
	}
	some := 0
	for _, at := range nodes {
		b, err := acts.Flows.Read(ctx, all, at, 202301, 202312, nil)
		if err != nil {
			t.Fatal(err)
		}
		n, err := a.People.Count(ctx, region.ScopeOf(at), people.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		l := &b.Total
		if l.Closing != n || l.Opening+l.In()-l.Out() != n {
			t.Errorf("%s: %d + %d − %d = %d, the ledger has %d", at, l.Opening, l.In(), l.Out(), l.Closing, n)
		}
		some += l.In() + l.Out()
	}
	if some == 0 {
		t.Error("nobody came or went: the test is blind")
	}
}

// oldNumber: a corrected number that comes again in a file is not matched.
func oldNumber(t *testing.T, a *app.App, id int64, old string) {
	t.Helper()
	ctx, all := context.Background(), region.ScopeOf(region.Country)
	r, err := a.People.Get(ctx, all, id)
	if err != nil {
		t.Fatal(err)
	}
	by := account.LocalOperator(region.Country)
	right := withCheck("00000019700101" + "997")
	if err := a.People.CorrectID(ctx, all, by, id, people.Correction{Version: r.Version, Number: right, Reason: "typo", Evidence: "户口簿"}); err != nil {
		t.Fatal(err)
	}
	if got := rulesOf(t, a, r.Village, "姓名,证件号码\n"+r.Name+","+old+"\n"); !got["id.former"] {
		t.Errorf("a file with the old number: %v", got)
	}
}

// entryByKeyboard: a digit moves on to the next row, arrows walk, saved rows
// say so.
func entryByKeyboard(t *testing.T, a *app.App, tab *webtest.Tab, village region.Code) {
	t.Helper()
	b, err := a.PeopleActs().Entry.Read(context.Background(), region.ScopeOf(ownCounty), village, calendar.Month(202312))
	if err != nil || len(b.Rows) < 2 {
		t.Fatalf("%d rows, %v", len(b.Rows), err)
	}
	tab.Goto("/people/entry?at=" + village.Full() + "&month=2023-06")
	if len(tab.Texts("fieldset[disabled] .w-grid input")) == 0 {
		t.Error("a closed month takes what nobody can save")
	}
	tab.Click("换到本月")
	if at := tab.Where(); !strings.Contains(at, "month=2023-12") {
		t.Errorf("from a closed month to %s", at)
	}
	tab.Goto("/people/entry?at=" + village.Full() + "&month=2023-12")
	tab.Eval(`document.querySelector('[data-w-grid] tbody input').focus(), ''`)
	tab.Press("3")
	if at := tab.Eval(`document.activeElement.name`); at != "s"+strconv.FormatInt(b.Rows[1].ID, 10) {
		t.Errorf("after a digit the cursor stands in %s", at)
	}
	if sum := tab.Eval(`document.querySelector('[data-w-filled]').textContent`); !strings.HasPrefix(sum, "1 ") {
		t.Errorf("rows filled: %q", sum)
	}
	tab.Shot("acts-entry")
	tab.Click("其余与上月相同")
	tab.WaitText("已保存")
	tab.Shot("acts-entry-saved")
	after, err := a.PeopleActs().Entry.Read(context.Background(), region.ScopeOf(ownCounty), village, calendar.Month(202312))
	if err != nil || after.Rows[0].State.Code != fact.StatusFarm {
		t.Errorf("the first row is %+v, %v", after.Rows[0].State, err)
	}
	for _, r := range after.Rows {
		if r.State.Unverified && r.State.Code != 0 {
			t.Errorf("%s is unverified after the village was confirmed: %+v", r.Name, r.State)
		}
	}
}
