package db

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"wengang/migrations"
)

// Migrate brings the schema to the newest version and returns it. The queue's
// own tables are migrated by internal/queue.
func (d *DB) Migrate(ctx context.Context) (int64, error) {
	dir, dialect := "sqlite", goose.DialectSQLite3
	if d.Dialect.Name() == "postgres" {
		dir, dialect = "postgres", goose.DialectPostgres
	}
	sub, err := fs.Sub(migrations.Files, dir)
	if err != nil {
		return 0, err
	}
	p, err := goose.NewProvider(dialect, d.write, sub)
	if err != nil {
		return 0, fmt.Errorf("migrations: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	return p.GetDBVersion(ctx)
}

// SchemaVersion is the newest migration that the database has.
func (d *DB) SchemaVersion(ctx context.Context, q Querier) (int64, error) {
	var v int64
	if err := q.QueryRowContext(ctx, "SELECT MAX(version_id) FROM goose_db_version WHERE is_applied").Scan(&v); err != nil {
		return 0, fmt.Errorf("schema version: %w", err)
	}
	return v, nil
}
