package intake

import (
	"context"
	"fmt"

	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/transfer"
)

var (
	spellColumns = []string{"person_id", "id", "start_month", "end_month", "end_reason", "source", "batch_id", "created_at", "updated_at"}
	termInsert   = append([]string{"person_id", "spell_id", "from_month", "batch_id"}, termColumns...)
	seenColumns  = []string{"person_id", "spell_id", "month", "strength", "batch_id"}
)

// workRows are the rows of one chunk by table.
type workRows struct {
	spells, terms, seen, states [][]any
	history                     []change.Field
}

// Apply writes the chunk's new spells, dated terms, confirmations and states;
// all of it is hidden with the batch.
func (k *workKind) Apply(ctx context.Context, tx *db.Tx, b *transfer.Batch, rows []transfer.Staged) error {
	b = asHistory(b)
	in := make([]workRow, len(rows))
	fresh := 0
	for i, r := range rows {
		if err := decode(r.Payload, &in[i]); err != nil {
			return err
		}
		if in[i].Fresh {
			fresh++
		}
	}
	var next int64
	if fresh > 0 {
		var err error
		if next, err = tx.NextIDs(ctx, "spell", fresh); err != nil {
			return err
		}
	}
	var out workRows
	for i := range in {
		w := &in[i]
		if w.Fresh {
			w.SpellID = next
			next++
		}
		out.add(w, b, rows[i].Row, db.Millis(tx.Now))
	}
	return out.write(ctx, tx)
}

func (o *workRows) add(w *workRow, b *transfer.Batch, row int, now int64) {
	if w.Fresh {
		o.spells = append(o.spells, []any{w.PersonID, w.SpellID, int64(w.Start), int64(w.End), w.Reason, source, b.ID, now, now})
		o.history = append(o.history, change.Field{PersonID: w.PersonID, Entity: change.OfSpell, EntityID: w.SpellID, Field: change.Created, By: b.UserID, Batch: b.ID, FileRow: row})
	}
	if w.Fresh || w.Dated {
		o.terms = append(o.terms, termRow(w.PersonID, w.SpellID, b.ID, &w.Term))
	}
	if w.Dated {
		o.history = append(o.history, w.termHistory(b.UserID, b.ID, row)...)
	}
	if b.Month != 0 && (w.Seen || w.Fresh && w.Runs) {
		o.seen = append(o.seen, []any{w.PersonID, w.SpellID, int64(b.Month), fact.Claimed, b.ID})
	}
	if w.Status != 0 {
		o.states = append(o.states, []any{w.PersonID, int64(w.StatusOn), w.Status, source, now, b.UserID, b.ID})
	}
}

func termRow(person, spell, batch int64, t *fact.Term) []any {
	return append([]any{person, spell, int64(t.From), batch}, termValues(t)...)
}

func (o *workRows) write(ctx context.Context, tx *db.Tx) error {
	for _, t := range []struct {
		table   string
		columns []string
		rows    [][]any
	}{{"spell", spellColumns, o.spells}, {"spell_term", termInsert, o.terms}, {"spell_seen", seenColumns, o.seen}, {"status_history", statusColumns, o.states}} {
		if len(t.rows) == 0 {
			continue
		}
		if err := tx.Dialect.BulkInsert(ctx, tx, t.table, t.columns, t.rows); err != nil {
			return err
		}
	}
	return change.Record(ctx, tx, o.history...)
}

// Undo takes the records of the batch out again, unless a later file or a
// person has worked on its spells.
func (k *workKind) Undo(ctx context.Context, tx *db.Tx, b *transfer.Batch) error {
	people, err := statedPeople(ctx, tx, b.ID)
	if err != nil {
		return err
	}
	// A village or workplace that confirmed a month since keeps its word.
	_, err = tx.ExecContext(ctx, `UPDATE spell_seen SET batch_id = 0 WHERE batch_id = $1 AND strength > $2
		AND NOT EXISTS (SELECT 1 FROM spell s WHERE s.person_id = spell_seen.person_id AND s.id = spell_seen.spell_id AND s.batch_id = $1)`, b.ID, fact.Claimed)
	if err != nil {
		return fmt.Errorf("undo confirmations: %w", err)
	}
	err = k.undo(ctx, tx, b, firstWork, laterWork, []string{"status_history", "spell_seen", "spell_term", "spell"})
	if err != nil {
		return err
	}
	return restoreStatus(ctx, tx, people)
}

// statedPeople are those whose state the batch has changed.
func statedPeople(ctx context.Context, tx *db.Tx, batch int64) ([]int64, error) {
	rows, err := tx.QueryContext(ctx, `SELECT DISTINCT h.person_id FROM status_history h WHERE h.batch_id = $1
		AND NOT EXISTS (SELECT 1 FROM hidden_batch b WHERE b.batch_id = $1)`, batch)
	if err != nil {
		return nil, fmt.Errorf("read states: %w", err)
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("read states: %w", err)
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

// restoreStatus gives people the latest state that is left in their history.
func restoreStatus(ctx context.Context, tx *db.Tx, ids []int64) error {
	for len(ids) > 0 {
		n := min(idChunk, len(ids))
		var a db.Args
		now := a.Add(db.Millis(tx.Now))
		_, err := tx.ExecContext(ctx, `UPDATE person SET status = `+latest("status", "0", "")+`, status_on = `+latest("since", "0", "")+`,
			status_source = `+latest("source", "''", "")+`, version = version + 1, updated_at = `+now+` WHERE id IN `+idList(ids[:n]), a.Values...)
		if err != nil {
			return fmt.Errorf("restore states: %w", err)
		}
		ids = ids[n:]
	}
	return nil
}

// latest is a scalar query for the person's latest visible state.
func latest(column, none, cond string) string {
	return `coalesce((SELECT h.` + column + ` FROM status_history h WHERE h.person_id = person.id AND ` + live("h") + cond + `
		ORDER BY h.since DESC, h.recorded_at DESC LIMIT 1), ` + none + `)`
}

// firstWork is the first month that a batch of work touched.
const firstWork = `SELECT coalesce(min(m), 999912) FROM (
			SELECT min(start_month) AS m FROM spell WHERE batch_id = $1
			UNION ALL SELECT min(from_month) FROM spell_term WHERE batch_id = $1
			UNION ALL SELECT min(month) FROM spell_seen WHERE batch_id = $1) x`

// laterWork find what later files and people did to spells of a batch.
var laterWork = []string{
	`SELECT 1 FROM spell s JOIN spell_term t ON t.person_id = s.person_id AND t.spell_id = s.id WHERE s.batch_id = $1 AND t.batch_id <> $1`,
	`SELECT 1 FROM spell s JOIN spell_seen t ON t.person_id = s.person_id AND t.spell_id = s.id WHERE s.batch_id = $1 AND t.batch_id <> $1`,
	`SELECT 1 FROM spell s JOIN field_change f ON f.person_id = s.person_id AND f.entity_id = s.id
		WHERE s.batch_id = $1 AND f.batch_id <> $1 AND f.entity IN ('spell', 'term')`,
}
