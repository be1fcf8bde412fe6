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
