package output

import (
	"io"
	"strings"
	"testing"

	"wengang/internal/report"
)

// blank is an office's own workbook with a merged heading of two rows.
type blank struct{ report.Paper }

func (blank) Write(*report.Sheet, report.Foot, io.Writer) error { return nil }

func (blank) Grid(sh *report.Sheet, foot report.Foot) (report.Grid, error) {
	g := report.Grid{Widths: []float64{14, 10, 10, 10}, Rows: [][]report.GridCell{
		{{At: "A1", Text: "示例局务工情况月报", Across: 4, Down: 1, Head: true}},
		{{At: "A2", Text: "填报单位：" + foot.Office, Across: 4, Down: 1, Left: true}},
		{{At: "A3", Text: "单位", Across: 1, Down: 2, Head: true}, {At: "B3", Text: "在岗人数", Across: 2, Down: 1, Head: true}, {At: "D3", Text: "备注", Across: 1, Down: 2, Head: true}},
		{{At: "B4", Text: "合计", Across: 1, Down: 1, Head: true}, {At: "C4", Text: "其中：省外", Across: 1, Down: 1, Head: true}},
	}}
	for _, r := range sh.Rows {
		g.Rows = append(g.Rows, []report.GridCell{{Text: r.Name, Across: 1, Down: 1}, {Text: "1234", Across: 1, Down: 1, Row: r.Key, Col: 2}, {Text: "567", Across: 1, Down: 1, Row: r.Key, Col: 3}, {Across: 1, Down: 1}})
	}
	return g, nil
}

// A designed form is drawn from its filled blank, over as many pages as it
// takes, with state and page numbers.
func TestPDFOfDesignedForm(t *testing.T) {
	sh := sample(t, "progress", 60)
	form := *sh.Form
	form.Design = &report.Design{Paper: blank{}}
	sh.Form = &form
	got, missing := drawn(t, "designed", sh, Options{Office: "示例县"})
	flat := squeeze(got)
	for _, want := range []string{"示例局务工情况月报", "填报单位：示例县", "其中：省外", "示例59县", "1234", "【草稿】", "第2页"} {
		if !strings.Contains(flat, want) {
			t.Errorf("%q is not in the PDF:\n%s", want, got)
		}
	}
	if n := strings.Count(flat, "其中：省外"); n < 2 {
		t.Errorf("the heading stands on %d pages", n)
	}
	if strings.Count(flat, "示例局务工情况月报") != 1 || strings.Contains(flat, "防止返贫") || len(missing) != 0 {
		t.Errorf("words of another form, or missing signs %q", missing)
	}
}
