package registerhttp

import (
	"net/http"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/register"
	"wengang/internal/web"
)

// formView is every form of the rim.
type formView struct {
	Title, Note string
	Kind        *register.Kind
	Fields      []web.Field
	Errors      []web.FieldText
	Action      string
	Back        string
	Submit      string
	Hidden      map[string]string
	Danger      bool
}

func (h *Rim) show(w http.ResponseWriter, r *web.Request, v *formView) error {
	status := http.StatusOK
	if len(v.Errors) > 0 {
		status = http.StatusUnprocessableEntity
		bad := map[string]string{}
		for _, e := range v.Errors {
			bad[e.Name] = e.Message
		}
		for i := range v.Fields {
			v.Fields[i].Error = bad[v.Fields[i].Name]
		}
	}
	return h.shell.PageStatus(w, r, status, "register/form", v)
}

// posted are the texts of a declaration's fields.
func posted(r *web.Request, fields []register.Field) map[string]string {
	out := map[string]string{}
	for _, f := range fields {
		out[f.Key] = r.PostFormValue(f.Key)
	}
	return out
}

// controls turns a declaration into the controls of a page.
func controls(r *web.Request, fields []register.Field, values map[string]string, skip ...string) []web.Field {
	var out []web.Field
next:
	for i := range fields {
		f := &fields[i]
		for _, s := range skip {
			if f.Key == s {
				continue next
			}
		}
		out = append(out, control(r, f, values[f.Key]))
	}
	return out
}

func control(r *web.Request, f *register.Field, value string) web.Field {
	c := web.Field{Name: f.Key, Label: label(r, f), Value: value, Required: f.Required, Max: 200}
	if f.Type == register.Count || f.Type == register.Money {
		c.Unit = f.Unit
	}
	choices := f.Choices
	switch f.Type {
	case register.Date:
		c.Kind = "date"
	case register.Count:
		c.Kind = "number"
	case register.Phone:
		c.Kind = "tel"
	case register.Level:
		choices = register.LevelNames()
	case register.AreaMarks:
		choices, c.Wide = []string{"否", "①", "②", "③", "①②", "①③", "②③", "①②③"}, true
	case register.YesNo:
		choices = []string{"是", "否"}
	}
	if f.Key == "brief" || f.Key == "note" || f.Key == "reason" {
		c.Kind, c.Wide, c.Max = "area", true, 500
	}
	if choices != nil {
		c.Kind = "select"
		c.Options = append(c.Options, web.Option{Value: "", Label: r.T("register.choose")})
		for _, s := range choices {
			c.Options = append(c.Options, web.Option{Value: s, Label: s, On: s == value})
		}
	}
	return c
}

func (h *Rim) newView(r *web.Request, values map[string]string) *formView {
	k := kindOf(r)
	v := &formView{Kind: k, Title: r.T("register.add.title", r.T(k.NameKey())), Action: r.Link("/register/new", "kind", k.ID), Back: r.Link("/register", "kind", k.ID), Submit: r.T("register.save")}
	v.Fields = controls(r, k.Fields, values, "county", "town", "village", "ended_on", "end_reason", "state")
	place := web.Field{Name: "village", Label: r.T("register.field.region"), Value: values["village"], Hint: r.T("register.place.hint"), Max: 80}
	v.Fields = append(v.Fields[:1:1], append([]web.Field{place}, v.Fields[1:]...)...)
	return v
}

func (h *Rim) newForm(w http.ResponseWriter, r *web.Request) error {
	return h.show(w, r, h.newView(r, nil))
}

func (h *Rim) create(w http.ResponseWriter, r *web.Request) error {
	k := kindOf(r)
	values := posted(r, k.Fields)
	rec, err := h.store.Add(r.Context(), r.Caller, k.ID, r.At, values)
	if err == nil {
		return r.Redirect(w, link(r, rec.ID, ""))
	}
	v := h.newView(r, values)
	if v.Errors, err = wrong(r, err); err != nil {
		return err
	}
	return h.show(w, r, v)
}

