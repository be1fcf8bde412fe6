package transfer

import (
	"context"
	"fmt"

	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Outdate makes every checked batch that overlaps a place be checked again
// before it is saved: the places that its rows were matched to change in the
// caller's transaction. It fails with Conflict while one is being checked or
// saved.
func (s *Service) Outdate(ctx context.Context, scope region.Scope, tx *db.Tx, at region.Code) error {
	if scope.Empty() {
		return fault.NotFoundf("fault.notfound")
	}
	// The row that everybody who begins a save writes.
	if _, err := tx.NextIDs(ctx, "import_save", 1); err != nil {
		return err
	}
	a := &db.Args{}
	overlap := region.ScopeOf(at).Predicate("region", a.Add)
	var above []int64
	for r := at; r != region.Country; r = r.Parent() {
		above = append(above, int64(r.Parent()))
	}
	if len(above) > 0 {
		overlap = "(" + overlap + " OR region IN " + db.List(a, above) + ")"
	}
	var busy int
	err := tx.QueryRowContext(ctx, `SELECT count(*) FROM import_batch WHERE state IN ('checking', 'saving') AND `+overlap, a.Values...).Scan(&busy)
	if err != nil {
		return fmt.Errorf("imports of the place: %w", err)
	}
	if busy > 0 {
		return fault.New(fault.Conflict, "import.busy")
	}
	// A save is stale where the check began before the last effect (unchanged):
	// zero is before all.
	if _, err := tx.ExecContext(ctx, `UPDATE import_batch SET checked_seq = 0 WHERE state = 'checked' AND `+overlap, a.Values...); err != nil {
		return fmt.Errorf("imports of the place: %w", err)
	}
	return nil
}
