package peoplehttp

import (
	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/people"
)

// An inspector reads the months of the document and no others: a record shows
// the work of those months and what was recorded about them.

// withinMonths keeps the spells that touch the document's months; what began
// or was confirmed later is left out, and an end beyond is not known yet.
func withinMonths(i *account.Inspection, spells []fact.Spell) []fact.Spell {
	if i == nil {
		return spells
	}
	var out []fact.Spell
	for _, s := range spells {
		if s.Start > i.LastMonth || s.End < i.FirstMonth {
			continue
		}
		if s.End > i.LastMonth {
			s.End, s.EndReason = calendar.Open, ""
		}
		var terms []fact.Term
		for _, t := range s.Terms {
			if t.From <= i.LastMonth {
				terms = append(terms, t)
			}
		}
		var seen []fact.Seen
		for _, x := range s.Seen {
			if x.Month <= i.LastMonth {
				seen = append(seen, x)
			}
		}
		if s.Terms, s.Seen = terms, seen; len(terms) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// eventsWithin keeps the events of the document's months.
func eventsWithin(i *account.Inspection, events []people.Event) []people.Event {
	if i == nil {
		return events
	}
	var out []people.Event
	for _, e := range events {
		m := e.Month
		if m == 0 && e.Date != 0 {
			m = e.Date.Month()
		}
		if m == 0 && e.At != 0 {
			m = calendar.MonthAt(db.FromMillis(e.At))
		}
		if i.Covers(m) {
			out = append(out, e)
		}
	}
	return out
}
