package sample

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/idcard"
	"wengang/internal/region"
)

func generate(t *testing.T, o Options) (string, Manifest) {
	t.Helper()
	o.Dir = t.TempDir()
	if o.Tree == nil {
		o.Tree = region.National()
	}
	m, err := Generate(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return o.Dir, m
}

func hash(t *testing.T, dir string) map[string][32]byte {
	t.Helper()
	out := map[string][32]byte{}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if z, err := zip.NewReader(bytes.NewReader(b), int64(len(b))); err == nil {
			// The order of a package's parts is not part of what it says.
			h := sha256.New()
			for _, p := range z.File {
				if strings.HasPrefix(p.Name, "xl/worksheets/sheet1") {
					r, err := p.Open()
					if err != nil {
						t.Fatal(err)
					}
					io.Copy(h, r)
					r.Close()
				}
			}
			b = h.Sum(nil)
		}
		out[f.Name()] = sha256.Sum256(b)
	}
	return out
}

func TestSameSeedSameFiles(t *testing.T) {
	o := Options{Region: liaocheng, People: 1500, Seed: 3}
	a, m := generate(t, o)
	b, _ := generate(t, o)
	first, second := hash(t, a), hash(t, b)
	if len(first) != len(m.Files)+2 {
		t.Errorf("%d files, manifest has %d", len(first), len(m.Files))
	}
	for name, h := range first {
		if second[name] != h {
			t.Errorf("%s differs between two runs of one seed", name)
		}
	}
	o.Seed = 4
	c, _ := generate(t, o)
	third := hash(t, c)
	if third[TruthFile] == first[TruthFile] {
		t.Error("another seed gave the same truth")
	}
}

// world makes the people without writing files.
func makeWorld(t *testing.T, people int) *world {
	t.Helper()
	w, err := newWorld(Options{Region: liaocheng, People: people, Months: 24, Seed: 11, Dir: t.TempDir(), Tree: region.National()})
	if err != nil {
		t.Fatal(err)
	}
	w.foundCity()
	for _, c := range w.counties {
		c.found()
		c.plant()
	}
	for _, c := range w.counties {
		c.populate()
	}
	w.settle()
	w.number()
	return w
}

func (w *world) everybody(f func(c *county, p *person)) {
	for _, c := range w.counties {
		c.eachPerson(func(p *person) { f(c, p) })
	}
}

func TestEverybodyIsInventedAndUnique(t *testing.T) {
	w := makeWorld(t, 12_000)
	ids, phones, n := map[string]bool{}, map[string]*household{}, 0
	names := map[string]int{}
	w.everybody(func(_ *county, p *person) {
		n++
		names[p.name]++
		id, bad := idcard.Parse(p.id)
		if bad != idcard.OK || id.Birth != p.birth || id.Sex != p.sex || ids[p.id] {
			t.Errorf("%s: problem %q, twice %v", p.id, bad, ids[p.id])
		}
		if area := p.id[:6]; area != "000000" && area != "999999" && area != "009999" {
			t.Errorf("%s has an area that may be real", p.id)
		}
		ids[p.id] = true
		if p.phone != "" {
			if len(p.phone) != 11 || p.phone[:3] != "154" {
				t.Errorf("phone %s", p.phone)
			}
			if h := phones[p.phone]; h != nil && h != p.home {
				t.Errorf("phone %s in two households", p.phone)
			}
			phones[p.phone] = p.home
		}
		if utf8.RuneCountInString(p.name) < 2 {
			t.Errorf("name %q", p.name)
		}
	})
	if n != 12_000 {
		t.Errorf("%d people, want 12000", n)
	}
	if len(names) < n*2/3 {
		t.Errorf("%d names for %d people: too little variety", len(names), n)
	}
}

