package db_test

import (
	"context"
	"errors"
	"testing"

	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/testkit"
)

func TestNextIDsAreDenseAndRolledBackWithTheTransaction(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		take := func(n int, fail error) (first int64, err error) {
			err = d.Tx(ctx, func(tx *db.Tx) error {
				var e error
				if first, e = tx.NextIDs(ctx, "person", n); e != nil {
					return e
				}
				return fail
			})
			return first, err
		}
		if first, err := take(3, nil); err != nil || first != 1 {
			t.Fatalf("first block starts at %d (%v), want 1", first, err)
		}
		boom := errors.New("boom")
		if _, err := take(5, boom); !errors.Is(err, boom) {
			t.Fatalf("got %v, want the function's error", err)
		}
		if first, err := take(1, nil); err != nil || first != 4 {
			t.Fatalf("after a rollback the block starts at %d (%v), want 4", first, err)
		}
	})
}

func TestBulkInsertWritesEveryRowOfAnyCount(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		const n = 2345
		rows := make([][]any, n)
		for i := range rows {
			rows[i] = []any{int64(i + 1), int64(371522), 202301, 202302, int64(1)}
		}
		err := d.Tx(ctx, func(tx *db.Tx) error {
			return tx.Dialect.BulkInsert(ctx, tx, "change_log", []string{"person_id", "county", "month_from", "month_to", "at"}, rows)
		})
		if err != nil {
			t.Fatal(err)
		}
		var count, sum int64
		if err := d.Read.QueryRowContext(ctx, "SELECT COUNT(*), SUM(person_id) FROM change_log").Scan(&count, &sum); err != nil {
			t.Fatal(err)
		}
		if count != n || sum != n*(n+1)/2 {
			t.Errorf("got %d rows with sum %d, want %d and %d", count, sum, n, n*(n+1)/2)
		}
	})
}

func TestUniqueViolationIsAConflict(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		insert := func() error {
			return d.Tx(ctx, func(tx *db.Tx) error {
				_, err := tx.ExecContext(ctx, "INSERT INTO hidden_batch (batch_id) VALUES ($1)", 7)
				return err
			})
		}
		if err := insert(); err != nil {
			t.Fatal(err)
		}
		if err := insert(); !fault.Is(err, fault.Conflict) {
			t.Errorf("got %v, want a conflict", err)
		}
	})
}
