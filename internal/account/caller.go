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

	// For is the account that the caller stands in for (AB 岗), 0 none: Grants
	// are then that account's, and every audit row names both.
	For      int64
	ForLogin string
	ForName  string
	// Fresh says that the caller proved within FreshFor who sits there: acts
	// that matter most (grants, exports in plain) ask for it.
	Fresh bool
	// Rights stamps the state of the account's rights that Grants were read
	// with; audit.Log.Write refuses the act where they changed since. 0: no stamp.
	Rights int64
	// Inspection bounds an inspector from outside; nil for everybody else.
	Inspection *Inspection
}

// Local reports the operator at the machine's own console.
func (c Caller) Local() bool { return c.isLocal() }

// RecordLogin is the caller's name on the record: "b 代 a" where b stands in.
func (c Caller) RecordLogin() string {
	if c.For == 0 {
		return c.Login
	}
	return c.Login + " 代 " + c.ForLogin
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

// Office is the caller's first office with a permission: its place and
// department.
func (c Caller) Office(p Permission) (at region.Code, dept Dept, ok bool) {
	for _, g := range c.Grants {
		if g.Has(p) {
			return g.Region, g.Dept, true
		}
	}
	return 0, "", false
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
