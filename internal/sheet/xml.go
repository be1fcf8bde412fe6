package sheet

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"
)

type token uint8

const (
	tokEOF token = iota
	tokStart
	tokEnd
	tokText
)

// The scanner's own refusals; the caller gives them the part's name.
var (
	errDTD    = errors.New("document type declaration")
	errSyntax = errors.New("malformed XML")
	errToken  = errors.New("tag or text too long")
)

// scanner walks the tags and texts of a part. It knows no namespaces (the
// prefix is dropped), no declarations (refused) and no nesting: spreadsheet
// parts need neither, and what is not built cannot be attacked.
type scanner struct {
	r        io.Reader
	buf      []byte
	pos, end int
	eof      bool
	large    bool // the part filled the first buffer

	name  []byte // local name of the tag
	attrs []byte // raw attributes of a start tag
	self  bool   // <tag/>
	text  []byte // raw text
	cdata bool   // text needs no decoding
}

func newScanner(r io.Reader) *scanner { return &scanner{r: r, buf: make([]byte, 8<<10)} }

// fill reads more after buf[:end], keeping buf[pos:end]. It reports whether
// anything came.
func (s *scanner) fill() (bool, error) {
	if s.eof {
		return false, nil
	}
	if s.pos > 0 {
		copy(s.buf, s.buf[s.pos:s.end])
		s.end -= s.pos
		s.pos = 0
	}
	if s.end == len(s.buf) || s.large && len(s.buf) < 64<<10 {
		if len(s.buf) >= maxToken {
			return false, errToken
		}
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	for range 100 {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		s.large = s.large || s.end == len(s.buf)
		if err == io.EOF {
			s.eof = true
			return n > 0, nil
		}
		if err != nil {
			return false, err
		}
		if n > 0 {
			return true, nil
		}
	}
	return false, io.ErrNoProgress
}

// find returns the distance from pos of the first sep at or after from.
func (s *scanner) find(sep string, from int) (int, error) {
	for {
		at := -1
		if w := s.buf[s.pos:s.end]; from < len(w) {
			if len(sep) == 1 {
				at = bytes.IndexByte(w[from:], sep[0])
			} else {
				at = bytes.Index(w[from:], []byte(sep))
			}
			if at >= 0 {
				return from + at, nil
			}
			from = max(from, len(w)-len(sep)+1)
		}
		more, err := s.fill()
		if err != nil {
			return 0, err
		}
		if !more {
			return -1, nil
		}
	}
}

// next moves to the next token. Its slices are valid until the next call.
func (s *scanner) next() (token, error) {
	for {
		if s.pos == s.end {
			more, err := s.fill()
			if err != nil {
				return tokEOF, err
			}
			if !more {
				return tokEOF, nil
			}
		}
		if s.buf[s.pos] != '<' {
			at, err := s.find("<", 0)
			if err != nil {
				return tokEOF, err
			}
			if at < 0 {
				at = s.end - s.pos
			}
			s.text, s.cdata = s.buf[s.pos:s.pos+at], false
			s.pos += at
			return tokText, nil
		}
		at, err := s.find(">", 1)
		if err != nil {
			return tokEOF, err
		}
		if at < 0 {
			return tokEOF, errSyntax
		}
		switch s.buf[s.pos+1] {
		case '/':
			name := s.buf[s.pos+2 : s.pos+at]
			if n := len(name); n > 0 && name[n-1] <= ' ' {
				name = bytes.TrimRight(name, " \t\r\n")
			}
			s.name = local(name)
			s.pos += at + 1
			return tokEnd, nil
		case '!':
			tok, err := s.bang()
			if err != nil || tok == tokText {
				return tok, err
			}
		case '?':
			if err := s.skipPast("?>"); err != nil {
				return tokEOF, err
			}
		default:
			return s.start(at)
		}
	}
}

// start takes the start tag whose first '>' lies at distance at.
func (s *scanner) start(at int) (token, error) {
	for {
		tag := s.buf[s.pos+1 : s.pos+at]
		if bytes.IndexByte(tag, '\'') < 0 && bytes.Count(tag, []byte{'"'})%2 == 0 || balanced(tag) {
			break
		}
		next, err := s.find(">", at+1)
		if err != nil {
			return tokEOF, err
		}
		if next < 0 {
			return tokEOF, errSyntax
		}
		at = next
	}
	tag := s.buf[s.pos+1 : s.pos+at]
	s.pos += at + 1
	s.self = false
	if n := len(tag); n > 0 && tag[n-1] == '/' {
		tag, s.self = tag[:n-1], true
	}
	i := 0
	for i < len(tag) && tag[i] != ' ' && tag[i] != '\t' && tag[i] != '\r' && tag[i] != '\n' {
		i++
	}
	s.name, s.attrs = local(tag[:i]), tag[i:]
	if len(s.name) == 0 {
		return tokEOF, errSyntax
	}
	return tokStart, nil
}

// bang skips a comment, returns a CDATA section as text and refuses the rest:
// <!DOCTYPE, <!ENTITY.
func (s *scanner) bang() (token, error) {
	const open = "<![CDATA["
	for s.end-s.pos < len(open) {
		if more, err := s.fill(); err != nil || !more {
			if err == nil {
				err = errSyntax
			}
			return tokEOF, err
		}
	}
	switch w := s.buf[s.pos:s.end]; {
	case bytes.HasPrefix(w, []byte("<!--")):
		if err := s.skipFrom(4, "-->"); err != nil {
			return tokEOF, err
		}
		return tokEOF, nil
	case bytes.HasPrefix(w, []byte(open)):
		at, err := s.find("]]>", len(open))
		if err == nil && at < 0 {
			err = errSyntax
		}
		if err != nil {
			return tokEOF, err
		}
		s.text, s.cdata = s.buf[s.pos+len(open):s.pos+at], true
		s.pos += at + 3
		return tokText, nil
	}
	return tokEOF, errDTD
}

func (s *scanner) skipPast(sep string) error { return s.skipFrom(2, sep) }

// skipFrom drops everything up to and with sep, however long it is.
func (s *scanner) skipFrom(from int, sep string) error {
	s.pos += from
	for {
		if i := bytes.Index(s.buf[s.pos:s.end], []byte(sep)); i >= 0 {
			s.pos += i + len(sep)
			return nil
		}
		s.pos = max(s.pos, s.end-len(sep)+1)
		more, err := s.fill()
		if err != nil {
			return err
		}
		if !more {
			return errSyntax
		}
	}
}

// skip drops the rest of the element that was just opened.
func (s *scanner) skip() error {
	if s.self {
		return nil
	}
	for depth := 1; depth > 0; {
		tok, err := s.next()
		switch {
		case err != nil:
			return err
		case tok == tokEOF:
			return errSyntax
		case tok == tokStart && !s.self:
			depth++
		case tok == tokEnd:
			depth--
		}
	}
	return nil
}

func local(name []byte) []byte {
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		return name[i+1:]
	}
	return name
}

