package sheet

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

func TestSheetXML(t *testing.T) {
	shared := part{"xl/sharedStrings.xml", `<?xml version="1.0"?><sst><si><t>姓名</t></si><si><r><t>张</t></r><r><rPr/><t xml:space="preserve"> 三</t></r><rPh sb="0"><t>zhang</t></rPh></si><si><t>a&amp;b&#x4E00;_x000D_c</t></si><si/></sst>`}
	tests := []struct {
		name, xml string
		want      []string
	}{
		{"shared", `<worksheet><sheetData><row r="2"><c r="A2" t="s"><v>0</v></c><c r="C2" t="s"><v>1</v></c><c r="D2" t="s"><v>2</v></c><c r="E2" t="s"><v>3</v></c></row></sheetData></worksheet>`,
			[]string{"2: 0=姓名 2=张 三 3=a&b一\rc"}},
		{"inline", `<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>甲</t></is></c><c r="B1" t="str"><f>"x"&amp;"y"</f><v>xy</v></c></row></sheetData></worksheet>`,
			[]string{"1: 0=甲 1=xy"}},
		{"no positions, prefixed", `<x:worksheet><x:sheetData><x:row><x:c><x:v>1</x:v></x:c><x:c/><x:c><x:v>2.5</x:v></x:c></x:row><x:row><x:c><x:v>3</x:v></x:c></x:row></x:sheetData></x:worksheet>`,
			[]string{"1: 0=#1 2=#2.5", "2: 0=#3"}},
		{"types", `<worksheet><sheetData><row r="1"><c r="A1" t="b"><v>1</v></c><c r="B1" t="b"><v>0</v></c><c r="C1" t="e"><v>#N/A</v></c><c r="D1" t="d"><v>2023-05-01</v></c><c r="E1" t="n"><v>7</v></c></row></sheetData></worksheet>`,
			[]string{"1: 0=TRUE 1=FALSE 2=!#N/A 3=@2023-05-01 4=#7"}},
		{"numbers", `<worksheet><sheetData><row r="1"><c r="A1"><v>1.3812345678E10</v></c><c r="B1"><v>3.71522199001011E+17</v></c><c r="C1"><v>2850.5999999999999</v></c><c r="D1"><v>-0.10000000000000001</v></c><c r="E1"><v>371522199001011234</v></c><c r="F1"><v>1E-3</v></c><c r="G1" t="n"><v>abc</v></c></row></sheetData></worksheet>`,
			[]string{"1: 0=#13812345678 1=#3.71522199001011E+17 2=#2850.6 3=#-0.1 4=#371522199001011234 5=#0.001 6=abc"}},
		{"dates", `<worksheet><sheetData><row r="1"><c r="A1" s="1"><v>45047</v></c><c r="B1" s="2"><v>45047</v></c><c r="C1" s="3"><v>45047</v></c><c r="D1" s="1"><v>45047.5</v></c><c r="E1" s="1"><v>1</v></c><c r="F1" s="1"><v>60</v></c><c r="G1" s="99"><v>5</v></c></row></sheetData></worksheet>`,
			[]string{"1: 0=#@2023-05-01 1=#@2023-05-01 2=#45047 3=#@2023-05-01 12:00:00 4=#@1900-01-01 5=#@1900-02-28 6=#5"}},
		{"wrong dimension, empty cells and rows", `<worksheet><dimension ref="A1"/><sheetData><row r="1"/><row r="3"><c r="A3" s="1"/><c r="B3"><v></v></c></row><row r="9"><c r="XFD9"><v>1</v></c></row></sheetData><mergeCells/></worksheet>`,
			[]string{"9: 16383=#1"}},
		{"comments, CDATA, quoted >", `<worksheet><!-- <row> --><sheetData><row r="1" note="a>b" other='c>d"'><c r="A1" t="inlineStr"><is><t><![CDATA[<&>]]></t></is></c></row></sheetData></worksheet>`,
			[]string{"1: 0=<&>"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readAll(book(t, tt.xml, shared), "x.xlsx")
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("got %q, %v\nwant %q", got, err, tt.want)
			}
		})
	}
}

