package report

import (
	"context"
	"fmt"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Ref names a cell.
type Ref struct {
	Form   string
	Region region.Code
	Period Period
	Row    string // key of the row
	Col    int
}

// Correct sets a cell's number with a reason, while the unit works on the form;
// one that is being signed is taken out of signing, and its signatures are void.
// The computed number stays beside it; the same number is a note. A
// cell that repeats the form of a place below is corrected there.
func (s *Store) Correct(ctx context.Context, by account.Caller, ref Ref, value int64, reason string) error {
	scope, err := mayFill(by, ref.Region)
	if err != nil {
		return err
	}
	sh, err := s.openSheet(ctx, scope, ref)
	if err != nil {
		return err
	}
	row := sh.Row(ref.Row)
	if row == nil || row.Role == Own || sh.Form.Rows != Units {
		return errNotFound
	}
	var cell *Cell
	for i := range row.Cells {
		if row.Cells[i].Col == ref.Col && ref.Col > 1 {
			cell = &row.Cells[i]
		}
	}
	if cell == nil {
		return errNotFound
	}
	col := sh.Form.Column(cell.Key)
	if col != nil && col.Count == Typed && reason == "" {
		reason = typedByHand
	}
	if err := correctable(sh, row, col, value, reason); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := s.ensure(ctx, tx, by, scope, sh.Form, ref.Region, ref.Period)
		if err != nil {
			return err
		}
		if err := s.unseal(ctx, tx, by, r, ref.cell()); err != nil {
			return err
		}
		if err := touch(ctx, tx, r); err != nil {
			return err
		}
		if err := withdraw(ctx, tx, r.ID, ref); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO report_correction (report_id, row_key, col, at, computed, corrected, reason, by_user, by_name)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (report_id, row_key, col, at) DO UPDATE SET computed = excluded.computed, corrected = excluded.corrected, reason = excluded.reason, withdrawn = FALSE`,
			r.ID, ref.Row, ref.Col, db.Millis(tx.Now), cell.Computed, value, reason, by.UserID, by.Name)
		if err != nil {
			return fmt.Errorf("correct cell: %w", err)
		}
		return s.note(ctx, tx, by, "report.correct", r, map[string]string{"row": ref.Row, "col": strconv.Itoa(ref.Col),
			"computed": strconv.FormatInt(cell.Computed, 10), "corrected": strconv.FormatInt(value, 10)})
	})
}

// Withdraw takes a correction back; its row stays, marked.
func (s *Store) Withdraw(ctx context.Context, by account.Caller, ref Ref) error {
	scope, err := mayFill(by, ref.Region)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := find(ctx, tx, scope, ref.Form, ref.Region, ref.Period)
		switch {
		case err != nil:
			return err
		case r == nil:
			return errNotFound
		}
		switch n, err := corrected(ctx, tx, r.ID, ref); {
		case err != nil:
			return err
		case n == 0:
			return errNotFound // no signature falls for nothing
		}
		if err := s.unseal(ctx, tx, by, r, ref.cell()); err != nil {
			return err
		}
		if err := touch(ctx, tx, r); err != nil {
			return err
		}
		if err := withdraw(ctx, tx, r.ID, ref); err != nil {
			return err
		}
		return s.note(ctx, tx, by, "report.withdraw", r, map[string]string{"row": ref.Row, "col": strconv.Itoa(ref.Col)})
	})
}

// correctable says why a cell cannot be given a number.
func correctable(sh *Sheet, row *Row, col *Column, value int64, reason string) error {
	if err := mayCorrect(col); err != nil {
		return err
	}
	switch {
	case sh.Frozen:
		return fault.New(fault.Conflict, "report.not_open")
	case row.Source.ReportID != 0:
		return fault.New(fault.Conflict, "report.correct_below", row.Name)
	case value < 0:
		return fault.InvalidFields(fault.Field{Name: "value", Key: "report.value"})
	case len([]rune(reason)) < 2:
		return fault.InvalidFields(fault.Field{Name: "reason", Key: "report.reason"})
	}
	return nil
}

// openSheet is the sheet on which a cell is corrected: computed now also where
// the form is being signed.
func (s *Store) openSheet(ctx context.Context, scope region.Scope, ref Ref) (*Sheet, error) {
	sh, err := s.Sheet(ctx, scope, ref.Form, ref.Region, ref.Period)
	if err != nil || sh.Report == nil || !sh.Report.State.Signing() {
		return sh, err
	}
	return s.compute(ctx, scope, sh.Form, sh.Report, ref.Region, ref.Period)
}

// cell names the cell in an event: 371522000000.6.
func (r Ref) cell() string { return r.Row + "." + strconv.Itoa(r.Col) }

// Prove binds a paper to the correction that stands on a cell. upload brings the
// file once it is known that there is one.
func (s *Store) Prove(ctx context.Context, by account.Caller, ref Ref, upload func(report int64) (int64, error)) error {
	scope, err := mayFill(by, ref.Region)
	if err != nil {
		return err
	}
	r, err := find(ctx, s.db.Read, scope, ref.Form, ref.Region, ref.Period)
	if err != nil {
		return err
	}
	if r == nil {
		return errNotFound
	}
	n, err := corrected(ctx, s.db.Read, r.ID, ref)
	switch {
	case err != nil:
		return err
	case n == 0:
		return errNotFound
	case !r.State.open():
		return fault.New(fault.Conflict, "report.not_open")
	}
	id, err := upload(r.ID)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := touch(ctx, tx, r); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE report_correction SET evidence_id = $4 WHERE report_id = $1 AND row_key = $2 AND col = $3 AND withdrawn = FALSE", r.ID, ref.Row, ref.Col, id); err != nil {
			return fmt.Errorf("paper of a correction: %w", err)
		}
		return s.note(ctx, tx, by, "report.prove", r, map[string]string{"row": ref.Row, "col": strconv.Itoa(ref.Col), "evidence": strconv.FormatInt(id, 10)})
	})
}

// corrected counts the corrections that stand on a cell.
func corrected(ctx context.Context, q db.Querier, id int64, ref Ref) (n int, err error) {
	err = q.QueryRowContext(ctx, "SELECT count(*) FROM report_correction WHERE report_id = $1 AND row_key = $2 AND col = $3 AND withdrawn = FALSE", id, ref.Row, ref.Col).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("correction: %w", err)
	}
	return n, nil
}

// touch takes the row of a form on which the unit still works: a submission of
// a sheet that was computed before is refused (LockNo), and none passes between.
func touch(ctx context.Context, tx *db.Tx, r *Report) error {
	res, err := tx.ExecContext(ctx, "UPDATE report SET lock_no = lock_no + 1, updated_at = $1 WHERE id = $2 AND state IN ($3, $4, $5)",
		db.Millis(tx.Now), r.ID, string(Draft), string(Returned), string(Sentback))
	if err != nil {
		return fmt.Errorf("touch report: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fault.New(fault.Conflict, "report.not_open")
	}
	return nil
}

func withdraw(ctx context.Context, tx *db.Tx, id int64, ref Ref) error {
	_, err := tx.ExecContext(ctx, "UPDATE report_correction SET withdrawn = TRUE WHERE report_id = $1 AND row_key = $2 AND col = $3", id, ref.Row, ref.Col)
	if err != nil {
		return fmt.Errorf("withdraw correction: %w", err)
	}
	return nil
}

// applyCorrections lays the corrections of a draft over its computed cells.
func (s *Store) applyCorrections(ctx context.Context, sh *Sheet) error {
	if sh.Report == nil {
		return nil
	}
	rows, err := s.db.Read.QueryContext(ctx, `
		SELECT row_key, col, computed, corrected, reason, by_user, by_name, at, evidence_id FROM report_correction
		WHERE report_id = $1 AND withdrawn = FALSE ORDER BY at`, sh.Report.ID)
	if err != nil {
		return fmt.Errorf("corrections: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var c Correction
		if err := rows.Scan(&c.RowKey, &c.Col, &c.Computed, &c.Corrected, &c.Reason, &c.ByUser, &c.ByName, &c.At, &c.Evidence); err != nil {
			return fmt.Errorf("corrections: %w", err)
		}
		sh.correct(&c)
	}
	return rows.Err()
}

// correct lays one correction over its cell. A cell below moves the total with
// it, unless the total itself is corrected.
func (sh *Sheet) correct(c *Correction) {
	row := sh.Row(c.RowKey)
	if row == nil || row.Source.ReportID != 0 {
		return
	}
	for i := range row.Cells {
		cell := &row.Cells[i]
		if cell.Col != c.Col {
			continue
		}
		change := c.Corrected - max(0, cell.Value)
		was := cell.Value
		cell.Value, cell.Correction = c.Corrected, c
		if row.Role == Total || sh.Rows[0].Role != Total {
			return
		}
		t := sh.Rows[0].Cell(cell.Key)
		if was == Unknown {
			t.Explain.Missing--
		}
		if t.Computed == Unknown {
			t.Computed = 0
			if t.Correction == nil {
				t.Value = 0
			}
		}
		t.Explain.Children += change
		t.Explain.Corrected += change
		t.Computed += change
		if t.Correction == nil {
			t.Value += change
		}
		return
	}
}

func mayFill(by account.Caller, at region.Code) (region.Scope, error) {
	if !by.Can(account.ReportFill) {
		return region.Scope{}, fault.New(fault.Forbidden, "fault.forbidden", account.ReportFill)
	}
	scope := by.Scope(account.ReportFill)
	if !scope.Contains(at) {
		return region.Scope{}, errNotFound
	}
	return scope, nil
}

func (s *Store) note(ctx context.Context, tx *db.Tx, by account.Caller, action string, r *Report, detail map[string]string) error {
	if detail == nil {
		detail = map[string]string{}
	}
	detail["form"], detail["period"] = r.Form, r.Period.String()
	return s.Audit.Note(ctx, tx, by, account.Note{Action: action, Object: "report", ObjectID: strconv.FormatInt(r.ID, 10), Region: r.Region, Detail: detail})
}
