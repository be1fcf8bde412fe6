package peoplehttp

import (
	"net/http"
	"strings"

	"wengang/internal/fault"
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

// find takes the words of the search field. They are names, numbers and
// phones: they travel in the body, and an address holds them sealed at most. A
// question by number is on record, so it is answered here and once; every other
// answer has an address, to which going back leads.
func (h *Rim) find(w http.ResponseWriter, r *web.Request) error {
	q := strings.TrimSpace(r.PostFormValue("q"))
	if q == "" {
		return r.Redirect(w, r.Link("/people"))
	}
	if _, asked := people.Understand(q); asked == people.AskedID || asked == people.AskedPhone {
		return h.answer(w, r, q)
	}
	token, err := people.SealWords(h.people.Box, q)
	if err != nil {
		return err
	}
	return r.Redirect(w, r.Link("/people/found", "words", token))
}

// found is the answer at its address.
func (h *Rim) found(w http.ResponseWriter, r *web.Request) error {
	q, err := people.OpenWords(h.people.Box, r.URL.Query().Get("words"))
	if err != nil {
		return err
	}
	if _, asked := people.Understand(q); asked == people.AskedID || asked == people.AskedPhone {
		return fault.NotFoundf("fault.notfound") // never sealed by find
	}
	return h.answer(w, r, q)
}

func (h *Rim) answer(w http.ResponseWriter, r *web.Request, q string) error {
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
