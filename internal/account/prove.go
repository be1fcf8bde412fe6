package account

import (
	"context"
	"strconv"

	"wengang/internal/db"
	"wengang/internal/fault"
)

// countOwn counts a try of the caller's own account against the limits of
// sign-in: password and second factor share them.
func (s *Service) countOwn(ctx context.Context, c Caller) (*attempt, *User, error) {
	u, err := s.Own(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	_, try, err := s.admit(ctx, u.Login, c.Address)
	return try, u, err
}

// Prove is the second half of a sign-in, and the fresh proof that some acts
// ask for: a code of the second factor (or one recovery code); the password of
// who has no factor. It answers the session's new token.
func (s *Service) Prove(ctx context.Context, c Caller, words string) (token string, err error) {
	session, err := strconv.ParseInt(c.Session, 10, 64)
	if err != nil || len(words) > 4*maxPassword {
		return "", fault.New(fault.Unauth, "fault.unauth")
	}
	try, u, err := s.countOwn(ctx, c)
	if err != nil {
		return "", err
	}
	right := true
	if u.FactorAt == 0 {
		right, _ = checkPassword(u.hash, words)
	}
	var wrong error
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		how, err := "password", error(nil)
		if u.FactorAt != 0 {
			how, err = s.spend(ctx, tx, u.ID, words)
			right = how != ""
		}
		if err != nil {
			return err
		}
		n := Note{Action: "factor.prove", Object: "user", ObjectID: itoa(u.ID), Region: u.Region, Detail: map[string]string{"how": how}}
		if !right {
			wrong = wrongCode("code")
			n.Action, n.Outcome, n.Detail = "factor.failed", "failed", nil
			return s.note(ctx, tx, c, n)
		}
		if err := try.succeed(ctx, tx, u.ID); err != nil {
			return err
		}
		q := `UPDATE user_session SET proved_at = $1 WHERE id = $2 AND user_id = $3 AND ended_at = 0`
		if u.FactorAt != 0 {
			q = `UPDATE user_session SET proved_at = $1, factor_at = $1 WHERE id = $2 AND user_id = $3 AND ended_at = 0`
		}
		if err := exec(ctx, tx, q, db.Millis(tx.Now), session, u.ID); err != nil {
			return err
		}
		if token, err = newToken(ctx, tx, session); err != nil {
			return err
		}
		return s.note(ctx, tx, c, n)
	})
	if err == nil {
		err = wrong
	}
	if err != nil {
		return "", err
	}
	return token, nil
}

// DropFactor takes the caller's own factor away, to set up another one: it
// needs a fresh proof, and who must have one sets it up before anything else.
func (s *Service) DropFactor(ctx context.Context, c Caller) error {
	if err := c.StepUp(); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := removeFactor(ctx, tx, c.UserID); err != nil {
			return err
		}
		return s.note(ctx, tx, c, Note{Action: "factor.drop", Object: "user", ObjectID: itoa(c.UserID)})
	})
}

func removeFactor(ctx context.Context, tx *db.Tx, user int64) error {
	if err := exec(ctx, tx, `DELETE FROM recovery_code WHERE user_id = $1`, user); err != nil {
		return err
	}
	return exec(ctx, tx, `DELETE FROM second_factor WHERE user_id = $1`, user)
}

// ResetFactor takes away the factor of somebody who lost it, and ends their
// sessions. The security administrator does, not for himself: his own is reset
// by another one or at the machine's own console.
func (s *Service) ResetFactor(ctx context.Context, c Caller, id int64) error {
	return s.change(ctx, c, UserGrant, id, "factor.reset", func(tx *db.Tx, u *User) error {
		if u.ID == c.UserID {
			return fault.New(fault.Forbidden, "account.grant.self")
		}
		if err := c.StepUp(); err != nil {
			return err
		}
		if u.FactorAt == 0 {
			return fault.New(fault.Conflict, "account.factor.none")
		}
		if err := removeFactor(ctx, tx, id); err != nil {
			return err
		}
		return endSessions(ctx, tx, id, 0, "factor")
	})
}
