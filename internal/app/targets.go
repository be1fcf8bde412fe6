package app

import (
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
	a.Splits = split.New(a.DB, a.Audit, a.Targets, &a.places, f)
	a.Dispatches = dispatch.New(a.DB, a.Audit, a.Targets, &a.places)
}

func (a *App) targetPages(s *web.Shell) {
	targethttp.New(s, a.Targets, a.Splits, a.Dispatches, &a.places).Register()
}
