// Package rollup keeps person-months as columns, one block per county and
// month, and answers every figure at every place from them: values, series,
// comparisons, what explains a change, flows, and the people behind a figure.
package rollup

import (
	"errors"
	"math"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/indicator"
	"wengang/internal/region"
)

// Block is one county's month, sorted by village: columns of the rows and the
// counts of every town and of the county. It never changes after it
// was built; an edit makes a new one that shares what did not change.
type Block struct {
	County region.Code
	Month  calendar.Month

	villages []region.Code // ascending
	start    []int32       // rows of village i are start[i]..start[i+1]
	person   []uint32
	shape    []uint16 // index into keys
	wage     []int32  // fen; what is not counted as income is 0
	place    []uint16 // index into places: of the active work
	year     []uint16 // of the year's latest work
	trait    []trait  // sex, age band, education, skill, industry
	group    []uint16 // index into groups: kinds, class, settlement

	keys   []indicator.Key
	ids    []uint32 // of keys in the book of shapes
	groups []group
	places []region.Code
	movers []mover
	wide   map[int32]int64 // wages past int32, by row

	lanes int
	towns []node // ascending
	total node
	lean  bool // without rows: only towns, total and movers are there
}

// node is the sum of a town or of the county.
type node struct {
	code   region.Code
	rows   int
	counts []int32
	money  int64
}

// mover is a row whose village differs from the month before, or the row that
// one left behind in the county.
type mover struct {
	person   uint32
	at, from region.Code
	key      indicator.Key
	left     bool // from is where the person went
}

// Rows is how many rows the block holds.
func (b *Block) Rows() int { return b.total.rows }

const wageMax = math.MaxInt32

// income is the one Total of the registry; the columns keep its amounts.
var income = indicator.MustGet("income_total")

// row is a person-month on its way into a block.
type row struct {
	village region.Code
	person  uint32
	key     indicator.Key
	wage    int64
	place   region.Code
	year    region.Code
	from    region.Code
	trait   trait
	group   group
}

func rowOf(p *fact.PersonMonth) row {
	k := indicator.KeyOf(p)
	r := row{village: p.Village, person: uint32(p.PersonID), key: k & indicator.Used(), place: p.Place, year: p.YearPlace, from: p.From,
		trait: traitOf(p), group: groupOf(p)}
	if income.Holds(k) {
		r.wage = p.WageFen
	}
	return r
}

// Build makes a block of a county's rows, in any order. It fails where a
// county has more than 65,535 sorts of person-months; real ones have some
// hundred.
func Build(county region.Code, m calendar.Month, people []fact.PersonMonth) (*Block, error) {
	rows := make([]row, len(people))
	for i := range people {
		rows[i] = rowOf(&people[i])
	}
	return build(county, m, rows)
}

func build(county region.Code, m calendar.Month, rows []row) (*Block, error) {
	slices.SortFunc(rows, func(a, b row) int {
		if a.village != b.village {
			return int(a.village - b.village)
		}
		return int(a.person) - int(b.person)
	})
	b := newBlock(county, m, len(rows))
	shapes, groups, places := map[indicator.Key]uint16{}, map[group]uint16{}, map[region.Code]uint16{0: 0}
	b.places = []region.Code{0}
	placeOf := func(c region.Code) uint16 {
		i, ok := places[c]
		if !ok {
			i = uint16(len(b.places))
			places[c], b.places = i, append(b.places, c)
		}
		return i
	}
	for i := range rows {
		r := &rows[i]
		if n := len(b.villages); n == 0 || b.villages[n-1] != r.village {
			b.villages = append(b.villages, r.village)
			b.start = append(b.start, int32(i))
		}
		s, ok := shapes[r.key]
		if !ok {
			if len(b.keys) == math.MaxUint16 {
				return nil, errWide
			}
			s = uint16(len(b.keys))
			shapes[r.key], b.keys = s, append(b.keys, r.key)
		}
		g, ok := groups[r.group]
		if !ok {
			if len(b.groups) == math.MaxUint16 {
				return nil, errWide
			}
			g = uint16(len(b.groups))
			groups[r.group], b.groups = g, append(b.groups, r.group)
		}
		b.person = append(b.person, r.person)
		b.shape = append(b.shape, s)
		b.trait = append(b.trait, r.trait)
		b.group = append(b.group, g)
		b.place = append(b.place, placeOf(r.place))
		b.year = append(b.year, placeOf(r.year))
		b.wage = append(b.wage, b.narrow(int32(i), r.wage))
		if r.from != 0 {
			b.movers = append(b.movers, mover{r.person, r.village, r.from, r.key, r.key&indicator.Key(fact.MovedOut) != 0})
		}
	}
	b.start = append(b.start, int32(len(rows)))
	if len(b.places) > math.MaxUint16 {
		return nil, errWide
	}
	b.ids = book.intern(b.keys)
	b.sum(nil)
	return b, nil
}

