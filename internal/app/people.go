package app

import (
	"context"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/people/entry"
	"wengang/internal/people/flow"
	"wengang/internal/people/merge"
	"wengang/internal/people/peoplehttp"
	"wengang/internal/people/proof"
	"wengang/internal/rule/rulehttp"
	"wengang/internal/web"
	"wengang/internal/work"
)

// PeopleActs are the acts on records as wholes, over people and work.
func (a *App) PeopleActs() peoplehttp.Stores {
	return peoplehttp.Stores{
		People: a.People, Work: a.Work,
		Merges: merge.New(a.DB, merge.Deps{Box: a.Box, Audit: a.Audit, Closed: a.Months, Checks: a.Rules, People: a.People, Spells: work.ReadSpells}),
		Flows:  flow.New(a.DB, a.People, a.Audit),
		Entry:  entry.New(a.DB, a.People, a.Work, a.Audit),
		Proofs: proof.New(a.DB, proof.Deps{Box: a.Box, Audit: a.Audit, People: a.People, Spells: work.ReadSpells}),
		Exported: func(ctx context.Context, by account.Caller, e audit.Export) error {
			return a.DB.Tx(ctx, func(tx *db.Tx) error {
				_, err := a.Audit.Exported(ctx, tx, by, e)
				return err
			})
		},
	}
}

func (a *App) peoplePages(s *web.Shell) {
	stores := a.PeopleActs()
	stores.Doubts = rulehttp.New(s, a.Rules).Doubts
	peoplehttp.New(s, stores, &a.places).Register()
}
