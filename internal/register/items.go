package register

import (
	"context"
	"fmt"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/setting"
)

// Items answers what the forms count: the registers of a kind at or below a
// place that lasted on at least one day of from..to, with the members whose
// stay touches it. Records received after receivedBy (Unix milliseconds; 0 for
// no bound) are left out. Two statements, whatever the number of counties.
func (s *Store) Items(ctx context.Context, scope region.Scope, kind string, at region.Code, from, to calendar.Date, receivedBy int64) ([]*fact.RegisterItem, error) {
	var out []*fact.RegisterItem
	err := s.db.Snapshot(ctx, func(q db.Querier) error {
		var err error
		out, err = items(ctx, q, scope.Within(at), kind, from, to, receivedBy)
		return err
	})
	return out, err
}

func items(ctx context.Context, q db.Querier, scope region.Scope, kind string, from, to calendar.Date, receivedBy int64) ([]*fact.RegisterItem, error) {
	var a db.Args
	cond := touching("r", &a, from, to, receivedBy) + " AND r.kind = " + a.Add(kind) + " AND " + scope.Predicate("r.region", a.Add)
	rows, err := q.QueryContext(ctx, `
		SELECT r.id, r.region, r.started_on, r.ended_on, r.created_at, r.people, r.poor, r.name, r.contact, r.phone_mask, r.marks, r.extra
		FROM register r WHERE `+cond+` ORDER BY r.id`, a.Values...)
	if err != nil {
		return nil, fmt.Errorf("items of %s: %w", kind, err)
	}
	defer rows.Close()
	var out []*fact.RegisterItem
	byID := map[int64]*fact.RegisterItem{}
	for rows.Next() {
		it := &fact.RegisterItem{}
		var extra string
		if err := rows.Scan(&it.ID, &it.Region, &it.StartedOn, &it.EndedOn, &it.RecordedAt, &it.People, &it.Poor,
			&it.Name, &it.Contact, &it.PhoneMask, &it.Marks, &extra); err != nil {
			return nil, fmt.Errorf("items of %s: %w", kind, err)
		}
		if it.Extra, err = decodeExtra(extra); err != nil {
			return nil, err
		}
		out, byID[it.ID] = append(out, it), it
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("items of %s: %w", kind, err)
	}
	if k := ByID(kind); k == nil || k.Members == nil || len(out) == 0 {
		return out, nil
	}
	return out, addMembers(ctx, q, byID, scope, kind, from, to, receivedBy)
}

// touching: the row lasts on a day of from..to and was received in time.
func touching(alias string, a *db.Args, from, to calendar.Date, receivedBy int64) string {
	cond := alias + ".started_on <= " + a.Add(int32(to)) + " AND " + alias + ".ended_on >= " + a.Add(int32(from)) + " AND " + live(alias)
	if receivedBy != 0 {
		cond += " AND " + alias + ".created_at <= " + a.Add(receivedBy)
	}
	return cond
}

