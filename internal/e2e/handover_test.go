package e2e

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/webtest"
)

// ownSample is a sample of one's own, served, with a browser per login; yg_officer is
// the officer of 阳谷县, whom the sample has not.
func ownSample(t *testing.T, logins ...string) (*app.App, []*webtest.Tab) {
	t.Helper()
	ctx := context.Background()
	a, addr, word := own(t)
	in, err := a.Accounts.Create(ctx, account.LocalOperator(region.Country), account.NewUser{Login: "yg_officer", Name: "严谷", Region: 371521000000, Password: word})
	if err == nil {
		err = a.Accounts.Grant(ctx, account.LocalOperator(region.Country), in.UserID, account.Grant{Role: account.Officer, Dept: account.DeptHR, Region: 371521000000})
	}
	if err != nil {
		t.Fatal(err)
	}
	var tabs []*webtest.Tab
	for _, login := range logins {
		tabs = append(tabs, signed(t, addr, login, word))
	}
	return a, tabs
}

// plainNumber opens the number of a person of the sample.
func plainNumber(t *testing.T, a *app.App, where string) (id int64, number, name string) {
	t.Helper()
	var sealed []byte
	if err := a.DB.Read.QueryRow(`SELECT id, id_cipher, name FROM person p WHERE `+where+` ORDER BY id LIMIT 1`).Scan(&id, &sealed, &name); err != nil {
		t.Fatal(err)
	}
	plain, err := a.Box.Decrypt(people.SealID, sealed)
	if err != nil {
		t.Fatal(err)
	}
	return id, string(plain), name
}

// TestHandoverInTheBrowser: 阳谷县 asks for somebody of 莘县, 莘县 agrees, and
// the person counts there and no longer here.
func TestHandoverInTheBrowser(t *testing.T) {
	a, tabs := ownSample(t, "yg_officer", "sx_officer")
	yg, sx := tabs[0], tabs[1]
	id, number, name := plainNumber(t, a, `village >= 371522000000 AND village < 371523000000 AND out_on = 0 AND merged_into = 0
		AND EXISTS (SELECT 1 FROM person_kind k WHERE k.person_id = p.id AND k.kind = 1 AND k.until > 20231231)
		AND EXISTS (SELECT 1 FROM spell w WHERE w.person_id = p.id AND w.end_month = 999912)`)
	const nov, oct = "month=2023-11", "month=2023-10"
	figure := func(tab *webtest.Tab, at string) int {
		n, err := strconv.Atoi(strings.NewReplacer(",", "", "人", "", " ", "").Replace(townFigure(tab, at)))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	sxNov, sxOct, ygNov := figure(sx, "at=371522&"+nov), figure(sx, "at=371522&"+oct), figure(yg, "at=371521&"+nov)

	yg.Goto("/people?at=371521&" + nov)
	yg.Click("迁移申请")
	yg.Click("申请迁入")
	yg.Fill("id_number", number)
	yg.Fill("name", name)
	yg.Fill("village", a.Tree().FullName(a.Tree().Villages(371521000000)[3]))
	yg.Eval(`(document.querySelector('[name=since]').value = '2023-09')`)
	yg.Fill("reason", "婚迁到夫家")
	yg.Fill("evidence", "结婚证、户口页")
	yg.Shot("handover-form")
	yg.Click("提交申请")
	yg.WaitText("在外县")
	request := strings.SplitN(strings.TrimPrefix(yg.Where()[strings.Index(yg.Where(), "/handover/"):], "/handover/"), "?", 2)[0]
	for _, hidden := range []string{"莘县", number} {
		if yg.Has(hidden) {
			t.Errorf("who asks is told %q before anybody agreed", hidden)
		}
	}
	yg.Shot("handover-asked")

	sx.Goto("/?at=371522&" + nov)
	sx.WaitText("迁移申请待答复")
	sx.Shot("handover-todo")
	sx.Goto("/handover?view=theirs&at=371522&" + nov)
	sx.ClickCSS(`a.nm[href*="/handover/` + request + `"]`)
	sx.WaitText("核实此人是否已迁走")
	sx.Shot("handover-holder")
	sx.ClickCSS(`button[data-w-open="do-accept"]`)
	sx.WaitText("自 2023-11 起计入对方")
	sx.Shot("handover-accept")
	sx.ClickCSS(`#do-accept button.pri`)
	sx.WaitText("已同意迁走")

	yg.Goto("/handover/" + request + "?at=371521&" + nov)
	yg.WaitText("已迁入本县")
	yg.WaitText("自 2023-11 起计入") // September and October are closed
	yg.Shot("handover-done")
	yg.Click("打开人员")
	yg.WaitText(name)
	yg.Shot("handover-person")
	if got := figure(sx, "at=371522&"+nov); got != sxNov-1 {
		t.Errorf("莘县 has %d people in November, want %d", got, sxNov-1)
	}
	if got := figure(sx, "at=371522&"+oct); got != sxOct {
		t.Errorf("莘县's closed October has %d people, was %d", got, sxOct)
	}
	if got := figure(yg, "at=371521&"+nov); got != ygNov+1 {
		t.Errorf("阳谷县 has %d people in November, want %d", got, ygNov+1)
	}
	var village, spells int64
	if err := a.DB.Read.QueryRow(`SELECT village, (SELECT count(*) FROM spell w WHERE w.person_id = p.id AND w.end_month = 999912) FROM person p WHERE id = $1`, id).Scan(&village, &spells); err != nil || village/1000000 != 371521 || spells == 0 {
		t.Errorf("lives at %d with %d running spells (%v)", village, spells, err)
	}
	for _, tab := range tabs {
		for _, f := range tab.Faults() {
			t.Error(f)
		}
	}
}
