package slicehttp

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/listing"
	"wengang/internal/people"
	"wengang/internal/rollup"
	"wengang/internal/web"
)

// Narrows reports that an address of the list of people behind a figure has
// conditions of this page.
func (h *Rim) Narrows(r *web.Request) bool {
	for name := range r.URL.Query() {
		if strings.HasPrefix(name, "w.") || strings.HasPrefix(name, "c.") {
			return true
		}
	}
	return false
}

// List is a stretch of that list.
func (h *Rim) List(r *web.Request, d *indicator.Def, after int64, limit int) (rollup.Page, error) {
	x, err := Read(r.URL.Query())
	if err != nil {
		return rollup.Page{}, err
	}
	if !offered(d) {
		return rollup.Page{}, fault.NotFoundf("fault.notfound")
	}
	return h.figures.SliceList(r.Context(), r.Scope(), x.Members(r.At, r.Month), d, after, limit)
}

// Takes is where that list leaves as a workbook.
func (h *Rim) Takes(r *web.Request, d *indicator.Def) string {
	if !offered(d) {
		return ""
	}
	return to(r, "/board/list/export")
}

// Chips are the conditions of that list.
func (h *Rim) Chips(r *web.Request) ([]web.Chip, error) {
	x, err := Read(r.URL.Query())
	if err != nil {
		return nil, err
	}
	w, err := h.words(r.Context(), r)
	if err != nil {
		return nil, err
	}
	var out []web.Chip
	for i, d := range x.By {
		out = append(out, web.Chip{Label: w.Dim(d), Value: w.Value(d, x.Cell[i]), Clear: r.Self("c."+string(d), "")})
	}
	for _, d := range dims(&x) {
		for _, n := range x.Where[d] {
			out = append(out, web.Chip{Label: w.Dim(d), Value: w.Value(d, n), Clear: x.without(r, d, n)})
		}
	}
	return out, nil
}

// listColumns are the columns of an exported list.
var listColumns = []string{"name", "sex", "age", "id", "village", "kind", "skill", "status", "employer", "place", "channel", "wage", "months"}

// exportList answers the people behind one figure as a workbook, by the
// exports of lists: their consents, masks and record are the listing's.
func (h *Rim) exportList(w http.ResponseWriter, r *web.Request) error {
	x, err := Read(r.URL.Query())
	if err != nil {
		return err
	}
	d, ok := indicator.Get(r.URL.Query().Get("indicator"))
	if !ok || !offered(d) {
		return fault.NotFoundf("fault.notfound")
	}
	set, err := h.figures.SliceMembers(r.Context(), r.Scope(), x.Members(r.At, r.Month), d)
	if err != nil {
		return err
	}
	ids := make([]int64, 0, set.GetCardinality())
	for it := set.Iterator(); it.HasNext(); {
		ids = append(ids, int64(it.Next()))
	}
	if len(ids) == 0 {
		return fault.NotFoundf("board.list.empty")
	}
	words, err := h.words(r.Context(), r)
	if err != nil {
		return err
	}
	title := r.T(d.Key())
	for i, dim := range x.By {
		title += " · " + words.Value(dim, x.Cell[i])
	}
	for _, c := range h.conditions(&x, words) {
		title += " · " + c
	}
	cols, _ := listing.Allowed(r.Caller, listColumns)
	a := listing.Asked{IDs: ids, Filter: people.Filter{Month: r.Month}, Columns: cols, Group: true}
	o := listing.Out{Title: title, Region: r.At, Lang: r.Lang, Plain: r.PostFormValue("plain") == "1", Reason: r.PostFormValue("reason")}
	data, err := h.lists.Export(r.Context(), r.Caller, a, o)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", `attachment; filename="list.xlsx"; filename*=UTF-8''`+url.PathEscape(r.T(d.Key())+"_"+r.Month.String()+".xlsx"))
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write(data)
	return err
}

// Lists makes lists of people leave (internal/listing).
type Lists interface {
	Export(ctx context.Context, by account.Caller, a listing.Asked, o listing.Out) ([]byte, error)
}
