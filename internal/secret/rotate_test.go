package secret_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/secret"
	"wengang/internal/testkit"
)

var sample = []secret.Column{
	{Table: "sealed_sample", Name: "a", Key: []string{"x", "y"}, Contexts: []string{"sealed_sample.a"}},
	{Table: "sealed_sample", Name: "b", Key: []string{"x", "y"}, Contexts: []string{"other", "sealed_sample.b"}},
}

const sampleRows = 1200

func sealedSample(t *testing.T, d *db.DB, box *secret.Box) {
	t.Helper()
	ctx := context.Background()
	blob := "BLOB"
	if d.Dialect.Name() == "postgres" {
		blob = "BYTEA"
	}
	err := d.Tx(ctx, func(tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, `CREATE TABLE sealed_sample (x BIGINT, y BIGINT, a `+blob+`, b `+blob+`, PRIMARY KEY (x, y))`); err != nil {
			return err
		}
		var rows [][]any
		for i := range sampleRows {
			a, err := box.Encrypt("sealed_sample.a", fmt.Appendf(nil, "a%d", i))
			if err != nil {
				return err
			}
			var b any
			if i%3 == 0 {
				if b, err = box.Encrypt("sealed_sample.b", fmt.Appendf(nil, "b%d", i)); err != nil {
					return err
				}
			}
			rows = append(rows, []any{int64(i / 7), int64(i % 7), a, b})
		}
		return tx.Dialect.BulkInsert(ctx, tx, "sealed_sample", []string{"x", "y", "a", "b"}, rows)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// readable opens every value with the box.
func readable(t *testing.T, d *db.DB, box *secret.Box) {
	t.Helper()
	rows, err := d.Read.Query(`SELECT x, y, a, b FROM sealed_sample`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var (
			x, y int64
			a, b []byte
		)
		if err := rows.Scan(&x, &y, &a, &b); err != nil {
			t.Fatal(err)
		}
		i := x*7 + y
		if p, err := box.Decrypt("sealed_sample.a", a); err != nil || string(p) != fmt.Sprintf("a%d", i) {
			t.Fatalf("row %d: %q, %v", i, p, err)
		}
		if b != nil {
			if p, err := box.Decrypt("sealed_sample.b", b); err != nil || string(p) != fmt.Sprintf("b%d", i) {
				t.Fatalf("row %d: %q, %v", i, p, err)
			}
		}
		n++
	}
	if n != sampleRows {
		t.Errorf("%d rows", n)
	}
}

func TestRotate(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		key := fileKey(t, secret.AES)
		box, err := secret.Open(ctx, d, key, secret.AES)
		if err != nil {
			t.Fatal(err)
		}
		sealedSample(t, d, box)
		index := string(box.BlindIndex("id", "x"))
		auditVersion, mac := box.MAC([]byte("row"))
		other, err := secret.Open(ctx, d, key, secret.AES) // another process
		if err != nil {
			t.Fatal(err)
		}
		// Cut off after every batch, as a kill would: the batch is one
		// transaction, so whole or absent.
		cut, cancel := context.WithCancel(ctx)
		steps, told := 0, map[string]int64{}
		version := 0
		for {
			version, err = secret.Rotate(cut, d, key, box, secret.SM, sample, func(p secret.Progress) {
				if told[p.Column] != p.Rows {
					told[p.Column] = p.Rows
					cancel()
				}
			})
			if err == nil {
				break
			}
			if !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			if steps++; steps > 50 {
				t.Fatal("does not come to an end")
			}
			readable(t, d, box)
			readable(t, d, other)
			cut, cancel = context.WithCancel(ctx)
		}
		cancel()
		if version != 2 || steps < 3 {
			t.Errorf("version %d after %d cuts", version, steps)
		}
		fresh, err := secret.Open(ctx, d, key, secret.AES)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range []*secret.Box{box, other, fresh} {
			readable(t, d, b)
			if string(b.BlindIndex("id", "x")) != index {
				t.Error("the blind index changed")
			}
			if !b.CheckMAC(auditVersion, []byte("row"), mac) {
				t.Error("old audit rows do not verify")
			}
		}
		counts, err := secret.Check(ctx, d, fresh, sample)
		if err != nil || len(counts) != 2 {
			t.Fatalf("%+v, %v", counts, err)
		}
		for _, c := range counts {
			if c.Version != 2 || !c.Opens || (c.Rows != sampleRows && c.Rows != sampleRows/3) {
				t.Errorf("%+v", c)
			}
		}
		if v, err := secret.Rotate(ctx, d, key, box, secret.AES, sample, nil); err != nil || v != 3 {
			t.Errorf("the next rotation: %d, %v", v, err)
		}
		readable(t, d, other)
	})
}

