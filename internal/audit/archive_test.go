package audit_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/testkit"
)

// old is a record of 20 acts of a year ago and 5 of today.
func old(t *testing.T, d *db.DB) *audit.Log {
	t.Helper()
	d.Clock = calendar.Fixed(testkit.Now.AddDate(-1, 0, 0))
	l, _ := newLog(t, d)
	write(t, d, l, 20)
	d.Clock = testkit.Clock
	write(t, d, l, 5)
	return l
}

// TestArchive moves what is old to a file that verifies; the rest goes on
// verifying, and nothing young can go (trust 1.3 row 20).
func TestArchive(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx, dir, local := context.Background(), t.TempDir(), account.LocalOperator(region.Country)
		l := old(t, d)
		_, err := l.Archive(ctx, local, dir, 20230614)
		wantKind(t, "179 days", err, fault.Invalid)
		_, err = l.Archive(ctx, auditor(0), dir, 20230101)
		wantKind(t, "not at the console", err, fault.Forbidden)
		_, err = l.Archive(ctx, local, dir, 20211231)
		wantKind(t, "nothing so old", err, fault.NotFound)
		a, err := l.Archive(ctx, local, dir, 20230613)
		if err != nil || a.Rows != 20 || a.First != 1 || a.Last != 20 {
			t.Fatalf("%+v, %v", a, err)
		}
		if _, err := l.Seal(ctx); err != nil {
			t.Fatal(err)
		}
		rep, err := l.Verify(ctx)
		if err != nil || !rep.OK() || rep.Archived != 20 || rep.Rows != 6 {
			t.Errorf("%+v, %v", rep, err)
		}
		back, err := l.VerifyArchive(ctx, filepath.Join(dir, a.File))
		if err != nil || back.Rows != 20 || !bytes.Equal(back.Hash, a.Hash) {
			t.Errorf("%+v, %v", back, err)
		}
		// A year on, the next part joins.
		d.Clock = calendar.Fixed(testkit.Now.AddDate(1, 0, 0))
		defer func() { d.Clock = testkit.Clock }()
		write(t, d, l, 3)
		b, err := l.Archive(ctx, local, dir, 20240101)
		if err != nil || b.First != 21 || b.Rows != 6 {
			t.Fatalf("%+v, %v", b, err)
		}
		if _, err := l.VerifyArchive(ctx, filepath.Join(dir, b.File)); err != nil {
			t.Error(err)
		}
		if _, err := l.Seal(ctx); err != nil {
			t.Fatal(err)
		}
		if rep, err := l.Verify(ctx); err != nil || !rep.OK() || rep.Archived != 26 {
			t.Errorf("%+v, %v", rep, err)
		}
		for what, stmt := range map[string]string{
			"the first note is deleted":   `DELETE FROM audit_archive WHERE first_seq = 1`,
			"a note is lengthened":        `UPDATE audit_archive SET last_seq = last_seq + 1 WHERE first_seq = 21`,
			"a note names another file":   `UPDATE audit_archive SET file_name = 'x' WHERE first_seq = 1`,
			"a note has another last row": `UPDATE audit_archive SET last_hash = mac WHERE first_seq = 21`,
			"both notes are deleted":      `DELETE FROM audit_archive`,
		} {
			do(t, d, `CREATE TABLE kept AS SELECT * FROM audit_archive`, stmt)
			if rep, err := l.Verify(ctx); err != nil || rep.OK() {
				t.Errorf("%s: not found (%v)", what, err)
			}
			do(t, d, `DELETE FROM audit_archive`, `INSERT INTO audit_archive SELECT * FROM kept`, `DROP TABLE kept`)
		}
	})
}

// TestArchiveFileTampered: whatever is changed in a file is found.
func TestArchiveFileTampered(t *testing.T) {
	d := testkit.SQLite(t)
	ctx, dir := context.Background(), t.TempDir()
	l := old(t, d)
	a, err := l.Archive(ctx, account.LocalOperator(region.Country), dir, 20230613)
	if err != nil {
		t.Fatal(err)
	}
	lines := unzip(t, filepath.Join(dir, a.File))
	swap := func(i, j int) []string {
		out := append([]string(nil), lines...)
		out[i], out[j] = out[j], out[i]
		return out
	}
	edit := func(i int, from, to string) []string {
		out := append([]string(nil), lines...)
		if out[i] = strings.Replace(out[i], from, to, 1); out[i] == lines[i] {
			t.Fatalf("%q not in line %d", from, i)
		}
		return out
	}
	for what, changed := range map[string][]string{
		"a field": edit(5, `"user_id":7`, `"user_id":8`), "a time": edit(5, `"at":`, `"at":1`), "an outcome": edit(9, `"outcome":"ok"`, `"outcome":"failed"`),
		"two rows swapped": swap(4, 5), "a row gone": append(append([]string(nil), lines[:6]...), lines[7:]...), "a row twice": append(append([]string(nil), lines[:6]...), lines[5:]...),
		"the last rows gone": append(append([]string(nil), lines[:15]...), lines[21]), "no tail": lines[:21], "something behind": append(append([]string(nil), lines...), lines[3]),
		"another beginning": edit(0, `"first_seq":1`, `"first_seq":2`), "another count": edit(21, `"rows":20`, `"rows":19`), "empty": {""},
	} {
		file := filepath.Join(t.TempDir(), "x.gz")
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		io.WriteString(z, strings.Join(changed, "\n")+"\n")
		z.Close()
		if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := l.VerifyArchive(ctx, file); err == nil {
			t.Errorf("%s: not found", what)
		}
	}
	raw, err := os.ReadFile(filepath.Join(dir, a.File))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "cut.gz"), raw[:len(raw)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := l.VerifyArchive(ctx, filepath.Join(dir, "cut.gz")); err == nil {
		t.Error("half a file verifies")
	}
}

func unzip(t *testing.T, path string) []string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(b)), "\n")
}

// TestArchiveKeepsEvidence: a record that was tampered with is not archived.
func TestArchiveKeepsEvidence(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		l := old(t, d)
		do(t, d, `UPDATE audit_row SET login = 'x' WHERE id = 7`)
		_, err := l.Archive(context.Background(), account.LocalOperator(region.Country), t.TempDir(), 20230613)
		wantKind(t, "a changed row", err, fault.Conflict)
		var n int
		if err := d.Read.QueryRow(`SELECT count(*) FROM audit_row`).Scan(&n); err != nil || n != 25 {
			t.Errorf("%d rows left, %v", n, err)
		}
	})
}

func FuzzArchive(f *testing.F) {
	f.Add([]byte(`{"format":"wengang audit archive 1","first_seq":1}` + "\n" + `{"last_seq":0,"rows":0}` + "\n"))
	f.Fuzz(func(t *testing.T, lines []byte) {
		if a, err := audit.ReadArchive(t, bytes.NewReader(lines)); err == nil && a.Rows > 0 {
			t.Fatal("rows without a key verify")
		}
	})
}
