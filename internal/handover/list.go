package handover

import (
	"context"
	"fmt"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
)

// View is which requests a list shows.
type View string

// The views.
const (
	Ours   View = "ours"   // asked by the scope
	Theirs View = "theirs" // asked of the scope
	Decide View = "decide" // escalated to a place above, within the scope
)

// Filter narrows a list; an empty State is every state.
type Filter struct {
	View  View
	State State
}

// PageSize is how many requests a list shows at once.
const PageSize = 50

func (f Filter) where(scope region.Scope, a *db.Args, stated bool) string {
	var c []string
	switch f.View {
	case Theirs:
		c = append(c, scope.Predicate(where, a.Add))
	case Decide:
		c = append(c, scope.Predicate(where, a.Add), scope.Predicate("h.to_village", a.Add), "h.state = "+a.Add(string(Escalated)))
	default:
		c = append(c, scope.Predicate("h.to_village", a.Add))
	}
	if stated && f.State != "" {
		c = append(c, "h.state = "+a.Add(string(f.State)))
	}
	return strings.Join(c, " AND ")
}

// List is a page of requests, newest first, older than the one of the id
// before (0: from the newest).
func (s *Store) List(ctx context.Context, scope region.Scope, by account.Caller, f Filter, before int64, limit int) (out []Request, more bool, err error) {
	if limit <= 0 || limit > 500 {
		limit = PageSize
	}
	var a db.Args
	cond := f.where(scope, &a, true)
	if before > 0 {
		cond += " AND h.id < " + a.Add(before)
	}
	rows, err := s.db.Read.QueryContext(ctx, `SELECT `+columns+from+`WHERE `+cond+` ORDER BY h.id DESC LIMIT `+a.Add(limit+1), a.Values...)
	if err != nil {
		return nil, false, fmt.Errorf("list requests: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		r, lives, err := scan(rows)
		if err != nil {
			return nil, false, fmt.Errorf("list requests: %w", err)
		}
		out = append(out, told(r, lives, scope, by))
	}
	if len(out) > limit {
		out, more = out[:limit], true
	}
	return out, more, rows.Err()
}

// Counts is how many requests of a view stand in each state.
func (s *Store) Counts(ctx context.Context, scope region.Scope, v View) (map[State]int, error) {
	var a db.Args
	rows, err := s.db.Read.QueryContext(ctx, `SELECT h.state, count(*)`+from+`WHERE `+Filter{View: v}.where(scope, &a, false)+` GROUP BY h.state`, a.Values...)
	if err != nil {
		return nil, fmt.Errorf("count requests: %w", err)
	}
	defer rows.Close()
	out := map[State]int{}
	for rows.Next() {
		var st State
		var n int
		if err := rows.Scan(&st, &n); err != nil {
			return nil, fmt.Errorf("count requests: %w", err)
		}
		out[st] = n
	}
	return out, rows.Err()
}

// Wait is how many requests wait for the caller, with the earliest term.
type Wait struct {
	N   int
	Due calendar.Date
}

// Waiting tells what waits for the caller within the scope: to answer as the
// county that holds, to decide as the place above, to reply as who asks.
func (s *Store) Waiting(ctx context.Context, scope region.Scope, by account.Caller) (answer, decide, reply Wait, err error) {
	var county, above, ask []region.Code
	for _, g := range by.Grants {
		switch {
		case g.Has(account.HandoverAnswer) && g.Region.Level() == region.County:
			county = append(county, g.Region)
		case g.Has(account.HandoverAnswer):
			above = append(above, g.Region)
		}
		if g.Has(account.HandoverAsk) {
			ask = append(ask, g.Region)
		}
	}
	one := func(w *Wait, state State, roots []region.Code, cols ...string) {
		if len(roots) == 0 || err != nil {
			return
		}
		var a db.Args
		c := "h.state = " + a.Add(string(state))
		for _, col := range cols {
			c += " AND " + region.ScopeOf(roots...).Predicate(col, a.Add)
		}
		// The page's place narrows the side that waits.
		c += " AND " + scope.Predicate(cols[0], a.Add)
		err = s.db.Read.QueryRowContext(ctx, `SELECT count(*), coalesce(min(h.due_on), 0)`+from+`WHERE `+c, a.Values...).Scan(&w.N, &w.Due)
	}
	one(&answer, Asked, county, where)
	one(&decide, Escalated, above, where, "h.to_village")
	one(&reply, Queried, ask, "h.to_village")
	if err != nil {
		err = fmt.Errorf("waiting requests: %w", err)
	}
	return answer, decide, reply, err
}
