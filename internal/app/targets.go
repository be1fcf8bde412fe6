package app

import (
	"context"

	"wengang/internal/calendar"
	"wengang/internal/indicator"
	"wengang/internal/region"
	"wengang/internal/rollup"
	"wengang/internal/target"
	"wengang/internal/target/dispatch"
	"wengang/internal/target/split"
	"wengang/internal/target/targethttp"
	"wengang/internal/web"
)

// connectTargets measures targets by the figures as closed.
func (a *App) connectTargets() {
	f := figures{a.Rollup}
	a.Targets = target.New(a.DB, a.Audit, &a.places, f)
	a.Targets.Pair(f)
	a.Splits = split.New(a.DB, a.Audit, a.Targets, &a.places, f)
	a.Dispatches = dispatch.New(a.DB, a.Audit, a.Targets, &a.places, f)
}

func (a *App) targetPages(s *web.Shell) {
	targethttp.New(s, a.Targets, a.Splits, a.Dispatches, &a.places).Register()
}

// Closed is dispatch.Months.
func (f figures) Closed(ctx context.Context, scope region.Scope, at region.Code, m calendar.Month) (bool, error) {
	all, err := f.r.At(ctx, scope, []region.Code{at}, m, rollup.AsClosed)
	return err == nil && len(all) == 1 && all[0].Closed, err
}

// FromOrigin is target.Pairs: those of a partner province who work at a place,
// as closed.
func (f figures) FromOrigin(ctx context.Context, scope region.Scope, id string, at, from region.Code, m calendar.Month) (n int64, known bool, err error) {
	d, ok := indicator.Get(id)
	if !ok || d.Kind != indicator.Absorb || from.Level() != region.Province {
		return 0, false, nil
	}
	cells, err := f.r.Origins(ctx, scope, d, at, []region.Code{at}, m, rollup.AsClosed)
	for _, c := range cells {
		if c.From == from {
			n, known = n+c.N, true
		}
	}
	return n, known, err
}
