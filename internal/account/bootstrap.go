package account

import (
	"context"
	"fmt"
	"os/user"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/text"
)

// first are the accounts of the first run.
var first = []struct {
	login string
	role  Role
}{{"system", System}, {"security", Security}, {"audit", Auditor}}

// Bootstrap makes the three administrators of a fresh installation, each with
// a one-time password, in one transaction. An installation that ever had an
// account refuses.
func (s *Service) Bootstrap(ctx context.Context, at region.Code) ([]Initial, error) {
	policy, err := s.Policy(ctx)
	if err != nil {
		return nil, err
	}
	var out []Initial
	users := make([]*User, len(first))
	for i, f := range first {
		password, err := newInitialPassword()
		if err != nil {
			return nil, err
		}
		hash, err := hashPassword(password)
		if err != nil {
			return nil, err
		}
		users[i] = &User{Login: f.login, Name: text.T(text.ZH, "account.role."+string(f.role)), Region: at, Initial: true, hash: hash}
		out = append(out, Initial{Login: f.login, Role: f.role, Password: password})
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM app_user`).Scan(&n); err != nil {
			return fmt.Errorf("bootstrap: %w", err)
		}
		if n > 0 {
			return fault.New(fault.Conflict, "account.bootstrap.done")
		}
		for i, f := range first {
			u := users[i]
			u.InitialUntil = db.Millis(tx.Now.Add(days(policy.InitialDays)))
			if err := s.insertUser(ctx, tx, u, 0); err != nil {
				return err
			}
			if err := insertGrant(ctx, tx, u, Grant{Role: f.role, Region: at}, 0); err != nil {
				return err
			}
			out[i].UserID, out[i].Until = u.ID, u.InitialUntil
			err := s.note(ctx, tx, LocalOperator(at), Note{Action: "user.bootstrap", Object: "user", ObjectID: itoa(u.ID), Region: at, Detail: map[string]string{"role": string(f.role)}})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// LocalOperator is who acts on the machine's own command line without --as:
// limited to a place, and on record under the name of the system's user.
func LocalOperator(at region.Code) Caller {
	name := "local"
	if u, err := user.Current(); err == nil && u.Username != "" {
		name = "local:" + u.Username
	}
	return Caller{Login: name, Name: name, Address: "local", Fresh: true, Grants: []Grant{{Role: Local, Region: at}}}
}

func (c Caller) isLocal() bool { return len(c.Grants) == 1 && c.Grants[0].Role == Local }

// As is the caller of an account on the command line (--as LOGIN): it acts
// with that account's grants and is on record with its number.
func (s *Service) As(ctx context.Context, login string) (Caller, error) {
	u, err := findUser(ctx, s.db.Read, `u.login = $1 AND u.removed_at = 0`, NormalLogin(login))
	if err != nil {
		return Caller{}, err
	}
	if u == nil || !u.Active() {
		return Caller{}, fault.New(fault.NotFound, "account.as", login)
	}
	c := u.caller("local", "")
	c.inspect(u.Inspection, calendar.DateAt(s.db.Clock()))
	c.Fresh = true // who sits at the machine's own console holds its key
	return c, nil
}

// Empty reports an installation without any account: the set-up comes first.
func (s *Service) Empty(ctx context.Context) (bool, error) {
	var n int
	if err := s.db.Read.QueryRowContext(ctx, `SELECT count(*) FROM app_user`).Scan(&n); err != nil {
		return false, fmt.Errorf("users: %w", err)
	}
	return n == 0, nil
}
