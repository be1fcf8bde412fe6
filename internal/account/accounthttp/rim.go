package accounthttp

import (
	"embed"
	"errors"
	"strings"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/web"
)

//go:embed templates/*.html
var templates embed.FS

// DemoUser is a sign-in that the sample's first page offers.
type DemoUser struct {
	Login, Password string
	Role            account.Role
	Place           string
}

// Rim is the console's side of accounts.
type Rim struct {
	Shell    *web.Shell
	Accounts *account.Service
	Sessions *Sessions
	Tree     web.Tree
	Demo     []DemoUser // of the sample only, on loopback only

	more []SettingsEntry
}

// Register adds routes, pages and navigation.
func (h *Rim) Register() {
	s := h.Shell
	s.Templates("account", templates)
	s.Add(
		web.Route{Pattern: "GET /sign-in", Public: true, Action: h.signInPage},
		web.Route{Pattern: "POST /sign-in", Public: true, Action: h.signIn},
		web.Route{Pattern: "POST /sign-out", Public: true, Action: h.signOut},
		web.Route{Pattern: "GET /sign-in/code", Action: h.codePage},
		web.Route{Pattern: "POST /sign-in/code", Action: h.code},
		web.Route{Pattern: "GET /account/prove", Action: h.provePage},
		web.Route{Pattern: "POST /account/prove", Action: h.prove},
		web.Route{Pattern: "GET /account/factor", Action: h.factorPage},
		web.Route{Pattern: "POST /account/factor", Action: h.factor},
		web.Route{Pattern: "GET /account/rights", Action: h.ownRights},
		web.Route{Pattern: "GET /account/leave", Action: h.leave},
		web.Route{Pattern: "POST /account/leave", Action: h.addLeave},
		web.Route{Pattern: "POST /account/leave/{id}/end", Action: h.endLeave},
		web.Route{Pattern: "POST /account/leave/{id}/act", Action: h.standIn},
		web.Route{Pattern: "POST /account/sessions/others", Action: h.endOthers},
		web.Route{Pattern: "GET /permissions/people", Need: account.RightsRead, Action: h.colleagues},
		web.Route{Pattern: "GET /permissions/people/{id}", Need: account.RightsRead, Action: h.rights},
		web.Route{Pattern: "GET /addresses", Need: account.UserGrant, Action: h.addresses},
		web.Route{Pattern: "POST /addresses", Need: account.UserGrant, Action: h.setAddresses},
		web.Route{Pattern: "GET /sheets", Need: account.UserRead, Action: h.sheets},
		web.Route{Pattern: "GET /sheets/template", Need: account.UserCreate, Action: h.sheetTemplate},
		web.Route{Pattern: "POST /sheets", Need: account.UserCreate, Action: h.uploadSheet, Upload: true},
		web.Route{Pattern: "GET /sheets/{id}", Need: account.UserRead, Action: h.sheet},
		web.Route{Pattern: "POST /sheets/{id}/make", Need: account.UserCreate, Action: h.makeSheet, Long: true},
		web.Route{Pattern: "POST /sheets/{id}/decide", Need: account.UserGrant, Action: h.decideSheet},
		web.Route{Pattern: "GET /password", Action: h.passwordPage},
		web.Route{Pattern: "POST /password", Action: h.password},
		web.Route{Pattern: "GET /account", Action: h.own},
		web.Route{Pattern: "POST /account/sessions/{id}/end", Action: h.endOwn},
		web.Route{Pattern: "GET /settings", Action: h.settings},
		web.Route{Pattern: "GET /permissions", Action: h.table},
		web.Route{Pattern: "GET /policy", Need: account.UserGrant, Action: h.policyPage},
		web.Route{Pattern: "POST /policy", Need: account.UserGrant, Action: h.policy},
		web.Route{Pattern: "GET /users", Need: account.UserRead, Action: h.users},
		web.Route{Pattern: "GET /users/new", Need: account.UserCreate, Action: h.newPage},
		web.Route{Pattern: "POST /users", Need: account.UserCreate, Action: h.create},
		web.Route{Pattern: "GET /users/{id}", Need: account.UserRead, Action: h.user},
		web.Route{Pattern: "POST /users/{id}/disable", Need: account.UserCreate, Action: h.act(h.Accounts.Disable)},
		web.Route{Pattern: "POST /users/{id}/enable", Need: account.UserCreate, Action: h.act(h.Accounts.Enable)},
		web.Route{Pattern: "POST /users/{id}/sessions", Need: account.UserCreate, Action: h.act(h.Accounts.EndUserSessions)},
		web.Route{Pattern: "POST /users/{id}/sessions/{session}/end", Need: account.UserCreate, Action: h.endUserSession},
		web.Route{Pattern: "POST /users/{id}/leave", Need: account.UserCreate, Action: h.act(h.Accounts.Leave)},
		web.Route{Pattern: "POST /users/{id}/until", Need: account.UserCreate, Action: h.until},
		web.Route{Pattern: "POST /users/{id}/factor", Need: account.UserGrant, Action: h.act(h.Accounts.ResetFactor)},
		web.Route{Pattern: "POST /users/{id}/inspection", Need: account.UserGrant, Action: h.inspect},
		web.Route{Pattern: "POST /users/{id}/inspection/end", Need: account.UserGrant, Action: h.act(h.Accounts.EndInspection)},
		web.Route{Pattern: "POST /users/{id}/remove", Need: account.UserCreate, Action: h.remove},
		web.Route{Pattern: "POST /users/{id}/reset", Need: account.UserCreate, Action: h.reset},
		web.Route{Pattern: "POST /users/{id}/grants", Need: account.UserGrant, Action: h.grant},
		web.Route{Pattern: "POST /users/{id}/grants/revoke", Need: account.UserGrant, Action: h.revoke},
	)
	s.Nav(
		web.NavItem{Key: "account.users.title", Icon: "users-group", Href: "/users", Need: account.UserRead, Order: 85},
		web.NavItem{Key: "account.sheets.title", Icon: "file-spreadsheet", Href: "/sheets", Need: account.UserRead, Order: 86, Under: "/users"},
		web.NavItem{Key: "web.nav.setting", Icon: "settings", Href: "/settings", Order: 95},
	)
	s.Todos(h)
}

