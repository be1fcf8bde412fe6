// Package targethttp is the pages of targets: tables by place with what does
// not add up, one table with its rows' progress. It binds and renders; every
// decision is target's.
package targethttp

import (
	"embed"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/target"
	"wengang/internal/web"
)

//go:embed templates/*.html
var templates embed.FS

// Rim is the pages of targets.
type Rim struct {
	shell *web.Shell
	store *target.Store
}

// New makes the rim; both are needed.
func New(s *web.Shell, store *target.Store) *Rim {
	if s == nil || store == nil {
		panic("targethttp.New: a dependency is missing")
	}
	return &Rim{shell: s, store: store}
}

// Register adds routes, templates and navigation to the shell.
func (h *Rim) Register() {
	h.shell.Templates("target", templates)
	h.shell.Nav(web.NavItem{Key: "web.nav.target", Icon: "target-arrow", Href: "/target", Need: account.TargetRead, Order: 70})
	h.shell.Add(
		web.Route{Pattern: "GET /target", Need: account.TargetRead, Action: h.list},
		web.Route{Pattern: "GET /target/{id}", Need: account.TargetRead, Action: h.table},
		web.Route{Pattern: "POST /target/{id}/unit", Need: account.TargetEdit, Action: h.setUnit})
}

// tableView is a table in a list or as a page.
type tableView struct {
	T          *target.Table
	Href       string
	Name       string
	Place      string
	Badges     []web.Badge
	Printed    string // of the caller's place: own row, or the printed total
	Comparator string
	Bar, Time  float64
	HasBar     bool
	Actual     int64
	Rate       float64
	Behind     bool
}

type listView struct {
	Rows   []tableView
	Years  []web.Tab
	Month  string
	Empty  web.Empty
	Import string
}

func (h *Rim) list(w http.ResponseWriter, r *web.Request) error {
	year, _ := strconv.Atoi(r.URL.Query().Get("year"))
	tables, err := h.store.List(r.Context(), r.Scope(), target.Filter{At: r.At})
	if err != nil {
		return err
	}
	v := listView{Empty: web.Empty{Icon: "target-arrow", Title: r.T("target.empty.title"), Note: r.T("target.empty.note")}}
	if r.Caller.Can(account.ImportRun) {
		v.Import = r.Link("/import/new", "kind", "targets")
		v.Empty.Action, v.Empty.Href = r.T("target.import"), v.Import
	}
	seen := map[int]bool{}
	v.Years = append(v.Years, web.Tab{Label: r.T("target.all"), Href: r.Self("year", ""), On: year == 0})
	for _, t := range tables {
		if !seen[t.Year] {
			seen[t.Year] = true
			v.Years = append(v.Years, web.Tab{Label: fmt.Sprint(t.Year), Href: r.Self("year", t.Year), On: year == t.Year})
		}
		if year != 0 && t.Year != year {
			continue
		}
		x, err := h.line(r, t)
		if err != nil {
			return err
		}
		v.Rows = append(v.Rows, x)
	}
	return h.shell.Page(w, r, "target/list", v)
}

// line is a table with how the page's place stands to it.
func (h *Rim) line(r *web.Request, t *target.Table) (tableView, error) {
	x := tableView{T: t, Href: r.Link("/target/" + strconv.FormatInt(t.ID, 10)), Name: t.Indicator, Actual: -1, Rate: -1, Comparator: r.T("target.cmp." + t.Comparator)}
	x.Badges = badges(r, t)
	row := rowAt(t, r)
	if row == nil && t.Region == r.At && t.PrintedTotal != "" {
		row = &target.Row{Region: t.Region, Printed: t.PrintedTotal, Value: t.TotalValue}
	}
	if row == nil {
		return x, nil
	}
	x.Printed = row.Printed
	one := *t
	one.Rows = []target.Row{*row}
	st, err := h.store.Progress(r.Context(), r.Caller.Scope(account.TargetRead), &one, r.Month)
	if err != nil || len(st) == 0 {
		return x, err
	}
	x.Actual, x.Rate, x.Behind = st[0].Actual, st[0].Rate*100, st[0].Behind
	x.Bar, x.Time, x.HasBar = st[0].Rate*100, st[0].Time*100, st[0].Rate >= 0
	return x, nil
}

