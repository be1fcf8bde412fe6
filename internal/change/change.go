// Package change is what every write to the ledger leaves behind: the log that
// readers of the columnar cache apply before they answer, and the history per
// field. Both are written in the caller's transaction.
package change

import (
	"context"
	"fmt"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
)

// Person says that a person who belongs to the village changed in the months
// from..to (inclusive; calendar.Open for no end). After a move call it for the
// old and the new village.
func Person(ctx context.Context, tx *db.Tx, village region.Code, personID int64, from, to calendar.Month) error {
	return write(ctx, tx, village.At(region.County), personID, from, to)
}

// County says that everything of the county may have changed in the months
// from..to: an import, a change of settings.
func County(ctx context.Context, tx *db.Tx, county region.Code, from, to calendar.Month) error {
	return write(ctx, tx, county.At(region.County), 0, from, to)
}

func write(ctx context.Context, tx *db.Tx, county region.Code, personID int64, from, to calendar.Month) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO change_log (county, person_id, month_from, month_to, at)
		VALUES ($1, $2, $3, $4, $5)`,
		int64(county), personID, int32(from), int32(to), db.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("change log: %w", err)
	}
	return nil
}