func balanced(tag []byte) bool {
	var q byte
	for _, c := range tag {
		switch {
		case q == 0 && (c == '"' || c == '\''):
			q = c
		case c == q:
			q = 0
		}
	}
	return q == 0
}

// eachAttr walks the attributes of a start tag: local name and raw value.
func eachAttr(attrs []byte, fn func(name, value []byte)) {
	for i := 0; i < len(attrs); {
		for i < len(attrs) && attrs[i] <= ' ' {
			i++
		}
		from := i
		for i < len(attrs) && attrs[i] != '=' {
			i++
		}
		name := bytes.TrimRight(attrs[from:i], " \t\r\n")
		for i < len(attrs) && attrs[i] != '"' && attrs[i] != '\'' {
			i++
		}
		if i >= len(attrs) {
			return
		}
		q := attrs[i]
		i++
		from = i
		for i < len(attrs) && attrs[i] != q {
			i++
		}
		fn(local(name), attrs[from:i])
		i++
	}
}

// attr is the decoded value of one attribute, "" where absent.
func attr(attrs []byte, name string) string {
	var out string
	eachAttr(attrs, func(n, v []byte) {
		if string(n) == name {
			b, err := decode(nil, v)
			if err == nil {
				out = string(b)
			}
		}
	})
	return out
}

// decode appends raw text with its five entities and character references
// resolved; others would need a declaration and are refused.
func decode(dst, raw []byte) ([]byte, error) {
	for {
		i := bytes.IndexByte(raw, '&')
		if i < 0 {
			return append(dst, raw...), nil
		}
		dst = append(dst, raw[:i]...)
		raw = raw[i+1:]
		j := bytes.IndexByte(raw[:min(len(raw), 12)], ';')
		if j <= 0 {
			return dst, errSyntax
		}
		ent := string(raw[:j])
		raw = raw[j+1:]
		switch ent {
		case "amp":
			dst = append(dst, '&')
		case "lt":
			dst = append(dst, '<')
		case "gt":
			dst = append(dst, '>')
		case "quot":
			dst = append(dst, '"')
		case "apos":
			dst = append(dst, '\'')
		default:
			r, ok := charRef(ent)
			if !ok {
				return dst, errSyntax
			}
			dst = utf8.AppendRune(dst, r)
		}
	}
}

func charRef(ent string) (rune, bool) {
	if len(ent) < 2 || ent[0] != '#' {
		return 0, false
	}
	digits, base := ent[1:], 10
	if digits[0] == 'x' || digits[0] == 'X' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune || n == 0 {
		return 0, false
	}
	return rune(n), true
}
