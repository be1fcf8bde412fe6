package reconcilehttp

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/people"
	"wengang/internal/reconcile"
	"wengang/internal/region"
	"wengang/internal/web"
)

type rowsView struct {
	reconcile.Run
	Who    string
	Figure string
	Title  string
	Next   string
	Chips  web.Chips
	Fields []web.Tab
	Rows   []rowView
	Pager  web.Pager
	Empty  web.Empty
	Export string
	Capped bool
}

type rowView struct {
	Name, Mask, Href string
	Village          region.Code
	Line             int
	Class            string
	Next             string
	Diffs            []diff
	State            string
}

// diff is one field as both sides have it.
type diff struct{ Field, Theirs, Ours string }

func readFilter(r *web.Request) (reconcile.Filter, error) {
	q := r.URL.Query()
	f := reconcile.Filter{Class: reconcile.Class(q.Get("class")), Why: q.Get("why"), Field: q.Get("field")}
	for _, s := range []string{string(f.Class), f.Why, f.Field} {
		if len(s) > 40 || strings.ContainsAny(s, "%,'\"") {
			return f, fault.NotFoundf("fault.notfound")
		}
	}
	if v := q.Get("place"); v != "" {
		c, err := region.ParseCode(v)
		if err != nil {
			return f, fault.NotFoundf("fault.notfound")
		}
		f.Place = c
	}
	return f, nil
}

func (h *Rim) rows(w http.ResponseWriter, r *web.Request) error {
	x, err := h.load(r)
	if err != nil {
		return err
	}
	f, err := readFilter(r)
	if err != nil {
		return err
	}
	after, _ := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
	n, err := h.store.Count(r.Context(), r.FullScope(), x.ID, f)
	if err != nil {
		return err
	}
	items, more, err := h.store.Items(r.Context(), r.FullScope(), x.ID, f, after, reconcile.PageSize)
	if err != nil {
		return err
	}
	v := rowsView{Run: x, Who: who(r, x), Figure: r.T("indicator." + x.Figure), Title: r.T("reconcile.rows"), Pager: web.Pager{Total: n, Unit: r.T("reconcile.people")},
		Empty: web.Empty{Icon: "circle-check", Title: r.T("reconcile.rows.none"), Note: r.T("reconcile.rows.none.note")}}
	if f.Class != "" {
		v.Title, v.Next = title(r, string(f.Class), f.Why), next(r, string(f.Class), f.Why)
		v.Chips.Items = append(v.Chips.Items, web.Chip{Label: r.T("reconcile.t.class"), Value: v.Title, Clear: r.Self("class", "", "why", "", "field", "")})
	}
	if f.Place != 0 {
		v.Chips.Items = append(v.Chips.Items, web.Chip{Label: r.T("reconcile.t.place"), Value: h.tree.Name(f.Place), Clear: r.Self("place", "")})
	}
	if f.Class == reconcile.Differs {
		v.Fields = append(v.Fields, web.Tab{Label: r.T("reconcile.field.all"), Href: r.Self("field", ""), On: f.Field == ""})
		for _, c := range x.Columns {
			v.Fields = append(v.Fields, web.Tab{Label: r.T("reconcile.field." + c), Href: r.Self("field", c), On: f.Field == c})
		}
	}
	v.Capped = n == reconcile.MaxHints && (f.Class == reconcile.Near || f.Class == reconcile.Weak)
	for _, it := range items {
		row := h.row(r, it)
		if f.Class != "" {
			row.Class = "" // the page says it
		}
		v.Rows = append(v.Rows, row)
	}
	if more {
		v.Pager.Next = r.Self("after", items[len(items)-1].N)
	}
	if after > 0 {
		v.Pager.Prev = r.Self()
	}
	if n > 0 && r.Caller.Scope(account.PeopleExport).Contains(x.Region) {
		v.Export = r.Link(base(x.ID)+"/export", "class", string(f.Class), "why", f.Why, "field", f.Field, "place", r.URL.Query().Get("place"))
	}
	return h.shell.Page(w, r, "reconcile/rows", v)
}

