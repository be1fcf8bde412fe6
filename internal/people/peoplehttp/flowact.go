package peoplehttp

import (
	"net/http"
	"strconv"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/people/flow"
	"wengang/internal/web"
)

// undoFlowForm asks why an entry is taken back.
func (h *Rim) undoFlowForm(w http.ResponseWriter, r *web.Request) error {
	f, _, err := h.flowForm(r)
	if err != nil {
		return err
	}
	return h.show(w, r, f)
}

func (h *Rim) flowForm(r *web.Request) (*form, *flow.Paper, error) {
	f, head, err := h.formOn(r, "people.flow.undo", "people.flow.undo.do")
	if err != nil {
		return nil, nil, err
	}
	id, err := pathID(r, "flow")
	if err != nil {
		return nil, nil, err
	}
	papers, err := h.flows.Papers(r.Context(), r.FullScope(), head.P.ID)
	if err != nil {
		return nil, nil, err
	}
	for i := range papers {
		if p := &papers[i]; p.ID == id {
			f.view.Danger, f.view.Note = true, join(p.On.String(), r.T("people.flow.kind."+strconv.Itoa(int(p.Kind))), p.Reason)
			f.add(web.Field{Name: "reason", Label: r.T("people.reason"), Required: true, Max: 200, Wide: true, Hint: r.T("people.flow.undo.hint")})
			return f, p, nil
		}
	}
	return nil, nil, errNotFound
}

func (h *Rim) undoFlow(w http.ResponseWriter, r *web.Request) error {
	f, p, err := h.flowForm(r)
	if err != nil {
		return err
	}
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	if err = h.flows.Undo(r.Context(), r.FullScope(), r.Caller, id, p.ID, r.PostFormValue("reason")); err == nil {
		return r.Redirect(w, r.Link("/people/flow"))
	}
	if err = f.failed(err); err != nil {
		return err
	}
	f.view.Sections[0].Fields[0].Error = f.bad["reason"]
	return h.show(w, r, f)
}

// actFields are what every entry of a register asks.
func (f *form) actFields(kinds []flow.Kind, on calendar.Date, place bool) {
	asked := f.r.URL.Query().Get("flow")
	if asked == "" {
		switch {
		case kinds[0].Entry():
			asked = strconv.Itoa(int(flow.AddedIn))
		case kinds[0].Between():
			asked = strconv.Itoa(int(flow.Moved))
		} // who died and who left is chosen by hand
	}
	now := f.typed("flow", asked)
	fl := web.Field{Name: "flow", Label: f.r.T("people.flow.kind"), Kind: "radio", Required: true, Wide: true}
	for _, k := range kinds {
		v := strconv.Itoa(int(k))
		fl.Options = append(fl.Options, web.Option{Value: v, Label: f.r.T("people.flow.kind." + v), Hint: f.r.T("people.flow.hint." + v), On: v == now})
	}
	f.add(fl)
	f.add(web.Field{Name: "on", Label: f.r.T("people.flow.on"), Kind: "date", Value: on.String(), Required: true})
	if place {
		label := f.r.T("people.flow.place.to")
		if kinds[0].Entry() {
			label = f.r.T("people.flow.place.from")
		}
		f.add(web.Field{Name: "other_place", Label: label, Max: 80, Hint: f.r.T("people.flow.place.hint")})
	}
	f.add(web.Field{Name: "document", Label: f.r.T("people.flow.document"), Max: 200, Hint: f.r.T("people.flow.document.hint")})
	f.add(web.Field{Name: "reason", Label: f.r.T("people.reason"), Max: 200, Wide: true})
}

func (f *form) act() flow.Act {
	return flow.Act{Kind: flow.Kind(f.intOf("flow")), On: f.dateOf("on"), Reason: f.r.PostFormValue("reason"), Document: f.r.PostFormValue("document"), Place: f.r.PostFormValue("other_place")}
}

// newborn fills the form of a child of a household.
func (h *Rim) newborn(r *web.Request, p *fact.Person) {
	if r.URL.Query().Get("flow") == strconv.Itoa(int(flow.Born)) {
		p.IDKind, p.Household, p.Relation = 1, r.URL.Query().Get("household"), 0
	}
}
