package people

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"wengang/internal/change"
	"wengang/internal/db"
)

// Settle writes down in which settlement people live today (0 none), inside
// the transaction of the list of residents that says so (internal/register).
// Who has the same already is left alone.
func (s *Store) Settle(ctx context.Context, tx *db.Tx, to map[int64]int64, user, batch int64) error {
	was, err := settledIn(ctx, tx, slices.Sorted(maps.Keys(to)))
	if err != nil {
		return err
	}
	maps.DeleteFunc(was, func(id, at int64) bool { return at == to[id] })
	return s.settle(ctx, tx, was, to, user, batch)
}

// settledIn is in which settlement the records have people.
func settledIn(ctx context.Context, tx *db.Tx, ids []int64) (map[int64]int64, error) {
	out := map[int64]int64{}
	for part := range slices.Chunk(ids, 400) {
		var a db.Args
		rows, err := tx.QueryContext(ctx, "SELECT p.id, p.settlement FROM person p WHERE p.id IN "+db.List(&a, part), a.Values...)
		if err != nil {
			return nil, fmt.Errorf("settle: %w", err)
		}
		for rows.Next() {
			var id, at int64
			if err := rows.Scan(&id, &at); err != nil {
				rows.Close()
				return nil, fmt.Errorf("settle: %w", err)
			}
			out[id] = at
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return nil, fmt.Errorf("settle: %w", err)
		}
	}
	return out, nil
}

func (s *Store) settle(ctx context.Context, tx *db.Tx, was, to map[int64]int64, user, batch int64) error {
	var history []change.Field
	for _, id := range slices.Sorted(maps.Keys(was)) {
		if _, err := tx.ExecContext(ctx, "UPDATE person SET settlement = $1, updated_at = $2, version = version + 1 WHERE id = $3", to[id], db.Millis(tx.Now), id); err != nil {
			return fmt.Errorf("settle: %w", err)
		}
		history = append(history, change.Field{PersonID: id, Entity: change.OfPerson, Field: "settlement", Old: strconv.FormatInt(was[id], 10), New: strconv.FormatInt(to[id], 10), By: user, Batch: batch})
	}
	return change.Record(ctx, tx, history...)
}

// Unsettle puts back what a batch of residents had written; what somebody has
// written since stays.
func (s *Store) Unsettle(ctx context.Context, tx *db.Tx, batch, user int64) error {
	rows, err := tx.QueryContext(ctx, `SELECT person_id, old_value, new_value FROM field_change WHERE batch_id = $1 AND entity = $2 AND field = 'settlement' ORDER BY id`, batch, string(change.OfPerson))
	if err != nil {
		return fmt.Errorf("unsettle: %w", err)
	}
	defer rows.Close()
	old, now := map[int64]int64{}, map[int64]int64{}
	for rows.Next() {
		var id int64
		var was, is string
		if err := rows.Scan(&id, &was, &is); err != nil {
			return fmt.Errorf("unsettle: %w", err)
		}
		if _, first := old[id]; !first {
			old[id], _ = strconv.ParseInt(was, 10, 64)
		}
		now[id], _ = strconv.ParseInt(is, 10, 64)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("unsettle: %w", err)
	}
	rows.Close()
	at, err := settledIn(ctx, tx, slices.Sorted(maps.Keys(now)))
	if err != nil {
		return err
	}
	maps.DeleteFunc(now, func(id, is int64) bool { return at[id] != is })
	return s.settle(ctx, tx, now, old, user, 0)
}
