package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Answers to a remark.
const (
	Corrected = "corrected" // the cell has another number now
	Explained = "explained" // it stays, and why
)

// Remark is what a reviewer notes on a cell. It reaches the unit when the form
// is returned with it.
type Remark struct {
	N          int
	Version    int
	Row        string
	Col        int
	Text       string
	ByUser     int64
	ByName     string
	At         int64
	SentAt     int64
	Kind       string // "" until answered
	Answer     string
	AnswerName string
	AnswerAt   int64
}

// Open reports a remark that the unit has yet to answer.
func (m *Remark) Open() bool { return m.SentAt != 0 && m.Kind == "" }

// Remarks of a form, oldest first. Those not yet sent are shown to their maker
// only.
func (s *Store) Remarks(ctx context.Context, by account.Caller, form string, at region.Code, p Period) ([]Remark, error) {
	r, err := find(ctx, s.db.Read, by.Scope(account.ReportRead), form, at, p)
	if r == nil || err != nil {
		return nil, err
	}
	all, err := remarks(ctx, s.db.Read, r.ID)
	return slices.DeleteFunc(all, func(m Remark) bool { return m.SentAt == 0 && !own(by, m.ByUser) }), err
}

func remarks(ctx context.Context, q db.Querier, id int64) ([]Remark, error) {
	rows, err := q.QueryContext(ctx, `
		SELECT n, version, row_key, col, remark, by_user, by_name, at, sent_at, answer_kind, answer, answer_name, answer_at FROM report_remark WHERE report_id = $1 ORDER BY n`, id)
	if err != nil {
		return nil, fmt.Errorf("remarks: %w", err)
	}
	defer rows.Close()
	var out []Remark
	for rows.Next() {
		var m Remark
		if err := rows.Scan(&m.N, &m.Version, &m.Row, &m.Col, &m.Text, &m.ByUser, &m.ByName, &m.At, &m.SentAt, &m.Kind, &m.Answer, &m.AnswerName, &m.AnswerAt); err != nil {
			return nil, fmt.Errorf("remarks: %w", err)
		}
		out = append(out, m)
	}
	return out, rows.Err()
}

// mayMark: who may send a form back now, above or as the next signer.
func (s *Store) mayMark(ctx context.Context, q db.Querier, by account.Caller, r *Report) error {
	if Can(by, r.Region, r.State, Return) {
		return nil
	}
	if r.State.Signing() && Can(by, r.Region, r.State, Back) {
		g, err := s.signing(ctx, q, r.Form, r.Region)
		if err != nil {
			return err
		}
		if named(by, g.Named[parseChain(r.chain).next(r.State)]) {
			return nil
		}
	}
	return fault.New(fault.Forbidden, "report.mark.not_yours")
}

