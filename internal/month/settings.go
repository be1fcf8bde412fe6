package month

import "wengang/internal/setting"

// The settings of the month: what the notices leave open (facts B11).
const (
	MinMonths        = "month.min_months"
	StableMonths     = "month.stable_months"
	StableGap        = "month.stable_gap"
	StableEmployer   = "month.stable_same_employer"
	UnverifiedMonths = "month.unverified_months"
	PostsCount       = "month.posts_count"
	DeadStay         = "month.dead_stay"
	RiskRemoved      = "people.risk_removed"
)

// Values of RiskRemoved.
const (
	RiskNever  = 0 // a removed risk ends the count
	RiskYear   = 1 // counts to the end of the year in which it was removed
	RiskAlways = 2 // counts as long as the kind is on record
)

func init() {
	setting.Register(
		setting.Def{Name: MinMonths, Default: 1, Min: 1, Max: 12, Counts: true, Source: "B1: 系统记录只到月"},
		setting.Def{Name: StableMonths, Default: 3, Min: 1, Max: 24, Counts: true, Source: "B11"},
		setting.Def{Name: StableGap, Default: 0, Min: 0, Max: 3, Counts: true, Source: "B11"},
		setting.Def{Name: StableEmployer, Default: 0, Min: 0, Max: 1, Counts: true, Source: "B11"},
		setting.Def{Name: UnverifiedMonths, Default: 2, Min: 1, Max: 12, Counts: true, Source: "A180"},
		setting.Def{Name: PostsCount, Default: 1, Min: 0, Max: 1, Counts: true, Source: "B11; B1"},
		setting.Def{Name: DeadStay, Default: 1, Min: 0, Max: 1, Counts: true, Source: "B11"},
		setting.Def{Name: RiskRemoved, Default: RiskYear, Min: RiskNever, Max: RiskAlways, Counts: true, Source: "A022; B1"},
	)
}

// Rules are the settings of one county and year in the form that Derive uses.
type Rules struct {
	MinMonths, StableMonths, StableGap, UnverifiedMonths int
	SameEmployer, PostsCount, DeadStay                   bool
	RiskRemoved                                          int
}

// RulesOf reads the settings once for all people of a county.
func RulesOf(v setting.Values) Rules {
	return Rules{
		MinMonths: v.Int(MinMonths), StableMonths: v.Int(StableMonths), StableGap: v.Int(StableGap),
		UnverifiedMonths: v.Int(UnverifiedMonths), SameEmployer: v.Yes(StableEmployer),
		PostsCount: v.Yes(PostsCount), DeadStay: v.Yes(DeadStay), RiskRemoved: v.Int(RiskRemoved),
	}
}
