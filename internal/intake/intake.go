// Package intake brings the ledger's four kinds of workbook in: people,
// monitored households, work records and plans. It implements transfer.Kind:
// Check reads and decides, Apply writes only new rows that stay hidden, Finish
// changes what readers already see, Undo takes everything back.
//
// Every row is matched by the blind index of its identity number. Blank cells
// never erase. A number that is another's, was corrected, or belongs to a
// person of another county is a conflict for a person to decide; the holder's
// details are not shown.
package intake

import (
	"context"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
	"wengang/internal/transfer"
)

// Contexts of sealed columns and kinds of blind indexes, as package people
// uses them: a slice does not import another, a test holds them equal.
const (
	sealID         = "person.id_cipher"
	sealPhone      = "person.phone_cipher"
	sealHomePhone  = "household.phone_cipher"
	sealHistoryOld = "field_change.old_cipher"
	sealHistoryNew = "field_change.new_cipher"
	indexID        = "id"
	indexPhone     = "phone"
)

// Box is what the imports need of the key service (internal/secret).
type Box interface {
	Encrypt(context string, plain []byte) ([]byte, error)
	Decrypt(context string, sealed []byte) ([]byte, error)
	BlindIndex(kind, normalised string) []byte
}

// Closed learns that facts of people changed in months that may be closed: it
// notes what those months would now be (internal/month).
type Closed interface {
	NoteAll(ctx context.Context, tx *db.Tx, ids []int64, from, to calendar.Month, by, batch int64) error
}

// Deps are what the kinds are connected to; all are needed.
type Deps struct {
	Box    Box
	Tree   func() *region.Tree // the tree with today's local places
	Closed Closed
	// Settlements resolves the names of settlements.
	Settlements Settlements
}

// Kinds are the four kinds, for the registry of imports.
func Kinds(d *db.DB, deps Deps) []transfer.Kind {
	if d == nil || deps.Box == nil || deps.Tree == nil || deps.Closed == nil || deps.Settlements == nil {
		panic("intake.Kinds: a dependency is missing")
	}
	b := base{db: d, Deps: deps}
	return []transfer.Kind{
		&personKind{base: b, id: "people", layouts: peopleLayouts},
		&personKind{base: b, id: "monitored", layouts: monitoredLayouts, monitored: true},
		&workKind{base: b},
		&planKind{base: b},
	}
}

type base struct {
	db *db.DB
	Deps
}

// Need is what the pages of people and their work need.
func (base) Need() account.Permission { return account.PeopleEdit }

// source is the origin that rows written by imports carry.
const source = "import"
