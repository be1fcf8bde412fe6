package register

import (
	"context"
	"fmt"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// phoneContext binds a sealed phone number to its column.
const phoneContext = "register.phone_cipher"

// outsiderContext is the same for the number of a person outside the ledger.
const outsiderContext = "outsider.id_cipher"

// may answers the scope of an edit, or why there is none.
func may(by account.Caller) (region.Scope, error) {
	if !by.Can(account.RegisterEdit) {
		return region.Scope{}, fault.New(fault.Forbidden, "fault.forbidden", account.RegisterEdit)
	}
	return by.Scope(account.RegisterEdit), nil
}

// Add writes a register from the texts of a page's form. The caller needs
// RegisterEdit at its place; wrong fields come back together.
func (s *Store) Add(ctx context.Context, by account.Caller, kind string, at region.Code, form map[string]string) (*Record, error) {
	scope, err := may(by)
	if err != nil {
		return nil, err
	}
	k := ByID(kind)
	if k == nil || !scope.Contains(at) {
		return nil, errNotFound
	}
	r, err := s.read(k, at, form)
	if err != nil {
		return nil, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := s.insert(ctx, tx, r, 0, by.UserID); err != nil {
			return err
		}
		return record(ctx, s, tx, by, "register.add", r.ID, r.Region, kind)
	})
	return r, err
}

func (s *Store) read(k *Kind, at region.Code, form map[string]string) (*Record, error) {
	r, problems := parseRecord(k, s.places, at, func(key string) (string, string) { return form[key], "" })
	return r, asFault(problems)
}

// asFault is the hard problems as one fault with its fields, or nil.
func asFault(problems []Problem) error {
	var fields []fault.Field
	for _, p := range problems {
		if p.Hard {
			fields = append(fields, fault.Field{Name: p.Field, Key: p.Rule, Args: p.Args})
		}
	}
	if len(fields) == 0 {
		return nil
	}
	return fault.InvalidFields(fields...)
}

func (s *Store) insert(ctx context.Context, tx *db.Tx, r *Record, batch, user int64) error {
	id, err := tx.NextIDs(ctx, "register", 1)
	if err != nil {
		return err
	}
	r.ID, r.BatchID, r.CreatedAt, r.Version = id, batch, db.Millis(tx.Now), 1
	cipher, mask, err := s.sealPhone(r.Phone)
	if err != nil {
		return err
	}
	r.PhoneMask, r.Phone = mask, ""
	_, err = tx.ExecContext(ctx, `
		INSERT INTO register (id, kind, region, level, name, name_key, uscc, doc_no, started_on, ended_on, end_reason, state, contact,
			phone_cipher, phone_mask, people, poor, marks, extra, batch_id, created_by, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $22)`,
		r.ID, r.Kind, int64(r.Region), r.Level, r.Name, NameKey(r.Name), r.USCC, r.DocNo, int32(r.StartedOn), int32(r.EndedOn), r.EndReason, int(r.State), r.Contact,
		blob(cipher), r.PhoneMask, r.People, r.Poor, int(r.Marks), encodeExtra(r.Extra), batch, user, r.CreatedAt)
	if err != nil {
		return fmt.Errorf("add register: %w", err)
	}
	return s.addState(ctx, tx, r, r.StartedOn, batch, user)
}

