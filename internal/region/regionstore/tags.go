package regionstore

import (
	"context"
	"fmt"

	"wengang/internal/calendar"
	"wengang/internal/region"
)

// AllTags are the places of every list of areas that has any on a day: those
// that come with the program and the installation's own rows, as Tags answers
// them one by one.
func (s *Store) AllTags(ctx context.Context, on calendar.Date) (map[string]map[region.Code]bool, error) {
	out := map[string]map[region.Code]bool{}
	of := func(id string) map[region.Code]bool {
		if out[id] == nil {
			out[id] = map[region.Code]bool{}
		}
		return out[id]
	}
	for _, t := range region.Tags {
		if on < t.From {
			continue
		}
		for c := range region.Tagged(t.ID) {
			of(t.ID)[c] = true
		}
	}
	rows, err := s.db.Read.QueryContext(ctx, `
		SELECT tag, region, valid_from, valid_to FROM area_tag WHERE valid_from <= $1 ORDER BY tag, region, valid_from`, int32(on))
	if err != nil {
		return nil, s.db.Dialect.Fault(fmt.Errorf("all tags: %w", err))
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var c region.Code
		var from, to calendar.Date
		if err := rows.Scan(&id, &c, &from, &to); err != nil {
			return nil, s.db.Dialect.Fault(fmt.Errorf("all tags: %w", err))
		}
		if to == 0 || to >= on {
			of(id)[c] = true
		} else {
			delete(of(id), c)
		}
	}
	for id, at := range out {
		if len(at) == 0 {
			delete(out, id)
		}
	}
	return out, s.db.Dialect.Fault(rows.Err())
}
