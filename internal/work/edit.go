package work

import (
	"context"
	"fmt"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// EditTerms states the terms of a spell from a month on, until its next dated
// terms. The month of existing terms corrects those; earlier months keep what
// they had.
func (s *Store) EditTerms(ctx context.Context, scope region.Scope, by account.Caller, personID, spellID int64, t fact.Term) error {
	if fields := s.checkTerm(&t); len(fields) > 0 {
		return fault.InvalidFields(fields...)
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		c, w, err := s.beginSpell(ctx, tx, scope, by, personID, spellID)
		if err != nil {
			return err
		}
		if !t.From.Valid() || t.From < w.Start || t.From > w.End || t.From > s.month() {
			return fault.InvalidFields(fault.Field{Name: "from", Key: "work.from"})
		}
		old := *w.TermIn(max(t.From, w.Terms[0].From))
		t.PlaceClass = fact.ClassOf(c.person.Village, t.Place)
		c.noteTerms(w.ID, old, t)
		if len(c.history) == 0 {
			return nil
		}
		if err := insertTerm(ctx, tx, personID, spellID, t); err != nil {
			return err
		}
		c.from = t.From
		return s.finish(ctx, tx, c, "work.terms")
	})
}

func (c *act) noteTerms(spell int64, old, now fact.Term) {
	n := len(c.history)
	c.note(spell, change.OfTerm, "wage_fen", itoa(old.WageFen), itoa(now.WageFen))
	c.note(spell, change.OfTerm, "employer", old.Employer, now.Employer)
	c.note(spell, change.OfTerm, "place", itoa(int64(old.Place)), itoa(int64(now.Place)))
	c.note(spell, change.OfTerm, "place_class", itoa(int64(old.PlaceClass)), itoa(int64(now.PlaceClass)))
	c.note(spell, change.OfTerm, "channel", itoa(int64(old.Channel)), itoa(int64(now.Channel)))
	c.note(spell, change.OfTerm, "industry", itoa(int64(old.Industry)), itoa(int64(now.Industry)))
	c.note(spell, change.OfTerm, "point_to_point", itoa(int64(old.PointToPoint)), itoa(int64(now.PointToPoint)))
	c.note(spell, change.OfTerm, "transport_fen", itoa(old.TransportFen), itoa(now.TransportFen))
	if len(c.history) > n && old.From != now.From {
		c.note(spell, change.OfTerm, "from_month", itoa(int64(old.From)), itoa(int64(now.From)))
	}
}

// Ending is the end of a spell: its last month, why, and what the person lives
// by then. Next is needed where no other spell runs.
type Ending struct {
	Month  calendar.Month
	Reason string // a key of EndReasons
	Next   int    // fact.Status
	Source string
}

// EndReasons are the words of why a spell ended; texts stand in the catalogue
// under "work.end.<reason>". new_job is set by Add.
var EndReasons = []string{"contract", "laid_off", "seasonal", "family", "health", "own_business", "wage", "other", "new_job"}

// End ends a running spell with a month, which the person still worked in.
func (s *Store) End(ctx context.Context, scope region.Scope, by account.Caller, personID, spellID int64, e Ending) error {
	if !contains(EndReasons, e.Reason) {
		return fault.InvalidFields(fault.Field{Name: "reason", Key: "people.word"})
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		c, w, err := s.beginSpell(ctx, tx, scope, by, personID, spellID)
		if err != nil {
			return err
		}
		if w.End != calendar.Open {
			return fault.New(fault.Conflict, "work.ended", w.End)
		}
		if fields := s.checkDates(w.Start, e.Month); len(fields) > 0 || e.Month == calendar.Open {
			return fault.InvalidFields(fault.Field{Name: "end", Key: "work.end_month", Args: []any{w.Start, s.month()}})
		}
		if err := endSpell(ctx, tx, c, w, e.Month, e.Reason); err != nil {
			return err
		}
		if err := s.statusAtEnd(ctx, tx, c, w, e); err != nil {
			return err
		}
		return s.finish(ctx, tx, c, "work.end")
	})
}

