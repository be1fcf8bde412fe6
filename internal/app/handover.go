package app

import (
	"context"
	"encoding/json"
	"time"

	"wengang/internal/handover"
	"wengang/internal/handover/handoverhttp"
	"wengang/internal/queue"
	"wengang/internal/region"
	"wengang/internal/web"
)

// connectHandovers makes the transfer requests between counties.
func (a *App) connectHandovers() {
	a.Handovers = handover.New(a.DB, a.Box, a.Audit, a.People)
}

func (a *App) handoverPages(s *web.Shell) {
	handoverhttp.New(s, a.Handovers, &a.places).Register()
}

// handoverHandler escalates what nobody answered in time.
func (a *App) handoverHandler() queue.Handler {
	return queue.Handler{Name: "handover", Every: 12 * time.Hour, Run: func(ctx context.Context, _ json.RawMessage) error {
		_, err := a.Handovers.Daily(ctx, region.ScopeOf(region.Country))
		return err
	}}
}
