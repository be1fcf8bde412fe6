// Package backup writes the whole database into one archive that either engine
// restores: a gzip stream of tables, each with its columns, its rows and their
// hash. It is read from one consistent snapshot, so the program may run on. The
// archive never holds the key; without the key nobody reads ids or phones.
package backup

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"wengang/internal/db"
	"wengang/internal/fault"
)

// Manifest says what an archive holds.
type Manifest struct {
	Format  int     `json:"format"`
	Schema  int64   `json:"schema"` // migration version
	Engine  string  `json:"engine"` // that wrote it; any engine restores it
	TakenAt int64   `json:"taken_at"`
	Tables  []Table `json:"tables"`
	Rows    int64   `json:"rows"`
}

// Table is one table's part: Hash is over its encoded rows in key order.
type Table struct {
	Name string `json:"name"`
	Rows int64  `json:"rows"`
	Hash string `json:"sha256"`
}

const format = 1

// ToFile writes an archive beside its final name, syncs it and renames it, so
// that an interrupted backup never looks like one.
func ToFile(ctx context.Context, d *db.DB, path string) (Manifest, error) {
	part := path + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return Manifest{}, fault.Wrap(err, fault.Unavailable, "backup.write", path)
	}
	defer os.Remove(part)
	defer f.Close()
	m, err := Write(ctx, d, f)
	if err != nil {
		return Manifest{}, err
	}
	if err := f.Sync(); err != nil {
		return Manifest{}, fault.Wrap(err, fault.Unavailable, "backup.write", path)
	}
	if err := os.Rename(part, path); err != nil {
		return Manifest{}, fault.Wrap(err, fault.Unavailable, "backup.write", path)
	}
	return m, syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	// Windows cannot sync a folder; the rename is durable there.
	_ = d.Sync()
	return nil
}

// Write writes an archive of one snapshot.
func Write(ctx context.Context, d *db.DB, w io.Writer) (Manifest, error) {
	m := Manifest{Format: format, Engine: d.Dialect.Name(), TakenAt: db.Millis(d.Clock())}
	zw, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return m, err
	}
	out := bufio.NewWriterSize(zw, 1<<16)
	err = d.Snapshot(ctx, func(q db.Querier) error {
		if m.Schema, err = d.SchemaVersion(ctx, q); err != nil {
			return err
		}
		tables, err := d.Dialect.Tables(ctx, q)
		if err != nil {
			return err
		}
		for _, name := range referencedFirst(tables) {
			t, err := writeTable(ctx, q, d.Dialect, out, name)
			if err != nil {
				return fmt.Errorf("back up %s: %w", name, err)
			}
			m.Tables = append(m.Tables, t)
			m.Rows += t.Rows
		}
		return nil
	})
	if err != nil {
		return m, err
	}
	if err := writeManifest(out, m); err != nil {
		return m, err
	}
	if err := out.Flush(); err != nil {
		return m, err
	}
	return m, zw.Close()
}

func writeTable(ctx context.Context, q db.Querier, dialect db.Dialect, out io.Writer, name string) (Table, error) {
	cols, err := dialect.Columns(ctx, q, name)
	if err != nil {
		return Table{}, err
	}
	// Keys lead their tables and have at most four columns.
	order := []string{"1", "2", "3", "4"}[:min(4, len(cols))]
	rows, err := q.QueryContext(ctx, "SELECT "+strings.Join(cols, ", ")+" FROM "+name+" ORDER BY "+strings.Join(order, ", "))
	if err != nil {
		return Table{}, err
	}
	defer rows.Close()
	head := append([]string{name}, cols...)
	if err := writeHead(out, head); err != nil {
		return Table{}, err
	}
	sum := sha256.New()
	n, err := copyRows(rows, io.MultiWriter(out, sum))
	if err != nil {
		return Table{}, err
	}
	if err := writeEnd(out); err != nil {
		return Table{}, err
	}
	return Table{Name: name, Rows: n, Hash: hexSum(sum)}, nil
}

// referencedFirst puts the tables that others refer to in front, so that a
// restore in this order meets no broken reference.
func referencedFirst(tables []string) []string {
	out := slices.Clone(tables)
	rank := func(name string) int {
		switch name {
		case "app_user":
			return 0
		case "admin_holder":
			return 1
		}
		return 2
	}
	slices.SortStableFunc(out, func(a, b string) int { return rank(a) - rank(b) })
	return out
}

func copyRows(rows *sql.Rows, w io.Writer) (n int64, err error) {
	types, err := rows.ColumnTypes()
	if err != nil {
		return 0, err
	}
	values, ptrs := make([]any, len(types)), make([]any, len(types))
	for i := range values {
		ptrs[i] = &values[i]
	}
	var buf []byte
	for rows.Next() {
		if err := rows.Scan(ptrs...); err != nil {
			return n, err
		}
		for i, t := range types {
			// SQLite answers booleans as integers.
			if v, ok := values[i].(int64); ok && strings.EqualFold(t.DatabaseTypeName(), "BOOLEAN") {
				values[i] = v != 0
			}
		}
		if buf, err = appendRow(buf[:0], values); err != nil {
			return n, err
		}
		if _, err := w.Write(buf); err != nil {
			return n, err
		}
		n++
	}
	return n, rows.Err()
}

func hexSum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

func writeManifest(w io.Writer, m Manifest) error {
	raw, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return writeHead(w, []string{"", string(raw)})
}
