package people

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
)

// Row is one line of a list, masked.
type Row struct {
	ID         int64
	Reduced    bool
	Village    region.Code
	Name       string
	Sex        int
	Birth      calendar.Date
	IDMask     string
	PhoneMask  string
	Relation   int
	Skill      int
	Willing    int
	Status     int
	StatusOn   calendar.Date
	OutReason  int
	State      State // at the end of the list's month
	Settlement bool
	Kinds      []int
	Job        Job
}

// Job is a person's running work at the month's end, or else the latest.
type Job struct {
	SpellID    int64 // 0: never worked
	Running    bool
	Start, End calendar.Month
	Employer   string
	Place      region.Code
	PlaceClass int
	Channel    int
	Industry   int
	WageFen    int64 // -1 unknown
	EndReason  string
	Seen       calendar.Month // latest confirmation
	Strength   int            // of that confirmation
}

// rows reads the lines of ids; those out of scope are left out.
func (s *Store) rows(ctx context.Context, q db.Querier, scope region.Scope, ids []int64, month calendar.Month) ([]Row, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	if month == 0 {
		month = s.month()
	}
	var a db.Args
	cond := "p.id IN " + db.List(&a, ids) + " AND " + Visible(scope, month, &a) + " AND " + live("p")
	rows, err := q.QueryContext(ctx, `
		SELECT p.id, p.village, p.name, p.sex, p.birth, p.id_mask, p.phone_mask, p.relation, p.skill, p.willing,
			p.status, p.status_on, p.out_reason, p.settlement, p.student FROM person p WHERE `+cond, a.Values...)
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	defer rows.Close()
	found := make(map[int64]*Row, len(ids))
	student := make(map[int64]int, len(ids))
	for rows.Next() {
		var r Row
		var settlement int64
		var school int
		if err := rows.Scan(&r.ID, &r.Village, &r.Name, &r.Sex, &r.Birth, &r.IDMask, &r.PhoneMask, &r.Relation, &r.Skill, &r.Willing,
			&r.Status, &r.StatusOn, &r.OutReason, &settlement, &school); err != nil {
			return nil, fmt.Errorf("list people: %w", err)
		}
		r.Settlement, student[r.ID] = settlement != 0, school
		if !scope.Contains(r.Village) {
			r.Reduced, r.PhoneMask, r.Village, r.Relation, r.Willing, r.Settlement = true, "", r.Village.At(region.County), 0, 0, false
			r.Birth = r.Birth / 10000 * 10000
		}
		found[r.ID] = &r
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	if err := addKinds(ctx, q, found, s.today()); err != nil {
		return nil, err
	}
	if err := addJobs(ctx, q, scope, found, month); err != nil {
		return nil, err
	}
	months, err := unverifiedMonths(ctx, q, scope.Roots()[0], month)
	if err != nil {
		return nil, err
	}
	out := make([]Row, 0, len(found))
	for _, id := range ids {
		if r := found[id]; r != nil {
			l := lives{status: r.Status, skill: r.Skill, willing: r.Willing, student: student[id], on: r.StatusOn, job: r.Job}
			r.State = l.state(month, months)
			out = append(out, *r)
		}
	}
	return out, nil
}

func keysOf(found map[int64]*Row) []int64 {
	ids := make([]int64, 0, len(found))
	for id := range found {
		ids = append(ids, id)
	}
	return ids
}

func addKinds(ctx context.Context, q db.Querier, found map[int64]*Row, d calendar.Date) error {
	var a db.Args
	day := a.Add(int32(d))
	rows, err := q.QueryContext(ctx, `
		SELECT k.person_id, k.kind FROM person_kind k
		WHERE k.person_id IN `+db.List(&a, keysOf(found))+` AND k.since <= `+day+` AND k.until >= `+day+` AND `+live("k")+`
		ORDER BY k.person_id, k.kind`, a.Values...)
	if err != nil {
		return fmt.Errorf("list kinds: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var kind int
		if err := rows.Scan(&id, &kind); err != nil {
			return fmt.Errorf("list kinds: %w", err)
		}
		if r := found[id]; !r.Reduced && !slices.Contains(r.Kinds, kind) {
			r.Kinds = append(r.Kinds, kind)
		}
	}
	return rows.Err()
}

// addJobs picks, of each person's spells begun by the month, the running one
// with the latest start, else the latest. A place of work sees its own only.
func addJobs(ctx context.Context, q db.Querier, scope region.Scope, found map[int64]*Row, month calendar.Month) error {
	var a db.Args
	m := a.Add(int32(month))
	rows, err := q.QueryContext(ctx, `
		SELECT w.person_id, w.id, w.start_month, w.end_month, w.end_reason,
			t.employer, t.place, t.place_class, t.channel, t.industry, t.wage_fen,
			(SELECT max(v.month * 10 + v.strength) FROM spell_seen v
			 WHERE v.person_id = w.person_id AND v.spell_id = w.id AND v.month <= `+m+` AND `+live("v")+`)
		FROM spell w JOIN spell_term t ON t.person_id = w.person_id AND t.spell_id = w.id
		WHERE w.person_id IN `+db.List(&a, keysOf(found))+` AND w.start_month <= `+m+` AND t.from_month <= `+m+`
			AND `+live("w")+` AND `+live("t")+`
		ORDER BY w.person_id, w.start_month, w.id, t.from_month`, a.Values...)
	if err != nil {
		return fmt.Errorf("list jobs: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var j Job
		var seen sql.NullInt64
		if err := rows.Scan(&id, &j.SpellID, &j.Start, &j.End, &j.EndReason,
			&j.Employer, &j.Place, &j.PlaceClass, &j.Channel, &j.Industry, &j.WageFen, &seen); err != nil {
			return fmt.Errorf("list jobs: %w", err)
		}
		j.Running = j.End > month
		j.Seen, j.Strength = calendar.Month(seen.Int64/10), int(seen.Int64%10)
		r := found[id]
		if r.Reduced && !scope.Contains(j.Place) {
			continue
		}
		if r.Job.SpellID == j.SpellID || j.Running || !r.Job.Running {
			r.Job = j
		}
	}
	return rows.Err()
}
