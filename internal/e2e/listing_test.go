package e2e

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"wengang/internal/account"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/webtest"
)

// TestListsInTheBrowser: an officer settles a list, prints it, compares it with
// the record; chooses columns, saves and shares them; a reader with fewer
// rights opens the shared list and sees less.
func TestListsInTheBrowser(t *testing.T) {
	a, tabs := ownSample(t, "sx_officer", "sx_reviewer", "town_officer")
	officer, reviewer, town := tabs[0], tabs[1], tabs[2]
	officer.Goto("/lists")
	if n := officer.Texts(".w-tile .v b"); len(n) != 5 || n[0] == "0" {
		t.Fatalf("tiles %v", n)
	}
	officer.Goto("/lists/official/base?at=371522101000")
	officer.Click("定稿")
	officer.Fill("document", "示例函〔2023〕7号")
	officer.ClickCSS("dialog[open] button.pri")
	officer.WaitText("已定稿")
	if !officer.Has("示例函〔2023〕7号") || !officer.Has("与定稿时一致") {
		t.Error("the version does not say what it stands on")
	}
	version := officer.Where()
	// The record changes behind it.
	ctx, all := context.Background(), region.ScopeOf(region.Country)
	l, err := a.People.List(ctx, region.ScopeOf(371522101000), people.Filter{List: people.ListBase}, people.Page{})
	if err != nil || len(l.Rows) < 3 {
		t.Fatalf("%d people: %v", len(l.Rows), err)
	}
	if err := a.People.Leave(ctx, all, account.LocalOperator(region.Country), l.Rows[0].ID, 9, 20231209, "走访"); err != nil {
		t.Fatal(err)
	}
	officer.Click("和现在比")
	officer.WaitText("走了")
	if n := officer.Texts(".w-tile .v b"); len(n) != 4 || n[0] != "0" || n[1] != "1" {
		t.Errorf("came, went, changed, same: %v", n)
	}
	if !officer.Has(l.Rows[0].Name) {
		t.Error("who went is not named")
	}
	officer.Goto(strings.Split(version, "?")[0] + "/print")
	sheets := officer.Texts(".w-ledger section")
	pdf := officer.PDF("list")
	if pages := bytes.Count(pdf, []byte("/Type /Page\n")) + bytes.Count(pdf, []byte("/Type/Page/")) + bytes.Count(pdf, []byte("/Type /Page/")); len(sheets) == 0 || pages != 0 && pages != len(sheets) {
		t.Errorf("%d sheets, %d pages of paper", len(sheets), pages)
	}
	last := sheets[len(sheets)-1]
	if want := fmt.Sprintf("第 %d 页", len(sheets)); !strings.Contains(last, want) || !strings.Contains(last, "审核人") {
		t.Errorf("the last sheet lacks %s or the signatures", want)
	}
	// The way to a consent leads to its form.
	officer.Goto("/lists/official/base")
	officer.Click("导出")
	officer.Click("去申请")
	officer.WaitText("新申请")
	chosen(t, officer, reviewer, town)
}

