package summary

import (
	"encoding/xml"
	"strings"
)

const (
	wordNS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
	relNS  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	pkgNS  = "http://schemas.openxmlformats.org/package/2006/"
	typeWP = "application/vnd.openxmlformats-officedocument.wordprocessingml."
)

const contentTypes = xml.Header + `<Types xmlns="` + pkgNS + `content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
	`<Override PartName="/word/document.xml" ContentType="` + typeWP + `document.main+xml"/><Override PartName="/word/styles.xml" ContentType="` + typeWP + `styles+xml"/>` +
	`<Override PartName="/word/fontTable.xml" ContentType="` + typeWP + `fontTable+xml"/><Override PartName="/word/settings.xml" ContentType="` + typeWP + `settings+xml"/>` +
	`<Override PartName="/word/footer1.xml" ContentType="` + typeWP + `footer+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>`

const packageRels = xml.Header + `<Relationships xmlns="` + pkgNS + `relationships"><Relationship Id="r1" Type="` + relNS + `/officeDocument" Target="word/document.xml"/><Relationship Id="r2" Type="` + pkgNS + `relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`

const documentRels = xml.Header + `<Relationships xmlns="` + pkgNS + `relationships"><Relationship Id="r1" Type="` + relNS + `/styles" Target="styles.xml"/><Relationship Id="r2" Type="` + relNS + `/fontTable" Target="fontTable.xml"/>` +
	`<Relationship Id="r3" Type="` + relNS + `/settings" Target="settings.xml"/><Relationship Id="r4" Type="` + relNS + `/footer" Target="footer1.xml"/></Relationships>`

const settings = xml.Header + `<w:settings xmlns:w="` + wordNS + `"><w:zoom w:percent="100"/><w:defaultTabStop w:val="420"/><w:characterSpacingControl w:val="compressPunctuation"/></w:settings>`

// footer is the page number in dashes (GB/T 9704 7.5).
const footer = xml.Header + `<w:ftr xmlns:w="` + wordNS + `"><w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:rPr><w:rFonts w:ascii="宋体" w:hAnsi="宋体" w:eastAsia="宋体"/><w:sz w:val="28"/></w:rPr><w:t xml:space="preserve">— </w:t></w:r>` +
	`<w:r><w:rPr><w:sz w:val="28"/></w:rPr><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:rPr><w:sz w:val="28"/></w:rPr><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r><w:r><w:rPr><w:sz w:val="28"/></w:rPr><w:fldChar w:fldCharType="separate"/></w:r>` +
	`<w:r><w:rPr><w:sz w:val="28"/></w:rPr><w:t>1</w:t></w:r><w:r><w:rPr><w:sz w:val="28"/></w:rPr><w:fldChar w:fldCharType="end"/></w:r><w:r><w:rPr><w:sz w:val="28"/></w:rPr><w:t xml:space="preserve"> —</w:t></w:r></w:p></w:ftr>`

// fontTable names what to take where a font is not installed.
const fontTable = xml.Header + `<w:fonts xmlns:w="` + wordNS + `"><w:font w:name="方正小标宋简体"><w:altName w:val="宋体"/><w:charset w:val="86"/><w:family w:val="roman"/></w:font>` +
	`<w:font w:name="仿宋_GB2312"><w:altName w:val="仿宋"/><w:charset w:val="86"/><w:family w:val="modern"/></w:font><w:font w:name="楷体_GB2312"><w:altName w:val="楷体"/><w:charset w:val="86"/><w:family w:val="modern"/></w:font>` +
	`<w:font w:name="黑体"><w:altName w:val="SimHei"/><w:charset w:val="86"/><w:family w:val="modern"/></w:font></w:fonts>`

func coreProps(title string) string {
	return xml.Header + `<cp:coreProperties xmlns:cp="` + pkgNS + `metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>` + esc(title) + `</dc:title></cp:coreProperties>`
}

// sectionProps are A4 with the margins of GB/T 9704 5.2: 37 mm above, 28 mm on
// the left, 156 × 225 mm of text.
func sectionProps(wide bool) string {
	size := `<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="2098" w:right="1474" w:bottom="1985" w:left="1588" w:header="851" w:footer="1400" w:gutter="0"/>`
	if wide {
		size = `<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/><w:pgMar w:top="1588" w:right="2098" w:bottom="1474" w:left="2098" w:header="851" w:footer="900" w:gutter="0"/>`
	}
	return `<w:sectPr><w:footerReference w:type="default" r:id="r4"/>` + size + `</w:sectPr>`
}

var styles = func() string {
	var b strings.Builder
	b.WriteString(xml.Header + `<w:styles xmlns:w="` + wordNS + `"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="仿宋_GB2312" w:cs="Times New Roman"/><w:sz w:val="32"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault></w:docDefaults>`)
	style := func(id, name, para, font, size, more string) {
		b.WriteString(`<w:style w:type="paragraph" w:customStyle="1" w:styleId="` + id + `"><w:name w:val="` + name + `"/><w:qFormat/><w:pPr>` + para + `</w:pPr><w:rPr><w:rFonts w:eastAsia="` + font + `"/>` + more + `<w:sz w:val="` + size + `"/></w:rPr></w:style>`)
	}
	const exact = `<w:spacing w:before="0" w:after="0" w:line="560" w:lineRule="exact"/>`
	const close = `<w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/>`
	const indent = `<w:ind w:firstLineChars="200" w:firstLine="640"/><w:jc w:val="both"/>`
	style("Title", "公文标题", `<w:spacing w:before="0" w:after="0" w:line="600" w:lineRule="exact"/><w:jc w:val="center"/>`, "方正小标宋简体", "44", "")
	style("Address", "主送机关", exact, "仿宋_GB2312", "32", "")
	style("Text", "公文正文", exact+indent, "仿宋_GB2312", "32", "")
	style("Sign", "落款", exact+`<w:ind w:rightChars="200" w:right="640"/><w:jc w:val="right"/>`, "仿宋_GB2312", "32", "")
	style("Head1", "一级标题", `<w:keepNext/>`+exact+indent+`<w:outlineLvl w:val="0"/>`, "黑体", "32", "")
	style("Head2", "二级标题", `<w:keepNext/>`+exact+indent+`<w:outlineLvl w:val="1"/>`, "楷体_GB2312", "32", "")
	style("TableTitle", "表题", `<w:keepNext/><w:spacing w:before="120" w:after="120"/><w:jc w:val="center"/>`, "黑体", "28", "")
	style("CellHead", "表头", close+`<w:jc w:val="center"/>`, "黑体", "18", "")
	style("Cell", "表文", close+`<w:jc w:val="center"/>`, "仿宋_GB2312", "20", "")
	style("CellSmall", "出处", close, "仿宋_GB2312", "16", "")
	style("Small", "表注", close, "仿宋_GB2312", "18", "")
	b.WriteString(`<w:style w:type="table" w:customStyle="1" w:styleId="Grid"><w:name w:val="公文表格"/><w:tblPr><w:tblBorders>`)
	for _, side := range []string{"top", "left", "bottom", "right", "insideH", "insideV"} {
		b.WriteString(`<w:` + side + ` w:val="single" w:sz="4" w:space="0" w:color="000000"/>`)
	}
	b.WriteString(`</w:tblBorders><w:tblCellMar><w:left w:w="57" w:type="dxa"/><w:right w:w="57" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style></w:styles>`)
	return b.String()
}()