// rowAt is the row of the page's place.
func rowAt(t *target.Table, r *web.Request) *target.Row {
	for i := range t.Rows {
		if t.Rows[i].Region == r.At && t.Rows[i].PartOf == 0 {
			return &t.Rows[i]
		}
	}
	return nil
}

// badges: what a reader must know of a table before its figures.
func badges(r *web.Request, t *target.Table) []web.Badge {
	var out []web.Badge
	if t.SampleOf != 0 {
		out = append(out, web.Badge{Kind: "dash", Icon: "info-circle", Text: r.T("target.sample.badge")})
	}
	// Who reads only some of the rows cannot add them up to the whole.
	if r.Caller.Scope(account.TargetRead).Contains(t.Region) && (len(t.Children()) > 0 && t.Own() == nil || len(t.Rows) > 1) {
		for _, f := range target.Check(t) {
			switch f.Rule {
			case "target.sum_differs":
				out = append(out, web.Badge{Kind: "yel", Icon: "alert-triangle", Text: r.T("target.badge.sum", f.Args[2])})
			case "target.part_over_whole":
				out = append(out, web.Badge{Kind: "red", Icon: "alert-triangle", Text: r.T("target.badge.part")})
			}
		}
	}
	if t.Unit == "" {
		out = append(out, web.Badge{Kind: "yel", Icon: "help-circle", Text: r.T("target.badge.unit")})
	}
	if t.Publicity != "" && !t.Public() {
		out = append(out, web.Badge{Kind: "out", Icon: "lock", Text: t.Publicity})
	}
	return out
}

// pageView is one table.
type pageView struct {
	tableView
	Facts    []web.Fact
	Flags    []string
	Lines    []lineView
	Sum      target.Sum
	Time     float64
	Known    bool // some row has an actual value
	AskUnit  bool
	Unit     []web.Field
	Action   string
	Errors   []web.FieldText
	Whole    bool // every row of the table is in the caller's area
	Note     string
	Year     string
	Calibre  string
	Units    string
	Month    string
	Original string
}

type lineView struct {
	target.Standing
	Name    string
	Href    string
	Part    bool
	Rate    float64
	Bar     float64
	Time    float64
	HasBar  bool
	Persons int64
}

func (h *Rim) table(w http.ResponseWriter, r *web.Request) error {
	v, err := h.pageView(r)
	if err != nil {
		return err
	}
	return h.shell.Page(w, r, "target/table", v)
}

func (h *Rim) pageView(r *web.Request) (*pageView, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return nil, fault.NotFoundf("fault.notfound")
	}
	scope := r.Caller.Scope(account.TargetRead)
	t, err := h.store.Get(r.Context(), scope, id)
	if err != nil {
		return nil, err
	}
	v := &pageView{tableView: tableView{T: t, Name: t.Indicator, Badges: badges(r, t)}, Time: t.TimeProgress(r.Month) * 100, Whole: scope.Contains(t.Region), Month: r.Month.String(), Units: t.Unit}
	v.Year = r.T("target.year.one", t.Year)
	if t.YearTo > t.Year {
		v.Year = r.T("target.year.span", t.Year, t.YearTo)
	}
	if v.Whole {
		v.Sum = target.SumOf(t)
		for _, f := range target.Check(t) {
			v.Flags = append(v.Flags, r.T(f.Rule, f.Args...))
		}
		if err := h.compare(r, v); err != nil {
			return nil, err
		}
	}
	h.facts(r, v)
	standings, err := h.store.Progress(r.Context(), scope, t, r.Month)
	if err != nil {
		return nil, err
	}
	for _, st := range standings {
		l := lineView{Standing: st, Name: st.Row.Name, Part: st.Row.PartOf != 0, Rate: st.Rate * 100, Bar: st.Rate * 100, Time: st.Time * 100, HasBar: st.Rate >= 0, Persons: st.Row.Value}
		if l.Part {
			l.Name = r.T("target.part", st.Row.PartName)
		} else {
			l.Href = r.Link("/board", "at", st.Row.Region.Full())
		}
		v.Known = v.Known || st.Actual >= 0
		v.Lines = append(v.Lines, l)
	}
	if t.SampleOf != 0 {
		v.Original = r.Link("/target/" + strconv.FormatInt(t.SampleOf, 10))
	}
	if v.AskUnit = t.Unit == "" && v.Whole && r.Caller.Scope(account.TargetEdit).Contains(t.Region); v.AskUnit {
		f := web.Field{Name: "unit", Label: r.T("target.unit"), Kind: "radio", Required: true}
		for _, u := range target.Units() {
			f.Options = append(f.Options, web.Option{Value: u, Label: u})
		}
		v.Unit, v.Action = []web.Field{f}, r.Link(fmt.Sprintf("/target/%d/unit", t.ID))
	}
	return v, nil
}

