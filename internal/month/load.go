package month

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
)

// live leaves out rows of imports that are not finished.
const live = "batch_id NOT IN (SELECT batch_id FROM hidden_batch)"

const idChunk = 500

// loadPlace reads the facts of everybody who belongs or belonged below at,
// sorted by id: former residents make the flows. A scan per table, no query
// per person. q must be a snapshot.
func loadPlace(ctx context.Context, q db.Querier, scope region.Scope, at region.Code) ([]Facts, error) {
	in := scope.Within(at)
	l := loader{ctx: ctx, q: q}
	if err := l.look(); err != nil {
		return nil, fmt.Errorf("load facts: %w", err)
	}
	l.of = func(a *db.Args, table string) string {
		here := in.Predicate("p.village", a.Add)
		if table == "person" {
			return "FROM person p WHERE " + here
		}
		return "FROM person p CROSS JOIN " + table + " x WHERE x.person_id = p.id AND " + here
	}
	if err := l.load(); err != nil {
		return nil, fmt.Errorf("load facts: %w", err)
	}
	former, err := l.former(in)
	if err != nil {
		return nil, fmt.Errorf("load facts: %w", err)
	}
	gone, err := loadIDs(ctx, q, former)
	if err != nil {
		return nil, err
	}
	return byID(append(l.out, gone...)), nil
}

// loadIDs reads the facts of some people, sorted by id, whatever their place:
// the caller has drawn the ids from its own scope.
func loadIDs(ctx context.Context, q db.Querier, ids []int64) ([]Facts, error) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	var out []Facts
	for len(ids) > 0 {
		n := min(idChunk, len(ids))
		part := ids[:n]
		l := loader{ctx: ctx, q: q, live: live, states: true, homes: true}
		l.of = func(a *db.Args, table string) string {
			if table == "person" {
				return "FROM person p WHERE p.id IN " + db.List(a, part)
			}
			return "FROM " + table + " x WHERE x.person_id IN " + db.List(a, part)
		}
		if err := l.load(); err != nil {
			return nil, fmt.Errorf("load facts: %w", err)
		}
		out, ids = append(out, byID(l.out)...), ids[n:]
	}
	return out, nil
}

// byID is the people by id. They are long: each is moved once.
func byID(all []Facts) []Facts {
	if slices.IsSortedFunc(all, func(a, b Facts) int { return cmp.Compare(a.ID, b.ID) }) {
		return all
	}
	type place struct {
		id int64
		at int
	}
	order := make([]place, len(all))
	for i := range all {
		order[i] = place{all[i].ID, i}
	}
	slices.SortFunc(order, func(a, b place) int { return cmp.Compare(a.id, b.id) })
	out := make([]Facts, len(all))
	for i, p := range order {
		out[i] = all[p.at]
	}
	return out
}

// loader reads table by table, in whatever order the engine gives the rows,
// and puts them to their people.
type loader struct {
	ctx           context.Context
	q             db.Querier
	of            func(a *db.Args, table string) string // the rows of the people: of person as p, of others as x
	live          string                                // "" where no import is being saved
	states, homes bool                                  // there are such rows at all
	out           []Facts
	index         map[int64]int32 // where a person stands in out
}

// look asks what need not be asked of every row.
func (l *loader) look() error {
	var hidden, states, homes int
	err := l.q.QueryRowContext(l.ctx, `SELECT (SELECT COUNT(*) FROM hidden_batch),
		(SELECT COUNT(*) FROM (SELECT 1 FROM status_history LIMIT 1) s),
		(SELECT COUNT(*) FROM (SELECT 1 FROM register WHERE kind = `+settlementKind+` LIMIT 1) r)`).Scan(&hidden, &states, &homes)
	if hidden > 0 {
		l.live = live
	}
	l.states, l.homes = states > 0, homes > 0
	return err
}

// dense lets the engine read a table from the first person to the last where
// the people are most of those between: no search for each of them.
func (l *loader) dense() {
	if len(l.out) == 0 {
		return
	}
	lo, hi := l.out[0].ID, l.out[0].ID
	for i := range l.out {
		lo, hi = min(lo, l.out[i].ID), max(hi, l.out[i].ID)
	}
	if int(hi-lo) < 2*len(l.out) {
		l.of = func(a *db.Args, table string) string {
			return "FROM " + table + " x WHERE x.person_id >= " + a.Add(lo) + " AND x.person_id <= " + a.Add(hi)
		}
	}
}

