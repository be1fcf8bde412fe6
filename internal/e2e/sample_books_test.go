package e2e

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"wengang/internal/calendar"
	"wengang/internal/region"
	"wengang/internal/sample"
)

// book is the first sheet of a sample's file, read without the program.
type book struct {
	rows [][]string
	head int // index of the row of headings
}

// headings by the name that this test gives them; counties write them in
// several ways.
var headings = map[string][]string{
	"id_number": {"证件号码", "身份证号码"}, "county": {"县（市、区）"}, "category": {"人员类别"}, "people": {"无名单人数", "带动就业人数"}, "poor": {"无名单脱贫人口数", "带动脱贫人口就业人数"},
	"name":    {"联盟名称", "品牌名称", "基地名称", "合作社名称", "车间名称", "项目名称", "岗位名称", "班次名称", "活动名称"},
	"started": {"成立日期", "认定日期", "开工日期", "设岗日期", "开班日期", "举办日期", "入单日期", "入社日期", "进入日期", "上工日期", "上岗日期"},
	"ended":   {"结业日期", "退社日期", "离开日期", "离场日期", "离岗日期"}, "theme": {"活动类型"}, "person": {"姓名", "姓 名"},
	"risk_on": {"识别监测时间"}, "risk_removed_on": {"消除监测时间"},
}

