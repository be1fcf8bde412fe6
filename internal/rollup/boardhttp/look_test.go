package boardhttp_test

import (
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/month/monthtest"
	"wengang/internal/region"
	"wengang/internal/testkit"
	"wengang/internal/webtest"
)

// TestLook opens every page of the rim at both sizes in a browser. With
// WENGANG_SHOTS it leaves pictures.
func TestLook(t *testing.T) {
	if webtest.Find() == "" {
		webtest.Open(t, "") // says so, or fails in CI
	}
	d := testkit.SQLite(t)
	c := start(t, d, func() { monthtest.Lifelike(t, d, 12_000) })
	c.close(202201, 202311)
	village := region.National().Villages(county)[0]
	tab := webtest.Open(t, c.URL)
	tab.Walk([]webtest.Page{
		{Name: "board-city", Path: "/board?month=2023-11"},
		{Name: "board-county", Path: "/board?month=2023-11&at=371522"},
		{Name: "board-town", Path: "/board?month=2023-11&at=" + village.At(region.Town).String()},
		{Name: "board-village", Path: "/board?month=2023-11&at=" + village.String()},
		{Name: "board-open", Path: "/board?month=2023-12"},
		{Name: "board-first", Path: "/board?month=2022-01"},
		{Name: "board-empty", Path: "/board?month=2020-01"},
		{Name: "board-indicators", Path: "/board/indicators?month=2023-11"},
		{Name: "board-brief", Path: "/board/brief?month=2023-11"},
		{Name: "board-brief-open", Path: "/board/brief?month=2023-12"},
		{Name: "board-why", Path: "/board/why?month=2023-11"},
		{Name: "board-why-mean", Path: "/board/why?month=2023-11&why=income_mean&vs=yoy&by=class"},
		{Name: "board-why-village", Path: "/board/why?month=2023-11&why=worked_year&at=" + village.String()},
		{Name: "board-names", Path: "/board/names?month=2023-11&at=" + village.String()},
		{Name: "board-left", Path: "/board/list?indicator=working&cause=ended&vs=yoy&month=2023-11"},
		{Name: "board-indicators-village", Path: "/board/indicators?month=2023-11&at=" + village.String()},
		{Name: "board-cohorts", Path: "/board/cohorts?month=2023-11"},
		{Name: "board-cohorts-channel", Path: "/board/cohorts?month=2023-11&by=channel&part=unbroken"},
		{Name: "board-cohorts-key", Path: "/board/cohorts?month=2023-11&by=place_class&key=3"},
		{Name: "board-cohorts-empty", Path: "/board/cohorts?month=2020-01"},
		{Name: "board-people-cohort", Path: "/board/people?set=cohort&month=2023-11&began=2023-06&n=3&part=in"},
		{Name: "board-income", Path: "/board/income?month=2023-11"},
		{Name: "board-income-channel", Path: "/board/income?month=2023-11&by=channel"},
		{Name: "board-people-income", Path: "/board/people?set=income&month=2023-11&band=0"},
		{Name: "board-origins", Path: "/board/origins?month=2023-11"},
		{Name: "board-origins-town", Path: "/board/origins?month=2023-11&at=" + village.At(region.Town).String()},
		{Name: "board-places", Path: "/board/places?month=2023-11"},
		{Name: "board-list", Path: "/board/list?indicator=working&month=2023-11"},
		{Name: "board-list-narrow", Path: "/board/list?indicator=working&month=2023-11&class=3&to=110000000000"},
		{Name: "board-list-empty", Path: "/board/list?indicator=working_abroad&month=2023-11&class=5"},
		{Name: "board-months", Path: "/board/months?month=2023-11"},
		{Name: "board-reopen", Path: "/board/months?month=2023-11", Open: "重新开账"},
		{Name: "board-months-open", Path: "/board/months?month=2023-12"},
		{Name: "board-home", Path: "/"},
		{Name: "board-city-en", Path: "/board?month=2023-11&lang=en"},
		{Name: "board-list-en", Path: "/board/list?indicator=unverified&month=2023-11"},
		{Name: "board-zh", Path: "/board?month=2023-11&lang=zh-CN"},
	})
}

// TestLookByRole opens what each of five roles sees first, at both sizes.
func TestLookByRole(t *testing.T) {
	if webtest.Find() == "" {
		webtest.Open(t, "")
	}
	d := testkit.SQLite(t)
	c := start(t, d, func() { monthtest.Lifelike(t, d, 6_000) })
	c.close(202210, 202311)
	village := region.National().Villages(county)[0]
	for _, role := range []struct {
		name string
		role account.Role
		at   region.Code
		has  string
	}{
		{"province-leader", account.Leader, 370000000000, "哪里要看"},
		{"city-officer", account.Officer, city, "聊城市"},
		{"county-officer", account.Officer, county, "莘县"},
		{"town-officer", account.Officer, village.At(region.Town), "在岗务工"},
		{"village-aide", account.Aide, village, "在岗的"},
	} {
		t.Run(role.name, func(t *testing.T) {
			c.serve(map[string][]account.Grant{"": webtest.HR(role.role, role.at)})
			tab := webtest.Open(t, c.URL)
			path := "/board?month=2023-11"
			if role.role == account.Leader {
				path = "/board/brief?month=2023-11"
			}
			tab.Walk([]webtest.Page{{Name: "role-" + role.name, Path: path}, {Name: "role-" + role.name + "-en", Path: path + "&lang=en"}, {Name: "role-" + role.name + "-zh", Path: path + "&lang=zh-CN"}})
			tab.Goto(path)
			tab.WaitText(role.has)
		})
	}
}

// TestPicture saves the board as a picture under the page's policy.
func TestPicture(t *testing.T) {
	if webtest.Find() == "" {
		webtest.Open(t, "")
	}
	d := testkit.SQLite(t)
	c := start(t, d, func() { monthtest.Fill(t, d, 11, 900) })
	c.close(202210, 202311)
	tab := webtest.Open(t, c.URL)
	tab.Goto("/board?month=2023-11")
	tab.Eval(`(() => { const was = URL.createObjectURL.bind(URL); URL.createObjectURL = b => { document.body.dataset.saved = b.type + ' ' + b.size; return was(b) }; return '' })()`)
	tab.ClickCSS(".w-ph [data-w-picture]")
	tab.Wait("[data-w-done]")
	if kind, size, _ := strings.Cut(tab.Eval(`document.body.dataset.saved || ''`), " "); kind != "image/png" || len(size) < 5 {
		t.Errorf("saved %q of %s bytes, done %s", kind, size, tab.Eval(`document.querySelector('[data-w-done]').dataset.wDone`))
	}
	if f := tab.Faults(); len(f) > 0 {
		t.Errorf("faults: %v", f)
	}
}
