package reporthttp

import (
	"context"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/report"
	"wengang/internal/web"
)

// todoDays is how long before its due date a form waits on the home page.
const todoDays = 30

// Todos are what waits for the caller at the page's place: signatures, forms
// that were returned, fall due or are late, and those of the places below that
// wait for review.
func (h *Rim) Todos(ctx context.Context, r *web.Request) ([]web.Todo, error) {
	out, err := h.signTodos(ctx, r)
	if err != nil {
		return nil, err
	}
	fill, rev := r.Caller.Scope(account.ReportFill).Contains(r.At), r.Caller.Scope(account.ReportReview).Contains(r.At)
	if !fill && !rev {
		return out, nil
	}
	today := calendar.DateAt(h.shell.Now())
	all, err := h.store.Forms(ctx, r.Caller.Scope(account.ReportRead), r.At, func(f *report.Form) report.Period { return f.PeriodAt(today.Month()) })
	if err != nil {
		return nil, err
	}
	if fill {
		older, err := h.store.Unfinished(ctx, r.Caller.Scope(account.ReportFill), r.At)
		if err != nil {
			return nil, err
		}
		seen := map[int64]bool{}
		for _, l := range all {
			if l.Region == r.At && open(l.State) && l.Due.Time().Sub(today.Time()).Hours() < 24*todoDays {
				out = append(out, fillTodo(r, l, today))
				if l.Report != nil {
					seen[l.Report.ID] = true
				}
			}
		}
		for _, l := range older { // of other periods: sent back and forgotten
			if !seen[l.Report.ID] {
				out = append(out, fillTodo(r, l, today))
			}
		}
	}
	if rev {
		out = append(out, reviewTodos(r, all, today)...)
	}
	return out, nil
}

func fillTodo(r *web.Request, l report.Listing, today calendar.Date) web.Todo {
	t := web.Todo{Due: l.Due, Icon: "report", Title: r.T("report.todo.fill", l.Form.Short), Note: periodWord(r, l.Period) + " · " + l.Name, Hint: r.T(l.Form.DueRule, l.Form.DueArgs...),
		Action: r.T("report.todo.open"), Href: r.Link("/report/"+l.Form.ID, "period", l.Period.String(), "month", "")}
	switch {
	case l.State == report.Returned || l.State == report.Sentback:
		t.Title, t.Icon = r.T("report.todo.returned", l.Form.Short), "arrow-back-up"
	case l.Due < today:
		t.Title, t.Icon = r.T("report.todo.late", l.Form.Short), "alert-triangle"
	}
	return t
}

// signTodos are the forms whose next signature, or whose department's word, is
// the caller's.
func (h *Rim) signTodos(ctx context.Context, r *web.Request) ([]web.Todo, error) {
	waiting, err := h.store.Waiting(ctx, r.Caller, r.At)
	if err != nil {
		return nil, err
	}
	var out []web.Todo
	for _, l := range waiting {
		out = append(out, web.Todo{Due: l.Due, Icon: "pencil", Title: r.T("report.todo.sign", l.Form.Short), Note: periodWord(r, l.Period) + " · " + l.Name, Hint: r.T("report.state." + string(l.State)),
			Action: r.T("report.todo.sign.act"), Href: r.Link("/report/"+l.Form.ID, "period", l.Period.String(), "month", "")})
	}
	return out, nil
}

// reviewTodos count, per form, what waits for review and what is late below.
func reviewTodos(r *web.Request, all []report.Listing, today calendar.Date) []web.Todo {
	var out []web.Todo
	count := func(f *report.Form, of func(report.Listing) bool) (n int, due calendar.Date) {
		for _, l := range all {
			if l.Form == f && l.Region != r.At && of(l) {
				n, due = n+1, l.Due
			}
		}
		return n, due
	}
	seen := map[*report.Form]bool{}
	for _, l := range all {
		f := l.Form
		if seen[f] {
			continue
		}
		seen[f] = true
		p := l.Period
		if n, due := count(f, func(x report.Listing) bool { return x.State == report.Submitted }); n > 0 {
			out = append(out, web.Todo{Due: due, Icon: "clipboard-check", Title: r.T("report.todo.review", f.Short), Count: r.T("report.todo.count", n), Note: periodWord(r, p),
				Action: r.T("report.todo.review.act"), Href: r.Link("/report", "period", p.String(), "month", "")})
		}
		if n, due := count(f, func(x report.Listing) bool { return !x.State.Sent() && x.Due < today }); n > 0 {
			out = append(out, web.Todo{Due: due, Icon: "alert-triangle", Title: r.T("report.todo.missing", f.Short), Count: r.T("report.todo.count", n), Note: periodWord(r, p),
				Action: r.T("report.todo.matrix"), Href: r.Link("/report/matrix", "form", f.ID, "month", p.Last().String(), "show", "missing")})
		}
	}
	return out
}
