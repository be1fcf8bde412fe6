package report

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Verdict of a department on a version.
type Verdict string

// The verdicts.
const (
	Confirm Verdict = "confirm"
	Object  Verdict = "object"
)

// Word is what a department says of a version (会签, facts A186); Verdict is ""
// until it has spoken.
type Word struct {
	Dept     string
	Verdict  Verdict
	Person   string
	Remark   string
	Evidence int64 // the paper, where the filler recorded it for the department
	ByName   string
	At       int64
}

// words are the latest words of each department on the version in signing.
func (s *Store) words(ctx context.Context, q db.Querier, r *Report, depts []string) ([]Word, error) {
	out := make([]Word, len(depts))
	for i, d := range depts {
		out[i].Dept = d
	}
	if r == nil || len(depts) == 0 || r.State.open() {
		return out, nil
	}
	rows, err := q.QueryContext(ctx, `SELECT dept, verdict, person, remark, evidence_id, by_name, at FROM report_cosign WHERE report_id = $1 AND version = $2 ORDER BY n`, r.ID, r.Version)
	if err != nil {
		return nil, fmt.Errorf("departments' words: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var w Word
		if err := rows.Scan(&w.Dept, &w.Verdict, &w.Person, &w.Remark, &w.Evidence, &w.ByName, &w.At); err != nil {
			return nil, fmt.Errorf("departments' words: %w", err)
		}
		if i := slices.Index(depts, w.Dept); i >= 0 {
			out[i] = w
		}
	}
	return out, rows.Err()
}

// speaksFor reports whether the caller holds ReportSign for a department at the
// very place.
func speaksFor(by account.Caller, at region.Code, dept string) bool {
	return slices.ContainsFunc(by.Grants, func(g account.Grant) bool {
		return string(g.Dept) == dept && g.Region == at && g.Has(account.ReportSign)
	})
}

// Speaks lists the departments for which the caller may speak of a form now.
func (c *Course) Speaks(by account.Caller, at region.Code) []string {
	var out []string
	for _, w := range c.Depts {
		if speaksFor(by, at, w.Dept) {
			out = append(out, w.Dept)
		}
	}
	return out
}

// Cosign is a department's word on the version in signing, by one of its own
// accounts in the same place. An objection needs a remark.
func (s *Store) Cosign(ctx context.Context, by account.Caller, form string, at region.Code, p Period, version int, w Word) error {
	scope, err := maySign(by, at)
	if err != nil {
		return err
	}
	if !speaksFor(by, at, w.Dept) {
		return fault.New(fault.Forbidden, "report.cosign.not_yours")
	}
	w.Person, w.Evidence = signer(by), 0
	return s.cosign(ctx, by, scope, form, at, p, version, w)
}

// RecordCosign records the word of a department without an account: by the
// filler, with who said it and the paper that shows it. A department that spoke
// for itself on the version, or has accounts to do so, is not spoken for. upload
// brings the paper once the words are known to be complete.
func (s *Store) RecordCosign(ctx context.Context, by account.Caller, form string, at region.Code, p Period, version int, w Word, upload func(report int64) (int64, error)) error {
	scope, err := mayFill(by, at)
	if err != nil {
		return err
	}
	w.Person = strings.TrimSpace(w.Person)
	var fields []fault.Field
	if n := len([]rune(w.Person)); n < 2 || n > 40 {
		fields = append(fields, fault.Field{Name: "person", Key: "report.cosign.person"})
	}
	if w.Verdict != Confirm && w.Verdict != Object {
		fields = append(fields, fault.Field{Name: "verdict", Key: "report.cosign.verdict"})
	}
	if fields != nil {
		return fault.InvalidFields(fields...)
	}
	r, err := find(ctx, s.db.Read, scope, form, at, p)
	switch {
	case err != nil:
		return err
	case r == nil:
		return errNotFound
	case r.Version != version || !r.State.Signing():
		return fault.New(fault.Conflict, "report.wrong_state", string(r.State), "")
	}
	if err := s.own(ctx, s.db.Read, by, r, w.Dept); err != nil {
		return err
	}
	if w.Evidence, err = upload(r.ID); err != nil {
		return err
	}
	return s.cosign(ctx, by, scope, form, at, p, version, w)
}

// own refuses to speak for a department that speaks for itself.
func (s *Store) own(ctx context.Context, q db.Querier, by account.Caller, r *Report, dept string) error {
	var n int
	err := q.QueryRowContext(ctx, "SELECT count(*) FROM report_cosign WHERE report_id = $1 AND version = $2 AND dept = $3 AND evidence_id = 0", r.ID, r.Version, dept).Scan(&n)
	if err != nil {
		return fmt.Errorf("departments' words: %w", err)
	}
	if n == 0 && s.Staff != nil {
		all, err := s.Staff.Speakers(ctx, by, r.Region)
		if err != nil {
			return err
		}
		n = len(slices.DeleteFunc(all, func(d account.Dept) bool { return string(d) != dept }))
	}
	if n > 0 {
		return fault.New(fault.Forbidden, "report.cosign.own")
	}
	return nil
}

// objections are the departments whose last word on the version objects, also
// those that the unit's settings do not ask any more.
func objections(ctx context.Context, q db.Querier, r *Report) (dept string, err error) {
	err = q.QueryRowContext(ctx, `SELECT COALESCE(max(c.dept), '') FROM report_cosign c WHERE c.report_id = $1 AND c.version = $2 AND c.verdict = $3
		AND c.n = (SELECT max(o.n) FROM report_cosign o WHERE o.report_id = c.report_id AND o.version = c.version AND o.dept = c.dept)`, r.ID, r.Version, string(Object)).Scan(&dept)
	if err != nil {
		return "", fmt.Errorf("departments' words: %w", err)
	}
	return dept, nil
}

func (s *Store) cosign(ctx context.Context, by account.Caller, scope region.Scope, form string, at region.Code, p Period, version int, w Word) error {
	w.Remark = strings.TrimSpace(w.Remark)
	switch {
	case w.Verdict != Confirm && w.Verdict != Object:
		return fault.InvalidFields(fault.Field{Name: "verdict", Key: "report.cosign.verdict"})
	case w.Verdict == Object && len([]rune(w.Remark)) < 2:
		return fault.InvalidFields(fault.Field{Name: "remark", Key: "report.cosign.remark"})
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := s.signable(ctx, tx, scope, form, at, p, version)
		if err != nil {
			return err
		}
		g, err := s.signing(ctx, tx, form, at)
		if err != nil {
			return err
		}
		if !slices.Contains(g.Depts, w.Dept) {
			return errNotFound
		}
		if err := hold(ctx, tx, r); err != nil {
			return err
		}
		if w.Evidence != 0 { // it may have spoken meanwhile
			if err := s.own(ctx, tx, by, r, w.Dept); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO report_cosign (report_id, n, version, dept, verdict, person, remark, evidence_id, by_user, by_name, at)
			SELECT $1, COALESCE(max(n), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10 FROM report_cosign WHERE report_id = $1`,
			r.ID, version, w.Dept, string(w.Verdict), w.Person, w.Remark, w.Evidence, by.UserID, signer(by), db.Millis(tx.Now))
		if err != nil {
			return fmt.Errorf("department's word: %w", err)
		}
		return s.note(ctx, tx, by, "report.cosign", r, map[string]string{"dept": w.Dept, "verdict": string(w.Verdict), "version": strconv.Itoa(version), "evidence": strconv.FormatInt(w.Evidence, 10)})
	})
}

// hold takes a form's row as it was read, so that nothing moves it meanwhile.
func hold(ctx context.Context, tx *db.Tx, r *Report) error {
	res, err := tx.ExecContext(ctx, "UPDATE report SET lock_no = lock_no + 1 WHERE id = $1 AND lock_no = $2", r.ID, r.LockNo)
	if err != nil {
		return fmt.Errorf("hold report: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fault.New(fault.Conflict, "fault.conflict")
	}
	r.LockNo++
	return nil
}
