package rule

import (
	"context"
	"fmt"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
)

// shares are what people of different households have in common, counted once
// for a run: keyed blind indexes with the number of households, and who moved
// by files more than once.
type shares struct {
	phones, accounts map[string]int
	moves            map[int64]int
}

func loadShares(ctx context.Context, q db.Querier, today calendar.Date) (*shares, error) {
	s := &shares{phones: map[string]int{}, accounts: map[string]int{}, moves: map[int64]int{}}
	count := func(into map[string]int, query string) error {
		rows, err := q.QueryContext(ctx, query)
		if err != nil {
			return fmt.Errorf("count shared: %w", err)
		}
		defer rows.Close()
		for rows.Next() {
			var key []byte
			var n int
			if err := rows.Scan(&key, &n); err != nil {
				return fmt.Errorf("count shared: %w", err)
			}
			into[string(key)] = n
		}
		return rows.Err()
	}
	err := count(s.phones, `SELECT p.phone_index, COUNT(DISTINCT p.household_id) FROM person p
		WHERE p.phone_index IS NOT NULL AND p.merged_into = 0 AND p.out_on = 0 AND `+liveRow+`p.batch_id)
		GROUP BY p.phone_index HAVING COUNT(*) > 1`)
	if err != nil {
		return nil, err
	}
	err = count(s.accounts, `SELECT x.account_index, COUNT(DISTINCT p.household_id) FROM person_aid x JOIN person p ON p.id = x.person_id
		WHERE x.account_index IS NOT NULL AND p.merged_into = 0 AND p.out_on = 0 AND `+liveRow+`x.batch_id)
			AND NOT EXISTS (SELECT 1 FROM person_aid y WHERE y.person_id = x.person_id AND y.batch_id > x.batch_id AND `+liveRow+`y.batch_id))
		GROUP BY x.account_index HAVING COUNT(DISTINCT p.household_id) > 1`)
	if err != nil {
		return nil, err
	}
	return s, s.moved(ctx, q, today)
}

// moved counts moves that files made within a year.
func (s *shares) moved(ctx context.Context, q db.Querier, today calendar.Date) error {
	rows, err := q.QueryContext(ctx, `SELECT person_id, COUNT(*) FROM field_change
		WHERE batch_id <> 0 AND entity = 'residence' AND field IN ('village', 'residence_village') AND at >= $1 AND `+liveRow+`field_change.batch_id)
		GROUP BY person_id HAVING COUNT(*) > 1`, db.Millis(today.Time().AddDate(-1, 0, 0)))
	if err != nil {
		return fmt.Errorf("count moves: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var n int
		if err := rows.Scan(&id, &n); err != nil {
			return fmt.Errorf("count moves: %w", err)
		}
		s.moves[id] = n
	}
	return rows.Err()
}

type wageKey struct {
	village  region.Code
	employer string
	fen      int64
}

type twinKey struct {
	village region.Code
	name    string
	birth   calendar.Date
}

// oddFen: a wage that is not whole hundreds of yuan is nobody's rough guess.
const oddFen = 100_00

// surround fills what the rest of the ledger has in common with the subjects,
// who are all the residents of their villages.
func surround(all []*Subject, sh *shares) {
	wages, twins := map[wageKey]int{}, map[twinKey]int{}
	keys := make([]wageKey, len(all))
	for i, s := range all {
		p := s.Person
		twins[twinKey{p.Village, p.Name, p.Birth}]++
		if keys[i] = oddWage(s); keys[i].fen != 0 {
			wages[keys[i]]++
		}
	}
	for i, s := range all {
		p := s.Person
		a := Around{Moves: sh.moves[p.ID], CopiedFen: keys[i].fen}
		if p.Birth != 0 {
			a.Twins = twins[twinKey{p.Village, p.Name, p.Birth}] - 1
		}
		if keys[i].fen != 0 {
			a.Copied = wages[keys[i]]
		}
		if s.Aid != nil && s.Aid.Account != "" {
			a.AccountHomes = sh.accounts[s.Aid.Account]
		}
		s.Around = &a
	}
	phones(all, sh)
}

// oddWage is the wage of a person's running work, where it is odd.
func oddWage(s *Subject) wageKey {
	m := s.Today.Month()
	for i := len(s.Spells) - 1; i >= 0; i-- {
		sp := &s.Spells[i]
		if sp.Start > m || sp.End <= m {
			continue
		}
		if t := lastTerm(sp, s.Today); t != nil && t.WageFen > 0 && t.WageFen%oddFen != 0 && t.Employer != "" {
			return wageKey{s.Person.Village, t.Employer, t.WageFen}
		}
	}
	return wageKey{}
}

// phones gives those who share one a household summary of their own.
func phones(all []*Subject, sh *shares) {
	type member struct {
		household int64
		phone     string
	}
	at := map[member]region.Code{}
	away := map[member]bool{}
	for _, s := range all {
		if s.phone == "" {
			continue
		}
		for i := range s.Spells {
			if sp := &s.Spells[i]; runs(s, sp) {
				k := member{s.Person.HouseholdID, s.phone}
				if t := lastTerm(sp, s.Today); t != nil && t.Place != 0 {
					if first, ok := at[k]; ok && first.County6() != t.Place.County6() {
						away[k] = true
					} else {
						at[k] = t.Place
					}
				}
				break
			}
		}
	}
	for _, s := range all {
		homes := sh.phones[s.phone]
		if s.phone == "" || homes < 2 && !away[member{s.Person.HouseholdID, s.phone}] {
			continue
		}
		h := *s.Household
		h.PhoneHomes, h.PhoneAway = homes, away[member{s.Person.HouseholdID, s.phone}]
		s.Household = &h
	}
}
