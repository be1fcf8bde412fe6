package reporthttp_test

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/idcard"
	"wengang/internal/region"
	"wengang/internal/register"
	"wengang/internal/report"
	"wengang/internal/report/reporthttp"
	"wengang/internal/report/reporttest"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
	"wengang/internal/web"
	"wengang/internal/webtest"
)

const (
	shandong  region.Code = 370000000000
	liaocheng region.Code = 371500000000
	shenxian  region.Code = 371522000000
)

var ctx = context.Background()

type silent struct{}

func (silent) Note(context.Context, *db.Tx, account.Caller, account.Note) error { return nil }
func (silent) Members(context.Context, region.Scope, string, region.Code, calendar.Month) ([]int64, bool, error) {
	return nil, true, nil
}
func (silent) Tags(context.Context, string, calendar.Date) (map[region.Code]bool, error) {
	return nil, nil
}

// callers by the X-As header; a browser is the city's officer and reviewer.
var callers = map[string][]account.Grant{
	"":       {{Role: account.Officer, Dept: account.DeptHR, Region: liaocheng}, {Role: account.Reviewer, Dept: account.DeptHR, Region: liaocheng}},
	"county": {{Role: account.Officer, Dept: account.DeptHR, Region: shenxian}}, "city": {{Role: account.Reviewer, Dept: account.DeptHR, Region: liaocheng}},
	"leader": {{Role: account.Leader, Dept: account.DeptHR, Region: liaocheng}}, "aide": {{Role: account.Aide, Dept: account.DeptHR, Region: shenxian}},
	"other": {{Role: account.Officer, Dept: account.DeptHR, Region: 371521000000}},
}

type console struct {
	*webtest.Console
	t     testing.TB
	reg   *register.Store
	store *report.Store
}

func start(t testing.TB) *console {
	t.Helper()
	d := testkit.SQLite(t)
	tr := region.National().With([]region.Local{{Code: 371591000000, Name: "开发区", Kind: region.KindUnit}, {Code: 371592000000, Name: "度假区", Kind: region.KindUnit}, {Code: 371593000000, Name: "高新区", Kind: region.KindUnit}})
	box := secrettest.Box(t)
	c := &console{t: t, reg: register.New(d, box, silent{}, tr)}
	c.store = report.New(d, report.Deps{Box: box, Audit: silent{}, Registers: c.reg, Figures: silent{}, Tree: tr, Tags: silent{}, Staff: staff{}})
	reporttest.Short(t, c.store, shandong, liaocheng, shenxian)
	c.Console = webtest.NewConsole(t, web.Config{Tree: webtest.Places{Tree: tr}, Clock: testkit.Clock, Notice: "web.sample", Auth: webtest.Grants("周敏", callers)},
		func(s *web.Shell) { reporthttp.New(s, c.store).WithPapers(&shelf{}).Register() })
	return c
}

func by(at region.Code) account.Caller {
	return account.Caller{UserID: 1, Name: "周敏", Grants: []account.Grant{{Role: account.Officer, Dept: account.DeptHR, Region: at}}}
}

func (c *console) add(kind string, at region.Code, form map[string]string) *register.Record {
	c.t.Helper()
	r, err := c.reg.Add(ctx, by(at), kind, at, form)
	if err != nil {
		c.t.Fatalf("%s: %v", kind, err)
	}
	return r
}

