package db

import (
	"context"
	"database/sql"
)

// Dialect is everything that differs between the engines. Slices call its
// methods; they never ask which engine runs.
type Dialect interface {
	// Name is "sqlite" or "postgres".
	Name() string
	// Fault turns driver errors into kinds (unique violation: Conflict; busy,
	// full, cut off: Unavailable); other errors pass.
	Fault(err error) error
	// BulkInsert adds rows to a table fast: COPY on PostgreSQL, multi-row
	// prepared inserts on SQLite. Columns come from code, never from input.
	BulkInsert(ctx context.Context, tx *Tx, table string, columns []string, rows [][]any) error
	// Tables lists the product's tables (not the queue's, not the migrations').
	Tables(ctx context.Context, q Querier) ([]string, error)
	// Columns lists a table's columns.
	Columns(ctx context.Context, q Querier, table string) ([]string, error)
	// ResetIdentity moves a table's generated ids past its largest, after rows
	// came in with ids of their own.
	ResetIdentity(ctx context.Context, tx *Tx, table string) error
	// SnapshotBounds tells which transactions a snapshot taken now may miss:
	// all below oldest have ended, none from next on has begun. Ids of
	// change_log commit out of order on PostgreSQL; a reader that keeps to
	// these bounds skips none. SQLite has one writer: its bounds are equal.
	SnapshotBounds(ctx context.Context, q Querier) (oldest, next int64, err error)
	// Hold makes other transactions that hold the row wait until this one ends:
	// what is read of it afterwards stays true. SQLite has one writer.
	Hold(ctx context.Context, tx *Tx, table string, id int64) error
	// snapshotLevel is the isolation of a consistent read.
	snapshotLevel() sql.IsolationLevel
}
