// Package audithttp is the rim of the audit record: the audit administrator's
// list and the verification of the chain.
package audithttp

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"sort"
	"strconv"
	"time"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/region"
	"wengang/internal/text"
	"wengang/internal/web"
)

//go:embed templates/*.html
var templates embed.FS

// Rim is the console's side of the audit record.
type Rim struct {
	Shell    *web.Shell
	Log      *audit.Log
	Accounts *account.Service // notes of inspectors
	People   People           // whose readers are shown; nil in a console without a ledger
}

// Register adds routes, pages, navigation and figures.
func (h *Rim) Register() {
	h.Shell.Templates("audit", templates)
	h.Shell.Add(
		web.Route{Pattern: "GET /audit", Need: account.AuditRead, Action: h.list},
		web.Route{Pattern: "POST /audit/verify", Need: account.AuditRead, Action: h.verify, Long: true},
	)
	h.Shell.Add(
		web.Route{Pattern: "GET /audit/exports", Need: account.AuditRead, Action: h.exportLog(account.AuditRead)},
		web.Route{Pattern: "GET /exports", Need: account.ExportApprove, Action: h.approvals},
		web.Route{Pattern: "GET /exports/log", Need: account.ExportApprove, Action: h.exportLog(account.ExportApprove)},
		web.Route{Pattern: "POST /exports/{id}/decide", Need: account.ExportApprove, Action: h.decide},
		web.Route{Pattern: "POST /exports/{id}/end", Need: account.ExportApprove, Action: h.end("/exports")},
		web.Route{Pattern: "GET /exports/mine", Need: account.PeopleExport, Action: h.mine},
		web.Route{Pattern: "POST /exports/mine", Need: account.PeopleExport, Action: h.ask},
		web.Route{Pattern: "POST /exports/mine/{id}/end", Need: account.PeopleExport, Action: h.end("/exports/mine")},
		web.Route{Pattern: "GET /inspect", Need: account.InspectOwn, Action: h.inspect},
		web.Route{Pattern: "GET /inspect/reads", Need: account.InspectOwn, Action: h.reads},
		web.Route{Pattern: "POST /inspect/notes", Need: account.InspectOwn, Action: h.addNote},
		web.Route{Pattern: "POST /inspect/notes/{id}/remove", Need: account.InspectOwn, Action: h.removeNote},
	)
	if h.People != nil {
		h.Shell.Add(
			web.Route{Pattern: "GET /people/{id}/looked", Need: account.LookedRead, Action: h.looked},
			web.Route{Pattern: "GET /audit/people/{id}", Need: account.AuditRead, Action: h.lookedAudit},
		)
	}
	h.Shell.Nav(
		web.NavItem{Key: "audit.inspect.title", Icon: "search", Href: "/inspect", Need: account.InspectOwn, Order: 88},
		web.NavItem{Key: "audit.nav.exports", Icon: "file-export", Href: "/audit/exports", Need: account.AuditRead, Order: 91, Under: "/audit"},
		web.NavItem{Key: "audit.nav.approvals", Icon: "shield-check", Href: "/exports", Need: account.ExportApprove, Order: 39, Under: "/people"},
		web.NavItem{Key: "audit.nav.mine", Icon: "file-export", Href: "/exports/mine", Need: account.PeopleExport, Order: 39, Under: "/people"},
	)
	h.Shell.Todos(h)
	h.Shell.Nav(web.NavItem{Key: "web.nav.audit", Icon: "fingerprint", Href: "/audit", Need: account.AuditRead, Order: 90})
	h.Shell.Figures(h)
}

const pageSize = 50

type listView struct {
	Rows    []rowView
	Chips   web.Chips
	Form    []web.Field
	Next    string
	First   string
	Head    audit.Head
	None    web.Empty
	At      string
	Sealed  string
	HasHead bool
}

type rowView struct {
	audit.Row
	Action, Object string
	Outcome        web.Badge
	Detail         []detailView
}

type detailView struct {
	Key, Value string
	Place      region.Code // where the value is a place
}

