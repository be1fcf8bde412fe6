package transfer

import (
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// An import of 200,000 rows keeps about 80 MB alive and drops a gigabyte on its
// way. Where the process holds little else, the collector runs more often
// meanwhile, so that the peak stays near what is alive; it costs a tenth more
// of processor time. A server with large caches keeps its own pace.
const (
	frugalPercent = 30
	frugalLive    = 192 << 20 // bytes alive from which on the pace stays
	frugalRows    = 20_000    // what a step of so many rows leaves is given back at once
)

var frugal struct {
	sync.Mutex
	running int
	before  int
}

// beFrugal sets the pace for one step of an import; the answer ends it.
func beFrugal() func() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	if live[0].Value.Kind() != metrics.KindUint64 || live[0].Value.Uint64() > frugalLive {
		return func() {}
	}
	frugal.Lock()
	defer frugal.Unlock()
	if frugal.running == 0 {
		frugal.before = debug.SetGCPercent(frugalPercent)
	}
	frugal.running++
	return func() {
		frugal.Lock()
		defer frugal.Unlock()
		if frugal.running--; frugal.running == 0 {
			debug.SetGCPercent(frugal.before)
		}
	}
}

// giveBack returns what a large step has used.
func giveBack(rows int64) {
	if rows >= frugalRows {
		debug.FreeOSMemory()
	}
}
