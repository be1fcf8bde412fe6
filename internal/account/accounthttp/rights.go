package accounthttp

import (
	"net/http"
	"slices"
	"strings"

	"wengang/internal/account"
	"wengang/internal/region"
	"wengang/internal/text"
	"wengang/internal/web"
)

// rightsView says in plain words what one person sees and does, and where.
type rightsView struct {
	Name, Login string
	State       web.Badge
	Parts       []rightsPart
	Inspection  *account.Inspection
	Factor      bool
	Needed      bool
	Own         bool
}

type rightsPart struct {
	Where, Below, Role, Dept string
	Sees, Does, Not          []string
}

func partOf(r *web.Request, h *Rim, g account.Grant) rightsPart {
	p := rightsPart{Where: h.placeName(r, g.Region), Role: r.T("web.role." + string(g.Role)), Below: below(r, g)}
	if g.Dept != "" {
		p.Dept = r.T("account.dept." + string(g.Dept))
	}
	p.Sees, p.Does, p.Not = plain(r, g.Can())
	return p
}

// plain puts permissions into what one sees, what one does, and what of the
// things that people ask about one does not.
func plain(r *web.Request, can []account.Permission) (sees, does, not []string) {
	for _, p := range account.Permissions() {
		key := "account.plain." + string(p)
		if !text.Has(key) {
			key = "web.perm." + string(p)
		}
		words := r.T(key)
		switch {
		case !slices.Contains(can, p):
			if slices.Contains(asked, p) {
				not = append(not, words)
			}
		case p.Sees():
			sees = append(sees, words)
		default:
			does = append(does, words)
		}
	}
	return sees, does, not
}

// asked are the permissions whose lack is worth a word.
var asked = []account.Permission{account.PeopleRead, account.PeopleEdit, account.PeopleReveal, account.PeopleExport, account.UserGrant, account.AuditRead}

func below(r *web.Request, g account.Grant) string {
	if g.Role.Admin() || g.Region.Level() == region.Village {
		return ""
	}
	return r.T("account.rights.below")
}

func (h *Rim) placeName(r *web.Request, c region.Code) string {
	if c == region.Country {
		return r.T("web.nation")
	}
	return h.Tree.Name(c)
}

func (h *Rim) rightsOf(r *web.Request, u *account.User) (rightsView, error) {
	p, err := h.Accounts.Policy(r.Context())
	if err != nil {
		return rightsView{}, err
	}
	v := rightsView{Name: u.Name, Login: u.Login, State: state(r, u), Inspection: u.Inspection, Factor: u.FactorAt != 0, Needed: u.FactorNeeded(p)}
	for _, g := range u.Grants {
		v.Parts = append(v.Parts, partOf(r, h, g))
	}
	if i := u.Inspection; i != nil {
		role := account.Inspector
		if i.Reveal {
			role = account.InspectorPlain
		}
		for _, at := range i.Places {
			v.Parts = append(v.Parts, partOf(r, h, account.Grant{Role: role, Region: at}))
		}
	}
	return v, nil
}

// rights is one colleague's page, own is the caller's.
func (h *Rim) rights(w http.ResponseWriter, r *web.Request) error {
	id, err := userID(r)
	if err != nil {
		return err
	}
	u, err := h.Accounts.Colleague(r.Context(), r.Caller, id)
	if err != nil {
		return err
	}
	v, err := h.rightsOf(r, u)
	if err != nil {
		return err
	}
	return h.Shell.Page(w, r, "account/rights", v)
}

func (h *Rim) ownRights(w http.ResponseWriter, r *web.Request) error {
	u, err := h.Accounts.Own(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	v, err := h.rightsOf(r, u)
	if err != nil {
		return err
	}
	v.Own = true
	return h.Shell.Page(w, r, "account/rights", v)
}

type peopleRights struct {
	Text string
	Rows []peopleRow
	Next string
	None web.Empty
}

type peopleRow struct {
	account.User
	Grants []grantView
	State  web.Badge
	Line   string // what the person does, in one line
}

// colleagues lists who may do what in the caller's area.
func (h *Rim) colleagues(w http.ResponseWriter, r *web.Request) error {
	q := r.URL.Query()
	f := account.UserFilter{Text: q.Get("q"), At: r.At, Limit: pageSize, After: idOf(q.Get("after"))}
	list, err := h.Accounts.Colleagues(r.Context(), r.Caller, f)
	if err != nil {
		return err
	}
	v := peopleRights{Text: f.Text, None: web.Empty{Icon: "users-group", Title: r.T("account.users.none"), Note: r.T("account.users.none_note")}}
	for i := range list {
		u := &list[i]
		row := peopleRow{User: *u, Grants: grantViews(r, u), State: state(r, u)}
		var can []account.Permission
		for _, g := range u.Grants {
			can = append(can, g.Can()...)
		}
		_, does, _ := plain(r, can)
		if len(does) > 4 {
			does = append(does[:4:4], r.T("account.rights.more", len(does)-4))
		}
		row.Line = strings.Join(does, r.T("account.rights.and"))
		v.Rows = append(v.Rows, row)
	}
	if len(list) == pageSize {
		v.Next = r.Self("after", itoa(list[len(list)-1].ID))
	}
	return h.Shell.Page(w, r, "account/colleagues", v)
}

// roleWords are the roles of the table in plain words, at their widest.
func roleWords(r *web.Request) []rightsPart {
	var out []rightsPart
	for _, role := range append(account.Roles(), account.Inspector) {
		var can []account.Permission
		for _, p := range account.Permissions() {
			for _, d := range append(account.Depts(), "") {
				if role.Has(d, p) && !slices.Contains(can, p) {
					can = append(can, p)
				}
			}
		}
		part := rightsPart{Role: r.T("web.role." + string(role)), Where: r.T("account.rights.role." + string(role))}
		part.Sees, part.Does, part.Not = plain(r, can)
		out = append(out, part)
	}
	return out
}
