package app

import (
	"context"
	"fmt"

	"wengang/internal/fact"
	"wengang/internal/people/entry"
	"wengang/internal/region"
)

// confirm types the monthly entries of the villages that answer, as an officer
// does who has their sheets: everybody in work is as before, but for those whom
// the month's file left out. So the sample's
// figures hold people whom the village has confirmed and people of whom only a
// file says so.
func (d *demo) confirm(ctx context.Context) error {
	pages := d.PeopleActs().Entry
	scope := region.ScopeOf(region.Country)
	for _, c := range d.manifest.Confirmed {
		book, err := pages.Read(ctx, scope, c.Village, c.Month)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Village, err)
		}
		var lines []entry.Line
		for i := range book.Rows {
			if r := &book.Rows[i]; r.State.Code == fact.StatusWork && r.Job.Running && (r.Job.Seen == 0 || r.Job.Seen >= c.Month) {
				lines = append(lines, entry.Line{Person: r.ID, Status: entry.Same, WageFen: -1})
			}
		}
		answers, err := pages.Save(ctx, scope, d.operator, c.Village, c.Month, lines)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Village, err)
		}
		for _, a := range answers {
			if a.Err != nil {
				return fmt.Errorf("%s: %w", c.Village, a.Err)
			}
			d.out.Confirmed++
		}
	}
	return nil
}
