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
	"wengang/internal/pinyin"
	"wengang/internal/region"
)

// Edit is what the person form sends. The plain columns of Person are what the
// record shall say; an empty IDNumber and an empty Phone leave those as they
// are.
type Edit struct {
	fact.Person
	DropPhone bool
	Reason    string // needed where the identity number is corrected

	decided bool // the number was another person's once, and somebody looked
}

// Update saves an edit of a resident person. Version is the one that was read:
// if somebody saved since, it is a Conflict and nothing is written. Each
// changed field leaves a history row; an edit without a change writes nothing.
func (s *Store) Update(ctx context.Context, scope region.Scope, by account.Caller, id int64, e Edit) error {
	return s.save(ctx, scope, by, id, e, "people.edit")
}

func (s *Store) save(ctx context.Context, scope region.Scope, by account.Caller, id int64, e Edit, action string) error {
	tidy(&e.Person)
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := s.resident(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		if r.Version != e.Version {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		after := merged(&r.Person, &e.Person)
		u, err := s.prepare(ctx, tx, scope, by, &r.Person, &after, e)
		if err != nil || len(u.history) == 0 {
			return err
		}
		spells, err := s.Spells(ctx, tx, id)
		if err != nil {
			return err
		}
		found, err := s.verify(ctx, tx, &state{&r.Person, r.needOf(), spells}, &state{&after, r.needOf(), spells})
		if err != nil {
			return err
		}
		if err := u.write(ctx, tx, r.Version); err != nil {
			return err
		}
		if err := change.Record(ctx, tx, u.history...); err != nil {
			return err
		}
		if err := s.Checks.Keep(ctx, tx, id, r.Village, found); err != nil {
			return err
		}
		// Standing facts (skill, birth, …) count from the month of the edit on:
		// closed months keep what they knew.
		return s.touched(ctx, tx, by, action, id, s.month(), r.Village)
	})
}

// merged is the record with the form's columns over it.
func merged(was, form *fact.Person) fact.Person {
	p := *form
	p.ID, p.HouseholdID, p.Household, p.Village = was.ID, was.HouseholdID, was.Household, was.Village
	p.IDMask, p.PhoneMask, p.Kinds, p.MergedInto = was.IDMask, was.PhoneMask, was.Kinds, was.MergedInto
	p.Status, p.StatusOn, p.StatusFrom = was.Status, was.StatusOn, was.StatusFrom
	p.InOn, p.OutOn, p.OutReason, p.Version = was.InOn, was.OutOn, was.OutReason, was.Version
	return p
}

// update is one UPDATE of person in the making, with its history.
type update struct {
	id      int64
	sets    []string
	args    db.Args
	history []change.Field
	former  []byte // the old blind index of a corrected number
	by      account.Caller
	reason  string
}

func (u *update) set(name string, v any) { u.sets = append(u.sets, name+" = "+u.args.Add(v)) }

func (s *Store) prepare(ctx context.Context, tx *db.Tx, scope region.Scope, by account.Caller, was, after *fact.Person, e Edit) (*update, error) {
	u := &update{id: was.ID, by: by, reason: strings.TrimSpace(e.Reason)}
	fields := checkWords(after)
	if after.Birth != 0 && (!after.Birth.Valid() || after.Birth > s.today()) {
		fields = append(fields, fault.Field{Name: "birth", Key: "people.date"})
	}
	more, err := s.prepareIdentity(ctx, tx, scope, u, was, after, e)
	if err != nil {
		return nil, err
	}
	bad, err := s.checkSettlement(ctx, tx, after, was.Settlement)
	if err != nil {
		return nil, err
	}
	if bad != nil {
		fields = append(fields, *bad)
	}
	if fields = append(fields, more...); len(fields) > 0 {
		return nil, fault.InvalidFields(fields...)
	}
	if u.reason == "" && len(u.former) > 0 {
		return nil, fault.InvalidFields(fault.Field{Name: "reason", Key: "people.id.reason"})
	}
	for _, c := range editable {
		old, now := stored(c.get(was)), stored(c.get(after))
		if old == now {
			continue
		}
		u.set(c.name, c.get(after))
		if c.name == "name" {
			u.set("initials", pinyin.Initials(after.Name))
		}
		u.history = append(u.history, change.Field{PersonID: was.ID, Entity: change.OfPerson, Field: c.name, Old: old, New: now, By: by.UserID, Reason: u.reason})
	}
	return u, nil
}

