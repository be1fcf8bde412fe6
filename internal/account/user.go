package account

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/idcard"
	"wengang/internal/region"
	"wengang/internal/secret"
)

// NewUser is what a system administrator enters.
type NewUser struct {
	Login    string
	Name     string
	Region   region.Code
	Identity string        // identity number of the natural person; needed for administrators
	Phone    string        // to reach the person; sealed
	Until    calendar.Date // last day of a temporary account, 0 none
	// Password, where given, needs no change at first sign-in. Only the
	// machine's own console may give one (demo, tests).
	Password string
}

// Initial is a one-time password, shown once and stored nowhere.
type Initial struct {
	UserID   int64
	Login    string
	Role     Role // of a first administrator
	Password string
	Until    int64 // Unix ms
}

// loginForm: digits alone are refused, because people would take their phone
// or identity number.
var loginForm = regexp.MustCompile(`^[a-z][a-z0-9._-]{2,31}$`)

var phoneForm = regexp.MustCompile(`^1[3-9]\d{9}$`)

const phoneContext = "app_user.phone_cipher"

// NormalLogin is the form in which a login is stored and compared.
func NormalLogin(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// identityKind names the blind index of natural persons who hold accounts. It
// is another kind than the ledger's, so that accounts and 底册 cannot be joined.
const identityKind = "account identity"

// Create makes an account in the caller's area with a one-time password. The
// account has no right until a security administrator grants one (GB/T 22239
// 8.1.5.3).
func (s *Service) Create(ctx context.Context, c Caller, n NewUser) (Initial, error) {
	scope, err := need(c, UserCreate)
	if err != nil {
		return Initial{}, err
	}
	if !scope.Contains(n.Region) {
		return Initial{}, fault.NotFoundf("fault.notfound")
	}
	u, fields := n.user(s.box)
	if n.Password != "" && !c.isLocal() {
		return Initial{}, fault.New(fault.Forbidden, "fault.forbidden", string(SystemOperate))
	}
	if len(fields) > 0 {
		return Initial{}, fault.InvalidFields(fields...)
	}
	policy, err := s.Policy(ctx)
	if err != nil {
		return Initial{}, err
	}
	out := Initial{Login: u.Login, Password: n.Password}
	u.Initial = n.Password == ""
	if u.Initial {
		if out.Password, err = newInitialPassword(); err != nil {
			return Initial{}, err
		}
	}
	if u.hash, err = hashPassword(out.Password); err != nil {
		return Initial{}, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if u.Initial {
			u.InitialUntil = db.Millis(tx.Now.Add(days(policy.InitialDays)))
		}
		if err := s.insertUser(ctx, tx, u, c.UserID); err != nil {
			return err
		}
		out.UserID, out.Until = u.ID, u.InitialUntil
		return s.note(ctx, tx, c, Note{Action: "user.create", Object: "user", ObjectID: itoa(u.ID), Region: u.Region, Detail: map[string]string{"login": u.Login}})
	})
	if fault.Is(err, fault.Conflict) {
		return Initial{}, fault.InvalidFields(fault.Field{Name: "login", Key: "account.login.taken"})
	}
	return out, err
}

// user checks the entries and seals the identity.
func (n NewUser) user(box *secret.Box) (*User, []fault.Field) {
	u := &User{Login: NormalLogin(n.Login), Name: strings.TrimSpace(n.Name), Region: n.Region}
	var bad []fault.Field
	if !loginForm.MatchString(u.Login) {
		bad = append(bad, fault.Field{Name: "login", Key: "account.login.form"})
	}
	if l := utf8.RuneCountInString(u.Name); l == 0 || l > 60 || secret.Scrub(u.Name) != u.Name {
		bad = append(bad, fault.Field{Name: "name", Key: "account.name.form"})
	}
	if p := strings.TrimSpace(n.Phone); p != "" {
		if !phoneForm.MatchString(p) {
			bad = append(bad, fault.Field{Name: "phone", Key: "account.phone.form"})
		}
		u.phone, u.PhoneMask = p, secret.MaskPhone(p)
	}
	if u.ValidUntil = n.Until; n.Until != 0 && !n.Until.Valid() {
		bad = append(bad, fault.Field{Name: "until", Key: "account.until.form"})
	}
	if strings.TrimSpace(n.Identity) != "" {
		if f := u.setIdentity(box, n.Identity); f != nil {
			bad = append(bad, *f)
		}
	}
	return u, bad
}

func (u *User) setIdentity(box *secret.Box, number string) *fault.Field {
	id, problem := idcard.Parse(number)
	if problem != idcard.OK {
		return &fault.Field{Name: "identity", Key: problem.Key()}
	}
	// The number itself is not kept: only whether two accounts belong to one
	// person is needed.
	u.identity, u.IdentityMask = box.BlindIndex(identityKind, id.Number), secret.MaskID(id.Number)
	return nil
}

