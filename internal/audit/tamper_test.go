package audit_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/region"
	"wengang/internal/secret"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
)

func regionOf(n int64) region.Code { return region.Code(n) }

// fresh is a record of 20 chained acts that verifies.
func fresh(t *testing.T, d *db.DB) (*audit.Log, *audit.FileAnchor) {
	t.Helper()
	l, a := newLog(t, d)
	write(t, d, l, 20)
	rep, err := l.Verify(context.Background())
	if err != nil || !rep.OK() || rep.Rows != 20 || rep.Seals != 20 || rep.Marks == 0 {
		t.Fatalf("the untouched record does not verify: %+v, %v", rep, err)
	}
	return l, a
}

func do(t *testing.T, d *db.DB, stmts ...string) {
	t.Helper()
	for _, s := range stmts {
		if _, err := d.Writer().Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// TestTampering does to the record what somebody with the database, but not
// the key, can do. Every case must be found, at its place.
func TestTampering(t *testing.T) {
	const copyRow = `
		INSERT INTO audit_row (nonce, at, user_id, login, address, session, request_id, action, object, object_id, region, outcome, detail, key_version, mac)
		SELECT %s, at, user_id, login, address, session, request_id, action, object, object_id, region, outcome, detail, key_version, mac
		FROM audit_row WHERE id = 5`
	cases := []struct {
		name string
		sql  []string
		want []string // "kind seq row"
	}{
		{"a field is changed", []string{`UPDATE audit_row SET user_id = 8 WHERE id = 5`}, []string{"row_changed 5 5"}},
		{"an outcome is changed", []string{`UPDATE audit_row SET outcome = 'refused' WHERE id = 20`}, []string{"row_changed 20 20"}},
		{"a field and its MAC are changed", []string{`UPDATE audit_row SET user_id = 8, mac = (SELECT mac FROM audit_row WHERE id = 6) WHERE id = 5`},
			[]string{"row_changed 5 5", "seal_changed 5 5"}},
		{"the chain is rewritten without the key", []string{`UPDATE audit_row SET user_id = 8 WHERE id = 15`, `UPDATE audit_seal SET hash = (SELECT hash FROM audit_seal s WHERE s.seq = 3) WHERE seq >= 15`},
			[]string{"row_changed 15 15", "seal_changed 15 15", "seal_changed 16 16", "seal_changed 20 20", "anchor_other 20 20"}},
		{"a row is deleted", []string{`DELETE FROM audit_row WHERE id = 5`}, []string{"row_missing 5 5"}},
		{"a row and its link are deleted", []string{`DELETE FROM audit_row WHERE id = 5`, `DELETE FROM audit_seal WHERE seq = 5`}, []string{"seal_missing 5 0"}},
		{"a row is deleted and the chain closed up", []string{`DELETE FROM audit_row WHERE id = 19`, `DELETE FROM audit_seal WHERE seq = 19`, `UPDATE audit_seal SET seq = 19 WHERE seq = 20`},
			[]string{"seal_changed 19 20", "tail_missing 20 0"}},
		{"the last three are deleted", []string{`DELETE FROM audit_row WHERE id > 17`, `DELETE FROM audit_seal WHERE seq > 17`},
			[]string{"tail_missing 18 0", "tail_missing 19 0", "tail_missing 20 0"}},
		{"everything is deleted", []string{`DELETE FROM audit_row`, `DELETE FROM audit_seal`}, []string{"tail_missing 1 0", "tail_missing 20 0"}},
		{"two rows are swapped", []string{`UPDATE audit_row SET id = 1000 WHERE id = 5`, `UPDATE audit_row SET id = 5 WHERE id = 6`, `UPDATE audit_row SET id = 6 WHERE id = 1000`},
			[]string{"seal_changed 5 5", "seal_changed 6 6"}},
		{"two links are swapped", []string{`UPDATE audit_seal SET seq = 1000 WHERE seq = 5`, `UPDATE audit_seal SET seq = 5 WHERE seq = 6`, `UPDATE audit_seal SET seq = 6 WHERE seq = 1000`},
			[]string{"seal_changed 5 6", "seal_changed 6 5"}},
		{"a row is put in", []string{fmt.Sprintf(copyRow, `mac`), `UPDATE audit_row SET object_id = '999' WHERE id > 20`}, []string{"row_changed 0 21"}},
		{"a row is copied", []string{`DROP INDEX audit_row_nonce`, fmt.Sprintf(copyRow, `nonce`)}, []string{"row_twice 0 21"}},
		{"a row is back-dated", []string{`UPDATE audit_row SET at = at - 86400000 WHERE id = 5`}, []string{"row_changed 5 5"}},
		{"links are taken away", []string{`UPDATE audit_row SET at = at - 600000 WHERE id = 20`, `DELETE FROM audit_seal WHERE seq = 20`}, []string{"tail_missing 20 0", "row_changed 0 20"}},
	}
	testkit.Engines(t, func(t *testing.T, outer *db.DB) {
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				d := outer
				do(t, d, `DELETE FROM audit_row`, `DELETE FROM audit_seal`)
				resetIDs(t, d)
				l, _ := fresh(t, d)
				do(t, d, c.sql...)
				rep, err := l.Verify(context.Background())
				if err != nil {
					t.Fatal(err)
				}
				got := map[string]bool{}
				for _, f := range rep.Findings {
					got[fmt.Sprintf("%s %d %d", f.Kind, f.Seq, f.RowID)] = true
				}
				for _, w := range c.want {
					if !got[w] {
						t.Errorf("%q not found in %v", w, rep.Findings)
					}
				}
				if strings.Contains(c.name, "copied") {
					do(t, d, `DELETE FROM audit_row WHERE id > 20`, `CREATE UNIQUE INDEX audit_row_nonce ON audit_row (nonce)`)
				}
			})
		}
	})
}

