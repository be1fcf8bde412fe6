package target

import (
	"context"
	"encoding/json"
	"fmt"

	"wengang/internal/db"
	"wengang/internal/transfer"
)

// Apply writes nothing: a table of targets is small and is written whole in
// the last transaction.
func (*Import) Apply(context.Context, *db.Tx, *transfer.Batch, []transfer.Staged) error { return nil }

// Finish writes each table of the file as a new version where it differs from
// the one that stands.
func (i *Import) Finish(ctx context.Context, tx *db.Tx, b *transfer.Batch, each func(func(transfer.Staged) error) error) error {
	groups := map[string][]*line{}
	var order []string
	err := each(func(row transfer.Staged) error {
		if len(row.Payload) == 0 {
			return nil
		}
		var l line
		if err := json.Unmarshal(row.Payload, &l); err != nil {
			return fmt.Errorf("target payload: %w", err)
		}
		g := l.group()
		if groups[g] == nil {
			order = append(order, g)
		}
		groups[g] = append(groups[g], &l)
		return nil
	})
	if err != nil {
		return err
	}
	taken := map[string]bool{}
	for _, g := range order {
		t := assemble(groups[g])
		if len(t.Rows) == 0 {
			continue
		}
		key := t.Region.Full() + "|" + tableKey(t.Indicator, t.Year, t.DocNo)
		if taken[key] { // a second indicator of that reading in one document: a calibre of its own
			t.IndicatorKey = fold(t.Indicator)
		}
		taken[key] = true
		t.BatchID = b.ID
		for _, s := range b.Above {
			if name, _ := readTitle(s); name != "" {
				t.Title = s
			}
		}
		if err := replace(ctx, tx, t, b.UserID); err != nil {
			return err
		}
	}
	return nil
}

// Undo takes the batch's tables out and lets those that they replaced stand
// again.
func (i *Import) Undo(ctx context.Context, tx *db.Tx, b *transfer.Batch) error {
	for _, q := range []string{
		"UPDATE target_table SET replaced_by = 0 WHERE replaced_by IN (SELECT id FROM target_table WHERE batch_id = $1)",
		"DELETE FROM target_row WHERE table_id IN (SELECT id FROM target_table WHERE batch_id = $1)",
		"DELETE FROM target_table WHERE batch_id = $1",
	} {
		if _, err := tx.ExecContext(ctx, q, b.ID); err != nil {
			return fmt.Errorf("undo targets: %w", err)
		}
	}
	return nil
}
