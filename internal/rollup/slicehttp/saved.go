package slicehttp

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/rollup/views"
	"wengang/internal/web"
)

// builtin are the questions that come with the program; their names stand in
// the catalogue under slice.builtin.<id>.
var builtin = []struct{ id, spec string }{
	{"b:away_industry", "rows=place&cols=industry&ind=working&w.place_class=3%2C4%2C5"},
	{"b:age_sex", "rows=age&cols=sex&ind=working"},
	{"b:channel_place", "rows=place&cols=channel&ind=working"},
	{"b:watched", "rows=class&cols=headline&ind=registered&w.class=2%2C3%2C4%2C5"},
	{"b:education_skill", "rows=education&cols=skill&ind=registered"},
	{"b:settlement", "rows=settlement&cols=headline&ind=registered"},
}

// shownTabs is how many saved questions stand above the table; the page of
// views has all.
const shownTabs = 6

// saveView is the dialog that keeps a question.
type saveView struct {
	Action, Name string
	Reach        views.Reach
	ID           int64 // the caller's own view that the page came from, 0 none
}

// link is the page's address with a kept question.
func link(r *web.Request, id, spec string) string {
	return r.Link("/board/slice?"+spec, "v", id)
}

// spec is the question of the page as a view keeps it.
func spec(r *web.Request) string { return views.Clean(r.URL.Query(), names()) }

// opening is where a page without a question leads: the caller's default view.
func (h *Rim) opening(r *web.Request) (string, error) {
	key, err := h.views.Default(r.Context(), r.Caller)
	if err != nil || key == "" {
		return "", err
	}
	for _, b := range builtin {
		if b.id == key {
			return link(r, key, b.spec), nil
		}
	}
	id, err := strconv.ParseInt(key, 10, 64)
	if err != nil {
		return "", nil
	}
	v, err := h.views.Get(r.Context(), r.Caller, id)
	if fault.Is(err, fault.NotFound) { // taken back since
		return "", nil
	}
	return link(r, key, v.Spec), err
}

// tabs are the built-in questions and those that were saved, and what the
// dialog of saving starts with.
func (h *Rim) tabs(r *web.Request, x *Question) ([]web.Tab, saveView, error) {
	now := spec(r)
	var out []web.Tab
	for _, b := range builtin {
		out = append(out, web.Tab{Label: r.T("slice.builtin." + b.id[2:]), Href: link(r, b.id, b.spec), On: same(now, b.spec)})
	}
	save := saveView{Action: to(r, "/board/slice/views/save"), Reach: views.Own}
	list, err := h.views.List(r.Context(), r.Caller)
	if err != nil {
		return nil, save, err
	}
	from := r.URL.Query().Get("v")
	n := 0
	for _, v := range list {
		id := strconv.FormatInt(v.ID, 10)
		if id == from && v.OwnerID == r.Caller.UserID {
			save.ID, save.Name, save.Reach = v.ID, v.Name, v.Reach
		}
		on := same(now, v.Spec)
		if n < shownTabs || on {
			out = append(out, web.Tab{Label: v.Name, Href: link(r, id, v.Spec), On: on})
			n++
		}
	}
	return out, save, nil
}

// same reports two queries with equal parameters.
func same(a, b string) bool {
	qa, erra := url.ParseQuery(a)
	qb, errb := url.ParseQuery(b)
	if erra != nil || errb != nil {
		return false
	}
	return qa.Encode() == qb.Encode()
}

type savedView struct {
	Rows    []savedRow
	Default string
	New     string
	Errors  []web.FieldText
}

type savedRow struct {
	Key, Name, Href, Drop string
	Own, Shared, On       bool
	Builtin               bool
	Whose, Reach          string
	UpdatedAt             int64
	ID                    int64
	RawReach              views.Reach
	Rename                string
}

// saved is the page of all views that the caller may use.
func (h *Rim) saved(w http.ResponseWriter, r *web.Request) error { return h.showSaved(w, r, nil) }

func (h *Rim) showSaved(w http.ResponseWriter, r *web.Request, bad []web.FieldText) error {
	list, err := h.views.List(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	v := savedView{New: r.Link("/board/slice", "rows", "place"), Errors: bad}
	if v.Default, err = h.views.Default(r.Context(), r.Caller); err != nil {
		return err
	}
	for _, x := range list {
		id := strconv.FormatInt(x.ID, 10)
		row := savedRow{Key: id, ID: x.ID, Name: x.Name, Href: link(r, id, x.Spec), Own: x.OwnerID == r.Caller.UserID, Shared: x.Reach != views.Own, RawReach: x.Reach,
			Whose: x.OwnerName, UpdatedAt: x.UpdatedAt, On: id == v.Default, Drop: r.Link("/board/slice/views/" + id + "/drop"), Rename: r.Link("/board/slice/views/save?" + x.Spec)}
		if row.Shared {
			row.Reach = r.T("slice.view.reach."+string(x.Reach)+".of", h.office(r, x))
		}
		v.Rows = append(v.Rows, row)
	}
	for _, b := range builtin {
		v.Rows = append(v.Rows, savedRow{Key: b.id, Name: r.T("slice.builtin." + b.id[2:]), Href: link(r, b.id, b.spec), Builtin: true, On: b.id == v.Default})
	}
	status := http.StatusOK
	if len(bad) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return h.shell.PageStatus(w, r, status, "slice/views", v)
}

func (h *Rim) office(r *web.Request, v views.View) string {
	name := r.T("web.nation")
	if v.Region != region.Country {
		name = h.tree.Name(v.Region)
	}
	if v.Reach == views.Office && v.Dept != "" {
		name += " · " + r.T("account.dept."+string(v.Dept))
	}
	return name
}

// save keeps the question of the address under a name; from the page of views
// it renames.
func (h *Rim) save(w http.ResponseWriter, r *web.Request) error {
	if _, err := Read(r.URL.Query()); err != nil {
		return err
	}
	id, _ := strconv.ParseInt(r.PostFormValue("id"), 10, 64)
	if r.PostFormValue("copy") == "1" {
		id = 0
	}
	kept := spec(r)
	id, err := h.views.Save(r.Context(), r.Caller, id, r.PostFormValue("name"), views.Reach(r.PostFormValue("reach")), kept)
	if fault.Is(err, fault.Invalid) {
		if r.PostFormValue("from") == "views" {
			return h.showSaved(w, r, r.FieldTexts(err))
		}
		return h.show(w, r, http.StatusUnprocessableEntity, r.FieldTexts(err))
	}
	if err != nil {
		return err
	}
	if r.PostFormValue("from") == "views" {
		return r.Redirect(w, r.Link("/board/slice/views"))
	}
	return r.Redirect(w, link(r, strconv.FormatInt(id, 10), kept))
}

func (h *Rim) drop(w http.ResponseWriter, r *web.Request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id <= 0 {
		return fault.NotFoundf("fault.notfound")
	}
	if err := h.views.Drop(r.Context(), r.Caller, id); err != nil {
		return err
	}
	return r.Redirect(w, r.Link("/board/slice/views"))
}

func (h *Rim) setDefault(w http.ResponseWriter, r *web.Request) error {
	key := r.PostFormValue("view")
	if strings.HasPrefix(key, "b:") {
		known := false
		for _, b := range builtin {
			known = known || b.id == key
		}
		if !known {
			return fault.NotFoundf("fault.notfound")
		}
	}
	if err := h.views.SetDefault(r.Context(), r.Caller, key); err != nil {
		return err
	}
	return r.Redirect(w, r.Link("/board/slice/views"))
}
