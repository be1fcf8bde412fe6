package rollup

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"wengang/internal/calendar"
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
	CPU        float64   `json:"cpu_seconds"`   // of that roll-up, on all cores
	Floor      float64   `json:"floor_seconds"` // reading the columns once
	OfFloor    float64   `json:"times_floor"`
	Build      float64   `json:"build_seconds"`     // columns out of person-months
	Naive      float64   `json:"naive_seconds"`     // row by row, every test: what it is checked against
	EditMicros float64   `json:"edit_microseconds"` // processor time
	Falls      int       `json:"falls"`             // places and indicators below the month before
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
		out.Columns += b.bytes()
	}
	base, _ := n.rollup(nil, nil)
	last, year := base.wobble(1), base.wobble(2)
	var best time.Duration
	for range 5 {
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
		at, cpu := time.Now(), cpuTime()
		r, falls := n.rollup(last, year)
		if used := (cpuTime() - cpu).Seconds(); out.CPU == 0 || used < out.CPU {
			out.CPU = used
		}
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
	at := cpuTime()
	for range times {
		b := n.blocks[rng.IntN(len(n.blocks))]
		i := int32(rng.IntN(len(b.person)))
		v := 0
		for b.start[v+1] <= i {
			v++
		}
		r := b.rowAt(v, i)
		r.wage = 123_456
		r.key ^= indicator.Key(fact.Confirmed)
		if b.replaced(r) != nil {
			done++
		}
	}
	if done < times {
		return -1
	}
	return float64((cpuTime() - at).Microseconds()) / times
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
