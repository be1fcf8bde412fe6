package target

import "wengang/internal/setting"

// The settings of targets: what the notices leave open.
const (
	// SlowGap is how many points of completion may be missing to the curve
	// before a place is 进展较慢 (A193).
	SlowGap = "target.slow_gap"
	// RedShare and RedCount are the red line of A050: the share of jobless among
	// the able and willing in per mille, and their number. 0 is off.
	RedShare = "target.red_share"
	RedCount = "target.red_count"
)

func init() {
	setting.Register(
		setting.Def{Name: SlowGap, Default: 5, Min: 0, Max: 60, Source: "A193; B11"},
		setting.Def{Name: RedShare, Default: 0, Min: 0, Max: 1000, Source: "A050"},
		setting.Def{Name: RedCount, Default: 0, Min: 0, Max: 50_000_000, Source: "A050"},
	)
}
