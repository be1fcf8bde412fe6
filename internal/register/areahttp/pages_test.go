package areahttp_test

import (
	"context"
	"net/url"
	"strconv"
	"testing"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/month"
	"wengang/internal/month/monthtest"
	"wengang/internal/region"
	"wengang/internal/region/regionstore"
	"wengang/internal/register"
	"wengang/internal/register/areahttp"
	"wengang/internal/register/registerhttp"
	"wengang/internal/rollup"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
	"wengang/internal/web"
	"wengang/internal/webtest"
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
	roll      *rollup.Service
	registers *register.Store
}

func start(t testing.TB, d *db.DB) *console {
	t.Helper()
	c := &console{}
	months := month.New(d, &monthtest.Audit{})
	c.roll = rollup.New(d, months)
	box := secrettest.Box(t)
	log := audit.New(d, box, nil)
	tr := places{webtest.Places{Tree: region.National()}}
	tags := regionstore.New(d, log)
	c.roll.UseTags(tags)
	c.registers = register.New(d, box, log, tr)
	c.registers.UseMonths(months)
	c.Console = webtest.NewConsole(t, web.Config{Tree: tr, Clock: testkit.Clock, Months: months, Notice: "web.sample", Auth: webtest.Grants("王建国", map[string][]account.Grant{
		"":          append(webtest.HR(account.Officer, city), webtest.HR(account.Reviewer, city)...),
		"officer":   webtest.HR(account.Officer, county),
		"reviewer":  webtest.HR(account.Reviewer, county),
		"neighbour": webtest.HR(account.Reviewer, monthtest.Neighbour),
		"system":    webtest.HR(account.System, city),
	})}, func(s *web.Shell) {
		registerhttp.New(s, c.registers).Register()
		areahttp.New(s, d, c.registers, tags, c.roll, tr).Register()
	})
	return c
}