func (s *Service) insertUser(ctx context.Context, tx *db.Tx, u *User, by int64) error {
	now := db.Millis(tx.Now)
	var phone []byte
	if u.phone != "" {
		var err error
		if phone, err = s.box.Encrypt(phoneContext, []byte(u.phone)); err != nil {
			return err
		}
	}
	u.PasswordAt, u.CreatedAt = now, now
	err := tx.QueryRowContext(ctx, `
		INSERT INTO app_user (login, name, region, identity_index, identity_mask, password_hash, password_initial, password_until, password_at, created_by, created_at, phone_cipher, phone_mask, valid_until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id`,
		u.Login, u.Name, int64(u.Region), u.identity, u.IdentityMask, u.hash, u.Initial, u.InitialUntil, now, by, now, phone, u.PhoneMask, int32(u.ValidUntil)).Scan(&u.ID)
	if err != nil {
		return fmt.Errorf("create user: %w", err)
	}
	return nil
}

// change runs an act on one account of the caller's area: it reads the
// account inside the transaction, so that nothing decided on is stale.
func (s *Service) change(ctx context.Context, c Caller, p Permission, id int64, action string, act func(*db.Tx, *User) error) error {
	scope, err := need(c, p)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		u, err := managed(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		// Who may act on an account could act as it: its roles must lie in the
		// same area, or a county's administrator would hold the city's.
		for _, g := range u.Grants {
			if !scope.Contains(g.Region) {
				return fault.New(fault.Forbidden, "account.above")
			}
		}
		if err := act(tx, u); err != nil {
			return err
		}
		return s.note(ctx, tx, c, Note{Action: action, Object: "user", ObjectID: itoa(id), Region: u.Region, Detail: map[string]string{"login": u.Login}})
	})
}

// Disable stops an account and ends its sessions at once.
func (s *Service) Disable(ctx context.Context, c Caller, id int64) error {
	return s.stop(ctx, c, id, "user.disable", "admin")
}

// Leave stops the account of somebody who left the office or the post: its
// grants go, so that starting it again gives no right back.
func (s *Service) Leave(ctx context.Context, c Caller, id int64) error {
	return s.stop(ctx, c, id, "user.leave", "left")
}

func (s *Service) stop(ctx context.Context, c Caller, id int64, action, why string) error {
	return s.change(ctx, c, UserCreate, id, action, func(tx *db.Tx, u *User) error {
		if u.ID == c.UserID {
			return fault.New(fault.Invalid, "account.self")
		}
		if err := notLast(ctx, tx, u); err != nil {
			return err
		}
		if why == "left" {
			if err := stripRights(ctx, tx, u.ID); err != nil {
				return err
			}
		}
		return disable(ctx, tx, u.ID, why)
	})
}

// stripRights takes everything away that an account may do.
func stripRights(ctx context.Context, tx *db.Tx, id int64) error {
	for _, q := range []string{`DELETE FROM user_grant WHERE user_id = $1`, `DELETE FROM admin_holder WHERE user_id = $1`} {
		if err := exec(ctx, tx, q, id); err != nil {
			return err
		}
	}
	now := db.Millis(tx.Now)
	if err := exec(ctx, tx, `UPDATE delegation SET ended_at = $1 WHERE (from_user = $2 OR to_user = $2) AND ended_at = 0`, now, id); err != nil {
		return err
	}
	if err := exec(ctx, tx, `UPDATE inspection SET ended_at = $1 WHERE user_id = $2 AND ended_at = 0`, now, id); err != nil {
		return err
	}
	return changeRights(ctx, tx, id)
}

func disable(ctx context.Context, tx *db.Tx, id int64, why string) error {
	if err := exec(ctx, tx, `UPDATE app_user SET disabled_at = $1, disabled_reason = $2, version = version + 1 WHERE id = $3`, db.Millis(tx.Now), why, id); err != nil {
		return err
	}
	return endSessions(ctx, tx, id, 0, "disabled")
}

// Enable lets a stopped account sign in again; its time of rest begins anew.
func (s *Service) Enable(ctx context.Context, c Caller, id int64) error {
	return s.change(ctx, c, UserCreate, id, "user.enable", func(tx *db.Tx, u *User) error {
		if u.Over(tx.Now) {
			return fault.New(fault.Conflict, "account.until.over", u.ValidUntil.String())
		}
		return exec(ctx, tx, `UPDATE app_user SET disabled_at = 0, disabled_reason = '', signed_in_at = $1, version = version + 1 WHERE id = $2`, db.Millis(tx.Now), id)
	})
}

