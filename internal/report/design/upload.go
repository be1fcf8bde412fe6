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
	"wengang/internal/region"
	"wengang/internal/secret"
)

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