// fill puts a settlement with residents, one without a window, and projects.
func (c *console) fill(t testing.TB, d *db.DB) *register.Record {
	t.Helper()
	by := account.Caller{UserID: 7, Grants: webtest.HR(account.Officer, county)}
	add := func(kind string, form map[string]string) *register.Record {
		t.Helper()
		r, err := c.registers.Add(ctx, by, kind, county, form)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	home := add(register.SettlementKind, map[string]string{"name": "示例幸福家园", "form": "易地搬迁安置区", "people": "3200", "facility": "是", "window": "是", "started_on": "2019-06-01"})
	add(register.SettlementKind, map[string]string{"name": "示例清河湾", "form": "黄河滩区居民迁建安置区", "people": "640", "facility": "是", "window": "否"})
	add(register.SettlementKind, map[string]string{"name": "示例新堤", "form": "其他安置区"})
	add("relief", map[string]string{"name": "示例一项目", "started_on": "2023-03-01", "people": "40", "relocated": "3"})
	add("relief", map[string]string{"name": "示例二项目", "started_on": "2023-03-01", "people": "40", "relocated": "8"})
	if _, err := d.Writer().Exec("UPDATE person SET settlement = $1 WHERE id % 7 = 0 AND village >= 371522000000 AND village < 371523000000", home.ID); err != nil {
		t.Fatal(err)
	}
	return home
}

func TestSettlementsPage(t *testing.T) {
	d := testkit.SQLite(t)
	monthtest.Lifelike(t, d, 1500)
	c := start(t, d)
	home := c.fill(t, d)
	f, err := c.roll.Figures(ctx, region.ScopeOf(city), county, 202311, rollup.AsClosed)
	if err != nil || f.N("settled") == 0 {
		t.Fatalf("%d settled, %v", f.N("settled"), err)
	}
	id := strconv.FormatInt(home.ID, 10)
	s, err := c.roll.Slice(ctx, region.ScopeOf(city), rollup.Query{At: county, Month: 202311, By: []rollup.Dim{rollup.DimSettlement}})
	if err != nil || s.At(home.ID).N("registered") != f.N("settled") {
		t.Fatalf("%d in the slice, %d settled, %v", s.At(home.ID).N("registered"), f.N("settled"), err)
	}
	c.As("officer").Get("/areas/settlements?month=2023-11").Want("", 200, "示例幸福家园", "大型", "缺窗口", "未填", "示例一项目", "不足", "7.5", "新业态岗位",
		"/board/list?at=371522000000&amp;indicator=registered&amp;month=2023-11&amp;w.settlement=-1",
		"/board/list?at=371522000000&amp;c.settlement="+id+"&amp;indicator=registered&amp;month=2023-11\">"+web.Thousands(f.N("settled")))
	c.As("officer").Get("/areas/settlements?month=2023-11&at=371522101").Want("", 200, "这里没有登记安置区")
	c.As("officer").Get("/areas/settlements?month=2018-11").Want("", 200)
	c.As("neighbour").Get("/areas/settlements?month=2023-11").Want("", 200, "这里没有登记安置区").Lacks("", "示例幸福家园")
	c.As("neighbour").Get("/areas/settlements?at=371522").Want("", 404)
	c.As("system").Get("/areas/settlements").Want("", 403)
	c.As("officer").Get("/areas/settlements?month=2023-11&lang=en").Want("", 200, "Four ways into work", "Large")
}

// A place is put on a list and taken off by who may, dated and on record; the
// figures follow the list of the month.
func TestKeyAreas(t *testing.T) {
	d := testkit.SQLite(t)
	monthtest.Lifelike(t, d, 1500)
	c := start(t, d)
	c.As("officer").Get("/areas?month=2023-11").Want("", 200, "没有列入任何名单的地方").Lacks("", "列入名单</button>")
	form := func(kv ...string) url.Values {
		v := url.Values{}
		for i := 0; i < len(kv); i += 2 {
			v.Set(kv[i], kv[i+1])
		}
		return v
	}
	good := form("tag", "prov_key", "place", "莘县", "from", "2021-06-01", "source", "示例文件1号")
	c.As("officer").Post("/areas/list/add?month=2023-11", good).Want("", 403)
	c.As("neighbour").Post("/areas/list/add?month=2023-11", good).Want("", 422, "没有找到这个地方")
	c.As("reviewer").Post("/areas/list/add?month=2023-11", form("tag", "prov_key", "place", "莘县", "from", "", "source", "x")).Want("", 422, "请填写正确的日期")
	c.As("reviewer").Post("/areas/list/add?month=2023-11", form("tag", "prov_key", "place", "莘县", "from", "2021-06-01", "source", "")).Want("", 422)
	c.As("reviewer").Post("/areas/list/add?month=2023-11", good).Want("", 303)
	c.As("reviewer").Post("/areas/list/add?month=2023-11", form("tag", "+", "other", "市级重点镇", "place", "张鲁镇", "from", "2023-01-01", "source", "示例文件2号")).Want("", 303)
	c.As("").Get("/areas?month=2023-11").Want("", 200, "市级重点镇")
	f, err := c.roll.Figures(ctx, region.ScopeOf(city), county, 202311, rollup.AsClosed)
	if err != nil {
		t.Fatal(err)
	}
	c.As("").Get("/areas?month=2023-11").Want("", 200, "省级重点帮扶县", "示例文件1号", "2021-06-01", web.Thousands(f.N("registered")))
	c.As("").Get("/areas?month=2021-05").Want("", 200, "没有列入任何名单的地方")
	c.fill(t, d)
	c.As("").Get("/areas?month=2023-11").Want("", 200, "2 / 2（100.0%）")
	c.As("").Get("/areas?month=2023-11&tag=key160").Want("", 200, "国家乡村振兴重点帮扶县", "省级重点帮扶县")
	end := form("tag", "prov_key", "place", "371522", "since", "20210601", "to", "2023-06-30", "source", "示例文件3号")
	c.As("neighbour").Post("/areas/list/end?month=2023-11", end).Want("", 404)
	c.As("reviewer").Post("/areas/list/end?month=2023-11", form("tag", "prov_key", "place", "371522", "since", "20200101", "to", "2023-06-30", "source", "x")).Want("", 404)
	c.As("reviewer").Post("/areas/list/end?month=2023-11", end).Want("", 303)
	c.As("").Get("/areas?month=2023-11&tag=prov_key").Want("", 200, "2023-06-30", "市级重点镇")
	c.As("").Get("/areas?month=2023-05").Want("", 200, "名单内")
	var n int
	if err := d.Read.QueryRow(`SELECT count(*) FROM audit_row WHERE action = 'region.tag'`).Scan(&n); err != nil || n != 3 {
		t.Errorf("%d acts on record, %v", n, err)
	}
}

// TestLook opens both pages at both sizes in a browser.
func TestLook(t *testing.T) {
	if webtest.Find() == "" {
		webtest.Open(t, "")
	}
	d := testkit.SQLite(t)
	monthtest.Lifelike(t, d, 4000)
	c := start(t, d)
	c.fill(t, d)
	c.As("reviewer").Post("/areas/list/add?month=2023-11", url.Values{"tag": {"prov_key"}, "place": {"莘县"}, "from": {"2021-06-01"}, "source": {"示例文件1号"}}).Want("", 303)
	tab := webtest.Open(t, c.URL)
	tab.Walk([]webtest.Page{
		{Name: "settlements", Path: "/areas/settlements?month=2023-11"},
		{Name: "settlements-empty", Path: "/areas/settlements?month=2023-11&at=371521"},
		{Name: "areas", Path: "/areas?month=2023-11"},
		{Name: "areas-key160", Path: "/areas?month=2023-11&tag=key160"},
		{Name: "areas-add", Path: "/areas?month=2023-11", Open: "列入名单"},
		{Name: "areas-end", Path: "/areas?month=2023-11&tag=prov_key", Open: "移出"},
		{Name: "settlements-en", Path: "/areas/settlements?month=2023-11&lang=en"},
		{Name: "areas-en", Path: "/areas?month=2023-11"},
		{Name: "areas-zh", Path: "/areas?month=2023-11&lang=zh-CN"},
	})
}

// Two settlements of one name, as there are in real counties, are told apart by
// where they lie, in the table and in the list of what they lack.
func TestSettlementsOfOneName(t *testing.T) {
	d := testkit.SQLite(t)
	monthtest.Lifelike(t, d, 300)
	c := start(t, d)
	by := account.Caller{UserID: 7, Grants: webtest.HR(account.Officer, county)}
	for _, at := range []region.Code{county, 371522101000} {
		if _, err := c.registers.Add(ctx, by, register.SettlementKind, at, map[string]string{"name": "示例新堤", "form": "其他安置区", "people": "600", "facility": "否"}); err != nil {
			t.Fatal(err)
		}
	}
	c.As("officer").Get("/areas/settlements?month=2023-11").Want("", 200, "示例新堤（莘县）").Lacks("", ">示例新堤<")
}
