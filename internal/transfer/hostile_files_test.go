package transfer

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// hostileFile is one file of the corpus; want is "read" (every row comes to a
// decision), "refuse" (with words), or "" where either will do.
type hostileFile struct {
	name string
	raw  []byte
	want string
}

// bookParts are the parts of a workbook by name, in order.
type bookParts [][2]string

const (
	hostileTypes = `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>`
	hostileRels  = `<Relationships><Relationship Id="r1" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	hostileBook  = `<workbook xmlns:r="r"><sheets><sheet name="甲" sheetId="1" r:id="rId1"/></sheets></workbook>`
	hostileLinks = `<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="x/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="x/styles" Target="styles.xml"/></Relationships>`
	hostileLook  = `<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`
	hostileWords = `<sst><si><t>共享</t></si></sst>`
	hostileHead  = `<row r="1"><c r="A1" t="inlineStr"><is><t>编号</t></is></c><c r="B1" t="inlineStr"><is><t>词</t></is></c><c r="C1" t="inlineStr"><is><t>说明</t></is></c></row>`
	hostileRow   = `<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="inlineStr"><is><t>甲</t></is></c></row>`
	part1        = "xl/worksheets/sheet1.xml"
)

func sheetOf(rows string) string {
	return `<worksheet><sheetData>` + hostileHead + rows + `</sheetData></worksheet>`
}

func cellOf(c string) string {
	return sheetOf(`<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="inlineStr"><is><t>甲</t></is></c>` + c + `</row>`)
}

// partsOf are a workbook's parts around a sheet; later ones replace earlier.
func partsOf(sheetXML string, more ...[2]string) bookParts {
	p := bookParts{{"[Content_Types].xml", hostileTypes}, {"_rels/.rels", hostileRels}, {"xl/workbook.xml", hostileBook}, {"xl/_rels/workbook.xml.rels", hostileLinks},
		{"xl/styles.xml", hostileLook}, {"xl/sharedStrings.xml", hostileWords}, {part1, sheetXML}}
next:
	for _, m := range more {
		for i := range p {
			if p[i][0] == m[0] {
				p[i] = m
				continue next
			}
		}
		p = append(p, m)
	}
	return p
}

func (p bookParts) pack(method uint16) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, x := range p {
		if w, err := z.CreateHeader(&zip.FileHeader{Name: x[0], Method: method}); err == nil {
			w.Write([]byte(x[1]))
		}
	}
	z.Close()
	return b.Bytes()
}

func packed(sheetXML string, more ...[2]string) []byte {
	return partsOf(sheetXML, more...).pack(zip.Deflate)
}

// inflating is a workbook whose one part unpacks to head, n times unit, tail,
// and declares size (0: the truth).
func inflating(name, head, unit, tail string, n int, size uint64) []byte {
	var body bytes.Buffer
	w, _ := flate.NewWriter(&body, flate.BestCompression)
	w.Write([]byte(head))
	block := []byte(strings.Repeat(unit, 1000))
	for range n / 1000 {
		w.Write(block)
	}
	w.Write([]byte(tail))
	w.Close()
	if size == 0 {
		size = uint64(len(head) + len(unit)*(n/1000*1000) + len(tail))
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, x := range partsOf(sheetOf(hostileRow)) {
		if x[0] != name {
			w, _ := z.Create(x[0])
			w.Write([]byte(x[1]))
		}
	}
	raw, _ := z.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(nil), CompressedSize64: uint64(body.Len()), UncompressedSize64: size})
	raw.Write(body.Bytes())
	z.Close()
	return b.Bytes()
}

// goodBook is a plain workbook of n rows.
func goodBook(n int, method uint16) []byte {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `<row r="%d"><c r="A%d"><v>%d</v></c><c r="B%d" t="s"><v>0</v></c></row>`, i+2, i+2, i+1, i+2)
	}
	return partsOf(sheetOf(b.String())).pack(method)
}

func goodCSV(n int) []byte {
	b := bytes.NewBufferString("编号,词,说明\n")
	for i := range n {
		fmt.Fprintf(b, "%d,甲,\"说,明\"\n", i+1)
	}
	return b.Bytes()
}

