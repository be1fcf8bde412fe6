package registerhttp

import (
	"net/http"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/register"
	"wengang/internal/web"
)

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
		if v.R.Kind == register.SettlementKind { // figures count its people by the base list too
			v.ListNote += r.T("settlement.undated")
		}
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
