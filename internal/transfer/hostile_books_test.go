package transfer

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
)

// bombFiles unpack to far more than they are, or say so.
func bombFiles() (out []hostileFile) {
	add := func(name string, raw []byte, want string) {
		out = append(out, hostileFile{"bomb: " + name, raw, want})
	}
	row := `<row r="2"><c r="A2"><v>1</v></c></row>`
	add("a sheet of one character", inflating(part1, sheetOf(hostileRow)[:60], " ", "", 100<<20, 0), "refuse")
	add("shared strings", inflating("xl/sharedStrings.xml", "<sst>", "<si><t>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA</t></si>", "</sst>", 3<<20, 0), "refuse")
	add("styles", inflating("xl/styles.xml", "<styleSheet><cellXfs>", `<xf numFmtId="14"/>`, "</cellXfs></styleSheet>", 4<<20, 0), "refuse")
	add("workbook", inflating("xl/workbook.xml", "<workbook><sheets>", `<sheet name="x" sheetId="1" r:id="rId1"/>`, "</sheets></workbook>", 2<<20, 0), "refuse")
	add("relations", inflating("xl/_rels/workbook.xml.rels", "<Relationships>", `<Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>`, "</Relationships>", 2<<20, 0), "refuse")
	add("one cell without an end", inflating(part1, `<worksheet><sheetData>`+hostileHead+`<row r="2"><c r="A2" t="inlineStr"><is><t>`, "A", "", 64<<20, 0), "refuse")
	add("one tag without an end", inflating(part1, `<worksheet><sheetData>`+hostileHead+`<row `, `a="1" `, "", 16<<20, 0), "refuse")
	add("one comment without an end", inflating(part1, `<worksheet><sheetData>`+hostileHead+`<!-- `, "-", "", 64<<20, 0), "refuse")
	add("depth", inflating(part1, `<worksheet><sheetData>`+hostileHead+`<row r="2"><c r="A2">`, "<x>", "", 4<<20, 0), "refuse")
	add("empty rows", inflating(part1, `<worksheet><sheetData>`+hostileHead, "<row></row>", "</sheetData></worksheet>", 1_100_000, 0), "refuse")
	for i, size := range []uint64{1, 100, 1 << 20, 1 << 40, 1<<64 - 1} {
		for k, name := range []string{part1, "xl/sharedStrings.xml", "xl/workbook.xml"} {
			add(fmt.Sprintf("size that lies, %d.%d", i, k), inflating(name, "<a>", row, "</a>", 20_000, size), "refuse")
		}
	}
	for _, n := range []int{100, 4_000, 5_000, 10_000} {
		p := partsOf(sheetOf(hostileRow))
		for i := range n {
			p = append(p, [2]string{fmt.Sprintf("xl/media/%d.png", i), ""})
		}
		want := "read"
		if n > 4_096-7 {
			want = "refuse"
		}
		add(fmt.Sprintf("%d entries", n), p.pack(zip.Store), want)
	}
	// Every entry of the directory points at the same bytes.
	good := packed(sheetOf(hostileRow))
	at := bytes.LastIndex(good, []byte("PK\x05\x06"))
	first := bytes.Index(good, []byte("PK\x01\x02"))
	quine := bytes.Clone(good)
	for i := first; i < at; {
		copy(quine[i+42:i+46], "\x00\x00\x00\x00")
		n := bytes.Index(quine[i+4:at], []byte("PK\x01\x02"))
		if n < 0 {
			break
		}
		i += 4 + n
	}
	add("entries over each other", quine, "refuse")
	return out
}

