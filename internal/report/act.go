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

// Submit is the filler's act: it freezes the sheet as a new version and sends
// it on its way through the unit (填表送审), or up where the unit's chain is the
// filler alone. A sheet with a hard finding or an unanswered remark is refused.
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
		open, err := unanswered(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		if open != nil {
			return fault.InvalidFields(open...)
		}
		if err := s.fill(ctx, tx, r, fill, calendar.DateAt(tx.Now)); err != nil {
			return err
		}
		out = r
		return s.begin(ctx, tx, by, scope, r, sh)
	})
	return out, err
}

// begin freezes the version and takes the first step of the unit's chain.
func (s *Store) begin(ctx context.Context, tx *db.Tx, by account.Caller, scope region.Scope, r *Report, sh *Sheet) error {
	g, err := s.signing(ctx, tx, r.Form, r.Region)
	if err != nil {
		return err
	}
	r.chain, r.DueOn, r.CutoffOn, r.CutoffAt = g.Steps.String(), sh.Due, sh.Ends, sh.Received
	if _, err := tx.ExecContext(ctx, "UPDATE report SET chain = $1, due_on = $2, cutoff_on = $3, cutoff_at = $4 WHERE id = $5", r.chain, int32(r.DueOn), int32(r.CutoffOn), r.CutoffAt, r.ID); err != nil {
		return fmt.Errorf("chain of a form: %w", err)
	}
	first := Fill
	if len(g.Steps) == 1 {
		first = Submit
	}
	if err := s.move(ctx, tx, by, r, first, ""); err != nil {
		return err
	}
	if err := s.freeze(ctx, tx, scope, r, sh); err != nil {
		return err
	}
	if err := keep(ctx, tx, by, r, sh); err != nil {
		return err
	}
	frozen := *sh
	frozen.Version = r.Version
	if err := s.write(ctx, tx, by, r, Fill, "", "", &frozen); err != nil {
		return err
	}
	if r.State != Submitted {
		return nil
	}
	return s.lockBelow(ctx, tx, by, sh)
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
	return s.moveTo(ctx, tx, by, r, a, st.To, remark)
}

// moveTo is move where an action leads to several states.
func (s *Store) moveTo(ctx context.Context, tx *db.Tx, by account.Caller, r *Report, a Action, to State, remark string) error {
	if _, ok := stepTo(r.State, a, to); !ok {
		return fault.New(fault.Conflict, "report.wrong_state", string(r.State), string(a))
	}
	version, first, sentOn, sent := r.Version, r.FirstOn, r.SentOn, r.SentVersion
	if a == Submit || a == Fill {
		version++
	}
	if to == Submitted {
		sentOn, sent = calendar.DateAt(tx.Now), version
		if first == 0 {
			first = sentOn
		}
	}
	res, err := tx.ExecContext(ctx, "UPDATE report SET state = $1, version = $2, lock_no = lock_no + 1, updated_at = $3, first_on = $4, sent_on = $5, sent_version = $6 WHERE id = $7 AND lock_no = $8 AND state = $9",
		string(to), version, db.Millis(tx.Now), int32(first), int32(sentOn), sent, r.ID, r.LockNo, string(r.State))
	if err != nil {
		return fmt.Errorf("move report: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fault.New(fault.Conflict, "fault.conflict")
	}
	if _, err := tx.ExecContext(ctx, `
		INSERT INTO report_event (report_id, n, at, by_user, by_name, action, from_state, to_state, version, remark)
		SELECT $1, COALESCE(max(n), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9 FROM report_event WHERE report_id = $1`,
		r.ID, db.Millis(tx.Now), by.UserID, by.Name, string(a), string(r.State), string(to), version, remark); err != nil {
		return fmt.Errorf("report event: %w", err)
	}
	r.State, r.Version, r.LockNo, r.FirstOn, r.SentOn, r.SentVersion = to, version, r.LockNo+1, first, sentOn, sent
	return s.note(ctx, tx, by, "report."+string(a), r, map[string]string{"version": fmt.Sprint(version)})
}

// Review returns, accepts or locks a form of the level below. Returning needs
// a remark, on the form or on its cells; accepting, that no remark on a cell
// waits to be sent. version is the one that the reviewer saw.
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
	if a != Return && a != Accept && a != Lock {
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
		if err := reviewable(ctx, tx, r, a, remark); err != nil {
			return err
		}
		return s.move(ctx, tx, by, r, a, remark)
	})
}

// reviewable sends the remarks on cells with a return, and refuses the other
// acts over remarks that were not sent.
func reviewable(ctx context.Context, tx *db.Tx, r *Report, a Action, remark string) error {
	if a != Return {
		return waiting(ctx, tx, r)
	}
	if !r.State.Sent() {
		return fault.New(fault.Conflict, "report.wrong_state", string(r.State), string(a))
	}
	marks, err := sendMarks(ctx, tx, r)
	if err == nil && marks == 0 && len([]rune(remark)) < 2 {
		err = fault.InvalidFields(fault.Field{Name: "remark", Key: "report.remark"})
	}
	return err
}

// waiting refuses to pass a version on over remarks that were not sent: the
// next one would not see them and could not go on.
func waiting(ctx context.Context, q db.Querier, r *Report) error {
	all, err := remarks(ctx, q, r.ID)
	if err != nil {
		return err
	}
	for _, m := range all {
		if m.SentAt == 0 && m.Version == r.Version {
			return fault.New(fault.Conflict, "report.mark.waiting")
		}
	}
	return nil
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
			return fault.New(fault.Conflict, "report.below_changed", row.Name)
		case r.State == Accepted:
			if err := s.move(ctx, tx, by, r, Lock, ""); err != nil {
				return err
			}
		}
	}
	return nil
}
