package account

import (
	"context"
	"time"

	"wengang/internal/db"
	"wengang/internal/fault"
)

// SignIn checks a password and opens a session; token is the browser's secret
// and stands nowhere else. Every refusal but those that follow a right
// password is the same sentence, in the same time.
func (s *Service) SignIn(ctx context.Context, login, password, address, agent string) (token string, ses Session, err error) {
	login = NormalLogin(login)
	if len(login) > 200 || len(password) > 4*maxPassword {
		return "", Session{}, fault.New(fault.Invalid, "account.signin.wrong")
	}
	policy, err := s.Policy(ctx)
	if err != nil {
		return "", Session{}, err
	}
	u, try, err := s.admit(ctx, login, address)
	if err != nil {
		return "", Session{}, err
	}
	hash := noSuchUser()
	if u != nil {
		hash = u.hash
	}
	ok, stale := checkPassword(hash, password)
	if u == nil || !ok {
		return "", Session{}, s.failed(ctx, u, address)
	}
	var renewed string
	if stale {
		if renewed, err = hashPassword(password); err != nil {
			return "", Session{}, err
		}
	}
	var refusal error
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		c := u.caller(address, "")
		if refusal, err = s.mayEnter(ctx, tx, u, policy); err != nil || refusal != nil {
			if err == nil {
				err = s.note(ctx, tx, c, Note{Action: "session.refused", Object: "user", ObjectID: itoa(u.ID), Region: u.Region, Outcome: "refused"})
			}
			return err
		}
		// With a second factor the sign-in is half done: the count ends with the
		// code, or a right password would give five tries at it for ever.
		if u.FactorAt == 0 {
			if err := try.succeed(ctx, tx, u.ID); err != nil {
				return err
			}
		}
		if renewed != "" {
			if err := exec(ctx, tx, `UPDATE app_user SET password_hash = $1 WHERE id = $2 AND password_hash = $3`, renewed, u.ID, u.hash); err != nil {
				return err
			}
		}
		if err := exec(ctx, tx, `UPDATE app_user SET signed_in_at = $1 WHERE id = $2`, db.Millis(tx.Now), u.ID); err != nil {
			return err
		}
		if token, ses, err = openSession(ctx, tx, u, policy, address, agent); err != nil {
			return err
		}
		return s.note(ctx, tx, ses.Caller, Note{Action: "session.open", Object: "session", ObjectID: itoa(ses.ID), Region: u.Region})
	})
	if err == nil {
		err = refusal
	}
	if err != nil {
		return "", Session{}, err
	}
	return token, ses, nil
}

// admit finds the account and counts the try; TooMany where no more are left.
func (s *Service) admit(ctx context.Context, login, address string) (*User, *attempt, error) {
	try := s.attempt(login, address)
	var u, locked *User
	err := s.db.Tx(ctx, func(tx *db.Tx) (err error) {
		if u, err = findUser(ctx, tx, `u.login = $1 AND u.removed_at = 0`, login); err != nil {
			return err
		}
		var id int64
		if u != nil {
			id = u.ID
		}
		allowed, err := try.admit(ctx, tx, id)
		if err == nil && !allowed {
			locked = u
			err = fault.New(fault.TooMany, "account.signin.locked", int(lockFor/time.Minute))
		}
		return err
	})
	if fault.Is(err, fault.TooMany) {
		// The count was taken back with its transaction; that somebody was
		// refused stays on record.
		if err := s.toldLocked(ctx, &try, locked, address); err != nil {
			return nil, nil, err
		}
	}
	if err != nil {
		return nil, nil, err
	}
	return u, &try, nil
}

// failed records a wrong password. The login of an account that does not
// exist is not kept: it may be somebody's password in the wrong field.
func (s *Service) failed(ctx context.Context, u *User, address string) error {
	c := Caller{Address: address, Login: "?"}
	n := Note{Action: "session.failed", Object: "user", Outcome: "failed"}
	if u != nil {
		c = u.caller(address, "")
		n.ObjectID, n.Region = itoa(u.ID), u.Region
	}
	if err := s.db.Tx(ctx, func(tx *db.Tx) error { return s.note(ctx, tx, c, n) }); err != nil {
		return err
	}
	return fault.New(fault.Invalid, "account.signin.wrong")
}

// mayEnter decides on an account whose password is right. refusal is told to
// the person; a dormant account is stopped on the way.
func (s *Service) mayEnter(ctx context.Context, tx *db.Tx, stale *User, p Policy) (refusal, err error) {
	u, err := findUser(ctx, tx, `u.id = $1`, stale.ID)
	if err != nil {
		return nil, err
	}
	now := db.Millis(tx.Now)
	switch {
	case u == nil || u.RemovedAt != 0 || u.hash != stale.hash:
		return fault.New(fault.Invalid, "account.signin.wrong"), nil
	case u.Disabled == "dormant":
		return fault.New(fault.Forbidden, "account.signin.dormant", p.DormantDays), nil
	case u.Disabled == "ended" || u.Over(tx.Now):
		return fault.New(fault.Forbidden, "account.signin.over", u.ValidUntil.String()), nil
	case u.DisabledAt != 0:
		return fault.New(fault.Forbidden, "account.signin.disabled"), nil
	case u.Initial && u.InitialUntil != 0 && now > u.InitialUntil:
		return fault.New(fault.Forbidden, "account.signin.expired"), nil
	case u.dormant(tx.Now, p):
		if err := disable(ctx, tx, u.ID, "dormant"); err != nil {
			return nil, err
		}
		return fault.New(fault.Forbidden, "account.signin.dormant", p.DormantDays), nil
	}
	*stale = *u
	return nil, nil
}

// dormant reports an account that nobody used for too long (GB/T 22239
// 访问控制 c).
func (u *User) dormant(now time.Time, p Policy) bool {
	last := max(u.SignedInAt, u.CreatedAt, u.PasswordAt)
	return p.DormantDays > 0 && now.Sub(db.FromMillis(last)) > days(p.DormantDays)
}