// xmlFiles are workbooks whose parts hold what a reader must not follow.
func xmlFiles() (out []hostileFile) {
	add := func(name string, raw []byte, want string) {
		out = append(out, hostileFile{"xml: " + name, raw, want})
	}
	for i, dtd := range []string{
		`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>`, `<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd">`, `<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/"> %p;]>`,
		`<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>`, `<!ELEMENT a ANY>`,
	} {
		for _, p := range partsOf(sheetOf(hostileRow)) {
			if p[0] == "[Content_Types].xml" {
				continue // nobody reads it
			}
			want := "refuse"
			if p[0] == "_rels/.rels" {
				want = "" // the workbook is found without it
			}
			add(fmt.Sprintf("declaration %d in %s", i, p[0]), packed(sheetOf(hostileRow), [2]string{p[0], dtd + p[1]}), want)
		}
	}
	for _, p := range partsOf(sheetOf(hostileRow)) {
		rest := bookParts{}
		for _, q := range partsOf(sheetOf(hostileRow)) {
			if q[0] != p[0] {
				rest = append(rest, q)
			}
		}
		add("without "+p[0], rest.pack(zip.Deflate), "")
		add("half of "+p[0], packed(sheetOf(hostileRow), [2]string{p[0], p[1][:len(p[1])/2]}), "")
		add("rubbish in "+p[0], packed(sheetOf(hostileRow), [2]string{p[0], "\x00\x01<\xFF>&;"}), "")
		add("nothing in "+p[0], packed(sheetOf(hostileRow), [2]string{p[0], ""}), "")
		add("twice "+p[0], append(partsOf(sheetOf(hostileRow)), p).pack(zip.Deflate), "")
	}
	for _, name := range []string{"../../../etc/passwd", "/etc/passwd", `..\..\windows\x`, "C:\\x", "xl/worksheets/../../../x", "a\x00b", strings.Repeat("长", 20_000), "XL/WORKSHEETS/SHEET1.XML"} {
		add("entry named "+clip(name), packed(sheetOf(hostileRow), [2]string{name, "x"}), "")
	}
	for _, target := range []string{"../../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "http://127.0.0.1:9/x", "styles.xml", "workbook.xml", "worksheets", "", `worksheets\sheet1.xml`, "/xl/worksheets/sheet1.xml"} {
		add("sheet at "+target, packed(sheetOf(hostileRow), [2]string{"xl/_rels/workbook.xml.rels", strings.Replace(hostileLinks, "worksheets/sheet1.xml", target, 1)}), "")
		add("workbook at "+target, packed(sheetOf(hostileRow), [2]string{"_rels/.rels", strings.Replace(hostileRels, "xl/workbook.xml", target, 1)}), "")
	}
	for name, mark := range map[string][2]string{
		"macros": {"xl/vbaProject.bin", "\xD0\xCF\x11\xE0"}, "link to another book": {"xl/externalLinks/externalLink1.xml", `<externalLink><externalBook r:id="rId1"/></externalLink>`},
		"DDE link": {"xl/externalLinks/externalLink1.xml", `<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>`}, "OLE object": {"xl/embeddings/oleObject1.bin", "MZ"},
		"connection": {"xl/connections.xml", `<connections><connection url="http://127.0.0.1:9"/></connections>`}, "wrong content types": {"[Content_Types].xml", `<Types><Override PartName="/xl/workbook.xml" ContentType="image/png"/></Types>`},
	} {
		add(name, packed(sheetOf(hostileRow), mark), "read")
	}
	return out
}

