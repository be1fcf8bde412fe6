package reconcilehttp_test

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/idcard"
	"wengang/internal/month"
	"wengang/internal/people"
	"wengang/internal/reconcile"
	"wengang/internal/reconcile/reconcilehttp"
	"wengang/internal/region"
	"wengang/internal/rollup"
	"wengang/internal/rule"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
	"wengang/internal/transfer"
	"wengang/internal/web"
	"wengang/internal/webtest"
	"wengang/internal/work"
)

const (
	county  region.Code = 371522000000
	village region.Code = 371522103201
)

type places struct{}

func (places) KnownArea(int32) bool      { return true }
func (places) Name(c region.Code) string { return c.String() }

type noSettlements struct{}

func (noSettlements) Settlements(context.Context, db.Querier, region.Scope) ([]fact.Settlement, error) {
	return nil, nil
}

// jobs runs a pass when the test says so.
type jobs struct{ ids []int64 }

func (j *jobs) Enqueue(_ context.Context, _, _ string, payload any) error {
	j.ids = append(j.ids, payload.(reconcile.Job).ID)
	return nil
}

type console struct {
	*webtest.Console
	t       testing.TB
	store   *reconcile.Store
	db      *db.DB
	jobs    *jobs
	numbers []string
}

func number(n int) string {
	s := fmt.Sprintf("00000019800101%03d", n*2+1)
	return s + string(idcard.CheckDigit(s))
}

