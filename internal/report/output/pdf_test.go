package output

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wengang/internal/region"
	"wengang/internal/report"
)

// sample is a sheet with invented figures, rows of units or of projects.
func sample(t *testing.T, id string, rows int) *report.Sheet {
	t.Helper()
	f, err := report.ByID(id)
	if err != nil {
		t.Fatal(err)
	}
	sh := &report.Sheet{Form: f, Region: 371500000000, Period: report.Period{Year: 2023, Quarter: 4}, FilledOn: 20231208, Filler: "周示例"}
	for i := range rows {
		name := fmt.Sprintf("示例%d县", i)
		r := report.Row{Key: fmt.Sprint(i), Region: region.Code(371500000000 + i*1000000), Name: name, Role: report.Child}
		if i == 0 && f.Rows == report.Units {
			r.Role, r.Name = report.Total, "示例市"
		}
		for k := range f.Columns {
			c := &f.Columns[k]
			cell := report.Cell{Col: c.N, Key: c.Key, Value: int64(i*1000 + k)}
			if i == 2 && c.Count == report.Figure {
				cell.Value = report.Unknown
			}
			cell.Text = map[string]string{"unit": r.Name, "county": name, "no": fmt.Sprint(i + 1), "name": "示例食用菌产业园项目",
				"brief": "建设标准化食用菌大棚二百座及冷藏、分拣、包装车间，带动周边村劳动力常年就近务工，示例文字。", "marks": "①③", "contact": "李示例", "phone": "0635-****000"}[c.Key]
			r.Cells = append(r.Cells, cell)
		}
		sh.Rows = append(sh.Rows, r)
	}
	return sh
}

// extract is the text of a PDF as a reader sees it, by pdftotext.
func extract(t *testing.T, raw []byte) string {
	t.Helper()
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Fatal("pdftotext is not installed: make deps")
	}
	path := filepath.Join(t.TempDir(), "x.pdf")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool, "-layout", path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func drawn(t *testing.T, name string, sh *report.Sheet, o Options) (string, []rune) {
	t.Helper()
	var buf bytes.Buffer
	missing, err := PDF(sh, o, &buf)
	if err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("WENGANG_KEEP"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".pdf"), buf.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return extract(t, buf.Bytes()), missing
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

func TestPDFOfProgress(t *testing.T) {
	sh := sample(t, "progress", 12)
	sh.Frozen, sh.Version, sh.Report = true, 2, &report.Report{State: report.Locked, Version: 2}
	got, missing := drawn(t, "progress", sh, Options{Office: "示例市人力资源和社会保障局", Phone: "138****0000"})
	if len(missing) != 0 {
		t.Errorf("missing %q", missing)
	}
	flat := squeeze(got)
	for _, want := range []string{"附件1", "防止返贫就业攻坚行动推进情况表", "单位（公章）：示例市人力资源和社会保障局", "填表日期：2023年12月8日", "示例市", "示例11县", "11012",
		"注：相关数据填当年累计数。", "填表人：周示例", "电话：138****0000", "【已锁定】第2版", sh.Code(), "第1页共1页", "—"} {
		if !strings.Contains(flat, squeeze(want)) {
			t.Errorf("%q is not in the PDF:\n%s", want, got)
		}
	}
	if strings.Contains(flat, "草稿") || strings.Contains(flat, "-1") && strings.Contains(flat, " -1 ") {
		t.Error("a locked form is marked as a draft, or prints -1")
	}
}

// A list over several pages repeats its heading, numbers its pages and says
// that it is a draft.
func TestPDFOfProjects(t *testing.T) {
	got, _ := drawn(t, "projects", sample(t, "projects", 40), Options{Office: "示例市"})
	if n := strings.Count(squeeze(got), "联系电话"); n < 3 {
		t.Errorf("the heading stands on %d pages", n)
	}
	flat := squeeze(got)
	for _, want := range []string{"【草稿】", "第1页共", "示例39县", "第6页共6页"} {
		if !strings.Contains(flat, want) {
			t.Errorf("%q is not in the PDF", want)
		}
	}
}

// A sign that the font lacks is told, never dropped: rare characters of names
// beyond the basic plane.
func TestPDFTellsMissingGlyphs(t *testing.T) {
	sh := sample(t, "progress", 2)
	sh.Filler = "㛃䶮龘𬭊示例"
	got, missing := drawn(t, "rare", sh, Options{Office: "示例市"})
	if len(missing) != 1 || missing[0] != '𬭊' {
		t.Fatalf("missing %q", missing)
	}
	flat := squeeze(got)
	for _, want := range []string{"㛃䶮龘〓示例", "字库缺字", "U+2CB4A"} {
		if !strings.Contains(flat, want) {
			t.Errorf("%q is not in the PDF:\n%s", want, got)
		}
	}
}

func TestWrap(t *testing.T) {
	one := func(rune) float64 { return 1 }
	for _, c := range []struct {
		text  string
		width float64
		want  string
	}{
		{"一二三四五", 2, "一二|三四|五"},
		{"一二，三", 2, "一|二，|三"},
		{"举办“乐业”", 3, "举办|“乐|业”"},
		{"是ABC12", 4, "是|ABC1|2"},
		{"是 AB CD", 4, "是 AB|CD"},
		{"甲\n乙", 5, "甲|乙"},
		{"", 5, ""},
		{"一", 0.5, "一"},
	} {
		if got := strings.Join(wrap(c.text, c.width, one), "|"); got != c.want {
			t.Errorf("%q in %g: %s, want %s", c.text, c.width, got, c.want)
		}
	}
}
