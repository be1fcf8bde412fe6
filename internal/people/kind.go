package people

import (
	"context"
	"fmt"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// SetKinds makes these the person's population kinds, all with their dates:
// kinds that are left out are removed, which is a correction; one that ended is
// kept with its last day.
func (s *Store) SetKinds(ctx context.Context, scope region.Scope, by account.Caller, id int64, kinds []fact.PersonKind) error {
	if fields := checkKinds(kinds); len(fields) > 0 {
		return fault.InvalidFields(fields...)
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := s.resident(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		history, from, err := replaceKinds(ctx, tx, by, id, r.Kinds, kinds)
		if err != nil || len(history) == 0 {
			return err
		}
		after := r.Person
		after.Kinds = kinds
		spells, err := s.Spells(ctx, tx, id)
		if err != nil {
			return err
		}
		found, err := s.verify(ctx, tx, &state{&r.Person, r.needOf(), spells}, &state{&after, r.needOf(), spells})
		if err != nil {
			return err
		}
		if err := change.Record(ctx, tx, history...); err != nil {
			return err
		}
		if err := s.Checks.Keep(ctx, tx, id, r.Village, found); err != nil {
			return err
		}
		return s.touched(ctx, tx, by, "people.kinds", id, from, r.Village)
	})
}

func checkKinds(kinds []fact.PersonKind) []fault.Field {
	var out []fault.Field
	bad := func(key string) { out = append(out, fault.Field{Name: "kinds", Key: key}) }
	for i, k := range kinds {
		switch {
		case k.Kind == 0 || !fact.Kind.Valid(k.Kind) || !fact.Risk.Valid(k.Risk):
			bad("people.word")
		case !k.Since.Valid() || k.Until != fact.Forever && (!k.Until.Valid() || k.Until < k.Since):
			bad("people.kind.dates")
		case k.RiskRemovedOn != 0 && (!k.RiskRemovedOn.Valid() || k.RiskRemovedOn < k.Since):
			bad("people.kind.removed")
		}
		for _, o := range kinds[:i] {
			if o.Kind == k.Kind && o.Since <= k.Until && k.Since <= o.Until {
				bad("people.kind.overlap")
			}
		}
	}
	return out
}

type kindKey struct {
	kind  int
	since calendar.Date
}

func replaceKinds(ctx context.Context, tx *db.Tx, by account.Caller, id int64, was, now []fact.PersonKind) ([]change.Field, calendar.Month, error) {
	old := map[kindKey]fact.PersonKind{}
	for _, k := range was {
		old[kindKey{k.Kind, k.Since}] = k
	}
	var history []change.Field
	from := calendar.Open
	note := func(k fact.PersonKind, before, after string) {
		history = append(history, change.Field{PersonID: id, Entity: change.OfKind, EntityID: int64(k.Kind), Field: "kind", Old: before, New: after, By: by.UserID})
		from = min(from, k.Since.Month())
	}
	for _, k := range now {
		key := kindKey{k.Kind, k.Since}
		o, held := old[key]
		delete(old, key)
		if held && o == k {
			continue
		}
		if held {
			if err := deleteKind(ctx, tx, id, key); err != nil {
				return nil, 0, err
			}
			note(k, kindText(o), kindText(k))
		} else {
			note(k, "", kindText(k))
		}
		if err := insertKind(ctx, tx, id, k); err != nil {
			return nil, 0, err
		}
	}
	for key, k := range old {
		if err := deleteKind(ctx, tx, id, key); err != nil {
			return nil, 0, err
		}
		note(k, kindText(k), "")
	}
	return history, from, nil
}

// kindText is how history keeps a kind: kind|since|until|removed|risk|source.
func kindText(k fact.PersonKind) string {
	return fmt.Sprintf("%d|%d|%d|%d|%d|%s", k.Kind, k.Since, k.Until, k.RiskRemovedOn, k.Risk, k.Source)
}

// ParseKind reads the history form of a kind; ok is false for the empty one.
func ParseKind(s string) (k fact.PersonKind, ok bool) {
	n, _ := fmt.Sscanf(s, "%d|%d|%d|%d|%d", &k.Kind, &k.Since, &k.Until, &k.RiskRemovedOn, &k.Risk)
	return k, n == 5
}

func insertKind(ctx context.Context, tx *db.Tx, id int64, k fact.PersonKind) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO person_kind (person_id, kind, since, until, risk_removed_on, risk, source) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id, k.Kind, int64(k.Since), int64(k.Until), int64(k.RiskRemovedOn), k.Risk, k.Source)
	if err != nil {
		return fmt.Errorf("insert kind: %w", err)
	}
	return nil
}

func deleteKind(ctx context.Context, tx *db.Tx, id int64, k kindKey) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM person_kind WHERE person_id = $1 AND kind = $2 AND since = $3`, id, k.kind, int64(k.since))
	if err != nil {
		return fmt.Errorf("remove kind: %w", err)
	}
	return nil
}