// prepareIdentity handles number and phone: sealed, masked in the history with
// the ciphers beside, the old number kept as a hint.
func (s *Store) prepareIdentity(ctx context.Context, tx *db.Tx, scope region.Scope, u *update, was, after *fact.Person, e Edit) ([]fault.Field, error) {
	var fields []fault.Field
	if e.IDNumber != "" || after.IDKind != was.IDKind && (after.IDKind == idNone || was.IDKind == idNone) {
		id, parsed, bad, err := s.sealID(after.IDKind, e.IDNumber, was.ID)
		if err != nil {
			return nil, err
		}
		if bad == nil {
			bad = fromID(after, parsed)
		}
		if bad != nil {
			fields = append(fields, *bad)
		} else if err := s.correctID(ctx, tx, scope, u, was, id, e.decided); err != nil {
			return nil, err
		}
	}
	if e.Phone == "" && !e.DropPhone {
		return fields, nil
	}
	phone, bad, err := s.sealPhone(e.Phone, SealPhone)
	if err != nil {
		return nil, err
	}
	if bad != nil {
		return append(fields, *bad), nil
	}
	old, plain, err := s.openColumn(ctx, tx, "phone_cipher", SealPhone, was.ID)
	if err != nil {
		return nil, err
	}
	now := NormalPhone(e.Phone)
	if plain == now {
		return fields, nil
	}
	f, err := s.sealedChange(was.ID, "phone", was.PhoneMask, phone.Mask, old, []byte(now), u)
	if err != nil {
		return nil, err
	}
	u.set("phone_cipher", blob(phone.Cipher))
	u.set("phone_index", blob(phone.Index))
	u.set("phone_mask", phone.Mask)
	u.history = append(u.history, f)
	return fields, nil
}

func (s *Store) correctID(ctx context.Context, tx *db.Tx, scope region.Scope, u *update, was *fact.Person, id sealed, decided bool) error {
	var oldIndex []byte
	if err := tx.QueryRowContext(ctx, `SELECT id_index FROM person WHERE id = $1`, was.ID).Scan(&oldIndex); err != nil {
		return fmt.Errorf("read id: %w", err)
	}
	if string(oldIndex) == string(id.Index) {
		return nil
	}
	if err := s.unknownID(ctx, tx, scope, id.Index, was.ID, decided); err != nil {
		return err
	}
	old, _, err := s.openColumn(ctx, tx, "id_cipher", SealID, was.ID)
	if err != nil {
		return err
	}
	plain, err := s.Box.Decrypt(SealID, id.Cipher)
	if err != nil {
		return err
	}
	f, err := s.sealedChange(was.ID, "id_number", was.IDMask, id.Mask, old, plain, u)
	if err != nil {
		return err
	}
	u.former = oldIndex
	u.set("id_cipher", id.Cipher)
	u.set("id_index", id.Index)
	u.set("id_mask", id.Mask)
	u.history = append(u.history, f)
	return nil
}

// openColumn reads and opens one sealed column of a person.
func (s *Store) openColumn(ctx context.Context, q db.Querier, column, context_ string, id int64) ([]byte, string, error) {
	var c []byte
	if err := q.QueryRowContext(ctx, `SELECT `+column+` FROM person WHERE id = $1`, id).Scan(&c); err != nil {
		return nil, "", fmt.Errorf("read %s: %w", column, err)
	}
	if len(c) == 0 {
		return nil, "", nil
	}
	plain, err := s.Box.Decrypt(context_, c)
	if err != nil {
		return nil, "", err
	}
	return plain, string(plain), nil
}

func (s *Store) sealedChange(id int64, field, oldMask, newMask string, old, now []byte, u *update) (change.Field, error) {
	f := change.Field{PersonID: id, Entity: change.OfPerson, Field: field, Old: oldMask, New: newMask, By: u.by.UserID, Reason: u.reason}
	var err error
	if len(old) > 0 {
		if f.OldCipher, err = s.Box.Encrypt(SealHistoryOld, old); err != nil {
			return f, err
		}
	}
	if len(now) > 0 {
		f.NewCipher, err = s.Box.Encrypt(SealHistoryNew, now)
	}
	return f, err
}

// write applies the update to the version that was read.
func (u *update) write(ctx context.Context, tx *db.Tx, version int) error {
	u.set("updated_at", db.Millis(tx.Now))
	res, err := tx.ExecContext(ctx, `UPDATE person SET `+strings.Join(u.sets, ", ")+`, version = version + 1
		WHERE id = `+u.args.Add(u.id)+` AND version = `+u.args.Add(version), u.args.Values...)
	if err != nil {
		return fmt.Errorf("update person: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fault.New(fault.Conflict, "fault.conflict")
	}
	if len(u.former) == 0 {
		return nil
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO former_id (person_id, id_index, changed_at, reason) VALUES ($1, $2, $3, $4)
		ON CONFLICT (person_id, id_index) DO UPDATE SET changed_at = excluded.changed_at, reason = excluded.reason`,
		u.id, u.former, db.Millis(tx.Now), u.reason)
	if err != nil {
		return fmt.Errorf("keep former id: %w", err)
	}
	return nil
}