// fill gives every county some registers, the way the sample does.
func (c *console) fill() {
	c.t.Helper()
	counties := []region.Code{371502000000, 371503000000, 371521000000, shenxian, 371524000000, 371525000000, 371526000000, 371581000000, 371591000000, 371592000000, 371593000000}
	c.add("alliance", liaocheng, map[string]string{"name": "聊城彭水劳务协作联盟", "started_on": "2022-04-01"})
	for i, at := range counties {
		for k := range 1 + i%3 {
			c.add("alliance", at, map[string]string{"name": fmt.Sprintf("示例联盟%d", k), "started_on": "2022-01-01"})
			c.add("brand", at, map[string]string{"name": fmt.Sprintf("示例品牌%d", k), "started_on": "2023-03-01"})
			c.add("cooperative", at, map[string]string{"name": fmt.Sprintf("示例合作社%d", k), "started_on": "2021-03-01"})
			w := c.add("workshop", at, map[string]string{"name": fmt.Sprintf("示例车间%d", k), "started_on": "2021-03-01"})
			for m := range 3 + i + k {
				n := fmt.Sprintf("0000001970%02d%02d%03d", 1+m%12, 1+i, k*100+m)
				if _, err := c.reg.AddMember(ctx, by(at), w.ID, map[string]string{"person": fmt.Sprintf("示例%d%d%d", i, k, m), "id_number": n + string(idcard.CheckDigit(n)), "category": "脱贫人口", "started_on": "2023-02-01"}); err != nil {
					c.t.Fatal(err)
				}
			}
		}
		c.add("relief", at, map[string]string{"name": "村道工程", "started_on": "2023-04-01", "people": fmt.Sprint(40 + i*7), "poor": fmt.Sprint(11 + i)})
		c.add("post", at, map[string]string{"name": "保洁岗", "started_on": "2023-01-01", "people": fmt.Sprint(100 + i*31), "poor": fmt.Sprint(80 + i*20)})
		c.add("training", at, map[string]string{"name": "家政班", "started_on": "2023-05-01", "people": "60", "poor": fmt.Sprint(30 + i)})
		c.add("project", at, map[string]string{"name": "示例食用菌产业园项目", "brief": "建设标准化大棚及冷藏、分拣、包装车间，带动周边村劳动力常年就近务工（示例）。", "people": fmt.Sprint(120 + i), "poor": fmt.Sprint(40 + i), "marks": "①", "contact": "李示例", "phone": "0635-0000000"})
	}
	c.add("event", liaocheng, map[string]string{"name": "乐业搬迁专场", "theme": "乐业搬迁（迁建）", "started_on": "2023-05-05"})
}

func TestPagesFromDraftToLock(t *testing.T) {
	c := start(t)
	c.fill()
	own := "/report/progress?at=371522&period=2023Q4"
	step := func(what, method, path, who string, form url.Values, status int, want string) {
		t.Helper()
		c.As(who).Ask(method, path, form).Want(what, status, want)
	}
	cell := "&cell=371522000000.6"
	step("list", "GET", "/report?at=371522", "county", nil, 200, "2023 年第四季度")
	step("sheet", "GET", own, "county", nil, 200, "填表人")
	step("cell explains itself", "GET", own+cell, "county", nil, 200, "曾存续的就业帮扶车间")
	step("list of a draft", "GET", "/report/progress/list?at=371522&period=2023Q4&row=371522000000&col=7", "county", nil, 200, "按现有登记")
	step("empty foot", "POST", "/report/progress/submit?at=371522&period=2023Q4", "county", url.Values{"filler": {"周敏"}}, 422, "请填写电话")
	step("correct without a reason", "POST", "/report/progress/correct?at=371522&period=2023Q4"+cell, "county", url.Values{"value": {"3"}}, 422, "请写明更正或说明的原因")
	step("correct", "POST", "/report/progress/correct?at=371522&period=2023Q4"+cell, "county", url.Values{"value": {"9"}, "reason": {"新增未录入"}}, 303, "cell=371522000000.6")
	step("both numbers", "GET", own, "county", nil, 200, "新增未录入")
	step("another county", "POST", "/report/progress/submit?at=371522&period=2023Q4", "other", url.Values{"filler": {"x"}, "phone": {"1"}}, 404, "")
	step("aide", "GET", "/report", "aide", nil, 403, "")
	step("submit", "POST", "/report/progress/submit?at=371522&period=2023Q4", "county", url.Values{"filler": {"周敏"}, "phone": {"0635-8000027"}}, 303, "/report/progress")
	step("submitted", "GET", own, "county", nil, 200, "已报送")
	step("the county cannot accept", "POST", "/report/progress/accept?at=371522&period=2023Q4", "county", url.Values{"version": {"1"}}, 403, "")
	step("return without a remark", "POST", "/report/progress/return?at=371522&period=2023Q4", "city", url.Values{"version": {"1"}}, 422, "退回必须写明意见")
	step("return", "POST", "/report/progress/return?at=371522&period=2023Q4", "city", url.Values{"version": {"1"}, "remark": {"车间数请核对"}}, 303, "")
	step("remark", "GET", own, "county", nil, 200, "车间数请核对")
	step("withdraw", "POST", "/report/progress/withdraw?at=371522&period=2023Q4", "county", url.Values{"cell": {"371522000000.6"}}, 303, "")
	step("again", "POST", "/report/progress/submit?at=371522&period=2023Q4", "county", url.Values{"filler": {"周敏"}, "phone": {"0635-8000027"}}, 303, "")
	step("accept", "POST", "/report/progress/accept?at=371522&period=2023Q4", "city", url.Values{"version": {"2"}}, 303, "")
	step("lock", "POST", "/report/progress/lock?at=371522&period=2023Q4", "city", url.Values{"version": {"2"}}, 303, "")
	step("locked", "GET", own, "leader", nil, 200, "已锁定")
	step("list of a locked cell", "GET", "/report/progress/list?at=371522&period=2023Q4&row=371522000000&col=7", "leader", nil, 200, "报送时的名单")
	step("old version", "GET", own+"&version=1", "leader", nil, 200, "正在看第 1 版")
	step("no such version", "GET", own+"&version=7", "leader", nil, 404, "")
	step("no such form", "GET", "/report/nothing?at=371522", "leader", nil, 404, "")
	step("no such period", "GET", "/report/progress?at=371522&period=2023Q9", "leader", nil, 404, "")
	step("projects", "GET", "/report/projects?at=3715&period=2023", "leader", nil, 200, "示例食用菌产业园项目")
	step("in English", "GET", own+"&lang=en", "leader", nil, 200, "locked")
	book := c.As("leader").Get("/report/progress/export?at=3715&period=2023Q4").Want("export", 200)
	if !strings.HasPrefix(book.Body, "PK") {
		t.Error("the export is no workbook")
	}
}

