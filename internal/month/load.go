package month

import (
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

// who selects people as a common table expression named who(id).
type who struct {
	with string
	args []any
}

// whoIn is everybody who belongs or belonged to the places of the scope below
// at: former residents make the flows.
func whoIn(scope region.Scope, at region.Code) who {
	var a db.Args
	in := scope.Within(at)
	return who{with: "WITH who AS (SELECT id FROM person WHERE " + in.Predicate("village", a.Add) +
		" AND " + live + " UNION SELECT person_id AS id FROM residence WHERE " + in.Predicate("village", a.Add) +
		" AND " + live + ") ", args: a.Values}
}

// whoIDs is a list of people, whatever their place: the caller has drawn the
// ids from its own scope.
func whoIDs(ids []int64) who {
	var a db.Args
	return who{with: "WITH who AS (SELECT id FROM person WHERE id IN " + db.List(&a, ids) + ") ", args: a.Values}
}

const idChunk = 500

// loadPlace reads the facts of everybody who belongs or belonged below at,
// sorted by id: five scans, no query per person.
func loadPlace(ctx context.Context, q db.Querier, scope region.Scope, at region.Code) ([]Facts, error) {
	return load(ctx, q, whoIn(scope, at))
}

// loadIDs reads the facts of some people, sorted by id.
func loadIDs(ctx context.Context, q db.Querier, ids []int64) ([]Facts, error) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	var out []Facts
	for len(ids) > 0 {
		n := min(idChunk, len(ids))
		part, err := load(ctx, q, whoIDs(ids[:n]))
		if err != nil {
			return nil, err
		}
		out, ids = append(out, part...), ids[n:]
	}
	return out, nil
}

func load(ctx context.Context, q db.Querier, w who) ([]Facts, error) {
	l := loader{ctx: ctx, q: q, who: w}
	for _, step := range []func() error{l.persons, l.settlements, l.homes, l.stays, l.kinds, l.states, l.spells, l.terms, l.seen} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("load facts: %w", err)
		}
	}
	return l.out, nil
}

// loader walks sorted results in step with the sorted people.
type loader struct {
	ctx context.Context
	q   db.Querier
	who who
	out []Facts
	at  int
}

// each runs a query sorted by person and hands every row to its person; rows
// of unknown people are skipped.
func (l *loader) each(query string, dest []any, id *int64, row func(*Facts)) error {
	rows, err := l.q.QueryContext(l.ctx, l.who.with+query, l.who.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	l.at = 0
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		for l.at < len(l.out) && l.out[l.at].ID < *id {
			l.at++
		}
		if l.at < len(l.out) && l.out[l.at].ID == *id {
			row(&l.out[l.at])
		}
	}
	return rows.Err()
}

func (l *loader) persons() error {
	var f Facts
	rows, err := l.q.QueryContext(l.ctx, l.who.with+`
		SELECT p.id, p.village, p.birth, p.sex, p.education, p.student, p.skill, p.willing, p.settlement,
			p.status, p.status_on, p.in_on, p.out_on, p.out_reason, p.merged_into
		FROM who JOIN person p ON p.id = who.id WHERE p.`+live+` ORDER BY p.id`, l.who.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&f.ID, &f.Village, &f.Birth, &f.Sex, &f.Education, &f.Student, &f.Skill, &f.Willing, &f.Settlement,
			&f.Status, &f.StatusOn, &f.InOn, &f.OutOn, &f.OutReason, &f.MergedInto); err != nil {
			return err
		}
		l.out = append(l.out, f)
	}
	return rows.Err()
}

func (l *loader) stays() error {
	var id int64
	var s Stay
	return l.each(`SELECT r.person_id, r.since, r.until, r.village FROM who JOIN residence r ON r.person_id = who.id
		WHERE r.`+live+` ORDER BY r.person_id, r.since`,
		[]any{&id, &s.Since, &s.Until, &s.Village}, &id,
		func(f *Facts) { f.Stays = append(f.Stays, s) })
}

func (l *loader) kinds() error {
	var id int64
	var k fact.PersonKind
	return l.each(`SELECT k.person_id, k.kind, k.since, k.until, k.risk_removed_on, k.risk FROM who JOIN person_kind k ON k.person_id = who.id
		WHERE k.`+live+` ORDER BY k.person_id, k.kind, k.since`,
		[]any{&id, &k.Kind, &k.Since, &k.Until, &k.RiskRemovedOn, &k.Risk}, &id,
		func(f *Facts) { f.Kinds = append(f.Kinds, k) })
}

func (l *loader) states() error {
	var id int64
	var s State
	return l.each(`SELECT h.person_id, h.since, h.status FROM who JOIN status_history h ON h.person_id = who.id
		WHERE h.`+live+` ORDER BY h.person_id, h.since, h.recorded_at`,
		[]any{&id, &s.Since, &s.Status}, &id,
		func(f *Facts) { f.States = append(f.States, s) })
}

func (l *loader) spells() error {
	var id int64
	var s fact.Spell
	return l.each(`SELECT s.person_id, s.id, s.start_month, s.end_month FROM who JOIN spell s ON s.person_id = who.id
		WHERE s.`+live+` ORDER BY s.person_id, s.id`,
		[]any{&id, &s.ID, &s.Start, &s.End}, &id,
		func(f *Facts) { f.Spells = append(f.Spells, s) })
}

// spellOf finds the spell of a row; rows come in the order of the spells.
func spellOf(f *Facts, id int64) *fact.Spell {
	for i := range f.Spells {
		if f.Spells[i].ID == id {
			return &f.Spells[i]
		}
	}
	return nil
}

func (l *loader) terms() error {
	var id, spell int64
	var t fact.Term
	return l.each(`SELECT t.person_id, t.spell_id, t.from_month, t.wage_fen, t.employer, t.place, t.place_class, t.channel, t.industry
		FROM who JOIN spell_term t ON t.person_id = who.id
		WHERE t.`+live+` ORDER BY t.person_id, t.spell_id, t.from_month`,
		[]any{&id, &spell, &t.From, &t.WageFen, &t.Employer, &t.Place, &t.PlaceClass, &t.Channel, &t.Industry}, &id,
		func(f *Facts) {
			if s := spellOf(f, spell); s != nil {
				s.Terms = append(s.Terms, t)
			}
		})
}

func (l *loader) seen() error {
	var id, spell int64
	var s fact.Seen
	return l.each(`SELECT v.person_id, v.spell_id, v.month, v.strength FROM who JOIN spell_seen v ON v.person_id = who.id
		WHERE v.`+live+` ORDER BY v.person_id, v.spell_id, v.month`,
		[]any{&id, &spell, &s.Month, &s.Strength}, &id,
		func(f *Facts) {
			if p := spellOf(f, spell); p != nil {
				p.Seen = append(p.Seen, s)
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
