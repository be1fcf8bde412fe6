package region

import (
	"bytes"
	"compress/flate"
	_ "embed"
	"encoding/binary"
	"io"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// The asset: "WGTREE1\n", then sections of a little-endian uint32 length and
// bytes: upper levels, former codes, characters, dictionary (each deflated),
// block lengths (uint32 per county in the order of the upper levels), blocks
// (deflated with the dictionary). A county is one block so that one county
// costs one small inflate. data/README.md names the sources.
//
//go:embed data/tree.bin
var asset []byte

// placeRow is one division of the upper three levels.
type placeRow struct {
	code  Code
	level Level
	name  string
	py    string // pinyin where the characters' table is wrong for the name
}

// formerRow is a code or name given up by the asset's date.
type formerRow struct {
	code  Code
	name  string
	end   int // the first year in which it no longer held
	today []Code
}

// base is the national tree as the asset holds it. It never changes after
// newBase but for its lazily filled parts.
type base struct {
	provinces, cities, counties []placeRow // each ordered by code
	offset                      []int      // of the counties' blocks; one more than counties
	body                        []byte
	dict                        []byte
	endings                     []string
	blocks                      []atomic.Pointer[block]

	sections   [][]byte
	former     func() *formerIndex
	characters func() *charTable
	upper      func() *nameIndex
}

// block is one county's towns and villages. Names are slices of one string.
type block struct {
	towns    []townRow
	villages []uint16 // last three digits, in the towns' order
	nameEnd  []uint32 // end of each village's name in names
	names    string
	index    atomic.Pointer[nameIndex]
}

type townRow struct {
	code     Code
	name     string
	from, to int // its villages
}

var national = sync.OnceValue(newBase)

func newBase() *base {
	b := &base{}
	rest := asset[len("WGTREE1\n"):]
	for len(rest) > 4 {
		n := int(binary.LittleEndian.Uint32(rest))
		b.sections = append(b.sections, rest[4:4+n])
		rest = rest[4+n:]
	}
	b.readUpper(inflate(b.sections[0]))
	b.dict = inflate(b.sections[3])
	b.body = b.sections[5]
	b.blocks = make([]atomic.Pointer[block], len(b.counties))
	b.offset = make([]int, len(b.counties)+1)
	for i := range b.counties {
		b.offset[i+1] = b.offset[i] + int(binary.LittleEndian.Uint32(b.sections[4][4*i:]))
	}
	b.former = sync.OnceValue(func() *formerIndex { return newFormerIndex(b, string(inflate(b.sections[1]))) })
	b.characters = sync.OnceValue(func() *charTable { return newCharTable(string(inflate(b.sections[2]))) })
	b.upper = sync.OnceValue(func() *nameIndex { return newUpperIndex(b) })
	return b
}

func (b *base) readUpper(text []byte) {
	head, body, _ := strings.Cut(string(text), "\n\n")
	b.endings = append([]string{""}, strings.Split(head, "\n")...)
	for line := range strings.Lines(body) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		code, err := ParseCode(f[0])
		if err != nil {
			panic("region asset: " + err.Error())
		}
		row := placeRow{code: code, name: f[1]}
		if len(f) > 2 {
			row.py = f[2]
		}
		switch len(f[0]) {
		case 2:
			row.level = Province
			b.provinces = append(b.provinces, row)
		case 4:
			row.level = City
			b.cities = append(b.cities, row)
		default:
			row.level = County
			b.counties = append(b.counties, row)
		}
	}
}

// inflate reads a section; the asset is part of the program, so a failure is
// a broken build.
func inflate(z []byte) []byte {
	out, err := io.ReadAll(flate.NewReader(bytes.NewReader(z)))
	if err != nil {
		panic("region asset: " + err.Error())
	}
	return out
}

// rowOf finds the row of a code in a level's rows.
func rowOf(rows []placeRow, c Code) (int, bool) {
	i := sort.Search(len(rows), func(i int) bool { return rows[i].code >= c })
	return i, i < len(rows) && rows[i].code == c
}

