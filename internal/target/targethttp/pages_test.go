package targethttp_test

import (
	"context"
	"encoding/csv"
	"net/url"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
	"wengang/internal/target"
	"wengang/internal/target/dispatch"
	"wengang/internal/target/split"
	"wengang/internal/target/targethttp"
	"wengang/internal/testkit"
	"wengang/internal/transfer"
	"wengang/internal/web"
	"wengang/internal/webtest"
)

const liaocheng region.Code = 371500000000

var ctx = context.Background()

// parts answers for the record and for actual values.
type parts struct{}

func (parts) Note(context.Context, *db.Tx, account.Caller, account.Note) error { return nil }
func (parts) Value(_ context.Context, _ region.Scope, id string, at region.Code, _ calendar.Month) (int64, bool, error) {
	return map[region.Code]int64{liaocheng: 8700, 371521000000: 1200, 371522000000: 1900, 371525000000: 700}[at], at >= liaocheng && id == "worked_year", nil
}

// Closed is dispatch.Months: what the tests issue has been closed.
func (parts) Closed(context.Context, region.Scope, region.Code, calendar.Month) (bool, error) {
	return true, nil
}

type console struct {
	*webtest.Console
	t     testing.TB
	d     *db.DB
	store *target.Store
	batch int64
}

func start(t testing.TB) *console {
	t.Helper()
	d := testkit.SQLite(t)
	tree := webtest.Places{Tree: region.National()}
	c := &console{t: t, d: d, store: target.New(d, parts{}, tree, parts{})}
	splits := split.New(d, parts{}, c.store, tree, parts{})
	c.Console = webtest.NewConsole(t, web.Config{Clock: testkit.Clock, Notice: "web.sample", Auth: webtest.Grants("周敏", map[string][]account.Grant{
		"":          webtest.HR(account.Officer, region.Country),
		"city":      webtest.HR(account.Officer, liaocheng),
		"county":    webtest.HR(account.Officer, 371522000000),
		"guangzhou": webtest.HR(account.Officer, 440100000000),
		"leader":    webtest.HR(account.Leader, liaocheng),
		"system":    {{Role: account.System, Region: liaocheng}},
	})}, func(s *web.Shell) {
		targethttp.New(s, c.store, splits, dispatch.New(d, parts{}, c.store, tree, parts{}), tree).Register()
	})
	return c
}

