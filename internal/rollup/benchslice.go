package rollup

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"time"

	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/region"
)

// SliceResult is what `bench slice` prints: of random queries at any place,
// each with the first page of the list behind one cell. No time stands in it
// whose result was not equal to a scan row by row.
type SliceResult struct {
	People  int       `json:"people"`
	Queries int       `json:"queries"`
	Median  float64   `json:"median_seconds"`
	P95     float64   `json:"p95_seconds"`
	Longest float64   `json:"longest_seconds"`
	Worst   string    `json:"longest_query"`
	Cells   int       `json:"cells"` // of all answers
	Members int       `json:"members"`
	CPU     float64   `json:"cpu_seconds_per_query"`
	CPUP95  float64   `json:"cpu_seconds_p95"` // where the machine is shared: half of it is the time on two idle cores
	Floor   float64   `json:"floor_seconds"`   // reading the columns of the whole country once
	OfFloor float64   `json:"times_floor"`
	Naive   float64   `json:"naive_seconds"` // of a query, mean
	PeakRSS int       `json:"peak_rss_mb"`
	Peer    BenchPeer `json:"peer"`
	Checked bool      `json:"checked"`
}

// BenchSlice measures queries by random dimensions over a month of people in
// memory, and the same questions against SQLite on peer rows (0: a million, at
// most people).
func BenchSlice(ctx context.Context, people, peer, queries int, seed uint64, say func(string)) (SliceResult, error) {
	out := SliceResult{People: people, Queries: queries}
	if people < 1000 || queries < 1 {
		return out, errors.New("bench slice: at least 1,000 people and one query")
	}
	if peer == 0 {
		peer = 1_000_000
	}
	say("peer")
	var err error
	if out.Peer, err = benchSlicePeer(ctx, min(people, peer), seed); err != nil {
		return out, err
	}
	say("build")
	n, _ := benchNation(people)
	runtime.GC()
	out.Floor = n.floor().Seconds()
	rng := rand.New(rand.NewPCG(seed, 77))
	names, listed := benchTags()
	var times []time.Duration
	var answers []benchAnswer
	say("queries")
	cpu := cpuTime()
	var used []time.Duration
	for range queries {
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
		before := cpuTime()
		a, took, err := n.ask(n.query(rng, Dims), names, listed)
		for fault.Is(err, fault.Invalid) { // more cells than anybody reads are refused
			before = cpuTime()
			a, took, err = n.ask(n.query(rng, Dims), names, listed)
		}
		used = append(used, cpuTime()-before)
		q := a.sliced.Query
		if err != nil {
			return out, err
		}
		if took >= slices.Max(append(times, 0)) {
			out.Longest, out.Worst = took.Seconds(), fmt.Sprintf("%s where %v by %v: %d cells", q.At, q.Where, q.By, len(a.sliced.Cells))
		}
		times, answers = append(times, took), append(answers, a)
		out.Cells += len(a.sliced.Cells)
		out.Members += a.members
	}
	out.CPU = (cpuTime() - cpu).Seconds() / float64(queries)
	slices.Sort(used)
	out.CPUP95 = used[(len(used)*95+99)/100-1].Seconds()
	slices.Sort(times)
	out.Median, out.P95 = times[len(times)/2].Seconds(), times[(len(times)*95+99)/100-1].Seconds()
	out.OfFloor = out.P95 / out.Floor
	out.PeakRSS = peakRSS()
	say("check")
	at := time.Now()
	for i := range answers {
		if err := n.checkSlice(&answers[i], listed); err != nil {
			return out, err
		}
	}
	out.Naive = time.Since(at).Seconds() / float64(queries)
	out.Checked = true
	return out, nil
}

// benchAnswer is an answer that is still to be checked.
type benchAnswer struct {
	sliced  Sliced
	only    Query // the cell whose list was asked
	def     *indicator.Def
	members int
	page    Page
}

func benchTags() (map[int64]string, map[int64]map[region.Code]bool) {
	names, listed := map[int64]string{}, map[int64]map[region.Code]bool{}
	for _, t := range region.Tags {
		at := map[region.Code]bool{}
		for c := range region.Tagged(t.ID) {
			at[c] = true
		}
		if len(at) > 0 {
			names[TagKey(t.ID)], listed[TagKey(t.ID)] = t.ID, at
		}
	}
	return names, listed
}

