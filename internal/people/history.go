package people

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
)

// EventKind is what happened.
type EventKind string

// The kinds of events of a timeline.
const (
	EventCreated   EventKind = "created"
	EventEdited    EventKind = "edited" // Lines say which fields
	EventStatus    EventKind = "status"
	EventKindSet   EventKind = "kind"
	EventKindEnd   EventKind = "kind_end"
	EventRiskGone  EventKind = "risk_gone"
	EventMovedIn   EventKind = "moved"
	EventLeft      EventKind = "left"
	EventSpell     EventKind = "spell"
	EventSpellEnd  EventKind = "spell_end"
	EventTerms     EventKind = "terms"
	EventConfirmed EventKind = "confirmed"
	EventSurvey    EventKind = "survey"
)

// Topic groups events for the tabs of a timeline.
func (k EventKind) Topic() string {
	switch k {
	case EventSpell, EventSpellEnd, EventTerms, EventConfirmed, EventStatus:
		return "work"
	case EventSurvey:
		return "visit"
	}
	return "change"
}

// Line is one field of an edit, in the stored form.
type Line struct {
	Entity   change.Entity
	Field    string
	Old, New string
}

// Event is one entry of a person's timeline. Dates of spells are months: then
// Month is set and Date is the month's first or last day, for the order.
type Event struct {
	Kind    EventKind
	Date    calendar.Date
	Month   calendar.Month
	At      int64 // Unix milliseconds of the recording; 0 unknown
	Lines   []Line
	Code    int // status, kind or out reason
	Village region.Code
	Spell   *fact.Spell
	Term    *fact.Term
	Reason  string
	// Who and from where.
	By      int64
	ByName  string
	Batch   int64
	File    string
	FileRow int

	seq int64 // of the history row: later acts of one instant come first
}

// Timeline is everything that happened to a person, newest first. Who sees the
// person only by workplace gets the work there.
func (s *Store) Timeline(ctx context.Context, scope region.Scope, id int64) (out []Event, err error) {
	err = s.db.Snapshot(ctx, func(q db.Querier) error {
		r, err := s.get(ctx, q, scope, id)
		if err != nil {
			return err
		}
		spells, err := s.Spells(ctx, q, id)
		if err != nil {
			return err
		}
		t := timeline{ctx: ctx, q: q, r: &r}
		for i := range spells {
			if !r.Reduced || inScope(&spells[i], scope) {
				t.work(&spells[i])
			}
		}
		if !r.Reduced {
			if err := t.all(); err != nil {
				return fmt.Errorf("timeline: %w", err)
			}
		}
		out = t.sorted()
		return nil
	})
	return out, err
}

func inScope(w *fact.Spell, scope region.Scope) bool {
	for _, t := range w.Terms {
		if scope.Contains(t.Place) {
			return true
		}
	}
	return false
}

// timeline collects the events of one person.
type timeline struct {
	ctx    context.Context
	q      db.Querier
	r      *Record
	events []Event
	// spellOrigin is where a spell was written, from the history.
	origin map[int64]*Event
}

func (t *timeline) work(w *fact.Spell) {
	t.events = append(t.events, Event{Kind: EventSpell, Month: w.Start, Date: firstDay(w.Start), Spell: w, Term: &w.Terms[0]})
	for i := 1; i < len(w.Terms); i++ {
		t.events = append(t.events, Event{Kind: EventTerms, Month: w.Terms[i].From, Date: firstDay(w.Terms[i].From), Spell: w, Term: &w.Terms[i]})
	}
	if w.End != calendar.Open {
		t.events = append(t.events, Event{Kind: EventSpellEnd, Month: w.End, Date: w.End.LastDay(), Spell: w, Term: &w.Terms[len(w.Terms)-1], Reason: w.EndReason})
	}
}

func firstDay(m calendar.Month) calendar.Date { return calendar.DateOf(m.Year(), m.Num(), 1) }

func (t *timeline) all() error {
	for _, step := range []func() error{t.statuses, t.stays, t.changes} {
		if err := step(); err != nil {
			return err
		}
	}
	for _, k := range t.r.Kinds {
		t.events = append(t.events, Event{Kind: EventKindSet, Date: k.Since, Code: k.Kind, Reason: k.Source})
		if k.RiskRemovedOn != 0 {
			t.events = append(t.events, Event{Kind: EventRiskGone, Date: k.RiskRemovedOn, Code: k.Kind})
		}
		if k.Until != fact.Forever {
			t.events = append(t.events, Event{Kind: EventKindEnd, Date: k.Until, Code: k.Kind})
		}
	}
	if t.r.OutOn != 0 {
		t.events = append(t.events, Event{Kind: EventLeft, Date: t.r.OutOn, Code: t.r.OutReason})
	}
	return nil
}

