package rollup

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/indicator"
	"wengang/internal/region"
)

// BenchResult is what the bench command prints. No time stands in it whose
// result was not checked.
type BenchResult struct {
	People     int       `json:"people"`
	Villages   int       `json:"villages"`
	Indicators int       `json:"indicators"`
	Levels     int       `json:"levels"`
	Seconds    float64   `json:"seconds"`       // one roll-up: villages to nation with 同比, 环比 and the places that fell
	Floor      float64   `json:"floor_seconds"` // reading the columns once
	OfFloor    float64   `json:"times_floor"`
	Build      float64   `json:"build_seconds"` // columns out of person-months
	Naive      float64   `json:"naive_seconds"` // row by row, every test: what it is checked against
	EditMicros float64   `json:"edit_microseconds"`
	Falls      int       `json:"falls"` // places and indicators below the month before
	Columns    int64     `json:"column_bytes"`
	PeakRSS    int       `json:"peak_rss_mb"`
	Peer       BenchPeer `json:"peer"`
	Checked    bool      `json:"checked"`
}

// BenchPeer is the same question asked of SQLite with GROUP BY, on fewer rows.
type BenchPeer struct {
	Name    string  `json:"name"`
	People  int     `json:"people"`
	Seconds float64 `json:"seconds"`
	Own     float64 `json:"own_seconds"` // the columns on the same rows
	Ratio   float64 `json:"ratio"`
}

// The bench's month.
const benchMonth = calendar.Month(202311)

// benchMemory is the limit that the bench sets itself, in bytes.
const benchMemory = 1100 << 20

// Bench measures the roll-up of a month of the whole country: people rows in
// memory over the real tree, every count at six levels with its comparisons
// (speed.md W2). It checks the result against a scan row by row at full size
// and against SQL at peerPeople rows (0: a million, at most people).
func Bench(ctx context.Context, people, peerPeople int, say func(string)) (BenchResult, error) {
	if say == nil {
		say = func(string) {}
	}
	if people < 1000 {
		return BenchResult{}, errors.New("bench rollup: at least 1,000 people")
	}
	if peerPeople == 0 {
		peerPeople = 1_000_000
	}
	out := BenchResult{People: people, Indicators: indicator.Lanes() + 1, Levels: 6}
	// The collector may not let garbage double what the columns take.
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(benchMemory))
	say("peer")
	var err error
	if out.Peer, err = benchPeer(ctx, min(people, peerPeople)); err != nil {
		return out, err
	}
	say("build")
	n, build := benchNation(people)
	out.Build, out.Villages = build.Seconds(), n.villages
	for _, b := range n.blocks {
		out.Columns += int64(len(b.person))*14 + int64(len(b.counts))*4 + int64(len(b.money))*8
	}
	base, _ := n.rollup(nil, nil)
	last, year := base.wobble(1), base.wobble(2)
	var best time.Duration
	for range 5 {
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
		at := time.Now()
		r, falls := n.rollup(last, year)
		out.Falls = falls
		if d := time.Since(at); best == 0 || d < best {
			best = d
		}
		base = r
	}
	out.Seconds = best.Seconds()
	out.Floor = n.floor().Seconds()
	out.OfFloor = out.Seconds / out.Floor
	out.EditMicros = n.edit()
	out.PeakRSS = peakRSS()
	say("check")
	at := time.Now()
	if err := n.check(base); err != nil {
		return out, err
	}
	out.Naive = time.Since(at).Seconds()
	out.Checked = true
	return out, nil
}

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
		starts[i+1] = starts[i] + len(b.counts) + (len(b.towns)+1)*b.lanes
	}
	fell := make([]int, len(n.blocks))
	parallel(len(n.blocks), func(i int) {
		b := n.blocks[i]
		b.sum()
		if month != nil {
			fell[i] = compare(month[starts[i]:], year[starts[i]:], b.walk)
		}
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
	f(b.counts)
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

// floor reads every column byte that the roll-up must read.
func (n *nationBlocks) floor() time.Duration {
	best := time.Hour
	for range 3 {
		at := time.Now()
		var mu sync.Mutex
		var total uint64
		parallel(len(n.blocks), func(i int) {
			var a, b uint64
			for _, s := range n.blocks[i].shape {
				a += uint64(s)
			}
			for _, w := range n.blocks[i].wage {
				b += uint64(w)
			}
			mu.Lock()
			total += a + b
			mu.Unlock()
		})
		if total > 0 {
			best = min(best, time.Since(at))
		}
	}
	return best
}

// edit is the mean cost of one person's change up to the county, in µs.
func (n *nationBlocks) edit() float64 {
	rng := rand.New(rand.NewPCG(1, 1))
	const times = 2000
	done := 0
	at := time.Now()
	for range times {
		b := n.blocks[rng.IntN(len(n.blocks))]
		i := int32(rng.IntN(len(b.person)))
		v := 0
		for b.start[v+1] <= i {
			v++
		}
		r := b.rowAt(v, i)
		r.wage = 123_456
		if b.replaced(r) != nil {
			done++
		}
	}
	if done < times {
		return -1
	}
	return float64(time.Since(at).Microseconds()) / times
}

// check counts every row again, one test after the other, and compares all
// counties; the levels above are compared as sums of the counties.
func (n *nationBlocks) check(r *nodes) error {
	var mu sync.Mutex
	var bad error
	parallel(len(n.blocks), func(i int) {
		b := n.blocks[i]
		want, money := make([]int32, b.lanes), int64(0)
		for k := range b.person {
			key := b.keys[b.shape[k]]
			for lane, d := range indicator.Counts() {
				if d.Holds(key) {
					want[lane]++
				}
			}
			if income.Holds(key) {
				money += b.wageAt(int32(k))
			}
		}
		got := r.levels[region.County][b.County]
		if fmt.Sprint(got.counts, got.money) != fmt.Sprint(want, money) {
			mu.Lock()
			bad = fmt.Errorf("bench rollup: county %s differs from the scan", b.County)
			mu.Unlock()
		}
	})
	if bad != nil {
		return bad
	}
	for l := region.Nation; l < region.County; l++ {
		sum, all := make([]int32, indicator.Lanes()), make([]int32, indicator.Lanes())
		for _, p := range r.levels[l] {
			add(sum, p.counts)
		}
		for _, p := range r.levels[region.County] {
			add(all, p.counts)
		}
		if fmt.Sprint(sum) != fmt.Sprint(all) {
			return fmt.Errorf("bench rollup: level %d does not add up", l)
		}
	}
	return nil
}

func sortedCodes(m map[region.Code]node) []region.Code {
	out := make([]region.Code, 0, len(m))
	for c := range m {
		out = append(out, c)
	}
	slices.Sort(out)
	return out
}

func parallel(n int, f func(int)) {
	var wg sync.WaitGroup
	next := make(chan int)
	for range runtime.NumCPU() {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range next {
				f(i)
			}
		}()
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}

// peakRSS is the process's high-water mark in MB, 0 where the system does not
// tell.
func peakRSS() int {
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(raw), "\n") {
		var kb int
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kb); err == nil {
			return kb / 1024
		}
	}
	return 0
}

