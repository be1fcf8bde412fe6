package peoplehttp

import (
	"net/http"
	"strconv"

	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/people/flow"
	"wengang/internal/region"
	"wengang/internal/web"
)

// saved ends an action: back to the record, or the form again with its errors.
func (h *Rim) saved(w http.ResponseWriter, r *web.Request, f *form, head *headView, err error, again func()) error {
	if err == nil {
		return r.Redirect(w, h.personLink(r, head.P.ID))
	}
	if err = f.failed(err); err != nil {
		return err
	}
	again()
	return h.show(w, r, f)
}

func (h *Rim) statusForm(w http.ResponseWriter, r *web.Request) error {
	f, head, err := h.formOn(r, "people.status.set", "people.save")
	if err != nil {
		return err
	}
	h.statusFields(f, head)
	return h.show(w, r, f)
}

func (h *Rim) statusFields(f *form, head *headView) {
	f.choice("status", fact.Status, head.P.Status, true)
	f.date("status_on", h.today(), true)
	f.text("source", f.r.T("people.source.visit"), 40, true)
}

func (h *Rim) saveStatus(w http.ResponseWriter, r *web.Request) error {
	f, head, err := h.formOn(r, "people.status.set", "people.save")
	if err != nil {
		return err
	}
	status, on := f.intOf("status"), f.dateOf("status_on")
	if err = f.early(); err == nil {
		err = h.people.SetStatus(r.Context(), r.FullScope(), r.Caller, head.P.ID, status, on, r.PostFormValue("source"))
	}
	return h.saved(w, r, f, head, err, func() { h.statusFields(f, head) })
}

func (h *Rim) needForm(w http.ResponseWriter, r *web.Request) error {
	f, head, err := h.formOn(r, "people.need.set", "people.save")
	if err != nil {
		return err
	}
	h.needFields(f, head, nil)
	return h.show(w, r, f)
}

func (h *Rim) needFields(f *form, head *headView, candidates []region.Place) {
	n := head.P.Need
	place := ""
	if n.PlanPlace != 0 {
		place = h.tree.FullName(n.PlanPlace)
	}
	f.choice("plan_out", fact.YesNo, n.PlanOut, false)
	f.place("plan_place", place, candidates, h.tree.FullName)
	s := &f.view.Sections[len(f.view.Sections)-1]
	for i := range s.Fields {
		s.Fields[i].Required = false
	}
	f.text("wanted_job", n.WantedJob, 200, false)
	f.money("wanted_wage", n.WantedWageFen)
	f.text("service", n.Service, 200, false)
	f.text("training", n.Training, 200, false)
	f.date("surveyed_on", h.today(), true)
	f.text("source", f.r.T("people.source.visit"), 40, true)
}

func (h *Rim) saveNeed(w http.ResponseWriter, r *web.Request) error {
	f, head, err := h.formOn(r, "people.need.set", "people.save")
	if err != nil {
		return err
	}
	place, candidates := f.placeOf("plan_place", h.tree.ResolveWorkplace)
	n := fact.Need{PlanOut: f.intOf("plan_out"), PlanPlace: place, WantedJob: r.PostFormValue("wanted_job"), WantedWageFen: f.fenOf("wanted_wage"),
		Service: r.PostFormValue("service"), Training: r.PostFormValue("training"), SurveyedOn: f.dateOf("surveyed_on")}
	if err = f.early(); err == nil {
		err = h.people.SetNeed(r.Context(), r.FullScope(), r.Caller, head.P.ID, n, r.PostFormValue("source"))
	}
	return h.saved(w, r, f, head, err, func() { h.needFields(f, head, candidates) })
}

// kindRows is how many kinds the form can hold; two empty ones beyond those
// there are.
const kindRows = 8

func (h *Rim) kindsForm(w http.ResponseWriter, r *web.Request) error {
	f, head, err := h.formOn(r, "people.kinds.set", "people.save")
	if err != nil {
		return err
	}
	h.kindFields(f, head)
	return h.show(w, r, f)
}

func (h *Rim) kindFields(f *form, head *headView) {
	f.view.Note = f.r.T("people.kinds.note")
	rows := min(kindRows, len(head.P.Kinds)+2)
	for i := range rows {
		k := fact.PersonKind{Until: fact.Forever}
		if i < len(head.P.Kinds) {
			k = head.P.Kinds[i]
		}
		n := strconv.Itoa(i)
		f.view.Sections = append(f.view.Sections, section{Title: f.r.T("people.kinds.row", i+1)})
		label := func(name string) string { return fieldLabel(f.r, name) }
		f.choice("kind_"+n, fact.Kind, k.Kind, false)
		f.relabel(label("kind"))
		f.choice("risk_"+n, fact.Risk, k.Risk, false)
		f.relabel(label("risk"))
		f.date("since_"+n, k.Since, false)
		f.relabel(label("since"))
		until := k.Until
		if until == fact.Forever {
			until = 0
		}
		f.add(web.Field{Name: "until_" + n, Label: label("until"), Kind: "date", Value: until.String(), Hint: f.r.T("people.hint.until")})
		f.date("removed_"+n, k.RiskRemovedOn, false)
		f.relabel(label("risk_removed_on"))
		f.text("source_"+n, k.Source, 60, false)
		f.relabel(label("source"))
	}
}

