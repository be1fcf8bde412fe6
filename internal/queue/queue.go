// Package queue runs background jobs and schedules on the product's own
// database, so that a job survives a kill and is seen by every process. It is
// a thin layer over River: one job type, handlers by name, no time-out (an
// import takes as long as it takes), orphans put back at start.
package queue

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"wengang/internal/db"
)

// Lane is a queue whose jobs do not wait for those of other lanes.
type Lane string

// The lanes. Imports and money run one at a time (semantics, Processes).
const (
	Default Lane = river.QueueDefault
	Imports Lane = "imports"
	Money   Lane = "money"
)

// Handler does the jobs of one name. Run must be idempotent: a killed job runs
// again from its start.
type Handler struct {
	Name  string
	Lane  Lane
	Run   func(ctx context.Context, payload json.RawMessage) error
	Every time.Duration // scheduled with an empty payload when set
}

// job is the one River job type; Key makes equal jobs one while any waits.
type job struct {
	Name    string          `json:"name" river:"unique"`
	Key     string          `json:"key" river:"unique"`
	Payload json.RawMessage `json:"payload"`
}

func (job) Kind() string { return "wengang" }

// engine hides the type parameter of River's client (its transaction type).
type engine interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	Insert(ctx context.Context, args river.JobArgs, opts *river.InsertOpts) (*rivertype.JobInsertResult, error)
}

// Queue is the job queue of one database.
type Queue struct {
	client   engine
	db       *db.DB
	pool     *pgxpool.Pool
	handlers map[string]Handler
}

type worker struct {
	river.WorkerDefaults[job]
	handlers map[string]Handler
}

func (w *worker) Timeout(*river.Job[job]) time.Duration { return -1 }

func (w *worker) Work(ctx context.Context, j *river.Job[job]) error {
	h, ok := w.handlers[j.Args.Name]
	if !ok {
		return river.JobCancel(fmt.Errorf("no handler for job %q", j.Args.Name))
	}
	return h.Run(ctx, j.Args.Payload)
}

// New makes the queue and brings its tables to the newest version.
func New(ctx context.Context, d *db.DB, log *slog.Logger, handlers ...Handler) (*Queue, error) {
	q := &Queue{db: d, handlers: map[string]Handler{}}
	for _, h := range handlers {
		if _, twice := q.handlers[h.Name]; twice {
			return nil, fmt.Errorf("queue: two handlers named %q", h.Name)
		}
		q.handlers[h.Name] = h
	}
	var err error
	if d.Dialect.Name() == "postgres" {
		err = q.openPostgres(ctx, log)
	} else {
		err = q.openSQLite(ctx, log)
	}
	if err != nil {
		return nil, fmt.Errorf("queue: %w", err)
	}
	return q, nil
}

func (q *Queue) openSQLite(ctx context.Context, log *slog.Logger) error {
	driver := riversqlite.New(q.db.Writer())
	m, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: log})
	if err != nil {
		return err
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return err
	}
	q.client, err = river.NewClient(driver, q.config(log))
	return err
}

func (q *Queue) openPostgres(ctx context.Context, log *slog.Logger) error {
	cfg, err := pgxpool.ParseConfig(q.db.DSN())
	if err != nil {
		return err
	}
	cfg.MaxConns = 4
	if q.pool, err = pgxpool.NewWithConfig(ctx, cfg); err != nil {
		return err
	}
	driver := riverpgxv5.New(q.pool)
	m, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: log})
	if err != nil {
		return err
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return err
	}
	q.client, err = river.NewClient(driver, q.config(log))
	return err
}

func (q *Queue) config(log *slog.Logger) *river.Config {
	workers := river.NewWorkers()
	river.AddWorker(workers, &worker{handlers: q.handlers})
	c := &river.Config{
		ID:                   clientID(),
		Logger:               log,
		Workers:              workers,
		JobTimeout:           -1,
		RescueStuckJobsAfter: 24 * time.Hour, // orphans are put back at start; a long import is not stuck
		FetchPollInterval:    500 * time.Millisecond,
		Queues: map[string]river.QueueConfig{
			string(Default): {MaxWorkers: 2},
			string(Imports): {MaxWorkers: 1},
			string(Money):   {MaxWorkers: 1},
		},
	}
	for _, h := range q.handlers {
		if h.Every > 0 {
			c.PeriodicJobs = append(c.PeriodicJobs, river.NewPeriodicJob(
				river.PeriodicInterval(h.Every),
				func() (river.JobArgs, *river.InsertOpts) {
					return job{Name: h.Name, Key: "schedule"}, insertOpts(h)
				}, nil))
		}
	}
	return c
}

func insertOpts(h Handler) *river.InsertOpts {
	lane := h.Lane
	if lane == "" {
		lane = Default
	}
	return &river.InsertOpts{
		Queue: string(lane),
		UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning,
			rivertype.JobStateRetryable, rivertype.JobStateScheduled,
		}},
	}
}

// Enqueue adds a job unless an equal one (name and key) waits or runs.
func (q *Queue) Enqueue(ctx context.Context, name, key string, payload any) error {
	h, ok := q.handlers[name]
	if !ok {
		return fmt.Errorf("queue: no handler named %q", name)
	}
	raw, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("queue: %s: %w", name, err)
	}
	_, err = q.client.Insert(ctx, job{Name: name, Key: key, Payload: raw}, insertOpts(h))
	return q.db.Dialect.Fault(err)
}

// Start puts back what a killed process left running, then works until Stop.
func (q *Queue) Start(ctx context.Context) error {
	if err := q.requeueOrphans(ctx); err != nil {
		return fmt.Errorf("queue: put back orphans: %w", err)
	}
	return q.client.Start(ctx)
}

// Stop lets running jobs end, within ctx.
func (q *Queue) Stop(ctx context.Context) error {
	err := q.client.Stop(ctx)
	if q.pool != nil {
		q.pool.Close()
	}
	return err
}

// requeueOrphans: on SQLite one process owns the file, so whatever runs at
// start is an orphan; on PostgreSQL only jobs of this very client are, other
// workers may be alive.
func (q *Queue) requeueOrphans(ctx context.Context) error {
	if q.pool != nil {
		// Who works on a job stands last; a name within another name (worker-1,
		// worker-10) is another worker.
		_, err := q.pool.Exec(ctx, `UPDATE river_job SET state = 'available', attempt = 0
			WHERE state = 'running' AND attempted_by[array_upper(attempted_by, 1)] = $1`, clientID())
		return err
	}
	return q.db.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE river_job SET state = 'available', attempt = 0 WHERE state = 'running'`)
		return err
	})
}

// clientID is stable across restarts of the same worker, so that it finds its
// own orphans: WENGANG_WORKER names it where one host runs several.
func clientID() string {
	if id := os.Getenv("WENGANG_WORKER"); id != "" {
		return id
	}
	host, err := os.Hostname()
	if err != nil {
		host = "local"
	}
	return "wengang-" + host
}