func TestDate1904AndHidden(t *testing.T) {
	raw := book(t, `<worksheet><sheetData><row r="1"><c r="A1" s="1"><v>43585</v></c></row></sheetData></worksheet>`,
		part{"xl/workbook.xml", `<workbook><workbookPr date1904="1"/><sheets><sheet name="隐" state="veryHidden" id="rId1"/><sheet name="图" id="rId9"/></sheets></workbook>`})
	got, err := readAll(raw, "x.xlsx")
	if err != nil || !slices.Equal(got, []string{"1: 0=#@2023-05-01"}) {
		t.Errorf("got %q, %v", got, err)
	}
	b, err := OpenReader(bytes.NewReader(raw), int64(len(raw)), "x")
	if err != nil || !b.Date1904 || len(b.Sheets()) != 1 || !b.Sheets()[0].Hidden {
		t.Errorf("book = %+v, %v", b, err)
	}
}

func TestDateFormats(t *testing.T) {
	for code, want := range map[string]bool{
		"General": false, "0.00": false, "#,##0.00_);[Red]-#,##0.00": false, "@": false, "": false,
		"yyyy-mm-dd": true, `yyyy"年"m"月"d"日";@`: true, "[$-804]yyyy年m月": true, "m/d": true, "mmm": true,
		"h:mm:ss": false, "[h]:mm": false, "mm:ss.0": false, `0"d"`: false, "m/d/yy h:mm AM/PM": true, "h:mm AM/PM": false,
	} {
		if got := isDateFormat(code); got != want {
			t.Errorf("isDateFormat(%q) = %v", code, got)
		}
	}
}

func TestCSV(t *testing.T) {
	gbk, _ := simplifiedchinese.GB18030.NewEncoder().String("姓名,务工月收入（元）\r\n张三,2850\r\n")
	utf16, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("姓名\t月\n李四\t5\n")
	late := strings.Repeat("a,b\n", 100_000)
	lateGBK, _ := simplifiedchinese.GB18030.NewEncoder().String("王五,c\n")
	tests := []struct {
		name, raw string
		want      []string
	}{
		{"bom", "\ufeff姓名,证件号码\n张三,\"1,2\"\n", []string{"1: 0=姓名 1=证件号码", "2: 0=张三 1=1,2"}},
		{"gb18030", gbk, []string{"1: 0=姓名 1=务工月收入（元）", "2: 0=张三 1=2850"}},
		{"utf-16", utf16, []string{"1: 0=姓名 1=月", "2: 0=李四 1=5"}},
		{"semicolon, no end of line", "a;b;c\n1;2,5;3", []string{"1: 0=a 1=b 2=c", "2: 0=1 1=2,5 2=3"}},
		{"quotes", "a,\"b \"\"x\"\"\nline\",c\r\r\n\"\",,d", []string{"1: 0=a 1=b \"x\"\nline 2=c", "3: 2=d"}},
		{"formula quotes", `="013800001234",'0635` + "\n", []string{"1: 0=013800001234 1='0635"}},
		{"sep", "sep=|\na|b\n", []string{"2: 0=a 1=b"}},
		{"blank lines keep their number", "a,b\n\n\n1,2\n", []string{"1: 0=a 1=b", "4: 0=1 1=2"}},
		{"bad bytes", "\ufeffa,b\n\xff\xfe,1\n", []string{"1: 0=a 1=b", "2: 0=!\xff\xfe 1=1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readAll([]byte(tt.raw), "x.csv")
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("got %q, %v\nwant %q", got, err, tt.want)
			}
		})
	}
	got, err := readAll([]byte(late+lateGBK), "x.csv")
	if err != nil || len(got) != 100_001 || got[100_000] != "100001: 0=王五 1=c" {
		t.Errorf("late GB18030: %d rows, last %q, %v", len(got), got[len(got)-1], err)
	}
}

