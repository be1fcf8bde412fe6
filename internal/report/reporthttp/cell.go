package reporthttp

import (
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/report"
	"wengang/internal/web"
)

// popView is a cell explaining itself.
type popView struct {
	Title       string
	Value, Unit string
	Kind, Time  string
	Facts       []web.Fact
	List, Label string
	Correct     bool
	Below       string // address of the form below that the row repeats
	Left        bool   // opens to the right
	Close       string
	Ref         string
	Now         string // the number as it is typed
	Decimals    bool
	Mark        string // a remark that is to be answered
	MayMark     bool
}

func (h *Rim) pop(r *web.Request, v *sheetView, rw *report.Row, c *report.Column, x *report.Cell) *popView {
	ref := rw.Key + "." + strconv.Itoa(c.N)
	p := &popView{Title: rw.Name + " · " + columnName(c), Value: shown(rw, c, x), Unit: unit(r, c), Kind: r.T("report.kind.computed"), Time: r.T("report.kind.lasting"),
		Left: c.N <= len(v.form.Printed())/2, Close: v.link(r, "", "cell", ""), Ref: ref, Now: typed(rw, c, x), Decimals: c.Divide > 1}
	switch {
	case v.form.Design != nil && x.Explain.Month != 0:
		p.Time = x.Explain.Month.String()
	case v.form.Design != nil && c.Kind == "":
		p.Time = v.period.String()
	case c.Basis == report.Begun:
		p.Time = r.T("report.kind.begun")
	}
	if x.Correction != nil {
		p.Kind = r.T("report.kind.corrected")
	}
	fact := func(key, value string) {
		p.Facts = append(p.Facts, web.Fact{Label: r.T("report.why." + key), Value: value})
	}
	e := x.Explain
	fact("calibre", calibre(r, c))
	cutoff := e.Cutoff.String()
	if e.Received != 0 {
		cutoff += "，" + r.T("report.why.received", db.FromMillis(e.Received).Format("2006-01-02 15:04"))
	}
	fact("cutoff", cutoff)
	fact("source", h.source(r, c, &e))
	if rw.Role == report.Total && (e.Children != x.Value || e.Own != 0 || e.Double != 0) && len(v.S.Rows) > 1 {
		fact("parts", parts(r, &e))
	}
	var beside []string
	if e.Heads > 0 {
		beside = append(beside, r.T("report.why.heads", web.Thousands(e.Heads)))
	}
	if e.Outside > 0 {
		beside = append(beside, r.T("report.why.outside", web.Thousands(e.Outside)))
	}
	if beside != nil {
		fact("of", strings.Join(beside, "，"))
	}
	if e.Missing > 0 {
		fact("missing", r.T("report.why.missingrows", e.Missing))
	}
	if e.Last >= 0 && x.Value < 0 {
		fact("last", r.T("report.why.lastonly", printed(c, e.Last), p.Unit))
	} else if e.Last >= 0 {
		fact("last", r.T("report.why.lastof", printed(c, e.Last), p.Unit, signed(c, x.Value-e.Last)))
	} else {
		fact("last", r.T("report.why.nolast"))
	}
	if x.Correction != nil {
		fact("corrected", r.T("report.why.was", web.Thousands(x.Correction.Computed), x.Correction.Reason))
	}
	if c.Lists() && x.Computed-e.Heads > 0 {
		p.List = v.link(r, "/list", "row", rw.Key, "col", c.N)
		p.Label = r.T("report.open."+listKind(c), web.Thousands(x.Computed-e.Heads))
	}
	p.Mark, p.MayMark = v.Marked[ref], v.MayMark && rw.Source.ReportID == 0
	if rw.Source.ReportID != 0 {
		p.Kind = r.T("report.kind.below", r.T("report.state."+string(rw.Source.State)))
		p.Below = r.Link(v.path(), "at", rw.Region.Full(), "period", v.period.String(), "month", "", "cell", ref)
	} else {
		p.Correct = v.Correct && c.Count != report.Derived
	}
	return p
}

// number as on paper: a dash where nobody can tell, nothing in a list of
// projects that somebody fills in.
func number(rw *report.Row, n int64) string {
	switch {
	case n >= 0:
		return web.Thousands(n)
	case rw.Role == report.Project:
		return ""
	}
	return report.Dash
}

// listKind: a list of people or of registers.
func listKind(c *report.Column) string {
	if c.Count == report.Bodies {
		return "registers"
	}
	return "people"
}

func (h *Rim) source(r *web.Request, c *report.Column, e *report.Explain) string {
	if c.Count == report.Typed || c.Count == report.Derived || c.Count == report.Measured {
		return designedSource(r, c, e)
	}
	if c.Count == report.Figure {
		if e.Month == 0 {
			return r.T("report.source.none", r.T("indicator."+c.Figure))
		}
		return r.T("report.source.figure", r.T("indicator."+c.Figure), e.Month.String())
	}
	return r.T("report.source.register", r.T("register.kind."+c.Kind), web.Thousands(e.Records), e.Calibre)
}

// parts: 各县 8 + 本级 1 − 重复 1.
func parts(r *web.Request, e *report.Explain) string {
	s := r.T("report.parts.children", web.Thousands(e.Children))
	if e.Own > 0 {
		s += " + " + r.T("report.parts.own", web.Thousands(e.Own))
	}
	if e.Double > 0 {
		s += " − " + r.T("report.parts.double", web.Thousands(e.Double))
	}
	return s
}