// row shows a person as the ledger has them, else as the list has the line.
func (h *Rim) row(r *web.Request, it reconcile.Item) rowView {
	v := rowView{Village: it.Village, Class: title(r, string(it.Class), it.Why), Next: next(r, string(it.Class), it.Why)}
	if l := it.Line; l != nil {
		v.Name, v.Mask, v.Line = l.Name, l.Mask, l.Row
	}
	if p := it.Person; p != nil {
		v.Name, v.Mask = p.Name, p.IDMask
		if it.Village == 0 {
			v.Village = p.Village
		}
		if r.Caller.Scope(account.PeopleRead).Contains(p.Village) {
			v.Href = r.Link("/people/" + strconv.FormatInt(p.ID, 10))
		}
		v.State = state(r, p)
	}
	for _, f := range it.Fields {
		v.Diffs = append(v.Diffs, h.diff(r, f, it))
	}
	return v
}

func state(r *web.Request, p *people.Row) string {
	switch {
	case p.State.Unverified:
		return r.T("web.unverified")
	case p.State.Code != 0:
		return r.T("enum.status." + strconv.Itoa(p.State.Code))
	}
	return ""
}

func (h *Rim) diff(r *web.Request, field string, it reconcile.Item) diff {
	d := diff{Field: r.T("reconcile.field." + field)}
	l, p := it.Line, it.Person
	if l == nil || p == nil {
		return d
	}
	place := func(c region.Code) string {
		if c == 0 {
			return ""
		}
		return h.tree.FullName(c)
	}
	word := func(enum string, n int) string {
		if n == 0 {
			return ""
		}
		return r.T("enum." + enum + "." + strconv.Itoa(n))
	}
	switch field {
	case "name":
		d.Theirs, d.Ours = l.Name, p.Name
	case "village":
		d.Theirs, d.Ours = h.tree.Name(l.Village), h.tree.Name(p.Village)
	case "household":
		d.Theirs, d.Ours = l.Household, it.Household
	case "status":
		d.Theirs, d.Ours = word("status", l.Status), word("status", p.Status)
	case "place":
		d.Theirs, d.Ours = place(l.Place), place(p.Job.Place)
	case "start":
		d.Theirs, d.Ours = l.Start.String(), p.Job.Start.String()
	case "wage":
		d.Theirs, d.Ours = yuan(l.Wage), yuan(p.Job.WageFen)
		if p.Job.SpellID == 0 {
			d.Ours = ""
		}
	case "risk":
		d.Theirs = word("risk", l.Risk)
	case "kind":
		var theirs, ours []string
		for k := 1; k < 32; k++ {
			if l.Kinds&(1<<k) != 0 {
				theirs = append(theirs, word("kind", k))
			}
		}
		for _, k := range p.Kinds {
			ours = append(ours, word("kind", k))
		}
		d.Theirs, d.Ours = strings.Join(theirs, "、"), strings.Join(ours, "、")
	}
	return d
}

func yuan(fen int64) string {
	if fen < 0 {
		return ""
	}
	return web.Yuan(fen)
}

// export writes the masked workbook of a filter.
func (h *Rim) export(w http.ResponseWriter, r *web.Request) error {
	x, err := h.load(r)
	if err != nil {
		return err
	}
	f, err := readFilter(r)
	if err != nil {
		return err
	}
	head := []any{}
	for _, k := range []string{"class", "name", "id", "place", "line", "state", "diffs", "next"} {
		head = append(head, r.T("reconcile.t."+k))
	}
	name := fmt.Sprintf("%s-%s-%s.xlsx", r.T("reconcile.title"), h.tree.Name(x.Region), x.Month)
	out := &late{w: w, name: name}
	return h.store.Export(r.Context(), r.FullScope(), r.Caller, x.ID, f, r.T("reconcile.title"), head, func(it reconcile.Item) []any {
		v := h.row(r, it)
		var diffs []string
		for _, d := range v.Diffs {
			diffs = append(diffs, r.T("reconcile.diff", d.Field, orDash(d.Theirs), orDash(d.Ours)))
		}
		place, row := "", any(nil)
		if v.Village != 0 {
			place = h.tree.FullName(v.Village)
		}
		if v.Line > 0 {
			row = v.Line
		}
		return []any{v.Class, v.Name, v.Mask, place, row, v.State, strings.Join(diffs, "；"), v.Next}
	}, out)
}

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

// late sends the head of a download with its first byte, so that a refusal is
// still a page.
type late struct {
	w    http.ResponseWriter
	name string
	sent bool
}

func (l *late) Write(b []byte) (int, error) {
	if !l.sent {
		l.sent = true
		l.w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
		l.w.Header().Set("Content-Disposition", "attachment; filename=\"reconcile.xlsx\"; filename*=UTF-8''"+url.PathEscape(l.name))
	}
	return l.w.Write(b)
}