// TestLifelike holds the sample to the national bulletins it was made after,
// with room for chance.
func TestLifelike(t *testing.T) {
	w := makeWorld(t, 20_000)
	var class, channel [10]float64
	working, ethnic, monitored, people := map[calendar.Month]float64{}, 0.0, 0.0, 0.0
	wage, n := [6]float64{}, [6]float64{}
	w.everybody(func(_ *county, p *person) {
		people++
		if p.ethnic != 1 {
			ethnic++
		}
		if p.home.class != 0 {
			monitored++
		}
		for m := w.first; m <= w.End; m = m.Add(1) {
			var now *spell
			for _, s := range p.spells {
				if !s.refused && s.active(m) && (now == nil || s.start > now.start) {
					now = s
				}
			}
			if now == nil {
				continue
			}
			working[m]++
			if m == w.End {
				k := w.classOf(p, now)
				class[k]++
				channel[now.channel]++
				wage[k] += float64(now.wage)
				n[k]++
			}
		}
	})
	total := working[w.End]
	for _, c := range []struct {
		what           string
		got, low, high float64
	}{
		{"share that works", total / people, 0.33, 0.45},
		{"县内", class[fact.InsideCounty] / total, 0.38, 0.52},
		{"县外省内", class[fact.OutsideCounty] / total, 0.16, 0.28},
		{"省外", class[fact.OutsideProvince] / total, 0.27, 0.42},
		{"公益性岗位", channel[fact.ChannelPost] / total, 0.12, 0.2},
		{"就业帮扶车间", channel[fact.ChannelWorkshop] / total, 0.01, 0.04},
		{"有组织输出", channel[fact.ChannelOrganised] / total, 0.04, 0.11},
		{"minorities", ethnic / people, 0.015, 0.06},
		{"monitored", monitored / people, 0.04, 0.1},
		{"Spring Festival 2022: February against November", working[202202] / working[202211], 0.5, 0.85},
		{"Spring Festival 2023: January against the November before", working[202301] / working[202211], 0.6, 0.9},
		{"wage outside the province against at home", wage[3] / n[3] / (wage[1] / n[1]), 2, 5},
		{"wage elsewhere in the province against at home", wage[2] / n[2] / (wage[1] / n[1]), 1.6, 4},
	} {
		if c.got < c.low || c.got > c.high {
			t.Errorf("%s: %.3f, want %.3f to %.3f", c.what, c.got, c.low, c.high)
		}
	}
}

func TestNationalColumns(t *testing.T) {
	w := makeWorld(t, 1_000)
	const national = "省|市|县|乡|村|户编号|人口编号|姓名|性别|出生日期|证件类型|证件号码|民族|户联系电话|成员联系电话|年度|与户主关系|文化程度|在校生状况|劳动技能|务工时间（月）|健康状况|政治面貌|务工企业名称|是否享受低保|是否参加城镇职工基本养老保险|是否参加大病保险|是否参加新型农村合作医疗（城乡居民基本医疗保险）|是否参加城乡居民基本养老保险|失学或辍学原因|是否会讲普通话|是否参加商业补充医疗保险|是否国外务工|产业分类|是否接受大病医疗救助|是否接受其他健康扶贫|公益性岗位类型|公益性岗位(月数)|就业渠道|残疾类别|务工所在地|户主姓名|户主证件号码|是否参加城镇职工基本医疗保险|是否特困供养人员|残疾证办证年度|识别标准"
	var heads []string
	for _, c := range w.counties[0].peopleColumns() {
		heads = append(heads, c.head)
	}
	if got := strings.Join(heads, "|"); got != national || len(heads) != 47 {
		t.Errorf("%d columns: %s", len(heads), got)
	}
}

