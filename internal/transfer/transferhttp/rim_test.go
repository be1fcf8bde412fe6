package transferhttp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
	"wengang/internal/secret/secrettest"
	"wengang/internal/sheet"
	"wengang/internal/testkit"
	"wengang/internal/transfer"
	"wengang/internal/transfer/transferhttp"
	"wengang/internal/web"
	"wengang/internal/webtest"
)

const county region.Code = 371522000000

// kind is a work ledger in small: what a row says decides its result.
type kind struct{}

func (kind) ID() string { return "work" }
func (kind) Layouts() []transfer.Layout {
	col := func(key string, required, secret bool, h ...string) transfer.Column {
		return transfer.Column{Key: key, Headings: h, Required: required, Secret: secret}
	}
	return []transfer.Layout{{ID: "out", Title: "（务工月监测）已外出务工信息", Columns: []transfer.Column{
		col("name", true, false, "姓名"), col("id_number", true, true, "证件号码"), col("start", true, false, "开始时间"), col("place", false, false, "务工所在县"),
		col("employer", false, false, "务工企业名称"), col("channel", false, false, "就业渠道"), col("wage", false, false, "务工月收入"), col("phone", false, true, "联系电话")}}}
}
func (k kind) Open(_ context.Context, b *transfer.Batch) (transfer.Checker, error) {
	return checker{b.Columns}, nil
}

type checker struct{ columns []string }

// spread puts the cells where the layout has their columns.
func (c checker) spread(cells []transfer.Cell) []transfer.Cell {
	var out []transfer.Cell
	for _, col := range (kind{}).Layouts()[0].Columns {
		cell := transfer.Cell{}
		if i := slices.Index(c.columns, col.Key); i >= 0 {
			cell = cells[i]
		} else if col.Key == "channel" {
			cell.Text = "x"
		}
		out = append(out, cell)
	}
	return out
}

func (c checker) Check(_ context.Context, rows []transfer.Row) ([]transfer.Outcome, error) {
	var out []transfer.Outcome
	for _, r := range rows {
		r.Cells = c.spread(r.Cells)
		o := transfer.Outcome{Row: r.N, Result: transfer.New}
		bad := func(col, rule string, sev transfer.Severity, value string, args ...any) {
			o.Findings = append(o.Findings, transfer.Finding{Column: col, Rule: rule, Severity: sev, Value: value, Key: rule, Args: args})
			if sev == transfer.Error {
				o.Result = transfer.Rejected
			}
		}
		if _, p := r.Cells[1].IDText(); p != nil {
			bad("id_number", p.Rule, transfer.Error, r.Cells[1].Text)
		}
		if _, p := r.Cells[2].Month(); p != nil {
			bad("start", p.Rule, transfer.Error, r.Cells[2].Text)
		}
		if _, p := r.Cells[6].Fen(transfer.InYuan); p != nil {
			bad("wage", p.Rule, transfer.Warning, r.Cells[6].Text)
		}
		if r.Cells[5].Empty() {
			bad("channel", "cell.required", transfer.Error, "")
		}
		if r.N%7 == 0 && o.Result == transfer.New {
			o.Result = transfer.Same
		}
		if r.N%31 == 0 && o.Result == transfer.New {
			o.Result = transfer.Conflict
			o.Findings = append(o.Findings, transfer.Finding{Column: "wage", Rule: "import.conflict", Severity: transfer.Error, Value: r.Cells[6].Text, Key: "import.conflict"})
		}
		o.Payload = []byte{1}
		out = append(out, o)
	}
	return out, nil
}

func (kind) Apply(context.Context, *db.Tx, *transfer.Batch, []transfer.Staged) error { return nil }
func (kind) Finish(context.Context, *db.Tx, *transfer.Batch, func(func(transfer.Staged) error) error) error {
	return nil
}
func (kind) Undo(context.Context, *db.Tx, *transfer.Batch) error { return nil }

// jobs runs queued work when the test says so.
type jobs struct {
	mu   sync.Mutex
	list []int64
}

func (j *jobs) Enqueue(_ context.Context, name, _ string, payload any) error {
	raw, err := json.Marshal(payload)
	if err != nil || name != transfer.JobName {
		return fmt.Errorf("job %s: %v", name, err)
	}
	var job transfer.Job
	if err := json.Unmarshal(raw, &job); err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.list = append(j.list, job.ID)
	return nil
}

func (j *jobs) run(t *testing.T, s *transfer.Service) {
	t.Helper()
	j.mu.Lock()
	list := j.list
	j.list = nil
	j.mu.Unlock()
	for _, id := range list {
		if err := s.Work(t.Context(), id); err != nil {
			t.Error(err)
		}
	}
}

type console struct {
	*webtest.Console
	t    *testing.T
	jobs *jobs
	s    *transfer.Service
	d    *db.DB
}

