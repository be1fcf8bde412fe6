package areahttp

import (
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/web"
)

// day reads a date of a form.
func day(s string) (calendar.Date, bool) {
	n, err := strconv.Atoi(strings.ReplaceAll(s, "-", ""))
	d := calendar.Date(n)
	return d, err == nil && d.Valid()
}

// add puts a place on a list from a day, by a document.
func (h *Rim) add(w http.ResponseWriter, r *web.Request) error {
	scope := r.Caller.Scope(account.SettingEdit)
	tag := strings.TrimSpace(r.PostFormValue("tag"))
	if tag == "+" || tag == "" {
		tag = strings.TrimSpace(r.PostFormValue("other"))
	}
	var bad []fault.Field
	if len([]rune(tag)) > 40 {
		bad = append(bad, fault.Field{Name: "other", Key: "region.tag_required"})
	}
	found := h.tree.Search(strings.TrimSpace(r.PostFormValue("place")), scope, 1)
	if len(found) == 0 || !scope.Contains(found[0]) {
		bad = append(bad, fault.Field{Name: "place", Key: "settlement.area.placebad"})
	}
	from, ok := day(r.PostFormValue("from"))
	if !ok {
		bad = append(bad, fault.Field{Name: "from", Key: "settlement.area.daybad"})
	}
	var err error
	if len(bad) > 0 {
		err = fault.InvalidFields(bad...)
	} else {
		err = h.save(r, scope, tag, found[0], from, 0)
	}
	return h.done(w, r, tag, err)
}

// end takes a place off a list on a day: it keeps when it was on it.
func (h *Rim) end(w http.ResponseWriter, r *web.Request) error {
	scope := r.Caller.Scope(account.SettingEdit)
	tag := r.PostFormValue("tag")
	at, err := region.ParseCode(r.PostFormValue("place"))
	if err != nil || !scope.Contains(at) {
		return fault.NotFoundf("fault.notfound")
	}
	rows, err := h.lists.TagRows(r.Context(), tag, at)
	if err != nil {
		return err
	}
	since, _ := strconv.Atoi(r.PostFormValue("since"))
	known := false
	for _, x := range rows {
		known = known || x.Region == at && int(x.From) == since && x.To == 0
	}
	if !known {
		return fault.NotFoundf("fault.notfound")
	}
	to, ok := day(r.PostFormValue("to"))
	if !ok {
		err = fault.InvalidFields(fault.Field{Name: "to", Key: "settlement.area.daybad"})
	} else {
		err = h.save(r, scope, tag, at, calendar.Date(since), to)
	}
	return h.done(w, r, tag, err)
}

func (h *Rim) save(r *web.Request, scope region.Scope, tag string, at region.Code, from, to calendar.Date) error {
	return h.db.Tx(r.Context(), func(tx *db.Tx) error {
		return h.lists.SaveTag(r.Context(), scope, tx, r.Caller, tag, at, from, to, strings.TrimSpace(r.PostFormValue("source")))
	})
}

func (h *Rim) done(w http.ResponseWriter, r *web.Request, tag string, err error) error {
	if fault.Is(err, fault.Invalid) {
		return h.show(w, r, http.StatusUnprocessableEntity, r.FieldTexts(err))
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.Link("/areas", "tag", tag))
}
