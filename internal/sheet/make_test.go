package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"testing"

	"wengang/internal/fault"
)

// part is one entry of a hand-made workbook.
type part struct{ name, body string }

const (
	relsXML = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	bookXML = `<workbook xmlns:r="r"><sheets><sheet name="表一" sheetId="1" r:id="rId1"/></sheets></workbook>`
	bookRel = `<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="x/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="x/styles" Target="styles.xml"/></Relationships>`
	styles1 = `<styleSheet><numFmts><numFmt numFmtId="180" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="180"/><xf numFmtId="4"/></cellXfs></styleSheet>`
)

// book makes a workbook around the XML of one sheet; extra parts replace the
// standard ones of the same name.
func book(t testing.TB, sheetXML string, extra ...part) []byte {
	t.Helper()
	parts := []part{{"_rels/.rels", relsXML}, {"xl/workbook.xml", bookXML}, {"xl/_rels/workbook.xml.rels", bookRel},
		{"xl/styles.xml", styles1}, {"xl/worksheets/sheet1.xml", sheetXML}}
	for _, e := range extra {
		found := false
		for i := range parts {
			if parts[i].name == e.name {
				parts[i], found = e, true
			}
		}
		if !found {
			parts = append(parts, e)
		}
	}
	return pack(t, parts...)
}

func pack(t testing.TB, parts ...part) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range parts {
		w, err := z.Create(p.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(p.body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// readAll opens bytes and renders all rows as "n: col=text …"; numbers carry
// #, dates @, faults !.
func readAll(raw []byte, name string) ([]string, error) {
	b, err := OpenReader(bytes.NewReader(raw), int64(len(raw)), name)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	var out []string
	for _, s := range b.Sheets() {
		err := s.Rows(func(n int, cells []Cell) error {
			line := fmt.Sprintf("%d:", n)
			for _, c := range cells {
				mark := ""
				if c.Number {
					mark += "#"
				}
				if c.Date {
					mark += "@"
				}
				if c.Fault {
					mark += "!"
				}
				line += fmt.Sprintf(" %d=%s%s", c.Col, mark, c.Text)
			}
			out = append(out, line)
			return nil
		})
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// keyOf is the message key of a refusal, "" for success, "internal: …" for an
// error that a person could not be told.
func keyOf(err error) string {
	var f *fault.Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &f):
		return f.Key
	}
	return "internal: " + err.Error()
}
