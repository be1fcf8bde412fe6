package rule

import (
	"wengang/internal/region"
	"wengang/internal/setting"
)

// national is the source of most rules: the check texts of the national
// monitoring system as a county ran them at the end of 2023 (facts B8).
const national = "全国防返贫监测信息系统数据核查规则(2023)"

// Names of the settings that rules read. Wages are in yuan: they are typed by
// hand and printed in the notices so.
const (
	SetWageMax      = "rule.wage_max"
	SetWageMin      = "rule.wage_min"
	SetWageLow      = "rule.wage_low"
	SetWorkAge      = "rule.work_age"
	SetLabourAgeEnd = "rule.labour_age_end"
	SetPostAgeEnd   = "rule.post_age_end"
	SetPostKinds    = "rule.post_kinds"
	SetOpenYears    = "rule.open_years"
	SetRemoveMonths = "rule.remove_months"

	SetDevelopMonths = "rule.develop_months"
	SetIncomeMin     = "rule.income_min"
	SetPhoneHomes    = "rule.phone_homes"
	SetAccountHomes  = "rule.account_homes"
	SetCopiedWages   = "rule.copied_wages"
	SetMoves         = "rule.moves"
	SetOverlap       = "rule.overlap_months"
)

func init() {
	setting.Register(
		setting.Def{Name: SetWageMax, Default: 30_000, Min: 1_000, Max: 1_000_000, Source: national + " 5_16_001、5_16_002"},
		setting.Def{Name: SetWageMin, Default: 100, Min: 0, Max: 10_000, Source: national + " 5_16_001、5_16_002"},
		setting.Def{Name: SetWageLow, Default: 400, Min: 0, Max: 10_000, Source: national + " 1111_12"},
		setting.Def{Name: SetWorkAge, Default: 16, Min: 14, Max: 18, Source: "劳动法第十五条; " + national + " 5_16_010"},
		setting.Def{Name: SetLabourAgeEnd, Default: 60, Min: 50, Max: 75, Source: national + " 5_12_008、1111_14、1111_15"},
		setting.Def{Name: SetPostAgeEnd, Default: 70, Min: 55, Max: 85, Source: national + " 5_01_006、5_12_005"},
		setting.Def{Name: SetPostKinds, Default: 3, Min: 2, Max: 9, Source: national + " 3_01_010、3_01_011"},
		setting.Def{Name: SetOpenYears, Default: 3, Min: 1, Max: 20, Source: national + " 1111_08"},
		setting.Def{Name: SetRemoveMonths, Default: 6, Min: 0, Max: 24, Source: national + " 2_11_002"},
		setting.Def{Name: SetDevelopMonths, Default: 6, Min: 0, Max: 24, Source: national + " 5_12_007"},
		setting.Def{Name: SetIncomeMin, Default: 100, Min: 0, Max: 10_000, Source: national + " 5_15_0023"},
		setting.Def{Name: SetPhoneHomes, Default: 2, Min: 2, Max: 50, Source: national + " 5_15_022"},
		setting.Def{Name: SetAccountHomes, Default: 2, Min: 2, Max: 50, Source: "产品规则"},
		setting.Def{Name: SetCopiedWages, Default: 5, Min: 3, Max: 200, Source: "产品规则"},
		setting.Def{Name: SetMoves, Default: 2, Min: 2, Max: 12, Source: "产品规则"},
		setting.Def{Name: SetOverlap, Default: 3, Min: 1, Max: 24, Source: national + " 5_12_001"},
	)
}

// Settings are the thresholds in force at one place and year, read once per
// batch so that a check costs no look-up.
type Settings struct {
	WageMaxFen, WageMinFen, WageLowFen int64
	WorkAge                            int // youngest age at work, years
	LabourAgeEnd                       int // first age past labour age, years
	PostAgeEnd                         int // first age too old for a public post, years
	PostKinds                          int // so many kinds of posts are too many
	OpenYears                          int // a spell open for so many years is asked about
	RemoveMonths                       int // fewest months from identification to removal of the risk
	DevelopMonths                      int // months from identification after which a measure must stand
	IncomeMinFen                       int64
	PhoneHomes                         int // so many households with one phone are a clue
	AccountHomes                       int // the same of an account
	CopiedWages                        int // so many people with one odd wage are a clue
	Moves                              int // so many moves by files within a year
	OverlapMonths                      int // an overlap of so many months is severe
	Places                             Places
}

// Places is what rules ask of the tree.
type Places interface {
	// KnownArea reports whether six digits are or were the code of a county.
	KnownArea(code6 int32) bool
	// Name is a place's name.
	Name(region.Code) string
}

// SettingsOf compiles the values of a place. places may be nil: then no area
// is unknown and places are shown by code.
func SettingsOf(v setting.Values, places Places) *Settings {
	return &Settings{
		WageMaxFen: 100 * int64(v.Int(SetWageMax)), WageMinFen: 100 * int64(v.Int(SetWageMin)), WageLowFen: 100 * int64(v.Int(SetWageLow)),
		WorkAge: v.Int(SetWorkAge), LabourAgeEnd: v.Int(SetLabourAgeEnd), PostAgeEnd: v.Int(SetPostAgeEnd),
		PostKinds: v.Int(SetPostKinds), OpenYears: v.Int(SetOpenYears), RemoveMonths: v.Int(SetRemoveMonths),
		DevelopMonths: v.Int(SetDevelopMonths), IncomeMinFen: 100 * int64(v.Int(SetIncomeMin)), PhoneHomes: v.Int(SetPhoneHomes),
		AccountHomes: v.Int(SetAccountHomes), CopiedWages: v.Int(SetCopiedWages), Moves: v.Int(SetMoves), OverlapMonths: v.Int(SetOverlap),
		Places: places,
	}
}

// Defaults are the thresholds where nothing was set.
func Defaults() *Settings { return SettingsOf(setting.Values{}, nil) }

func (s *Settings) placeName(c region.Code) string {
	if s.Places != nil {
		if n := s.Places.Name(c); n != "" {
			return n
		}
	}
	return c.String()
}

// Text is the value of a setting as a person reads it: money in yuan.
func (s *Settings) Text(name string) string {
	switch name {
	case SetWageMax:
		return yuan(s.WageMaxFen)
	case SetWageMin:
		return yuan(s.WageMinFen)
	case SetWageLow:
		return yuan(s.WageLowFen)
	case SetIncomeMin:
		return yuan(s.IncomeMinFen)
	}
	if n, ok := map[string]int{SetWorkAge: s.WorkAge, SetLabourAgeEnd: s.LabourAgeEnd, SetPostAgeEnd: s.PostAgeEnd, SetPostKinds: s.PostKinds,
		SetOpenYears: s.OpenYears, SetRemoveMonths: s.RemoveMonths, SetDevelopMonths: s.DevelopMonths, SetPhoneHomes: s.PhoneHomes,
		SetAccountHomes: s.AccountHomes, SetCopiedWages: s.CopiedWages, SetMoves: s.Moves, SetOverlap: s.OverlapMonths}[name]; ok {
		return itoa(n)
	}
	return ""
}
