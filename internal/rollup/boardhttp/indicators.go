package boardhttp

import (
	"net/http"

	"wengang/internal/indicator"
	"wengang/internal/rollup"
	"wengang/internal/web"
)

// familyView is the indicators of one family at a place.
type familyView struct {
	Name  string
	Lines []indicatorLine
}

type indicatorLine struct {
	Name, How, Href string
	Value, Unit     string
	Share           string // of it confirmed
	Under           string // the calibre line and the source, where the page has room
	Changes         []web.Change
}

// goalView is the indicators of one goal (facts A025).
type goalView struct {
	Name, Sub string
	Families  []familyView
}

type indicatorsView struct {
	Sub    string
	Goals  []goalView
	Stocks []stockView
	Empty  *web.Empty
}

func (h *Rim) indicators(w http.ResponseWriter, r *web.Request) error {
	a, err := h.ask(r, view(r))
	if err != nil {
		return err
	}
	v := indicatorsView{Sub: h.sub(a)}
	if a.now().Rows == 0 {
		v.Empty = &web.Empty{Icon: "chart-line", Title: r.T("board.empty", a.month.String()), Note: r.T("board.empty.note")}
	} else {
		absorbed, err := h.absorbed(a)
		if err != nil {
			return err
		}
		for _, g := range indicator.Goals {
			v.Goals = append(v.Goals, goalView{Name: r.T("indicator.goal." + string(g)), Sub: r.T("indicator.goal." + string(g) + ".sub"), Families: h.families(a, indicator.OfGoal(g))})
			last := &v.Goals[len(v.Goals)-1]
			if g == indicator.Keep && len(absorbed.Lines) > 0 {
				last.Families = append(last.Families, absorbed)
			}
			for i := range last.Families {
				for k := range last.Families[i].Lines {
					l := &last.Families[i].Lines[k]
					l.Under, l.How = l.How, ""
				}
			}
		}
		if v.Stocks, err = h.stocks(a); err != nil {
			return err
		}
	}
	return h.shell.Page(w, r, "board/indicators", v)
}

// families are indicators in the calibre of origin, by family.
func (h *Rim) families(a *asked, defs []*indicator.Def) []familyView {
	var out []familyView
	var family indicator.Family
	for _, d := range defs {
		if d.Kind == indicator.Absorb {
			continue
		}
		if d.Family != family {
			family = d.Family
			out = append(out, familyView{Name: a.r.T("indicator.family." + string(family))})
		}
		x := a.now().Value(d)
		value, unit := show(a.r, d, x)
		f := &out[len(out)-1]
		l := indicatorLine{Name: a.r.T(d.Key()), How: a.r.T("indicator.line", a.r.T(d.How()), d.Citation), Value: value, Unit: unit, Changes: h.changes(a, d)}
		if x.Known {
			l.Href = listLink(a.r, d, a.at)
		}
		if c := a.now().Confirmed(d); c.Known {
			l.Share = a.r.T("board.cal.confirmed", percentOf(c))
		}
		f.Lines = append(f.Lines, l)
	}
	return out
}

// absorbed are the figures at the workplace; what they compare with lies in the
// counties of origin (rollup.CompareAbsorbed).
func (h *Rim) absorbed(a *asked) (familyView, error) {
	r := a.r
	out := familyView{Name: r.T("indicator.family.absorption")}
	all, err := h.figures.Absorbed(r.Context(), r.Scope(), a.at, a.month, a.view)
	if err != nil {
		return out, err
	}
	var changes [2]map[string]rollup.Change
	for i, back := range []int{12, 1} {
		if changes[i], err = h.figures.CompareAbsorbed(r.Context(), r.Scope(), a.at, a.month, a.month.Add(-back), a.view); err != nil {
			return out, err
		}
	}
	for _, d := range indicator.All() {
		if n, ok := all[d.ID]; ok {
			was := [2]web.Change{h.written(a, r.T("board.yoy"), d, changes[0][d.ID], n), h.written(a, r.T("board.mom"), d, changes[1][d.ID], n)}
			out.Lines = append(out.Lines, indicatorLine{Changes: was[:], Name: r.T(d.Key()), How: r.T("indicator.line", r.T(d.How()), d.Citation), Href: listLink(r, d, a.at),
				Value: web.Thousands(n), Unit: r.T("indicator.unit.person")})
		}
	}
	return out, nil
}

type placesView struct {
	Sub   string
	Dests destView
	Grid  *gridView
	In    *absorbedView
	Empty *web.Empty
}

func (h *Rim) places(w http.ResponseWriter, r *web.Request) error {
	a, err := h.ask(r, view(r))
	if err != nil {
		return err
	}
	v := placesView{Sub: h.sub(a)}
	a.children = h.children(r, a.at)
	lines, year, err := h.destLines(a)
	if err != nil {
		return err
	}
	v.Dests = destView{Open: a.running(), Lines: lines, All: len(lines), Year: year}
	if v.Grid, err = h.grid(a); err != nil {
		return err
	}
	if v.In, err = h.incoming(a); err != nil {
		return err
	}
	if len(lines) == 0 {
		v.Empty = &web.Empty{Icon: "map-pin", Title: r.T("board.empty", a.month.String()), Note: r.T("board.empty.note")}
	}
	return h.shell.Page(w, r, "board/places", v)
}
