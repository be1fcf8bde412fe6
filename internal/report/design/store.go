package design

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/report"
	"wengang/internal/secret"
)

// Purpose is what a blank was uploaded for.
type Purpose string

// The purposes.
const (
	ForForm Purpose = "form" // a form of our own that places report in
	ForFill Purpose = "fill" // another office's table, filled and sent back
)

// State of a design.
type State string

// The states.
const (
	Draft     State = "draft"
	Published State = "published"
)

// Box is what the store needs of the key service (internal/secret).
type Box interface {
	Encrypt(context string, plain []byte) ([]byte, error)
	Decrypt(context string, sealed []byte) ([]byte, error)
}

// Reports computes forms (report.Store).
type Reports interface {
	Preview(ctx context.Context, scope region.Scope, f *report.Form, at region.Code, p report.Period) (*report.Sheet, error)
	Office(sh *report.Sheet) string
}

// Tree is what designs ask of the tree of places.
type Tree interface {
	Children(region.Code) []region.Place
	Name(region.Code) string
}

// Deps are what the store is connected to; all are needed.
type Deps struct {
	Shelf   *Shelf
	Audit   account.Recorder
	Reports Reports
	Tree    Tree
}

// Store keeps designs. Every method takes the caller.
type Store struct {
	db *db.DB
	Deps
}

// New makes a store.
func New(d *db.DB, deps Deps) *Store {
	if d == nil || deps.Shelf == nil || deps.Audit == nil || deps.Reports == nil || deps.Tree == nil {
		panic("design.New: a dependency is missing")
	}
	return &Store{db: d, Deps: deps}
}

// blankContext binds a sealed blank to its column.
const blankContext = "form_blank.body_cipher"

var errNotFound = fault.NotFoundf("fault.notfound")

const versionColumns = `d.id, d.family, d.number, d.owner, d.purpose, d.state, d.blank_id, d.file_name, d.spec, d.until_month, d.made_by, d.made_name, d.made_at, d.published_at, d.published_name, d.lock_no`

func scanVersion(row interface{ Scan(...any) error }) (*Version, error) {
	var v Version
	var spec string
	if err := row.Scan(&v.ID, &v.Family, &v.Number, &v.Owner, &v.Purpose, &v.State, &v.Blank, &v.File, &spec, &v.Until, &v.MadeBy, &v.MadeName, &v.MadeAt, &v.Published, &v.Publisher, &v.LockNo); err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(spec), &v.Spec); err != nil {
		return nil, fmt.Errorf("design %d: %w", v.ID, err)
	}
	return &v, nil
}

// mayDesign answers the caller's scope for the place that will own the design.
func mayDesign(by account.Caller, at region.Code) (region.Scope, error) {
	if !by.Can(account.ReportFill) {
		return region.Scope{}, fault.New(fault.Forbidden, "fault.forbidden", account.ReportFill)
	}
	scope := by.Scope(account.ReportFill)
	if !scope.Contains(at) || at.Level() < region.Province || at.Level() > region.County {
		return region.Scope{}, errNotFound
	}
	return scope, nil
}

func (s *Store) note(ctx context.Context, tx *db.Tx, by account.Caller, action string, v *Version, detail map[string]string) error {
	if detail == nil {
		detail = map[string]string{}
	}
	detail["title"], detail["version"] = v.Spec.Title, num(int64(v.Number))
	return s.Audit.Note(ctx, tx, by, account.Note{Action: action, Object: "form_design", ObjectID: num(v.ID), Region: v.Owner, Detail: detail})
}

// Get answers a design: a draft to its place and those above, a published one
// also to the places that fill it.
func (s *Store) Get(ctx context.Context, by account.Caller, id int64) (*Version, error) {
	return s.get(ctx, s.db.Read, by.Scope(account.ReportRead), id)
}

