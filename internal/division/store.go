package division

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/month"
	"wengang/internal/region"
)

// Locals keeps the places beside the national tree (regionstore.Store).
type Locals interface {
	SaveLocal(ctx context.Context, scope region.Scope, tx *db.Tx, c account.Caller, l region.Local) error
	DropLocal(ctx context.Context, scope region.Scope, tx *db.Tx, c account.Caller, code region.Code) error
}

// Months tells which months of a county are closed (month.Store).
type Months interface {
	Statuses(ctx context.Context, scope region.Scope, at region.Code, from, to calendar.Month) ([]month.Status, error)
}

// Imports keeps checked files from being saved over a change that they did not
// see (transfer.Service): Conflict while one is being checked or saved.
type Imports interface {
	Outdate(ctx context.Context, scope region.Scope, tx *db.Tx, at region.Code) error
}

// Grants lets those who worked at a place go on at the one that took it over
// (account.Service). What Follow gave at that instant, Unfollow takes back.
type Grants interface {
	Follow(ctx context.Context, scope region.Scope, tx *db.Tx, c account.Caller, from, to region.Code) error
	Unfollow(ctx context.Context, scope region.Scope, tx *db.Tx, c account.Caller, from, to region.Code, at int64) error
}

// Deps is what the store needs of others; all are needed.
type Deps struct {
	Tree    func() Tree
	Reload  func(context.Context) error // after a change of places
	Locals  Locals
	Months  Months
	Imports Imports
	Grants  Grants
	Reclass func(ctx context.Context, tx *db.Tx, personID int64, home region.Code, from calendar.Month) error
	Audit   *audit.Log
}

// Store keeps the changes of divisions.
type Store struct {
	db *db.DB
	Deps
}

// New makes the store.
func New(d *db.DB, deps Deps) *Store { return &Store{db: d, Deps: deps} }

var errNotFound = fault.NotFoundf("fault.notfound")

// Draft keeps a change with its steps; nothing moves yet.
func (s *Store) Draft(ctx context.Context, scope region.Scope, c account.Caller, ask Ask) (id int64, err error) {
	for _, p := range ask.From {
		if !scope.Contains(p) {
			return 0, errNotFound
		}
	}
	for _, p := range []region.Code{ask.Into, ask.Under} {
		if p != 0 && !scope.Contains(p) {
			return 0, fault.InvalidFields(fault.Field{Name: "into", Key: "division.into_bad"})
		}
	}
	steps, err := Plan(s.Tree(), ask, calendar.MonthAt(s.db.Clock()))
	if err != nil {
		return 0, err
	}
	ch := Change{Kind: ask.Kind, Month: ask.Month, DocNo: ask.DocNo, Note: ask.Note, Steps: steps, State: Draft, CreatedBy: c.UserID}
	ch.Region = above(ch.places())
	if err := may(scope, c, &ch); err != nil {
		return 0, err
	}
	text, err := json.Marshal(steps)
	if err != nil {
		return 0, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if id, err = tx.NextIDs(ctx, "division_change", 1); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO division_change (id, kind, region, month, doc_no, note, steps, state, created_by, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			id, string(ch.Kind), int64(ch.Region), int32(ch.Month), ch.DocNo, ch.Note, string(text), string(Draft), c.UserID, db.Millis(tx.Now))
		if err != nil {
			return fmt.Errorf("draft a change of divisions: %w", err)
		}
		ch.ID = id
		return s.note(ctx, tx, c, "division.draft", &ch)
	})
	return id, err
}

// above is the lowest place above all of them.
func above(places []region.Code) region.Code {
	common := places[0].Parent()
	for _, p := range places {
		for common != region.Country && !common.Contains(p) {
			common = common.Parent()
		}
	}
	return common
}

// may holds that the caller may change every place of the change.
func may(scope region.Scope, c account.Caller, ch *Change) error {
	if !c.Can(account.SettingEdit) {
		return fault.New(fault.Forbidden, "fault.forbidden", account.SettingEdit)
	}
	own := c.Scope(account.SettingEdit)
	for _, p := range ch.places() {
		if !scope.Contains(p) || !own.Contains(p) {
			return errNotFound
		}
	}
	return nil
}

