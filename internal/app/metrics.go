package app

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"time"
)

// gauges are counted from the database when the metrics are read. None names
// a person or a place.
var gauges = []struct{ name, help, query string }{
	{"wengang_people", "people in the ledger", "SELECT COUNT(*) FROM person"},
	{"wengang_imports_hidden", "imports that are not done", "SELECT COUNT(*) FROM hidden_batch"},
	{"wengang_findings_open", "open findings", "SELECT COUNT(*) FROM finding WHERE state = 0"},
	{"wengang_jobs_waiting", "jobs that wait or run", "SELECT COUNT(*) FROM river_job WHERE state IN ('available', 'running', 'retryable', 'scheduled', 'pending')"},
	{"wengang_jobs_failed", "jobs given up", "SELECT COUNT(*) FROM river_job WHERE state = 'discarded'"},
}

// metrics answers in the Prometheus text format.
func (a *App) metrics() http.Handler {
	start := time.Now()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		gauge(w, "process_uptime_seconds", "seconds since the start", int64(time.Since(start).Seconds()))
		gauge(w, "go_goroutines", "goroutines", int64(runtime.NumGoroutine()))
		gauge(w, "go_memstats_heap_inuse_bytes", "heap in use", int64(m.HeapInuse))
		stats := a.DB.Read.Stats()
		gauge(w, "wengang_db_connections_in_use", "read connections in use", int64(stats.InUse))
		gauge(w, "wengang_db_wait_seconds", "seconds that readers waited for a connection", int64(stats.WaitDuration.Seconds()))
		for _, g := range gauges {
			var n int64
			if err := a.DB.Read.QueryRowContext(r.Context(), g.query).Scan(&n); err != nil {
				a.Log.Error("metric", "name", g.name, "err", err)
				continue
			}
			gauge(w, g.name, g.help, n)
		}
	})
}

func gauge(w http.ResponseWriter, name, help string, n int64) {
	fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s gauge\n%s %d\n", name, help, name, name, n)
}

// ready reports why the program cannot serve, or nil: the database answers at
// the schema that this program knows. It takes no lock that a writer holds: an
// import must not make a balancer take the console away.
func (a *App) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	_, err := a.DB.SchemaVersion(ctx, a.DB.Read)
	return err
}