// cellFiles are workbooks whose rows and cells go to the bounds or past them.
func cellFiles() (out []hostileFile) {
	add := func(name, sheetXML, want string, more ...[2]string) {
		out = append(out, hostileFile{"cells: " + name, packed(sheetXML, more...), want})
	}
	row := func(n string) string {
		return `<row r="` + n + `"><c><v>1</v></c><c t="inlineStr"><is><t>甲</t></is></c></row>`
	}
	for n, want := range map[string]string{"1048576": "read", "1048577": "refuse", "4294967298": "refuse", "99999999999999999999": "refuse", "0": "refuse", "1": "refuse", "-3": "", "x": "", "": ""} {
		add("row "+n, sheetOf(row(n)), want)
	}
	add("rows downwards", sheetOf(row("9")+row("8")), "refuse")
	add("row in a row", sheetOf(`<row r="2"><row r="3"><c r="A3"><v>1</v></c></row></row>`), "")
	add("cell outside of rows", sheetOf(`<c r="A2"><v>1</v></c>`), "")
	for ref, want := range map[string]string{"XFD2": "read", "XFE2": "refuse", "ZZZZZZZZZZ2": "", "A2": "refuse", "C99": "read", "2": "", "": "read", "中2": ""} {
		add("cell at "+ref, cellOf(`<c r="`+ref+`"><v>1</v></c>`), want)
	}
	wide := strings.Repeat(`<c><v>1</v></c>`, 16_381)
	add("16,384 columns", cellOf(wide+`<c><v>1</v></c>`), "read")
	add("16,385 columns", cellOf(wide+`<c><v>1</v></c><c><v>1</v></c>`), "refuse")
	long := func(n int) string {
		return `<c r="C2" t="inlineStr"><is><t>` + strings.Repeat("长", n) + `</t></is></c>`
	}
	add("32,767 characters", cellOf(long(32767)), "read")
	add("32,768 characters", cellOf(long(32768)), "refuse")
	add("32,768 shared characters", cellOf(`<c r="C2" t="s"><v>0</v></c>`), "refuse", [2]string{"xl/sharedStrings.xml", "<sst><si><t>" + strings.Repeat("长", 32768) + "</t></si></sst>"})
	for _, v := range []string{"1", "-1", "99999999999999", "", "x", "1.5", " 0"} {
		add("shared string "+v, cellOf(`<c r="C2" t="s"><v>`+v+`</v></c>`), "refuse")
	}
	for _, v := range []string{"0", "1", "59", "60", "61", "-1", "45000.5", "2958465", "2958466", "1e308", "-1e308", "1e-300", "NaN", "Infinity", "0x10", "1,000", "4.2E+17", "371522198801010011"} {
		for _, era := range []string{"0", "1"} {
			add("date "+v+" of 190"+map[string]string{"0": "0", "1": "4"}[era], cellOf(`<c r="C2" s="1"><v>`+v+`</v></c>`), "",
				[2]string{"xl/workbook.xml", strings.Replace(hostileBook, "<sheets>", `<workbookPr date1904="`+era+`"/><sheets>`, 1)})
		}
	}
	for _, v := range []string{"１２３４５６", "4.2E+17", "1", "'1", " 1 ", "1\u200B", "\u202E1", "00000019880101001X", "_x0031_", "_x0000_", "1_x000D__x000A_", "&#49;", "&#x31;"} {
		out = append(out, hostileFile{"cells: number as the text " + v, packed(sheetOf(`<row r="2"><c r="A2" t="inlineStr"><is><t>` + v + `</t></is></c><c r="B2" t="inlineStr"><is><t>甲</t></is></c></row>`)), "read"})
	}
	for _, v := range []string{"&#0;", "&#xFFFFFFFF;", "&#xD800;", "&nbsp;", "&x;", "&", "&#;", "\xFF\xFE", "\x00", "<![CDATA[x]]>", "<![CDATA[x", "<b>x", "</t>", "<!-- x -->", "<?x y?>", "<?x"} {
		add(fmt.Sprintf("text %q", v), cellOf(`<c r="C2" t="inlineStr"><is><t>`+v+`</t></is></c>`), "")
	}
	for _, c := range []string{`<c r="C2"><f>1+1</f><v>2</v></c>`, `<c r="C2"><f>[1]甲!A1</f></c>`, `<c r="C2" t="str"><f>cmd|'/c calc'!A0</f><v>x</v></c>`, `<c r="C2" t="e"><v>#REF!</v></c>`, `<c r="C2" t="b"><v>1</v></c>`,
		`<c r="C2" t="d"><v>2023-05-01</v></c>`, `<c r="C2" t="zzz"><v>1</v></c>`, `<c r="C2" s="99999"><v>1</v></c>`, `<c r="C2" s="-1"><v>1</v></c>`, `<c r=C2><v>1</v></c>`, `<c r='C2'><v>1</v></c>`, `<c r="C2" r="D2"><v>1</v></c>`,
		`<x:c r="C2"><x:v>1</x:v></x:c>`, `<c r="C2"><v>1</v><v>2</v></c>`, `<c r="C2" t="inlineStr"><is><r><t>a</t></r><rPh><t>b</t></rPh></is></c>`} {
		add(c, cellOf(c), "")
	}
	for _, tail := range []string{`<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>`, `<hyperlinks><hyperlink ref="A2" r:id="rId9"/></hyperlinks>`, `<dataValidations><dataValidation formula1="x"/></dataValidations>`, `<oleObjects/>`} {
		add("after the rows "+tail, strings.Replace(sheetOf(hostileRow), "</sheetData>", "</sheetData>"+tail, 1), "read")
	}
	for _, state := range []string{"hidden", "veryHidden"} {
		add(state, sheetOf(hostileRow), "", [2]string{"xl/workbook.xml", strings.Replace(hostileBook, "<sheet ", `<sheet state="`+state+`" `, 1)})
	}
	add("the same sheet 1,000 times", sheetOf(hostileRow), "", [2]string{"xl/workbook.xml", strings.Replace(hostileBook, "<sheets>", "<sheets>"+strings.Repeat(`<sheet name="甲" sheetId="1" r:id="rId1"/>`, 999), 1)})
	add("sheet with a path for a name", sheetOf(hostileRow), "read", [2]string{"xl/workbook.xml", strings.Replace(hostileBook, "甲", "../&lt;script&gt;\u202E", 1)})
	return out
}
