package app

import (
	"context"
	"encoding/json"
	"time"

	"wengang/internal/queue"
	"wengang/internal/region"
)

// dailyHandler stops dormant accounts and clears what uploads left behind.
func (a *App) dailyHandler() queue.Handler {
	return queue.Handler{Name: "daily", Every: 24 * time.Hour, Run: func(ctx context.Context, _ json.RawMessage) error {
		if _, err := a.Accounts.Daily(ctx); err != nil {
			return err
		}
		return a.Imports.Clean(ctx, time.Hour)
	}}
}

// recheckHandler runs every check over the whole ledger.
func (a *App) recheckHandler() queue.Handler {
	return queue.Handler{Name: "recheck", Every: 24 * time.Hour, Run: func(ctx context.Context, _ json.RawMessage) error {
		_, _, err := a.Rules.Recheck(ctx, region.ScopeOf(region.Country), region.Country, nil)
		return err
	}}
}
