package targethttp

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/target"
	"wengang/internal/target/split"
	"wengang/internal/web"
)

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
	Forecast bool // some row has one
	Ranked   bool // more than one row has a place
	Split    string
	SplitTo  []web.Field
	Links    []linkView
	Standing web.Badge
	Stands   bool
}

type linkView struct{ Icon, Label, Href string }

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
	Rank    int
	Slow    string
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
	v := &pageView{tableView: tableView{T: t, Name: t.Indicator, Badges: badges(r, t)}, Whole: scope.Contains(t.Region), Month: r.Month.String(), Units: t.Unit}
	pace, err := h.store.Pace(r.Context(), scope, t)
	if err != nil {
		return nil, err
	}
	v.Time = pace.At(t, r.Month) * 100
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
	ranks := target.Ranks(t, standings)
	for i, st := range standings {
		v.Ranked = v.Ranked || ranks[i] > 1
		v.Forecast = v.Forecast || st.Forecast >= 0
		l := lineView{Rank: ranks[i], Standing: st, Name: st.Row.Name, Part: st.Row.PartOf != 0, Rate: target.Shown(st.Rate), Bar: st.Rate * 100, Time: st.Time * 100, HasBar: st.Rate >= 0, Persons: st.Row.Value}
		if l.Part {
			l.Name = r.T("target.part", st.Row.PartName)
		} else if st.Row.Partner != 0 {
			l.Name, l.Href = r.T("target.partner", h.name(st.Row.Partner)), r.Link("/target/"+strconv.FormatInt(t.ID, 10)+"/reports")
		} else {
			l.Href = r.Link("/board", "at", st.Row.Region.Full())
		}
		v.Known = v.Known || st.Actual >= 0
		v.Lines = append(v.Lines, l)
	}
	h.asks(r, v)
	h.ways(r, v)
	return v, nil
}

// asks leads to the printed table of a sample, and asks for a unit that the
// document does not print.
func (h *Rim) asks(r *web.Request, v *pageView) {
	t := v.T
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
}

// ways are where a reader goes from a table.
func (h *Rim) ways(r *web.Request, v *pageView) {
	t, path := v.T, "/target/"+strconv.FormatInt(v.T.ID, 10)
	v.Stands, v.Standing = t.ReplacedBy == 0 && t.WithdrawnAt == 0, standingBadge(r, t)
	edit := r.Caller.Scope(account.TargetEdit)
	if v.Stands && t.Unit != "" && len(t.Rows) > 0 {
		v.Links = append(v.Links, linkView{"bulb", r.T("target.whatif"), r.Link(path + "/whatif")})
	}
	if t.Version > 1 || !v.Stands {
		v.Links = append(v.Links, linkView{"history", r.T("target.versions"), r.Link(path + "/versions")})
	}
	if edit.Contains(t.Region) {
		v.Links = append(v.Links, linkView{"chart-line", r.T("target.curve"), r.Link(path + "/curve")})
	}
	for i := range t.Rows {
		if !t.Measured(&t.Rows[i]) {
			v.Links = append(v.Links, linkView{"clipboard-data", r.T("target.reports"), r.Link(path + "/reports")})
			break
		}
	}
	whole := rowAt(t, r) != nil || t.Region == r.At && t.TotalValue >= 0
	if !v.Stands || !whole || t.Unit == "" || !edit.Contains(r.At) || r.At.Level() == region.Village {
		return
	}
	v.Split = r.Link(path + "/split")
	small := strings.TrimPrefix(t.Unit, "万")
	f := web.Field{Name: "unit", Label: r.T("target.split.unit_label"), Kind: "radio", Hint: r.T("target.split.unit_hint")}
	for _, u := range []string{t.Unit, small} {
		if len(f.Options) == 0 || u != t.Unit {
			f.Options = append(f.Options, web.Option{Value: u, Label: u, On: u == small == (r.At.Level() >= region.County) || small == t.Unit})
		}
	}
	v.SplitTo = []web.Field{f}
}

// scale are the calibres that documents call 务工规模: read side by side they
// are told apart (A038).
var scale = map[string]bool{"work": true, "outgoing": true}

// compare lays other documents beside the table: the figure that a document
// above gives for the whole, and last year's table of the same calibre.
func (h *Rim) compare(r *web.Request, v *pageView) error {
	all, err := h.store.List(r.Context(), r.Caller.Scope(account.TargetRead), target.Filter{})
	if err != nil {
		return err
	}
	for _, o := range all {
		if f := target.Decomposition(o, v.T); f != nil && o.ID != v.T.ID && !allowed(o, v.T) {
			v.Flags = append(v.Flags, r.T(f.Rule, f.Args...))
		}
		if o.IndicatorKey != v.T.IndicatorKey && !(scale[o.IndicatorKey] && scale[v.T.IndicatorKey]) {
			continue // another matter altogether
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

// allowed reports that a signed decomposition differs from what is above it as
// its rule lets it.
func allowed(above, t *target.Table) bool {
	for _, row := range above.Rows {
		if row.Region == t.Region && row.PartOf == 0 && row.Partner == 0 && t.CheckRule != "" {
			return split.Holds(t.CheckRule, t.CheckBP, row.Value, t.TotalValue)
		}
	}
	return false
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
	if t.BaseYear != 0 {
		facts = append(facts, web.Fact{Label: r.T("target.base"), Value: r.T("target.base.value", t.BaseYear), Source: t.BaseSource})
	}
	if t.SignedName != "" {
		facts = append(facts, web.Fact{Label: r.T("target.signed"), Value: t.SignedName + " " + t.DocDate.String()})
	}
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
