package report

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Registers gives what the forms count (internal/register).
type Registers interface {
	// Items are the registers of a kind that last on a day of from..to, with
	// their members; receivedBy bounds the receipt (Unix ms, 0 for none).
	Items(ctx context.Context, scope region.Scope, kind string, at region.Code, from, to calendar.Date, receivedBy int64) ([]*fact.RegisterItem, error)
	// Snapshots are the present names of ids of a space.
	Snapshots(ctx context.Context, q db.Querier, scope region.Scope, space string, ids []int64) ([]fact.Snapshot, error)
	// Phones opens contact numbers of registers.
	Phones(ctx context.Context, scope region.Scope, ids []int64) (map[int64]string, error)
}

// Figures gives the people behind an indicator (internal/rollup); known is
// false where the place has no figures for the month.
type Figures interface {
	Members(ctx context.Context, scope region.Scope, indicator string, at region.Code, m calendar.Month) (ids []int64, known bool, err error)
}

// Tree is what the forms ask of the tree (region.Tree).
type Tree interface {
	Children(region.Code) []region.Place
	Get(region.Code) (region.Place, bool)
	Name(region.Code) string
}

// Tags are the dated lists of areas (region/regionstore).
type Tags interface {
	Tags(ctx context.Context, tag string, on calendar.Date) (map[region.Code]bool, error)
}

// Box is what the store needs of the key service (internal/secret).
type Box interface {
	Encrypt(context string, plain []byte) ([]byte, error)
	Decrypt(context string, sealed []byte) ([]byte, error)
}

// Deps are what the store is connected to; all are needed.
type Deps struct {
	Box       Box
	Audit     account.Recorder
	Registers Registers
	Figures   Figures
	Tree      Tree
	Tags      Tags
	Designs   Designs // nil: declared forms only
	Staff     Staff   // nil: nobody is offered for a signature
}

// Store computes, keeps and moves forms. Every method takes the scope, or the
// caller from whom it takes it.
type Store struct {
	db *db.DB
	Deps
}

// New makes a store.
func New(d *db.DB, deps Deps) *Store {
	if d == nil || deps.Box == nil || deps.Audit == nil || deps.Registers == nil || deps.Figures == nil || deps.Tree == nil || deps.Tags == nil {
		panic("report.New: a dependency is missing")
	}
	return &Store{db: d, Deps: deps}
}

func (s *Store) today() calendar.Date { return calendar.DateAt(s.db.Clock()) }

var errNotFound = fault.NotFoundf("fault.notfound")

// phoneContext binds the filler's sealed number to its column.
const phoneContext = "report.phone_cipher"

// Report is a form that somebody has begun.
type Report struct {
	ID        int64
	Form      string
	Region    region.Code
	Period    Period
	State     State
	Version   int // frozen last, 0 before the first
	CutoffOn  calendar.Date
	CutoffAt  int64
	DueOn     calendar.Date
	FilledOn  calendar.Date
	Filler    string
	PhoneMask string
	LockNo    int
	FirstOn   calendar.Date // of the first submission, 0 before it
	SentOn    calendar.Date // of the last one
	// SentVersion is the version that was submitted last, 0 before the first;
	// Version counts those frozen for the unit's signatures too.
	SentVersion int
	chain       string
	phone       []byte
}

const reportColumns = `r.id, r.form, r.region, r.period, r.state, r.version, r.cutoff_on, r.cutoff_at, r.due_on, r.filled_on, r.filler, r.phone_mask, r.phone_cipher, r.lock_no, r.chain, r.first_on, r.sent_on, r.sent_version`

type scanner interface{ Scan(dest ...any) error }

func scanReport(row scanner) (*Report, error) {
	var r Report
	var period string
	if err := row.Scan(&r.ID, &r.Form, &r.Region, &period, &r.State, &r.Version, &r.CutoffOn, &r.CutoffAt, &r.DueOn, &r.FilledOn, &r.Filler, &r.PhoneMask, &r.phone, &r.LockNo, &r.chain, &r.FirstOn, &r.SentOn, &r.SentVersion); err != nil {
		return nil, err
	}
	var err error
	r.Period, err = ParsePeriod(period)
	return &r, err
}

