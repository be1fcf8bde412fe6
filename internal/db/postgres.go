package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"wengang/internal/calendar"
	"wengang/internal/fault"
)

type postgresDialect struct{}

func openPostgres(ctx context.Context, dsn string, clock calendar.Clock) (*DB, error) {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, fault.New(fault.Invalid, "db.url", "postgres://…")
	}
	if cfg.RuntimeParams == nil {
		cfg.RuntimeParams = map[string]string{}
	}
	cfg.RuntimeParams["application_name"] = "wengang"
	// For solid-state disks. With the default of 4 a plan that is made while a
	// table is still small goes on scanning it while an import fills it: looking
	// up 200 numbers took 300 ms instead of 1.
	if _, set := cfg.RuntimeParams["random_page_cost"]; !set {
		cfg.RuntimeParams["random_page_cost"] = "1.1"
	}
	cfg.RuntimeParams["lock_timeout"] = "10000"
	cfg.RuntimeParams["idle_in_transaction_session_timeout"] = "60000"
	pool := stdlib.OpenDB(*cfg)
	pool.SetMaxOpenConns(16)
	pool.SetMaxIdleConns(8)
	d := &DB{Read: pool, write: pool, Dialect: postgresDialect{}, Clock: clock, URL: redact(dsn), dsn: dsn}
	if err := pool.PingContext(ctx); err != nil {
		pool.Close()
		return nil, fault.Wrap(err, fault.Unavailable, "db.open", redact(dsn))
	}
	return d, nil
}

func redact(dsn string) string {
	u, err := url.Parse(dsn)
	if err != nil {
		return "postgres://…"
	}
	return u.Redacted()
}

func (postgresDialect) Name() string { return "postgres" }

// SnapshotBounds uses the older names of the functions: every engine that
// speaks PostgreSQL has them.
func (postgresDialect) SnapshotBounds(ctx context.Context, q Querier) (oldest, next int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT txid_snapshot_xmin(s), txid_snapshot_xmax(s) FROM (SELECT txid_current_snapshot() AS s) x`).Scan(&oldest, &next)
	return oldest, next, err
}

func (postgresDialect) Hold(ctx context.Context, tx *Tx, table string, id int64) error {
	_, err := tx.ExecContext(ctx, `SELECT id FROM `+table+` WHERE id = $1 FOR NO KEY UPDATE`, id)
	if err != nil {
		return fmt.Errorf("hold %s: %w", table, err)
	}
	return nil
}

func (postgresDialect) snapshotLevel() sql.IsolationLevel { return sql.LevelRepeatableRead }

func (postgresDialect) Fault(err error) error {
	if err == nil {
		return nil
	}
	var e *pgconn.PgError
	if errors.As(err, &e) {
		switch e.Code {
		case "23505":
			return fault.Wrap(err, fault.Conflict, "db.conflict")
		case "40001", "40P01", "55P03", "57014", "57P01", "57P03":
			return fault.Wrap(err, fault.Unavailable, "db.busy")
		case "53100":
			return fault.Wrap(err, fault.Unavailable, "db.full")
		}
		return err
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return fault.Wrap(err, fault.Unavailable, "db.busy")
	}
	return err
}

// BulkInsert streams the rows with COPY inside the caller's transaction: the
// transaction's own connection is reached through Conn.Raw.
func (postgresDialect) BulkInsert(ctx context.Context, tx *Tx, table string, columns []string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	err := tx.conn.Raw(func(raw any) error {
		_, err := raw.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(rows))
		return err
	})
	if err != nil {
		return fmt.Errorf("insert into %s: %w", table, err)
	}
	return nil
}

func (postgresDialect) Tables(ctx context.Context, q Querier) ([]string, error) {
	return strings1(ctx, q, `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()
		AND table_type = 'BASE TABLE' AND table_name NOT LIKE 'river_%' AND table_name NOT LIKE 'goose_%'
		ORDER BY table_name COLLATE "C"`)
}

func (postgresDialect) Columns(ctx context.Context, q Querier, table string) ([]string, error) {
	return strings1(ctx, q, `SELECT column_name FROM information_schema.columns
		WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position`, table)
}

func (postgresDialect) ResetIdentity(ctx context.Context, tx *Tx, table string) error {
	var column sql.NullString
	err := tx.QueryRowContext(ctx, `SELECT column_name FROM information_schema.columns
		WHERE table_schema = current_schema() AND table_name = $1 AND is_identity = 'YES'`, table).Scan(&column)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("identity of %s: %w", table, err)
	}
	_, err = tx.ExecContext(ctx, fmt.Sprintf(
		`SELECT setval(pg_get_serial_sequence('%s', '%s'), COALESCE((SELECT MAX(%s) FROM %s), 0) + 1, false)`,
		table, column.String, column.String, table))
	if err != nil {
		return fmt.Errorf("identity of %s: %w", table, err)
	}
	return nil
}
