package boardhttp_test

import (
	"context"
	"net/url"
	"slices"
	"testing"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/indicator"
	"wengang/internal/month"
	"wengang/internal/month/monthtest"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/register"
	"wengang/internal/rollup"
	"wengang/internal/rollup/boardhttp"
	"wengang/internal/rule"
	"wengang/internal/secret/secrettest"
	"wengang/internal/target"
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

type goals struct{ table *target.Table }

func (g goals) List(_ context.Context, scope region.Scope, f target.Filter) ([]*target.Table, error) {
	t := *g.table
	t.Rows = nil
	for _, r := range g.table.Rows {
		if scope.Contains(r.Region) {
			t.Rows = append(t.Rows, r)
		}
	}
	return []*target.Table{&t}, nil
}

func (g goals) Progress(_ context.Context, scope region.Scope, t *target.Table, m calendar.Month) ([]target.Standing, error) {
	var out []target.Standing
	for i, r := range t.Rows {
		rate := 0.88 + float64(i)*0.02
		out = append(out, target.Standing{Row: r, Actual: int64(float64(r.Value) * rate), Rate: rate, Time: t.TimeProgress(m), Behind: rate < t.TimeProgress(m)})
	}
	return out, nil
}

func (g goals) RedLine(_ context.Context, _ region.Scope, at region.Code, m calendar.Month) (target.Red, error) {
	return target.Red{Region: at, Month: m, Known: true, Jobless: 12, Base: 400, ShareLimit: 50}, nil
}

type console struct {
	*webtest.Console
	t       testing.TB
	months  *month.Store
	roll    *rollup.Service
	tree    webtest.Places
	people  *people.Store
	targets goals
	exports []audit.Export
}

func start(t testing.TB, d *db.DB, fill func()) *console {
	t.Helper()
	fill()
	c := &console{t: t, months: month.New(d, &monthtest.Audit{})}
	c.roll = rollup.New(d, c.months)
	box := secrettest.Box(t)
	log := audit.New(d, box, nil)
	tr := webtest.Places{Tree: region.National()}
	ppl := people.New(d, people.Deps{Box: box, Audit: log, Closed: c.months, Checks: rule.NewDesk(d, rule.TreePlaces(tr.Tree), log), Settled: register.New(d, box, log, tr), Spells: work.ReadSpells, Reclass: work.Reclass})
	tb := &target.Table{ID: 1, Region: city, IndicatorKey: "work", Year: 2023, SampleOf: 9}
	for i, k := range append([]region.Code{city}, tr.Children(city)...) {
		v := int64(500 + i*20)
		if k == city {
			v = 4600
		}
		tb.Rows = append(tb.Rows, target.Row{N: i + 1, Region: k, Value: v})
	}
	// The browser is the city's leader, who is also an officer and a reviewer so
	// that every page can be looked at.
	c.tree, c.people, c.targets = tr, ppl, goals{tb}
	leader := slices.Concat(webtest.HR(account.Leader, city), webtest.HR(account.Officer, city), webtest.HR(account.Reviewer, city))
	c.serve(map[string][]account.Grant{
		"": leader, "leader": leader,
		"county":    webtest.HR(account.Officer, county),
		"neighbour": webtest.HR(account.Officer, monthtest.Neighbour),
		"aide":      webtest.HR(account.Aide, 371522103201),
		"system":    webtest.HR(account.System, city),
	})
	return c
}

// serve starts the console for these callers; "" is whoever opens a browser.
func (c *console) serve(grants map[string][]account.Grant) {
	c.t.Helper()
	c.Console = webtest.NewConsole(c.t, web.Config{Tree: c.tree, Clock: testkit.Clock, Months: c.months, Notice: "web.sample", Auth: webtest.Grants("王建国", grants)},
		func(s *web.Shell) {
			boardhttp.New(s, c.roll, c.people, c.targets, c.months, c.tree).Reports(late{}).Exports(func(_ context.Context, _ account.Caller, e audit.Export) error {
				c.exports = append(c.exports, e)
				return nil
			}).Register()
		})
}

// late is one form that two counties owe.
type late struct{}

func (late) Late(_ context.Context, scope region.Scope, at region.Code, _ calendar.Month) ([]boardhttp.Late, error) {
	var out []boardhttp.Late
	for _, c := range []region.Code{county, monthtest.Neighbour} {
		if at.Contains(c) && scope.Contains(c) {
			out = append(out, boardhttp.Late{Region: c, Form: "progress", Title: "推进情况表", Period: "2023Q3", Due: 20230912})
		}
	}
	return out, nil
}

func (c *console) close(from, to calendar.Month) {
	c.t.Helper()
	for m := from; m <= to; m = m.Add(1) {
		if err := c.months.CloseAll(ctx, account.LocalOperator(region.Country), region.Country, m, nil); err != nil {
			c.t.Fatal(err)
		}
	}
}

func TestPages(t *testing.T) {
	d := testkit.SQLite(t)
	c := start(t, d, func() { monthtest.Fill(t, d, 11, 1200) })
	c.close(202210, 202311)
	for _, p := range []struct {
		who, path string
		status    int
		has       []string
	}{
		{"leader", "/board?month=2023-11", 200, []string{"在岗务工", "谁带来了", "目标为示例口径", "就业渠道", "去了哪里", "关账值"}},
		{"leader", "/board?month=2023-12", 200, []string{"未关账"}},
		{"leader", "/board?month=2022-10", 200, []string{"不可比"}},
		{"leader", "/board?month=2021-10", 200, []string{"没有数据"}},
		{"leader", "/board?month=2030-01", 200, []string{"没有数据"}},
		{"leader", "/board?at=371522&month=2023-11", 200, []string{"莘县"}},
		{"leader", "/board?at=371522103&month=2023-11", 200, []string{"在岗务工"}},
		{"leader", "/board?at=371522103201&month=2023-11", 200, []string{"底数", "质量与真实"}},
		{"leader", "/board?month=2023-11&mix=age", 200, []string{"年龄构成"}},
		{"leader", "/board?at=371522&month=2023-11&mix=industry", 200, []string{"行业构成"}},
		{"leader", "/board?at=371522103201&month=2023-11&mix=sex", 200, nil},
		{"leader", "/board?month=2023-11&mix=shoes", 404, nil},
		{"leader", "/board?month=2023-11&view=known", 200, []string{"按现知"}},
		{"leader", "/board?month=2023-11&lang=en", 200, []string{"Working now", "What "}},
		{"leader", "/board/indicators?month=2023-11&lang=zh-CN", 200, []string{"就业率", "吸纳脱贫人口", "迁入"}},
		{"leader", "/board/places?month=2023-11", 200, []string{"境外"}},
		{"leader", "/board/brief?month=2023-11", 200, []string{"要点", "哪里要看", "没到规模性"}},
		{"leader", "/board/brief?month=2023-12", 200, []string{"数据至"}},
		{"leader", "/board/brief?month=2020-01", 200, []string{"没有数据"}},
		{"leader", "/board/brief?at=371522103201&month=2023-11", 200, []string{"要点"}},
		{"county", "/board/brief?at=371500", 404, nil},
		{"leader", "/board/names?at=371522103201&month=2023-11", 200, []string{"要安排的", "要打电话核实的"}},
		{"leader", "/board/names?at=371522&month=2023-11", 200, []string{"到村才列姓名"}},
		{"county", "/board/names?at=371521", 404, nil},
		{"system", "/board/names", 403, nil},
		{"leader", "/board/why?month=2023-11", 200, []string{"100.0%", "按去向"}},
		{"leader", "/board/why?month=2023-11&why=income_mean&vs=mom&by=class", 200, []string{"结构影响", "自身变化"}},
		{"leader", "/board/why?month=2023-12", 200, []string{"本月未结束", "看 2023-11"}},
		{"leader", "/board/why?month=2023-11&why=new_work", 404, nil},
		{"leader", "/board/why?month=2023-11&vs=x", 404, nil},
		{"leader", "/board/why?month=2023-11&by=x", 404, nil},
		{"county", "/board/why?at=371521&month=2023-11", 404, nil},
		{"leader", "/board/list?indicator=stable&cause=ended&month=2023-11", 200, []string{"退出"}},
		{"leader", "/board/list?indicator=stable&cause=nothing&month=2023-11", 404, nil},
		{"leader", "/board/list?indicator=new_work&cause=ended&month=2023-11", 404, nil},
		{"leader", "/board/list?indicator=absorbed&cause=ended&month=2023-11", 404, nil},
		{"leader", "/board/months?month=2023-11", 200, []string{"重新开账"}},
		{"leader", "/board/months?month=2023-12", 200, []string{"本月未结束"}},
		{"leader", "/board/list?indicator=working&month=2023-11", 200, []string{"0000"}},
		{"leader", "/board/list?indicator=working&month=2023-11&class=5", 200, []string{"境外"}},
		{"leader", "/board/list?indicator=absorbed&month=2023-11", 200, []string{"就业地口径"}},
		{"leader", "/board/list?indicator=moved_out_working,died_working,gone_working&month=2023-03", 200, []string{"迁出前在岗、死亡前在岗、退出前在岗"}},
		{"leader", "/", 200, []string{"在岗务工"}},
		{"leader", "/board/list?indicator=nothing&month=2023-11", 404, nil},
		{"leader", "/board/list?indicator=working&class=77", 404, nil},
		// Beside an origin figure, everybody who works here was named, wherever they live.
		{"county", "/board/list?indicator=working,absorbed&month=2023-11", 404, nil},
		{"county", "/board/list?indicator=absorbed,working&month=2023-11", 404, nil},
		{"leader", "/board/list?indicator=working&after=x", 404, nil},
		{"county", "/board?at=371522&month=2023-11", 200, []string{"莘县"}},
		{"county", "/board?at=371500", 404, nil},
		{"county", "/board?at=371521", 404, nil},
		{"neighbour", "/board/list?at=371522&indicator=working", 404, nil},
		{"neighbour", "/board/months?at=371522", 404, nil},
		{"aide", "/board?at=371522103201&month=2023-11", 200, []string{"在岗务工"}},
		{"aide", "/board/list?indicator=working&month=2023-11", 200, nil},
		{"aide", "/board/months", 200, []string{"这里没有可看的县"}},
		{"system", "/board", 403, nil},
		{"system", "/board/list?indicator=working", 403, nil},
	} {
		c.As(p.who).Get(p.path).Want("", p.status, p.has...)
	}
}

// Every link that a board shows beside a figure opens as many people.
func TestFiguresOpenTheirLists(t *testing.T) {
	d := testkit.SQLite(t)
	c := start(t, d, func() { monthtest.Fill(t, d, 11, 900) })
	c.close(202309, 202311)
	scope := region.ScopeOf(city)
	f, err := c.roll.Figures(ctx, scope, city, 202311, rollup.AsClosed)
	if err != nil {
		t.Fatal(err)
	}
	for _, def := range indicator.All() {
		if def.Unit != indicator.Persons || def.Kind == indicator.Absorb {
			continue
		}
		want := "<b>" + web.Thousands(f.Value(def).N) + "</b> 人"
		if f.Value(def).N == 0 {
			want = "没有人"
		}
		c.As("leader").Get("/board/list?indicator="+def.ID+"&month=2023-11").Want("", 200, want)
	}
}

func TestCloseAndReopenByPage(t *testing.T) {
	d := testkit.SQLite(t)
	c := start(t, d, func() { monthtest.Fill(t, d, 11, 200) })
	post := func(who, path string, form url.Values, want int, has ...string) {
		t.Helper()
		c.As(who).Post(path, form).Want(form.Encode(), want, has...)
	}
	closed := func(at region.Code) bool {
		ok, err := c.months.Closed(ctx, at, 202311)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	post("county", "/board/months/close?at=371522&month=2023-12", url.Values{"county": {"371522"}}, 409)
	post("county", "/board/months/close?at=371522&month=2023-11", url.Values{"county": {"371521"}}, 404)
	post("aide", "/board/months/close?month=2023-11", url.Values{"county": {"371522"}}, 403)
	if closed(county) {
		t.Fatal("closed by nobody")
	}
	post("county", "/board/months/close?at=371522&month=2023-11", url.Values{"county": {"371522"}}, 303)
	if !closed(county) || closed(city) {
		t.Error("the county closes its own month")
	}
	post("leader", "/board/months/close?at=371500&month=2023-11", url.Values{}, 303)
	if !closed(city) {
		t.Error("the city closes all")
	}
	post("county", "/board/months/reopen?at=371522&month=2023-11", url.Values{"county": {"371522"}, "reason": {"补录"}}, 403)
	post("leader", "/board/months/reopen?at=371500&month=2023-11", url.Values{"county": {"371522"}, "reason": {" "}}, 422, "请写明重新开账的理由")
	post("leader", "/board/months/reopen?at=371500&month=2023-11", url.Values{"county": {"371522"}, "reason": {"补录"}}, 303)
	if closed(county) {
		t.Error("not opened again")
	}
}

// BenchmarkBoard is the whole page of a city of 40,000 people after the first
// look.
func BenchmarkBoard(b *testing.B) {
	d := testkit.SQLite(b)
	c := start(b, d, func() { monthtest.Lifelike(b, d, 40_000) })
	c.close(202201, 202311)
	c.As("leader").Get("/board?month=2023-11").Want("", 200)
	b.ResetTimer()
	for range b.N {
		c.As("leader").Get("/board?month=2023-11").Want("", 200)
	}
}

// A village was merged into its neighbour on the first of the month: what the
// town lost there and won here is told by both names, and adds up.
func TestWhyNamesEndedPlaces(t *testing.T) {
	d := testkit.SQLite(t)
	const town = region.Code(371522103000)
	ended, heir := monthtest.Villages[0], monthtest.Villages[1]
	c := start(t, d, func() {
		monthtest.Fill(t, d, 11, 900)
		for _, q := range []string{
			"INSERT INTO residence (person_id, since, village) SELECT person_id, 202311, $2 FROM residence WHERE village = $1 AND since < 202311 AND until = 999912",
			"UPDATE residence SET until = 202310 WHERE village = $1 AND since < 202311 AND until = 999912 AND $2 > 0",
			"UPDATE person SET village = $2 WHERE village = $1",
		} {
			if _, err := d.Writer().Exec(q, int64(ended), int64(heir)); err != nil {
				t.Fatal(err)
			}
		}
	})
	name := c.tree.Name(ended)
	c.tree.Tree = region.National().With([]region.Local{{Code: ended, Name: name, ValidTo: 20231031, FollowedBy: heir}})
	c.serve(map[string][]account.Grant{"": webtest.HR(account.Officer, county), "county": webtest.HR(account.Officer, county)})
	c.close(202309, 202311)
	if slices.Contains(c.tree.ChildrenIn(town, 202311), ended) || !slices.Contains(c.tree.ChildrenIn(town, 202310), ended) {
		t.Fatal("the tree does not end the village")
	}
	for _, why := range []string{"working", "employment_rate"} {
		c.As("county").Get("/board/why?month=2023-11&at="+town.String()+"&why="+why).Want(why, 200, name, c.tree.Name(heir)).Lacks(why, "未归入下级")
	}
}
