package people

import (
	"context"
	"fmt"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// hangs are what keeps a record from being taken out again: work, closed
// months, registers, papers, requests of other counties, later edits.
var hangs = []string{
	`SELECT 1 FROM spell x WHERE x.person_id = $1`,
	`SELECT 1 FROM need x WHERE x.person_id = $1`,
	`SELECT 1 FROM former_id x WHERE x.person_id = $1`,
	`SELECT 1 FROM person_month x WHERE x.person_id = $1`,
	`SELECT 1 FROM register_member x WHERE x.person_id = $1`,
	`SELECT 1 FROM person_merge x WHERE x.kept = $1`,
	`SELECT 1 FROM proof x WHERE x.person_id = $1`,
	`SELECT 1 FROM handover x WHERE x.person_id = $1`,
	`SELECT 1 FROM evidence x WHERE x.person_id = $1`,
	`SELECT 1 FROM person_aid x WHERE x.person_id = $1`,
	`SELECT 1 FROM field_change x WHERE x.person_id = $1 AND x.field <> 'created'`,
}

// EraseInTx takes a record out that was created by mistake and to which nothing
// has come since; its id is not used again. Anything that hangs on it is a
// Conflict: then they left, they were not a mistake.
func (s *Store) EraseInTx(ctx context.Context, tx *db.Tx, scope region.Scope, by account.Caller, id int64) error {
	r, err := s.resident(ctx, tx, scope, id)
	if err != nil {
		return err
	}
	for _, q := range hangs {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT CASE WHEN EXISTS (`+q+`) THEN 1 ELSE 0 END`, id).Scan(&n); err != nil {
			return fmt.Errorf("look for later facts: %w", err)
		}
		if n != 0 {
			return fault.New(fault.Conflict, "people.erase.later")
		}
	}
	for _, t := range []string{"residence", "person_kind", "status_history", "finding", "field_change"} {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+t+` WHERE person_id = $1`, id); err != nil {
			return fmt.Errorf("take out %s: %w", t, err)
		}
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM person WHERE id = $1`, id); err != nil {
		return fmt.Errorf("take out person: %w", err)
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM household WHERE id = $1 AND code = '' AND NOT EXISTS (SELECT 1 FROM person p WHERE p.household_id = household.id)`, r.HouseholdID)
	if err != nil {
		return fmt.Errorf("take out household: %w", err)
	}
	if err := change.Person(ctx, tx, r.Village, id, r.InOn.Month(), calendar.Open); err != nil {
		return err
	}
	return s.Audit.Write(ctx, tx, by, audit.Entry{Action: "people.erase", Object: "person", ObjectID: itoa(id), Region: r.Village})
}
