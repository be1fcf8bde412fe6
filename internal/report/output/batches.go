package output

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/report"
)

// JobName is the queue's name of a batch.
const JobName = "report.batch"

// Job is a batch in the queue.
type Job struct{ ID int64 }

// Queue takes jobs (internal/queue).
type Queue interface {
	Enqueue(ctx context.Context, name, key string, payload any) error
}

// Leave is the record of what leaves (internal/audit).
type Leave interface {
	Exported(ctx context.Context, tx *db.Tx, c account.Caller, e audit.Export) (int64, error)
	Note(ctx context.Context, tx *db.Tx, c account.Caller, n account.Note) error
}

// Deps are what batches are connected to; all are needed.
type Deps struct {
	Forms Forms
	Tree  Tree
	Queue Queue
	Leave Leave
	Dir   string // private folder of the archives
}

// Batches makes archives in the background and hands them out to who asked.
type Batches struct {
	db *db.DB
	Deps
}

// NewBatches makes the store.
func NewBatches(d *db.DB, deps Deps) *Batches {
	if d == nil || deps.Forms == nil || deps.Tree == nil || deps.Queue == nil || deps.Leave == nil || deps.Dir == "" {
		panic("output.NewBatches: a dependency is missing")
	}
	return &Batches{db: d, Deps: deps}
}

// State of a batch.
type State string

// The states.
const (
	Waiting   State = "waiting"
	Working   State = "working"
	Ready     State = "ready"
	Failed    State = "failed"
	Cancelled State = "cancelled"
	Gone      State = "gone" // its file was cleared away
)

// Over reports that nothing more happens to the batch.
func (s State) Over() bool { return s != Waiting && s != Working }

// Asked is a batch as its asker sees it.
type Asked struct {
	ID        int64
	Batch     Batch
	State     State
	Done      int
	Total     int
	Size      int64
	CreatedAt int64
	file      string
	hash      string
}

// maxOpen is how many archives of one person may wait or be made at a time.
const maxOpen = 5

// keepDays is how long an archive stays to be fetched.
const keepDays = 3

var errNotFound = fault.NotFoundf("fault.notfound")

// Ask queues a batch for a place of the caller's scope.
func (s *Batches) Ask(ctx context.Context, by account.Caller, b Batch) (int64, error) {
	if !by.Can(account.ReportRead) {
		return 0, fault.New(fault.Forbidden, "fault.forbidden", account.ReportRead)
	}
	scope := by.Scope(account.ReportRead)
	if !scope.Contains(b.At) || b.At.Level() < region.Province || b.At.Level() > region.County {
		return 0, errNotFound
	}
	if _, err := s.Forms.Form(ctx, scope, b.Form); err != nil {
		return 0, err
	}
	units := len(Units(s.Tree, b.At))
	if err := b.check(units); err != nil {
		return 0, err
	}
	var id int64
	err := s.db.Tx(ctx, func(tx *db.Tx) (err error) {
		if id, err = tx.NextIDs(ctx, "report_batch", 1); err != nil { // one after another: two at once do not pass the count together
			return err
		}
		var open int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM report_batch WHERE by_user = $1 AND state IN ('waiting', 'working')", by.UserID).Scan(&open); err != nil {
			return fmt.Errorf("ask batch: %w", err)
		}
		if open >= maxOpen {
			return fault.New(fault.Conflict, "output.batch.busy", maxOpen)
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO report_batch (id, by_user, by_name, acting_for, region, form, period, formats, state, total, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			id, by.UserID, by.Name, by.For, int64(b.At), b.Form, b.Period.String(), strings.Join(b.Formats, ","), string(Waiting), units, db.Millis(tx.Now))
		if err != nil {
			return fmt.Errorf("ask batch: %w", err)
		}
		return s.Leave.Note(ctx, tx, by, account.Note{Action: "report.batch", Object: "report_batch", ObjectID: fmt.Sprint(id), Region: b.At,
			Detail: map[string]string{"form": b.Form, "period": b.Period.String(), "formats": strings.Join(b.Formats, ","), "units": fmt.Sprint(units)}})
	})
	if err != nil {
		return 0, err
	}
	return id, s.Queue.Enqueue(ctx, JobName, fmt.Sprint(id), Job{ID: id})
}

const askedColumns = `id, region, form, period, formats, state, done, total, size, created_at, file, hash`

func scanAsked(row interface{ Scan(...any) error }) (*Asked, error) {
	var a Asked
	var period, formats string
	if err := row.Scan(&a.ID, &a.Batch.At, &a.Batch.Form, &period, &formats, &a.State, &a.Done, &a.Total, &a.Size, &a.CreatedAt, &a.file, &a.hash); err != nil {
		return nil, err
	}
	a.Batch.Formats = strings.Split(formats, ",")
	var err error
	a.Batch.Period, err = report.ParsePeriod(period)
	return &a, err
}

// Get is a batch of the caller's own, while its place is still in the scope.
func (s *Batches) Get(ctx context.Context, by account.Caller, id int64) (*Asked, error) {
	a, err := scanAsked(s.db.Read.QueryRowContext(ctx, "SELECT "+askedColumns+" FROM report_batch WHERE id = $1 AND by_user = $2 AND acting_for = $3", id, by.UserID, by.For))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("batch: %w", err)
	}
	if !by.Scope(account.ReportRead).Contains(a.Batch.At) {
		return nil, errNotFound
	}
	return a, nil
}

// List are the caller's own batches of the last days, the newest first.
func (s *Batches) List(ctx context.Context, by account.Caller) ([]Asked, error) {
	rows, err := s.db.Read.QueryContext(ctx, "SELECT "+askedColumns+" FROM report_batch WHERE by_user = $1 AND acting_for = $2 ORDER BY created_at DESC, id DESC LIMIT 20", by.UserID, by.For)
	if err != nil {
		return nil, fmt.Errorf("batches: %w", err)
	}
	defer rows.Close()
	scope := by.Scope(account.ReportRead)
	var out []Asked
	for rows.Next() {
		a, err := scanAsked(rows)
		if err != nil {
			return nil, fmt.Errorf("batches: %w", err)
		}
		if scope.Contains(a.Batch.At) {
			out = append(out, *a)
		}
	}
	return out, rows.Err()
}

// Cancel ends a batch of the caller's own that is not over.
func (s *Batches) Cancel(ctx context.Context, by account.Caller, id int64) error {
	a, err := s.Get(ctx, by, id)
	if err != nil {
		return err
	}
	return s.set(ctx, a.ID, "state = $2, ended_at = $3", string(Cancelled), db.Millis(s.db.Clock()))
}

// set changes a batch that is not over.
func (s *Batches) set(ctx context.Context, id int64, sets string, args ...any) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE report_batch SET "+sets+" WHERE id = $1 AND state IN ('waiting', 'working')", append([]any{id}, args...)...)
		if err != nil {
			return fmt.Errorf("batch %d: %w", id, err)
		}
		return nil
	})
}
