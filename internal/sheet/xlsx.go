package sheet

import (
	"bytes"
	"io"
	"path"
	"strings"

	"wengang/internal/fault"
)

// xlsx is a workbook in Office Open XML, transitional or strict.
type xlsx struct {
	*container
	stringsPart string
	strings     *stringTable
	dates       []bool // by cell style
	date1904    bool
}

func openXLSX(r io.ReaderAt, size int64, name string) (*Book, error) {
	c, err := openContainer(r, size, name)
	if err != nil {
		return nil, err
	}
	if _, ok := c.parts["xl/workbook.bin"]; ok {
		return nil, fault.New(fault.Invalid, "sheet.xlsb", name)
	}
	if _, ok := c.parts["content.xml"]; ok {
		return nil, fault.New(fault.Invalid, "sheet.ods", name)
	}
	x := &xlsx{container: c}
	main := "xl/workbook.xml"
	if rels, err := x.relations("_rels/.rels", ""); err == nil {
		for _, t := range rels {
			if t.kind == "officeDocument" {
				main = t.target
			}
		}
	}
	mainRels := path.Join(path.Dir(main), "_rels", path.Base(main)+".rels")
	if x.parts[strings.ToLower(main)] == nil || x.parts[strings.ToLower(mainRels)] == nil {
		return nil, fault.New(fault.Invalid, "sheet.type", name)
	}
	rels, err := x.relations(mainRels, path.Dir(main))
	if err != nil {
		return nil, err
	}
	b := &Book{x: x}
	if err := x.workbook(b, main, rels); err != nil {
		return nil, err
	}
	for _, t := range rels {
		switch t.kind {
		case "sharedStrings":
			x.stringsPart = t.target
		case "styles":
			if x.parts[strings.ToLower(t.target)] == nil {
				continue
			}
			if err := x.styles(t.target); err != nil {
				return nil, err
			}
		}
	}
	b.Date1904 = x.date1904
	if len(b.sheets) == 0 {
		return nil, fault.New(fault.Invalid, "sheet.type", name)
	}
	return b, nil
}

type relation struct{ kind, target string }

// relations reads the targets of a part by id. External targets are dropped.
func (x *xlsx) relations(part, base string) (map[string]relation, error) {
	raw, err := x.whole(part)
	if err != nil {
		return nil, err
	}
	out := map[string]relation{}
	s := newScanner(bytes.NewReader(raw))
	for {
		tok, err := s.next()
		if err != nil {
			return nil, x.refuse(part, err)
		}
		if tok == tokEOF {
			return out, nil
		}
		if tok != tokStart || string(s.name) != "Relationship" || attr(s.attrs, "TargetMode") == "External" {
			continue
		}
		target := strings.ReplaceAll(attr(s.attrs, "Target"), `\`, "/")
		if abs, ok := strings.CutPrefix(target, "/"); ok {
			target = abs
		} else {
			target = path.Join(base, target)
		}
		kind := attr(s.attrs, "Type")
		out[attr(s.attrs, "Id")] = relation{kind[strings.LastIndexByte(kind, '/')+1:], target}
	}
}

// workbook reads the list of sheets and the date system.
func (x *xlsx) workbook(b *Book, part string, rels map[string]relation) error {
	raw, err := x.whole(part)
	if err != nil {
		return err
	}
	s := newScanner(bytes.NewReader(raw))
	for {
		tok, err := s.next()
		if err != nil {
			return x.refuse(part, err)
		}
		if tok == tokEOF {
			return nil
		}
		if tok != tokStart {
			continue
		}
		switch string(s.name) {
		case "workbookPr":
			v := attr(s.attrs, "date1904")
			x.date1904 = v == "1" || v == "true"
		case "sheet":
			// r:id and id share their local name with sheetId's neighbours in no
			// known writer; the relation's kind decides.
			t := rels[attr(s.attrs, "id")]
			f := x.parts[strings.ToLower(t.target)]
			if t.kind != "worksheet" || f == nil {
				continue
			}
			state := attr(s.attrs, "state")
			b.sheets = append(b.sheets, &Sheet{
				Name: attr(s.attrs, "name"), Hidden: state == "hidden" || state == "veryHidden",
				book: b, part: t.target, size: int64(f.UncompressedSize64),
			})
		}
	}
}

// styles finds which cell styles show a number as a date.
func (x *xlsx) styles(part string) error {
	raw, err := x.whole(part)
	if err != nil {
		return err
	}
	custom := map[string]bool{}
	inXfs := false
	s := newScanner(bytes.NewReader(raw))
	for {
		tok, err := s.next()
		if err != nil {
			return x.refuse(part, err)
		}
		switch {
		case tok == tokEOF:
			return nil
		case tok == tokEnd && string(s.name) == "cellXfs":
			return nil
		case tok != tokStart:
		case string(s.name) == "numFmt":
			custom[attr(s.attrs, "numFmtId")] = isDateFormat(attr(s.attrs, "formatCode"))
		case string(s.name) == "cellXfs":
			inXfs = !s.self
		case inXfs && string(s.name) == "xf":
			id := attr(s.attrs, "numFmtId")
			date, known := custom[id]
			x.dates = append(x.dates, known && date || !known && builtinDate[id])
		}
	}
}

// builtinDate are the built-in formats that show a date, those of the Chinese
// and Japanese editions among them (ECMA-376 part 1, 18.8.30); pure times (18–21,
// 45–47) are not dates.
var builtinDate = func() map[string]bool {
	m := map[string]bool{}
	for _, id := range strings.Fields("14 15 16 17 22 27 28 29 30 31 36 50 51 52 53 54 57 58") {
		m[id] = true
	}
	return m
}()

// isDateFormat reports a format code that shows a day, month or year.
func isDateFormat(code string) bool {
	if i := strings.IndexByte(code, ';'); i >= 0 {
		code = code[:i]
	}
	var bare strings.Builder
	quote := false
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '"':
			quote = !quote
		case quote:
		case c == '[':
			// [h], [mm] are elapsed time; other brackets are colours and locales.
			in, _, closed := strings.Cut(code[i+1:], "]")
			if in != "" && strings.Trim(strings.ToLower(in), "hms") == "" {
				bare.WriteByte('h')
			}
			if i += len(in); closed {
				i++
			}
		case c == '\\' || c == '_' || c == '*':
			i++
		default:
			bare.WriteByte(c)
		}
	}
	f := strings.ToLower(bare.String())
	if f == "" || strings.Contains(f, "general") {
		return false
	}
	f = strings.ReplaceAll(strings.ReplaceAll(f, "am/pm", ""), "a/p", "")
	if strings.ContainsAny(f, "yd") {
		return true
	}
	return strings.Contains(f, "m") && !strings.ContainsAny(f, "hs0#")
}
