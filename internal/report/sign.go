package report

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Officer is an account that may be named for a signature.
type Officer struct {
	ID    int64
	Name  string
	Login string
	Role  account.Role
	Dept  account.Dept
}

// Staff is the directory of a unit's accounts (internal/account).
type Staff interface {
	// Signers are the standing accounts with ReportSign granted at the unit.
	Signers(ctx context.Context, by account.Caller, at region.Code) ([]Officer, error)
	// Speakers are the departments whose standing accounts at the very place hold
	// ReportSign, for who fills its forms.
	Speakers(ctx context.Context, by account.Caller, at region.Code) ([]account.Dept, error)
}

// Signature is one person's word on a version.
type Signature struct {
	N        int
	Version  int
	Step     Action
	UserID   int64
	UserFor  int64
	Name     string // as of then
	Post     string
	At       int64
	Checksum string
	Passed   int
	Checked  int
	Remark   string
	VoidAt   int64
	VoidWhy  Action
}

// Signatures of a form, oldest first, void ones too.
func (s *Store) Signatures(ctx context.Context, scope region.Scope, form string, at region.Code, p Period) ([]Signature, error) {
	r, err := find(ctx, s.db.Read, scope, form, at, p)
	if r == nil || err != nil {
		return nil, err
	}
	return signatures(ctx, s.db.Read, r.ID)
}

func signatures(ctx context.Context, q db.Querier, id int64) ([]Signature, error) {
	rows, err := q.QueryContext(ctx, `
		SELECT n, version, step, user_id, user_for, user_name, post, at, checksum, passed, checked, remark, void_at, void_why FROM report_sign WHERE report_id = $1 ORDER BY n`, id)
	if err != nil {
		return nil, fmt.Errorf("signatures: %w", err)
	}
	defer rows.Close()
	var out []Signature
	for rows.Next() {
		var x Signature
		if err := rows.Scan(&x.N, &x.Version, &x.Step, &x.UserID, &x.UserFor, &x.Name, &x.Post, &x.At, &x.Checksum, &x.Passed, &x.Checked, &x.Remark, &x.VoidAt, &x.VoidWhy); err != nil {
			return nil, fmt.Errorf("signatures: %w", err)
		}
		out = append(out, x)
	}
	return out, rows.Err()
}

// standing are the signatures of a version that hold.
func standing(all []Signature, version int) []Signature {
	var out []Signature
	for _, x := range all {
		if x.Version == version && x.VoidAt == 0 {
			out = append(out, x)
		}
	}
	return out
}

func own(by account.Caller, user int64) bool {
	return user == by.UserID || by.For != 0 && user == by.For
}

// named reports whether the caller, or whom the caller stands in for, is among
// the persons of a step.
func named(by account.Caller, people []Signatory) bool {
	return slices.ContainsFunc(people, func(p Signatory) bool { return own(by, p.UserID) })
}

// Endorse signs the version that the caller saw: the next step of the chain.
// The last one submits the form and asks for a fresh proof of the person.
func (s *Store) Endorse(ctx context.Context, by account.Caller, form string, at region.Code, p Period, a Action, version int, remark string) error {
	scope, err := maySign(by, at)
	if err != nil {
		return err
	}
	if _, ok := after[a]; !ok || a == Fill {
		return errNotFound
	}
	sh, err := s.Sheet(ctx, scope, form, at, p)
	if err != nil {
		return err
	}
	if sh.Made != nil && sh.Made.Damaged {
		return fault.New(fault.Conflict, "report.banner.damaged")
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := s.signable(ctx, tx, scope, form, at, p, version)
		if err != nil {
			return err
		}
		if sh.Version != version { // what was read is not what is signed
			return fault.New(fault.Conflict, "fault.conflict")
		}
		if err := waiting(ctx, tx, r); err != nil {
			return err
		}
		g, err := s.signing(ctx, tx, form, at)
		if err != nil {
			return err
		}
		if parseChain(r.chain).next(r.State) != a {
			return fault.New(fault.Conflict, "report.wrong_state", string(r.State), string(a))
		}
		if !named(by, g.Named[a]) {
			return fault.New(fault.Forbidden, "report.sign.not_named")
		}
		all, err := signatures(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		if err := another(ctx, tx, by, g, standing(all, version)); err != nil {
			return err
		}
		post := ""
		for _, x := range g.Named[a] {
			if own(by, x.UserID) {
				post = x.Post
			}
		}
		if a == Sign {
			if err := s.last(ctx, tx, by, g, r, sh); err != nil {
				return err
			}
		}
		if err := s.move(ctx, tx, by, r, a, strings.TrimSpace(remark)); err != nil {
			return err
		}
		return s.write(ctx, tx, by, r, a, post, remark, sh)
	})
}

