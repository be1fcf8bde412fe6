package slicehttp

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/indicator"
	"wengang/internal/region"
	"wengang/internal/rollup"
	"wengang/internal/web"
)

// pageView is everything that the page shows.
type pageView struct {
	Empty     *web.Empty
	Sub, How  string
	Switch    []web.Tab
	Tabs      []web.Tab
	Controls  controls
	Chips     web.Chips
	Filters   []filter
	Keep      []web.Option // what the filter form carries of the question
	Place     web.Field
	PlaceKeep []web.Option
	Notes     []string
	Table     tableView
	Chart     web.Chart
	Line      *web.Chart
	Drawn     bool
	Swap      string
	Sorts     []web.Tab
	Export    string
	Save      saveView
	Errors    []web.FieldText
}

// controls are the choices above the table.
type controls struct {
	Rows, Cols, Levels []web.Option
	Families           []indGroup
	Keep               []web.Option
}

type indGroup struct {
	Label   string
	Options []web.Option
}

// filter is one dimension's fixed values.
type filter struct {
	Label, Name string
	Options     []web.Option
}

func (h *Rim) page(w http.ResponseWriter, r *web.Request) error {
	q := r.URL.Query()
	if q.Get("rows") == "" && q.Get("ind") == "" {
		first, err := h.opening(r)
		if err != nil {
			return err
		}
		if first != "" {
			return r.Redirect(w, first)
		}
	}
	if name := strings.TrimSpace(q.Get("addplace")); q.Has("addplace") {
		return h.addPlace(w, r, name)
	}
	return h.show(w, r, http.StatusOK, nil)
}

// show answers the page; bad are the faults of a form that was sent from it.
func (h *Rim) show(w http.ResponseWriter, r *web.Request, status int, bad []web.FieldText) error {
	x, err := asked(r)
	if err != nil {
		return err
	}
	words, err := h.words(r.Context(), r)
	if err != nil {
		return err
	}
	m, err := h.ask(r, &x, words, true)
	if err != nil {
		return err
	}
	v := pageView{Errors: bad, How: r.T(x.Ind.How()), Drawn: x.Show == "chart", Sub: sub(r, &x, &m.byRow.Whole.Figures)}
	v.Switch = []web.Tab{{Label: r.T("board.view.closed"), Href: r.Self("view", ""), On: x.View == rollup.AsClosed},
		{Label: r.T("board.view.known"), Href: r.Self("view", "known"), On: x.View == rollup.AsKnown}}
	if m.byRow.Whole.ClosedAt == 0 {
		v.Switch = nil
	}
	if x.Cols == Headline {
		v.How = r.T("slice.headline.sub")
	}
	h.frame(r, &x, words, &v)
	if v.Tabs, v.Save, err = h.tabs(r, &x); err != nil {
		return err
	}
	switch {
	case len(m.rows) > 0:
		v.Table = table(r, m, words)
		v.Notes = notes(r, m, words, &v.Table)
		v.Chart = chart(r, m, words)
		v.Export = to(r, "/board/slice/export")
		if v.Line, err = h.line(r, m, words); err != nil {
			return err
		}
	case x.Narrowed():
		v.Empty = &web.Empty{Icon: "filter", Title: r.T("slice.empty.filter"), Note: r.T("slice.empty.filter.note"), Action: r.T("web.chip.clearall"), Href: v.Chips.ClearAll}
	default:
		v.Empty = &web.Empty{Icon: "chart-line", Title: r.T("board.empty", r.Month.String()), Note: r.T("slice.empty.note"), Action: r.T("board.back"), Href: r.Link("/board")}
	}
	return h.shell.PageStatus(w, r, status, "slice/slice", v)
}

// asked is the question of an address; without rows it is about the places
// below, in a village about the classes of people.
func asked(r *web.Request) (Question, error) {
	x, err := Read(r.URL.Query())
	if err == nil && x.Rows == "" {
		x.Rows = rollup.DimPlace
		if r.At.Level() == region.Village {
			x.Rows = rollup.DimClass
		}
		if x.Cols == x.Rows {
			x.Cols = ""
		}
	}
	return x, err
}

// sub says which values the page shows.
func sub(r *web.Request, x *Question, f *rollup.Figures) string {
	calibre := r.T("indicator.calibre.origin")
	switch {
	case x.View == rollup.AsKnown:
		return r.T("board.sub.known", calibre)
	case f.Closed && f.ClosedAt > 0:
		return r.T("board.sub.closed", calibre, calendar.DateAt(db.FromMillis(f.ClosedAt)).String())
	}
	return r.T("board.sub.open", calibre)
}

