package boardhttp

import (
	"net/http"
	"slices"

	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/region"
	"wengang/internal/rollup"
	"wengang/internal/web"
)

// originView is who works here by where they come from: the workplace's
// calibre by origin.
type originView struct {
	Sub, How, Cite string
	Of             []web.Tab
	Columns        []string
	Lines          []originLine
	Total          originLine
	Empty          *web.Empty
}

type originLine struct {
	Name    string
	MidWest bool
	Cells   []originCell
	Sum     originCell
}

type originCell struct {
	N    int64
	Href string
}

func (h *Rim) origins(w http.ResponseWriter, r *web.Request) error {
	id := r.URL.Query().Get("of")
	if id == "" {
		id = "absorbed"
	}
	d, ok := indicator.Get(id)
	if !ok || d.Kind != indicator.Absorb {
		return fault.NotFoundf("fault.notfound")
	}
	v := originView{Sub: r.T("indicator.calibre.workplace"), How: r.T(d.How()), Cite: d.Citation}
	for _, x := range indicator.All() {
		if x.Kind == indicator.Absorb {
			v.Of = append(v.Of, web.Tab{Label: r.T(x.Key()), Href: r.Self("of", x.ID), On: x == d})
		}
	}
	var children []region.Code
	if r.At.Level() < region.County {
		children = h.children(r, r.At)
	}
	cells, err := h.figures.Origins(r.Context(), r.Scope(), d, r.At, children, r.Month, view(r))
	if err != nil {
		return err
	}
	if len(cells) == 0 {
		v.Empty = &web.Empty{Icon: "map-pin", Title: r.T("origin.empty"), Note: r.T("origin.empty.note")}
		return h.shell.Page(w, r, "board/origins", v)
	}
	h.originTable(r, d, &v, cells)
	return h.shell.Page(w, r, "board/origins", v)
}

// originTable lays the cells out: origins with the most people first, columns
// in the order of the children.
func (h *Rim) originTable(r *web.Request, d *indicator.Def, v *originView, cells []rollup.OriginCell) {
	var to, from []region.Code
	at := map[[2]region.Code]int64{}
	sums, mid := map[region.Code]int64{}, map[region.Code]bool{}
	for _, c := range cells {
		if !slices.Contains(to, c.To) {
			to = append(to, c.To)
		}
		if !slices.Contains(from, c.From) {
			from = append(from, c.From)
		}
		at[[2]region.Code{c.From, c.To}] += c.N
		sums[c.From] += c.N
		mid[c.From] = c.MidWest
	}
	slices.Sort(to)
	slices.SortStableFunc(from, func(a, b region.Code) int { return int(sums[b] - sums[a]) })
	for _, c := range to {
		name := h.name(r, c)
		if c == r.At && len(to) > 1 {
			name = r.T("origin.here")
		}
		v.Columns = append(v.Columns, name)
	}
	// Only a column's own place is listed; people whose county of work is not
	// told stand in the row's sum alone.
	cell := func(n int64, f, t region.Code) originCell {
		c := originCell{N: n}
		kv := []any{}
		if f != 0 {
			kv = append(kv, "from", f.String())
		}
		if n > 0 && (t != r.At || t == 0) {
			if t == 0 {
				t = r.At
			}
			c.Href = listLink(r, d, t, kv...)
		}
		return c
	}
	total := int64(0)
	columns := make([]int64, len(to))
	for _, f := range from {
		l := originLine{Name: h.name(r, f), MidWest: mid[f], Sum: cell(sums[f], f, 0)}
		for i, t := range to {
			n := at[[2]region.Code{f, t}]
			l.Cells = append(l.Cells, cell(n, f, t))
			columns[i] += n
		}
		total += sums[f]
		v.Lines = append(v.Lines, l)
	}
	v.Total = originLine{Name: r.T("board.total"), Sum: cell(total, 0, 0)}
	for i, t := range to {
		v.Total.Cells = append(v.Total.Cells, cell(columns[i], 0, t))
	}
}
