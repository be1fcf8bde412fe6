package register

import (
	"context"
	"fmt"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
)

// Months learns that people lived elsewhere than it has them in months that
// may be closed (internal/month).
type Months interface {
	NoteAll(ctx context.Context, tx *db.Tx, ids []int64, from, to calendar.Month, by, batch int64) error
}

// UseMonths connects the months: the residents of settlements are counted in
// them by their dates.
func (s *Store) UseMonths(m Months) { s.months = m }

// People has on each record where somebody lives today (internal/people).
type People interface {
	Settle(ctx context.Context, tx *db.Tx, to map[int64]int64, user, batch int64) error
	Unsettle(ctx context.Context, tx *db.Tx, batch, user int64) error
}

// UsePeople connects the records: where somebody lives today follows the list.
func (s *Store) UsePeople(p People) { s.people = p }

// livesToday is where the lists have people today, 0 for those whom they have
// nowhere; whom no list names is not in the answer.
func (s *Store) livesToday(ctx context.Context, q db.Querier, ids []int64) (map[int64]int64, error) {
	out := map[int64]int64{}
	today := s.today()
	for len(ids) > 0 {
		n := min(400, len(ids))
		var a db.Args
		err := each(ctx, q, `SELECT m.person_id, m.register_id, m.started_on, CASE WHEN r.ended_on < m.ended_on THEN r.ended_on ELSE m.ended_on END FROM register_member m
			JOIN register r ON r.id = m.register_id AND r.kind = '`+SettlementKind+`'
			WHERE m.person_id IN `+db.List(&a, ids[:n])+` AND `+live("m")+` AND `+live("r")+` ORDER BY m.person_id, m.started_on, m.id`, a.Values, func(row scanner) error {
			var id, home int64
			var from, to calendar.Date
			if err := row.Scan(&id, &home, &from, &to); err != nil {
				return err
			}
			if from <= today && today <= to {
				out[id] = home
			} else if _, known := out[id]; !known {
				out[id] = 0
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("residents today: %w", err)
		}
		ids = ids[n:]
	}
	return out, nil
}

// moved is who lives elsewhere than before, from which day on.
type moved map[int64]calendar.Date

func (m moved) add(id int64, from calendar.Date) {
	if id == 0 {
		return
	}
	if was, ok := m[id]; !ok || from < was {
		m[id] = from
	}
}

// resettled tells readers of the months that people live elsewhere: the cache
// by the change log, closed months by what they would now be.
func (s *Store) resettled(ctx context.Context, tx *db.Tx, who moved, by, batch int64) error {
	if len(who) == 0 {
		return nil
	}
	ids := make([]int64, 0, len(who))
	first := fact.Forever
	for id, from := range who {
		ids, first = append(ids, id), min(first, from)
	}
	from := calendar.Month(first / 100)
	at, err := homesOf(ctx, tx, ids)
	if err != nil {
		return err
	}
	homes := map[region.Code]bool{}
	for id, village := range at {
		if len(ids) > 20 {
			homes[village.At(region.County)] = true
		} else if err := change.Person(ctx, tx, village, id, from, calendar.Open); err != nil {
			return err
		}
	}
	for c := range homes {
		if err := change.County(ctx, tx, c, from, calendar.Open); err != nil {
			return err
		}
	}
	if s.people != nil {
		to, err := s.livesToday(ctx, tx, ids)
		if err != nil {
			return err
		}
		if err := s.people.Settle(ctx, tx, to, by, batch); err != nil {
			return err
		}
	}
	if s.months == nil {
		return nil
	}
	return s.months.NoteAll(ctx, tx, ids, from, calendar.Open, by, batch)
}

func homesOf(ctx context.Context, q db.Querier, ids []int64) (map[int64]region.Code, error) {
	out := map[int64]region.Code{}
	for len(ids) > 0 {
		n := min(400, len(ids))
		var a db.Args
		err := each(ctx, q, "SELECT p.id, p.village FROM person p WHERE p.id IN "+db.List(&a, ids[:n]), a.Values, func(row scanner) error {
			var id int64
			var at region.Code
			if err := row.Scan(&id, &at); err != nil {
				return err
			}
			out[id] = at
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("homes of residents: %w", err)
		}
		ids = ids[n:]
	}
	return out, nil
}

// residents are the people whom a settlement counts: those of its list and
// those whom the ledger has there without dates.
func residents(ctx context.Context, q db.Querier, id int64, from calendar.Date) (moved, error) {
	who := moved{}
	err := each(ctx, q, `SELECT m.person_id FROM register_member m WHERE m.register_id = $1 AND m.person_id > 0
		UNION SELECT p.id FROM person p WHERE p.settlement = $1`, []any{id}, func(row scanner) error {
		var person int64
		if err := row.Scan(&person); err != nil {
			return err
		}
		who.add(person, from)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("residents of settlement %d: %w", id, err)
	}
	return who, nil
}

// redated: a settlement that opens or closes on another day takes its people
// along.
func (s *Store) redated(ctx context.Context, tx *db.Tx, old, now *Record, by, batch int64) error {
	if old.Kind != SettlementKind || old.StartedOn == now.StartedOn && old.EndedOn == now.EndedOn {
		return nil
	}
	from := fact.Forever
	if old.StartedOn != now.StartedOn {
		from = min(old.StartedOn, now.StartedOn)
	}
	if old.EndedOn != now.EndedOn {
		from = min(from, old.EndedOn, now.EndedOn)
	}
	who, err := residents(ctx, tx, old.ID, from)
	if err != nil {
		return err
	}
	return s.resettled(ctx, tx, who, by, batch)
}

// batchResidents are the residents whom a roster brought or changed.
func batchResidents(ctx context.Context, q db.Querier, batch int64) (moved, error) {
	who := moved{}
	err := each(ctx, q, `
		SELECT m.person_id, m.started_on FROM register_member m JOIN register r ON r.id = m.register_id AND r.kind = '`+SettlementKind+`'
		WHERE m.batch_id = $1 AND m.person_id > 0
		UNION ALL
		SELECT m.person_id, CASE WHEN c.field = 'started_on' THEN 0 ELSE m.started_on END FROM register_change c
		JOIN register r ON r.id = c.register_id AND r.kind = '`+SettlementKind+`'
		JOIN register_member m ON m.register_id = c.register_id AND m.id = c.member_id
		WHERE c.batch_id = $1 AND c.member_id > 0 AND m.person_id > 0`, []any{batch}, func(row scanner) error {
		var person int64
		var from calendar.Date
		if err := row.Scan(&person, &from); err != nil {
			return err
		}
		who.add(person, from)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("residents of a batch: %w", err)
	}
	return who, nil
}

// addHousehold brings the rest of a person's household along to a settlement,
// from the same day on, those who are there already left alone; the household
// then stands there. Only people whom the caller may change come along.
func (s *Store) addHousehold(ctx context.Context, tx *db.Tx, by account.Caller, r *Record, m *Member, who moved) error {
	var home int64
	if err := tx.QueryRowContext(ctx, "SELECT p.household_id FROM person p WHERE p.id = $1", m.PersonID).Scan(&home); err != nil {
		return fmt.Errorf("household of a resident: %w", err)
	}
	var a db.Args
	var ids []int64
	err := each(ctx, tx, `SELECT p.id FROM person p WHERE p.household_id = `+a.Add(home)+` AND p.id <> `+a.Add(m.PersonID)+` AND p.out_on = 0 AND p.merged_into = 0
		AND `+by.Scope(account.PeopleEdit).Predicate("p.village", a.Add)+` AND `+live("p")+`
		AND NOT EXISTS (SELECT 1 FROM register_member x WHERE x.register_id = `+a.Add(r.ID)+` AND x.person_id = p.id AND x.ended_on >= `+a.Add(int32(m.StartedOn))+`)
		ORDER BY p.id`, a.Values, func(row scanner) error {
		var id int64
		if err := row.Scan(&id); err != nil {
			return err
		}
		ids = append(ids, id)
		return nil
	})
	if err != nil {
		return fmt.Errorf("household of a resident: %w", err)
	}
	for _, id := range ids {
		n, err := tx.NextIDs(ctx, "register_member", 1)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO register_member (register_id, id, person_id, started_on, ended_on, created_by, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $7)`, r.ID, n, id, int32(m.StartedOn), int32(m.EndedOn), by.UserID, db.Millis(tx.Now)); err != nil {
			return fmt.Errorf("add household: %w", err)
		}
		who.add(id, m.StartedOn)
	}
	var u db.Args
	if _, err := tx.ExecContext(ctx, "UPDATE household SET settlement = "+u.Add(r.ID)+", updated_at = "+u.Add(db.Millis(tx.Now))+" WHERE id = "+u.Add(home)+
		" AND "+by.Scope(account.PeopleEdit).Predicate("village", u.Add), u.Values...); err != nil {
		return fmt.Errorf("settlement of a household: %w", err)
	}
	return nil
}
