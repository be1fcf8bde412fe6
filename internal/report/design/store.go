package design

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
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

// IsPlace tells the names of places near one: those below it, below its parent
// and below those.
func (s *Store) IsPlace(at region.Code) func(string) bool {
	known := map[string]bool{}
	add := func(c region.Code) {
		for _, p := range s.Tree.Children(c) {
			known[bare(p.Name)] = true
		}
	}
	add(at)
	if at != region.Country {
		add(at.Parent())
	}
	if at.Level() < region.County {
		for _, p := range s.Tree.Children(at) {
			add(p.Code)
		}
	}
	return func(name string) bool { return len([]rune(name)) <= 20 && known[bare(name)] }
}

// Upload keeps a blank as a draft of a place. A blank with the headings of an
// earlier one takes its bindings over; others are guessed.
func (s *Store) Upload(ctx context.Context, by account.Caller, at region.Code, purpose Purpose, name string, raw []byte) (*Version, error) {
	if _, err := mayDesign(by, at); err != nil {
		return nil, err
	}
	if purpose != ForForm && purpose != ForFill {
		return nil, errNotFound
	}
	name = secret.Scrub(strings.TrimSpace(filepath.Base(strings.ReplaceAll(name, `\`, "/"))))
	t, err := Read(raw, name, "")
	if err != nil {
		return nil, err
	}
	print := t.Fingerprint()
	if v, err := s.same(ctx, at, purpose, print, raw); v != nil || err != nil {
		return v, err
	}
	spec, err := s.remembered(ctx, at, print)
	if err != nil {
		return nil, err
	}
	known := spec != nil
	if !known {
		spec = Recognise(t, s.IsPlace(at))
	}
	spec.Sheet = t.Sheet
	v := &Version{Owner: at, Purpose: purpose, State: Draft, Spec: *spec, File: clip(name), Number: 1, MadeBy: by.UserID, MadeName: by.Name, LockNo: 1, Known: known}
	v.Spec.Checks = append([]Check(nil), spec.Checks...)
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if v.Blank, err = s.keepBlank(ctx, tx, by, at, raw); err != nil {
			return err
		}
		return s.insert(ctx, tx, by, v, print, "design.upload")
	})
	return v, err
}

func (s *Store) keepBlank(ctx context.Context, tx *db.Tx, by account.Caller, at region.Code, raw []byte) (int64, error) {
	sum := sha256.Sum256(raw)
	sha := hex.EncodeToString(sum[:])
	var id int64
	err := tx.QueryRowContext(ctx, "SELECT id FROM form_blank WHERE owner = $1 AND sha = $2 ORDER BY id LIMIT 1", int64(at), sha).Scan(&id)
	if err == nil {
		return id, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("blank: %w", err)
	}
	cipher, err := s.Shelf.box.Encrypt(blankContext, raw)
	if err != nil {
		return 0, err
	}
	if id, err = tx.NextIDs(ctx, "form_blank", 1); err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO form_blank (id, owner, sha, size, body_cipher, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		id, int64(at), sha, len(raw), cipher, by.UserID, db.Millis(tx.Now))
	if err != nil {
		return 0, fmt.Errorf("keep blank: %w", err)
	}
	return id, nil
}

func (s *Store) insert(ctx context.Context, tx *db.Tx, by account.Caller, v *Version, print, action string) error {
	id, err := tx.NextIDs(ctx, "form_design", 1)
	if err != nil {
		return err
	}
	v.ID, v.MadeAt = id, db.Millis(tx.Now)
	if v.Family == 0 {
		v.Family = id
	}
	raw, err := json.Marshal(v.Spec)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO form_design (id, family, number, owner, purpose, state, blank_id, file_name, fingerprint, spec, made_by, made_name, made_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)`,
		v.ID, v.Family, v.Number, int64(v.Owner), string(v.Purpose), string(v.State), v.Blank, v.File, print, string(raw), by.UserID, by.Name, v.MadeAt)
	if err != nil {
		return fmt.Errorf("keep design: %w", err)
	}
	return s.note(ctx, tx, by, action, v, nil)
}

func (s *Store) note(ctx context.Context, tx *db.Tx, by account.Caller, action string, v *Version, detail map[string]string) error {
	if detail == nil {
		detail = map[string]string{}
	}
	detail["title"], detail["version"] = v.Spec.Title, num(int64(v.Number))
	return s.Audit.Note(ctx, tx, by, account.Note{Action: action, Object: "form_design", ObjectID: num(v.ID), Region: v.Owner, Detail: detail})
}

// remembered finds the bindings of the latest blank with the same headings, of
// the place itself or of one above it.
func (s *Store) remembered(ctx context.Context, at region.Code, print string) (*Spec, error) {
	var a db.Args
	var owners []int64
	for c := at; c != region.Country; c = c.Parent() {
		owners = append(owners, int64(c))
	}
	p := a.Add(print)
	var raw string
	err := s.db.Read.QueryRowContext(ctx, "SELECT spec FROM form_design WHERE fingerprint = "+p+" AND owner IN "+db.List(&a, owners)+" ORDER BY owner DESC, id DESC LIMIT 1", a.Values...).Scan(&raw)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("known blank: %w", err)
	}
	spec := &Spec{}
	return spec, json.Unmarshal([]byte(raw), spec)
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
	return v, s.db.Tx(ctx, func(tx *db.Tx) error { return s.save(ctx, tx, v, lock) })
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

// same finds the very file that the place has uploaded before to be filled.
func (s *Store) same(ctx context.Context, at region.Code, purpose Purpose, print string, raw []byte) (*Version, error) {
	if purpose != ForFill {
		return nil, nil
	}
	sum := sha256.Sum256(raw)
	v, err := scanVersion(s.db.Read.QueryRowContext(ctx, "SELECT "+versionColumns+` FROM form_design d JOIN form_blank b ON b.id = d.blank_id
		WHERE d.fingerprint = $1 AND d.owner = $2 AND d.purpose = 'fill' AND b.sha = $3 ORDER BY d.id DESC LIMIT 1`, print, int64(at), hex.EncodeToString(sum[:])))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("known blank: %w", err)
	}
	v.Known = true
	return v, nil
}
