package transfer

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// own loads a batch for an act of a person: the permission first, then the
// scope.
func (s *Service) own(ctx context.Context, c account.Caller, id int64) (Info, error) {
	if !c.Can(account.ImportRun) {
		return Info{}, fault.New(fault.Forbidden, "fault.forbidden", account.ImportRun)
	}
	in, err := load(ctx, s.db.Read, c.Scope(account.ImportRun), id)
	if err != nil {
		return Info{}, err
	}
	if need, ok := s.may(c, in.Kind, in.Region); !ok {
		return Info{}, fault.New(fault.Forbidden, "fault.forbidden", need)
	}
	return in, nil
}

// may reports whether the caller holds at the place what a kind needs.
func (s *Service) may(c account.Caller, kind string, at region.Code) (account.Permission, bool) {
	g, ok := s.kinds[kind].(Guarded)
	if !ok {
		return account.ImportRun, true
	}
	return g.Need(), c.Scope(g.Need()).Contains(at)
}

// KindsFor lists the kinds that the caller may import at a place.
func (s *Service) KindsFor(c account.Caller, at region.Code) []Kind {
	return slices.DeleteFunc(s.Kinds(), func(k Kind) bool { _, ok := s.may(c, k.ID(), at); return !ok })
}

// Check starts the check of a staged batch, or another one of a batch whose
// ledger has changed since, and queues the work.
func (s *Service) Check(ctx context.Context, c account.Caller, id int64) error {
	in, err := s.own(ctx, c, id)
	if err != nil {
		return err
	}
	if in.State != StateStaged && in.State != StateChecking {
		if !in.HasFile {
			return fault.New(fault.Conflict, "import.gone")
		}
		err = s.db.Tx(ctx, func(tx *db.Tx) error {
			if _, ok := in.State.Next(ActCheck); !ok {
				return fault.New(fault.Conflict, "import.state."+string(in.State))
			}
			// Back to staged: the worker begins anew from there.
			_, err := tx.ExecContext(ctx, `UPDATE import_batch SET state = 'staged', message = '' WHERE id = $1 AND state = $2`, id, string(in.State))
			return err
		})
		if err != nil {
			return err
		}
	}
	return s.enqueue(ctx, id, "check")
}