func open(t *testing.T) *console {
	t.Helper()
	d := testkit.SQLite(t)
	box := secrettest.Box(t)
	j := &jobs{}
	s, err := transfer.NewService(transfer.Config{DB: d, Box: box, Audit: audit.New(d, box, nil), Queue: j, Dir: t.TempDir(), Kinds: []transfer.Kind{kind{}}})
	if err != nil {
		t.Fatal(err)
	}
	callers := webtest.Grants("李文静", map[string][]account.Grant{
		"":          webtest.HR(account.Officer, county),
		"colleague": webtest.HR(account.Officer, county),
		"neighbour": webtest.HR(account.Officer, 371521000000),
		"leader":    webtest.HR(account.Leader, county),
	})
	other := callers["colleague"]
	other.UserID++
	callers["colleague"] = other
	c := &console{t: t, jobs: j, s: s, d: d}
	c.Console = webtest.NewConsole(t, web.Config{Clock: calendar.Fixed(testkit.Now.Add(5 * time.Second)), Auth: callers}, func(sh *web.Shell) { transferhttp.New(sh, s).Register() })
	return c
}

// dirty is a workbook in the national layout, heading in row 3, with faults.
func dirty(t *testing.T, n int) []byte {
	t.Helper()
	w, err := sheet.NewWriter(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	surnames, given, firms := []rune("王李张刘陈杨黄赵周吴"), []rune("秀英建国玉芬庆海霞明"), []string{"宏远纸品厂", "恒泰物流", "鲁西缝制帮扶车间", "新城制衣", "安顺保洁"}
	steps := []error{w.Sheet("已外出务工信息", nil, 0), w.Row("（务工月监测）已外出务工信息"), w.Row("单位：元"), w.Row("姓名", "证件号码", "开始时间", "务工所在县", "务工企业名称", "就业渠道", "务工月收入", "联系电话", "备注栏")}
	for i := range n {
		id, start, channel, wage := fmt.Sprintf("000000%04d0101%04d", 1960+i%45, i), fmt.Sprintf("2023年%d月", i%9+1), "自主外出", any(fmt.Sprint(2600+i%7*120))
		switch i % 29 {
		case 3:
			id = "4.2E+17"
		case 9:
			start = "今年春天"
		case 14:
			channel = ""
		case 20:
			wage = "三千多"
		}
		name := string([]rune{surnames[i%10], given[i/3%10], given[i*7%10]})
		steps = append(steps, w.Row(name, id, start, []string{"莘县", "济南市历城区", "北京市丰台区"}[i%3], firms[i%5], channel, wage, fmt.Sprintf("138%08d", i), "x"))
	}
	for _, err := range steps {
		if err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := w.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// upload sends the form and answers where it led.
func (c *console) upload(who, name string, raw []byte, fields ...string) webtest.Answer {
	c.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := 0; i+1 < len(fields); i += 2 {
		m.WriteField(fields[i], fields[i+1])
	}
	if raw != nil {
		f, err := m.CreateFormFile("file", name)
		if err != nil {
			c.t.Fatal(err)
		}
		f.Write(raw)
	}
	m.Close()
	return c.As(who).Send("POST", "/import/new?kind=work", m.FormDataContentType(), &b)
}

func TestWizard(t *testing.T) {
	c := open(t)
	li := c.As("")
	li.Get("/import").Want("empty list", 200, "还没有导入过")
	li.Get("/import/new?kind=work").Want("form", 200, "务工台账", "2023-11", "部分文件", "已外出务工信息", `type="file"`)
	c.upload("", "x.xlsx", nil).Want("no file", 422, "请选一个文件")
	c.upload("", "x.xls", []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), "month", "2023-11").Want("xls", 422, "另存为")
	c.upload("", "x.csv", []byte("a,b\n"), "month", "2023-13").Want("bad month", 422)
	// A NUL in the file's name was a 500 that wrote the name into the log.
	c.upload("", "名单\x00.csv", []byte("a,b\n"), "month", "2023-11").Want("a head that is none", 422, "提交的内容读不出来")

	to := c.upload("", "务工台账11月.xlsx", dirty(t, 300), "month", "2023-11", "full", "0").Want("upload", 303).To
	if !strings.HasPrefix(to, "/import/1?") {
		t.Fatalf("upload leads to %s", to)
	}
	li.Get(to).Want("waiting", 200, "等待核对", "/import/1/progress", "务工台账11月.xlsx")
	li.Get("/import/1/progress").Want("poll", 200, `id="w-job"`)
	c.jobs.run(t, c.s)
	li.Get("/import/1/progress").Want("poll after the check", 303)
	li.Get("/import/1").Want("check", 200, "认出 8 列，1 列不用", "要看的", "号码损坏", "月份看不懂", "今年春天", "下载退回行", "保存 ", "部分文件", "冲突", "放弃此次导入").
		Lacks("a whole number", "00000019")
	li.Get("/import/1?rule=cell.month").Want("by rule", 200, "今年春天", "怎样补救", "请写成 2023-05").Lacks("the rule's chip narrows the rows", "4.2E+17")
	li.Get("/import/1?warned=1&rule=cell.money").Want("warned", 200, "三千多")
	li.Get("/import/1/columns").Want("columns", 200, "备注栏", "加密保存", "务工企业名称")
	li.Get("/").Want("today", 200, "务工台账已核对")
	li.Get("/import/1?lang=en").Want("English", 200, "rows to look at", "Save ")

	back := li.Get("/import/1/rejects").Want("rejects", 200)
	book, err := sheet.OpenReader(strings.NewReader(back.Body), int64(len(back.Body)), "x")
	if name := back.Header.Get("Content-Disposition"); err != nil || !strings.Contains(name, "filename*=UTF-8''%E5%8A%A1") {
		t.Fatalf("rejects: %v %q", err, name)
	}
	rows := 0
	book.Sheets()[0].Rows(func(int, []sheet.Cell) error { rows++; return nil })
	if rows < 30 {
		t.Errorf("%d rows in the workbook of rejected rows", rows)
	}

	li.Post("/import/1/save", nil).Want("save", 303)
	li.Get("/import/1?lang=zh").Want("saving", 200, "正在后台保存")
	c.jobs.run(t, c.s)
	li.Get("/import/1").Want("saved", 200, "撤销这次导入", "行没有入库", "已保存")
	li.Post("/import/1/save", nil).Want("saved twice", 409, "这次导入已经保存")
	li.Post("/import/1/undo", nil).Want("undo", 303)
	li.Get("/import").Want("list", 200, "已撤销", "务工台账11月.xlsx")
}

// TestWho: every route answers outsiders as if there were nothing.
func TestWho(t *testing.T) {
	c := open(t)
	c.upload("", "a.xlsx", dirty(t, 60)).Want("upload", 303)
	c.jobs.run(t, c.s)
	for _, p := range []string{"GET /import/1", "GET /import/1/columns", "GET /import/1/progress", "GET /import/1/rejects", "GET /import/1/effect", "POST /import/1/act", "POST /import/1/ask", "POST /import/1/return", "POST /import/1/check", "POST /import/1/save", "POST /import/1/cancel", "POST /import/1/undo"} {
		method, path, _ := strings.Cut(p, " ")
		for who, want := range map[string]int{"neighbour": 404, "leader": 403, "nobody": 303} {
			c.As(who).Send(method, path, "", nil).Want("", want)
		}
	}
	c.As("colleague").Get("/import/1/rejects").Want("", 403)
	c.upload("leader", "a.xlsx", dirty(t, 2)).Want("", 403)
	c.As("neighbour").Get("/import").Want("", 200).Lacks("the neighbour sees the import in the list", "a.xlsx")
	for _, p := range []string{"/import/0", "/import/x", "/import/99"} {
		c.As("").Get(p).Want("", 404)
	}
}

// TestLooks drives the wizard in a browser and looks at every page at both
// sizes; WENGANG_SHOTS keeps the pictures.
func TestLooks(t *testing.T) {
	c := open(t)
	tab := webtest.Open(t, c.URL)
	tab.Goto("/import?at=371522&month=2023-11")
	tab.Click("导入文件")
	file := filepath.Join(t.TempDir(), "务工台账11月.xlsx")
	if err := os.WriteFile(file, dirty(t, 4226), 0o600); err != nil {
		t.Fatal(err)
	}
	tab.Upload("file", file)
	tab.Click("上传并核对")
	tab.WaitText("等待核对")
	go c.jobs.run(t, c.s)
	tab.WaitText("要看的")
	tab.Click("月份看不懂")
	tab.WaitText("今年春天")
	if got := tab.Where(); !strings.Contains(got, "rule=cell.month") || !strings.Contains(got, "month=2023-11") {
		t.Errorf("the rule's chip leads to %s", got)
	}
	pages := []webtest.Page{{Name: "import-new", Path: "/import/new?kind=work"}, {Name: "import-check", Path: "/import/1"}, {Name: "import-columns", Path: "/import/1/columns"}, {Name: "import-en", Path: "/import/1?lang=en"}, {Name: "import-list", Path: "/import?lang=zh"}}
	tab.Walk(pages)
	tab.Resize(webtest.Desk)
	tab.Goto("/import/1?lang=zh")
	tab.Click("保存 ")
	tab.WaitText("正在后台保存")
	tab.Shot("import-saving")
	go c.jobs.run(t, c.s)
	tab.WaitText("撤销这次导入")
	tab.Shot("import-done")
	tab.Click("撤销这次导入")
	tab.Shot("import-undo")
	tab.ClickCSS("dialog[open] button.danger")
	tab.WaitText("台账已恢复")
	for _, f := range tab.Faults() {
		t.Error(f)
	}
}