// TestLook opens every page at both sizes; WENGANG_SHOTS leaves pictures.
func TestLook(t *testing.T) {
	c := start(t)
	c.fill()
	if _, err := c.store.Submit(ctx, by(shenxian), "progress", shenxian, report.Period{Year: 2023, Quarter: 4}, report.Filling{Filler: "周敏", Phone: "0635-8000027"}); err != nil {
		t.Fatal(err)
	}
	guan := report.Ref{Form: "progress", Region: liaocheng, Period: report.Period{Year: 2023, Quarter: 4}, Row: "371525000000", Col: 6}
	if err := c.store.Correct(ctx, by(liaocheng), guan, 1, "2 家 10 月已注销，名册未更新。"); err != nil {
		t.Fatal(err)
	}
	tab := webtest.Open(t, c.URL)
	city := "/report/progress?at=3715&period=2023Q4"
	tab.Walk([]webtest.Page{
		{Name: "report-list", Path: "/report?at=3715&month=2023-12&lang=zh"},
		{Name: "report-sheet", Path: city},
		{Name: "report-cell", Path: city + "&cell=371522000000.10"},
		{Name: "report-cell-left", Path: city + "&cell=371500000000.2"},
		{Name: "report-submit", Path: city, Open: "填表送审"},
		{Name: "report-correct", Path: city + "&cell=371525000000.6", Open: "更正此格"},
		{Name: "report-county", Path: "/report/progress?at=371522&period=2023Q4"},
		{Name: "report-members", Path: "/report/progress/list?at=3715&period=2023Q4&row=371500000000&col=7"},
		{Name: "report-projects", Path: "/report/projects?at=3715&period=2023"},
		{Name: "report-en", Path: city + "&lang=en"},
	})
}

type shelf struct{ n int64 }

func (s *shelf) Attach(_ context.Context, _ account.Caller, _ int64, _ string, f io.Reader) (int64, error) {
	if _, err := io.Copy(io.Discard, f); err != nil {
		return 0, err
	}
	s.n++
	return s.n, nil
}

type staff struct{}

func (staff) Speakers(context.Context, account.Caller, region.Code) ([]account.Dept, error) {
	return nil, nil
}

func (staff) Signers(context.Context, account.Caller, region.Code) ([]report.Officer, error) {
	return []report.Officer{{ID: 31, Name: "刘志勇", Login: "lc_reviewer", Role: account.Reviewer, Dept: account.DeptHR}, {ID: 32, Name: "宋玉兰", Login: "lc_deputy", Role: account.Leader, Dept: account.DeptHR},
		{ID: 33, Name: "王建国", Login: "lc_leader", Role: account.Leader, Dept: account.DeptHR}, {ID: 1, Name: "周敏", Login: "lc_officer", Role: account.Officer, Dept: account.DeptHR}}, nil
}

// fourSteps lets a place sign in four steps with two departments.
func (c *console) fourSteps(at region.Code, first int64) {
	c.t.Helper()
	set := account.Caller{UserID: 9, Name: "刘志勇", Grants: []account.Grant{{Role: account.Reviewer, Dept: account.DeptHR, Region: at}}}
	g := report.Signing{Region: at, Form: "progress", Steps: report.DefaultChain(region.County), Depts: []string{"planning", "agriculture"}}
	if err := c.store.SetSigning(ctx, set, g); err != nil {
		c.t.Fatal(err)
	}
	for i, p := range []report.Signatory{{UserID: first, Name: "刘志勇", Post: "科长"}, {UserID: 32, Name: "宋玉兰", Post: "副局长"}, {UserID: 33, Name: "王建国", Post: "局长"}} {
		if err := c.store.Name(ctx, set, "progress", at, []report.Action{report.Review, report.Approve, report.Sign}[i], []report.Signatory{p}); err != nil {
			c.t.Fatal(err)
		}
	}
}

