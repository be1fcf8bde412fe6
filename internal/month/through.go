package month

import (
	"context"
	"fmt"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
)

// warm are the facts of the county whose months are closed one after another:
// reading them is three quarters of a close.
type warm struct {
	county region.Code
	mark   int64 // last entry of the change log before they were read
	closes int   // entries that our own closes have added since
	facts  []Facts
}

// CloseThrough closes the months from first to last of every county with
// people at or below a place, county by county, and reads each county's facts
// once unless they change meanwhile. done is called after each month of a
// county; it may be nil.
func (s *Store) CloseThrough(ctx context.Context, c account.Caller, at region.Code, first, last calendar.Month, done func(county region.Code, m calendar.Month)) error {
	t := transition("close")
	if err := t.allowed(c, at); err != nil {
		return err
	}
	counties, err := s.Counties(ctx, c.Scope(t.Need), at)
	if err != nil {
		return err
	}
	for _, k := range counties {
		w := &warm{county: k}
		for m := first; m <= last; m = m.Add(1) {
			if err := s.close(ctx, c, k, m, w); err != nil {
				return err
			}
			if done != nil {
				done(k, m)
			}
		}
	}
	return nil
}

// factsOf are the county's facts: the warm ones where nobody has changed the
// county since, else read anew. mark is that of this attempt, settled before
// the snapshot q.
func (s *Store) factsOf(ctx context.Context, q db.Querier, county region.Code, mark int64, w *warm) ([]Facts, error) {
	if w != nil && w.facts != nil {
		var n int
		err := q.QueryRowContext(ctx, `SELECT COUNT(*) FROM change_log WHERE id > $1 AND county = $2`, w.mark, int64(county)).Scan(&n)
		if err != nil {
			return nil, fmt.Errorf("change log: %w", err)
		}
		if n == w.closes {
			return w.facts, nil
		}
	}
	facts, err := loadPlace(ctx, q, region.ScopeOf(county), county)
	if err == nil && w != nil {
		w.mark, w.closes, w.facts = mark, 0, facts
	}
	return facts, err
}
