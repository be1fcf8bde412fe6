package accounthttp

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/web"
)

const pageSize = 50

type usersView struct {
	Text, State string
	Rows        []userRow
	Chips       web.Chips
	Pager       web.Pager
	Switch      []web.Tab
	None        web.Empty
}

type userRow struct {
	account.User
	Grants []grantView
	State  web.Badge
}

type grantView struct {
	account.Grant
	Role, Dept string
	Code       string
}

func grantViews(r *web.Request, u *account.User) []grantView {
	out := make([]grantView, 0, len(u.Grants))
	for _, g := range u.Grants {
		v := grantView{Grant: g, Role: r.T("web.role." + string(g.Role)), Code: codeOf(g.Region)}
		if g.Dept != "" {
			v.Dept = r.T("account.dept." + string(g.Dept))
		}
		out = append(out, v)
	}
	return out
}

func codeOf(c region.Code) string {
	if c == region.Country {
		return "0"
	}
	return c.String()
}

func (h *Rim) users(w http.ResponseWriter, r *web.Request) error {
	q := r.URL.Query()
	f := account.UserFilter{Text: q.Get("q"), State: q.Get("state"), At: r.At, Limit: pageSize}
	f.After, _ = strconv.ParseInt(q.Get("after"), 10, 64)
	list, err := h.Accounts.Users(r.Context(), r.Caller, f)
	if err != nil {
		return err
	}
	total, err := h.Accounts.CountUsers(r.Context(), r.Caller, f)
	if err != nil {
		return err
	}
	v := usersView{Text: f.Text, State: f.State, Pager: web.Pager{Total: total, Unit: r.T("account.users.unit")},
		None: web.Empty{Icon: "users-group", Title: r.T("account.users.none"), Note: r.T("account.users.none_note")}}
	for i := range list {
		v.Rows = append(v.Rows, userRow{User: list[i], Grants: grantViews(r, &list[i]), State: state(r, &list[i])})
	}
	if f.After > 0 {
		v.Pager.Prev = r.Self("after", "")
	}
	if len(list) == pageSize {
		v.Pager.Next = r.Self("after", strconv.FormatInt(list[len(list)-1].ID, 10))
	}
	for _, s := range []string{"", "nogrant", "stopped"} {
		v.Switch = append(v.Switch, web.Tab{Label: r.T("account.users.state_" + s), Href: r.Self("state", s), On: s == f.State})
	}
	if f.Text != "" {
		v.Chips.Items = append(v.Chips.Items, web.Chip{Label: r.T("account.users.text"), Value: f.Text, Clear: r.Self("q", "")})
	}
	return h.Shell.Page(w, r, "account/users", v)
}

// state is the account's condition in one badge.
func state(r *web.Request, u *account.User) web.Badge {
	switch {
	case u.DisabledAt != 0 && (u.Disabled == "dormant" || u.Disabled == "left" || u.Disabled == "ended"):
		return web.Badge{Kind: "out", Icon: "clock", Text: r.T("account.state." + u.Disabled)}
	case u.DisabledAt != 0:
		return web.Badge{Kind: "out", Icon: "ban", Text: r.T("account.state.disabled")}
	case u.Inspection != nil:
		return web.Badge{Kind: "work", Icon: "search", Text: r.T("account.state.inspects")}
	case len(u.Grants) == 0:
		return web.Badge{Kind: "dash", Icon: "help-circle", Text: r.T("account.state.nogrant")}
	case u.Initial:
		return web.Badge{Kind: "neu", Icon: "key", Text: r.T("account.state.initial")}
	}
	return web.Badge{Kind: "work", Icon: "check", Text: r.T("account.state.active")}
}

type newView struct {
	Fields  []web.Field
	Errors  []web.FieldText
	Message string
}

func (h *Rim) newPage(w http.ResponseWriter, r *web.Request) error {
	return h.showNew(w, r, http.StatusOK, nil)
}

func (h *Rim) showNew(w http.ResponseWriter, r *web.Request, status int, failed error) error {
	var v newView
	bad := map[string]string{}
	if failed != nil {
		v.Errors, v.Message, bad = r.FieldTexts(failed), sentence(r, failed), fieldErrors(r, failed)
	}
	at := r.PostFormValue("region")
	if at == "" {
		at = codeOf(r.At)
	}
	field := func(name string, required bool, value string, max int) {
		v.Fields = append(v.Fields, web.Field{
			Name: name, Label: r.T("account.new." + name), Hint: r.T("account.new." + name + "_hint"),
			Required: required, Value: value, Error: bad[name], Max: max,
		})
	}
	field("login", true, r.PostFormValue("login"), 32)
	field("name", true, r.PostFormValue("name"), 60)
	field("region", true, at, 40)
	field("phone", false, r.PostFormValue("phone"), 20)
	field("until", false, r.PostFormValue("until"), 10)
	v.Fields[len(v.Fields)-1].Kind = "date"
	field("identity", false, r.PostFormValue("identity"), 24)
	return h.Shell.PageStatus(w, r, status, "account/new", v)
}

