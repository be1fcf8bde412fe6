package intake

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/rule"
	"wengang/internal/transfer"
)

// edits is what Finish does to rows that readers already see, with the history
// that lets Undo take it back, and what must be told of it: the change log per
// county, and the people whose closed months would now be different.
type edits struct {
	ctx     context.Context
	tx      *db.Tx
	b       *transfer.Batch
	base    *base
	history []change.Field
	kept    []rule.Kept
	excuses []excuse
	from    map[region.Code]calendar.Month // county → first month that changed
	closed  map[region.Code]calendar.Month // county → last closed month
	late    map[int64]calendar.Month       // person → first closed month that changed
	had     map[int64]bool                 // people who have findings
	touched map[int64]bool                 // people whom somebody edited since the check

	prepared map[string]*sql.Stmt
}

// errStale refuses a save of rows that were decided over a record which a page
// has changed since.
var errStale = fault.New(fault.Conflict, "import.stale")

// readTouched reads who was edited by hand since the check began, or joined with
// another record: what a file says of that one belongs to the other. Other
// imports are none of it: a save after one of them is refused by the engine.
func (e *edits) readTouched(of ...change.Entity) error {
	e.touched = map[int64]bool{}
	var a db.Args
	rows, err := e.tx.QueryContext(e.ctx, `SELECT DISTINCT person_id FROM field_change WHERE batch_id = 0 AND id >= `+a.Add(e.b.History)+
		` AND (entity IN `+db.List(&a, of)+` OR entity = 'person' AND field = 'merged_into')`, a.Values...)
	if err != nil {
		return fmt.Errorf("read edits: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return fmt.Errorf("read edits: %w", err)
		}
		e.touched[id] = true
	}
	return rows.Err()
}

// standing refuses rows of the batch's own under a record that was joined with
// another or taken out since the check. Once they are there neither happens
// unseen.
func (e *edits) standing(q db.Querier, table string) error {
	var n int
	err := q.QueryRowContext(e.ctx, `SELECT CASE WHEN EXISTS (SELECT 1 FROM `+table+` x LEFT JOIN person p ON p.id = x.person_id
		WHERE x.batch_id = $1 AND (p.id IS NULL OR p.merged_into <> 0)) THEN 1 ELSE 0 END`, e.b.ID).Scan(&n)
	if err != nil {
		return fmt.Errorf("people of %s: %w", table, err)
	}
	if n != 0 {
		return errStale
	}
	return nil
}

// edits begins; q reads. It may be another than the transaction that e.tx is
// set to before the first write.
func (b *base) edits(ctx context.Context, q db.Querier, batch *transfer.Batch) (*edits, error) {
	tx, _ := q.(*db.Tx)
	e := &edits{ctx: ctx, tx: tx, b: batch, base: b, from: map[region.Code]calendar.Month{}, late: map[int64]calendar.Month{}, had: map[int64]bool{}}
	var err error
	if e.closed, err = closedUntil(ctx, q, batch.Region); err != nil {
		return nil, err
	}
	return e, e.readHad(q)
}

// readHad asks once who has findings, so that only those are asked again.
func (e *edits) readHad(q db.Querier) error {
	var a db.Args
	rows, err := q.QueryContext(e.ctx, `SELECT DISTINCT f.person_id FROM finding f JOIN person p ON p.id = f.person_id
		WHERE f.state <> 1 AND `+region.ScopeOf(e.b.Region).Predicate("p.village", a.Add), a.Values...)
	if err != nil {
		return fmt.Errorf("read findings: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return fmt.Errorf("read findings: %w", err)
		}
		e.had[id] = true
	}
	return rows.Err()
}

// touch notes that the facts of a village's people changed from a month on.
func (e *edits) touch(village region.Code, from calendar.Month) {
	c := village.At(region.County)
	if m, ok := e.from[c]; !ok || from < m {
		e.from[c] = from
	}
}

