package rollup

import (
	"context"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
	"wengang/internal/setting"
)

// The settings of pages that no count stands on: the intervals at which a
// cohort is looked at again (facts A201: configurable), the bands of income, and
// when a place deserves a look on the leader's page (A177: the notice says any
// fall; a leader's page names those that are worth a call).
const (
	CohortStep1 = "cohort.step_1"
	CohortStep2 = "cohort.step_2"
	CohortStep3 = "cohort.step_3"
	CohortStep4 = "cohort.step_4"
	BandFirst   = "income.band_first"
	BandStep    = "income.band_step"
	BandCount   = "income.band_count"
	LookFall    = "board.look_fall"
	LookPeople  = "board.look_people"
	LookDoubt   = "board.look_doubt"
)

func init() {
	step := func(name string, months int64) setting.Def {
		return setting.Def{Name: name, Default: months, Min: 1, Max: 24, Source: "A201"}
	}
	setting.Register(step(CohortStep1, 1), step(CohortStep2, 3), step(CohortStep3, 6), step(CohortStep4, 12),
		setting.Def{Name: BandFirst, Default: 1000_00, Min: 1_00, Max: 100_000_00, Source: "A051、A179"},
		setting.Def{Name: BandStep, Default: 1000_00, Min: 1_00, Max: 100_000_00, Source: "A051、A179"},
		setting.Def{Name: BandCount, Default: 8, Min: 3, Max: 20, Source: "A051、A179"},
		setting.Def{Name: LookFall, Default: 10, Min: 0, Max: 500, Source: "A177、B11"},
		setting.Def{Name: LookPeople, Default: 10, Min: 1, Max: 10_000, Source: "A177、B11"},
		setting.Def{Name: LookDoubt, Default: 150, Min: 100, Max: 1000, Source: "A180、B11"})
}

// settings in force at a place in a month's year.
func (s *Service) settings(ctx context.Context, at region.Code, m calendar.Month) (v setting.Values, err error) {
	err = s.db.Snapshot(ctx, func(q db.Querier) (err error) {
		v, err = setting.At(ctx, q, at, m.Year())
		return err
	})
	return v, err
}

// Look is when a place deserves a look on the leader's page (ADR 35).
type Look struct {
	Fall   int64 // ‰ of those at work the month before, fewer by as much
	People int64 // and at least so many people
	Doubt  int64 // % of the unverified share of the place above
}

// Falls reports a fall of those at work that is worth a look.
func (l Look) Falls(now, was int64) bool {
	return was-now >= l.People && (was-now)*1000 >= l.Fall*was
}

// Doubts reports an unverified share worth a look: n of all against that of the
// place above.
func (l Look) Doubts(n, all, nAbove, allAbove int64) bool {
	return n >= l.People && float64(n)*float64(max(1, allAbove))*100 > float64(l.Doubt)*float64(nAbove)*float64(all)
}

// LookAt reads the thresholds in force at a place.
func (s *Service) LookAt(ctx context.Context, at region.Code, m calendar.Month) (Look, error) {
	v, err := s.settings(ctx, at, m)
	if err != nil {
		return Look{}, err
	}
	return Look{int64(v.Int(LookFall)), int64(v.Int(LookPeople)), int64(v.Int(LookDoubt))}, nil
}
