package divisionhttp

import (
	"net/http"

	"wengang/internal/division"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/web"
)

type formView struct {
	Kinds  []web.Tab
	Kind   division.Kind
	Places []placeView
	Into   []web.Option // the place that stays, or the one above
	Fields []web.Field
	Errors []web.FieldText
	Level  string // "town" or "village": what stands below the chosen place
	Empty  *web.Empty
}

type placeView struct {
	Code, Name string
	On         bool
}

var kinds = []division.Kind{division.Merge, division.Move, division.Rename}

func (h *Rim) form(w http.ResponseWriter, r *web.Request) error {
	ask := division.Ask{Kind: division.Kind(r.URL.Query().Get("kind")), Month: r.Month.Add(1)}
	if now := monthOf(h.shell.Now().Format("2006-01")); ask.Month > now {
		ask.Month = now
	}
	if ask.Kind == "" {
		ask.Kind = division.Merge
	}
	return h.shell.Page(w, r, "division/form", h.formView(r, ask, "", nil))
}

// formView is the form at the page's place: its towns or villages to choose
// from, with what was entered.
func (h *Rim) formView(r *web.Request, ask division.Ask, into string, errs []web.FieldText) formView {
	v := formView{Kind: ask.Kind, Errors: errs, Level: "village"}
	if r.At.Level() == region.County {
		v.Level = "town"
	}
	for _, k := range kinds {
		v.Kinds = append(v.Kinds, web.Tab{Label: r.T("division.kind." + string(k)), Href: r.Link("/divisions/new", "kind", string(k)), On: k == ask.Kind})
	}
	if l := r.At.Level(); l != region.County && l != region.Town {
		v.Empty = &web.Empty{Icon: "map-pin", Title: r.T("division.choose"), Note: r.T("division.choose_note"), Action: r.T("web.pick.open"), Href: r.Link("/places", "to", "/divisions/new?kind="+string(ask.Kind))}
		return v
	}
	chosen := map[region.Code]bool{}
	for _, c := range ask.From {
		chosen[c] = true
	}
	v.Into = append(v.Into, web.Option{Value: "", Label: r.T("division.into_new"), On: into == ""})
	for _, c := range h.tree.Children(r.At) {
		v.Places = append(v.Places, placeView{Code: c.Full(), Name: h.name(c), On: chosen[c]})
		v.Into = append(v.Into, web.Option{Value: c.Full(), Label: h.name(c), On: into == c.Full()})
	}
	v.Fields = h.fields(r, ask, into, errs)
	if ask.Kind == division.Merge {
		v.Fields = append([]web.Field{{Name: "into", Label: r.T("division.into"), Kind: "select", Options: v.Into, Error: errorOf(errs, "into")}}, v.Fields...)
	}
	return v
}

func (h *Rim) fields(r *web.Request, ask division.Ask, into string, errs []web.FieldText) []web.Field {
	var out []web.Field
	switch ask.Kind {
	case division.Move:
		out = append(out, web.Field{Name: "into", Label: r.T("division.under"), Kind: "place", Value: into, Hint: r.T("division.under_hint"), Required: true, Error: errorOf(errs, "into")})
	case division.Merge:
		out = append(out, web.Field{Name: "name", Label: r.T("division.new_name"), Value: ask.Name, Hint: r.T("division.new_name_hint"), Error: errorOf(errs, "name"), Max: 30})
	default:
		out = append(out, web.Field{Name: "name", Label: r.T("division.name_label"), Value: ask.Name, Required: true, Error: errorOf(errs, "name"), Max: 30})
	}
	month := ""
	if ask.Month != 0 {
		month = ask.Month.String()
	}
	return append(out,
		web.Field{Name: "month", Label: r.T("division.since"), Kind: "month", Value: month, Hint: r.T("division.since_hint"), Required: true, Error: errorOf(errs, "month")},
		web.Field{Name: "doc_no", Label: r.T("division.doc"), Value: ask.DocNo, Hint: r.T("division.doc_hint"), Required: true, Error: errorOf(errs, "doc_no"), Max: 80},
		web.Field{Name: "note", Label: r.T("division.note"), Value: ask.Note, Kind: "area", Max: 200})
}

func errorOf(errs []web.FieldText, name string) string {
	for _, e := range errs {
		if e.Name == name {
			return e.Message
		}
	}
	return ""
}

func (h *Rim) draft(w http.ResponseWriter, r *web.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "division.form")
	}
	ask := division.Ask{Kind: division.Kind(r.PostFormValue("kind")), Name: r.PostFormValue("name"), Month: monthOf(r.PostFormValue("month")),
		DocNo: r.PostFormValue("doc_no"), Note: r.PostFormValue("note")}
	for _, t := range r.PostForm["from"] {
		c, err := region.ParseCode(t)
		if err != nil {
			return fault.New(fault.Invalid, "division.form")
		}
		ask.From = append(ask.From, c)
	}
	into := r.PostFormValue("into")
	if into != "" {
		m := h.tree.Resolve(into, region.Country)
		ask.Into = m.Code
		if m.Status != region.One {
			ask.Into = -1 // stands for no place: the plan says so beside the field
		}
	}
	id, err := h.store.Draft(r.Context(), r.FullScope(), r.Caller, ask)
	if fault.Is(err, fault.Invalid) {
		return h.shell.PageStatus(w, r, http.StatusUnprocessableEntity, "division/form", h.formView(r, ask, into, r.FieldTexts(err)))
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.Link("/divisions/"+itoa(id)))
}
