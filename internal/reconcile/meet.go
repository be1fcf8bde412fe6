package reconcile

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/people"
	"wengang/internal/region"
)

// meet finds who stands behind the lines: those who live in the area in one
// walk over it, the others by their indexes. The walks over people, kinds and
// work go side by side.
func (s *Store) meet(ctx context.Context, r *Run, f *facts) error {
	if len(f.lines) == 0 {
		return nil
	}
	first := make(map[string][]int32, len(f.lines))
	for i := range f.lines {
		if l := &f.lines[i]; l.Problem == "" {
			k := string(l.Index[:])
			first[k] = append(first[k], int32(i))
		}
	}
	of := map[int64]*attributes{}
	var kinds []kindRow
	var jobs []jobRow
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.residents(gctx, r, f, first, of) })
	g.Go(func() (err error) { kinds, err = s.kinds(gctx, r, f); return err })
	g.Go(func() (err error) { jobs, err = s.jobs(gctx, r, f); return err })
	if err := g.Wait(); err != nil {
		return err
	}
	for _, k := range kinds {
		if p := of[k.id]; p != nil {
			p.kinds |= 1 << k.kind
			if k.risk != 0 {
				p.risk = int(k.risk)
			}
		}
	}
	for _, w := range jobs {
		// In order: the running spell with the latest start stands, else the latest.
		if p := of[w.id]; p != nil && (w.running || !p.works) {
			p.start, p.place, p.wage, p.works = w.start, w.place, w.wage, p.works || w.running
		}
	}
	return s.beyond(ctx, f, first)
}

// beyond looks up the lines that nobody of the area stands behind.
func (s *Store) beyond(ctx context.Context, f *facts, first map[string][]int32) error {
	var left [][]byte
	for k := range first {
		left = append(left, []byte(k))
	}
	refs, err := people.Lookup(ctx, s.db.Read, left)
	if err != nil {
		return err
	}
	for k, ref := range refs {
		for _, n := range first[k] {
			// Who counted here and has moved since is of the area in this month.
			if row, here := f.rows[ref.ID]; here {
				f.byLine[n] = &attributes{id: ref.ID, village: row.at, merged: ref.ID}
				continue
			}
			f.away[n] = true
		}
	}
	return nil
}

// residents walks the people of the area and takes those of the list out of
// first.
func (s *Store) residents(ctx context.Context, r *Run, f *facts, first map[string][]int32, of map[int64]*attributes) error {
	code, join := `''`, ``
	if r.has("household") {
		code, join = `coalesce(h.code, '')`, ` LEFT JOIN household h ON h.id = p.household_id`
	}
	var a db.Args
	cond := region.ScopeOf(r.Region).Predicate("p.village", a.Add)
	var index, name, household []byte
	return each(ctx, s.db.Read, `SELECT p.id_index, p.id, p.merged_into, p.village, p.name, p.status, p.in_on, p.out_on, p.out_reason, `+code+`
		FROM person p`+join+` WHERE `+cond+` AND `+live("p"), a.Values, func(scan func(...any) error) error {
		var x attributes
		if err := scan(&index, &x.id, &x.merged, &x.village, &name, &x.status, &x.inOn, &x.outOn, &x.outReason, &household); err != nil {
			return fmt.Errorf("read people: %w", err)
		}
		lines, listed := first[string(index)]
		if !listed {
			return nil
		}
		x.name, x.household = string(name), string(household)
		x.wage = -1
		if x.merged != 0 {
			x.id = x.merged
		}
		p := of[x.id]
		switch {
		case p == nil:
			p = &x
			of[x.id] = p
		case p.merged != 0 && x.merged == 0:
			*p = x // the living record, not the one that was merged into it
		}
		for _, n := range lines {
			f.byLine[n] = p
		}
		delete(first, string(index))
		return nil
	})
}

func (r *Run) has(names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return slices.Contains(r.Columns, n) })
}

type kindRow struct {
	id         int64
	kind, risk int32
}

// kinds reads the population kinds of the area where the list states them.
func (s *Store) kinds(ctx context.Context, r *Run, f *facts) (out []kindRow, err error) {
	if !r.has("kind", "risk") {
		return nil, nil
	}
	var a db.Args
	day := a.Add(int32(min(f.today, f.month.LastDay())))
	err = each(ctx, s.db.Read, `SELECT k.person_id, k.kind, k.risk FROM person p JOIN person_kind k ON k.person_id = p.id
		WHERE `+region.ScopeOf(r.Region).Predicate("p.village", a.Add)+` AND k.since <= `+day+` AND k.until >= `+day+` AND `+live("k"), a.Values, func(scan func(...any) error) error {
		var k kindRow
		if err := scan(&k.id, &k.kind, &k.risk); err != nil {
			return fmt.Errorf("read kinds: %w", err)
		}
		out = append(out, k)
		return nil
	})
	return out, err
}

type jobRow struct {
	id, wage int64
	place    region.Code
	start    calendar.Month
	running  bool
}

// jobs reads the spells of the area begun by the month, where the list states
// work.
func (s *Store) jobs(ctx context.Context, r *Run, f *facts) (out []jobRow, err error) {
	if !r.has("place", "start", "wage") {
		return nil, nil
	}
	var a db.Args
	m := a.Add(int32(f.month))
	err = each(ctx, s.db.Read, `SELECT w.person_id, w.start_month, w.end_month, t.place, t.wage_fen FROM person p
		JOIN spell w ON w.person_id = p.id JOIN spell_term t ON t.person_id = w.person_id AND t.spell_id = w.id
		WHERE `+region.ScopeOf(r.Region).Predicate("p.village", a.Add)+` AND w.start_month <= `+m+` AND t.from_month <= `+m+` AND `+live("w")+` AND `+live("t")+`
		ORDER BY w.person_id, w.start_month, w.id, t.from_month`, a.Values, func(scan func(...any) error) error {
		var x jobRow
		var end calendar.Month
		if err := scan(&x.id, &x.start, &end, &x.place, &x.wage); err != nil {
			return fmt.Errorf("read work: %w", err)
		}
		x.running = end > f.month
		out = append(out, x)
		return nil
	})
	return out, err
}
