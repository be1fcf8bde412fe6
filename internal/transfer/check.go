package transfer

import (
	"cmp"
	"context"
	"fmt"

	"wengang/internal/db"
	"wengang/internal/fault"
)

// checkRun is one check of a batch, from its start or from where a kill left it.
type checkRun struct {
	laying
	in      Info
	resumed int   // chunks that are already recorded
	finding int64 // number of the next finding
	done    int64
}

// check reads, checks and stages the rows of a batch.
func (s *Service) check(ctx context.Context, in Info) error {
	book, f, m, err := s.reopen(in)
	if err != nil {
		return err
	}
	defer f.Close()
	r := &checkRun{in: in}
	if r.laying, err = s.laying(in, m); err != nil {
		return err
	}
	if err := r.begin(ctx); err != nil {
		return err
	}
	if r.over, err = s.overlay(ctx, s.db.Read, in.ID); err != nil {
		return err
	}
	if r.checker, err = s.kinds[in.Kind].Open(ctx, r.b); err != nil {
		return err
	}
	src := newSource(book, m)
	p := &pipe{size: cmp.Or(s.ChunkRows, chunkRows), width: len(m.Columns), share: func() float64 { return progress(book, m) }}
	err = p.run(ctx, func(alloc func() []Cell, fn func(row) error) error {
		return src.each(alloc, func(row row) error { r.over.lay(&row); return fn(row) })
	}, r.judgeChunk, func(c *chunk) error { return r.keep(ctx, c) })
	if err != nil {
		return err
	}
	absent, total, err := r.findAbsent(ctx)
	if err != nil {
		return err
	}
	rows := r.done
	r.checker, r.over = nil, nil
	if err := r.finish(ctx, absent, total); err != nil {
		return err
	}
	giveBack(rows)
	return nil
}

// begin moves the batch to checking. A fresh check drops what an earlier one
// staged; a resumed one counts what is there.
func (r *checkRun) begin(ctx context.Context) error {
	return r.s.db.Tx(ctx, func(tx *db.Tx) error {
		if r.in.State != StateChecking {
			// Another worker may have begun since the state was read: what it
			// staged is not to be dropped.
			res, err := tx.ExecContext(ctx, `UPDATE import_batch SET message = '' WHERE id = $1 AND state = $2`, r.in.ID, string(r.in.State))
			if err != nil {
				return err
			}
			if n, err := res.RowsAffected(); err != nil || n == 0 {
				return fault.New(fault.Unavailable, "db.busy")
			}
			if err := deleteStaged(ctx, tx, r.in.ID); err != nil {
				return err
			}
			return move(ctx, tx, r.in.ID, ActCheck, `revision = revision + 1, rows_total = 0, rows_done = 0, rows_new = 0, rows_same = 0, rows_changed = 0, rows_conflict = 0,
				rows_rejected = 0, rows_warned = 0, findings = 0, message = '', started_at = $4,
				checked_seq = coalesce((SELECT next_id FROM id_counter WHERE name = 'import_save'), 1),
				checked_history = coalesce((SELECT next_id FROM id_counter WHERE name = 'field_change'), 1)`, db.Millis(tx.Now))
		}
		// One statement: chunks and findings of the same moment, whoever else works.
		return tx.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM import_chunk c WHERE c.batch_id = b.id), b.findings FROM import_batch b WHERE b.id = $1`,
			r.in.ID).Scan(&r.resumed, &r.finding)
	})
}

func (r *checkRun) judgeChunk(ctx context.Context, c *chunk) (err error) {
	r.b.Expect = c.expect
	c.outcomes, err = r.judge(ctx, c.rows)
	return err
}

// keep records a judged chunk, unless that was done before a kill: then the
// checker saw the rows again and its answers are dropped.
func (r *checkRun) keep(ctx context.Context, c *chunk) error {
	if c.n >= r.resumed {
		if err := r.record(ctx, c); err != nil {
			return err
		}
		r.s.point("check.chunk")
	}
	r.done += int64(len(c.rows))
	return nil
}

// record stages the accepted rows, keeps the findings and moves the counters,
// in one transaction.
func (r *checkRun) record(ctx context.Context, c *chunk) error {
	p := placed{accepted: make([]Staged, 0, len(c.outcomes)), finding: r.finding}
	for i, o := range c.outcomes {
		r.place(&p, c.n, c.rows[i], o)
	}
	payload, err := packStaged(r.s.box, p.accepted)
	if err != nil {
		return err
	}
	view, err := packShown(r.s.box, p.shown)
	if err != nil {
		return err
	}
	err = r.s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := r.write(ctx, tx, c, &p, payload, view); err != nil {
			return err
		}
		r.s.point("check.chunk.tx")
		return nil
	})
	r.finding = p.finding
	return err
}

func (r *checkRun) write(ctx context.Context, tx *db.Tx, c *chunk, p *placed, payload, view []byte) error {
	t := p.t
	if _, err := tx.ExecContext(ctx, `INSERT INTO import_chunk (batch_id, n, sheet, first_row, last_row, rows, payload, shown) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		r.b.ID, c.n, valid(c.sheet), c.rows[0].N, c.rows[len(c.rows)-1].N, len(c.rows), payload, view); err != nil {
		if fault.Is(tx.Dialect.Fault(err), fault.Conflict) {
			// Another worker has resumed the same batch and is ahead.
			return fault.New(fault.Unavailable, "db.busy")
		}
		return fmt.Errorf("stage chunk %d: %w", c.n, err)
	}
	if err := tx.Dialect.BulkInsert(ctx, tx, "import_finding", findingColumns, p.findings); err != nil {
		return err
	}
	if err := tx.Dialect.BulkInsert(ctx, tx, "import_handled", handledColumns, p.handled); err != nil {
		return err
	}
	done := r.done + int64(len(c.rows))
	total := max(done, c.expect)
	res, err := tx.ExecContext(ctx, `
		UPDATE import_batch SET rows_total = $1, rows_done = $2, rows_new = rows_new + $3, rows_same = rows_same + $4, rows_changed = rows_changed + $5,
			rows_conflict = rows_conflict + $6, rows_rejected = rows_rejected + $7, rows_warned = rows_warned + $8, findings = findings + $9
		WHERE id = $10 AND state = 'checking' AND cancelled = FALSE`,
		total, done, t.new, t.same, t.changed, t.conflict, t.rejected, t.warned, t.findings, r.b.ID)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errCancelled
	}
	return nil
}

// finish declares the check done. A file without a row of data is refused:
// saving nothing under the name of a full list would empty the ledger.
func (r *checkRun) finish(ctx context.Context, absent []byte, total int) error {
	if r.done == 0 {
		return fault.New(fault.Invalid, "import.empty", r.in.FileName)
	}
	err := r.s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := keepAbsent(ctx, tx, r.b.ID, absent, total); err != nil {
			return err
		}
		var staged int64
		if err := tx.QueryRowContext(ctx, `SELECT coalesce(sum(rows), 0) FROM import_chunk WHERE batch_id = $1`, r.b.ID).Scan(&staged); err != nil {
			return err
		}
		if staged != r.done {
			return fault.New(fault.Unavailable, "db.busy") // another worker holds a chunk of it
		}
		return move(ctx, tx, r.b.ID, ActChecked, "rows_total = $4, rows_done = $4, checked_at = $5", r.done, db.Millis(tx.Now))
	})
	if err == nil {
		r.s.point("checked")
	}
	return err
}
