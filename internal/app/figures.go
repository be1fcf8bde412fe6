package app

import (
	"context"

	"wengang/internal/calendar"
	"wengang/internal/indicator"
	"wengang/internal/region"
	"wengang/internal/rollup"
)

// figures answers one indicator as closed: what targets and forms measure by.
type figures struct{ r *rollup.Service }

// Members are the ids of the people behind an indicator.
func (f figures) Members(ctx context.Context, scope region.Scope, id string, at region.Code, m calendar.Month) ([]int64, bool, error) {
	d, ok := indicator.Get(id)
	if !ok {
		return nil, false, nil
	}
	v, err := f.r.Value(ctx, scope, d, at, m, rollup.AsClosed)
	if err != nil || !v.Known {
		return nil, false, err
	}
	set, err := f.r.Members(ctx, scope, d.Members(), at, m, rollup.AsClosed)
	if err != nil {
		return nil, false, err
	}
	ids := make([]int64, 0, set.GetCardinality())
	for it := set.Iterator(); it.HasNext(); {
		ids = append(ids, int64(it.Next()))
	}
	return ids, true, nil
}

// Value of an indicator at a place and month; known is false where the month
// has no people or the indicator no base.
func (f figures) Value(ctx context.Context, scope region.Scope, id string, at region.Code, m calendar.Month) (int64, bool, error) {
	d, ok := indicator.Get(id)
	if !ok {
		return 0, false, nil
	}
	v, err := f.r.Value(ctx, scope, d, at, m, rollup.AsClosed)
	return v.N, v.Known, err
}

// Measure answers an indicator that is no count of people: money in fen, a
// rate in ten-thousandths.
func (f figures) Measure(ctx context.Context, scope region.Scope, id string, at region.Code, m calendar.Month) (int64, bool, error) {
	d, ok := indicator.Get(id)
	if !ok {
		return 0, false, nil
	}
	v, err := f.r.Value(ctx, scope, d, at, m, rollup.AsClosed)
	if d.Unit == indicator.Rate && v.Den > 0 {
		return (2*v.Num*10_000 + v.Den) / (2 * v.Den), v.Known, err
	}
	return v.N, v.Known, err
}

// SliceMembers are the people behind an indicator with these values of
// dimensions; a movement or an absorption is not known of a part.
func (f figures) SliceMembers(ctx context.Context, scope region.Scope, id string, where map[string][]int64, at region.Code, m calendar.Month) ([]int64, bool, error) {
	d, ok := indicator.Get(id)
	if !ok || d.Kind != indicator.Count {
		return nil, false, nil
	}
	v, err := f.r.Value(ctx, scope, d, at, m, rollup.AsClosed)
	if err != nil || !v.Known {
		return nil, false, err
	}
	q := rollup.Query{At: at, Month: m, View: rollup.AsClosed, Where: map[rollup.Dim][]int64{}}
	for dim, values := range where {
		q.Where[rollup.Dim(dim)] = values
	}
	set, err := f.r.SliceMembers(ctx, scope, q, d)
	if err != nil {
		return nil, false, err
	}
	ids := make([]int64, 0, set.GetCardinality())
	for it := set.Iterator(); it.HasNext(); {
		ids = append(ids, int64(it.Next()))
	}
	return ids, true, nil
}
