package sheet

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

const (
	sheetOpen  = `<worksheet><sheetData>`
	sheetClose = `</sheetData></worksheet>`
	oneCell    = sheetOpen + `<row r="1"><c r="A1"><v>1</v></c></row>` + sheetClose
)

// raw entry with sizes that need not be true.
func rawEntry(z *zip.Writer, name string, packed []byte, size uint64, method uint16, flags uint16) {
	w, _ := z.CreateRaw(&zip.FileHeader{Name: name, Method: method, Flags: flags, CRC32: crc32.ChecksumIEEE(nil), CompressedSize64: uint64(len(packed)), UncompressedSize64: size})
	w.Write(packed)
}

// deflated returns head, then n times unit, then tail, compressed.
func deflated(head, unit, tail string, n int) []byte {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression)
	w.Write([]byte(head))
	chunk := []byte(strings.Repeat(unit, 1000))
	for range n / 1000 {
		w.Write(chunk)
	}
	w.Write([]byte(tail))
	w.Close()
	return b.Bytes()
}

func bombWith(t *testing.T, packed []byte, declared uint64) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range []part{{"_rels/.rels", relsXML}, {"xl/workbook.xml", bookXML}, {"xl/_rels/workbook.xml.rels", bookRel}, {"xl/styles.xml", styles1}} {
		w, _ := z.Create(p.name)
		w.Write([]byte(p.body))
	}
	rawEntry(z, "xl/worksheets/sheet1.xml", packed, declared, zip.Deflate, 0)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type hostile struct {
	name string
	raw  []byte
	key  string // of the refusal; "" means it reads
}