// find answers the report of a unit and period, nil where nobody began it.
func find(ctx context.Context, q db.Querier, scope region.Scope, form string, at region.Code, p Period) (*Report, error) {
	if !scope.Contains(at) {
		return nil, errNotFound
	}
	r, err := scanReport(q.QueryRowContext(ctx, "SELECT "+reportColumns+" FROM report r WHERE r.form = $1 AND r.region = $2 AND r.period = $3", form, int64(at), p.String()))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return r, nil
}

// ensure is find that begins the report as a draft.
func (s *Store) ensure(ctx context.Context, tx *db.Tx, by account.Caller, scope region.Scope, f *Form, at region.Code, p Period) (*Report, error) {
	r, err := find(ctx, tx, scope, f.ID, at, p)
	if r != nil || err != nil {
		return r, err
	}
	if !s.unit(at) {
		return nil, errNotFound
	}
	id, err := tx.NextIDs(ctx, "report", 1)
	if err != nil {
		return nil, err
	}
	t, err := s.terms(ctx, tx, at)
	if err != nil {
		return nil, err
	}
	x := t.of(f, at, p)
	_, err = tx.ExecContext(ctx, `
		INSERT INTO report (id, form, region, period, state, cutoff_on, due_on, created_by, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)`,
		id, f.ID, int64(at), p.String(), string(Draft), int32(x.CutoffOn), int32(x.Due), by.UserID, db.Millis(tx.Now))
	if err != nil {
		return nil, fmt.Errorf("begin report: %w", err)
	}
	return find(ctx, tx, scope, f.ID, at, p)
}

// unit reports a place that fills forms: a province, a city, a county or a
// reporting unit.
func (s *Store) unit(at region.Code) bool {
	l := at.Level()
	_, known := s.Tree.Get(at)
	return known && l >= region.Province && l <= region.County
}

// below lists the places with a form of their own below a unit: none for a
// county, and none for a city that has towns directly below it.
func (s *Store) below(at region.Code) []region.Place {
	if at.Level() >= region.County {
		return nil
	}
	var out []region.Place
	for _, p := range s.Tree.Children(at) {
		if p.Code.Level() <= region.County {
			out = append(out, p)
		}
	}
	return out
}

// reports answers what is begun among several units for one period, by place.
func reports(ctx context.Context, q db.Querier, form string, places []region.Code, p Period) (map[region.Code]*Report, error) {
	out := map[region.Code]*Report{}
	if len(places) == 0 {
		return out, nil
	}
	var a db.Args
	codes := make([]int64, len(places))
	for i, c := range places {
		codes[i] = int64(c)
	}
	rows, err := q.QueryContext(ctx, "SELECT "+reportColumns+" FROM report r WHERE r.form = "+a.Add(form)+" AND r.period = "+a.Add(p.String())+" AND r.region IN "+db.List(&a, codes), a.Values...)
	if err != nil {
		return nil, fmt.Errorf("reports: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanReport(rows)
		if err != nil {
			return nil, fmt.Errorf("reports: %w", err)
		}
		out[r.Region] = r
	}
	return out, rows.Err()
}

// Event is one step of a form's life.
type Event struct {
	N       int
	At      int64
	ByUser  int64
	ByName  string
	Action  Action
	From    State
	To      State
	Version int
	Remark  string
}

// Events of a form, oldest first.
func (s *Store) Events(ctx context.Context, scope region.Scope, form string, at region.Code, p Period) ([]Event, error) {
	r, err := find(ctx, s.db.Read, scope, form, at, p)
	if r == nil || err != nil {
		return nil, err
	}
	rows, err := s.db.Read.QueryContext(ctx, `
		SELECT n, at, by_user, by_name, action, from_state, to_state, version, remark FROM report_event WHERE report_id = $1 ORDER BY n`, r.ID)
	if err != nil {
		return nil, fmt.Errorf("report events: %w", err)
	}
	defer rows.Close()
	var out []Event
	for rows.Next() {
		var e Event
		if err := rows.Scan(&e.N, &e.At, &e.ByUser, &e.ByName, &e.Action, &e.From, &e.To, &e.Version, &e.Remark); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, rows.Err()
}