// open reads a file of the sample.
func (w *world) open(t testing.TB, file string) *book {
	t.Helper()
	path := filepath.Join(w.books(), file)
	b := &book{head: -1}
	if strings.HasSuffix(file, ".csv") {
		b.rows = readCSV(t, path)
	} else {
		f, err := excelize.OpenFile(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if b.rows, err = f.GetRows(f.GetSheetName(0), excelize.Options{RawCellValue: true}); err != nil {
			t.Fatal(err)
		}
	}
	for i, row := range b.rows {
		if i < 5 && slices.ContainsFunc(row, func(s string) bool {
			return slices.Contains(headings["id_number"], s) || slices.Contains(headings["county"], s)
		}) {
			b.head = i
			break
		}
	}
	if b.head < 0 {
		t.Fatalf("%s has no headings", file)
	}
	return b
}

func readCSV(t testing.TB, path string) [][]string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	raw, marked := bytes.CutPrefix(raw, []byte("\xef\xbb\xbf"))
	if !marked && !bytes.Contains(raw, []byte("姓")) {
		if raw, err = simplifiedchinese.GB18030.NewDecoder().Bytes(raw); err != nil {
			t.Fatal(err)
		}
	}
	r := csv.NewReader(bytes.NewReader(raw))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// row answers the cells of the sheet's row n that this test has a name for.
func (b *book) row(n int) map[string]string {
	out := map[string]string{}
	if n > len(b.rows) {
		return out
	}
	cells := b.rows[n-1]
	for i, head := range b.rows[b.head] {
		if i >= len(cells) {
			break
		}
		for key, names := range headings {
			if slices.Contains(names, head) && out[key] == "" {
				out[key] = strings.TrimSpace(cells[i])
			}
		}
	}
	return out
}

// each calls fn for every row below the headings.
func (b *book) each(fn func(n int, row map[string]string)) {
	for n := b.head + 2; n <= len(b.rows); n++ {
		fn(n, b.row(n))
	}
}

var digits = regexp.MustCompile(`\d+`)

// day reads the ways in which the sample writes a day; 0 is none.
func day(t testing.TB, s string) calendar.Date {
	t.Helper()
	switch parts := digits.FindAllString(s, -1); {
	case len(parts) == 3:
		y, _ := strconv.Atoi(parts[0])
		m, _ := strconv.Atoi(parts[1])
		d, _ := strconv.Atoi(parts[2])
		return calendar.DateOf(y, m, d)
	case len(parts) == 1 && len(parts[0]) == 8:
		n, _ := strconv.Atoi(parts[0])
		return calendar.Date(n)
	case len(parts) == 1 && len(parts[0]) == 5:
		n, _ := strconv.Atoi(parts[0])
		return calendar.DateAt(time.Date(1899, 12, 30+n, 12, 0, 0, 0, calendar.Zone))
	case len(parts) > 0:
		t.Fatalf("no day: %q", s)
	}
	return 0
}

// shuffled imports files with their rows in another order: the order of rows
// says nothing. Rows of one identity number keep theirs, for of two that
// contradict each other the first is taken.
func (w *world) shuffled(t *testing.T) {
	before, desked := w.totals(t), desk(t, w.DB)
	dir := t.TempDir()
	done := map[string]int{}
	for i, f := range w.manifest.Files {
		if f.Kind == "targets" || done[f.Kind+f.Type+f.Month.String()] == 2 || f.Kind == "roster" && i%3 != 0 {
			continue
		}
		done[f.Kind+f.Type+f.Month.String()]++
		b := w.open(t, f.Path)
		path := filepath.Join(dir, f.Path)
		order := b.order(rand.New(rand.NewPCG(1, uint64(i))))
		if strings.HasSuffix(f.Path, ".csv") {
			writeCSV(t, path, b, order)
		} else {
			permute(t, filepath.Join(w.books(), f.Path), path, b.head+1, order)
		}
		w.unchanged(t, f, path)
	}
	if len(done) < 8 {
		t.Errorf("only files of %v were shuffled", done)
	}
	// Of two rows with one phone, of a couple, the later is told of: which one
	// may change; after the night's look at the ledger, how many may not.
	if _, _, err := w.Rules.Recheck(t.Context(), everywhere, region.Country, nil); err != nil {
		t.Fatal(err)
	}
	after := w.totals(t)
	before["finding"] = after["finding"]
	differ(t, before, after)
	for key, n := range desk(t, w.DB) {
		if strings.Contains(key, " state 0 ") && desked[key] != n {
			t.Errorf("%s: %d findings became %d", key, desked[key], n)
		}
	}
}

// order is a shuffle of the rows below the headings: the row that comes k-th is
// order[k], both counted from the first row below.
func (b *book) order(r *rand.Rand) []int {
	n := len(b.rows) - b.head - 1
	out := r.Perm(n)
	at := map[string][]int{}
	for k, i := range out {
		if id := strings.ToUpper(b.row(b.head + 2 + i)["id_number"]); id != "" {
			at[id[:min(18, len(id))]] = append(at[id[:min(18, len(id))]], k)
		}
	}
	for _, places := range at {
		rows := make([]int, len(places))
		for i, k := range places {
			rows[i] = out[k]
		}
		slices.Sort(rows)
		for i, k := range places {
			out[k] = rows[i]
		}
	}
	return out
}

func writeCSV(t testing.TB, path string, b *book, order []int) {
	t.Helper()
	var out bytes.Buffer
	cw := csv.NewWriter(&out)
	rows := slices.Clone(b.rows[:b.head+1])
	for _, i := range order {
		rows = append(rows, b.rows[b.head+1+i])
	}
	if err := cw.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

var (
	sheetRow  = regexp.MustCompile(`(?s)<row r="\d+".*?</row>`)
	reference = regexp.MustCompile(` r="([A-Z]*)\d+"`)
)

// permute writes a workbook again with the rows below the first heads in
// another order, every cell as it was stored.
func permute(t testing.TB, from, to string, heads int, order []int) {
	t.Helper()
	in, err := zip.OpenReader(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, f := range in.File {
		if f.Name != "xl/worksheets/sheet1.xml" {
			if err := out.Copy(f); err != nil {
				t.Fatal(err)
			}
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		xml, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			t.Fatal(err)
		}
		p, err := out.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		rows := sheetRow.FindAll(xml, -1)
		if len(rows) != heads+len(order) {
			t.Fatalf("%s: %d rows, want %d and %d", from, len(rows), heads, len(order))
		}
		k := -1
		if _, err := p.Write(sheetRow.ReplaceAllFunc(xml, func(row []byte) []byte {
			if k++; k < heads {
				return row
			}
			return reference.ReplaceAll(rows[heads+order[k-heads]], fmt.Appendf(nil, ` r="${1}%d"`, k+1))
		})); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// file of the manifest by kind and type.
func (w *world) file(t testing.TB, kind, typ string) sample.File {
	t.Helper()
	for _, f := range w.manifest.Files {
		if f.Kind == kind && f.Type == typ {
			return f
		}
	}
	t.Fatalf("the sample has no %s %s", kind, typ)
	return sample.File{}
}
