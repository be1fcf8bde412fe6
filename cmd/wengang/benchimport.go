package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
	"wengang/internal/sheet"
	"wengang/internal/transfer"
)

// importBench is what `bench import` measured. Every list has one entry per
// pair.
type importBench struct {
	Rows   int64                  `json:"rows"`
	Engine string                 `json:"engine"`
	People []transfer.BenchResult `json:"people"` // the list of people into an empty ledger
	Work   []transfer.BenchResult `json:"work"`   // W1: work records over these people
	Again  []transfer.BenchResult `json:"again"`  // the same, saved again and shuffled
	Pages  []pageWrites           `json:"pages"`  // small writes beside the work import, where asked for
	Own    []sheet.BenchRead      `json:"reader"`
	Peer   []sheet.BenchRead      `json:"peer"`
	Floor  sheet.BenchRead        `json:"floor"`
}

func benchImportCmd(e *env) *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use: "import", Short: "200,000 rows of 25 columns from .xlsx to durable and visible, beside the common library's reader", Args: cobra.NoArgs,
		Long: "Imports a generated list of people into an empty ledger, then a work file over them, then the same work file saved\n" +
			"again with its rows shuffled. Each step and each reader runs in a process of its own; no time is printed unless every\n" +
			"row came out as planted and both readers saw the same cells. --db names an empty scratch database, which is\n" +
			"filled; without it SQLite in a temporary folder.",
		Example: "  wengang bench import --rows 200000 --pairs 3 --json\n  wengang bench import --writer",
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := e.benchImport(cmd.Context(), o, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			return e.print(cmd.OutOrStdout(), r, func(w io.Writer) { r.print(w) })
		},
	}
	f := cmd.Flags()
	f.IntVar(&o.rows, "rows", 200_000, "rows of each file")
	f.IntVar(&o.pairs, "pairs", 1, "how often each step runs, in turns with the other reader")
	f.StringVar(&o.profile, "profile", "", "folder for CPU profiles of the steps")
	f.StringVar(&o.dir, "dir", "", "folder for workbooks and database, kept (default: a temporary one)")
	f.BoolVar(&o.writer, "writer", false, "also measure how long small writes wait meanwhile")
	cmd.AddCommand(benchStepCmd(e), benchReadCmd(e))
	return cmd
}

type importOptions struct {
	rows, pairs int
	profile     string
	dir         string
	writer      bool
}

// benchCounty is 莘县; its people are invented.
const benchCounty region.Code = 371522000000

func (e *env) benchImport(ctx context.Context, o importOptions, log io.Writer) (out importBench, err error) {
	dir := o.dir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "wengang-bench-"); err != nil {
			return out, err
		}
		defer os.RemoveAll(dir)
	}
	fmt.Fprintln(log, "writing the workbooks …")
	people, work, again, err := newBenchWorld(region.National(), benchCounty, o.rows).write(filepath.Join(dir, "books"))
	if err != nil {
		return out, err
	}
	url := "sqlite:" + filepath.Join(dir, "bench.db")
	if e.dbGiven {
		url = e.db
	}
	if err := mustBeEmpty(ctx, url); err != nil {
		return out, err
	}
	out.Rows, out.Engine, _ = int64(o.rows), "", ""
	out.Engine, _, _ = strings.Cut(url, ":")
	b := &benchRun{dir: dir, db: url, o: o, log: log}
	if out.Floor, err = b.read(ctx, sheet.ReaderFloor, work.Path); err != nil {
		return out, err
	}
	for i := range max(1, o.pairs) {
		if err := b.pair(ctx, &out, people, work, again, i == max(1, o.pairs)-1); err != nil {
			return out, err
		}
	}
	return out, nil
}

