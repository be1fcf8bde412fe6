// Package people is the 底册: persons, households, population kinds, needs,
// identity, search and the history of every field. Reading and writing go
// through Store, each method with the caller's scope; what lies outside the
// scope is not found.
package people

import (
	"context"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/rule"
	"wengang/internal/setting"
)

// Box is what the store needs of the key service (internal/secret).
type Box interface {
	Encrypt(context string, plain []byte) ([]byte, error)
	Decrypt(context string, sealed []byte) ([]byte, error)
	BlindIndex(kind, normalised string) []byte
}

// Auditor writes audit rows in the caller's transaction (audit.Log): an act
// whose row cannot be written does not happen.
type Auditor interface {
	Write(ctx context.Context, tx *db.Tx, by account.Caller, e audit.Entry) error
}

// Closed learns that facts of a person changed in months that may be closed:
// it notes what those months would now be (internal/month).
type Closed interface {
	Note(ctx context.Context, tx *db.Tx, personID int64, from, to calendar.Month) error
}

// Checks is the rule book with the settings of a place, and the place where
// findings are kept (app connects rule and finding).
type Checks interface {
	// Run checks a subject as it stands or would stand.
	Run(ctx context.Context, q db.Querier, at region.Code, s *rule.Subject) ([]rule.Finding, error)
	// Keep makes these the person's open findings: new ones open, those that
	// no longer hold close as mended.
	Keep(ctx context.Context, tx *db.Tx, personID int64, at region.Code, found []rule.Finding) error
}

// Settlements reads the registered settlements of a scope (internal/register).
type Settlements interface {
	Settlements(ctx context.Context, q db.Querier, scope region.Scope) ([]fact.Settlement, error)
}

// Deps are what the store is connected to; all are needed.
type Deps struct {
	Box    Box
	Audit  Auditor
	Closed Closed
	Checks Checks
	// Settled are the settlements that people may live in.
	Settled Settlements
	// Spells reads a person's visible spells, ascending start (internal/work).
	Spells func(ctx context.Context, q db.Querier, personID int64) ([]fact.Spell, error)
	// Reclass derives the place classes of a person's work anew after a move
	// (work.Reclass).
	Reclass func(ctx context.Context, tx *db.Tx, personID int64, home region.Code, from calendar.Month) error
}

// Store reads and writes the 底册.
type Store struct {
	db *db.DB
	Deps
	totals change.Memo[string, int] // exact totals of lists, by condition and values
}

// New makes a store. A missing dependency is a fault of the program.
func New(d *db.DB, deps Deps) *Store {
	if d == nil || deps.Box == nil || deps.Audit == nil || deps.Closed == nil || deps.Checks == nil || deps.Settled == nil || deps.Spells == nil || deps.Reclass == nil {
		panic("people.New: a dependency is missing")
	}
	return &Store{db: d, Deps: deps}
}

// RevealDaily is the setting of how many values one user may have shown in
// plain per day.
const RevealDaily = "people.reveal_daily"

func init() {
	setting.Register(
		setting.Def{Name: RevealDaily, Default: 200, Min: 0, Max: 5000, Source: "个人信息保护法第六条、第五十一条"},
	)
}

func (s *Store) month() calendar.Month { return calendar.MonthAt(s.db.Clock()) }
func (s *Store) today() calendar.Date  { return calendar.DateAt(s.db.Clock()) }

var errNotFound = fault.NotFoundf("fault.notfound")

// live is the condition that the rows of a table alias are visible: not part
// of an import that has not finished.
func live(alias string) string {
	return "NOT EXISTS (SELECT 1 FROM hidden_batch hb WHERE hb.batch_id = " + alias + ".batch_id)"
}
