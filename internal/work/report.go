package work

import (
	"context"
	"slices"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Report is what somebody from the village found of one person in a month:
// what they live by at its end, and of work the wage and, where it is new, the
// place.
type Report struct {
	Person  int64
	Month   calendar.Month
	Status  int   // fact.Status
	WageFen int64 // of the month; -1 not stated: as before
	// Place, Employer and Channel are of new work. Without a place the last
	// work goes on where one ran before.
	Place     region.Code
	Employer  string
	Channel   int
	EndReason string // of work that ended; "" is other
	Source    string
}

// Outcome says what became of a report.
type Outcome string

// The outcomes.
const (
	AsBefore  Outcome = "same"  // on record already, word for word
	Confirmed Outcome = "seen"  // it holds: seen by the village
	Updated   Outcome = "terms" // another wage
	Began     Outcome = "began"
	Ended     Outcome = "ended"
	Stated    Outcome = "stated" // another livelihood without work
)

// Answer is what became of one of many reports.
type Answer struct {
	Outcome Outcome
	Err     error
}

// Report records a monthly report of a resident person, as seen by the
// village. It is safe to repeat.
func (s *Store) Report(ctx context.Context, scope region.Scope, by account.Caller, m Report) (out Outcome, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		out, err = s.report(ctx, tx, scope, by, &m)
		return err
	})
	return out, err
}

// togetherRows is how many reports share a transaction: few enough that others
// wait little, enough that a village costs ten commits and not four hundred.
const togetherRows = 40

// ReportAll records many reports, each by itself: one that is refused leaves
// the others as they are. Answers come in the order of the reports.
func (s *Store) ReportAll(ctx context.Context, scope region.Scope, by account.Caller, all []Report) ([]Answer, error) {
	out := make([]Answer, 0, len(all))
	for part := range slices.Chunk(all, togetherRows) {
		answers := make([]Answer, len(part))
		err := s.db.Tx(ctx, func(tx *db.Tx) error {
			for i := range part {
				var err error
				if answers[i].Outcome, err = s.report(ctx, tx, scope, by, &part[i]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil { // then one by one, so that only the wrong ones fail
			for i := range part {
				answers[i].Outcome, answers[i].Err = s.Report(ctx, scope, by, part[i])
				if fault.Is(answers[i].Err, fault.Unavailable) || ctx.Err() != nil {
					return out, answers[i].Err
				}
			}
		}
		out = append(out, answers...)
	}
	return out, nil
}

func (s *Store) report(ctx context.Context, tx *db.Tx, scope region.Scope, by account.Caller, m *Report) (Outcome, error) {
	if !m.Month.Valid() || m.Month == calendar.Open || m.Month > s.month() {
		return "", fault.InvalidFields(fault.Field{Name: "month", Key: "work.month"})
	}
	if m.Status == 0 || !fact.Status.Valid(m.Status) {
		return "", fault.InvalidFields(fault.Field{Name: "status", Key: "people.word"})
	}
	if m.WageFen < -1 || m.WageFen > 1_000_000_00 {
		return "", fault.InvalidFields(fault.Field{Name: "wage", Key: "people.money"})
	}
	c, err := s.begin(ctx, tx, scope, by, m.Person)
	if err != nil {
		return "", err
	}
	if c.person.OutOn != 0 {
		return "", fault.New(fault.Conflict, "people.out.already")
	}
	var running []*fact.Spell
	for i := range c.before {
		if w := &c.before[i]; w.ActiveAtEnd(m.Month) {
			running = append(running, w)
		}
	}
	switch {
	case m.Status != fact.StatusWork:
		return s.reportNoWork(ctx, tx, c, m, running)
	case len(running) > 0 && m.Place == 0:
		return s.reportWork(ctx, tx, c, m, running)
	}
	return s.reportNewWork(ctx, tx, c, m)
}

// reportWork: work goes on, perhaps for another wage.
func (s *Store) reportWork(ctx context.Context, tx *db.Tx, c *act, m *Report, running []*fact.Spell) (Outcome, error) {
	out := AsBefore
	for _, w := range running {
		if seen := w.LastSeen(m.Month); seen.Month == m.Month && seen.Strength >= fact.ByVillage {
			continue
		}
		if err := see(ctx, tx, c.person.ID, w.ID, m.Month, fact.ByVillage); err != nil {
			return "", err
		}
		c.history = append(c.history, change.Field{PersonID: c.person.ID, Entity: change.OfSeen, EntityID: w.ID, Field: itoa(int64(m.Month)), New: itoa(fact.ByVillage), By: c.by.UserID})
		out = Confirmed
	}
	last := running[len(running)-1]
	if t := last.TermIn(m.Month); t != nil && m.WageFen >= 0 && t.WageFen != m.WageFen {
		now := *t
		now.From, now.WageFen = m.Month, m.WageFen
		c.noteTerms(last.ID, *t, now)
		if err := insertTerm(ctx, tx, c.person.ID, last.ID, now); err != nil {
			return "", err
		}
		out = Updated
	}
	if out == AsBefore {
		return out, nil
	}
	c.from = m.Month
	return out, s.finish(ctx, tx, c, "work.report")
}

// reportNewWork: what ran before ends with the month, the new begins in it.
func (s *Store) reportNewWork(ctx context.Context, tx *db.Tx, c *act, m *Report) (Outcome, error) {
	t := fact.Term{From: m.Month, WageFen: m.WageFen, Place: m.Place, Employer: m.Employer, Channel: m.Channel, TransportFen: -1}
	if m.Place == 0 {
		return "", fault.InvalidFields(fault.Field{Name: "place", Key: "work.report.place"})
	}
	if t.Channel == 0 {
		t.Channel = fact.ChannelSelf
		if t.Employer != "" {
			t.Channel = fact.ChannelEmployer
		}
	}
	if fields := s.checkTerm(&t); len(fields) > 0 {
		return "", fault.InvalidFields(fields...)
	}
	_, err := s.add(ctx, tx, c, NewSpell{Start: m.Month, End: calendar.Open, Term: t, Source: m.Source, EndOthers: true, Strength: fact.ByVillage, SeenIn: m.Month})
	return Began, err
}

// reportNoWork: work that ran ended in the month, and they live by something
// else since; or by what they lived by before, seen again.
func (s *Store) reportNoWork(ctx context.Context, tx *db.Tx, c *act, m *Report, running []*fact.Spell) (Outcome, error) {
	on := min(m.Month.LastDay(), s.today())
	reason := m.EndReason
	if reason == "" {
		reason = "other"
	}
	if !contains(EndReasons, reason) {
		return "", fault.InvalidFields(fault.Field{Name: "end_reason", Key: "people.word"})
	}
	for _, w := range running {
		if err := endSpell(ctx, tx, c, w, m.Month, reason); err != nil {
			return "", err
		}
	}
	fresh, err := s.People.RestateInTx(ctx, tx, c.scope, c.by, c.person.ID, m.Status, on, m.Source)
	if err != nil {
		return "", err
	}
	if len(running) == 0 && !fresh {
		return AsBefore, nil
	}
	out := Stated
	switch {
	case len(running) > 0:
		out = Ended
	case c.person.Status == m.Status:
		out = Confirmed
	}
	c.from = min(c.from, m.Month)
	return out, s.finish(ctx, tx, c, "work.report")
}
