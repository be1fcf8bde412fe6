package rule

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
)

// Run checks a record of the place as it stands or would stand, with what its
// household and the national files say.
func (d *Desk) Run(ctx context.Context, q db.Querier, at region.Code, s *Subject) ([]Finding, error) {
	set, err := d.Settings(ctx, q, at)
	if err != nil {
		return nil, err
	}
	if q == nil {
		q = d.db.Read
	}
	if err := joinHousehold(ctx, q, s); err != nil {
		return nil, err
	}
	return Run(nil, s, set, editScopes...), nil
}

// editScopes are what an edit can decide.
var editScopes = append(append([]Scope(nil), ledgerScopes...), ScopeHousehold)

// joinHousehold puts a subject among the members of its household.
func joinHousehold(ctx context.Context, q db.Querier, s *Subject) error {
	if s.Person == nil || s.Person.ID == 0 || s.Person.HouseholdID == 0 || s.Household != nil {
		return nil
	}
	all, err := loadHousehold(ctx, q, s.Person.HouseholdID, s.Today)
	if err != nil {
		return err
	}
	for i, m := range all {
		if m.Person.ID == s.Person.ID {
			s.Aid, s.phone = m.Aid, m.phone
			all[i] = s
			households(all)
			return nil
		}
	}
	return nil
}

// Keep makes these the person's open findings: new ones open, those that no
// longer hold close as mended, excused ones stay excused while the excuse
// runs. Only what Run looks at is mended. What the edit does to the other
// members of the household is kept as well.
func (d *Desk) Keep(ctx context.Context, tx *db.Tx, personID int64, at region.Code, found []Finding) error {
	var household int64
	err := tx.QueryRowContext(ctx, `SELECT household_id FROM person WHERE id = $1`, personID).Scan(&household)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("read household: %w", err)
	}
	var members []*Subject
	if household != 0 {
		if members, err = loadHousehold(ctx, tx, household, calendar.DateAt(tx.Now)); err != nil {
			return err
		}
	}
	set, err := d.Settings(ctx, tx, at)
	if err != nil {
		return err
	}
	one := Kept{PersonID: personID, Village: at, Found: found, Checked: (&Subject{}).decides(ledgerScopes)}
	var mates []Kept
	for _, m := range members {
		whole := Run(nil, m, set, ScopeHousehold)
		if m.Person.ID == personID {
			one.Found = append(append([]Finding(nil), found...), whole...)
			one.Checked = m.decides(editScopes)
			continue
		}
		mates = append(mates, Kept{PersonID: m.Person.ID, Village: m.Person.Village, Found: whole, Checked: m.decides([]Scope{ScopeHousehold})})
	}
	by, err := lastChange(ctx, tx, personID)
	if err != nil {
		return err
	}
	return keepAll(ctx, tx, 0, by, append(mates, one))
}

// closing is what a mended finding keeps of how it went.
type closing struct {
	how    Closing
	by     int64
	change int64 // row of the history
}

// lastChange is the newest entry of the person's history: the edit that is
// being saved.
func lastChange(ctx context.Context, q db.Querier, personID int64) (closing, error) {
	c := closing{how: ByEdit}
	err := q.QueryRowContext(ctx, `SELECT id, by_user FROM field_change WHERE person_id = $1 ORDER BY id DESC LIMIT 1`, personID).Scan(&c.change, &c.by)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return c, fmt.Errorf("read history: %w", err)
	}
	return c, nil
}
