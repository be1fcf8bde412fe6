package rollup

import (
	"slices"

	"wengang/internal/fact"
)

// listed is a code of a list; one outside it counts as not stated, as in traits.
func listed(e *fact.Enum, code int) int64 {
	if e.Valid(code) {
		return int64(code)
	}
	return 0
}

func hasKind(kinds uint16, kind int64) bool {
	if kind == 0 {
		return kinds == 0
	}
	return kinds>>kind&1 != 0
}

func (p *plan) allowsSettlement(id int64) bool {
	for i := range p.conds {
		if c := &p.conds[i]; c.dim == DimSettlement && !c.has[id] && !(id != 0 && c.has[AnySettlement]) {
			return false
		}
	}
	return true
}

func (p *plan) allowsKinds(kinds uint16) bool {
	for i := range p.conds {
		c := &p.conds[i]
		if c.dim == DimKind && !slices.ContainsFunc(c.values, func(k int64) bool { return k >= 0 && k < 16 && hasKind(kinds, k) }) {
			return false
		}
	}
	return true
}
