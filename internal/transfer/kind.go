// Package transfer brings workbooks in and out as staged, resumable jobs:
// recognise the layout, stage rows in chunks, check and match them, show the
// effect, then save in small transactions that stay invisible until the last.
package transfer

import (
	"context"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
)

// Kind is one thing that can be imported (people, monitored, work, plan,
// targets, roster). Slices implement it; app registers it.
type Kind interface {
	ID() string
	// Layouts are the column sets that the kind knows, most specific first.
	Layouts() []Layout
	// Open starts a check of a batch: caches, what the file showed so far.
	Open(ctx context.Context, b *Batch) (Checker, error)
	// Apply writes the accepted rows (New, Same, Changed) of one chunk; it is
	// called once per chunk, in file order, also across a kill. Everything it inserts
	// carries b.ID as batch_id, which hidden_batch hides from readers; it must
	// not change what readers see.
	Apply(ctx context.Context, tx *db.Tx, b *Batch, rows []Staged) error
	// Finish runs in the last transaction, in which the engine also unhides the
	// batch: changes of existing rows, change_log. each walks all accepted rows,
	// and the refused ones that are Named.
	Finish(ctx context.Context, tx *db.Tx, b *Batch, each func(func(Staged) error) error) error
	// Undo removes what the batch wrote, hidden or visible, and restores what
	// Finish changed (from field_change). It fails with Conflict when a month
	// that the batch touched has closed since.
	Undo(ctx context.Context, tx *db.Tx, b *Batch) error
}

// Stepwise is a Kind whose last transaction is kept short: what it only reads
// is read before, and what need not change at the same instant follows after.
type Stepwise interface {
	// Prepare reads what Finish would read, outside of any transaction. The
	// answer runs in the last transaction in Finish's place; more says that
	// steps of Settle remain.
	Prepare(ctx context.Context, b *Batch, each func(func(Staged) error) error) (finish func(ctx context.Context, tx *db.Tx) (more bool, err error), err error)
	// Settle does the next step after the batch is shown, each in a transaction
	// of its own; after is what the step before answered, 0 at first and after
	// a kill; 0 says that nothing is left. Steps may run twice.
	Settle(ctx context.Context, tx *db.Tx, b *Batch, after int64) (next int64, err error)
}

// Guarded is a Kind that writes what needs more than account.ImportRun by hand:
// a workbook gives no right that the page refuses.
type Guarded interface{ Need() account.Permission }

// Checker checks the rows of one batch in file order. It reads, never writes.
// Check answers one outcome per row, in the rows' order. The rows' slices are
// valid during the call only; their texts may be kept. After a kill a new
// checker is fed the earlier rows again, so its answers must not depend on time.
type Checker interface {
	Check(ctx context.Context, rows []Row) ([]Outcome, error)
}

// Batch is one import of one file.
type Batch struct {
	ID       int64
	Kind     string
	Layout   string
	Region   region.Code
	Month    calendar.Month // of a monthly file; 0 otherwise
	Year     int
	Subtype  string // --type: the register of a roster file, the layout of others
	FileName string
	Full     bool  // the file is the whole list, not a part of it
	History  int64 // first number of history (field_change) that the check may not have seen
	UserID   int64
	Columns  []string // canonical column per position of Row.Cells
	Expect   int64    // rows of data, estimated; while checking
	Above    []string // text above the heading of the first sheet read: title, unit, date
}

// Layout is a set of columns under one name.
type Layout struct {
	ID      string
	Title   string // as the national system or the county calls it
	Columns []Column
	// OneOf are groups of columns of which each must be there in part: a row is
	// found by its number or by the codes of household and person.
	OneOf [][]string
	// Hand is the list of columns for choosing by hand; it is not recognised by
	// headings.
	Hand bool
	// Refuse, where set, is the catalogue key that says why a layout that is known
	// is not imported as this kind.
	Refuse string

	mapping *Mapping
}

// Column is a canonical column with the headings it appears under. Headings
// are compared after folding width, space and punctuation.
type Column struct {
	Key      string // canonical, e.g. "id_number"
	Headings []string
	Required bool // the layout is not recognised without it
	Secret   bool // shown masked in findings

	// What an empty table to fill in says of the column.
	Words   []string // to choose from; nil for anything
	Number  bool     // an amount or a count; everything else is text
	Example string
	About   string // catalogue key of how it is filled in, "" for none
	Rank    int    // place in the empty table; 0 after those that have one
}

// Row is one row of the sheet. Cells holds text by Batch.Columns position;
// numbers come in their plain form, dates as written or as serials.
type Row struct {
	Sheet   string
	N       int // the sheet's own row number
	Cells   []Cell
	Decided []Decision // what persons decided about the row; nil for most
}

// Cell is a cell's text and what it was stored as.
type Cell struct {
	Text   string
	Number bool   // stored as a number: an 18-digit id has lost its tail
	Column string // heading as the file has it, for messages

	IsDate   bool // stored as a number shown as a date; Text is 2023-05-01
	From1904 bool // serials of the workbook count from 1904
}

// Result of a row.
type Result uint8

// The results. Accepted rows are New, Same and Changed.
const (
	Rejected Result = iota
	New
	Same
	Changed
	Conflict
)

// Severity of a finding.
type Severity uint8

// The severities: an Error rejects the row, a Warning is saved and listed, a
// Clue is a lead for service (facts B8), never a fault.
const (
	Error Severity = iota + 1
	Warning
	Clue
)

// Finding is what a check says of a row. The engine fills Sheet and Row where
// they are empty and masks Value where the column is secret.
type Finding struct {
	Sheet    string
	Row      int
	Column   string // canonical column or heading; "" for the whole row
	Rule     string
	Severity Severity
	Value    string
	Key      string // catalogue key of the message
	Args     []any

	// What a person may decide about it, what the ledger has (masked where it is
	// secret), and the fingerprint of what there is to decide: a Decision with
	// another Basis is about something that has changed since.
	Offers []Verdict
	Theirs string
	Basis  string
}

// Outcome of one row. Payload is the kind's own encoding of what Apply needs;
// the engine stores it encrypted.
type Outcome struct {
	Row      int
	Result   Result
	Findings []Finding
	Payload  []byte
	// Named keeps the payload of a refused row for Finish, as Staged with the
	// result Rejected: the file names somebody though the row stays out.
	Named bool
}

// Staged is an accepted row on its way into the ledger.
type Staged struct {
	Sheet   string
	Row     int
	Result  Result
	Payload []byte
}
