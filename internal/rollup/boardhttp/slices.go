package boardhttp

import (
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
}

// UseSlices connects the conditions of the analysis page.
func (h *Rim) UseSlices(s Slices) { h.slices = s }
