package rollup

import (
	"slices"
	"sync"

	"wengang/internal/indicator"
	"wengang/internal/region"
)

// A shape's counts are held as one byte each, so that a row adds eight of them
// with one addition; a byte overflows after 255 rows, so the sums are spilled
// before. Eight words of eight counts make a plane: the columns are read once
// per plane, and 64 more counts cost one plane more. New counts need nothing
// here: they only make the registry longer.
const (
	planeWords = 8
	planeLanes = planeWords * 8
	spill      = 255
)

// planes and words are those of all counts of the registry.
var (
	planes = (indicator.Lanes() + planeLanes - 1) / planeLanes
	words  = planes * planeWords
)

type plane [planeWords]uint64

// shapeBook knows the counts of every key met in this process: blocks name
// them by number, so that each key is tested once and not once per block.
type shapeBook struct {
	mu   sync.RWMutex
	ids  map[indicator.Key]uint32
	rows []plane // planes per shape
}

var book = shapeBook{ids: map[indicator.Key]uint32{}}

// intern gives the numbers of keys.
func (s *shapeBook) intern(keys []indicator.Key) []uint32 {
	out := make([]uint32, len(keys))
	missing := false
	s.mu.RLock()
	for i, k := range keys {
		id, ok := s.ids[k]
		out[i], missing = id, missing || !ok
	}
	s.mu.RUnlock()
	if !missing {
		return out
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, k := range keys {
		id, ok := s.ids[k]
		if !ok {
			id = uint32(len(s.ids))
			s.ids[k] = id
			s.rows = append(s.rows, pack(k)...)
		}
		out[i] = id
	}
	return out
}

// table holds the planes of all numbers given so far; its rows never change.
func (s *shapeBook) table() []plane {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.rows
}

// pack says which counts a key raises.
func pack(k indicator.Key) []plane {
	out := make([]plane, planes)
	for lane, d := range indicator.Counts() {
		if d.Holds(k) {
			out[lane/planeLanes][lane%planeLanes/8] |= 1 << (lane % 8 * 8)
		}
	}
	return out
}

// sum fills the sums of towns and county from the columns. Villages have none
// of their own: a village's rows are counted faster than its sums are read from
// memory. seen, if any, learns every village's counts on the way.
func (b *Block) sum(seen func(counts []int32)) {
	b.towns, b.total = nil, node{code: b.County, counts: make([]int32, b.lanes)}
	b.eachVillage(0, len(b.villages), func(v int, counts []int32, fen int64) {
		t := b.town(b.villages[v].At(region.Town))
		add(t.counts, counts)
		t.money += fen
		t.rows += int(b.start[v+1] - b.start[v])
		if seen != nil {
			seen(counts)
		}
	})
	for i := range b.towns {
		add(b.total.counts, b.towns[i].counts)
		b.total.money += b.towns[i].money
		b.total.rows += b.towns[i].rows
	}
}

// eachVillage counts the villages lo to hi; f may not keep the counts.
func (b *Block) eachVillage(lo, hi int, f func(v int, counts []int32, fen int64)) {
	all := book.table()
	tables := make([]plane, len(b.ids)*planes)
	for p := range planes {
		for i, id := range b.ids {
			tables[p*len(b.ids)+i] = all[int(id)*planes+p]
		}
	}
	counts := make([]int32, b.lanes)
	for v := lo; v < hi; v++ {
		clear(counts)
		from, to := b.start[v], b.start[v+1]
		for p := range planes {
			addShapes(counts[p*planeLanes:min((p+1)*planeLanes, b.lanes)], tables[p*len(b.ids):(p+1)*len(b.ids)], b.shape[from:to])
		}
		fen := addWages(b.wage[from:to])
		for i, w := range b.wide {
			if i >= from && i < to {
				fen += w
			}
		}
		f(v, counts, fen)
	}
}

// town is the node of a town, made when it is first met; villages ascend, so
// it is the last one or a new one.
func (b *Block) town(code region.Code) *node {
	if n := len(b.towns); n == 0 || b.towns[n-1].code != code {
		b.towns = append(b.towns, node{code: code, counts: make([]int32, b.lanes)})
	}
	return &b.towns[len(b.towns)-1]
}

// addShapes adds the counts of some rows, one plane of them: the hot loop.
func addShapes(into []int32, table []plane, shapes []uint16) {
	for len(shapes) > 0 {
		n := min(spill, len(shapes))
		var a0, a1, a2, a3, a4, a5, a6, a7 uint64
		for _, s := range shapes[:n] {
			t := &table[s]
			a0 += t[0]
			a1 += t[1]
			a2 += t[2]
			a3 += t[3]
			a4 += t[4]
			a5 += t[5]
			a6 += t[6]
			a7 += t[7]
		}
		for w, a := range [planeWords]uint64{a0, a1, a2, a3, a4, a5, a6, a7} {
			if a != 0 {
				spillWord(into[min(w*8, len(into)):], a)
			}
		}
		shapes = shapes[n:]
	}
}

// spillWord adds eight counts that stand in one word.
func spillWord(into []int32, a uint64) {
	if len(into) >= 8 {
		into = into[:8]
		into[0] += int32(a & 0xff)
		into[1] += int32(a >> 8 & 0xff)
		into[2] += int32(a >> 16 & 0xff)
		into[3] += int32(a >> 24 & 0xff)
		into[4] += int32(a >> 32 & 0xff)
		into[5] += int32(a >> 40 & 0xff)
		into[6] += int32(a >> 48 & 0xff)
		into[7] += int32(a >> 56)
		return
	}
	for i := range into {
		into[i] += int32(a >> (i * 8) & 0xff)
	}
}

func addWages(wages []int32) (total int64) {
	for _, w := range wages {
		total += int64(w)
	}
	return total
}

func add(into, from []int32) {
	from = from[:len(into)]
	for i := range into {
		into[i] += from[i]
	}
}

// resum repairs the sums of a block of which one row changed: its town and
// the county move by the difference.
func (b *Block) resum(old *Block, v int, i int32) {
	fen := int64(b.wage[i]) - int64(old.wage[i])
	was, is := old.keys[old.shape[i]], b.keys[b.shape[i]]
	if was == is && fen == 0 {
		return
	}
	move := make([]int32, b.lanes)
	if was != is {
		table := book.table()
		from, to := table[int(old.ids[old.shape[i]])*planes:], table[int(b.ids[b.shape[i]])*planes:]
		for lane := range move {
			p, w, shift := lane/planeLanes, lane%planeLanes/8, lane%8*8
			move[lane] = int32(to[p][w]>>shift&1) - int32(from[p][w]>>shift&1)
		}
	}
	b.towns = slices.Clone(old.towns)
	code := b.villages[v].At(region.Town)
	for t := range b.towns {
		if b.towns[t].code == code {
			b.towns[t] = b.towns[t].plus(move, fen)
		}
	}
	b.total = old.total.plus(move, fen)
}

func (n node) plus(counts []int32, fen int64) node {
	n.counts = slices.Clone(n.counts)
	add(n.counts, counts)
	n.money += fen
	return n
}