func utf16Bytes(s string, big, mark bool) []byte {
	var out []byte
	u := utf16.Encode([]rune(s))
	if mark {
		u = append([]uint16{0xFEFF}, u...)
	}
	for _, c := range u {
		if big {
			out = append(out, byte(c>>8), byte(c))
		} else {
			out = append(out, byte(c), byte(c>>8))
		}
	}
	return out
}

// brokenFiles are good files cut short or with changed bytes.
func brokenFiles() (out []hostileFile) {
	for _, good := range [][]byte{goodBook(200, zip.Deflate), goodBook(200, zip.Store), goodCSV(200)} {
		for i := range 20 {
			want := ""
			if good[0] == 'P' || i == 0 {
				want = "refuse"
			}
			out = append(out, hostileFile{fmt.Sprintf("cut at %d/20 of %d bytes", i, len(good)), good[:len(good)*i/20], want})
		}
	}
	r := rand.New(rand.NewPCG(7, 7))
	for _, good := range [][]byte{goodBook(50, zip.Deflate), goodBook(50, zip.Store), goodCSV(50)} {
		for i := range 40 {
			bad := bytes.Clone(good)
			for range 1 << (i % 7) {
				bad[r.IntN(len(bad))] = byte(r.IntN(256))
			}
			out = append(out, hostileFile{fmt.Sprintf("%d bytes changed, seed %d", 1<<(i%7), i), bad, ""})
		}
	}
	return out
}

// textFiles are CSV and what passes for it.
func textFiles() (out []hostileFile) {
	good := "编号,词,说明\n1,甲,x\n2,乙,y\n"
	gbk, _ := simplifiedchinese.GBK.NewEncoder().String(good)
	gb18030, _ := simplifiedchinese.GB18030.NewEncoder().String(strings.ReplaceAll(good, "x", "𠮷㐀"))
	add := func(name, raw, want string) { out = append(out, hostileFile{"csv " + name, []byte(raw), want}) }
	add("gbk", gbk, "read")
	add("gb18030, four bytes", gb18030, "read")
	add("utf-8 with a mark", "\xEF\xBB\xBF"+good, "read")
	add("utf-16 le", string(utf16Bytes(good, false, true)), "read")
	add("utf-16 be", string(utf16Bytes(good, true, true)), "read")
	add("utf-16 without a mark", string(utf16Bytes(good, false, false)), "")
	add("utf-16, odd length", string(utf16Bytes(good, false, true))+"\n", "")
	add("utf-16, half a pair", string(utf16Bytes(good, false, true))+"\x00\xD8\n\x00", "")
	add("utf-32", "\xFF\xFE\x00\x00"+good, "")
	add("NUL in a cell", strings.ReplaceAll(good, "x", "a\x00b"), "")
	add("NULs only", strings.Repeat("\x00", 5000), "refuse")
	add("right to left", strings.ReplaceAll(good, "x", "\u202Egnp.exe"), "read")
	add("bytes of no encoding", strings.ReplaceAll(good, "x", "\xFF\xFE\xC0\x80"), "")
	add("quote that stays open", good+"3,\"甲\n"+strings.Repeat("4,乙,z\n", 1000), "")
	add("quotes in quotes", good+`3,"甲""""""",z`+"\n", "read")
	add("one line of 4 MB", "编号,词,说明\n1,甲,"+strings.Repeat("长", 1<<20), "refuse")
	add("32,767 characters", "编号,词,说明\n1,甲,"+strings.Repeat("长", 32767)+"\n", "read")
	add("32,768 characters", "编号,词,说明\n1,甲,"+strings.Repeat("长", 32768)+"\n", "refuse")
	add("20,000 columns", strings.Repeat("编号,词,", 10000)+"\n", "refuse")
	add("carriage returns only", strings.ReplaceAll(good, "\n", "\r"), "")
	add("every kind of line end", "编号,词,说明\r\n1,甲,x\n\r\n2,乙,y\r3,丙,z", "")
	add("commas only", strings.Repeat(",,,,\n", 2000), "refuse")
	add("tabs", strings.ReplaceAll(good, ",", "\t"), "")
	add("semicolons", strings.ReplaceAll(good, ",", ";"), "")
	add("blank lines", "\n\n\n"+good+strings.Repeat("\n", 5000), "read")
	add("heading of the same words", "编号,编号,编号,词,词,词\n1,2,3,甲,乙,丙\n", "")
	add("heading again in every other row", strings.Repeat("编号,词,说明\n1,甲,x\n", 200), "")
	add("no heading", "1,2,3\n4,5,6\n", "refuse")
	add("heading only", "编号,词,说明\n", "refuse")
	for _, v := range []string{"=1+1", "+1", "-1", "@SUM(1)", "\t=1", "=cmd|'/c calc'!A0", "=HYPERLINK(\"http://x\")", "=DDE(\"cmd\";\"/c\";\"a\")"} {
		add("formula "+v, "编号,词,说明\n1,甲,\""+strings.ReplaceAll(v, `"`, `""`)+"\"\n", "read")
	}
	return out
}

