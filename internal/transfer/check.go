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
	chunk   chunk
	size    int // rows of a full chunk
	width   int
	resumed int   // chunks that are already recorded
	finding int64 // number of the next finding
	percent func() float64
	done    int64
}

// check reads, checks and stages the rows of a batch.
func (s *Service) check(ctx context.Context, in Info) error {
	book, f, m, err := s.reopen(in)
	if err != nil {
		return err
	}
	defer f.Close()
	r := &checkRun{in: in, size: cmp.Or(s.ChunkRows, chunkRows), width: len(m.Columns)}
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
	r.percent = func() float64 { return progress(book, m) }
	src := newSource(book, m)
	err = src.each(r.alloc, func(row row) error { r.over.lay(&row); return r.add(ctx, row) })
	if err == nil {
		err = r.flush(ctx)
	}
	if err != nil {
		return err
	}
	return r.finish(ctx)
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
			return move(ctx, tx, r.in.ID, ActCheck, `rows_total = 0, rows_done = 0, rows_new = 0, rows_same = 0, rows_changed = 0, rows_conflict = 0,
				rows_rejected = 0, rows_warned = 0, findings = 0, message = '', started_at = $4,
				checked_seq = coalesce((SELECT next_id FROM id_counter WHERE name = 'import_save'), 1),
				checked_history = coalesce((SELECT next_id FROM id_counter WHERE name = 'field_change'), 1)`, db.Millis(tx.Now))
		}
		// One statement: chunks and findings of the same moment, whoever else works.
		return tx.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM import_chunk c WHERE c.batch_id = b.id), b.findings FROM import_batch b WHERE b.id = $1`,
			r.in.ID).Scan(&r.resumed, &r.finding)
	})
}

// alloc hands out the cells of the next row from the chunk's block.
func (r *checkRun) alloc() []Cell {
	if r.chunk.cells == nil {
		r.chunk.cells = make([]Cell, r.size*r.width)
		r.chunk.rows = make([]row, 0, r.size)
	}
	i := len(r.chunk.rows) % r.size * r.width
	return r.chunk.cells[i : i+r.width : i+r.width]
}

// add puts a row into the chunk. The chunk's end depends on the file alone, so
// that a resumed check cuts the same chunks: it is full, or the sheet ends.
func (r *checkRun) add(ctx context.Context, row row) error {
	c := &r.chunk
	if len(c.rows) > 0 && c.sheet != row.Sheet {
		held := append([]Cell(nil), row.Cells...)
		if err := r.flush(ctx); err != nil {
			return err
		}
		copy(r.alloc(), held)
		row.Cells = r.alloc()
	}
	c.sheet = row.Sheet
	c.rows = append(c.rows, row)
	if len(c.rows) == r.size {
		return r.flush(ctx)
	}
	return nil
}

// flush checks the chunk and records it, unless that was done before a kill:
// then the checker sees the rows again and its answers are dropped.
func (r *checkRun) flush(ctx context.Context) error {
	c := &r.chunk
	if len(c.rows) == 0 {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	out, err := r.judge(ctx, c.rows)
	if err != nil {
		return err
	}
	if c.n >= r.resumed {
		if err := r.record(ctx, out); err != nil {
			return err
		}
		r.s.point("check.chunk")
	}
	r.done += int64(len(c.rows))
	c.n++
	c.rows = c.rows[:0]
	return nil
}

// record stages the accepted rows, keeps the findings and moves the counters,
// in one transaction.
func (r *checkRun) record(ctx context.Context, out []Outcome) error {
	p := placed{accepted: make([]Staged, 0, len(out)), finding: r.finding}
	for i, o := range out {
		r.place(&p, r.chunk.n, r.chunk.rows[i], o)
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
		if err := r.write(ctx, tx, &p, payload, view); err != nil {
			return err
		}
		r.s.point("check.chunk.tx")
		return nil
	})
	r.finding = p.finding
	return err
}

func (r *checkRun) write(ctx context.Context, tx *db.Tx, p *placed, payload, view []byte) error {
	c, t := &r.chunk, p.t
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
	total := done
	if p := r.percent(); p > 0.01 && p < 1 {
		total = max(done, int64(float64(done)/p))
	}
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
func (r *checkRun) finish(ctx context.Context) error {
	if r.done == 0 {
		return fault.New(fault.Invalid, "import.empty", r.in.FileName)
	}
	err := r.s.db.Tx(ctx, func(tx *db.Tx) error {
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
