package designhttp_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
	"wengang/internal/register"
	"wengang/internal/report"
	"wengang/internal/report/design"
	"wengang/internal/report/design/designhttp"
	"wengang/internal/report/reporthttp"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
	"wengang/internal/web"
	"wengang/internal/webtest"
)

const (
	liaocheng region.Code = 371500000000
	shenxian  region.Code = 371522000000
)

type silent struct{}

func (silent) Note(context.Context, *db.Tx, account.Caller, account.Note) error { return nil }
func (silent) Tags(context.Context, string, calendar.Date) (map[region.Code]bool, error) {
	return nil, nil
}

func (silent) Members(_ context.Context, _ region.Scope, id string, at region.Code, m calendar.Month) ([]int64, bool, error) {
	var out []int64
	for i := range 40 + len(id) + m.Num() {
		out = append(out, int64(at/1_000_000%1000)*1000+int64(i)+1)
	}
	if at.Level() < region.County {
		return nil, true, nil // the total unites the counties
	}
	return out, true, nil
}

func (s silent) SliceMembers(ctx context.Context, scope region.Scope, id string, _ map[string][]int64, at region.Code, m calendar.Month) ([]int64, bool, error) {
	all, ok, err := s.Members(ctx, scope, id, at, m)
	return all[:len(all)/3], ok, err
}

func (silent) Measure(context.Context, region.Scope, string, region.Code, calendar.Month) (int64, bool, error) {
	return 312_345, true, nil
}

// callers by the X-As header; a browser is the city's officer and reviewer.
var callers = map[string][]account.Grant{
	"":       {{Role: account.Officer, Dept: account.DeptHR, Region: liaocheng}, {Role: account.Reviewer, Dept: account.DeptHR, Region: liaocheng}},
	"city":   {{Role: account.Officer, Dept: account.DeptHR, Region: liaocheng}},
	"county": {{Role: account.Officer, Dept: account.DeptHR, Region: shenxian}}, "leader": {{Role: account.Leader, Dept: account.DeptHR, Region: liaocheng}},
	"other": {{Role: account.Officer, Dept: account.DeptHR, Region: 371700000000}},
}

// people gives the officer who uploads and the one who publishes numbers of
// their own: they are two persons.
func people() webtest.Callers {
	out := webtest.Grants("周敏", callers)
	second := out[""]
	second.UserID = 2
	out[""] = second
	return out
}

type console struct {
	*webtest.Console
	t       testing.TB
	store   *design.Store
	reports *report.Store
}

func start(t testing.TB) *console {
	t.Helper()
	d := testkit.SQLite(t)
	tr := region.National().With([]region.Local{{Code: 371591000000, Name: "开发区", Kind: region.KindUnit}, {Code: 371592000000, Name: "度假区", Kind: region.KindUnit}, {Code: 371593000000, Name: "高新区", Kind: region.KindUnit}})
	box := secrettest.Box(t)
	shelf := design.NewShelf(d, box)
	c := &console{t: t}
	c.reports = report.New(d, report.Deps{Box: box, Audit: silent{}, Registers: register.New(d, box, silent{}, tr), Figures: silent{}, Tree: tr, Tags: silent{}, Designs: shelf})
	c.store = design.New(d, design.Deps{Shelf: shelf, Audit: silent{}, Reports: c.reports, Tree: tr})
	c.Console = webtest.NewConsole(t, web.Config{Tree: webtest.Places{Tree: tr}, Clock: testkit.Clock, Notice: "web.sample", Auth: people()},
		func(s *web.Shell) {
			designhttp.New(s, c.store).Register()
			reporthttp.New(s, c.reports).Register()
		})
	return c
}