// TestOracle compares every cell with excelize on files of its own making,
// shared strings and inline strings alike.
func TestOracle(t *testing.T) {
	for _, stream := range []bool{false, true} {
		raw := sample(t, 400, 25, stream)
		f, err := excelize.OpenReader(bytes.NewReader(raw), excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		want, err := f.GetRows("Sheet1")
		if err != nil {
			t.Fatal(err)
		}
		b, err := OpenReader(bytes.NewReader(raw), int64(len(raw)), "x.xlsx")
		if err != nil {
			t.Fatal(err)
		}
		seen := 0
		err = b.Sheets()[0].Rows(func(n int, cells []Cell) error {
			for _, c := range cells {
				if got := want[n-1][c.Col]; got != c.Text {
					return fmt.Errorf("row %d column %d: %q, oracle %q", n, c.Col, c.Text, got)
				}
				seen++
			}
			return nil
		})
		if err != nil || seen != 400*25 {
			t.Errorf("stream %v: %d cells, %v", stream, seen, err)
		}
		f.Close()
		b.Close()
	}
}

// sample is a workbook of n rows in which every sixth column repeats few words
// and the others differ by row.
func sample(t testing.TB, n, cols int, stream bool) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	value := func(r, c int) any {
		switch c % 6 {
		case 0:
			return fmt.Sprintf("0000001990%08d", r*31+c)
		case 1:
			return fmt.Sprintf("姓名%d<&>", r)
		case 2:
			return 2000 + float64(r)/4
		case 3:
			return []string{"务工", "自主经营", "未就业"}[r%3]
		case 4:
			return r
		}
		return fmt.Sprintf("第%d村", r%97)
	}
	var sw *excelize.StreamWriter
	if stream {
		var err error
		if sw, err = f.NewStreamWriter("Sheet1"); err != nil {
			t.Fatal(err)
		}
	}
	for r := 1; r <= n; r++ {
		row := make([]any, cols)
		for c := range row {
			row[c] = value(r, c)
			if !stream {
				cell, _ := excelize.CoordinatesToCellName(c+1, r)
				if err := f.SetCellValue("Sheet1", cell, row[c]); err != nil {
					t.Fatal(err)
				}
			}
		}
		if stream {
			cell, _ := excelize.CoordinatesToCellName(1, r)
			if err := sw.SetRow(cell, row); err != nil {
				t.Fatal(err)
			}
		}
	}
	if stream {
		if err := sw.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func BenchmarkRead(b *testing.B) {
	raw := sample(b, 20_000, 25, false)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		book, err := OpenReader(bytes.NewReader(raw), int64(len(raw)), "x")
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		if err := book.Sheets()[0].Rows(func(int, []Cell) error { n++; return nil }); err != nil || n != 20_000 {
			b.Fatal(n, err)
		}
	}
}

func TestBench(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.xlsx")
	if err := os.WriteFile(path, sample(t, 300, 25, true), 0o600); err != nil {
		t.Fatal(err)
	}
	own, err := Bench(ReaderOwn, path)
	if err != nil || own.Rows != 300 || own.Cells != 300*25 || own.Seconds <= 0 {
		t.Errorf("%+v, %v", own, err)
	}
	peer, err := Bench(ReaderPeer, path)
	if err != nil || peer.Hash != own.Hash || peer.Cells != own.Cells {
		t.Errorf("%+v and %+v, %v", own, peer, err)
	}
	if floor, err := Bench(ReaderFloor, path); err != nil || floor.Seconds <= 0 {
		t.Errorf("%+v, %v", floor, err)
	}
	if _, err := Bench("other", path); err == nil {
		t.Error("a reader that is none reads")
	}
}
