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
	"wengang/internal/secret"
)

// AddMember puts a person into a register from the texts of a page's form: by
// id number (a person of the ledger where the number is known), by name, or a
// headcount.
func (s *Store) AddMember(ctx context.Context, by account.Caller, registerID int64, form map[string]string) (*Member, error) {
	scope, err := may(by)
	if err != nil {
		return nil, err
	}
	var m *Member
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := s.get(ctx, tx, scope, registerID)
		if err != nil {
			return err
		}
		k := ByID(r.Kind)
		if k.Members == nil {
			return errNotFound
		}
		var problems []Problem
		m, problems = parseMember(k, func(key string) (string, string) { return form[key], "" })
		if k.Instant && m.StartedOn == 0 {
			m.StartedOn = r.StartedOn
		}
		if err := asFault(problems); err != nil {
			return err
		}
		found, err := s.lookup(ctx, tx, []string{m.IDNumber})
		if err != nil {
			return err
		}
		if found[m.IDNumber].another(m.Name, by.Scope(account.PeopleRead)) {
			return fault.InvalidFields(fault.Field{Name: "person", Key: "register.name_differs"})
		}
		if k := found[m.IDNumber]; m.IDNumber != "" && k.personID != 0 && NameKey(k.name) != NameKey(m.Name) {
			// Another person's number: the page would show that person's name.
			return fault.InvalidFields(fault.Field{Name: "id_number", Key: "register.name_differs"})
		}
		m.RegisterID = r.ID
		if err := s.insertMember(ctx, tx, m, found, 0, by.UserID); err != nil {
			return err
		}
		if r.Kind == SettlementKind && m.PersonID != 0 {
			who := moved{m.PersonID: m.StartedOn}
			if form["household"] == "1" {
				if err := s.addHousehold(ctx, tx, by, r, m, who); err != nil {
					return err
				}
			}
			if err := s.resettled(ctx, tx, who, by.UserID, 0); err != nil {
				return err
			}
		}
		return record(ctx, s, tx, by, "register.member.add", r.ID, r.Region, r.Kind)
	})
	return m, err
}

// EndMember ends a stay on a day.
func (s *Store) EndMember(ctx context.Context, by account.Caller, registerID, memberID int64, on calendar.Date, reason string) error {
	scope, err := may(by)
	if err != nil {
		return err
	}
	if !on.Valid() {
		return fault.InvalidFields(fault.Field{Name: "ended_on", Key: "register.date", Args: []any{""}})
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := s.get(ctx, tx, scope, registerID)
		if err != nil {
			return err
		}
		var started, ended calendar.Date
		var person int64
		err = tx.QueryRowContext(ctx, "SELECT started_on, ended_on, person_id FROM register_member m WHERE register_id = $1 AND id = $2 AND "+live("m"),
			registerID, memberID).Scan(&started, &ended, &person)
		switch {
		case err != nil:
			return errNotFound
		case on < started:
			return fault.InvalidFields(fault.Field{Name: "ended_on", Key: "register.end_before_start", Args: []any{started, on}})
		case ended != fact.Forever:
			return fault.New(fault.Conflict, "fault.conflict")
		}
		if err := endMember(ctx, tx, registerID, memberID, ended, on, reason, changeOf{reason: reason, user: by.UserID}); err != nil {
			return err
		}
		if r.Kind == SettlementKind && person != 0 {
			if err := s.resettled(ctx, tx, moved{person: on}, by.UserID, 0); err != nil {
				return err
			}
		}
		return record(ctx, s, tx, by, "register.member.end", r.ID, r.Region, r.Kind)
	})
}

func endMember(ctx context.Context, tx *db.Tx, registerID, memberID int64, old, on calendar.Date, reason string, why changeOf) error {
	if _, err := tx.ExecContext(ctx, `
		UPDATE register_member SET ended_on = $1, end_reason = $2, updated_at = $3 WHERE register_id = $4 AND id = $5`,
		int32(on), reason, db.Millis(tx.Now), registerID, memberID); err != nil {
		return fmt.Errorf("end member: %w", err)
	}
	return writeHistory(ctx, tx, registerID, memberID, [][]any{{"ended_on", strconv.Itoa(int(old)), strconv.Itoa(int(on)), nil}}, why)
}

// known is what an id number is known as.
type known struct {
	personID   int64
	name       string      // of the person of the ledger
	village    region.Code // and their home
	outsiderID int64
}

