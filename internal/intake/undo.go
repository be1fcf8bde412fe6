package intake

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/pinyin"
	"wengang/internal/region"
	"wengang/internal/rule"
	"wengang/internal/transfer"
)

// undoing takes a batch back: hidden rows of a cancelled save, or the visible
// effects of a finished one.
type undoing struct {
	ctx  context.Context
	tx   *db.Tx
	b    *transfer.Batch
	base *base
	late map[int64]calendar.Month
}

// errLater refuses an undo over which later work has been done.
var errLater = fault.New(fault.Conflict, "intake.undo.later")

// undo restores what Finish changed and deletes the batch's rows. touched is a
// query for the first month of the batch ($1), or "" where every month counts.
func (b *base) undo(ctx context.Context, tx *db.Tx, batch *transfer.Batch, touched string, later []string, tables []string) error {
	u := &undoing{ctx: ctx, tx: tx, b: batch, base: b, late: map[int64]calendar.Month{}}
	saved, err := u.savedAt()
	if err != nil {
		return err
	}
	if saved != 0 {
		if err := u.allowed(saved, touched, later); err != nil {
			return err
		}
		if err := u.restore(); err != nil {
			return err
		}
	}
	if err := u.readLate(); err != nil {
		return err
	}
	if err := rule.Forget(ctx, tx, batch.ID); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM finding WHERE person_id IN (SELECT id FROM person WHERE batch_id = $1)`, batch.ID); err != nil {
		return fmt.Errorf("undo findings: %w", err)
	}
	for _, t := range append(tables, "field_change") {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+t+` WHERE batch_id = $1`, batch.ID); err != nil {
			return fmt.Errorf("undo %s: %w", t, err)
		}
	}
	if saved == 0 {
		return nil // readers never saw it
	}
	if err := u.tell(); err != nil {
		return err
	}
	return b.noteLate(ctx, tx, batch, u.late)
}

// savedAt is when the batch became visible; 0 while it is hidden.
func (u *undoing) savedAt() (at int64, err error) {
	err = u.tx.QueryRowContext(u.ctx, `SELECT saved_at FROM import_batch WHERE id = $1
		AND NOT EXISTS (SELECT 1 FROM hidden_batch h WHERE h.batch_id = import_batch.id)`, u.b.ID).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read batch: %w", err)
	}
	return at, nil
}

// allowed refuses where a month that the batch touched has closed since, or
// where other work stands on its rows.
func (u *undoing) allowed(saved int64, touched string, later []string) error {
	first := calendar.Month(0)
	if touched != "" {
		if err := u.tx.QueryRowContext(u.ctx, touched, u.b.ID).Scan(&first); err != nil {
			return fmt.Errorf("first month of batch: %w", err)
		}
	}
	lo, hi := u.b.Region.Range()
	if u.b.Region.Level() > region.County {
		lo, hi = u.b.Region.At(region.County).Range()
	}
	var closed sql.NullInt64
	err := u.tx.QueryRowContext(u.ctx, `SELECT MAX(month) FROM month_close
		WHERE state = 'closed' AND closed_at >= $1 AND month >= $2 AND county >= $3 AND county < $4`,
		saved, int64(first), int64(lo), int64(hi)).Scan(&closed)
	if err != nil {
		return fmt.Errorf("read closed months: %w", err)
	}
	if closed.Valid {
		return fault.New(fault.Conflict, "intake.undo.closed", calendar.Month(closed.Int64))
	}
	for _, q := range later {
		var n int
		if err := u.tx.QueryRowContext(u.ctx, `SELECT CASE WHEN EXISTS (`+q+`) THEN 1 ELSE 0 END`, u.b.ID).Scan(&n); err != nil {
			return fmt.Errorf("later work: %w", err)
		}
		if n != 0 {
			return errLater
		}
	}
	return nil
}

// past is one history row to be taken back.
type past struct {
	id, person, entityID int64
	entity               change.Entity
	field, old, now      string
	oldCipher            []byte
	reason               string
}

// restore walks the batch's history backwards. A value that somebody changed
// since stops the undo: nothing newer is lost.
func (u *undoing) restore() error {
	var all []past
	rows, err := u.tx.QueryContext(u.ctx, `SELECT id, person_id, entity, entity_id, field, old_value, new_value, old_cipher, reason
		FROM field_change WHERE batch_id = $1 AND field <> 'created' ORDER BY id`, u.b.ID)
	if err != nil {
		return fmt.Errorf("read history: %w", err)
	}
	for rows.Next() {
		var p past
		if err := rows.Scan(&p.id, &p.person, &p.entity, &p.entityID, &p.field, &p.old, &p.now, &p.oldCipher, &p.reason); err != nil {
			rows.Close()
			return fmt.Errorf("read history: %w", err)
		}
		all = append(all, p)
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read history: %w", err)
	}
	slices.Reverse(all)
	for i := range all {
		if err := u.one(&all[i]); err != nil {
			return err
		}
	}
	return nil
}

// textColumns are the restorable columns that hold text; all others hold
// whole numbers.
var textColumns = map[string]bool{"code": true, "name": true, "note": true, "employer": true, "end_reason": true,
	"wanted_job": true, "service": true, "training": true}

func (u *undoing) one(p *past) error {
	switch p.entity {
	case change.OfPerson, change.OfStatus:
		if p.field == "phone" {
			return u.phone(p, "person", sealPhone, p.person)
		}
		return u.column(p, "person", "id = $3", p.person)
	case change.OfHousehold:
		return u.phone(p, "household", sealHomePhone, p.entityID)
	case change.OfResidence:
		switch p.field {
		case "village":
			return u.column(p, "person", "id = $3", p.person)
		case "until":
			return u.column(p, "residence", "person_id = $3 AND since = $4", p.person, p.entityID)
		}
		p.field = "village"
		return u.column(p, "residence", "person_id = $3 AND since = $4", p.person, p.entityID)
	case change.OfKind:
		return u.kind(p)
	case change.OfSpell:
		return u.column(p, "spell", "person_id = $3 AND id = $4", p.person, p.entityID)
	case change.OfTerm:
		if p.reason == "" {
			return nil // a new term: deleted with the batch
		}
		m, err := calendar.ParseMonth(p.reason)
		if err != nil {
			return fmt.Errorf("history %d: %w", p.id, err)
		}
		return u.column(p, "spell_term", "person_id = $3 AND spell_id = $4 AND from_month = $5", p.person, p.entityID, int64(m))
	case change.OfNeed:
		return u.column(p, "need", "person_id = $3", p.person)
	}
	return fmt.Errorf("history %d: cannot restore %s", p.id, p.entity)
}

// restorable holds every column that an import may change in place.
var restorable = func() map[string]bool {
	m := map[string]bool{"village": true, "until": true, "household_id": true, "willing_on": true, "status": true, "status_on": true,
		"start_month": true, "end_month": true, "end_reason": true}
	for _, f := range personFields {
		m[f.name] = true
	}
	for _, c := range termColumns {
		m[c] = true
	}
	for _, c := range needColumns {
		m[c] = true
	}
	return m
}()

func (u *undoing) column(p *past, table, where string, keys ...any) error {
	if !restorable[p.field] {
		return fmt.Errorf("history %d: column %s is not restorable", p.id, p.field)
	}
	var old, now any = p.old, p.now
	if !textColumns[p.field] {
		o, err1 := atoi(p.old)
		n, err2 := atoi(p.now)
		if err := errors.Join(err1, err2); err != nil {
			return fmt.Errorf("history %d: %w", p.id, err)
		}
		old, now = o, n
	}
	res, err := u.tx.ExecContext(u.ctx, `UPDATE `+table+` SET `+p.field+` = $1 WHERE `+p.field+` = $2 AND `+where, append([]any{old, now}, keys...)...)
	if err != nil {
		return fmt.Errorf("restore %s.%s: %w", table, p.field, err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errLater
	}
	if table == "person" {
		return u.personRestored(p)
	}
	return nil
}

// personRestored moves the version, and the initials with the name.
func (u *undoing) personRestored(p *past) error {
	q, args := `UPDATE person SET version = version + 1, updated_at = $1 WHERE id = $2`, []any{db.Millis(u.tx.Now), p.person}
	if p.field == "name" {
		q, args = `UPDATE person SET version = version + 1, updated_at = $1, initials = $3 WHERE id = $2`, append(args, pinyin.Initials(p.old))
	}
	if _, err := u.tx.ExecContext(u.ctx, q, args...); err != nil {
		return fmt.Errorf("restore person: %w", err)
	}
	return nil
}

func (u *undoing) phone(p *past, table, context string, id int64) error {
	v := sealed{}
	if len(p.oldCipher) > 0 {
		plain, err := u.base.Box.Decrypt(sealHistoryOld, p.oldCipher)
		if err != nil {
			return err
		}
		if v, err = u.base.sealPhone(context, string(plain)); err != nil {
			return err
		}
	}
	res, err := u.tx.ExecContext(u.ctx, `UPDATE `+table+` SET phone_cipher = $1, phone_index = $2, phone_mask = $3, updated_at = $4 WHERE id = $5 AND phone_mask = $6`,
		v.cipher, v.index, v.mask, db.Millis(u.tx.Now), id, p.now)
	if err != nil {
		return fmt.Errorf("restore phone: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errLater
	}
	return nil
}

func (u *undoing) kind(p *past) error {
	if p.old == "" {
		return nil // a new kind: deleted with the batch
	}
	old, now := parseKind(p.old), parseKind(p.now)
	res, err := u.tx.ExecContext(u.ctx, `UPDATE person_kind SET until = $1, risk_removed_on = $2, risk = $3
		WHERE person_id = $4 AND kind = $5 AND since = $6 AND until = $7 AND risk_removed_on = $8`,
		int64(old.Until), int64(old.RiskRemovedOn), old.Risk, p.person, now.Kind, int64(now.Since), int64(now.Until), int64(now.RiskRemovedOn))
	if err != nil {
		return fmt.Errorf("restore kind: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errLater
	}
	return nil
}

// readLate finds whose closed months have to be worked out again once the
// batch's spells are gone: facts that came late leave late.
func (u *undoing) readLate() error {
	closed, err := closedUntil(u.ctx, u.tx, u.b.Region)
	if err != nil || len(closed) == 0 {
		return err
	}
	rows, err := u.tx.QueryContext(u.ctx, `SELECT s.person_id, p.village, MIN(s.from_month) FROM spell_term s JOIN person p ON p.id = s.person_id
		WHERE s.batch_id = $1 AND p.batch_id <> $1 GROUP BY s.person_id, p.village`, u.b.ID)
	if err != nil {
		return fmt.Errorf("read late facts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var village region.Code
		var from calendar.Month
		if err := rows.Scan(&id, &village, &from); err != nil {
			return fmt.Errorf("read late facts: %w", err)
		}
		if from <= closed[village.At(region.County)] {
			u.late[id] = from
		}
	}
	return rows.Err()
}

// tell logs the change for every county of the region that has people.
func (u *undoing) tell() error {
	var a db.Args
	rows, err := u.tx.QueryContext(u.ctx, `SELECT DISTINCT village / 1000000 FROM person WHERE `+region.ScopeOf(u.b.Region.At(region.County)).Predicate("village", a.Add), a.Values...)
	if err != nil {
		return fmt.Errorf("read counties: %w", err)
	}
	counties := []region.Code{}
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			rows.Close()
			return fmt.Errorf("read counties: %w", err)
		}
		counties = append(counties, region.Code(n*1_000_000))
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read counties: %w", err)
	}
	if len(counties) == 0 && u.b.Region.Level() >= region.County {
		counties = append(counties, u.b.Region.At(region.County)) // the batch was all that the county had
	}
	for _, c := range counties {
		if err := change.County(u.ctx, u.tx, c, 190001, calendar.Open); err != nil {
			return err
		}
	}
	return nil
}
