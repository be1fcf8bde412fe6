package division

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/month"
	"wengang/internal/region"
)

// Effect is what applying a change would do, shown before it is done.
type Effect struct {
	Steps  []StepEffect
	Towns  []TownEffect
	People int
	// Closed are months from the change on that are closed: it cannot be applied.
	Closed []month.Status
}

// StepEffect is one step with what stands at its place today.
type StepEffect struct {
	Step
	People     int // on the ledger, not out
	Households int
	Registers  int
	Findings   int // open
	Users      int // who hold a grant there
}

// TownEffect is the people of a town before and after: their sum stays.
type TownEffect struct {
	Town          region.Code
	Before, After int
}

// Effect counts what a change would move.
func (s *Store) Effect(ctx context.Context, scope region.Scope, c account.Caller, id int64) (Effect, error) {
	ch, err := s.Get(ctx, scope, id)
	if err != nil {
		return Effect{}, err
	}
	if err := may(scope, c, &ch); err != nil {
		return Effect{}, err
	}
	var e Effect
	if e.Closed, err = s.closed(ctx, &ch); err != nil {
		return e, err
	}
	counts := map[string]map[region.Code]int{}
	for name, q := range tallies {
		if counts[name], err = tally(ctx, s.db.Read, q, ch.places()); err != nil {
			return e, err
		}
	}
	change := map[region.Code]int{}
	for _, st := range ch.Steps {
		se := StepEffect{Step: st, People: counts["person"][st.From], Households: counts["household"][st.From],
			Registers: counts["register"][st.From], Findings: counts["finding"][st.From], Users: counts["grant"][st.From]}
		e.Steps = append(e.Steps, se)
		if st.From != st.To && st.From.Level() == region.Village {
			e.People += se.People
			change[st.From.Parent()] -= se.People
			change[st.To.Parent()] += se.People
		}
	}
	e.Towns, err = s.towns(ctx, change)
	return e, err
}

// tallies count what stands at places, by place.
var tallies = map[string]string{
	"person":    `SELECT village, count(*) FROM person p WHERE p.out_on = 0 AND p.merged_into = 0 AND NOT EXISTS (SELECT 1 FROM hidden_batch h WHERE h.batch_id = p.batch_id) AND village IN `,
	"household": `SELECT village, count(*) FROM household WHERE village IN `,
	"register":  `SELECT region, count(*) FROM register WHERE region IN `,
	"finding":   `SELECT village, count(*) FROM finding WHERE state = 0 AND village IN `,
	"grant":     `SELECT region, count(*) FROM user_grant WHERE region IN `,
}

func tally(ctx context.Context, q db.Querier, query string, places []region.Code) (map[region.Code]int, error) {
	a := &db.Args{}
	codes := make([]int64, len(places))
	for i, p := range places {
		codes[i] = int64(p)
	}
	rows, err := q.QueryContext(ctx, query+db.List(a, codes)+" GROUP BY 1", a.Values...)
	if err != nil {
		return nil, fmt.Errorf("effect of a change of divisions: %w", err)
	}
	defer rows.Close()
	out := map[region.Code]int{}
	for rows.Next() {
		var c region.Code
		var n int
		if err := rows.Scan(&c, &n); err != nil {
			return nil, fmt.Errorf("effect of a change of divisions: %w", err)
		}
		out[c] = n
	}
	return out, rows.Err()
}

// towns are the towns whose people change, with how many they have now.
func (s *Store) towns(ctx context.Context, change map[region.Code]int) ([]TownEffect, error) {
	var out []TownEffect
	for town, by := range change {
		lo, hi := town.Range()
		var n int
		err := s.db.Read.QueryRowContext(ctx, `SELECT count(*) FROM person p WHERE p.village >= $1 AND p.village < $2 AND p.out_on = 0 AND p.merged_into = 0
			AND NOT EXISTS (SELECT 1 FROM hidden_batch h WHERE h.batch_id = p.batch_id)`, int64(lo), int64(hi)).Scan(&n)
		if err != nil {
			return nil, fmt.Errorf("effect of a change of divisions: %w", err)
		}
		out = append(out, TownEffect{Town: town, Before: n, After: n + by})
	}
	sortTowns(out)
	return out, nil
}

// closed are the closed, or closing, months from the change on.
func (s *Store) closed(ctx context.Context, ch *Change) ([]month.Status, error) {
	var out []month.Status
	for _, k := range ch.counties() {
		// The county's months say nothing about people; a town's chief may ask.
		all, err := s.Months.Statuses(ctx, region.ScopeOf(k), k, ch.Month, calendar.Open)
		if err != nil {
			return nil, err
		}
		for _, st := range all {
			if st.County == k && st.State != month.Open {
				out = append(out, st)
			}
		}
	}
	return out, nil
}

func sortTowns(t []TownEffect) {
	slices.SortFunc(t, func(a, b TownEffect) int { return cmp.Compare(a.Town, b.Town) })
}
