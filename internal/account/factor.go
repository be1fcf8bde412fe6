package account

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"wengang/internal/db"
	"wengang/internal/fault"
)

// Factor is the state of an account's second factor.
type Factor struct {
	Needed     bool // the account's roles ask for one
	EnrolledAt int64
	CodesLeft  int // recovery codes that were not used
}

// Enrolment is shown once, while a factor is being set up.
type Enrolment struct {
	Secret string // base32, in groups of four
	URI    string // what the QR code holds
}

// secretContext binds the sealed secret to its column.
const secretContext = "second_factor.secret_cipher"

const recoveryCodes = 10

// money are the permissions that let somebody move money: who holds one needs
// a second factor (GB/T 22239 身份鉴别 d). None exists yet.
var money = map[Permission]bool{}

// Money reports a permission that moves money.
func (p Permission) Money() bool { return money[p] }

// FactorNeeded reports whether the account must have a second factor:
// administrators, who holds a permission that moves money, inspectors from
// outside; everybody where the rule says so; nobody in the sample.
func (u *User) FactorNeeded(p Policy) bool {
	if p.Sample {
		return false
	}
	if p.FactorAll == 1 || u.Inspection != nil || u.AdminRole() != "" {
		return true
	}
	for _, g := range u.Grants {
		for perm := range money {
			if g.Has(perm) {
				return true
			}
		}
	}
	return false
}

// Factor tells the caller about the own second factor.
func (s *Service) Factor(ctx context.Context, c Caller) (f Factor, err error) {
	u, err := s.Own(ctx, c)
	if err != nil {
		return f, err
	}
	p, err := s.Policy(ctx)
	if err != nil {
		return f, err
	}
	f.Needed, f.EnrolledAt = u.FactorNeeded(p), u.FactorAt
	err = s.db.Read.QueryRowContext(ctx, `SELECT count(*) FROM recovery_code WHERE user_id = $1 AND used_at = 0`, c.UserID).Scan(&f.CodesLeft)
	if err != nil {
		return f, fmt.Errorf("recovery codes: %w", err)
	}
	return f, nil
}

// BeginFactor draws a new secret for the caller; it counts only after
// ConfirmFactor. Asked again before that, the same secret is shown again.
func (s *Service) BeginFactor(ctx context.Context, c Caller, issuer string) (e Enrolment, err error) {
	fresh, err := newTOTPSecret()
	if err != nil {
		return e, err
	}
	sealed, err := s.box.Encrypt(secretContext, fresh)
	if err != nil {
		return e, err
	}
	var cipher []byte
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		var enrolled int64
		// The row is made or held, then read: two windows show one secret.
		err := tx.QueryRowContext(ctx, `
			INSERT INTO second_factor (user_id, secret_cipher, created_at) VALUES ($1, $2, $3)
			ON CONFLICT (user_id) DO UPDATE SET user_id = excluded.user_id RETURNING secret_cipher, enrolled_at`, c.UserID, sealed, db.Millis(tx.Now)).Scan(&cipher, &enrolled)
		if err != nil {
			return fmt.Errorf("second factor: %w", err)
		}
		if enrolled != 0 {
			return fault.New(fault.Conflict, "account.factor.have")
		}
		return nil
	})
	if err != nil {
		return e, err
	}
	plain, err := s.box.Decrypt(secretContext, cipher)
	if err != nil {
		return e, err
	}
	return Enrolment{Secret: grouped(b32.EncodeToString(plain)), URI: totpURI(issuer, c.Login, plain)}, nil
}

// ConfirmFactor takes the first code of a new factor and answers the recovery
// codes: shown once, stored as keyed hashes, each good for one use. Who sets one
// up of his own accord proves first who sits there: at a desk that was left,
// somebody else would lock the person out (ASVS 7.5.1).
func (s *Service) ConfirmFactor(ctx context.Context, c Caller, code string) (codes []string, err error) {
	own, err := s.Own(ctx, c)
	if err != nil {
		return nil, err
	}
	p, err := s.Policy(ctx)
	if err != nil {
		return nil, err
	}
	if !own.FactorNeeded(p) {
		if err := c.StepUp(); err != nil {
			return nil, err
		}
	}
	try, u, err := s.countOwn(ctx, c)
	if err != nil {
		return nil, err
	}
	var wrong error
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		row, err := readFactor(ctx, tx, s, c.UserID)
		if err != nil {
			return err
		}
		if row == nil || row.enrolled != 0 {
			return fault.New(fault.Conflict, "account.factor.have")
		}
		step, ok := totpMatch(row.secret, cleanCode(code), tx.Now, row.last)
		if !ok {
			wrong = wrongCode("code")
			return s.note(ctx, tx, c, Note{Action: "factor.failed", Object: "user", ObjectID: itoa(c.UserID), Region: u.Region, Outcome: "failed"})
		}
		if err := exec(ctx, tx, `UPDATE second_factor SET enrolled_at = $1, last_step = $2 WHERE user_id = $3`, db.Millis(tx.Now), step, c.UserID); err != nil {
			return err
		}
		if codes, err = s.drawCodes(ctx, tx, c.UserID); err != nil {
			return err
		}
		if err := try.succeed(ctx, tx, c.UserID); err != nil {
			return err
		}
		session, _ := strconv.ParseInt(c.Session, 10, 64)
		if err := exec(ctx, tx, `UPDATE user_session SET factor_at = $1, proved_at = $1 WHERE id = $2 AND user_id = $3`, db.Millis(tx.Now), session, c.UserID); err != nil {
			return err
		}
		// The other browsers signed in with one factor only (ASVS 7.4.3).
		if err := endSessions(ctx, tx, c.UserID, session, "factor"); err != nil {
			return err
		}
		return s.note(ctx, tx, c, Note{Action: "factor.enrol", Object: "user", ObjectID: itoa(c.UserID), Region: u.Region})
	})
	if err == nil {
		err = wrong
	}
	if err != nil {
		return nil, err
	}
	return codes, nil
}