// benchPeer asks SQLite the same of fewer rows: every count grouped by
// village; the levels above cost it nothing here.
func benchPeer(ctx context.Context, people int) (BenchPeer, error) {
	p := BenchPeer{Name: "sqlite group by village", People: people}
	dir, err := os.MkdirTemp("", "wengang-bench")
	if err != nil {
		return p, err
	}
	defer os.RemoveAll(dir)
	d, err := db.Open(ctx, "sqlite:"+filepath.Join(dir, "bench.db"), nil)
	if err != nil {
		return p, err
	}
	defer d.Close()
	if err := benchTable(ctx, d, people); err != nil {
		return p, err
	}
	n, _ := benchNation(people)
	at := time.Now()
	r, _ := n.rollup(nil, nil)
	p.Own = time.Since(at).Seconds()
	var sums []string
	for _, def := range indicator.Counts() {
		sums = append(sums, sumOf(def.SQL))
	}
	sums = append(sums, "SUM(CASE WHEN "+income.SQL+" THEN wage_fen ELSE 0 END)")
	at = time.Now()
	rows, err := d.Read.QueryContext(ctx, `SELECT village, `+strings.Join(sums, ", ")+` FROM person_month GROUP BY village`)
	if err != nil {
		return p, err
	}
	defer rows.Close()
	got := make([]int64, len(sums))
	var village region.Code
	dest := []any{&village}
	for i := range got {
		dest = append(dest, &got[i])
	}
	byCounty := map[region.Code]*Block{}
	for _, b := range r.blocks {
		byCounty[b.County] = b
	}
	villages := 0
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return p, err
		}
		villages++
		b := byCounty[countyOf(village)]
		if b == nil {
			return p, fmt.Errorf("bench rollup: village %s has no block", village)
		}
		counts, money, _ := b.node(village)
		for lane, c := range counts {
			if int64(c) != got[lane] {
				return p, fmt.Errorf("bench rollup: village %s differs from SQL in %s", village, indicator.Counts()[lane].ID)
			}
		}
		if money != got[len(got)-1] {
			return p, fmt.Errorf("bench rollup: village %s differs from SQL in income", village)
		}
	}
	p.Seconds = time.Since(at).Seconds()
	if villages != n.villages {
		return p, fmt.Errorf("bench rollup: %d villages in SQL, %d in the columns", villages, n.villages)
	}
	p.Ratio = p.Seconds / p.Own
	return p, rows.Err()
}

// benchTable writes the same people as benchNation into a table of their own.
func benchTable(ctx context.Context, d *db.DB, people int) error {
	columns := []string{"person_id", "village", "kinds", "flags", "place", "place_class", "year_place_class", "channel", "wage_fen", "settlement"}
	err := d.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `CREATE TABLE person_month (person_id BIGINT PRIMARY KEY, village BIGINT, kinds BIGINT, flags BIGINT,
			place BIGINT, place_class INTEGER, year_place_class INTEGER, channel INTEGER, wage_fen BIGINT, settlement BIGINT)`)
		return err
	})
	if err != nil {
		return err
	}
	tree := region.National()
	counties := tree.Counties(region.Country)
	total, seen, from := 0, 0, 0
	for _, c := range counties {
		total += len(tree.Villages(c))
	}
	return d.Tx(ctx, func(tx *db.Tx) error {
		for _, c := range counties {
			villages := tree.Villages(c)
			seen += len(villages)
			to := int(int64(people) * int64(seen) / int64(total))
			rng := rand.New(rand.NewPCG(uint64(from), 9))
			var rows [][]any
			for id := from; id < to; id++ {
				p := benchPerson(rng, int64(id+1), villages[(id-from)*len(villages)/(to-from)])
				rows = append(rows, []any{p.PersonID, int64(p.Village), int64(p.Kinds), int64(p.Flags), int64(p.Place), p.PlaceClass, p.YearPlaceClass,
					p.Channel, p.WageFen, p.Settlement})
			}
			if err := tx.Dialect.BulkInsert(ctx, tx, "person_month", columns, rows); err != nil {
				return err
			}
			from = to
		}
		return nil
	})
}
