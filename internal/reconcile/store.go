package reconcile

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/rollup"
	"wengang/internal/setting"
	"wengang/internal/transfer"
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
	Exported(ctx context.Context, tx *db.Tx, by account.Caller, e audit.Export) (int64, error)
}

// Figures walks the rows behind figures (internal/rollup).
type Figures interface {
	Each(ctx context.Context, scope region.Scope, at region.Code, m calendar.Month, view rollup.View, fn func(personID int64, village region.Code, k indicator.Key)) error
}

// People reads masked lines of people (internal/people).
type People interface {
	Rows(ctx context.Context, scope region.Scope, ids []int64, m calendar.Month) ([]people.Row, error)
}

// Queue runs a pass in the background.
type Queue interface {
	Enqueue(ctx context.Context, name, key string, payload any) error
}

// Deps are what the store is connected to; all are needed.
type Deps struct {
	Box     Box
	Audit   Auditor
	Figures Figures
	People  People
	Queue   Queue
	Tree    func() *region.Tree
	// Layouts are those of the imports: their headings are the columns' names.
	Layouts func() []transfer.Layout
	// Reread walks the kept file of an import (transfer.Service).
	Reread func(ctx context.Context, by account.Caller, id int64, open func(transfer.Info, *transfer.Match) error, fn func(transfer.Row) error) error
	// Scratch is a private folder for the overflow of large workbooks; "" is the
	// system's own.
	Scratch string
}

// Store keeps reconciliations.
type Store struct {
	db *db.DB
	Deps
	passing sync.Mutex // one pass at a time in this process
}

// New makes the store. A missing dependency is a fault of the program.
func New(d *db.DB, deps Deps) *Store {
	if d == nil || deps.Box == nil || deps.Audit == nil || deps.Figures == nil || deps.People == nil || deps.Queue == nil || deps.Tree == nil || deps.Layouts == nil || deps.Reread == nil {
		panic("reconcile.New: a dependency is missing")
	}
	return &Store{db: d, Deps: deps}
}

// KeepDays is the setting of how long another side's list is kept.
const KeepDays = "reconcile.keep_days"

// LinesDaily is the setting of how many lines one user may have compared a day:
// a comparison tells whether a number is known elsewhere.
const LinesDaily = "reconcile.lines_daily"

func init() {
	setting.Register(setting.Def{Name: LinesDaily, Default: 400000, Min: 0, Max: 5000000, Source: "个人信息保护法第六条、第五十一条"})
	setting.Register(setting.Def{Name: KeepDays, Default: 30, Min: 1, Max: 365, Source: "个人信息保护法第十九条（保存期限为最短必要时间）"})
}

// JobName is the queue's name for Work; its payload is a Job.
const JobName = "reconcile"

// Job is the payload of a queued pass.
type Job struct {
	ID int64 `json:"id"`
}

// State of a reconciliation.
type State string

// The states.
const (
	Waiting State = "waiting" // a pass is queued
	Running State = "running"
	Done    State = "done"
	Failed  State = "failed"
)

// Run is one reconciliation.
type Run struct {
	ID        int64
	Region    region.Code
	Month     calendar.Month
	Figure    string // indicator id
	Known     bool   // as known now, not as closed
	Title     string // who they are: 乡村振兴局 12 月通报
	Stated    int64  // their number, -1 none
	FileName  string // "" without a list
	Columns   []string
	Lines     int64
	Percent   int64 // of the running pass
	State     State
	Pass      int
	Message   string
	CreatedBy int64
	CreatedAt time.Time
	RunAt     time.Time
	Expires   calendar.Date
	Purged    bool
}

// Listed reports that they gave a list.
func (r Run) Listed() bool { return r.FileName != "" }

// View is which series of a closed month is meant.
func (r *Run) view() rollup.View {
	if r.Known {
		return rollup.AsKnown
	}
	return rollup.AsClosed
}

// Figured lists the indicators that can be reconciled: counts of people by
// residence.
func Figured() []*indicator.Def {
	var out []*indicator.Def
	for _, d := range indicator.All() {
		if d.Kind == indicator.Count && !d.Stay && d.Unit == indicator.Persons && d.List == "" {
			out = append(out, d)
		}
	}
	return out
}

func figure(id string) *indicator.Def {
	for _, d := range Figured() {
		if d.ID == id {
			return d
		}
	}
	return nil
}

// Ask is a new reconciliation: their number, their list, or both.
type Ask struct {
	Region   region.Code
	Month    calendar.Month
	Figure   string
	Known    bool
	Title    string
	Stated   int64 // -1 none
	File     io.ReaderAt
	Size     int64
	FileName string
	Heading  string // of the column of numbers, where it is unusual
	Batch    int64  // an import whose file is the list
}

var errNotFound = fault.NotFoundf("fault.notfound")

