package sheet

import (
	"bytes"
	"io"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"wengang/internal/fault"
)

// csvSource is a delimited text file.
type csvSource struct {
	r     io.ReaderAt
	size  int64
	name  string
	skip  int64             // byte order mark
	enc   encoding.Encoding // nil for UTF-8
	delim byte
}

func openCSV(r io.ReaderAt, size int64, name string) (*Book, error) {
	c := &csvSource{r: r, size: size, name: name}
	if err := c.sniffEncoding(); err != nil {
		return nil, err
	}
	if err := c.sniffDelimiter(); err != nil {
		return nil, err
	}
	b := &Book{}
	title := strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	b.sheets = []*Sheet{{Name: title, book: b, csv: c, size: size}}
	return b, nil
}

// sniffEncoding goes by the byte order mark; without one, a file that is valid
// UTF-8 from end to end is UTF-8 and any other text is GB18030, which is what
// Excel writes on a Chinese Windows. The whole file is looked at: the first
// Chinese name may stand in the last row.
func (c *csvSource) sniffEncoding() error {
	head := make([]byte, min(c.size, 4))
	if _, err := c.r.ReadAt(head, 0); err != nil && err != io.EOF {
		return fault.Wrap(err, fault.Invalid, "sheet.open", c.name)
	}
	switch {
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		c.skip = 3
		return nil
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}):
		c.enc = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM)
		return nil
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		c.enc = unicode.UTF16(unicode.BigEndian, unicode.ExpectBOM)
		return nil
	}
	buf, keep := make([]byte, 256<<10), 0
	valid := true
	for off := int64(0); off < c.size; {
		n, err := c.r.ReadAt(buf[keep:min(len(buf), keep+int(min(c.size-off, int64(len(buf)))))], off)
		off += int64(n)
		w := buf[:keep+n]
		if isBinary(w[keep:]) {
			return fault.New(fault.Invalid, "sheet.type", c.name)
		}
		if valid {
			w, keep = wholeRunes(w, off == c.size)
			valid = utf8.Valid(w)
			copy(buf, buf[len(w):len(w)+keep])
		}
		if !valid {
			keep = 0
		}
		if err != nil && err != io.EOF || n == 0 {
			return fault.Wrap(err, fault.Invalid, "sheet.open", c.name)
		}
	}
	if !valid {
		c.enc = simplifiedchinese.GB18030
	}
	return nil
}

// isBinary finds the control bytes that no text has in any of the encodings.
func isBinary(b []byte) bool {
	for _, c := range b {
		if c < 0x09 || c > 0x0D && c < 0x20 && c != 0x1A && c != 0x1B && c != 0x1F && c != 0x1D && c != 0x1E && c != 0x1C {
			return true
		}
	}
	return false
}

// wholeRunes cuts an unfinished rune off the end of a window.
func wholeRunes(w []byte, last bool) ([]byte, int) {
	if last {
		return w, 0
	}
	for k := 1; k < utf8.UTFMax && k <= len(w); k++ {
		if c := w[len(w)-k]; utf8.RuneStart(c) {
			if !utf8.FullRune(w[len(w)-k:]) {
				return w[:len(w)-k], k
			}
			break
		}
	}
	return w, 0
}

// text is the file as UTF-8 from its start.
func (c *csvSource) text(sh *Sheet) io.Reader {
	var in io.Reader = io.NewSectionReader(c.r, c.skip, c.size-c.skip)
	if sh != nil {
		in = &countReader{in, sh}
	}
	if c.enc != nil {
		in = c.enc.NewDecoder().Reader(in)
	}
	return in
}

type countReader struct {
	r  io.Reader
	sh *Sheet
}

func (c *countReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.sh.done.Add(int64(n))
	return n, err
}

