// Package flow is the registers of change: who was born into the ledger, came,
// died, left or moved, when, why and on what paper. What counts is the ledger
// itself, so the book of a place and period always meets its stock:
// 期初 + 增 − 减 = 期末. An act here changes the ledger and keeps its paper.
package flow

import (
	"context"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/people"
	"wengang/internal/region"
)

// Kind is why a person came into a place or left it; the words stand in the
// catalogue under "people.flow.kind.<n>".
type Kind int

// The kinds. Moved and MarriedAway are between villages of the ledger: out of
// one, into another.
const (
	Born        Kind = 1
	CameIn      Kind = 2
	MarriedIn   Kind = 3
	AddedIn     Kind = 4 // 补录: was here before, was not in the ledger
	Died        Kind = 11
	WentOut     Kind = 12
	MarriedOut  Kind = 13
	DroppedOut  Kind = 14
	Moved       Kind = 21
	MarriedAway Kind = 22
)

// Kinds lists every kind, for forms and checks.
var Kinds = []Kind{Born, CameIn, MarriedIn, AddedIn, Died, WentOut, MarriedOut, DroppedOut, Moved, MarriedAway}

// Entry, Exit and Between tell the three sorts of kind apart.
func (k Kind) Entry() bool   { return k >= Born && k <= AddedIn }
func (k Kind) Exit() bool    { return k >= Died && k <= DroppedOut }
func (k Kind) Between() bool { return k == Moved || k == MarriedAway }

// outReason is the ledger's word for an exit (fact.OutReason).
func (k Kind) outReason() int {
	switch k {
	case Died:
		return 1
	case WentOut, MarriedOut:
		return 2
	}
	return 9
}

// Act is one entry of a register of change.
type Act struct {
	Kind     Kind
	On       calendar.Date
	Reason   string
	Document string // paper that was seen: certificate, household book, notice
	Place    string // where from or to, outside the ledger
	// To is the new village of a move between villages, Household the one that
	// is joined there (0: one of their own), Relation that to its head.
	To        region.Code
	Household int64
	Relation  int
}

// People is what the store needs of the 底册 (people.Store).
type People interface {
	CreateInTx(ctx context.Context, tx *db.Tx, scope region.Scope, by account.Caller, p fact.Person) (int64, error)
	EraseInTx(ctx context.Context, tx *db.Tx, scope region.Scope, by account.Caller, id int64) error
	LeaveInTx(ctx context.Context, tx *db.Tx, scope region.Scope, by account.Caller, id int64, why int, on calendar.Date, note string) error
	ReturnInTx(ctx context.Context, tx *db.Tx, scope region.Scope, by account.Caller, id int64, note string) error
	MoveInTx(ctx context.Context, tx *db.Tx, scope region.Scope, by account.Caller, id int64, m people.Moving) (people.Moved, error)
	UnmoveInTx(ctx context.Context, tx *db.Tx, scope region.Scope, by account.Caller, id int64, was people.Moved, from calendar.Month, reason string) error
	InTx(ctx context.Context, q db.Querier, scope region.Scope, id int64) (p fact.Person, need *fact.Need, reduced bool, err error)
}

// Auditor writes audit rows in the caller's transaction (audit.Log).
type Auditor interface {
	Write(ctx context.Context, tx *db.Tx, by account.Caller, e audit.Entry) error
}

// Store keeps the registers of change.
type Store struct {
	db     *db.DB
	people People
	audit  Auditor
}

// New makes a store; all are needed.
func New(d *db.DB, p People, log Auditor) *Store {
	if d == nil || p == nil || log == nil {
		panic("flow.New: a dependency is missing")
	}
	return &Store{db: d, people: p, audit: log}
}

var errNotFound = fault.NotFoundf("fault.notfound")

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func (s *Store) today() calendar.Date { return calendar.DateAt(s.db.Clock()) }

// tidy trims an act and answers what is wrong with it.
func (s *Store) tidy(a *Act, allowed func(Kind) bool) []fault.Field {
	a.Reason, a.Document, a.Place = strings.TrimSpace(a.Reason), strings.TrimSpace(a.Document), strings.TrimSpace(a.Place)
	var out []fault.Field
	if !allowed(a.Kind) {
		out = append(out, fault.Field{Name: "flow", Key: "people.word"})
	}
	if !a.On.Valid() || a.On > s.today() {
		out = append(out, fault.Field{Name: "on", Key: "people.date"})
	}
	for _, f := range []struct {
		name, text string
		needed     bool
	}{{"reason", a.Reason, a.Kind != AddedIn}, {"document", a.Document, a.Kind != AddedIn}, {"other_place", a.Place, false}} {
		switch n := len([]rune(f.text)); {
		case f.needed && n < 1:
			out = append(out, fault.Field{Name: f.name, Key: "people.flow.needed"})
		case n > 200:
			out = append(out, fault.Field{Name: f.name, Key: "people.too_long", Args: []any{200}})
		}
	}
	return out
}
