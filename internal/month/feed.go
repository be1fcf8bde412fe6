package month

import (
	"context"
	"fmt"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/region"
)

// EachState tells the months on record of the counties at or below a place:
// whether closed, the calibre and the instant (Unix milliseconds) of the close.
func (s *Store) EachState(ctx context.Context, scope region.Scope, at region.Code, fn func(county region.Code, m calendar.Month, closed bool, stamp string, closedAt int64)) error {
	all, err := s.Statuses(ctx, scope, at, 0, calendar.Open)
	if err != nil {
		return err
	}
	for _, st := range all {
		fn(st.County, st.Month, st.State == Closed, st.Stamp, st.ClosedAt)
	}
	return nil
}

// EachRow reads what counts and slices need of a closed month: all but
// status. With known the adjustments of late facts are applied. The value handed to fn is reused.
func (s *Store) EachRow(ctx context.Context, scope region.Scope, county region.Code, m calendar.Month, known bool, fn func(*fact.PersonMonth)) error {
	if !scope.Contains(county) {
		return errNotFound
	}
	if known {
		rows, err := s.Known(ctx, scope, county, m)
		for i := range rows {
			fn(&rows[i])
		}
		return err
	}
	rows, err := s.db.Read.QueryContext(ctx, `
		SELECT person_id, village, kinds, sex, age, education, skill, industry, flags, place, place_class, year_place_class, channel, wage_fen, settlement, from_village, year_place,
			stable_months, months_worked
		FROM person_month WHERE county = $1 AND month = $2 ORDER BY person_id`, int64(county), int32(m))
	if err != nil {
		return fmt.Errorf("person-months: %w", err)
	}
	defer rows.Close()
	p := fact.PersonMonth{Month: m}
	dest := []any{&p.PersonID, &p.Village, &p.Kinds, &p.Sex, &p.Age, &p.Education, &p.Skill, &p.Industry, &p.Flags, &p.Place, &p.PlaceClass, &p.YearPlaceClass, &p.Channel, &p.WageFen,
		&p.Settlement, &p.From, &p.YearPlace, &p.StableMonths, &p.MonthsWorked}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return fmt.Errorf("person-months: %w", err)
		}
		fn(&p)
	}
	return rows.Err()
}
