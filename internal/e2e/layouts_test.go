package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/region"
	"wengang/internal/text"
	"wengang/internal/transfer"
	"wengang/internal/webtest"
)

// TestPasteChooseAndFullList: cells under headings of the village's own are
// pasted as the whole list of a village, their columns chosen, checked and
// saved; who is not on the list is told and can be registered as gone. The
// command reads the next file by what the office remembers.
func TestPasteChooseAndFullList(t *testing.T) {
	a, tabs := ownSample(t, "sx_officer")
	tab := tabs[0]
	village, people := peopledVillage(t, a)
	at := fmt.Sprintf("at=%d&month=2023-11", village)
	one, two := withCheck("00000019850312971"), withCheck("00000019850312972")

	tab.Goto("/import/new?kind=people&" + at)
	tab.Click("粘贴单元格")
	tab.Fill("text", "某村花名册\t\t\r\n人的名字\t身份号\t哪一户\r\n新来的\t"+one+"\tH9701\r\n")
	tab.Click("全部名单")
	tab.Click("核对粘贴的内容")
	tab.WaitText("还不能核对")
	for name, key := range map[string]string{"k0": "name", "k1": "id_number", "k2": "household"} {
		tab.Fill(name, key)
	}
	tab.Shot("layouts-choose")
	tab.Click("按此核对")
	tab.WaitText("台账有、文件没有：" + fmt.Sprint(people) + " 人")
	if !tab.Has("保存 1 行") {
		t.Error("the new person of the list is not to be saved")
	}
	tab.Shot("layouts-full")
	tab.Click("看名单")
	tab.WaitText("一个也不会删")
	if tab.Has(one) {
		t.Error("a number in plain")
	}
	tab.Shot("layouts-absent")
	tab.Click("登记减少")
	tab.Wait(`form[action*="/leave"]`)

	tab.Goto("/import?" + at)
	tab.ClickCSS(`tbody a[href^="/import/"]`)
	tab.Click("保存 1 行")
	tab.WaitText("已保存")
	if got := present(t, a, village); got != people+1 {
		t.Errorf("%d people in the village, %d before and one more since: a list takes nobody off", got, people)
	}
	for _, f := range tab.Faults() {
		t.Error(f)
	}

	// The office is the county's: the command, which acts for it, knows the columns.
	county := village.At(region.County)
	report, err := a.Import(context.Background(), account.LocalOperator(county), transfer.Request{Kind: "people", Region: village, FileName: "y.csv",
		File: strings.NewReader("哪一户,身份号,人的名字\nH9702," + two + ",又一个\n")}, false, text.ZH)
	if err != nil || report.New != 1 || len(report.Columns) != 3 {
		t.Errorf("by the command: %+v, %v", report, err)
	}
	if report.Absent != nil {
		t.Error("a part of a list counts who is absent")
	}
	_, err = a.Import(context.Background(), account.LocalOperator(371521_000000), transfer.Request{Kind: "people", Region: 371521_000000, FileName: "y.csv",
		File: strings.NewReader("哪一户,身份号,人的名字\nH9702," + two + ",又一个\n")}, false, text.ZH)
	if err == nil {
		t.Error("another county reads by the first one's columns")
	}
}

// peopledVillage is a village of 莘县 with some people of the list, and how many.
func peopledVillage(t *testing.T, a *app.App) (v region.Code, n int) {
	t.Helper()
	lo, hi := region.Code(371522_000000).Range()
	err := a.DB.Read.QueryRow(`SELECT p.village, count(*) AS people FROM person p WHERE p.village >= $1 AND p.village < $2 AND p.out_on = 0 AND p.merged_into = 0
		AND NOT EXISTS (SELECT 1 FROM person q WHERE q.village = p.village AND NOT EXISTS (SELECT 1 FROM person_kind k WHERE k.person_id = q.id AND k.kind = 1 AND k.until = 99991231))
		GROUP BY p.village HAVING count(*) BETWEEN 3 AND 40 ORDER BY people DESC, p.village LIMIT 1`, int64(lo), int64(hi)).Scan(&v, &n)
	if err != nil {
		t.Fatal(err)
	}
	return v, n
}

func present(t *testing.T, a *app.App, v region.Code) (n int) {
	t.Helper()
	if err := a.DB.Read.QueryRow(`SELECT count(*) FROM person WHERE village = $1 AND out_on = 0 AND merged_into = 0`, int64(v)).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestTemplatesOfEveryKind: every table of the page downloads in the browser's
// session and opens.
func TestTemplatesOfEveryKind(t *testing.T) {
	tab := webtest.Open(t, base)
	tab.Sign("/sign-in", "sx_officer", made.Users[0].Password)
	tables := 0
	for _, kind := range []string{"people", "monitored", "work", "plan", "roster"} {
		tab.Goto("/import/templates?kind=" + kind + "&" + shenNov)
		for _, href := range tab.Links() {
			if !strings.Contains(href, "/import/templates/"+kind+"/") {
				continue
			}
			if raw := tab.Download(href); len(raw) < 4000 || string(raw[:2]) != "PK" {
				t.Errorf("%s: %d bytes", href, len(raw))
			}
			tables++
		}
	}
	if tables < 30 {
		t.Errorf("only %d tables", tables)
	}
	for _, f := range tab.Faults() {
		t.Error(f)
	}
}
