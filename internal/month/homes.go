package month

import (
	"wengang/internal/calendar"
	"wengang/internal/db"
)

// settlementKind is the register whose members live where it stands
// (internal/register declares it).
const settlementKind = "'settlement'"

// homes reads who lives in which settlement from when to when; nobody lives
// longer in one than it exists.
func (l *loader) homes() error {
	var id int64
	var h Home
	return l.each(`SELECT m.person_id, m.started_on, CASE WHEN r.ended_on < m.ended_on THEN r.ended_on ELSE m.ended_on END, m.register_id FROM who JOIN register_member m ON m.person_id = who.id
		JOIN register r ON r.id = m.register_id AND r.kind = `+settlementKind+`
		WHERE m.`+live+` AND r.`+live+` ORDER BY m.person_id, m.started_on, m.id`,
		[]any{&id, &h.Since, &h.Until, &h.Settlement}, &id,
		func(f *Facts) { f.Homes = append(f.Homes, h) })
}

// settlements reads from when to when the settlements of the ledger exist.
func (l *loader) settlements() error {
	of := map[int64][2]calendar.Date{}
	var ids []int64
	for i := range l.out {
		if s := l.out[i].Settlement; s != 0 {
			if _, ok := of[s]; !ok {
				of[s], ids = [2]calendar.Date{}, append(ids, s)
			}
		}
	}
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
	for i := range l.out {
		if f := &l.out[i]; f.Settlement != 0 {
			f.Opened, f.Closed = of[f.Settlement][0], of[f.Settlement][1]
		}
	}
	return nil
}
