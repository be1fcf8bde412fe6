package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/pinyin"
	"wengang/internal/region"
)

// Create adds a person to a village of the scope and answers their id. The
// household is p.HouseholdID, or the one with p.Household as its number in the
// village, or a new one. A number that the ledger already holds is a Conflict:
// inside the scope it names the person, outside it only says so (a transfer
// request is a later act).
func (s *Store) Create(ctx context.Context, scope region.Scope, by account.Caller, p fact.Person) (id int64, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		id, err = s.CreateInTx(ctx, tx, scope, by, p)
		return err
	})
	return id, err
}

// CreateInTx is Create as a part of another act.
func (s *Store) CreateInTx(ctx context.Context, tx *db.Tx, scope region.Scope, by account.Caller, p fact.Person) (int64, error) {
	if !scope.Contains(p.Village) {
		return 0, errNotFound
	}
	if p.Village.Level() != region.Village {
		return 0, fault.InvalidFields(fault.Field{Name: "village", Key: "people.village.level"})
	}
	tidy(&p)
	return s.create(ctx, tx, scope, by, p)
}

func (s *Store) create(ctx context.Context, tx *db.Tx, scope region.Scope, by account.Caller, p fact.Person) (int64, error) {
	var err error
	if p.ID, err = tx.NextIDs(ctx, "person", 1); err != nil {
		return 0, err
	}
	id, phone, err := s.sealBoth(&p)
	if err != nil {
		return 0, err
	}
	if bad, err := s.checkSettlement(ctx, tx, &p, 0); err != nil || bad != nil {
		if bad != nil {
			err = fault.InvalidFields(*bad)
		}
		return 0, err
	}
	if err := s.unknownID(ctx, tx, scope, id.Index, 0, false); err != nil {
		return 0, err
	}
	if p.InOn == 0 {
		p.InOn = s.today()
	}
	if p.Status != 0 && p.StatusOn == 0 {
		p.StatusOn = s.today()
	}
	found, err := s.verify(ctx, tx, nil, &state{person: &p})
	if err != nil {
		return 0, err
	}
	if p.HouseholdID, err = s.householdFor(ctx, tx, &p); err != nil {
		return 0, err
	}
	if err := insertPerson(ctx, tx, &p, id, phone); err != nil {
		return 0, err
	}
	if err := s.insertDated(ctx, tx, by, &p); err != nil {
		return 0, err
	}
	if err := change.Record(ctx, tx, change.Field{PersonID: p.ID, Entity: change.OfPerson, Field: change.Created, By: by.UserID}); err != nil {
		return 0, err
	}
	if err := s.Checks.Keep(ctx, tx, p.ID, p.Village, found); err != nil {
		return 0, err
	}
	return p.ID, s.touched(ctx, tx, by, "people.create", p.ID, p.InOn.Month(), p.Village)
}

// touched is the tail of every write: change log, adjustments of closed
// months, audit row.
func (s *Store) touched(ctx context.Context, tx *db.Tx, by account.Caller, action string, id int64, from calendar.Month, villages ...region.Code) error {
	for _, v := range villages {
		if err := change.Person(ctx, tx, v, id, from, calendar.Open); err != nil {
			return err
		}
	}
	if err := s.Closed.Note(ctx, tx, id, from, calendar.Open); err != nil {
		return err
	}
	return s.Audit.Write(ctx, tx, by, audit.Entry{Action: action, Object: "person", ObjectID: itoa(id), Region: villages[0]})
}

func tidy(p *fact.Person) {
	p.Name = strings.TrimSpace(p.Name)
	p.Code = strings.TrimSpace(p.Code)
	p.Household = strings.TrimSpace(p.Household)
	p.Note = strings.TrimSpace(p.Note)
	if p.IDKind == 0 {
		p.IDKind = 1
	}
}

