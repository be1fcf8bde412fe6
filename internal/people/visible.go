package people

import (
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
)

// Visible is the one condition under which a person (alias p) may be seen from
// a scope: by residence, or because a spell that runs at the end of the month
// has its place of work there. Those seen only by workplace are read with
// fewer fields (Record.Reduced). An empty scope sees nobody.
func Visible(scope region.Scope, month calendar.Month, a *db.Args) string {
	if scope.Empty() {
		return "(1 = 0)"
	}
	home := scope.Predicate("p.village", a.Add)
	at := workScope(scope)
	if at.Empty() {
		return home
	}
	return "(" + home + " OR " + WorksWhere(at.Predicate("t.place", a.Add), month, a) + ")"
}

// workScope leaves the roots that a place of work can lie in: places of work
// reach the county, so a town and a village see nobody by workplace and need
// not look.
func workScope(scope region.Scope) region.Scope {
	var roots []region.Code
	for _, r := range scope.Roots() {
		if r.Level() <= region.County {
			roots = append(roots, r)
		}
	}
	return region.ScopeOf(roots...)
}

// WorksWhere is the condition that person p has a spell (w) running at the
// month's end whose term in force (t) meets cond. Correlated on purpose: both
// keys begin with the person, so it costs two or three seeks per person asked.
func WorksWhere(cond string, month calendar.Month, a *db.Args) string {
	m := a.Add(int32(month))
	return `EXISTS (SELECT 1 FROM spell w
		JOIN spell_term t ON t.person_id = w.person_id AND t.spell_id = w.id
		WHERE w.person_id = p.id AND w.start_month <= ` + m + ` AND w.end_month > ` + m + `
		AND t.from_month <= ` + m + ` AND ` + cond + `
		AND NOT EXISTS (SELECT 1 FROM spell_term l WHERE l.person_id = t.person_id AND l.spell_id = t.spell_id
			AND l.from_month > t.from_month AND l.from_month <= ` + m + ` AND ` + live("l") + `)
		AND ` + live("w") + ` AND ` + live("t") + `)`
}

// worksAt is the condition that p works at the month's end, wherever.
func worksAt(month calendar.Month, a *db.Args) string {
	m := a.Add(int32(month))
	return `EXISTS (SELECT 1 FROM spell w WHERE w.person_id = p.id
		AND w.start_month <= ` + m + ` AND w.end_month > ` + m + ` AND ` + live("w") + `)`
}
