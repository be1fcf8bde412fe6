package rule

import (
	"context"
	"fmt"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/setting"
)

// recheckScopes are the rules of the nightly run: it knows whole households.
var recheckScopes = []Scope{ScopePerson, ScopeSpell, ScopePlan, ScopeHousehold}

// recheckRun holds the people of one town at a time, so that memory stays
// small and households are whole.
type recheckRun struct {
	desk  *Desk
	set   *Settings
	today calendar.Date
}

// Recheck checks everybody of a place of the scope against the ledger's rules,
// town by town, each in a transaction of its own, and answers how many people
// were checked and how many findings stand. progress may be nil. It is safe to
// repeat and to stop: every town is whole or untouched.
func (d *Desk) Recheck(ctx context.Context, scope region.Scope, at region.Code, progress func(people, found int)) (people, found int, err error) {
	stored, err := setting.Load(ctx, d.db.Read, at)
	if err != nil {
		return 0, 0, err
	}
	towns, err := d.towns(ctx, scope.Within(at))
	if err != nil {
		return 0, 0, err
	}
	run := recheckRun{desk: d, today: calendar.DateAt(d.db.Clock())}
	for _, t := range towns {
		// A county may have set its own thresholds below at.
		run.set = SettingsOf(setting.Resolve(stored, t, run.today.Month().Year()), d.places)
		p, f, err := run.town(ctx, scope.Within(at).Within(t))
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

func (r *recheckRun) town(ctx context.Context, scope region.Scope) (people, found int, err error) {
	var subjects []*Subject
	err = r.desk.db.Snapshot(ctx, func(q db.Querier) error {
		subjects, err = loadSubjects(ctx, q, scope, r.today)
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	kept := make([]Kept, len(subjects))
	for i, s := range subjects {
		fs := Run(nil, s, r.set, recheckScopes...)
		kept[i] = Kept{PersonID: s.Person.ID, Village: s.Person.Village, Found: fs, Checked: inRecheck}
		found += len(fs)
	}
	err = r.desk.db.Tx(ctx, func(tx *db.Tx) error { return KeepAll(ctx, tx, 0, kept) })
	return len(subjects), found, err
}

// inRecheck leaves the phone rules out: the phones of a ledger are sealed.
func inRecheck(r *Rule, place string) bool {
	return inLedger(r, place) && has(recheckScopes, r.Scope) && r.Field != "phone"
}

const liveRow = "NOT EXISTS (SELECT 1 FROM hidden_batch hb WHERE hb.batch_id = "

// loadSubjects reads the residents of a scope with all that the rules ask of
// them: five scans, joined in step by person.
func loadSubjects(ctx context.Context, q db.Querier, scope region.Scope, today calendar.Date) ([]*Subject, error) {
	l := subjectLoader{ctx: ctx, q: q, scope: scope, by: map[int64]*Subject{}}
	if err := l.persons(today); err != nil {
		return nil, err
	}
	for _, step := range []func() error{l.kinds, l.needs, l.spells, l.terms} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	l.households()
	return l.out, nil
}

type subjectLoader struct {
	ctx   context.Context
	q     db.Querier
	scope region.Scope
	out   []*Subject
	by    map[int64]*Subject
}

// each runs a query over residents; its first column is the person.
func (l *subjectLoader) each(columns, from, order string, row func(s *Subject), dest ...any) error {
	var a db.Args
	var id int64
	rows, err := l.q.QueryContext(l.ctx, `SELECT p.id, `+columns+` FROM person p `+from+
		` WHERE `+l.scope.Predicate("p.village", a.Add)+` AND p.merged_into = 0 AND p.out_on = 0 AND `+liveRow+`p.batch_id)`+order, a.Values...)
	if err != nil {
		return fmt.Errorf("load subjects: %w", err)
	}
	defer rows.Close()
	dest = append([]any{&id}, dest...)
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return fmt.Errorf("load subjects: %w", err)
		}
		s := l.by[id]
		if s == nil {
			s = &Subject{Person: &fact.Person{ID: id}}
			l.by[id] = s
			l.out = append(l.out, s)
		}
		row(s)
	}
	return rows.Err()
}

func (l *subjectLoader) persons(today calendar.Date) error {
	var p fact.Person
	return l.each(`p.household_id, p.village, p.name, p.sex, p.birth, p.ethnic, p.id_kind, p.relation, p.education, p.student, p.health, p.skill,
			p.allowance, p.ward, p.disability_kind, p.disability_grade, p.status, p.status_on`, "", " ORDER BY p.household_id, p.id",
		func(s *Subject) {
			id := s.Person.ID
			*s.Person = p
			s.Person.ID, s.Today = id, today
		},
		&p.HouseholdID, &p.Village, &p.Name, &p.Sex, &p.Birth, &p.Ethnic, &p.IDKind, &p.Relation, &p.Education, &p.Student, &p.Health, &p.Skill,
		&p.Allowance, &p.Ward, &p.Disability, &p.Grade, &p.Status, &p.StatusOn)
}

func (l *subjectLoader) kinds() error {
	var k fact.PersonKind
	return l.each(`k.kind, k.since, k.until, k.risk_removed_on, k.risk`, "JOIN person_kind k ON k.person_id = p.id AND "+liveRow+"k.batch_id)", "",
		func(s *Subject) { s.Person.Kinds = append(s.Person.Kinds, k) },
		&k.Kind, &k.Since, &k.Until, &k.RiskRemovedOn, &k.Risk)
}

func (l *subjectLoader) needs() error {
	var n fact.Need
	return l.each(`n.plan_out, n.plan_place, n.service`, "JOIN need n ON n.person_id = p.id AND "+liveRow+"n.batch_id)", "",
		func(s *Subject) { c := n; s.Need = &c },
		&n.PlanOut, &n.PlanPlace, &n.Service)
}

func (l *subjectLoader) spells() error {
	var sp fact.Spell
	return l.each(`s.id, s.start_month, s.end_month`, "JOIN spell s ON s.person_id = p.id AND "+liveRow+"s.batch_id)", " ORDER BY s.start_month, s.id",
		func(s *Subject) {
			s.Spells = append(s.Spells, fact.Spell{ID: sp.ID, PersonID: s.Person.ID, Start: sp.Start, End: sp.End})
		},
		&sp.ID, &sp.Start, &sp.End)
}

func (l *subjectLoader) terms() error {
	var spell int64
	var t fact.Term
	return l.each(`t.spell_id, t.from_month, t.wage_fen, t.employer, t.place, t.place_class, t.channel, t.industry, t.point_to_point`,
		"JOIN spell_term t ON t.person_id = p.id AND "+liveRow+"t.batch_id)", " ORDER BY t.from_month",
		func(s *Subject) {
			for i := range s.Spells {
				if s.Spells[i].ID == spell {
					s.Spells[i].Terms = append(s.Spells[i].Terms, t)
				}
			}
		},
		&spell, &t.From, &t.WageFen, &t.Employer, &t.Place, &t.PlaceClass, &t.Channel, &t.Industry, &t.PointToPoint)
}

// households gives each subject the summary of its whole household.
func (l *subjectLoader) households() {
	homes := map[int64]*Household{}
	for _, s := range l.out {
		h := homes[s.Person.HouseholdID]
		if h == nil {
			h = &Household{Complete: true}
			homes[s.Person.HouseholdID] = h
		}
		h.Add(s.Person)
		if s.working() {
			h.Working++
		}
		s.Household = h
	}
}
