// Package views keeps the named questions of the analysis page: a user's own,
// those of an office and those of an area, and which one the page opens with.
// A view is a question and no answer: whoever opens it asks with his own scope,
// at his own place and month.
package views

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/secret"
)

// Reach says who sees a view beside its owner.
type Reach string

// The reaches.
const (
	Own    Reach = "own"
	Office Reach = "office" // the department at the place
	Area   Reach = "area"   // everybody at or below the place
)

// View is a saved question.
type View struct {
	ID        int64
	OwnerID   int64
	OwnerName string
	Name      string
	Reach     Reach
	Region    region.Code // of the owner's office
	Dept      account.Dept
	Spec      string // the page's query
	UpdatedAt int64  // Unix milliseconds
}

// Store keeps the views.
type Store struct {
	db  *db.DB
	log account.Recorder
}

// New makes the store.
func New(d *db.DB, log account.Recorder) *Store { return &Store{db: d, log: log} }

var errNotFound = fault.NotFoundf("fault.notfound")

// most is how many views a user may keep.
const most = 200

// Clean leaves of a query what a view keeps: the names given, without place
// and month of the page.
func Clean(q url.Values, names []string) string {
	out := url.Values{}
	for _, n := range names {
		for _, v := range q[n] {
			if v != "" && secret.Scrub(v) == v {
				out.Add(n, v)
			}
		}
	}
	return out.Encode()
}

// Save keeps a view: id 0 makes one, else the owner's is changed.
func (s *Store) Save(ctx context.Context, by account.Caller, id int64, name string, reach Reach, spec string) (int64, error) {
	at, dept, ok := by.Office(account.BoardRead)
	if !ok || !by.Can(account.BoardRead) {
		return 0, fault.New(fault.Forbidden, "fault.forbidden", account.BoardRead)
	}
	name = secret.Scrub(strings.TrimSpace(name))
	var bad []fault.Field
	if n := len([]rune(name)); n == 0 || n > 40 {
		bad = append(bad, fault.Field{Name: "name", Key: "slice.view.name.bad"})
	}
	if !slices.Contains([]Reach{Own, Office, Area}, reach) {
		bad = append(bad, fault.Field{Name: "reach", Key: "slice.view.reach.bad"})
	}
	if len(spec) > 4000 {
		bad = append(bad, fault.Field{Name: "name", Key: "slice.view.long"})
	}
	if len(bad) > 0 {
		return 0, fault.InvalidFields(bad...)
	}
	err := s.db.Tx(ctx, func(tx *db.Tx) (err error) {
		v := View{ID: id, OwnerID: by.UserID, OwnerName: by.Name, Name: name, Reach: reach, Region: at, Dept: dept, Spec: spec}
		action := "view.save"
		if id == 0 {
			action = "view.make"
			v.ID, err = insert(ctx, tx, v)
		} else {
			err = update(ctx, tx, v)
		}
		if err != nil {
			return err
		}
		id = v.ID
		return s.log.Note(ctx, tx, by, account.Note{Action: action, Object: "slice_view", ObjectID: strconv.FormatInt(id, 10), Region: at, Outcome: "ok",
			Detail: map[string]string{"reach": string(reach)}})
	})
	return id, err
}

func insert(ctx context.Context, tx *db.Tx, v View) (id int64, err error) {
	var have int64
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM slice_view WHERE owner_id = $1`, v.OwnerID).Scan(&have); err != nil {
		return 0, fmt.Errorf("count views: %w", err)
	}
	if have >= most {
		return 0, fault.InvalidFields(fault.Field{Name: "name", Key: "slice.view.many", Args: []any{most}})
	}
	err = tx.QueryRowContext(ctx, `
		INSERT INTO slice_view (owner_id, owner_name, name, reach, office_region, office_dept, spec, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) RETURNING id`,
		v.OwnerID, v.OwnerName, v.Name, string(v.Reach), int64(v.Region), string(v.Dept), v.Spec, db.Millis(tx.Now)).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("make view: %w", err)
	}
	return id, nil
}

func update(ctx context.Context, tx *db.Tx, v View) error {
	var changed int64
	err := tx.QueryRowContext(ctx, `
		UPDATE slice_view SET name = $1, reach = $2, office_region = $3, office_dept = $4, spec = $5, updated_at = $6
		WHERE id = $7 AND owner_id = $8 RETURNING id`,
		v.Name, string(v.Reach), int64(v.Region), string(v.Dept), v.Spec, db.Millis(tx.Now), v.ID, v.OwnerID).Scan(&changed)
	if errors.Is(err, sql.ErrNoRows) {
		return errNotFound
	}
	if err != nil {
		return fmt.Errorf("save view: %w", err)
	}
	return nil
}

// Drop removes the caller's own view; a page that opened with it opens with
// the plain one.
func (s *Store) Drop(ctx context.Context, by account.Caller, id int64) error {
	if !by.Can(account.BoardRead) {
		return fault.New(fault.Forbidden, "fault.forbidden", account.BoardRead)
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		var gone int64
		err := tx.QueryRowContext(ctx, `DELETE FROM slice_view WHERE id = $1 AND owner_id = $2 RETURNING id`, id, by.UserID).Scan(&gone)
		if errors.Is(err, sql.ErrNoRows) {
			return errNotFound
		}
		if err != nil {
			return fmt.Errorf("drop view: %w", err)
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM slice_default WHERE view = $1`, strconv.FormatInt(id, 10)); err != nil {
			return fmt.Errorf("drop view: %w", err)
		}
		return s.log.Note(ctx, tx, by, account.Note{Action: "view.drop", Object: "slice_view", ObjectID: strconv.FormatInt(id, 10), Outcome: "ok"})
	})
}