// last is what the signature that submits asks for: the person, the
// departments, and places below that still stand as they were repeated.
func (s *Store) last(ctx context.Context, tx *db.Tx, by account.Caller, g *Signing, r *Report, sh *Sheet) error {
	if err := by.StepUp(); err != nil {
		return err
	}
	words, err := s.words(ctx, tx, r, g.Depts)
	if err != nil {
		return err
	}
	for _, w := range words {
		if w.Verdict != Confirm {
			return fault.New(fault.Conflict, "report.cosign.missing", w.Dept)
		}
	}
	switch dept, err := objections(ctx, tx, r); {
	case err != nil:
		return err
	case dept != "":
		return fault.New(fault.Conflict, "report.cosign.missing", dept)
	}
	return s.lockBelow(ctx, tx, by, sh)
}

// another refuses one person for two steps in a row, unless the unit allows it.
func another(ctx context.Context, tx *db.Tx, by account.Caller, g *Signing, signed []Signature) error {
	if len(signed) == 0 {
		return fault.New(fault.Conflict, "fault.conflict")
	}
	if g.Same {
		return nil
	}
	last := signed[len(signed)-1]
	if err := account.SecondPerson(ctx, tx, by, last.UserID, last.UserFor); err != nil {
		if fault.Is(err, fault.Forbidden) {
			return fault.New(fault.Forbidden, "report.sign.twice")
		}
		return err
	}
	return nil
}

// write records a signature over the frozen cells.
func (s *Store) write(ctx context.Context, tx *db.Tx, by account.Caller, r *Report, a Action, post, remark string, sh *Sheet) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO report_sign (report_id, n, version, step, user_id, user_for, user_name, post, at, checksum, passed, checked, remark)
		SELECT $1, COALESCE(max(n), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 FROM report_sign WHERE report_id = $1`,
		r.ID, r.Version, string(a), by.UserID, by.For, signer(by), post, db.Millis(tx.Now), sh.Checksum(), sh.Checked-len(sh.Findings), sh.Checked, strings.TrimSpace(remark))
	if err != nil {
		return fmt.Errorf("signature: %w", err)
	}
	return nil
}

// signer is the name on a signature: 甲 代 乙 where 甲 stands in.
func signer(by account.Caller) string {
	if by.For == 0 {
		return by.Name
	}
	return by.Name + " 代 " + by.ForName
}

// signable is the form of a version in signing, and NotFound or Conflict for
// any other.
func (s *Store) signable(ctx context.Context, tx *db.Tx, scope region.Scope, form string, at region.Code, p Period, version int) (*Report, error) {
	r, err := find(ctx, tx, scope, form, at, p)
	switch {
	case err != nil:
		return nil, err
	case r == nil:
		return nil, errNotFound
	case r.Version != version:
		return nil, fault.New(fault.Conflict, "fault.conflict")
	case !r.State.Signing():
		return nil, fault.New(fault.Conflict, "report.wrong_state", string(r.State), "")
	}
	return r, nil
}

func maySign(by account.Caller, at region.Code) (region.Scope, error) {
	if !by.Can(account.ReportSign) {
		return region.Scope{}, fault.New(fault.Forbidden, "fault.forbidden", account.ReportSign)
	}
	scope := by.Scope(account.ReportSign)
	if !scope.Contains(at) {
		return region.Scope{}, errNotFound
	}
	return scope, nil
}