func (t *timeline) statuses() error {
	rows, err := t.q.QueryContext(t.ctx, `
		SELECT h.since, h.status, h.source, h.recorded_at, h.recorded_by, h.batch_id,
			coalesce((SELECT u.name FROM app_user u WHERE u.id = h.recorded_by), ''),
			coalesce((SELECT b.file_name FROM import_batch b WHERE b.id = h.batch_id), '')
		FROM status_history h WHERE h.person_id = $1 AND `+live("h"), t.r.ID)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		e := Event{Kind: EventStatus}
		if err := rows.Scan(&e.Date, &e.Code, &e.Reason, &e.At, &e.By, &e.Batch, &e.ByName, &e.File); err != nil {
			return err
		}
		t.events = append(t.events, e)
	}
	return rows.Err()
}

// stays shows moves; the first residence is the entry into the register.
func (t *timeline) stays() error {
	rows, err := t.q.QueryContext(t.ctx, `
		SELECT r.since, r.village FROM residence r WHERE r.person_id = $1 AND `+live("r")+` ORDER BY r.since`, t.r.ID)
	if err != nil {
		return err
	}
	defer rows.Close()
	first := true
	for rows.Next() {
		e := Event{Kind: EventMovedIn}
		if err := rows.Scan(&e.Month, &e.Village); err != nil {
			return err
		}
		if e.Date = firstDay(e.Month); !first {
			t.events = append(t.events, e)
		}
		first = false
	}
	return rows.Err()
}

// changes reads the history per field; rows of one act are one event. What has
// events of its own (status, residence, kinds) is left out here.
func (t *timeline) changes() error {
	rows, err := t.q.QueryContext(t.ctx, `
		SELECT f.id, f.at, f.entity, f.entity_id, f.field, f.old_value, f.new_value, f.by_user, f.batch_id, f.file_row, f.reason,
			coalesce((SELECT u.name FROM app_user u WHERE u.id = f.by_user), ''),
			coalesce((SELECT b.file_name FROM import_batch b WHERE b.id = f.batch_id), '')
		FROM field_change f WHERE f.person_id = $1 AND `+live("f")+` ORDER BY f.id`, t.r.ID)
	if err != nil {
		return err
	}
	defer rows.Close()
	t.origin = map[int64]*Event{}
	for rows.Next() {
		var e Event
		var l Line
		var entity int64
		if err := rows.Scan(&e.seq, &e.At, &l.Entity, &entity, &l.Field, &l.Old, &l.New, &e.By, &e.Batch, &e.FileRow, &e.Reason, &e.ByName, &e.File); err != nil {
			return err
		}
		t.change(e, l, entity)
	}
	return rows.Err()
}

func (t *timeline) change(e Event, l Line, entity int64) {
	e.Date = dayOf(e.At)
	switch l.Entity {
	case change.OfStatus, change.OfResidence:
		return
	case change.OfSpell, change.OfTerm:
		if l.Field == change.Created || t.origin[entity] == nil {
			o := e
			t.origin[entity] = &o
		}
		if l.Field == change.Created || l.Field == "end_month" || l.Field == "end_reason" {
			return
		}
		e.Kind = EventEdited
	case change.OfSeen:
		m, _ := strconv.Atoi(l.Field)
		e.Kind, e.Month = EventConfirmed, calendar.Month(m)
		e.Code, _ = strconv.Atoi(l.New)
		t.events = append(t.events, e)
		return
	case change.OfNeed:
		e.Kind = EventSurvey
	default:
		e.Kind = EventEdited
		if l.Field == change.Created {
			e.Kind = EventCreated
		}
	}
	if n := len(t.events); n > 0 && e.Kind != EventCreated {
		if last := &t.events[n-1]; last.Kind == e.Kind && last.At == e.At && last.By == e.By && last.Batch == e.Batch {
			last.Lines = append(last.Lines, l)
			return
		}
	}
	e.Lines = []Line{l}
	t.events = append(t.events, e)
}

// sorted fills in where spells came from and puts the newest first.
func (t *timeline) sorted() []Event {
	for i := range t.events {
		e := &t.events[i]
		if e.Spell == nil {
			continue
		}
		if o := t.origin[e.Spell.ID]; o != nil && e.Kind == EventSpell {
			e.At, e.By, e.ByName, e.Batch, e.File, e.FileRow = o.At, o.By, o.ByName, o.Batch, o.File, o.FileRow
		}
	}
	slices.SortStableFunc(t.events, func(a, b Event) int {
		if c := cmp.Compare(b.Date, a.Date); c != 0 {
			return c
		}
		if c := cmp.Compare(b.At, a.At); c != 0 {
			return c
		}
		return cmp.Compare(b.seq, a.seq)
	})
	return t.events
}
