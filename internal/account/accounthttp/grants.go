package accounthttp

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/web"
)

func grantForm(r *web.Request, u *account.User, bad map[string]string) []web.Field {
	role := web.Field{Name: "role", Label: r.T("account.user.role"), Kind: "select", Required: true, Error: bad["role"]}
	role.Options = append(role.Options, web.Option{Value: "", Label: r.T("account.user.choose")})
	for _, x := range account.Roles() {
		// What the account may not hold beside its roles is not offered.
		if len(u.Grants) > 0 && x.Admin() != (u.AdminRole() != "") || u.AdminRole() != "" && x != u.AdminRole() {
			continue
		}
		role.Options = append(role.Options, web.Option{Value: string(x), Label: r.T("web.role." + string(x)), On: r.PostFormValue("role") == string(x)})
	}
	dept := web.Field{Name: "dept", Label: r.T("account.user.dept"), Kind: "select", Hint: r.T("account.user.dept_hint"), Error: bad["dept"]}
	dept.Options = append(dept.Options, web.Option{Value: "", Label: r.T("account.user.nodept")})
	for _, d := range account.Depts() {
		dept.Options = append(dept.Options, web.Option{Value: string(d), Label: r.T("account.dept." + string(d)), On: r.PostFormValue("dept") == string(d)})
	}
	at := r.PostFormValue("region")
	if at == "" {
		at = codeOf(u.Region)
	}
	return []web.Field{role, dept, {Name: "region", Label: r.T("account.user.region"), Hint: r.T("account.new.region_hint"), Required: true, Value: at, Error: bad["region"], Max: 40}}
}

func (h *Rim) grant(w http.ResponseWriter, r *web.Request) error {
	return h.changeGrant(w, r, h.Accounts.Grant)
}

func (h *Rim) revoke(w http.ResponseWriter, r *web.Request) error {
	return h.changeGrant(w, r, h.Accounts.Revoke)
}

func (h *Rim) changeGrant(w http.ResponseWriter, r *web.Request, do func(context.Context, account.Caller, int64, account.Grant) error) error {
	id, err := userID(r)
	if err != nil {
		return err
	}
	at, ok := h.place(r.PostFormValue("region"), r.FullScope())
	if !ok {
		return h.showUser(w, r, http.StatusUnprocessableEntity, fault.InvalidFields(fault.Field{Name: "region", Key: "account.place"}))
	}
	g := account.Grant{Role: account.Role(r.PostFormValue("role")), Dept: account.Dept(r.PostFormValue("dept")), Region: at}
	if err := do(r.Context(), r.Caller, id, g); err != nil {
		if !shown(err) {
			return err
		}
		return h.showUser(w, r, http.StatusUnprocessableEntity, err)
	}
	return r.Redirect(w, r.Link("/users/"+strconv.FormatInt(id, 10)))
}

type tableView struct {
	Roles []tableRole
	Lines []tableLine
	Words []rightsPart
}

type tableRole struct{ Name, Level string }

type tableLine struct {
	Name  string
	Cells []tableCell
}

type tableCell struct {
	Held         bool
	Depts, Level string
}

func (h *Rim) table(w http.ResponseWriter, r *web.Request) error {
	var v tableView
	for _, role := range account.Roles() {
		from, to := role.Levels()
		v.Roles = append(v.Roles, tableRole{r.T("web.role." + string(role)), span(r, from, to, region.Nation, region.Village)})
	}
	for _, l := range account.Table() {
		line := tableLine{Name: r.T("web.perm." + string(l.Permission))}
		for i, c := range l.Cells {
			line.Cells = append(line.Cells, tableCellOf(r, account.Roles()[i], c))
		}
		if slices.ContainsFunc(line.Cells, func(c tableCell) bool { return c.Held }) {
			v.Lines = append(v.Lines, line)
		}
	}
	v.Words = roleWords(r)
	return h.Shell.Page(w, r, "account/table", v)
}

func tableCellOf(r *web.Request, role account.Role, c account.Cell) tableCell {
	out := tableCell{Held: c.Held}
	if !c.Held {
		return out
	}
	var names []string
	for _, d := range c.Depts {
		names = append(names, r.T("account.dept_short."+string(d)))
	}
	out.Depts = strings.Join(names, r.T("account.table.and"))
	from, to := role.Levels()
	out.Level = span(r, c.From, c.To, from, to)
	return out
}

// span names the levels, or nothing where they are the whole.
func span(r *web.Request, from, to, wholeFrom, wholeTo region.Level) string {
	if from == wholeFrom && to == wholeTo {
		return ""
	}
	level := func(l region.Level) string { return r.T("account.level." + strconv.Itoa(int(l))) }
	if from == to {
		return level(from)
	}
	return level(from) + "–" + level(to)
}
