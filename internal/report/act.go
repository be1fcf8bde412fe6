package report

import (
	"context"
	"fmt"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/secret"
)

// Filling is what stands at the foot of a form.
type Filling struct {
	Filler   string
	Phone    string
	FilledOn calendar.Date // 0: today
}

// Submit freezes a form as a new version and sends it up. A sheet with a hard
// finding is refused. Forms of places below that the sheet repeats and that
// were accepted are locked with it.
func (s *Store) Submit(ctx context.Context, by account.Caller, formID string, at region.Code, p Period, fill Filling) (*Report, error) {
	scope, err := mayFill(by, at)
	if err != nil {
		return nil, err
	}
	sh, err := s.Sheet(ctx, scope, formID, at, p)
	if err != nil {
		return nil, err
	}
	if err := ready(sh, &fill); err != nil {
		return nil, err
	}
	var out *Report
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := s.ensure(ctx, tx, by, scope, sh.Form, at, p)
		if err != nil {
			return err
		}
		seen := 1 // of a form that nobody had begun when the sheet was computed
		if sh.Report != nil {
			seen = sh.Report.LockNo
		}
		if r.LockNo != seen {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		if err := s.fill(ctx, tx, r, fill, calendar.DateAt(tx.Now)); err != nil {
			return err
		}
		if err := s.move(ctx, tx, by, r, Submit, ""); err != nil {
			return err
		}
		if err := s.freeze(ctx, tx, scope, r, sh); err != nil {
			return err
		}
		out = r
		return s.lockBelow(ctx, tx, by, sh)
	})
	return out, err
}

// ready answers every reason why a sheet cannot be submitted, together.
func ready(sh *Sheet, fill *Filling) error {
	if sh.Frozen {
		return fault.New(fault.Conflict, "report.not_open")
	}
	fill.Filler, fill.Phone = strings.TrimSpace(fill.Filler), strings.TrimSpace(fill.Phone)
	var fields []fault.Field
	if fill.Filler == "" {
		fields = append(fields, fault.Field{Name: "filler", Key: "report.filler"})
	}
	if fill.Phone == "" {
		fields = append(fields, fault.Field{Name: "phone", Key: "report.phone"})
	}
	for _, f := range sh.Findings {
		if f.Hard {
			fields = append(fields, fault.Field{Name: f.Row, Key: f.Rule, Args: f.Args})
		}
	}
	if fields != nil {
		return fault.InvalidFields(fields...)
	}
	return nil
}

func (s *Store) fill(ctx context.Context, tx *db.Tx, r *Report, fill Filling, today calendar.Date) error {
	cipher, err := s.Box.Encrypt(phoneContext, []byte(fill.Phone))
	if err != nil {
		return err
	}
	if fill.FilledOn == 0 {
		fill.FilledOn = today
	}
	r.Filler, r.PhoneMask, r.FilledOn, r.phone = fill.Filler, secret.MaskPhone(fill.Phone), fill.FilledOn, cipher
	_, err = tx.ExecContext(ctx, "UPDATE report SET filler = $1, phone_cipher = $2, phone_mask = $3, filled_on = $4 WHERE id = $5",
		r.Filler, cipher, r.PhoneMask, int32(r.FilledOn), r.ID)
	if err != nil {
		return fmt.Errorf("foot of the form: %w", err)
	}
	return nil
}

// move takes one step of the life cycle. The row is taken by its lock number,
// so that of two at the same time one is refused.
func (s *Store) move(ctx context.Context, tx *db.Tx, by account.Caller, r *Report, a Action, remark string) error {
	st, ok := stepOf(r.State, a)
	if !ok {
		return fault.New(fault.Conflict, "report.wrong_state", string(r.State), string(a))
	}
	version := r.Version
	if a == Submit {
		version++
	}
	res, err := tx.ExecContext(ctx, "UPDATE report SET state = $1, version = $2, lock_no = lock_no + 1, updated_at = $3 WHERE id = $4 AND lock_no = $5 AND state = $6",
		string(st.To), version, db.Millis(tx.Now), r.ID, r.LockNo, string(r.State))
	if err != nil {
		return fmt.Errorf("move report: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fault.New(fault.Conflict, "fault.conflict")
	}
	if _, err := tx.ExecContext(ctx, `
		INSERT INTO report_event (report_id, n, at, by_user, by_name, action, from_state, to_state, version, remark)
		SELECT $1, COALESCE(max(n), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9 FROM report_event WHERE report_id = $1`,
		r.ID, db.Millis(tx.Now), by.UserID, by.Name, string(a), string(r.State), string(st.To), version, remark); err != nil {
		return fmt.Errorf("report event: %w", err)
	}
	r.State, r.Version, r.LockNo = st.To, version, r.LockNo+1
	return s.note(ctx, tx, by, "report."+string(a), r, nil)
}

// Review returns, accepts or locks a form of the level below. Returning needs
// a remark. version is the one that the reviewer saw.
func (s *Store) Review(ctx context.Context, by account.Caller, formID string, at region.Code, p Period, version int, a Action, remark string) error {
	if !by.Can(account.ReportReview) {
		return fault.New(fault.Forbidden, "fault.forbidden", account.ReportReview)
	}
	scope := by.Scope(account.ReportReview)
	if !scope.Contains(at) {
		return errNotFound
	}
	if !scope.Contains(at.Parent()) {
		return fault.New(fault.Forbidden, "report.review_above")
	}
	remark = strings.TrimSpace(remark)
	if a == Return && len([]rune(remark)) < 2 {
		return fault.InvalidFields(fault.Field{Name: "remark", Key: "report.remark"})
	}
	if a == Submit {
		return errNotFound
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := find(ctx, tx, scope, formID, at, p)
		switch {
		case err != nil:
			return err
		case r == nil:
			return errNotFound
		case r.Version != version:
			return fault.New(fault.Conflict, "fault.conflict")
		}
		return s.move(ctx, tx, by, r, a, remark)
	})
}

// lockBelow locks the accepted forms that a submitted sheet repeats: from then
// on they cannot be returned.
func (s *Store) lockBelow(ctx context.Context, tx *db.Tx, by account.Caller, sh *Sheet) error {
	seen := map[int64]bool{}
	for _, row := range sh.Rows {
		if row.Source.ReportID == 0 || seen[row.Source.ReportID] {
			continue
		}
		seen[row.Source.ReportID] = true
		r, err := scanReport(tx.QueryRowContext(ctx, "SELECT "+reportColumns+" FROM report r WHERE r.id = $1", row.Source.ReportID))
		if err != nil {
			return fmt.Errorf("lock below: %w", err)
		}
		switch {
		case r.Version != row.Source.Version || r.State != Accepted && r.State != Locked:
			// Returned or sent again since the sheet was computed.
			return fault.New(fault.Conflict, "fault.conflict")
		case r.State == Accepted:
			if err := s.move(ctx, tx, by, r, Lock, ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// Can reports which actions the caller may take on a unit's form now.
func Can(by account.Caller, at region.Code, state State, a Action) bool {
	st, ok := stepOf(state, a)
	if !ok {
		return false
	}
	place := at
	if st.Above {
		place = at.Parent()
	}
	return by.Scope(st.Need).Contains(place)
}
