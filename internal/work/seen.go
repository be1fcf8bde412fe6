package work

import (
	"context"
	"fmt"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// See records that the spell was seen running in a month. Who holds the
// person's residence confirms for the village; who holds only the place of
// work confirms for the workplace, the strongest (both ends, product.md).
func (s *Store) See(ctx context.Context, scope region.Scope, by account.Caller, personID, spellID int64, m calendar.Month) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		p, _, reduced, err := s.People.InTx(ctx, tx, scope, personID)
		if err != nil {
			return err
		}
		spells, err := ReadSpells(ctx, tx, personID)
		if err != nil {
			return err
		}
		strength := fact.ByVillage
		if reduced {
			spells, strength = within(spells, scope), fact.ByWorkplace
		}
		w := find(spells, spellID)
		if w == nil {
			return errNotFound
		}
		if !m.Valid() || m > s.month() || !w.Touches(m) {
			return fault.InvalidFields(fault.Field{Name: "month", Key: "work.not_running"})
		}
		if err := see(ctx, tx, personID, spellID, m, strength); err != nil {
			return err
		}
		err = change.Record(ctx, tx, change.Field{PersonID: personID, Entity: change.OfSeen, EntityID: spellID, Field: itoa(int64(m)), New: itoa(int64(strength)), By: by.UserID})
		if err != nil {
			return err
		}
		// A reduced person's village is only the county: all the log needs.
		if err := change.Person(ctx, tx, p.Village, personID, m, calendar.Open); err != nil {
			return err
		}
		if err := s.Closed.Note(ctx, tx, personID, m, calendar.Open); err != nil {
			return err
		}
		return s.Audit.Write(ctx, tx, by, audit.Entry{Action: "work.see", Object: "person", ObjectID: itoa(personID), Region: p.Village})
	})
}

// see keeps the strongest confirmation of a month.
func see(ctx context.Context, tx *db.Tx, personID, spellID int64, m calendar.Month, strength int) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO spell_seen (person_id, spell_id, month, strength) VALUES ($1, $2, $3, $4)
		ON CONFLICT (person_id, spell_id, month) DO UPDATE
		SET strength = CASE WHEN excluded.strength > spell_seen.strength THEN excluded.strength ELSE spell_seen.strength END`,
		personID, spellID, int32(m), strength)
	if err != nil {
		return fmt.Errorf("confirm spell: %w", err)
	}
	return nil
}

// Reclass derives the place class of a person's work anew from the month of a
// move on: what was 省外 from the old home may be 县内 from the new one. Terms
// that began earlier keep their class up to the month before.
func Reclass(ctx context.Context, tx *db.Tx, personID int64, home region.Code, from calendar.Month) error {
	spells, err := ReadSpells(ctx, tx, personID)
	if err != nil {
		return err
	}
	for i := range spells {
		w := &spells[i]
		if w.End < from {
			continue
		}
		for _, t := range w.Terms {
			running := w.TermIn(from)
			class := fact.ClassOf(home, t.Place)
			if t.From < from && (running == nil || running.From != t.From) || class == t.PlaceClass {
				continue
			}
			t.From, t.PlaceClass = max(t.From, from), class
			if err := insertTerm(ctx, tx, personID, w.ID, t); err != nil {
				return err
			}
		}
	}
	return nil
}
