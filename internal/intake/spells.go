package intake

import (
	"context"
	"fmt"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/transfer"
)

// loadSpells reads the visible spells of people with their terms, ascending
// start.
func loadSpells(ctx context.Context, q db.Querier, ids []int64) (map[int64][]fact.Spell, error) {
	out := make(map[int64][]fact.Spell, len(ids))
	var s fact.Spell
	var t fact.Term
	err := eachOf(ctx, q, ids, func(in string, _ *db.Args) string {
		return `SELECT s.person_id, s.id, s.start_month, s.end_month, t.from_month, t.wage_fen, t.employer, t.place, t.place_class,
				t.channel, t.industry, t.point_to_point, t.transport_fen
			FROM spell s JOIN spell_term t ON t.person_id = s.person_id AND t.spell_id = s.id
			WHERE s.person_id IN ` + in + ` AND ` + live("s") + ` AND ` + live("t") + `
			ORDER BY s.person_id, s.start_month, s.id, t.from_month`
	}, func() {
		list := out[s.PersonID]
		if n := len(list); n == 0 || list[n-1].ID != s.ID {
			list = append(list, fact.Spell{ID: s.ID, PersonID: s.PersonID, Start: s.Start, End: s.End})
		}
		last := &list[len(list)-1]
		last.Terms = append(last.Terms, t)
		out[s.PersonID] = list
	}, &s.PersonID, &s.ID, &s.Start, &s.End, &t.From, &t.WageFen, &t.Employer, &t.Place, &t.PlaceClass, &t.Channel, &t.Industry, &t.PointToPoint, &t.TransportFen)
	if err != nil {
		return nil, fmt.Errorf("read spells: %w", err)
	}
	return out, nil
}

// loadSeen reads which spells of people some source has seen in a month,
// hidden rows included: a second row for the same month cannot be written.
func loadSeen(ctx context.Context, q db.Querier, ids []int64, m calendar.Month) (map[int64]bool, error) {
	out := map[int64]bool{}
	var id int64
	err := eachOf(ctx, q, ids, func(in string, a *db.Args) string {
		return `SELECT spell_id FROM spell_seen WHERE person_id IN ` + in + ` AND month = ` + a.Add(int64(m))
	}, func() { out[id] = true }, &id)
	if err != nil {
		return nil, fmt.Errorf("read confirmations: %w", err)
	}
	return out, nil
}

// sameEmployer compares employers as people write them: without spaces,
// brackets and the words for the kind of company.
func sameEmployer(a, b string) bool { return a == b || employerKey(a) == employerKey(b) }

func employerKey(s string) string {
	s = transfer.Fold(s)
	for _, word := range []string{"股份有限公司", "有限责任公司", "有限公司", "公司"} {
		if t, ok := strings.CutSuffix(s, word); ok && t != "" {
			return t
		}
	}
	return s
}

// claim is what a row states of one spell.
type claim struct {
	out        int            // 是否已务工, YesNo
	start, end calendar.Month // 0 not stated
	term       fact.Term      // zero and -1: not stated
}

// running reports a claim that the work goes on in month m.
func (c *claim) running(m calendar.Month) bool {
	return c.out != fact.No && (c.end == 0 || c.end > m)
}

// match finds the spell of the ledger that a claim is about, among those that
// no other row of the file has taken; nil for new work.
//
// With a start: the spell that began then (its employer may have changed), or
// the running one of the same employer and place, whose start is told
// differently. Without a start: the spell that runs in the month at the same
// employer; without an employer at the same place; without either the latest.
func match(spells []fact.Spell, c *claim, m calendar.Month, taken func(id int64) bool) *fact.Spell {
	var best *fact.Spell
	score := 0
	for i := range spells {
		s := &spells[i]
		if taken(s.ID) {
			continue
		}
		if n := closeness(s, c, m); n > 0 && n >= score {
			best, score = s, n
		}
	}
	return best
}

// closeness orders candidates; 0 is no match, later spells win among equals.
func closeness(s *fact.Spell, c *claim, m calendar.Month) int {
	t := termAt(s, m)
	employer := c.term.Employer != "" && t.Employer != "" && sameEmployer(t.Employer, c.term.Employer)
	place := c.term.Place != 0 && t.Place == c.term.Place
	switch {
	case c.start != 0 && s.Start == c.start:
		n := 10
		if employer {
			n += 4
		}
		if place {
			n += 2
		}
		return n
	case c.start != 0:
		if s.End == calendar.Open && s.Start <= m && employer && (place || c.term.Place == 0) && (c.end == 0 || c.end >= s.Start) {
			return 5
		}
	case !s.Touches(m) && !(c.out == fact.No && s.End == calendar.Open):
	case employer:
		return 8
	case c.term.Employer == "" && place, c.term.Employer != "" && t.Employer == "" && place:
		return 6
	case c.term.Employer == "" && c.term.Place == 0:
		return 4
	}
	return 0
}

// termAt is the term in force in a month, or the nearest.
func termAt(s *fact.Spell, m calendar.Month) fact.Term {
	if t := s.TermIn(min(m, s.End)); t != nil {
		return *t
	}
	if len(s.Terms) > 0 {
		return s.Terms[0]
	}
	return fact.Term{WageFen: -1, TransportFen: -1}
}

// over is a term with what the row states over it: a blank leaves the term.
func over(t, said fact.Term, home region.Code) fact.Term {
	if said.WageFen >= 0 {
		t.WageFen = said.WageFen
	}
	if said.Employer != "" && !sameEmployer(t.Employer, said.Employer) {
		t.Employer = said.Employer
	}
	if said.Place != 0 && said.Place != t.Place {
		t.Place, t.PlaceClass = said.Place, fact.ClassOf(home, said.Place)
	}
	if said.Channel != 0 {
		t.Channel = said.Channel
	}
	if said.Industry != 0 {
		t.Industry = said.Industry
	}
	if said.PointToPoint != 0 {
		t.PointToPoint = said.PointToPoint
	}
	if said.TransportFen >= 0 {
		t.TransportFen = said.TransportFen
	}
	return t
}
