package queue

import (
	"context"

	"wengang/internal/db"
)

// MarkRunningForTest leaves every job as a killed worker leaves it.
func MarkRunningForTest(ctx context.Context, tx *db.Tx) error {
	by := `["` + clientID() + `"]`
	if tx.Dialect.Name() == "postgres" {
		by = `{` + clientID() + `}`
	}
	_, err := tx.ExecContext(ctx, `UPDATE river_job SET state = 'running', attempt = 1, attempted_at = created_at, attempted_by = `+"'"+by+"'")
	return err
}