// load reads a record that the caller may change.
func (h *Rim) load(r *web.Request) (*register.Record, *register.Kind, error) {
	id, err := pathID(r, "id")
	if err != nil {
		return nil, nil, err
	}
	rec, err := h.store.Get(r.Context(), r.Caller.Scope(account.RegisterEdit), id)
	if err != nil {
		return nil, nil, err
	}
	return rec, register.ByID(rec.Kind), nil
}

func (h *Rim) editView(r *web.Request, rec *register.Record, k *register.Kind, values map[string]string, version int) *formView {
	v := &formView{Kind: k, Title: r.T("register.edit.title", rec.Name), Action: link(r, rec.ID, "/edit"), Back: link(r, rec.ID, ""), Submit: r.T("register.save"),
		Hidden: map[string]string{"version": strconv.Itoa(version)}}
	v.Fields = controls(r, k.Fields, values, "county", "town", "village")
	for i := range v.Fields {
		if v.Fields[i].Name == "phone" && rec.PhoneMask != "" {
			v.Fields[i].Hint = r.T("register.phone.keep", rec.PhoneMask)
		}
	}
	v.Fields = append(v.Fields, web.Field{Name: "why", Label: r.T("register.why"), Value: r.PostFormValue("why"), Wide: true, Max: 200})
	return v
}

func (h *Rim) editForm(w http.ResponseWriter, r *web.Request) error {
	rec, k, err := h.load(r)
	if err != nil {
		return err
	}
	return h.show(w, r, h.editView(r, rec, k, k.Values(rec), rec.Version))
}

func (h *Rim) save(w http.ResponseWriter, r *web.Request) error {
	rec, k, err := h.load(r)
	if err != nil {
		return err
	}
	values := posted(r, k.Fields)
	delete(values, "county")
	delete(values, "town")
	delete(values, "village")
	version, _ := strconv.Atoi(r.PostFormValue("version"))
	err = h.store.Edit(r.Context(), r.Caller, rec.ID, version, values, r.PostFormValue("why"))
	if err == nil {
		return r.Redirect(w, link(r, rec.ID, ""))
	}
	v := h.editView(r, rec, k, values, version)
	if v.Errors, err = wrong(r, err); err != nil {
		return err
	}
	return h.show(w, r, v)
}

func (h *Rim) endView(r *web.Request, rec *register.Record) *formView {
	on := r.PostFormValue("ended_on")
	if on == "" {
		on = calendar.DateAt(h.shell.Now()).String()
	}
	return &formView{Title: r.T("register.end.title", rec.Name), Note: r.T("register.end.note"), Action: link(r, rec.ID, "/end"), Back: link(r, rec.ID, ""), Submit: r.T("register.end"), Danger: true,
		Hidden: map[string]string{"version": strconv.Itoa(rec.Version)}, Fields: []web.Field{
			{Name: "ended_on", Label: r.T("register.field.ended_on"), Kind: "date", Value: on, Required: true},
			{Name: "end_reason", Label: r.T("register.field.end_reason"), Value: r.PostFormValue("end_reason"), Required: true, Wide: true, Max: 200}}}
}

func (h *Rim) endForm(w http.ResponseWriter, r *web.Request) error {
	rec, _, err := h.load(r)
	if err != nil {
		return err
	}
	return h.show(w, r, h.endView(r, rec))
}

func (h *Rim) end(w http.ResponseWriter, r *web.Request) error {
	rec, _, err := h.load(r)
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(r.PostFormValue("version"))
	on, err := calendar.ParseDate(r.PostFormValue("ended_on"))
	if err != nil {
		err = fault.InvalidFields(fault.Field{Name: "ended_on", Key: "register.date", Args: []any{r.PostFormValue("ended_on")}})
	} else {
		err = h.store.End(r.Context(), r.Caller, rec.ID, version, on, r.PostFormValue("end_reason"))
	}
	if err == nil {
		return r.Redirect(w, link(r, rec.ID, ""))
	}
	v := h.endView(r, rec)
	if v.Errors, err = wrong(r, err); err != nil {
		return err
	}
	return h.show(w, r, v)
}

