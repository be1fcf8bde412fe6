// Package reporthttp is the pages of the official forms: the list by unit and
// due date, the sheet as on paper, the list behind a cell, the workbook. It
// binds and renders; every decision is report's.
package reporthttp

import (
	"embed"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/report"
	"wengang/internal/web"
)

//go:embed templates/*.html
var templates embed.FS

// Rim is the pages of the forms.
type Rim struct {
	shell  *web.Shell
	store  *report.Store
	papers Papers // nil: no files are taken
}

// New makes the rim; both are needed.
func New(s *web.Shell, store *report.Store) *Rim {
	if s == nil || store == nil {
		panic("reporthttp.New: a dependency is missing")
	}
	return &Rim{shell: s, store: store}
}

// Register adds routes, templates, navigation and to-dos to the shell.
func (h *Rim) Register() {
	h.shell.Templates("report", templates)
	h.shell.Nav(web.NavItem{Key: "web.nav.report", Icon: "report", Href: "/report", Need: account.ReportRead, Order: 80})
	h.shell.Todos(h)
	add := func(pattern string, need account.Permission, a web.Action, long bool) {
		h.shell.Add(web.Route{Pattern: pattern, Need: need, Action: a, Long: long})
	}
	add("GET /report", account.ReportRead, h.list, false)
	add("GET /report/{form}", account.ReportRead, h.sheet, true)
	add("GET /report/{form}/list", account.ReportRead, h.members, true)
	add("GET /report/{form}/export", account.ReportRead, h.export, true)
	add("POST /report/{form}/submit", account.ReportFill, h.submit, true)
	add("POST /report/{form}/correct", account.ReportFill, h.correct, true)
	add("POST /report/{form}/withdraw", account.ReportFill, h.withdraw, true)
	h.lifeRoutes()
	for _, a := range []report.Action{report.Return, report.Accept, report.Lock} {
		add("POST /report/{form}/"+string(a), account.ReportReview, h.review(a), true)
	}
}

// ask is which form of which unit and period an address names. The unit is the
// page's place; a place below a county has no form, its county's is shown.
type ask struct {
	form   *report.Form
	at     region.Code
	period report.Period
}

func (h *Rim) ask(r *web.Request) (ask, error) {
	f, err := h.store.Form(r.Context(), r.Caller.Scope(account.ReportRead), r.PathValue("form"))
	if err != nil {
		return ask{}, err
	}
	p, err := period(r, f)
	return ask{f, r.At, p}, err
}

// period is ?period=, else the one that holds the page's month after the
// months that are being collected: 报 of a quarter begins in it.
func period(r *web.Request, f *report.Form) (report.Period, error) {
	if s := r.URL.Query().Get("period"); s != "" {
		p, err := f.ParsePeriod(s)
		if err != nil || !p.Shown(r.Caller) {
			return p, fault.NotFoundf("fault.notfound")
		}
		return p, nil
	}
	return f.PeriodAt(r.Month), nil
}

func (a ask) path() string { return "/report/" + a.form.ID }

// link is an address of the same form, unit and period.
func (a ask) link(r *web.Request, tail string, kv ...any) string {
	return r.Link(a.path()+tail, append([]any{"period", a.period.String(), "month", ""}, kv...)...)
}

func (a ask) ref(row string, col int) report.Ref {
	return report.Ref{Form: a.form.ID, Region: a.at, Period: a.period, Row: row, Col: col}
}

// cellAt reads 371522000000.10 out of ?cell=.
func cellAt(r *web.Request) (row string, col int) {
	row, n, _ := strings.Cut(r.URL.Query().Get("cell"), ".")
	col, _ = strconv.Atoi(n)
	return row, col
}

