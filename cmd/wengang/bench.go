package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wengang/internal/app"
	"wengang/internal/bench"
	"wengang/internal/calendar"
	"wengang/internal/rollup"
)

func benchCmd(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use: "bench", Short: "measure the product against a peer in the same run; no time is printed whose result was not checked", Args: cobra.NoArgs,
	}
	cmd.AddCommand(benchRollupCmd(e), benchSliceCmd(e), benchImportCmd(e), benchPagesCmd(e))
	return cmd
}

// rollupBench is what `bench rollup --json` prints.
type rollupBench struct {
	rollup.BenchResult
	Ledger *bench.Figures `json:"ledger,omitempty"`
}

func benchRollupCmd(e *env) *cobra.Command {
	var people, peer, ledger, edits int
	cmd := &cobra.Command{
		Use: "rollup", Short: "one month of the whole country in memory, every count at six levels", Args: cobra.NoArgs,
		Long: "With --ledger also the way from a database: a scratch one is filled with invented people and a month closed;\n" +
			"measured are an empty process until the nation's figure stands, and an edit until it shows there.\n" +
			"--db names an empty scratch database on PostgreSQL; without it a SQLite file in a temporary folder is made.",
		Example: "  wengang bench rollup --people 30190000 --json\n  wengang bench rollup --ledger 1000000",
		RunE: func(cmd *cobra.Command, _ []string) error {
			log := func(s string) { fmt.Fprintln(cmd.ErrOrStderr(), s) }
			var r rollupBench
			var err error
			if people > 0 {
				if r.BenchResult, err = rollup.Bench(cmd.Context(), people, peer, log); err != nil {
					return err
				}
			}
			if ledger > 0 {
				if r.Ledger, err = e.benchLedger(cmd.Context(), ledger, edits, log); err != nil {
					return err
				}
			}
			return e.print(cmd.OutOrStdout(), r, r.write)
		},
	}
	cmd.Flags().IntVar(&people, "people", 1_000_000, "people in the month (0: without this part)")
	cmd.Flags().IntVar(&peer, "peer-people", 0, "people of the SQL peer (default one million, at most --people)")
	cmd.Flags().IntVar(&ledger, "ledger", 0, "people of the scratch ledger (0: without this part)")
	cmd.Flags().IntVar(&edits, "edits", 200, "edits in the scratch ledger")
	return cmd
}

func (r rollupBench) write(w io.Writer) {
	if r.People > 0 {
		fmt.Fprintf(w, "%d people, %d indicators, %d levels: %.3f s (floor %.3f s, %s %.2f s on %d people)\n",
			r.People, r.Indicators, r.Levels, r.Seconds, r.Floor, r.Peer.Name, r.Peer.Seconds, r.Peer.People)
	}
	if l := r.Ledger; l != nil {
		fmt.Fprintf(w, "%s, %d person-months; seconds per million until the nation's figure stands: packed %.2f, rows %.2f, open month %.2f\n"+
			"%d edits until the nation shows them: p50 %.1f ms, p95 %.1f ms, longest %.1f ms; another process p95 %.1f ms\n",
			l.Engine, l.Rows, l.Packed, l.Unpack, l.Open, l.Edits, l.P50, l.P95, l.Longest, l.Other)
	}
}

// benchLedger opens a scratch installation: the PostgreSQL database that was
// named, which must be empty, or a SQLite file that is removed afterwards.
func (e *env) benchLedger(ctx context.Context, people, edits int, log func(string)) (*bench.Figures, error) {
	dir, err := os.MkdirTemp("", "wengang-figures-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	target := "sqlite:" + filepath.Join(dir, "figures.db")
	if strings.HasPrefix(e.db, "postgres") {
		target = e.db
	}
	a, err := app.Open(ctx, app.Options{DB: target, KeyFile: filepath.Join(dir, "key"), UploadDir: filepath.Join(dir, "uploads"),
		Clock: calendar.Fixed(calendar.Date(20231210).Time().Add(9 * time.Hour))})
	if err != nil {
		return nil, err
	}
	defer a.Close()
	out, err := bench.RunFigures(ctx, a, people, edits, log)
	return &out, err
}

func benchSliceCmd(e *env) *cobra.Command {
	var people, peer, queries int
	var seed uint64
	cmd := &cobra.Command{
		Use: "slice", Short: "random questions by any dimensions at any place, each with its list", Args: cobra.NoArgs,
		Example: "  wengang bench slice --people 4000000 --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := rollup.BenchSlice(cmd.Context(), people, peer, queries, seed, func(s string) { fmt.Fprintln(cmd.ErrOrStderr(), s) })
			if err != nil {
				return err
			}
			return e.print(cmd.OutOrStdout(), r, func(w io.Writer) {
				fmt.Fprintf(w, "%d people, %d questions with their lists: median %.3f s, p95 %.3f s (%.3f CPU-s), longest %.3f s; floor %.3f s, scan %.2f s; %s %.2f s and columns %.3f s on %d people\n",
					r.People, r.Queries, r.Median, r.P95, r.CPUP95, r.Longest, r.Floor, r.Naive, r.Peer.Name, r.Peer.Seconds, r.Peer.Own, r.Peer.People)
			})
		},
	}
	cmd.Flags().IntVar(&people, "people", 4_000_000, "people in the month")
	cmd.Flags().IntVar(&peer, "peer-people", 0, "people of the SQL peer (default one million, at most --people)")
	cmd.Flags().IntVar(&queries, "queries", 100, "how many questions")
	cmd.Flags().Uint64Var(&seed, "seed", 1, "seed of the questions")
	return cmd
}
