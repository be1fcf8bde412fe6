package rollup

import (
	"context"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
	"wengang/internal/setting"
)

// The settings of pages that no count stands on: the intervals at which a
// cohort is looked at again (facts A201: configurable) and the bands of income.
const (
	CohortStep1 = "cohort.step_1"
	CohortStep2 = "cohort.step_2"
	CohortStep3 = "cohort.step_3"
	CohortStep4 = "cohort.step_4"
	BandFirst   = "income.band_first"
	BandStep    = "income.band_step"
	BandCount   = "income.band_count"
)

func init() {
	step := func(name string, months int64) setting.Def {
		return setting.Def{Name: name, Default: months, Min: 1, Max: 24, Source: "A201"}
	}
	setting.Register(step(CohortStep1, 1), step(CohortStep2, 3), step(CohortStep3, 6), step(CohortStep4, 12),
		setting.Def{Name: BandFirst, Default: 1000_00, Min: 1_00, Max: 100_000_00, Source: "A051、A179"},
		setting.Def{Name: BandStep, Default: 1000_00, Min: 1_00, Max: 100_000_00, Source: "A051、A179"},
		setting.Def{Name: BandCount, Default: 8, Min: 3, Max: 20, Source: "A051、A179"})
}

// settings in force at a place in a month's year.
func (s *Service) settings(ctx context.Context, at region.Code, m calendar.Month) (v setting.Values, err error) {
	err = s.db.Snapshot(ctx, func(q db.Querier) (err error) {
		v, err = setting.At(ctx, q, at, m.Year())
		return err
	})
	return v, err
}
