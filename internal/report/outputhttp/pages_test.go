package outputhttp_test

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
	"wengang/internal/register"
	"wengang/internal/report"
	"wengang/internal/report/output"
	"wengang/internal/report/outputhttp"
	"wengang/internal/report/summary"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
	"wengang/internal/web"
	"wengang/internal/webtest"
)

const (
	liaocheng region.Code = 371500000000
	shenxian  region.Code = 371522000000
)

var ctx = context.Background()

// world answers invented figures and keeps nothing.
type world struct{ jobs []int64 }

func (*world) Note(context.Context, *db.Tx, account.Caller, account.Note) error { return nil }
func (*world) Exported(context.Context, *db.Tx, account.Caller, audit.Export) (int64, error) {
	return 1, nil
}
func (*world) Members(context.Context, region.Scope, string, region.Code, calendar.Month) ([]int64, bool, error) {
	return nil, true, nil
}
func (*world) Tags(context.Context, string, calendar.Date) (map[region.Code]bool, error) {
	return nil, nil
}
func (w *world) Enqueue(_ context.Context, _, _ string, payload any) error {
	w.jobs = append(w.jobs, payload.(output.Job).ID)
	return nil
}
func (*world) Month(_ context.Context, _ region.Scope, _ region.Code, m calendar.Month) (summary.Coverage, error) {
	return summary.Coverage{Rows: 9, Closed: m < 202312}, nil
}
func (*world) Value(_ context.Context, _ region.Scope, id string, at region.Code, _ calendar.Month) (summary.Value, error) {
	v := summary.Value{Known: true, N: 1000 + int64(len(id)) + int64(at)%97, Label: "指标", Calibre: "口径"}
	if strings.HasSuffix(id, "_share") {
		v.Num, v.Den = 90, 100
	}
	return v, nil
}
func (*world) Change(context.Context, region.Scope, string, region.Code, calendar.Month, calendar.Month) (summary.Change, error) {
	return summary.Change{OK: true, Abs: 5, Ratio: 0.01}, nil
}
func (*world) Goals(context.Context, region.Scope, region.Code, calendar.Month) ([][]summary.Goal, error) {
	return nil, nil
}

var callers = map[string][]account.Grant{
	"":       {{Role: account.Officer, Dept: account.DeptHR, Region: liaocheng}, {Role: account.Reviewer, Dept: account.DeptHR, Region: liaocheng}},
	"county": webtest.HR(account.Officer, shenxian), "city": webtest.HR(account.Reviewer, liaocheng), "leader": webtest.HR(account.Leader, liaocheng),
	"aide": webtest.HR(account.Aide, shenxian), "other": webtest.HR(account.Officer, 371521000000),
}

type console struct {
	*webtest.Console
	w        *world
	archives *output.Batches
}

func start(t testing.TB) *console {
	t.Helper()
	d := testkit.SQLite(t)
	tree, box, w := region.National(), secrettest.Box(t), &world{}
	store := report.New(d, report.Deps{Box: box, Audit: w, Registers: register.New(d, box, w, tree), Figures: w, Tree: tree, Tags: w})
	c := &console{w: w, archives: output.NewBatches(d, output.Deps{Forms: store, Tree: tree, Queue: w, Leave: w, Dir: t.TempDir()})}
	papers := summary.New(d, box, w, summary.Sources{Numbers: w, Goals: w, Forms: store, Tree: tree, Areas: w})
	c.Console = webtest.NewConsole(t, web.Config{Tree: webtest.Places{Tree: tree}, Clock: testkit.Clock, Notice: "web.sample", Auth: webtest.Grants("周敏", callers)},
		func(s *web.Shell) { outputhttp.New(s, store, c.archives, papers).Register() })
	return c
}

func upload(t testing.TB, c *webtest.Client, path, name string, raw []byte) webtest.Answer {
	t.Helper()
	var buf bytes.Buffer
	m := multipart.NewWriter(&buf)
	f, err := m.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(raw); err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return c.Send("POST", path, m.FormDataContentType(), &buf)
}