// addPlace puts a place that was typed into the conditions.
func (h *Rim) addPlace(w http.ResponseWriter, r *web.Request, name string) error {
	q := r.URL.Query()
	q.Del("addplace")
	r.URL.RawQuery = q.Encode()
	x, err := Read(q)
	if err != nil {
		return err
	}
	found := h.tree.Search(name, r.Scope(), 1)
	if name == "" || len(found) == 0 || !r.At.Contains(found[0]) || found[0] == r.At {
		bad := []web.FieldText{{Name: "addplace", Message: r.T("slice.place.none", name)}}
		return h.show(w, r, http.StatusUnprocessableEntity, bad)
	}
	if v := x.Where[rollup.DimPlace]; !slices.Contains(v, int64(found[0])) {
		x.Where[rollup.DimPlace] = append(v, int64(found[0]))
	}
	return r.Redirect(w, r.Self("w.place", joined(rollup.DimPlace, x.Where[rollup.DimPlace])))
}

// frame fills controls, chips and the filter dialog.
func (h *Rim) frame(r *web.Request, x *Question, w *Words, v *pageView) {
	for _, d := range rollup.Dims {
		v.Controls.Rows = append(v.Controls.Rows, web.Option{Value: string(d), Label: w.Dim(d), On: d == x.Rows})
		v.Controls.Cols = append(v.Controls.Cols, web.Option{Value: string(d), Label: w.Dim(d), On: d == x.Cols})
		for _, n := range x.Where[d] {
			v.Chips.Items = append(v.Chips.Items, web.Chip{Label: w.Dim(d), Value: w.Value(d, n), Clear: x.without(r, d, n)})
		}
		if fixed := w.values(d); fixed != nil {
			f := filter{Label: w.Dim(d), Name: "w." + string(d)}
			for _, n := range fixed {
				f.Options = append(f.Options, web.Option{Value: valueText(d, n), Label: w.Value(d, n), On: slices.Contains(x.Where[d], n)})
			}
			if len(f.Options) > 1 {
				v.Filters = append(v.Filters, f)
			}
		}
	}
	v.Controls.Cols = slices.Insert(v.Controls.Cols, 0, web.Option{Label: r.T("slice.cols.none"), On: x.Cols == ""}, web.Option{Value: string(Headline), Label: r.T("slice.cols.headline"), On: x.Cols == Headline})
	if x.Rows == rollup.DimPlace || x.Cols == rollup.DimPlace {
		for l := r.At.Level() + 1; l <= min(region.Village, r.At.Level()+2); l++ {
			v.Controls.Levels = append(v.Controls.Levels, web.Option{Value: strconv.Itoa(int(l)), Label: r.T("slice.level." + strconv.Itoa(int(l))), On: l == x.level(r.At)})
		}
	}
	v.Controls.Families = indicators(r, x)
	v.Chips.Dialog, v.Chips.ClearAll = "flt", h.cleared(r)
	v.Controls.Keep = keep(r, func(name string) bool {
		return strings.HasPrefix(name, "w.") || name == "view" || name == "show" || name == "sort" || name == "v"
	})
	v.Keep = keep(r, func(name string) bool {
		return name == "w.place" || !strings.HasPrefix(name, "w.") && slices.Contains(append(names(), "v"), name)
	})
	v.PlaceKeep = keep(r, func(name string) bool { return true })
	v.Place = web.Field{Name: "addplace", Label: r.T("slice.place.add"), Kind: "place", Hint: r.T("slice.place.hint")}
	if x.Cols != "" && x.Cols != Headline {
		v.Swap = r.Self("rows", string(x.Cols), "cols", string(x.Rows), "line", "")
	}
	v.Sorts = []web.Tab{{Label: r.T("slice.sort.order"), Href: r.Self("sort", ""), On: x.Sort != "value"}, {Label: r.T("slice.sort.value"), Href: r.Self("sort", "value"), On: x.Sort == "value"}}
}

// cleared is the address without conditions.
func (h *Rim) cleared(r *web.Request) string {
	kv := []any{"line", ""}
	for _, d := range rollup.Dims {
		kv = append(kv, "w."+string(d), "")
	}
	return r.Self(kv...)
}

// keep are the parameters of the address that a form carries on.
func keep(r *web.Request, want func(string) bool) []web.Option {
	var out []web.Option
	q := r.URL.Query()
	for _, name := range append(names(), "v") {
		if want(name) {
			for _, v := range q[name] {
				out = append(out, web.Option{Label: name, Value: v})
			}
		}
	}
	return out
}

func indicators(r *web.Request, x *Question) []indGroup {
	var out []indGroup
	var family indicator.Family
	for _, d := range Offered() {
		if d.Family != family || len(out) == 0 {
			family = d.Family
			out = append(out, indGroup{Label: r.T("indicator.family." + string(family))})
		}
		g := &out[len(out)-1]
		g.Options = append(g.Options, web.Option{Value: d.ID, Label: r.T(d.Key()), On: d == x.Ind})
	}
	return out
}

// mayList reports that the caller may see the people behind a figure.
func mayList(r *web.Request) bool { return r.Can(account.PeopleRead) }

// to is another address of the rim with the page's question.
func to(r *web.Request, path string) string {
	u := *r.URL
	q := u.Query()
	q.Del("lang")
	return r.Link(path + "?" + q.Encode())
}
