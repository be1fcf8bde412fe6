package rule

import (
	"context"
	"fmt"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
)

const liveRow = "NOT EXISTS (SELECT 1 FROM hidden_batch hb WHERE hb.batch_id = "

// subjectLoader reads people with all that the rules ask of them: seven scans,
// joined in step by person.
type subjectLoader struct {
	ctx   context.Context
	q     db.Querier
	where func(a *db.Args) string
	out   []*Subject
	by    map[int64]*Subject
}

// loadSubjects reads the residents of a scope, whole households in order.
func loadSubjects(ctx context.Context, q db.Querier, scope region.Scope, today calendar.Date) ([]*Subject, error) {
	return load(ctx, q, func(a *db.Args) string { return scope.Predicate("p.village", a.Add) }, today)
}

// loadHousehold reads the members of one household.
func loadHousehold(ctx context.Context, q db.Querier, household int64, today calendar.Date) ([]*Subject, error) {
	return load(ctx, q, func(a *db.Args) string { return "p.household_id = " + a.Add(household) }, today)
}

func load(ctx context.Context, q db.Querier, where func(a *db.Args) string, today calendar.Date) ([]*Subject, error) {
	l := subjectLoader{ctx: ctx, q: q, where: where, by: map[int64]*Subject{}}
	if err := l.persons(today); err != nil {
		return nil, err
	}
	if len(l.out) == 0 {
		return nil, nil
	}
	for _, step := range []func() error{l.kinds, l.needs, l.aids, l.spells, l.terms} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	households(l.out)
	return l.out, nil
}

// each runs a query over residents; its first column is the person.
func (l *subjectLoader) each(columns, from, order string, row func(s *Subject), dest ...any) error {
	var a db.Args
	var id int64
	rows, err := l.q.QueryContext(l.ctx, `SELECT p.id, `+columns+` FROM person p `+from+
		` WHERE `+l.where(&a)+` AND p.merged_into = 0 AND p.out_on = 0 AND `+liveRow+`p.batch_id)`+order, a.Values...)
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
	var phone []byte
	return l.each(`p.household_id, p.village, p.name, p.sex, p.birth, p.ethnic, p.id_kind, p.relation, p.education, p.student, p.health, p.skill,
			p.allowance, p.ward, p.disability_kind, p.disability_grade, p.status, p.status_on, p.phone_index`, "", " ORDER BY p.household_id, p.id",
		func(s *Subject) {
			id := s.Person.ID
			*s.Person = p
			s.Person.ID, s.Today, s.phone = id, today, string(phone)
		},
		&p.HouseholdID, &p.Village, &p.Name, &p.Sex, &p.Birth, &p.Ethnic, &p.IDKind, &p.Relation, &p.Education, &p.Student, &p.Health, &p.Skill,
		&p.Allowance, &p.Ward, &p.Disability, &p.Grade, &p.Status, &p.StatusOn, &phone)
}

func (l *subjectLoader) kinds() error {
	var k fact.PersonKind
	return l.each(`k.kind, k.since, k.until, k.risk_removed_on, k.risk`, "JOIN person_kind k ON k.person_id = p.id AND "+liveRow+"k.batch_id)", " ORDER BY p.id, k.since",
		func(s *Subject) { s.Person.Kinds = append(s.Person.Kinds, k) },
		&k.Kind, &k.Since, &k.Until, &k.RiskRemovedOn, &k.Risk)
}

func (l *subjectLoader) needs() error {
	var n fact.Need
	return l.each(`n.plan_out, n.plan_place, n.service`, "JOIN need n ON n.person_id = p.id AND "+liveRow+"n.batch_id)", "",
		func(s *Subject) { c := n; s.Need = &c },
		&n.PlanOut, &n.PlanPlace, &n.Service)
}

// aids keeps the latest of each person.
func (l *subjectLoader) aids() error {
	var a fact.Aid
	var answers, measures int64
	var account []byte
	return l.each(`x.stated, x.answers, x.risks, x.measures, x.post_kinds, x.post_months, x.wage_fen, x.account_index`,
		"JOIN person_aid x ON x.person_id = p.id AND "+liveRow+"x.batch_id)", " ORDER BY p.id, x.batch_id",
		func(s *Subject) {
			c := a
			c.Unpack(answers)
			c.Measures, c.Account = fact.Measure(measures), string(account)
			s.Aid = &c
		},
		&a.Stated, &answers, &a.Risks, &measures, &a.PostKinds, &a.PostMonths, &a.WageFen, &account)
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
	return l.each(`t.spell_id, t.from_month, t.wage_fen, t.employer, t.place, t.place_class, t.channel, t.industry, t.point_to_point, t.transport_fen`,
		"JOIN spell_term t ON t.person_id = p.id AND "+liveRow+"t.batch_id)", " ORDER BY t.from_month",
		func(s *Subject) {
			for i := range s.Spells {
				if s.Spells[i].ID == spell {
					s.Spells[i].Terms = append(s.Spells[i].Terms, t)
				}
			}
		},
		&spell, &t.From, &t.WageFen, &t.Employer, &t.Place, &t.PlaceClass, &t.Channel, &t.Industry, &t.PointToPoint, &t.TransportFen)
}

// households gives each subject the summary of its whole household.
func households(all []*Subject) {
	homes := map[int64]*Household{}
	for _, s := range all {
		h := homes[s.Person.HouseholdID]
		if h == nil {
			h = &Household{Complete: true, Aid: fact.NoAid()}
			homes[s.Person.HouseholdID] = h
		}
		h.Add(s.Person)
		h.join(s)
		s.Household = h
	}
	for _, s := range all {
		if s.Household.Identified != 0 {
			s.Household.since(s)
		}
	}
}
