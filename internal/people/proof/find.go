package proof

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

const columns = `f.id, f.person_id, f.number, f.code, f.kind, f.village, f.purpose, f.issued_at,
	coalesce((SELECT u.name FROM app_user u WHERE u.id = f.issued_by), ''), f.voided_at,
	coalesce((SELECT u.name FROM app_user u WHERE u.id = f.voided_by), ''), f.void_reason`

func scan(row interface{ Scan(...any) error }, more ...any) (Proof, error) {
	var p Proof
	err := row.Scan(append([]any{&p.ID, &p.Person, &p.Number, &p.Code, &p.Kind, &p.Village, &p.Purpose, &p.IssuedAt, &p.IssuedBy, &p.VoidedAt, &p.VoidedBy, &p.VoidReason}, more...)...)
	return p, err
}

// Get is one paper of the scope, with what stands on it.
func (s *Store) Get(ctx context.Context, scope region.Scope, id int64) (Proof, error) {
	return s.one(ctx, s.db.Read, scope, "f.id = ", id)
}

// Open is Get for somebody who reads the paper: it shows the person, and is on
// record as a look at them before it is answered.
func (s *Store) Open(ctx context.Context, scope region.Scope, by account.Caller, id int64) (Proof, error) {
	p, err := s.Get(ctx, scope, id)
	if err != nil {
		return Proof{}, err
	}
	e := audit.Entry{Action: "people.proof.read", Object: "person", ObjectID: strconv.FormatInt(p.Person, 10), Region: p.Village, Detail: map[string]string{"proof": strconv.FormatInt(id, 10)}}
	if err := s.db.Tx(ctx, func(tx *db.Tx) error { return s.Audit.Write(ctx, tx, by, e) }); err != nil {
		return Proof{}, err
	}
	return p, nil
}

func (s *Store) one(ctx context.Context, q db.Querier, scope region.Scope, cond string, key any) (Proof, error) {
	var a db.Args
	var sealed []byte
	p, err := scan(q.QueryRowContext(ctx, `SELECT `+columns+`, f.content_cipher FROM proof f WHERE `+cond+a.Add(key)+` AND `+scope.Predicate("f.village", a.Add), a.Values...), &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return p, errNotFound
	}
	if err != nil {
		return p, fmt.Errorf("read paper: %w", err)
	}
	b, err := s.Box.Decrypt(SealContent, sealed)
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(b, &p.Content); err != nil {
		return p, fmt.Errorf("read paper: %w", err)
	}
	return p, nil
}

// Find is the paper with a number and its code, of the scope. A wrong code is
// the same as no paper, and on record.
func (s *Store) Find(ctx context.Context, scope region.Scope, by account.Caller, number, code string) (Proof, error) {
	number, code = strings.TrimSpace(number), strings.ToUpper(strings.TrimSpace(code))
	p, err := s.one(ctx, s.db.Read, scope, "f.number = ", number)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Proof{}, err
	}
	found := err == nil && p.Code == code
	e := audit.Entry{Action: "people.proof.find", Object: "proof", Outcome: audit.Failed}
	if found {
		e.ObjectID, e.Region, e.Outcome = strconv.FormatInt(p.ID, 10), p.Village, audit.Done
	}
	if err := s.db.Tx(ctx, func(tx *db.Tx) error { return s.Audit.Write(ctx, tx, by, e) }); err != nil {
		return Proof{}, err
	}
	if !found {
		return Proof{}, errNotFound
	}
	return p, nil
}

// Issued is a line of the issuance log.
type Issued struct {
	Proof
	Name string
}

// List is the issuance log of the scope, newest first, at most 200; with a
// person theirs.
func (s *Store) List(ctx context.Context, scope region.Scope, person int64) ([]Issued, error) {
	if scope.Empty() {
		return nil, nil
	}
	var a db.Args
	where := scope.Predicate("f.village", a.Add)
	if person != 0 {
		where += " AND f.person_id = " + a.Add(person)
	}
	rows, err := s.db.Read.QueryContext(ctx, `SELECT `+columns+`, p.name FROM proof f JOIN person p ON p.id = f.person_id WHERE `+where+` ORDER BY f.id DESC LIMIT 200`, a.Values...)
	if err != nil {
		return nil, fmt.Errorf("list papers: %w", err)
	}
	defer rows.Close()
	var out []Issued
	for rows.Next() {
		var i Issued
		if i.Proof, err = scan(rows, &i.Name); err != nil {
			return nil, fmt.Errorf("list papers: %w", err)
		}
		out = append(out, i)
	}
	return out, rows.Err()
}

// Void takes a paper back: it stays on record as not valid.
func (s *Store) Void(ctx context.Context, scope region.Scope, by account.Caller, id int64, reason string) error {
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); n < 2 || n > 200 {
		return fault.InvalidFields(fault.Field{Name: "reason", Key: "people.merge.reason"})
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		p, err := s.one(ctx, tx, scope, "f.id = ", id)
		if err != nil {
			return err
		}
		if p.VoidedAt != 0 {
			return fault.New(fault.Conflict, "people.proof.voided")
		}
		_, err = tx.ExecContext(ctx, `UPDATE proof SET voided_at = $1, voided_by = $2, void_reason = $3 WHERE person_id = $4 AND id = $5`, db.Millis(tx.Now), by.UserID, reason, p.Person, id)
		if err != nil {
			return fmt.Errorf("void paper: %w", err)
		}
		return s.Audit.Write(ctx, tx, by, audit.Entry{Action: "people.proof.void", Object: "proof", ObjectID: strconv.FormatInt(id, 10), Region: p.Village})
	})
}
