// Package db opens the database, runs its transactions and hides what differs
// between SQLite and PostgreSQL. Statements are written by hand in the slices,
// with $n placeholders, which both engines take.
package db

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"wengang/internal/calendar"
	"wengang/internal/fault"
)

// Querier is what a store needs to read: the read pool or a transaction.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// DB is one database. Read serves queries outside transactions; every write
// goes through Tx. On SQLite the write pool has one connection, because two
// writers only queue on each other's lock.
type DB struct {
	Read    *sql.DB
	write   *sql.DB
	sweep   *sql.DB // nil: Read serves
	Dialect Dialect
	Clock   calendar.Clock
	URL     string // as given, without a password: for messages
	dsn     string
}

// Tx is a write transaction. Now is its one timestamp.
type Tx struct {
	*sql.Tx
	Dialect Dialect
	Now     time.Time
	conn    *sql.Conn // the transaction's connection, for bulk loading
}

// Open opens sqlite:FILE or postgres://… and checks that it answers. It does
// not migrate.
func Open(ctx context.Context, url string, clock calendar.Clock) (*DB, error) {
	if clock == nil {
		clock = calendar.System
	}
	switch {
	case strings.HasPrefix(url, "sqlite:"):
		return openSQLite(ctx, strings.TrimPrefix(url, "sqlite:"), clock)
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		return openPostgres(ctx, url, clock)
	}
	return nil, fault.New(fault.Invalid, "db.url", url)
}

// Close closes both pools.
func (d *DB) Close() error {
	err := d.Read.Close()
	if d.sweep != nil {
		if e := d.sweep.Close(); err == nil {
			err = e
		}
	}
	if d.write != d.Read {
		if e := d.write.Close(); err == nil {
			err = e
		}
	}
	return err
}

// DSN is the PostgreSQL address with its password, for drivers that keep
// their own pool; it must not be logged.
func (d *DB) DSN() string { return d.dsn }

// Writer is the write pool, for the queue's driver and the migrations only.
func (d *DB) Writer() *sql.DB { return d.write }

// Tx runs fn in a write transaction and commits it if fn returns nil.
// Serialisation failures on PostgreSQL are not retried: the default isolation
// (read committed) has none.
func (d *DB) Tx(ctx context.Context, fn func(*Tx) error) error {
	conn, err := d.write.Conn(ctx)
	if err != nil {
		return d.Dialect.Fault(err)
	}
	defer conn.Close()
	raw, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return d.Dialect.Fault(err)
	}
	defer raw.Rollback()
	tx := &Tx{Tx: raw, Dialect: d.Dialect, Now: d.Clock(), conn: conn}
	if err := fn(tx); err != nil {
		return d.Dialect.Fault(err)
	}
	if err := raw.Commit(); err != nil {
		return d.Dialect.Fault(fmt.Errorf("commit: %w", err))
	}
	return nil
}

// Snapshot runs fn on one consistent read-only view of the database.
func (d *DB) Snapshot(ctx context.Context, fn func(Querier) error) error {
	return d.snapshot(ctx, d.Read, fn)
}

// Sweep is Snapshot for reading much of a table once, in its order: the pages
// that pass take no memory from those that are asked for again.
func (d *DB) Sweep(ctx context.Context, fn func(Querier) error) error {
	if d.sweep != nil {
		return d.snapshot(ctx, d.sweep, fn)
	}
	return d.snapshot(ctx, d.Read, fn)
}

func (d *DB) snapshot(ctx context.Context, pool *sql.DB, fn func(Querier) error) error {
	raw, err := pool.BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: d.Dialect.snapshotLevel()})
	if err != nil {
		return d.Dialect.Fault(err)
	}
	defer raw.Rollback()
	return d.Dialect.Fault(fn(raw))
}

// Hold is Dialect.Hold where q is a write transaction; a reader holds nothing.
func Hold(ctx context.Context, q Querier, table string, id int64) error {
	if tx, ok := q.(*Tx); ok {
		return tx.Dialect.Hold(ctx, tx, table, id)
	}
	return nil
}

// Millis is how instants are stored.
func Millis(t time.Time) int64 { return t.UnixMilli() }

// FromMillis is the inverse of Millis; 0 is the zero time.
func FromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).In(calendar.Zone)
}

// NextIDs reserves n dense ids of a named sequence (person, household, spell,
// …) and returns the first. Ids are never reused; a rolled-back transaction
// gives its ids back, because the counter is a row like any other.
func (tx *Tx) NextIDs(ctx context.Context, name string, n int) (int64, error) {
	var next int64
	err := tx.QueryRowContext(ctx, `
		INSERT INTO id_counter (name, next_id) VALUES ($1, $2 + 1)
		ON CONFLICT (name) DO UPDATE SET next_id = id_counter.next_id + $2
		RETURNING next_id`, name, n).Scan(&next)
	if err != nil {
		return 0, fmt.Errorf("reserve %d ids of %s: %w", n, name, err)
	}
	return next - int64(n), nil
}