// otherFiles are no workbooks, whatever their name says.
func otherFiles() (out []hostileFile) {
	ole := "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 504)
	for name, raw := range map[string]string{
		"empty": "", "xls": ole + "Workbook", "encrypted": ole + string(utf16Bytes("EncryptedPackage", false, false)),
		"html as xls": "<html><table><tr><td>编号</td></tr></table></html>", "html with a mark": "\xEF\xBB\xBF<!DOCTYPE html><html/>",
		"xml spreadsheet": `<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>`, "mht": "MIME-Version: 1.0\r\n\r\nx",
		"jpg": "\xFF\xD8\xFF\xE0\x00\x10JFIF\x00" + strings.Repeat("\x7F\x00\xA1", 900), "png": "\x89PNG\r\n\x1a\n" + strings.Repeat("\x00\xFF\x13", 900),
		"gif": "GIF89a" + strings.Repeat("\x01\x00", 500), "pdf": "%PDF-1.7\n" + strings.Repeat("\x00\xE2\xE3", 500), "exe": "MZ" + strings.Repeat("\x90\x00", 500),
		"elf": "\x7FELF" + strings.Repeat("\x00\x02", 500), "gzip": "\x1F\x8B\x08" + strings.Repeat("\x00\xAA", 500), "7z": "7z\xBC\xAF\x27\x1C" + strings.Repeat("\x00\x11", 500),
		"rar": "Rar!\x1A\x07\x01\x00" + strings.Repeat("\x00\x21", 500), "PK alone": "PK\x03\x04", "zip of nothing": "PK\x05\x06" + strings.Repeat("\x00", 18),
		"zip's end says 65,535 entries": "PK\x03\x04" + strings.Repeat("\x00", 40) + "PK\x05\x06\x00\x00\x00\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x00\x00\x00\x00\x00\x00",
	} {
		out = append(out, hostileFile{name, []byte(raw), "refuse"})
	}
	good := goodBook(3, zip.Deflate)
	add := func(name string, raw []byte, want string) { out = append(out, hostileFile{name, raw, want}) }
	add("pdf before a workbook", append([]byte("%PDF-1.4\n%%EOF\n"), good...), "")
	add("jpg before a workbook", append([]byte("\xFF\xD8\xFF\xE0 JFIF\x00"), good...), "")
	add("html before a workbook", append([]byte("<html></html>"), good...), "refuse")
	add("rubbish after a workbook", append(bytes.Clone(good), strings.Repeat("rubbish", 100)...), "")
	add("two workbooks in one", append(bytes.Clone(good), goodBook(9, zip.Store)...), "")
	add("zip in a zip in a zip", bookParts{{"a.zip", string(bookParts{{"b.zip", string(bookParts{{"c.zip", string(good)}}.pack(zip.Store))}}.pack(zip.Store))}}.pack(zip.Store), "refuse")
	for name, part := range map[string]string{"ods": "content.xml", "xlsb": "xl/workbook.bin", "docx": "word/document.xml", "jar": "META-INF/MANIFEST.MF"} {
		add(name, bookParts{{"[Content_Types].xml", hostileTypes}, {part, "x"}}.pack(zip.Deflate), "refuse")
	}
	return out
}