// sniffDelimiter takes, of comma, tab, semicolon and bar, the one that occurs
// most often outside quotes in the first rows and in the most of them.
func (c *csvSource) sniffDelimiter() error {
	head := make([]byte, 64<<10)
	n, err := io.ReadFull(c.text(nil), head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return fault.Wrap(err, fault.Invalid, "sheet.open", c.name)
	}
	head = head[:n]
	// "sep=;" in the first line is Excel's own hint.
	if rest, ok := bytes.CutPrefix(head, []byte("sep=")); ok && len(rest) > 0 && rest[0] != '\n' && rest[0] != '\r' {
		c.delim = rest[0]
		return nil
	}
	best, score := byte(','), 0
	for _, d := range []byte(",\t;|") {
		rows, total, here, quoted := 0, 0, 0, false
		for _, b := range head {
			switch {
			case b == '"':
				quoted = !quoted
			case quoted:
			case b == d:
				here++
			case b == '\n':
				if here > 0 {
					rows++
				}
				total, here = total+here, 0
			}
		}
		total += here
		if s := rows*1000 + total; s > score {
			best, score = d, s
		}
	}
	c.delim = best
	return nil
}

// csvReader is the state of one walk.
type csvReader struct {
	c     *csvSource
	fn    func(int, []Cell) error
	cells []Cell
	spans []span
	arena []byte
	from  int // start of the field in arena
	col   int
	row   int
}

func (c *csvSource) rows(sh *Sheet, fn func(int, []Cell) error) error {
	r := &csvReader{c: c, fn: fn, row: 1}
	in := c.text(sh)
	buf := make([]byte, 64<<10)
	const (
		fieldStart = iota
		plain
		quoted
		quoteInQuoted // a quote inside quotes: its twin or the end
	)
	state, cr := fieldStart, false
	for {
		n, err := in.Read(buf)
		for _, b := range buf[:n] {
			if cr {
				cr = false
				if b == '\n' {
					continue
				}
			}
			switch {
			case state == quoted:
				if b == '"' {
					state = quoteInQuoted
					continue
				}
				r.arena = append(r.arena, b)
			case b == '"' && state == fieldStart:
				state = quoted
			case b == '"' && state == quoteInQuoted:
				r.arena = append(r.arena, '"')
				state = quoted
			case b == c.delim:
				if err := r.field(); err != nil {
					return err
				}
				state = fieldStart
			case b == '\n' || b == '\r':
				cr = b == '\r'
				if err := r.endRow(); err != nil {
					return err
				}
				state = fieldStart
			default:
				r.arena = append(r.arena, b)
				state = plain
			}
			if len(r.arena)-r.from > 4*MaxCell {
				return fault.New(fault.Invalid, "sheet.cellat", c.name, r.row, MaxCell)
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return fault.Wrap(err, fault.Invalid, "sheet.broken", c.name, "csv")
		}
	}
	if state == quoted {
		return fault.New(fault.Invalid, "sheet.quote", c.name, r.row)
	}
	return r.endRow()
}

func (r *csvReader) field() error {
	raw := r.arena[r.from:]
	if r.col >= MaxColumns {
		return fault.New(fault.Invalid, "sheet.columns", r.c.name, r.row, MaxColumns)
	}
	if text := bytes.TrimSpace(raw); len(text) > 0 {
		if tooLong(text) {
			return fault.New(fault.Invalid, "sheet.cellat", r.c.name, r.row, MaxCell)
		}
		at := r.from + bytes.Index(raw, text)
		to := at + len(text)
		// ="0635123" is how people keep Excel from reading digits as a number.
		if len(text) > 3 && text[0] == '=' && text[1] == '"' && text[len(text)-1] == '"' {
			at, to = at+2, to-1
		}
		r.spans = append(r.spans, span{len(r.cells), at, to})
		r.cells = append(r.cells, Cell{Col: r.col, Fault: bytes.ContainsRune(text, utf8.RuneError)})
	}
	r.col++
	r.from = len(r.arena)
	return nil
}

func (r *csvReader) endRow() error {
	if err := r.field(); err != nil {
		return err
	}
	if len(r.cells) > 0 && !(r.row == 1 && bytes.HasPrefix(r.arena, []byte("sep="))) {
		if r.row > MaxRows {
			return fault.New(fault.Invalid, "sheet.rows", r.c.name, MaxRows)
		}
		all := string(r.arena)
		for _, sp := range r.spans {
			r.cells[sp.cell].Text = all[sp.from:sp.to]
		}
		if err := r.fn(r.row, r.cells); err != nil {
			return err
		}
	}
	r.row++
	r.cells, r.spans, r.arena, r.from, r.col = r.cells[:0], r.spans[:0], r.arena[:0], 0, 0
	return nil
}
