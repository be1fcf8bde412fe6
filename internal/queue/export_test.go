package queue

import (
	"context"

	"wengang/internal/db"
)

// MarkRunningForTest leaves every job as a killed worker leaves it.
func MarkRunningForTest(ctx context.Context, tx *db.Tx) error {
	return MarkRunningByForTest(ctx, tx, clientID())
}

// MarkRunningByForTest leaves every job as that worker's.
func MarkRunningByForTest(ctx context.Context, tx *db.Tx, worker string) error {
	by := `["` + worker + `"]`
	if tx.Dialect.Name() == "postgres" {
		by = `{` + worker + `}`
	}
	_, err := tx.ExecContext(ctx, `UPDATE river_job SET state = 'running', attempt = 1, attempted_at = created_at, attempted_by = `+"'"+by+"'")
	return err
}
