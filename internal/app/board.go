package app

import (
	"context"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/rollup/boardhttp"
	"wengang/internal/rollup/slicehttp"
	"wengang/internal/rollup/views"
	"wengang/internal/web"
)

// boardPages are the pages of figures: boards, and the analysis page, whose
// lists are the boards' with its conditions.
func (a *App) boardPages(s *web.Shell) {
	slices := slicehttp.New(s, slicehttp.Deps{Figures: a.Rollup, Views: views.New(a.DB, a.Audit), Tags: a.Locals, Settlements: a.Registers, Lists: a.Lists, Tree: &a.places, DB: a.DB, Leave: a.Audit})
	board := boardhttp.New(s, a.Rollup, a.People, a.Targets, a.Months, &a.places)
	board.UseSlices(slices)
	board.Exports(a.exported)
	board.Register()
	slices.Register()
}

// exported puts a file without plain values on record.
func (a *App) exported(ctx context.Context, by account.Caller, e audit.Export) error {
	return a.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := a.Audit.Exported(ctx, tx, by, e)
		return err
	})
}