const columnsOf = `id, kind, region, month, doc_no, note, steps, state, people, version, created_by, created_at, applied_by, applied_at, undone_by, undone_at`

func scan(row interface{ Scan(...any) error }) (Change, error) {
	var c Change
	var steps string
	err := row.Scan(&c.ID, &c.Kind, &c.Region, &c.Month, &c.DocNo, &c.Note, &steps, &c.State, &c.People, &c.Version,
		&c.CreatedBy, &c.CreatedAt, &c.AppliedBy, &c.AppliedAt, &c.UndoneBy, &c.UndoneAt)
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal([]byte(steps), &c.Steps)
}

// seen reports whether the change touches a place of the scope.
func seen(scope region.Scope, c *Change) bool {
	for _, p := range c.places() {
		if scope.Contains(p) {
			return true
		}
	}
	return false
}

// Get is one change that touches the scope.
func (s *Store) Get(ctx context.Context, scope region.Scope, id int64) (Change, error) {
	return s.get(ctx, s.db.Read, scope, id)
}

func (s *Store) get(ctx context.Context, q db.Querier, scope region.Scope, id int64) (Change, error) {
	c, err := scan(q.QueryRowContext(ctx, `SELECT `+columnsOf+` FROM division_change WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) || err == nil && !seen(scope, &c) {
		return Change{}, errNotFound
	}
	if err != nil {
		return Change{}, fmt.Errorf("read a change of divisions: %w", err)
	}
	return c, nil
}

// List is the changes that touch the scope, the latest first.
func (s *Store) List(ctx context.Context, scope region.Scope) ([]Change, error) {
	rows, err := s.db.Read.QueryContext(ctx, `SELECT `+columnsOf+` FROM division_change ORDER BY id DESC`)
	if err != nil {
		return nil, fmt.Errorf("list changes of divisions: %w", err)
	}
	defer rows.Close()
	var out []Change
	for rows.Next() {
		c, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("list changes of divisions: %w", err)
		}
		if seen(scope, &c) {
			out = append(out, c)
		}
	}
	return out, rows.Err()
}

// Drop ends a draft.
func (s *Store) Drop(ctx context.Context, scope region.Scope, c account.Caller, id int64) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		ch, err := s.take(ctx, tx, scope, c, id, ActDrop)
		if err != nil {
			return err
		}
		return s.note(ctx, tx, c, "division.drop", &ch)
	})
}

// take moves a change to its next state, in the caller's transaction; who
// comes second finds that it is not possible any more.
func (s *Store) take(ctx context.Context, tx *db.Tx, scope region.Scope, c account.Caller, id int64, act Action) (Change, error) {
	ch, err := s.get(ctx, tx, scope, id)
	if err != nil {
		return ch, err
	}
	if err := may(scope, c, &ch); err != nil {
		return ch, err
	}
	to, ok := ch.State.Next(act)
	if !ok {
		return ch, fault.New(fault.Conflict, "division.state")
	}
	by, at := "applied_by", "applied_at"
	if act != ActApply {
		by, at = "undone_by", "undone_at"
	}
	res, err := tx.ExecContext(ctx, `UPDATE division_change SET state = $1, version = version + 1, `+by+` = $2, `+at+` = $3 WHERE id = $4 AND version = $5`,
		string(to), c.UserID, db.Millis(tx.Now), id, ch.Version)
	if err != nil {
		return ch, fmt.Errorf("change of divisions: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return ch, fault.New(fault.Conflict, "division.changed")
	}
	return ch, nil
}

func (s *Store) note(ctx context.Context, tx *db.Tx, c account.Caller, action string, ch *Change) error {
	return s.Audit.Write(ctx, tx, c, audit.Entry{
		Action: action, Object: "division", ObjectID: fmt.Sprint(ch.ID), Region: ch.Region,
		Detail: map[string]string{"kind": string(ch.Kind), "month": ch.Month.String(), "places": fmt.Sprint(len(ch.Steps))},
	})
}
