package month

import (
	"context"

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

// EachRow reads a closed month by person, out of its packed block where it has
// one. With known the adjustments of late facts are applied. The value handed
// to fn is reused.
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
	return eachFrozen(ctx, s.db.Read, county, m, fn)
}
