package listing

import (
	"context"
	"fmt"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/people"
	"wengang/internal/region"
)

// Person is one line of a list: the masked row of the people's list and what
// the chosen columns read beside. Of who is seen only by the place of work
// (Reduced) nothing beside the row is read.
type Person struct {
	people.Row
	Code, Household   string
	Ethnic, Education int
	Student, Health   int
	Political         int
	Allowance, Ward   int
	WillingOn         calendar.Date
	Need              fact.Need
	HasNeed           bool
	Risks             []int
	Watched           calendar.Date // monitored since, 0 where not
	Months            int           // months of the year touched by spells, up to the list's month
	IncomeFen         int64         // reported wages of those months
	IncomeMonths      int           // months whose wage is known
	Findings          int           // open ones
}

func (p *Person) age(on calendar.Date) int {
	if p.Birth == 0 {
		return -1
	}
	if p.Birth%10000 == 0 { // the place of work knows the year
		return on.Month().Year() - int(p.Birth)/10000
	}
	return p.Birth.AgeOn(on)
}

// chunk bounds the placeholders of one statement and the rows in memory.
const chunk = 500

// load reads the lines of ids in their order; those out of scope are left out.
func (s *Store) load(ctx context.Context, q db.Querier, scope region.Scope, ids []int64, m calendar.Month) ([]Person, error) {
	if m == 0 {
		m = s.month()
	}
	out := make([]Person, 0, len(ids))
	for part := range slices.Chunk(ids, chunk) {
		rows, err := s.People.RowsIn(ctx, q, scope, part, m)
		if err != nil {
			return nil, err
		}
		first := len(out)
		for _, r := range rows {
			out = append(out, Person{Row: r, IncomeFen: -1})
		}
		if err := s.fill(ctx, q, out[first:], m); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// fill reads what the row does not hold, for those who live in the scope.
func (s *Store) fill(ctx context.Context, q db.Querier, rows []Person, m calendar.Month) error {
	found := make(map[int64]*Person, len(rows))
	ids := make([]int64, 0, len(rows))
	for i := range rows {
		if !rows[i].Reduced {
			found[rows[i].ID] = &rows[i]
			ids = append(ids, rows[i].ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	for _, read := range []func(context.Context, db.Querier, map[int64]*Person, []int64) error{readStanding, readNeeds, s.readRisks, readFindings} {
		if err := read(ctx, q, found, ids); err != nil {
			return err
		}
	}
	return readYear(ctx, q, found, ids, m)
}

// live is the condition that a row is no part of an unfinished import.
func live(alias string) string {
	return "NOT EXISTS (SELECT 1 FROM hidden_batch hb WHERE hb.batch_id = " + alias + ".batch_id)"
}

// each runs a query and hands every row to scan.
func each(ctx context.Context, q db.Querier, what, query string, args []any, scan func(func(...any) error) error) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("list %s: %w", what, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows.Scan); err != nil {
			return fmt.Errorf("list %s: %w", what, err)
		}
	}
	return rows.Err()
}

func readStanding(ctx context.Context, q db.Querier, found map[int64]*Person, ids []int64) error {
	var a db.Args
	return each(ctx, q, "standing", `
		SELECT p.id, p.code, coalesce(h.code, ''), p.ethnic, p.education, p.student, p.health, p.political, p.allowance, p.ward, p.willing_on
		FROM person p LEFT JOIN household h ON h.id = p.household_id WHERE p.id IN `+db.List(&a, ids), a.Values, func(scan func(...any) error) error {
		var id int64
		var p Person
		if err := scan(&id, &p.Code, &p.Household, &p.Ethnic, &p.Education, &p.Student, &p.Health, &p.Political, &p.Allowance, &p.Ward, &p.WillingOn); err != nil {
			return err
		}
		f := found[id]
		f.Code, f.Household, f.Ethnic, f.Education, f.Student, f.Health = p.Code, p.Household, p.Ethnic, p.Education, p.Student, p.Health
		f.Political, f.Allowance, f.Ward, f.WillingOn = p.Political, p.Allowance, p.Ward, p.WillingOn
		return nil
	})
}

func readNeeds(ctx context.Context, q db.Querier, found map[int64]*Person, ids []int64) error {
	var a db.Args
	return each(ctx, q, "needs", `
		SELECT n.person_id, n.plan_out, n.plan_place, n.wanted_job, n.wanted_wage_fen, n.service, n.training, n.surveyed_on
		FROM need n WHERE n.person_id IN `+db.List(&a, ids)+` AND `+live("n"), a.Values, func(scan func(...any) error) error {
		var id int64
		var n fact.Need
		if err := scan(&id, &n.PlanOut, &n.PlanPlace, &n.WantedJob, &n.WantedWageFen, &n.Service, &n.Training, &n.SurveyedOn); err != nil {
			return err
		}
		found[id].Need, found[id].HasNeed = n, true
		return nil
	})
}

// readRisks reads why people are monitored today, where the risk stands.
func (s *Store) readRisks(ctx context.Context, q db.Querier, found map[int64]*Person, ids []int64) error {
	var a db.Args
	day := a.Add(int32(s.today()))
	return each(ctx, q, "risks", `
		SELECT k.person_id, k.risk, k.since FROM person_kind k WHERE k.person_id IN `+db.List(&a, ids)+`
		AND k.kind IN (2, 3, 4) AND k.risk_removed_on = 0 AND k.since <= `+day+` AND k.until >= `+day+` AND `+live("k")+`
		ORDER BY k.person_id, k.since`, a.Values, func(scan func(...any) error) error {
		var id int64
		var risk int
		var since calendar.Date
		if err := scan(&id, &risk, &since); err != nil {
			return err
		}
		p := found[id]
		if risk != 0 && !slices.Contains(p.Risks, risk) {
			p.Risks = append(p.Risks, risk)
		}
		if p.Watched == 0 {
			p.Watched = since
		}
		return nil
	})
}

// openFinding is rule.Open, as the table keeps it.
const openFinding = 0

func readFindings(ctx context.Context, q db.Querier, found map[int64]*Person, ids []int64) error {
	var a db.Args
	return each(ctx, q, "findings", `SELECT f.person_id, count(*) FROM finding f WHERE f.state = `+a.Add(openFinding)+`
		AND f.person_id IN `+db.List(&a, ids)+` GROUP BY f.person_id`, a.Values, func(scan func(...any) error) error {
		var id int64
		var n int
		if err := scan(&id, &n); err != nil {
			return err
		}
		found[id].Findings = n
		return nil
	})
}

// readYear counts, for the year of the month up to the month, the months with
// work and the wages reported for them. Concurrent spells share a month and
// add their wages (semantics, Work); a month with a spell of unknown wage has
// no known income.
func readYear(ctx context.Context, q db.Querier, found map[int64]*Person, ids []int64, m calendar.Month) error {
	spells, err := yearSpells(ctx, q, ids, m)
	if err != nil {
		return err
	}
	for id, ws := range spells {
		p := found[id]
		for at := m.January(); at <= m; at = at.Add(1) {
			worked, fen := monthOf(ws, at)
			if !worked {
				continue
			}
			p.Months++
			if fen >= 0 {
				p.IncomeMonths++
				p.IncomeFen = max(p.IncomeFen, 0) + fen
			}
		}
	}
	return nil
}

// monthOf is whether a month was worked in and its income, -1 unknown.
func monthOf(ws []*fact.Spell, at calendar.Month) (worked bool, fen int64) {
	for _, w := range ws {
		if !w.Touches(at) {
			continue
		}
		worked = true
		t := w.TermIn(at)
		if t == nil || t.WageFen < 0 || fen < 0 {
			fen = -1
			continue
		}
		fen += t.WageFen
	}
	return worked, fen
}

func yearSpells(ctx context.Context, q db.Querier, ids []int64, m calendar.Month) (map[int64][]*fact.Spell, error) {
	var a db.Args
	from, to := a.Add(int32(m.January())), a.Add(int32(m))
	out := map[int64][]*fact.Spell{}
	err := each(ctx, q, "work", `
		SELECT w.person_id, w.id, w.start_month, w.end_month, t.from_month, t.wage_fen
		FROM spell w JOIN spell_term t ON t.person_id = w.person_id AND t.spell_id = w.id
		WHERE w.person_id IN `+db.List(&a, ids)+` AND w.start_month <= `+to+` AND w.end_month >= `+from+`
			AND `+live("w")+` AND `+live("t")+`
		ORDER BY w.person_id, w.id, t.from_month`, a.Values, func(scan func(...any) error) error {
		var id int64
		var w fact.Spell
		var t fact.Term
		if err := scan(&id, &w.ID, &w.Start, &w.End, &t.From, &t.WageFen); err != nil {
			return err
		}
		ws := out[id]
		if len(ws) == 0 || ws[len(ws)-1].ID != w.ID {
			out[id] = append(ws, &w)
			ws = out[id]
		}
		last := ws[len(ws)-1]
		last.Terms = append(last.Terms, t)
		return nil
	})
	return out, err
}
