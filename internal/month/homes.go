package month

import (
	"maps"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/db"
)

// settlementKind is the register whose members live where it stands
// (internal/register declares it).
const settlementKind = "'settlement'"

// lived reads who lives in which settlement from when to when; nobody lives
// longer in one than it exists.
func (l *loader) lived() error {
	more := " AND EXISTS (SELECT 1 FROM register r WHERE r.id = x.register_id AND r.kind = " + settlementKind
	if l.live != "" {
		more += " AND r." + l.live
	}
	err := deal(l, "register_member", "x.person_id, x.started_on, x.ended_on, x.register_id, x.id", more+")", false, func(c cells) owned[Home] {
		return owned[Home]{key: c.number(1), then: c.number(4), v: Home{Since: calendar.Date(c.number(1)), Until: calendar.Date(c.number(2)), Settlement: c.number(3)}}
	}, func(f *Facts, _ int64, rows []Home) { f.Homes = rows })
	if err != nil {
		return err
	}
	of := map[int64][2]calendar.Date{}
	for i := range l.out {
		for _, h := range l.out[i].Homes {
			of[h.Settlement] = [2]calendar.Date{}
		}
	}
	if err := l.exist(of); err != nil {
		return err
	}
	for i := range l.out {
		for k := range l.out[i].Homes {
			h := &l.out[i].Homes[k]
			if end := of[h.Settlement][1]; end != 0 {
				h.Until = min(h.Until, end)
			}
		}
	}
	return nil
}

// settlements reads from when to when the settlements of the ledger exist.
func (l *loader) settlements() error {
	of := map[int64][2]calendar.Date{}
	for i := range l.out {
		if s := l.out[i].Settlement; s != 0 {
			of[s] = [2]calendar.Date{}
		}
	}
	if err := l.exist(of); err != nil {
		return err
	}
	for i := range l.out {
		if f := &l.out[i]; f.Settlement != 0 {
			f.Opened, f.Closed = of[f.Settlement][0], of[f.Settlement][1]
		}
	}
	return nil
}

// exist reads the first and the last day of settlements.
func (l *loader) exist(of map[int64][2]calendar.Date) error {
	ids := slices.Sorted(maps.Keys(of))
	for len(ids) > 0 {
		n := min(idChunk, len(ids))
		var a db.Args
		rows, err := l.q.QueryContext(l.ctx, `SELECT id, started_on, ended_on FROM register WHERE id IN `+db.List(&a, ids[:n]), a.Values...)
		if err != nil {
			return err
		}
		for rows.Next() {
			var id int64
			var d [2]calendar.Date
			if err := rows.Scan(&id, &d[0], &d[1]); err != nil {
				rows.Close()
				return err
			}
			of[id] = d
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}
