package month

import (
	"context"
	"fmt"
	"time"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Transition is one act on a county's month.
type Transition struct {
	From, To Stage
	Act      string
	Need     account.Permission
	Above    bool // needs the permission at the level above the county
}

// Transitions is the life of a county's month. Closing a closed month again
// does nothing; everything that is not listed is a conflict.
var Transitions = []Transition{
	{From: Open, Act: "close", To: Closed, Need: account.MonthClose},
	{From: Closed, Act: "reopen", To: Open, Need: account.MonthReopen, Above: true},
}

func transition(act string) Transition {
	for _, t := range Transitions {
		if t.Act == act {
			return t
		}
	}
	panic("no act " + act)
}

// allowed answers Forbidden without the permission, NotFound outside its place.
func (t Transition) allowed(c account.Caller, county region.Code) error {
	if !c.Can(t.Need) {
		return fault.New(fault.Forbidden, "fault.forbidden", t.Need)
	}
	scope := c.Scope(t.Need)
	if !scope.Contains(county) {
		return errNotFound
	}
	if t.Above && !scope.Contains(county.Parent()) {
		return fault.New(fault.Forbidden, "month.reopen.above")
	}
	return nil
}

// Close freezes a county's month: from the 1st of the next month on, in order,
// by who holds MonthClose there. It writes the person-months in short
// transactions that nobody sees until the last one. A closed month stays as it
// is (Close answers nil); a close that was killed is begun anew.
func (s *Store) Close(ctx context.Context, c account.Caller, county region.Code, m calendar.Month) error {
	return s.close(ctx, c, county, m, nil)
}

func (s *Store) close(ctx context.Context, c account.Caller, county region.Code, m calendar.Month, w *warm) error {
	if err := transition("close").allowed(c, county); err != nil {
		return err
	}
	if county != countyOf(county) || county == region.Country {
		return fault.New(fault.Invalid, "month.county")
	}
	if calendar.MonthAt(s.db.Clock()) <= m {
		return fault.New(fault.Conflict, "month.early", m.Add(1).String())
	}
	s.closing.Lock()
	defer s.closing.Unlock()
	for try := 0; ; try++ {
		version, mark, err := s.begin(ctx, county, m, c)
		if err != nil || version == 0 {
			return err
		}
		again, err := s.freeze(ctx, c, county, m, version, mark, w)
		if err != nil {
			return err
		}
		if !again {
			return nil
		}
		if try == 3 {
			return fault.New(fault.Conflict, "month.busy")
		}
	}
}

// CloseAll closes the month of every county with people at or below a place.
// done is called after each; it may be nil.
func (s *Store) CloseAll(ctx context.Context, c account.Caller, at region.Code, m calendar.Month, done func(county region.Code, n, of int)) error {
	t := transition("close")
	if err := t.allowed(c, at); err != nil {
		return err
	}
	counties, err := s.Counties(ctx, c.Scope(t.Need), at)
	if err != nil {
		return err
	}
	for i, k := range counties {
		if err := s.Close(ctx, c, k, m); err != nil {
			return err
		}
		if done != nil {
			done(k, i+1, len(counties))
		}
	}
	return nil
}

// orphan is how old the mark of a close must be before another takes over.
const orphan = time.Minute

// begin marks the month as closing and answers the version of this attempt, 0
// where the month is closed already. mark is the last entry of the change log
// by then: whoever wrote one up to it has ended before the facts are read.
func (s *Store) begin(ctx context.Context, county region.Code, m calendar.Month, c account.Caller) (version int, mark int64, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if mark, err = lastChange(ctx, tx); err != nil {
			return err
		}
		if err := settled(ctx, tx, county); err != nil {
			return err
		}
		all, err := s.statuses(ctx, tx, region.ScopeOf(county), county, 0, calendar.Open)
		if err != nil {
			return err
		}
		last, here := calendar.Month(0), Status{State: Open}
		for _, st := range all {
			if st.State == Closed {
				last = st.Month
			}
			if st.Month == m {
				here = st
			}
		}
		now := db.Millis(tx.Now)
		switch {
		case here.State == Closed:
			return nil
		case last != 0 && m != last.Add(1):
			return fault.New(fault.Conflict, "month.order", last.Add(1).String())
		case here.State == Closing && here.ClosedBy != c.UserID && now-here.ClosedAt < orphan.Milliseconds():
			return fault.New(fault.Conflict, "month.closing")
		}
		version = here.Version + 1
		_, err = tx.ExecContext(ctx, `
			INSERT INTO month_close (county, month, state, version, closed_at, closed_by) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (county, month) DO UPDATE SET state = excluded.state, version = excluded.version,
				closed_at = excluded.closed_at, closed_by = excluded.closed_by`,
			int64(county), int32(m), string(Closing), version, now, c.UserID)
		if err != nil {
			return fmt.Errorf("close %s %s: %w", county, m, err)
		}
		return dropRows(ctx, tx, county, m)
	})
	if err != nil || version == 0 {
		return 0, 0, err
	}
	return version, mark, s.settle(ctx)
}

