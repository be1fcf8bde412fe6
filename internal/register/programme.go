package register

import (
	"context"
	"fmt"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
)

// ProgrammePeople are the people of a scope, by today's residence, who are on
// the rolls of a programme on a day, by kind of register. Members without a
// record of the ledger and headcounts are not among them. A member without a
// first day has been there from the start. Where an instant is recorded
// (training) it is whoever has begun in the year so far.
func (s *Store) ProgrammePeople(ctx context.Context, scope region.Scope, on calendar.Date) (map[string][]int64, error) {
	out := map[string][]int64{}
	for _, k := range kinds {
		if k.Members == nil || k.ID == SettlementKind { // its list is of residents
			continue
		}
		ids, err := s.onRoll(ctx, scope, k, on)
		if err != nil {
			return nil, err
		}
		if len(ids) > 0 {
			out[k.ID] = ids
		}
	}
	return out, nil
}

func (s *Store) onRoll(ctx context.Context, scope region.Scope, k *Kind, on calendar.Date) ([]int64, error) {
	var a db.Args
	day := a.Add(int32(on))
	while := "m.ended_on >= " + day + " AND r.ended_on >= " + day // the last day is one on it, as everywhere
	if k.Instant {
		while = "m.started_on >= " + a.Add(int32(calendar.DateOf(on.Month().Year(), 1, 1)))
	}
	rows, err := s.db.Read.QueryContext(ctx, `
		SELECT DISTINCT m.person_id FROM register_member m
		JOIN register r ON r.id = m.register_id JOIN person p ON p.id = m.person_id
		WHERE r.kind = `+a.Add(k.ID)+` AND m.person_id > 0 AND m.started_on <= `+day+` AND `+while+`
			AND `+scope.Predicate("p.village", a.Add)+` AND `+live("m")+` AND `+live("r")+` ORDER BY m.person_id`, a.Values...)
	if err != nil {
		return nil, fmt.Errorf("people of %s: %w", k.ID, err)
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("people of %s: %w", k.ID, err)
		}
		out = append(out, id)
	}
	return out, rows.Err()
}
