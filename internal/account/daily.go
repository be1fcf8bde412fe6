package account

import (
	"context"
	"fmt"
	"time"

	"wengang/internal/calendar"
	"wengang/internal/db"
)

// keepSheet is how long a workbook of accounts that nobody went on with keeps
// its rows.
const keepSheet = 7 * 24 * time.Hour

// Daily is the job of every night: it stops the accounts that nobody used for
// too long and those past their last day, answers how many, and forgets old
// sign-in counts and workbooks.
func (s *Service) Daily(ctx context.Context) (int, error) {
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := exec(ctx, tx, `UPDATE account_sheet SET rows_cipher = NULL WHERE rows_cipher IS NOT NULL AND created_at < $1`, db.Millis(tx.Now.Add(-keepSheet))); err != nil {
			return err
		}
		return forget(ctx, tx)
	})
	if err != nil {
		return 0, err
	}
	policy, err := s.Policy(ctx)
	if err != nil {
		return 0, err
	}
	over, err := s.stopAll(ctx, "ended", `u.valid_until <> 0 AND u.valid_until < $1`, func(now time.Time) any { return int32(calendar.DateAt(now)) })
	if err != nil || policy.DormantDays == 0 {
		return over, err
	}
	idle, err := s.stopAll(ctx, "dormant", `u.signed_in_at < $1 AND u.created_at < $1 AND u.password_at < $1`, func(now time.Time) any {
		return db.Millis(now.Add(-days(policy.DormantDays)))
	})
	return over + idle, err
}

// stopAll stops the accounts that a condition finds, each with its own row.
func (s *Service) stopAll(ctx context.Context, why, where string, limit func(time.Time) any) (n int, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		found, err := listUsers(ctx, tx, `u.disabled_at = 0 AND u.removed_at = 0 AND `+where, limit(tx.Now))
		if err != nil {
			return err
		}
		for _, u := range found {
			if err := disable(ctx, tx, u.ID, why); err != nil {
				return err
			}
			err := s.note(ctx, tx, Caller{Login: why, Address: "local"}, Note{Action: "user.disable", Object: "user", ObjectID: itoa(u.ID), Region: u.Region, Detail: map[string]string{"login": u.Login, "why": why}})
			if err != nil {
				return err
			}
		}
		n = len(found)
		return nil
	})
	return n, err
}

func listUsers(ctx context.Context, q db.Querier, where string, args ...any) ([]*User, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+userColumns+` FROM app_user u WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("users: %w", err)
	}
	defer rows.Close()
	var out []*User
	for rows.Next() {
		u, err := scanUser(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("users: %w", err)
		}
		out = append(out, u)
	}
	return out, rows.Err()
}

// toldEvery is how often one address's refusals during a lock-out are put on
// record: a machine that goes on guessing must not fill it.
const toldEvery = time.Minute

// toldLocked records a refused sign-in during a lock-out.
func (s *Service) toldLocked(ctx context.Context, a *attempt, u *User, address string) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		res, err := tx.ExecContext(ctx, `
			INSERT INTO sign_in_failure (kind, subject, failures, first_at, last_at) VALUES ('told', $1, 1, $2, $2)
			ON CONFLICT (kind, subject) DO UPDATE SET last_at = excluded.last_at, failures = sign_in_failure.failures + 1
			WHERE sign_in_failure.last_at NOT BETWEEN $3 AND $4`,
			a.address, db.Millis(tx.Now), db.Millis(tx.Now.Add(-toldEvery)), db.Millis(tx.Now.Add(toldEvery)))
		if err != nil {
			return fmt.Errorf("lock-out: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		c, n := Caller{Address: address, Login: "?"}, Note{Action: "session.locked", Object: "user", Outcome: "refused"}
		if u != nil {
			c, n.ObjectID, n.Region = u.caller(address, ""), itoa(u.ID), u.Region
		}
		return s.note(ctx, tx, c, n)
	})
}
