package division

import (
	"context"
	"encoding/json"
	"fmt"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Undo takes an applied change back, until a month from then on closes. It is
// refused where somebody moved on or settled in a new place since.
func (s *Store) Undo(ctx context.Context, scope region.Scope, c account.Caller, id int64) error {
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		ch, err := s.take(ctx, tx, scope, c, id, ActUndo)
		if err != nil {
			return err
		}
		if err := s.guard(ctx, scope, tx, &ch); err != nil {
			return err
		}
		if err := s.back(ctx, tx, &ch); err != nil {
			return err
		}
		for _, st := range ch.Steps {
			if st.From == st.To {
				continue
			}
			ids, err := moved(ctx, tx, ch.ID, st)
			if err != nil {
				return err
			}
			if err := s.remember(ctx, tx, ids, st.To, st.From, c.UserID, &ch, ch.DocNo); err != nil {
				return err
			}
			if err := s.Grants.Unfollow(ctx, scope, tx, c, st.From, st.To, ch.AppliedAt); err != nil {
				return err
			}
		}
		if err := s.restore(ctx, scope, tx, c, &ch); err != nil {
			return err
		}
		if err := touch(ctx, tx, &ch); err != nil {
			return err
		}
		return s.note(ctx, tx, c, "division.undo", &ch)
	})
	if err != nil {
		return err
	}
	return s.Reload(ctx)
}

// back puts every row that moved where it was.
func (s *Store) back(ctx context.Context, tx *db.Tx, ch *Change) error {
	m := int32(ch.Month)
	// since of the row that stands at the new place: the month for one that was
	// cut, its own for one that was not.
	now := `(CASE WHEN d.split THEN CAST($2 AS INTEGER) ELSE d.since END)`
	var gone int
	err := tx.QueryRowContext(ctx, `
		SELECT count(*) FROM division_moved d WHERE d.change_id = $1 AND d.what = 'residence' AND NOT EXISTS (
			SELECT 1 FROM residence r WHERE r.person_id = d.row_id AND r.since = `+now+` AND r.village = d.became)`, ch.ID, m).Scan(&gone)
	if err != nil {
		return fmt.Errorf("undo residences: %w", err)
	}
	if gone > 0 {
		return fault.New(fault.Conflict, "division.moved_on", gone)
	}
	of := ` FROM division_moved d WHERE d.change_id = $1 AND d.what = 'residence' AND `
	for _, q := range []string{
		`UPDATE residence SET until = (SELECT n.until FROM residence n WHERE n.person_id = residence.person_id AND n.since = $2)
			WHERE EXISTS (SELECT 1` + of + `d.split AND d.row_id = residence.person_id AND d.since = residence.since)`,
		`DELETE FROM residence WHERE since = $2 AND EXISTS (SELECT 1` + of + `d.split AND d.row_id = residence.person_id AND d.became = residence.village)`,
		`UPDATE residence SET village = (SELECT d.was` + of + `NOT d.split AND d.row_id = residence.person_id AND d.since = residence.since)
			WHERE since >= $2 AND EXISTS (SELECT 1` + of + `NOT d.split AND d.row_id = residence.person_id AND d.since = residence.since)`,
	} {
		if _, err := tx.ExecContext(ctx, q, ch.ID, m); err != nil {
			return fmt.Errorf("undo residences: %w", err)
		}
	}
	for _, c := range following {
		of := ` FROM division_moved d WHERE d.change_id = $1 AND d.what = '` + c.what() + `' AND d.row_id = ` + c.table + `.` + c.id + ` AND d.became = ` + c.table + `.` + c.name
		set := ""
		if c.table == "person" {
			set = ", version = version + 1"
		}
		if _, err := tx.ExecContext(ctx, `UPDATE `+c.table+` SET `+c.name+` = (SELECT d.was`+of+`)`+set+` WHERE EXISTS (SELECT 1`+of+`)`, ch.ID); err != nil {
			return fmt.Errorf("undo %s: %w", c.table, err)
		}
	}
	return s.empty(ctx, tx, ch)
}

// empty refuses to take a new place away under those who came since.
func (s *Store) empty(ctx context.Context, tx *db.Tx, ch *Change) error {
	for _, st := range ch.Steps {
		if !st.New {
			continue
		}
		n := 0
		for _, c := range append([]column{{"residence", "person_id", "village"}}, following...) {
			var k int
			if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM `+c.table+` WHERE `+c.name+` = $1`, int64(st.To)).Scan(&k); err != nil {
				return fmt.Errorf("undo %s: %w", c.table, err)
			}
			n += k
		}
		if n > 0 {
			return fault.New(fault.Conflict, "division.settled", st.Name, n)
		}
	}
	return nil
}

// restore puts the local places back.
func (s *Store) restore(ctx context.Context, scope region.Scope, tx *db.Tx, c account.Caller, ch *Change) error {
	var text string
	var was before
	if err := tx.QueryRowContext(ctx, `SELECT before FROM division_change WHERE id = $1`, ch.ID).Scan(&text); err != nil {
		return fmt.Errorf("undo places: %w", err)
	}
	if err := json.Unmarshal([]byte(text), &was); err != nil {
		return fmt.Errorf("undo places: %w", err)
	}
	for _, l := range was.Had {
		if err := s.Locals.SaveLocal(ctx, scope, tx, c, l); err != nil {
			return err
		}
	}
	for _, code := range was.None {
		if err := s.Locals.DropLocal(ctx, scope, tx, c, code); err != nil {
			return err
		}
	}
	return nil
}
