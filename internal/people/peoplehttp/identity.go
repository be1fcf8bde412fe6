package peoplehttp

import (
	"net/http"
	"strconv"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/people"
	"wengang/internal/web"
)

// probeView is what a correction would do.
type probeView struct {
	people.Corrected
	Facts     []web.Fact
	TakenName string
	TakenHref string
	MergeHref string
	Problem   string
	Token     string // the number, sealed: it is typed once and stands in no page
}

type identityView struct {
	*formView
	Probe *probeView
	Retry string
}

// identityForm asks for the right number, why, and on what evidence.
func (h *Rim) identityForm(w http.ResponseWriter, r *web.Request) error {
	f, head, err := h.formOn(r, "people.correct.title", "people.correct.check")
	if err != nil {
		return err
	}
	h.identityFields(f, head)
	return h.shell.Page(w, r, "people/identity", identityView{formView: &f.view})
}

func (h *Rim) identityFields(f *form, head *headView) {
	f.view.Note = f.r.T("people.correct.note")
	f.view.Hidden["version"] = strconv.Itoa(head.P.Version)
	f.section("people.correct.section")
	kind := head.P.IDKind
	if kind == 9 {
		kind = 1
	}
	f.choice("id_kind", fact.IDKind, kind, true, 1, 2, 3, 4)
	f.add(web.Field{Name: "id_number", Max: 30, Required: true, Hint: f.r.T("people.correct.now", head.P.IDMask)})
	now := f.typed("reason", "")
	why := web.Field{Name: "reason", Label: f.r.T("people.correct.why"), Kind: "radio", Required: true, Wide: true}
	for _, v := range people.CorrectReasons {
		why.Options = append(why.Options, web.Option{Value: v, Label: f.r.T("people.correct." + v), On: v == now})
	}
	f.add(why)
	f.add(web.Field{Name: "evidence", Label: f.r.T("people.correct.evidence.label"), Required: true, Wide: true, Max: 200, Hint: f.r.T("people.correct.evidence.hint")})
}

// saveIdentity shows what would change first; the second step carries the
// number sealed.
func (h *Rim) saveIdentity(w http.ResponseWriter, r *web.Request) error {
	f, head, err := h.formOn(r, "people.correct.title", "people.correct.check")
	if err != nil {
		return err
	}
	c := people.Correction{Version: f.intOf("version"), Kind: f.intOf("id_kind"), Number: r.PostFormValue("id_number"), Reason: r.PostFormValue("reason"),
		Evidence: r.PostFormValue("evidence"), Decided: r.PostFormValue("decided") == "1"}
	token := r.PostFormValue("token")
	if token != "" {
		if c.Number, err = people.OpenWords(h.people.Box, token); err != nil {
			return err
		}
	}
	if err = f.early(); err == nil && token != "" {
		if err = h.people.CorrectID(r.Context(), r.FullScope(), r.Caller, head.P.ID, c); err == nil {
			return r.Redirect(w, h.personLink(r, head.P.ID))
		}
	}
	var probe people.Corrected
	if err == nil {
		probe, err = h.people.ProbeID(r.Context(), r.FullScope(), r.Caller, head.P.ID, c)
	}
	if err != nil {
		if err = f.failed(err); err != nil {
			return err
		}
		h.identityFields(f, head)
		return h.shell.PageStatus(w, r, http.StatusUnprocessableEntity, "people/identity", identityView{formView: &f.view})
	}
	v := identityView{formView: &f.view, Retry: r.Link(r.URL.Path)}
	if v.Probe, err = h.probeView(r, head, probe, c.Number); err != nil {
		return err
	}
	f.view.Submit = r.T("people.correct.do")
	for _, name := range []string{"id_kind", "reason", "evidence", "version"} {
		f.view.Hidden[name] = r.PostFormValue(name)
	}
	return h.shell.Page(w, r, "people/identity", v)
}

func (h *Rim) probeView(r *web.Request, head *headView, c people.Corrected, number string) (*probeView, error) {
	v := &probeView{Corrected: c}
	arrow := func(old, now string) string {
		if old == now {
			return now
		}
		return r.T("people.correct.arrow", old, now)
	}
	v.Facts = []web.Fact{
		{Label: r.T("people.field.id_number"), Value: arrow(c.Was, c.Mask)},
		{Label: r.T("people.field.birth"), Value: arrow(calendar.Date(c.Birth[0]).String(), calendar.Date(c.Birth[1]).String())},
		{Label: r.T("people.field.sex"), Value: arrow(word(r, "sex", c.Sex[0]), word(r, "sex", c.Sex[1]))},
		{Label: r.T("people.correct.why"), Value: r.T("people.correct." + reasonOr(r.PostFormValue("reason")))},
		{Label: r.T("people.correct.evidence.label"), Value: r.PostFormValue("evidence")},
	}
	switch {
	case c.Same:
		v.Problem = r.T("people.correct.same")
	case c.Taken != nil:
		v.TakenName = join(c.Taken.Name, c.Taken.IDMask, h.placeBelow(r, c.Taken.Village))
		v.TakenHref = h.personLink(r, c.Taken.ID)
		v.MergeHref = r.Link("/people/"+id10(head.P.ID)+"/merge", "with", c.Taken.ID)
		v.Problem = r.T("people.correct.taken", v.TakenName)
	case c.Elsewhere:
		v.Problem = r.T("people.id.elsewhere")
	}
	var err error
	v.Token, err = people.SealWords(h.people.Box, number)
	return v, err
}

func reasonOr(s string) string {
	for _, r := range people.CorrectReasons {
		if r == s {
			return s
		}
	}
	return "other"
}
