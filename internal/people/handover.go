package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/region"
)

// Arrival is where a person who is handed over to another county goes.
type Arrival struct {
	To        region.Code    // village
	From      calendar.Month // first month that counts there
	Household string         // 户编号 in the village: that household, made where there is none; "" for one of their own
	Reason    string
}

// relationUnstated: who joins a household states what they are to it later.
const relationUnstated = 0

// HandOver moves a person to another county inside the transaction that agreed
// to it; internal/handover has checked who may. The scope holds both villages.
// Work goes along, the settlement does not, and who had left is back. A stay
// that began in the month itself or later is replaced: no month has ended in it.
func (s *Store) HandOver(ctx context.Context, scope region.Scope, tx *db.Tx, by account.Caller, id int64, a Arrival) error {
	r, err := s.resident(ctx, tx, scope, id)
	if err != nil {
		return err
	}
	if !scope.Contains(a.To) || a.To.Level() != region.Village || r.MergedInto != 0 || r.OutReason == outDead {
		return errNotFound
	}
	last, err := lastStay(ctx, tx, id)
	if err != nil {
		return err
	}
	household, relation, err := arriveAt(ctx, tx, a)
	if err != nil {
		return err
	}
	if last >= a.From {
		_, err = tx.ExecContext(ctx, `UPDATE residence SET village = $1 WHERE person_id = $2 AND since = $3`, int64(a.To), id, int32(last))
	} else if _, err = tx.ExecContext(ctx, `UPDATE residence SET until = $1 WHERE person_id = $2 AND until = $3`, int32(a.From.Add(-1)), id, int32(calendar.Open)); err == nil {
		_, err = tx.ExecContext(ctx, `INSERT INTO residence (person_id, since, village) VALUES ($1, $2, $3)`, id, int32(a.From), int64(a.To))
	}
	if err != nil {
		return fmt.Errorf("hand over: %w", err)
	}
	_, err = tx.ExecContext(ctx, `UPDATE person SET village = $1, household_id = $2, relation = $3, settlement = 0, out_on = 0, out_reason = 0,
		updated_at = $4, version = version + 1 WHERE id = $5`, int64(a.To), household, relation, db.Millis(tx.Now), id)
	if err != nil {
		return fmt.Errorf("hand over: %w", err)
	}
	if err := s.Reclass(ctx, tx, id, a.To, a.From); err != nil {
		return err
	}
	if err := change.Record(ctx, tx, s.arrivalHistory(&r, by, a, relation)...); err != nil {
		return err
	}
	return s.touched(ctx, tx, by, "people.move", id, a.From, r.Village, a.To)
}

const outDead = 1

func (s *Store) arrivalHistory(r *Record, by account.Caller, a Arrival, relation int) []change.Field {
	rows := []change.Field{{PersonID: r.ID, Entity: change.OfResidence, Field: "village", Old: itoa(int64(r.Village)), New: itoa(int64(a.To)), By: by.UserID, Reason: a.Reason}}
	note := func(field string, was, now int64) {
		if was != now {
			rows = append(rows, change.Field{PersonID: r.ID, Entity: change.OfPerson, Field: field, Old: itoa(was), New: itoa(now), By: by.UserID, Reason: a.Reason})
		}
	}
	note("settlement", r.Settlement, 0)
	note("relation", int64(r.Relation), int64(relation))
	note("out_on", int64(r.OutOn), 0)
	note("out_reason", int64(r.OutReason), 0)
	return rows
}

// arriveAt finds or makes the household of somebody who comes.
func arriveAt(ctx context.Context, tx *db.Tx, a Arrival) (household int64, relation int, err error) {
	if a.Household != "" {
		err = tx.QueryRowContext(ctx, `SELECT h.id FROM household h WHERE h.code = $1 AND h.village = $2 AND `+live("h")+` ORDER BY h.id LIMIT 1`, a.Household, int64(a.To)).Scan(&household)
		if err == nil {
			return household, relationUnstated, nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return 0, 0, fmt.Errorf("find household: %w", err)
		}
	}
	if household, err = tx.NextIDs(ctx, "household", 1); err != nil {
		return 0, 0, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO household (id, village, code, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)`,
		household, int64(a.To), a.Household, db.Millis(tx.Now))
	if err != nil {
		return 0, 0, fmt.Errorf("insert household: %w", err)
	}
	return household, relationHead, nil
}
