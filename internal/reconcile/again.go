package reconcile

import (
	"context"
	"fmt"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Again queues another pass over the same list and number.
func (s *Store) Again(ctx context.Context, scope region.Scope, by account.Caller, id int64) error {
	if !by.Can(account.ImportRun) {
		return fault.New(fault.Forbidden, "fault.forbidden", account.ImportRun)
	}
	var next int
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := load(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		if r.Purged && r.Listed() {
			return fault.New(fault.Conflict, "reconcile.purged")
		}
		res, err := tx.ExecContext(ctx, `UPDATE reconcile SET state = 'waiting', rows_done = 0, message = '' WHERE id = $1 AND state IN ('done', 'failed')`, id)
		if err != nil {
			return fmt.Errorf("reconciliation: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return fault.New(fault.Conflict, "reconcile.busy")
		}
		next = r.Pass + 1
		return s.note(ctx, tx, by, "again", id, r.Region, nil)
	})
	if err != nil {
		return err
	}
	return s.enqueue(ctx, id, next)
}

// enqueue asks for a pass; asking twice for the same one is asking once.
func (s *Store) enqueue(ctx context.Context, id int64, pass int) error {
	return s.Queue.Enqueue(ctx, JobName, fmt.Sprint(id, ":", pass), Job{ID: id})
}

// Resume queues again the passes that were asked for and never came into the
// queue: a process that ended between the two.
func (s *Store) Resume(ctx context.Context) error {
	pending := map[int64]int{}
	err := each(ctx, s.db.Read, `SELECT id, pass FROM reconcile WHERE state IN ('waiting', 'running')`, nil, func(scan func(...any) error) error {
		var id int64
		var pass int
		err := scan(&id, &pass)
		pending[id] = pass + 1
		return err
	})
	if err != nil {
		return fmt.Errorf("passes that wait: %w", err)
	}
	for id, pass := range pending {
		if err := s.enqueue(ctx, id, pass); err != nil {
			return err
		}
	}
	return nil
}

// spend refuses lists beyond what a user may have compared a day. Their own row
// of the counter makes lists at once come one after another.
func (s *Store) spend(ctx context.Context, tx *db.Tx, by account.Caller, n, limit int) error {
	if _, err := tx.NextIDs(ctx, fmt.Sprint("reconcile ", by.UserID), 1); err != nil {
		return err
	}
	var used int
	err := tx.QueryRowContext(ctx, `SELECT coalesce(sum(rows_total), 0) FROM reconcile WHERE created_by = $1 AND created_at >= $2`,
		by.UserID, db.Millis(calendar.DateAt(tx.Now).Time())).Scan(&used)
	if err != nil {
		return fmt.Errorf("count lines: %w", err)
	}
	if used+n > limit {
		return fault.New(fault.TooMany, "reconcile.limit", limit)
	}
	return nil
}

// Remove forgets the list and what was found; the counts stay.
func (s *Store) Remove(ctx context.Context, scope region.Scope, by account.Caller, id int64) error {
	if !by.Can(account.ImportRun) {
		return fault.New(fault.Forbidden, "fault.forbidden", account.ImportRun)
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := load(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		if r.State == Running {
			return fault.New(fault.Conflict, "reconcile.busy")
		}
		if err := purge(ctx, tx, id); err != nil {
			return err
		}
		return s.note(ctx, tx, by, "remove", id, r.Region, nil)
	})
}

func purge(ctx context.Context, tx *db.Tx, id int64) error {
	for _, q := range []string{`DELETE FROM reconcile_chunk WHERE reconcile_id = $1`, `DELETE FROM reconcile_row WHERE reconcile_id = $1`} {
		if _, err := tx.ExecContext(ctx, q, id); err != nil {
			return fmt.Errorf("purge list: %w", err)
		}
	}
	if _, err := tx.ExecContext(ctx, `UPDATE reconcile SET purged_at = $1, file_hash = NULL WHERE id = $2`, db.Millis(tx.Now), id); err != nil {
		return fmt.Errorf("purge list: %w", err)
	}
	return nil
}

// Purge forgets the lists whose time has come, one transaction each.
func (s *Store) Purge(ctx context.Context) (n int, err error) {
	rows, err := s.db.Read.QueryContext(ctx, `SELECT id FROM reconcile WHERE purged_at = 0 AND expires_on < $1 AND state <> 'running' ORDER BY id`, int64(calendar.DateAt(s.db.Clock())))
	if err != nil {
		return 0, fmt.Errorf("purge lists: %w", err)
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return 0, fmt.Errorf("purge lists: %w", err)
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return 0, fmt.Errorf("purge lists: %w", err)
	}
	for _, id := range ids {
		if err := s.db.Tx(ctx, func(tx *db.Tx) error { return purge(ctx, tx, id) }); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
