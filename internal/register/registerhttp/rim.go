// Package registerhttp is the pages of the registers: one list per kind, the
// record with its people, the forms that add, change and end. It binds and
// renders; every decision is register's.
package registerhttp

import (
	"embed"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/register"
	"wengang/internal/text"
	"wengang/internal/web"
)

//go:embed templates/*.html
var templates embed.FS

// Rim is the pages of the registers.
type Rim struct {
	shell *web.Shell
	store *register.Store
}

// New makes the rim; both are needed.
func New(s *web.Shell, store *register.Store) *Rim {
	if s == nil || store == nil {
		panic("registerhttp.New: a dependency is missing")
	}
	return &Rim{shell: s, store: store}
}

// Register adds routes, templates and navigation to the shell.
func (h *Rim) Register() {
	h.shell.Templates("register", templates)
	h.shell.Nav(web.NavItem{Key: "web.nav.register", Icon: "building-factory", Href: "/register", Need: account.RegisterRead, Order: 60})
	read, edit := account.RegisterRead, account.RegisterEdit
	h.shell.Add(
		web.Route{Pattern: "GET /register", Need: read, Action: h.list},
		web.Route{Pattern: "GET /register/{id}", Need: read, Action: h.record},
		web.Route{Pattern: "GET /register/new", Need: edit, Action: h.newForm},
		web.Route{Pattern: "POST /register/new", Need: edit, Action: h.create},
		web.Route{Pattern: "GET /register/{id}/edit", Need: edit, Action: h.editForm},
		web.Route{Pattern: "POST /register/{id}/edit", Need: edit, Action: h.save},
		web.Route{Pattern: "GET /register/{id}/end", Need: edit, Action: h.endForm},
		web.Route{Pattern: "POST /register/{id}/end", Need: edit, Action: h.end},
		web.Route{Pattern: "GET /register/{id}/members/new", Need: edit, Action: h.memberForm},
		web.Route{Pattern: "POST /register/{id}/members/new", Need: edit, Action: h.addMember},
		web.Route{Pattern: "GET /register/{id}/members/{member}/end", Need: edit, Action: h.endMemberForm},
		web.Route{Pattern: "POST /register/{id}/members/{member}/end", Need: edit, Action: h.endMember})
}

// label is a field's name: the official heading in Chinese, the catalogue's
// word otherwise.
func label(r *web.Request, f *register.Field) string {
	if r.Lang == text.ZH {
		return f.Heading()
	}
	return r.T(f.LabelKey())
}

func kindOf(r *web.Request) *register.Kind {
	if k := register.ByID(r.URL.Query().Get("kind")); k != nil {
		return k
	}
	return register.ByID("workshop")
}

func pathID(r *web.Request, name string) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.NotFoundf("fault.notfound")
	}
	return id, nil
}

func link(r *web.Request, id int64, tail string) string {
	return r.Link("/register/" + strconv.FormatInt(id, 10) + tail)
}

func stateBadge(r *web.Request, rec *register.Record, today calendar.Date) web.Badge {
	k := register.ByID(rec.Kind)
	switch {
	case k.Instant:
		return web.Badge{Kind: "neu", Icon: "calendar-event", Text: rec.StartedOn.String()}
	case rec.EndedOn < today:
		return web.Badge{Kind: "out", Icon: "archive", Text: r.T("register.state.9")}
	case rec.State == register.Idle:
		return web.Badge{Kind: "yel", Icon: "alert-circle", Text: r.T("register.state.3")}
	case rec.State == register.Seasonal:
		return web.Badge{Kind: "dash", Icon: "player-pause", Text: r.T("register.state.2")}
	}
	return web.Badge{Kind: "neu", Icon: "circle-check", Text: r.T("register.state.1")}
}

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
	People bool
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
	v := &listView{Kind: k, Query: f.Query, Level: k.Field("level") != nil, People: k.Field("people") != nil, Pager: web.Pager{Total: total, Unit: r.T("register.unit"), Sort: r.T("register.sorted")},
		Hidden: map[string]string{"kind": k.ID, "at": r.At.Full(), "month": r.Month.String(), "ended": q.Get("ended"), "year": q.Get("year")}}
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

type recordView struct {
	R        *register.Record
	Kind     *register.Kind
	Badge    web.Badge
	Facts    []web.Fact
	Members  []memberView
	Pager    web.Pager
	Stated   string
	Events   []web.Event
	Edit     string
	End      string
	Add      string
	Import   string
	Earlier  string
	HasList  bool
	ListNote string
}

type memberView struct {
	*register.Member
	Href     string
	Category string
	Terms    string
	End      string
}

func (h *Rim) record(w http.ResponseWriter, r *web.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	rec, err := h.store.Get(r.Context(), r.FullScope(), id)
	if err != nil {
		return err
	}
	k := register.ByID(rec.Kind)
	v := &recordView{R: rec, Kind: k, Badge: stateBadge(r, rec, calendar.DateAt(h.shell.Now())), HasList: k.Members != nil}
	may := r.Caller.Scope(account.RegisterEdit).Contains(rec.Region)
	if may {
		v.Edit = link(r, id, "/edit")
		if rec.EndedOn == fact.Forever && !k.Instant {
			v.End = link(r, id, "/end")
		}
		if k.Members != nil {
			v.Add = link(r, id, "/members/new")
			if r.Caller.Can(account.ImportRun) {
				v.Import = r.Link("/import/new", "kind", "roster", "type", k.MembersType())
			}
		}
	}
	v.Facts = facts(r, k, rec)
	if err := h.members(r, v, may); err != nil {
		return err
	}
	if v.Events, err = h.events(r, k, rec); err != nil {
		return err
	}
	return h.shell.Page(w, r, "register/record", v)
}

