package merge

import (
	"wengang/internal/calendar"
	"wengang/internal/fact"
)

// Group is what is chosen from one record or the other as a whole: columns
// that make sense only together. Its name is the catalogue key
// "people.merge.group.<name>".
type Group struct {
	Name    string
	columns []string
	// blank reports that a record says nothing here.
	blank func(p *fact.Person) bool
	// other prefers the record that goes where both say something.
	other func(kept, gone *fact.Person) bool
}

// Groups are all choices, in the order of the page.
var Groups = []Group{
	{Name: "name", columns: []string{"name", "initials"}, blank: func(p *fact.Person) bool { return p.Name == "" }},
	// Birth and sex follow the number.
	{Name: "id", columns: []string{"id_kind", "id_cipher", "id_index", "id_mask", "birth", "sex"}, blank: func(p *fact.Person) bool { return p.IDKind == idNone }},
	{Name: "phone", columns: []string{"phone_cipher", "phone_index", "phone_mask"}, blank: func(p *fact.Person) bool { return p.PhoneMask == "" }},
	{Name: "home", columns: []string{"village", "household_id", "settlement", "relation"}, blank: func(p *fact.Person) bool { return p.Village == 0 }},
	{Name: "code", columns: []string{"code"}, blank: func(p *fact.Person) bool { return p.Code == "" }},
	{Name: "in_on", columns: []string{"in_on"}, blank: func(p *fact.Person) bool { return p.InOn == 0 },
		other: func(kept, gone *fact.Person) bool { return gone.InOn < kept.InOn }},
	{Name: "out", columns: []string{"out_on", "out_reason"}, blank: func(p *fact.Person) bool { return p.OutOn == 0 }},
	{Name: "status", columns: []string{"status", "status_on", "status_source"}, blank: func(p *fact.Person) bool { return p.Status == 0 },
		other: func(kept, gone *fact.Person) bool { return gone.StatusOn > kept.StatusOn }},
	{Name: "skill", columns: []string{"skill"}, blank: func(p *fact.Person) bool { return p.Skill == 0 }},
	{Name: "willing", columns: []string{"willing", "willing_on"}, blank: func(p *fact.Person) bool { return p.Willing == 0 },
		other: func(kept, gone *fact.Person) bool { return gone.WillingOn > kept.WillingOn }},
	{Name: "school", columns: []string{"education", "student"}, blank: func(p *fact.Person) bool { return p.Education == 0 && p.Student == 0 }},
	{Name: "health", columns: []string{"health"}, blank: func(p *fact.Person) bool { return p.Health == 0 }},
	{Name: "ethnic", columns: []string{"ethnic"}, blank: func(p *fact.Person) bool { return p.Ethnic == 0 }},
	{Name: "political", columns: []string{"political"}, blank: func(p *fact.Person) bool { return p.Political == 0 }},
	{Name: "allowance", columns: []string{"allowance"}, blank: func(p *fact.Person) bool { return p.Allowance == 0 }},
	{Name: "ward", columns: []string{"ward"}, blank: func(p *fact.Person) bool { return p.Ward == 0 }},
	{Name: "disability", columns: []string{"disability_kind", "disability_grade"}, blank: func(p *fact.Person) bool { return p.Disability == 0 }},
	{Name: "note", columns: []string{"note"}, blank: func(p *fact.Person) bool { return p.Note == "" }},
}

const idNone = 9

// Suggest reports whether the group would rather come from the record that
// goes: where the other says nothing, or by its own rule.
func (g *Group) Suggest(kept, gone *fact.Person) bool {
	switch {
	case g.blank(gone):
		return false
	case g.blank(kept):
		return true
	}
	return g.other != nil && g.other(kept, gone)
}

// earliest is the first month that the merge of two records can touch.
func earliest(ps ...*fact.Person) calendar.Month {
	m := calendar.Open
	for _, p := range ps {
		m = min(m, p.InOn.Month())
	}
	if m == 0 {
		m = 190001
	}
	return m
}

// joinKinds unites population kinds: of two of one kind that touch one is made
// that lasts as long as both; a risk that either record says is removed is
// removed, by the earlier date.
func joinKinds(kept, gone []fact.PersonKind) []fact.PersonKind {
	out := append([]fact.PersonKind(nil), kept...)
	for _, g := range gone {
		joined := false
		for i := range out {
			k := &out[i]
			if k.Kind != g.Kind || k.Since > g.Until || g.Since > k.Until {
				continue
			}
			k.Since, k.Until = min(k.Since, g.Since), max(k.Until, g.Until)
			if k.RiskRemovedOn == 0 || g.RiskRemovedOn != 0 && g.RiskRemovedOn < k.RiskRemovedOn {
				k.RiskRemovedOn = g.RiskRemovedOn
			}
			if k.Risk == 0 {
				k.Risk = g.Risk
			}
			joined = true
			break
		}
		if !joined {
			out = append(out, g)
		}
	}
	// A widened kind may now touch a third one.
	if len(out) < len(kept)+len(gone) && len(out) > 1 {
		if again := joinKinds(nil, out); len(again) < len(out) {
			return again
		}
	}
	return out
}

// spellPlan is what becomes of the spells of the record that goes.
type spellPlan struct {
	Move   []int64      // go over as they are
	Drop   []int64      // are told by a spell of the other record
	Absorb []fact.Spell // spells of the record that stays, as they are then
}

// joinSpells: two stretches at one employer and place that overlap are one,
// told twice. It begins with the earlier, ends as the side says that saw it
// last, and keeps the confirmations of both.
func joinSpells(kept, gone []fact.Spell) spellPlan {
	var plan spellPlan
	now := make([]fact.Spell, len(kept))
	copy(now, kept)
	touched := map[int64]bool{}
	for i := range gone {
		g := &gone[i]
		same := -1
		for j := range now {
			if sameWork(&now[j], g) {
				same = j
				break
			}
		}
		if same < 0 {
			plan.Move = append(plan.Move, g.ID)
			continue
		}
		now[same] = absorb(now[same], g)
		touched[now[same].ID] = true
		plan.Drop = append(plan.Drop, g.ID)
	}
	for i := range now {
		if touched[now[i].ID] {
			plan.Absorb = append(plan.Absorb, now[i])
		}
	}
	return plan
}

func sameWork(a, b *fact.Spell) bool {
	if a.Start > b.End || b.Start > a.End {
		return false
	}
	m := max(a.Start, b.Start)
	x, y := a.TermIn(m), b.TermIn(m)
	if x == nil || y == nil || x.Employer != y.Employer || x.Place != y.Place {
		return false
	}
	return x.Employer != "" || a.Start == b.Start // unnamed employers are one only from the same month on
}

func absorb(k fact.Spell, g *fact.Spell) fact.Spell {
	if g.LastSeen(calendar.Open).Month > k.LastSeen(calendar.Open).Month {
		k.End, k.EndReason = g.End, g.EndReason
	}
	terms := []fact.Term{}
	for _, t := range g.Terms {
		if t.From < k.Terms[0].From {
			terms = append(terms, t)
		}
	}
	k.Terms = append(terms, k.Terms...)
	k.Start = min(k.Start, g.Start)
	seen := map[calendar.Month]int{}
	for _, v := range append(append([]fact.Seen(nil), k.Seen...), g.Seen...) {
		seen[v.Month] = max(seen[v.Month], v.Strength)
	}
	k.Seen = nil
	for m, strength := range seen {
		k.Seen = append(k.Seen, fact.Seen{Month: m, Strength: strength})
	}
	return k
}
