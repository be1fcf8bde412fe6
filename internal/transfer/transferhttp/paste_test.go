package transferhttp_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"strings"
	"testing"

	"wengang/internal/sheet"
	"wengang/internal/transfer"
	"wengang/internal/webtest"
)

func (c *console) paste(who, text string, fields ...string) webtest.Answer {
	c.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := 0; i+1 < len(fields); i += 2 {
		m.WriteField(fields[i], fields[i+1])
	}
	m.WriteField("text", text)
	m.Close()
	return c.As(who).Send("POST", "/import/paste?kind=work", m.FormDataContentType(), &b)
}

// cells are rows as Excel copies them.
func cells(n int) string {
	var b strings.Builder
	b.WriteString("姓名\t证件号码\t开始时间\t就业渠道\t务工月收入\t备注栏\r\n")
	for i := range n {
		fmt.Fprintf(&b, "王秀%d\t000000%04d0101%04d\t2023年3月\t自主外出\t2,900\t\"两行\r\n备注\"\r\n", i, 1960+i%40, i)
	}
	return b.String()
}

// TestPaste: what is pasted becomes an import like a file; a refusal keeps what
// was pasted.
func TestPaste(t *testing.T) {
	c := open(t)
	li := c.As("")
	li.Get("/import/paste?kind=work").Want("form", 200, "粘贴到这里", "一次最多 2000 行", "上传文件")
	c.paste("", "", "month", "2023-11").Want("nothing", 422, "还没有粘贴内容")
	c.paste("", "姓名\t证件号码", "month", "2023-11").Want("a heading alone", 422, "只有一行")
	c.paste("", cells(2001), "month", "2023-11").Want("too many", 422, "粘贴了 2001 行", "王秀1999")
	c.paste("", cells(2), "month", "2023-13").Want("bad month", 422, "王秀1")
	to := c.paste("", cells(5), "month", "2023-11", "full", "0").Want("pasted", 303).To
	c.jobs.run(t, c.s)
	li.Get(to).Want("checked", 200, "粘贴-1210-0900.csv", "认出 5 列，1 列不用")
	r, err := c.s.Report(t.Context(), c.officer(), 1, "zh-CN")
	if err != nil || r.Rows != 5 || r.Accepted != 5 {
		t.Errorf("report %+v, %v", r, err)
	}
	if to := c.paste("", "某某\t号\n张\t1\n", "month", "2023-11").Want("unknown headings", 303).To; !strings.Contains(to, "/columns") {
		t.Errorf("leads to %s", to)
	}
	c.paste("leader", cells(2)).Want("a leader", 403)
	c.paste("nobody", cells(2)).Want("nobody", 303)
}

// TestPasteLooks pastes in a browser and looks at the page.
func TestPasteLooks(t *testing.T) {
	c := open(t)
	tab := webtest.Open(t, c.URL)
	tab.Goto("/import/new?kind=work&at=371522&month=2023-11")
	tab.Click("粘贴单元格")
	tab.Fill("text", cells(3))
	tab.Click("核对粘贴的内容")
	tab.WaitText("等待核对")
	tab.Walk([]webtest.Page{{Name: "paste", Path: "/import/paste?kind=work"}, {Name: "paste-en", Path: "/import/paste?kind=work&lang=en"}, {Name: "new", Path: "/import/new?kind=work&lang=zh"}})
	for _, f := range tab.Faults() {
		t.Error(f)
	}
}

// TestTemplatesPage: the empty tables are listed and download as workbooks.
func TestTemplatesPage(t *testing.T) {
	c := open(t)
	li := c.As("")
	li.Get("/import/templates?kind=work").Want("list", 200, "已外出务工信息", "姓名、证件号码、开始时间")
	got := li.Get("/import/templates/work/out").Want("download", 200)
	book, err := sheet.OpenReader(strings.NewReader(got.Body), int64(len(got.Body)), "x.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := transfer.Recognise(book, kind{}.Layouts()); err != nil {
		t.Errorf("the empty table is not recognised: %v", err)
	}
	li.Get("/import/templates/work/nonsense").Want("none of ours", 404)
	c.As("leader").Get("/import/templates/work/out").Want("a leader", 403)
	tab := webtest.Open(t, c.URL)
	tab.Walk([]webtest.Page{{Name: "templates", Path: "/import/templates?kind=work&at=371522"}})
	for _, f := range tab.Faults() {
		t.Error(f)
	}
}
