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
		if err := a.Evidence.Clean(ctx); err != nil {
			return err
		}
		if err := a.Archives.Clean(ctx); err != nil {
			return err
		}
		return a.Imports.Clean(ctx, time.Hour)
	}}
}

// recheckHandler runs the checks over the ledger every night: over what changed,
// over everybody once a week.
func (a *App) recheckHandler() queue.Handler {
	return queue.Handler{Name: "recheck", Every: time.Hour, Run: func(ctx context.Context, _ json.RawMessage) error {
		due, err := a.Rules.NightlyDue(ctx)
		if err != nil || !due {
			return err
		}
		_, err = a.Rules.Nightly(ctx, region.ScopeOf(region.Country))
		return err
	}}
}
