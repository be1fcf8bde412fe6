package boardhttp

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/region"
	"wengang/internal/rollup"
	"wengang/internal/text"
	"wengang/internal/web"
)

// mixes are the compositions of 在岗 that the board offers; the first is its
// own, by channel.
var mixes = []rollup.Dim{rollup.DimChannel, rollup.DimPlaceClass, rollup.DimAge, rollup.DimSex, rollup.DimEducation, rollup.DimIndustry}

// ordered compositions keep the order of their values; of the others the
// largest parts come first.
var ordered = []rollup.Dim{rollup.DimPlaceClass, rollup.DimAge, rollup.DimEducation}

// mixParts is how many parts a bar has; what is left is one part.
const mixParts = 6

// composition is the card of ?mix=, by default the channels.
func (h *Rim) composition(a *asked, below []rollup.Figures) (*channelView, error) {
	r := a.r
	mix := rollup.Dim(r.URL.Query().Get("mix"))
	if mix == "" {
		mix = rollup.DimChannel
	}
	if !slices.Contains(mixes, mix) {
		return nil, fault.NotFoundf("fault.notfound")
	}
	var v *channelView
	if mix == rollup.DimChannel {
		v = h.channels(a, below)
	} else {
		var err error
		if v, err = h.mixed(a, mix); err != nil {
			return nil, err
		}
	}
	v.Title, v.Sub = r.T("board.mix.title", r.T("board.mix."+string(mix))), r.T("board.channel.sub")
	if mix == rollup.DimChannel {
		v.Title = r.T("board.channel")
	}
	few := v.Total.N < fewPeople
	for _, l := range v.Lines {
		few = few || l.N < fewPeople
	}
	if few {
		v.Sub = r.T("board.channel.few")
	}
	for _, d := range mixes {
		to := string(d)
		if d == mixes[0] {
			to = ""
		}
		v.Tabs = append(v.Tabs, web.Tab{Label: r.T("board.mix." + string(d)), Href: r.Self("mix", to), On: d == mix})
	}
	return v, nil
}

// mixPart is one part of the bars: the values that it joins.
type mixPart struct {
	label  string
	values []int64
}

func (h *Rim) mixed(a *asked, mix rollup.Dim) (*channelView, error) {
	q := rollup.Query{At: a.at, Month: a.month, View: a.view, By: []rollup.Dim{mix}}
	whole, err := h.figures.Slice(a.r.Context(), a.r.Scope(), q)
	if err != nil {
		return nil, err
	}
	parts := h.mixPartsOf(a.r, mix, &whole)
	v := &channelView{}
	for _, p := range parts {
		v.Labels = append(v.Labels, p.label)
	}
	v.Total = h.mixLine(a, mix, parts, a.at, func(value int64) *rollup.SliceCell { return whole.Cell(value) })
	if len(a.children) == 0 {
		return v, nil
	}
	q.By = []rollup.Dim{rollup.DimPlace, mix}
	q.Level = a.children[0].Level()
	each, err := h.figures.Slice(a.r.Context(), a.r.Scope(), q)
	if err != nil {
		return nil, err
	}
	for _, c := range a.children {
		l := h.mixLine(a, mix, parts, c, func(value int64) *rollup.SliceCell { return each.Cell(int64(c), value) })
		if l.N > 0 {
			v.Lines = append(v.Lines, l)
		}
	}
	slices.SortStableFunc(v.Lines, func(x, y channelLine) int { return int(y.N - x.N) })
	return v, nil
}

// mixPartsOf chooses the parts by the whole place: those with people, the
// smallest joined where they are too many.
func (h *Rim) mixPartsOf(r *web.Request, mix rollup.Dim, whole *rollup.Sliced) []mixPart {
	type value struct {
		v, n int64
		at   int
	}
	var all []value
	for i, v := range mix.Values() {
		if c := whole.Cell(v); c != nil && c.N("working") > 0 {
			all = append(all, value{v, c.N("working"), i})
		}
	}
	bySize := slices.Clone(all)
	slices.SortStableFunc(bySize, func(x, y value) int { return int(y.n - x.n) })
	keep := bySize
	if len(keep) > mixParts {
		keep = keep[:mixParts-1]
	}
	if slices.Contains(ordered, mix) {
		slices.SortFunc(keep, func(x, y value) int { return x.at - y.at })
	}
	var out []mixPart
	kept := map[int64]bool{}
	for _, k := range keep {
		out = append(out, mixPart{h.mixWord(r, mix, k.v), []int64{k.v}})
		kept[k.v] = true
	}
	rest := mixPart{label: r.T("board.mix.rest")}
	for _, x := range all {
		if !kept[x.v] {
			rest.values = append(rest.values, x.v)
		}
	}
	if len(rest.values) > 0 {
		out = append(out, rest)
	}
	return out
}

func (h *Rim) mixLine(a *asked, mix rollup.Dim, parts []mixPart, at region.Code, cell func(int64) *rollup.SliceCell) channelLine {
	l := channelLine{Name: h.name(a.r, at), Href: down(a.r, at)}
	counts := make([]int64, len(parts))
	for i, p := range parts {
		for _, v := range p.values {
			if c := cell(v); c != nil {
				counts[i] += c.N("working")
			}
		}
		l.N += counts[i]
	}
	for i, p := range parts {
		part := web.Part{Label: p.label, Value: float64(counts[i])}
		if l.N < fewPeople {
			part.Text = web.Thousands(counts[i])
		}
		words := make([]string, len(p.values))
		for k, v := range p.values {
			words[k] = strconv.FormatInt(v, 10)
		}
		l.Parts = append(l.Parts, part)
		l.Cells = append(l.Cells, stepView{N: counts[i], Href: listLink(a.r, indicator.MustGet("working"), at, "w."+string(mix), strings.Join(words, ","))})
	}
	return l
}

var mixEnums = map[rollup.Dim]*fact.Enum{rollup.DimSex: fact.Sex, rollup.DimEducation: fact.Education, rollup.DimPlaceClass: fact.PlaceClass, rollup.DimIndustry: fact.Industry}

func (h *Rim) mixWord(r *web.Request, mix rollup.Dim, v int64) string {
	switch {
	case v == 0:
		return r.T("board.mix.none")
	case mix == rollup.DimPlaceClass:
		return h.className(r, int(v))
	case mix == rollup.DimAge:
		first, last := rollup.AgeRange(int(v))
		if last < 0 {
			return r.T("board.mix.from", first)
		}
		return fmt.Sprintf("%d–%d", first, last)
	}
	e := mixEnums[mix]
	if key := fmt.Sprintf("enum.%s.%d", e.ID, v); r.Lang == text.EN && text.Has(key) {
		return r.T(key)
	}
	return e.Name(int(v))
}
