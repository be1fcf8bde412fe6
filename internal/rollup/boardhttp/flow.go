package boardhttp

import (
	"slices"
	"strconv"

	"wengang/internal/fact"
	"wengang/internal/indicator"
	"wengang/internal/region"
	"wengang/internal/rollup"
	"wengang/internal/web"
)

// flowView is where the people of a place work: the drawing and the matrix.
type flowView struct {
	Chart   web.Chart
	Columns []string
	Lines   []matrixLine
	Total   matrixLine
}

type matrixLine struct {
	Name, Href string
	Cells      []stepView
	Sum        int64
}

// destView is the places of work whose number changed most.
type destView struct {
	Lines []destLine
	All   int
	Href  string
	Note  string
	Year  bool // the year before is comparable
	Open  bool // the month has not ended: no changes
}

type destLine struct {
	Name, Href string
	Class      string
	N          int64
	Delta      int64
	Year       *float64 // per cent
	Mean       int64
}

// group is one end of the flows: a class of place, and a city or province.
type group struct {
	class int
	to    region.Code // 0: the own county, or the rest of the class
}

type groupSum struct {
	group
	n, known, fen int64
}

func (g *groupSum) mean() int64 {
	if g.known == 0 {
		return -1
	}
	return (2*g.fen + g.known) / (2 * g.known)
}

// groupOf joins places of work: the own county as one, the province by city,
// outside by province.
func groupOf(place region.Code, class int) group {
	switch class {
	case fact.InsideCounty:
		return group{class: class}
	case fact.OutsideCounty:
		return group{class: class, to: place.At(region.City)}
	}
	return group{class: class, to: place.At(region.Province)}
}

func grouped(list []rollup.Dest) map[group]*groupSum {
	out := map[group]*groupSum{}
	for _, d := range list {
		g := groupOf(d.Place, d.Class)
		s := out[g]
		if s == nil {
			s = &groupSum{group: g}
			out[g] = s
		}
		s.n, s.known, s.fen = s.n+d.N, s.known+d.Known, s.fen+d.Fen
	}
	return out
}

// groupName names an end: 本县, 济南市, 聊城市内其他县, 广东省, 境外.
func (h *Rim) groupName(a *asked, g group) string {
	r := a.r
	switch {
	case g.class == 0:
		return r.T("board.flow.unknown")
	case g.class == fact.InsideCounty && a.at.Level() >= region.County:
		return h.name(r, a.at.At(region.County))
	case g.class == fact.InsideCounty:
		return r.T("board.flow.inside")
	case g.to == 0:
		return r.T("board.flow.unknown")
	case g.class == fact.OutsideCounty && g.to == a.at.At(region.City):
		return r.T("board.flow.city", h.name(r, g.to))
	}
	return h.name(r, g.to)
}

// classes of the flows in their order, with the colour of the drawing.
var classes = []int{fact.InsideCounty, fact.OutsideCounty, fact.OutsideProvince, fact.HMT, fact.Abroad, 0}

// flowMost is how many ends of a class the drawing shows by themselves.
const flowMost = 6

func (h *Rim) flow(a *asked, v *boardView) error {
	r := a.r
	list, err := h.figures.Destinations(r.Context(), r.Scope(), a.at, a.month, a.view)
	if err != nil || len(list) == 0 {
		return err
	}
	total := a.now().N("working")
	root := h.name(r, a.at)
	fv := &flowView{Chart: web.Chart{Kind: "sankey", Tall: true, Unit: r.T("indicator.unit.person"), Title: r.T("board.flow", root),
		Sub: r.T("board.flow.sub", a.month.String())}}
	c := &fv.Chart
	c.Nodes = append(c.Nodes, web.Node{Name: root, Label: r.T("board.flow.root", root, web.Thousands(total))})
	sums := grouped(list)
	for i, class := range []int{fact.InsideCounty, fact.OutsideCounty, fact.OutsideProvince} {
		h.flowClass(a, c, root, class, i+1, sums, total)
	}
	h.flowRest(a, c, root, sums)
	if err := h.matrix(a, fv); err != nil {
		return err
	}
	v.Flow = fv
	return nil
}

// classParam is a class in an address; none stated is "none".
func classParam(class int) string {
	if class == 0 {
		return "none"
	}
	return strconv.Itoa(class)
}

func (h *Rim) className(r *web.Request, class int) string {
	return r.T("board.class." + strconv.Itoa(class))
}

