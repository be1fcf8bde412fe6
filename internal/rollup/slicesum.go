package rollup

import (
	"slices"
	"sync"

	"wengang/internal/fault"
	"wengang/internal/indicator"
)

// sums are the cells of one block or of the answer.
type sums struct {
	lanes  int
	rows   []int64
	money  []int64
	counts []int64 // cells × lanes
}

func newSums(cells, lanes int) *sums {
	return &sums{lanes: lanes, rows: make([]int64, cells), money: make([]int64, cells), counts: make([]int64, cells*lanes)}
}

// count sums a block's rows by cell.
func (p *plan) count(b *Block, t *tables) *sums {
	s := newSums(t.cells, b.lanes)
	if p.byRow {
		table := book.table()
		a := newAdder(s)
		p.each(b, t, func(cell int32, v int, i int32) {
			s.rows[cell]++
			s.money[cell] += b.wageAt(i)
			at := int(b.ids[b.shape[i]]) * planes
			a.add(cell, table[at:at+planes])
		})
		a.flush()
	} else {
		p.countPlaces(b, t, s)
	}
	p.stays(b, t, func(cell int32, m *mover, _ int, _ int32) {
		for _, d := range stayDefs {
			if d.Moved(m.key) {
				s.counts[int(cell)*s.lanes+d.Lane()]++
			}
		}
	})
	return s
}

// countPlaces sums whole villages; a county in one cell is its own sum.
func (p *plan) countPlaces(b *Block, t *tables, s *sums) {
	put := func(cell int32, counts []int32, fen int64, rows int) {
		s.rows[cell] += int64(rows)
		s.money[cell] += fen
		into := s.counts[int(cell)*s.lanes : (int(cell)+1)*s.lanes]
		for lane, n := range counts {
			into[lane] += int64(n)
		}
	}
	if first := t.bases[0]; !slices.ContainsFunc(t.bases, func(b []int32) bool { return !slices.Equal(b, first) }) {
		counts, fen, rows := b.node(p.q.At)
		for _, cell := range first {
			put(cell, counts, fen, rows)
		}
		return
	}
	b.eachVillage(t.lo, t.hi, func(v int, counts []int32, fen int64) {
		for _, cell := range t.bases[v-t.lo] {
			put(cell, counts, fen, int(b.start[v+1]-b.start[v]))
		}
	})
}

// adder adds shapes to cells eight counts at a time, spilling a cell
// before a byte of it overflows.
type adder struct {
	into  *sums
	bytes []plane // planes per cell
	n     []uint8
}

func newAdder(s *sums) *adder {
	return &adder{into: s, bytes: make([]plane, len(s.rows)*planes), n: make([]uint8, len(s.rows))}
}

func (a *adder) add(cell int32, row []plane) {
	for p := range row {
		to, from := &a.bytes[int(cell)*planes+p], &row[p]
		for w := range to {
			to[w] += from[w]
		}
	}
	if a.n[cell]++; a.n[cell] == spill {
		a.spill(cell)
	}
}

func (a *adder) spill(cell int32) {
	into := a.into.counts[int(cell)*a.into.lanes : (int(cell)+1)*a.into.lanes]
	from := a.bytes[int(cell)*planes : (int(cell)+1)*planes]
	for lane := range into {
		into[lane] += int64(from[lane/planeLanes][lane%planeLanes/8] >> (lane % 8 * 8) & 0xff)
	}
	clear(from)
	a.n[cell] = 0
}

func (a *adder) flush() {
	for cell, n := range a.n {
		if n > 0 {
			a.spill(int32(cell))
		}
	}
}

// answer gathers the cells of the blocks.
type answer struct {
	mu    sync.Mutex
	lanes int
	at    map[[2]int64]int
	keys  [][2]int64
	sum   sums
}

func (a *answer) full() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.keys) > maxCells
}

func (a *answer) take(t *tables, s *sums) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for cell, rows := range s.rows {
		if rows == 0 {
			continue
		}
		var key [2]int64
		n := cell
		for i := len(t.keys) - 1; i >= 0; i-- {
			key[i], n = t.keys[i][n%len(t.keys[i])], n/len(t.keys[i])
		}
		at, ok := a.at[key]
		if !ok {
			at = len(a.keys)
			a.at[key], a.keys = at, append(a.keys, key)
			a.sum.rows, a.sum.money = append(a.sum.rows, 0), append(a.sum.money, 0)
			a.sum.counts = append(a.sum.counts, make([]int64, a.lanes)...)
		}
		a.sum.rows[at] += rows
		a.sum.money[at] += s.money[cell]
		into, from := a.sum.counts[at*a.lanes:(at+1)*a.lanes], s.counts[cell*a.lanes:(cell+1)*a.lanes]
		for lane, c := range from {
			into[lane] += c
		}
	}
}

// run answers a query from its blocks. Where a person may be in several cells
// the whole is counted apart.
func (p *plan) run(entries []*entry) (Sliced, error) {
	cells, err := p.gather(entries)
	if err != nil {
		return Sliced{}, err
	}
	out := Sliced{Query: p.q, Tags: p.names}
	whole := cells
	if slices.ContainsFunc(p.axes, func(a axis) bool { return a.dim.Overlaps() }) {
		w := *p
		w.axes = nil
		w.byRow = slices.ContainsFunc(p.conds, func(c cond) bool { return !c.ofPlace() })
		w.traits = w.traitTable()
		if whole, err = w.gather(entries); err != nil {
			return Sliced{}, err
		}
	}
	out.Whole = SliceCell{Keys: []int64{}, Figures: p.whole}
	out.Whole.counts = make([]int64, indicator.Lanes())
	for i := range whole.keys {
		out.Whole.Rows += int(whole.sum.rows[i])
		out.Whole.money += whole.sum.money[i]
		for lane, c := range whole.sum.counts[i*whole.lanes : (i+1)*whole.lanes] {
			out.Whole.counts[lane] += c
		}
	}
	if len(p.axes) > 0 {
		out.Cells = p.cells(cells)
	}
	return out, nil
}

func (p *plan) gather(entries []*entry) (*answer, error) {
	a := &answer{lanes: indicator.Lanes(), at: map[[2]int64]int{}}
	parallel(len(entries), func(i int) {
		if a.full() {
			return
		}
		b := entries[i].block
		if t := p.tables(b); t != nil {
			a.take(t, p.count(b, t))
		}
	})
	if a.full() {
		return nil, fault.New(fault.Invalid, "rollup.slice.big", maxCells)
	}
	return a, nil
}

// cells are the gathered ones in the order of the query's own dimensions.
func (p *plan) cells(a *answer) []SliceCell {
	out := make([]SliceCell, len(a.keys))
	for at, key := range a.keys {
		c := SliceCell{Keys: key[:len(p.axes):len(p.axes)], Figures: p.whole}
		if len(p.axes) == 2 && p.axes[0].dim != p.q.By[0] {
			c.Keys = []int64{key[1], key[0]}
		}
		c.Rows, c.money = int(a.sum.rows[at]), a.sum.money[at]
		c.counts = a.sum.counts[at*a.lanes : (at+1)*a.lanes : (at+1)*a.lanes]
		out[at] = c
	}
	slices.SortFunc(out, func(x, y SliceCell) int { return slices.Compare(x.Keys, y.Keys) })
	return out
}