func stateBadge(r *web.Request, s report.State, late bool) web.Badge {
	b := web.Badge{Kind: "neu", Text: r.T("report.state." + string(s))}
	switch s {
	case "":
		b = web.Badge{Kind: "dash", Icon: "circle-dashed", Text: r.T("report.state.none")}
	case report.Draft:
		b.Kind, b.Icon = "out", "pencil"
	case report.Filled, report.Reviewed, report.Approved:
		b.Kind, b.Icon = "out", "edit"
	case report.Submitted:
		b.Kind, b.Icon = "work", "send"
	case report.Returned, report.Sentback:
		b.Kind, b.Icon = "yel", "arrow-back-up"
	case report.Accepted:
		b.Icon = "circle-check"
	case report.Locked:
		b.Icon = "lock"
	}
	if late {
		b = web.Badge{Kind: "red", Icon: "alert-triangle", Text: r.T("report.late") + " · " + b.Text}
	}
	return b
}

func open(s report.State) bool { return s.Open() }

func periodWord(r *web.Request, p report.Period) string {
	switch {
	case p.Month > 0:
		return r.T("report.month", p.Year, p.Month)
	case p.Quarter == 0:
		return r.T("report.year", p.Year)
	}
	return r.T(fmt.Sprintf("report.quarter.%d", p.Quarter), p.Year)
}

// listView is the page of forms by unit.
type listView struct {
	Matrix string
	Codes  string
	Groups []formGroup
	Empty  web.Empty
}

type formGroup struct {
	Form       *report.Form
	Period     string
	Due        calendar.Date
	DueNote    string
	DueRule    string
	Prev, Next string
	Done, All  int
	Rows       []formRow
}

type formRow struct {
	report.Listing
	Href  string
	Badge web.Badge
	Own   bool
	When  string
	Next  string
}

func (h *Rim) list(w http.ResponseWriter, r *web.Request) error {
	today := calendar.DateAt(h.shell.Now())
	all, err := h.store.Forms(r.Context(), r.Scope(), r.At, func(f *report.Form) report.Period {
		p, err := period(r, f)
		if err != nil {
			return f.PeriodAt(r.Month)
		}
		return p
	})
	if err != nil {
		return err
	}
	waiting, err := h.store.Waiting(r.Context(), r.Caller, r.At)
	if err != nil {
		return err
	}
	signs := map[*report.Report]bool{}
	for _, x := range waiting {
		for _, l := range all {
			if l.Report != nil && l.Report.ID == x.Report.ID {
				signs[l.Report] = true
			}
		}
	}
	v := listView{Matrix: r.Link("/report/matrix"), Codes: r.Link("/report/codes"), Empty: web.Empty{Icon: "report", Title: r.T("report.empty.title"), Note: r.T("report.empty.note")}}
	for _, l := range all {
		if len(v.Groups) == 0 || v.Groups[len(v.Groups)-1].Form != l.Form {
			v.Groups = append(v.Groups, formGroup{Form: l.Form, Period: periodWord(r, l.Period), Due: l.Due, DueNote: workdays(r, l.Due, today), DueRule: r.T(l.Form.DueRule, l.Form.DueArgs...),
				Prev: r.Link("/report", "period", l.Period.Before().String(), "month", ""), Next: r.Link("/report", "period", l.Period.After().String(), "month", "")})
		}
		g := &v.Groups[len(v.Groups)-1]
		row := formRow{Listing: l, Own: l.Region == r.At, Badge: stateBadge(r, l.State, !l.State.Sent() && l.Due < today),
			Href: r.Link("/report/"+l.Form.ID, "at", l.Region.Full(), "period", l.Period.String(), "month", "")}
		row.Next = r.T("report.next.look")
		switch {
		case signs[l.Report]:
			row.Next = r.T("report.next.sign")
		case row.Own && open(l.State) && r.Caller.Scope(account.ReportFill).Contains(l.Region):
			row.Next = r.T("report.next.fill")
		case report.Can(r.Caller, l.Region, l.State, report.Accept):
			row.Next = r.T("report.next.review")
		}
		if l.Report != nil && l.Report.FilledOn != 0 {
			row.When = l.Report.FilledOn.String() + " " + l.Report.Filler
		}
		g.All++
		if l.State.Sent() {
			g.Done++
		}
		g.Rows = append(g.Rows, row)
	}
	return h.shell.Page(w, r, "report/list", v)
}
