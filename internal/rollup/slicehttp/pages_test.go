package slicehttp_test

import (
	"bytes"
	"context"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/indicator"
	"wengang/internal/listing"
	"wengang/internal/month"
	"wengang/internal/month/monthtest"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/region/regionstore"
	"wengang/internal/register"
	"wengang/internal/rollup"
	"wengang/internal/rollup/boardhttp"
	"wengang/internal/rollup/slicehttp"
	"wengang/internal/rollup/views"
	"wengang/internal/rule"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
	"wengang/internal/web"
	"wengang/internal/webtest"
	"wengang/internal/work"
)

var ctx = context.Background()

const (
	city   = monthtest.City
	county = monthtest.County
)

type places struct{ webtest.Places }

func (p places) Search(q string, within region.Scope, _ int) []region.Code {
	m := p.Tree.Lookup(q, region.Country)
	if m.Status != region.One || !within.Contains(m.Code) {
		return nil
	}
	return []region.Code{m.Code}
}

type console struct {
	*webtest.Console
	months *month.Store
	roll   *rollup.Service
}

func start(t testing.TB, d *db.DB, n int) *console {
	t.Helper()
	monthtest.Lifelike(t, d, n)
	c := &console{months: month.New(d, &monthtest.Audit{})}
	c.roll = rollup.New(d, c.months)
	box := secrettest.Box(t)
	log := audit.New(d, box, nil)
	tr := places{webtest.Places{Tree: region.National()}}
	tags := regionstore.New(d, log)
	c.roll.UseTags(tags)
	registers := register.New(d, box, log, tr)
	ppl := people.New(d, people.Deps{Box: box, Audit: log, Closed: c.months, Checks: rule.NewDesk(d, rule.TreePlaces(tr.Tree), log), Settled: registers, Spells: work.ReadSpells, Reclass: work.Reclass})
	lists := listing.New(d, listing.Deps{People: ppl, Box: box, Audit: log, Leave: log, Tree: tr})
	if err := d.Tx(ctx, func(tx *db.Tx) error {
		op := account.LocalOperator(region.Country)
		return tags.SaveTag(ctx, op.Scope(account.SettingEdit), tx, op, region.TagProvKey, county, 20210101, 0, "测试文件")
	}); err != nil {
		t.Fatal(err)
	}
	for m := calendar.Month(202210); m <= 202311; m = m.Add(1) {
		if err := c.months.CloseAll(ctx, account.LocalOperator(region.Country), region.Country, m, nil); err != nil {
			t.Fatal(err)
		}
	}
	callers := webtest.Grants("王建国", map[string][]account.Grant{
		"": webtest.HR(account.Officer, city), "officer": webtest.HR(account.Officer, city),
		"county":    webtest.HR(account.Officer, county),
		"neighbour": webtest.HR(account.Officer, monthtest.Neighbour),
		"system":    webtest.HR(account.System, city),
	})
	for who, id := range map[string]int64{"county": 2, "neighbour": 3, "system": 4} {
		one := callers[who]
		one.UserID = id
		callers[who] = one
	}
	c.Console = webtest.NewConsole(t, web.Config{Tree: tr, Clock: testkit.Clock, Months: c.months, Notice: "web.sample", Auth: callers}, func(s *web.Shell) {
		slices := slicehttp.New(s, slicehttp.Deps{Figures: c.roll, Views: views.New(d, log), Tags: tags, Settlements: registers, Lists: lists, Tree: tr, DB: d, Leave: log})
		board := boardhttp.New(s, c.roll, ppl, nil, c.months, tr)
		board.UseSlices(slices)
		board.Register()
		slices.Register()
	})
	return c
}

