package main

import (
	"archive/zip"
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// benchParts are the small parts of a workbook with one sheet.
var benchParts = [][2]string{
	{"[Content_Types].xml", `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>`},
	{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
	{"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`},
	{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>`},
}

// sharedStrings numbers texts in the order of their first use.
type sharedStrings struct {
	at    map[string]int
	texts []string
	uses  int
}

func (s *sharedStrings) index(t string) int {
	i, ok := s.at[t]
	if !ok {
		i = len(s.texts)
		s.at[t] = i
		s.texts = append(s.texts, t)
	}
	s.uses++
	return i
}

// writeBenchBook writes the rows of order. Export tools put texts into the
// cells; a spreadsheet that saves again shares them in a table and gives every
// cell a style. Whole numbers below 10^9 are numbers.
func writeBenchBook(path string, shared bool, head []string, order []int, row func(i int) []string) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	z := zip.NewWriter(f)
	for _, p := range benchParts {
		if err := writePart(z, p[0], func(w *bufio.Writer) { w.WriteString(p[1]) }); err != nil {
			return err
		}
	}
	table := &sharedStrings{at: map[string]int{}}
	err = writePart(z, "xl/worksheets/sheet1.xml", func(w *bufio.Writer) {
		fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:%s%d"/><sheetData>`, column(len(head)-1), len(order)+1)
		writeBenchRow(w, 1, head, shared, table)
		for n, i := range order {
			writeBenchRow(w, n+2, row(i), shared, table)
		}
		w.WriteString(`</sheetData></worksheet>`)
	})
	if err != nil {
		return err
	}
	err = writePart(z, "xl/sharedStrings.xml", func(w *bufio.Writer) {
		fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="%d" uniqueCount="%d">`, table.uses, len(table.texts))
		for _, t := range table.texts {
			w.WriteString("<si><t>" + t + "</t></si>")
		}
		w.WriteString("</sst>")
	})
	return errors.Join(err, z.Close())
}

func writePart(z *zip.Writer, name string, fn func(*bufio.Writer)) error {
	var out io.Writer
	out, err := z.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(out, 64<<10)
	fn(w)
	return w.Flush()
}

func writeBenchRow(w *bufio.Writer, n int, cells []string, shared bool, table *sharedStrings) {
	fmt.Fprintf(w, `<row r="%d">`, n)
	for c, t := range cells {
		if t == "" {
			continue
		}
		switch {
		case len(t) < 10 && strings.Trim(t, "0123456789") == "":
			fmt.Fprintf(w, `<c r="%s%d"><v>%s</v></c>`, column(c), n, t)
		case shared:
			fmt.Fprintf(w, `<c r="%s%d" t="s"><v>%d</v></c>`, column(c), n, table.index(t))
		default:
			fmt.Fprintf(w, `<c r="%s%d" t="inlineStr"><is><t>%s</t></is></c>`, column(c), n, t)
		}
	}
	w.WriteString("</row>")
}

// column is the letter of a column below 26.
func column(i int) string { return string(rune('A' + i)) }