func (h *Rim) memberView(r *web.Request, rec *register.Record, k *register.Kind, values map[string]string) *formView {
	v := &formView{Kind: k, Title: r.T("register.member.title", rec.Name), Note: r.T("register.member.note"), Action: link(r, rec.ID, "/members/new"), Back: link(r, rec.ID, ""), Submit: r.T("register.save"),
		Fields: controls(r, k.Members.Fields, values, "county", "town", "village", "register", "form", "hours", "fund")}
	if k.ID == register.SettlementKind {
		v.Fields = append(v.Fields, web.Field{Kind: "check", Name: "household", Label: r.T("settlement.household"), Hint: r.T("settlement.household.hint"), Value: values["household"], Wide: true})
	}
	return v
}

func (h *Rim) memberForm(w http.ResponseWriter, r *web.Request) error {
	rec, k, err := h.load(r)
	if err != nil {
		return err
	}
	if k.Members == nil {
		return fault.NotFoundf("fault.notfound")
	}
	return h.show(w, r, h.memberView(r, rec, k, nil))
}

func (h *Rim) addMember(w http.ResponseWriter, r *web.Request) error {
	rec, k, err := h.load(r)
	if err != nil {
		return err
	}
	if k.Members == nil {
		return fault.NotFoundf("fault.notfound")
	}
	values := posted(r, k.Members.Fields)
	if k.ID == register.SettlementKind {
		values["household"] = r.PostFormValue("household")
	}
	_, err = h.store.AddMember(r.Context(), r.Caller, rec.ID, values)
	if err == nil {
		return r.Redirect(w, link(r, rec.ID, ""))
	}
	v := h.memberView(r, rec, k, values)
	if v.Errors, err = wrong(r, err); err != nil {
		return err
	}
	return h.show(w, r, v)
}

func (h *Rim) endMemberView(r *web.Request, rec *register.Record, member int64) *formView {
	on := r.PostFormValue("ended_on")
	if on == "" {
		on = calendar.DateAt(h.shell.Now()).String()
	}
	return &formView{Title: r.T("register.member.end.title", rec.Name), Action: link(r, rec.ID, "/members/"+strconv.FormatInt(member, 10)+"/end"), Back: link(r, rec.ID, ""), Submit: r.T("register.member.end"), Danger: true,
		Fields: []web.Field{{Name: "ended_on", Label: r.T("register.field.left_on"), Kind: "date", Value: on, Required: true},
			{Name: "end_reason", Label: r.T("register.why"), Value: r.PostFormValue("end_reason"), Wide: true, Max: 200}}}
}

func (h *Rim) endMemberForm(w http.ResponseWriter, r *web.Request) error {
	rec, _, err := h.load(r)
	if err != nil {
		return err
	}
	m, err := pathID(r, "member")
	if err != nil {
		return err
	}
	return h.show(w, r, h.endMemberView(r, rec, m))
}

func (h *Rim) endMember(w http.ResponseWriter, r *web.Request) error {
	rec, _, err := h.load(r)
	if err != nil {
		return err
	}
	m, err := pathID(r, "member")
	if err != nil {
		return err
	}
	on, perr := calendar.ParseDate(r.PostFormValue("ended_on"))
	if perr != nil {
		on = 0
	}
	if err = h.store.EndMember(r.Context(), r.Caller, rec.ID, m, on, r.PostFormValue("end_reason")); err == nil {
		return r.Redirect(w, link(r, rec.ID, ""))
	}
	v := h.endMemberView(r, rec, m)
	if v.Errors, err = wrong(r, err); err != nil {
		return err
	}
	return h.show(w, r, v)
}
