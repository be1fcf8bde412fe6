package boardhttp

import (
	"slices"

	"wengang/internal/fact"
	"wengang/internal/indicator"
	"wengang/internal/region"
	"wengang/internal/rollup"
	"wengang/internal/web"
)

// gridView is children × places of work: every cell has its list, rows and
// columns add up.
type gridView struct {
	Heads  []string
	Lines  []matrixLine
	Total  matrixLine
	Switch []web.Tab
}

// How many cities of the own province and how many other provinces stand by
// themselves; the rest of a class is one column.
const (
	gridCities    = 4
	gridProvinces = 6
)

// column is one end of the grid; rest holds the small ones of the class.
type column struct {
	group
	rest bool
}

// grid is who works where by child, to the city in the own province and to the
// province beyond; 港澳台 and 境外 stand apart.
func (h *Rim) grid(a *asked) (*gridView, error) {
	r := a.r
	cells, err := h.figures.Matrix(r.Context(), r.Scope(), a.at, a.children, a.month, a.view)
	if err != nil || len(cells) == 0 {
		return nil, err
	}
	columns, at := gridColumns(cells)
	v := &gridView{}
	for _, c := range columns {
		v.Heads = append(v.Heads, h.columnName(a, c))
	}
	by := map[region.Code][]int64{}
	sums := make([]int64, len(columns))
	for _, c := range cells {
		if by[c.From] == nil {
			by[c.From] = make([]int64, len(columns))
		}
		i := at[groupOf(c.To, c.Class)]
		by[c.From][i] += c.N
		sums[i] += c.N
	}
	line := func(place region.Code, name, href string, counts []int64) matrixLine {
		l := matrixLine{Name: name, Href: href}
		for i, n := range counts {
			l.Cells = append(l.Cells, stepView{N: n, Href: h.cellHref(a, place, columns[i])})
			l.Sum += n
		}
		return l
	}
	for _, c := range a.children {
		if by[c] != nil {
			v.Lines = append(v.Lines, line(c, h.name(r, c), r.Link("/board/places", "at", atParam(c)), by[c]))
		}
	}
	if own := by[a.at]; own != nil && len(a.children) > 0 { // villages that the tree does not know
		v.Lines = append(v.Lines, line(0, r.T("board.why.own", h.name(r, a.at)), "", own))
	}
	v.Total = line(a.at, h.name(r, a.at), "", sums)
	return v, nil
}

// gridColumns are the ends in their order, and which column holds which.
func gridColumns(cells []rollup.Cell) ([]column, map[group]int) {
	sums := map[group]*groupSum{}
	for _, c := range cells {
		g := groupOf(c.To, c.Class)
		if sums[g] == nil {
			sums[g] = &groupSum{group: g}
		}
		sums[g].n += c.N
	}
	var columns []column
	at := map[group]int{}
	for _, class := range classes {
		var ends []*groupSum
		for _, s := range sums {
			if s.class == class {
				ends = append(ends, s)
			}
		}
		sortGroups(ends)
		most := map[int]int{fact.OutsideCounty: gridCities, fact.OutsideProvince: gridProvinces}[class]
		if most == 0 {
			most = 1 // one column for the whole class
		}
		for i, s := range ends {
			switch {
			case class != fact.OutsideCounty && class != fact.OutsideProvince:
				if i == 0 {
					columns = append(columns, column{group{class: class}, false})
				}
			case i < most:
				columns = append(columns, column{s.group, false})
			case i == most:
				columns = append(columns, column{group{class: class}, true})
			}
			at[s.group] = len(columns) - 1
		}
	}
	return columns, at
}

func (h *Rim) columnName(a *asked, c column) string {
	switch {
	case c.rest:
		return a.r.T("board.flow.others", h.className(a.r, c.class))
	case c.class == fact.OutsideCounty || c.class == fact.OutsideProvince:
		return h.groupName(a, c.group)
	}
	return h.className(a.r, c.class)
}

// cellHref is the list behind a cell; the rest of a class has none of its own.
func (h *Rim) cellHref(a *asked, place region.Code, c column) string {
	d := indicator.MustGet("working")
	switch {
	case c.rest || place == 0:
		return ""
	case c.to != 0:
		return listLink(a.r, d, place, "class", classParam(c.class), "to", c.to.String())
	}
	return listLink(a.r, d, place, "class", classParam(c.class))
}

// absorbedView is who comes from where to work here: the workplace's calibre,
// never added to the origin's.
type absorbedView struct {
	Title, Sub string
	More       string // by the places below
	Lines      []destLine
	Total      destLine
	Year       bool
}

// incoming are the people at work in the place by where they come from, with
// the months before. Places of work reach to the county.
func (h *Rim) incoming(a *asked) (*absorbedView, error) {
	r := a.r
	if a.at.Level() > region.County {
		return nil, nil
	}
	d := indicator.MustGet("absorbed")
	var sums [3]map[region.Code]int64
	var all [3]int64
	for i, back := range []int{0, 1, 12} {
		cells, err := h.figures.Origins(r.Context(), r.Scope(), d, a.at, nil, a.month.Add(-back), a.view)
		if err != nil {
			return nil, err
		}
		sums[i] = map[region.Code]int64{}
		for _, c := range cells {
			sums[i][c.From] += c.N
			all[i] += c.N
		}
	}
	if all[0] == 0 && all[1] == 0 {
		return nil, nil
	}
	v := &absorbedView{Title: r.T("board.in.title", h.name(r, a.at)), Sub: r.T("indicator.calibre.workplace"), More: r.Link("/board/origins"), Year: all[2] > 0 && !a.running()}
	line := func(name string, n, last, year int64) destLine {
		l := destLine{Name: name, N: n, Delta: n - last, Mean: -1}
		if v.Year && year >= fewPeople {
			x := float64(n-year) / float64(year) * 100
			l.Year = &x
		}
		return l
	}
	var from []region.Code
	for _, m := range sums[:2] {
		for c := range m {
			if !slices.Contains(from, c) {
				from = append(from, c)
			}
		}
	}
	slices.SortFunc(from, func(x, y region.Code) int {
		if n := sums[0][y] - sums[0][x]; n != 0 {
			return int(n)
		}
		return int(x - y)
	})
	for _, c := range from {
		l := line(h.name(r, c), sums[0][c], sums[1][c], sums[2][c])
		if l.N > 0 {
			l.Href = listLink(r, d, a.at, "from", c.String())
		}
		v.Lines = append(v.Lines, l)
	}
	v.Total = line(r.T("board.total"), all[0], all[1], all[2])
	v.Total.Href = listLink(r, d, a.at)
	return v, nil
}
