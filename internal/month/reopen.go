package month

import (
	"context"
	"fmt"
	"strings"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Reopen opens the county's last closed month again. It needs MonthReopen at
// the level above and a reason; the frozen rows go, their adjustments are
// settled, and every form that used the month is marked (OnReopen).
func (s *Store) Reopen(ctx context.Context, c account.Caller, county region.Code, m calendar.Month, reason string) error {
	if err := transition("reopen").allowed(c, county); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return fault.InvalidFields(fault.Field{Name: "reason", Key: "month.reopen.reason"})
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		all, err := s.statuses(ctx, tx, region.ScopeOf(county), county, m, calendar.Open)
		if err != nil {
			return err
		}
		open := true
		for _, st := range all {
			if st.Month == m && st.State == Closed {
				open = false
			} else if st.Month > m && st.State != Open {
				return fault.New(fault.Conflict, "month.reopen.last", st.Month.String())
			}
		}
		if open {
			return fault.New(fault.Conflict, "month.reopen.open", m.String())
		}
		now := db.Millis(tx.Now)
		for _, q := range []struct {
			sql  string
			args []any
		}{
			{`UPDATE month_close SET state = 'open', version = version + 1, reopened_at = $3, reopened_by = $4, reason = $5
				WHERE county = $1 AND month = $2`, []any{int64(county), int32(m), now, c.UserID, reason}},
			{`UPDATE adjustment SET settled_at = $3 WHERE county = $1 AND month = $2 AND settled_at = 0`, []any{int64(county), int32(m), now}},
		} {
			if _, err := tx.ExecContext(ctx, q.sql, q.args...); err != nil {
				return fmt.Errorf("reopen %s %s: %w", county, m, err)
			}
		}
		if err := dropRows(ctx, tx, county, m); err != nil {
			return err
		}
		for _, fn := range s.reopened {
			if err := fn(ctx, tx, county, m); err != nil {
				return err
			}
		}
		if err := change.County(ctx, tx, county, m, calendar.Open); err != nil {
			return err
		}
		return s.audit.Write(ctx, tx, c, audit.Entry{Action: "month.reopen", Object: "month", ObjectID: m.String(), Region: county,
			Detail: map[string]string{"reason": reason}})
	})
}
