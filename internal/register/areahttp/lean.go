package areahttp

import (
	"maps"
	"slices"

	"wengang/internal/region"
	"wengang/internal/web"
)

// leans counts the carriers of each list that has to do with the place, in the
// order of the kinds and then the funds of relief projects.
func (h *Rim) leans(r *web.Request, v *areasView, all map[string]map[region.Code]bool) error {
	carriers, err := h.homes.Carriers(r.Context(), r.Scope(), r.Month.LastDay())
	if err != nil || len(carriers) == 0 {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(all)) {
		if _, touches := touching(r.At, all[id]); !touches {
			continue
		}
		row := leanRow{Name: tagName(r, id)}
		for _, kind := range leanKinds {
			in, whole := int64(0), int64(0)
			for _, c := range carriers {
				n := int64(1)
				if kind == "funds" {
					n = max(0, c.Funds)
				} else if c.Kind != kind {
					continue
				}
				whole += n
				if listed(all[id], c.Region) {
					in += n
				}
			}
			row.Cells = append(row.Cells, leaning(r, kind, in, whole))
		}
		v.Leans = append(v.Leans, row)
	}
	return nil
}

// leanKinds are the columns: kinds of registers, and the funds.
var leanKinds = []string{"workshop", "relief", "funds", "project", "base"}

func leaning(r *web.Request, kind string, in, whole int64) string {
	switch {
	case whole == 0:
		return "—"
	case kind == "funds":
		return web.Percent(float64(in) / float64(whole) * 100)
	}
	return r.T("settlement.area.lean.of", web.Thousands(in), web.Thousands(whole), web.Percent(float64(in)/float64(whole)*100))
}

// listed reports whether a place lies in one of the places of a list.
func listed(places map[region.Code]bool, at region.Code) bool {
	for c := at; c != region.Country; c = c.Parent() {
		if places[c] {
			return true
		}
	}
	return places[region.Country]
}