// place reads a place as the page's form gives it: a code of 2 to 12 digits
// or the name of one place of the area.
func (h *Rim) place(v string, within region.Scope) (region.Code, bool) {
	v = strings.TrimSpace(v)
	if v == "0" {
		return region.Country, within.Contains(region.Country)
	}
	if c, err := region.ParseCode(v); err == nil {
		return c, within.Contains(c) && h.Tree.Name(c) != ""
	}
	if v == "" {
		return 0, false
	}
	found := h.Tree.Search(v, within, 3)
	var exact []region.Code
	for _, c := range found {
		if h.Tree.Name(c) == v {
			exact = append(exact, c)
		}
	}
	switch {
	case len(exact) == 1:
		return exact[0], true
	case len(exact) == 0 && len(found) == 1:
		return found[0], true
	}
	return 0, false
}

// fieldErrors maps an error's fields to their sentences, for the controls.
func fieldErrors(r *web.Request, err error) map[string]string {
	out := map[string]string{}
	for _, f := range r.FieldTexts(err) {
		out[f.Name] = f.Message
	}
	return out
}

// shown reports an error that belongs on the form: wrong entries, and
// conflicts and refusals that have their own sentence.
func shown(err error) bool {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Conflict, fault.TooMany:
		return true
	}
	return false
}

// sentence is the error in words where it has no fields, else "".
func sentence(r *web.Request, err error) string {
	var e *fault.Error
	if errors.As(err, &e) && len(e.Fields) == 0 {
		return r.T(e.Key, e.Args...)
	}
	return ""
}
