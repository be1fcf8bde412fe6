package accounthttp

import (
	"context"
	"net/http"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/web"
)

type settingsView struct{ Entries []settingsEntry }

type settingsEntry struct{ Icon, Title, Note, Href string }

// SettingsEntry adds an entry to the settings page; other rims bring theirs.
type SettingsEntry struct {
	Icon, Key, Href string // Key is the title; Key + "_note" the line below
	Need            account.Permission
}

var entries = []SettingsEntry{
	{Icon: "user-cog", Key: "account.settings.own", Href: "/account"},
	{Icon: "users-group", Key: "account.settings.users", Href: "/users", Need: account.UserRead},
	{Icon: "shield-lock", Key: "account.settings.policy", Href: "/policy", Need: account.UserGrant},
	{Icon: "server", Key: "account.settings.addresses", Href: "/addresses", Need: account.UserGrant},
	{Icon: "table", Key: "account.settings.table", Href: "/permissions"},
	{Icon: "id-badge", Key: "account.settings.rights", Href: "/account/rights"},
	{Icon: "users", Key: "account.settings.colleagues", Href: "/permissions/people", Need: account.RightsRead},
	{Icon: "switch-horizontal", Key: "account.settings.leave", Href: "/account/leave"},
	{Icon: "shield-lock", Key: "account.settings.factor", Href: "/account/factor"},
}

// Settings adds entries of other rims.
func (h *Rim) Settings(e ...SettingsEntry) { h.more = append(h.more, e...) }

func (h *Rim) settings(w http.ResponseWriter, r *web.Request) error {
	var v settingsView
	for _, e := range append(append([]SettingsEntry(nil), entries...), h.more...) {
		if e.Need != "" && !r.Caller.Can(e.Need) {
			continue
		}
		v.Entries = append(v.Entries, settingsEntry{Icon: e.Icon, Title: r.T(e.Key), Note: r.T(e.Key + "_note"), Href: r.Link(e.Href)})
	}
	return h.Shell.Page(w, r, "account/settings", v)
}

// Todos are what waits for the administrators: accounts without a role for
// the security administrator, stopped accounts for the system administrator.
func (h *Rim) Todos(ctx context.Context, r *web.Request) ([]web.Todo, error) {
	var out []web.Todo
	add := func(p account.Permission, state, icon string) error {
		if !r.Caller.Can(p) {
			return nil
		}
		n, err := h.Accounts.CountUsers(ctx, r.Caller, account.UserFilter{At: r.At, State: state})
		if err != nil || n == 0 {
			return err
		}
		out = append(out, web.Todo{
			Icon: icon, Title: r.T("account.todo." + state), Count: r.T("account.todo.count", strconv.FormatInt(n, 10)),
			Note: r.T("account.todo." + state + "_note"), Action: r.T("account.todo.open"), Href: r.Link("/users", "state", state),
		})
		return nil
	}
	if err := add(account.UserGrant, "nogrant", "user-check"); err != nil {
		return nil, err
	}
	return out, add(account.UserCreate, "stopped", "user-x")
}