// rowsIn is the part of a level's rows that lies in c.
func rowsIn(rows []placeRow, c Code) []placeRow {
	lo, hi := c.Range()
	i := sort.Search(len(rows), func(i int) bool { return rows[i].code >= lo })
	j := sort.Search(len(rows), func(i int) bool { return rows[i].code >= hi })
	return rows[i:j]
}

// county is the block of the county that c lies in, inflated on first use
// (about 0.2 ms), or nil where there is none.
func (b *base) county(c Code) *block {
	i, ok := rowOf(b.counties, c.At(County))
	if !ok {
		return nil
	}
	if p := b.blocks[i].Load(); p != nil {
		return p
	}
	p := b.decode(i)
	if !b.blocks[i].CompareAndSwap(nil, p) {
		return b.blocks[i].Load()
	}
	return p
}

var inflaters = sync.Pool{New: func() any { return flate.NewReader(bytes.NewReader(nil)) }}

func (b *base) decode(i int) *block {
	r := inflaters.Get().(io.ReadCloser)
	defer inflaters.Put(r)
	src := bytes.NewReader(b.body[b.offset[i]:b.offset[i+1]])
	if err := r.(flate.Resetter).Reset(src, b.dict); err != nil {
		panic("region asset: " + err.Error())
	}
	var raw bytes.Buffer
	raw.Grow(8 * src.Len())
	if _, err := raw.ReadFrom(r); err != nil {
		panic("region asset: " + err.Error())
	}
	return b.parse(b.counties[i].code, raw.Bytes())
}

// parse reads a block: "\n" town code (3 digits) and name, then its villages:
// an optional "\x01" with the step of the code, a byte for the name's ending
// (0x04 on, 0x0A left out) and the name without it.
func (b *base) parse(county Code, raw []byte) *block {
	k := &block{}
	names := make([]byte, 0, 4*len(raw))
	code, step := 0, 1
	for at := 0; at < len(raw); {
		mark := raw[at]
		end := at + 1
		for end < len(raw) && raw[end] >= 0x20 {
			end++
		}
		text := raw[at+1 : end]
		at = end
		switch {
		case mark == '\n':
			n, _ := strconv.Atoi(string(text[:3]))
			k.towns = append(k.towns, townRow{
				code: county + Code(n)*span[Town], name: string(text[3:]), from: len(k.villages),
			})
			code, step = 0, 1
		case mark == 1:
			step, _ = strconv.Atoi(string(text))
		default:
			code += step
			step = 1
			e := int(mark) - 4
			if mark > '\n' {
				e--
			}
			names = append(append(names, text...), b.endings[e]...)
			k.villages = append(k.villages, uint16(code))
			k.nameEnd = append(k.nameEnd, uint32(len(names)))
		}
		if n := len(k.towns); n > 0 {
			k.towns[n-1].to = len(k.villages)
		}
	}
	k.names = string(names)
	return k
}

// town finds a town's row by its code.
func (k *block) town(c Code) (*townRow, bool) {
	if k == nil {
		return nil, false
	}
	i := sort.Search(len(k.towns), func(i int) bool { return k.towns[i].code >= c })
	if i == len(k.towns) || k.towns[i].code != c {
		return nil, false
	}
	return &k.towns[i], true
}

// villageName is the name of the village at a position of the block.
func (k *block) villageName(i int) string {
	start := uint32(0)
	if i > 0 {
		start = k.nameEnd[i-1]
	}
	return k.names[start:k.nameEnd[i]]
}

// village finds a village's name by its code.
func (k *block) village(c Code) (string, bool) {
	t, ok := k.town(c.At(Town))
	if !ok {
		return "", false
	}
	n := uint16(c % span[Town])
	i := t.from + sort.Search(t.to-t.from, func(i int) bool { return k.villages[t.from+i] >= n })
	if i == t.to || k.villages[i] != n {
		return "", false
	}
	return k.villageName(i), true
}
