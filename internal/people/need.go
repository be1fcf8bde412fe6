package people

import (
	"context"
	"fmt"
	"strings"

	"wengang/internal/account"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// SetNeed records the four needs (A026) as they were surveyed on a day.
func (s *Store) SetNeed(ctx context.Context, scope region.Scope, by account.Caller, id int64, n fact.Need, source string) error {
	n.WantedJob, n.Service, n.Training = strings.TrimSpace(n.WantedJob), strings.TrimSpace(n.Service), strings.TrimSpace(n.Training)
	if n.SurveyedOn == 0 {
		n.SurveyedOn = s.today()
	}
	if fields := s.checkNeed(n); len(fields) > 0 {
		return fault.InvalidFields(fields...)
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := s.resident(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		history := needChanges(id, by, r.Need, n)
		if len(history) == 0 && r.HasNeed {
			return nil
		}
		spells, err := s.Spells(ctx, tx, id)
		if err != nil {
			return err
		}
		found, err := s.verify(ctx, tx, &state{&r.Person, r.needOf(), spells}, &state{&r.Person, &n, spells})
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO need (person_id, plan_out, plan_place, wanted_job, wanted_wage_fen, service, training, surveyed_on, source, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
			ON CONFLICT (person_id) DO UPDATE SET plan_out = excluded.plan_out, plan_place = excluded.plan_place,
				wanted_job = excluded.wanted_job, wanted_wage_fen = excluded.wanted_wage_fen, service = excluded.service,
				training = excluded.training, surveyed_on = excluded.surveyed_on, source = excluded.source, updated_at = excluded.updated_at`,
			id, n.PlanOut, int64(n.PlanPlace), n.WantedJob, n.WantedWageFen, n.Service, n.Training, int64(n.SurveyedOn), source, db.Millis(tx.Now))
		if err != nil {
			return fmt.Errorf("set needs: %w", err)
		}
		if err := change.Record(ctx, tx, history...); err != nil {
			return err
		}
		if err := s.Checks.Keep(ctx, tx, id, r.Village, found); err != nil {
			return err
		}
		return s.touched(ctx, tx, by, "people.need", id, s.month(), r.Village)
	})
}

func (s *Store) checkNeed(n fact.Need) []fault.Field {
	var out []fault.Field
	if !fact.YesNo.Valid(n.PlanOut) {
		out = append(out, fault.Field{Name: "plan_out", Key: "people.word"})
	}
	if !n.SurveyedOn.Valid() || n.SurveyedOn > s.today() {
		out = append(out, fault.Field{Name: "surveyed_on", Key: "people.date"})
	}
	for name, v := range map[string]string{"wanted_job": n.WantedJob, "service": n.Service, "training": n.Training} {
		if len([]rune(v)) > 200 {
			out = append(out, fault.Field{Name: name, Key: "people.too_long", Args: []any{200}})
		}
	}
	if n.WantedWageFen < -1 || n.WantedWageFen > 100_000_00 {
		out = append(out, fault.Field{Name: "wanted_wage", Key: "people.money"})
	}
	return out
}

func needChanges(id int64, by account.Caller, was, now fact.Need) []change.Field {
	var out []change.Field
	add := func(field, old, new string) {
		if old != new {
			out = append(out, change.Field{PersonID: id, Entity: change.OfNeed, Field: field, Old: old, New: new, By: by.UserID})
		}
	}
	add("plan_out", itoa(int64(was.PlanOut)), itoa(int64(now.PlanOut)))
	add("plan_place", itoa(int64(was.PlanPlace)), itoa(int64(now.PlanPlace)))
	add("wanted_job", was.WantedJob, now.WantedJob)
	add("wanted_wage_fen", itoa(was.WantedWageFen), itoa(now.WantedWageFen))
	add("service", was.Service, now.Service)
	add("training", was.Training, now.Training)
	add("surveyed_on", itoa(int64(was.SurveyedOn)), itoa(int64(now.SurveyedOn)))
	return out
}