// relabel names the last field.
func (f *form) relabel(label string) {
	s := &f.view.Sections[len(f.view.Sections)-1]
	s.Fields[len(s.Fields)-1].Label = label
}

func (h *Rim) saveKinds(w http.ResponseWriter, r *web.Request) error {
	f, head, err := h.formOn(r, "people.kinds.set", "people.save")
	if err != nil {
		return err
	}
	var kinds []fact.PersonKind
	for i := range kindRows {
		n := strconv.Itoa(i)
		code := f.intOf("kind_" + n)
		if code == 0 {
			continue
		}
		k := fact.PersonKind{Kind: code, Risk: f.intOf("risk_" + n), Since: f.dateOf("since_" + n), Until: f.dateOf("until_" + n),
			RiskRemovedOn: f.dateOf("removed_" + n), Source: r.PostFormValue("source_" + n)}
		if k.Until == 0 {
			k.Until = fact.Forever
		}
		kinds = append(kinds, k)
	}
	if len(kinds) == 0 && len(f.own) == 0 {
		f.own = append(f.own, fault.Field{Name: "kind_0", Key: "people.kinds.none"})
	}
	if err = f.early(); err == nil {
		err = h.people.SetKinds(r.Context(), r.FullScope(), r.Caller, head.P.ID, kinds)
	}
	return h.saved(w, r, f, head, err, func() { h.kindFields(f, head) })
}

func (h *Rim) moveForm(w http.ResponseWriter, r *web.Request) error {
	f, _, err := h.formOn(r, "people.move.set", "people.move.do")
	if err != nil {
		return err
	}
	h.moveFields(f, nil)
	return h.show(w, r, f)
}

func (h *Rim) moveFields(f *form, candidates []region.Place) {
	f.view.Note = f.r.T("people.move.note")
	f.place("village", "", candidates, h.tree.FullName)
	f.actFields([]flow.Kind{flow.Moved, flow.MarriedAway}, h.today(), false)
	f.add(web.Field{Name: "household", Label: f.r.T("people.move.household"), Max: 40, Hint: f.r.T("people.move.household.hint")})
	f.choice("relation", fact.Relation, 0, false)
}

func (h *Rim) saveMove(w http.ResponseWriter, r *web.Request) error {
	f, head, err := h.formOn(r, "people.move.set", "people.move.do")
	if err != nil {
		return err
	}
	to, candidates := f.home(func(s string) region.Match { return h.tree.Resolve(s, head.P.Village.At(region.County)) })
	a := f.act()
	a.To, a.Relation = to, f.intOf("relation")
	if code := r.PostFormValue("household"); code != "" && len(f.own) == 0 {
		if a.Household, err = h.people.HouseholdByCode(r.Context(), r.FullScope(), to, code); err != nil {
			f.own = append(f.own, fault.Field{Name: "household", Key: "people.household.unknown"})
		}
	}
	if err = f.early(); err == nil {
		err = h.flows.Move(r.Context(), r.FullScope(), r.Caller, head.P.ID, a)
	}
	return h.saved(w, r, f, head, err, func() { h.moveFields(f, candidates) })
}

func (h *Rim) leaveForm(w http.ResponseWriter, r *web.Request) error {
	f, head, err := h.formOn(r, "people.leave.set", "people.leave.do")
	if err != nil {
		return err
	}
	h.leaveFields(f, head)
	return h.show(w, r, f)
}

func (h *Rim) leaveFields(f *form, head *headView) {
	if head.P.OutOn != 0 {
		f.view.Title, f.view.Submit, f.view.Note = f.r.T("people.return.set"), f.r.T("people.return.do"), head.Out
		f.add(web.Field{Name: "note", Label: f.r.T("people.reason"), Max: 200, Required: true, Wide: true})
		return
	}
	f.view.Danger = true
	f.view.Note = f.r.T("people.leave.note")
	f.actFields([]flow.Kind{flow.Died, flow.WentOut, flow.MarriedOut, flow.DroppedOut}, 0, true)
}

func (h *Rim) saveLeave(w http.ResponseWriter, r *web.Request) error {
	f, head, err := h.formOn(r, "people.leave.set", "people.leave.do")
	if err != nil {
		return err
	}
	if head.P.OutOn != 0 {
		err = h.takeBack(r, head, r.PostFormValue("note"))
	} else {
		a := f.act()
		if err = f.early(); err == nil {
			err = h.flows.Leave(r.Context(), r.FullScope(), r.Caller, head.P.ID, a)
		}
	}
	return h.saved(w, r, f, head, err, func() { h.leaveFields(f, head) })
}

// takeBack undoes the entry by which somebody left; who left by a file or
// before there were registers has none.
func (h *Rim) takeBack(r *web.Request, head *headView, note string) error {
	papers, err := h.flows.Papers(r.Context(), r.FullScope(), head.P.ID)
	if err != nil {
		return err
	}
	for i := len(papers) - 1; i >= 0; i-- {
		if papers[i].Kind.Exit() && papers[i].On == head.P.OutOn {
			return h.flows.Undo(r.Context(), r.FullScope(), r.Caller, head.P.ID, papers[i].ID, note)
		}
	}
	return h.people.Return(r.Context(), r.FullScope(), r.Caller, head.P.ID, note)
}
