package transfer

import (
	"context"
	"errors"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
)

// recheck is the answer to an act: what the rows that it may touch are now.
// Writing it leaves the batch as a check of the whole file would.
type recheck struct {
	s      *Service
	in     Info
	chunks []rechunk
	t      tally // difference of the counters
	whole  bool  // the whole file has to be checked instead
	named  []int64
}

// rechunk is a chunk whose rows in part were judged again.
type rechunk struct {
	n             int
	rows          []row
	out           []Outcome
	placed        placed
	payload, view []byte
}

// again judges the rows that an act touches. changed are the rows of the act;
// before and after are what stands without and with it.
func (s *Service) again(ctx context.Context, in Info, d *desk, changed []rowKey, before, after *overlay) (*recheck, error) {
	rc := &recheck{s: s, in: in}
	var at []int
	for _, k := range changed {
		if i, ok := d.find(k); ok && !slices.Contains(at, i) {
			at = append(at, i)
		} else if !ok {
			return nil, fault.NotFoundf("import.desk.norow")
		}
	}
	// Whom a row means may tie it to rows with which it shares nothing; and a
	// check of another day judges by another day.
	if before.identified() || after.identified() || calendar.DateAt(in.StartedAt) != calendar.DateAt(s.db.Clock()) {
		rc.whole = true
		return rc, nil
	}
	rows, ok, err := d.tied(at, before, after)
	if err != nil {
		return nil, err
	}
	if !ok {
		rc.whole = true
		return rc, nil
	}
	l := d.laying
	l.over = after
	if l.checker, err = s.kinds[in.Kind].Open(ctx, l.b); err != nil {
		return nil, err
	}
	for len(rows) > 0 {
		c := &d.chunks[d.chunkOf(rows[0])]
		n, _ := slices.BinarySearch(rows, c.first+len(c.rows))
		part := rechunk{n: c.n}
		if part.rows, err = d.read(rows[:n], after); err != nil {
			return nil, err
		}
		if part.out, err = l.judge(ctx, part.rows); err != nil {
			return nil, err
		}
		for i, o := range part.out {
			l.place(&part.placed, c.n, part.rows[i], o)
		}
		rc.chunks = append(rc.chunks, part)
		rows = rows[n:]
	}
	rc.named = namedBy(l.checker, in)
	return rc, nil
}

// outcome is what a row came to; nil where the row was not judged.
func (rc *recheck) outcome(k rowKey) *Outcome {
	for i := range rc.chunks {
		for j := range rc.chunks[i].rows {
			if r := &rc.chunks[i].rows[j]; r.N == k.n && valid(r.Sheet) == k.sheet {
				return &rc.chunks[i].out[j]
			}
		}
	}
	return nil
}

// prepare lays the judged rows into their chunks, outside the transaction:
// packing takes longer than writing.
func (rc *recheck) prepare(ctx context.Context) error {
	for i := range rc.chunks {
		if err := rc.merge(ctx, &rc.chunks[i]); err != nil {
			return err
		}
	}
	return nil
}

func (rc *recheck) merge(ctx context.Context, c *rechunk) error {
	var sealed, view []byte
	var sheet string
	if err := rc.s.db.Read.QueryRowContext(ctx, `SELECT sheet, payload, shown FROM import_chunk WHERE batch_id = $1 AND n = $2`, rc.in.ID, c.n).Scan(&sheet, &sealed, &view); err != nil {
		return err
	}
	staged, err := unpackStaged(rc.s.box, sheet, sealed)
	if err != nil {
		return err
	}
	shown, err := unpackShown(rc.s.box, view)
	if err != nil {
		return err
	}
	if err := rc.before(ctx, c, staged); err != nil {
		return err
	}
	again := func(n int) bool { return slices.ContainsFunc(c.rows, func(r row) bool { return r.N == n }) }
	if len(c.rows) > 8 {
		set := map[int]bool{}
		for i := range c.rows {
			set[c.rows[i].N] = true
		}
		again = func(n int) bool { return set[n] }
	}
	staged = append(slices.DeleteFunc(staged, func(x Staged) bool { return again(x.Row) }), c.placed.accepted...)
	slices.SortFunc(staged, func(a, b Staged) int { return a.Row - b.Row })
	shown = append(slices.DeleteFunc(shown, func(x shownRow) bool { return again(x.Row) }), c.placed.shown...)
	slices.SortFunc(shown, func(a, b shownRow) int { return a.Row - b.Row })
	if c.payload, err = packStaged(rc.s.box, staged); err != nil {
		return err
	}
	c.view, err = packShown(rc.s.box, shown)
	return err
}

