package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"wengang/internal/calendar"
	"wengang/internal/fault"
)

// sqlitePragmas: synchronous FULL because an acknowledged row must survive a
// power cut; the next three are off by default and must not be; busy_timeout
// first, so that the others wait for a lock. The log is copied back every 16 MB:
// an import that touches the same index pages in every chunk writes them once
// for several. The caches are per connection and count into the peak of memory.
var sqlitePragmas = []string{
	"busy_timeout(5000)",
	"journal_mode(WAL)",
	"synchronous(FULL)",
	"foreign_keys(1)",
	"secure_delete(1)",
	"trusted_schema(0)",
	"cell_size_check(1)",
	"wal_autocheckpoint(4000)",
	"cache_size(-32768)",
	"temp_store(MEMORY)",
}

type sqliteDialect struct{}

func openSQLite(ctx context.Context, file string, clock calendar.Clock) (*DB, error) {
	if file == "" {
		return nil, fault.New(fault.Invalid, "db.url", "sqlite:")
	}
	if file != ":memory:" {
		if err := privateFile(file); err != nil {
			return nil, err
		}
	}
	dsn := func(extra string) string {
		q := url.Values{}
		for _, p := range sqlitePragmas {
			q.Add("_pragma", p)
		}
		return "file:" + filepath.ToSlash(file) + "?" + q.Encode() + extra
	}
	// Immediate: a deferred transaction that upgrades to a write meets
	// SQLITE_BUSY at once, whatever the busy timeout.
	write := openPrepared(dsn("&_txlock=immediate"))
	write.SetMaxOpenConns(1)
	read := openPrepared(dsn("&_pragma=query_only(1)"))
	read.SetMaxOpenConns(max(4, 2*runtime.NumCPU()))
	read.SetMaxIdleConns(max(4, 2*runtime.NumCPU()))
	sweep := openPrepared(dsn("&_pragma=query_only(1)&_pragma=cache_size(-2048)"))
	sweep.SetMaxOpenConns(2)
	sweep.SetMaxIdleConns(0)
	d := &DB{Read: read, write: write, sweep: sweep, Dialect: sqliteDialect{}, Clock: clock, URL: "sqlite:" + file}
	if err := write.PingContext(ctx); err != nil {
		d.Close()
		return nil, fault.Wrap(err, fault.Unavailable, "db.open", "sqlite:"+file)
	}
	return d, nil
}

// privateFile makes the database file readable by its owner only.
func privateFile(file string) error {
	if dir := filepath.Dir(file); dir != "." {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fault.Wrap(err, fault.Unavailable, "db.open", "sqlite:"+file)
		}
	}
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "db.open", "sqlite:"+file)
	}
	return f.Close()
}

func (sqliteDialect) Name() string                      { return "sqlite" }
func (sqliteDialect) snapshotLevel() sql.IsolationLevel { return sql.LevelDefault }

func (sqliteDialect) Fault(err error) error {
	var e *sqlite.Error
	if err == nil || !errors.As(err, &e) {
		return err
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_CONSTRAINT:
		if c := e.Code(); c == sqlite3.SQLITE_CONSTRAINT_UNIQUE || c == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY {
			return fault.Wrap(err, fault.Conflict, "db.conflict")
		}
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fault.Wrap(err, fault.Unavailable, "db.busy")
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR:
		return fault.Wrap(err, fault.Unavailable, "db.full")
	}
	return err
}

// sqliteMaxVars bounds the placeholders of one statement; the engine's limit
// is 32,766, and past a few hundred values longer statements gain nothing.
const sqliteMaxVars = 900

func (sqliteDialect) BulkInsert(ctx context.Context, tx *Tx, table string, columns []string, rows [][]any) error {
	per := max(1, sqliteMaxVars/len(columns))
	for len(rows) > 0 {
		n := min(per, len(rows))
		stmt, err := tx.PrepareContext(ctx, insertSQL(table, columns, n))
		if err != nil {
			return fmt.Errorf("insert into %s: %w", table, err)
		}
		for len(rows) >= n && n > 0 {
			args := make([]any, 0, n*len(columns))
			for _, r := range rows[:n] {
				args = append(args, r...)
			}
			if _, err := stmt.ExecContext(ctx, args...); err != nil {
				stmt.Close()
				return fmt.Errorf("insert into %s: %w", table, err)
			}
			rows = rows[n:]
			if len(rows) < per {
				break
			}
		}
		stmt.Close()
	}
	return nil
}

func insertSQL(table string, columns []string, n int) string {
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", len(columns)), ",") + ")"
	return "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES " +
		strings.TrimSuffix(strings.Repeat(row+",", n), ",")
}

func (sqliteDialect) Tables(ctx context.Context, q Querier) ([]string, error) {
	return strings1(ctx, q, `SELECT name FROM sqlite_master WHERE type = 'table'
		AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'river_%' AND name NOT LIKE 'goose_%' ORDER BY name`)
}

func (sqliteDialect) Columns(ctx context.Context, q Querier, table string) ([]string, error) {
	return strings1(ctx, q, `SELECT name FROM pragma_table_info($1) ORDER BY cid`, table)
}

// ResetIdentity: AUTOINCREMENT follows inserted ids by itself.
func (sqliteDialect) SnapshotBounds(context.Context, Querier) (oldest, next int64, err error) {
	return 0, 0, nil
}

func (sqliteDialect) Hold(context.Context, *Tx, string, int64) error { return nil }

func (sqliteDialect) ResetIdentity(context.Context, *Tx, string) error { return nil }