func TestPages(t *testing.T) {
	d := testkit.SQLite(t)
	c := start(t, d, 2000)
	for _, p := range []struct {
		who, path string
		status    int
		has       []string
	}{
		{"officer", "/board/slice?month=2023-11", 200, []string{"多维分析", "莘县", "占比", "合计"}},
		{"officer", "/board/slice?month=2023-11&rows=age&cols=sex&ind=working", 200, []string{"25–34 岁", "女"}},
		{"officer", "/board/slice?month=2023-11&rows=place&cols=industry&ind=working&w.place_class=3,4,5", 200, []string{"务工区域", "省外"}},
		{"officer", "/board/slice?month=2023-11&rows=class&cols=headline&ind=registered", 200, []string{"脱贫户（非监测）", "就业率"}},
		{"officer", "/board/slice?month=2023-11&rows=kind&cols=tag&ind=registered", 200, []string{"各类相加会大于合计", "省级重点帮扶县", "合计（去重）"}},
		{"officer", "/board/slice?month=2023-11&rows=tag&ind=employment_rate", 200, []string{"不能相加或平均"}},
		{"officer", "/board/slice?month=2023-11&rows=class&line=1", 200, []string{"近 13 个月"}},
		{"officer", "/board/slice?month=2023-11&rows=sex&ind=income_mean&view=known", 200, []string{"按现在掌握的情况"}},
		{"officer", "/board/slice?month=2023-12&rows=sex", 200, []string{"未关账"}},
		{"officer", "/board/slice?month=2022-10&rows=sex", 200, []string{"不可比"}},
		{"officer", "/board/slice?month=2019-10&rows=sex", 200, []string{"没有数据"}},
		{"officer", "/board/slice?month=2023-11&rows=sex&w.skill=4&w.age=1", 200, []string{"没有人符合这些条件"}},
		{"officer", "/board/slice?month=2023-11&rows=place&level=4&at=371522", 200, []string{"乡镇（街道）"}},
		{"officer", "/board/slice?month=2023-11&rows=place&addplace=莘县", 303, nil},
		{"officer", "/board/slice?month=2023-11&rows=place&addplace=没有这里", 422, []string{"没有找到“没有这里”"}},
		{"officer", "/board/slice?month=2023-11&rows=place&w.place=371522", 200, []string{"莘县"}},
		{"officer", "/board/slice?month=2023-11&rows=nothing", 404, nil},
		{"officer", "/board/slice?month=2023-11&ind=absorbed", 404, nil},
		{"officer", "/board/slice?month=2023-11&rows=sex&w.sex=x", 404, nil},
		{"officer", "/board/slice?month=2023-11&rows=sex&w.age=100", 404, nil}, // no such band, class, kind, word
		{"officer", "/board/slice?month=2023-11&rows=sex&w.age=-3", 404, nil},
		{"officer", "/board/slice?month=2023-11&rows=sex&w.class=77", 404, nil},
		{"officer", "/board/slice?month=2023-11&rows=sex&w.kind=64", 404, nil},
		{"officer", "/board/slice?month=2023-11&rows=age&line=100", 404, nil},
		{"officer", "/board/list?indicator=working&month=2023-11&c.age=100", 404, nil},
		{"officer", "/board/slice?month=2023-11&rows=sex&w.settlement=999&w.tag=5", 200, []string{"没有人符合这些条件"}},
		{"officer", "/board/slice?month=2023-11&rows=sex&lang=en", 200, []string{"Analysis", "Share"}},
		{"officer", "/board/slice/views?month=2023-11&lang=zh-CN", 200, []string{"省外×行业", "系统自带"}},
		{"county", "/board/slice?at=371500", 404, nil},
		{"county", "/board/slice?month=2023-11&rows=sex", 200, nil},
		{"neighbour", "/board/slice?at=371522&rows=sex", 404, nil},
		{"system", "/board/slice", 403, nil},
	} {
		c.As(p.who).Get(p.path).Want(p.path, p.status, p.has...)
	}
	// A condition on places outside the area finds nobody there.
	c.As("neighbour").Get("/board/slice?month=2023-11&rows=sex&w.place=371522").Want("", 200, "没有人符合这些条件")
	c.As("neighbour").Get("/board/list?indicator=registered&month=2023-11&w.place=371522").Want("", 200, "没有人")
}

// Every figure of the table is the length of its list, and rows and columns
// add up to the board's figure.
func TestCellsAreTheirLists(t *testing.T) {
	d := testkit.SQLite(t)
	c := start(t, d, 1500)
	scope := region.ScopeOf(city)
	f, err := c.roll.Figures(ctx, scope, city, 202311, rollup.AsClosed)
	if err != nil {
		t.Fatal(err)
	}
	whole := func(id string) string { return web.Thousands(f.N(id)) }
	for _, id := range []string{"registered", "working", "worked_year", "jobless", "stable", "new_work"} {
		c.As("officer").Get("/board/slice?month=2023-11&rows=age&cols=class&ind="+id).Want(id, 200, ">"+whole(id)+"</a>")
	}
	s, err := c.roll.Slice(ctx, scope, rollup.Query{At: city, Month: 202311, By: []rollup.Dim{rollup.DimAge, rollup.DimSex}})
	if err != nil {
		t.Fatal(err)
	}
	sum := int64(0)
	def := indicator.MustGet("working")
	for i := range s.Cells {
		cell := &s.Cells[i]
		n := cell.Value(def).N
		sum += n
		q := url.Values{"indicator": {"working"}, "month": {"2023-11"}, "c.age": {num(cell.Keys[0])}, "c.sex": {num(cell.Keys[1])}}
		want := "<b>" + web.Thousands(n) + "</b> 人"
		if n == 0 {
			want = "没有人"
		}
		c.As("officer").Get("/board/list?"+q.Encode()).Want("", 200, want)
	}
	if sum != f.N("working") {
		t.Errorf("cells add up to %d, the board says %d", sum, f.N("working"))
	}
}

