package app

import (
	"wengang/internal/division"
	"wengang/internal/work"
)

// connectDivisions lets a change of divisions reach what stands at places.
func (a *App) connectDivisions() {
	a.Divisions = division.New(a.DB, division.Deps{
		Tree: func() division.Tree { return a.places.tree.Load() }, Reload: a.ReloadTree,
		Locals: a.Locals, Months: a.Months, Imports: a.Imports, Grants: a.Accounts, Reclass: work.Reclass, Audit: a.Audit,
	})
}
