// Package work is the 务工台账: spells of work with terms dated by month, what
// confirms them from both ends, and their end. A new job is the end of the old
// record and a new one (facts B1).
package work

import (
	"context"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/rule"
)

// People is what the store needs of the 底册 (people.Store).
type People interface {
	// InTx reads a person for a change in the caller's transaction: NotFound
	// outside the scope; reduced where only the place of work is in it.
	InTx(ctx context.Context, q db.Querier, scope region.Scope, id int64) (p fact.Person, need *fact.Need, reduced bool, err error)
	// StatusInTx states what the person lives by from a day on.
	StatusInTx(ctx context.Context, tx *db.Tx, scope region.Scope, by account.Caller, id int64, status int, on calendar.Date, source string) error
	// RestateInTx states the same again: it still holds on that day; false where
	// that is on record.
	RestateInTx(ctx context.Context, tx *db.Tx, scope region.Scope, by account.Caller, id int64, status int, on calendar.Date, source string) (bool, error)
}

// Auditor writes audit rows in the caller's transaction (audit.Log).
type Auditor interface {
	Write(ctx context.Context, tx *db.Tx, by account.Caller, e audit.Entry) error
}

// Closed notes what closed months would now be (internal/month).
type Closed interface {
	Note(ctx context.Context, tx *db.Tx, personID int64, from, to calendar.Month) error
}

// Checks is the rule book and its desk (rule.Desk).
type Checks interface {
	Run(ctx context.Context, q db.Querier, at region.Code, s *rule.Subject) ([]rule.Finding, error)
	Keep(ctx context.Context, tx *db.Tx, personID int64, at region.Code, found []rule.Finding) error
}

// Places tells which codes are places (region.Tree).
type Places interface {
	Name(region.Code) string // "" for no place
}

// Deps are what the store is connected to; all are needed.
type Deps struct {
	People People
	Audit  Auditor
	Closed Closed
	Checks Checks
	Places Places
}

// Store reads and writes spells.
type Store struct {
	db *db.DB
	Deps
}

// New makes a store. A missing dependency is a fault of the program.
func New(d *db.DB, deps Deps) *Store {
	if d == nil || deps.People == nil || deps.Audit == nil || deps.Closed == nil || deps.Checks == nil || deps.Places == nil {
		panic("work.New: a dependency is missing")
	}
	return &Store{db: d, Deps: deps}
}

func (s *Store) month() calendar.Month { return calendar.MonthAt(s.db.Clock()) }
func (s *Store) today() calendar.Date  { return calendar.DateAt(s.db.Clock()) }

var errNotFound = fault.NotFoundf("fault.notfound")

func live(alias string) string {
	return "NOT EXISTS (SELECT 1 FROM hidden_batch hb WHERE hb.batch_id = " + alias + ".batch_id)"
}
