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
		"system":    {{Role: account.System, Region: liaocheng}},
	})}, func(s *web.Shell) {
		targethttp.New(s, c.store, splits, dispatch.New(d, parts{}, c.store, tree), tree).Register()
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
