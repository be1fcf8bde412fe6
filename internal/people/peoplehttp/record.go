package peoplehttp

import (
	"net/http"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/web"
)

// headView is the head of a record: also shown above the forms.
type headView struct {
	P         people.Record
	Base      string // /people/3
	State     people.State
	Age       int
	Place     string
	Tail      []string // places below the page's place, for the crumbs
	Kinds     []string
	Household people.Household
	CanEdit   bool
	CanReveal bool
	CanMerge  bool // and correct the number
	CanProof  bool
	Pointer   string // the address of the record that took this one over
	// Revealed is a value shown in plain for a minute, by its name.
	Revealed map[string]string
	Used     int
	Limit    int
	Reasons  []web.Option
	Problem  string
	Out      string

	spells  []fact.Spell
	settled map[int64]string // names of the county's settlements
}

type nextStep struct {
	Title, Note, Action, Href string
	Post                      bool
}

type spellView struct {
	fact.Spell
	Term     fact.Term
	Span     string
	WorkAt   string
	Class    string
	Channel  string
	Wage     string
	Seen     string
	Terms    int
	Running  bool
	Href     string
	WhyEnded string
}

type recordView struct {
	Head     headView
	Next     *nextStep
	Work     []web.Fact
	Self     []web.Fact
	Family   []web.Fact
	Need     []web.Fact
	NeedNote string
	Spells   []spellView
	Events   []web.Event
	Topics   []web.Tab
	Older    string
	Count    int
	Members  []rowView
	Doubts   []web.Doubt
}

func (h *Rim) record(w http.ResponseWriter, r *web.Request) error {
	v, err := h.recordView(r)
	if err != nil {
		return err
	}
	return h.shell.Page(w, r, "people/person", v)
}

func (h *Rim) recordView(r *web.Request) (*recordView, error) {
	id, err := pathID(r, "id")
	if err != nil {
		return nil, err
	}
	head, err := h.head(r, id)
	if err != nil {
		return nil, err
	}
	if err := h.people.Looked(r.Context(), r.FullScope(), r.Caller, &head.P); err != nil {
		return nil, err
	}
	spells := head.spells
	events, err := h.people.Timeline(r.Context(), r.FullScope(), id)
	if err != nil {
		return nil, err
	}
	events = eventsWithin(r.Caller.Inspection, events)
	v := &recordView{Head: *head}
	h.facts(r, v, spells)
	for i := len(spells) - 1; i >= 0; i-- {
		v.Spells = append(v.Spells, h.spellView(r, head, spells[i]))
	}
	v.Next = h.nextStep(r, head, spells)
	v.Members = h.rowViews(r, head.Household.Members)
	for i := range events {
		head.nameSettlements(events[i].Lines)
	}
	h.events(r, v, events)
	return v, h.doubts(r, v)
}

