package peoplehttp

import (
	"net/http"
	"strings"

	"wengang/internal/people"
	"wengang/internal/web"
)

// foundLimit is how many persons one question answers.
const foundLimit = 100

type foundView struct {
	Table tableView
	Asked string // what the words were understood as
	More  bool
	Query string
}

// find answers the search field of the list. The words are names, numbers and
// phones: they travel in the body and stand in no address.
func (h *Rim) find(w http.ResponseWriter, r *web.Request) error {
	q := strings.TrimSpace(r.PostFormValue("q"))
	if q == "" {
		return r.Redirect(w, r.Link("/people"))
	}
	rows, err := h.people.Find(r.Context(), r.FullScope(), r.Caller, q, foundLimit+1)
	if err != nil {
		return err
	}
	_, asked := people.Understand(q)
	if len(rows) == 1 && asked >= people.AskedID {
		return r.Redirect(w, h.personLink(r, rows[0].ID))
	}
	v := foundView{Asked: r.T("people.asked." + askedName(asked)), Query: q}
	if len(rows) > foundLimit {
		rows, v.More = rows[:foundLimit], true
	}
	v.Table = h.table(r, columnsOf(w, r), h.rowViews(r, rows), nil)
	return h.shell.Page(w, r, "people/found", v)
}

func askedName(a people.Asked) string {
	switch a {
	case people.AskedPinyin:
		return "pinyin"
	case people.AskedID:
		return "id"
	case people.AskedPhone:
		return "phone"
	case people.AskedCode:
		return "code"
	}
	return "name"
}
