// Package merge makes one record of two that are one person, and two again. A
// merge keeps both records as they were, sealed, so that an undo puts back
// exactly that; it is refused where facts came since. Closed months stay as
// they are: what they would now be is noted beside them.
package merge

import (
	"context"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/rule"
)

// Box is what the store needs of the key service.
type Box interface {
	Encrypt(context string, plain []byte) ([]byte, error)
	Decrypt(context string, sealed []byte) ([]byte, error)
	BlindIndex(kind, normalised string) []byte
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

// People is the 底册 (people.Store).
type People interface {
	InTx(ctx context.Context, q db.Querier, scope region.Scope, id int64) (p fact.Person, need *fact.Need, reduced bool, err error)
	Rows(ctx context.Context, scope region.Scope, ids []int64, month calendar.Month) ([]people.Row, error)
}

// Deps are what the store is connected to; all are needed.
type Deps struct {
	Box    Box
	Audit  Auditor
	Closed Closed
	Checks Checks
	People People
	// Spells reads a person's visible spells, ascending start (work.ReadSpells).
	Spells func(ctx context.Context, q db.Querier, personID int64) ([]fact.Spell, error)
}

// Store finds duplicates, merges them and takes merges back.
type Store struct {
	db *db.DB
	Deps
}

// New makes a store. A missing dependency is a fault of the program.
func New(d *db.DB, deps Deps) *Store {
	if d == nil || deps.Box == nil || deps.Audit == nil || deps.Closed == nil || deps.Checks == nil || deps.People == nil || deps.Spells == nil {
		panic("merge.New: a dependency is missing")
	}
	return &Store{db: d, Deps: deps}
}

// SealSnapshot is the use under which the records before a merge are sealed.
const SealSnapshot = "person_merge.snapshot_cipher"

var errNotFound = fault.NotFoundf("fault.notfound")

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// live is the condition that the rows of an alias are visible.
func live(alias string) string {
	return "NOT EXISTS (SELECT 1 FROM hidden_batch hb WHERE hb.batch_id = " + alias + ".batch_id)"
}

// resident reads a person whom the caller may change: by residence, and not a
// record that another has taken over.
func (s *Store) resident(ctx context.Context, q db.Querier, scope region.Scope, id int64) (fact.Person, *fact.Need, error) {
	p, need, reduced, err := s.People.InTx(ctx, q, scope, id)
	switch {
	case err != nil:
		return p, nil, err
	case reduced:
		return p, nil, errNotFound
	case p.MergedInto != 0:
		return p, nil, fault.New(fault.Conflict, "people.merged")
	}
	return p, need, nil
}
