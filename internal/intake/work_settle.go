package intake

import (
	"context"
	"fmt"

	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/region"
	"wengang/internal/transfer"
)

// settleStates is how many people's states change in the last transaction, a
// tenth of a second on SQLite; more follow in steps, because a person's row is
// long and all writers wait. Tests make it smaller.
var settleStates = 5_000

// settleStep is how many people one step brings up to their states.
var settleStep = 2_000

// setStates brings people up to the latest statement of the batch. Who had a
// state without history gets one first, so that an undo finds it. It may be
// done twice.
func setStates(ctx context.Context, tx *db.Tx, batch int64, ids []int64) error {
	for len(ids) > 0 {
		n := min(idChunk, len(ids))
		in := idList(ids[:n])
		newer := func(person string) string {
			return `EXISTS (SELECT 1 FROM status_history h WHERE h.person_id = ` + person + `.id AND h.batch_id = $1
				AND (h.since > ` + person + `.status_on OR h.since = ` + person + `.status_on AND h.status <> ` + person + `.status))`
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO status_history (person_id, since, status, source, recorded_at, recorded_by, batch_id)
			SELECT p.id, p.status_on, p.status, p.status_source, p.created_at, 0, 0 FROM person p
			WHERE p.status <> 0 AND p.id IN `+in+` AND `+newer("p")+`
			AND NOT EXISTS (SELECT 1 FROM status_history o WHERE o.person_id = p.id AND o.batch_id <> $1)`, batch)
		if err != nil {
			return fmt.Errorf("keep states: %w", err)
		}
		pick := func(column string) string {
			return `(SELECT h.` + column + ` FROM status_history h WHERE h.person_id = person.id AND h.batch_id = $1 ORDER BY h.since DESC LIMIT 1)`
		}
		_, err = tx.ExecContext(ctx, `UPDATE person SET status = `+pick("status")+`, status_on = `+pick("since")+`, status_source = $2,
			version = version + 1, updated_at = $3 WHERE id IN `+in+` AND `+newer("person"), batch, source, db.Millis(tx.Now))
		if err != nil {
			return fmt.Errorf("set states: %w", err)
		}
		ids = ids[n:]
	}
	return nil
}

// Settle brings the next people up to the states that the batch states, once it
// is shown. The last step tells the readers of figures, who may have read some
// people before and others after.
func (k *workKind) Settle(ctx context.Context, tx *db.Tx, b *transfer.Batch, after int64) (int64, error) {
	rows, err := tx.QueryContext(ctx, `SELECT DISTINCT person_id FROM status_history WHERE person_id > $1 AND batch_id = $2 ORDER BY person_id LIMIT $3`, after, b.ID, settleStep)
	if err != nil {
		return 0, fmt.Errorf("read states: %w", err)
	}
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			rows.Close()
			return 0, fmt.Errorf("read states: %w", err)
		}
		ids = append(ids, id)
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return 0, fmt.Errorf("read states: %w", err)
	}
	if len(ids) > 0 {
		return ids[len(ids)-1], setStates(ctx, tx, b.ID, ids)
	}
	var since calendar.Date
	if err := tx.QueryRowContext(ctx, `SELECT coalesce(min(since), 0) FROM status_history WHERE batch_id = $1`, b.ID).Scan(&since); err != nil {
		return 0, fmt.Errorf("first state: %w", err)
	}
	counties, err := countiesOf(ctx, tx, b.Region)
	for _, c := range counties {
		if err == nil {
			err = change.County(ctx, tx, c, since.Month(), calendar.Open)
		}
	}
	return 0, err
}

// countiesOf are the counties of a region that have people.
func countiesOf(ctx context.Context, q db.Querier, at region.Code) ([]region.Code, error) {
	var a db.Args
	rows, err := q.QueryContext(ctx, `SELECT DISTINCT village / 1000000 FROM person WHERE `+region.ScopeOf(at.At(region.County)).Predicate("village", a.Add), a.Values...)
	if err != nil {
		return nil, fmt.Errorf("read counties: %w", err)
	}
	defer rows.Close()
	var out []region.Code
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, fmt.Errorf("read counties: %w", err)
		}
		out = append(out, region.Code(n*1_000_000))
	}
	return out, rows.Err()
}
