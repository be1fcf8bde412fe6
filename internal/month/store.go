package month

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/setting"
)

// Auditor writes audit rows in the caller's transaction.
type Auditor interface {
	Write(ctx context.Context, tx *db.Tx, c account.Caller, e audit.Entry) error
}

// Reopened learns, in the same transaction, that a county's month was opened
// again: forms that used it are marked.
type Reopened func(ctx context.Context, tx *db.Tx, county region.Code, m calendar.Month) error

// Store reads facts and person-months and keeps the state of the months.
type Store struct {
	db       *db.DB
	audit    Auditor
	reopened []Reopened
	batch    int        // rows of one short transaction while closing
	closing  sync.Mutex // one close at a time in this process
	done     change.Memo[placeMonth, bool]
}

// batchRows keeps another write's wait under 300 ms on SQLite (semantics,
// Processes).
const batchRows = 2000

// New makes the store.
func New(d *db.DB, a Auditor) *Store { return &Store{db: d, audit: a, batch: batchRows} }

// OnReopen registers a hook; call it before the first request.
func (s *Store) OnReopen(fn Reopened) { s.reopened = append(s.reopened, fn) }

var errNotFound = fault.NotFoundf("fault.notfound")

// Status of a county's month. A month without a record is open.
type Status struct {
	County   region.Code
	Month    calendar.Month
	State    Stage
	Version  int
	People   int
	Stamp    string // the calibre it was closed with
	ClosedAt int64  // Unix milliseconds
	ClosedBy int64
	Reason   string // of the last reopening
}

// Stage is the state of a county's month.
type Stage string

// The states. Closing is on record only while rows are being written.
const (
	Open    Stage = "open"
	Closing Stage = "closing"
	Closed  Stage = "closed"
)

// Statuses lists the months on record of the counties in the scope that lie at
// or below a place, or hold it, by county and month.
func (s *Store) Statuses(ctx context.Context, scope region.Scope, at region.Code, from, to calendar.Month) ([]Status, error) {
	return s.statuses(ctx, s.db.Read, scope, at, from, to)
}

func (s *Store) statuses(ctx context.Context, q db.Querier, scope region.Scope, at region.Code, from, to calendar.Month) ([]Status, error) {
	if !scope.Contains(at) {
		return nil, errNotFound
	}
	lo, hi := countyOf(at).Range()
	if at.Level() < region.County {
		lo, hi = at.Range()
	}
	rows, err := q.QueryContext(ctx, `
		SELECT county, month, state, version, people, settings, closed_at, closed_by, reason
		FROM month_close WHERE county >= $1 AND county < $2 AND month >= $3 AND month <= $4
		ORDER BY county, month`, int64(lo), int64(hi), int32(from), int32(to))
	if err != nil {
		return nil, fmt.Errorf("months: %w", err)
	}
	defer rows.Close()
	var out []Status
	for rows.Next() {
		var st Status
		if err := rows.Scan(&st.County, &st.Month, &st.State, &st.Version, &st.People, &st.Stamp, &st.ClosedAt, &st.ClosedBy, &st.Reason); err != nil {
			return nil, fmt.Errorf("months: %w", err)
		}
		out = append(out, st)
	}
	return out, rows.Err()
}

// Status is the state of one county's month.
func (s *Store) Status(ctx context.Context, scope region.Scope, county region.Code, m calendar.Month) (Status, error) {
	all, err := s.Statuses(ctx, scope, county, m, m)
	if err != nil {
		return Status{}, err
	}
	for _, st := range all {
		if st.County == county {
			return st, nil
		}
	}
	return Status{County: county, Month: m, State: Open}, nil
}

// Closed reports whether every county with people at or below the place has
// closed the month; for a town or village, its county. It says nothing about
// people and takes no scope: the shell shows it beside the month. The answer is
// kept until facts or months change.
func (s *Store) Closed(ctx context.Context, at region.Code, m calendar.Month) (bool, error) {
	mark, err := change.MarkOf(ctx, s.db.Read, s.db.Dialect)
	if err != nil {
		return false, err
	}
	key := placeMonth{at, m}
	if done, ok := s.done.Get(mark, key); ok {
		return done, nil
	}
	done, err := s.allClosed(ctx, at, m)
	if err == nil {
		s.done.Put(mark, key, done)
	}
	return done, err
}

type placeMonth struct {
	at region.Code
	m  calendar.Month
}

func (s *Store) allClosed(ctx context.Context, at region.Code, m calendar.Month) (bool, error) {
	scope := region.ScopeOf(region.Country)
	all, err := s.Statuses(ctx, scope, at, m, m)
	if err != nil {
		return false, err
	}
	done := map[region.Code]bool{}
	for _, st := range all {
		done[st.County] = st.State == Closed
	}
	if at.Level() >= region.County {
		return done[countyOf(at)], nil
	}
	counties, err := s.Counties(ctx, scope, at)
	if err != nil || len(counties) == 0 {
		return false, err
	}
	for _, c := range counties {
		if !done[c] {
			return false, nil
		}
	}
	return true, nil
}

// Counties lists the counties at or below a place that have people in the
// ledger, reporting units among them: one seek in the index for each, all in
// one statement. The tree's 2,978 counties are never walked.
func (s *Store) Counties(ctx context.Context, scope region.Scope, at region.Code) ([]region.Code, error) {
	return s.counties(ctx, s.db.Read, scope, at)
}

