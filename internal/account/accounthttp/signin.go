package accounthttp

import (
	"net/http"
	"net/url"
	"strings"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/web"
)

type signInView struct {
	Login, Next string
	Message     string
	Empty       bool // no account exists: the set-up comes first
	Ended       bool // after signing out
	Fields      []web.Field
	Demo        []demoView
	Sample      bool // no second factor: the page says so
}

type demoView struct {
	DemoUser
	RoleKey string
}

func (h *Rim) signInPage(w http.ResponseWriter, r *web.Request) error {
	if r.Caller.UserID != 0 {
		return r.Redirect(w, next(r.URL.Query().Get("next")))
	}
	v := signInView{Next: r.URL.Query().Get("next"), Ended: r.URL.Query().Has("out")}
	return h.showSignIn(w, r, http.StatusOK, v)
}

func (h *Rim) showSignIn(w http.ResponseWriter, r *web.Request, status int, v signInView) error {
	var err error
	if v.Empty, err = h.Accounts.Empty(r.Context()); err != nil {
		return err
	}
	v.Fields = []web.Field{
		{Name: "login", Label: r.T("account.signin.login"), Value: v.Login, Required: true, Complete: "username", Max: 64},
		{Name: "password", Label: r.T("account.signin.password"), Kind: "password", Required: true, Complete: "current-password", Max: 256},
	}
	p, err := h.Accounts.Policy(r.Context())
	if err != nil {
		return err
	}
	v.Sample = p.Sample
	for _, d := range h.Demo {
		v.Demo = append(v.Demo, demoView{d, "web.role." + string(d.Role)})
	}
	return h.Shell.PageStatus(w, r, status, "account/signin", v)
}

// next is where a person goes on: only to a page of this console.
func next(p string) string {
	if !web.LocalPath(p) || open(p) || p == "/password" || strings.HasPrefix(p, "/sign-in") {
		return "/"
	}
	return p
}

func (h *Rim) signIn(w http.ResponseWriter, r *web.Request) error {
	v := signInView{Login: r.PostFormValue("login"), Next: r.PostFormValue("next")}
	token, ses, err := h.Accounts.SignIn(r.Context(), v.Login, r.PostFormValue("password"), h.Sessions.Address(r.Request), r.UserAgent())
	if err != nil {
		kind := fault.KindOf(err)
		if kind != fault.Invalid && kind != fault.TooMany && kind != fault.Forbidden {
			return err
		}
		r.Caller = account.Caller{}
		v.Message = sentence(r, err)
		status := http.StatusUnprocessableEntity
		if kind == fault.TooMany {
			status = http.StatusTooManyRequests
		}
		return h.showSignIn(w, r, status, v)
	}
	// The session before, if any, does not stay open behind the new one.
	if old := h.Sessions.token(r.Request); old != "" {
		if err := h.Accounts.SignOut(r.Context(), old); err != nil {
			return err
		}
	}
	h.Sessions.set(w, token)
	if to := first[ses.MustChange]; to != "" {
		if on := next(v.Next); ses.MustChange == "code" && on != "/" {
			to += "?next=" + url.QueryEscape(on)
		}
		return r.Redirect(w, to)
	}
	return r.Redirect(w, next(v.Next))
}

func (h *Rim) signOut(w http.ResponseWriter, r *web.Request) error {
	if err := h.Accounts.SignOut(r.Context(), h.Sessions.token(r.Request)); err != nil {
		return err
	}
	h.Sessions.set(w, "")
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return r.Redirect(w, "/sign-in?out=1")
}