var errWide = errors.New("rollup: a county with more sorts of person-months than a block can name")

func newBlock(county region.Code, m calendar.Month, n int) *Block {
	return &Block{County: county, Month: m, lanes: indicator.Lanes(),
		person: make([]uint32, 0, n), shape: make([]uint16, 0, n), wage: make([]int32, 0, n),
		place: make([]uint16, 0, n), year: make([]uint16, 0, n), trait: make([]trait, 0, n), group: make([]uint16, 0, n)}
}

// narrow keeps a wage in 32 bits; the rest of an absurd one stands in wide, so
// that the sums stay exact.
func (b *Block) narrow(i int32, fen int64) int32 {
	if fen <= wageMax {
		return int32(fen)
	}
	if b.wide == nil {
		b.wide = map[int32]int64{}
	}
	b.wide[i] = fen
	return 0
}

// wageAt is a row's income in fen.
func (b *Block) wageAt(i int32) int64 {
	if w, ok := b.wide[i]; ok {
		return w
	}
	return int64(b.wage[i])
}

// rowAt reads a row back.
func (b *Block) rowAt(village int, i int32) row {
	r := row{village: b.villages[village], person: b.person[i], key: b.keys[b.shape[i]], wage: b.wageAt(i),
		place: b.places[b.place[i]], year: b.places[b.year[i]], trait: b.trait[i], group: b.groups[b.group[i]]}
	if r.key&indicator.Key(fact.MovedIn|fact.MovedOut) != 0 {
		for _, m := range b.movers {
			if m.person == r.person && m.at == r.village {
				r.from = m.from
			}
		}
	}
	return r
}

// With is the block with the rows of some people replaced: all rows of ids go,
// people come. Where one person stays in the village it costs a copy of the
// county's columns; otherwise the block is built anew.
func (b *Block) With(ids []int64, people []fact.PersonMonth) (*Block, error) {
	if len(ids) == 1 && len(people) == 1 && people[0].PersonID == ids[0] {
		if n := b.replaced(rowOf(&people[0])); n != nil {
			return n, nil
		}
	}
	gone := make(map[uint32]bool, len(ids))
	for _, id := range ids {
		gone[uint32(id)] = true
	}
	rows := make([]row, 0, len(b.person)+len(people))
	for v := range b.villages {
		for i := b.start[v]; i < b.start[v+1]; i++ {
			if !gone[b.person[i]] {
				rows = append(rows, b.rowAt(v, i))
			}
		}
	}
	for i := range people {
		rows = append(rows, rowOf(&people[i]))
	}
	return build(b.County, b.Month, rows)
}

// find is the position of a person in a village, -1 if absent.
func (b *Block) find(village region.Code, person uint32) (v int, i int32) {
	v, ok := slices.BinarySearch(b.villages, village)
	if !ok {
		return -1, -1
	}
	at, ok := slices.BinarySearch(b.person[b.start[v]:b.start[v+1]], person)
	if !ok {
		return v, -1
	}
	return v, b.start[v] + int32(at)
}

// replaced is the block with one row changed in place, nil where the row is
// new, a mover's, or needs a new entry of a dictionary.
func (b *Block) replaced(r row) *Block {
	v, i := b.find(r.village, r.person)
	const moves = indicator.Key(fact.MovedIn | fact.MovedOut)
	if i < 0 || (r.key|b.keys[b.shape[i]])&moves != 0 || r.wage > wageMax || b.wide != nil {
		return nil
	}
	s, g := slices.Index(b.keys, r.key), slices.Index(b.groups, r.group)
	p, y := slices.Index(b.places, r.place), slices.Index(b.places, r.year)
	if p < 0 || y < 0 || g < 0 || s < 0 && len(b.keys) == math.MaxUint16 {
		return nil
	}
	n := *b
	if s < 0 {
		s = len(b.keys)
		n.keys = append(slices.Clone(b.keys), r.key)
		n.ids = append(slices.Clone(b.ids), book.intern([]indicator.Key{r.key})...)
	}
	n.shape, n.wage = put(b.shape, i, uint16(s)), put(b.wage, i, int32(r.wage))
	n.place, n.year = put(b.place, i, uint16(p)), put(b.year, i, uint16(y))
	n.trait, n.group = put(b.trait, i, r.trait), put(b.group, i, uint16(g))
	n.resum(b, v, i)
	return &n
}

// put is the column with one value changed: a copy, or itself where it has the
// value already.
func put[T comparable](column []T, i int32, v T) []T {
	if column[i] == v {
		return column
	}
	column = slices.Clone(column)
	column[i] = v
	return column
}