// head reads what stands above every page of one person.
func (h *Rim) head(r *web.Request, id int64) (*headView, error) {
	p, err := h.people.Get(r.Context(), r.FullScope(), id)
	if err != nil {
		return nil, err
	}
	v := &headView{P: p, Base: "/people/" + strconv.FormatInt(id, 10), Age: ageOf(p.Birth, h.today()), Place: h.fromCounty(p.Village)}
	for c := p.Village; c != r.At && c != region.Country; c = c.Parent() {
		if n := h.short(c); n != "" && r.At.Contains(c) {
			v.Tail = append([]string{n}, v.Tail...)
		}
	}
	for _, k := range p.Kinds {
		if k.Since <= h.today() && h.today() <= k.Until {
			v.Kinds = append(v.Kinds, word(r, "kind", k.Kind))
		}
	}
	if p.OutOn != 0 {
		v.Out = word(r, "outreason", p.OutReason) + " " + p.OutOn.String()
	}
	spells, err := h.work.Spells(r.Context(), r.FullScope(), id)
	if err != nil {
		return nil, err
	}
	spells = withinMonths(r.Caller.Inspection, spells)
	v.spells = spells
	if v.State, err = h.people.StateOf(r.Context(), p, spells); err != nil {
		return nil, err
	}
	stands := !p.Reduced && p.MergedInto == 0
	v.CanEdit = stands && r.Caller.Scope(account.PeopleEdit).Contains(p.Village)
	v.CanMerge = v.CanEdit && r.Caller.Scope(account.PeopleMerge).Contains(p.Village)
	v.CanProof = stands && r.Caller.Scope(account.PeopleProof).Contains(p.Village)
	if p.MergedInto != 0 {
		v.Pointer = h.personLink(r, p.MergedInto)
	}
	v.CanReveal = !p.Reduced && r.Caller.Scope(account.PeopleReveal).Contains(p.Village)
	if !p.Reduced && p.HouseholdID != 0 {
		if v.Household, err = h.people.Household(r.Context(), r.FullScope(), p.HouseholdID); err != nil {
			return nil, err
		}
	}
	if !p.Reduced {
		if err := h.settledNames(r, v); err != nil {
			return nil, err
		}
	}
	if v.CanReveal {
		if err := h.revealForm(r, v); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// settledNames reads the names that the record and its history may need.
func (h *Rim) settledNames(r *web.Request, v *headView) error {
	list, err := h.people.Settlements(r.Context(), r.FullScope(), v.P.Village)
	if err != nil {
		return err
	}
	v.settled = make(map[int64]string, len(list))
	for _, s := range list {
		v.settled[s.ID] = h.settlementName(s)
	}
	if id := v.P.Settlement; id != 0 && v.settled[id] == "" {
		v.settled[id] = strconv.FormatInt(id, 10) // of another county, before a move
	}
	return nil
}

// nameSettlements puts names for the ids that history keeps.
func (v *headView) nameSettlements(lines []people.Line) {
	for i := range lines {
		l := &lines[i]
		if l.Field != "settlement" {
			continue
		}
		for _, s := range []*string{&l.Old, &l.New} {
			if id, err := strconv.ParseInt(*s, 10, 64); err == nil && v.settled[id] != "" {
				*s = v.settled[id]
			}
		}
	}
}

func (h *Rim) today() calendar.Date { return calendar.DateAt(h.shell.Now()) }

func (h *Rim) spellView(r *web.Request, head *headView, s fact.Spell) spellView {
	t := s.Terms[len(s.Terms)-1]
	v := spellView{Spell: s, Term: t, Span: spanText(r, s.Start, s.End), WorkAt: h.workPlace(t.Place), Class: word(r, "placeclass", t.PlaceClass),
		Channel: word(r, "channel", t.Channel), Wage: wageText(r, t.WageFen), Terms: len(s.Terms), Running: s.End == calendar.Open,
		Href: head.Base + "/work/" + strconv.FormatInt(s.ID, 10)}
	if seen := s.LastSeen(calendar.Open); seen.Month != 0 {
		v.Seen = seen.Month.String() + " " + word(r, "strength", seen.Strength)
	}
	if s.EndReason != "" {
		v.WhyEnded = endReason(r, s.EndReason)
	}
	return v
}

// nextStep is the one thing that the record asks for now.
func (h *Rim) nextStep(r *web.Request, head *headView, spells []fact.Spell) *nextStep {
	p := &head.P
	if !head.CanEdit || p.OutOn != 0 || p.MergedInto != 0 {
		return nil
	}
	now := calendar.MonthAt(h.shell.Now())
	var running *fact.Spell
	for i := range spells {
		if spells[i].ActiveAtEnd(now) {
			running = &spells[i]
		}
	}
	step := func(name, path string, args ...any) *nextStep {
		return &nextStep{Title: r.T("people.next." + name), Note: r.T("people.next."+name+".note", args...), Action: r.T("people.next." + name + ".do"), Href: r.Link(head.Base + path)}
	}
	switch seen := calendar.Month(0); {
	case running != nil:
		if seen = running.LastSeen(now).Month; seen >= now.Add(-1) {
			return nil
		}
		s := step("confirm", "/work/"+strconv.FormatInt(running.ID, 10)+"/seen", running.Terms[len(running.Terms)-1].Employer, seen.String())
		s.Post = true
		return s
	case head.State.Unverified:
		return step("status", "/status")
	case head.State.Code == fact.StatusJobless && p.Able() && p.Willing != fact.No && !p.HasNeed:
		return step("need", "/need")
	case head.State.Code == fact.StatusJobless && p.Able() && p.Willing != fact.No:
		return step("work", "/work/new")
	}
	return nil
}

func join(parts ...string) string {
	out := ""
	for _, p := range parts {
		if p != "" && out != "" {
			out += " "
		}
		out += p
	}
	return out
}

// household is the members of a person's household.
func (h *Rim) household(w http.ResponseWriter, r *web.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	head, err := h.head(r, id)
	if err != nil {
		return err
	}
	if head.P.Reduced {
		return errNotFound // the place of work has no business with the household
	}
	v := recordView{Head: *head, Members: h.rowViews(r, head.Household.Members)}
	return h.shell.Page(w, r, "people/household", &v)
}