// Start reads the list, seals it and queues the first pass.
func (s *Store) Start(ctx context.Context, scope region.Scope, by account.Caller, a Ask) (int64, error) {
	if !by.Can(account.ImportRun) {
		return 0, fault.New(fault.Forbidden, "fault.forbidden", account.ImportRun)
	}
	if !scope.Contains(a.Region) || !by.Scope(account.ImportRun).Contains(a.Region) {
		return 0, errNotFound
	}
	if err := s.checkAsk(&a); err != nil {
		return 0, err
	}
	p := s.newReader(a.Region)
	var columns []string
	var err error
	switch {
	case a.File != nil:
		columns, err = s.readBook(p, a.File, a.Size, a.FileName, a.Heading)
	case a.Batch != 0:
		err = s.Reread(ctx, by, a.Batch, func(in transfer.Info, m *transfer.Match) error {
			columns, a.FileName = p.open(m.Columns), in.FileName
			if _, ok := p.col["id_number"]; !ok {
				return fault.New(fault.Invalid, "reconcile.nonumber")
			}
			return nil
		}, p.row)
	}
	if err != nil {
		return 0, err
	}
	if (a.File != nil || a.Batch != 0) && len(p.lines) == 0 {
		return 0, fault.InvalidFields(fault.Field{Name: "file", Key: "reconcile.empty"})
	}
	id, err := s.record(ctx, by, &a, columns, p.lines)
	if err != nil {
		return 0, err
	}
	return id, s.enqueue(ctx, id, 1)
}

func (s *Store) checkAsk(a *Ask) error {
	a.Title = strings.TrimSpace(a.Title)
	var bad []fault.Field
	if figure(a.Figure) == nil {
		bad = append(bad, fault.Field{Name: "figure", Key: "reconcile.figure"})
	}
	if !a.Month.Valid() || a.Month == calendar.Open || a.Month > calendar.MonthAt(s.db.Clock()) {
		bad = append(bad, fault.Field{Name: "month", Key: "people.date"})
	}
	if a.Stated > 1_000_000_000 || a.Stated < -1 {
		bad = append(bad, fault.Field{Name: "stated", Key: "reconcile.stated"})
	}
	if a.Stated < 0 && a.File == nil && a.Batch == 0 {
		bad = append(bad, fault.Field{Name: "stated", Key: "reconcile.nothing"})
	}
	if len([]rune(a.Title)) > 60 {
		bad = append(bad, fault.Field{Name: "title", Key: "people.too_long", Args: []any{60}})
	}
	if len(bad) > 0 {
		return fault.InvalidFields(bad...)
	}
	return nil
}

// record writes the reconciliation with its sealed list.
func (s *Store) record(ctx context.Context, by account.Caller, a *Ask, columns []string, lines []Line) (id int64, err error) {
	var sealed [][]byte
	var sizes []int
	for from := 0; from < len(lines); from += chunkLines {
		part := lines[from:min(from+chunkLines, len(lines))]
		packed, err := pack(part)
		if err == nil {
			packed, err = s.Box.Encrypt(sealList, packed)
		}
		if err != nil {
			return 0, err
		}
		sealed, sizes = append(sealed, packed), append(sizes, len(part))
	}
	var hash []byte
	if a.File != nil {
		h := sha256.New()
		if _, err := io.Copy(h, io.NewSectionReader(a.File, 0, a.Size)); err != nil {
			return 0, fmt.Errorf("read list: %w", err)
		}
		hash = h.Sum(nil)
	}
	name := a.FileName
	if len(lines) > 0 && name == "" {
		name = "list"
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		v, err := setting.At(ctx, tx, a.Region, a.Month.Year())
		if err != nil {
			return err
		}
		if err := s.spend(ctx, tx, by, len(lines), v.Int(LinesDaily)); err != nil {
			return err
		}
		expires := calendar.DateAt(tx.Now).Add(v.Int(KeepDays))
		err = tx.QueryRowContext(ctx, `
			INSERT INTO reconcile (region, month, figure, known, title, stated, file_name, file_hash, columns, rows_total, state, created_by, created_at, expires_on)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id`,
			int64(a.Region), int32(a.Month), a.Figure, a.Known, a.Title, a.Stated, clip(name, 120), hash, strings.Join(columns, ","), len(lines), string(Waiting),
			by.UserID, db.Millis(tx.Now), int64(expires)).Scan(&id)
		if err != nil {
			return fmt.Errorf("reconciliation: %w", err)
		}
		rows := make([][]any, len(sealed))
		for i, c := range sealed {
			rows[i] = []any{id, i, sizes[i], c}
		}
		if err := tx.Dialect.BulkInsert(ctx, tx, "reconcile_chunk", []string{"reconcile_id", "n", "rows", "list_cipher"}, rows); err != nil {
			return fmt.Errorf("seal list: %w", err)
		}
		return s.note(ctx, tx, by, "start", id, a.Region, map[string]string{"figure": a.Figure, "month": a.Month.String(), "lines": fmt.Sprint(len(lines)), "stated": fmt.Sprint(a.Stated)})
	})
	return id, err
}

func (s *Store) note(ctx context.Context, tx *db.Tx, by account.Caller, what string, id int64, at region.Code, detail map[string]string) error {
	return s.Audit.Write(ctx, tx, by, audit.Entry{Action: "reconcile." + what, Object: "reconcile", ObjectID: fmt.Sprint(id), Region: at, Detail: detail})
}