// compare lays other documents beside the table: the figure that a document
// above gives for the whole, and last year's table of the same calibre.
func (h *Rim) compare(r *web.Request, v *pageView) error {
	all, err := h.store.List(r.Context(), r.Caller.Scope(account.TargetRead), target.Filter{})
	if err != nil {
		return err
	}
	for _, o := range all {
		if f := target.Decomposition(o, v.T); f != nil && o.ID != v.T.ID {
			v.Flags = append(v.Flags, r.T(f.Rule, f.Args...))
		}
		if o.Year != v.T.Year-1 || o.Region != v.T.Region || o.Direction != v.T.Direction || o.SampleOf != v.T.SampleOf {
			continue
		}
		change, err := target.Compare(o, v.T, v.T.Region)
		var e *fault.Error
		switch {
		case err == nil:
			v.Facts = append(v.Facts, web.Fact{Label: r.T("target.change"), Value: web.Signed(change)})
		case errors.As(err, &e) && e.Key != "target.no_base":
			v.Facts = append(v.Facts, web.Fact{Label: r.T("target.change"), Value: r.T(e.Key, e.Args...)})
		}
	}
	return nil
}

func (h *Rim) facts(r *web.Request, v *pageView) {
	t := v.T
	v.Calibre = r.T("target.dir." + t.Direction)
	if t.Calibre != "" {
		v.Calibre += " · " + t.Calibre
	}
	comparator := r.T("target.cmp." + t.Comparator)
	if t.ToleranceBP > 0 {
		comparator += "（" + r.T("target.tolerance", fmt.Sprintf("%g", float64(t.ToleranceBP)/100)) + "）"
	}
	unit := t.Unit
	if unit == "" {
		unit = r.T("target.badge.unit")
	}
	publicity := t.Publicity
	if publicity == "" {
		publicity = r.T("target.notstated")
	}
	measured := r.T("target.unmeasured")
	if f := t.Figure(); f != "" {
		measured = r.T("indicator." + f)
	}
	facts := []web.Fact{{Label: r.T("target.doc"), Value: t.DocNo + " " + t.Source}, {Label: r.T("target.year"), Value: v.Year}, {Label: r.T("target.calibre"), Value: v.Calibre},
		{Label: r.T("target.unit"), Value: unit}, {Label: r.T("target.comparator.label"), Value: comparator}, {Label: r.T("target.publicity"), Value: publicity},
		{Label: r.T("target.measured"), Value: measured}, {Label: r.T("target.version"), Value: strconv.Itoa(t.Version)}}
	v.Facts = append(facts, v.Facts...)
}

func (h *Rim) setUnit(w http.ResponseWriter, r *web.Request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return fault.NotFoundf("fault.notfound")
	}
	if err := h.store.SetUnit(r.Context(), r.Caller, id, r.PostFormValue("unit")); err != nil {
		if !fault.Is(err, fault.Invalid) {
			return err
		}
		v, verr := h.pageView(r)
		if verr != nil {
			return verr
		}
		v.Errors = r.FieldTexts(err)
		return h.shell.PageStatus(w, r, http.StatusUnprocessableEntity, "target/table", v)
	}
	return r.Redirect(w, r.Link("/target/"+strconv.FormatInt(id, 10)))
}