func TestRotateKeepsAConcurrentChange(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		key := fileKey(t, secret.AES)
		box, err := secret.Open(ctx, d, key, secret.AES)
		if err != nil {
			t.Fatal(err)
		}
		sealedSample(t, d, box)
		stale, err := secret.Open(ctx, d, key, secret.AES)
		if err != nil {
			t.Fatal(err)
		}
		changed := false
		_, err = secret.Rotate(ctx, d, key, box, secret.AES, sample, func(secret.Progress) {
			if changed {
				return
			}
			changed = true
			// A process that still uses the old key writes behind the bookmark.
			v, err := stale.Encrypt("sealed_sample.a", []byte("new"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := d.Writer().Exec(`UPDATE sealed_sample SET a = $1 WHERE x = 0 AND y = 0`, v); err != nil {
				t.Fatal(err)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		var a []byte
		if err := d.Read.QueryRow(`SELECT a FROM sealed_sample WHERE x = 0 AND y = 0`).Scan(&a); err != nil {
			t.Fatal(err)
		}
		if p, err := box.Decrypt("sealed_sample.a", a); err != nil || string(p) != "new" {
			t.Errorf("%q, %v", p, err)
		}
		counts, err := secret.Check(ctx, d, box, sample)
		if err != nil {
			t.Fatal(err)
		}
		old := int64(0)
		for _, c := range counts {
			if c.Version == 1 {
				old += c.Rows
			}
		}
		if old != 1 {
			t.Errorf("check tells of %d values under the old key, want 1", old)
		}
	})
}

func TestDamagedValueStopsTheRotation(t *testing.T) {
	d := testkit.SQLite(t)
	ctx := context.Background()
	key := fileKey(t, secret.AES)
	box, err := secret.Open(ctx, d, key, secret.AES)
	if err != nil {
		t.Fatal(err)
	}
	sealedSample(t, d, box)
	if _, err := d.Writer().Exec(`UPDATE sealed_sample SET a = $1 WHERE x = 3 AND y = 3`, []byte("no sealed value, yet long enough for one")); err != nil {
		t.Fatal(err)
	}
	if _, err := secret.Rotate(ctx, d, key, box, secret.AES, sample, nil); !errors.Is(err, secret.ErrSealed) {
		t.Errorf("%v", err)
	}
	counts, err := secret.Check(ctx, d, box, sample)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range counts {
		if c.Version == 0 && (c.Opens || c.Rows != 1) {
			t.Errorf("%+v", c)
		}
	}
}

func TestRotateMaster(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		path := filepath.Join(t.TempDir(), "master.key")
		old, err := secret.CreateFileKey(path, secret.AES)
		if err != nil {
			t.Fatal(err)
		}
		box, err := secret.Open(ctx, d, old, secret.AES)
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := box.Encrypt("c", []byte("v"))
		if err != nil {
			t.Fatal(err)
		}
		check := func(what string) {
			t.Helper()
			key, err := secret.LoadKeyFor(ctx, d, path)
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			b, err := secret.Open(ctx, d, key, secret.AES)
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			if p, err := b.Decrypt("c", sealed); err != nil || string(p) != "v" {
				t.Errorf("%s: %q, %v", what, p, err)
			}
		}
		next, err := secret.RotateFile(ctx, d, path, secret.SM)
		if err != nil || next.ID() == old.ID() || next.Suite() != secret.SM {
			t.Fatal(next, err)
		}
		check("after rotation")
		if _, err := secret.Open(ctx, d, old, secret.AES); !fault.Is(err, fault.Unavailable) {
			t.Errorf("the old master key still opens: %v", err)
		}
		if _, err := secret.LoadFileKey(path + ".old-" + old.ID()); err != nil {
			t.Errorf("the old key file is lost: %v", err)
		}
		if _, err := os.Stat(path + ".next"); err == nil {
			t.Error(".next is left over")
		}
		// Cut off after the ring changed, before the files did.
		third, err := secret.CreateFileKey(path+".next", secret.AES)
		if err != nil {
			t.Fatal(err)
		}
		if err := secret.Rewrap(ctx, d, next, third); err != nil {
			t.Fatal(err)
		}
		check("after a cut between database and files")
		// Cut off before the ring changed: the file at its place still opens.
		if _, err := secret.CreateFileKey(path+".next", secret.AES); err != nil {
			t.Fatal(err)
		}
		check("after a cut before the database")
		if _, err := secret.RotateFile(ctx, d, path, secret.AES); err != nil {
			t.Fatal(err)
		}
		check("finished")
	})
}