const columns = `id, owner_id, owner_name, name, reach, office_region, office_dept, spec, updated_at`

func scan(row func(...any) error) (v View, err error) {
	err = row(&v.ID, &v.OwnerID, &v.OwnerName, &v.Name, &v.Reach, &v.Region, &v.Dept, &v.Spec, &v.UpdatedAt)
	return v, err
}

// seen is the condition that a view is the caller's own or shared with him.
func seen(by account.Caller, a *db.Args) string {
	parts := []string{"owner_id = " + a.Add(by.UserID)}
	for _, g := range by.Grants {
		if !g.Has(account.BoardRead) {
			continue
		}
		parts = append(parts, "(reach = 'office' AND office_region = "+a.Add(int64(g.Region))+" AND office_dept = "+a.Add(string(g.Dept))+")")
		above := []int64{int64(g.Region)}
		for c := g.Region; c != region.Country; {
			c = c.Parent()
			above = append(above, int64(c))
		}
		parts = append(parts, "(reach = 'area' AND office_region IN "+db.List(a, above)+")")
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

// List are the caller's own views and those shared with him, by name.
func (s *Store) List(ctx context.Context, by account.Caller) ([]View, error) {
	if !by.Can(account.BoardRead) {
		return nil, fault.New(fault.Forbidden, "fault.forbidden", account.BoardRead)
	}
	var a db.Args
	rows, err := s.db.Read.QueryContext(ctx, `SELECT `+columns+` FROM slice_view WHERE `+seen(by, &a)+` ORDER BY name, id LIMIT 500`, a.Values...)
	if err != nil {
		return nil, s.db.Dialect.Fault(fmt.Errorf("views: %w", err))
	}
	defer rows.Close()
	var out []View
	for rows.Next() {
		v, err := scan(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("views: %w", err)
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// Get is one of them; another's is not found.
func (s *Store) Get(ctx context.Context, by account.Caller, id int64) (View, error) {
	if !by.Can(account.BoardRead) {
		return View{}, fault.New(fault.Forbidden, "fault.forbidden", account.BoardRead)
	}
	var a db.Args
	v, err := scan(s.db.Read.QueryRowContext(ctx, `SELECT `+columns+` FROM slice_view WHERE id = `+a.Add(id)+` AND `+seen(by, &a), a.Values...).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return View{}, errNotFound
	}
	if err != nil {
		return View{}, s.db.Dialect.Fault(fmt.Errorf("view: %w", err))
	}
	return v, nil
}

// SetDefault says what the caller's page opens with: a view's number, the name
// of a built-in one, or "" for the plain page.
func (s *Store) SetDefault(ctx context.Context, by account.Caller, view string) error {
	if !by.Can(account.BoardRead) {
		return fault.New(fault.Forbidden, "fault.forbidden", account.BoardRead)
	}
	if id, err := strconv.ParseInt(view, 10, 64); err == nil {
		if _, err := s.Get(ctx, by, id); err != nil {
			return err
		}
	}
	if len(view) > 40 {
		return fault.New(fault.Invalid, "fault.invalid")
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		var err error
		if view == "" {
			_, err = tx.ExecContext(ctx, `DELETE FROM slice_default WHERE user_id = $1`, by.UserID)
		} else {
			_, err = tx.ExecContext(ctx, `INSERT INTO slice_default (user_id, view, set_at) VALUES ($1, $2, $3)
				ON CONFLICT (user_id) DO UPDATE SET view = excluded.view, set_at = excluded.set_at`, by.UserID, view, db.Millis(tx.Now))
		}
		if err != nil {
			return fmt.Errorf("default view: %w", err)
		}
		return s.log.Note(ctx, tx, by, account.Note{Action: "view.default", Object: "slice_view", ObjectID: view, Outcome: "ok"})
	})
}

// Default is what the caller's page opens with, "" for the plain page.
func (s *Store) Default(ctx context.Context, by account.Caller) (view string, err error) {
	if !by.Can(account.BoardRead) {
		return "", fault.New(fault.Forbidden, "fault.forbidden", account.BoardRead)
	}
	err = s.db.Read.QueryRowContext(ctx, `SELECT view FROM slice_default WHERE user_id = $1`, by.UserID).Scan(&view)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return view, s.db.Dialect.Fault(err)
}
