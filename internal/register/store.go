package register

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Box is what the store needs of the key service (internal/secret).
type Box interface {
	Encrypt(context string, plain []byte) ([]byte, error)
	Decrypt(context string, sealed []byte) ([]byte, error)
	BlindIndex(kind, normalised string) []byte
}

// Places is what the store asks of the tree (region.Tree).
type Places interface {
	Resolve(text string, within region.Code) region.Match
	Name(region.Code) string
}

// Store reads and writes registers. Every method takes the caller's scope.
type Store struct {
	db     *db.DB
	box    Box
	audit  account.Recorder
	places Places
	months Months // nil: nobody counts residents
	people People // nil: records do not follow the lists of residents
}

// New makes a store; all of its parts are needed.
func New(d *db.DB, box Box, audit account.Recorder, places Places) *Store {
	if d == nil || box == nil || audit == nil || places == nil {
		panic("register.New: a dependency is missing")
	}
	return &Store{db: d, box: box, audit: audit, places: places}
}

func (s *Store) today() calendar.Date { return calendar.DateAt(s.db.Clock()) }

var errNotFound = fault.NotFoundf("fault.notfound")

// live is the condition that a row does not belong to an import that has not
// finished.
func live(alias string) string {
	return "NOT EXISTS (SELECT 1 FROM hidden_batch hb WHERE hb.batch_id = " + alias + ".batch_id)"
}

// Filter narrows a list. Its zero value is the registers in force today.
type Filter struct {
	Kind  string
	Query string // part of the name, or the whole USCC
	Ended bool   // those that ended, instead of those in force
	Year  int    // those that lasted in the year, ended or not; 0 for today
	Level int
}

// Cursor is where the next page of a list starts.
type Cursor struct {
	Region region.Code
	ID     int64
}

// PageSize is the rows of one page of a list.
const PageSize = 50

const recordColumns = `r.id, r.kind, r.region, r.level, r.name, r.uscc, r.doc_no, r.started_on, r.ended_on, r.end_reason, r.state,
	r.contact, r.phone_mask, r.people, r.poor, r.marks, r.extra, r.batch_id, r.created_at, r.updated_at, r.version`

type scanner interface{ Scan(dest ...any) error }

func scanRecord(row scanner, more ...any) (*Record, error) {
	var r Record
	var extra string
	dest := []any{&r.ID, &r.Kind, &r.Region, &r.Level, &r.Name, &r.USCC, &r.DocNo, &r.StartedOn, &r.EndedOn, &r.EndReason, &r.State,
		&r.Contact, &r.PhoneMask, &r.People, &r.Poor, &r.Marks, &extra, &r.BatchID, &r.CreatedAt, &r.UpdatedAt, &r.Version}
	if err := row.Scan(append(dest, more...)...); err != nil {
		return nil, err
	}
	var err error
	r.Extra, err = decodeExtra(extra)
	return &r, err
}

func decodeExtra(s string) (map[string]string, error) {
	out := map[string]string{}
	if s == "" || s == "{}" {
		return out, nil
	}
	if err := json.Unmarshal([]byte(s), &out); err != nil {
		return nil, fmt.Errorf("register extra: %w", err)
	}
	return out, nil
}

func encodeExtra(m map[string]string) string {
	for k, v := range m {
		if v == "" {
			delete(m, k)
		}
	}
	b, err := json.Marshal(m) // strings only: cannot fail
	if err != nil || len(m) == 0 {
		return "{}"
	}
	return string(b)
}

func (s *Store) where(scope region.Scope, f Filter, a *db.Args) string {
	cond := "r.kind = " + a.Add(f.Kind) + " AND " + scope.Predicate("r.region", a.Add) + " AND " + live("r")
	switch today := s.today(); {
	case f.Year != 0:
		from, to := calendar.DateOf(f.Year, 1, 1), calendar.DateOf(f.Year, 12, 31)
		if k := ByID(f.Kind); k != nil && k.Instant {
			cond += " AND r.started_on >= " + a.Add(int32(from)) + " AND r.started_on <= " + a.Add(int32(to))
		} else {
			cond += " AND r.started_on <= " + a.Add(int32(to)) + " AND r.ended_on >= " + a.Add(int32(from))
		}
	case f.Ended:
		cond += " AND r.ended_on < " + a.Add(int32(today))
	default:
		cond += " AND r.ended_on >= " + a.Add(int32(today))
	}
	if f.Level != 0 {
		cond += " AND r.level = " + a.Add(f.Level)
	}
	if f.Query != "" {
		cond += " AND (r.uscc = " + a.Add(f.Query) + " OR r.name_key LIKE " + a.Add("%"+likeEscape(NameKey(f.Query))+"%") + ` ESCAPE '!')`
	}
	return cond
}

func likeEscape(s string) string {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		if r == '%' || r == '_' || r == '!' {
			out = append(out, '!')
		}
		out = append(out, r)
	}
	return string(out)
}

