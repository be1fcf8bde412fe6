package account

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/secret"
)

// Delegation is one who stands in for another while that one is away (AB 岗):
// from day to day, both included; it ends by itself.
type Delegation struct {
	ID                 int64
	From, To           int64
	FromName, ToName   string
	FromLogin, ToLogin string
	First, Last        calendar.Date
	Reason             string
	CreatedAt          time.Time
	EndedAt            int64 // Unix ms, 0 not ended early
}

// On reports whether it holds on a day.
func (d Delegation) On(day calendar.Date) bool {
	return d.EndedAt == 0 && d.First <= day && day <= d.Last
}

// Delegate names a colleague who stands in for the caller. Rights of the three
// administrators and an inspector's cannot be passed on, nor can what was
// passed on; the colleague works at the same place or one above or below it
// and has a second factor (not in the sample, where there is none).
func (s *Service) Delegate(ctx context.Context, c Caller, login string, first, last calendar.Date, reason string) error {
	policy, err := s.Policy(ctx)
	if err != nil {
		return err
	}
	if c.For != 0 {
		return fault.New(fault.Forbidden, "account.leave.chain")
	}
	if err := c.StepUp(); err != nil {
		return err
	}
	if bad := leaveFields(first, last, reason, calendar.DateAt(s.db.Clock()), policy); len(bad) > 0 {
		return fault.InvalidFields(bad...)
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		me, err := findUser(ctx, tx, `u.id = $1`, c.UserID)
		if err != nil {
			return err
		}
		to, err := findUser(ctx, tx, `u.login = $1 AND u.removed_at = 0`, NormalLogin(login))
		if err != nil {
			return err
		}
		if err := mayStandIn(me, to, policy, tx.Now); err != nil {
			return err
		}
		var n int
		err = tx.QueryRowContext(ctx, `SELECT count(*) FROM delegation WHERE from_user = $1 AND ended_at = 0 AND first_day <= $2 AND last_day >= $3`, me.ID, int32(last), int32(first)).Scan(&n)
		if err != nil {
			return fmt.Errorf("delegation: %w", err)
		}
		if n > 0 {
			return fault.New(fault.Conflict, "account.leave.overlap")
		}
		var id int64
		err = tx.QueryRowContext(ctx, `INSERT INTO delegation (from_user, to_user, first_day, last_day, reason, created_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
			me.ID, to.ID, int32(first), int32(last), strings.TrimSpace(reason), db.Millis(tx.Now)).Scan(&id)
		if err != nil {
			return fmt.Errorf("delegation: %w", err)
		}
		return s.note(ctx, tx, c, Note{Action: "delegation.add", Object: "delegation", ObjectID: itoa(id), Region: me.Region,
			Detail: map[string]string{"login": to.Login, "from": first.String(), "to": last.String()}})
	})
}

func leaveFields(first, last calendar.Date, reason string, today calendar.Date, p Policy) (bad []fault.Field) {
	switch {
	case !first.Valid() || !last.Valid() || last < first || last < today:
		bad = append(bad, fault.Field{Name: "last", Key: "account.leave.days"})
	case last > first.Add(p.LeaveDays):
		bad = append(bad, fault.Field{Name: "last", Key: "account.leave.long", Args: []any{p.LeaveDays}})
	}
	if n := len([]rune(strings.TrimSpace(reason))); n < 2 || n > 100 || secret.Scrub(reason) != reason {
		bad = append(bad, fault.Field{Name: "reason", Key: "account.leave.reason"})
	}
	return bad
}

// mayStandIn refuses who may not be stood in for, and who may not stand in.
func mayStandIn(me, to *User, p Policy, now time.Time) error {
	near := to != nil && (me.Region.Contains(to.Region) || to.Region.Contains(me.Region) && to.Region.Level() >= region.County)
	switch {
	case me == nil || len(me.Grants) == 0 || me.AdminRole() != "":
		return fault.New(fault.Forbidden, "account.leave.admin")
	case to == nil || !near && me.Region != to.Region:
		return fault.InvalidFields(fault.Field{Name: "login", Key: "account.leave.nobody"})
	case to.ID == me.ID:
		return fault.InvalidFields(fault.Field{Name: "login", Key: "account.leave.self"})
	case !to.Active() || to.Over(now) || to.AdminRole() != "" || to.Inspection != nil:
		return fault.InvalidFields(fault.Field{Name: "login", Key: "account.leave.cannot"})
	case to.FactorAt == 0 && !p.Sample:
		return fault.InvalidFields(fault.Field{Name: "login", Key: "account.leave.factor"})
	}
	return nil
}

// EndDelegation ends a stand-in early: who is stood in for, or who stands in.
func (s *Service) EndDelegation(ctx context.Context, c Caller, id int64) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		list, err := readDelegations(ctx, tx, `d.id = $1 AND (d.from_user = $2 OR d.to_user = $2) AND d.ended_at = 0`, id, c.UserID)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return fault.NotFoundf("fault.notfound")
		}
		d := list[0]
		err = s.note(ctx, tx, c, Note{Action: "delegation.end", Object: "delegation", ObjectID: itoa(id), Detail: map[string]string{"login": d.ToLogin}})
		if err != nil {
			return err
		}
		if err := exec(ctx, tx, `UPDATE delegation SET ended_at = $1 WHERE id = $2`, db.Millis(tx.Now), id); err != nil {
			return err
		}
		return changeRights(ctx, tx, d.To)
	})
}

// Delegations are those of the caller's own, in both directions, which last
// ended at most a year ago.
func (s *Service) Delegations(ctx context.Context, c Caller) ([]Delegation, error) {
	since := calendar.DateAt(s.db.Clock().AddDate(-1, 0, 0))
	return readDelegations(ctx, s.db.Read, `(d.from_user = $1 OR d.to_user = $1) AND d.last_day >= $2 ORDER BY d.id DESC LIMIT 100`, c.UserID, int32(since))
}

// StandIn lets the caller's session act for somebody who named the caller, or
// for itself again (id 0). The session then holds that one's rights instead of
// the own, and every row of the record names both.
func (s *Service) StandIn(ctx context.Context, c Caller, id int64) error {
	session, err := strconv.ParseInt(c.Session, 10, 64)
	if err != nil {
		return fault.New(fault.Unauth, "fault.unauth")
	}
	today := calendar.DateAt(s.db.Clock())
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		n := Note{Action: "delegation.leave", Object: "delegation"}
		var from int64
		if id != 0 {
			list, err := readDelegations(ctx, tx, `d.id = $1 AND d.to_user = $2`, id, c.UserID)
			if err != nil {
				return err
			}
			if len(list) == 0 || !list[0].On(today) {
				return fault.NotFoundf("fault.notfound")
			}
			from = list[0].From
			n = Note{Action: "delegation.enter", Object: "delegation", ObjectID: itoa(id), Detail: map[string]string{"login": list[0].FromLogin}}
		}
		if err := exec(ctx, tx, `UPDATE user_session SET acting_for = $1 WHERE id = $2 AND user_id = $3`, from, session, c.UserID); err != nil {
			return err
		}
		return s.note(ctx, tx, c, n)
	})
}

// standIn puts the rights of the one who is away into the session's caller, as
// long as the delegation holds; then the session is its own again.
func (s *Service) standIn(ctx context.Context, ses *Session, now time.Time) error {
	list, err := readDelegations(ctx, s.db.Read, `d.from_user = $1 AND d.to_user = $2 AND d.ended_at = 0 AND d.first_day <= $3 AND d.last_day >= $3`,
		ses.For, ses.UserID, int32(calendar.DateAt(now)))
	if err != nil {
		return err
	}
	from, err := findUser(ctx, s.db.Read, `u.id = $1`, ses.For)
	if err != nil {
		return err
	}
	if len(list) == 0 || from == nil || !from.Active() || from.Over(now) || from.AdminRole() != "" {
		ses.For = 0
		return nil
	}
	c := &ses.Caller
	c.For, c.ForLogin, c.ForName, c.Grants, c.Inspection = from.ID, from.Login, from.Name, from.Grants, nil
	c.Rights += from.rights
	return nil
}

func readDelegations(ctx context.Context, q db.Querier, where string, args ...any) ([]Delegation, error) {
	rows, err := q.QueryContext(ctx, `
		SELECT d.id, d.from_user, d.to_user, a.name, b.name, a.login, b.login, d.first_day, d.last_day, d.reason, d.created_at, d.ended_at
		FROM delegation d JOIN app_user a ON a.id = d.from_user JOIN app_user b ON b.id = d.to_user WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("delegations: %w", err)
	}
	defer rows.Close()
	var out []Delegation
	for rows.Next() {
		var (
			d  Delegation
			at int64
		)
		if err := rows.Scan(&d.ID, &d.From, &d.To, &d.FromName, &d.ToName, &d.FromLogin, &d.ToLogin, &d.First, &d.Last, &d.Reason, &at, &d.EndedAt); err != nil {
			return nil, fmt.Errorf("delegations: %w", err)
		}
		d.CreatedAt = db.FromMillis(at)
		out = append(out, d)
	}
	return out, rows.Err()
}
