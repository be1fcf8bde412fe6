package summary

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/report"
)

// Box is what the store needs of the key service (internal/secret).
type Box interface {
	Encrypt(context string, plain []byte) ([]byte, error)
	Decrypt(context string, sealed []byte) ([]byte, error)
}

// Store keeps papers. Every method takes the scope, or the caller from whom it
// takes it.
type Store struct {
	db    *db.DB
	box   Box
	audit account.Recorder
	from  Sources
}

// New makes a store; all of its parts are needed.
func New(d *db.DB, box Box, audit account.Recorder, from Sources) *Store {
	if d == nil || box == nil || audit == nil || from.Numbers == nil || from.Goals == nil || from.Forms == nil || from.Tree == nil || from.Areas == nil {
		panic("summary.New: a dependency is missing")
	}
	return &Store{db: d, box: box, audit: audit, from: from}
}

// finalContext binds the edited document to its column.
const finalContext = "summary.final_cipher"

var errNotFound = fault.NotFoundf("fault.notfound")

func (s *Store) today() calendar.Date { return calendar.DateAt(s.db.Clock()) }

// Ref names a paper.
type Ref struct {
	Kind   *Kind
	Region region.Code
	Period report.Period
}

// Paper is a paper that somebody has begun.
type Paper struct {
	ID      int64
	Ref     Ref
	State   State
	Version int // of the last draft
	Due     calendar.Date
	FinalNo int // of the last upload
	Name    string
	First   string // beginning of the edited text
	Hash    string
	Size    int64
	SentOn  calendar.Date
	LockNo  int
}

const columns = `id, state, version, due_on, final_no, final_name, final_first, final_hash, final_size, sent_on, lock_no`

func (s *Store) find(ctx context.Context, q db.Querier, scope region.Scope, ref Ref) (*Paper, error) {
	if !scope.Contains(ref.Region) || !s.unit(ref.Region) {
		return nil, errNotFound
	}
	p := &Paper{Ref: ref}
	err := q.QueryRowContext(ctx, "SELECT "+columns+" FROM summary WHERE kind = $1 AND region = $2 AND period = $3", ref.Kind.ID, int64(ref.Region), ref.Period.String()).
		Scan(&p.ID, &p.State, &p.Version, &p.Due, &p.FinalNo, &p.Name, &p.First, &p.Hash, &p.Size, &p.SentOn, &p.LockNo)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("summary: %w", err)
	}
	return p, nil
}

// unit reports a place that writes papers: a province, a city, a county or a
// reporting unit.
func (s *Store) unit(at region.Code) bool {
	_, known := s.from.Tree.Get(at)
	return known && at.Level() >= region.Province && at.Level() <= region.County
}

// Get is a paper, nil where nobody has begun it.
func (s *Store) Get(ctx context.Context, scope region.Scope, ref Ref) (*Paper, error) {
	return s.find(ctx, s.db.Read, scope, ref)
}

// Draft is a version of a paper's draft, 0 for the last one.
func (s *Store) Draft(ctx context.Context, scope region.Scope, ref Ref, version int) (*Draft, error) {
	p, err := s.find(ctx, s.db.Read, scope, ref)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, errNotFound
	}
	if version == 0 {
		version = p.Version
	}
	var raw string
	err = s.db.Read.QueryRowContext(ctx, "SELECT draft FROM summary_version WHERE summary_id = $1 AND version = $2", p.ID, version).Scan(&raw)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("draft: %w", err)
	}
	var d Draft
	if err := json.Unmarshal([]byte(raw), &d); err != nil {
		return nil, fmt.Errorf("draft %d.%d: %w", p.ID, version, err)
	}
	return &d, nil
}

// Compose drafts a paper without keeping it (the command line).
func (s *Store) Compose(ctx context.Context, scope region.Scope, ref Ref) (*Draft, error) {
	if !scope.Contains(ref.Region) || !s.unit(ref.Region) {
		return nil, errNotFound
	}
	return s.from.Compose(ctx, scope, ref.Kind, ref.Region, ref.Period, s.today())
}

