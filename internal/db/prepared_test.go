package db_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"wengang/internal/db"
	"wengang/internal/testkit"
)

// TestKeptStatements: the same text inside the loop over its own rows, more
// texts than are kept, texts too long to keep, a schema that changes under a
// kept statement, an error in between: answers are those of plain queries.
func TestKeptStatements(t *testing.T) {
	d := testkit.SQLite(t)
	ctx := context.Background()
	err := d.Tx(ctx, func(tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, `CREATE TABLE kept_probe (id INTEGER PRIMARY KEY, v TEXT)`); err != nil {
			return err
		}
		for i := range 20 {
			if _, err := tx.ExecContext(ctx, `INSERT INTO kept_probe (id, v) VALUES ($1, $2)`, i, fmt.Sprint("v", i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	const all = `SELECT id FROM kept_probe WHERE id >= $1 ORDER BY id`
	err = d.Snapshot(ctx, func(q db.Querier) error {
		outer, err := q.QueryContext(ctx, all, 0)
		if err != nil {
			return err
		}
		defer outer.Close()
		for n := 0; outer.Next(); n++ {
			var id, inner int
			if err := outer.Scan(&id); err != nil || id != n {
				return fmt.Errorf("outer row %d is %d: %v", n, id, err)
			}
			if err := q.QueryRowContext(ctx, all, 20-id-1).Scan(&inner); err != nil || inner != 20-id-1 {
				return fmt.Errorf("inner of %d is %d: %v", id, inner, err)
			}
		}
		return outer.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 700 {
		var n int
		if err := d.Read.QueryRowContext(ctx, fmt.Sprintf(`SELECT count(*) + %d FROM kept_probe`, i)).Scan(&n); err != nil || n != 20+i {
			t.Fatalf("text %d: %d, %v", i, n, err)
		}
		if i%100 == 0 {
			if _, err := d.Read.QueryContext(ctx, `SELECT nothing FROM kept_probe`); err == nil {
				t.Fatal("a wrong text was answered")
			}
		}
	}
	var n int
	long := `SELECT count(*) FROM kept_probe WHERE v IN ('x` + strings.Repeat(`','x`, 3000) + `')`
	if err := d.Read.QueryRowContext(ctx, long).Scan(&n); err != nil || n != 0 {
		t.Fatalf("long text: %d, %v", n, err)
	}
	for _, add := range []string{"", "w"} {
		if add != "" {
			if err := d.Tx(ctx, func(tx *db.Tx) error {
				_, err := tx.ExecContext(ctx, `ALTER TABLE kept_probe ADD COLUMN w TEXT`)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		rows, err := d.Read.QueryContext(ctx, `SELECT * FROM kept_probe LIMIT 1`)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		rows.Close()
		if want := 2 + len(add); err != nil || len(columns) != want {
			t.Errorf("%d columns, want %d: %v", len(columns), want, err)
		}
	}
}

// BenchmarkKeptStatements is what keeping saves: a query of a page.
func BenchmarkKeptStatements(b *testing.B) {
	d := testkit.SQLite(b)
	for b.Loop() {
		var n int
		if err := d.Read.QueryRowContext(b.Context(), `SELECT count(*) FROM month_close c WHERE c.county >= $1 AND c.county < $2 AND c.month = $3 AND c.state = 'closed'`, 1, 2, 3).Scan(&n); err != nil {
			b.Fatal(err)
		}
	}
}
