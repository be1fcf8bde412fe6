package account

import (
	"context"
	"fmt"
	"strconv"

	"wengang/internal/db"
	"wengang/internal/fault"
)

// PasswordChange is what a person enters to change the own password.
type PasswordChange struct {
	Old, New, Again string
	Identity        string // asked of an administrator whose natural person is not told yet
}

// Own is the caller's account as its owner sees it.
func (s *Service) Own(ctx context.Context, c Caller) (*User, error) {
	u, err := findUser(ctx, s.db.Read, `u.id = $1`, c.UserID)
	if err != nil {
		return nil, err
	}
	if u == nil || !u.Active() {
		return nil, errNoSession
	}
	return u, nil
}

// ChangePassword sets the caller's own password and ends the other sessions.
// The old password counts against the same limits as a sign-in.
func (s *Service) ChangePassword(ctx context.Context, c Caller, in PasswordChange) error {
	policy, err := s.Policy(ctx)
	if err != nil {
		return err
	}
	u, err := s.Own(ctx, c)
	if err != nil {
		return err
	}
	_, try, err := s.admit(ctx, u.Login, c.Address)
	if err != nil {
		return err
	}
	if ok, _ := checkPassword(u.hash, in.Old); !ok {
		return fault.InvalidFields(fault.Field{Name: "old", Key: "account.password.old_wrong"})
	}
	// Right: what follows is about the new password and no guess.
	if err := s.db.Tx(ctx, func(tx *db.Tx) error { return try.succeed(ctx, tx, u.ID) }); err != nil {
		return err
	}
	if err := s.checkChange(ctx, u, in, policy); err != nil {
		return err
	}
	hash, err := hashPassword(in.New)
	if err != nil {
		return err
	}
	told := u.identity
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		now, err := findUser(ctx, tx, `u.id = $1`, u.ID)
		if err != nil {
			return err
		}
		if now == nil || !now.Active() || now.hash != u.hash {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		if now.identity == nil && told != nil {
			if err := tellIdentity(ctx, tx, now, u); err != nil {
				return err
			}
		}
		if err := setPassword(ctx, tx, now, hash, 0, policy.Keep); err != nil {
			return err
		}
		session, _ := strconv.ParseInt(c.Session, 10, 64)
		if err := endSessions(ctx, tx, u.ID, session, "password"); err != nil {
			return err
		}
		return s.note(ctx, tx, c, Note{Action: "password.change", Object: "user", ObjectID: itoa(u.ID), Region: u.Region})
	})
}

// checkChange looks at everything that can be told at once.
func (s *Service) checkChange(ctx context.Context, u *User, in PasswordChange, p Policy) error {
	var bad []fault.Field
	if f := p.check(in.New, u); f != nil {
		bad = append(bad, *f)
	} else if used, err := s.usedBefore(ctx, u, in.New, p.Keep); err != nil {
		return err
	} else if used {
		bad = append(bad, fault.Field{Name: "password", Key: "account.password.used", Args: []any{p.Keep}})
	}
	if in.New != in.Again {
		bad = append(bad, fault.Field{Name: "again", Key: "account.password.again"})
	}
	if u.AdminRole() != "" && u.identity == nil {
		if f := u.setIdentity(s.box, in.Identity); f != nil {
			bad = append(bad, *f)
		}
	}
	if len(bad) > 0 {
		return fault.InvalidFields(bad...)
	}
	return nil
}

func (s *Service) usedBefore(ctx context.Context, u *User, password string, keep int) (bool, error) {
	if ok, _ := checkPassword(u.hash, password); ok {
		return true, nil
	}
	rows, err := s.db.Read.QueryContext(ctx, `SELECT password_hash FROM password_past WHERE user_id = $1 ORDER BY changed_at DESC LIMIT $2`, u.ID, max(keep-1, 0))
	if err != nil {
		return false, fmt.Errorf("passwords: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var h string
		if err := rows.Scan(&h); err != nil {
			return false, fmt.Errorf("passwords: %w", err)
		}
		if ok, _ := checkPassword(h, password); ok {
			return true, nil
		}
	}
	return false, rows.Err()
}

// tellIdentity binds a first administrator to a natural person.
func tellIdentity(ctx context.Context, tx *db.Tx, now, told *User) error {
	if err := otherHolder(ctx, tx, now.ID, told.identity); err != nil {
		return err
	}
	err := exec(ctx, tx, `UPDATE app_user SET identity_index = $1, identity_mask = $2 WHERE id = $3`, told.identity, told.IdentityMask, now.ID)
	if err != nil {
		return err
	}
	err = exec(ctx, tx, `UPDATE admin_holder SET identity_index = $1 WHERE user_id = $2`, told.identity, now.ID)
	if fault.Is(tx.Dialect.Fault(err), fault.Conflict) {
		return fault.New(fault.Conflict, "account.admin.two")
	}
	return err
}
