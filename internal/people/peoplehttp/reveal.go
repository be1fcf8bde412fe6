package peoplehttp

import (
	"errors"
	"net/http"

	"wengang/internal/fault"
	"wengang/internal/people"
	"wengang/internal/web"
)

// revealForm is the dialog's data: reasons, and how many were shown today.
func (h *Rim) revealForm(r *web.Request, v *headView) (err error) {
	for i, reason := range people.Reasons {
		v.Reasons = append(v.Reasons, web.Option{Value: reason, Label: r.T("people.reveal." + reason), On: i == 0})
	}
	v.Used, v.Limit, err = h.people.Revealed(r.Context(), r.Caller)
	return err
}

// askReveal is the record: the dialogs stand in it. The route exists so that
// the address of a reveal can be opened again.
func (h *Rim) askReveal(w http.ResponseWriter, r *web.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	if _, err := h.people.Get(r.Context(), r.FullScope(), id); err != nil {
		return err
	}
	return r.Redirect(w, h.personLink(r, id))
}

// reveal answers the head of the record with one value in plain. Nothing is
// redirected to: the value stands in one answer only.
func (h *Rim) reveal(w http.ResponseWriter, r *web.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	what := people.Secret(r.PostFormValue("what"))
	plain, err := h.people.Reveal(r.Context(), r.FullScope(), r.Caller, id, what, r.PostFormValue("reason"), r.PostFormValue("words"))
	problem := ""
	if err != nil {
		if problem = revealProblem(r, err); problem == "" {
			return err
		}
	}
	if r.HX() {
		head, err := h.head(r, id)
		if err != nil {
			return err
		}
		shown(head, what, plain, problem)
		return h.shell.Fragment(w, r, "people/person", "head-card", head)
	}
	v, err := h.recordView(r)
	if err != nil {
		return err
	}
	shown(&v.Head, what, plain, problem)
	return h.shell.Page(w, r, "people/person", v)
}

func shown(v *headView, what people.Secret, plain, problem string) {
	v.Problem = problem
	if problem == "" {
		v.Revealed = map[string]string{string(what): plain}
	}
}

// revealProblem is what the caller can mend; other errors are the shell's.
func revealProblem(r *web.Request, err error) string {
	var e *fault.Error
	if !errors.As(err, &e) || e.Kind != fault.Invalid && e.Kind != fault.TooMany && e.Key != "people.reveal.none" {
		return ""
	}
	if len(e.Fields) > 0 {
		return r.T(e.Fields[0].Key, e.Fields[0].Args...)
	}
	return r.T(e.Key, e.Args...)
}
