package webtest_test

import (
	"context"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/region"
	"wengang/internal/web"
	"wengang/internal/web/storybook"
	"wengang/internal/webtest"
)

var names = map[region.Code]string{370000000000: "山东省", 371500000000: "聊城市", 371522000000: "莘县", 371521000000: "阳谷县", 371502000000: "东昌府区", 371522100000: "张鲁镇", 371522101000: "朝城镇", 371522100201: "李庄村"}

type tree struct{}

func (tree) Name(c region.Code) string { return names[c] }
func (tree) Children(c region.Code) []region.Code {
	var out []region.Code
	for p := range names {
		if p != c && p.Parent() == c {
			out = append(out, p)
		}
	}
	return out
}
func (tree) Search(q string, within region.Scope, limit int) []region.Code {
	var out []region.Code
	for p, n := range names {
		if strings.Contains(n, q) && within.Contains(p) && len(out) < limit {
			out = append(out, p)
		}
	}
	return out
}

func book(t *testing.T) string {
	t.Helper()
	return webtest.NewConsole(t, web.Config{Tree: tree{}, Clock: calendar.Fixed(calendar.Date(20231210).Time().Add(6 * 3600e9)), Notice: "web.sample", Account: "/me", Months: closed{},
		Auth: webtest.Grants("李文静", map[string][]account.Grant{"": webtest.HR(account.Officer, 371500000000)})}, storybook.Register).URL
}

// TestStorybook looks at every component at both sizes.
func TestStorybook(t *testing.T) {
	tab := webtest.Open(t, book(t))
	pages := []webtest.Page{{Name: "today", Path: "/?at=371522000000"}, {Name: "missing", Path: "/nowhere"}, {Name: "search", Path: "/search"}, {Name: "places", Path: "/places?at=371522000000"}}
	for _, p := range storybook.Pages {
		pages = append(pages, webtest.Page{Name: p[0], Path: p[1]})
	}
	pages = append(pages, webtest.Page{Name: "person-dialog", Path: "/story/person", Open: "查看"}, webtest.Page{Name: "list-filter", Path: "/story/list", Open: "加条件"}, webtest.Page{Name: "board-en", Path: "/story/board?lang=en"}, webtest.Page{Name: "today-zh", Path: "/?lang=zh"})
	tab.Walk(pages)
}

// TestFrame uses the frame as a person does.
func TestFrame(t *testing.T) {
	tab := webtest.Open(t, book(t))
	tab.Goto("/story/list?at=371500000000&month=2023-11&status=5")
	tab.ClickCSS(".w-where summary")
	tab.Wait(".w-tree li a")
	tab.Shot("picker")
	tab.Fill("q", "莘县")
	tab.Wait(".w-tree .path")
	tab.ClickCSS(".w-tree li>a")
	if got := tab.Where(); !strings.Contains(got, "at=371522000000") || !strings.Contains(got, "status=5") || !strings.Contains(got, "month=2023-11") {
		t.Errorf("a chosen place led to %s", got)
	}
	tab.ClickCSS(".w-when>a")
	if got := tab.Where(); !strings.Contains(got, "month=2023-10") || !strings.Contains(got, "at=371522000000") {
		t.Errorf("the month stepper led to %s", got)
	}
	tab.ClickCSS(".w-when summary")
	tab.Shot("months")
	tab.Press("\x1b")
	tab.Press("/")
	if tab.Eval(`document.activeElement.id`) != "w-q" {
		t.Error("/ does not lead to the search box")
	}
	tab.Eval(`document.querySelector('#w-q').value = ''`) // the driver types the key that a browser would swallow
	tab.Type("张鲁")
	tab.Wait(".w-hit")
	tab.Shot("search-hits")
	tab.Goto("/story/board")
	tab.ClickCSS(".w-chart [data-w-view=table]")
	tab.Wait(".w-chart.tab table")
	for _, f := range tab.Faults() {
		t.Error(f)
	}
	if got := tab.Eval(`JSON.stringify([localStorage.length, sessionStorage.length])`); got != "[0,0]" {
		t.Errorf("the browser keeps something: %s", got)
	}
	tab.Goto("/story/form")
	tab.Fill("county", "莘县")
	tab.Wait("datalist option")
	tab.Resize(webtest.Phone)
	tab.Goto("/story/list")
	tab.Click("更多")
	tab.Shot("more")
}

type closed struct{}

func (closed) Closed(_ context.Context, _ region.Code, m calendar.Month) (bool, error) {
	return m <= 202311, nil
}

// TestPrint: the sheet fits one page across, the list leaves the frame out.
func TestPrint(t *testing.T) {
	tab := webtest.Open(t, book(t))
	for _, p := range []string{"sheet", "list", "board", "person"} {
		tab.Goto("/story/" + p)
		if out := tab.PDF(p); len(out) < 5000 {
			t.Errorf("%s prints %d bytes", p, len(out))
		}
	}
}
