package month

import (
	"context"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
)

// Live derives a county's person-months from the facts as they are now, one
// slice per month asked, each sorted by person. Flows are measured from the
// closed month before, where there is one. It costs one load of the county's
// facts however many months are asked.
func (s *Store) Live(ctx context.Context, scope region.Scope, county region.Code, months []calendar.Month) ([][]fact.PersonMonth, error) {
	if !scope.Contains(county) {
		return nil, errNotFound
	}
	var out [][]fact.PersonMonth
	err := s.db.Snapshot(ctx, func(q db.Querier) error {
		facts, err := loadPlace(ctx, q, region.ScopeOf(county), county)
		if err != nil {
			return err
		}
		out = make([][]fact.PersonMonth, 0, len(months))
		for _, m := range months {
			rows, _, err := s.derive(ctx, q, county, m, facts, nil)
			if err != nil {
				return err
			}
			out = append(out, rows)
		}
		return nil
	})
	return out, err
}

// LivePeople derives the rows of some people of a county, for a reader that
// follows the change log. A person who has no row in the county and month is
// absent from the answer.
func (s *Store) LivePeople(ctx context.Context, scope region.Scope, county region.Code, months []calendar.Month, ids []int64) ([][]fact.PersonMonth, error) {
	if !scope.Contains(county) {
		return nil, errNotFound
	}
	var out [][]fact.PersonMonth
	err := s.db.Snapshot(ctx, func(q db.Querier) error {
		facts, err := loadIDs(ctx, q, ids)
		if err != nil {
			return err
		}
		out = make([][]fact.PersonMonth, 0, len(months))
		for _, m := range months {
			rows, _, err := s.derive(ctx, q, county, m, facts, ids)
			if err != nil {
				return err
			}
			out = append(out, rows)
		}
		return nil
	})
	return out, err
}

// derive makes the rows of a county and month out of facts that were loaded on
// q. only limits it to some people; nil is everybody.
func (s *Store) derive(ctx context.Context, q db.Querier, county region.Code, m calendar.Month, facts []Facts, only []int64) ([]fact.PersonMonth, string, error) {
	r, stamp, err := s.rules(ctx, q, county, m.Year())
	if err != nil {
		return nil, "", err
	}
	b, err := s.before(ctx, q, county, m, facts, only)
	if err != nil {
		return nil, "", err
	}
	out := make([]fact.PersonMonth, 0, len(facts))
	for i := range facts {
		f := &facts[i]
		if b.elsewhere[f.ID] && countyOf(f.VillageAt(m)) == county {
			continue // another county has frozen this person's month
		}
		p, ok := Derive(f, m, b.of(f, m, &r), &r)
		switch {
		case !ok:
		case countyOf(p.Village) == county:
			out = append(out, p)
		case p.From != 0 && countyOf(p.From) == county:
			out = append(out, b.departure(&p))
		}
	}
	gone, err := s.vanished(ctx, q, county, m, facts, &b, &r)
	if err != nil {
		return nil, "", err
	}
	if len(gone) > 0 {
		out = append(out, gone...)
		slices.SortFunc(out, func(a, b fact.PersonMonth) int { return int(a.PersonID - b.PersonID) })
	}
	return out, stamp, nil
}

// before holds the states at the end of the month before m.
type before struct {
	closed    map[int64]Prev       // frozen, this county's and others'
	counties  map[region.Code]bool // counties that have closed the month before
	elsewhere map[int64]bool       // has a frozen row of month m in another county
	done      map[region.Code]bool // other counties that have closed m
	here      []fact.PersonMonth   // whom this county's frozen rows count, by person
}

func (b *before) of(f *Facts, m calendar.Month, r *Rules) Prev {
	if p, ok := b.closed[f.ID]; ok {
		return p
	}
	c := countyOf(f.VillageAt(m.Add(-1)))
	if b.counties[c] {
		return Prev{} // a closed month that does not have the person
	}
	return Before(f, m, r)
}

// departure is the row that a mover leaves in the county that was left: so each
// county's flows are complete by themselves. Where the other county has closed
// the month without the person, nobody received them.
func (b *before) departure(p *fact.PersonMonth) fact.PersonMonth {
	d := fact.PersonMonth{Month: p.Month, PersonID: p.PersonID, Village: p.From, From: p.Village, Sex: p.Sex, Age: p.Age, Flags: fact.MovedOut, WageFen: -1}
	if p.Flags&(fact.Working|fact.NewWork) == fact.Working || p.Flags&fact.LeftWork != 0 {
		d.Flags |= fact.LeftWork
	}
	if b.done[countyOf(p.Village)] && !b.elsewhere[p.PersonID] {
		d.Flags, d.From = d.Flags&^fact.MovedOut|fact.Gone, 0
	}
	return d
}