// another reports that a number belongs to somebody of another name whom the
// scope does not see. The list shows the ledger's name of its people: without
// this check a number typed with any name would tell whose it is.
func (k known) another(name string, scope region.Scope) bool {
	return k.personID != 0 && k.name != name && name != "" && !scope.Contains(k.village)
}

// lookup finds people of the ledger and known outsiders by the blind index of
// their number. The ledger is asked across all places: one person is one
// person (semantics), and the caller typed the number himself.
func (s *Store) lookup(ctx context.Context, q db.Querier, numbers []string) (map[string]known, error) {
	out := map[string]known{}
	byIndex := map[string]string{}
	for _, n := range numbers {
		if n != "" {
			byIndex[string(s.box.BlindIndex("id", n))] = n
		}
	}
	keys := make([][]byte, 0, len(byIndex))
	for k := range byIndex {
		keys = append(keys, []byte(k))
	}
	for len(keys) > 0 {
		n := min(400, len(keys))
		var a db.Args
		list := db.List(&a, keys[:n])
		err := each(ctx, q, "SELECT p.id_index, COALESCE(NULLIF(p.merged_into, 0), p.id), p.name, p.village FROM person p WHERE p.id_index IN "+list+" AND "+live("p"), a.Values, func(row scanner) error {
			var index []byte
			var k known
			if err := row.Scan(&index, &k.personID, &k.name, &k.village); err != nil {
				return err
			}
			out[byIndex[string(index)]] = k
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("people by number: %w", err)
		}
		err = each(ctx, q, "SELECT o.id_index, o.id FROM outsider o WHERE o.id_index IN "+list, a.Values, func(row scanner) error {
			var index []byte
			var id int64
			if err := row.Scan(&index, &id); err != nil {
				return err
			}
			k := out[byIndex[string(index)]]
			k.outsiderID = id
			out[byIndex[string(index)]] = k
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("outsiders by number: %w", err)
		}
		keys = keys[n:]
	}
	return out, nil
}

func each(ctx context.Context, q db.Querier, query string, args []any, fn func(scanner) error) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// insertMember writes a member; it makes the outsider where one is needed and
// adds it to found.
func (s *Store) insertMember(ctx context.Context, tx *db.Tx, m *Member, found map[string]known, batch, user int64) error {
	k := found[m.IDNumber]
	switch {
	case m.Name == "": // headcount
	case m.IDNumber != "" && k.personID != 0:
		m.PersonID = k.personID
	case m.IDNumber != "" && k.outsiderID != 0:
		m.OutsiderID = k.outsiderID
	default:
		if err := s.insertOutsider(ctx, tx, m, batch); err != nil {
			return err
		}
		if m.IDNumber != "" {
			found[m.IDNumber] = known{outsiderID: m.OutsiderID}
		}
	}
	id, err := tx.NextIDs(ctx, "register_member", 1)
	if err != nil {
		return err
	}
	m.ID = id
	_, err = tx.ExecContext(ctx, `
		INSERT INTO register_member (register_id, id, person_id, outsider_id, claimed, role, started_on, ended_on, end_reason, people, poor_people, extra,
			batch_id, created_by, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)`,
		m.RegisterID, m.ID, m.PersonID, m.OutsiderID, m.Claimed, m.Role, int32(m.StartedOn), int32(m.EndedOn), m.EndReason, m.People, m.Poor, encodeExtra(m.Extra),
		batch, user, db.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("add member: %w", err)
	}
	return nil
}

func (s *Store) insertOutsider(ctx context.Context, tx *db.Tx, m *Member, batch int64) error {
	id, err := tx.NextIDs(ctx, "outsider", 1)
	if err != nil {
		return err
	}
	var cipher, index []byte
	mask := ""
	if m.IDNumber != "" {
		if cipher, err = s.box.Encrypt(outsiderContext, []byte(m.IDNumber)); err != nil {
			return err
		}
		index, mask = s.box.BlindIndex("id", m.IDNumber), secret.MaskID(m.IDNumber)
	}
	if _, err := tx.ExecContext(ctx, `
		INSERT INTO outsider (id, name, id_cipher, id_index, id_mask, batch_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id, m.Name, blob(cipher), blob(index), mask, batch, db.Millis(tx.Now)); err != nil {
		return fmt.Errorf("add outsider: %w", err)
	}
	m.OutsiderID = id
	return nil
}
