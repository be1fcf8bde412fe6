package summary

import (
	"archive/zip"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
)

// Docx writes a draft as an editable document in the style of official papers
// (GB/T 9704: 方正小标宋 and 仿宋_GB2312 by name with fallbacks, 28 points a line,
// A4 margins, page numbers). Every figure leads to its line in 数据出处 at the
// end; 【…】 are marked. It carries no name of who made it.
func Docx(d *Draft, out io.Writer) error {
	z := zip.NewWriter(out)
	at := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // the same draft is the same file
	for _, p := range []struct{ name, body string }{
		{"[Content_Types].xml", contentTypes}, {"_rels/.rels", packageRels}, {"docProps/core.xml", coreProps(d.Title)},
		{"word/_rels/document.xml.rels", documentRels}, {"word/styles.xml", styles}, {"word/fontTable.xml", fontTable},
		{"word/settings.xml", settings}, {"word/footer1.xml", footer}, {"word/document.xml", document(d)},
	} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Deflate, Modified: at})
		if err != nil {
			return fmt.Errorf("write docx: %w", err)
		}
		if _, err := io.WriteString(w, p.body); err != nil {
			return fmt.Errorf("write docx: %w", err)
		}
	}
	return z.Close()
}

// body is word/document.xml while it is written.
type body struct {
	strings.Builder
	d     *Draft
	marks map[string]string // bookmark of a figure's line
}

func document(d *Draft) string {
	b := &body{d: d, marks: map[string]string{}}
	lines := sourceLines(d)
	for i, l := range lines {
		for _, k := range l.keys {
			b.marks[k] = fmt.Sprintf("f%d", i+1)
		}
	}
	b.WriteString(xml.Header + `<w:document xmlns:w="` + wordNS + `" xmlns:r="` + relNS + `"><w:body>`)
	b.para("Title", []Piece{{Text: d.Title}})
	b.para("Text", nil)
	for _, p := range d.Paras {
		switch {
		case p.Head == 1:
			b.para("Head1", p.Pieces)
		case p.Head == 2:
			b.para("Head2", p.Pieces)
		case strings.HasPrefix(d.Line(p), "【主送机关】"):
			b.para("Address", p.Pieces)
		case p.Sign:
			b.para("Sign", p.Pieces)
		default:
			b.para("Text", p.Pieces)
		}
	}
	tall := true
	for i := range d.Tables {
		t := &d.Tables[i]
		b.section(!tall)
		tall = !t.Wide
		b.table(t)
	}
	b.section(!tall)
	b.sources(lines)
	b.WriteString(sectionProps(false) + `</w:body></w:document>`)
	return b.String()
}

func esc(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s)) // a builder never fails
	return b.String()
}

// run is a stretch of text; blanks 【…】 are marked.
func (b *body) run(s string) {
	for s != "" {
		i, n := strings.Index(s, "【"), 0
		if i != 0 {
			n = len(s)
			if i > 0 {
				n = i
			}
			b.WriteString(`<w:r><w:t xml:space="preserve">` + esc(s[:n]) + `</w:t></w:r>`)
			s = s[n:]
			continue
		}
		n = len(s)
		if j := strings.Index(s, "】"); j >= 0 {
			n = j + len("】")
		}
		b.WriteString(`<w:r><w:rPr><w:highlight w:val="yellow"/></w:rPr><w:t xml:space="preserve">` + esc(s[:n]) + `</w:t></w:r>`)
		s = s[n:]
	}
}

func (b *body) pieces(ps []Piece) {
	for _, p := range ps {
		if mark := b.marks[p.Figure]; mark != "" {
			b.WriteString(`<w:hyperlink w:anchor="` + mark + `" w:history="1">`)
			b.run(b.d.Text(p))
			b.WriteString(`</w:hyperlink>`)
			continue
		}
		b.run(b.d.Text(p))
	}
}

func (b *body) para(style string, ps []Piece) {
	b.WriteString(`<w:p><w:pPr><w:pStyle w:val="` + style + `"/></w:pPr>`)
	b.pieces(ps)
	b.WriteString(`</w:p>`)
}

// section ends a section; what stands before it keeps the page that was.
func (b *body) section(wide bool) {
	b.WriteString(`<w:p><w:pPr><w:pStyle w:val="Small"/>` + sectionProps(wide) + `</w:pPr></w:p>`)
}

