package rollup

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"time"

	"wengang/internal/fact"
	"wengang/internal/region"
)

// nationBlocks is a country's month.
type nationBlocks struct {
	blocks   []*Block
	villages int
}

// benchNation spreads people over the villages of the real tree, so that each
// county has its share, and builds its blocks.
func benchNation(people int) (*nationBlocks, time.Duration) {
	tree := region.National()
	counties := tree.Counties(region.Country)
	villages := make([][]region.Code, len(counties))
	total := 0
	for i, c := range counties {
		villages[i] = tree.Villages(c)
		total += len(villages[i])
	}
	n := &nationBlocks{blocks: make([]*Block, len(counties))}
	var built time.Duration
	var mu sync.Mutex
	first := make([]int, len(counties)+1)
	seen := 0
	for i := range counties {
		seen += len(villages[i])
		first[i+1] = int(int64(people) * int64(seen) / int64(total))
	}
	parallel(len(counties), func(i int) {
		rows := benchRows(villages[i], first[i], first[i+1])
		if len(rows) == 0 {
			return
		}
		at := time.Now()
		b, err := build(counties[i], benchMonth, rows)
		if err != nil {
			panic(err) // invented rows have few shapes
		}
		mu.Lock()
		n.blocks[i], built = b, built+time.Since(at)
		mu.Unlock()
	})
	n.blocks = compact(n.blocks)
	for _, b := range n.blocks {
		n.villages += len(b.villages)
	}
	return n, built / time.Duration(runtime.NumCPU())
}

func compact(in []*Block) []*Block {
	out := in[:0]
	for _, b := range in {
		if b != nil {
			out = append(out, b)
		}
	}
	return out
}

// benchRows invents the person-months from..to of a county.
func benchRows(villages []region.Code, from, to int) []row {
	if len(villages) == 0 {
		return nil
	}
	rng := rand.New(rand.NewPCG(uint64(from), 9))
	rows := make([]row, 0, to-from)
	for id := from; id < to; id++ {
		p := benchPerson(rng, int64(id+1), villages[(id-from)*len(villages)/(to-from)])
		rows = append(rows, rowOf(&p))
	}
	return rows
}

func benchPerson(rng *rand.Rand, id int64, village region.Code) fact.PersonMonth {
	p := benchWorker(rng, id, village)
	benchTraits(rng, &p)
	return p
}

func benchWorker(rng *rand.Rand, id int64, village region.Code) fact.PersonMonth {
	p := fact.PersonMonth{PersonID: id, Village: village, WageFen: -1, Flags: fact.Counted, Kinds: 1 << fact.KindPoor}
	flag := func(f fact.Flag, percent int) bool {
		if rng.IntN(100) < percent {
			p.Flags |= f
			return true
		}
		return false
	}
	able := flag(fact.Able, 62)
	flag(fact.Willing, 60)
	flag(fact.Monitored, 7)
	if !able || !flag(fact.WorkedYear, 85) {
		flag(fact.Unverified, 4)
		return p
	}
	p.YearPlaceClass = 1 + rng.IntN(3)
	p.YearPlace = benchPlaces[rng.IntN(len(benchPlaces))]
	if !flag(fact.Working, 92) {
		flag(fact.LeftWork, 20)
		flag(fact.Jobless, 40)
		return p
	}
	p.Place, p.PlaceClass = p.YearPlace, p.YearPlaceClass
	p.Channel = 1 + rng.IntN(7)
	flag(fact.Stable, 83)
	flag(fact.Confirmed, 90)
	flag(fact.NewWork, 4)
	if rng.IntN(100) < 95 {
		p.WageFen = int64(150_000 + rng.IntN(500_000))
	}
	if rng.IntN(100) < 6 {
		p.Settlement = 1
	}
	return p
}

var benchPlaces = []region.Code{110105000000, 120101000000, 310115000000, 320505000000, 330106000000, 350203000000, 370102000000,
	370202000000, 410102000000, 440106000000, 440305000000, 441900000000, 442000000000, 500103000000, 510104000000}

// nodes are the sums of every place above the village, by level.
type nodes struct {
	levels [5]map[region.Code]node // nation, province, city, county, town
	blocks []*Block
}

// rollup counts everything anew: villages and towns in the blocks, then the
// levels above; where other months are given, each place is compared with them
// while its counts are at hand. falls is how many figures fell below both.
func (n *nationBlocks) rollup(month, year baseline) (r *nodes, falls int) {
	r = &nodes{blocks: n.blocks}
	starts := make([]int, len(n.blocks)+1)
	for i, b := range n.blocks {
		starts[i+1] = starts[i] + (len(b.villages)+len(b.towns)+1)*b.lanes
	}
	fell := make([]int, len(n.blocks))
	parallel(len(n.blocks), func(i int) {
		b := n.blocks[i]
		if month == nil {
			b.sum(nil)
			return
		}
		fell[i] = compare(month[starts[i]:], year[starts[i]:], b.walk)
	})
	for l := range r.levels {
		r.levels[l] = map[region.Code]node{}
	}
	for i, b := range n.blocks {
		for l := region.Nation; l < region.County; l++ {
			r.add(l, b.County.At(l), b.total)
		}
		r.levels[region.County][b.County] = b.total
		falls += fell[i]
	}
	if month != nil {
		falls += compare(month[starts[len(n.blocks)]:], year[starts[len(n.blocks)]:], r.above)
	}
	return r, falls
}

func (r *nodes) add(l region.Level, at region.Code, part node) {
	n, ok := r.levels[l][at]
	if !ok {
		n = node{code: at, counts: make([]int32, len(part.counts))}
	}
	add(n.counts, part.counts)
	n.money += part.money
	r.levels[l][at] = n
}

// baseline is another month's counts of every place, village to nation, in
// the order in which compare walks them.
type baseline []int32

func (b *Block) walk(f func(counts []int32)) {
	b.sum(f)
	for i := range b.towns {
		f(b.towns[i].counts)
	}
	f(b.total.counts)
}

func (r *nodes) above(f func(counts []int32)) {
	for l := region.Nation; l < region.County; l++ {
		for _, c := range sortedCodes(r.levels[l]) {
			f(r.levels[l][c].counts)
		}
	}
}

// wobble is a month in which some places had a few more or fewer.
func (r *nodes) wobble(seed uint64) baseline {
	rng := rand.New(rand.NewPCG(seed, 4))
	n := 0
	size := func(counts []int32) { n += len(counts) }
	for _, b := range r.blocks {
		b.walk(size)
	}
	r.above(size)
	out := make(baseline, 0, n)
	take := func(counts []int32) {
		for _, c := range counts {
			if rng.IntN(10) == 0 {
				c += int32(rng.IntN(3))
			}
			out = append(out, c)
		}
	}
	for _, b := range r.blocks {
		b.walk(take)
	}
	r.above(take)
	return out
}

// compare counts the figures that fell below both other months (A177).
func compare(month, year baseline, walk func(func([]int32))) (falls int) {
	walk(func(counts []int32) {
		m, y := month[:len(counts)], year[:len(counts)]
		for i, c := range counts {
			if c < m[i] && c < y[i] {
				falls++
			}
		}
		month, year = month[len(counts):], year[len(counts):]
	})
	return falls
}