func (s *Store) addState(ctx context.Context, tx *db.Tx, r *Record, since calendar.Date, batch, user int64) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO register_state (register_id, since, recorded_at, state, reason, recorded_by, batch_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (register_id, since, recorded_at) DO UPDATE SET state = excluded.state, reason = excluded.reason`,
		r.ID, int32(since), db.Millis(tx.Now), int(r.State), r.EndReason, user, batch)
	if err != nil {
		return fmt.Errorf("state of register %d: %w", r.ID, err)
	}
	return nil
}

func (s *Store) sealPhone(plain string) (cipher []byte, mask string, err error) {
	if plain == "" {
		return nil, "", nil
	}
	cipher, err = s.box.Encrypt(phoneContext, []byte(plain))
	return cipher, maskPhone(plain), err
}

// Edit changes a register. version is the one that the page showed: an older
// one is a conflict. Blank fields of the form clear, except the phone number,
// which a page never holds in plain.
func (s *Store) Edit(ctx context.Context, by account.Caller, id int64, version int, form map[string]string, reason string) error {
	scope, err := may(by)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		old, err := s.get(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		if err := take(ctx, tx, old, version); err != nil {
			return err
		}
		r, err := s.read(ByID(old.Kind), old.Region, form)
		if err != nil {
			return err
		}
		r.ID, r.Version = old.ID, old.Version
		if err := s.update(ctx, tx, old, r, changeOf{reason: reason, user: by.UserID}); err != nil {
			return err
		}
		if err := s.redated(ctx, tx, old, r, by.UserID, 0); err != nil {
			return err
		}
		return record(ctx, s, tx, by, "register.edit", id, old.Region, old.Kind)
	})
}

// End closes a register on a day with a reason; its people's stays end with it.
func (s *Store) End(ctx context.Context, by account.Caller, id int64, version int, on calendar.Date, reason string) error {
	scope, err := may(by)
	if err != nil {
		return err
	}
	var fields []fault.Field
	if !on.Valid() {
		fields = append(fields, fault.Field{Name: "ended_on", Key: "register.required", Args: []any{"退出日期"}})
	}
	if reason == "" {
		fields = append(fields, fault.Field{Name: "end_reason", Key: "register.reason_required"})
	}
	if fields != nil {
		return fault.InvalidFields(fields...)
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		old, err := s.get(ctx, tx, scope, id)
		switch {
		case err != nil:
			return err
		case old.EndedOn != fact.Forever:
			return fault.New(fault.Conflict, "fault.conflict")
		case on < old.StartedOn:
			return fault.InvalidFields(fault.Field{Name: "ended_on", Key: "register.end_before_start", Args: []any{old.StartedOn, on}})
		}
		if err := take(ctx, tx, old, version); err != nil {
			return err
		}
		r := *old
		r.EndedOn, r.EndReason, r.State = on, reason, Ended
		if err := s.update(ctx, tx, old, &r, changeOf{reason: reason, user: by.UserID}); err != nil {
			return err
		}
		if err := s.addState(ctx, tx, &r, on, 0, by.UserID); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `
			UPDATE register_member SET ended_on = $1, end_reason = $2, updated_at = $3
			WHERE register_id = $4 AND ended_on > $1 AND started_on <= $1`, int32(on), reason, db.Millis(tx.Now), id); err != nil {
			return fmt.Errorf("end members of register %d: %w", id, err)
		}
		if err := s.redated(ctx, tx, old, &r, by.UserID, 0); err != nil {
			return err
		}
		return record(ctx, s, tx, by, "register.end", id, old.Region, old.Kind)
	})
}

// take holds the row for an edit of the version that a page showed: of two at
// the same time one is refused.
func take(ctx context.Context, tx *db.Tx, old *Record, version int) error {
	if old.Version != version {
		return fault.New(fault.Conflict, "fault.conflict")
	}
	res, err := tx.ExecContext(ctx, "UPDATE register SET updated_at = updated_at WHERE id = $1 AND version = $2", old.ID, version)
	if err != nil {
		return fmt.Errorf("take register %d: %w", old.ID, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fault.New(fault.Conflict, "fault.conflict")
	}
	return nil
}

// changeOf says who changes and why, for the history.
type changeOf struct {
	reason string
	user   int64
	batch  int64
}

// blob is NULL for no bytes: the SQLite driver writes an empty slice as an
// empty blob, of which a unique index takes only one.
func blob(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

func record(ctx context.Context, s *Store, tx *db.Tx, by account.Caller, action string, id int64, at region.Code, kind string) error {
	return s.audit.Note(ctx, tx, by, account.Note{Action: action, Object: "register", ObjectID: strconv.FormatInt(id, 10), Region: at, Detail: map[string]string{"kind": kind}})
}
