package month

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"hash/fnv"
	"math"
	"slices"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/region"
)

// field is a column of person_month as the packed form keeps it.
type field struct {
	name string
	get  func(*fact.PersonMonth) int64
	set  func(*fact.PersonMonth, int64)
}

func number[T ~int | ~int64 | ~uint32](name string, at func(*fact.PersonMonth) *T) field {
	return field{name, func(p *fact.PersonMonth) int64 { return int64(*at(p)) }, func(p *fact.PersonMonth, v int64) { *at(p) = T(v) }}
}

// packedFields are all columns beside county and month, the person first.
var packedFields = []field{
	number("person_id", func(p *fact.PersonMonth) *int64 { return &p.PersonID }),
	number("village", func(p *fact.PersonMonth) *region.Code { return &p.Village }),
	number("kinds", func(p *fact.PersonMonth) *uint32 { return &p.Kinds }),
	number("sex", func(p *fact.PersonMonth) *int { return &p.Sex }),
	number("age", func(p *fact.PersonMonth) *int { return &p.Age }),
	number("education", func(p *fact.PersonMonth) *int { return &p.Education }),
	number("skill", func(p *fact.PersonMonth) *int { return &p.Skill }),
	number("status", func(p *fact.PersonMonth) *int { return &p.Status }),
	number("flags", func(p *fact.PersonMonth) *fact.Flag { return &p.Flags }),
	number("stable_months", func(p *fact.PersonMonth) *int { return &p.StableMonths }),
	number("months_worked", func(p *fact.PersonMonth) *int { return &p.MonthsWorked }),
	number("place", func(p *fact.PersonMonth) *region.Code { return &p.Place }),
	number("place_class", func(p *fact.PersonMonth) *int { return &p.PlaceClass }),
	number("year_place_class", func(p *fact.PersonMonth) *int { return &p.YearPlaceClass }),
	number("channel", func(p *fact.PersonMonth) *int { return &p.Channel }),
	number("industry", func(p *fact.PersonMonth) *int { return &p.Industry }),
	number("wage_fen", func(p *fact.PersonMonth) *int64 { return &p.WageFen }),
	number("settlement", func(p *fact.PersonMonth) *int64 { return &p.Settlement }),
	number("from_village", func(p *fact.PersonMonth) *region.Code { return &p.From }),
	number("year_place", func(p *fact.PersonMonth) *region.Code { return &p.YearPlace }),
}

// packedColumns names the form: blocks of another one are not read.
var packedColumns = func() int64 {
	names := []string{"1"} // of the encoding
	for _, f := range packedFields {
		names = append(names, f.name)
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(strings.Join(names, ",")))
	return int64(h.Sum64() >> 1)
}()

var errPacked = errors.New("month: a packed block is damaged")

// pack writes rows sorted by person column by column: the persons as steps,
// every other column as the values that occur and, per row, the number of its
// value in no, one, two or four bytes. A checksum ends it.
func pack(rows []fact.PersonMonth) []byte {
	out := binary.AppendUvarint(nil, uint64(len(rows)))
	last := int64(0)
	for i := range rows {
		out = binary.AppendVarint(out, rows[i].PersonID-last)
		last = rows[i].PersonID
	}
	at := make([]uint32, len(rows))
	for _, f := range packedFields[1:] {
		numbers := map[int64]uint32{}
		var values []int64
		for i := range rows {
			v := f.get(&rows[i])
			n, ok := numbers[v]
			if !ok {
				n = uint32(len(values))
				numbers[v], values = n, append(values, v)
			}
			at[i] = n
		}
		out = binary.AppendUvarint(out, uint64(len(values)))
		for _, v := range values {
			out = binary.AppendVarint(out, v)
		}
		switch width(len(values)) {
		case 1:
			for _, n := range at {
				out = append(out, byte(n))
			}
		case 2:
			for _, n := range at {
				out = binary.LittleEndian.AppendUint16(out, uint16(n))
			}
		case 4:
			for _, n := range at {
				out = binary.LittleEndian.AppendUint32(out, n)
			}
		}
	}
	return binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE(out))
}

// width is how many bytes number one of n values.
func width(n int) int {
	switch {
	case n <= 1:
		return 0
	case n <= math.MaxUint8+1:
		return 1
	case n <= math.MaxUint16+1:
		return 2
	}
	return 4
}

// unpack reads what pack wrote; the value handed to row is reused.
func unpack(data []byte, m calendar.Month, row func(*fact.PersonMonth)) error {
	r, err := newUnpacker(data)
	if err != nil {
		return err
	}
	p := fact.PersonMonth{Month: m}
	for range r.rows {
		step, n := binary.Varint(r.persons)
		if n <= 0 {
			return errPacked
		}
		r.persons = r.persons[n:]
		p.PersonID += step
		for i := range r.columns {
			c := &r.columns[i]
			if !c.next() {
				return errPacked
			}
			c.set(&p, c.value)
		}
		row(&p)
	}
	return nil
}

type unpacker struct {
	rows    int
	persons []byte
	columns []column
}

// column is one column on its way out.
type column struct {
	set     func(*fact.PersonMonth, int64)
	values  []int64
	width   int
	numbers []byte
	value   int64
}

// next moves to the row's value; false where its number names none.
func (c *column) next() bool {
	var n uint32
	switch c.width {
	case 0:
		return true
	case 1:
		n = uint32(c.numbers[0])
	case 2:
		n = uint32(binary.LittleEndian.Uint16(c.numbers))
	case 4:
		n = binary.LittleEndian.Uint32(c.numbers)
	}
	if int(n) >= len(c.values) {
		return false
	}
	c.numbers, c.value = c.numbers[c.width:], c.values[n]
	return true
}

func newUnpacker(data []byte) (*unpacker, error) {
	if len(data) < 5 {
		return nil, errPacked
	}
	body, sum := data[:len(data)-4], binary.LittleEndian.Uint32(data[len(data)-4:])
	if crc32.ChecksumIEEE(body) != sum {
		return nil, errPacked
	}
	rows, n := binary.Uvarint(body)
	if n <= 0 || rows > uint64(len(body)) {
		return nil, errPacked
	}
	u := &unpacker{rows: int(rows), persons: body[n:]}
	body = body[n:]
	for range u.rows {
		if _, n = binary.Varint(body); n <= 0 {
			return nil, errPacked
		}
		body = body[n:]
	}
	for _, f := range packedFields[1:] {
		c, rest, err := readColumn(body, u.rows)
		if err != nil {
			return nil, fmt.Errorf("%w: %s", err, f.name)
		}
		c.set = f.set
		u.columns, body = append(u.columns, c), rest
	}
	if len(body) != 0 {
		return nil, errPacked
	}
	return u, nil
}

func readColumn(body []byte, rows int) (c column, rest []byte, err error) {
	count, n := binary.Uvarint(body)
	if n <= 0 || count > uint64(rows) || count == 0 && rows > 0 {
		return c, nil, errPacked
	}
	body = body[n:]
	c.values, c.width = make([]int64, count), width(int(count))
	for i := range c.values {
		if c.values[i], n = binary.Varint(body); n <= 0 {
			return c, nil, errPacked
		}
		body = body[n:]
	}
	if len(body) < rows*c.width {
		return c, nil, errPacked
	}
	c.numbers = body[:rows*c.width]
	if len(c.values) > 0 {
		c.value = c.values[0]
	}
	return c, body[rows*c.width:], nil
}

// sortRows orders rows as they are packed.
func sortRows(rows []fact.PersonMonth) {
	slices.SortFunc(rows, func(a, b fact.PersonMonth) int { return int(a.PersonID - b.PersonID) })
}
