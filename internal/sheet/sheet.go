// Package sheet reads and writes workbooks. The reader is a stream of rows over
// .xlsx (own scan of zip and XML) and .csv (UTF-8 with or without byte order
// mark, UTF-16 with one, GB18030); it takes untrusted files: what it cannot
// read safely it refuses with a fault that says what to do, in bounded time
// and memory. Formulas, macros, links and pictures are never looked at.
//
// Cost, 2 cores, 200,000 rows of 25 columns: see `wengang bench import`.
package sheet

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"

	"wengang/internal/fault"
)

// Limits of a workbook. Excel's own (rows, columns, cell) are exact; the others
// are set so that a refusal comes within a second and 256 MB.
const (
	MaxRows     = 1_048_576
	MaxColumns  = 16_384
	MaxCell     = 32_767 // characters
	maxEntries  = 4_096
	maxRatio    = 100       // uncompressed to compressed, past ratioFrom
	ratioFrom   = 8 << 20   // bytes: small parts may be as repetitive as they like
	maxPart     = 1 << 30   // bytes of one part, uncompressed
	maxSmall    = 32 << 20  // bytes of workbook, styles and relations
	maxStrings  = 192 << 20 // bytes of shared text kept in memory
	maxStringN  = 8 << 20   // shared strings
	maxDir      = 4 << 20   // bytes of the zip's directory
	maxToken    = 1 << 20   // bytes of one tag or text run
	maxFileSize = 512 << 20
)

// Stop ends Rows early without an error.
var Stop = errors.New("stop")

// Cell is a cell that is not empty.
type Cell struct {
	Col    int    // 0-based
	Text   string // numbers in plain form, dates as 2023-05-01
	Number bool   // stored as a number, not as text: an 18-digit id has lost its tail
	Date   bool   // stored as a number and shown as a date
	Fault  bool   // a formula's error (#N/A) or text that could not be decoded
}

// Book is an open workbook. It is not safe for concurrent use.
type Book struct {
	Date1904 bool // dates of unformatted serials count from 1904
	sheets   []*Sheet
	x        *xlsx
	close    func() error
}

// Sheet is one table of rows.
type Sheet struct {
	Name   string
	Hidden bool
	book   *Book
	part   string // name in the zip, "" for text files
	csv    *csvSource
	done   atomic.Int64
	size   int64
}

// Open opens a workbook by its content; the name's ending does not matter.
// Errors are faults of kind Invalid, except where the file cannot be read.
func Open(path string) (*Book, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "sheet.open", filepath.Base(path))
	}
	st, err := f.Stat()
	if err == nil && !st.Mode().IsRegular() {
		err = errors.New("not a regular file")
	}
	if err != nil {
		f.Close()
		return nil, fault.Wrap(err, fault.Invalid, "sheet.open", filepath.Base(path))
	}
	b, err := OpenReader(f, st.Size(), filepath.Base(path))
	if err != nil {
		f.Close()
		return nil, err
	}
	b.close = f.Close
	return b, nil
}

// OpenReader is Open over bytes that are already at hand; name is shown in
// messages and names the one sheet of a text file.
func OpenReader(r io.ReaderAt, size int64, name string) (*Book, error) {
	if size == 0 {
		return nil, fault.New(fault.Invalid, "sheet.empty", name)
	}
	if size > maxFileSize {
		return nil, fault.New(fault.Invalid, "sheet.large", name, maxFileSize>>20)
	}
	head := make([]byte, min(size, 4096))
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, fault.Wrap(err, fault.Invalid, "sheet.open", name)
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return openXLSX(r, size, name)
	case bytes.HasPrefix(head, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")):
		return nil, compoundFault(r, size, name)
	case looksLikeMarkup(head):
		return nil, fault.New(fault.Invalid, "sheet.html", name)
	}
	return openCSV(r, size, name)
}

// Close releases the file.
func (b *Book) Close() error {
	if b.close == nil {
		return nil
	}
	return b.close()
}

// Sheets are the book's tables in order, hidden ones included.
func (b *Book) Sheets() []*Sheet { return b.sheets }

// Rows calls fn for every row that has a cell, in order, with the sheet's own
// row number (from 1). cells is only valid during the call; the texts may be
// kept. fn ends the walk with Stop; any other error is returned as it is.
func (s *Sheet) Rows(fn func(n int, cells []Cell) error) error {
	s.done.Store(0)
	var err error
	if s.csv != nil {
		err = s.csv.rows(s, fn)
	} else {
		err = s.book.x.rows(s, fn)
	}
	if errors.Is(err, Stop) {
		return nil
	}
	return err
}

// Progress is the share of the sheet's bytes read so far by Rows, 0 to 1; it
// may be asked for while Rows runs.
func (s *Sheet) Progress() float64 {
	if s.size <= 0 {
		return 0
	}
	return min(1, float64(s.done.Load())/float64(s.size))
}

// compoundFault tells the two old containers apart: a protected .xlsx and an
// .xls (or .et, .doc). The directory's names are UTF-16.
func compoundFault(r io.ReaderAt, size int64, name string) error {
	buf := make([]byte, 1<<20)
	want := utf16le("EncryptedPackage")
	for off := int64(0); off < size; off += int64(len(buf) - len(want)) {
		n, err := r.ReadAt(buf, off)
		if bytes.Contains(buf[:n], want) {
			return fault.New(fault.Invalid, "sheet.encrypted", name)
		}
		if err != nil {
			break
		}
	}
	return fault.New(fault.Invalid, "sheet.xls", name)
}

func utf16le(s string) []byte {
	out := make([]byte, 0, 2*len(s))
	for i := range len(s) {
		out = append(out, s[i], 0)
	}
	return out
}

// looksLikeMarkup finds the web pages and XML that systems export under the
// name .xls.
func looksLikeMarkup(head []byte) bool {
	h := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")), " \t\r\n"))
	for _, p := range []string{"<!doctype", "<html", "<table", "<?xml", "<meta", "<head", "<style", "<div", "mime-version:"} {
		if bytes.HasPrefix(h, []byte(p)) {
			return true
		}
	}
	return false
}

// Size is the sheet's weight in bytes, to weigh Progress of several.
func (s *Sheet) Size() int64 { return s.size }