func (h *Rim) list(w http.ResponseWriter, r *web.Request) error {
	f := filterOf(r)
	rows, err := h.Log.List(r.Context(), r.Caller, f)
	if err != nil {
		return err
	}
	v := listView{At: r.At.Full(), None: web.Empty{Icon: "fingerprint", Title: r.T("audit.none"), Note: r.T("audit.none_note")}}
	for _, row := range rows {
		v.Rows = append(v.Rows, show(r, row))
	}
	if len(rows) == pageSize {
		v.Next = r.Self("before", strconv.FormatInt(rows[len(rows)-1].ID, 10))
	}
	if f.Before > 0 {
		v.First = r.Self("before", "")
	}
	if v.Head, err = h.Log.Head(r.Context()); err != nil {
		return err
	}
	if v.HasHead = v.Head.Seq > 0; v.HasHead {
		v.Sealed = v.Head.At.In(calendar.Zone).Format("2006-01-02 15:04:05")
	}
	actions, err := h.Log.Actions(r.Context())
	if err != nil {
		return err
	}
	v.Form = form(r, f, actions)
	v.Chips = chips(r, f)
	return h.Shell.Page(w, r, "audit/list", v)
}

// filterOf reads the address. The list is narrowed to the page's place by the
// scope that List takes from the caller, so the place goes into the caller.
func filterOf(r *web.Request) audit.Filter {
	q := r.URL.Query()
	f := audit.Filter{Login: q.Get("login"), Action: q.Get("action"), Object: q.Get("object"), ObjectID: q.Get("id"), Outcome: audit.Outcome(q.Get("outcome")), At: r.At, Limit: pageSize}
	f.Before, _ = strconv.ParseInt(q.Get("before"), 10, 64)
	if d, err := calendar.ParseDate(q.Get("from")); err == nil {
		f.From = d.Time()
	}
	if d, err := calendar.ParseDate(q.Get("to")); err == nil {
		f.To = d.Time().AddDate(0, 0, 1)
	}
	return f
}

func show(r *web.Request, row audit.Row) rowView {
	v := rowView{Row: row, Action: actionWord(r, row.Action), Object: row.Object, Outcome: outcome(r, row.Outcome)}
	if key := "audit.object." + row.Object; text.Has(key) {
		v.Object = r.T(key)
	}
	var detail map[string]string
	if json.Unmarshal([]byte(row.Detail), &detail) == nil {
		for k, val := range detail {
			if val != "" {
				v.Detail = append(v.Detail, detailOf(r, k, val))
			}
		}
		sort.Slice(v.Detail, func(i, j int) bool { return v.Detail[i].Key < v.Detail[j].Key })
	}
	return v
}

// detailOf puts codes into words where there are any.
func detailOf(r *web.Request, k, val string) detailView {
	d := detailView{Key: k, Value: val}
	if key := "audit.detail." + k; text.Has(key) {
		d.Key = r.T(key)
	}
	switch k {
	case "at":
		if c, err := region.ParseCode(val); err == nil {
			d.Place = c
		}
	case "role":
		d.Value = wordOr(r, "web.role."+val, val)
	case "dept":
		d.Value = wordOr(r, "account.dept."+val, val)
	case "permission":
		d.Value = wordOr(r, "web.perm."+val, val)
	case "kind":
		d.Value = wordOr(r, "import.kind."+val, val)
	case "form":
		d.Value = wordOr(r, "audit.form."+val, val)
	case "rule":
		d.Value = wordOr(r, "rule."+val+".title", val)
	case "action":
		d.Value = actionWord(r, val)
	case "field":
		d.Value = wordOr(r, "audit.field."+val, val)
	case "reason":
		d.Value = wordOr(r, "people.reveal."+val, val)
	case "unmasked":
		d.Value = wordOr(r, "audit.unmasked."+val, val)
	}
	return d
}

func wordOr(r *web.Request, key, otherwise string) string {
	if text.Has(key) {
		return r.T(key)
	}
	return otherwise
}

func actionWord(r *web.Request, a string) string {
	return wordOr(r, "audit.action."+a, a)
}

func outcome(r *web.Request, o audit.Outcome) web.Badge {
	b := web.Badge{Kind: "neu", Icon: "check", Text: r.T("audit.outcome." + string(o))}
	switch o {
	case audit.Refused:
		b.Kind, b.Icon = "yel", "ban"
	case audit.Failed:
		b.Kind, b.Icon = "out", "x"
	}
	return b
}

