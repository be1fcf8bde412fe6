package boardhttp

import (
	"wengang/internal/account"
	"wengang/internal/indicator"
	"wengang/internal/rollup"
	"wengang/internal/web"
)

// Slices are the conditions of the analysis page (slicehttp): a list whose
// address has any is theirs.
type Slices interface {
	Narrows(r *web.Request) bool
	List(r *web.Request, d *indicator.Def, after int64, limit int) (rollup.Page, error)
	Chips(r *web.Request) ([]web.Chip, error)
	// Takes is where the list leaves as a workbook, "" where it cannot.
	Takes(r *web.Request, d *indicator.Def) string
}

// UseSlices connects the conditions of the analysis page.
func (h *Rim) UseSlices(s Slices) { h.slices = s }

// takeView is the dialog of an export of the list.
type takeView struct {
	Action string
	Rows   int64
	Plain  bool // numbers in plain are the caller's to take
	Ask    string
}

// take offers the export of a list that is one figure's.
func (h *Rim) take(r *web.Request, v *listView, defs []*indicator.Def, only rollup.Narrow) {
	if h.slices == nil || len(defs) != 1 || only != (rollup.Narrow{}) || r.URL.Query().Has("cause") || v.Pager.Total == 0 || !r.Can(account.PeopleExport) {
		return
	}
	if to := h.slices.Takes(r, defs[0]); to != "" {
		v.Take = &takeView{Action: to, Rows: v.Pager.Total, Plain: r.Caller.Can(account.PeopleReveal), Ask: r.Link("/exports/mine")}
	}
}
