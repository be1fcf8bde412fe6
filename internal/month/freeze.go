package month

import (
	"context"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
)

// freeze derives and writes the rows of an attempt. again says that facts of
// the whole county changed meanwhile.
func (s *Store) freeze(ctx context.Context, c account.Caller, county region.Code, m calendar.Month, version int, mark int64, w *warm) (again bool, err error) {
	var rows []fact.PersonMonth
	var stamp string
	err = s.db.Snapshot(ctx, func(q db.Querier) error {
		facts, err := s.factsOf(ctx, q, county, mark, w)
		if err != nil {
			return err
		}
		rows, stamp, err = s.derive(ctx, q, county, m, facts, nil)
		return err
	})
	if err != nil {
		return false, err
	}
	all := rows
	sortRows(all)
	data := pack(all)
	for len(rows) > 0 {
		n := min(s.batch, len(rows))
		err := s.db.Tx(ctx, func(tx *db.Tx) error {
			if err := hold(ctx, tx, county, m, version); err != nil {
				return err
			}
			return insertRows(ctx, tx, county, rows[:n])
		})
		if err != nil {
			return false, err
		}
		rows = rows[n:]
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := hold(ctx, tx, county, m, version); err != nil {
			return err
		}
		ids, whole, err := changedSince(ctx, tx, county, m, mark)
		if err != nil || whole {
			again = whole
			return err
		}
		return s.seal(ctx, tx, c, &frozen{county, m, version, all, data, stamp}, ids)
	})
	if w != nil {
		w.closes++ // the close's own entry; people who changed meanwhile make the count differ
	}
	return again, err
}

// frozen is what an attempt has written.
type frozen struct {
	county  region.Code
	month   calendar.Month
	version int
	rows    []fact.PersonMonth // by person
	data    []byte             // packed
	stamp   string
}

// seal mends the rows of people who changed while the others were written,
// keeps them packed, and makes the month closed.
func (s *Store) seal(ctx context.Context, tx *db.Tx, c account.Caller, f *frozen, ids []int64) error {
	if len(ids) > 0 {
		if err := s.mend(ctx, tx, f, ids); err != nil {
			return err
		}
	}
	people := len(f.rows)
	_, err := tx.ExecContext(ctx, `
		UPDATE month_close SET state = $3, people = $4, settings = $5, closed_at = $6, closed_by = $7
		WHERE county = $1 AND month = $2`,
		int64(f.county), int32(f.month), string(Closed), people, f.stamp, db.Millis(tx.Now), c.UserID)
	if err != nil {
		return err
	}
	if err := savePacked(ctx, tx, f.county, f.month, f.version, people, f.data); err != nil {
		return err
	}
	if err := change.County(ctx, tx, f.county, f.month, calendar.Open); err != nil {
		return err
	}
	return s.audit.Write(ctx, tx, c, audit.Entry{Action: "month.close", Object: "month", ObjectID: f.month.String(), Region: f.county,
		Detail: map[string]string{"people": strconv.Itoa(people), "settings": f.stamp}})
}

// mend derives the rows of some people anew.
func (s *Store) mend(ctx context.Context, tx *db.Tx, f *frozen, ids []int64) error {
	facts, err := loadIDs(ctx, tx, ids)
	if err != nil {
		return err
	}
	rows, _, err := s.derive(ctx, tx, f.county, f.month, facts, ids)
	if err != nil {
		return err
	}
	var a db.Args
	_, err = tx.ExecContext(ctx, `DELETE FROM person_month WHERE county = `+a.Add(int64(f.county))+
		` AND month = `+a.Add(int32(f.month))+` AND person_id IN `+db.List(&a, ids), a.Values...)
	if err != nil {
		return err
	}
	if err := insertRows(ctx, tx, f.county, rows); err != nil {
		return err
	}
	f.rows = replaced(f.rows, ids, rows)
	f.data = pack(f.rows)
	return nil
}