func facts(r *web.Request, k *register.Kind, rec *register.Record) []web.Fact {
	values := k.Values(rec)
	values["level"] = r.T("register.level." + strconv.Itoa(rec.Level))
	if rec.Level == 0 {
		values["level"] = ""
	}
	out := []web.Fact{}
	for i := range k.Fields {
		f := &k.Fields[i]
		switch f.Key {
		case "name", "county", "town", "village", "state":
			continue
		case "ended_on", "end_reason":
			if values[f.Key] == "" {
				continue
			}
		case "phone":
			out = append(out, web.Fact{Label: label(r, f), Value: rec.PhoneMask})
			continue
		}
		val := values[f.Key]
		if val != "" && f.Type == register.Count && f.Unit != "" {
			val += " " + f.Unit
		}
		out = append(out, web.Fact{Label: label(r, f), Value: val})
	}
	return out
}

func (h *Rim) members(r *web.Request, v *recordView, may bool) error {
	if v.Kind.Members == nil {
		return nil
	}
	after, _ := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
	people := r.Caller.Scope(account.PeopleRead)
	list, more, err := h.store.Members(r.Context(), r.FullScope(), people, v.R.ID, after)
	if err != nil {
		return err
	}
	for _, m := range list {
		x := memberView{Member: m, Category: r.T("register.claim." + strconv.Itoa(m.Claimed))}
		if m.Counted {
			x.Category = r.T("register.counted")
		}
		if m.PersonID != 0 && people.Contains(m.Village) {
			x.Href = r.Link("/people/" + strconv.FormatInt(m.PersonID, 10))
		}
		if may && m.EndedOn == fact.Forever {
			x.End = link(r, v.R.ID, "/members/"+strconv.FormatInt(m.ID, 10)+"/end")
		}
		for _, f := range v.Kind.Members.Fields {
			if s := m.Extra[f.Key]; s != "" && (f.Type == register.Money || f.Key == "agreement" || f.Key == "certificate") {
				x.Terms = f.Show(s)
			}
		}
		v.Members = append(v.Members, x)
	}
	v.Pager = web.Pager{Total: v.R.Listed, Unit: r.T("register.people.unit")}
	if more {
		v.Pager.Next = r.Self("after", list[len(list)-1].ID)
	}
	if v.R.Listed == 0 && v.R.People >= 0 {
		v.ListNote = r.T("register.stated", web.Thousands(v.R.People))
	}
	return nil
}

// events is the record's life: states and changes, newest first.
func (h *Rim) events(r *web.Request, k *register.Kind, rec *register.Record) ([]web.Event, error) {
	states, err := h.store.States(r.Context(), r.FullScope(), rec.ID)
	if err != nil {
		return nil, err
	}
	changes, err := h.store.History(r.Context(), r.FullScope(), rec.ID)
	if err != nil {
		return nil, err
	}
	var out []web.Event
	for _, c := range changes {
		f := k.Field(c.Field)
		name, from, to := r.T("register.field."+c.Field), c.Old, c.New
		if f != nil {
			name = label(r, f)
			if register.IsExtra(c.Field) || f.Type == register.Date {
				from, to = f.Show(c.Old), f.Show(c.New)
			}
		}
		if c.Field == "ended_on" {
			from, to = until(r, c.Old), until(r, c.New)
		}
		if c.Field == "state" || c.Field == "region" {
			continue // told by the states; a place is not shown by its code
		}
		from, to = orNone(r, from), orNone(r, to)
		at := db.FromMillis(c.At)
		e := web.Event{Date: calendar.DateAt(at), Icon: "edit", Title: r.T("register.changed", name, from, to), Note: c.Reason, Source: at.Format("15:04")}
		if c.Member != 0 {
			e.Title = r.T("register.member.changed", name, from, to)
		}
		if c.Batch != 0 {
			e.Icon, e.Source = "file-import", r.T("register.byimport", c.Batch)
		}
		out = append(out, e)
	}
	for i := len(states) - 1; i >= 0; i-- {
		s := states[i]
		out = append(out, web.Event{Date: s.Since, When: "", Icon: "flag", Title: r.T("register.state." + strconv.Itoa(int(s.State))), Note: s.Reason, On: i == len(states)-1})
	}
	return out, nil
}

func orNone(r *web.Request, s string) string {
	if s == "" || s == "-1" {
		return r.T("register.none")
	}
	return s
}

// until writes an end date of the history: none is 至今.
func until(r *web.Request, s string) string {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || calendar.Date(n) == fact.Forever {
		return r.T("register.open")
	}
	return calendar.Date(n).String()
}

// wrong takes an Invalid or once-only fault to a form's fields; others are the
// shell's.
func wrong(r *web.Request, err error) ([]web.FieldText, error) {
	var e *fault.Error
	if !errors.As(err, &e) || e.Kind != fault.Invalid && e.Kind != fault.Conflict {
		return nil, err
	}
	out := r.FieldTexts(err)
	if len(e.Fields) == 0 {
		out = append(out, web.FieldText{Message: r.T(e.Key, e.Args...)})
	}
	return out, nil
}