func (s *Store) get(ctx context.Context, q db.Querier, scope region.Scope, id int64) (*Version, error) {
	v, err := scanVersion(q.QueryRowContext(ctx, "SELECT "+versionColumns+" FROM form_design d WHERE d.id = $1", id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("design: %w", err)
	}
	if !scope.Contains(v.Owner) && (v.State != Published || scope.Within(v.Owner).Empty()) {
		return nil, errNotFound
	}
	return v, nil
}

// List answers the designs of a place, and the published ones of the places
// above it, the latest first. before is the id to go on from, 0 at first.
func (s *Store) List(ctx context.Context, scope region.Scope, at region.Code, purpose Purpose, before int64, limit int) ([]*Version, error) {
	if !scope.Contains(at) {
		return nil, errNotFound
	}
	var a db.Args
	own := a.Add(int64(at))
	var above []int64
	for c := at; c != region.Country; c = c.Parent() {
		above = append(above, int64(c))
	}
	if before <= 0 {
		before = 1 << 62
	}
	rows, err := s.db.Read.QueryContext(ctx, "SELECT "+versionColumns+" FROM form_design d WHERE (d.owner = "+own+" OR d.state = 'published' AND d.owner IN "+db.List(&a, above)+
		") AND d.purpose = "+a.Add(string(purpose))+" AND d.id < "+a.Add(before)+" ORDER BY d.id DESC LIMIT "+a.Add(limit), a.Values...)
	if err != nil {
		return nil, fmt.Errorf("designs: %w", err)
	}
	defer rows.Close()
	var out []*Version
	for rows.Next() {
		v, err := scanVersion(rows)
		if err != nil {
			return nil, fmt.Errorf("designs: %w", err)
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// Table reads the blank of a design.
func (s *Store) Table(ctx context.Context, by account.Caller, id int64) (*Version, *Table, error) {
	v, err := s.Get(ctx, by, id)
	if err != nil {
		return nil, nil, err
	}
	raw, err := s.Shelf.blank(ctx, s.db.Read, v.Blank)
	if err != nil {
		return nil, nil, err
	}
	t, err := Read(raw, v.File, v.Spec.Sheet)
	return v, t, err
}

// Change edits a draft. lock is the number that the editor saw.
func (s *Store) Change(ctx context.Context, by account.Caller, id int64, lock int, edit func(*Spec, *Table) error) (*Version, error) {
	v, t, err := s.Table(ctx, by, id)
	if err != nil {
		return nil, err
	}
	if _, err := mayDesign(by, v.Owner); err != nil {
		return nil, err
	}
	if v.State != Draft {
		return nil, fault.New(fault.Conflict, "design.published")
	}
	if v.LockNo != lock {
		return nil, fault.New(fault.Conflict, "fault.conflict")
	}
	if err := edit(&v.Spec, t); err != nil {
		return nil, err
	}
	if err := v.Spec.valid(); err != nil {
		return nil, err
	}
	return v, s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := s.save(ctx, tx, v, lock); err != nil {
			return err
		}
		return s.note(ctx, tx, by, "design.edit", v, map[string]string{"cells": num(int64(len(v.Spec.Binds)))})
	})
}

func (s *Store) save(ctx context.Context, tx *db.Tx, v *Version, lock int) error {
	raw, err := json.Marshal(v.Spec)
	if err != nil {
		return err
	}
	res, err := tx.ExecContext(ctx, "UPDATE form_design SET spec = $1, updated_at = $2, lock_no = lock_no + 1 WHERE id = $3 AND lock_no = $4 AND state = 'draft'", string(raw), db.Millis(tx.Now), v.ID, lock)
	if err != nil {
		return fmt.Errorf("save design: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fault.New(fault.Conflict, "fault.conflict")
	}
	v.LockNo = lock + 1
	return nil
}

// Limits of a design.
const (
	maxBinds  = 400
	maxChecks = 60
)

// valid refuses what no page would send.
func (s *Spec) valid() error {
	s.Title, s.Citation, s.Annex = trimmed(s.Title), trimmed(s.Citation), trimmed(s.Annex)
	switch {
	case s.Title == "" || len([]rune(s.Title)) > 80:
		return fault.InvalidFields(fault.Field{Name: "title", Key: "design.title"})
	case len(s.Binds) > maxBinds || len(s.Checks) > maxChecks:
		return fault.New(fault.Invalid, "design.many", maxBinds, maxChecks)
	}
	v := Version{Spec: *s}
	_, err := v.Form(nil)
	return err
}

func trimmed(s string) string { return secret.Scrub(strings.TrimSpace(s)) }

// Drop takes a draft away.
func (s *Store) Drop(ctx context.Context, by account.Caller, id int64) error {
	v, err := s.Get(ctx, by, id)
	if err != nil {
		return err
	}
	if _, err := mayDesign(by, v.Owner); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		res, err := tx.ExecContext(ctx, "DELETE FROM form_design WHERE id = $1 AND state = 'draft'", id)
		if err != nil {
			return fmt.Errorf("drop design: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return fault.New(fault.Conflict, "design.published")
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM form_blank WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM form_design d WHERE d.blank_id = form_blank.id)", v.Blank); err != nil {
			return fmt.Errorf("drop blank: %w", err)
		}
		return s.note(ctx, tx, by, "design.drop", v, nil)
	})
}