func TestDirt(t *testing.T) {
	dir, m := generate(t, Options{Region: liaocheng, People: 1200, Seed: 5})
	var lies, gb, bom, notices int
	for _, f := range m.Files {
		b, err := os.ReadFile(filepath.Join(dir, f.Path))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(f.Path, ".csv") {
			if bytes.HasPrefix(b, []byte("\xef\xbb\xbf")) {
				bom++
			} else if !utf8.Valid(b) {
				gb++
				if b, err = simplifiedchinese.GB18030.NewDecoder().Bytes(b); err != nil || !utf8.Valid(b) {
					t.Errorf("%s is not GB18030: %v", f.Path, err)
				}
			}
			r := csv.NewReader(bytes.NewReader(b))
			r.FieldsPerRecord = -1
			if rows, err := r.ReadAll(); err != nil || len(rows) < f.Rows {
				t.Errorf("%s: %d rows, %v", f.Path, len(rows), err)
			}
			continue
		}
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatalf("%s: %v", f.Path, err)
		}
		for _, p := range z.File {
			r, err := p.Open()
			if err != nil {
				t.Fatal(err)
			}
			x, _ := io.ReadAll(r)
			r.Close()
			if p.Name == "xl/worksheets/sheet1.xml" && bytes.Contains(x, []byte(`<dimension ref="A1:B2"`)) {
				lies++
			}
			if p.Name == "docProps/core.xml" && bytes.Contains(x, []byte(Notice)) {
				notices++
			}
		}
	}
	if lies == 0 || gb == 0 || bom == 0 {
		t.Errorf("%d workbooks lie about their size, %d files in GB18030, %d with a BOM: want some of each", lies, gb, bom)
	}
	books := 0
	for _, f := range m.Files {
		if strings.HasSuffix(f.Path, ".xlsx") {
			books++
		}
	}
	if notices != books {
		t.Errorf("%d of %d workbooks say that they are invented", notices, books)
	}
}

// The truth names rows of the files: each planted identity error stands where
// it says.
func TestPlantedRowsStandWhereTheTruthSays(t *testing.T) {
	dir, m := generate(t, Options{Region: 371526000000, People: 400, Seed: 5})
	tr := readHead(t, dir)
	if len(m.Counties) != 1 || m.Counties[0] != 371526000000 || len(m.Locals) != 0 {
		t.Errorf("counties %v", m.Counties)
	}
	seen := 0
	for _, p := range tr.Planted {
		if p.Rule != "id.mangled" {
			continue
		}
		cell := cellsOf(t, filepath.Join(dir, p.File), p.Row)
		if !strings.Contains(cell, "4.2E+17") && !strings.Contains(cell, "<v>990000198001010000</v>") {
			t.Errorf("row %d of %s holds no mangled number: %s", p.Row, p.File, cell)
		}
		seen++
	}
	if seen == 0 {
		t.Error("nothing mangled was planted")
	}
}

func readHead(t *testing.T, dir string) truthFile {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, TruthFile))
	if err != nil {
		t.Fatal(err)
	}
	var tr truthFile
	if err := json.Unmarshal(b, &tr); err != nil {
		t.Fatal(err)
	}
	return tr
}

func cellsOf(t *testing.T, path string, row int) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		if f.Name != "xl/worksheets/sheet1.xml" {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		x, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(x), `<row r="`+strconv.Itoa(row)+`"`)
		line, _, _ := strings.Cut(rest, "</row>")
		return line
	}
	return ""
}

func TestOtherRegions(t *testing.T) {
	for _, at := range []region.Code{150500000000, 500200000000, 371522000000, 522700000000} {
		_, m := generate(t, Options{Region: at, People: 800, Seed: 2, Months: 6})
		if m.People != 800 || len(m.Files) == 0 {
			t.Errorf("%s: %d people, %d files", at, m.People, len(m.Files))
		}
	}
	for _, o := range []Options{{}, {Region: liaocheng, People: 10, Dir: "x"}, {Region: 990000000000, People: 500, Dir: t.TempDir()}} {
		o.Tree = region.National()
		if _, err := Generate(context.Background(), o); err == nil {
			t.Errorf("%+v was accepted", o)
		}
	}
}

func BenchmarkGenerate40k(b *testing.B) {
	for range b.N {
		if _, err := Generate(context.Background(), Options{Region: liaocheng, People: 40_000, Seed: 1, Dir: b.TempDir(), Tree: region.National()}); err != nil {
			b.Fatal(err)
		}
	}
}