// person is touch for one person of the ledger: where the month is closed, an
// adjustment will say what it would now be.
func (e *edits) person(id int64, village region.Code, from calendar.Month) {
	e.touch(village, from)
	if from <= e.closed[village.At(region.County)] {
		if m, ok := e.late[id]; !ok || from < m {
			e.late[id] = from
		}
	}
}

// note appends a history row unless nothing changed.
func (e *edits) note(f change.Field) {
	if f.Old == f.New && f.OldCipher == nil && f.NewCipher == nil {
		return
	}
	f.By, f.Batch = e.b.UserID, e.b.ID
	e.history = append(e.history, f)
}

// finding keeps what the check found of a person, and mends what it did not
// find again. People without old or new findings cost nothing.
func (e *edits) finding(id int64, village region.Code, found []keptFinding, checked func(*rule.Rule, string) bool) {
	if len(found) > 0 || e.had[id] {
		e.kept = append(e.kept, rule.Kept{PersonID: id, Village: village, Found: findings(found), Checked: checked})
		e.excuses = append(e.excuses, excused(id, found)...)
	}
}

// set is one UPDATE in the making.
type set struct {
	sets []string
	args db.Args
}

func (s *set) add(column string, v any) { s.sets = append(s.sets, column+" = "+s.args.Add(v)) }

// maxPrepared bounds the statements that are kept; rows of one file change the
// same few sets of columns.
const maxPrepared = 50

// exec runs a statement, prepared once: a file that changes 200,000 people runs
// the same one as often, and preparing it is a quarter of the time for which
// Finish keeps others from writing.
func (e *edits) exec(what, query string, args ...any) error {
	st, ok := e.prepared[query]
	if !ok && len(e.prepared) < maxPrepared {
		var err error
		if st, err = e.tx.PrepareContext(e.ctx, query); err != nil { // closed with the transaction
			return fmt.Errorf("%s: %w", what, err)
		}
		if e.prepared == nil {
			e.prepared = map[string]*sql.Stmt{}
		}
		e.prepared[query] = st
	}
	var err error
	if st != nil {
		_, err = st.ExecContext(e.ctx, args...)
	} else {
		_, err = e.tx.ExecContext(e.ctx, query, args...)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// update runs the UPDATE of a person and moves its version.
func (e *edits) update(id int64, s *set) error {
	if len(s.sets) == 0 {
		return nil
	}
	s.add("updated_at", db.Millis(e.tx.Now))
	return e.exec("update person", `UPDATE person SET `+strings.Join(s.sets, ", ")+`, version = version + 1 WHERE id = `+s.args.Add(id), s.args.Values...)
}

const historyChunk = 5000

// close writes what the edits leave behind. The batch is shown before the
// adjustments are worked out, because they read the ledger as readers see it.
func (e *edits) close() error {
	for len(e.history) > 0 {
		n := min(historyChunk, len(e.history))
		if err := change.Record(e.ctx, e.tx, e.history[:n]...); err != nil {
			return err
		}
		e.history = e.history[n:]
	}
	if err := rule.KeepAll(e.ctx, e.tx, e.b.ID, e.kept); err != nil {
		return err
	}
	if err := writeExcuses(e.ctx, e.tx, e.b.ID, e.excuses); err != nil {
		return err
	}
	for county, from := range e.from {
		if err := change.County(e.ctx, e.tx, county, from, calendar.Open); err != nil {
			return err
		}
	}
	if len(e.late) == 0 {
		return nil
	}
	if err := e.exec("show batch", `DELETE FROM hidden_batch WHERE batch_id = $1`, e.b.ID); err != nil {
		return err
	}
	return e.base.noteLate(e.ctx, e.tx, e.b, e.late)
}

// noteLate has the closed months of people worked out again, by first month.
func (b *base) noteLate(ctx context.Context, tx *db.Tx, batch *transfer.Batch, late map[int64]calendar.Month) error {
	by := map[calendar.Month][]int64{}
	for id, from := range late {
		by[from] = append(by[from], id)
	}
	for from, ids := range by {
		if err := b.Closed.NoteAll(ctx, tx, ids, from, calendar.Open, batch.UserID, batch.ID); err != nil {
			return err
		}
	}
	return nil
}
