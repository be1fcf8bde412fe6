// Package reconcile says person by person why our figure of a place and month
// differs from somebody else's number, list, or both (对账): who is in one and
// not in the other, who is in both and differs in what, who is in the ledger
// and not counted and by which condition of the calibre. The classes add up to
// the difference exactly.
package reconcile

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"wengang/internal/calendar"
	"wengang/internal/region"
	"wengang/internal/secret"
)

// Line is one row of the other side's list. The number itself is not kept:
// its blind index finds the person, its mask is shown.
type Line struct {
	Row       int // the sheet's own row number
	Index     [secret.IndexSize]byte
	Mask      string
	Problem   string // catalogue key of why the number is none; "" for a good one
	Name      string
	Village   region.Code // where the list has the person, 0 unknown
	Household string
	Kinds     uint32 // bits 1<<kind
	Risk      int
	Status    int
	Place     region.Code // of work
	Start     calendar.Month
	Wage      int64 // fen a month, -1 unknown
}

// chunkLines is how many lines one sealed chunk holds.
const chunkLines = 2000

// sealList is the context of the sealed chunks.
const sealList = "reconcile_chunk.list_cipher"

// pack writes lines in the form that is sealed.
func pack(lines []Line) ([]byte, error) {
	var raw []byte
	str := func(s string) { raw = append(binary.AppendUvarint(raw, uint64(len(s))), s...) }
	num := func(n int64) { raw = binary.AppendVarint(raw, n) }
	for i := range lines {
		l := &lines[i]
		num(int64(l.Row))
		raw = append(raw, l.Index[:]...)
		str(l.Mask)
		str(l.Problem)
		str(l.Name)
		num(int64(l.Village))
		str(l.Household)
		num(int64(l.Kinds))
		num(int64(l.Risk))
		num(int64(l.Status))
		num(int64(l.Place))
		num(int64(l.Start))
		num(l.Wage)
	}
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(raw); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// maxChunk bounds what a chunk unpacks to.
const maxChunk = 16 << 20

var errChunk = errors.New("reconcile: a chunk of a list does not read")

// unpack reads what pack wrote.
func unpack(packed []byte) ([]Line, error) {
	raw, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), maxChunk+1))
	if err != nil || len(raw) > maxChunk {
		return nil, fmt.Errorf("%w: %v", errChunk, err)
	}
	d := decoder{text: string(raw)}
	lines := make([]Line, 0, chunkLines)
	for len(d.text) > 0 && !d.bad {
		l := Line{Row: int(d.num())}
		copy(l.Index[:], d.take(secret.IndexSize))
		l.Mask, l.Problem, l.Name = d.str(), d.str(), d.str()
		l.Village, l.Household = region.Code(d.num()), d.str()
		l.Kinds, l.Risk, l.Status = uint32(d.num()), int(d.num()), int(d.num())
		l.Place, l.Start, l.Wage = region.Code(d.num()), calendar.Month(d.num()), d.num()
		lines = append(lines, l)
	}
	if d.bad {
		return nil, errChunk
	}
	return lines, nil
}

// decoder cuts texts out of one string, so that a chunk costs one allocation.
type decoder struct {
	text string
	bad  bool
}

func (d *decoder) take(n int) string {
	if n < 0 || n > len(d.text) {
		d.bad, d.text = true, ""
		return ""
	}
	s := d.text[:n]
	d.text = d.text[n:]
	return s
}

func (d *decoder) uvarint() (v uint64) {
	for i := 0; i < binary.MaxVarintLen64 && i < len(d.text); i++ {
		c := d.text[i]
		v |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			d.text = d.text[i+1:]
			return v
		}
	}
	d.bad, d.text = true, ""
	return 0
}

func (d *decoder) num() int64 {
	u := d.uvarint()
	n := int64(u >> 1)
	if u&1 != 0 {
		n = ^n
	}
	return n
}

func (d *decoder) str() string {
	n := d.uvarint()
	if n > uint64(len(d.text)) {
		d.bad, d.text = true, ""
		return ""
	}
	return d.take(int(n))
}
