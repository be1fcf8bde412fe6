package boardhttp

import (
	"slices"
	"strings"

	"wengang/internal/account"
	"wengang/internal/month"
	"wengang/internal/region"
	"wengang/internal/web"
)

// late are the open months and the forms that are due, one line each with the
// places that owe it.
func (h *Rim) late(a *asked, v *briefView) error {
	r := a.r
	open, err := h.openCounties(r, a)
	if err != nil {
		return err
	}
	if len(open) > 0 {
		v.Late = append(v.Late, lateView{Name: r.T("board.brief.open", a.month.String()), What: h.namesOf(r, open), Href: r.Link("/board/months"),
			Badge: web.Badge{Kind: "yel", Icon: "lock-open", Text: r.T("board.brief.owe", len(open))}})
	}
	scope := r.Caller.Scope(account.ReportRead)
	if h.lates == nil || !scope.Contains(a.at) {
		return nil
	}
	all, err := h.lates.Late(r.Context(), scope, a.at, a.month)
	if err != nil {
		return err
	}
	for len(all) > 0 {
		first, owe := all[0], []region.Code{}
		word := "board.brief.due"
		all = slices.DeleteFunc(all, func(l Late) bool {
			same := l.Form == first.Form && l.Period == first.Period
			if same {
				owe = append(owe, l.Region)
				if l.Due != first.Due {
					word = "board.brief.due.first" // units below may owe it earlier
				}
				first.Due = min(first.Due, l.Due)
			}
			return same
		})
		v.Late = append(v.Late, lateView{Name: r.T("board.brief.form", first.Title, first.Period), What: h.namesOf(r, owe), Note: r.T(word, first.Due.String()),
			Href: r.Link("/report/matrix", "form", first.Form), Badge: web.Badge{Kind: "red", Icon: "alert-triangle", Text: r.T("board.brief.overdue", len(owe))}})
	}
	return nil
}

// namesMany is how many places a line names.
const namesMany = 12

func (h *Rim) namesOf(r *web.Request, places []region.Code) string {
	var names []string
	for i, c := range places {
		if i == namesMany {
			return r.T("board.brief.and", strings.Join(names, r.T("board.list.and")), len(places))
		}
		names = append(names, h.name(r, c))
	}
	return strings.Join(names, r.T("board.list.and"))
}

// openCounties are those that have not closed a month that has ended.
func (h *Rim) openCounties(r *web.Request, a *asked) ([]region.Code, error) {
	if a.running() || a.at.Level() > region.County || a.now().Closed {
		return nil, nil
	}
	counties, err := h.months.Counties(r.Context(), r.Scope(), a.at)
	if err != nil {
		return nil, err
	}
	all, err := h.months.Statuses(r.Context(), r.Scope(), a.at, a.month, a.month)
	if err != nil {
		return nil, err
	}
	closed := map[region.Code]bool{}
	for _, st := range all {
		closed[st.County] = st.State == month.Closed
	}
	var out []region.Code
	for _, c := range counties {
		if !closed[c] && r.Scope().Contains(c) {
			out = append(out, c)
		}
	}
	return out, nil
}