// Save begins to write a checked batch into the ledger and queues the work. It
// fails with Conflict where the ledger changed since the check (import.stale:
// check again) and while another import of the area is being saved.
func (s *Service) Save(ctx context.Context, c account.Caller, id int64) error {
	in, err := s.own(ctx, c, id)
	if err != nil {
		return err
	}
	switch {
	case in.cancelled:
		return fault.New(fault.Conflict, "import.state.cancelled")
	case in.State == StateSaving: // asked twice, or left by a kill
		return s.enqueue(ctx, id, "save")
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		// As it is now: it may have been given back, or saved, meanwhile.
		if err := db.Hold(ctx, tx, "import_batch", id); err != nil {
			return err
		}
		if in, err = load(ctx, tx, everywhere, id); err != nil || in.State == StateSaving {
			return err
		}
		// One row everybody who begins a save writes: they come one after another.
		if _, err := tx.NextIDs(ctx, "import_save", 1); err != nil {
			return err
		}
		if err := s.unchanged(ctx, tx, in); err != nil {
			return err
		}
		if err := s.second(ctx, tx, c, in); err != nil {
			return err
		}
		if err := move(ctx, tx, id, ActSave, "saved_by = $4, started_at = $5, rows_saved = 0, message = ''", c.UserID, db.Millis(tx.Now)); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO hidden_batch (batch_id) VALUES ($1) ON CONFLICT (batch_id) DO NOTHING`, id); err != nil {
			return err
		}
		return s.note(ctx, tx, c, "import.save", in)
	})
	if err != nil {
		return err
	}
	s.point("save.begin")
	return s.enqueue(ctx, id, "save")
}

// unchanged refuses a save beside another one or after one that the check did
// not see, in an area that overlaps.
func (s *Service) unchanged(ctx context.Context, tx *db.Tx, in Info) error {
	later, err := others(ctx, tx, in)
	if err != nil {
		return err
	}
	var checked int64
	if err := tx.QueryRowContext(ctx, `SELECT checked_seq FROM import_batch WHERE id = $1`, in.ID).Scan(&checked); err != nil {
		return err
	}
	if later >= checked {
		return fault.New(fault.Conflict, "import.stale")
	}
	return nil
}

// others looks at the other batches of an overlapping area: it refuses where
// one is being saved and answers the place of the last save or undo.
func others(ctx context.Context, tx *db.Tx, in Info) (later int64, err error) {
	a := &db.Args{}
	overlap := region.ScopeOf(in.Region).Predicate("region", a.Add)
	var above []int64
	for r := in.Region; r != region.Country; r = r.Parent() {
		above = append(above, int64(r.Parent()))
	}
	if len(above) > 0 {
		overlap = "(" + overlap + " OR region IN " + db.List(a, above) + ")"
	}
	var saving int64
	err = tx.QueryRowContext(ctx, `
		SELECT coalesce(sum(CASE WHEN state = 'saving' THEN 1 ELSE 0 END), 0), coalesce(max(effect_seq), 0)
		FROM import_batch WHERE state IN ('saving', 'done', 'undone') AND id <> `+a.Add(in.ID)+` AND `+overlap, a.Values...).Scan(&saving, &later)
	if err == nil && saving > 0 {
		err = fault.New(fault.Conflict, "import.busy")
	}
	return later, err
}

// save writes the chunks that are not yet written, each in a transaction of
// its own, then finishes in one.
func (s *Service) save(ctx context.Context, in Info) error {
	b, err := s.batch(in)
	if err != nil {
		return err
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		more, err := s.applyNext(ctx, b)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		s.point("save.chunk")
	}
	if in.shown() {
		return s.settle(ctx, b, in) // a kill came between
	}
	return s.finish(ctx, b, in)
}

// applyNext writes the first chunk that is not written; the mark and the rows
// stand in one transaction, so a chunk is written once whatever happens.
func (s *Service) applyNext(ctx context.Context, b *Batch) (more bool, err error) {
	var n int
	var sheet string
	var payload []byte
	err = s.db.Read.QueryRowContext(ctx, `SELECT n, sheet, payload FROM import_chunk WHERE batch_id = $1 AND applied = FALSE ORDER BY n LIMIT 1`, b.ID).Scan(&n, &sheet, &payload)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	rows, err := unpackStaged(s.box, sheet, payload)
	if err != nil {
		return false, err
	}
	rows = slices.DeleteFunc(rows, func(r Staged) bool { return r.Result == Rejected })
	return true, s.db.Tx(ctx, func(tx *db.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE import_batch SET rows_saved = rows_saved + $1 WHERE id = $2 AND state = 'saving' AND cancelled = FALSE`, len(rows), b.ID)
		if err != nil {
			return err
		}
		if k, err := res.RowsAffected(); err != nil || k == 0 {
			return errCancelled
		}
		if res, err = tx.ExecContext(ctx, `UPDATE import_chunk SET applied = TRUE WHERE batch_id = $1 AND n = $2 AND applied = FALSE`, b.ID, n); err != nil {
			return err
		}
		if k, err := res.RowsAffected(); err != nil || k == 0 {
			return fault.New(fault.Unavailable, "db.busy") // another worker was first
		}
		if len(rows) > 0 {
			if err := s.kinds[b.Kind].Apply(ctx, tx, b, rows); err != nil {
				return fmt.Errorf("apply chunk %d: %w", n, err)
			}
		}
		s.point("save.chunk.tx")
		return nil
	})
}

// finish makes the batch visible: the kind's last changes, the row that hid it,
// the state and the audit row stand in one transaction. The staged rows are
// dropped with it: the ledger has them now.
func (s *Service) finish(ctx context.Context, b *Batch, in Info) error {
	last, err := s.prepare(ctx, b)
	if err != nil {
		return fmt.Errorf("finish: %w", err)
	}
	more := false
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		// Taking the row first settles the race with a cancel.
		res, err := tx.ExecContext(ctx, `UPDATE import_batch SET saved_at = $1 WHERE id = $2 AND state = 'saving' AND cancelled = FALSE`, db.Millis(tx.Now), b.ID)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errCancelled
		}
		if more, err = last(ctx, tx); err != nil {
			return fmt.Errorf("finish: %w", err)
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM hidden_batch WHERE batch_id = $1`, b.ID); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE import_chunk SET payload = $1 WHERE batch_id = $2`, []byte{}, b.ID); err != nil {
			return err
		}
		if !more {
			if err := s.done(ctx, tx, in); err != nil {
				return err
			}
		}
		s.point("finish.tx")
		return nil
	})
	if err != nil {
		return err
	}
	s.point("finish")
	if more {
		return s.settle(ctx, b, in)
	}
	return s.dropDone(in)
}

// prepare answers what the last transaction does.
func (s *Service) prepare(ctx context.Context, b *Batch) (func(context.Context, *db.Tx) (bool, error), error) {
	if k, ok := s.kinds[b.Kind].(Stepwise); ok {
		return k.Prepare(ctx, b, func(fn func(Staged) error) error { return s.eachStaged(ctx, s.db.Read, b.ID, fn) })
	}
	return func(ctx context.Context, tx *db.Tx) (bool, error) {
		return false, s.kinds[b.Kind].Finish(ctx, tx, b, func(fn func(Staged) error) error { return s.eachStaged(ctx, tx, b.ID, fn) })
	}, nil
}

