package sheet

import (
	"unicode/utf8"

	"wengang/internal/fault"
)

// rowReader scans one worksheet. Texts of a row share one string, so a row
// costs one allocation however many cells it has.
type rowReader struct {
	x     *xlsx
	s     *scanner
	part  string
	cells []Cell
	spans []span // cells whose text lies in arena
	arena []byte
}

type span struct{ cell, from, to int }

func (x *xlsx) rows(sh *Sheet, fn func(int, []Cell) error) error {
	if err := x.loadStrings(); err != nil {
		return err
	}
	in, err := x.open(sh.part, maxPart, &sh.done)
	if err != nil {
		return err
	}
	defer in.Close()
	r := &rowReader{x: x, s: newScanner(in), part: sh.part}
	last := 0
	for {
		tok, err := r.s.next()
		if err != nil {
			return x.refuse(sh.part, err)
		}
		if tok == tokEOF || tok == tokEnd && string(r.s.name) == "sheetData" {
			return nil
		}
		if tok != tokStart || string(r.s.name) != "row" {
			continue
		}
		n := rowNumber(r.s.attrs, last)
		if n > MaxRows {
			return fault.New(fault.Invalid, "sheet.rows", x.name, MaxRows)
		}
		if n <= last {
			return fault.New(fault.Invalid, "sheet.roworder", x.name, last)
		}
		last = n
		if r.s.self {
			continue
		}
		if err := r.row(n); err != nil {
			return err
		}
		if len(r.cells) == 0 {
			continue
		}
		if err := fn(n, r.cells); err != nil {
			return err
		}
	}
}

// rowNumber is the r attribute, or the number after last where it is missing.
func rowNumber(attrs []byte, last int) int {
	n := last + 1
	eachAttr(attrs, func(name, v []byte) {
		if string(name) != "r" {
			return
		}
		k := 0
		for _, c := range v {
			if c < '0' || c > '9' {
				return
			}
			if k = k*10 + int(c-'0'); k > MaxRows {
				break // past every bound, however many digits follow
			}
		}
		n = k
	})
	return n
}

// row reads the cells up to the row's end tag.
func (r *rowReader) row(n int) error {
	r.cells, r.spans, r.arena = r.cells[:0], r.spans[:0], r.arena[:0]
	last := -1
	for {
		tok, err := r.s.next()
		if err != nil {
			return r.x.refuse(r.part, err)
		}
		switch tok {
		case tokEOF:
			return r.x.refuse(r.part, errSyntax)
		case tokEnd:
			if string(r.s.name) == "row" {
				r.settle()
				return nil
			}
		case tokStart:
			if string(r.s.name) != "c" {
				if err := r.s.skip(); err != nil {
					return r.x.refuse(r.part, err)
				}
				continue
			}
			col, style, kind := cellAttrs(r.s.attrs, last)
			if col >= MaxColumns {
				return fault.New(fault.Invalid, "sheet.columns", r.x.name, n, MaxColumns)
			}
			if col <= last {
				return fault.New(fault.Invalid, "sheet.roworder", r.x.name, n)
			}
			last = col
			if r.s.self {
				continue
			}
			if err := r.cell(n, col, style, kind); err != nil {
				return err
			}
		}
	}
}

// settle turns the row's bytes into one string and cuts the texts out of it.
func (r *rowReader) settle() {
	if len(r.spans) == 0 {
		return
	}
	all := string(r.arena)
	for _, sp := range r.spans {
		r.cells[sp.cell].Text = all[sp.from:sp.to]
	}
}

// cellAttrs reads position, style and type; a cell without position follows
// its neighbour.
func cellAttrs(attrs []byte, last int) (col, style int, kind byte) {
	col = last + 1
	eachAttr(attrs, func(name, v []byte) {
		if len(name) != 1 || len(v) == 0 {
			return
		}
		switch name[0] {
		case 'r':
			k := 0
			for _, c := range v {
				if c >= 'a' && c <= 'z' {
					c -= 'a' - 'A'
				}
				if c < 'A' || c > 'Z' || k > MaxColumns {
					break
				}
				k = k*26 + int(c-'A'+1)
			}
			if k > 0 {
				col = k - 1
			}
		case 's':
			for _, c := range v {
				if c < '0' || c > '9' || style > 1<<20 {
					style = 0
					return
				}
				style = style*10 + int(c-'0')
			}
		case 't':
			kind = v[0] // s, str, inlineStr, n, b, e, d
			if string(v) == "str" || string(v) == "inlineStr" {
				kind = 'i'
			}
		}
	})
	return col, style, kind
}

// cell reads v or is of the cell just opened, up to its end tag.
func (r *rowReader) cell(n, col, style int, kind byte) error {
	from := len(r.arena)
	inValue, isText := false, false
	for {
		tok, err := r.s.next()
		if err != nil {
			return r.x.refuse(r.part, err)
		}
		switch tok {
		case tokEOF:
			return r.x.refuse(r.part, errSyntax)
		case tokStart:
			switch string(r.s.name) {
			case "v":
				inValue = !r.s.self
			case "is":
				isText = true
				if r.arena, err = richText(r.s, r.arena); err != nil {
					return r.x.refuse(r.part, err)
				}
			default:
				if err := r.s.skip(); err != nil {
					return r.x.refuse(r.part, err)
				}
			}
		case tokText:
			if inValue {
				if r.arena, err = r.s.appendText(r.arena); err != nil {
					return r.x.refuse(r.part, err)
				}
			}
		case tokEnd:
			inValue = false
			if string(r.s.name) == "c" {
				if isText {
					kind = 'i'
				}
				return r.take(n, col, style, kind, from)
			}
		}
		if len(r.arena)-from > 8*MaxCell {
			return fault.New(fault.Invalid, "sheet.cellat", r.x.name, n, MaxCell)
		}
	}
}

// take makes the cell out of the bytes collected since from.
func (r *rowReader) take(n, col, style int, kind byte, from int) error {
	raw := r.arena[from:]
	c := Cell{Col: col}
	switch kind {
	case 's':
		i := 0
		for _, d := range raw {
			if d < '0' || d > '9' || i > maxStringN {
				return fault.New(fault.Invalid, "sheet.broken", r.x.name, "sharedStrings")
			}
			i = i*10 + int(d-'0')
		}
		text, ok := r.x.strings.get(i)
		if !ok || len(raw) == 0 {
			return fault.New(fault.Invalid, "sheet.broken", r.x.name, "sharedStrings")
		}
		r.arena = r.arena[:from]
		if text != "" {
			c.Text, c.Fault = text, !utf8.ValidString(text)
			r.cells = append(r.cells, c)
		}
		return nil
	case 'i':
		raw = unescape(raw)
		c.Fault = !utf8.Valid(raw)
	case 'b':
		if len(raw) == 1 && raw[0] == '1' {
			raw = append(raw[:0], "TRUE"...)
		} else if len(raw) > 0 {
			raw = append(raw[:0], "FALSE"...)
		}
	case 'e':
		c.Fault = true
	case 'd':
		c.Date = true
	default:
		date := style < len(r.x.dates) && r.x.dates[style]
		raw, c.Number, c.Date = numberText(raw, date, r.x.date1904)
	}
	if len(raw) == 0 {
		r.arena = r.arena[:from]
		return nil
	}
	if tooLong(raw) {
		return fault.New(fault.Invalid, "sheet.cellat", r.x.name, n, MaxCell)
	}
	r.arena = append(r.arena[:from], raw...)
	r.spans = append(r.spans, span{len(r.cells), from, len(r.arena)})
	r.cells = append(r.cells, c)
	return nil
}
