package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
)

// PageSize is how many rows a list shows at once.
const PageSize = 50

// Sort is a column that a list may be ordered by; each has an index or is
// sorted within the filter's result.
type Sort string

// The sorts.
const (
	ByVillage Sort = "village"
	ByName    Sort = "name"
	ByAge     Sort = "age"
	ByUpdate  Sort = "updated"
)

var sortColumns = map[Sort]string{ByVillage: "p.village", ByName: "p.name", ByAge: "p.birth", ByUpdate: "p.updated_at"}

// Page is which part of a list is asked for: by key, so the last page costs as
// much as the first. The keys are internal ids: nothing personal in a URL.
type Page struct {
	Sort   Sort
	Desc   bool
	After  int64 // rows behind this person
	Before int64 // rows before this person
	Limit  int   // 0 and more than 200 give PageSize
}

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

// Listing is a page of rows and the exact number of persons that match.
type Listing struct {
	Rows    []Row
	Total   int
	HasPrev bool
	HasNext bool
}

// List is a page of the persons of the scope that match the filter.
func (s *Store) List(ctx context.Context, scope region.Scope, f Filter, pg Page) (Listing, error) {
	var out Listing
	if scope.Empty() {
		return out, nil
	}
	err := s.db.Snapshot(ctx, func(q db.Querier) error {
		var a db.Args
		where := strings.Join(s.conditions(scope, f, &a), " AND ")
		if err := q.QueryRowContext(ctx, `SELECT count(*) FROM person p WHERE `+where, a.Values...).Scan(&out.Total); err != nil {
			return fmt.Errorf("count people: %w", err)
		}
		ids, err := s.page(ctx, q, where, &a, &pg, &out)
		if err != nil {
			return err
		}
		out.Rows, err = s.rows(ctx, q, scope, ids, f.Month)
		return err
	})
	return out, err
}

// Count is how many persons match.
func (s *Store) Count(ctx context.Context, scope region.Scope, f Filter) (n int, err error) {
	if scope.Empty() {
		return 0, nil
	}
	var a db.Args
	where := strings.Join(s.conditions(scope, f, &a), " AND ")
	if err = s.db.Read.QueryRowContext(ctx, `SELECT count(*) FROM person p WHERE `+where, a.Values...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count people: %w", err)
	}
	return n, nil
}

// Rows are the persons of the ids that the scope may see, in the order of the
// ids: the list behind a figure. At most 1,000 ids at once.
func (s *Store) Rows(ctx context.Context, scope region.Scope, ids []int64, month calendar.Month) (out []Row, err error) {
	if scope.Empty() || len(ids) == 0 {
		return nil, nil
	}
	if len(ids) > 1000 {
		return nil, fmt.Errorf("people.Rows: %d ids, at most 1000", len(ids))
	}
	err = s.db.Snapshot(ctx, func(q db.Querier) error {
		out, err = s.rows(ctx, q, scope, ids, month)
		return err
	})
	return out, err
}

// page reads the ids of one page and says what lies on either side.
func (s *Store) page(ctx context.Context, q db.Querier, where string, a *db.Args, pg *Page, out *Listing) ([]int64, error) {
	col, ok := sortColumns[pg.Sort]
	if !ok {
		col = sortColumns[ByVillage]
	}
	limit := pg.Limit
	if limit <= 0 || limit > 200 {
		limit = PageSize
	}
	back := pg.Before != 0
	cursor := pg.After
	if back {
		cursor = pg.Before
	}
	cmp, dir := ">", "ASC"
	if back != pg.Desc {
		cmp, dir = "<", "DESC"
	}
	if cursor != 0 {
		var key any
		err := q.QueryRowContext(ctx, `SELECT `+col+` FROM person p WHERE p.id = $1`, cursor).Scan(&key)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			cursor, back = 0, false
		case err != nil:
			return nil, fmt.Errorf("list people: %w", err)
		default:
			where += " AND (" + col + ", p.id) " + cmp + " (" + a.Add(key) + ", " + a.Add(cursor) + ")"
		}
	}
	query := `SELECT p.id FROM person p WHERE ` + where + ` ORDER BY ` + col + ` ` + dir + `, p.id ` + dir + ` LIMIT ` + a.Add(limit+1)
	ids, err := readIDs(ctx, q, query, a.Values)
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	more := len(ids) > limit
	if more {
		ids = ids[:limit]
	}
	if back {
		slices.Reverse(ids)
		out.HasPrev, out.HasNext = more, true
	} else {
		out.HasPrev, out.HasNext = cursor != 0, more
	}
	return ids, nil
}

func readIDs(ctx context.Context, q db.Querier, query string, args []any) ([]int64, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
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