func document(t testing.TB) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	w, err := z.Create("word/document.xml")
	if err == nil {
		_, err = io.WriteString(w, `<w:document xmlns:w="x"><w:t>改好的总结</w:t></w:document>`)
	}
	if err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestPaperFromDraftToAcceptance(t *testing.T) {
	c := start(t)
	own, q := "/summary/stage?at=371522&period=2023", "?at=371522&period=2023"
	county, city := c.As("county"), c.As("city")
	county.Get("/summary?at=371522&month=2023-12").Want("list", 200, "未起草")
	county.Get(own).Want("nothing yet", 200, "还没有起草")
	c.As("other").Post("/summary/stage/draft"+q, nil).Want("another county", 404)
	c.As("aide").Get("/summary").Want("aide", 403)
	c.As("leader").Post("/summary/stage/draft"+q, nil).Want("leader", 403)
	county.Post("/summary/stage/draft"+q, nil).Want("draft", 303)
	county.Get(own).Want("drafted", 200, "截至2023年11月底", "待填", "指标 · 系统看板 · 莘县 · 2023-11")
	docx := county.Get("/summary/stage/docx"+q).Want("docx", 200)
	if !strings.HasPrefix(docx.Body, "PK") {
		t.Error("no document")
	}
	county.Get("/summary/stage/final"+q).Want("no final text", 404)
	upload(t, county, "/summary/stage/upload"+q, "总结.exe", document(t)).Want("wrong file", 422, "只收 .docx")
	upload(t, county, "/summary/stage/upload"+q, "总结.docx", []byte("x")).Want("broken file", 422, "文件读不出来")
	upload(t, c.As("other"), "/summary/stage/upload"+q, "总结.docx", document(t)).Want("another county's file", 404)
	upload(t, county, "/summary/stage/upload"+q, "总结.docx", document(t)).Want("upload", 303)
	county.Get(own).Want("final text", 200, "总结.docx", "改好的总结")
	county.Post("/summary/stage/submit"+q, nil).Want("send", 303)
	county.Post("/summary/stage/accept"+q, nil).Want("the county accepts", 403)
	city.Get(own).Want("sent", 200, "已报送")
	city.Post("/summary/stage/return"+q, url.Values{"remark": {" "}}).Want("no remark", 422, "退回必须写明意见")
	city.Post("/summary/stage/return"+q, url.Values{"remark": {"补充做法"}}).Want("return", 303)
	county.Get(own).Want("remark", 200, "补充做法")
	county.Post("/summary/stage/draft"+q, nil).Want("draft again", 303)
	county.Get(own+"&version=1").Want("first draft", 200, "第 2 稿")
	upload(t, county, "/summary/stage/upload"+q, "总结2.docx", document(t)).Want("upload again", 303)
	county.Post("/summary/stage/submit"+q, nil).Want("send again", 303)
	city.Post("/summary/stage/accept"+q, nil).Want("accept", 303)
	city.Get("/summary?at=3715&month=2023-12").Want("list of the city", 200, "已受理", "未起草")
	city.Get("/summary/stage/final"+q).Want("final file", 200)
	c.As("other").Get(own).Want("another county looks", 404)
	county.Get("/summary/nothing"+q).Want("no such paper", 404)
	county.Get(own+"&lang=en").Want("English", 200, "Accepted")
}

func TestArchivePages(t *testing.T) {
	c := start(t)
	city := c.As("city")
	city.Get("/archives?at=3715&month=2023-12").Want("page", 200, "批量导出", "还没有导出")
	form := url.Values{"form": {"progress"}, "period": {"2023Q4"}, "format": {"xlsx", "pdf"}}
	city.Post("/archives?at=3715", url.Values{"form": {"progress"}, "period": {"x"}, "format": {"xlsx"}}).Want("period", 422, "期别读不出来")
	city.Post("/archives?at=3715", url.Values{"form": {"progress"}, "period": {"2023Q4"}}).Want("no format", 422, "请至少选一种格式")
	city.Post("/archives?at=3715", url.Values{"form": {"nothing"}, "period": {"2023Q4"}}).Want("no such form", 404)
	c.As("aide").Post("/archives", form).Want("aide", 403)
	city.Post("/archives?at=3715", form).Want("ask", 303)
	city.Get("/archives?at=3715").Want("waiting", 200, "排队", "every 1s")
	city.Get("/archives/1/file?at=3715").Want("not ready", 404)
	if len(c.w.jobs) != 1 {
		t.Fatalf("jobs %v", c.w.jobs)
	}
	if err := c.archives.Work(ctx, region.ScopeOf(region.Country), c.w.jobs[0]); err != nil {
		t.Fatal(err)
	}
	city.Get("/archives?at=3715").Want("ready", 200, "下载 .zip")
	got := city.Get("/archives/1/file?at=3715").Want("file", 200)
	z, err := zip.NewReader(strings.NewReader(got.Body), int64(len(got.Body)))
	if err != nil || len(z.File) != 19 {
		t.Errorf("%v, %d files", err, len(z.File))
	}
	city.Get("/report/progress/pdf?at=3715&period=2023Q4").Want("PDF", 200, "%PDF-")
	c.As("other").Get("/report/progress/pdf?at=371522&period=2023Q4").Want("another county's PDF", 404)
	city.Get("/report/progress/pdf?at=3715&period=x").Want("no such period", 404)
}

// TestLook opens every page at both sizes; WENGANG_SHOTS leaves pictures.
func TestLook(t *testing.T) {
	c := start(t)
	me := c.As("")
	me.Post("/summary/stage/draft?at=3715&period=2023", nil).Want("draft", 303)
	me.Post("/archives?at=3715", url.Values{"form": {"progress"}, "period": {"2023Q4"}, "format": {"xlsx"}}).Want("ask", 303)
	tab := webtest.Open(t, c.URL)
	tab.Walk([]webtest.Page{
		{Name: "summary-list", Path: "/summary?at=3715&month=2023-12&lang=zh"},
		{Name: "summary-paper", Path: "/summary/stage?at=3715&period=2023"},
		{Name: "summary-empty", Path: "/summary/quarter?at=3715&period=2023Q4"},
		{Name: "archives", Path: "/archives?at=3715&month=2023-12"},
	})
}
