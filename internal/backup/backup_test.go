package backup_test

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"wengang/internal/backup"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/testkit"
)

func fill(t *testing.T, d *db.DB) {
	t.Helper()
	ctx := context.Background()
	err := d.Tx(ctx, func(tx *db.Tx) error {
		for i := range 12_345 {
			if _, err := tx.ExecContext(ctx, `INSERT INTO change_log (county, person_id, month_from, month_to, at) VALUES ($1, $2, 202301, 202302, 1)`, 371522000000, i); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO household (id, village, code, phone_cipher, phone_mask, created_at, updated_at)
			VALUES (1, 371522103201, '户1', $1, '138****1234', 1, 1), (2, 371522103201, '', NULL, '', 1, 1)`, []byte{0, 1, 255})
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO local_region (code, name, kind, inside_host) VALUES (371590000000, '度假区', 'unit', TRUE)`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// An archive moves between the engines in every direction and reads back the
// same tables, rows and hashes; generated ids go on after the largest.
func TestArchiveRestoresOnEitherEngine(t *testing.T) {
	ctx := context.Background()
	open := map[string]func(testing.TB) *db.DB{"sqlite": testkit.SQLite, "postgres": testkit.Postgres}
	for _, from := range []string{"sqlite", "postgres"} {
		for _, to := range []string{"sqlite", "postgres"} {
			t.Run(from+" to "+to, func(t *testing.T) {
				src, dst := open[from](t), open[to](t)
				fill(t, src)
				var buf bytes.Buffer
				want, err := backup.Write(ctx, src, &buf)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := backup.Read(ctx, dst, bytes.NewReader(buf.Bytes())); err != nil {
					t.Fatal(err)
				}
				var again bytes.Buffer
				got, err := backup.Write(ctx, dst, &again)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(got.Tables, want.Tables) {
					t.Errorf("restored tables differ:\n got %v\nwant %v", got.Tables, want.Tables)
				}
				var id int64
				err = dst.Tx(ctx, func(tx *db.Tx) error {
					return tx.QueryRowContext(ctx, `INSERT INTO change_log (county, person_id, month_from, month_to, at) VALUES (1, 1, 1, 1, 1) RETURNING id`).Scan(&id)
				})
				if err != nil || id <= 12_345 {
					t.Errorf("the next generated id is %d (%v), want one after 12,345", id, err)
				}
			})
		}
	}
}

func TestDamagedArchiveChangesNothing(t *testing.T) {
	ctx := context.Background()
	src := testkit.SQLite(t)
	fill(t, src)
	var buf bytes.Buffer
	if _, err := backup.Write(ctx, src, &buf); err != nil {
		t.Fatal(err)
	}
	testkit.Engines(t, func(t *testing.T, dst *db.DB) {
		for _, cut := range []int{10, buf.Len() / 2, buf.Len() - 20} {
			if _, err := backup.Read(ctx, dst, bytes.NewReader(buf.Bytes()[:cut])); err == nil {
				t.Errorf("an archive cut at byte %d was restored", cut)
			}
		}
		var n int
		if err := dst.Read.QueryRowContext(ctx, "SELECT COUNT(*) FROM household").Scan(&n); err != nil || n != 0 {
			t.Errorf("%d households after failed restores (%v), want 0", n, err)
		}
	})
}

func TestRestoreRefusesADatabaseInUse(t *testing.T) {
	ctx := context.Background()
	src := testkit.SQLite(t)
	var buf bytes.Buffer
	if _, err := backup.Write(ctx, src, &buf); err != nil {
		t.Fatal(err)
	}
	dst := testkit.SQLite(t)
	err := dst.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO person (id, household_id, village, name, id_cipher, id_index, id_mask, created_at, updated_at) VALUES (1, 1, 371522103201, '示例', $1, $2, '00**27', 1, 1)`, []byte{1}, []byte{2})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Read(ctx, dst, bytes.NewReader(buf.Bytes())); !fault.Is(err, fault.Conflict) {
		t.Errorf("got %v, want a conflict", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("H\x02\x01a\x01b"))
	f.Fuzz(func(t *testing.T, raw []byte) { backup.DecodeForTest(raw) })
}
