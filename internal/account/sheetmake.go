package account

import (
	"context"
	"fmt"
	"runtime"
	"strconv"

	"golang.org/x/sync/errgroup"

	"wengang/internal/db"
	"wengang/internal/fault"
)

// Slip is one account of a workbook with its one-time password: printed once.
type Slip struct {
	Initial
	Name string
	Row  SheetRow
}

// MakeSheet makes the accounts of a staged workbook: those whose rows are in
// order, all in one transaction. They have no right; what the rows wish is
// kept for the security administrator. The passwords are in the answer and
// nowhere else.
func (s *Service) MakeSheet(ctx context.Context, c Caller, id int64) ([]Slip, error) {
	scope, err := need(c, UserCreate)
	if err != nil {
		return nil, err
	}
	sh, err := s.readSheetRow(ctx, s.db.Read, c, scope, id)
	if err != nil {
		return nil, err
	}
	if sh.CreatedBy != c.UserID || sh.MadeAt != 0 || sh.Rows == nil {
		return nil, fault.New(fault.Conflict, "account.sheet.done")
	}
	policy, err := s.Policy(ctx)
	if err != nil {
		return nil, err
	}
	slips, users, err := s.drawSlips(sh.Rows)
	if err != nil {
		return nil, err
	}
	if len(slips) == 0 {
		return nil, fault.New(fault.Invalid, "account.sheet.none")
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE account_sheet SET made_at = $1, made = $2, left_out = $3, rows_cipher = NULL WHERE id = $4 AND made_at = 0`,
			db.Millis(tx.Now), len(slips), len(sh.Rows)-len(slips), id)
		if err != nil {
			return fmt.Errorf("account sheet: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return fault.New(fault.Conflict, "account.sheet.done")
		}
		for i, u := range users {
			u.InitialUntil = db.Millis(tx.Now.Add(days(policy.InitialDays)))
			if !scope.Contains(u.Region) {
				return fault.NotFoundf("fault.notfound")
			}
			if taken, err := s.loginTaken(ctx, tx, u.Login); err != nil || taken {
				if err == nil {
					err = fault.New(fault.Conflict, "account.sheet.taken", u.Login)
				}
				return err
			}
			if err := s.insertUser(ctx, tx, u, c.UserID); err != nil {
				return err
			}
			slips[i].UserID, slips[i].Until = u.ID, u.InitialUntil
			r := slips[i].Row
			if err := exec(ctx, tx, `INSERT INTO account_wish (sheet_id, user_id, role, dept, region) VALUES ($1, $2, $3, $4, $5)`, id, u.ID, string(r.RoleCode), string(r.DeptCode), int64(r.At)); err != nil {
				return err
			}
			err := s.note(ctx, tx, c, Note{Action: "user.create", Object: "user", ObjectID: itoa(u.ID), Region: u.Region, Detail: map[string]string{"login": u.Login, "sheet": itoa(id)}})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return slips, nil
}

// drawSlips draws and hashes the passwords before the transaction: 500 take
// seconds, in which nobody else could write.
func (s *Service) drawSlips(rows []SheetRow) (slips []Slip, users []*User, err error) {
	for _, r := range rows {
		if !r.OK() {
			continue
		}
		u, bad := NewUser{Login: r.Login, Name: r.Name, Region: r.At, Phone: r.Phone, Until: r.Day}.user(s.box)
		if len(bad) > 0 {
			continue
		}
		u.Initial = true
		slip := Slip{Name: u.Name, Row: r, Initial: Initial{Login: u.Login}}
		if slip.Password, err = newInitialPassword(); err != nil {
			return nil, nil, err
		}
		slips, users = append(slips, slip), append(users, u)
	}
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range slips {
		g.Go(func() (err error) {
			users[i].hash, err = hashPassword(slips[i].Password)
			return err
		})
	}
	return slips, users, g.Wait()
}

// Wish is what a workbook asks for one of its accounts.
type Wish struct {
	SheetID   int64
	User      User
	Grant     Grant
	DecidedAt int64
	Granted   bool
}

// Wishes are those of one workbook of the caller's area.
func (s *Service) Wishes(ctx context.Context, c Caller, sheetID int64) ([]Wish, error) {
	if _, err := s.Sheet(ctx, c, sheetID); err != nil {
		return nil, err
	}
	return s.wishes(ctx, s.db.Read, sheetID)
}

func (s *Service) wishes(ctx context.Context, q db.Querier, sheetID int64) ([]Wish, error) {
	rows, err := q.QueryContext(ctx, `
		SELECT w.role, w.dept, w.region, w.decided_at, w.granted, `+userColumns+`
		FROM account_wish w JOIN app_user u ON u.id = w.user_id WHERE w.sheet_id = $1 ORDER BY w.user_id`, sheetID)
	if err != nil {
		return nil, fmt.Errorf("wishes: %w", err)
	}
	defer rows.Close()
	var out []Wish
	for rows.Next() {
		w := Wish{SheetID: sheetID}
		u, err := scanUser(func(dest ...any) error {
			return rows.Scan(append([]any{&w.Grant.Role, &w.Grant.Dept, &w.Grant.Region, &w.DecidedAt, &w.Granted}, dest...)...)
		})
		if err != nil {
			return nil, fmt.Errorf("wishes: %w", err)
		}
		w.User = *u
		out = append(out, w)
	}
	return out, rows.Err()
}

// DecideWishes grants what a workbook wishes for the chosen accounts, or
// declines it: each as one grant, with all its rules, all or none.
func (s *Service) DecideWishes(ctx context.Context, c Caller, sheetID int64, users []int64, yes bool) (n int, err error) {
	scope, err := need(c, UserGrant)
	if err != nil {
		return 0, err
	}
	if err := c.StepUp(); err != nil {
		return 0, err
	}
	chosen := map[int64]bool{}
	for _, id := range users {
		chosen[id] = true
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		sh, err := s.readSheetRow(ctx, tx, c, scope, sheetID)
		if err != nil {
			return err
		}
		list, err := s.wishes(ctx, tx, sheetID)
		if err != nil {
			return err
		}
		for _, w := range list {
			if !chosen[w.User.ID] || w.DecidedAt != 0 || w.User.RemovedAt != 0 {
				continue
			}
			if yes {
				if err := s.grantIn(ctx, tx, c, w.User.ID, w.Grant); err != nil {
					return err
				}
			}
			err := exec(ctx, tx, `UPDATE account_wish SET decided_at = $1, decided_by = $2, granted = $3 WHERE sheet_id = $4 AND user_id = $5`, db.Millis(tx.Now), c.UserID, yes, sheetID, w.User.ID)
			if err != nil {
				return err
			}
			n++
		}
		if n == 0 {
			return fault.New(fault.Invalid, "account.sheet.choose")
		}
		return s.note(ctx, tx, c, Note{Action: "user.sheet_decide", Object: "account_sheet", ObjectID: itoa(sheetID), Region: sh.Region,
			Detail: map[string]string{"rows": itoa(int64(n)), "granted": strconv.FormatBool(yes)}})
	})
	return n, err
}
