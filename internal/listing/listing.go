// Package listing makes lists out of the person record: the four lists of the
// notices and the list of key persons, with versions that are settled and
// compared; lists whose columns an officer chooses, saved and shared; and the
// answer to a pasted list of numbers. Nothing here keeps a person's facts:
// every list is read anew, within the reader's scope, and a version keeps what
// was printed.
package listing

import (
	"context"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/setting"
)

// Box is what the store needs of the key service.
type Box interface {
	Encrypt(context string, plain []byte) ([]byte, error)
	Decrypt(context string, sealed []byte) ([]byte, error)
	BlindIndex(kind, normalised string) []byte
}

// Auditor writes audit rows in the caller's transaction.
type Auditor interface {
	Write(ctx context.Context, tx *db.Tx, by account.Caller, e audit.Entry) error
}

// Tree names places.
type Tree interface {
	Name(region.Code) string
	Children(region.Code) []region.Code
}

// People is what is read of the 底册 (internal/people).
type People interface {
	List(ctx context.Context, scope region.Scope, f people.Filter, pg people.Page) (people.Listing, error)
	IDs(ctx context.Context, q db.Querier, scope region.Scope, f people.Filter, by people.Sort, desc, grouped bool, limit int) ([]int64, error)
	RowsIn(ctx context.Context, q db.Querier, scope region.Scope, ids []int64, month calendar.Month) ([]people.Row, error)
	CountBy(ctx context.Context, q db.Querier, scope region.Scope, f people.Filter, level region.Level) (map[region.Code]int, error)
	Plains(ctx context.Context, q db.Querier, scope region.Scope, ids []int64) (map[int64]people.Plain, error)
}

// Leave decides about files that leave the product and puts them on record
// (audit.Log): what needs the consent of a second person is refused without it,
// and a consent is used up in the transaction of the record.
type Leave interface {
	Approval(ctx context.Context, q db.Querier, by account.Caller, e audit.Export) (id int64, err error)
	Exported(ctx context.Context, tx *db.Tx, by account.Caller, e audit.Export) (id int64, err error)
}

// Deps are what the store is connected to; all are needed.
type Deps struct {
	People People
	Box    Box
	Audit  Auditor
	Leave  Leave
	Tree   Tree
	// Scratch is a private folder for the overflow of large workbooks, which is
	// not encrypted there; "" is the system's own.
	Scratch string
}

// Store makes and keeps lists.
type Store struct {
	db *db.DB
	Deps
}

// New makes the store. A missing dependency is a fault of the program.
func New(d *db.DB, deps Deps) *Store {
	if d == nil || deps.People == nil || deps.Box == nil || deps.Audit == nil || deps.Leave == nil || deps.Tree == nil {
		panic("listing.New: a dependency is missing")
	}
	return &Store{db: d, Deps: deps}
}

// The settings of this slice.
const (
	// PasteRows is how many lines one question may have.
	PasteRows = "listing.paste_rows"
	// PasteDaily is how many numbers one user may look up on a day.
	PasteDaily = "listing.paste_daily"
	// PrintRows is how many persons a printed list may have.
	PrintRows = "listing.print_rows"
)

func init() {
	setting.Register(
		setting.Def{Name: PasteRows, Default: 5000, Min: 10, Max: 5000, Source: "个人信息保护法第六条"},
		setting.Def{Name: PasteDaily, Default: 20000, Min: 100, Max: 1000000, Source: "个人信息保护法第六条、第五十一条"},
		setting.Def{Name: PrintRows, Default: 3000, Min: 50, Max: 20000, Source: "个人信息保护法第六条"},
	)
}

// maxRows bounds a version and an exported file: the base list of the largest
// county of the sample city is a third of it.
const maxRows = 200_000

var errNotFound = fault.NotFoundf("fault.notfound")

func (s *Store) today() calendar.Date  { return calendar.DateAt(s.db.Clock()) }
func (s *Store) month() calendar.Month { return calendar.MonthAt(s.db.Clock()) }

// settings are the values in force at a place.
func (s *Store) settings(ctx context.Context, q db.Querier, at region.Code) (setting.Values, error) {
	return setting.At(ctx, q, at, s.month().Year())
}
