package transfer

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"hash/maphash"
	"slices"
	"sync"
	"time"

	"wengang/internal/db"
	"wengang/internal/fault"
)

// Linked is a Kind whose rows touch each other only where they share a key: a
// number, a phone, a household. After a fix only the rows tied to the fixed one
// are checked again; of a Kind that is not Linked the whole file is.
type Linked interface {
	// Links answers what ties a row to others, in any order. Too many keys cost
	// time, one too few makes a fix differ from a check of the whole file.
	Links(ctx context.Context, b *Batch) (func(Row) ([]string, error), error)
}

// desk is a batch's rows at hand: the file read once, its rows packed by chunk,
// and the keys by which rows are tied. It holds no acts; they are laid over.
type desk struct {
	laying
	links    func(Row) ([]string, error) // nil: the kind is not Linked
	chunks   []deskChunk
	rows     int
	ties     []tie // by hash
	headings map[string][]string
	width    int
}

type deskChunk struct {
	n      int
	sheet  string
	first  int   // ordinal of its first row
	rows   []int // the sheet's row numbers, ascending
	packed []byte
}

type tie struct {
	hash uint64
	row  int32 // ordinal
}

var tieSeed = maphash.MakeSeed()

// desks keeps the last few batches that somebody works on: about a third of a
// workbook's size each. What is not here is read again.
type desks struct {
	mu   sync.Mutex
	list []*deskEntry
}

type deskEntry struct {
	id, checked int64
	once        sync.Mutex
	desk        *desk
	used        time.Time
}

const (
	maxDesks  = 4
	deskIdle  = 20 * time.Minute
	errCorner = "staged rows do not match the file"
)

// desk answers the batch's rows, read once per check of the file.
func (s *Service) desk(ctx context.Context, in Info) (*desk, error) {
	now := time.Now()
	s.desks.mu.Lock()
	s.desks.list = slices.DeleteFunc(s.desks.list, func(e *deskEntry) bool { return now.Sub(e.used) > deskIdle })
	var e *deskEntry
	for _, x := range s.desks.list {
		if x.id == in.ID && x.checked == db.Millis(in.CheckedAt) {
			e = x
		}
	}
	if e == nil {
		e = &deskEntry{id: in.ID, checked: db.Millis(in.CheckedAt)}
		if len(s.desks.list) >= maxDesks {
			slices.SortFunc(s.desks.list, func(a, b *deskEntry) int { return b.used.Compare(a.used) })
			s.desks.list = s.desks.list[:maxDesks-1]
		}
		s.desks.list = append(s.desks.list, e)
	}
	e.used = now
	s.desks.mu.Unlock()
	e.once.Lock()
	defer e.once.Unlock()
	if e.desk != nil {
		return e.desk, nil
	}
	d, err := s.readDesk(ctx, in)
	if err == nil {
		e.desk = d
	}
	return d, err
}

// readDesk reads the file and cuts it into the chunks that the check cut.
func (s *Service) readDesk(ctx context.Context, in Info) (*desk, error) {
	cuts, err := s.cuts(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	book, f, m, err := s.reopen(in)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	d := &desk{headings: map[string][]string{}, width: len(m.Columns)}
	if d.laying, err = s.laying(in, m); err != nil {
		return nil, err
	}
	if k, ok := s.kinds[in.Kind].(Linked); ok {
		if d.links, err = k.Links(ctx, d.b); err != nil {
			return nil, err
		}
	}
	for i := range m.Sheets {
		d.headings[m.Sheets[i].Name] = m.Sheets[i].Headings
	}
	cells := make([]Cell, d.width)
	var at deskChunk
	var plain []byte
	flush := func() (err error) {
		at.packed, err = pack(plain)
		d.chunks = append(d.chunks, at)
		plain = plain[:0]
		return err
	}
	err = newSource(book, m).each(func() []Cell { return cells }, func(r row) error {
		if len(at.rows) == 0 {
			if len(d.chunks) == len(cuts) {
				return errors.New(errCorner)
			}
			at = deskChunk{n: cuts[len(d.chunks)].n, sheet: valid(r.Sheet), first: d.rows}
		}
		if d.links != nil {
			keys, err := d.links(r.Row)
			if err != nil {
				return err
			}
			for _, key := range keys {
				d.ties = append(d.ties, tie{maphash.String(tieSeed, key), int32(d.rows)})
			}
		}
		plain = appendRow(plain, &r)
		at.rows = append(at.rows, r.N)
		d.rows++
		if len(at.rows) < cuts[len(d.chunks)].rows {
			return nil
		}
		defer func() { at = deskChunk{} }()
		return cmp.Or(flush(), ctx.Err())
	})
	if err == nil && (len(at.rows) > 0 || len(d.chunks) != len(cuts)) {
		err = errors.New(errCorner)
	}
	if err != nil {
		return nil, err
	}
	slices.SortFunc(d.ties, func(a, b tie) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.row, b.row)) })
	return d, nil
}