// chosen: columns chosen, saved and shared.
func chosen(t *testing.T, officer, reviewer, town *webtest.Tab) {
	t.Helper()
	officer.Goto("/lists/mine/view?cols=name&cols=age&cols=findings&status=5&at=371522000000&month=2023-11")
	if heads := officer.Texts(".w-lt th"); len(heads) != 3 || !strings.Contains(heads[2], "未清问题数") {
		t.Fatalf("heads %v", heads)
	}
	officer.ClickCSS(".w-lt th:nth-child(3) a.w-mv")
	if heads := officer.Texts(".w-lt th"); !strings.Contains(heads[1], "未清问题数") {
		t.Errorf("the column did not move: %v", heads)
	}
	officer.Click("保存")
	officer.Fill("name", "未就业人员核查")
	officer.Fill("shared", "1")
	officer.ClickCSS("dialog[open] button.pri")
	officer.WaitText("和科室共用")
	officer.Goto("/lists/mine")
	link := officer.Href(".w-t tbody a.nm")
	// The reviewer of the same office opens it; the town's officer has another
	// office.
	reviewer.Goto("/lists/mine")
	if !reviewer.Has("未就业人员核查") {
		t.Error("the office does not see the shared list")
	}
	town.Goto("/lists/mine")
	if town.Has("未就业人员核查") {
		t.Error("another office sees the shared list")
	}
	town.Goto(link)
	if town.Has("未就业人员核查") {
		t.Error("another office opens the shared list")
	}
	// A workbook of it.
	officer.Goto(link)
	raw := officer.Eval(`fetch(document.querySelector('#leave form').action, {method: 'POST', headers: {'Content-Type': 'application/x-www-form-urlencoded'}, body: 'plain='}).then(r => r.arrayBuffer()).then(b => { let s = ''; for (const x of new Uint8Array(b)) s += String.fromCharCode(x); return s; })`)
	body := make([]byte, 0, len(raw))
	for _, r := range raw {
		body = append(body, byte(r))
	}
	book, err := excelize.OpenReader(bytes.NewReader(body))
	if err != nil {
		t.Fatalf("the workbook: %v (%.80q)", err, raw)
	}
	defer book.Close()
	rows, err := book.GetRows("清单")
	if err != nil || len(rows) < 5 || !strings.Contains(rows[0][0], "未就业人员核查") || rows[2][1] != "姓名" {
		t.Errorf("rows %v: %v", rows[:min(len(rows), 4)], err)
	}
}

// TestPasteInTheBrowser: a column of numbers comes back in its order, beside
// it who is known; nothing of it stands in the address.
func TestPasteInTheBrowser(t *testing.T) {
	a, tabs := ownSample(t, "sx_officer")
	tab := tabs[0]
	_, known, name := plainNumber(t, a, "p.village BETWEEN 371522000000 AND 371522999999 AND p.out_on = 0")
	_, outside, other := plainNumber(t, a, "p.village BETWEEN 371521000000 AND 371521999999 AND NOT EXISTS (SELECT 1 FROM spell w WHERE w.person_id = p.id)")
	nobody := withCheck("00000019690101999")
	tab.Goto("/lists/paste")
	tab.Fill("ids", outside+"\n\n1、"+known[:6]+" "+known[6:]+" "+name+"\n"+nobody+"\n12345")
	tab.ClickCSS("#ask button.pri")
	tab.WaitText("再查一次")
	rows := tab.Texts(".w-lt tbody tr")
	if len(rows) != 5 {
		t.Fatalf("%d rows: %v", len(rows), rows)
	}
	if !strings.Contains(rows[2], name) || !strings.Contains(rows[2], "在册") || !strings.Contains(rows[4], "号码有误") {
		t.Errorf("rows %q", rows)
	}
	strip := func(s string) string { // all but line number and masked number
		i := strings.Index(s, "不在")
		if i < 0 {
			return "?" + s
		}
		return s[i:]
	}
	if strip(rows[0]) != strip(rows[3]) || strings.Contains(strings.Join(rows, ""), other) && other != name {
		t.Errorf("who lives elsewhere and who is nobody differ: %q %q", rows[0], rows[3])
	}
	if w := tab.Where(); strings.ContainsAny(strings.TrimPrefix(w, "/lists/paste"), "0123456789") && strings.Contains(w, known) {
		t.Errorf("the address: %s", w)
	}
	var asked int
	if err := a.DB.Read.QueryRow(`SELECT sum(asked) FROM lookup_tally`).Scan(&asked); err != nil || asked != 3 {
		t.Errorf("%d numbers on the tally: %v", asked, err)
	}
	for _, table := range []string{"audit_row", "lookup_tally", "export_log"} {
		var n int
		col := map[string]string{"audit_row": "detail", "lookup_tally": "asked", "export_log": "reason"}[table]
		if err := a.DB.Read.QueryRow(`SELECT count(*) FROM `+table+` WHERE CAST(`+col+` AS TEXT) LIKE '%'||$1||'%'`, known).Scan(&n); err != nil || n != 0 {
			t.Errorf("%s keeps the number: %d %v", table, n, err)
		}
	}
	tab.Resize(webtest.Phone)
	for _, f := range tab.Faults() {
		t.Error(f)
	}
}
