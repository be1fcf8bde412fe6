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
	// snapshotLevel is the isolation of a consistent read.
	snapshotLevel() sql.IsolationLevel
}