type cut struct{ n, rows int }

// cuts are the chunks of the check.
func (s *Service) cuts(ctx context.Context, id int64) ([]cut, error) {
	rows, err := s.db.Read.QueryContext(ctx, `SELECT n, rows FROM import_chunk WHERE batch_id = $1 ORDER BY n`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []cut
	for rows.Next() {
		var c cut
		if err := rows.Scan(&c.n, &c.rows); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// Flags of a packed cell.
const (
	packNumber = 1 << iota
	packDate
	pack1904
)

func appendRow(b []byte, r *row) []byte {
	b = binary.AppendVarint(b, int64(r.fault))
	for i := range r.Cells {
		c := &r.Cells[i]
		flags := byte(0)
		if c.Number {
			flags |= packNumber
		}
		if c.IsDate {
			flags |= packDate
		}
		if c.From1904 {
			flags |= pack1904
		}
		b = append(b, flags)
		b = binary.AppendUvarint(b, uint64(len(c.Text)))
		b = append(b, c.Text...)
	}
	return b
}

// open unpacks the wanted rows of a chunk, with what stands of the acts on them.
func (d *desk) open(c *deskChunk, over *overlay, want func(i int) bool) ([]row, error) {
	plain, err := unpack(c.packed)
	if err != nil {
		return nil, err
	}
	text := string(plain)
	at := 0
	var out []row
	var heads []string
	for name, h := range d.headings {
		if valid(name) == c.sheet {
			heads = h
		}
	}
	for i, n := range c.rows {
		fault, k := binary.Varint(plain[at:])
		at += k
		r := row{Row: Row{Sheet: c.sheet, N: n}, fault: int(fault)}
		wanted := want(i)
		if wanted {
			r.Cells = make([]Cell, d.width)
		}
		for p := range d.width {
			flags := plain[at]
			size, k := binary.Uvarint(plain[at+1:])
			at += 1 + k
			if wanted {
				r.Cells[p] = Cell{Text: text[at : at+int(size)], Number: flags&packNumber != 0, IsDate: flags&packDate != 0, From1904: flags&pack1904 != 0}
				if p < len(heads) {
					r.Cells[p].Column = heads[p]
				}
			}
			at += int(size)
		}
		if wanted {
			over.lay(&r)
			out = append(out, r)
		}
	}
	return out, nil
}

// find answers the ordinal of a row.
func (d *desk) find(k rowKey) (int, bool) {
	for i := range d.chunks {
		c := &d.chunks[i]
		if c.sheet != k.sheet || k.n < c.rows[0] || k.n > c.rows[len(c.rows)-1] {
			continue
		}
		if at, ok := slices.BinarySearch(c.rows, k.n); ok {
			return c.first + at, true
		}
	}
	return 0, false
}

// chunkOf is the place of the chunk that holds an ordinal.
func (d *desk) chunkOf(row int) int {
	i, ok := slices.BinarySearchFunc(d.chunks, row, func(c deskChunk, row int) int { return cmp.Compare(c.first, row) })
	if !ok {
		i--
	}
	return i
}

// read unpacks rows by ordinal, ascending.
func (d *desk) read(rows []int, over *overlay) ([]row, error) {
	var out []row
	for len(rows) > 0 {
		c := &d.chunks[d.chunkOf(rows[0])]
		n, _ := slices.BinarySearch(rows, c.first+len(c.rows))
		got, err := d.open(c, over, func(i int) bool { _, ok := slices.BinarySearch(rows[:n], c.first+i); return ok })
		if err != nil {
			return nil, err
		}
		out, rows = append(out, got...), rows[n:]
	}
	return out, nil
}

// row reads one row as it stands.
func (d *desk) row(k rowKey, over *overlay) (row, error) {
	at, ok := d.find(k)
	if !ok {
		return row{}, fault.NotFoundf("import.desk.norow")
	}
	got, err := d.read([]int{at}, over)
	if err != nil {
		return row{}, err
	}
	return got[0], nil
}