func (l *loader) load() error {
	if err := l.persons(); err != nil {
		return err
	}
	l.dense()
	steps := []func() error{l.settlements, l.stays, l.kinds, l.spells, l.terms, l.seen}
	if l.states {
		steps = append(steps, l.stated)
	}
	if l.homes {
		steps = append(steps, l.lived)
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// cells are a row's values as the driver gives them: converting them one by
// one costs more than reading them.
type cells []any

func (c cells) number(i int) int64 { return c[i].(int64) }
func (c cells) text(i int) string  { return c[i].(string) }

// scan reads columns of the people's rows of a table; column says what stands
// before a name.
func (l *loader) scan(table, columns, more string, row func(cells)) error {
	var a db.Args
	query := "SELECT " + columns + " " + l.of(&a, table) + more
	if l.live != "" {
		prefix := " AND x."
		if table == "person" {
			prefix = " AND p."
		}
		query += prefix + l.live
	}
	rows, err := l.q.QueryContext(l.ctx, query, a.Values...)
	if err != nil {
		return err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	c := make(cells, len(names))
	dest := make([]any, len(names))
	for i := range c {
		dest[i] = &c[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		row(c)
	}
	return rows.Err()
}

func (l *loader) persons() error {
	err := l.scan("person", `p.id, p.village, p.birth, p.sex, p.education, p.student, p.skill, p.willing, p.settlement,
		p.status, p.status_on, p.in_on, p.out_on, p.out_reason, p.merged_into`, "", func(c cells) {
		l.out = append(l.out, Facts{ID: c.number(0), Village: region.Code(c.number(1)), Birth: calendar.Date(c.number(2)), Sex: int(c.number(3)),
			Education: int(c.number(4)), Student: int(c.number(5)), Skill: int(c.number(6)), Willing: int(c.number(7)), Settlement: c.number(8),
			Status: int(c.number(9)), StatusOn: calendar.Date(c.number(10)), InOn: calendar.Date(c.number(11)), OutOn: calendar.Date(c.number(12)),
			OutReason: int(c.number(13)), MergedInto: c.number(14)})
	})
	l.index = make(map[int64]int32, len(l.out))
	for i := range l.out {
		l.index[l.out[i].ID] = int32(i)
	}
	return err
}

// former lists the people who once lived in a place and are not among those
// who were read.
func (l *loader) former(in region.Scope) ([]int64, error) {
	var a db.Args
	query := "SELECT person_id FROM residence WHERE " + in.Predicate("village", a.Add)
	if l.live != "" {
		query += " AND " + l.live
	}
	rows, err := l.q.QueryContext(l.ctx, query, a.Values...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []int64
	var cell any
	for rows.Next() {
		if err := rows.Scan(&cell); err != nil {
			return nil, err
		}
		if id := cell.(int64); !l.here(id) {
			out = append(out, id)
		}
	}
	return out, rows.Err()
}

func (l *loader) here(id int64) bool {
	_, ok := l.index[id]
	return ok
}

// owned is a row of a person: key and then order the person's rows.
type owned[T any] struct {
	at        int32
	key, then int64
	v         T
}

func (o *owned[T]) compare(b *owned[T]) int {
	return cmp.Or(cmp.Compare(o.at, b.at), cmp.Compare(o.key, b.key), cmp.Compare(o.then, b.then))
}

// deal reads a table's rows, whose first column is the person, and gives every
// person theirs: those of one key at a time where apart, else all. The rows
// share one array.
func deal[T any](l *loader, table, columns, more string, apart bool, row func(cells) owned[T], give func(f *Facts, key int64, rows []T)) error {
	all := make([]owned[T], 0, len(l.out))
	id, at, known := int64(0), int32(0), false
	err := l.scan(table, columns, more, func(c cells) {
		if p := c.number(0); p != id || len(all) == 0 {
			id = p
			at, known = l.index[id]
		}
		if known { // not of others, nor of people who are hidden
			o := row(c)
			o.at = at
			all = append(all, o)
		}
	})
	if err != nil {
		return err
	}
	compare := func(a, b owned[T]) int { return a.compare(&b) }
	if !slices.IsSortedFunc(all, compare) {
		slices.SortFunc(all, compare)
	}
	values := make([]T, len(all))
	for i := range all {
		values[i] = all[i].v
	}
	for i := 0; i < len(all); {
		n := i + 1
		for n < len(all) && all[n].at == all[i].at && (!apart || all[n].key == all[i].key) {
			n++
		}
		give(&l.out[all[i].at], all[i].key, values[i:n:n])
		i = n
	}
	return nil
}

func (l *loader) stays() error {
	return deal(l, "residence", "x.person_id, x.since, x.until, x.village", "", false, func(c cells) owned[Stay] {
		return owned[Stay]{key: c.number(1), v: Stay{Since: calendar.Month(c.number(1)), Until: calendar.Month(c.number(2)), Village: region.Code(c.number(3))}}
	}, func(f *Facts, _ int64, rows []Stay) { f.Stays = rows })
}

func (l *loader) kinds() error {
	return deal(l, "person_kind", "x.person_id, x.kind, x.since, x.until, x.risk_removed_on, x.risk", "", false, func(c cells) owned[fact.PersonKind] {
		return owned[fact.PersonKind]{key: c.number(1), then: c.number(2), v: fact.PersonKind{Kind: int(c.number(1)), Since: calendar.Date(c.number(2)),
			Until: calendar.Date(c.number(3)), RiskRemovedOn: calendar.Date(c.number(4)), Risk: int(c.number(5))}}
	}, func(f *Facts, _ int64, rows []fact.PersonKind) { f.Kinds = rows })
}

func (l *loader) stated() error {
	return deal(l, "status_history", "x.person_id, x.since, x.status, x.recorded_at", "", false, func(c cells) owned[State] {
		return owned[State]{key: c.number(1), then: c.number(3), v: State{Since: calendar.Date(c.number(1)), Status: int(c.number(2))}}
	}, func(f *Facts, _ int64, rows []State) { f.States = rows })
}

func (l *loader) spells() error {
	return deal(l, "spell", "x.person_id, x.id, x.start_month, x.end_month", "", false, func(c cells) owned[fact.Spell] {
		return owned[fact.Spell]{key: c.number(1), v: fact.Spell{ID: c.number(1), Start: calendar.Month(c.number(2)), End: calendar.Month(c.number(3))}}
	}, func(f *Facts, _ int64, rows []fact.Spell) { f.Spells = rows })
}

// spellOf finds the spell of a row.
func spellOf(f *Facts, id int64) *fact.Spell {
	for i := range f.Spells {
		if f.Spells[i].ID == id {
			return &f.Spells[i]
		}
	}
	return nil
}

func (l *loader) terms() error {
	return deal(l, "spell_term", "x.person_id, x.spell_id, x.from_month, x.wage_fen, x.employer, x.place, x.place_class, x.channel, x.industry", "", true,
		func(c cells) owned[fact.Term] {
			return owned[fact.Term]{key: c.number(1), then: c.number(2), v: fact.Term{From: calendar.Month(c.number(2)), WageFen: c.number(3), Employer: c.text(4),
				Place: region.Code(c.number(5)), PlaceClass: int(c.number(6)), Channel: int(c.number(7)), Industry: int(c.number(8))}}
		}, func(f *Facts, spell int64, rows []fact.Term) {
			if s := spellOf(f, spell); s != nil {
				s.Terms = rows
			}
		})
}

func (l *loader) seen() error {
	return deal(l, "spell_seen", "x.person_id, x.spell_id, x.month, x.strength", "", true, func(c cells) owned[fact.Seen] {
		return owned[fact.Seen]{key: c.number(1), then: c.number(2), v: fact.Seen{Month: calendar.Month(c.number(2)), Strength: int(c.number(3))}}
	}, func(f *Facts, spell int64, rows []fact.Seen) {
		if s := spellOf(f, spell); s != nil {
			s.Seen = rows
		}
	})
}

// countyOf is the county-level place of a village (a city without districts is
// its own county).
func countyOf(v region.Code) region.Code { return v.At(region.County) }

// first is the earliest month that the facts speak of.
func first(all []Facts) calendar.Month {
	m := calendar.Open
	for i := range all {
		for j := range all[i].Spells {
			m = min(m, all[i].Spells[j].Start)
		}
	}
	return m
}
