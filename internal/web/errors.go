package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"wengang/internal/account"
	"wengang/internal/fault"
)

// problem is what the error page and the JSON answer show.
type problem struct {
	Status  int         `json:"status"`
	Message string      `json:"message"`
	ID      string      `json:"id"`
	Fields  []FieldText `json:"fields,omitempty"`
	Icon    string      `json:"-"`
	Hint    string      `json:"-"`
}

// FieldText is a wrong field with its message in the reader's language.
type FieldText struct {
	Name    string `json:"name"`
	Message string `json:"message"`
}

var kindStatus = map[fault.Kind]int{
	fault.Invalid: 422, fault.NotFound: 404, fault.Forbidden: 403, fault.Conflict: 409,
	fault.Unauth: 401, fault.TooMany: 429, fault.Unavailable: 503, fault.Internal: 500,
}

var statusIcon = map[int]string{422: "alert-circle", 404: "map-off", 403: "lock", 409: "git-merge", 429: "clock", 503: "clock", 500: "alert-triangle"}

// describe turns an error into words. What is no *fault.Error stays inside.
func (r *Request) describe(err error) problem {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		err = fault.New(fault.Invalid, "web.toolarge", tooLarge.Limit>>20)
	case errors.Is(err, context.DeadlineExceeded) && fault.KindOf(err) == fault.Internal:
		err = fault.Wrap(err, fault.Unavailable, "web.busy")
	}
	p := problem{Status: 500, ID: r.id}
	var e *fault.Error
	if errors.As(err, &e) && e.Kind != fault.Internal {
		p.Status = kindStatus[e.Kind]
		p.Message = r.T(e.Key, e.Args...)
		p.Fields = r.FieldTexts(err)
	} else {
		p.Message = r.T("fault.internal", r.id)
	}
	p.Icon = statusIcon[p.Status]
	return p
}

// FieldTexts lists the wrong fields of an error in the reader's language.
func (r *Request) FieldTexts(err error) []FieldText {
	var e *fault.Error
	if !errors.As(err, &e) {
		return nil
	}
	out := make([]FieldText, 0, len(e.Fields))
	for _, f := range e.Fields {
		out = append(out, FieldText{Name: f.Name, Message: r.T(f.Key, f.Args...)})
	}
	return out
}

// fail answers an error: sign-in, JSON for scripts, a toast for htmx, a page.
func (s *Shell) fail(w http.ResponseWriter, r *Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // the reader has left
	}
	p := r.describe(err)
	if p.Status >= 500 {
		s.cfg.Log.Error("failed", "id", r.id, "route", r.route.Pattern, "err", err)
	}
	if p.Status == http.StatusUnauthorized && !wantsJSON(r.Request) {
		if r.Caller.UserID != 0 && errors.Is(err, account.ErrStepUp) {
			s.toProve(w, r)
			return
		}
		s.toSignIn(w, r)
		return
	}
	switch {
	case wantsJSON(r.Request):
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(p.Status)
		_ = json.NewEncoder(w).Encode(p)
	case r.HX():
		w.Header().Set("HX-Retarget", "#w-toasts")
		w.Header().Set("HX-Reswap", "beforeend")
		if ferr := s.fragment(w, r, p.Status, "web/error", "toast", p); ferr != nil {
			s.cfg.Log.Error("error fragment", "id", r.id, "err", ferr)
		}
	default:
		if perr := s.PageStatus(w, r, p.Status, "web/error", p); perr != nil {
			s.cfg.Log.Error("error page", "id", r.id, "err", perr)
			http.Error(w, p.Message, p.Status)
		}
	}
}

// toSignIn keeps the address of a GET, so that the reader comes back to it.
func (s *Shell) toSignIn(w http.ResponseWriter, r *Request) {
	to := s.cfg.SignIn
	if r.Method == http.MethodGet && !r.HX() && r.URL.Path != "/" {
		to += "?next=" + url.QueryEscape(r.URL.RequestURI())
	}
	_ = r.Redirect(w, to)
}

// toProve asks a signed-in person for a fresh proof and leads back to the page
// that the act was begun on: a form is not sent again by itself.
func (s *Shell) toProve(w http.ResponseWriter, r *Request) {
	to := "/"
	if r.Method == http.MethodGet && !r.HX() {
		to = r.URL.RequestURI()
	} else if u, err := url.Parse(r.Referer()); err == nil && u.Host == r.Host && LocalPath(u.RequestURI()) {
		to = u.RequestURI()
	}
	_ = r.Redirect(w, s.cfg.Account+"/prove?next="+url.QueryEscape(to))
}

func wantsJSON(r *http.Request) bool {
	a := r.Header.Get("Accept")
	return strings.Contains(a, "application/json") && !strings.Contains(a, "text/html")
}

func (s *Shell) nothing(http.ResponseWriter, *Request) error {
	return fault.NotFoundf("fault.notfound")
}