func wrongCode(field string) error {
	return fault.InvalidFields(fault.Field{Name: field, Key: "account.factor.wrong"})
}

// RenewCodes draws new recovery codes; the old ones are worth nothing then.
func (s *Service) RenewCodes(ctx context.Context, c Caller) (codes []string, err error) {
	if err := c.StepUp(); err != nil {
		return nil, err
	}
	u, err := s.Own(ctx, c)
	if err != nil {
		return nil, err
	}
	if u.FactorAt == 0 {
		return nil, fault.New(fault.Conflict, "account.factor.none")
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if codes, err = s.drawCodes(ctx, tx, c.UserID); err != nil {
			return err
		}
		return s.note(ctx, tx, c, Note{Action: "factor.codes", Object: "user", ObjectID: itoa(c.UserID), Region: u.Region})
	})
	return codes, err
}

func (s *Service) drawCodes(ctx context.Context, tx *db.Tx, user int64) ([]string, error) {
	if err := exec(ctx, tx, `DELETE FROM recovery_code WHERE user_id = $1`, user); err != nil {
		return nil, err
	}
	var out []string
	for range recoveryCodes {
		raw := make([]byte, 10) // 80 bits: no table of guesses
		if _, err := rand.Read(raw); err != nil {
			return nil, fmt.Errorf("recovery code: %w", err)
		}
		code := b32.EncodeToString(raw)
		if err := exec(ctx, tx, `INSERT INTO recovery_code (user_id, code_hash) VALUES ($1, $2)`, user, s.codeHash(user, code)); err != nil {
			return nil, err
		}
		out = append(out, grouped(code))
	}
	return out, nil
}

func (s *Service) codeHash(user int64, code string) []byte {
	return s.box.BlindIndex("recovery code", itoa(user)+"\x00"+code)
}

func grouped(s string) string {
	var parts []string
	for ; len(s) > 4; s = s[4:] {
		parts = append(parts, s[:4])
	}
	return strings.Join(append(parts, s), "-")
}

type factorRow struct {
	secret         []byte
	enrolled, last int64
}

// readFactor reads and opens an account's factor; nil where there is none.
func readFactor(ctx context.Context, tx *db.Tx, s *Service, user int64) (*factorRow, error) {
	var (
		r      factorRow
		cipher []byte
	)
	err := tx.QueryRowContext(ctx, `SELECT secret_cipher, enrolled_at, last_step FROM second_factor WHERE user_id = $1`, user).Scan(&cipher, &r.enrolled, &r.last)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("second factor: %w", err)
	}
	r.secret, err = s.box.Decrypt(secretContext, cipher)
	return &r, err
}

// spend takes a code of the app, or a recovery code, exactly once.
func (s *Service) spend(ctx context.Context, tx *db.Tx, user int64, code string) (how string, err error) {
	code = cleanCode(code)
	r, err := readFactor(ctx, tx, s, user)
	if err != nil || r == nil || r.enrolled == 0 {
		return "", err
	}
	var res sql.Result
	if step, ok := totpMatch(r.secret, code, tx.Now, r.last); ok {
		how = "totp"
		res, err = tx.ExecContext(ctx, `UPDATE second_factor SET last_step = $1 WHERE user_id = $2 AND last_step < $1`, step, user)
	} else {
		how = "recovery"
		res, err = tx.ExecContext(ctx, `UPDATE recovery_code SET used_at = $1 WHERE user_id = $2 AND code_hash = $3 AND used_at = 0`, db.Millis(tx.Now), user, s.codeHash(user, code))
	}
	if err != nil {
		return "", fmt.Errorf("second factor: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return "", err
	}
	return how, nil
}

// newToken gives a session a new secret: who held the one from before a proof
// holds nothing after it (ASVS 7.2.4).
func newToken(ctx context.Context, tx *db.Tx, session int64) (string, error) {
	raw := make([]byte, tokenSize)
	if _, err := rand.Read(raw); err != nil {
		return "", fmt.Errorf("token: %w", err)
	}
	token := base64.RawURLEncoding.EncodeToString(raw)
	return token, exec(ctx, tx, `UPDATE user_session SET token_hash = $1 WHERE id = $2`, hashToken(token), session)
}