func corpus(t *testing.T) []hostile {
	spaces := deflated(sheetOpen, "                ", sheetClose, 20_000_000) // 320 MB
	var many strings.Builder
	manyParts := []part{}
	for i := range maxEntries + 1 {
		manyParts = append(manyParts, part{fmt.Sprintf("xl/media/%d.png", i), ""})
	}
	for i := range 20_000 {
		fmt.Fprintf(&many, "<c><v>%d</v></c>", i)
	}
	encrypted := func() []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		rawEntry(z, "xl/workbook.xml", []byte("x"), 1, zip.Store, 1)
		z.Close()
		return b.Bytes()
	}()
	twice := func() []byte {
		return pack(t, part{"_rels/.rels", relsXML}, part{"xl/workbook.xml", bookXML}, part{"XL/workbook.xml", bookXML})
	}()
	cfb := append([]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), make([]byte, 2000)...)
	dtd := `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>`
	lol := `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>`
	return []hostile{
		{"plain", book(t, oneCell), ""},
		{"bomb of spaces, honest size", bombWith(t, spaces, 320_000_000+uint64(len(sheetOpen+sheetClose))), "sheet.bomb"},
		{"bomb of spaces, lying size", bombWith(t, spaces, 1000), "sheet.bomb"},
		{"bomb of rows, lying size", bombWith(t, deflated(sheetOpen, `<row><c><v>1</v></c></row>`, sheetClose, 8_000_000), 7<<20), "sheet.bomb"},
		{"one text of 7 MB", bombWith(t, deflated(sheetOpen+"<row><c t=\"str\"><v>", "aaaaaaa", "</v></c></row>"+sheetClose, 1_000_000), 7_000_000+85), "sheet.broken"},
		{"many entries", pack(t, manyParts...), "sheet.bomb"},
		{"too many columns", book(t, sheetOpen+"<row>"+many.String()+"</row>"+sheetClose), "sheet.columns"},
		{"column past XFD", book(t, sheetOpen+`<row r="1"><c r="XFE1"><v>1</v></c></row>`+sheetClose), "sheet.columns"},
		{"row past the last", book(t, sheetOpen+`<row r="1048577"><c><v>1</v></c></row>`+sheetClose), "sheet.rows"},
		{"rows out of order", book(t, sheetOpen+`<row r="5"/><row r="5"/>`+sheetClose), "sheet.roworder"},
		{"cells out of order", book(t, sheetOpen+`<row r="5"><c r="B5"/><c r="A5"/></row>`+sheetClose), "sheet.roworder"},
		{"cell too long", book(t, sheetOpen+`<row><c t="str"><v>`+strings.Repeat("长", MaxCell+1)+`</v></c></row>`+sheetClose), "sheet.cellat"},
		{"cell of 32,767", book(t, sheetOpen+`<row><c t="str"><v>`+strings.Repeat("长", MaxCell)+`</v></c></row>`+sheetClose), ""},
		{"shared string too long", book(t, oneCell, part{"xl/sharedStrings.xml", "<sst><si><t>" + strings.Repeat("x", MaxCell+1) + "</t></si></sst>"}), "sheet.cell"},
		{"shared string missing", book(t, sheetOpen+`<row><c t="s"><v>7</v></c></row>`+sheetClose), "sheet.broken"},
		{"external entity in the sheet", book(t, dtd+oneCell), "sheet.dtd"},
		{"external entity in the workbook", book(t, oneCell, part{"xl/workbook.xml", dtd + bookXML}), "sheet.dtd"},
		{"entity bomb in shared strings", book(t, oneCell, part{"xl/sharedStrings.xml", lol + "<sst><si><t>&b;</t></si></sst>"}), "sheet.dtd"},
		{"unknown entity", book(t, sheetOpen+`<row><c t="str"><v>&xxe;</v></c></row>`+sheetClose), "sheet.broken"},
		{"cut off", book(t, sheetOpen+`<row><c><v>1`), "sheet.broken"},
		{"half a zip", book(t, oneCell)[:300], "sheet.broken"},
		{"zip slip", pack(t, part{"../../etc/cron.d/x", "x"}), "sheet.slip"},
		{"zip slip, absolute", pack(t, part{"/etc/x", "x"}), "sheet.slip"},
		{"zip slip, Windows", pack(t, part{`..\..\x`, "x"}), "sheet.slip"},
		{"encrypted zip", encrypted, "sheet.encrypted"},
		{"encrypted workbook", slices.Concat(cfb, utf16le("EncryptedPackage")), "sheet.encrypted"},
		{"old xls", slices.Concat(cfb, utf16le("Workbook")), "sheet.xls"},
		{"xlsb", pack(t, part{"xl/workbook.bin", "x"}), "sheet.xlsb"},
		{"ods", pack(t, part{"content.xml", "<x/>"}), "sheet.ods"},
		{"docx", pack(t, part{"_rels/.rels", strings.ReplaceAll(relsXML, "xl/workbook.xml", "word/document.xml")}, part{"word/document.xml", "<x/>"}), "sheet.type"},
		{"same part twice", twice, "sheet.broken"},
		{"web page as xls", []byte("<html><table><tr><td>1</td></tr></table></html>"), "sheet.html"},
		{"XML spreadsheet 2003", []byte(`<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>`), "sheet.html"},
		{"program", []byte("MZ\x90\x00\x03\x00\x00\x00"), "sheet.type"},
		{"nothing", nil, "sheet.empty"},
		{"CSV with an open quote", []byte("a,b\n1,\"2\n3,4\n"), "sheet.quote"},
		{"CSV of one long line", []byte(strings.Repeat("x", 200_000)), "sheet.cellat"},
		{"CSV of too many columns", []byte(strings.Repeat(",", MaxColumns+1) + "\n"), "sheet.columns"},
		{"external links, macros, pictures are not looked at", book(t, oneCell, part{"xl/vbaProject.bin", "x"}, part{"xl/externalLinks/externalLink1.xml", dtd}), ""},
		{"DDE formula is text of no effect", book(t, sheetOpen+`<row><c t="str"><f>cmd|'/c calc'!A1</f><v>x</v></c></row>`+sheetClose), ""},
	}
}

