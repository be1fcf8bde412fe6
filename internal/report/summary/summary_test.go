package summary

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/report"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
)

const (
	city     region.Code = 371500000000
	yanggu   region.Code = 371521000000
	shenxian region.Code = 371522000000
)

// fake answers invented figures. no are indicators without one, apart those
// that cannot be compared.
type fake struct {
	no, apart map[string]bool
	closed    calendar.Month
	bump      int64
	goals     [][]Goal
	sheet     *report.Sheet
	list      []report.Listing
}

func (f *fake) Month(_ context.Context, scope region.Scope, at region.Code, m calendar.Month) (Coverage, error) {
	if !scope.Contains(at) {
		return Coverage{}, errNotFound
	}
	return Coverage{Rows: 10, Closed: m <= f.closed}, nil
}

func (f *fake) Value(_ context.Context, scope region.Scope, id string, at region.Code, m calendar.Month) (Value, error) {
	if !scope.Contains(at) {
		return Value{}, errNotFound
	}
	v := Value{Known: !f.no[id], N: 1000 + int64(len(id)) + f.bump, Label: "指标" + id, Calibre: "口径"}
	if strings.HasSuffix(id, "_share") {
		v.Num, v.Den = 978, 1000
	}
	if strings.HasSuffix(id, "_mean") {
		v.N, v.Num, v.Den = 410350, 410350, 1
	}
	return v, nil
}

func (f *fake) Change(_ context.Context, _ region.Scope, id string, at region.Code, now, base calendar.Month) (Change, error) {
	switch {
	case f.apart[id]:
		return Change{Why: base.String() + " 没有数据"}, nil
	case at == yanggu:
		return Change{OK: true, Abs: -12, Ratio: -0.0123}, nil
	}
	return Change{OK: true, Abs: 30, Ratio: 0.0345}, nil
}

func (f *fake) Goals(context.Context, region.Scope, region.Code, calendar.Month) ([][]Goal, error) {
	return f.goals, nil
}

func (f *fake) Tags(_ context.Context, tag string, _ calendar.Date) (map[region.Code]bool, error) {
	if tag != region.TagProvKey {
		return nil, nil
	}
	return map[region.Code]bool{yanggu: true, 370102000000: true}, nil
}

func (f *fake) Sheet(context.Context, region.Scope, string, region.Code, report.Period) (*report.Sheet, error) {
	return f.sheet, nil
}

func (f *fake) Forms(context.Context, region.Scope, region.Code, func(*report.Form) report.Period) ([]report.Listing, error) {
	return f.list, nil
}

func sources(f *fake) Sources {
	return Sources{Numbers: f, Goals: f, Forms: f, Tree: region.National(), Areas: f}
}

func invented(t *testing.T) *fake {
	t.Helper()
	form, err := report.ByID("progress")
	if err != nil {
		t.Fatal(err)
	}
	sh := &report.Sheet{Form: form, Region: city, Period: report.Period{Year: 2023, Quarter: 4}, Cutoff: 20231210}
	for i, at := range []region.Code{city, yanggu, shenxian} {
		row := report.Row{Key: at.Full(), Region: at, Name: region.National().Name(at), Role: report.Child}
		if i == 0 {
			row.Role = report.Total
		}
		for k := range form.Columns {
			c := report.Cell{Col: form.Columns[k].N, Key: form.Columns[k].Key, Value: int64(100*i + k)}
			if c.Key == "settled" && i == 2 {
				c.Value = report.Unknown
			}
			row.Cells = append(row.Cells, c)
		}
		sh.Rows = append(sh.Rows, row)
	}
	return &fake{no: map[string]bool{}, apart: map[string]bool{}, closed: 202311, sheet: sh,
		goals: [][]Goal{{{Place: city, Name: "聊城市", Target: 2000, Actual: 1900, Rate: 0.95, Time: 0.9167, Indicator: "务工规模", Document: "示例〔2023〕1号"},
			{Place: yanggu, Name: "阳谷县", Target: 500, Actual: 300, Rate: 0.6, Time: 0.9167, Behind: true, Indicator: "务工规模", Document: "示例〔2023〕1号"}}},
		list: []report.Listing{{Form: form, Region: yanggu, Name: "阳谷县", Due: 20231201}, {Form: form, Region: shenxian, Name: "莘县", Due: 20231201, State: report.Submitted}}}
}