// mustBeEmpty refuses a database that holds anybody: the benchmark fills it
// with invented people and takes them out again.
func mustBeEmpty(ctx context.Context, url string) error {
	d, err := db.Open(ctx, url, calendar.System)
	if err != nil {
		return err
	}
	defer d.Close()
	tables, err := d.Dialect.Tables(ctx, d.Read)
	if err != nil || !slices.Contains(tables, "person") {
		return err
	}
	var any int
	if err := d.Read.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM person LIMIT 1) AS p`).Scan(&any); err != nil {
		return err
	}
	if any != 0 {
		return errors.New("the database holds people: name an empty one")
	}
	return nil
}

// benchRun starts the processes of one benchmark.
type benchRun struct {
	dir, db string
	o       importOptions
	log     io.Writer
}

// pair runs the steps and both readers once. Between pairs the batches are
// undone, so that each begins with an empty ledger.
func (b *benchRun) pair(ctx context.Context, out *importBench, people, work, again benchBook, last bool) error {
	r, err := b.step(ctx, "people", people, false)
	if err != nil {
		return err
	}
	out.People = append(out.People, r.BenchResult)
	if r, err = b.step(ctx, "work", work, false); err != nil {
		return err
	}
	out.Work = append(out.Work, r.BenchResult)
	for _, reader := range []string{sheet.ReaderPeer, sheet.ReaderOwn} {
		got, err := b.read(ctx, reader, work.Path)
		if err != nil {
			return err
		}
		if reader == sheet.ReaderPeer {
			out.Peer = append(out.Peer, got)
		} else if out.Own = append(out.Own, got); got.Hash != out.Peer[len(out.Peer)-1].Hash || got.Cells == 0 {
			return fmt.Errorf("the readers differ: %+v", got)
		}
	}
	if r, err = b.step(ctx, "again", again, false); err != nil {
		return err
	}
	out.Again = append(out.Again, r.BenchResult)
	if b.o.writer {
		if err := b.undo(ctx, 1); err != nil {
			return err
		}
		if r, err = b.step(ctx, "work", work, true); err != nil {
			return err
		}
		out.Pages = append(out.Pages, r.Pages)
	}
	if last {
		return nil
	}
	return b.undo(ctx, 0)
}

// step imports one file in a process of its own and holds the outcome against
// what was planted.
func (b *benchRun) step(ctx context.Context, step string, book benchBook, writer bool) (out stepResult, err error) {
	fmt.Fprintf(b.log, "importing %s …\n", step)
	args := []string{"step", "--kind", map[string]string{"people": "people", "work": "work", "again": "work"}[step], "--file", book.Path}
	if writer {
		args = append(args, "--writer")
	}
	if b.o.profile != "" {
		args = append(args, "--profile", filepath.Join(b.o.profile, step+".pprof"))
	}
	if err := b.child(ctx, &out, args...); err != nil {
		return out, fmt.Errorf("%s: %w", step, err)
	}
	good := book.Rows - book.Refused
	want := transfer.BenchResult{Rows: book.Rows, New: good, Refused: book.Refused}
	if step == "again" {
		want.New, want.Unchanged = 0, good
	}
	if out.Rows != want.Rows || out.New != want.New || out.Unchanged != want.Unchanged || out.Refused != want.Refused || out.Warned < book.Warned {
		return out, fmt.Errorf("%s: the import made %+v of %+v", step, out.BenchResult, book)
	}
	if step == "again" && out.Written != 0 {
		return out, fmt.Errorf("an unchanged file left %d rows in the ledger", out.Written)
	}
	if step != "again" && out.Written < good {
		return out, fmt.Errorf("%s: only %d of %d rows are in the ledger", step, out.Written, good)
	}
	return out, nil
}

func (b *benchRun) read(ctx context.Context, reader, path string) (out sheet.BenchRead, err error) {
	fmt.Fprintf(b.log, "reading with %s …\n", reader)
	return out, b.child(ctx, &out, "read", "--reader", reader, "--file", path)
}

func (b *benchRun) undo(ctx context.Context, keep int) error {
	fmt.Fprintln(b.log, "undoing …")
	var out struct{}
	return b.child(ctx, &out, "step", "--undo-from", strconv.Itoa(keep))
}

// child runs `bench import …` in a process of its own and reads its JSON.
func (b *benchRun) child(ctx context.Context, out any, args ...string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	args = append([]string{"bench", "import"}, append(args, "--json", "--db", b.db, "--key", filepath.Join(b.dir, "key"))...)
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Stderr = b.log
	raw, err := cmd.Output()
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, out)
}

func (r *importBench) print(w io.Writer) {
	line := func(name string, x transfer.BenchResult) {
		fmt.Fprintf(w, "%-8s %d rows (%d refused, %d findings): %.2f s = read and check %.2f + write %.2f (last transaction %.2f); %.2f CPU-s, %d MB\n",
			name, x.Rows, x.Refused, x.Findings, x.Seconds, x.Check, x.Write, x.Last, x.CPU, x.PeakRSS)
	}
	for i := range r.People {
		line("people", r.People[i])
		line("work", r.Work[i])
		line("again", r.Again[i])
		for _, x := range []sheet.BenchRead{r.Own[i], r.Peer[i]} {
			fmt.Fprintf(w, "%-8s reads the work file in %.2f s, %.2f CPU-s, %d MB\n", x.Reader, x.Seconds, x.CPU, x.PeakRSS)
		}
	}
	fmt.Fprintf(w, "floor    inflating the work file %.2f s\n", r.Floor.Seconds)
	for _, p := range r.Pages {
		fmt.Fprintf(w, "pages    %d small writes beside the import: p50 %s, p95 %s, longest %s\n", p.Count, p.P50(), p.P95(), p.Max())
	}
}

func ms(s float64) string {
	return time.Duration(s * float64(time.Second)).Round(time.Millisecond).String()
}
