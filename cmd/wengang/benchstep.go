package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
	"wengang/internal/sheet"
	"wengang/internal/transfer"
)

// stepResult is what the process of one step prints.
type stepResult struct {
	transfer.BenchResult
	Written int64      `json:"written"` // rows that the batch left in the ledger
	Pages   pageWrites `json:"pages"`
}

// pageWrites are the waiting times of small writes, in seconds.
type pageWrites struct {
	Count  int     `json:"count"`
	Middle float64 `json:"p50_seconds"`
	High   float64 `json:"p95_seconds"`
	Worst  float64 `json:"max_seconds"`
}

func (p pageWrites) P50() string { return ms(p.Middle) }
func (p pageWrites) P95() string { return ms(p.High) }
func (p pageWrites) Max() string { return ms(p.Worst) }

// benchStepCmd is one import, or the undo of all from a place on, in the
// benchmark's scratch database.
func benchStepCmd(e *env) *cobra.Command {
	var kind, file, profile string
	var writer bool
	var from int
	cmd := &cobra.Command{Use: "step", Hidden: true, Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		ctx := cmd.Context()
		a, err := app.Open(ctx, app.Options{
			DB: e.db, KeyFile: e.key, UploadDir: filepath.Join(filepath.Dir(e.key), "uploads"),
			Clock: calendar.Fixed(app.DemoDay.Time().Add(9 * time.Hour)),
		})
		if err != nil {
			return err
		}
		defer a.Close()
		c := account.LocalOperator(benchCounty)
		var out stepResult
		if kind == "" {
			err = undoFrom(ctx, a, c, from)
		} else {
			out, err = benchStep(ctx, a, c, kind, file, profile, writer)
		}
		if err != nil {
			return err
		}
		return e.print(cmd.OutOrStdout(), out, func(w io.Writer) { fmt.Fprintln(w, out) })
	}}
	f := cmd.Flags()
	f.StringVar(&kind, "kind", "", "people or work")
	f.StringVar(&file, "file", "", "workbook")
	f.StringVar(&profile, "profile", "", "file for a CPU profile")
	f.BoolVar(&writer, "writer", false, "small writes beside the import")
	f.IntVar(&from, "undo-from", 0, "undo the batches but the first so many")
	return cmd
}

func benchStep(ctx context.Context, a *app.App, c account.Caller, kind, file, profile string, writer bool) (out stepResult, err error) {
	r := transfer.Request{Kind: kind, Region: benchCounty}
	if kind == "work" {
		r.Month = benchMonth
	}
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return out, err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return out, err
		}
		defer pprof.StopCPUProfile()
	}
	stop := func() pageWrites { return pageWrites{} }
	if writer {
		stop = writePages(ctx, a, c)
	}
	out.BenchResult, err = a.Imports.BenchImport(ctx, c, r, file)
	out.Pages = stop()
	if err != nil {
		return out, err
	}
	return out, a.DB.Read.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM person WHERE batch_id = m.id) + (SELECT count(*) FROM spell WHERE batch_id = m.id)
		+ (SELECT count(*) FROM spell_term WHERE batch_id = m.id) + (SELECT count(*) FROM spell_seen WHERE batch_id = m.id)
		+ (SELECT count(*) FROM status_history WHERE batch_id = m.id) + (SELECT count(*) FROM field_change WHERE batch_id = m.id)
		FROM (SELECT max(id) AS id FROM import_batch) AS m`).Scan(&out.Written)
}

// pageEvery is when the next small write arrives, whether or not the one
// before is through: waiting shows as waiting.
const pageEvery = 40 * time.Millisecond

// writePages writes an audit row in a transaction of its own as a page does,
// until the answer is called.
func writePages(ctx context.Context, a *app.App, c account.Caller) func() pageWrites {
	done, out := make(chan time.Time, 1), make(chan pageWrites)
	go func() {
		var waits []time.Duration
		at := time.Now()
		end := at.AddDate(1, 0, 0)
		for {
			// What arrived while another write waited is written, and counted, too.
			select {
			case end = <-done:
			case <-time.After(time.Until(at)):
			}
			if at.After(end) {
				out <- summary(waits)
				return
			}
			if wait := time.Until(at); wait > 0 {
				continue
			}
			err := a.DB.Tx(ctx, func(tx *db.Tx) error {
				return a.Audit.Write(ctx, tx, c, audit.Entry{Action: "person.view", Object: "bench", Region: benchCounty})
			})
			if err != nil {
				a.Log.Error("a page's write failed", "error", err)
			}
			waits = append(waits, time.Since(at))
			at = at.Add(pageEvery)
		}
	}()
	return func() pageWrites { done <- time.Now(); return <-out }
}

func summary(waits []time.Duration) (p pageWrites) {
	if len(waits) == 0 {
		return p
	}
	slices.Sort(waits)
	at := func(share float64) float64 { return waits[int(share*float64(len(waits)-1))].Seconds() }
	return pageWrites{Count: len(waits), Middle: at(0.5), High: at(0.95), Worst: at(1)}
}

// undoFrom takes the batches back, the newest first, but for the first keep.
func undoFrom(ctx context.Context, a *app.App, c account.Caller, keep int) error {
	list, err := a.Imports.List(ctx, region.ScopeOf(benchCounty), 0, 1000)
	if err != nil {
		return err
	}
	left := 0
	for _, in := range list {
		if in.State == transfer.StateDone {
			left++
		}
	}
	for _, in := range list {
		if in.State != transfer.StateDone {
			continue
		}
		if left--; left < keep {
			return nil
		}
		if err := a.Imports.Undo(ctx, c, in.ID); err != nil {
			return err
		}
	}
	return nil
}

// benchReadCmd reads a workbook with one reader.
func benchReadCmd(e *env) *cobra.Command {
	var reader, file string
	cmd := &cobra.Command{Use: "read", Hidden: true, Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		r, err := sheet.Bench(reader, file)
		if err != nil {
			return err
		}
		return e.print(cmd.OutOrStdout(), r, func(w io.Writer) { fmt.Fprintln(w, r) })
	}}
	cmd.Flags().StringVar(&reader, "reader", sheet.ReaderOwn, "wengang, excelize or inflate")
	cmd.Flags().StringVar(&file, "file", "", "workbook")
	return cmd
}
