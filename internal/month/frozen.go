package month

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
)

// savePacked writes a closed month's packed block, in the transaction that
// closes it.
func savePacked(ctx context.Context, tx *db.Tx, county region.Code, m calendar.Month, version, people int, data []byte) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO month_block (county, month, version, columns, people, data) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (county, month) DO UPDATE SET version = excluded.version, columns = excluded.columns,
			people = excluded.people, data = excluded.data`,
		int64(county), int32(m), version, packedColumns, people, data)
	if err != nil {
		return fmt.Errorf("pack %s %s: %w", county, m, err)
	}
	return nil
}

// dropRows removes the frozen rows of a county's month, packed ones too.
func dropRows(ctx context.Context, tx *db.Tx, county region.Code, m calendar.Month) error {
	for _, table := range []string{"person_month", "month_block"} {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE county = $1 AND month = $2`, int64(county), int32(m)); err != nil {
			return fmt.Errorf("drop %s of %s %s: %w", table, county, m, err)
		}
	}
	return nil
}

// packed reads the block of a closed month; nil where there is none that holds.
func packed(ctx context.Context, q db.Querier, county region.Code, m calendar.Month) ([]byte, error) {
	var data []byte
	err := q.QueryRowContext(ctx, `
		SELECT b.data FROM month_block b JOIN month_close c ON c.county = b.county AND c.month = b.month
		WHERE b.county = $1 AND b.month = $2 AND b.columns = $3 AND b.version = c.version AND b.people = c.people AND c.state = 'closed'`,
		int64(county), int32(m), packedColumns).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return data, err
}

// eachFrozen reads all rows of a closed month by person: out of the packed
// block, or row by row where there is none. The value is reused.
func eachFrozen(ctx context.Context, q db.Querier, county region.Code, m calendar.Month, row func(*fact.PersonMonth)) error {
	data, err := packed(ctx, q, county, m)
	if err != nil {
		return fmt.Errorf("packed person-months: %w", err)
	}
	if data != nil {
		if _, err := newUnpacker(data); err == nil {
			return unpack(data, m, row)
		}
	}
	return readRows(ctx, q, county, m, nil, func(p *fact.PersonMonth) error { row(p); return nil })
}

// eachState is eachFrozen where only the states matter, of some people or, with
// nil, of all. The value is reused.
func eachState(ctx context.Context, q db.Querier, county region.Code, m calendar.Month, only []int64, row func(*fact.PersonMonth)) error {
	if only == nil {
		return eachFrozen(ctx, q, county, m, row)
	}
	return readStates(ctx, q, county, m, only, func(p *fact.PersonMonth) error { row(p); return nil })
}

// Unpacked compares the packed block of a closed month with its rows: how many
// people differ, -1 where there is no block that holds.
func (s *Store) Unpacked(ctx context.Context, scope region.Scope, county region.Code, m calendar.Month) (differ int, err error) {
	if !scope.Contains(county) {
		return 0, errNotFound
	}
	err = s.db.Snapshot(ctx, func(q db.Querier) error {
		data, err := packed(ctx, q, county, m)
		if err != nil || data == nil {
			differ = -1
			return err
		}
		rows := map[int64]fact.PersonMonth{}
		if err := unpack(data, m, func(p *fact.PersonMonth) { rows[p.PersonID] = *p }); err != nil {
			differ = -1
			return nil //nolint:nilerr // a damaged block is not read; it counts as none
		}
		err = readRows(ctx, q, county, m, nil, func(p *fact.PersonMonth) error {
			if rows[p.PersonID] != *p {
				differ++
			}
			delete(rows, p.PersonID)
			return nil
		})
		differ += len(rows)
		return err
	})
	return differ, err
}

// PackAll packs the closed months at or below a place that have no block that
// holds: those closed by an older version of the program. done is called after
// each; it may be nil.
func (s *Store) PackAll(ctx context.Context, scope region.Scope, at region.Code, done func(county region.Code, m calendar.Month)) error {
	all, err := s.Statuses(ctx, scope, at, 0, calendar.Open)
	if err != nil {
		return err
	}
	for _, st := range all {
		if st.State != Closed {
			continue
		}
		data, err := packed(ctx, s.db.Read, st.County, st.Month)
		if err != nil {
			return s.db.Dialect.Fault(err)
		}
		if _, err := newUnpacker(data); err == nil {
			continue
		}
		if err := s.repack(ctx, st.County, st.Month); err != nil {
			return err
		}
		if done != nil {
			done(st.County, st.Month)
		}
	}
	return nil
}

func (s *Store) repack(ctx context.Context, county region.Code, m calendar.Month) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		var version, people int
		err := tx.QueryRowContext(ctx, `SELECT version, people FROM month_close WHERE county = $1 AND month = $2 AND state = 'closed'`,
			int64(county), int32(m)).Scan(&version, &people)
		if errors.Is(err, sql.ErrNoRows) {
			return nil // opened again meanwhile
		}
		if err != nil {
			return err
		}
		var rows []fact.PersonMonth
		if err := readRows(ctx, tx, county, m, nil, func(p *fact.PersonMonth) error { rows = append(rows, *p); return nil }); err != nil {
			return err
		}
		if len(rows) != people {
			return nil // verify tells it; a block would hide it
		}
		return savePacked(ctx, tx, county, m, version, people, pack(rows))
	})
}

// replaced are the rows with those of some people exchanged, sorted.
func replaced(rows []fact.PersonMonth, ids []int64, with []fact.PersonMonth) []fact.PersonMonth {
	gone := make(map[int64]bool, len(ids))
	for _, id := range ids {
		gone[id] = true
	}
	out := slices.DeleteFunc(slices.Clone(rows), func(p fact.PersonMonth) bool { return gone[p.PersonID] })
	out = append(out, with...)
	sortRows(out)
	return out
}