func form(r *web.Request, f audit.Filter, actions []string) []web.Field {
	q := r.URL.Query()
	action := web.Field{Name: "action", Label: r.T("audit.col.action"), Kind: "select", Options: []web.Option{{Value: "", Label: r.T("audit.any")}}}
	for _, a := range actions {
		action.Options = append(action.Options, web.Option{Value: a, Label: actionWord(r, a), On: a == f.Action})
	}
	result := web.Field{Name: "outcome", Label: r.T("audit.col.outcome"), Kind: "select", Options: []web.Option{{Value: "", Label: r.T("audit.any")}}}
	for _, o := range []audit.Outcome{audit.Done, audit.Refused, audit.Failed} {
		result.Options = append(result.Options, web.Option{Value: string(o), Label: r.T("audit.outcome." + string(o)), On: o == f.Outcome})
	}
	return []web.Field{
		{Name: "login", Label: r.T("audit.col.login"), Value: f.Login, Max: 40}, action, result,
		{Name: "object", Label: r.T("audit.col.object"), Value: f.Object, Max: 40}, {Name: "id", Label: r.T("audit.col.id"), Value: f.ObjectID, Max: 20},
		{Name: "from", Label: r.T("audit.from"), Kind: "date", Value: q.Get("from")}, {Name: "to", Label: r.T("audit.to"), Kind: "date", Value: q.Get("to")},
	}
}

func chips(r *web.Request, f audit.Filter) web.Chips {
	c := web.Chips{Dialog: "audit-filter", ClearAll: r.Link("/audit")}
	add := func(name, label, value string) {
		if value != "" {
			c.Items = append(c.Items, web.Chip{Label: label, Value: value, Clear: r.Self(name, "")})
		}
	}
	add("login", r.T("audit.col.login"), f.Login)
	if f.Action != "" {
		add("action", r.T("audit.col.action"), actionWord(r, f.Action))
	}
	if f.Outcome != "" {
		add("outcome", r.T("audit.col.outcome"), r.T("audit.outcome."+string(f.Outcome)))
	}
	add("object", r.T("audit.col.object"), f.Object)
	add("id", r.T("audit.col.id"), f.ObjectID)
	q := r.URL.Query()
	add("from", r.T("audit.from"), q.Get("from"))
	add("to", r.T("audit.to"), q.Get("to"))
	return c
}

type verifyView struct {
	*audit.Report
	Lines []string
	Took  string
	Head  string
}

func (h *Rim) verify(w http.ResponseWriter, r *web.Request) error {
	start := time.Now()
	rep, err := h.Log.Verify(r.Context())
	if err != nil {
		return err
	}
	v := verifyView{Report: rep, Took: fmt.Sprintf("%.1f", time.Since(start).Seconds())}
	for _, f := range rep.Findings {
		v.Lines = append(v.Lines, r.T("audit.verify."+f.Kind, f.Seq, f.RowID))
	}
	if rep.Head.Seq > 0 {
		v.Head = fmt.Sprintf("%x", rep.Head.Hash[:8])
	}
	err = h.Log.Record(r.Context(), r.Caller, audit.Entry{Action: "audit.verify", Object: "audit", Detail: map[string]string{
		"rows": strconv.FormatInt(rep.Rows, 10), "findings": strconv.FormatInt(int64(len(rep.Findings))+rep.More, 10),
	}})
	if err != nil {
		return err
	}
	return h.Shell.Page(w, r, "audit/verify", v)
}

// Figures are what the audit administrator sees first.
func (h *Rim) Figures(ctx context.Context, r *web.Request) ([]web.Figure, error) {
	if !r.Caller.Can(account.AuditRead) {
		return nil, nil
	}
	sum, err := h.Log.Summary(ctx, r.Caller, h.Shell.Now().AddDate(0, 0, -7))
	if err != nil {
		return nil, err
	}
	var out []web.Figure
	for _, o := range []audit.Outcome{audit.Refused, audit.Failed, audit.Done} {
		out = append(out, web.Figure{
			Label: r.T("audit.figure." + string(o)), Value: web.Thousands(sum[o]), Unit: r.T("audit.unit"),
			Calibre: r.T("audit.figure.calibre"), Href: r.Link("/audit", "outcome", string(o)), LinkText: r.T("audit.show"),
		})
	}
	return out, nil
}