// resetIDs lets the next row be number 1 again, so that the cases can name
// rows by number.
func resetIDs(t *testing.T, d *db.DB) {
	if d.Dialect.Name() == "postgres" {
		do(t, d, `ALTER TABLE audit_row ALTER COLUMN id RESTART WITH 1`)
		return
	}
	do(t, d, `DELETE FROM sqlite_sequence WHERE name = 'audit_row'`)
}

func TestAnotherKeyDoesNotPass(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		_, anchor := fresh(t, d)
		zero := make([]byte, secret.KeySize)
		other, err := secret.NewBox(secret.Keys{Suite: secret.AES, Data: zero, Index: zero, Audit: zero})
		if err != nil {
			t.Fatal(err)
		}
		rep, err := audit.New(d, other, anchor).Verify(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		kinds := map[string]int{}
		for _, f := range rep.Findings {
			kinds[f.Kind]++
		}
		if kinds[audit.RowChanged] != 20 || kinds[audit.SealChanged] != 20 || kinds[audit.AnchorChanged] == 0 {
			t.Errorf("%v", kinds)
		}
	})
}

func TestAnchorTouched(t *testing.T) {
	d := testkit.SQLite(t)
	ctx := context.Background()
	file := filepath.Join(t.TempDir(), "a.anchor")
	a, err := audit.NewFileAnchor(file)
	if err != nil {
		t.Fatal(err)
	}
	l := audit.New(d, secrettest.Box(t), a)
	write(t, d, l, 5)
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"number changed": strings.Replace(string(good), `"seq":5`, `"seq":4`, 1),
		"not a mark":     "garbage\n",
	} {
		os.WriteFile(file, []byte(content), 0o600)
		rep, err := l.Verify(ctx)
		if err != nil || rep.OK() || rep.Findings[0].Kind != audit.AnchorChanged {
			t.Errorf("%s: %+v, %v", name, rep, err)
		}
	}
	os.Remove(file)
	os.Remove(file + ".log")
	rep, err := l.Verify(ctx)
	if err != nil || rep.OK() || rep.Findings[0].Kind != audit.AnchorMissing {
		t.Errorf("anchor gone: %+v, %v", rep, err)
	}
}

