package register

import (
	"context"
	"fmt"

	"wengang/internal/db"
	"wengang/internal/region"
)

const memberColumns = `m.register_id, m.id, m.person_id, m.outsider_id, COALESCE(p.name, o.name, ''), COALESCE(p.id_mask, o.id_mask, ''),
	COALESCE(p.village, 0), m.claimed, m.role, m.started_on, m.ended_on, m.end_reason, m.people, m.poor_people, m.extra`

const memberJoins = `
		LEFT JOIN person p ON p.id = m.person_id AND m.person_id > 0
		LEFT JOIN outsider o ON o.id = m.outsider_id AND m.outsider_id > 0`

// Members answers one page of a register's list, whether more follow, or
// NotFound where the register lies outside the scope. A person's village shows
// only inside the reader's scope of people (semantics: a workplace sees fewer
// fields).
func (s *Store) Members(ctx context.Context, scope, people region.Scope, registerID, after int64) (out []*Member, more bool, err error) {
	r, err := s.get(ctx, s.db.Read, scope, registerID)
	if err != nil {
		return nil, false, err
	}
	var a db.Args
	today := a.Add(int32(s.today()))
	rows, err := s.db.Read.QueryContext(ctx, `
		SELECT `+memberColumns+`, CASE WHEN m.person_id > 0 AND `+countedNow("m.person_id", today)+` THEN 1 ELSE 0 END
		FROM register_member m`+memberJoins+`
		WHERE m.register_id = `+a.Add(r.ID)+` AND m.id > `+a.Add(after)+` AND `+live("m")+`
		ORDER BY m.id LIMIT `+a.Add(PageSize+1), a.Values...)
	if err != nil {
		return nil, false, fmt.Errorf("members of register %d: %w", r.ID, err)
	}
	defer rows.Close()
	for rows.Next() {
		m, err := scanMember(rows)
		if err != nil {
			return nil, false, fmt.Errorf("members of register %d: %w", r.ID, err)
		}
		if !people.Contains(m.Village) {
			m.Village = m.Village.At(region.County)
		}
		out = append(out, m)
	}
	if err := rows.Err(); err != nil {
		return nil, false, fmt.Errorf("members of register %d: %w", r.ID, err)
	}
	if len(out) > PageSize {
		out, more = out[:PageSize], true
	}
	return out, more, nil
}

func scanMember(row scanner) (*Member, error) {
	var m Member
	var extra string
	var counted int
	err := row.Scan(&m.RegisterID, &m.ID, &m.PersonID, &m.OutsiderID, &m.Name, &m.IDMask, &m.Village, &m.Claimed, &m.Role,
		&m.StartedOn, &m.EndedOn, &m.EndReason, &m.People, &m.Poor, &extra, &counted)
	if err != nil {
		return nil, err
	}
	m.Counted = counted == 1 || m.OutsiderID > 0 && m.Claimed == ClaimPoor
	m.Extra, err = decodeExtra(extra)
	return &m, err
}

// OfPerson lists the registers that hold a person, newest first, for the
// person's page: it needs the person in the caller's scope of people.
func (s *Store) OfPerson(ctx context.Context, scope region.Scope, personID int64) ([]*Member, []*Record, error) {
	var a db.Args
	rows, err := s.db.Read.QueryContext(ctx, `
		SELECT `+recordColumns+`, m.id, m.role, m.started_on, m.ended_on, m.end_reason
		FROM register_member m
		JOIN person p ON p.id = m.person_id
		JOIN register r ON r.id = m.register_id
		WHERE m.person_id = `+a.Add(personID)+` AND `+scope.Predicate("p.village", a.Add)+` AND `+live("m")+` AND `+live("r")+`
		ORDER BY m.started_on DESC, m.register_id LIMIT 100`, a.Values...)
	if err != nil {
		return nil, nil, fmt.Errorf("registers of person: %w", err)
	}
	defer rows.Close()
	var members []*Member
	var records []*Record
	for rows.Next() {
		m := &Member{PersonID: personID}
		r, err := scanRecord(rows, &m.ID, &m.Role, &m.StartedOn, &m.EndedOn, &m.EndReason)
		if err != nil {
			return nil, nil, fmt.Errorf("registers of person: %w", err)
		}
		m.RegisterID = r.ID
		members, records = append(members, m), append(records, r)
	}
	return members, records, rows.Err()
}