// statusAtEnd states the new livelihood unless other work runs on. The day is
// the last of the month, or today while the month lasts.
func (s *Store) statusAtEnd(ctx context.Context, tx *db.Tx, c *act, w *fact.Spell, e Ending) error {
	for i := range c.before {
		if o := &c.before[i]; o.ID != w.ID && o.End == calendar.Open {
			return nil
		}
	}
	if e.Next == 0 || e.Next == fact.StatusWork || !fact.Status.Valid(e.Next) {
		return fault.InvalidFields(fault.Field{Name: "next", Key: "work.next"})
	}
	on := max(min(e.Month.LastDay(), s.today()), c.person.StatusOn)
	return s.People.StatusInTx(ctx, tx, c.scope, c.by, c.person.ID, e.Next, on, e.Source)
}

// Correct changes the dates of a spell that were stated wrongly. end Open
// means that it runs.
func (s *Store) Correct(ctx context.Context, scope region.Scope, by account.Caller, personID, spellID int64, start, end calendar.Month) error {
	if fields := s.checkDates(start, end); len(fields) > 0 {
		return fault.InvalidFields(fields...)
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		c, w, err := s.beginSpell(ctx, tx, scope, by, personID, spellID)
		if err != nil {
			return err
		}
		c.note(w.ID, change.OfSpell, "start_month", itoa(int64(w.Start)), itoa(int64(start)))
		c.note(w.ID, change.OfSpell, "end_month", itoa(int64(w.End)), itoa(int64(end)))
		if len(c.history) == 0 {
			return nil
		}
		reason := w.EndReason
		if end == calendar.Open {
			reason = ""
		}
		_, err = tx.ExecContext(ctx, `UPDATE spell SET start_month = $1, end_month = $2, end_reason = $3, updated_at = $4 WHERE person_id = $5 AND id = $6`,
			int32(start), int32(end), reason, db.Millis(tx.Now), personID, spellID)
		if err != nil {
			return fmt.Errorf("correct spell: %w", err)
		}
		if err := moveFirstTerm(ctx, tx, w, start); err != nil {
			return err
		}
		c.from = min(w.Start, start, w.End, end)
		return s.finish(ctx, tx, c, "work.correct")
	})
}

// moveFirstTerm keeps the terms that hold in the new first month as those
// from it, and drops what lies before.
func moveFirstTerm(ctx context.Context, tx *db.Tx, w *fact.Spell, start calendar.Month) error {
	first := w.Terms[0]
	if t := w.TermIn(start); t != nil {
		first = *t
	}
	if first.From == start {
		return nil
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM spell_term WHERE person_id = $1 AND spell_id = $2 AND from_month <= $3`, w.PersonID, w.ID, int32(first.From))
	if err != nil {
		return fmt.Errorf("correct terms: %w", err)
	}
	first.From = start
	return insertTerm(ctx, tx, w.PersonID, w.ID, first)
}

func (s *Store) beginSpell(ctx context.Context, tx *db.Tx, scope region.Scope, by account.Caller, personID, spellID int64) (*act, *fact.Spell, error) {
	c, err := s.begin(ctx, tx, scope, by, personID)
	if err != nil {
		return nil, nil, err
	}
	w := find(c.before, spellID)
	if w == nil {
		return nil, nil, errNotFound
	}
	return c, w, nil
}

func endSpell(ctx context.Context, tx *db.Tx, c *act, w *fact.Spell, m calendar.Month, reason string) error {
	_, err := tx.ExecContext(ctx, `UPDATE spell SET end_month = $1, end_reason = $2, updated_at = $3 WHERE person_id = $4 AND id = $5`,
		int32(m), reason, db.Millis(tx.Now), w.PersonID, w.ID)
	if err != nil {
		return fmt.Errorf("end spell: %w", err)
	}
	c.note(w.ID, change.OfSpell, "end_month", itoa(int64(w.End)), itoa(int64(m)))
	c.note(w.ID, change.OfSpell, "end_reason", w.EndReason, reason)
	c.from = min(c.from, m)
	return nil
}

func find(spells []fact.Spell, id int64) *fact.Spell {
	for i := range spells {
		if spells[i].ID == id {
			return &spells[i]
		}
	}
	return nil
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == strings.TrimSpace(s) {
			return true
		}
	}
	return false
}