func num(n int64) string { return web.Thousands(n) }

// A workbook holds every figure of the table and what it is; it is on record
// and names nobody.
func TestExport(t *testing.T) {
	d := testkit.SQLite(t)
	c := start(t, d, 1500)
	path := "/board/slice/export?month=2023-11&rows=class&cols=sex&ind=working&w.place_class=1,2,3"
	a := c.As("officer").Post(path, url.Values{}).Want("", 200)
	f, err := excelize.OpenReader(bytes.NewReader([]byte(a.Body)))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := f.GetRows("多维分析")
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, r := range rows {
		text += strings.Join(r, "|") + "\n"
	}
	for _, want := range []string{"在岗务工", "聊城市", "2023-11", "关账值", "务工区域：", "脱贫户（非监测）", "合计", "导出人：王建国"} {
		if !strings.Contains(text, want) {
			t.Errorf("the workbook lacks %q:\n%s", want, text)
		}
	}
	var kind string
	var n int64
	if err := d.Read.QueryRow(`SELECT kind, row_count FROM export_log`).Scan(&kind, &n); err != nil || kind != "slice" || n == 0 {
		t.Errorf("export log: %q %d %v", kind, n, err)
	}
	// The list leaves by the listing's own exports: masked, on record as people.
	list := "/board/list/export?month=2023-11&indicator=working&c.class=1&w.age=2,3,4,5"
	a = c.As("county").Post(list, url.Values{}).Want("", 200)
	if f, err = excelize.OpenReader(bytes.NewReader([]byte(a.Body))); err != nil {
		t.Fatal(err)
	}
	if err := d.Read.QueryRow(`SELECT kind, row_count FROM export_log ORDER BY id DESC LIMIT 1`).Scan(&kind, &n); err != nil || kind != "people" || n == 0 {
		t.Errorf("export log: %q %d %v", kind, n, err)
	}
	c.As("system").Post(path, url.Values{}).Want("", 403)
	c.As("neighbour").Post(path+"&at=371522", url.Values{}).Want("", 404)
}

// A saved question opens for those it is shared with, at their own place.
func TestViews(t *testing.T) {
	d := testkit.SQLite(t)
	c := start(t, d, 800)
	save := func(who, name, reach string, status int) webtest.Answer {
		t.Helper()
		return c.As(who).Post("/board/slice/views/save?month=2023-11&rows=age&cols=sex&ind=jobless&at=371500", url.Values{"name": {name}, "reach": {reach}}).Want(name, status)
	}
	save("officer", "", "own", 422)
	save("officer", "未就业的年龄", "area", 303)
	c.As("officer").Get("/board/slice/views?month=2023-11").Want("", 200, "未就业的年龄", "聊城市及下级共用")
	c.As("county").Get("/board/slice/views?month=2023-11").Want("", 200, "未就业的年龄")
	c.As("county").Get("/board/slice?month=2023-11&rows=age&cols=sex&ind=jobless").Want("", 200, "莘县多维分析", "未就业的年龄")
	c.As("county").Post("/board/slice/views/1/drop", url.Values{}).Want("", 404)
	c.As("county").Post("/board/slice/views/default", url.Values{"view": {"1"}}).Want("", 303)
	if to := c.As("county").Get("/board/slice?month=2023-11").Want("", 303).Header.Get("Location"); !strings.Contains(to, "ind=jobless") || !strings.Contains(to, "at=371522") {
		t.Errorf("the default view opens at %q", to)
	}
	c.As("officer").Post("/board/slice/views/default", url.Values{"view": {"b:nothing"}}).Want("", 404)
	c.As("officer").Post("/board/slice/views/1/drop", url.Values{}).Want("", 303)
	c.As("county").Get("/board/slice?month=2023-11").Want("", 200, "多维分析")
	// Every condition is kept: one that is lost would ask about more people.
	const spec = "rows=age&ind=jobless&w.place=371522103201,371522104201&w.tag="
	tag := strconv.FormatInt(rollup.TagKey(region.TagProvKey), 10)
	places := strings.Repeat("371522103201,", 50) + "371522104201"
	for _, q := range []string{spec + tag, "rows=age&w.place=" + places, "rows=age&w.settlement=-1"} {
		to := c.As("neighbour").Post("/board/slice/views/save?month=2023-11&"+q, url.Values{"name": {"全部条件"}, "reach": {"own"}}).Want(q, 303).Header.Get("Location")
		got, err := url.Parse(to)
		want, _ := url.ParseQuery(q)
		if err != nil {
			t.Fatal(err)
		}
		for name := range want {
			if got.Query().Get(name) != want.Get(name) {
				t.Errorf("%s is kept as %q of %q", name, got.Query().Get(name), want.Get(name))
			}
		}
	}
}

