package boardhttp

import (
	"net/http"

	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/rollup"
	"wengang/internal/web"
)

// programmeView is what became of those on the rolls of the programmes.
type programmeView struct {
	Sub   string
	Heads []string
	Lines []programmeLine
	Empty *web.Empty
}

type programmeLine struct {
	Name  string
	Cells []programmeCell
}

type programmeCell struct {
	Value, Unit, Href string
}

// programmeColumns are the figures of a programme's people.
var programmeColumns = []string{"registered", "working", "confirmed_share", "worked_year", "stable_share", "stable_6", "income_mean"}

func (h *Rim) programmes(w http.ResponseWriter, r *web.Request) error {
	all, err := h.figures.ByProgramme(r.Context(), r.Scope(), r.At, r.Month, view(r))
	if err != nil {
		return err
	}
	v := programmeView{Sub: r.T("programme.sub")}
	if len(all) == 0 {
		v.Empty = &web.Empty{Icon: "users", Title: r.T("programme.empty"), Note: r.T("programme.empty.note"), Action: r.T("web.nav.register"), Href: r.Link("/register")}
		return h.shell.Page(w, r, "board/programmes", v)
	}
	for _, id := range programmeColumns {
		v.Heads = append(v.Heads, r.T("programme.col."+id))
	}
	v.Heads = append(v.Heads, r.T("programme.col.idle"))
	for i := range all {
		p := &all[i]
		l := programmeLine{Name: r.T("programme." + p.Kind)}
		for _, id := range programmeColumns {
			d := indicator.MustGet(id)
			x := p.Value(d)
			c := programmeCell{}
			c.Value, c.Unit = show(r, d, x)
			if x.Known && x.N > 0 && d.Unit == indicator.Persons {
				c.Href = r.Link("/board/people", "set", "programme", "of", p.Kind, "indicator", id)
			}
			l.Cells = append(l.Cells, c)
		}
		idle := programmeCell{Value: web.Thousands(p.N("registered") - p.N("working")), Unit: r.T("indicator.unit.person")}
		if p.N("registered") > p.N("working") {
			idle.Href = r.Link("/board/people", "set", "programme", "of", p.Kind, "indicator", "working", "not", "1")
		}
		v.Lines = append(v.Lines, programmeLine{Name: l.Name, Cells: append(l.Cells, idle)})
	}
	return h.shell.Page(w, r, "board/programmes", v)
}

func (h *Rim) programmePeople(r *web.Request, v *listView, after int64) (rollup.Page, error) {
	q := r.URL.Query()
	defs, err := defsOf(r)
	if err != nil || len(defs) != 1 || defs[0].Calibre != indicator.Origin {
		return rollup.Page{}, fault.NotFoundf("fault.notfound")
	}
	kind, without := q.Get("of"), q.Get("not") == "1"
	page, err := h.figures.ListProgramme(r.Context(), r.Scope(), kind, defs[0], without, r.At, r.Month, view(r), after, pageSize)
	if err != nil {
		return page, err
	}
	v.Title = r.T("programme.list", r.T("programme."+kind), r.T(defs[0].Key()))
	if without {
		v.Title = r.T("programme.list.not", r.T("programme."+kind), r.T(defs[0].Key()))
	}
	v.How = []string{r.T("programme.how"), r.T(defs[0].Members().How())}
	f, err := h.figures.Figures(r.Context(), r.Scope(), r.At, r.Month, view(r))
	if err != nil {
		return page, err
	}
	v.Closed, v.Sub = f.Closed && view(r) == rollup.AsClosed, r.T("board.list.open")
	if v.Closed {
		v.Sub = r.T("board.list.closed")
	}
	return page, nil
}
