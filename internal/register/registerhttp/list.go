package registerhttp

import (
	"fmt"
	"net/http"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/region"
	"wengang/internal/register"
	"wengang/internal/web"
)

// extras are what a kind's list shows beside what all kinds share.
var extras = map[string][]string{
	"alliance": {"reach", "partners"}, "brand": {"industry"}, "base": {"owner"}, "cooperative": {"founder"}, "workshop": {"form", "owner"}, "relief": {"class", "work"},
	"post": {"form", "hours"}, "training": {"trade", "school"}, "event": {"theme", "venue"}, "project": {"brief"}, register.SettlementKind: {"form"},
}

type listView struct {
	Kind   *register.Kind
	Tabs   []web.Tab
	Switch []web.Tab
	Chips  web.Chips
	Rows   []rowView
	Extra  []string // headings
	Pager  web.Pager
	Empty  web.Empty
	Level  bool
	People string // headings of the counts, "" without
	Poor   string
	Query  string
	Hidden map[string]string
	Add    string
	Import string
	Fields []web.Field
}

type rowView struct {
	*register.Record
	Href   string
	Badge  web.Badge
	Level  string
	Extra  []string
	People string
	Poor   string
	Stated bool // headcount without a list
}

func (h *Rim) list(w http.ResponseWriter, r *web.Request) error {
	k, q := kindOf(r), r.URL.Query()
	f := register.Filter{Kind: k.ID, Query: q.Get("q"), Ended: q.Get("ended") == "1"}
	f.Level, _ = strconv.Atoi(q.Get("level"))
	f.Year, _ = strconv.Atoi(q.Get("year"))
	if k.Instant && f.Year == 0 {
		f.Year = r.Month.Year()
	}
	var after register.Cursor
	after.ID, _ = strconv.ParseInt(q.Get("after"), 10, 64)
	if n, err := strconv.ParseInt(q.Get("from"), 10, 64); err == nil {
		after.Region = region.Code(n)
	}
	rows, more, err := h.store.List(r.Context(), r.Scope(), f, after)
	if err != nil {
		return err
	}
	total, err := h.store.Total(r.Context(), r.Scope(), f)
	if err != nil {
		return err
	}
	counts, err := h.store.Overview(r.Context(), r.Scope())
	if err != nil {
		return err
	}
	v := &listView{Kind: k, Query: f.Query, Level: k.Field("level") != nil, Pager: web.Pager{Total: total, Unit: r.T("register.unit"), Sort: r.T("register.sorted")},
		Hidden: map[string]string{"kind": k.ID, "at": r.At.Full(), "month": r.Month.String(), "ended": q.Get("ended"), "year": q.Get("year")}}
	if people, poor := k.Field("people"), k.Field("poor"); people != nil && poor != nil {
		v.People, v.Poor = label(r, people), label(r, poor)
	}
	for _, key := range extras[k.ID] {
		if fl := k.Field(key); fl != nil {
			v.Extra = append(v.Extra, label(r, fl))
		}
	}
	for _, x := range register.Kinds() {
		v.Tabs = append(v.Tabs, web.Tab{Label: r.T(x.NameKey()), Note: web.Thousands(counts[x.ID]), Href: r.Link("/register", "kind", x.ID), On: x == k})
	}
	h.frame(r, v, f)
	today := calendar.DateAt(h.shell.Now())
	for _, rec := range rows {
		v.Rows = append(v.Rows, row(r, k, rec, today))
	}
	if more {
		last := rows[len(rows)-1]
		v.Pager.Next = r.Self("from", int64(last.Region), "after", last.ID)
	}
	return h.shell.Page(w, r, "register/list", v)
}

func row(r *web.Request, k *register.Kind, rec *register.Record, today calendar.Date) rowView {
	x := rowView{Record: rec, Href: link(r, rec.ID, ""), Badge: stateBadge(r, rec, today), Level: r.T("register.level." + strconv.Itoa(rec.Level))}
	for _, key := range extras[k.ID] {
		if f := k.Field(key); f != nil {
			x.Extra = append(x.Extra, f.Show(rec.Extra[key]))
		}
	}
	switch {
	case rec.Listed > 0:
		x.People, x.Poor = web.Thousands(rec.Listed), web.Thousands(rec.ListedPoor)
	case rec.People >= 0:
		x.People, x.Stated = web.Thousands(rec.People), k.Members != nil
		if rec.Poor >= 0 {
			x.Poor = web.Thousands(rec.Poor)
		}
	}
	return x
}

// frame is what stands around the rows: chips, the switch, the empty page.
func (h *Rim) frame(r *web.Request, v *listView, f register.Filter) {
	add := func(name, label, value string) {
		v.Chips.Items = append(v.Chips.Items, web.Chip{Label: label, Value: value, Clear: r.Self(name, "")})
	}
	if f.Query != "" {
		add("q", r.T("register.find"), f.Query)
	}
	if f.Level != 0 {
		add("level", r.T("register.field.level"), r.T("register.level."+strconv.Itoa(f.Level)))
	}
	year := r.Month.Year()
	v.Switch = []web.Tab{{Label: r.T("register.now"), Href: r.Self("ended", "", "year", ""), On: !f.Ended && f.Year == 0},
		{Label: r.T("register.inyear", year), Href: r.Self("ended", "", "year", year), On: f.Year != 0}, {Label: r.T("register.ended"), Href: r.Self("ended", "1", "year", ""), On: f.Ended}}
	if v.Kind.Instant {
		v.Switch = []web.Tab{{Label: fmt.Sprint(year), Href: r.Self("year", ""), On: f.Year == year}, {Label: fmt.Sprint(year - 1), Href: r.Self("year", year-1), On: f.Year == year-1}}
	}
	v.Chips.ClearAll = r.Link("/register", "kind", v.Kind.ID)
	if r.Caller.Scope(account.RegisterEdit).Contains(r.At) {
		v.Add = r.Link("/register/new", "kind", v.Kind.ID)
	}
	if r.Caller.Scope(account.ImportRun).Contains(r.At) {
		v.Import = r.Link("/import/new", "kind", "roster", "type", v.Kind.ID)
	}
	v.Empty = web.Empty{Icon: "building-factory", Title: r.T("register.empty.title"), Note: r.T("register.empty.note"), Action: r.T("register.import"), Href: v.Import}
	if len(v.Chips.Items) > 0 {
		v.Empty.Note, v.Empty.Action, v.Empty.Href = r.T("register.empty.filter"), r.T("web.chip.clearall"), v.Chips.ClearAll
	}
}
