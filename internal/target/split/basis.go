package split

import (
	"context"
	"fmt"

	"wengang/internal/calendar"
	"wengang/internal/region"
	"wengang/internal/target"
)

// Basis is what is known of each place below: people and what is done at the
// end of a month, last year's figure and target. Each costs a few figures.
func (s *Store) Basis(ctx context.Context, scope region.Scope, x *Split, p *Parent, m calendar.Month) ([]Basis, error) {
	if !scope.Contains(x.Region) {
		return nil, errNotFound
	}
	last, err := s.lastTargets(ctx, scope, x, p)
	if err != nil {
		return nil, err
	}
	figure := p.Table.Figure()
	var out []Basis
	for _, c := range s.tree.Children(x.Region) {
		b := Basis{Region: c, LastTarget: -1}
		if v, ok := last[c]; ok {
			b.LastTarget = v
		}
		for _, q := range []struct {
			id   string
			m    calendar.Month
			into *int64
		}{{"registered", m, &b.Registered}, {"able_willing", m, &b.Able}, {figure, calendar.MonthOf(x.Year-1, 12), &b.LastDone}, {figure, m, &b.SoFar}} {
			*q.into = -1
			if q.id == "" || q.into == &b.SoFar && m.Year() != x.Year {
				continue
			}
			v, known, err := s.figures.Value(ctx, scope, q.id, c, q.m)
			if err != nil {
				return nil, fmt.Errorf("basis of %s: %w", c, err)
			}
			if known {
				*q.into = v
			}
		}
		out = append(out, b)
	}
	return out, nil
}

// lastTargets are the places' targets of the year before, in the same calibre
// only.
func (s *Store) lastTargets(ctx context.Context, scope region.Scope, x *Split, p *Parent) (map[region.Code]int64, error) {
	list, err := s.targets.List(ctx, scope, target.Filter{At: x.Region, Year: x.Year - 1})
	if err != nil {
		return nil, err
	}
	out := map[region.Code]int64{}
	for _, t := range list {
		if t.Year != x.Year-1 || t.IndicatorKey != p.Table.IndicatorKey || t.Direction != p.Table.Direction || t.SampleOf != p.Table.SampleOf || t.YearTo > t.Year ||
			t.Calibre != "" && p.Table.Calibre != "" && t.Calibre != p.Table.Calibre {
			continue
		}
		for _, r := range t.Rows {
			if r.PartOf == 0 && r.Partner == 0 && r.Region.Parent() == x.Region && r.Value >= 0 {
				out[r.Region] = r.Value
			}
		}
	}
	return out, nil
}
