package sheet

import (
	"strings"
	"unicode/utf8"

	"wengang/internal/fault"
)

// stringTable holds the shared strings in a few large blocks: one allocation a
// block instead of one a string, and eight bytes of index for each.
type stringTable struct {
	blocks []string
	cur    strings.Builder
	index  []uint64 // block<<44 | offset<<20 | length
	bytes  int
}

const blockSize = 1 << 20

func (t *stringTable) add(s []byte) {
	if t.cur.Len() > 0 && t.cur.Len()+len(s) > blockSize {
		t.flush()
	}
	if t.cur.Len() == 0 {
		t.cur.Grow(blockSize)
	}
	t.index = append(t.index, uint64(len(t.blocks))<<44|uint64(t.cur.Len())<<20|uint64(len(s)))
	t.cur.Write(s)
	t.bytes += len(s)
}

func (t *stringTable) flush() {
	t.blocks = append(t.blocks, t.cur.String())
	t.cur = strings.Builder{}
}

func (t *stringTable) get(i int) (string, bool) {
	if i < 0 || i >= len(t.index) {
		return "", false
	}
	x := t.index[i]
	from := x >> 20 & (1<<24 - 1)
	return t.blocks[x>>44][from : from+x&(1<<20-1)], true
}

// loadStrings reads the shared strings part once.
func (x *xlsx) loadStrings() error {
	if x.strings != nil {
		return nil
	}
	t := &stringTable{}
	if x.stringsPart == "" || x.parts[strings.ToLower(x.stringsPart)] == nil {
		x.strings = t
		return nil
	}
	in, err := x.open(x.stringsPart, maxPart, nil)
	if err != nil {
		return err
	}
	defer in.Close()
	s := newScanner(in)
	var buf []byte
	for {
		tok, err := s.next()
		if err != nil {
			return x.refuse(x.stringsPart, err)
		}
		if tok == tokEOF {
			break
		}
		if tok != tokStart || string(s.name) != "si" {
			continue
		}
		if buf, err = richText(s, buf[:0]); err != nil {
			return x.refuse(x.stringsPart, err)
		}
		if tooLong(buf) {
			return fault.New(fault.Invalid, "sheet.cell", x.name, MaxCell)
		}
		t.add(buf)
		if t.bytes > maxStrings || len(t.index) > maxStringN {
			return fault.New(fault.Invalid, "sheet.bomb", x.name)
		}
	}
	t.flush()
	x.strings = t
	return nil
}

// tooLong reports a text over Excel's limit of characters.
func tooLong(b []byte) bool { return len(b) > MaxCell && utf8.RuneCount(b) > MaxCell }

// richText appends the text of the element just opened (si, is): its t
// elements, with runs joined and phonetic hints left out.
func richText(s *scanner, dst []byte) ([]byte, error) {
	if s.self {
		return dst, nil
	}
	from, inText := len(dst), false
	for depth := 1; depth > 0; {
		tok, err := s.next()
		if err != nil {
			return dst, err
		}
		switch tok {
		case tokEOF:
			return dst, errSyntax
		case tokStart:
			if string(s.name) == "rPh" {
				if err := s.skip(); err != nil {
					return dst, err
				}
				continue
			}
			if !s.self {
				depth++
				inText = string(s.name) == "t"
			}
		case tokEnd:
			depth--
			inText = false
		case tokText:
			if !inText {
				continue
			}
			if dst, err = s.appendText(dst); err != nil {
				return dst, err
			}
			if len(dst)-from > 8*MaxCell {
				return dst, errToken
			}
		}
	}
	return append(dst[:from], unescape(dst[from:])...), nil
}

func (s *scanner) appendText(dst []byte) ([]byte, error) {
	if s.cdata {
		return append(dst, s.text...), nil
	}
	return decode(dst, s.text)
}

// unescape resolves the _x000D_ form in which control characters are written
// (ECMA-376 part 1, 22.9.2.19), in place.
func unescape(b []byte) []byte {
	if len(b) < 7 {
		return b
	}
	out := b[:0]
	for i := 0; i < len(b); i++ {
		if b[i] == '_' && i+6 < len(b) && b[i+1] == 'x' && b[i+6] == '_' {
			if n, ok := hex4(b[i+2 : i+6]); ok {
				if n != 0 { // no database takes it
					var tmp [4]byte
					out = append(out, tmp[:utf8.EncodeRune(tmp[:], n)]...)
				}
				i += 6
				continue
			}
		}
		out = append(out, b[i])
	}
	return out
}

func hex4(b []byte) (rune, bool) {
	var n rune
	for _, c := range b {
		switch {
		case c >= '0' && c <= '9':
			n = n<<4 | rune(c-'0')
		case c >= 'A' && c <= 'F':
			n = n<<4 | rune(c-'A'+10)
		case c >= 'a' && c <= 'f':
			n = n<<4 | rune(c-'a'+10)
		default:
			return 0, false
		}
	}
	return n, true
}