func composed(t *testing.T, f *fake) *Draft {
	t.Helper()
	s := sources(f)
	d, err := s.Compose(context.Background(), region.ScopeOf(city), kinds[0], city, report.Period{Year: 2023}, 20231210)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func whole(d *Draft) string {
	var b strings.Builder
	for _, p := range d.Paras {
		b.WriteString(d.Line(p) + "\n")
	}
	return b.String()
}

func TestSentences(t *testing.T) {
	f := invented(t)
	d := composed(t, f)
	text := whole(d)
	for _, want := range []string{"截至2023年11月底", "当年累计务工1011人，同比增加30人，增长3.5%", "对照务工规模年度目标2000人，已完成95.0%，快于时间进度3.3个百分点", "稳定率97.8%，同比提高3.5个百分点",
		"人均月务工收入4104元", "慢于时间进度的有1个地方：阳谷县（60.0%）", "阳谷县（减少12人）", "未按时报送附件1《防止返贫就业攻坚行动推进情况表》的有1个单位：阳谷县。", "就业帮扶车间5个", "省乡村振兴重点帮扶县1个，当年累计务工：阳谷县1011人，同比减少12人，下降1.2%。", "【原因分析】"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	for _, bad := range []string{"莘县。", "-12", "NaN"} {
		if strings.Contains(text, bad) {
			t.Errorf("%q is in\n%s", bad, text)
		}
	}
	// Every figure in the text has a source of its own.
	for k, x := range d.Figures {
		if x.Source == "" || x.Label == "" || x.Place == 0 || x.Month == 0 || x.Text == "" {
			t.Errorf("%s has no source: %+v", k, x)
		}
	}
	if len(d.Order) != len(d.Figures) || d.Blanks() < 5 {
		t.Errorf("%d figures in order, %d in all, %d blanks", len(d.Order), len(d.Figures), d.Blanks())
	}
}

// Unknown is said and never printed as zero; what cannot be compared has no
// percentage; an open month is called provisional.
func TestNothingIsMadeUp(t *testing.T) {
	f := invented(t)
	f.no["worked_year"], f.no["confirmed_share"], f.no["settled"] = true, true, true
	f.apart["working"], f.apart["stable_share"] = true, true
	f.goals = nil
	f.closed = 0
	f.sheet.Rows[0].Cell("settled").Value = report.Unknown
	text := whole(composed(t, f))
	for _, want := range []string{"当年累计务工（暂无数据）；", "环比不可比（2023-11 没有数据）", "同比不可比（2022-12 没有数据）", "确认率（暂无数据）", "年度目标任务：【", "尚未月结", "安置区脱贫人口就业（暂无数据）", "没有登记的易地搬迁安置区"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	for _, bad := range []string{"务工0人", "增长0.0%", "占0.0%"} {
		if strings.Contains(text, bad) {
			t.Errorf("%q is in\n%s", bad, text)
		}
	}
	if _, err := (&Sources{Numbers: f, Goals: f, Forms: f, Tree: region.National(), Areas: f}).Compose(context.Background(), region.ScopeOf(yanggu), kinds[0], city, report.Period{Year: 2023}, 20231210); !fault.Is(err, fault.NotFound) {
		t.Errorf("outside the scope: %v", err)
	}
}

func TestChanges(t *testing.T) {
	f := invented(t)
	was := composed(t, f)
	if c := Changes(was, composed(t, f)); len(c) != 0 {
		t.Errorf("the same figures differ: %v", c)
	}
	f.bump = 5
	f.goals = f.goals[:0]
	var changed, gone int
	for _, c := range Changes(was, composed(t, f)) {
		switch {
		case c.Now == nil:
			gone++
		case c.Was != nil && c.Was.Text != c.Now.Text:
			changed++
		}
	}
	if changed < 20 || gone < 2 {
		t.Errorf("%d changed, %d gone", changed, gone)
	}
}

// The document opens as XML, every link leads to a line of 数据出处, and it says
// nothing of who made it.
func TestDocx(t *testing.T) {
	d := composed(t, invented(t))
	d.Title = `总结 <&"> 示例`
	var buf, again bytes.Buffer
	if err := errors.Join(Docx(d, &buf), Docx(d, &again)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(buf.Bytes(), again.Bytes()) {
		t.Error("the same draft is two files")
	}
	if dir := os.Getenv("WENGANG_KEEP"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "summary.docx"), buf.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	first, err := Check("x.docx", buf.Bytes())
	if err != nil || !strings.HasPrefix(first, `总结 <&"> 示例`) {
		t.Errorf("our own document: %q, %v", first, err)
	}
	z, err := zip.NewReader(bytes.NewReader(buf.Bytes()), int64(buf.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		marks, links := map[string]bool{}, map[string]bool{}
		dec := xml.NewDecoder(bytes.NewReader(raw))
		for {
			tok, err := dec.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
			if e, ok := tok.(xml.StartElement); ok {
				for _, a := range e.Attr {
					switch {
					case e.Name.Local == "bookmarkStart" && a.Name.Local == "name":
						marks[a.Value] = true
					case e.Name.Local == "hyperlink" && a.Name.Local == "anchor":
						links[a.Value] = true
					}
				}
			}
		}
		for l := range links {
			if !marks[l] {
				t.Errorf("%s: a link to %s leads nowhere", f.Name, l)
			}
		}
		if f.Name == "word/document.xml" && len(links) < 20 {
			t.Errorf("%d figures are linked", len(links))
		}
		if bytes.Contains(raw, []byte("creator")) || bytes.Contains(raw, []byte("lastModifiedBy")) {
			t.Errorf("%s names its maker", f.Name)
		}
	}
}

func zipOf(t testing.TB, parts ...string) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for i := 0; i+1 < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, parts[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

const plain = `<w:document xmlns:w="x"><w:t>正文</w:t></w:document>`

func TestCheck(t *testing.T) {
	rel := func(mode, kind string) string {
		return `<Relationships><Relationship Id="r" Type="http://x/` + kind + `" Target="http://x" TargetMode="` + mode + `"/></Relationships>`
	}
	for _, c := range []struct {
		name string
		raw  []byte
		why  string
	}{
		{"a.docx", zipOf(t, "word/document.xml", plain), ""},
		{"a.docx", zipOf(t, "word/document.xml", plain, "word/_rels/document.xml.rels", rel("External", "hyperlink")), ""},
		{"a.docx", nil, "empty"},
		{"a.docm", zipOf(t, "word/document.xml", plain), "ending"},
		{"a.docx", []byte("%PDF-1.4"), "broken"},
		{"a.docx", zipOf(t, "xl/workbook.xml", "<x/>"), "broken"},
		{"a.docx", zipOf(t, "word/document.xml", "<a><b></a>"), "broken"},
		{"a.docx", zipOf(t, "word/document.xml", plain, "word/vbaProject.bin", "x"), "active"},
		{"a.docx", zipOf(t, "word/document.xml", plain, "word/embeddings/oleObject1.bin", "x"), "active"},
		{"a.docx", zipOf(t, "word/document.xml", plain, "word/_rels/settings.xml.rels", rel("External", "attachedTemplate")), "active"},
		{"a.docx", zipOf(t, "word/document.xml", plain, "[Content_Types].xml", `<Types><Default ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>`), "active"},
		{"a.docx", zipOf(t, "word/document.xml", plain, "../x", "x"), "active"},
		{"a.docx", zipOf(t, "word/document.xml", `<w:document xmlns:w="`+wordNS+`"><w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> DDE</w:instrText></w:r><w:r><w:instrText>AUTO c:\\x "y"</w:instrText></w:r></w:p></w:document>`), "active"},
		{"a.docx", zipOf(t, "word/document.xml", plain, "word/header1.xml", `<w:hdr xmlns:w="`+wordNS+`"><w:fldSimple w:instr=' INCLUDEPICTURE "http://x.example/p.png" '/></w:hdr>`), "active"},
		{"a.docx", zipOf(t, "word/document.xml", plain, "word/_rels/document.xml.rels", rel("Internal", "aFChunk")), "active"},
		{"a.docx", zipOf(t, "word/document.xml", plain, "word/footer1.xml", `<w:ftr xmlns:w="`+wordNS+`"><w:fldSimple w:instr=" PAGE "/></w:ftr>`), ""},
		{"a.docx", bytes.Repeat([]byte("x"), MaxBytes+1), "large"},
		{"a.docx", zipOf(t, "word/document.xml", plain, "word/media/a.xml", strings.Repeat("0", maxUnpack+1)), "large"},
	} {
		_, err := Check(c.name, c.raw)
		got := ""
		var e *fault.Error
		if errors.As(err, &e) && len(e.Fields) > 0 {
			got = strings.TrimPrefix(e.Fields[0].Key, "summary.file.")
		}
		if got != c.why {
			t.Errorf("%s of %d bytes: %q, want %q", c.name, len(c.raw), got, c.why)
		}
	}
}

func FuzzCheck(f *testing.F) {
	f.Add("a.docx", zipOf(f, "word/document.xml", plain))
	f.Add("a.docx", []byte("PK\x03\x04"))
	f.Add("", []byte{})
	f.Fuzz(func(t *testing.T, name string, raw []byte) {
		if first, err := Check(name, raw); err == nil && len([]rune(first)) > 80 {
			t.Error("a long beginning")
		}
	})
}

type recorder struct{ actions []string }

func (r *recorder) Note(_ context.Context, _ *db.Tx, _ account.Caller, n account.Note) error {
	r.actions = append(r.actions, n.Action)
	return nil
}

func as(role account.Role, at region.Code) account.Caller {
	return account.Caller{UserID: int64(at / 1e6), Name: "经办", Grants: []account.Grant{{Role: role, Dept: account.DeptHR, Region: at}}}
}

func TestLifeOfAPaper(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		rec, f := &recorder{}, invented(t)
		f.sheet.Region = shenxian
		s := New(d, secrettest.Box(t), rec, sources(f))
		ref := Ref{kinds[0], shenxian, report.Period{Year: 2023}}
		officer, above := as(account.Officer, shenxian), as(account.Reviewer, city)
		docx := zipOf(t, "word/document.xml", plain)
		is := func(what string, err error, kinds ...fault.Kind) {
			t.Helper()
			if len(kinds) == 0 && err != nil || len(kinds) > 0 && !fault.Is(err, kinds[0]) {
				t.Fatalf("%s: %v, want %v", what, err, kinds)
			}
		}
		p, err := s.Get(ctx, region.ScopeOf(shenxian), ref)
		if p != nil || err != nil {
			t.Fatalf("before: %v %v", p, err)
		}
		is("upload before a draft", s.Upload(ctx, officer, ref, "a.docx", docx), fault.Conflict)
		is("send before a draft", s.Send(ctx, officer, ref), fault.Conflict)
		_, err = s.Make(ctx, as(account.Officer, yanggu), ref)
		is("another county drafts", err, fault.NotFound)
		_, err = s.Make(ctx, as(account.Leader, shenxian), ref)
		is("a leader drafts", err, fault.Forbidden)
		_, err = s.Make(ctx, officer, ref)
		is("draft", err)
		f.bump = 7
		_, err = s.Make(ctx, officer, ref)
		is("draft again", err)
		one, err := s.Draft(ctx, region.ScopeOf(city), ref, 1)
		is("first draft", err)
		two, err := s.Draft(ctx, region.ScopeOf(city), ref, 0)
		is("last draft", err)
		if len(Changes(one, two)) == 0 {
			t.Error("the frozen figures of the first draft moved")
		}
		_, err = s.Draft(ctx, region.ScopeOf(yanggu), ref, 1)
		is("a stranger's draft", err, fault.NotFound)
		is("send without a text", s.Send(ctx, officer, ref), fault.Conflict)
		is("a bad file", s.Upload(ctx, officer, ref, "a.exe", docx), fault.Invalid)
		is("a stranger's file", s.Upload(ctx, as(account.Officer, yanggu), ref, "a.docx", docx), fault.NotFound)
		is("upload", s.Upload(ctx, officer, ref, `C:\x\定稿.docx`, docx))
		is("send", s.Send(ctx, officer, ref))
		is("upload after sending", s.Upload(ctx, officer, ref, "a.docx", docx), fault.Conflict)
		is("the county accepts its own", s.Review(ctx, as(account.Reviewer, shenxian), ref, Accept, ""), fault.Forbidden)
		is("return without a remark", s.Review(ctx, above, ref, Return, " "), fault.Invalid)
		is("return", s.Review(ctx, above, ref, Return, "请补充做法"))
		is("upload again", s.Upload(ctx, officer, ref, "定稿2.docx", docx))
		is("send again", s.Send(ctx, officer, ref))
		is("accept", s.Review(ctx, above, ref, Accept, ""))
		p, raw, err := s.File(ctx, as(account.Leader, city), ref)
		is("file", err)
		if !bytes.Equal(raw, docx) || p.Name != "定稿2.docx" || p.FinalNo != 2 || p.First != "正文" || p.Version != 2 {
			t.Errorf("%+v", p)
		}
		_, _, err = s.File(ctx, as(account.Officer, yanggu), ref)
		is("a stranger's file", err, fault.NotFound)
		slots, err := s.Slots(ctx, region.ScopeOf(city), kinds[0], city, ref.Period)
		is("slots", err)
		var late int
		for i := range slots {
			if slots[i].Late(20231216) {
				late++
			}
			if slots[i].Ref.Region == shenxian && slots[i].State != Accepted {
				t.Errorf("%+v", slots[i])
			}
		}
		if len(slots) != 9 || late != 8 {
			t.Errorf("%d slots, %d late", len(slots), late)
		}
		if _, err := s.Slots(ctx, region.ScopeOf(yanggu), kinds[0], city, ref.Period); !fault.Is(err, fault.NotFound) {
			t.Errorf("a stranger's slots: %v", err)
		}
		events, err := s.Events(ctx, region.ScopeOf(city), ref)
		if err != nil || len(events) != 8 || events[0].Action != Accept || events[2].Action != Upload {
			t.Errorf("%v %v", events, err)
		}
		if got := strings.Join(rec.actions, " "); got != "summary.draft summary.draft summary.upload summary.submit summary.return summary.upload summary.submit summary.accept summary.export" {
			t.Errorf("on record: %s", got)
		}
		var sealed []byte
		if err := d.Read.QueryRow("SELECT final_cipher FROM summary").Scan(&sealed); err != nil || bytes.Contains(sealed, []byte("PK\x03\x04")) {
			t.Error("the final text is not sealed")
		}
	})
}

// Every state, action: only the lines of the table move a paper.
func TestLifeTable(t *testing.T) {
	want := map[string]State{" draft": Drafted, "draft draft": Drafted, "final draft": Final, "returned draft": Returned, "draft upload": Final, "final upload": Final, "returned upload": Final,
		"final submit": Submitted, "submitted return": Returned, "submitted accept": Accepted, "accepted return": Returned}
	for _, from := range []State{None, Drafted, Final, Submitted, Returned, Accepted} {
		for _, a := range []Action{Make, Upload, Submit, Return, Accept} {
			step, ok := StepOf(from, a)
			to, allowed := want[string(from)+" "+string(a)]
			if ok != allowed || step.To != to {
				t.Errorf("%q %s: %q %v", from, a, step.To, ok)
			}
			if ok && step.Above != (a == Return || a == Accept) {
				t.Errorf("%q %s: above %v", from, a, step.Above)
			}
		}
	}
}

// A paper for offices names no program's words.
func TestSourcesAreInWords(t *testing.T) {
	for source, want := range map[string]string{
		"working_outside_province ÷ working": "系统看板",
		"worked_year，与 2022-11 比":            "系统看板，与 2022-11 比",
		"附件1 第 8 栏，2023Q4":                   "附件1 第 8 栏，2023Q4",
		"目标任务：示例〔2023〕1号":                    "目标任务：示例〔2023〕1号",
	} {
		if got := (&Figure{Source: source}).Where(); got != want {
			t.Errorf("%q: %q", source, got)
		}
	}
}