func open(t testing.TB) *console {
	t.Helper()
	ctx := context.Background()
	d := testkit.SQLite(t)
	box := secrettest.Box(t)
	log := audit.New(d, box, nil)
	months := month.New(d, log)
	desk := rule.NewDesk(d, places{}, log)
	ps := people.New(d, people.Deps{Box: box, Audit: log, Closed: months, Checks: desk, Settled: noSettlements{}, Spells: work.ReadSpells, Reclass: work.Reclass})
	ws := work.New(d, work.Deps{People: ps, Audit: log, Closed: months, Checks: desk, Places: places{}})
	c := &console{t: t, db: d, jobs: &jobs{}}
	column := func(key string, h ...string) transfer.Column { return transfer.Column{Key: key, Headings: h} }
	layouts := []transfer.Layout{{Columns: []transfer.Column{column("id_number", "身份证号"), column("name", "姓名"), column("household", "户编号"), column("start", "开始时间"), column("wage", "月收入"), column("status", "状态")}}}
	c.store = reconcile.New(d, reconcile.Deps{Box: box, Audit: log, Figures: rollup.New(d, months), People: ps, Queue: c.jobs, Tree: region.National,
		Layouts: func() []transfer.Layout { return layouts },
		Reread: func(context.Context, account.Caller, int64, func(transfer.Info, *transfer.Match) error, func(transfer.Row) error) error {
			return nil
		}})
	local := account.LocalOperator(region.Country)
	for i := range 90 {
		no := number(i)
		c.numbers = append(c.numbers, no)
		id, err := ps.Create(ctx, region.ScopeOf(region.Country), local, fact.Person{Village: village + region.Code(i%4), Name: string([]rune("赵钱孙李周吴郑王")[i%8]) + "明", Sex: fact.Male, Birth: 19800101, Ethnic: 1, IDNumber: no,
			Household: fmt.Sprint("H", i), Relation: 1, Education: 3, Health: 1, Skill: fact.SkillOrdinary, Willing: fact.Yes, WillingOn: 20230101, InOn: 20220101,
			Kinds: []fact.PersonKind{{Kind: fact.KindPoor, Since: 20200101, Until: fact.Forever}}})
		if err != nil {
			t.Fatal(err)
		}
		if i%3 == 0 {
			continue
		}
		spell, err := ws.Add(ctx, region.ScopeOf(region.Country), local, id, work.NewSpell{Start: 202303, Source: "走访", EndOthers: true, Term: fact.Term{WageFen: 350000, Employer: "厂", Place: 440307000000, Channel: fact.ChannelSelf, Industry: 3, PointToPoint: fact.No, TransportFen: -1}})
		if err == nil && i%7 == 1 {
			err = ws.End(ctx, region.ScopeOf(region.Country), local, id, spell, work.Ending{Month: calendar.Month(202306 + i%5), Reason: "seasonal", Next: fact.StatusJobless, Source: "走访"})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	c.Console = webtest.NewConsole(t, web.Config{Clock: testkit.Clock, Auth: webtest.Grants("李文静", map[string][]account.Grant{
		"":          webtest.HR(account.Officer, county),
		"neighbour": webtest.HR(account.Officer, 371521000000),
		"leader":    webtest.HR(account.Leader, county),
		"finance":   {{Role: account.Officer, Dept: account.DeptFinance, Region: county}},
	})}, func(s *web.Shell) { reconcilehttp.New(s, c.store, region.National()).Register() })
	return c
}

func (c *console) work() {
	c.t.Helper()
	for _, id := range c.jobs.ids {
		if err := c.store.Work(context.Background(), id); err != nil {
			c.t.Error(err)
		}
	}
	c.jobs.ids = nil
}

// list is a workbook of the other side: most of the people, some with other
// wages, strangers, a wrong number, one twice.
func (c *console) list() string {
	var b strings.Builder
	b.WriteString("姓名,身份证号,户编号,开始时间,月收入\n")
	for i, no := range c.numbers[:70] {
		wage := "3500"
		if i%11 == 2 {
			wage = "3600"
		}
		fmt.Fprintf(&b, "%s明,%s,H%d,2023-03,%s\n", string([]rune("赵钱孙李周吴郑王")[i%8]), no, i, wage)
	}
	fmt.Fprintf(&b, "生人,%s,,,\n错号,123,,,\n钱明,%s,H1,2023-03,3500\n", number(300), c.numbers[1])
	return b.String()
}

func (c *console) upload(who, file string, fields ...string) webtest.Answer {
	c.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := 0; i+1 < len(fields); i += 2 {
		m.WriteField(fields[i], fields[i+1])
	}
	if file != "" {
		f, err := m.CreateFormFile("file", "通报名单.csv")
		if err != nil {
			c.t.Fatal(err)
		}
		f.Write([]byte(file))
	}
	m.Close()
	return c.As(who).Send("POST", "/reconcile/new", m.FormDataContentType(), &b)
}

func TestPages(t *testing.T) {
	c := open(t)
	li := c.As("")
	li.Get("/reconcile").Want("empty", 200, "还没有对过账")
	li.Get("/reconcile/new").Want("form", 200, "对方数", "当年累计务工")
	c.upload("", "", "figure", "working", "month", "2023-11", "stated", "").Want("nothing", 422, "至少给一样")
	c.upload("", "", "figure", "working", "month", "2023-13", "stated", "x").Want("wrong", 422, "0 到 10 亿")
	c.upload("", "a,b\n1,2\n", "figure", "working", "month", "2023-11").Want("no column of numbers", 422)
	c.upload("leader", c.list(), "figure", "working", "month", "2023-11").Want("", 403)
	c.upload("", c.list(), "figure", "working", "month", "2023-11", "stated", "75", "title", "国家系统 11 月").Want("start", 303, "/reconcile/1")
	li.Get("/reconcile/1").Want("waiting", 200, "/reconcile/1/progress")
	li.Get("/reconcile/1/progress").Want("poll", 200)
	c.jobs.ids = nil // the process ended before the queue had it
	if err := c.store.Resume(t.Context()); err != nil || len(c.jobs.ids) != 1 {
		t.Fatalf("resumed %v, %v", c.jobs.ids, err)
	}
	c.work()
	li.Get("/reconcile/1/progress").Want("poll after", 303)
	page := li.Get("/reconcile/1").Want("result", 200, "国家系统 11 月", "差在哪里", "在台账未计入：没有务工记录", "台账没有", "名单内重复", "名单与报数不符", "只在系统", "两边都有", "按地区", "合计").
		Lacks("a number", c.numbers[0], number(300))
	_ = page
	li.Get("/reconcile/1/rows?class=uncounted&why=work_none").Want("who", 200, "00**************", "/people/").Lacks("a number", c.numbers[0])
	li.Get("/reconcile/1/rows?class=differs").Want("who differs", 200, "月收入", "3,600.00", "3,500.00")
	li.Get("/reconcile/1/rows?class=differs&field=wage").Want("by field", 200, "3,600.00")
	li.Get("/reconcile/1/rows?class=absent").Want("absent", 200, "生人")
	li.Get("/reconcile/1/rows?class=%25&why=x").Want("", 404)
	if got := li.Post("/reconcile/1/export?class=differs", url.Values{}).Want("export", 200); !strings.HasPrefix(got.Body, "PK") {
		t.Error("the export is no workbook")
	}
	var shown, stand int
	if err := c.db.Read.QueryRow(`SELECT (SELECT count(*) FROM export_person), (SELECT count(DISTINCT person_id) FROM reconcile_row WHERE class = 'differs')`).Scan(&shown, &stand); err != nil || shown == 0 || shown != stand {
		t.Errorf("%d people of the file are on record, %d stand in it: %v", shown, stand, err)
	}
	li.Post("/reconcile/1/again", url.Values{}).Want("again", 303)
	li.Post("/reconcile/1/again", url.Values{}).Want("twice", 409, "正在核对")
	c.work()
	li.Get("/reconcile/1").Want("second pass", 200, "第 2 次")
	c.upload("", "", "figure", "working", "month", "2023-11", "stated", "1,236", "title", "乡镇报数").Want("number only", 303)
	c.work()
	li.Get("/reconcile/2").Want("number only", 200, "1,236", "差一点就计入", "有劳动能力、有意愿", "上月或本月刚结束务工").Lacks("a table of the difference", "各项相加等于差数")
	li.Get("/reconcile").Want("list", 200, "国家系统 11 月", "乡镇报数")
	li.Get("/reconcile/1?lang=en").Want("English", 200, "What makes the difference")
	for _, p := range []string{"/reconcile/1", "/reconcile/1/rows", "/reconcile/1/progress"} {
		c.As("neighbour").Get(p).Want("", 404)
		c.As("nobody").Get(p).Want("", 303)
	}
	c.As("finance").Get("/reconcile/1").Want("", 403)
	c.As("finance").Post("/reconcile/1/export", url.Values{}).Want("", 200)
	c.As("neighbour").Post("/reconcile/1/export", url.Values{}).Want("", 404)
	c.As("neighbour").Post("/reconcile/1/remove", url.Values{}).Want("", 404)
	li.Post("/reconcile/1/remove", url.Values{}).Want("remove", 303)
	li.Get("/reconcile/1?lang=zh").Want("removed", 200, "名单已到期清除").Lacks("links to people", "/reconcile/1/rows")
}

func TestLook(t *testing.T) {
	c := open(t)
	c.upload("", c.list(), "figure", "working", "month", "2023-11", "stated", "75", "title", "国家系统 11 月导出").Want("start", 303)
	c.upload("", "", "figure", "working", "month", "2023-11", "stated", "1236", "title", "张寨镇报数").Want("start", 303)
	c.work()
	tab := webtest.Open(t, c.URL)
	tab.Walk([]webtest.Page{
		{Name: "reconcile-list", Path: "/reconcile"}, {Name: "reconcile-new", Path: "/reconcile/new"}, {Name: "reconcile-one", Path: "/reconcile/1"},
		{Name: "reconcile-total", Path: "/reconcile/2"}, {Name: "reconcile-differs", Path: "/reconcile/1/rows?class=differs"}, {Name: "reconcile-rows", Path: "/reconcile/1/rows?class=uncounted&why=work_none"},
		{Name: "reconcile-en", Path: "/reconcile/1?lang=en"}, {Name: "reconcile-zh", Path: "/reconcile?lang=zh-CN"},
	})
	for _, f := range tab.Faults() {
		t.Error(f)
	}
}