// SetUntil sets the last day of an account, 0 for none; an account that ended
// by itself can be started again then.
func (s *Service) SetUntil(ctx context.Context, c Caller, id int64, until calendar.Date) error {
	if until != 0 && (!until.Valid() || until < calendar.DateAt(s.db.Clock())) {
		return fault.InvalidFields(fault.Field{Name: "until", Key: "account.until.form"})
	}
	return s.change(ctx, c, UserCreate, id, "user.until", func(tx *db.Tx, u *User) error {
		if u.Inspection != nil {
			return fault.New(fault.Conflict, "account.until.inspector")
		}
		return exec(ctx, tx, `UPDATE app_user SET valid_until = $1, version = version + 1 WHERE id = $2`, int32(until), id)
	})
}

// ResetPassword gives a new one-time password and ends the sessions.
func (s *Service) ResetPassword(ctx context.Context, c Caller, id int64) (Initial, error) {
	policy, err := s.Policy(ctx)
	if err != nil {
		return Initial{}, err
	}
	out := Initial{UserID: id}
	if out.Password, err = newInitialPassword(); err != nil {
		return Initial{}, err
	}
	hash, err := hashPassword(out.Password)
	if err != nil {
		return Initial{}, err
	}
	err = s.change(ctx, c, UserCreate, id, "user.reset", func(tx *db.Tx, u *User) error {
		// With the others' passwords the system administrator would be all
		// three; theirs are renewed at the machine's own console.
		if role := u.AdminRole(); role != "" && role != System && !c.isLocal() {
			return fault.New(fault.Forbidden, "account.reset_admin")
		}
		out.Login, out.Until = u.Login, db.Millis(tx.Now.Add(days(policy.InitialDays)))
		if err := setPassword(ctx, tx, u, hash, out.Until, policy.Keep); err != nil {
			return err
		}
		return endSessions(ctx, tx, id, 0, "password")
	})
	return out, err
}

// setPassword stores a new hash and keeps the old one; until is the end of an
// initial password, 0 for one that the person chose.
func setPassword(ctx context.Context, tx *db.Tx, u *User, hash string, until int64, keep int) error {
	if keep > 0 && !u.Initial {
		err := exec(ctx, tx, `INSERT INTO password_past (user_id, changed_at, password_hash) VALUES ($1, $2, $3) ON CONFLICT (user_id, changed_at) DO NOTHING`, u.ID, u.PasswordAt, u.hash)
		if err != nil {
			return err
		}
	}
	return exec(ctx, tx, `
		UPDATE app_user SET password_hash = $1, password_initial = $2, password_until = $3, password_at = $4, version = version + 1
		WHERE id = $5`, hash, until != 0, until, db.Millis(tx.Now), u.ID)
}

// Remove ends an account for good. Its number is never given again and its
// row stays, so that old audit rows still name it; the login is free.
func (s *Service) Remove(ctx context.Context, c Caller, id int64) error {
	return s.change(ctx, c, UserCreate, id, "user.remove", func(tx *db.Tx, u *User) error {
		if u.ID == c.UserID {
			return fault.New(fault.Invalid, "account.self")
		}
		if err := notLast(ctx, tx, u); err != nil {
			return err
		}
		if err := stripRights(ctx, tx, id); err != nil {
			return err
		}
		if err := removeFactor(ctx, tx, id); err != nil {
			return err
		}
		for _, q := range []string{`DELETE FROM known_address WHERE user_id = $1`, `DELETE FROM password_past WHERE user_id = $1`} {
			if err := exec(ctx, tx, q, id); err != nil {
				return err
			}
		}
		if err := exec(ctx, tx, `UPDATE app_user SET removed_at = $1, password_hash = '', phone_cipher = NULL, phone_mask = '', version = version + 1 WHERE id = $2`, db.Millis(tx.Now), id); err != nil {
			return err
		}
		return endSessions(ctx, tx, id, 0, "removed")
	})
}

// notLast keeps one active holder of each administrator role: without a
// security administrator nobody could grant anything any more.
func notLast(ctx context.Context, tx *db.Tx, u *User) error {
	role := u.AdminRole()
	if role == "" || !u.Active() {
		return nil
	}
	// The holders' rows are held, so that two who take each other out at the
	// same time do not both count the other.
	if err := exec(ctx, tx, `UPDATE admin_holder SET held_since = held_since WHERE role = $1`, string(role)); err != nil {
		return err
	}
	var others int
	err := tx.QueryRowContext(ctx, `
		SELECT count(*) FROM admin_holder h JOIN app_user u ON u.id = h.user_id
		WHERE h.role = $1 AND h.user_id <> $2 AND u.disabled_at = 0 AND u.removed_at = 0`, string(role), u.ID).Scan(&others)
	if err != nil {
		return fmt.Errorf("administrators: %w", err)
	}
	if others == 0 {
		return fault.New(fault.Conflict, "account.last_admin")
	}
	return nil
}

func exec(ctx context.Context, tx *db.Tx, q string, args ...any) error {
	if _, err := tx.ExecContext(ctx, q, args...); err != nil {
		return fmt.Errorf("account: %w", err)
	}
	return nil
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
