// Package targethttp is the pages of targets: tables by place with what does
// not add up, one table with its rows' progress, decompositions, dispatches,
// what-if. It binds and renders; every decision is the core's.
package targethttp

import (
	"embed"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/region"
	"wengang/internal/target"
	"wengang/internal/target/dispatch"
	"wengang/internal/target/split"
	"wengang/internal/web"
)

//go:embed templates/*.html
var templates embed.FS

// Rim is the pages of targets.
type Rim struct {
	shell      *web.Shell
	store      *target.Store
	splits     *split.Store
	dispatches *dispatch.Store
	tree       Tree
}

// Tree names places.
type Tree interface{ Name(region.Code) string }

// New makes the rim; all are needed.
func New(s *web.Shell, store *target.Store, splits *split.Store, dispatches *dispatch.Store, tree Tree) *Rim {
	if s == nil || store == nil || splits == nil || dispatches == nil || tree == nil {
		panic("targethttp.New: a dependency is missing")
	}
	return &Rim{shell: s, store: store, splits: splits, dispatches: dispatches, tree: tree}
}

func (h *Rim) name(c region.Code) string {
	if n := h.tree.Name(c); n != "" {
		return n
	}
	return c.String()
}

// Register adds routes, templates and navigation to the shell.
func (h *Rim) Register() {
	h.shell.Templates("target", templates)
	h.shell.Todos(h)
	h.shell.Nav(web.NavItem{Key: "web.nav.target", Icon: "target-arrow", Href: "/target", Need: account.TargetRead, Order: 70})
	h.shell.Add(
		web.Route{Pattern: "GET /target", Need: account.TargetRead, Action: h.list},
		web.Route{Pattern: "GET /target/{id}", Need: account.TargetRead, Action: h.table},
		web.Route{Pattern: "POST /target/{id}/unit", Need: account.TargetEdit, Action: h.setUnit},
		web.Route{Pattern: "GET /target/new", Need: account.TargetEdit, Action: h.enter},
		web.Route{Pattern: "POST /target/new", Need: account.TargetEdit, Action: h.entered},
		web.Route{Pattern: "GET /target/{id}/versions", Need: account.TargetRead, Action: h.versions},
		web.Route{Pattern: "GET /target/{id}/whatif", Need: account.TargetRead, Action: h.whatIf},
		web.Route{Pattern: "POST /target/{id}/whatif", Need: account.TargetEdit, Action: h.whatIfDraft},
		web.Route{Pattern: "GET /target/{id}/curve", Need: account.TargetEdit, Action: h.curve},
		web.Route{Pattern: "POST /target/{id}/curve", Need: account.TargetEdit, Action: h.setCurve},
		web.Route{Pattern: "GET /target/{id}/reports", Need: account.TargetRead, Action: h.reports},
		web.Route{Pattern: "POST /target/{id}/reports", Need: account.TargetEdit, Action: h.report},
		web.Route{Pattern: "POST /target/{id}/split", Need: account.TargetEdit, Action: h.begin})
	h.shell.Nav(
		web.NavItem{Key: "target.split.title", Icon: "arrows-split", Href: "/decompose", Need: account.TargetRead, Under: "/target", Order: 71},
		web.NavItem{Key: "target.dispatch.title", Icon: "clipboard-list", Href: "/dispatch", Need: account.TargetRead, Under: "/target", Order: 72})
	h.shell.Add(
		web.Route{Pattern: "GET /decompose", Need: account.TargetRead, Action: h.splitList},
		web.Route{Pattern: "GET /decompose/{id}", Need: account.TargetRead, Action: h.splitShow},
		web.Route{Pattern: "POST /decompose/{id}/save", Need: account.TargetEdit, Action: h.splitSave},
		web.Route{Pattern: "POST /decompose/{id}/act", Need: account.TargetEdit, Action: h.splitAct},
		web.Route{Pattern: "POST /decompose/{id}/sign", Need: account.TargetSign, Action: h.splitSign},
		web.Route{Pattern: "GET /decompose/{id}/export", Need: account.TargetRead, Action: h.splitExport},
		web.Route{Pattern: "GET /dispatch", Need: account.TargetRead, Action: h.dispatchList},
		web.Route{Pattern: "POST /dispatch", Need: account.TargetSign, Action: h.dispatchIssue},
		web.Route{Pattern: "GET /dispatch/{id}", Need: account.TargetRead, Action: h.dispatchShow},
		web.Route{Pattern: "GET /dispatch/{id}/export", Need: account.TargetRead, Action: h.dispatchExport})
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
	Red    *redView
	Empty  web.Empty
	Import string
	New    string
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
	if r.Can(account.TargetEdit) {
		v.New = r.Link("/target/new")
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
	if v.Red, err = h.red(r); err != nil {
		return err
	}
	return h.shell.Page(w, r, "target/list", v)
}

// redView is how the page's place stands to the red line of A050.
type redView struct {
	Text    string
	Limit   string
	Crossed bool
	Href    string
}

func (h *Rim) red(r *web.Request) (*redView, error) {
	x, err := h.store.RedLine(r.Context(), r.Caller.Scope(account.TargetRead), r.At, r.Month)
	if err != nil || !x.Known {
		return nil, err
	}
	v := &redView{Text: r.T("target.red.is", web.Thousands(x.Jobless), web.Thousands(x.Base), web.Rate(x.Share()*100)), Limit: r.T("target.red.off"), Crossed: x.Crossed()}
	var limits []string
	if x.ShareLimit > 0 {
		limits = append(limits, r.T("target.red.share", strconv.FormatFloat(float64(x.ShareLimit)/10, 'f', -1, 64)))
	}
	if x.CountLimit > 0 {
		limits = append(limits, r.T("target.red.count", web.Thousands(x.CountLimit)))
	}
	if len(limits) > 0 {
		v.Limit = strings.Join(limits, "，")
		if x.Crossed() {
			v.Limit = r.T("target.red.crossed", v.Limit)
		}
	}
	if r.Caller.Scope(account.SettingEdit).Contains(r.At) {
		v.Href = r.Link("/settings/values/" + target.RedShare)
	}
	return v, nil
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
	x.Actual, x.Rate, x.Behind = st[0].Actual, target.Shown(st[0].Rate), st[0].Behind
	x.Bar, x.Time, x.HasBar = st[0].Rate*100, st[0].Time*100, st[0].Rate >= 0
	return x, nil
}

// rowAt is the row of the page's place.
func rowAt(t *target.Table, r *web.Request) *target.Row {
	for i := range t.Rows {
		if t.Rows[i].Region == r.At && t.Rows[i].PartOf == 0 && t.Rows[i].Partner == 0 {
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
