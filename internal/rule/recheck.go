package rule

import (
	"context"
	"fmt"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
	"wengang/internal/setting"
)

// recheckScopes are the rules of a look at the ledger: it knows whole
// households and what they share.
var recheckScopes = []Scope{ScopePerson, ScopeSpell, ScopePlan, ScopeHousehold, ScopeLedger}

// recheckRun holds the people of one town at a time, so that memory stays
// small and households are whole.
type recheckRun struct {
	desk   *Desk
	set    *Settings
	shared *shares
	today  calendar.Date
}

// Recheck checks everybody of a place of the scope against the ledger's rules,
// town by town, each in a transaction of its own, and answers how many people
// were checked and how many findings stand. progress may be nil. It is safe to
// repeat and to stop: every town is whole or untouched.
func (d *Desk) Recheck(ctx context.Context, scope region.Scope, at region.Code, progress func(people, found int)) (people, found int, err error) {
	r, err := d.Check(ctx, scope, at, true, progress)
	return r.People, r.Found, err
}

// places checks the people of villages or towns, by town.
func (d *Desk) checkPlaces(ctx context.Context, scope region.Scope, at region.Code, places []region.Code, progress func(people, found int)) (people, found int, err error) {
	stored, err := setting.Load(ctx, d.db.Read, at)
	if err != nil {
		return 0, 0, err
	}
	run := recheckRun{desk: d, today: calendar.DateAt(d.db.Clock())}
	if run.shared, err = loadShares(ctx, d.db.Read, run.today); err != nil {
		return 0, 0, err
	}
	for _, t := range places {
		// A county may have set its own thresholds below at.
		run.set = SettingsOf(setting.Resolve(stored, t, run.today.Month().Year()), d.places)
		p, f, err := run.place(ctx, scope.Within(at).Within(t))
		if err != nil {
			return people, found, fmt.Errorf("recheck %s: %w", t, err)
		}
		people, found = people+p, found+f
		if progress != nil {
			progress(people, found)
		}
	}
	return people, found, nil
}

func (d *Desk) towns(ctx context.Context, scope region.Scope) ([]region.Code, error) {
	var a db.Args
	rows, err := d.db.Read.QueryContext(ctx, `SELECT DISTINCT village / 1000 FROM person WHERE `+scope.Predicate("village", a.Add)+` ORDER BY 1`, a.Values...)
	if err != nil {
		return nil, fmt.Errorf("list towns: %w", err)
	}
	defer rows.Close()
	var out []region.Code
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, fmt.Errorf("list towns: %w", err)
		}
		out = append(out, region.Code(n*1000))
	}
	return out, rows.Err()
}

// recheckPart bounds a transaction of a run: a page's write waits for one.
const recheckPart = 2000

func (r *recheckRun) place(ctx context.Context, scope region.Scope) (people, found int, err error) {
	var subjects []*Subject
	err = r.desk.db.Snapshot(ctx, func(q db.Querier) error {
		subjects, err = loadSubjects(ctx, q, scope, r.today)
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	surround(subjects, r.shared)
	kept := make([]Kept, len(subjects))
	for i, s := range subjects {
		fs := Run(nil, s, r.set, recheckScopes...)
		kept[i] = Kept{PersonID: s.Person.ID, Village: s.Person.Village, Found: fs, Checked: s.decides(recheckScopes)}
		found += len(fs)
	}
	for part := kept; len(part) > 0; {
		n := min(recheckPart, len(part))
		err := r.desk.db.Tx(ctx, func(tx *db.Tx) error { return keepAll(ctx, tx, 0, closing{how: ByRecheck}, part[:n]) })
		if err != nil {
			return 0, 0, err
		}
		part = part[n:]
	}
	return len(subjects), found, nil
}

// decides reports whether a look at the subject with rules of the scopes can
// say that a finding no longer holds.
func (s *Subject) decides(scopes []Scope) func(r *Rule, place string) bool {
	return func(r *Rule, place string) bool {
		switch {
		case r.Check == nil || !has(scopes, r.Scope) || !s.has(r):
			return false
		case r.Field == "phone":
			return s.Around != nil && s.phone != "" // what a file of work gave is not in the ledger
		case strings.HasPrefix(r.ID, "post.") && place != ledgerPost:
			return s.knowsPosts()
		}
		return true
	}
}
