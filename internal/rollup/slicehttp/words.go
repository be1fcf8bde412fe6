package slicehttp

import (
	"context"
	"fmt"

	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/rollup"
	"wengang/internal/text"
	"wengang/internal/web"
)

// Words names values of dimensions in a request's language.
type Words struct {
	r           *web.Request
	tree        Tree
	settlements map[int64]string
	tags        map[int64]string
}

// words reads what is needed to name values: the settlements of the caller's
// area and the lists of areas in force.
func (h *Rim) words(ctx context.Context, r *web.Request) (*Words, error) {
	w := &Words{r: r, tree: h.tree, settlements: map[int64]string{}, tags: map[int64]string{}}
	list, err := h.settled.SettlementNames(ctx, r.FullScope())
	if err != nil {
		return nil, err
	}
	for _, s := range list {
		w.settlements[s.ID] = s.Name
	}
	all, err := h.tags.AllTags(ctx, r.Month.LastDay())
	if err != nil {
		return nil, err
	}
	for id, at := range all {
		for c := range at { // lists that have to do with the page's place
			if c.Contains(r.At) || r.At.Contains(c) {
				w.tags[rollup.TagKey(id)] = id
				break
			}
		}
	}
	return w, nil
}

// Dim is a dimension's name.
func (w *Words) Dim(d rollup.Dim) string { return w.r.T("slice.dim." + string(d)) }

// Value is a value's name.
func (w *Words) Value(d rollup.Dim, v int64) string {
	if v == 0 && d != rollup.DimPlace {
		return w.r.T("slice.none." + string(d))
	}
	switch d {
	case rollup.DimPlace:
		if n := w.tree.Name(region.Code(v)); n != "" {
			return n
		}
		return region.Code(v).String()
	case rollup.DimClass:
		return w.r.T(fmt.Sprintf("slice.class.%d", v))
	case rollup.DimAge:
		first, last := rollup.AgeRange(int(v))
		switch {
		case last < 0:
			return w.r.T("slice.age.from", first)
		case first == 0:
			return w.r.T("slice.age.below", last+1)
		}
		return w.r.T("slice.age.band", first, last)
	case rollup.DimSettlement:
		if v == rollup.AnySettlement {
			return w.r.T("slice.settlement.any")
		}
		if n := w.settlements[v]; n != "" {
			return n
		}
		return w.r.T("slice.settlement.other", v)
	case rollup.DimTag:
		return TagName(w.r.Lang, w.tags[v], v)
	}
	return w.enum(d, int(v))
}

// TagName is the name of a list of areas; those that an installation made are
// called by their id.
func TagName(lang text.Lang, id string, key int64) string {
	if id == "" {
		return fmt.Sprint(key)
	}
	if k := "region.tag." + id; text.Has(k) {
		return text.T(lang, k)
	}
	return id
}

var enums = map[rollup.Dim]*fact.Enum{rollup.DimKind: fact.Kind, rollup.DimSex: fact.Sex, rollup.DimEducation: fact.Education, rollup.DimSkill: fact.Skill,
	rollup.DimChannel: fact.Channel, rollup.DimPlaceClass: fact.PlaceClass, rollup.DimIndustry: fact.Industry}

func (w *Words) enum(d rollup.Dim, code int) string {
	e := enums[d]
	if w.r.Lang == text.EN {
		if key := fmt.Sprintf("enum.%s.%d", e.ID, code); text.Has(key) {
			return w.r.T(key)
		}
	}
	if n := e.Name(code); n != "" {
		return n
	}
	return fmt.Sprint(code)
}

// values lists what a filter offers of a dimension: fixed words, the
// settlements and lists of the place; nil for places, which are typed.
func (w *Words) values(d rollup.Dim) []int64 {
	switch d {
	case rollup.DimSettlement:
		return append(byName(w.settlements), 0)
	case rollup.DimTag:
		return append(byName(w.tags), 0)
	}
	return d.Values()
}