// List answers one page of a kind's registers in the order of the tree, and
// whether more follow.
func (s *Store) List(ctx context.Context, scope region.Scope, f Filter, after Cursor) (out []*Record, more bool, err error) {
	var a db.Args
	cond := s.where(scope, f, &a)
	at, id := a.Add(int64(after.Region)), a.Add(after.ID)
	rows, err := s.db.Read.QueryContext(ctx, `
		SELECT `+recordColumns+` FROM register r
		WHERE `+cond+` AND (r.region > `+at+` OR (r.region = `+at+` AND r.id > `+id+`))
		ORDER BY r.region, r.id LIMIT `+a.Add(PageSize+1), a.Values...)
	if err != nil {
		return nil, false, fmt.Errorf("list registers: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanRecord(rows)
		if err != nil {
			return nil, false, fmt.Errorf("list registers: %w", err)
		}
		out = append(out, r)
	}
	if err := rows.Err(); err != nil {
		return nil, false, fmt.Errorf("list registers: %w", err)
	}
	if len(out) > PageSize {
		out, more = out[:PageSize], true
	}
	return out, more, s.countListed(ctx, out)
}

// Total counts a kind's registers by the same filter as List.
func (s *Store) Total(ctx context.Context, scope region.Scope, f Filter) (int64, error) {
	var a db.Args
	cond := s.where(scope, f, &a)
	var n int64
	err := s.db.Read.QueryRowContext(ctx, "SELECT count(*) FROM register r WHERE "+cond, a.Values...).Scan(&n)
	return n, err
}

// Overview counts the registers in force today per kind.
func (s *Store) Overview(ctx context.Context, scope region.Scope) (map[string]int64, error) {
	var a db.Args
	rows, err := s.db.Read.QueryContext(ctx, `
		SELECT r.kind, count(*) FROM register r
		WHERE `+scope.Predicate("r.region", a.Add)+` AND `+live("r")+` AND (r.ended_on >= `+a.Add(int32(s.today()))+` OR r.kind IN ('training', 'event'))
		GROUP BY r.kind`, a.Values...)
	if err != nil {
		return nil, fmt.Errorf("registers: %w", err)
	}
	defer rows.Close()
	out := map[string]int64{}
	for rows.Next() {
		var k string
		var n int64
		if err := rows.Scan(&k, &n); err != nil {
			return nil, err
		}
		out[k] = n
	}
	return out, rows.Err()
}

// Get is one register, or NotFound where it lies outside the scope.
func (s *Store) Get(ctx context.Context, scope region.Scope, id int64) (*Record, error) {
	r, err := s.get(ctx, s.db.Read, scope, id)
	if err != nil {
		return nil, err
	}
	return r, s.countListed(ctx, []*Record{r})
}

func (s *Store) get(ctx context.Context, q db.Querier, scope region.Scope, id int64) (*Record, error) {
	var a db.Args
	r, err := scanRecord(q.QueryRowContext(ctx, `
		SELECT `+recordColumns+` FROM register r
		WHERE r.id = `+a.Add(id)+` AND `+scope.Predicate("r.region", a.Add)+` AND `+live("r"), a.Values...))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("register %d: %w", id, err)
	}
	return r, nil
}

// countListed fills Listed and ListedPoor: distinct people whose stay has not
// ended; headcounts are added.
func (s *Store) countListed(ctx context.Context, records []*Record) error {
	if len(records) == 0 {
		return nil
	}
	var a db.Args
	at := map[int64]*Record{}
	ids := make([]int64, len(records))
	for i, r := range records {
		at[r.ID], ids[i] = r, r.ID
	}
	today := a.Add(int32(s.today()))
	staying := "m.ended_on >= " + today
	if k := ByID(records[0].Kind); k != nil && k.Instant {
		staying = "1 = 1" // who took part in a class stays on its list
	}
	rows, err := s.db.Read.QueryContext(ctx, `
		SELECT m.register_id,
			CAST(count(DISTINCT CASE WHEN m.person_id > 0 THEN m.person_id WHEN m.outsider_id > 0 THEN -m.outsider_id END) + sum(m.people) AS BIGINT),
			CAST(count(DISTINCT CASE WHEN m.person_id > 0 AND `+countedNow("m.person_id", today)+` THEN m.person_id
				WHEN m.outsider_id > 0 AND m.claimed = 1 THEN -m.outsider_id END) + sum(m.poor_people) AS BIGINT)
		FROM register_member m
		WHERE m.register_id IN `+db.List(&a, ids)+` AND `+staying+` AND `+live("m")+`
		GROUP BY m.register_id`, a.Values...)
	if err != nil {
		return fmt.Errorf("count members: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, n, poor int64
		if err := rows.Scan(&id, &n, &poor); err != nil {
			return fmt.Errorf("count members: %w", err)
		}
		at[id].Listed, at[id].ListedPoor = n, poor
	}
	return rows.Err()
}

// countedNow: 脱贫人口 or 监测对象 in force on the day (A022).
func countedNow(person, day string) string {
	return fmt.Sprintf(`EXISTS (SELECT 1 FROM person_kind k WHERE k.person_id = %s AND k.kind IN (%d, %d, %d, %d) AND k.since <= %s AND k.until >= %s)`,
		person, fact.KindPoor, fact.KindUnstable, fact.KindEdge, fact.KindSudden, day, day)
}