// query is a random one: a third at the nation, the others at the place of
// somebody; up to three conditions, up to two dimensions of cells.
func (n *nationBlocks) query(rng *rand.Rand, dims []Dim) Query {
	anyone := func() (*Block, int, int32) {
		b := n.blocks[rng.IntN(len(n.blocks))]
		i := int32(rng.IntN(len(b.person)))
		v, _ := slices.BinarySearch(b.start, i+1)
		return b, v - 1, i
	}
	b, v, _ := anyone()
	q := Query{Month: benchMonth, Where: map[Dim][]int64{}}
	if rng.IntN(3) > 0 {
		q.At = b.villages[v].At(region.Level(rng.IntN(6)))
	}
	for range rng.IntN(4) {
		d := dims[rng.IntN(len(dims))]
		for range 1 + rng.IntN(3) {
			b, v, i := anyone()
			g := b.groups[b.group[i]]
			var value int64
			switch d {
			case DimPlace:
				value = int64(b.villages[v].At(region.Level(1 + rng.IntN(3))))
			case DimSettlement:
				value = g.settlement
			case DimTag:
				value = TagKey(region.TagCounty832)
			default:
				values := d.Values()
				value = values[rng.IntN(len(values))]
			}
			if !slices.Contains(q.Where[d], value) {
				q.Where[d] = append(q.Where[d], value)
			}
		}
	}
	for range rng.IntN(3) {
		if d := dims[rng.IntN(len(dims))]; !slices.Contains(q.By, d) {
			q.By = append(q.By, d)
		}
	}
	return q
}

// ask answers a query and the first page of the list behind its largest cell.
func (n *nationBlocks) ask(q Query, names map[int64]string, listed map[int64]map[region.Code]bool) (benchAnswer, time.Duration, error) {
	a := benchAnswer{def: working}
	at := time.Now()
	p, err := newPlan(q, names, listed)
	if err != nil {
		return a, 0, err
	}
	p.whole = newFigures(q.At, q.Month)
	if a.sliced, err = p.run(n.entries(p)); err != nil {
		return a, 0, err
	}
	a.only = q
	for i := range a.sliced.Cells {
		if c := &a.sliced.Cells[i]; i == 0 || c.N(working.ID) > a.members64() {
			a.only, a.members = q.Only(c), int(c.N(working.ID))
		}
	}
	list, err := newPlan(a.only, names, listed)
	if err != nil {
		return a, 0, err
	}
	a.page = list.list(n.entries(list), a.def, 0, 50)
	a.members = a.page.Total
	return a, time.Since(at), nil
}

func (a *benchAnswer) members64() int64 { return int64(a.members) }

// entries are the blocks that can have anybody of the query.
func (n *nationBlocks) entries(p *plan) []*entry {
	var out []*entry
	for _, b := range n.blocks {
		if (p.q.At.Contains(b.County) || b.County.Contains(p.q.At)) && p.reaches(b.County) {
			out = append(out, &entry{ready: done, block: b})
		}
	}
	return out
}

// checkSlice answers the query again, reading every row of the country and
// asking each condition of it, and compares cells, whole and list.
func (n *nationBlocks) checkSlice(a *benchAnswer, listed map[int64]map[region.Code]bool) error {
	q := a.sliced.Query
	var mu sync.Mutex
	cells, whole, members := map[[2]int64][]int64{}, make([]int64, indicator.Lanes()+2), 0
	var first []uint32
	parallel(len(n.blocks), func(i int) {
		local := scanBlock(n.blocks[i], &q, a, listed)
		mu.Lock()
		defer mu.Unlock()
		for k, s := range local.cells {
			if cells[k] == nil {
				cells[k] = make([]int64, len(s))
			}
			sumInto(cells[k], s)
		}
		sumInto(whole, local.whole)
		members += len(local.members)
		first = append(first, local.members...)
	})
	differs := fmt.Errorf("bench slice: %s where %v by %v differs from the scan", q.At, q.Where, q.By)
	if len(q.By) > 0 && len(cells) != len(a.sliced.Cells) || !slices.Equal(whole, formOf(&a.sliced.Whole)) {
		return differs
	}
	for i := range a.sliced.Cells {
		c := &a.sliced.Cells[i]
		var k [2]int64
		copy(k[:], c.Keys)
		if !slices.Equal(cells[k], formOf(c)) {
			return differs
		}
	}
	slices.Sort(first)
	if members != a.page.Total || len(a.page.Members) != min(50, members) {
		return fmt.Errorf("bench slice: list of %d, the scan finds %d", a.page.Total, members)
	}
	for i, m := range a.page.Members {
		if m.PersonID != int64(first[i]) {
			return errors.New("bench slice: the list differs from the scan")
		}
	}
	return nil
}

func sumInto(into, from []int64) {
	for i, n := range from {
		into[i] += n
	}
}

func formOf(c *SliceCell) []int64 { return append(slices.Clone(c.counts), c.money, int64(c.Rows)) }