// addMembers reads the members. An outsider whose number is in the ledger by
// now is that person; a merged person is the one merged into.
func addMembers(ctx context.Context, q db.Querier, byID map[int64]*fact.RegisterItem, scope region.Scope, kind string, from, to calendar.Date, receivedBy int64) error {
	var a db.Args
	member := "COALESCE(NULLIF(p.merged_into, 0), p.id, NULLIF(n.merged_into, 0), n.id)"
	cond := touching("m", &a, from, to, receivedBy) + " AND r.kind = " + a.Add(kind) + " AND " + scope.Predicate("r.region", a.Add)
	// Until when the person counts: for ever, to the day the risk was removed, or not at all.
	counted := fmt.Sprintf(`COALESCE((SELECT MAX(CASE WHEN k.kind = %d OR k.risk_removed_on = 0 THEN %d ELSE k.risk_removed_on END)
		FROM person_kind k WHERE k.person_id = %s AND k.kind IN (%d, %d, %d, %d)
		AND k.since <= m.ended_on AND k.since <= %s AND k.until >= m.started_on AND k.until >= %s), 0)`,
		fact.KindPoor, int32(fact.Forever), member, fact.KindPoor, fact.KindUnstable, fact.KindEdge, fact.KindSudden, a.Add(int32(to)), a.Add(int32(from)))
	removed, err := riskRemoved(ctx, q, byID, from.Month().Year())
	if err != nil {
		return err
	}
	rows, err := q.QueryContext(ctx, `
		SELECT m.register_id, COALESCE(`+member+`, 0), CASE WHEN n.id IS NULL THEN m.outsider_id ELSE 0 END, m.claimed,
			m.started_on, m.ended_on, m.created_at, m.people, m.poor_people,
			`+counted+`
		FROM register_member m
		JOIN register r ON r.id = m.register_id
		LEFT JOIN outsider o ON o.id = m.outsider_id AND m.outsider_id > 0
		LEFT JOIN person p ON p.id = m.person_id AND m.person_id > 0 AND `+live("p")+`
		LEFT JOIN person n ON n.id_index = o.id_index AND m.person_id = 0 AND `+live("n")+`
		WHERE `+cond+` ORDER BY m.register_id, m.id`, a.Values...)
	if err != nil {
		return fmt.Errorf("members of %s: %w", kind, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var claimed int
		var until calendar.Date
		var m fact.RegisterMember
		if err := rows.Scan(&id, &m.PersonID, &m.OutsiderID, &claimed, &m.StartedOn, &m.EndedOn, &m.RecordedAt, &m.People, &m.Poor, &until); err != nil {
			return fmt.Errorf("members of %s: %w", kind, err)
		}
		m.Counted = removed[id].counts(until, max(m.StartedOn, from)) || m.OutsiderID > 0 && claimed == ClaimPoor
		m.Urban = claimed == ClaimUrban
		if it := byID[id]; it != nil {
			it.Members = append(it.Members, m)
		}
	}
	return rows.Err()
}

// riskSetting says whether a person counts whose risk was removed (semantics,
// People and places). It is declared where months are counted.
const riskSetting = "people.risk_removed"

type riskRule int

// counts reports whether a person counts who does so until a day (0: never
// did), in a time that begins on from.
func (r riskRule) counts(until, from calendar.Date) bool {
	switch {
	case until == 0 || until == fact.Forever || r == 2: // 2: as long as the kind is on record
		return until != 0
	case r == 1: // to the end of the year
		return until.Month().Year() >= from.Month().Year()
	}
	return until > from
}

// riskRemoved is the rule in force at each register's place.
func riskRemoved(ctx context.Context, q db.Querier, byID map[int64]*fact.RegisterItem, year int) (map[int64]riskRule, error) {
	out := make(map[int64]riskRule, len(byID))
	if _, declared := setting.Lookup(riskSetting); !declared {
		for id := range byID {
			out[id] = 1
		}
		return out, nil
	}
	stored, err := setting.Load(ctx, q, region.Country)
	if err != nil {
		return nil, err
	}
	for id, it := range byID {
		out[id] = riskRule(setting.Resolve(stored, it.Region, year).Int(riskSetting))
	}
	return out, nil
}

// Snapshots answers the present name, mask and place of ids of one space, for
// the freeze of a form whose cells hold them: the ids come from Items, which
// was asked with the caller's scope, so this narrows by the same scope only for
// registers (a person absorbed from elsewhere lives outside it).
func (s *Store) Snapshots(ctx context.Context, q db.Querier, scope region.Scope, space string, ids []int64) ([]fact.Snapshot, error) {
	var out []fact.Snapshot
	for len(ids) > 0 {
		n := min(400, len(ids))
		var a db.Args
		var query string
		switch list := db.List(&a, ids[:n]); space {
		case fact.SpacePerson:
			query = "SELECT id, name, id_mask, village, '' FROM person WHERE id IN " + list
		case fact.SpaceOutsider:
			query = "SELECT id, name, id_mask, 0, '' FROM outsider WHERE id IN " + list
		case fact.SpaceRegister:
			query = "SELECT r.id, r.name, '', r.region, r.kind FROM register r WHERE r.id IN " + list + " AND " + scope.Predicate("r.region", a.Add)
		default:
			return nil, fmt.Errorf("snapshot of %q", space)
		}
		rows, err := q.QueryContext(ctx, query+" ORDER BY 1", a.Values...)
		if err != nil {
			return nil, fmt.Errorf("snapshot of %s: %w", space, err)
		}
		for rows.Next() {
			var x fact.Snapshot
			if err := rows.Scan(&x.ID, &x.Name, &x.IDMask, &x.Region, &x.Detail); err != nil {
				rows.Close()
				return nil, fmt.Errorf("snapshot of %s: %w", space, err)
			}
			out = append(out, x)
		}
		if err := rows.Err(); err != nil {
			rows.Close()
			return nil, err
		}
		rows.Close()
		ids = ids[n:]
	}
	return out, nil
}

// Phones opens the contact numbers of registers for an official form that
// prints them. Who calls it writes the audit row.
func (s *Store) Phones(ctx context.Context, scope region.Scope, ids []int64) (map[int64]string, error) {
	out := map[int64]string{}
	for len(ids) > 0 {
		n := min(400, len(ids))
		var a db.Args
		err := each(ctx, s.db.Read, "SELECT r.id, r.phone_cipher FROM register r WHERE r.phone_cipher IS NOT NULL AND r.id IN "+db.List(&a, ids[:n])+
			" AND "+scope.Predicate("r.region", a.Add)+" AND "+live("r"), a.Values, func(row scanner) error {
			var id int64
			var cipher []byte
			if err := row.Scan(&id, &cipher); err != nil {
				return err
			}
			plain, err := s.box.Decrypt(phoneContext, cipher)
			out[id] = string(plain)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("contact numbers: %w", err)
		}
		ids = ids[n:]
	}
	return out, nil
}
