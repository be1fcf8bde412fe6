package rollup

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"

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
	say("queries")
	answers, err := out.measure(ctx, n, seed)
	if err != nil {
		return out, err
	}
	say("check")
	at := time.Now()
	_, listed := benchTags()
	for i := range answers {
		if err := n.checkSlice(&answers[i], listed); err != nil {
			return out, err
		}
	}
	out.Naive = time.Since(at).Seconds() / float64(queries)
	out.Checked = true
	return out, nil
}

// measure asks the queries.
func (out *SliceResult) measure(ctx context.Context, n *nationBlocks, seed uint64) ([]benchAnswer, error) {
	rng := rand.New(rand.NewPCG(seed, 77))
	names, listed := benchTags()
	var times []time.Duration
	var answers []benchAnswer
	cpu := cpuTime()
	var used []time.Duration
	for range out.Queries {
		if ctx.Err() != nil {
			return nil, ctx.Err()
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
			return nil, err
		}
		if took >= slices.Max(append(times, 0)) {
			out.Longest, out.Worst = took.Seconds(), fmt.Sprintf("%s where %v by %v: %d cells", q.At, q.Where, q.By, len(a.sliced.Cells))
		}
		times, answers = append(times, took), append(answers, a)
		out.Cells += len(a.sliced.Cells)
		out.Members += a.members
	}
	out.CPU = (cpuTime() - cpu).Seconds() / float64(out.Queries)
	slices.Sort(used)
	out.CPUP95 = used[(len(used)*95+99)/100-1].Seconds()
	slices.Sort(times)
	out.Median, out.P95 = times[len(times)/2].Seconds(), times[(len(times)*95+99)/100-1].Seconds()
	out.OfFloor = out.P95 / out.Floor
	out.PeakRSS = peakRSS()
	return answers, nil
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
