package e2e

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"wengang/internal/app"
	"wengang/internal/region"
	"wengang/internal/rule"
	"wengang/internal/webtest"
)

const shen region.Code = 371522000000

// A county's officer clears findings: what the home page counts is what the desk
// lists; a record is mended and the finding goes by itself, with who did it;
// two warnings that are right become exceptions with one reason; the night
// opens neither again; the workbook holds the list, masked.
func TestFindingsDesk(t *testing.T) {
	a, tab := findingsConsole(t)
	ctx := context.Background()
	if _, err := a.Rules.Nightly(ctx, everywhere); err != nil {
		t.Fatal(err)
	}
	warnings := countOf(t, a, rule.Filter{Severity: rule.Warning})
	if warnings == 0 {
		t.Fatal("the sample has no warnings")
	}

	tab.Goto("/?at=371522")
	tab.WaitText(fmt.Sprintf("%s 条", withCommas(warnings)))
	tab.Goto("/findings?at=371522&severity=2")
	if got := pagerTotal(t, tab); got != warnings {
		t.Errorf("the home page counts %d warnings, the desk lists %d", warnings, got)
	}
	tab.Shot("findings-desk")

	// Every figure of the matrix is the length of its list.
	tab.Goto("/findings?at=371522&view=matrix")
	tab.Shot("findings-matrix")
	cell := tab.Eval(`(() => { const a = document.querySelector('table.w-t tbody tr td:nth-child(n+3) a'); return a.innerText + ' ' + a.getAttribute('href') })()`)
	figure, href, _ := strings.Cut(cell, " ")
	tab.Goto(href)
	if got := strconv.Itoa(pagerTotal(t, tab)); got != figure {
		t.Errorf("the cell says %s, its list has %s", figure, got)
	}

	mendARecord(t, a, tab)
	exceptTwo(t, a, tab)
	before := countOf(t, a, rule.Filter{})
	if _, err := a.Rules.Check(ctx, everywhere, region.Country, true, nil); err != nil {
		t.Fatal(err)
	}
	if after := countOf(t, a, rule.Filter{}); after != before {
		t.Errorf("%d findings were open, after the night %d", before, after)
	}
	exported(t, a, tab)
}

func findingsConsole(t *testing.T) (*app.App, *webtest.Tab) {
	t.Helper()
	a, addr, word := own(t)
	return a, signed(t, addr, "sx_officer", word)
}

func countOf(t *testing.T, a *app.App, f rule.Filter) int {
	t.Helper()
	counts, err := a.Rules.ByRule(context.Background(), region.ScopeOf(shen), f)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, c := range counts {
		n += c.Open
	}
	return n
}

func withCommas(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}

// pagerTotal is the number below the list; an empty list has none.
func pagerTotal(t *testing.T, tab *webtest.Tab) int {
	t.Helper()
	s := strings.ReplaceAll(tab.Eval(`(document.querySelector('.w-pg b') || {innerText: '0'}).innerText`), ",", "")
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatalf("the pager says %q", s)
	}
	return n
}

// mendARecord opens a person from the desk, finds the doubt beside the field,
// and puts the record right.
func mendARecord(t *testing.T, a *app.App, tab *webtest.Tab) {
	t.Helper()
	items, _, err := a.Rules.List(context.Background(), region.ScopeOf(shen), rule.Filter{Rule: "labour.healthy_weak"}, rule.Cursor{}, 1)
	if err != nil || len(items) == 0 {
		t.Fatalf("no weak labour among the sample: %v", err)
	}
	person := items[0].PersonID
	tab.Goto(fmt.Sprintf("/people/%d?at=371522", person))
	tab.WaitText("本人待核查")
	if !tab.Has("劳动技能：") {
		t.Error("the doubt does not name its field")
	}
	tab.Shot("findings-person")
	tab.Goto(fmt.Sprintf("/people/%d/edit?at=371522", person))
	tab.Fill("skill", "1")
	tab.ClickCSS("main form button.pri")
	tab.WaitGone("#doubts")
	tab.Goto("/findings?at=371522&state=mended&rule=labour.healthy_weak")
	tab.WaitText("李文静 2023-12-10 改正记录")
	tab.Shot("findings-mended")
}

// exceptTwo chooses two warnings and states one reason for both.
func exceptTwo(t *testing.T, a *app.App, tab *webtest.Tab) {
	t.Helper()
	before := countOf(t, a, rule.Filter{State: rule.Excused})
	tab.Goto("/findings?at=371522&rule=work.fields_missing")
	tab.Eval(`(() => { [...document.querySelectorAll('tbody input[name=id]')].slice(0, 2).forEach(c => c.click()); return '' })()`)
	tab.ClickCSS(`[data-w-open="many"]`)
	tab.Fill("reason", "短")
	tab.Fill("until", "2024-03-31")
	tab.Shot("findings-many")
	tab.ClickCSS("dialog[open] footer .pri")
	tab.WaitText("4 到 500 个字")
	tab.ClickCSS(`[data-w-open="many"]`)
	tab.Fill("reason", "用工单位不出具行业证明")
	tab.ClickCSS("dialog[open] footer .pri")
	tab.WaitText("用工单位不出具行业证明")
	tab.Shot("findings-excepted")
	if after := countOf(t, a, rule.Filter{State: rule.Excused}); after != before+2 {
		t.Errorf("%d exceptions became %d", before, after)
	}
}

var eighteen = regexp.MustCompile(`\d{17}[\dX]|1[3-9]\d{9}`)

// exported downloads the list: as many rows as the desk counts, nothing plain.
func exported(t *testing.T, a *app.App, tab *webtest.Tab) {
	t.Helper()
	want := countOf(t, a, rule.Filter{Severity: rule.Warning})
	tab.Goto("/findings?at=371522&severity=2")
	file := tab.Eval(`(async () => { const f = document.querySelector('form[action*="/findings/export"]'); const r = await fetch(f.getAttribute('action'), {method: 'POST', body: new URLSearchParams(new FormData(f))});
const b = new Uint8Array(await r.arrayBuffer()); let s = r.status + ' '; for (let i = 0; i < b.length; i++) s += String.fromCharCode(b[i]); return btoa(s) })()`)
	status, body := fromBase64(t, file)
	if status != "200" {
		t.Fatalf("the export answers %s", status)
	}
	book, err := excelize.OpenReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows(book.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	if len(rows)-1 != want {
		t.Errorf("%d rows for %d findings", len(rows)-1, want)
	}
	for _, r := range rows {
		for _, c := range r {
			if eighteen.MatchString(c) {
				t.Errorf("a plain number in the workbook: %d characters", len(c))
			}
		}
	}
	var n int
	if err := a.DB.Read.QueryRow(`SELECT count(*) FROM export_log WHERE kind = 'findings'`).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d exports on record, %v", n, err)
	}
}

// fromBase64 splits the status from the body.
func fromBase64(t *testing.T, s string) (status string, body []byte) {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	head, body, _ := bytes.Cut(b, []byte(" "))
	return string(head), body
}
