package e2e

import (
	"archive/zip"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wengang/internal/indicator"
	"wengang/internal/region"
	"wengang/internal/report"
	"wengang/internal/report/output"
	"wengang/internal/report/summary"
	"wengang/internal/rollup"
)

// What is handed out, in a real browser on the sample: a county's paper is
// drafted, its figures are the ledger's, the edited document comes back, is
// submitted and accepted; the city takes all units' forms out as one archive,
// and one form as PDF.
func TestPapersAndArchives(t *testing.T) {
	a, addr, word := own(t)
	ctx := context.Background()
	const county region.Code = 371522000000
	paper := "/summary/stage?at=371522&period=2023"
	officer := signed(t, addr, "sx_officer", word)
	officer.Goto(paper)
	officer.Click("起草")
	officer.WaitText("待填")
	officer.Shot("summary-draft")
	ref := summary.Ref{Kind: summary.Kinds()[0], Region: county, Period: report.Period{Year: 2023}}
	d, err := a.Summaries.Draft(ctx, region.ScopeOf(county), ref, 0)
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, k := range d.Order {
		f := d.Figures[k]
		def, ok := indicator.Get(f.Source)
		if !ok || def.Unit != indicator.Persons {
			continue
		}
		v, err := a.Rollup.Value(ctx, region.ScopeOf(county), def, f.Place, f.Month, rollup.AsClosed)
		if err != nil || v.N != f.N || f.Month != d.Month {
			t.Errorf("%s of %s: the paper says %d, the ledger %d (%v)", f.Source, f.Name, f.N, v.N, err)
		}
		checked++
	}
	if checked < 40 {
		t.Errorf("%d figures compared", checked)
	}
	edited := officer.Download("/summary/stage/docx?at=371522&period=2023")
	if _, err := summary.Check("x.docx", edited); err != nil {
		t.Fatalf("our own draft is refused: %v", err)
	}
	for _, secret := range []string{"138****", "身份证"} {
		if strings.Contains(unzipped(t, edited), secret) {
			t.Errorf("the paper holds %q", secret)
		}
	}
	file := filepath.Join(t.TempDir(), "莘县阶段性总结.docx")
	if err := os.WriteFile(file, edited, 0o600); err != nil {
		t.Fatal(err)
	}
	officer.Upload("file", file)
	officer.Click("上传定稿")
	officer.WaitText("莘县阶段性总结.docx")
	officer.Click("报送")
	officer.WaitText("已报送")

	above := signed(t, addr, "lc_reviewer", word)
	above.Goto("/summary?at=3715&month=2023-12")
	above.WaitText("已报送")
	above.Goto(paper)
	above.Click("受理")
	above.WaitText("已受理")

	city := signed(t, addr, "lc_officer", word)
	city.Goto("/archives?at=3715&month=2023-12")
	city.Click("开始导出")
	city.WaitText("下载 .zip")
	raw := city.Download(city.Href(`.w-job a`))
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	if units := len(output.Units(a.Tree(), 371500000000)); len(z.File) != 2*units+1 {
		t.Errorf("%d files of %d units", len(z.File), units)
	}
	var n int
	if err := a.DB.Read.QueryRow(`SELECT count(*) FROM export_log WHERE kind = 'report' AND row_count > 1 AND NOT unmasked`).Scan(&n); err != nil || n != 1 {
		t.Errorf("the archive stands %d times in the export log (%v)", n, err)
	}
	if pdf := city.Download("/report/progress/pdf?at=3715&period=2023Q4"); !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		t.Error("no PDF")
	}
	city.Goto("/report/progress?at=3715&period=2023Q4&against=last")
	city.WaitText("持平")
}

// unzipped is the text of every part of a document.
func unzipped(t *testing.T, raw []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		var part bytes.Buffer
		if _, err := part.ReadFrom(r); err != nil {
			t.Fatal(err)
		}
		b.Write(part.Bytes())
	}
	return b.String()
}
