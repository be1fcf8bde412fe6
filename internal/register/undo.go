package register

import (
	"context"
	"fmt"

	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/transfer"
)

// Undo takes the batch's rows out again and restores what it changed. A
// register that other imports or pages have filled since stays in the way.
func (r *Roster) Undo(ctx context.Context, tx *db.Tx, b *transfer.Batch) error {
	var used int64
	err := tx.QueryRowContext(ctx, `
		SELECT count(*) FROM register_member m JOIN register r ON r.id = m.register_id
		WHERE r.batch_id = $1 AND m.batch_id <> $1`, b.ID).Scan(&used)
	if err != nil {
		return fmt.Errorf("undo roster: %w", err)
	}
	if used == 0 {
		used, err = settled(ctx, tx, b.ID)
	}
	if err != nil {
		return err
	}
	if used > 0 {
		return fault.New(fault.Conflict, "register.undo_used", used)
	}
	who, err := batchResidents(ctx, tx, b.ID)
	if err != nil {
		return err
	}
	if err := r.restore(ctx, tx, b.ID); err != nil {
		return err
	}
	for _, q := range []string{
		"DELETE FROM register_change WHERE batch_id = $1",
		"DELETE FROM register_member WHERE batch_id = $1",
		"DELETE FROM register_state WHERE batch_id = $1",
		"DELETE FROM register WHERE batch_id = $1",
		"DELETE FROM outsider WHERE batch_id = $1 AND NOT EXISTS (SELECT 1 FROM register_member m WHERE m.outsider_id = outsider.id)",
	} {
		if _, err := tx.ExecContext(ctx, q, b.ID); err != nil {
			return fmt.Errorf("undo roster: %w", err)
		}
	}
	if r.s.people != nil && len(who) > 0 {
		if err := r.s.people.Unsettle(ctx, tx, b.ID, b.UserID); err != nil {
			return err
		}
	}
	return r.s.resettled(ctx, tx, who, b.UserID, b.ID)
}

// restore writes back the values before the batch, the latest change first.
func (r *Roster) restore(ctx context.Context, tx *db.Tx, batch int64) error {
	type old struct {
		register, member int64
		field, value     string
		cipher           []byte
	}
	var all []old
	err := each(ctx, tx, "SELECT register_id, member_id, field, old_value, old_cipher FROM register_change WHERE batch_id = $1 ORDER BY id DESC", []any{batch}, func(row scanner) error {
		var o old
		if err := row.Scan(&o.register, &o.member, &o.field, &o.value, &o.cipher); err != nil {
			return err
		}
		all = append(all, o)
		return nil
	})
	if err != nil {
		return fmt.Errorf("undo roster: %w", err)
	}
	for _, o := range all {
		switch {
		case o.member != 0:
			err = setMemberColumn(ctx, tx, o.register, o.member, o.field, o.value)
		case o.field == "phone":
			_, err = tx.ExecContext(ctx, "UPDATE register SET phone_cipher = $1, phone_mask = $2 WHERE id = $3", blob(o.cipher), o.value, o.register)
		default:
			err = setColumn(ctx, tx, o.register, o.field, o.value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