func mayFill(by account.Caller, at region.Code) (region.Scope, error) {
	if !by.Can(account.ReportFill) {
		return region.Scope{}, fault.New(fault.Forbidden, "fault.forbidden", account.ReportFill)
	}
	scope := by.Scope(account.ReportFill)
	if !scope.Contains(at) {
		return region.Scope{}, errNotFound
	}
	return scope, nil
}

// Make drafts a paper anew and keeps it as the next version; the figures of
// earlier ones stay.
func (s *Store) Make(ctx context.Context, by account.Caller, ref Ref) (*Draft, error) {
	scope, err := mayFill(by, ref.Region)
	if err != nil {
		return nil, err
	}
	d, err := s.Compose(ctx, scope, ref)
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	return d, s.db.Tx(ctx, func(tx *db.Tx) error {
		p, err := s.ensure(ctx, tx, scope, ref)
		if err != nil {
			return err
		}
		if err := s.move(ctx, tx, by, p, Make, "", "version = version + 1"); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO summary_version (summary_id, version, made_at, by_user, by_name, month, draft) VALUES ($1, $2, $3, $4, $5, $6, $7)",
			p.ID, p.Version+1, db.Millis(tx.Now), by.UserID, by.Name, int64(d.Month), string(raw))
		if err != nil {
			return fmt.Errorf("keep draft: %w", err)
		}
		return nil
	})
}

// ensure is find that begins the paper.
func (s *Store) ensure(ctx context.Context, tx *db.Tx, scope region.Scope, ref Ref) (*Paper, error) {
	p, err := s.find(ctx, tx, scope, ref)
	if p != nil || err != nil {
		return p, err
	}
	id, err := tx.NextIDs(ctx, "summary", 1)
	if err != nil {
		return nil, err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO summary (id, kind, region, period, state, due_on, created_at, updated_at) VALUES ($1, $2, $3, $4, '', $5, $6, $6)",
		id, ref.Kind.ID, int64(ref.Region), ref.Period.String(), int32(ref.Kind.Due(ref.Period)), db.Millis(tx.Now))
	if err != nil {
		return nil, fmt.Errorf("begin summary: %w", err)
	}
	return s.find(ctx, tx, scope, ref)
}

// move takes one step of the life cycle with more to set; of two at the same
// time one is refused.
func (s *Store) move(ctx context.Context, tx *db.Tx, by account.Caller, p *Paper, a Action, remark, set string, args ...any) error {
	step, ok := StepOf(p.State, a)
	if !ok {
		return fault.New(fault.Conflict, "summary.wrong_state")
	}
	var bind db.Args
	sets := "state = " + bind.Add(string(step.To)) + ", lock_no = lock_no + 1, updated_at = " + bind.Add(db.Millis(tx.Now))
	if set != "" {
		for _, v := range args {
			set = strings.Replace(set, "?", bind.Add(v), 1)
		}
		sets += ", " + set
	}
	res, err := tx.ExecContext(ctx, "UPDATE summary SET "+sets+" WHERE id = "+bind.Add(p.ID)+" AND lock_no = "+bind.Add(p.LockNo), bind.Values...)
	if err != nil {
		return fmt.Errorf("move summary: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fault.New(fault.Conflict, "fault.conflict")
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO summary_event (summary_id, n, at, by_user, by_name, action, from_state, to_state, remark)
		SELECT $1, COALESCE(max(n), 0) + 1, $2, $3, $4, $5, $6, $7, $8 FROM summary_event WHERE summary_id = $1`,
		p.ID, db.Millis(tx.Now), by.UserID, by.Name, string(a), string(p.State), string(step.To), remark)
	if err != nil {
		return fmt.Errorf("summary event: %w", err)
	}
	return s.note(ctx, tx, by, "summary."+string(a), p.Ref, p.ID, nil)
}

func (s *Store) note(ctx context.Context, tx *db.Tx, by account.Caller, action string, ref Ref, id int64, detail map[string]string) error {
	if detail == nil {
		detail = map[string]string{}
	}
	detail["kind"], detail["period"] = ref.Kind.ID, ref.Period.String()
	return s.audit.Note(ctx, tx, by, account.Note{Action: action, Object: "summary", ObjectID: strconv.FormatInt(id, 10), Region: ref.Region, Detail: detail})
}
