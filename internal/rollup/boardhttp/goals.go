package boardhttp

import (
	"wengang/internal/region"
	"wengang/internal/target"
)

// goals is the table of targets that measures the board's places.
type goals struct {
	table  *target.Table
	figure string // indicator measured
	sample bool
	time   float64
	own    *target.Standing
	by     map[region.Code]*target.Standing
}

// goalsOf finds the target table of 当年累计务工 for the place: the sample's
// scaled copy where there is one (示例口径), then the one that names most of the
// places shown.
func (h *Rim) goalsOf(a *asked) (*goals, error) {
	if h.targets == nil {
		return nil, nil
	}
	ctx, scope := a.r.Context(), a.r.Caller.Scope(a.r.Need)
	tables, err := h.targets.List(ctx, scope, target.Filter{At: a.at, Year: a.month.Year()})
	if err != nil {
		return nil, err
	}
	var best *target.Table
	rank := func(t *target.Table) int {
		n := 0
		for _, row := range t.Rows {
			if row.PartOf == 0 && row.Value > 0 && (row.Region == a.at || row.Region.Parent() == a.at) {
				n++
			}
		}
		if n > 0 && t.SampleOf != 0 {
			n += 1_000_000
		}
		return n
	}
	for _, t := range tables {
		if t.Figure() == "worked_year" && rank(t) > 0 && (best == nil || rank(t) > rank(best)) {
			best = t
		}
	}
	if best == nil {
		return nil, nil
	}
	list, err := h.targets.Progress(ctx, scope, best, a.month)
	if err != nil {
		return nil, err
	}
	g := &goals{table: best, figure: best.Figure(), sample: best.SampleOf != 0, by: map[region.Code]*target.Standing{}}
	var before []target.Standing
	if a.running() && a.month.Num() > 1 {
		if before, err = h.targets.Progress(ctx, scope, best, a.month.Add(-1)); err != nil {
			return nil, err
		}
	}
	for i := range list {
		s := &list[i]
		if len(before) == len(list) { // a month that has not ended is measured by the time that had passed before it
			s.Time = before[i].Time
			s.Behind = !s.Met && s.Rate >= 0 && s.Rate < s.Time
		}
		g.time = s.Time
		if s.Row.PartOf != 0 {
			continue
		}
		if s.Row.Region == a.at {
			g.own = s
		} else if _, twice := g.by[s.Row.Region]; !twice {
			g.by[s.Row.Region] = s
		}
	}
	return g, nil
}
