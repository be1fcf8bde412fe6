package work

import (
	"context"
	"fmt"

	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
)

// Spells are the visible spells of a person, ascending start, with terms and
// confirmations. Who sees the person only by workplace gets the spells in the
// scope.
func (s *Store) Spells(ctx context.Context, scope region.Scope, personID int64) (out []fact.Spell, err error) {
	err = s.db.Snapshot(ctx, func(q db.Querier) error {
		_, _, reduced, err := s.People.InTx(ctx, q, scope, personID)
		if err != nil {
			return err
		}
		if out, err = ReadSpells(ctx, q, personID); err != nil || !reduced {
			return err
		}
		out = within(out, scope)
		return nil
	})
	return out, err
}

// within keeps the spells that have a term in the scope, and of those the
// terms in it.
func within(spells []fact.Spell, scope region.Scope) []fact.Spell {
	var out []fact.Spell
	for _, w := range spells {
		var terms []fact.Term
		for _, t := range w.Terms {
			if scope.Contains(t.Place) {
				terms = append(terms, t)
			}
		}
		if len(terms) > 0 {
			w.Terms = terms
			out = append(out, w)
		}
	}
	return out
}

// ReadSpells reads every visible spell of one person. It asks for no scope:
// its callers have read the person within theirs.
func ReadSpells(ctx context.Context, q db.Querier, personID int64) ([]fact.Spell, error) {
	out, err := readTerms(ctx, q, personID)
	if err != nil || len(out) == 0 {
		return out, err
	}
	at := make(map[int64]*fact.Spell, len(out))
	for i := range out {
		at[out[i].ID] = &out[i]
	}
	rows, err := q.QueryContext(ctx, `
		SELECT v.spell_id, v.month, v.strength FROM spell_seen v
		WHERE v.person_id = $1 AND `+live("v")+` ORDER BY v.spell_id, v.month`, personID)
	if err != nil {
		return nil, fmt.Errorf("read confirmations: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var v fact.Seen
		if err := rows.Scan(&id, &v.Month, &v.Strength); err != nil {
			return nil, fmt.Errorf("read confirmations: %w", err)
		}
		if w := at[id]; w != nil {
			w.Seen = append(w.Seen, v)
		}
	}
	return out, rows.Err()
}

func readTerms(ctx context.Context, q db.Querier, personID int64) ([]fact.Spell, error) {
	rows, err := q.QueryContext(ctx, `
		SELECT w.id, w.start_month, w.end_month, w.end_reason, w.source, t.from_month, t.wage_fen, t.employer,
			t.place, t.place_class, t.channel, t.industry, t.point_to_point, t.transport_fen
		FROM spell w JOIN spell_term t ON t.person_id = w.person_id AND t.spell_id = w.id
		WHERE w.person_id = $1 AND `+live("w")+` AND `+live("t")+`
		ORDER BY w.start_month, w.id, t.from_month`, personID)
	if err != nil {
		return nil, fmt.Errorf("read spells: %w", err)
	}
	defer rows.Close()
	var out []fact.Spell
	for rows.Next() {
		w := fact.Spell{PersonID: personID}
		var t fact.Term
		if err := rows.Scan(&w.ID, &w.Start, &w.End, &w.EndReason, &w.Source, &t.From, &t.WageFen, &t.Employer,
			&t.Place, &t.PlaceClass, &t.Channel, &t.Industry, &t.PointToPoint, &t.TransportFen); err != nil {
			return nil, fmt.Errorf("read spells: %w", err)
		}
		if n := len(out); n == 0 || out[n-1].ID != w.ID {
			out = append(out, w)
		}
		last := &out[len(out)-1]
		last.Terms = append(last.Terms, t)
	}
	return out, rows.Err()
}
