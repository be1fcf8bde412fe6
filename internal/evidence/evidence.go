// Package evidence keeps photos and PDF documents that are attached to a
// record: a person, a spell of work, a finding, an entry of a register. What
// comes in is checked by its content, cleaned of what it says beside the
// picture, and kept outside the database under a random name, sealed with a key
// of its own; the database holds the wrapped key and what the file is.
package evidence

import (
	"context"
	"slices"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/setting"
)

// Box is what the store needs of the key service.
type Box interface {
	Encrypt(context string, plain []byte) ([]byte, error)
	Decrypt(context string, sealed []byte) ([]byte, error)
}

// Auditor writes audit rows in the caller's transaction.
type Auditor interface {
	Write(ctx context.Context, tx *db.Tx, by account.Caller, e audit.Entry) error
}

// Found is the record that a file is attached to.
type Found struct {
	Region   region.Code // where it lies: whoever may act there may attach
	PersonID int64       // whom it is about, 0 nobody
}

// Kind is a kind of record that takes attachments. The slice that owns the
// record gives Find; app connects the two.
type Kind struct {
	ID   string // "person": also the audit's object and the tail of words
	Read account.Permission
	Edit account.Permission
	// Find is the record as the scope sees it: outside it, hidden or absent is
	// NotFound. Who sees a person only by the place of work sees no papers.
	Find func(ctx context.Context, q db.Querier, scope region.Scope, id int64) (Found, error)
	// Held reports that the record rests on an attachment: it is not taken off.
	// nil: on none.
	Held func(ctx context.Context, q db.Querier, scope region.Scope, attachment int64) (bool, error)
}

// Sort is what a file shows. Private ones bear numbers and amounts: they open
// for those who may reveal, and for who brought them.
type Sort struct {
	ID      string
	Private bool
	Only    string // the kind of record that alone has it, and has no other
}

// Sorts of attachments; words under "evidence.sort.<id>".
var Sorts = []Sort{
	{ID: "site"}, {ID: "work"}, {ID: "visit"}, {ID: "contract", Private: true}, {ID: "pay", Private: true}, {ID: "id", Private: true}, {ID: "other", Private: true},
	{ID: "form", Only: "report"},
}

// SortsOf are the sorts of a kind of record.
func SortsOf(kind string) []Sort {
	own := slices.ContainsFunc(Sorts, func(s Sort) bool { return s.Only == kind })
	return slices.DeleteFunc(slices.Clone(Sorts), func(s Sort) bool { return own && s.Only != kind || !own && s.Only != "" })
}

// sortOf finds a sort among those of a kind; "" finds it among all.
func sortOf(kind, id string) (Sort, bool) {
	all := Sorts
	if kind != "" {
		all = SortsOf(kind)
	}
	i := slices.IndexFunc(all, func(s Sort) bool { return s.ID == id })
	if i < 0 {
		return Sort{}, false
	}
	return all[i], true
}

// Config is what a store stands on; all of it is needed.
type Config struct {
	DB    *db.DB
	Box   Box
	Audit Auditor
	Dir   string // private folder of the files
	Kinds []Kind
}

// Store keeps attachments.
type Store struct {
	db    *db.DB
	box   Box
	audit Auditor
	vault *vault
	kinds []Kind
	work  chan struct{} // one picture is unpacked at a time
}

// New makes the store and its folder.
func New(c Config) (*Store, error) {
	if c.DB == nil || c.Box == nil || c.Audit == nil || c.Dir == "" || len(c.Kinds) == 0 {
		panic("evidence.New: a dependency is missing")
	}
	v, err := openVault(c.Dir)
	if err != nil {
		return nil, err
	}
	return &Store{db: c.DB, box: c.Box, audit: c.Audit, vault: v, kinds: c.Kinds, work: make(chan struct{}, 1)}, nil
}

// The settings of this slice.
const (
	PhotoMB    = "evidence.photo_mb"
	PDFMB      = "evidence.pdf_mb"
	DailyFiles = "evidence.daily_files"
	DailyMB    = "evidence.daily_mb"
	PerRecord  = "evidence.per_record"
	KeepDays   = "evidence.keep_days"
)

func init() {
	const law = "个人信息保护法第六条、第五十一条"
	setting.Register(
		setting.Def{Name: PhotoMB, Default: 15, Min: 1, Max: 50, Source: law},
		setting.Def{Name: PDFMB, Default: 20, Min: 1, Max: 50, Source: law},
		setting.Def{Name: DailyFiles, Default: 200, Min: 1, Max: 5000, Source: law},
		setting.Def{Name: DailyMB, Default: 1000, Min: 10, Max: 20000, Source: law},
		setting.Def{Name: PerRecord, Default: 60, Min: 1, Max: 1000, Source: law},
		setting.Def{Name: KeepDays, Default: 30, Min: 0, Max: 3650, Source: "个人信息保护法第四十七条"},
	)
}

var errNotFound = fault.NotFoundf("fault.notfound")

func (s *Store) kind(id string) (*Kind, error) {
	i := slices.IndexFunc(s.kinds, func(k Kind) bool { return k.ID == id })
	if i < 0 {
		return nil, errNotFound
	}
	return &s.kinds[i], nil
}

// find is the record of a kind as the caller sees it.
func (s *Store) find(ctx context.Context, q db.Querier, by account.Caller, kind string, id int64) (*Kind, Found, error) {
	k, err := s.kind(kind)
	if err != nil {
		return nil, Found{}, err
	}
	scope := by.Scope(k.Read)
	if scope.Empty() {
		return nil, Found{}, errNotFound
	}
	f, err := k.Find(ctx, q, scope, id)
	if err == nil && !scope.Contains(f.Region) {
		err = errNotFound
	}
	return k, f, err
}

// mayEdit reports whether the caller may attach to the record and take off.
func mayEdit(by account.Caller, k *Kind, f Found) bool {
	return by.Scope(k.Edit).Contains(f.Region)
}

func (s *Store) settings(ctx context.Context, q db.Querier, at region.Code) (setting.Values, error) {
	return setting.At(ctx, q, at, calendar.MonthAt(s.db.Clock()).Year())
}
