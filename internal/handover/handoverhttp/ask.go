package handoverhttp

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/handover"
	"wengang/internal/region"
	"wengang/internal/web"
)

type formView struct {
	Fields []web.Field
	Errors []web.FieldText
	Told   string // what the question answered, where no request came of it
	Person string
}

func (h *Rim) form(w http.ResponseWriter, r *web.Request) error {
	return h.showForm(w, r, http.StatusOK, formView{}, nil, nil)
}

func (h *Rim) showForm(w http.ResponseWriter, r *web.Request, status int, v formView, which []region.Place, failed error) error {
	bad := map[string]string{}
	if failed != nil {
		v.Errors = r.FieldTexts(failed)
		var e *fault.Error
		if errors.As(failed, &e) && len(e.Fields) == 0 {
			v.Errors = []web.FieldText{{Message: r.T(e.Key, e.Args...)}}
		}
		for _, f := range v.Errors {
			bad[f.Name] = f.Message
		}
	}
	typed := func(name, otherwise string) string {
		if r.Method == http.MethodPost {
			return r.PostFormValue(name)
		}
		return otherwise
	}
	add := func(f web.Field) {
		f.Label, f.Error = r.T("handover.f."+f.Name), bad[f.Name]
		v.Fields = append(v.Fields, f)
	}
	place := ""
	if r.At.Level() == region.Village {
		place = h.tree.FullName(r.At)
	}
	add(web.Field{Name: "id_number", Required: true, Max: 24, Complete: "off", Value: typed("id_number", ""), Hint: r.T("handover.hint.id_number")})
	add(web.Field{Name: "name", Required: true, Max: 40, Complete: "off", Value: typed("name", "")})
	add(web.Field{Name: "village", Required: true, Max: 80, Value: typed("village", place), Hint: r.T("handover.hint.village")})
	if len(which) > 0 {
		f := web.Field{Name: "village_code", Kind: "radio", Wide: true}
		for _, p := range which[:min(12, len(which))] {
			f.Options = append(f.Options, web.Option{Value: p.Code.Full(), Label: h.tree.FullName(p.Code)})
		}
		add(f)
	}
	add(web.Field{Name: "since", Kind: "month", Required: true, Value: typed("since", calendar.MonthAt(h.shell.Now()).String()), Hint: r.T("handover.hint.since")})
	add(web.Field{Name: "household", Max: 40, Value: typed("household", ""), Hint: r.T("handover.hint.household")})
	add(web.Field{Name: "reason", Required: true, Max: 200, Wide: true, Value: typed("reason", ""), Hint: r.T("handover.hint.reason")})
	add(web.Field{Name: "evidence", Max: 200, Wide: true, Value: typed("evidence", ""), Hint: r.T("handover.hint.evidence")})
	return h.shell.PageStatus(w, r, status, "handover/new", v)
}

func (h *Rim) ask(w http.ResponseWriter, r *web.Request) error {
	a := handover.Ask{IDNumber: r.PostFormValue("id_number"), Name: r.PostFormValue("name"), Household: r.PostFormValue("household"),
		Reason: r.PostFormValue("reason"), Evidence: r.PostFormValue("evidence")}
	var bad []fault.Field
	var which []region.Place
	a.To, which, bad = h.village(r)
	if m, err := calendar.ParseMonth(strings.TrimSpace(r.PostFormValue("since"))); err != nil {
		bad = append(bad, fault.Field{Name: "since", Key: "people.date"})
	} else {
		a.Since = m
	}
	if len(bad) > 0 {
		return h.showForm(w, r, http.StatusUnprocessableEntity, formView{}, which, fault.InvalidFields(bad...))
	}
	out, err := h.store.Ask(r.Context(), r.FullScope(), r.Caller, a)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) || fault.Is(err, fault.TooMany) {
		status := http.StatusUnprocessableEntity
		if fault.Is(err, fault.TooMany) {
			status = http.StatusTooManyRequests
		}
		return h.showForm(w, r, status, formView{}, nil, err)
	}
	if err != nil {
		return err
	}
	if out.Outcome == handover.Requested || out.Outcome == handover.Already {
		return r.Redirect(w, r.Link(base(out.ID)))
	}
	v := formView{Told: r.T("handover.told." + string(out.Outcome))}
	if out.PersonID != 0 {
		v.Person = r.Link("/people/" + strconv.FormatInt(out.PersonID, 10))
	}
	return h.showForm(w, r, http.StatusOK, v, nil, nil)
}

// village reads the village as people write it, within the caller's area.
func (h *Rim) village(r *web.Request) (region.Code, []region.Place, []fault.Field) {
	code := region.Code(0)
	if c, err := region.ParseCode(r.PostFormValue("village_code")); err == nil {
		code = c
	} else {
		words := strings.TrimSpace(r.PostFormValue("village"))
		m := region.Match{}
		if words != "" {
			m = h.tree.Resolve(words, r.At)
		}
		switch m.Status {
		case region.One:
			code = m.Code
		case region.Several:
			return 0, m.Candidates, []fault.Field{{Name: "village", Key: "people.place.several", Args: []any{len(m.Candidates)}}}
		}
	}
	switch {
	case code == 0 || !r.FullScope().Contains(code):
		return 0, nil, []fault.Field{{Name: "village", Key: "people.place.none"}}
	case code.Level() != region.Village:
		return 0, nil, []fault.Field{{Name: "village", Key: "people.village.level"}}
	}
	return code, nil, nil
}