// before reads the frozen states: all of the county's month before, and for
// people who have lived in other counties theirs.
func (s *Store) before(ctx context.Context, q db.Querier, county region.Code, m calendar.Month, facts []Facts, only []int64) (before, error) {
	b := before{closed: make(map[int64]Prev, len(facts)), counties: map[region.Code]bool{}, elsewhere: map[int64]bool{}, done: map[region.Code]bool{}}
	away := awayFrom(county, facts)
	prev := m.Add(-1)
	done, err := s.isClosed(ctx, q, county, prev)
	if err != nil {
		return b, err
	}
	if done {
		b.counties[county] = true
		err := eachState(ctx, q, county, prev, only, func(p *fact.PersonMonth) {
			if p.Flags&fact.MovedOut != 0 {
				return // the row of one who left says nothing of where they were then
			}
			b.closed[p.PersonID] = PrevOf(p)
			if p.Flags&fact.Counted != 0 {
				b.here = append(b.here, fact.PersonMonth{PersonID: p.PersonID, Village: p.Village, Sex: p.Sex, Age: p.Age, Flags: p.Flags})
			}
		})
		if err != nil {
			return b, err
		}
	}
	for c, ids := range away {
		if err := s.beforeAway(ctx, q, &b, c, m, ids); err != nil {
			return b, err
		}
	}
	return b, nil
}

func (s *Store) beforeAway(ctx context.Context, q db.Querier, b *before, c region.Code, m calendar.Month, ids []int64) error {
	for _, at := range []calendar.Month{m.Add(-1), m} {
		done, err := s.isClosed(ctx, q, c, at)
		if err != nil {
			return err
		}
		if !done {
			continue
		}
		if at < m {
			b.counties[c] = true
		} else {
			b.done[c] = true
		}
		for part := range slices.Chunk(ids, idChunk) {
			err := readStates(ctx, q, c, at, part, func(p *fact.PersonMonth) error {
				switch {
				case p.Flags&fact.Counted != 0 && at == m:
					b.elsewhere[p.PersonID] = true
				case p.Flags&fact.Counted != 0:
					b.closed[p.PersonID] = PrevOf(p)
				case at == m && p.Flags&(fact.Gone|fact.DiedNow) != 0:
					b.closed[p.PersonID] = Prev{} // the way out is already on record there
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// awayFrom lists, per other county, the people who have lived there too.
func awayFrom(county region.Code, facts []Facts) map[region.Code][]int64 {
	out := map[region.Code][]int64{}
	for i := range facts {
		f := &facts[i]
		add := func(v region.Code) {
			c := countyOf(v)
			if n := len(out[c]); c != county && (n == 0 || out[c][n-1] != f.ID) {
				out[c] = append(out[c], f.ID)
			}
		}
		if len(f.Stays) > 1 || len(f.Stays) == 1 && f.Stays[0].Village != f.Village {
			for _, st := range f.Stays {
				add(st.Village)
			}
			add(f.Village)
		} else if countyOf(f.Village) != county {
			add(f.Village)
		}
	}
	return out
}

// vanished makes the rows of people whom the frozen month before counted here
// and whose facts no longer know this county: without them the figures of two
// closed months would not meet.
func (s *Store) vanished(ctx context.Context, q db.Querier, county region.Code, m calendar.Month, facts []Facts, b *before, r *Rules) ([]fact.PersonMonth, error) {
	var out []fact.PersonMonth
	for i := range b.here {
		p := &b.here[i]
		for len(facts) > 0 && facts[0].ID < p.PersonID {
			facts = facts[1:]
		}
		if len(facts) > 0 && facts[0].ID == p.PersonID && facts[0].knows(county) {
			continue
		}
		g := fact.PersonMonth{Month: m, PersonID: p.PersonID, Village: p.Village, Sex: p.Sex, Age: p.Age, Flags: fact.Gone, WageFen: -1}
		if p.Flags&fact.Working != 0 {
			g.Flags |= fact.LeftWork
		}
		out = append(out, g)
	}
	return out, nil
}

// knows reports whether the person lives or has lived in the county.
func (f *Facts) knows(county region.Code) bool {
	if countyOf(f.Village) == county {
		return true
	}
	for _, st := range f.Stays {
		if countyOf(st.Village) == county {
			return true
		}
	}
	return false
}

func (s *Store) isClosed(ctx context.Context, q db.Querier, county region.Code, m calendar.Month) (bool, error) {
	var n int
	err := q.QueryRowContext(ctx, `SELECT COUNT(*) FROM month_close WHERE county = $1 AND month = $2 AND state = $3`,
		int64(county), int32(m), string(Closed)).Scan(&n)
	if err != nil {
		return false, s.db.Dialect.Fault(err)
	}
	return n > 0, nil
}