func (b *body) table(t *Table) {
	b.para("TableTitle", []Piece{{Text: t.Title}})
	total := 8844.0 // twentieths of a point between the margins of A4
	if t.Wide {
		total = 12642
	}
	sum := 0
	for _, w := range t.Widths {
		sum += w
	}
	widths := make([]int, len(t.Widths))
	b.WriteString(`<w:tbl><w:tblPr><w:tblStyle w:val="Grid"/><w:tblW w:w="5000" w:type="pct"/><w:jc w:val="center"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>`)
	for i, w := range t.Widths {
		widths[i] = int(total * float64(w) / float64(sum))
		fmt.Fprintf(b, `<w:gridCol w:w="%d"/>`, widths[i])
	}
	b.WriteString(`</w:tblGrid>`)
	heads := make([]Piece, len(t.Heads))
	for i, h := range t.Heads {
		heads[i] = Piece{Text: h}
	}
	b.row(heads, widths, true)
	for _, r := range t.Rows {
		b.row(r, widths, false)
	}
	b.WriteString(`</w:tbl>`)
	if t.Note != "" {
		b.para("Small", []Piece{{Text: t.Note}})
	}
}

func (b *body) row(cells []Piece, widths []int, head bool) {
	b.WriteString(`<w:tr><w:trPr><w:cantSplit/>`)
	style := "Cell"
	if head {
		b.WriteString(`<w:tblHeader/>`)
		style = "CellHead"
	}
	b.WriteString(`</w:trPr>`)
	for i, c := range cells {
		if i >= len(widths) {
			break
		}
		fmt.Fprintf(b, `<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>`, widths[i])
		b.para(style, []Piece{c})
		b.WriteString(`</w:tc>`)
	}
	b.WriteString(`</w:tr>`)
}

// sourceLine is a line of 数据出处: one figure of the text, or those of a
// table's column, which differ by the place only.
type sourceLine struct {
	keys                                []string
	text, label, source, name, at, note string
}

// sourceLines groups the figures that stand in tables only. The system keeps
// each of them with the draft.
func sourceLines(d *Draft) (out []sourceLine) {
	inText := map[string]bool{}
	for _, p := range d.Paras {
		for _, x := range p.Pieces {
			inText[x.Figure] = true
		}
	}
	column := map[string]int{}
	for _, k := range d.Order {
		f := d.Figures[k]
		l := sourceLine{keys: []string{k}, text: f.Text, label: f.Label, source: f.Where(), name: f.Name, at: f.Month.String(), note: f.Calibre}
		if !inText[k] {
			id := f.Label + f.Source + f.Month.String() + f.Calibre
			if i, ok := column[id]; ok {
				out[i].keys = append(out[i].keys, k)
				out[i].text, out[i].name = "见附表", fmt.Sprintf("%s等%d个地方", d.Figures[out[i].keys[0]].Name, len(out[i].keys))
				continue
			}
			column[id] = len(out)
		}
		out = append(out, l)
	}
	return out
}

// sources is 数据出处: every figure with its source, numbered, each a bookmark.
func (b *body) sources(lines []sourceLine) {
	b.para("TableTitle", []Piece{{Text: "附件　数据出处（起草时的数字，定稿后可删）"}})
	heads := []Piece{{Text: "序号"}, {Text: "数字"}, {Text: "名称"}, {Text: "出处"}, {Text: "地区"}, {Text: "时点"}, {Text: "口径"}}
	shares := []int{8, 14, 24, 24, 16, 12, 26}
	widths := make([]int, len(shares))
	b.WriteString(`<w:tbl><w:tblPr><w:tblStyle w:val="Grid"/><w:tblW w:w="5000" w:type="pct"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>`)
	for i, s := range shares {
		widths[i] = 8844 * s / 124
		fmt.Fprintf(b, `<w:gridCol w:w="%d"/>`, widths[i])
	}
	b.WriteString(`</w:tblGrid>`)
	b.row(heads, widths, true)
	for i, l := range lines {
		b.WriteString(`<w:tr><w:trPr><w:cantSplit/></w:trPr>`)
		for j, s := range []string{fmt.Sprint(i + 1), l.text, l.label, l.source, l.name, l.at, l.note} {
			fmt.Fprintf(b, `<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="CellSmall"/></w:pPr>`, widths[j])
			if j == 0 {
				fmt.Fprintf(b, `<w:bookmarkStart w:id="%d" w:name="f%d"/>`, i+1, i+1)
			}
			b.run(s)
			if j == 0 {
				fmt.Fprintf(b, `<w:bookmarkEnd w:id="%d"/>`, i+1)
			}
			b.WriteString(`</w:p></w:tc>`)
		}
		b.WriteString(`</w:tr>`)
	}
	b.WriteString(`</w:tbl>`)
	b.para("Small", []Piece{{Text: fmt.Sprintf("起草日期 %s；数据截至 %s。系统内留存本次起草所用的 %d 个数字，重新起草时逐项对比。", b.d.Made, b.d.Month, len(b.d.Order))}})
}
