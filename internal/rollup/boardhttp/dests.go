package boardhttp

import (
	"slices"

	"wengang/internal/indicator"
	"wengang/internal/web"
)

// destLines is how many places of work the board shows.
const destLines = 9

func (h *Rim) dests(a *asked, v *boardView) error {
	all, year, err := h.destLines(a)
	if err != nil || len(all) == 0 {
		return err
	}
	dv := &destView{Open: a.running(), All: len(all), Href: a.r.Link("/board/places"), Year: year, Lines: all}
	slices.SortStableFunc(dv.Lines, func(x, y destLine) int { return int(abs(y.Delta) - abs(x.Delta)) })
	dv.Lines = dv.Lines[:min(destLines, len(dv.Lines))]
	away := a.now().N("working_abroad")
	dv.Note = a.r.T("board.dest.note", web.Thousands(away))
	v.Dests = dv
	return nil
}

// destLines are all places of work with the months before, the most first.
func (h *Rim) destLines(a *asked) (out []destLine, year bool, err error) {
	r := a.r
	var sums [3]map[group]*groupSum
	for i, back := range []int{0, 1, 12} {
		list, err := h.figures.Destinations(r.Context(), r.Scope(), a.at, a.month.Add(-back), a.view)
		if err != nil {
			return nil, false, err
		}
		sums[i] = grouped(list)
	}
	year = a.back(12).Rows > 0 && !a.running()
	seen := map[group]bool{}
	var groups []*groupSum
	for _, m := range sums[:2] {
		for g := range m {
			if !seen[g] {
				seen[g] = true
				s := sums[0][g]
				if s == nil {
					s = &groupSum{group: g}
				}
				groups = append(groups, s)
			}
		}
	}
	sortGroups(groups)
	for _, s := range groups {
		l := destLine{Name: h.groupName(a, s.group), Class: h.className(r, s.class), N: s.n, Delta: s.n, Mean: s.mean(),
			Href: listLink(r, indicator.MustGet("working"), a.at, "class", classParam(s.class), "to", s.to.String())}
		if s.to == 0 {
			l.Href = listLink(r, indicator.MustGet("working"), a.at, "class", classParam(s.class))
		}
		if b := sums[1][s.group]; b != nil {
			l.Delta -= b.n
		}
		if b := sums[2][s.group]; b != nil && b.n >= fewPeople && year {
			x := float64(s.n-b.n) / float64(b.n) * 100
			l.Year = &x
		}
		out = append(out, l)
	}
	return out, year, nil
}
