package e2e

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"wengang/internal/webtest"
)

// A year's target in a real browser: the city divides it among its counties by
// last year's result, changes one number, sees the remainder while it types and
// is refused until nothing is left; its leader signs with a document; the county
// sees its one row, divides it among its towns, its reviewer signs; the city
// issues the month's dispatch, and the printed table holds the signed numbers.
func TestDecompositionToCompletion(t *testing.T) {
	_, addr, word := own(t)
	const month = "month=2023-10"
	city := signed(t, addr, "lc_officer", word)
	city.Goto("/target?at=3715&" + month)
	city.Goto(sampleTarget(city))
	city.ClickCSS(`button[data-w-open="split"]`)
	city.ClickCSS(`#split button.pri`)
	city.WaitText("草稿")
	city.Shot("target-split-draft")
	city.Click("上年完成数")
	if left := city.Text(`[data-left="0"]`); left != "0" {
		t.Errorf("after the suggestion %s is left", left)
	}
	given := city.Eval(`document.querySelector('input[data-part="0"][name="v0.371522000000"]').value`)
	city.Fill("v0.371522000000", given+"0")
	if left := city.Text(`[data-left="0"]`); !strings.HasPrefix(left, "−") {
		t.Errorf("too much was given, and the remainder is %s", left)
	}
	city.ClickCSS(`button[value=submit]`)
	city.WaitText("应等于")
	city.Fill("v0.371522000000", given)
	city.ClickCSS(`button[value=submit]`)
	city.WaitText("待签发")
	split := city.Where()

	leader := signed(t, addr, "lc_leader", word)
	sign(leader, split, "示例市发〔2023〕21号")
	leader.Shot("target-split-signed")

	county := signed(t, addr, "sx_officer", word)
	county.Goto("/target?at=371522&" + month)
	row := sampleTarget(county)
	county.Goto(row)
	if places := county.Texts(`.w-t.rank tbody td:first-child`); len(places) != 1 || strings.TrimSpace(places[0]) != "莘县" {
		t.Errorf("the county sees %v", places)
	}
	county.ClickCSS(`button[data-w-open="split"]`)
	county.ClickCSS(`#split button.pri`)
	county.Click("脱贫人口")
	if sum := county.Text(`[data-given="0"]`); sum != given {
		t.Errorf("the towns have %s of %s", sum, given)
	}
	county.ClickCSS(`button[value=submit]`)
	county.WaitText("待签发")
	below := county.Where()
	county.Shot("target-split-towns")
	county.Resize(webtest.Phone)
	county.Shot("target-split-towns")
	county.Resize(webtest.Desk)
	reviewer := signed(t, addr, "sx_reviewer", word)
	sign(reviewer, below, "示例县发〔2023〕5号")

	leader.Goto("/dispatch?at=3715&" + month)
	leader.Shot("target-dispatch-live")
	leader.ClickCSS(`button[data-w-open="issue"]`)
	leader.ClickCSS(`#issue button.pri`)
	leader.WaitText("第1期")
	leader.Shot("target-dispatch")
	checkDispatch(t, leader.Download(leader.Href(`a[href*="/export"]`)), given)
}

// sampleTarget is the address of the sample's own target of the list.
func sampleTarget(tab *webtest.Tab) string {
	return tab.Eval(`[...document.querySelectorAll('tr[data-w-href]')].find(r => r.innerText.includes('示例口径')).dataset.wHref`)
}

func sign(tab *webtest.Tab, page, doc string) {
	tab.Goto(page)
	tab.ClickCSS(`button[data-w-open="sign"]`)
	tab.Fill("doc_no", doc)
	tab.Fill("doc_date", "2023-11-20")
	tab.ClickCSS(`#sign button.pri`)
	tab.WaitText("已下达")
}

func checkDispatch(t *testing.T, raw []byte, given string) {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	found := false
	for _, sheet := range book.GetSheetList() {
		rows, err := book.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			found = found || len(r) > 4 && r[1] == "莘县" && r[2] == given && r[4] != "—"
		}
	}
	if !found {
		t.Errorf("the dispatch does not hold 莘县 with its target %s: %s", given, fmt.Sprint(book.GetSheetList()))
	}
}