// flowClass adds one class with its largest ends; the others are one end.
func (h *Rim) flowClass(a *asked, c *web.Chart, root string, class, colour int, sums map[group]*groupSum, total int64) {
	r := a.r
	var ends []*groupSum
	n := int64(0)
	for _, s := range sums {
		if s.class == class {
			ends, n = append(ends, s), n+s.n
		}
	}
	if n == 0 {
		return
	}
	name := h.className(r, class)
	share := web.Percent(float64(n) / float64(total) * 100)
	c.Nodes = append(c.Nodes, web.Node{Name: name, Label: name + " " + web.Thousands(n) + "\n" + share, Colour: colour, Bold: true,
		Href: listLink(r, indicator.MustGet("working"), a.at, "class", classParam(class))})
	c.Flows = append(c.Flows, web.Flow{From: root, To: name, Value: float64(n)})
	if len(ends) == 1 && ends[0].to == 0 {
		return // the own county has no parts: places of work reach to the county
	}
	sortGroups(ends)
	rest := int64(0)
	for i, s := range ends {
		if i >= flowMost {
			rest += s.n
			continue
		}
		end := h.groupName(a, s.group)
		if end == root {
			end += " " // a node of its own beside the root
		}
		c.Nodes = append(c.Nodes, web.Node{Name: end, Label: end + "  " + web.Thousands(s.n), Colour: colour,
			Href: listLink(r, indicator.MustGet("working"), a.at, "class", classParam(class), "to", s.to.String())})
		c.Flows = append(c.Flows, web.Flow{From: name, To: end, Value: float64(s.n)})
	}
	if rest > 0 {
		end := r.T("board.flow.others", name)
		c.Nodes = append(c.Nodes, web.Node{Name: end, Label: end + "  " + web.Thousands(rest), Colour: colour, Href: r.Link("/board/places")})
		c.Flows = append(c.Flows, web.Flow{From: name, To: end, Value: float64(rest)})
	}
}

// flowRest adds 港澳台 and 境外 as one end and, where there are any, people whose
// place of work is not stated: they are few, and their labels would cover each
// other.
func (h *Rim) flowRest(a *asked, c *web.Chart, root string, sums map[group]*groupSum) {
	r := a.r
	add := func(name, href string, of func(class int) bool) {
		n := int64(0)
		for _, s := range sums {
			if of(s.class) {
				n += s.n
			}
		}
		if n == 0 {
			return
		}
		c.Nodes = append(c.Nodes, web.Node{Name: name, Label: name + " " + web.Thousands(n), Colour: 5, Bold: true, Href: href})
		c.Flows = append(c.Flows, web.Flow{From: root, To: name, Value: float64(n)})
	}
	add(r.T("board.flow.abroad"), listLink(r, indicator.MustGet("working_abroad"), a.at), func(class int) bool { return class == fact.HMT || class == fact.Abroad })
	add(r.T("board.class.0"), listLink(r, indicator.MustGet("working_unplaced"), a.at), func(class int) bool { return class == 0 })
}

func sortGroups(list []*groupSum) {
	slices.SortFunc(list, func(x, y *groupSum) int {
		if x.n != y.n {
			return int(y.n - x.n)
		}
		return int(x.to - y.to)
	})
}

// matrix is children × classes, with the own province's and other provinces'
// largest places of work.
func (h *Rim) matrix(a *asked, fv *flowView) error {
	r := a.r
	cells, err := h.figures.Matrix(r.Context(), r.Scope(), a.at, a.children, a.month, a.view)
	if err != nil {
		return err
	}
	columns := classes
	by := map[region.Code]map[int]int64{}
	for _, c := range cells {
		if by[c.From] == nil {
			by[c.From] = map[int]int64{}
		}
		by[c.From][c.Class] += c.N
	}
	sums := map[int]int64{}
	for _, m := range by {
		for class, n := range m {
			sums[class] += n
		}
	}
	columns = slices.DeleteFunc(slices.Clone(columns), func(c int) bool { return sums[c] == 0 })
	for _, c := range columns {
		fv.Columns = append(fv.Columns, h.className(r, c))
	}
	line := func(at region.Code, m map[int]int64) matrixLine {
		l := matrixLine{Name: h.name(r, at), Href: down(r, at)}
		for _, c := range columns {
			l.Cells = append(l.Cells, stepView{N: m[c], Href: listLink(r, indicator.MustGet("working"), at, "class", classParam(c))})
			l.Sum += m[c]
		}
		return l
	}
	for _, at := range a.children {
		if m := by[at]; m != nil {
			fv.Lines = append(fv.Lines, line(at, m))
		}
	}
	fv.Total = line(a.at, sums)
	return nil
}