// ship imports a shipped table the way the engine does.
func (c *console) ship(x target.Ship) {
	c.t.Helper()
	raw, err := target.Files.ReadFile(x.File)
	if err != nil {
		c.t.Fatal(err)
	}
	r := csv.NewReader(strings.NewReader(string(raw)))
	r.FieldsPerRecord = -1
	all, err := r.ReadAll()
	if err != nil {
		c.t.Fatal(err)
	}
	kind := c.store.Import()
	c.batch++
	b := &transfer.Batch{ID: c.batch, Region: x.At}
	for all[0][0] != "序号" {
		b.Above, all = append(b.Above, all[0]...), all[1:]
	}
	for _, h := range all[0] {
		key := ""
		for _, col := range kind.Layouts()[0].Columns {
			for _, n := range col.Headings {
				if n == h {
					key = col.Key
				}
			}
		}
		b.Columns = append(b.Columns, key)
	}
	ck, err := kind.Open(ctx, b)
	if err != nil {
		c.t.Fatal(err)
	}
	var rows []transfer.Row
	for i, line := range all[1:] {
		row := transfer.Row{N: i + 2}
		for j, s := range line {
			row.Cells = append(row.Cells, transfer.Cell{Text: s, Column: all[0][j]})
		}
		rows = append(rows, row)
	}
	out, err := ck.Check(ctx, rows)
	if err != nil {
		c.t.Fatal(err)
	}
	err = c.d.Tx(ctx, func(tx *db.Tx) error {
		return kind.Finish(ctx, tx, b, func(fn func(transfer.Staged) error) error {
			for _, o := range out {
				if err := fn(transfer.Staged{Result: o.Result, Payload: o.Payload}); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

// fill imports every shipped table and makes the sample's copy.
func (c *console) fill() (sample int64) {
	c.t.Helper()
	for _, x := range target.Shipped() {
		c.ship(x)
	}
	list, err := c.store.List(ctx, region.ScopeOf(liaocheng), target.Filter{At: liaocheng})
	if err != nil {
		c.t.Fatal(err)
	}
	by := account.Caller{UserID: 1, Grants: []account.Grant{{Role: account.Officer, Dept: account.DeptHR, Region: liaocheng}}}
	for _, t := range list {
		if t.IndicatorKey == "work" && t.Region == liaocheng {
			s, err := c.store.Sample(ctx, by, t.ID, 2023, 9000, map[region.Code]int64{371521000000: 3, 371522000000: 4, 371525000000: 2})
			if err != nil {
				c.t.Fatal(err)
			}
			sample = s.ID
		}
	}
	return sample
}

func TestPages(t *testing.T) {
	c := start(t)
	sample := c.fill()
	for _, x := range []struct {
		path, who string
		status    int
		want      string
	}{
		{"/target?at=0", "", 200, "合计差 +0.2"}, {"/target?at=0&year=2022", "", 200, "877.7"},
		{"/target?at=44", "", 200, "合计差 +0.01"}, {"/target?at=3715", "city", 200, "示例口径"}, {"/target?at=3715", "county", 404, ""},
		{"/target/2?at=0", "", 200, "印发合计 877.7，各行相加 877.9，相差 +0.2"}, {"/target/3?at=44", "", 200, "给本地的数是 387.6万人"},
		{"/target/99?at=0", "", 404, ""}, {"/target/x?at=0", "", 404, ""}, {"/target/3", "city", 404, ""}, {"/target", "system", 403, ""},
		{"/target/" + itoa(sample), "city", 200, "慢于时间进度"}, {"/target/" + itoa(sample), "county", 200, "47.5"},
		{"/target/" + itoa(sample) + "?lang=en", "city", 200, "behind time"},
	} {
		c.As(x.who).Get(x.path).Plain().Want("", x.status, x.want)
	}
	c.As("county").Get("/target/"+itoa(sample)+"?lang=zh").Want("", 200).Lacks("a county sees another county's row", "阳谷县")
	c.As("county").Get("/target?lang=zh").Plain().Want("", 200, "示例口径").Lacks("a county is told that its one row is not the city's total", "合计差")
	var noUnit int64
	list, err := c.store.List(ctx, region.ScopeOf(liaocheng), target.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range list {
		if x.Unit == "" {
			noUnit = x.ID
		}
	}
	path := "/target/" + itoa(noUnit)
	c.As("city").Get(path+"?lang=zh").Plain().Want("the missing unit", 200, "这张表的单位是什么")
	c.As("city").Post(path+"/unit", url.Values{"unit": {"斤"}}).Want("unit 斤", 422)
	c.As("county").Post(path+"/unit", url.Values{"unit": {"人"}}).Want("a county sets the unit", 404)
	c.As("city").Post(path+"/unit", url.Values{"unit": {"人"}}).Want("unit 人", 303)
}

func itoa(n int64) string {
	b := []byte{}
	for ; n > 0; n /= 10 {
		b = append([]byte{byte('0' + n%10)}, b...)
	}
	return string(b)
}

// TestLook opens every page at both sizes; WENGANG_SHOTS leaves pictures.
func TestLook(t *testing.T) {
	c := start(t)
	sample := c.fill()
	tab := webtest.Open(t, c.URL)
	tab.Walk([]webtest.Page{
		{Name: "target-list", Path: "/target?at=3715&month=2023-11&lang=zh"},
		{Name: "target-list-nation", Path: "/target?at=0&month=2023-11"},
		{Name: "target-sum", Path: "/target/3?at=44"},
		{Name: "target-sample", Path: "/target/" + itoa(sample) + "?at=3715&month=2023-11"},
		{Name: "target-unit", Path: "/target/" + itoa(sample-1) + "?at=3715"},
		{Name: "target-en", Path: "/target?at=3715&month=2023-11&lang=en"},
	})
}

// Guangzhou sees its own row of the province's table; the page said that the
// table's total was wrong by all the other cities.
func TestOthersRowsAreNoDifference(t *testing.T) {
	c := start(t)
	c.fill()
	c.As("guangzhou").Get("/target").Want("the table is listed", 200, "吸纳").Lacks("one row of twenty-one is told as a wrong total", "合计差")
	c.As("").Get("/target?at=0").Want("the real difference", 200, "合计差")
}

// The pages of a decomposition: begun, filled, saved over another's save, sent;
// what may not be is refused.
func TestDecompositionPages(t *testing.T) {
	c := start(t)
	sample := "/target/" + itoa(c.fill())
	const at = "?at=3715&month=2023-11&lang=zh"
	c.As("city").Get(sample+at).Plain().Want("a way to divide", 200, "分解到下级", "假设推演").Lacks("a forecast by the line", "年底预计")
	c.As("guangzhou").Post(sample+"/split", nil).Want("another province", 404)
	c.As("system").Post(sample+"/split", nil).Want("an administrator", 403)
	to := c.As("city").Post(sample+"/split"+at, url.Values{"place": {"371500000000"}, "unit": {"人"}}).Want("begun", 303).To
	path, _, _ := strings.Cut(to, "?")
	c.As("city").Get(to).Plain().Want("the draft", 200, "聊城市", "草稿", "按比例建议", "余数")
	c.As("county").Get(path).Want("a county reads the city's draft", 404)
	fill := func(lock, value string) url.Values {
		return url.Values{"lock": {lock}, "rule": {"~"}, "percent": {"2.5"}, "do": {"save"}, "v0.371522000000": {value}, "note.371522000000": {"含<b>园区"}}
	}
	c.As("city").Post(path+"/save"+at, fill("1", "40")).Want("saved", 303)
	c.As("city").Post(path+"/save"+at, fill("1", "41")).Want("saved over a save", 409, "保存过这份草稿", `value="41"`)
	c.As("city").Post(path+"/save"+at, fill("2", "4.5")).Want("half a person", 422, "不是最多 0 位小数的数", `value="4.5"`)
	send := fill("2", "4000")
	send.Set("do", "submit")
	c.As("city").Post(path+"/save"+at, send).Want("not everybody has a number", 422, "没有填", "与 9000 相差")
	c.As("city").Post(path+"/save"+at, url.Values{"lock": {"3"}, "do": {"fill:population"}}).Want("no figures", 422, "请换一种")
	c.As("city").Post(path+"/sign"+at, url.Values{"lock": {"3"}, "do": {"sign"}}).Want("an officer signs", 403)
	c.As("city").Post(path+"/act"+at, url.Values{"lock": {"3"}, "do": {"sign"}}).Want("by another door", 404)
	c.As("city").Get(path+"/export").Want("the annex", 200)
	c.As("county").Get(path+"/export").Want("the annex for a county", 404)
	c.As("city").Get("/decompose"+at).Plain().Want("the list", 200, "草稿", "脱贫人口务工规模")
	c.As("county").Get("/decompose?lang=zh").Plain().Want("a county's list", 200, "还没有分解")
	c.As("city").Post(path+"/act"+at, url.Values{"lock": {"3"}, "do": {"drop"}}).Want("given up", 303)
	c.As("city").Get(to).Plain().Want("given up", 200, "已作废").Lacks("no more to be saved", "保存草稿")

	c.As("city").Get(sample+"/whatif"+at+"&add=300&t.371522000000=5000").Plain().Want("what if", 200, "→", "5000")
	c.As("city").Get(sample+"/whatif"+at+"&add=x").Want("what if of no number", 200, "不是整数")
	c.As("county").Get(sample+"/whatif?month=2023-11").Want("a county's own row", 200).Lacks("and no other", "阳谷县")
	c.As("county").Post(sample+"/whatif", url.Values{"t.371522000000": {"1"}}).Want("a county drafts for the city", 404)
	to = c.As("city").Post(sample+"/whatif"+at, url.Values{"t.371522000000": {"3999"}}).Want("kept as a draft", 303).To
	c.As("city").Get(to).Want("the draft has it", 200, `value="3999"`)
	c.As("city").Get(sample+"/versions"+at).Plain().Want("versions", 200, "首个版本")
}

// Curves, reported numbers, own targets and dispatches as pages.
func TestPacePages(t *testing.T) {
	c := start(t)
	sample := "/target/" + itoa(c.fill())
	const at = "?at=3715&month=2023-11&lang=zh"
	c.As("city").Get(sample+"/curve"+at).Plain().Want("the curve", 200, "平均每月")
	c.As("county").Get(sample+"/curve").Want("a county's look at the city's curve", 404)
	c.As("city").Post(sample+"/curve"+at, url.Values{"kind": {"hand"}, "points": {"1 2"}}).Want("two points", 422, "12 个累计百分比", `value="1 2"`)
	c.As("city").Post(sample+"/curve"+at, url.Values{"kind": {"hand"}, "points": {"40 45 50 55 60 65 70 75 80 90 99 100"}}).Want("set", 303)
	c.As("city").Get(sample+at).Plain().Want("against the curve", 200, "时间进度 99.0%")

	form := url.Values{"indicator": {"帮助协作区县农村劳动力就业"}, "printed": {"1.2"}, "unit": {"万人"}, "year": {"2023"}, "comparator": {">="}, "doc_no": {"示例9号"}, "lines": {"重庆市 0.7\n其中：脱贫人口 0.3"}}
	c.As("city").Get("/target/new"+at).Plain().Want("the form", 200, "登记目标", "基期年")
	bad := url.Values{"indicator": {"甲"}, "printed": {"若干"}, "unit": {"万人"}, "year": {"1"}, "comparator": {">="}}
	c.As("city").Post("/target/new"+at, bad).Want("faults", 422, "不是数", "请写文号", `value="若干"`)
	path, _, _ := strings.Cut(c.As("city").Post("/target/new"+at, form).Want("entered", 303).To, "?")
	c.As("city").Get(path+at).Plain().Want("with its partner", 200, "协作：重庆市", "其中：脱贫人口")
	c.As("city").Get(path+"/reports"+at).Plain().Want("what documents report", 200, "还没有填报", "协作：重庆市 · 其中：脱贫人口")
	c.As("city").Post(path+"/reports"+at, url.Values{"row": {"2"}, "day": {"2023-10-31"}, "value": {"0.5"}}).Want("without a document", 422, "来源文件", `value="0.5"`)
	c.As("city").Post(path+"/reports"+at, url.Values{"row": {"2"}, "day": {"2023-10-31"}, "value": {"0.35"}, "doc_no": {"渝人社函1号"}}).Want("reported", 303)
	c.As("city").Get(path+at).Plain().Want("its progress", 200, "3,500", "50.0")
	c.As("city").Post(path+"/reports"+at, url.Values{"cancel": {"1"}}).Want("taken back without a reason", 422)
	c.As("city").Post(path+"/reports"+at, url.Values{"cancel": {"1"}, "reason": {"录错"}}).Want("taken back", 303)
	c.As("city").Get(path+"/reports"+at).Plain().Want("still on show", 200, "已撤销", "渝人社函1号")

	c.As("city").Get("/dispatch"+at).Plain().Want("the month", 200, "莘县", "完成率", "还没有印发过").Lacks("an officer does not issue", "印发一期")
	c.As("city").Post("/dispatch"+at, url.Values{"tables": {"1"}}).Want("an officer issues", 403)
	c.As("leader").Get("/dispatch"+at).Plain().Want("the leader may", 200, "印发一期")
	c.As("leader").Post("/dispatch"+at, nil).Want("nothing chosen", 422, "至少选一项")
	id := strings.TrimPrefix(sample, "/target/")
	one, _, _ := strings.Cut(c.As("leader").Post("/dispatch"+at, url.Values{"tables": {id}, "note": {"=cmd"}}).Want("issued", 303).To, "?")
	c.As("city").Get(one+at).Plain().Want("as issued", 200, "2023年第1期", "签发：周敏", "=cmd")
	c.As("county").Get(one).Want("a county reads the city's ranks", 404)
	c.As("county").Get(one+"/export").Want("or takes them", 404)
	c.As("city").Get(one+"/export").Want("the workbook", 200)
	c.As("city").Get(one+"?lang=en").Plain().Want("in English", 200, "As closed")
}
