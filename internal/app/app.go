package app

import (
	"context"
	"log/slog"
	"os"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/division"
	"wengang/internal/evidence"
	"wengang/internal/handover"
	"wengang/internal/listing"
	"wengang/internal/month"
	"wengang/internal/people"
	"wengang/internal/reconcile"
	"wengang/internal/region"
	"wengang/internal/region/regionstore"
	"wengang/internal/register"
	"wengang/internal/report"
	"wengang/internal/report/design"
	"wengang/internal/report/output"
	"wengang/internal/report/summary"
	"wengang/internal/rollup"
	"wengang/internal/rule"
	"wengang/internal/secret"
	"wengang/internal/target"
	"wengang/internal/target/dispatch"
	"wengang/internal/target/split"
	"wengang/internal/transfer"
	"wengang/internal/work"
)

// App is the whole program, connected. Commands and the server use it.
type App struct {
	*ground
	Clock calendar.Clock
	Log   *slog.Logger

	Audit      *audit.Log
	Accounts   *account.Service
	Locals     *regionstore.Store
	Rules      *rule.Desk
	Months     *month.Store
	People     *people.Store
	Work       *work.Store
	Rollup     *rollup.Service
	Registers  *register.Store
	Targets    *target.Store
	Splits     *split.Store
	Dispatches *dispatch.Store
	Reports    *report.Store
	Summaries  *summary.Store
	Archives   *output.Batches
	Designs    *design.Store
	Imports    *transfer.Service
	Lists      *listing.Store
	Evidence   *evidence.Store
	Handovers  *handover.Store
	Reconciled *reconcile.Store
	Divisions  *division.Store

	places places
	jobs   lateQueue
}

// Open opens an installation: database (migrated), keys, and every slice.
func Open(ctx context.Context, o Options) (*App, error) {
	if o.Clock == nil {
		o.Clock = calendar.System
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	g, err := openGround(ctx, o)
	if err != nil {
		return nil, err
	}
	a := &App{ground: g, Clock: o.Clock, Log: o.Log}
	if err := a.connect(ctx, o); err != nil {
		g.close()
		return nil, err
	}
	return a, nil
}

func (a *App) connect(ctx context.Context, o Options) error {
	if err := a.ReloadTree(ctx); err != nil {
		return err
	}
	key, err := secret.KeyPath(o.KeyFile)
	if err != nil {
		return err
	}
	anchor, err := audit.NewFileAnchor(audit.AnchorPath(key, a.Box))
	if err != nil {
		return err
	}
	a.Audit = audit.New(a.DB, a.Box, anchor)
	a.Accounts = account.New(a.DB, a.Box, a.Audit)
	a.Locals = regionstore.New(a.DB, a.Audit)
	a.Rules = rule.NewDesk(a.DB, &a.places, a.Audit)
	a.Months = month.New(a.DB, a.Audit)
	a.Registers = register.New(a.DB, a.Box, a.Audit, &a.places)
	a.Registers.UseMonths(a.Months)
	a.People = people.New(a.DB, people.Deps{
		Box: a.Box, Audit: a.Audit, Closed: a.Months, Checks: a.Rules, Settled: a.Registers,
		Spells: work.ReadSpells, Reclass: work.Reclass,
	})
	a.Registers.UsePeople(a.People)
	a.Work = work.New(a.DB, work.Deps{
		People: a.People, Audit: a.Audit, Closed: a.Months, Checks: a.Rules, Places: &a.places,
	})
	a.Lists = listing.New(a.DB, listing.Deps{People: a.People, Box: a.Box, Audit: a.Audit, Leave: a.Audit, Tree: &a.places})
	a.Rollup = rollup.New(a.DB, a.Months)
	a.Rollup.UseTags(a.Locals)
	a.Rollup.UseProgrammes(a.Registers)
	a.connectHandovers()
	a.connectTargets()
	shelf := design.NewShelf(a.DB, a.Box)
	a.Reports = report.New(a.DB, report.Deps{
		Box: a.Box, Audit: a.Audit, Registers: a.Registers, Figures: figures{a.Rollup}, Tree: nodes{&a.places}, Tags: a.Locals, Designs: shelf, Staff: signers{a.Accounts},
	})
	a.Designs = design.New(a.DB, design.Deps{Shelf: shelf, Audit: a.Audit, Reports: a.Reports, Tree: nodes{&a.places}})
	a.Months.OnReopen(a.Reports.Reopened)
	a.connectSummaries()
	if err := a.connectEvidence(o); err != nil {
		return err
	}
	if err := a.connectImports(o); err != nil {
		return err
	}
	a.Lists.Scratch = a.Imports.Scratch()
	a.connectArchives()
	a.connectReconcile()
	a.connectDivisions()
	return nil
}

// Close ends the program's hold on the database.
func (a *App) Close() { a.ground.close() }

// Operator is who a command acts as: the named user, else the audited local
// operator, limited to the place.
func (a *App) Operator(ctx context.Context, login string, at region.Code) (account.Caller, error) {
	if login != "" {
		return a.Accounts.As(ctx, login)
	}
	return account.LocalOperator(at), nil
}