// settle waits until every transaction that ran while the mark was made has
// ended: none of them knew that the month was closing.
func (s *Store) settle(ctx context.Context) error {
	_, next, err := s.db.Dialect.SnapshotBounds(ctx, s.db.Read)
	if err != nil {
		return err
	}
	for wait := time.Millisecond; ; wait *= 2 {
		oldest, _, err := s.db.Dialect.SnapshotBounds(ctx, s.db.Read)
		if err != nil || oldest >= next {
			return err
		}
		if wait > 8*time.Second {
			return fault.New(fault.Unavailable, "db.busy")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

// hold locks the month's row and fails if another attempt took over.
func hold(ctx context.Context, tx *db.Tx, county region.Code, m calendar.Month, version int) error {
	res, err := tx.ExecContext(ctx, `UPDATE month_close SET closed_at = $4 WHERE county = $1 AND month = $2 AND version = $3 AND state = 'closing'`,
		int64(county), int32(m), version, db.Millis(tx.Now))
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "month.closing")
	}
	return nil
}

func insertRows(ctx context.Context, tx *db.Tx, county region.Code, rows []fact.PersonMonth) error {
	values := make([][]any, len(rows))
	for i := range rows {
		values[i] = rowValues(county, &rows[i])
	}
	return tx.Dialect.BulkInsert(ctx, tx, "person_month", rowColumns, values)
}

func lastChange(ctx context.Context, q db.Querier) (int64, error) {
	var id *int64
	if err := q.QueryRowContext(ctx, `SELECT MAX(id) FROM change_log`).Scan(&id); err != nil {
		return 0, fmt.Errorf("change log: %w", err)
	}
	if id == nil {
		return 0, nil
	}
	return *id, nil
}

// changedSince lists the people of the county that changed after a mark in m
// or before; all says that the whole county did, or too many to mend.
func changedSince(ctx context.Context, tx *db.Tx, county region.Code, m calendar.Month, mark int64) (ids []int64, all bool, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT DISTINCT person_id FROM change_log WHERE id > $1 AND county = $2 AND month_from <= $3`,
		mark, int64(county), int32(m))
	if err != nil {
		return nil, false, fmt.Errorf("change log: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, false, err
		}
		if id == 0 || len(ids) == idChunk {
			return nil, true, nil
		}
		ids = append(ids, id)
	}
	return ids, false, rows.Err()
}

// settled refuses while an import that readers see already still brings people
// of the county up to its states: a few seconds.
func settled(ctx context.Context, tx *db.Tx, county region.Code) error {
	var a db.Args
	at := region.ScopeOf(county).Predicate("region", a.Add)
	above := []int64{int64(region.Country), int64(county.At(region.Province)), int64(county.At(region.City))}
	var n int
	err := tx.QueryRowContext(ctx, `SELECT count(*) FROM import_batch WHERE state = 'saving' AND saved_at <> 0 AND (`+at+` OR region IN `+db.List(&a, above)+`)`, a.Values...).Scan(&n)
	if err == nil && n > 0 {
		err = fault.New(fault.Conflict, "import.busy")
	}
	return err
}
