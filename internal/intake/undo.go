package intake

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/rule"
	"wengang/internal/transfer"
)

// undoing takes a batch back: hidden rows of a cancelled save, or the visible
// effects of a finished one.
type undoing struct {
	ctx  context.Context
	tx   *db.Tx
	b    *transfer.Batch
	base *base
	late map[int64]calendar.Month
}

// errLater refuses an undo over which later work has been done.
var errLater = fault.New(fault.Conflict, "intake.undo.later")

// undo restores what Finish changed and deletes the batch's rows. touched is a
// query for the first month of the batch ($1), or "" where every month counts.
func (b *base) undo(ctx context.Context, tx *db.Tx, batch *transfer.Batch, touched string, later []string, tables []string) error {
	u := &undoing{ctx: ctx, tx: tx, b: batch, base: b, late: map[int64]calendar.Month{}}
	saved, err := u.savedAt(tx)
	if err != nil {
		return err
	}
	var had []region.Code // of a file of a city, the batch may be all that a county has
	if saved != 0 {
		if err := u.allowed(tx, saved, touched, later); err != nil {
			return err
		}
		if had, err = countiesOf(ctx, tx, batch.Region); err != nil {
			return err
		}
		if err := u.restore(); err != nil {
			return err
		}
	}
	if err := u.readLate(); err != nil {
		return err
	}
	if err := openExcused(ctx, tx, batch.ID); err != nil {
		return err
	}
	if err := rule.Forget(ctx, tx, batch.ID); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM finding WHERE person_id IN (SELECT id FROM person WHERE batch_id = $1)`, batch.ID); err != nil {
		return fmt.Errorf("undo findings: %w", err)
	}
	for _, t := range append(tables, "field_change") {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+t+` WHERE batch_id = $1`, batch.ID); err != nil {
			return fmt.Errorf("undo %s: %w", t, err)
		}
	}
	if saved == 0 {
		return nil // readers never saw it
	}
	if err := u.tell(had); err != nil {
		return err
	}
	return b.noteLate(ctx, tx, batch, u.late)
}

// savedAt is when the batch became visible; 0 while it is hidden.
func (u *undoing) savedAt(q db.Querier) (at int64, err error) {
	err = q.QueryRowContext(u.ctx, `SELECT saved_at FROM import_batch WHERE id = $1
		AND NOT EXISTS (SELECT 1 FROM hidden_batch h WHERE h.batch_id = import_batch.id)`, u.b.ID).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read batch: %w", err)
	}
	return at, nil
}

// allowed refuses where a month that the batch touched has closed since, or
// where other work stands on its rows.
func (u *undoing) allowed(q db.Querier, saved int64, touched string, later []string) error {
	first := calendar.Month(0)
	if touched != "" {
		if err := q.QueryRowContext(u.ctx, touched, u.b.ID).Scan(&first); err != nil {
			return fmt.Errorf("first month of batch: %w", err)
		}
	}
	lo, hi := u.b.Region.Range()
	if u.b.Region.Level() > region.County {
		lo, hi = u.b.Region.At(region.County).Range()
	}
	var closed sql.NullInt64
	err := q.QueryRowContext(u.ctx, `SELECT MAX(month) FROM month_close
		WHERE state = 'closed' AND closed_at >= $1 AND month >= $2 AND county >= $3 AND county < $4`,
		saved, int64(first), int64(lo), int64(hi)).Scan(&closed)
	if err != nil {
		return fmt.Errorf("read closed months: %w", err)
	}
	if closed.Valid {
		return fault.New(fault.Conflict, "intake.undo.closed", calendar.Month(closed.Int64))
	}
	for _, work := range later {
		var n int
		if err := q.QueryRowContext(u.ctx, `SELECT CASE WHEN EXISTS (`+work+`) THEN 1 ELSE 0 END`, u.b.ID).Scan(&n); err != nil {
			return fmt.Errorf("later work: %w", err)
		}
		if n != 0 {
			return errLater
		}
	}
	return nil
}

// readLate finds whose closed months have to be worked out again once the
// batch's spells are gone: facts that came late leave late. What the batch had
// said of closed months, of ended spells and of its own people too, holds no
// longer.
func (u *undoing) readLate() error {
	closed, err := closedUntil(u.ctx, u.tx, u.b.Region)
	if err != nil || len(closed) == 0 {
		return err
	}
	rows, err := u.tx.QueryContext(u.ctx, `SELECT x.person_id, p.village, MIN(x.m) FROM (
			SELECT person_id, from_month AS m FROM spell_term WHERE batch_id = $1
			UNION ALL SELECT person_id, month FROM adjustment WHERE batch_id = $1) x JOIN person p ON p.id = x.person_id
		WHERE p.batch_id <> $1 GROUP BY x.person_id, p.village`, u.b.ID)
	if err != nil {
		return fmt.Errorf("read late facts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var village region.Code
		var from calendar.Month
		if err := rows.Scan(&id, &village, &from); err != nil {
			return fmt.Errorf("read late facts: %w", err)
		}
		if from <= closed[village.At(region.County)] {
			u.late[id] = from
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read late facts: %w", err)
	}
	_, err = u.tx.ExecContext(u.ctx, `UPDATE adjustment SET settled_at = $1 WHERE batch_id = $2 AND settled_at = 0`, db.Millis(u.tx.Now), u.b.ID)
	if err != nil {
		return fmt.Errorf("settle adjustments: %w", err)
	}
	return nil
}

// tell logs the change for every county of the region that has people or had
// some.
func (u *undoing) tell(had []region.Code) error {
	have, err := countiesOf(u.ctx, u.tx, u.b.Region)
	if err != nil {
		return err
	}
	counties := append(have, had...)
	slices.Sort(counties)
	for _, c := range slices.Compact(counties) {
		if err := change.County(u.ctx, u.tx, c, 190001, calendar.Open); err != nil {
			return err
		}
	}
	return nil
}
