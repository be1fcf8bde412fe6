package rollup

import (
	"context"

	"wengang/internal/calendar"
	"wengang/internal/region"
)

// CompareAbsorbed compares the figures at the workplace with those of an
// earlier month, by indicator id. Their base lies in the counties of origin: it
// refuses where one whose people work here had no records then, or counted by
// another setting. Which county that is stays untold, because it may lie
// outside the caller's area.
func (s *Service) CompareAbsorbed(ctx context.Context, scope region.Scope, at region.Code, m, base calendar.Month, view View) (map[string]Change, error) {
	now, err := s.Absorbed(ctx, scope, at, m, view)
	if err != nil || len(now) == 0 {
		return nil, err
	}
	was, err := s.Absorbed(ctx, scope, at, base, view)
	if err != nil {
		return nil, err
	}
	a, err := s.entries(ctx, region.Country, m, view)
	if err != nil {
		return nil, err
	}
	b, err := s.entries(ctx, region.Country, base, view)
	if err != nil {
		return nil, err
	}
	stamps := map[region.Code]string{}
	for _, e := range b {
		stamps[e.block.County] = e.stamp
	}
	out := map[string]Change{}
	for _, d := range absorbDefs {
		c := Change{OK: was[d.ID] > 0, Abs: now[d.ID] - was[d.ID], Key: "rollup.nc.zero", Args: []any{base.String()}}
		for _, e := range a {
			some := false
			e.block.absorbed(d, at, func(int, int32) { some = true })
			if !some {
				continue
			}
			stamp, known := stamps[e.block.County]
			if !known {
				c = Change{Key: "rollup.nc.origin", Args: []any{base.String()}}
			} else if name, ok := d.Stamp(e.stamp).Against(d.Stamp(stamp)); !ok {
				c = Change{Key: "rollup.nc.origincalibre", Args: []any{name, base.String()}}
			}
		}
		if c.OK {
			c.Key, c.Args, c.Ratio = "", nil, float64(c.Abs)/float64(was[d.ID])
		}
		out[d.ID] = c
	}
	return out, nil
}
