package listinghttp

import (
	"net/http"
	"strconv"

	"wengang/internal/fault"
	"wengang/internal/listing"
	"wengang/internal/region"
	"wengang/internal/web"
)

type savedRow struct {
	listing.Saved
	Own     bool
	Href    string
	Columns string
	Office  string
	Drop    string
}

type mineView struct {
	Rows  []savedRow
	Empty web.Empty
	New   string
}

// mine is the caller's lists and those that his office shares.
func (h *Rim) mine(w http.ResponseWriter, r *web.Request) error {
	lists, err := h.lists.SavedLists(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	words := h.lists.Words(r.Lang)
	v := mineView{New: r.Link("/lists/mine/view"), Empty: web.Empty{Icon: "columns", Title: r.T("listing.mine.none"), Note: r.T("listing.mine.none.note"), Action: r.T("listing.chosen.new"), Href: r.Link("/lists/mine/view")}}
	for _, s := range lists {
		row := savedRow{Saved: s, Own: s.OwnerID == r.Caller.UserID, Href: r.Link("/lists/saved/" + strconv.FormatInt(s.ID, 10)), Drop: r.Link("/lists/saved/" + strconv.FormatInt(s.ID, 10) + "/drop")}
		for i, k := range s.Spec.Columns {
			if c, ok := listing.ColumnOf(k); ok {
				if i > 0 {
					row.Columns += r.T("people.and")
				}
				row.Columns += words.Label(c)
			}
		}
		if s.Shared {
			row.Office = officeName(r, words, s.Region, string(s.Dept))
		}
		v.Rows = append(v.Rows, row)
	}
	return h.shell.Page(w, r, "lists/mine", v)
}

func officeName(r *web.Request, words *listing.Words, at region.Code, dept string) string {
	name := r.T("web.nation")
	if at != region.Country {
		name = words.Short(at)
	}
	if dept == "" {
		return name
	}
	return name + " · " + r.T("account.dept."+dept)
}

// saved leads to the list as its address.
func (h *Rim) saved(w http.ResponseWriter, r *web.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	s, err := h.lists.SavedList(r.Context(), r.Caller, id)
	if err != nil {
		return err
	}
	return r.Redirect(w, link(r, "/lists/mine/view", s.Spec, "saved", s.ID))
}

// save keeps the list of the address under a name.
func (h *Rim) save(w http.ResponseWriter, r *web.Request) error {
	id, _ := strconv.ParseInt(r.PostFormValue("saved"), 10, 64)
	if r.PostFormValue("copy") == "1" {
		id = 0
	}
	s := specOf(r.URL.Query())
	id, err := h.lists.Save(r.Context(), r.Caller, id, r.PostFormValue("name"), r.PostFormValue("shared") == "1", s)
	if fault.Is(err, fault.Invalid) {
		v, verr := h.chosenView(r)
		if verr != nil {
			return verr
		}
		v.Errors = r.FieldTexts(err)
		return h.shell.PageStatus(w, r, http.StatusUnprocessableEntity, "lists/chosen", v)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, link(r, "/lists/mine/view", s, "saved", id))
}

func (h *Rim) drop(w http.ResponseWriter, r *web.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := h.lists.Drop(r.Context(), r.Caller, id); err != nil {
		return err
	}
	return r.Redirect(w, r.Link("/lists/mine"))
}