// TestRollback takes the whole database back to an older copy: the chain is
// sound in itself, only the anchor knows better, and the sealer must not
// overwrite it.
func TestRollback(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	file := filepath.Join(dir, "w.db")
	box := secrettest.Box(t)
	anchor, err := audit.NewFileAnchor(filepath.Join(dir, "a", "head.anchor"))
	if err != nil {
		t.Fatal(err)
	}
	open := func(f string) *db.DB {
		d, err := db.Open(ctx, "sqlite:"+f, testkit.Clock)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
		return d
	}
	d := open(file)
	l := audit.New(d, box, anchor)
	write(t, d, l, 10)
	do(t, d, `PRAGMA wal_checkpoint(TRUNCATE)`)
	copyFile(t, file, filepath.Join(dir, "old.db"))
	write(t, d, l, 5)
	// The write-ahead log is lost: what is copied is the file without it.
	copyFile(t, file, filepath.Join(dir, "nowal.db"))
	d.Close()
	for _, name := range []string{"old.db", "nowal.db"} {
		old := open(filepath.Join(dir, name))
		l := audit.New(old, box, anchor)
		rep, err := l.Verify(ctx)
		if err != nil || rep.OK() || rep.Findings[0] != (audit.Finding{Kind: audit.TailMissing, Seq: 11}) {
			t.Errorf("%s: %+v, %v", name, rep, err)
		}
		// It goes on until it is longer than it was: the anchor still speaks.
		for range 8 {
			if err := l.Record(ctx, officer, audit.Entry{Action: "a.b"}); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			if _, err := l.Seal(ctx); !errors.Is(err, audit.ErrAnchor) {
				t.Errorf("%s: the sealer goes on without a word: %v", name, err)
			}
		}
		rep, err = l.Verify(ctx)
		if err != nil || rep.OK() || rep.Findings[0].Kind != audit.AnchorOther || rep.Findings[0].Seq != 15 {
			t.Errorf("%s: %+v, %v", name, rep, err)
		}
		old.Close()
	}
	// A restore that was meant: the anchor begins again, on record.
	d = open(filepath.Join(dir, "old.db"))
	defer d.Close()
	l = audit.New(d, box, anchor)
	if err := l.ResetAnchor(ctx, auditor(0), "restore of 2023-12-10"); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Seal(ctx); err != nil {
		t.Errorf("after the reset: %v", err)
	}
	if rep, err := l.Verify(ctx); err != nil || !rep.OK() {
		t.Errorf("after the reset: %+v, %v", rep, err)
	}
	rows, err := l.List(ctx, auditor(0), audit.Filter{Action: "audit.anchor_reset"})
	if err != nil || len(rows) != 1 {
		t.Errorf("the reset is not on record: %v, %v", rows, err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
}

// TestRuntimeRole: the account that a production server runs under may add
// rows and links and change none.
func TestRuntimeRole(t *testing.T) {
	d := testkit.Postgres(t)
	ctx := context.Background()
	fresh(t, d)
	role := "wengang_rt_" + fmt.Sprint(time.Now().UnixNano())
	do(t, d, `CREATE ROLE `+role, `GRANT USAGE ON SCHEMA public TO `+role,
		`GRANT SELECT, INSERT ON audit_row, audit_seal, export_log TO `+role)
	defer do(t, d, `DROP OWNED BY `+role, `DROP ROLE `+role)
	conn, err := d.Writer().Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	exec := func(q string) error { _, err := conn.ExecContext(ctx, q); return err }
	if err := exec(`SET ROLE ` + role); err != nil {
		t.Fatal(err)
	}
	defer exec(`RESET ROLE`)
	for _, q := range []string{`UPDATE audit_row SET user_id = 1`, `DELETE FROM audit_row`, `TRUNCATE audit_row`, `DROP TABLE audit_row`,
		`UPDATE audit_seal SET hash = hash`, `DELETE FROM audit_seal`, `DELETE FROM export_log`} {
		if exec(q) == nil {
			t.Errorf("the runtime role may %s", q)
		}
	}
	if err := exec(`INSERT INTO audit_seal (seq, row_id, sealed_at, key_version, hash) VALUES (999, 999, 0, 1, '\x00')`); err != nil {
		t.Errorf("the runtime role may not add: %v", err)
	}
}