// before takes what the rows counted until now off the counters and adds what
// they count from now on.
func (rc *recheck) before(ctx context.Context, c *rechunk, staged []Staged) error {
	was := make(map[int]Result, len(c.rows))
	for _, x := range staged {
		if x.Result.accepted() {
			was[x.Row] = x.Result
		}
	}
	warned, found := map[int]bool{}, map[int]int64{}
	refused := map[int]Result{}
	err := rc.eachFinding(ctx, c, func(row int, res Result, sev Severity) {
		found[row]++
		refused[row] = res
		warned[row] = warned[row] || sev == Warning
	})
	if err != nil {
		return err
	}
	for i := range c.rows {
		n := c.rows[i].N
		res, ok := was[n]
		if !ok {
			res = refused[n]
		}
		rc.t.count(res, warned[n], -1)
		rc.t.findings -= found[n]
	}
	add := c.placed.t
	rc.t.new, rc.t.same, rc.t.changed = rc.t.new+add.new, rc.t.same+add.same, rc.t.changed+add.changed
	rc.t.conflict, rc.t.rejected, rc.t.warned = rc.t.conflict+add.conflict, rc.t.rejected+add.rejected, rc.t.warned+add.warned
	rc.t.findings += add.findings
	return nil
}

const rowsChunk = 200

// eachFinding walks the findings that the judged rows of a chunk have so far.
func (rc *recheck) eachFinding(ctx context.Context, c *rechunk, fn func(row int, res Result, sev Severity)) error {
	for rest := c.rows; len(rest) > 0; {
		n := min(len(rest), rowsChunk)
		a := &db.Args{}
		rows, err := rc.s.db.Read.QueryContext(ctx, `SELECT row_no, result, severity FROM import_finding WHERE batch_id = `+a.Add(rc.in.ID)+` AND chunk = `+a.Add(c.n)+
			` AND row_no IN `+db.List(a, numbersOf(rest[:n])), a.Values...)
		if err != nil {
			return err
		}
		for rows.Next() {
			var row int
			var res Result
			var sev Severity
			if err := rows.Scan(&row, &res, &sev); err != nil {
				rows.Close()
				return err
			}
			fn(row, res, sev)
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

func numbersOf(rows []row) []int {
	out := make([]int, len(rows))
	for i := range rows {
		out[i] = rows[i].N
	}
	return out
}

// errMoved is answered where somebody else worked on the batch meanwhile.
var errMoved = errors.New("the batch has moved")

// write lays the answer into the batch, inside the act's transaction.
func (rc *recheck) write(ctx context.Context, tx *db.Tx) error {
	if rc.whole {
		return rc.restart(ctx, tx)
	}
	t := rc.t
	res, err := tx.ExecContext(ctx, `UPDATE import_batch SET revision = revision + 1, rows_new = rows_new + $1, rows_same = rows_same + $2, rows_changed = rows_changed + $3,
			rows_conflict = rows_conflict + $4, rows_rejected = rows_rejected + $5, rows_warned = rows_warned + $6, findings = findings + $7
		WHERE id = $8 AND state = 'checked' AND cancelled = FALSE AND revision = $9`,
		t.new, t.same, t.changed, t.conflict, t.rejected, t.warned, t.findings, rc.in.ID, rc.in.Revision)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errMoved
	}
	if err := dropAbsent(ctx, tx, rc.in.ID, rc.named); err != nil {
		return err
	}
	var next int64
	if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(n), -1) + 1 FROM import_finding WHERE batch_id = $1`, rc.in.ID).Scan(&next); err != nil {
		return err
	}
	for i := range rc.chunks {
		c := &rc.chunks[i]
		for _, table := range []string{"import_finding", "import_handled"} {
			if err := dropRows(ctx, tx, table, rc.in.ID, c); err != nil {
				return err
			}
		}
		for _, f := range c.placed.findings {
			f[1] = next
			next++
		}
		if err := tx.Dialect.BulkInsert(ctx, tx, "import_finding", findingColumns, c.placed.findings); err != nil {
			return err
		}
		if err := tx.Dialect.BulkInsert(ctx, tx, "import_handled", handledColumns, c.placed.handled); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE import_chunk SET payload = $1, shown = $2 WHERE batch_id = $3 AND n = $4`, c.payload, c.view, rc.in.ID, c.n); err != nil {
			return err
		}
	}
	return nil
}

func dropRows(ctx context.Context, tx *db.Tx, table string, batch int64, c *rechunk) error {
	for rest := c.rows; len(rest) > 0; {
		n := min(len(rest), rowsChunk)
		a := &db.Args{}
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE batch_id = `+a.Add(batch)+` AND chunk = `+a.Add(c.n)+
			` AND row_no IN `+db.List(a, numbersOf(rest[:n])), a.Values...); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

// restart sends the batch back to the check of the whole file.
func (rc *recheck) restart(ctx context.Context, tx *db.Tx) error {
	res, err := tx.ExecContext(ctx, `UPDATE import_batch SET revision = revision + 1, state = 'staged', message = '' WHERE id = $1 AND state = 'checked' AND cancelled = FALSE AND revision = $2`,
		rc.in.ID, rc.in.Revision)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errMoved
	}
	return nil
}
