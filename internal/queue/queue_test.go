package queue_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"wengang/internal/db"
	"wengang/internal/queue"
	"wengang/internal/testkit"
)

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func TestEqualJobsRunOnceAndInOrderOfTheLane(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		var ran atomic.Int64
		done := make(chan int, 10)
		q, err := queue.New(ctx, d, quiet(), queue.Handler{Name: "count", Lane: queue.Imports, Run: func(_ context.Context, p json.RawMessage) error {
			ran.Add(1)
			var n int
			if err := json.Unmarshal(p, &n); err != nil {
				return err
			}
			done <- n
			return nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if err := q.Enqueue(ctx, "count", "batch-1", 1); err != nil {
				t.Fatal(err)
			}
		}
		if err := q.Enqueue(ctx, "count", "batch-2", 2); err != nil {
			t.Fatal(err)
		}
		if err := q.Start(ctx); err != nil {
			t.Fatal(err)
		}
		defer q.Stop(ctx)
		for want := 1; want <= 2; want++ {
			select {
			case got := <-done:
				if got != want {
					t.Errorf("job %d ran when %d was due", got, want)
				}
			case <-time.After(15 * time.Second):
				t.Fatal("the queue did not run the job")
			}
		}
		if ran.Load() != 2 {
			t.Errorf("%d runs, want 2: three equal jobs are one", ran.Load())
		}
	})
}

// A worker that is killed leaves its job "running"; nobody would touch it for
// an hour by River's defaults.
func TestJobOfAKilledWorkerRunsAgainAtStart(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		done := make(chan struct{}, 1)
		handler := queue.Handler{Name: "again", Run: func(context.Context, json.RawMessage) error {
			done <- struct{}{}
			return nil
		}}
		q, err := queue.New(ctx, d, quiet(), handler)
		if err != nil {
			t.Fatal(err)
		}
		if err := q.Enqueue(ctx, "again", "k", nil); err != nil {
			t.Fatal(err)
		}
		if err := d.Tx(ctx, func(tx *db.Tx) error { return queue.MarkRunningForTest(ctx, tx) }); err != nil {
			t.Fatal(err)
		}
		if err := q.Start(ctx); err != nil {
			t.Fatal(err)
		}
		defer q.Stop(ctx)
		select {
		case <-done:
		case <-time.After(15 * time.Second):
			t.Fatal("the orphan was not put back")
		}
	})
}

// Two workers of one database: the one named like the beginning of the other's
// name starts, while the other is in the middle of an import.
func TestAJobOfALiveWorkerStaysItsOwn(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		if d.Dialect.Name() != "postgres" {
			t.Skip("on SQLite one process owns the file")
		}
		t.Setenv("WENGANG_WORKER", "worker-1")
		ctx := context.Background()
		ran := make(chan struct{}, 1)
		handler := queue.Handler{Name: "long", Run: func(context.Context, json.RawMessage) error {
			ran <- struct{}{}
			return nil
		}}
		q, err := queue.New(ctx, d, quiet(), handler)
		if err != nil {
			t.Fatal(err)
		}
		if err := q.Enqueue(ctx, "long", "k", nil); err != nil {
			t.Fatal(err)
		}
		if err := d.Tx(ctx, func(tx *db.Tx) error { return queue.MarkRunningByForTest(ctx, tx, "worker-10") }); err != nil {
			t.Fatal(err)
		}
		if err := q.Start(ctx); err != nil {
			t.Fatal(err)
		}
		defer q.Stop(ctx)
		select {
		case <-ran:
			t.Error("a job that another worker is doing ran twice at once")
		case <-time.After(2 * time.Second):
		}
	})
}
