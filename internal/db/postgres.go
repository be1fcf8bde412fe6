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

func (postgresDialect) Name() string                      { return "postgres" }
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
