package accounthttp

import (
	"net/http"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/web"
)

type passwordView struct {
	Why     string // why it must change, "" where it is the person's wish
	Name    string
	Message string
	Errors  []web.FieldText
	Fields  []web.Field
	Rules   []string
}

func (h *Rim) passwordPage(w http.ResponseWriter, r *web.Request) error {
	return h.showPassword(w, r, http.StatusOK, nil)
}

func (h *Rim) showPassword(w http.ResponseWriter, r *web.Request, status int, failed error) error {
	ses, err := h.Sessions.lookup(r.Request)
	if err != nil {
		return err
	}
	u, err := h.Accounts.Own(r.Context(), ses.Caller)
	if err != nil {
		return err
	}
	p, err := h.Accounts.Policy(r.Context())
	if err != nil {
		return err
	}
	v := passwordView{Why: ses.MustChange, Name: u.Name, Rules: rules(r, p)}
	bad := map[string]string{}
	if failed != nil {
		v.Errors, v.Message, bad = r.FieldTexts(failed), sentence(r, failed), fieldErrors(r, failed)
	}
	field := func(name, complete string) {
		v.Fields = append(v.Fields, web.Field{Name: name, Label: r.T("account.own." + name), Kind: "password", Required: true, Complete: complete, Error: bad[name], Max: 256})
	}
	field("old", "current-password")
	field("password", "new-password")
	field("again", "new-password")
	if u.AdminRole() != "" && u.IdentityMask == "" {
		v.Fields = append(v.Fields, web.Field{
			Name: "identity", Label: r.T("account.own.identity"), Hint: r.T("account.own.identity_why"), Required: true,
			Value: r.PostFormValue("identity"), Error: bad["identity"], Max: 24,
		})
	}
	if v.Why != "" {
		r.Caller = account.Caller{} // the bare page: nothing else is open yet
	}
	return h.Shell.PageStatus(w, r, status, "account/password", v)
}

// rules says the policy in words, before anybody runs into it.
func rules(r *web.Request, p account.Policy) []string {
	out := []string{r.T("account.password.short", p.MinLength)}
	if p.Classes > 1 {
		out = append(out, r.T("account.password.classes", p.Classes))
	}
	if p.Keep > 0 {
		out = append(out, r.T("account.password.used", p.Keep))
	}
	return out
}

func (h *Rim) password(w http.ResponseWriter, r *web.Request) error {
	ses, err := h.Sessions.lookup(r.Request)
	if err != nil {
		return err
	}
	c := ses.Caller
	c.RequestID = r.ID()
	err = h.Accounts.ChangePassword(r.Context(), c, account.PasswordChange{
		Old: r.PostFormValue("old"), New: r.PostFormValue("password"), Again: r.PostFormValue("again"), Identity: r.PostFormValue("identity"),
	})
	if err != nil {
		if !shown(err) {
			return err
		}
		return h.showPassword(w, r, http.StatusUnprocessableEntity, err)
	}
	if ses.MustChange != "" {
		return r.Redirect(w, "/")
	}
	return r.Redirect(w, "/account?changed=1")
}

type ownView struct {
	User     *account.User
	Sessions []account.Session
	Grants   []grantView
	Changed  bool
}

func (h *Rim) own(w http.ResponseWriter, r *web.Request) error {
	u, err := h.Accounts.Own(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	sessions, err := h.Accounts.Sessions(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	return h.Shell.Page(w, r, "account/own", ownView{User: u, Sessions: sessions, Grants: grantViews(r, u), Changed: r.URL.Query().Has("changed")})
}

func (h *Rim) endOwn(w http.ResponseWriter, r *web.Request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return fault.NotFoundf("fault.notfound")
	}
	if err := h.Accounts.EndSession(r.Context(), r.Caller, id); err != nil {
		return err
	}
	return r.Redirect(w, "/account")
}
