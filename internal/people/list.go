package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/change"
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
		if err := s.threshold(ctx, q, scope, &f); err != nil {
			return err
		}
		var a db.Args
		where := strings.Join(s.conditions(scope, f, &a), " AND ")
		var err error
		if out.Total, err = s.total(ctx, q, where, &a); err != nil {
			return err
		}
		ids, err := s.page(ctx, q, scope, f.Month, where, &a, &pg, &out)
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
	if err := s.threshold(ctx, s.db.Read, scope, &f); err != nil {
		return 0, err
	}
	var a db.Args
	where := strings.Join(s.conditions(scope, f, &a), " AND ")
	return s.total(ctx, s.db.Read, where, &a)
}

// total counts who matches: exact, and counted once for the same facts. What no
// fact is (findings, notes) is not asked for by the filter.
func (s *Store) total(ctx context.Context, q db.Querier, where string, a *db.Args) (n int, err error) {
	mark, err := change.MarkOf(ctx, q, s.db.Dialect)
	if err != nil {
		return 0, err
	}
	key := where + fmt.Sprint(a.Values)
	if n, ok := s.totals.Get(mark, key); ok {
		return n, nil
	}
	// Where no import is being saved nobody is hidden: asking so once instead of
	// for each person halves the time.
	if !mark.Hiding() {
		where = strings.ReplaceAll(where, live("p"), "1 = 1")
	}
	if err = q.QueryRowContext(ctx, `SELECT count(*) FROM person p WHERE `+where, a.Values...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count people: %w", err)
	}
	s.totals.Put(mark, key, n)
	return n, nil
}

// threshold fills in what the filter needs of the settings.
func (s *Store) threshold(ctx context.Context, q db.Querier, scope region.Scope, f *Filter) (err error) {
	if len(f.Status) == 0 {
		return nil
	}
	m := f.Month
	if m == 0 {
		m = s.month()
	}
	f.months, err = unverifiedMonths(ctx, q, scope.Roots()[0], m)
	return err
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
func (s *Store) page(ctx context.Context, q db.Querier, scope region.Scope, month calendar.Month, where string, a *db.Args, pg *Page, out *Listing) ([]int64, error) {
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
		// A page behind somebody out of sight would tell where their name or
		// birthday lies among those in sight.
		if month == 0 {
			month = s.month()
		}
		var key any
		var at db.Args
		err := q.QueryRowContext(ctx, `SELECT `+col+` FROM person p WHERE p.id = `+at.Add(cursor)+` AND `+Visible(scope, month, &at), at.Values...).Scan(&key)
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