// TestHostile: every file reads or is refused with words, in time and memory.
// The second is wide of what a laptop needs; memory is the heap's growth, and
// goroutines must not stay behind.
func TestHostile(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, h := range corpus(t) {
		t.Run(h.name, func(t *testing.T) {
			var m0, m1 runtime.MemStats
			runtime.ReadMemStats(&m0)
			start := time.Now()
			_, err := readAll(h.raw, "x")
			took := time.Since(start)
			runtime.ReadMemStats(&m1)
			if got := keyOf(err); got != h.key {
				t.Errorf("key %q, want %q (%v)", got, h.key, err)
			}
			if took > time.Second || m1.TotalAlloc-m0.TotalAlloc > 256<<20 {
				t.Errorf("took %v and %d MB", took, (m1.TotalAlloc-m0.TotalAlloc)>>20)
			}
		})
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines before, %d after", before, runtime.NumGoroutine())
}

// TestDirectoryBomb: a directory of 300,000 entries is refused before it is held in memory.
func TestDirectoryBomb(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("PK\x03\x04")
	entry := make([]byte, 46+1)
	copy(entry, "PK\x01\x02")
	binary.LittleEndian.PutUint16(entry[28:], 1)
	entry[46] = 'x'
	const n = 300_000
	for range n {
		b.Write(entry)
	}
	end := make([]byte, 22)
	copy(end, "PK\x05\x06")
	binary.LittleEndian.PutUint16(end[8:], n&0xffff)
	binary.LittleEndian.PutUint16(end[10:], n&0xffff)
	binary.LittleEndian.PutUint32(end[12:], uint32(n*len(entry)))
	binary.LittleEndian.PutUint32(end[16:], 4)
	b.Write(end)
	var m0, m1 runtime.MemStats
	runtime.ReadMemStats(&m0)
	_, err := OpenReader(bytes.NewReader(b.Bytes()), int64(b.Len()), "x")
	runtime.ReadMemStats(&m1)
	if keyOf(err) != "sheet.bomb" || m1.TotalAlloc-m0.TotalAlloc > 64<<20 {
		t.Errorf("%v, %d MB", err, (m1.TotalAlloc-m0.TotalAlloc)>>20)
	}
}

// FuzzSheetXML feeds the worksheet, the shared strings and the styles.
func FuzzSheetXML(f *testing.F) {
	f.Add([]byte(oneCell), []byte(`<sst><si><t>a</t></si></sst>`), []byte(styles1))
	f.Add([]byte(sheetOpen+`<row r="2"><c r="B2" t="s"><v>0</v></c><c t="inlineStr"><is><r><t>x_x000D_</t></r><rPh/></is></c><c s="1"><v>45047.5</v></c></row>`+sheetClose), []byte(`<sst><si/></sst>`), []byte(styles1))
	f.Add([]byte(`<!--x--><a:row><c r=""><v>&#x4E00;</v>`), []byte(`<![CDATA[`), []byte(`<xf numFmtId='14'/>`))
	f.Fuzz(func(t *testing.T, sheetXML, shared, styles []byte) {
		raw := book(t, string(sheetXML), part{"xl/sharedStrings.xml", string(shared)}, part{"xl/styles.xml", string(styles)})
		if _, err := readAll(raw, "x"); err != nil && strings.HasPrefix(keyOf(err), "internal") {
			t.Errorf("refusal without words: %v", err)
		}
	})
}

// FuzzOpen feeds whole files: zip or text.
func FuzzOpen(f *testing.F) {
	f.Add(book(f, oneCell))
	f.Add([]byte("a,\"b\"\"\"\n1;2\t3\r\n"))
	f.Add([]byte("\xff\xfea\x00,\x00"))
	f.Add([]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, err := readAll(raw, "x"); err != nil && strings.HasPrefix(keyOf(err), "internal") {
			t.Errorf("refusal without words: %v", err)
		}
	})
}

// FuzzCSV: what a spreadsheet writes with quotes comes back cell by cell.
func FuzzCSV(f *testing.F) {
	f.Add("a,b", "张\"三\"", "x\ny")
	f.Add("", ";", "\t'=1")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		for _, s := range []string{a, b, c} {
			if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\n' || r == 0xFEFF }) {
				t.Skip("no text that a spreadsheet writes")
			}
		}
		quoted := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
		raw := []byte("\xEF\xBB\xBF" + `"甲","乙","丙"` + "\r\n" + quoted(a) + "," + quoted(b) + "," + quoted(c) + "\r\n")
		book, err := OpenReader(bytes.NewReader(raw), int64(len(raw)), "x.csv")
		if err != nil {
			t.Fatal(err)
		}
		defer book.Close()
		got := map[int]string{} // empty cells are not told
		err = book.Sheets()[0].Rows(func(n int, cells []Cell) error {
			for _, cell := range cells {
				if n > 1 {
					got[cell.Col] = strings.Clone(cell.Text)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []string{a, b, c} {
			if want = strings.TrimSpace(want); got[i] != want { // space around a cell says nothing
				t.Errorf("cell %d came back as %q, was %q", i, got[i], want)
			}
		}
	})
}

// FuzzGuard: guarded text never starts like a formula and comes back whole.
func FuzzGuard(f *testing.F) {
	for _, s := range []string{"=1+1", "＝1", "@x", "'=1", "''", "张三", "-5", "\t1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		g := Guard(s)
		if g != "" && strings.ContainsRune(formulaStart, firstRune(g)) {
			t.Errorf("%q is still a formula", g)
		}
		if !strings.HasPrefix(s, "'") && Unguard(g) != s {
			t.Errorf("%q came back as %q", s, Unguard(g))
		}
	})
}
