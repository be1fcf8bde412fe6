package boardhttp

import (
	"net/http"
	"strconv"

	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/rollup"
	"wengang/internal/web"
)

// peopleOf is the list behind a number that no indicator is: of a cohort, of a
// band of incomes or of a programme's rolls.
func (h *Rim) peopleOf(w http.ResponseWriter, r *web.Request) error {
	after, err := afterOf(r)
	if err != nil {
		return err
	}
	var v listView
	var page rollup.Page
	switch r.URL.Query().Get("set") {
	case "cohort":
		page, err = h.cohortPeople(r, &v, after)
	case "income":
		page, err = h.incomePeople(r, &v, after)
	case "programme":
		page, err = h.programmePeople(r, &v, after)
	default:
		err = fault.NotFoundf("fault.notfound")
	}
	if err != nil {
		return err
	}
	if v.Lines, err = h.personLines(r, page.Members, false); err != nil {
		return err
	}
	v.Pager = web.Pager{Total: int64(page.Total), Unit: r.T("indicator.unit.person")}
	if page.Next != 0 {
		v.Pager.Next = r.Self("after", page.Next)
	}
	if after != 0 {
		v.Pager.Prev = r.Self()
	}
	if page.Total == 0 {
		v.Empty = &web.Empty{Icon: "users", Title: r.T("board.list.empty"), Note: r.T("board.list.empty.note"), Action: r.T("board.back"), Href: r.Link("/board")}
	}
	return h.shell.Page(w, r, "board/list", v)
}

func (h *Rim) cohortPeople(r *web.Request, v *listView, after int64) (rollup.Page, error) {
	q := r.URL.Query()
	a, err := cohortOf(r)
	if err != nil || partWord(a.part) == "" {
		return rollup.Page{}, fault.NotFoundf("fault.notfound")
	}
	began, err := calendar.ParseMonth(q.Get("began"))
	if err != nil {
		return rollup.Page{}, fault.NotFoundf("fault.notfound")
	}
	n, err := strconv.Atoi(q.Get("n"))
	if err != nil || n < 0 || n > 24 {
		return rollup.Page{}, fault.NotFoundf("fault.notfound")
	}
	a.q.From, a.q.To = began, began
	page, err := h.figures.ListCohort(r.Context(), r.Scope(), rollup.CohortCell{Query: a.q, Key: a.key, After: n, Part: a.part}, after, pageSize)
	if err != nil {
		return page, err
	}
	v.Title = r.T("cohort.list", began.String(), r.T(partWord(rollup.Placed)))
	v.How = []string{r.T("cohort.part.placed.how")}
	if n > 0 {
		v.Title = r.T("cohort.list.after", began.String(), n, r.T(partWord(a.part)))
		v.How = append(v.How, r.T(partWord(a.part)+".how"))
		for _, p := range []rollup.CohortPart{rollup.InWork, rollup.Unbroken, rollup.OneJob, rollup.Idle, rollup.Away} {
			if p != a.part {
				v.Others = append(v.Others, web.Tab{Label: r.T(partWord(p)), Href: r.Self("part", string(p), "after", "")})
			} else {
				v.Others = append(v.Others, web.Tab{Label: r.T(partWord(p)), Href: r.Self(), On: true})
			}
		}
	}
	if a.key != rollup.AnyKey {
		v.Chips.Items = append(v.Chips.Items, web.Chip{Label: r.T("cohort.by." + string(a.q.By)), Value: keyName(h, r, a.q.By, a.key), Clear: r.Self("by", "", "key", "")})
	}
	asOf := began.Add(n)
	if a.part == rollup.Away {
		asOf = began
	}
	v.Sub, v.Closed = r.T("cohort.list.asof", asOf.String()), true
	return page, nil
}

func (h *Rim) incomePeople(r *web.Request, v *listView, after int64) (rollup.Page, error) {
	q := r.URL.Query()
	by, err := spreadBy(r)
	if err != nil {
		return rollup.Page{}, err
	}
	ask := rollup.SpreadList{By: rollup.DimPlace, Unknown: q.Get("band") == "none"}
	if k := q.Get("key"); k != "" {
		ask.By = by
		if ask.Key, err = strconv.ParseInt(k, 10, 64); err != nil {
			return rollup.Page{}, fault.NotFoundf("fault.notfound")
		}
	}
	if !ask.Unknown {
		if ask.Band, err = strconv.Atoi(q.Get("band")); err != nil {
			return rollup.Page{}, fault.NotFoundf("fault.notfound")
		}
	}
	ask.Of = r.At
	switch of := q.Get("of"); of {
	case "":
	case "0":
		ask.Of = region.Country
	default:
		if ask.Of, err = region.ParseCode(of); err != nil || !ask.Of.Contains(r.At) {
			return rollup.Page{}, fault.NotFoundf("fault.notfound")
		}
	}
	bands, err := h.figures.Bands(r.Context(), ask.Of, r.Month)
	if err != nil {
		return rollup.Page{}, err
	}
	page, err := h.figures.ListSpread(r.Context(), r.Scope(), r.At, r.Month, view(r), ask, after, pageSize)
	if err != nil {
		return page, err
	}
	if ask.Unknown {
		v.Title, v.How = r.T("spread.list.none"), []string{r.T("spread.none.how")}
	} else {
		v.Title, v.How = r.T("spread.list", bandName(r, bands[ask.Band])), []string{r.T("indicator.income_known.how")}
	}
	if ask.By != rollup.DimPlace {
		v.Chips.Items = append(v.Chips.Items, web.Chip{Label: r.T("cohort.by." + string(by)), Value: keyName(h, r, by, ask.Key), Clear: r.Self("by", "", "key", "")})
	}
	f, err := h.figures.Figures(r.Context(), r.Scope(), r.At, r.Month, view(r))
	if err != nil {
		return page, err
	}
	v.Closed = f.Closed && view(r) == rollup.AsClosed
	v.Sub = r.T("board.list.open")
	if v.Closed {
		v.Sub = r.T("board.list.closed")
	}
	return page, nil
}
