package peoplehttp

import (
	"net/http"
	"strconv"

	"wengang/internal/fact"
	"wengang/internal/people"
	"wengang/internal/web"
)

type regroupMember struct {
	rowView
	Leaves   bool
	Options  []web.Option
	Relation int
}

type regroupView struct {
	Head    *headView
	Members []regroupMember
	Errors  []web.FieldText
	Fields  []web.Field
	Action  string
	Back    string
}

// regroupForm chooses who leaves a household, where to, and who is whose head.
func (h *Rim) regroupForm(w http.ResponseWriter, r *web.Request) error {
	f, head, err := h.formOn(r, "people.split.title", "people.split.do")
	if err != nil {
		return err
	}
	return h.showRegroup(w, r, f, head, nil)
}

func (h *Rim) showRegroup(w http.ResponseWriter, r *web.Request, f *form, head *headView, errs []web.FieldText) error {
	v := regroupView{Head: head, Errors: errs, Action: r.Link(r.URL.Path), Back: r.Link(head.Base + "/household")}
	for _, p := range h.rowViews(r, head.Household.Members) {
		m := regroupMember{rowView: p, Relation: p.Relation, Leaves: r.PostFormValue("m"+id10(p.ID)) == "1"}
		if n, err := strconv.Atoi(r.PostFormValue("r" + id10(p.ID))); err == nil {
			m.Relation = n
		}
		for _, wd := range fact.Relation.Words {
			m.Options = append(m.Options, web.Option{Value: strconv.Itoa(wd.Code), Label: word(r, "relation", wd.Code), On: wd.Code == m.Relation})
		}
		v.Members = append(v.Members, m)
	}
	f.add(web.Field{Name: "into", Label: r.T("people.split.into"), Max: 40, Hint: r.T("people.split.into.hint")})
	f.add(web.Field{Name: "code", Label: r.T("people.split.newcode"), Max: 40, Hint: r.T("people.split.newcode.hint")})
	f.add(web.Field{Name: "reason", Label: r.T("people.reason"), Required: true, Max: 200, Wide: true, Hint: r.T("people.split.reason.hint")})
	v.Fields = f.view.Sections[0].Fields
	status := http.StatusOK
	if len(errs) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return h.shell.PageStatus(w, r, status, "people/regroup", v)
}

func (h *Rim) saveRegroup(w http.ResponseWriter, r *web.Request) error {
	f, head, err := h.formOn(r, "people.split.title", "people.split.do")
	if err != nil {
		return err
	}
	g := people.Regroup{Code: r.PostFormValue("code"), Reason: r.PostFormValue("reason"), Relations: map[int64]int{}}
	for _, p := range head.Household.Members {
		if r.PostFormValue("m"+id10(p.ID)) == "1" {
			g.Members = append(g.Members, p.ID)
		}
		if n, err := strconv.Atoi(r.PostFormValue("r" + id10(p.ID))); err == nil {
			g.Relations[p.ID] = n
		}
	}
	if code := r.PostFormValue("into"); code != "" {
		g.Into, err = h.people.HouseholdByCode(r.Context(), r.FullScope(), head.P.Village, code)
	}
	if err == nil {
		_, err = h.people.Split(r.Context(), r.FullScope(), r.Caller, head.P.HouseholdID, g)
	}
	if err != nil {
		if err = f.failed(err); err != nil {
			return err
		}
		return h.showRegroup(w, r, f, head, f.view.Errors)
	}
	return r.Redirect(w, r.Link(head.Base+"/household"))
}