func blank(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// send uploads a file and answers status, address and body.
func (c *console) send(who, path, name string, raw []byte) (int, string, string) {
	c.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	p, _ := m.CreateFormFile("file", name)
	_, _ = p.Write(raw)
	_ = m.Close()
	req, _ := http.NewRequest("POST", c.URL+path, &b)
	req.Header.Set("Content-Type", m.FormDataContentType())
	req.Header.Set("X-As", who)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	var body bytes.Buffer
	_, _ = body.ReadFrom(res.Body)
	return res.StatusCode, res.Header.Get("Location"), body.String()
}

var lockIn = regexp.MustCompile(`name="lock" value="(\d+)"`)

// lock reads the number that a page's forms carry.
func (c *console) lock(who, path string) string {
	c.t.Helper()
	m := lockIn.FindStringSubmatch(c.As(who).Get(path).Body)
	if m == nil {
		c.t.Fatalf("no form on %s", path)
	}
	return m[1]
}

func TestPagesFromBlankToForm(t *testing.T) {
	c := start(t)
	status, to, body := c.send("city", "/designs?at=3715&month=2023-11", "counties.xlsx", blank(t, "counties.xlsx"))
	if status != 303 || !strings.HasPrefix(to, "/designs/") {
		t.Fatalf("upload: %d %s %s", status, to, body)
	}
	page, _, _ := strings.Cut(to, "?")
	q := "?at=3715&month=2023-11"
	step := func(what, method, path, who string, form url.Values, status int, want string) {
		t.Helper()
		if form != nil {
			form.Set("lock", c.lock("city", page+q))
		}
		c.As(who).Ask(method, path, form).Want(what, status, want)
	}
	step("recognised", "GET", page+q, "city", nil, 200, "脱贫劳动力务工就业情况统计表")
	step("a heading chosen", "GET", page+q+"&cell=D", "city", nil, 200, "在岗务工")
	step("search by initials", "GET", page+"/offers"+q+"&q=zgwg", "city", nil, 200, "在岗务工")
	step("another county's officer", "GET", page, "county", nil, 404, "")
	step("another city", "GET", page+"?at=3717", "other", nil, 404, "")
	c.As("leader").Get("/designs"+q).Want("a leader looks", 200, "脱贫劳动力").Lacks("and uploads nothing", "上传识别")
	c.As("leader").Ask("POST", page+"/confirm"+q, url.Values{"lock": {"1"}}).Want("a leader designs nothing", 403, "")
	step("bind by hand", "POST", page+"/bind"+q, "city", url.Values{"cell": {"I"}, "kind": {"typed"}, "decimals": {"0"}}, 303, "cell=I")
	step("a formula over nothing", "POST", page+"/bind"+q, "city", url.Values{"cell": {"I"}, "kind": {"derived"}, "formula": {"Z+1"}}, 422, "没有对应数字")
	step("the workbook's own formula", "POST", page+"/bind"+q, "city", url.Values{"cell": {"H"}, "kind": {"typed"}}, 422, "表里自带的公式")
	step("a check that is none", "POST", page+"/check"+q, "city", url.Values{"rule": {"C"}}, 422, "要有 =")
	step("a check", "POST", page+"/check"+q, "city", url.Values{"rule": {"D*10000<=C"}, "words": {"务工不多于脱贫人口"}, "hard": {"1"}}, 303, "")
	step("trial", "GET", page+q+"&view=try", "city", nil, 200, "聊城市人力资源和社会保障局")
	about := func() url.Values {
		return url.Values{"title": {"脱贫劳动力务工就业情况统计表"}, "citation": {"示例局函〔2023〕1号 二(一)"}, "every": {"month"}, "from": {"2023-11"}, "day": {"5"}, "next": {"1"}, "levels": {"2", "3"}, "publicity": {"asked"}}
	}
	step("not confirmed", "POST", page+"/publish"+q, "", about(), 422, "还有建议没有确认")
	step("an officer does not publish", "POST", page+"/publish"+q, "city", about(), 403, "")
	step("confirm", "POST", page+"/confirm"+q, "city", url.Values{}, 303, "")
	step("publish", "POST", page+"/publish"+q, "", about(), 303, page)
	step("published", "GET", page+q, "city", nil, 200, "起使用")
	c.As("city").Ask("POST", page+"/confirm"+q, url.Values{"lock": {"1"}}).Want("published stays", 409, "")
	form := "/report/d" + strings.TrimPrefix(page, "/designs/")
	step("the county has it to fill", "GET", "/report?at=371522&month=2023-11", "county", nil, 200, "脱贫劳动力务工就业情况统计表")
	step("its sheet", "GET", form+"?at=371522&period=2023-11", "county", nil, 200, "填表")
	step("not another city's", "GET", form+"?at=3717&period=2023-11", "other", nil, 404, "")
}

// TestHostile: what is no plain table is refused with the reason.
func TestHostile(t *testing.T) {
	c := start(t)
	for name, raw := range map[string][]byte{"空.xlsx": {}, "a.xlsx": []byte("PK\x03\x04broken"), "b.txt": []byte("hello"), "c.xlsx": blank(t, "counties.xlsx")[:900]} {
		if status, _, body := c.send("city", "/blanks?at=3715", name, raw); status != 422 {
			t.Errorf("%s: %d %.200s", name, status, body)
		}
	}
	if status, _, _ := c.send("county", "/blanks?at=3715", "x.xlsx", blank(t, "card.xlsx")); status != 404 {
		t.Errorf("upload above the caller's place: %d", status)
	}
}

// TestLook opens every page at both sizes; WENGANG_SHOTS leaves pictures.
func TestLook(t *testing.T) {
	c := start(t)
	_, counties, _ := c.send("", "/designs?at=3715&month=2023-11", "脱贫劳动力务工就业情况统计表.xlsx", blank(t, "counties.xlsx"))
	_, monthly, _ := c.send("", "/blanks?at=371522&month=2023-11", "社统7表.xlsx", blank(t, "monthly.xlsx"))
	page := strings.SplitN(counties, "?", 2)[0]
	fill := strings.SplitN(monthly, "?", 2)[0]
	q := "?at=3715&month=2023-11&lang=zh"
	tab := webtest.Open(t, c.URL)
	tab.Walk([]webtest.Page{
		{Name: "design-list", Path: "/designs" + q},
		{Name: "design-blanks", Path: "/blanks?at=371522&month=2023-11"},
		{Name: "design-bind", Path: page + q},
		{Name: "design-cell", Path: page + q + "&cell=E"},
		{Name: "design-derived", Path: fill + "?at=371522&month=2023-11&cell=F6"},
		{Name: "design-try", Path: page + q + "&view=try"},
		{Name: "design-fill", Path: fill + "?at=371522&month=2023-11&view=try"},
		{Name: "design-en", Path: page + "?at=3715&month=2023-11&lang=en"},
	})
}

// publish uploads a blank, confirms what was recognised and puts it in force.
func (c *console) publish(name string, extra ...url.Values) string {
	c.t.Helper()
	_, to, _ := c.send("city", "/designs?at=3715&month=2023-11", name, blank(c.t, name))
	page, _, _ := strings.Cut(to, "?")
	q := "?at=3715&month=2023-11"
	post := func(act string, form url.Values) {
		c.t.Helper()
		form.Set("lock", c.lock("", page+q))
		c.As("").Ask("POST", page+"/"+act+q, form).Want(act, 303, "")
	}
	for _, x := range extra {
		post(x.Get("act"), x)
	}
	post("confirm", url.Values{})
	post("publish", url.Values{"title": {"务工就业情况表"}, "citation": {"示例局函〔2023〕1号 二(一)"}, "every": {"month"}, "from": {"2023-11"}, "day": {"5"}, "next": {"1"}, "levels": {"2", "3"}, "publicity": {"asked"}})
	return "d" + strings.TrimPrefix(page, "/designs/")
}

// TestDesignedFormLife: a form that nobody built in is filled by a county,
// typed into, submitted, locked, and its list stays.
func TestDesignedFormLife(t *testing.T) {
	c := start(t)
	id := c.publish("counties.xlsx", url.Values{"act": {"bind"}, "cell": {"I"}, "kind": {"typed"}, "decimals": {"0"}},
		url.Values{"act": {"check"}, "rule": {"I<=C"}, "words": {"手工数不多于脱贫人口"}, "hard": {"1"}})
	for _, at := range []region.Code{shenxian, liaocheng} {
		g := report.Signing{Region: at, Form: id, Steps: report.Chain{report.Fill}, Reason: "测试"}
		if err := c.reports.SetSigning(context.Background(), account.LocalOperator(at), g); err != nil {
			t.Fatal(err)
		}
	}
	q := "?at=371522&period=2023-11"
	step := func(what, method, path, who string, form url.Values, status int, want string) {
		t.Helper()
		c.As(who).Ask(method, path, form).Want(what, status, want)
	}
	sheet := "/report/" + id
	step("sheet", "GET", sheet+q, "county", nil, 200, "莘县人力资源和社会保障局")
	typed := "&cell=371522000000.7"
	step("typed too much", "POST", sheet+"/correct"+q+typed, "county", url.Values{"value": {"999"}}, 303, "")
	step("the check stops it", "POST", sheet+"/submit"+q, "county", url.Values{"filler": {"周敏"}, "phone": {"0635-8000027"}}, 422, "手工数不多于脱贫人口")
	step("typed", "POST", sheet+"/correct"+q+typed, "county", url.Values{"value": {"7"}}, 303, "")
	step("who typed it", "GET", sheet+q, "county", nil, 200, "手工填写")
	step("submit", "POST", sheet+"/submit"+q, "county", url.Values{"filler": {"周敏"}, "phone": {"0635-8000027"}}, 303, "")
	step("accept", "POST", sheet+"/accept"+q, "", url.Values{"version": {"1"}}, 303, "")
	step("lock", "POST", sheet+"/lock"+q, "", url.Values{"version": {"1"}}, 303, "")
	step("locked", "GET", sheet+q, "leader", nil, 200, "已锁定")
	step("list of a locked cell", "GET", sheet+"/list"+q+"&row=371522000000&col=2", "leader", nil, 200, "报送时的名单")
	step("no list behind a typed cell", "GET", sheet+"/list"+q+"&row=371522000000&col=7", "leader", nil, 404, "")
	step("the city repeats it", "GET", sheet+"?at=3715&period=2023-11", "", nil, 200, "莘县")
	if book := c.As("leader").Get(sheet+"/export?at=3715&period=2023-11").Want("export", 200); !strings.HasPrefix(book.Body, "PK") {
		t.Error("the export is no workbook")
	}
}