// onceView shows a one-time password: once, on the answer of the form itself.
type onceView struct {
	account.Initial
	Name  string
	Fresh bool
}

func (h *Rim) create(w http.ResponseWriter, r *web.Request) error {
	at, ok := h.place(r.PostFormValue("region"), r.FullScope())
	if !ok {
		return h.showNew(w, r, http.StatusUnprocessableEntity, fault.InvalidFields(fault.Field{Name: "region", Key: "account.place"}))
	}
	n := account.NewUser{Login: r.PostFormValue("login"), Name: r.PostFormValue("name"), Region: at, Identity: r.PostFormValue("identity")}
	n.Phone = r.PostFormValue("phone")
	if words := r.PostFormValue("until"); words != "" {
		if n.Until, _ = calendar.ParseDate(words); n.Until == 0 {
			return h.showNew(w, r, http.StatusUnprocessableEntity, fault.InvalidFields(fault.Field{Name: "until", Key: "account.until.form"}))
		}
	}
	in, err := h.Accounts.Create(r.Context(), r.Caller, n)
	if err != nil {
		if !shown(err) {
			return err
		}
		return h.showNew(w, r, http.StatusUnprocessableEntity, err)
	}
	return h.Shell.Page(w, r, "account/once", onceView{Initial: in, Name: strings.TrimSpace(n.Name), Fresh: true})
}

func userID(r *web.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.NotFoundf("fault.notfound")
	}
	return id, nil
}

type userView struct {
	User    *account.User
	State   web.Badge
	Facts   []web.Fact
	Grants  []grantView
	Form    []web.Field // of a new grant
	Errors  []web.FieldText
	Message string
	Self    bool
	Admin   bool

	Sessions    []account.Session
	Inspections []inspectionView
	Inspect     []web.Field // the form of a document, none where it cannot be
	Until       web.Field
}

func (h *Rim) user(w http.ResponseWriter, r *web.Request) error {
	return h.showUser(w, r, http.StatusOK, nil)
}

func (h *Rim) showUser(w http.ResponseWriter, r *web.Request, status int, failed error) error {
	id, err := userID(r)
	if err != nil {
		return err
	}
	u, err := h.Accounts.User(r.Context(), r.Caller, id)
	if err != nil {
		return err
	}
	v := userView{User: u, State: state(r, u), Grants: grantViews(r, u), Self: u.ID == r.Caller.UserID, Admin: u.AdminRole() != ""}
	bad := map[string]string{}
	if failed != nil {
		v.Errors, v.Message, bad = r.FieldTexts(failed), sentence(r, failed), fieldErrors(r, failed)
	}
	v.Facts = []web.Fact{
		{Label: r.T("account.new.login"), Value: u.Login},
		{Label: r.T("account.new.name"), Value: u.Name},
		{Label: r.T("account.new.region"), Value: h.regionName(r, u.Region)},
		{Label: r.T("account.new.identity"), Value: u.IdentityMask},
		{Label: r.T("account.user.signed_in"), Value: web.DateTime(u.SignedInAt)},
		{Label: r.T("account.user.created"), Value: web.DateTime(u.CreatedAt)},
		{Label: r.T("account.user.password"), Value: web.DateTime(u.PasswordAt)},
		{Label: r.T("account.user.number"), Value: strconv.FormatInt(u.ID, 10)},
	}
	v.Form = grantForm(r, u, bad)
	if err := h.moreOf(r, &v, u, bad); err != nil {
		return err
	}
	return h.Shell.PageStatus(w, r, status, "account/user", v)
}

func (h *Rim) regionName(r *web.Request, c region.Code) string {
	if c == region.Country {
		return r.T("web.nation")
	}
	return h.Tree.Name(c) + " " + c.String()
}

// act runs an act on one account and goes back to its page.
func (h *Rim) act(do func(context.Context, account.Caller, int64) error) web.Action {
	return func(w http.ResponseWriter, r *web.Request) error {
		id, err := userID(r)
		if err != nil {
			return err
		}
		if err := do(r.Context(), r.Caller, id); err != nil {
			if !shown(err) {
				return err
			}
			return h.showUser(w, r, http.StatusConflict, err)
		}
		return r.Redirect(w, r.Link("/users/"+strconv.FormatInt(id, 10)))
	}
}

func (h *Rim) remove(w http.ResponseWriter, r *web.Request) error {
	id, err := userID(r)
	if err != nil {
		return err
	}
	if err := h.Accounts.Remove(r.Context(), r.Caller, id); err != nil {
		if !shown(err) {
			return err
		}
		return h.showUser(w, r, http.StatusConflict, err)
	}
	return r.Redirect(w, r.Link("/users"))
}

func (h *Rim) reset(w http.ResponseWriter, r *web.Request) error {
	id, err := userID(r)
	if err != nil {
		return err
	}
	u, err := h.Accounts.User(r.Context(), r.Caller, id)
	if err != nil {
		return err
	}
	in, err := h.Accounts.ResetPassword(r.Context(), r.Caller, id)
	if err != nil {
		return err
	}
	return h.Shell.Page(w, r, "account/once", onceView{Initial: in, Name: u.Name})
}