// scanned is what the scan of one block finds.
type scanned struct {
	cells   map[[2]int64][]int64
	whole   []int64
	members []uint32
	tags    []int64 // of the village at hand
	one     []int64
}

func scanBlock(b *Block, q *Query, a *benchAnswer, listed map[int64]map[region.Code]bool) scanned {
	s := scanned{cells: map[[2]int64][]int64{}, whole: make([]int64, indicator.Lanes()+2), one: make([]int64, indicator.Lanes()+2)}
	for v, village := range b.villages {
		if !q.At.Contains(village) {
			continue
		}
		s.tags = nil
		if !slices.Contains(q.By, DimTag) && q.Where[DimTag] == nil {
			listed = nil
		}
		for k, at := range listed {
			for c := range at {
				if c.Contains(village) {
					s.tags = append(s.tags, k)
					break
				}
			}
		}
		for i := b.start[v]; i < b.start[v+1]; i++ {
			r := b.rowAt(v, i)
			s.row(&r, q, a)
		}
	}
	return s
}

func (s *scanned) row(r *row, q *Query, a *benchAnswer) {
	for d, want := range q.Where {
		if d == DimPlace {
			if !slices.ContainsFunc(want, func(c int64) bool { return region.Code(c).Contains(r.village) }) {
				return
			}
		} else if have := s.values(r, d, 0); !slices.ContainsFunc(want, func(v int64) bool { return slices.Contains(have, v) }) {
			return
		}
	}
	one := s.one
	clear(one)
	for lane, d := range indicator.Counts() {
		if d.Holds(r.key) {
			one[lane] = 1
		}
	}
	one[len(one)-2], one[len(one)-1] = r.wage, 1
	sumInto(s.whole, one)
	member := a.def.Holds(r.key)
	var first, second []int64
	switch {
	case len(q.By) == 0:
		if member {
			s.members = append(s.members, r.person)
		}
		return
	case len(q.By) == 1:
		first, second = s.values(r, q.By[0], q.level()), []int64{0}
	default:
		first, second = s.values(r, q.By[0], q.level()), s.values(r, q.By[1], q.level())
	}
	for _, x := range first {
		for _, y := range second {
			k := [2]int64{x, y}
			if s.cells[k] == nil {
				s.cells[k] = make([]int64, len(one))
			}
			sumInto(s.cells[k], one)
			if member && len(a.only.Cell) > 0 && a.only.Cell[0] == x && (len(a.only.Cell) == 1 || a.only.Cell[1] == y) {
				s.members = append(s.members, r.person)
			}
		}
	}
}

// values are the values of a dimension that a row has.
func (s *scanned) values(r *row, d Dim, l region.Level) []int64 {
	var n int
	switch d {
	case DimPlace:
		return []int64{int64(r.village.At(l))}
	case DimKind:
		var out []int64
		for k := range 11 {
			if r.group.kinds&(1<<k) != 0 {
				out = append(out, int64(k))
			}
		}
		if out != nil {
			return out
		}
	case DimClass:
		n = int(r.group.class)
	case DimSex:
		n = r.trait.sex()
	case DimAge:
		n = r.trait.age()
	case DimEducation:
		n = r.trait.education()
	case DimSkill:
		n = r.trait.skill()
	case DimIndustry:
		n = r.trait.industry()
	case DimChannel:
		n = indicator.ChannelOf(r.key)
	case DimPlaceClass:
		n = indicator.ClassOf(r.key)
	case DimSettlement:
		return []int64{r.group.settlement}
	case DimTag:
		if s.tags != nil {
			return s.tags
		}
	}
	return []int64{int64(n)}
}

// benchTraits gives an invented person what slices tell apart.
func benchTraits(rng *rand.Rand, p *fact.PersonMonth) {
	p.Sex, p.Age = 1+rng.IntN(2), 14+rng.IntN(60)
	p.Education, p.Skill = 1+rng.IntN(6), 1+rng.IntN(5)
	if p.Channel != 0 {
		p.Industry = 1 + rng.IntN(20)
	}
	if p.Flags&fact.Stable != 0 {
		p.StableMonths, p.MonthsWorked = 3+rng.IntN(9), 1+rng.IntN(11)
	}
	if p.Flags&fact.Monitored != 0 {
		p.Kinds |= 1 << (fact.KindUnstable + rng.IntN(3))
	}
	if rng.IntN(100) < 9 {
		p.Kinds |= 1 << (fact.KindLowIncome + rng.IntN(4))
	}
	if p.Settlement != 0 {
		p.Settlement = int64(p.Village.At(region.County))/1_000_000*10 + 1 + rng.Int64N(4)
	}
}
