package designhttp

import (
	"errors"
	"net/http"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/report/design"
	"wengang/internal/web"
)

// change edits the draft of the path and shows the page again where the change
// is refused.
func (h *Rim) change(w http.ResponseWriter, r *web.Request, to string, edit func(*design.Spec, *design.Table) error) error {
	n, err := id(r)
	if err != nil {
		return err
	}
	lock, _ := strconv.Atoi(r.PostFormValue("lock"))
	if _, err := h.store.Change(r.Context(), r.Caller, n, lock, edit); err != nil {
		return h.refuse(w, r, err)
	}
	return r.Redirect(w, to)
}

// refuse shows what was wrong; other faults are the shell's.
func (h *Rim) refuse(w http.ResponseWriter, r *web.Request, err error) error {
	var e *fault.Error
	if !errors.As(err, &e) || e.Kind != fault.Invalid {
		return err
	}
	v, verr := h.view(r)
	if verr != nil {
		return verr
	}
	v.Errors = texts(r, err)
	return h.shell.PageStatus(w, r, http.StatusUnprocessableEntity, "design/page", v)
}

func (h *Rim) back(r *web.Request, kv ...any) string {
	n, _ := id(r)
	return r.Link(path(n), kv...)
}

func (h *Rim) bind(w http.ResponseWriter, r *web.Request) error {
	b, remove, err := asked(r)
	if err != nil {
		return h.refuse(w, r, err)
	}
	return h.change(w, r, h.back(r, "cell", b.At), func(s *design.Spec, t *design.Table) error {
		if remove {
			s.Remove(b.At)
			return nil
		}
		return s.Put(t, b)
	})
}

// confirm takes every suggestion as it is.
func (h *Rim) confirm(w http.ResponseWriter, r *web.Request) error {
	return h.change(w, r, h.back(r), func(s *design.Spec, _ *design.Table) error {
		for i := range s.Binds {
			s.Binds[i].Guess = false
		}
		return nil
	})
}

func (h *Rim) check(w http.ResponseWriter, r *web.Request) error {
	return h.change(w, r, h.back(r), func(s *design.Spec, _ *design.Table) error {
		s.Checks = append(s.Checks, design.Check{Rule: r.PostFormValue("rule"), Words: r.PostFormValue("words"), Hard: r.PostFormValue("hard") == "1"})
		return nil
	})
}

func (h *Rim) uncheck(w http.ResponseWriter, r *web.Request) error {
	return h.change(w, r, h.back(r), func(s *design.Spec, _ *design.Table) error {
		n, err := strconv.Atoi(r.PostFormValue("n"))
		if err != nil || n < 0 || n >= len(s.Checks) {
			return fault.NotFoundf("fault.notfound")
		}
		s.Checks = append(s.Checks[:n:n], s.Checks[n+1:]...)
		return nil
	})
}

// about keeps what is said of the whole form.
func (h *Rim) about(w http.ResponseWriter, r *web.Request) error {
	return h.change(w, r, h.back(r), func(s *design.Spec, _ *design.Table) error { return told(r, s) })
}

func told(r *web.Request, s *design.Spec) error {
	s.Title, s.Annex, s.Citation = r.PostFormValue("title"), r.PostFormValue("annex"), r.PostFormValue("citation")
	s.Every, s.Next, s.Publicity = r.PostFormValue("every"), r.PostFormValue("next") == "1", r.PostFormValue("publicity")
	s.Day, _ = strconv.Atoi(r.PostFormValue("day"))
	s.From = 0
	if m, err := calendar.ParseMonth(r.PostFormValue("from")); err == nil {
		s.From = m
	}
	s.Levels = nil
	for _, l := range r.PostForm["levels"] {
		if n, err := strconv.Atoi(l); err == nil {
			s.Levels = append(s.Levels, n)
		}
	}
	return nil
}

// publish keeps what the form says and puts the draft into force.
func (h *Rim) publish(w http.ResponseWriter, r *web.Request) error {
	n, err := id(r)
	if err != nil {
		return err
	}
	lock, _ := strconv.Atoi(r.PostFormValue("lock"))
	if r.PostFormValue("title") != "" && r.Caller.Can(account.ReportFill) {
		v, err := h.store.Change(r.Context(), r.Caller, n, lock, func(s *design.Spec, _ *design.Table) error { return told(r, s) })
		if err != nil {
			return h.refuse(w, r, err)
		}
		lock = v.LockNo
	}
	if err := h.store.Publish(r.Context(), r.Caller, n, lock); err != nil {
		return h.refuse(w, r, err)
	}
	return r.Redirect(w, h.back(r))
}

func (h *Rim) again(w http.ResponseWriter, r *web.Request) error {
	n, err := id(r)
	if err != nil {
		return err
	}
	v, err := h.store.Again(r.Context(), r.Caller, n)
	if err != nil {
		return err
	}
	return r.Redirect(w, r.Link(path(v.ID)))
}

func (h *Rim) drop(w http.ResponseWriter, r *web.Request) error {
	n, err := id(r)
	if err != nil {
		return err
	}
	v, err := h.store.Get(r.Context(), r.Caller, n)
	if err != nil {
		return err
	}
	if err := h.store.Drop(r.Context(), r.Caller, n); err != nil {
		return err
	}
	return r.Redirect(w, r.Link(map[design.Purpose]string{design.ForForm: "/designs", design.ForFill: "/blanks"}[v.Purpose]))
}

func (h *Rim) stop(w http.ResponseWriter, r *web.Request) error {
	n, err := id(r)
	if err != nil {
		return err
	}
	if err := h.store.Stop(r.Context(), r.Caller, n, r.Month); err != nil {
		return err
	}
	return r.Redirect(w, h.back(r))
}
