package app

import (
	"context"
	"encoding/json"
	"time"

	"wengang/internal/handover"
	"wengang/internal/handover/handoverhttp"
	"wengang/internal/queue"
	"wengang/internal/reconcile"
	"wengang/internal/reconcile/reconcilehttp"
	"wengang/internal/region"
	"wengang/internal/transfer"
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

// connectReconcile makes the reconciliations with others' lists and numbers.
func (a *App) connectReconcile() {
	a.Reconciled = reconcile.New(a.DB, reconcile.Deps{
		Box: a.Box, Audit: a.Audit, Figures: a.Rollup, People: a.People, Queue: &a.jobs, Tree: a.Tree, Reread: a.Imports.Reread, Scratch: a.Imports.Scratch(),
		Layouts: func() []transfer.Layout {
			var all []transfer.Layout
			for _, k := range a.Imports.Kinds() {
				switch k.ID() {
				case "people", "monitored", "work", "plan":
					all = append(all, k.Layouts()...)
				}
			}
			return all
		},
	})
}

func (a *App) reconcilePages(s *web.Shell) {
	reconcilehttp.New(s, a.Reconciled, &a.places).Register()
}

// reconcileHandlers make passes and forget lists whose time has come.
func (a *App) reconcileHandlers() []queue.Handler {
	return []queue.Handler{
		{Name: reconcile.JobName, Run: func(ctx context.Context, raw json.RawMessage) error {
			var j reconcile.Job
			if err := json.Unmarshal(raw, &j); err != nil {
				return err
			}
			return a.Reconciled.Work(ctx, j.ID)
		}},
		{Name: "reconcile.purge", Every: 12 * time.Hour, Run: func(ctx context.Context, _ json.RawMessage) error {
			if _, err := a.Reconciled.Purge(ctx); err != nil {
				return err
			}
			return a.Reconciled.Resume(ctx)
		}},
	}
}
