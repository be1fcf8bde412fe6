package rollup

import (
	"encoding/binary"
	"slices"

	"wengang/internal/indicator"
	"wengang/internal/region"
)

// words is how many words hold one byte per count. A row adds its shape's
// bytes to all counts at once, eight per addition; a byte overflows after 255
// rows, so the sums are spilled before.
const words = 8

const spill = 255

type packed [words]uint64

func init() {
	if indicator.Lanes() > words*8 {
		panic("rollup: more counts than bytes; raise words")
	}
}

// pack says, for every key, which counts it raises.
func pack(keys []indicator.Key) []packed {
	out := make([]packed, len(keys))
	for i, k := range keys {
		for lane, d := range indicator.Counts() {
			if d.Holds(k) {
				out[i][lane/8] |= 1 << (lane % 8 * 8)
			}
		}
	}
	return out
}

// sum fills the counts of villages, towns and county from the columns.
func (b *Block) sum() {
	table := pack(b.keys)
	if b.counts == nil {
		b.counts = make([]int32, len(b.villages)*b.lanes)
		b.money = make([]int64, len(b.villages))
	}
	clear(b.counts)
	b.towns, b.total = nil, node{code: b.County, counts: make([]int32, b.lanes)}
	for v, code := range b.villages {
		lo, hi := b.start[v], b.start[v+1]
		into := b.counts[v*b.lanes : (v+1)*b.lanes]
		addShapes(into, table, b.shape[lo:hi])
		b.money[v] = addWages(b.wage[lo:hi])
		for i, w := range b.wide {
			if i >= lo && i < hi {
				b.money[v] += w
			}
		}
		t := b.town(code.At(region.Town))
		add(t.counts, into)
		t.money += b.money[v]
	}
	for i := range b.towns {
		add(b.total.counts, b.towns[i].counts)
		b.total.money += b.towns[i].money
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

// addShapes adds the counts of some rows: the hot loop.
func addShapes(into []int32, table []packed, shapes []uint16) {
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
		var bytes [words * 8]byte
		binary.LittleEndian.PutUint64(bytes[0:], a0)
		binary.LittleEndian.PutUint64(bytes[8:], a1)
		binary.LittleEndian.PutUint64(bytes[16:], a2)
		binary.LittleEndian.PutUint64(bytes[24:], a3)
		binary.LittleEndian.PutUint64(bytes[32:], a4)
		binary.LittleEndian.PutUint64(bytes[40:], a5)
		binary.LittleEndian.PutUint64(bytes[48:], a6)
		binary.LittleEndian.PutUint64(bytes[56:], a7)
		for i := range into {
			into[i] += int32(bytes[i])
		}
		shapes = shapes[n:]
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

// resum repairs the sums of a block of which one row changed: its village is
// counted again, its town and county move by the difference.
func (b *Block) resum(old *Block, v int, i int32) {
	b.counts, b.money = slices.Clone(old.counts), slices.Clone(old.money)
	b.towns = slices.Clone(old.towns)
	at := b.counts[v*b.lanes : (v+1)*b.lanes]
	was, is := pack([]indicator.Key{old.keys[old.shape[i]], b.keys[b.shape[i]]}), make([]int32, b.lanes)
	for lane := range b.lanes {
		shift := lane % 8 * 8
		is[lane] = int32(was[1][lane/8]>>shift&1) - int32(was[0][lane/8]>>shift&1)
	}
	fen := int64(b.wage[i]) - int64(old.wage[i])
	add(at, is)
	b.money[v] += fen
	code := b.villages[v].At(region.Town)
	for t := range b.towns {
		if b.towns[t].code == code {
			b.towns[t] = b.towns[t].plus(is, fen)
		}
	}
	b.total = old.total.plus(is, fen)
}

func (n node) plus(counts []int32, fen int64) node {
	n.counts = slices.Clone(n.counts)
	add(n.counts, counts)
	n.money += fen
	return n
}
