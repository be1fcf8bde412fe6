package peoplehttp

import (
	"testing"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/people"
)

// TestAnInspectorSeesTheDocumentsMonths: nothing before, nothing behind.
func TestAnInspectorSeesTheDocumentsMonths(t *testing.T) {
	i := &account.Inspection{FirstMonth: 202301, LastMonth: 202306}
	spells := []fact.Spell{
		{ID: 1, Start: 202101, End: 202210, Terms: []fact.Term{{From: 202101}}},
		{ID: 2, Start: 202205, End: 202309, EndReason: "x", Terms: []fact.Term{{From: 202205}, {From: 202308}}, Seen: []fact.Seen{{Month: 202305}, {Month: 202308}}},
		{ID: 3, Start: 202307, End: calendar.Open, Terms: []fact.Term{{From: 202307}}},
	}
	got := withinMonths(i, spells)
	if len(got) != 1 || got[0].ID != 2 || got[0].End != calendar.Open || got[0].EndReason != "" || len(got[0].Terms) != 1 || len(got[0].Seen) != 1 {
		t.Errorf("%+v", got)
	}
	if spells[1].End != 202309 || len(spells[1].Terms) != 2 {
		t.Error("the record itself was changed")
	}
	if len(withinMonths(nil, spells)) != 3 {
		t.Error("an officer sees less")
	}
	events := []people.Event{{Month: 202212}, {Month: 202301}, {Date: 20230630}, {Date: 20230701}, {}}
	if got := eventsWithin(i, events); len(got) != 2 {
		t.Errorf("%+v", got)
	}
}
