package account

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/secret"
)

// Service keeps users, grants and sessions.
type Service struct {
	db    *db.DB
	box   *secret.Box
	audit Recorder
	kept  atomic.Pointer[keptPolicy]

	addresses addressCache
}

// New makes the service. Every act writes its note through rec in its own
// transaction.
func New(d *db.DB, box *secret.Box, rec Recorder) *Service {
	return &Service{db: d, box: box, audit: rec}
}

func (s *Service) note(ctx context.Context, tx *db.Tx, c Caller, n Note) error {
	return s.audit.Note(ctx, tx, c, n)
}

// User is an account as administrators see it.
type User struct {
	ID           int64
	Login        string
	Name         string
	Region       region.Code // whose administrators manage the account
	IdentityMask string      // of the natural person, where told
	Initial      bool        // the password must be changed
	InitialUntil int64       // Unix ms, 0 none
	PasswordAt   int64
	DisabledAt   int64
	Disabled     string // why: "admin", "dormant"
	RemovedAt    int64
	SignedInAt   int64
	CreatedAt    int64
	Version      int
	PhoneMask    string
	ValidUntil   calendar.Date // last day of a temporary account, 0 none
	FactorAt     int64         // since when there is a second factor, 0 none
	Grants       []Grant
	Inspection   *Inspection // of an inspector from outside

	identity []byte
	hash     string
	rights   int64
	phone    string // of a new account, on its way to be sealed
}

// Over reports a temporary account past its last day.
func (u *User) Over(now time.Time) bool {
	return u.ValidUntil != 0 && calendar.DateAt(now) > u.ValidUntil
}

// Active reports an account that may sign in.
func (u *User) Active() bool { return u.DisabledAt == 0 && u.RemovedAt == 0 }

// AdminRole is the administrator role that the account holds, or "".
func (u *User) AdminRole() Role {
	for _, g := range u.Grants {
		if g.Role.Admin() {
			return g.Role
		}
	}
	return ""
}

const userColumns = `u.id, u.login, u.name, u.region, u.identity_index, u.identity_mask, u.password_hash, u.password_initial,
	u.password_until, u.password_at, u.disabled_at, u.disabled_reason, u.removed_at, u.signed_in_at, u.created_at, u.version,
	u.phone_mask, u.valid_until, u.rights, coalesce((SELECT f.enrolled_at FROM second_factor f WHERE f.user_id = u.id), 0)`

func scanUser(scan func(...any) error) (*User, error) {
	var (
		u  User
		rg int64
	)
	err := scan(&u.ID, &u.Login, &u.Name, &rg, &u.identity, &u.IdentityMask, &u.hash, &u.Initial,
		&u.InitialUntil, &u.PasswordAt, &u.DisabledAt, &u.Disabled, &u.RemovedAt, &u.SignedInAt, &u.CreatedAt, &u.Version,
		&u.PhoneMask, &u.ValidUntil, &u.rights, &u.FactorAt)
	if err != nil {
		return nil, err
	}
	u.Region = region.Code(rg)
	return &u, nil
}

// findUser reads one account by a condition on u; nil where there is none.
func findUser(ctx context.Context, q db.Querier, where string, args ...any) (*User, error) {
	u, err := scanUser(q.QueryRowContext(ctx, `SELECT `+userColumns+` FROM app_user u WHERE `+where, args...).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("user: %w", err)
	}
	return u, rightsOf(ctx, q, u)
}

// rightsOf reads what an account may do: its grants, or, where it has none,
// the document by which it inspects.
func rightsOf(ctx context.Context, q db.Querier, u *User) (err error) {
	if u.Grants, err = grantsOf(ctx, q, u.ID); err != nil || len(u.Grants) > 0 {
		return err
	}
	u.Inspection, err = inspectionOf(ctx, q, u.ID)
	return err
}

func grantsOf(ctx context.Context, q db.Querier, id int64) ([]Grant, error) {
	rows, err := q.QueryContext(ctx, `SELECT role, dept, region FROM user_grant WHERE user_id = $1 ORDER BY region, role, dept`, id)
	if err != nil {
		return nil, fmt.Errorf("grants: %w", err)
	}
	defer rows.Close()
	var out []Grant
	for rows.Next() {
		var (
			g  Grant
			rg int64
		)
		if err := rows.Scan(&g.Role, &g.Dept, &rg); err != nil {
			return nil, fmt.Errorf("grants: %w", err)
		}
		g.Region = region.Code(rg)
		out = append(out, g)
	}
	return out, rows.Err()
}

// managed reads an account in the caller's area for a permission; outside it
// is not found.
func managed(ctx context.Context, q db.Querier, scope region.Scope, id int64) (*User, error) {
	u, err := findUser(ctx, q, `u.id = $1`, id)
	if err != nil {
		return nil, err
	}
	if u == nil || u.RemovedAt != 0 || !scope.Contains(u.Region) {
		return nil, fault.NotFoundf("fault.notfound")
	}
	return u, nil
}

// need answers the scope of a permission, or Forbidden.
func need(c Caller, p Permission) (region.Scope, error) {
	scope := c.Scope(p)
	if scope.Empty() {
		return scope, fault.New(fault.Forbidden, "fault.forbidden", string(p))
	}
	return scope, nil
}

// caller is who acts when the account acts.
func (u *User) caller(address, session string) Caller {
	return Caller{UserID: u.ID, Login: u.Login, Name: u.Name, Grants: u.Grants, Address: address, Session: session, Rights: u.rights + 1}
}