// Mark notes a remark on a cell of the version that the reviewer sees.
func (s *Store) Mark(ctx context.Context, by account.Caller, ref Ref, version int, text string) error {
	scope := by.Scope(account.ReportRead)
	text = strings.TrimSpace(text)
	if n := len([]rune(text)); n < 2 || n > 300 {
		return fault.InvalidFields(fault.Field{Name: "mark", Key: "report.mark.text"})
	}
	sh, err := s.Sheet(ctx, scope, ref.Form, ref.Region, ref.Period)
	if err != nil {
		return err
	}
	if row := sh.Row(ref.Row); row == nil || row.Role == Own || ref.Col < 1 || row.at(ref.Col) == nil {
		return errNotFound
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := find(ctx, tx, scope, ref.Form, ref.Region, ref.Period)
		switch {
		case err != nil:
			return err
		case r == nil:
			return errNotFound
		case r.Version != version || r.State.open():
			return fault.New(fault.Conflict, "fault.conflict")
		}
		if err := s.mayMark(ctx, tx, by, r); err != nil {
			return err
		}
		if err := hold(ctx, tx, r); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO report_remark (report_id, n, version, row_key, col, remark, by_user, by_name, at)
			SELECT $1, COALESCE(max(n), 0) + 1, $2, $3, $4, $5, $6, $7, $8 FROM report_remark WHERE report_id = $1`,
			r.ID, version, ref.Row, ref.Col, text, by.UserID, by.Name, db.Millis(tx.Now))
		if err != nil {
			return fmt.Errorf("mark cell: %w", err)
		}
		return s.note(ctx, tx, by, "report.mark", r, map[string]string{"row": ref.Row, "col": fmt.Sprint(ref.Col)})
	})
}

// Unmark takes back a remark that was not sent yet, by its maker.
func (s *Store) Unmark(ctx context.Context, by account.Caller, form string, at region.Code, p Period, n int) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := find(ctx, tx, by.Scope(account.ReportRead), form, at, p)
		switch {
		case err != nil:
			return err
		case r == nil:
			return errNotFound
		}
		res, err := tx.ExecContext(ctx, "DELETE FROM report_remark WHERE report_id = $1 AND n = $2 AND sent_at = 0 AND by_user IN ($3, $4)", r.ID, n, by.UserID, cmp.Or(by.For, by.UserID))
		if err != nil {
			return fmt.Errorf("take back a remark: %w", err)
		}
		if k, err := res.RowsAffected(); err != nil || k != 1 {
			return errNotFound
		}
		return s.note(ctx, tx, by, "report.unmark", r, map[string]string{"n": fmt.Sprint(n)})
	})
}

// sendMarks makes the remarks on a version reach the unit and answers how many.
func sendMarks(ctx context.Context, tx *db.Tx, r *Report) (int, error) {
	res, err := tx.ExecContext(ctx, "UPDATE report_remark SET sent_at = $1 WHERE report_id = $2 AND version = $3 AND sent_at = 0", db.Millis(tx.Now), r.ID, r.Version)
	if err != nil {
		return 0, fmt.Errorf("send remarks: %w", err)
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// Respond answers a remark while the unit works on the form: the cell was
// corrected, or the number stays and why.
func (s *Store) Respond(ctx context.Context, by account.Caller, form string, at region.Code, p Period, n int, kind, text string) error {
	scope, err := mayFill(by, at)
	if err != nil {
		return err
	}
	text = strings.TrimSpace(text)
	switch {
	case kind != Corrected && kind != Explained:
		return fault.InvalidFields(fault.Field{Name: "kind", Key: "report.answer.kind"})
	case kind == Explained && len([]rune(text)) < 2, len([]rune(text)) > 300:
		return fault.InvalidFields(fault.Field{Name: "answer", Key: "report.answer.text"})
	}
	sh, err := s.Sheet(ctx, scope, form, at, p)
	if err != nil {
		return err
	}
	if sh.Report == nil {
		return errNotFound
	}
	all, err := remarks(ctx, s.db.Read, sh.Report.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(m Remark) bool { return m.N == n && m.SentAt != 0 })
	if i < 0 {
		return errNotFound
	}
	if all[i].Kind != "" && all[i].Version != sh.Report.Version {
		return fault.New(fault.Conflict, "report.answer.done") // went up with a later version
	}
	if kind == Corrected {
		if err := s.differs(ctx, sh, &all[i]); err != nil {
			return err
		}
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := find(ctx, tx, scope, form, at, p)
		if err != nil {
			return err
		}
		if err := touch(ctx, tx, r); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "UPDATE report_remark SET answer_kind = $1, answer = $2, answer_user = $3, answer_name = $4, answer_at = $5 WHERE report_id = $6 AND n = $7",
			kind, text, by.UserID, by.Name, db.Millis(tx.Now), r.ID, n)
		if err != nil {
			return fmt.Errorf("answer remark: %w", err)
		}
		return s.note(ctx, tx, by, "report.answer", r, map[string]string{"n": fmt.Sprint(n), "kind": kind})
	})
}

// differs refuses "corrected" where the cell has the number that was remarked
// on.
func (s *Store) differs(ctx context.Context, sh *Sheet, m *Remark) error {
	old, err := s.frozen(ctx, sh.Form, sh.Report, m.Version)
	if err != nil {
		return err
	}
	was, is := old.Row(m.Row).at(m.Col), sh.Row(m.Row).at(m.Col)
	if was != nil && is != nil && was.Value == is.Value && was.Text == is.Text {
		return fault.InvalidFields(fault.Field{Name: "kind", Key: "report.answer.same"})
	}
	return nil
}

// unanswered are the fields of remarks that a form cannot be sent over.
func unanswered(ctx context.Context, q db.Querier, id int64) ([]fault.Field, error) {
	all, err := remarks(ctx, q, id)
	if err != nil {
		return nil, err
	}
	var out []fault.Field
	for _, m := range all {
		if m.Open() {
			out = append(out, fault.Field{Name: m.Row, Key: "report.answer.missing", Args: []any{m.Text}})
		}
	}
	return out, nil
}

// at finds a cell of the row by its column's position; nil of a nil row.
func (r *Row) at(col int) *Cell {
	if r == nil {
		return nil
	}
	for i := range r.Cells {
		if r.Cells[i].Col == col {
			return &r.Cells[i]
		}
	}
	return nil
}