// membersView is the list behind a cell.
type membersView struct {
	*report.List
	Title, Sub string
	Calibre    string
	Back       string
	Rows       []memberRow
	Pager      web.Pager
	Note       string
	Empty      web.Empty
	People     bool
}

type memberRow struct {
	report.Listed
	Href  string
	Place string
	From  string
}

func (h *Rim) members(w http.ResponseWriter, r *web.Request) error {
	a, err := h.ask(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	col, _ := strconv.Atoi(q.Get("col"))
	after := report.Cursor{Space: q.Get("space")}
	after.ID, _ = strconv.ParseInt(q.Get("after"), 10, 64)
	l, err := h.store.Members(r.Context(), r.Caller.Scope(account.ReportRead), a.ref(q.Get("row"), col), after)
	if err != nil {
		return err
	}
	v := membersView{List: l, Title: l.Row.Name + " · " + columnName(l.Column), Calibre: calibre(r, l.Column),
		Back: a.link(r, "", "cell", l.Row.Key+"."+strconv.Itoa(l.Column.N)), People: l.Column.Count != report.Bodies,
		Pager: web.Pager{Total: l.Size, Unit: listUnit(r, l.Column)}, Empty: web.Empty{Icon: "list", Title: r.T("report.list.empty"), Note: r.T("report.list.heads", l.Heads)}}
	v.Sub = periodWord(r, a.period) + " · " + r.T("report.list.now")
	if l.AsThen {
		v.Sub = periodWord(r, a.period) + " · " + r.T("report.list.then")
	}
	if l.More {
		v.Pager.Next = r.Self("space", l.Next.Space, "after", l.Next.ID)
	}
	if l.Heads > 0 {
		v.Note = r.T("report.list.heads", web.Thousands(l.Heads))
	}
	read, registers := r.Caller.Scope(account.PeopleRead), r.Caller.Scope(account.RegisterRead)
	for _, m := range l.Members {
		row := memberRow{Listed: m, From: r.T("report.space." + m.Space)}
		switch {
		case m.Space == fact.SpacePerson && read.Contains(m.Region):
			row.Href = r.Link("/people/" + strconv.FormatInt(m.ID, 10))
		case m.Space == fact.SpaceRegister && registers.Contains(m.Region):
			row.Href = r.Link("/register/" + strconv.FormatInt(m.ID, 10))
		}
		v.Rows = append(v.Rows, row)
	}
	return h.shell.Page(w, r, "report/members", v)
}

func (h *Rim) submit(w http.ResponseWriter, r *web.Request) error {
	a, err := h.ask(r)
	if err != nil {
		return err
	}
	fill := report.Filling{Filler: r.PostFormValue("filler"), Phone: r.PostFormValue("phone")}
	if s := r.PostFormValue("filled_on"); s != "" {
		if fill.FilledOn, err = calendar.ParseDate(s); err != nil {
			return h.again(w, r, fault.InvalidFields(fault.Field{Name: "filled_on", Key: "report.date"}), "submit", "filler", "phone", "filled_on")
		}
	}
	if _, err := h.store.Submit(r.Context(), r.Caller, a.form.ID, a.at, a.period, fill); err != nil {
		return h.again(w, r, err, "submit", "filler", "phone", "filled_on")
	}
	return r.Redirect(w, a.link(r, ""))
}

func (h *Rim) review(act report.Action) web.Action {
	return func(w http.ResponseWriter, r *web.Request) error {
		a, err := h.ask(r)
		if err != nil {
			return err
		}
		version, _ := strconv.Atoi(r.PostFormValue("version"))
		if err := h.store.Review(r.Context(), r.Caller, a.form.ID, a.at, a.period, version, act, r.PostFormValue("remark")); err != nil {
			return h.again(w, r, err, string(act), "remark")
		}
		return r.Redirect(w, a.link(r, ""))
	}
}

func (h *Rim) correct(w http.ResponseWriter, r *web.Request) error {
	a, err := h.ask(r)
	if err != nil {
		return err
	}
	row, col := cellAt(r)
	n, err := strconv.ParseInt(strings.TrimSpace(r.PostFormValue("value")), 10, 64)
	if err != nil {
		n = -1
	}
	if c := columnAt(a.form, col); c != nil && a.form.Design != nil {
		if v, ok := c.Parse(r.PostFormValue("value")); ok {
			n = v
		}
	}
	if err := h.store.Correct(r.Context(), r.Caller, a.ref(row, col), n, strings.TrimSpace(r.PostFormValue("reason"))); err != nil {
		return h.again(w, r, err, "correct", "value", "reason")
	}
	return r.Redirect(w, a.link(r, "", "cell", r.URL.Query().Get("cell")))
}

func (h *Rim) withdraw(w http.ResponseWriter, r *web.Request) error {
	a, err := h.ask(r)
	if err != nil {
		return err
	}
	row, n, _ := strings.Cut(r.PostFormValue("cell"), ".")
	col, _ := strconv.Atoi(n)
	if err := h.store.Withdraw(r.Context(), r.Caller, a.ref(row, col)); err != nil {
		return err
	}
	return r.Redirect(w, a.link(r, ""))
}
