package intake

import (
	"context"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/rule"
	"wengang/internal/transfer"
)

// needColumns are the columns that a survey states, in the order of needValues.
var needColumns = []string{"plan_out", "plan_place", "wanted_job", "wanted_wage_fen", "service", "training", "surveyed_on"}

func needValues(n *fact.Need) []any {
	return []any{n.PlanOut, int64(n.PlanPlace), n.WantedJob, n.WantedWageFen, n.Service, n.Training, int64(n.SurveyedOn)}
}

// Apply writes the needs of people who had none.
func (k *planKind) Apply(ctx context.Context, tx *db.Tx, b *transfer.Batch, rows []transfer.Staged) error {
	now := db.Millis(tx.Now)
	var in [][]any
	for _, r := range rows {
		if r.Result != transfer.New {
			continue
		}
		p := planRow{}
		if err := decode(r.Payload, &p); err != nil {
			return err
		}
		in = append(in, append([]any{p.PersonID, source, b.ID, now}, needValues(&p.Need)...))
	}
	if len(in) == 0 {
		return nil
	}
	return tx.Dialect.BulkInsert(ctx, tx, "need", append([]string{"person_id", "source", "batch_id", "updated_at"}, needColumns...), in)
}

// Finish changes the needs that the file changes, with history.
func (k *planKind) Finish(ctx context.Context, tx *db.Tx, b *transfer.Batch, each func(func(transfer.Staged) error) error) error {
	e, err := k.edits(ctx, tx, b)
	if err != nil {
		return err
	}
	if err := e.readTouched(change.OfNeed); err != nil {
		return err
	}
	if err := e.standing(tx, "need"); err != nil {
		return err
	}
	err = each(func(s transfer.Staged) error {
		p := planRow{}
		if err := decode(s.Payload, &p); err != nil {
			return err
		}
		if e.touched[p.PersonID] {
			return errStale
		}
		e.finding(p.PersonID, p.Village, p.Found, checkedPlan)
		if s.Result == transfer.Same {
			return nil
		}
		e.touch(p.Village, calendar.DateAt(tx.Now).Month())
		if s.Result == transfer.New {
			return nil
		}
		return k.edit(e, &p, s.Row)
	})
	if err != nil {
		return err
	}
	return e.close()
}

func checkedPlan(r *rule.Rule, _ string) bool {
	return r.Scope == rule.ScopePlan || r.ID == "plan.place_not_county"
}

func (k *planKind) edit(e *edits, p *planRow, row int) error {
	have, err := loadNeeds(e.ctx, e.tx, []int64{p.PersonID})
	if err != nil {
		return err
	}
	old := have[p.PersonID]
	was, now := needValues(&old), needValues(&p.Need)
	s := &set{}
	for i, c := range needColumns {
		if was[i] == now[i] {
			continue
		}
		s.add(c, now[i])
		e.note(change.Field{PersonID: p.PersonID, Entity: change.OfNeed, Field: c, Old: plain(was[i]), New: plain(now[i]), FileRow: row})
	}
	if len(s.sets) == 0 {
		return nil
	}
	s.add("updated_at", db.Millis(e.tx.Now))
	return e.exec("update need", `UPDATE need SET `+strings.Join(s.sets, ", ")+` WHERE person_id = `+s.args.Add(p.PersonID), s.args.Values...)
}

// Undo takes the surveys of the batch out again.
func (k *planKind) Undo(ctx context.Context, tx *db.Tx, b *transfer.Batch) error {
	return k.undo(ctx, tx, b, firstPlan, laterPlan, []string{"need"})
}

// firstPlan: no figure of a month hangs on a plan.
const firstPlan = `SELECT 999912 + 0 * CAST($1 AS BIGINT)`

// laterPlan find what was written over plans of a batch.
var laterPlan = []string{
	`SELECT 1 FROM need n JOIN field_change f ON f.person_id = n.person_id AND f.entity = 'need' WHERE n.batch_id = $1 AND f.batch_id <> $1`,
}
