package backup

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"

	"wengang/internal/db"
	"wengang/internal/fault"
)

// FromFile restores an archive into an empty, migrated database.
func FromFile(ctx context.Context, d *db.DB, path string) (Manifest, error) {
	f, err := os.Open(path)
	if err != nil {
		return Manifest{}, fault.Wrap(err, fault.Invalid, "backup.read", path)
	}
	defer f.Close()
	m, err := Read(ctx, d, f)
	if err != nil && fault.KindOf(err) == fault.Internal {
		return m, fault.Wrap(err, fault.Invalid, "backup.damaged", path)
	}
	return m, err
}

// Read restores an archive in one transaction and compares every table's rows
// and hash with the manifest at its end: all of it, or nothing.
func Read(ctx context.Context, d *db.DB, src io.Reader) (Manifest, error) {
	zr, err := gzip.NewReader(src)
	if err != nil {
		return Manifest{}, err
	}
	r := &restorer{r: bufio.NewReaderSize(zr, 1<<16)}
	err = d.Tx(ctx, func(tx *db.Tx) error {
		if err := mustBeEmpty(ctx, tx); err != nil {
			return err
		}
		if r.known, err = tx.Dialect.Tables(ctx, tx); err != nil {
			return err
		}
		if err := r.run(ctx, tx); err != nil {
			return err
		}
		version, err := d.SchemaVersion(ctx, tx)
		if err != nil {
			return err
		}
		if version != r.manifest.Schema {
			return fault.New(fault.Invalid, "backup.schema", r.manifest.Schema, version)
		}
		return r.compare()
	})
	return r.manifest, err
}

// mustBeEmpty: a restore into a database with people would mix two ledgers.
func mustBeEmpty(ctx context.Context, tx *db.Tx) error {
	for _, table := range []string{"person", "app_user"} {
		var n int64
		if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+table).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return fault.New(fault.Conflict, "backup.not_empty")
		}
	}
	return nil
}

type restorer struct {
	r        *bufio.Reader
	known    []string
	done     []Table
	manifest Manifest
}

func (x *restorer) run(ctx context.Context, tx *db.Tx) error {
	for {
		tag, err := x.r.ReadByte()
		if err != nil || tag != tagHead {
			return errDamaged
		}
		head, err := readHead(x.r)
		if err != nil || len(head) < 2 {
			return errDamaged
		}
		if head[0] == "" {
			return json.Unmarshal([]byte(head[1]), &x.manifest)
		}
		if !slices.Contains(x.known, head[0]) {
			return fmt.Errorf("unknown table %q", head[0])
		}
		t, err := x.table(ctx, tx, head[0], head[1:])
		if err != nil {
			return fmt.Errorf("restore %s: %w", head[0], err)
		}
		x.done = append(x.done, t)
	}
}

// batch bounds the rows in memory.
const batch = 5000

func (x *restorer) table(ctx context.Context, tx *db.Tx, name string, columns []string) (Table, error) {
	cols, err := tx.Dialect.Columns(ctx, tx, name)
	if err != nil {
		return Table{}, err
	}
	for _, c := range columns {
		if !slices.Contains(cols, c) {
			return Table{}, fmt.Errorf("unknown column %q", c)
		}
	}
	// Migrations may have put rows in (none do today); the archive decides.
	if _, err := tx.ExecContext(ctx, "DELETE FROM "+name); err != nil {
		return Table{}, err
	}
	t, sum := Table{Name: name}, sha256.New()
	var rows [][]any
	flush := func() error {
		err := tx.Dialect.BulkInsert(ctx, tx, name, columns, rows)
		rows = rows[:0]
		return err
	}
	for {
		tag, err := x.r.ReadByte()
		if err != nil {
			return t, errDamaged
		}
		if tag == tagEnd {
			if err := flush(); err != nil {
				return t, err
			}
			t.Hash = hexSum(sum)
			return t, tx.Dialect.ResetIdentity(ctx, tx, name)
		}
		row, err := readRow(x.r)
		if err != nil || tag != tagRow || len(row) != len(columns) {
			return t, errDamaged
		}
		raw, err := appendRow(nil, row)
		if err != nil {
			return t, err
		}
		sum.Write(raw)
		rows = append(rows, row)
		t.Rows++
		if len(rows) == batch {
			if err := flush(); err != nil {
				return t, err
			}
		}
	}
}

func (x *restorer) compare() error {
	if !slices.Equal(x.done, x.manifest.Tables) {
		return errDamaged
	}
	return nil
}
