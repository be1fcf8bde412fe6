package intake

import (
	"errors"
	"fmt"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/pinyin"
)

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
	m := map[string]bool{"village": true, "until": true, "household_id": true, "willing_on": true, "settlement": true, "status": true, "status_on": true,
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
