// Package account holds who signs in: users, grants, sessions, the permission
// table and the Caller that every use case receives as an argument.
package account

import (
	"context"

	"wengang/internal/db"
	"wengang/internal/region"
)

// Grant gives a user a role at a place. A user without a grant may do nothing
// (GB/T 22239 8.1.5: creating an account gives no right).
type Grant struct {
	Role   Role
	Dept   Dept
	Region region.Code
}

// Caller is who acts: built once per request or command, passed on as an
// argument. Its zero value may do nothing and see nothing.
type Caller struct {
	UserID    int64
	Login     string
	Name      string
	Grants    []Grant
	Address   string // network address, or "local" for the command line
	RequestID string
	Session   string // identifier of the session, never its token
}

// Can reports whether any grant of the caller carries the permission.
func (c Caller) Can(p Permission) bool {
	for _, g := range c.Grants {
		if g.Has(p) {
			return true
		}
	}
	return false
}

// Scope is the set of places where the caller holds the permission. Without
// it, the scope is empty and every store answers "not found".
func (c Caller) Scope(p Permission) region.Scope {
	var roots []region.Code
	for _, g := range c.Grants {
		if g.Has(p) {
			roots = append(roots, g.Region)
		}
	}
	return region.ScopeOf(roots...)
}

// Home is the place that the caller's first page shows.
func (c Caller) Home() region.Code {
	if len(c.Grants) == 0 {
		return region.Country
	}
	return c.Grants[0].Region
}

// Note is an act of this package for the audit record; package audit comes
// later in the order of packages and takes it through Recorder.
type Note struct {
	Action, Object, ObjectID string
	Region                   region.Code
	Outcome                  string // "ok", "refused", "failed"; ok where empty
	Detail                   map[string]string
}

// Recorder writes a note in the transaction of the act.
type Recorder interface {
	Note(ctx context.Context, tx *db.Tx, c Caller, n Note) error
}
