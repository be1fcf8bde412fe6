package reconcile

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
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
}

// Store keeps reconciliations.
type Store struct {
	db *db.DB
	Deps
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

func init() {
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
func (r *Run) Listed() bool { return r.FileName != "" }

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
	return id, s.Queue.Enqueue(ctx, JobName, fmt.Sprint(id, ":", 1), Job{ID: id})
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

const runColumns = `id, region, month, figure, known, title, stated, file_name, columns, rows_total, rows_done, state, pass, message, created_by, created_at, run_at, expires_on, purged_at`

type scanner interface{ Scan(...any) error }

func scanRun(row scanner) (Run, error) {
	var r Run
	var columns string
	var created, ran, purged int64
	err := row.Scan(&r.ID, &r.Region, &r.Month, &r.Figure, &r.Known, &r.Title, &r.Stated, &r.FileName, &columns, &r.Lines, &r.Percent, &r.State, &r.Pass, &r.Message,
		&r.CreatedBy, &created, &ran, &r.Expires, &purged)
	if columns != "" {
		r.Columns = strings.Split(columns, ",")
	}
	r.CreatedAt, r.RunAt, r.Purged = db.FromMillis(created), db.FromMillis(ran), purged != 0
	return r, err
}

// Load is one reconciliation whose area lies in the scope.
func (s *Store) Load(ctx context.Context, scope region.Scope, id int64) (Run, error) {
	return load(ctx, s.db.Read, scope, id)
}

func load(ctx context.Context, q db.Querier, scope region.Scope, id int64) (Run, error) {
	var a db.Args
	r, err := scanRun(q.QueryRowContext(ctx, `SELECT `+runColumns+` FROM reconcile WHERE id = `+a.Add(id)+` AND `+scope.Predicate("region", a.Add), a.Values...))
	if errors.Is(err, sql.ErrNoRows) {
		return Run{}, errNotFound
	}
	if err != nil {
		return Run{}, fmt.Errorf("read reconciliation: %w", err)
	}
	return r, nil
}

// List is the reconciliations of the scope, newest first, before an id.
func (s *Store) List(ctx context.Context, scope region.Scope, before int64, limit int) (out []Run, err error) {
	var a db.Args
	cond := scope.Predicate("region", a.Add)
	if before > 0 {
		cond += " AND id < " + a.Add(before)
	}
	rows, err := s.db.Read.QueryContext(ctx, `SELECT `+runColumns+` FROM reconcile WHERE `+cond+` ORDER BY id DESC LIMIT `+a.Add(limit), a.Values...)
	if err != nil {
		return nil, fmt.Errorf("list reconciliations: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanRun(rows)
		if err != nil {
			return nil, fmt.Errorf("list reconciliations: %w", err)
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// Pass is what one pass counted.
type Pass struct {
	N      int
	At     time.Time
	Ours   int64
	Theirs int64 // -1 where they gave neither number nor list
	Tally  []Tally
	Places []PlaceTally
}

type counts struct {
	Tally  []Tally      `json:"tally"`
	Places []PlaceTally `json:"places"`
}

// Passes are the passes of a reconciliation of the scope, oldest first.
func (s *Store) Passes(ctx context.Context, scope region.Scope, id int64) ([]Pass, error) {
	if _, err := s.Load(ctx, scope, id); err != nil {
		return nil, err
	}
	rows, err := s.db.Read.QueryContext(ctx, `SELECT pass, at, ours, theirs, counts FROM reconcile_pass WHERE reconcile_id = $1 ORDER BY pass`, id)
	if err != nil {
		return nil, fmt.Errorf("passes: %w", err)
	}
	defer rows.Close()
	var out []Pass
	for rows.Next() {
		var p Pass
		var at int64
		var text string
		if err := rows.Scan(&p.N, &at, &p.Ours, &p.Theirs, &text); err != nil {
			return nil, fmt.Errorf("passes: %w", err)
		}
		var c counts
		if err := json.Unmarshal([]byte(text), &c); err != nil {
			return nil, fmt.Errorf("passes: %w", err)
		}
		p.At, p.Tally, p.Places = db.FromMillis(at), c.Tally, c.Places
		out = append(out, p)
	}
	return out, rows.Err()
}

// Again queues another pass over the same list and number.
func (s *Store) Again(ctx context.Context, scope region.Scope, by account.Caller, id int64) error {
	if !by.Can(account.ImportRun) {
		return fault.New(fault.Forbidden, "fault.forbidden", account.ImportRun)
	}
	var next int
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := load(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		if r.Purged && r.Listed() {
			return fault.New(fault.Conflict, "reconcile.purged")
		}
		res, err := tx.ExecContext(ctx, `UPDATE reconcile SET state = 'waiting', rows_done = 0, message = '' WHERE id = $1 AND state IN ('done', 'failed')`, id)
		if err != nil {
			return fmt.Errorf("reconciliation: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return fault.New(fault.Conflict, "reconcile.busy")
		}
		next = r.Pass + 1
		return s.note(ctx, tx, by, "again", id, r.Region, nil)
	})
	if err != nil {
		return err
	}
	return s.Queue.Enqueue(ctx, JobName, fmt.Sprint(id, ":", next, ":", s.db.Clock().UnixMilli()), Job{ID: id})
}

// Remove forgets the list and what was found; the counts stay.
func (s *Store) Remove(ctx context.Context, scope region.Scope, by account.Caller, id int64) error {
	if !by.Can(account.ImportRun) {
		return fault.New(fault.Forbidden, "fault.forbidden", account.ImportRun)
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := load(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		if r.State == Running {
			return fault.New(fault.Conflict, "reconcile.busy")
		}
		if err := purge(ctx, tx, id); err != nil {
			return err
		}
		return s.note(ctx, tx, by, "remove", id, r.Region, nil)
	})
}

func purge(ctx context.Context, tx *db.Tx, id int64) error {
	for _, q := range []string{`DELETE FROM reconcile_chunk WHERE reconcile_id = $1`, `DELETE FROM reconcile_row WHERE reconcile_id = $1`} {
		if _, err := tx.ExecContext(ctx, q, id); err != nil {
			return fmt.Errorf("purge list: %w", err)
		}
	}
	if _, err := tx.ExecContext(ctx, `UPDATE reconcile SET purged_at = $1, file_hash = NULL WHERE id = $2`, db.Millis(tx.Now), id); err != nil {
		return fmt.Errorf("purge list: %w", err)
	}
	return nil
}

// Purge forgets the lists whose time has come, one transaction each.
func (s *Store) Purge(ctx context.Context) (n int, err error) {
	rows, err := s.db.Read.QueryContext(ctx, `SELECT id FROM reconcile WHERE purged_at = 0 AND expires_on < $1 AND state <> 'running' ORDER BY id`, int64(calendar.DateAt(s.db.Clock())))
	if err != nil {
		return 0, fmt.Errorf("purge lists: %w", err)
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return 0, fmt.Errorf("purge lists: %w", err)
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return 0, fmt.Errorf("purge lists: %w", err)
	}
	for _, id := range ids {
		if err := s.db.Tx(ctx, func(tx *db.Tx) error { return purge(ctx, tx, id) }); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
