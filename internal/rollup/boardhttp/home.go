package boardhttp

import (
	"context"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/month"
	"wengang/internal/rollup"
	"wengang/internal/web"
)

// Todos: months that have ended and are not closed.
func (h *Rim) Todos(ctx context.Context, r *web.Request) ([]web.Todo, error) {
	scope := r.Caller.Scope(account.MonthClose).Within(r.At)
	if scope.Empty() {
		return nil, nil
	}
	last := calendar.MonthAt(h.shell.Now()).Add(-1)
	counties, err := h.months.Counties(ctx, scope, r.At)
	if err != nil {
		return nil, err
	}
	open := map[calendar.Month]int{}
	all, err := h.statuses(ctx, scope, r.At, counties)
	if err != nil {
		return nil, err
	}
	for _, c := range counties {
		if !scope.Contains(c) {
			continue
		}
		next := last // a county that never closed begins with the last month
		for _, st := range all[c] {
			if st.State == month.Closed {
				next = st.Month.Add(1)
			}
		}
		if next <= last {
			open[next]++
		}
	}
	var out []web.Todo
	for m := last.Add(-24); m <= last; m = m.Add(1) {
		if open[m] > 0 {
			out = append(out, web.Todo{Icon: "lock", Title: r.T("board.todo.close", m.String()), Count: r.T("board.todo.counties", open[m]),
				Note: h.name(r, r.At), Hint: r.T("board.todo.hint"), Action: r.T("board.months.close"), Href: r.Link("/board/months", "month", m.String())})
		}
	}
	return out, nil
}

// Figures: 在岗, 待核实 and the target, with their last months.
func (h *Rim) Figures(ctx context.Context, r *web.Request) ([]web.Figure, error) {
	scope := r.Caller.Scope(account.BoardRead)
	if !scope.Contains(r.At) {
		return nil, nil
	}
	own := *r
	own.Need = account.BoardRead
	series, err := h.figures.Series(ctx, scope, r.At, r.Month, seriesMonths, rollup.AsClosed)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	a := &asked{r: &own, at: r.At, month: r.Month, series: series, today: h.shell.Now().In(calendar.Zone)}
	if a.now().Rows == 0 {
		return nil, nil
	}
	if a.goals, err = h.goalsOf(a); err != nil {
		return nil, err
	}
	out := []web.Figure{h.homeFigure(a, "working"), h.homeFigure(a, "unverified")}
	if g := a.goals; g != nil && g.own != nil && g.own.Rate >= 0 {
		t := h.goalTile(a)
		f := web.Figure{Label: t.Label, Value: t.Value, Unit: t.Unit, Calibre: t.Calibre[0], Against: t.Calibre[1], Href: t.Href, LinkText: t.LinkText,
			Bar: true, Progress: t.Progress, Tick: t.Tick}
		if g.own.Behind {
			f.Risk, f.Word = "yel", r.T("board.slow")
		}
		out = append(out, f)
	}
	return out, nil
}

func (h *Rim) homeFigure(a *asked, id string) web.Figure {
	r, d := a.r, indicator.MustGet(id)
	value, unit := show(r, d, a.now().Value(d))
	f := web.Figure{Label: r.T(d.Key()), Value: value, Unit: unit, Href: listLink(r, d, a.at), LinkText: r.T("web.list"),
		Calibre: r.T("board.home.calibre", a.month.String(), r.T("indicator.calibre.origin"))}
	for _, s := range a.series[len(a.series)-13:] {
		if s.Rows > 0 {
			f.Values = append(f.Values, float64(s.N(id)))
		}
	}
	if a.running() {
		f.Against = a.runningReason()
		return f
	}
	c := rollup.Compare(d, a.now(), a.back(1))
	if !c.OK {
		f.Against = h.reason(r, c)
		return f
	}
	f.Up, f.Down = c.Abs > 0, c.Abs < 0
	f.Delta = r.T("board.people", web.Thousands(abs(c.Abs)))
	f.Against = r.T("board.home.against", a.month.Add(-1).String(), web.Percent(c.Ratio*100))
	return f
}
