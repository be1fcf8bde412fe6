package app

import (
	"context"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
	"wengang/internal/register/areahttp"
	"wengang/internal/report"
	"wengang/internal/rollup/boardhttp"
	"wengang/internal/rollup/slicehttp"
	"wengang/internal/rollup/views"
	"wengang/internal/web"
)

// boardPages are the pages of figures: boards, the analysis page, whose lists
// are the boards' with its conditions, settlements and key areas.
func (a *App) boardPages(s *web.Shell) {
	slices := slicehttp.New(s, slicehttp.Deps{Figures: a.Rollup, Views: views.New(a.DB, a.Audit), Tags: a.Locals, Settlements: a.Registers, Lists: a.Lists, Tree: &a.places, DB: a.DB, Leave: a.Audit})
	board := boardhttp.New(s, a.Rollup, a.People, a.Targets, a.Months, &a.places)
	board.UseSlices(slices)
	board.Exports(a.exported).Reports(lates{a.Reports, func() calendar.Date { return calendar.DateAt(a.Clock()) }})
	board.Register()
	slices.Register()
	areahttp.New(s, a.DB, a.Registers, a.Locals, a.Rollup, &a.places).Register()
}

// exported puts a file without plain values on record.
func (a *App) exported(ctx context.Context, by account.Caller, e audit.Export) error {
	return a.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := a.Audit.Exported(ctx, tx, by, e)
		return err
	})
}

// lates are the forms that are due and missing, for the leader's page.
type lates struct {
	reports *report.Store
	today   func() calendar.Date
}

// Late looks at the period of the month and, where nothing of it is due yet, at
// the one before.
func (l lates) Late(ctx context.Context, scope region.Scope, at region.Code, m calendar.Month) ([]boardhttp.Late, error) {
	forms, err := l.reports.All(ctx, scope)
	if err != nil {
		return nil, err
	}
	var columns []report.MatrixColumn
	for _, f := range forms {
		p := f.PeriodAt(m)
		columns = append(columns, report.MatrixColumn{Form: f, Period: p.Before()}, report.MatrixColumn{Form: f, Period: p})
	}
	x, err := l.reports.Matrix(ctx, scope, at, columns)
	if err != nil {
		return nil, err
	}
	var out []boardhttp.Late
	for k := range columns {
		for i := range x.Slots {
			s := &x.Slots[i][k]
			if k%2 == 0 && x.Slots[i][k+1].Due <= l.today() { // the period after it is due as well
				continue
			}
			if s.Is(report.Missing) && !s.Not {
				out = append(out, boardhttp.Late{Region: s.Region, Form: s.Form.ID, Title: s.Form.Short, Period: s.Period.String(), Due: s.Due})
			}
		}
	}
	return out, nil
}