// TestLookAtTheCourse opens the pages of a form's way at both sizes.
func TestLookAtTheCourse(t *testing.T) {
	c := start(t)
	c.fill()
	q := report.Period{Year: 2023, Quarter: 4}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	foot := report.Filling{Filler: "李文静", Phone: "0635-8000027"}
	cell := report.Ref{Form: "progress", Region: shenxian, Period: q, Row: shenxian.Full(), Col: 6}
	city := reporttest.Signer(1, "周敏", account.Reviewer, account.DeptHR, liaocheng)
	must(c.store.Correct(ctx, by(shenxian), cell, 9, "名册未更新，附登记截图。"))
	_, err := c.store.Submit(ctx, by(shenxian), "progress", shenxian, q, foot)
	must(err)
	must(c.store.Mark(ctx, city, cell, 1, "车间个数比十月台账多 2 家，请核对。"))
	other := cell
	other.Col = 10
	must(c.store.Mark(ctx, city, other, 1, "公益性岗位人数请说明来源。"))
	must(c.store.Review(ctx, city, "progress", shenxian, q, 1, report.Return, "两格请核对"))
	must(c.store.Correct(ctx, by(shenxian), cell, 7, "核对后 7 家。"))
	must(c.store.Respond(ctx, by(shenxian), "progress", shenxian, q, 1, report.Corrected, "已按名册更正"))
	for _, at := range []region.Code{371525000000, 371526000000} {
		reporttest.Short(t, c.store, at)
		_, err := c.store.Submit(ctx, by(at), "progress", at, q, foot)
		must(err)
		must(c.store.Review(ctx, city, "progress", at, q, 1, report.Accept, ""))
	}
	c.fourSteps(liaocheng, 1)
	tab := webtest.Open(t, c.URL)
	county, cityForm := "/report/progress?at=371522&period=2023Q4", "/report/progress?at=3715&period=2023Q4"
	tab.Walk([]webtest.Page{
		{Name: "course-returned", Path: county + "&lang=zh"},
		{Name: "course-terms", Path: "/report/progress/call?at=3715&period=2023Q4"},
		{Name: "course-signing", Path: "/report/signing?at=3715&form=progress"},
		{Name: "course-matrix", Path: "/report/matrix?at=3715&month=2023-12&form=progress"},
		{Name: "course-matrix-forms", Path: "/report/matrix?at=3715&month=2023-12&by=form"},
	})
	must(c.store.Respond(ctx, by(shenxian), "progress", shenxian, q, 2, report.Explained, "名册 100 人，另有无名单 20 人。"))
	_, err = c.store.Submit(ctx, by(shenxian), "progress", shenxian, q, foot)
	must(err)
	must(c.store.Review(ctx, city, "progress", shenxian, q, 2, report.Accept, ""))
	r, err := c.store.Submit(ctx, by(liaocheng), "progress", liaocheng, q, foot)
	must(err)
	planning := reporttest.Signer(40, "何明", account.Officer, account.DeptPlanning, liaocheng)
	must(c.store.Cosign(ctx, planning, "progress", liaocheng, q, r.Version, report.Word{Dept: "planning", Verdict: report.Confirm}))
	sh, err := c.store.Sheet(ctx, region.ScopeOf(shenxian), "progress", shenxian, q)
	must(err)
	tab.Walk([]webtest.Page{
		{Name: "course-signing-sheet", Path: cityForm + "&lang=zh"},
		{Name: "course-back", Path: cityForm, Open: "退回"},
		{Name: "course-mark", Path: cityForm + "&cell=371500000000.8", Open: "批注此格"},
		{Name: "course-record", Path: cityForm, Open: "代录会签（附书面意见）"},
		{Name: "course-accepted", Path: county},
		{Name: "course-versions", Path: "/report/progress/versions?at=371522&period=2023Q4"},
		{Name: "course-code", Path: "/report/codes?at=3715&code=" + sh.Code()},
		{Name: "course-en", Path: cityForm + "&lang=en"},
		{Name: "course-versions-en", Path: "/report/progress/versions?at=371522&period=2023Q4&lang=en"},
	})
}
