package rule

import "wengang/internal/region"

// TreePlaces lets the tree answer what rules ask of places.
func TreePlaces(t *region.Tree) Places { return treePlaces{t} }

type treePlaces struct{ t *region.Tree }

// KnownArea counts codes of today, of earlier editions and of whole cities and
// provinces: older numbers carry those.
func (p treePlaces) KnownArea(code6 int32) bool {
	if _, ok := p.t.Get(region.Code(code6) * 1_000_000); ok {
		return true
	}
	today, name := p.t.Former(code6)
	return len(today) > 0 || name != ""
}

func (p treePlaces) Name(c region.Code) string { return p.t.FullName(c) }