// sealBoth checks words, number and phone together, so that one answer names
// every wrong field.
func (s *Store) sealBoth(p *fact.Person) (id, phone sealed, err error) {
	fields := checkWords(p)
	id, parsed, bad, err := s.sealID(p.IDKind, p.IDNumber, p.ID)
	if err != nil {
		return id, phone, err
	}
	if bad == nil {
		bad = fromID(p, parsed)
	}
	if bad != nil {
		fields = append(fields, *bad)
	}
	phone, bad, err = s.sealPhone(p.Phone, SealPhone)
	if err != nil {
		return id, phone, err
	}
	if bad != nil {
		fields = append(fields, *bad)
	}
	if p.Birth != 0 && (!p.Birth.Valid() || p.Birth > s.today()) {
		fields = append(fields, fault.Field{Name: "birth", Key: "people.date"})
	}
	if len(fields) > 0 {
		return id, phone, fault.InvalidFields(fields...)
	}
	return id, phone, nil
}

// unknownID refuses a number that another person has or had. except is the
// person who may have it; decided says that somebody looked and it is not the
// one who once had it.
func (s *Store) unknownID(ctx context.Context, q db.Querier, scope region.Scope, index []byte, except int64, decided bool) error {
	var id int64
	var village region.Code
	err := q.QueryRowContext(ctx, `SELECT id, village FROM person WHERE id_index = $1 AND id <> $2`, index, except).Scan(&id, &village)
	switch {
	case err == nil && scope.Contains(village):
		return fault.New(fault.Conflict, "people.id.taken", id)
	case err == nil:
		return fault.New(fault.Conflict, "people.id.elsewhere")
	case !errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("look up id: %w", err)
	}
	if decided {
		return nil
	}
	err = q.QueryRowContext(ctx, `SELECT person_id FROM former_id WHERE id_index = $1 AND person_id <> $2 LIMIT 1`, index, except).Scan(&id)
	if err == nil {
		return fault.New(fault.Conflict, "people.id.former")
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("look up id: %w", err)
	}
	return nil
}

func insertPerson(ctx context.Context, tx *db.Tx, p *fact.Person, id, phone sealed) error {
	cols := []string{"id", "household_id", "village", "initials", "id_cipher", "id_index", "id_mask",
		"phone_cipher", "phone_index", "phone_mask", "status", "status_on", "status_source", "in_on", "created_at", "updated_at"}
	now := db.Millis(tx.Now)
	var a db.Args
	marks := []string{a.Add(p.ID), a.Add(p.HouseholdID), a.Add(int64(p.Village)), a.Add(pinyin.Initials(p.Name)), a.Add(id.Cipher), a.Add(id.Index), a.Add(id.Mask),
		a.Add(blob(phone.Cipher)), a.Add(blob(phone.Index)), a.Add(phone.Mask), a.Add(p.Status), a.Add(int64(p.StatusOn)), a.Add(p.StatusFrom), a.Add(int64(p.InOn)), a.Add(now), a.Add(now)}
	for _, c := range editable {
		cols = append(cols, c.name)
		marks = append(marks, a.Add(c.get(p)))
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO person (`+strings.Join(cols, ", ")+`) VALUES (`+strings.Join(marks, ", ")+`)`, a.Values...)
	if err != nil {
		return fmt.Errorf("insert person: %w", err)
	}
	return nil
}

// insertDated writes the dated side of a new person: residence, kinds, status.
func (s *Store) insertDated(ctx context.Context, tx *db.Tx, by account.Caller, p *fact.Person) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO residence (person_id, since, village) VALUES ($1, $2, $3)`,
		p.ID, int32(p.InOn.Month()), int64(p.Village))
	if err != nil {
		return fmt.Errorf("insert residence: %w", err)
	}
	for _, k := range p.Kinds {
		if err := insertKind(ctx, tx, p.ID, k); err != nil {
			return err
		}
	}
	if p.Status == 0 {
		return nil
	}
	return insertStatus(ctx, tx, by, p.ID, p.Status, p.StatusOn, p.StatusFrom)
}