func (s *Store) counties(ctx context.Context, q db.Querier, scope region.Scope, at region.Code) ([]region.Code, error) {
	var out []region.Code
	for _, root := range scope.Within(at).Roots() {
		lo, hi := countyOf(root).Range()
		if root.Level() < region.County {
			lo, hi = root.Range()
		}
		rows, err := q.QueryContext(ctx, `
			WITH RECURSIVE seek(v) AS (
				SELECT MIN(village) FROM person WHERE village >= $1 AND village < $2
				UNION ALL
				SELECT (SELECT MIN(p.village) FROM person p WHERE p.village >= (seek.v / 1000000 + 1) * 1000000 AND p.village < $2)
				FROM seek WHERE seek.v IS NOT NULL
			) SELECT v FROM seek WHERE v IS NOT NULL`, int64(lo), int64(hi))
		if err != nil {
			return nil, fmt.Errorf("counties: %w", err)
		}
		for rows.Next() {
			var v int64
			if err := rows.Scan(&v); err != nil {
				rows.Close()
				return nil, fmt.Errorf("counties: %w", err)
			}
			out = append(out, countyOf(region.Code(v)))
		}
		err = rows.Err()
		rows.Close()
		if err != nil {
			return nil, fmt.Errorf("counties: %w", err)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// Rules are the settings in force in a county and year, with their calibre.
func (s *Store) rules(ctx context.Context, q db.Querier, county region.Code, year int) (Rules, string, error) {
	v, err := setting.At(ctx, q, county, year)
	if err != nil {
		return Rules{}, "", err
	}
	return RulesOf(v), stampOf(v), nil
}

// stampOf is the calibre of a close: the version of the facts, then the counting
// settings that differ from their defaults.
func stampOf(v setting.Values) string {
	stamp := fact.VersionName + "=" + strconv.Itoa(fact.FactsVersion)
	if set := v.Stamp(); set != "" {
		stamp += ";" + set
	}
	return stamp
}

// Calibre is the stamp with which a county would close a month of the year.
func (s *Store) Calibre(ctx context.Context, scope region.Scope, county region.Code, year int) (string, error) {
	if !scope.Contains(county) {
		return "", errNotFound
	}
	_, stamp, err := s.rules(ctx, s.db.Read, county, year)
	return stamp, err
}

// rowColumns are the columns of person_month in the order of rowValues.
var rowColumns = []string{"county", "month", "person_id", "village", "kinds", "sex", "age", "education", "skill", "status",
	"flags", "stable_months", "months_worked", "place", "place_class", "year_place_class", "channel", "industry",
	"wage_fen", "settlement", "from_village", "year_place"}

func rowValues(county region.Code, p *fact.PersonMonth) []any {
	return []any{int64(county), int64(p.Month), p.PersonID, int64(p.Village), int64(p.Kinds), int64(p.Sex), int64(p.Age), int64(p.Education),
		int64(p.Skill), int64(p.Status), int64(p.Flags), int64(p.StableMonths), int64(p.MonthsWorked), int64(p.Place), int64(p.PlaceClass),
		int64(p.YearPlaceClass), int64(p.Channel), int64(p.Industry), p.WageFen, p.Settlement, int64(p.From), int64(p.YearPlace)}
}

// Rows reads the frozen person-months of a closed month, sorted by person.
// The county must lie in the scope; rows is called with a value that is
// reused.
func (s *Store) Rows(ctx context.Context, scope region.Scope, county region.Code, m calendar.Month, row func(*fact.PersonMonth) error) error {
	if !scope.Contains(county) {
		return errNotFound
	}
	return readRows(ctx, s.db.Read, county, m, nil, row)
}

func readRows(ctx context.Context, q db.Querier, county region.Code, m calendar.Month, ids []int64, row func(*fact.PersonMonth) error) error {
	var a db.Args
	where := "county = " + a.Add(int64(county)) + " AND month = " + a.Add(int32(m))
	if ids != nil {
		where += " AND person_id IN " + db.List(&a, ids)
	}
	rows, err := q.QueryContext(ctx, `
		SELECT person_id, village, kinds, sex, age, education, skill, status, flags, stable_months, months_worked,
			place, place_class, year_place_class, channel, industry, wage_fen, settlement, from_village, year_place
		FROM person_month WHERE `+where+` ORDER BY person_id`, a.Values...)
	if err != nil {
		return fmt.Errorf("person-months: %w", err)
	}
	defer rows.Close()
	var p fact.PersonMonth
	dest := []any{&p.PersonID, &p.Village, &p.Kinds, &p.Sex, &p.Age, &p.Education, &p.Skill, &p.Status, &p.Flags, &p.StableMonths,
		&p.MonthsWorked, &p.Place, &p.PlaceClass, &p.YearPlaceClass, &p.Channel, &p.Industry, &p.WageFen, &p.Settlement, &p.From, &p.YearPlace}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return fmt.Errorf("person-months: %w", err)
		}
		p.Month = m
		if err := row(&p); err != nil {
			return err
		}
	}
	return rows.Err()
}

// readStates reads what the next month's flows need of frozen rows.
func readStates(ctx context.Context, q db.Querier, county region.Code, m calendar.Month, ids []int64, row func(*fact.PersonMonth) error) error {
	var a db.Args
	where := "county = " + a.Add(int64(county)) + " AND month = " + a.Add(int32(m))
	if ids != nil {
		where += " AND person_id IN " + db.List(&a, ids)
	}
	rows, err := q.QueryContext(ctx, `SELECT person_id, village, sex, age, flags FROM person_month WHERE `+where+` ORDER BY person_id`, a.Values...)
	if err != nil {
		return fmt.Errorf("person-months: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		p := fact.PersonMonth{Month: m}
		if err := rows.Scan(&p.PersonID, &p.Village, &p.Sex, &p.Age, &p.Flags); err != nil {
			return fmt.Errorf("person-months: %w", err)
		}
		if err := row(&p); err != nil {
			return err
		}
	}
	return rows.Err()
}