// An officer asks a question, swaps it, opens the people behind a figure,
// keeps the question and finds it again, all by hand in a browser.
func TestByHand(t *testing.T) {
	if webtest.Find() == "" {
		webtest.Open(t, "")
	}
	d := testkit.SQLite(t)
	c := start(t, d, 1500)
	f, err := c.roll.Figures(ctx, region.ScopeOf(city), city, 202311, rollup.AsClosed)
	if err != nil {
		t.Fatal(err)
	}
	tab := webtest.Open(t, c.URL)
	tab.Goto("/board/slice?month=2023-11")
	tab.Eval(`(() => { const f = document.querySelector(".w-ask"); f.rows.value = "age"; f.cols.value = "channel"; f.ind.value = "registered"; return "" })()`)
	tab.Click("查看")
	tab.WaitText("按年龄段×就业渠道")
	whole := web.Thousands(f.N("registered"))
	if got := tab.Text("tfoot td:nth-last-child(4)"); got != whole {
		t.Errorf("the total is %q, the board says %s", got, whole)
	}
	tab.Click("行列互换")
	tab.WaitText("按就业渠道×年龄段")
	tab.Click("图")
	tab.Wait(".w-chart .draw svg")
	tab.Click("表")
	n := tab.Text("tbody tr:first-child td:nth-child(2) a")
	tab.ClickCSS("tbody tr:first-child td:nth-child(2) a")
	tab.WaitText("姓名")
	if !tab.Has("共 " + n + " 人") {
		t.Errorf("the list behind %s: %s", n, tab.Text(".w-pg"))
	}
	tab.Goto("/board/slice?month=2023-11&rows=class&ind=jobless")
	tab.ClickCSS(`[data-w-open="save"]`)
	tab.Fill("name", "未就业按类别")
	tab.ClickCSS("#save footer .pri")
	tab.WaitText("未就业按类别")
	tab.Goto("/board/slice/views?month=2023-11")
	tab.Click("未就业按类别")
	tab.WaitText("未就业 · 按人口类别")
}

// TestLook opens the page in its forms at both sizes in a browser.
func TestLook(t *testing.T) {
	if webtest.Find() == "" {
		webtest.Open(t, "")
	}
	d := testkit.SQLite(t)
	c := start(t, d, 12_000)
	c.As("officer").Post("/board/slice/views/save?month=2023-11&rows=age&cols=sex&ind=jobless", url.Values{"name": {"未就业的年龄"}, "reach": {"area"}}).Want("", 303)
	tab := webtest.Open(t, c.URL)
	tab.Walk([]webtest.Page{
		{Name: "slice-place", Path: "/board/slice?month=2023-11"},
		{Name: "slice-two", Path: "/board/slice?month=2023-11&rows=place&cols=channel&ind=working"},
		{Name: "slice-chart", Path: "/board/slice?month=2023-11&rows=place&cols=channel&ind=working&show=chart"},
		{Name: "slice-industry", Path: "/board/slice?month=2023-11&rows=place&cols=industry&ind=working&w.place_class=3,4,5"},
		{Name: "slice-headline", Path: "/board/slice?month=2023-11&rows=class&cols=headline&ind=registered"},
		{Name: "slice-rate", Path: "/board/slice?month=2023-11&rows=education&cols=sex&ind=employment_rate&show=chart"},
		{Name: "slice-overlap", Path: "/board/slice?month=2023-11&rows=kind&cols=tag&ind=registered"},
		{Name: "slice-line", Path: "/board/slice?month=2023-11&rows=class&line=1&sort=value"},
		{Name: "slice-filter", Path: "/board/slice?month=2023-11&rows=age&w.sex=2", Open: "加条件"},
		{Name: "slice-save", Path: "/board/slice?month=2023-11&rows=age&cols=sex&ind=jobless", Open: "保存"},
		{Name: "slice-empty", Path: "/board/slice?month=2023-11&rows=sex&w.skill=4&w.age=1"},
		{Name: "slice-views", Path: "/board/slice/views?month=2023-11"},
		{Name: "slice-list", Path: "/board/list?indicator=working&month=2023-11&c.age=3&c.sex=2&w.class=1"},
		{Name: "slice-en", Path: "/board/slice?month=2023-11&rows=age&cols=sex&lang=en"},
		{Name: "slice-zh", Path: "/board/slice?month=2023-11&rows=age&lang=zh-CN"},
	})
}
