package rule

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/setting"
)

// Excuse states why a finding stands although the record is right, until a day
// within finding.except_days of the place. It needs a reason of at least four
// characters; an error cannot be excused, only mended.
func (d *Desk) Excuse(ctx context.Context, scope region.Scope, by account.Caller, id int64, reason string, until calendar.Date) error {
	return d.ExcuseMany(ctx, scope, by, []int64{id}, reason, until)
}

// ManyAtOnce bounds how many findings share one reason.
const ManyAtOnce = 200

// ExcuseMany is Excuse for several findings with one reason: all of them or none.
func (d *Desk) ExcuseMany(ctx context.Context, scope region.Scope, by account.Caller, ids []int64, reason string, until calendar.Date) error {
	reason = strings.TrimSpace(reason)
	var fields []fault.Field
	if n := len([]rune(reason)); n < 4 || n > 500 {
		fields = append(fields, fault.Field{Name: "reason", Key: "finding.reason"})
	}
	if today := d.today(); !until.Valid() || until < today {
		fields = append(fields, fault.Field{Name: "until", Key: "finding.until"})
	}
	if len(ids) == 0 || len(ids) > ManyAtOnce {
		fields = append(fields, fault.Field{Name: "ids", Key: "finding.many", Args: []any{ManyAtOnce}})
	}
	if len(fields) > 0 {
		return fault.InvalidFields(fields...)
	}
	return d.db.Tx(ctx, func(tx *db.Tx) error {
		for _, id := range ids {
			if err := d.excuse(ctx, tx, scope, by, id, reason, until); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *Desk) excuse(ctx context.Context, tx *db.Tx, scope region.Scope, by account.Caller, id int64, reason string, until calendar.Date) error {
	it, err := one(ctx, tx, scope, id)
	if err != nil {
		return err
	}
	v, err := setting.At(ctx, tx, it.Village, calendar.MonthAt(tx.Now).Year())
	if err != nil {
		return err
	}
	days := v.Int(SetExceptDays)
	switch {
	case it.State != Open:
		return fault.New(fault.Conflict, "finding.not_open")
	case it.Severity == Error:
		return fault.New(fault.Invalid, "finding.error_stays")
	case until > calendar.DateAt(tx.Now).Add(days):
		return fault.InvalidFields(fault.Field{Name: "until", Key: "finding.until_far", Args: []any{days}})
	}
	return d.move(ctx, tx, by, it, Excused, reason, until, "finding.excuse")
}

// Reopen takes an excuse back.
func (d *Desk) Reopen(ctx context.Context, scope region.Scope, by account.Caller, id int64) error {
	return d.db.Tx(ctx, func(tx *db.Tx) error {
		it, err := one(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		if it.State != Excused {
			return fault.New(fault.Conflict, "finding.not_excused")
		}
		return d.move(ctx, tx, by, it, Open, "", 0, "finding.reopen")
	})
}

func (d *Desk) move(ctx context.Context, tx *db.Tx, by account.Caller, it Item, to State, reason string, until calendar.Date, action string) error {
	closed := int64(0)
	if to != Open {
		closed = db.Millis(tx.Now)
	}
	_, err := tx.ExecContext(ctx, `UPDATE finding SET state = $1, reason = $2, except_until = $3, closed_at = $4, closed_by = $5 WHERE id = $6`,
		int(to), reason, int64(until), closed, by.UserID, it.ID)
	if err != nil {
		return fmt.Errorf("move finding: %w", err)
	}
	return d.audit.Write(ctx, tx, by, audit.Entry{Action: action, Object: "person", ObjectID: strconv.FormatInt(it.PersonID, 10),
		Region: it.Village, Detail: map[string]string{"rule": it.Rule.ID}})
}
