package peoplehttp

import (
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/people"
	"wengang/internal/web"
)

// shownEvents is how many entries a record shows before "older".
const shownEvents = 20

var eventIcons = map[people.EventKind]string{
	people.EventCreated: "user-plus", people.EventEdited: "pencil", people.EventStatus: "switch-horizontal", people.EventKindSet: "tag",
	people.EventKindEnd: "tag", people.EventRiskGone: "shield-check", people.EventMovedIn: "home-move", people.EventLeft: "user-x",
	people.EventSpell: "briefcase", people.EventSpellEnd: "square", people.EventTerms: "cash", people.EventConfirmed: "check", people.EventSurvey: "clipboard-list",
}

// events turns the timeline into words and makes its tabs.
func (h *Rim) events(r *web.Request, v *recordView, all []people.Event) {
	topic := r.URL.Query().Get("topic")
	for _, t := range []string{"", "work", "visit", "change"} {
		name := t
		if t == "" {
			name = "all"
		}
		v.Topics = append(v.Topics, web.Tab{Label: r.T("people.topic." + name), Href: r.Self("topic", t) + "#events", On: topic == t})
	}
	var kept []people.Event
	for _, e := range all {
		if topic == "" || e.Kind.Topic() == topic {
			kept = append(kept, e)
		}
	}
	v.Count = len(kept)
	if len(kept) > shownEvents && r.URL.Query().Get("all") != "1" {
		kept = kept[:shownEvents]
		v.Older = r.Self("all", "1") + "#events"
	}
	for i := range kept {
		v.Events = append(v.Events, h.event(r, &kept[i], i == 0))
	}
}

func (h *Rim) event(r *web.Request, e *people.Event, first bool) web.Event {
	out := web.Event{Date: e.Date, Icon: eventIcons[e.Kind], On: first, Source: source(r, e)}
	if e.Month != 0 {
		out.When, out.Date = e.Month.String(), 0
	}
	key := "people.event." + string(e.Kind)
	switch e.Kind {
	case people.EventStatus:
		out.Title = r.T(key, word(r, "status", e.Code))
		out.Note = note(r, e)
	case people.EventKindSet, people.EventKindEnd, people.EventRiskGone:
		out.Title = r.T(key, word(r, "kind", e.Code))
		out.Note = note(r, e)
	case people.EventMovedIn:
		out.Title = r.T(key, h.fromCounty(e.Village))
	case people.EventLeft:
		out.Title = r.T(key, word(r, "outreason", e.Code))
	case people.EventSpell, people.EventTerms, people.EventSpellEnd:
		h.spellEvent(r, e, key, &out)
	case people.EventConfirmed:
		out.Title = r.T(key, word(r, "strength", e.Code))
	case people.EventCreated:
		out.Title = r.T(key)
	default:
		h.edited(r, e, key, &out)
	}
	return out
}

func (h *Rim) spellEvent(r *web.Request, e *people.Event, key string, out *web.Event) {
	t := e.Term
	employer := t.Employer
	if employer == "" {
		employer = h.workPlace(t.Place)
	}
	out.Title = r.T(key, employer)
	parts := []string{word(r, "placeclass", t.PlaceClass), h.workPlace(t.Place), word(r, "channel", t.Channel)}
	if t.WageFen >= 0 {
		parts = append(parts, r.T("people.per_month", web.Yuan(t.WageFen)))
	}
	if e.Kind == people.EventSpellEnd {
		parts = []string{spanText(r, e.Spell.Start, e.Spell.End), r.T("people.months", e.Spell.End.Sub(e.Spell.Start)+1)}
		if e.Reason != "" {
			parts = append(parts, endReason(r, e.Reason))
		}
	}
	out.Note = strings.Join(nonEmpty(parts), " · ")
	if e.Spell.Source != "" && e.File == "" {
		out.Source = join(sourceText(r, e.Spell.Source), out.Source)
	}
}

func (h *Rim) edited(r *web.Request, e *people.Event, key string, out *web.Event) {
	var names, lines []string
	for _, l := range e.Lines {
		names = append(names, fieldLabel(r, l.Field))
		line := fieldLabel(r, l.Field) + " "
		if old := h.valueText(r, l.Field, l.Old); old != r.T("people.blank") {
			line += old + " → "
		}
		lines = append(lines, line+h.valueText(r, l.Field, l.New))
	}
	more := ""
	if n := len(names); n > 3 {
		names, more = names[:3], r.T("people.more_fields", n)
	}
	out.Title = r.T(key, strings.Join(names, r.T("people.and"))+more)
	out.Note = strings.Join(lines, "；")
	if e.Reason != "" {
		out.Note += "（" + e.Reason + "）"
	}
}

// note is the stated source of an event, unless the line below names the file.
func note(r *web.Request, e *people.Event) string {
	if e.File != "" {
		return ""
	}
	return sourceText(r, e.Reason)
}

// source says who and from where: a file with its row, or a user.
func source(r *web.Request, e *people.Event) string {
	switch {
	case e.File != "" && e.FileRow > 0:
		return r.T("people.from.row", e.File, web.Thousands(e.FileRow))
	case e.File != "":
		return r.T("people.from.file", e.File)
	case e.At == 0:
		return ""
	}
	at := db.FromMillis(e.At).In(calendar.Zone).Format("2006-01-02 15:04")
	if e.ByName == "" {
		return at
	}
	return e.ByName + " · " + at
}

func nonEmpty(parts []string) []string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return out
}
