package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/pprof"
	"time"

	"github.com/spf13/cobra"

	"wengang/internal/app"
	"wengang/internal/bench"
	"wengang/internal/calendar"
)

func benchPagesCmd(e *env) *cobra.Command {
	var people, beside int
	var dir, profile string
	o := bench.PagesOptions{}
	cmd := &cobra.Command{
		Use: "pages", Short: "list, person page and search of a million people, beside a bare handler", Args: cobra.NoArgs,
		Long: "Fills a scratch database with invented people (kept in --dir, and used again there), serves the console on\n" +
			"loopback and asks it from several clients on the same cores. Every answer is looked into.",
		Example: "  wengang bench pages --people 1000000 --import 20000 --dir /var/tmp/pages --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			log := func(s string) { fmt.Fprintln(cmd.ErrOrStderr(), s) }
			r, err := e.benchPages(cmd.Context(), people, beside, dir, profile, o, log)
			if err != nil {
				return err
			}
			return e.print(cmd.OutOrStdout(), r, func(w io.Writer) { printPages(w, &r) })
		},
	}
	f := cmd.Flags()
	f.IntVar(&people, "people", 1_000_000, "people of the ledger")
	f.IntVar(&beside, "import", 0, "also ask for lists while this many new people are imported")
	f.StringVar(&dir, "dir", "", "folder for database and key, kept (default: a temporary one)")
	f.StringVar(&profile, "profile", "", "file for a CPU profile")
	f.IntVar(&o.Clients, "clients", 16, "clients that ask at once")
	f.DurationVar(&o.For, "for", 10*time.Second, "time of each scenario")
	f.Uint64Var(&o.Seed, "seed", 7, "seed")
	return cmd
}

func printPages(w io.Writer, r *bench.Pages) {
	fmt.Fprintf(w, "%d people, %s, %d clients\n%-28s %10s %8s %8s %8s %8s %9s\n", r.People, r.Engine, r.Clients, "", "req/s", "p50 ms", "p95 ms", "p99 ms", "CPU ms", "bytes")
	for _, s := range r.Scenarios {
		fmt.Fprintf(w, "%-28s %10.0f %8.1f %8.1f %8.1f %8.2f %9d\n", s.Name, s.PerSec, s.P50, s.P95, s.P99, s.CPU, s.Bytes)
	}
}

func (e *env) benchPages(ctx context.Context, people, beside int, dir, profile string, o bench.PagesOptions, log func(string)) (out bench.Pages, err error) {
	if dir == "" {
		if dir, err = os.MkdirTemp("", "wengang-pages-"); err != nil {
			return out, err
		}
		defer os.RemoveAll(dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return out, err
	}
	file := filepath.Join(dir, "pages.db")
	opts := app.Options{DB: "sqlite:" + file, KeyFile: filepath.Join(dir, "key"), UploadDir: filepath.Join(dir, "uploads"),
		Clock: calendar.Fixed(calendar.Date(20231210).Time().Add(9 * time.Hour))}
	_, err = os.Stat(file)
	fresh := err != nil
	a, err := app.Open(ctx, opts)
	if err != nil {
		return out, err
	}
	defer a.Close()
	if fresh {
		if err := bench.Fill(ctx, a, people, o.Seed, log); err != nil {
			return out, err
		}
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
	if beside > 0 {
		o.Meanwhile = bench.Beside(a, beside)
	}
	return bench.RunPages(ctx, a, o, log)
}
