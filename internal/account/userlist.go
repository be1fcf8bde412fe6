package account

import (
	"context"
	"fmt"
	"strings"

	"wengang/internal/db"
	"wengang/internal/region"
)

// UserFilter narrows a list of accounts.
type UserFilter struct {
	Text  string // part of login or name
	At    region.Code
	After int64 // id of the last row of the page before
	Limit int
	State string // "stopped", "nogrant"; all where empty
}

// Users lists accounts of the caller's area by id, for the system and the
// security administrator.
func (s *Service) Users(ctx context.Context, c Caller, f UserFilter) ([]User, error) {
	scope, err := need(c, UserRead)
	if err != nil {
		return nil, err
	}
	return s.listed(ctx, scope, f)
}

func (s *Service) listed(ctx context.Context, scope region.Scope, f UserFilter) ([]User, error) {
	var a db.Args
	where := append(f.where(scope, &a), "u.id > "+a.Add(f.After))
	if f.Limit <= 0 || f.Limit > 1000 {
		f.Limit = 50
	}
	rows, err := s.db.Read.QueryContext(ctx, `SELECT `+userColumns+` FROM app_user u WHERE `+
		strings.Join(where, " AND ")+` ORDER BY u.id LIMIT `+a.Add(f.Limit), a.Values...)
	if err != nil {
		return nil, fmt.Errorf("users: %w", err)
	}
	defer rows.Close()
	var out []User
	for rows.Next() {
		u, err := scanUser(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("users: %w", err)
		}
		out = append(out, *u)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("users: %w", err)
	}
	rows.Close()
	for i := range out {
		if err := rightsOf(ctx, s.db.Read, &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// where is the filter's condition within a scope.
func (f UserFilter) where(scope region.Scope, a *db.Args) []string {
	where := []string{scope.Within(f.At).Predicate("u.region", a.Add), "u.removed_at = 0"}
	if t := strings.TrimSpace(f.Text); t != "" {
		p := a.Add("%" + likeEscape(strings.ToLower(t)) + "%")
		where = append(where, `(u.login LIKE `+p+` ESCAPE '!' OR lower(u.name) LIKE `+p+` ESCAPE '!')`)
	}
	switch f.State {
	case "stopped":
		where = append(where, "u.disabled_at <> 0")
	case "nogrant":
		where = append(where, "u.disabled_at = 0", "NOT EXISTS (SELECT 1 FROM user_grant g WHERE g.user_id = u.id)")
	}
	return where
}

// Colleagues are the accounts of the caller's area with their rights, for who
// may read who may do what (RightsRead): leaders and reviewers of the office.
func (s *Service) Colleagues(ctx context.Context, c Caller, f UserFilter) ([]User, error) {
	scope, err := need(c, RightsRead)
	if err != nil {
		return nil, err
	}
	return s.listed(ctx, scope, f)
}

// Colleague is one account of the caller's area with its rights.
func (s *Service) Colleague(ctx context.Context, c Caller, id int64) (*User, error) {
	scope, err := need(c, RightsRead)
	if err != nil {
		return nil, err
	}
	return managed(ctx, s.db.Read, scope, id)
}

// CountUsers is the exact number of the accounts that a filter leaves.
func (s *Service) CountUsers(ctx context.Context, c Caller, f UserFilter) (n int64, err error) {
	scope, err := need(c, UserRead)
	if err != nil {
		return 0, err
	}
	var a db.Args
	where := f.where(scope, &a)
	err = s.db.Read.QueryRowContext(ctx, `SELECT count(*) FROM app_user u WHERE `+strings.Join(where, " AND "), a.Values...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("users: %w", err)
	}
	return n, nil
}

func likeEscape(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s)
}

// User reads one account of the caller's area.
func (s *Service) User(ctx context.Context, c Caller, id int64) (*User, error) {
	scope, err := need(c, UserRead)
	if err != nil {
		return nil, err
	}
	return managed(ctx, s.db.Read, scope, id)
}