// settle does what follows once readers see the batch, in short transactions.
func (s *Service) settle(ctx context.Context, b *Batch, in Info) error {
	k, ok := s.kinds[b.Kind].(Stepwise)
	for after := int64(0); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := s.db.Tx(ctx, func(tx *db.Tx) (err error) {
			if ok {
				if after, err = k.Settle(ctx, tx, b, after); err != nil || after != 0 {
					return err
				}
			}
			return s.done(ctx, tx, in)
		})
		if err != nil {
			return err
		}
		s.point("settle")
		if after == 0 {
			return s.dropDone(in)
		}
	}
}

// done declares the batch saved.
func (s *Service) done(ctx context.Context, tx *db.Tx, in Info) error {
	// The counter's row is taken last: whoever begins a save elsewhere waits
	// for it until the commit.
	seq, err := tx.NextIDs(ctx, "import_save", 1)
	if err != nil {
		return err
	}
	set := "effect_seq = $4"
	if in.Refused() == 0 {
		set += ", file_path = ''"
		if err := deleteActs(ctx, tx, in.ID); err != nil {
			return err
		}
	}
	if err := move(ctx, tx, in.ID, ActDone, set, seq); err != nil {
		return err
	}
	return s.note(ctx, tx, account.Caller{UserID: in.savedBy, Address: "worker"}, "import.done", in)
}

// dropDone removes the file of a batch that refused nothing.
func (s *Service) dropDone(in Info) error {
	if in.Refused() == 0 {
		return s.vault.remove(in.filePath)
	}
	return nil
}

// eachStaged walks the accepted rows chunk by chunk; no cursor stays open, so
// that fn may use the transaction.
func (s *Service) eachStaged(ctx context.Context, tx db.Querier, id int64, fn func(Staged) error) error {
	for n := -1; ; {
		var sheet string
		var payload []byte
		err := tx.QueryRowContext(ctx, `SELECT n, sheet, payload FROM import_chunk WHERE batch_id = $1 AND n > $2 ORDER BY n LIMIT 1`, id, n).Scan(&n, &sheet, &payload)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		rows, err := unpackStaged(s.box, sheet, payload)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := fn(r); err != nil {
				return err
			}
		}
	}
}

// Cancel ends a batch that is not saved. What runs stops at the next chunk and
// takes back what it wrote.
func (s *Service) Cancel(ctx context.Context, c account.Caller, id int64) error {
	in, err := s.own(ctx, c, id)
	if err != nil {
		return err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if _, ok := in.State.Next(ActCancel); !ok {
			return fault.New(fault.Conflict, "import.state."+string(in.State))
		}
		// What is shown already can only be undone.
		res, err := tx.ExecContext(ctx, `UPDATE import_batch SET cancelled = TRUE WHERE id = $1 AND state = $2 AND NOT (state = 'saving' AND saved_at <> 0)`, id, string(in.State))
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		return s.note(ctx, tx, c, "import.cancel", in)
	})
	if err != nil {
		return err
	}
	if in.State.Running() && s.queue != nil {
		return s.enqueue(ctx, id, "cancel")
	}
	if in, err = load(ctx, s.db.Read, everywhere, id); err != nil {
		return err
	}
	return s.discard(ctx, in)
}

// Undo takes a saved batch out of the ledger again, as long as no month that it
// touched has closed.
func (s *Service) Undo(ctx context.Context, c account.Caller, id int64) error {
	in, err := s.own(ctx, c, id)
	if err != nil {
		return err
	}
	b, err := s.batch(in)
	if err != nil {
		return err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		seq, err := tx.NextIDs(ctx, "import_save", 1)
		if err != nil {
			return err
		}
		if _, err := others(ctx, tx, in); err != nil {
			return err
		}
		if err := move(ctx, tx, id, ActUndo, "undone_by = $4, undone_at = $5, effect_seq = $6, file_path = ''", c.UserID, db.Millis(tx.Now), seq); err != nil {
			return err
		}
		if err := s.kinds[in.Kind].Undo(ctx, tx, b); err != nil {
			return err
		}
		if err := deleteStaged(ctx, tx, id); err != nil {
			return err
		}
		if err := deleteActs(ctx, tx, id); err != nil {
			return err
		}
		return s.note(ctx, tx, c, "import.undo", in)
	})
	if err != nil {
		return err
	}
	return s.vault.remove(in.filePath)
}
