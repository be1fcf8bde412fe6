package app

import (
	"strings"

	"wengang/internal/fault"
	"wengang/internal/region"
)

// Place reads a region as a person types it: a code of 2 to 12 digits or a
// name. It answers one place or an error that lists the candidates.
func (a *App) Place(text string) (region.Code, error) { return PlaceIn(a.Tree(), text) }

// PlaceIn is Place over a tree, for who has no installation open yet.
func PlaceIn(tree *region.Tree, text string) (region.Code, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		// An unset variable of a script is not the whole country.
		return 0, fault.New(fault.Invalid, "app.place_empty")
	}
	if text == "0" || text == "全国" {
		return region.Country, nil
	}
	if c, err := region.ParseCode(text); err == nil {
		if _, known := tree.Get(c); known {
			return c, nil
		}
	}
	m := tree.Resolve(text, region.Country)
	switch m.Status {
	case region.One:
		return m.Code, nil
	case region.Several:
		names := make([]string, 0, len(m.Candidates))
		for _, p := range m.Candidates {
			names = append(names, tree.FullName(p.Code)+" "+p.Code.String())
		}
		return 0, fault.New(fault.Invalid, "app.place_several", text, strings.Join(names, "、"))
	}
	return 0, fault.New(fault.Invalid, "app.place_none", text)
}
