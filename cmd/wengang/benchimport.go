package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
	"wengang/internal/sample"
	"wengang/internal/text"
	"wengang/internal/transfer"
)

func benchImportCmd(e *env) *cobra.Command {
	var people, pairs int
	var kind string
	cmd := &cobra.Command{
		Use: "import", Short: "one county's generated workbook into a scratch database, beside the common library's reader", Args: cobra.NoArgs,
		Long: "Generates a county of --people, imports what must be there before, and measures the import of one file of --kind:\n" +
			"stage, check (reading among it), save. --db names a scratch database; without it SQLite in a temporary folder.",
		Example: "  wengang bench import --people 20000 --kind work --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := os.MkdirTemp("", "wengang-bench-")
			if err != nil {
				return err
			}
			defer os.RemoveAll(dir)
			r, err := e.benchImport(cmd.Context(), dir, kind, people, pairs)
			if err != nil {
				return err
			}
			return e.print(cmd.OutOrStdout(), r, func(w io.Writer) {
				fmt.Fprintf(w, "%d rows (%d refused): stage %.2f s, check %.2f s, save %.2f s; reading %.2f s, %s %.2f s; %d MB\n",
					r.Rows, r.Refused, r.Stage, r.Check, r.Save, r.Reader, r.Peer.Name, r.Peer.Seconds, r.PeakRSS)
			})
		},
	}
	f := cmd.Flags()
	f.IntVar(&people, "people", 20_000, "people of the county")
	f.IntVar(&pairs, "pairs", 1, "how often both readers run")
	f.StringVar(&kind, "kind", "people", "people or work")
	return cmd
}

// benchCounty is 莘县; its people are invented.
const benchCounty region.Code = 371522000000

func (e *env) benchImport(ctx context.Context, dir, kind string, people, pairs int) (transfer.BenchResult, error) {
	target := "sqlite:" + filepath.Join(dir, "bench.db")
	if e.dbGiven {
		target = e.db
	}
	a, err := app.Open(ctx, app.Options{
		DB: target, KeyFile: filepath.Join(dir, "key"), UploadDir: filepath.Join(dir, "uploads"),
		Clock: calendar.Fixed(app.DemoDay.Time().Add(9 * time.Hour)),
	})
	if err != nil {
		return transfer.BenchResult{}, err
	}
	defer a.Close()
	books := filepath.Join(dir, "workbooks")
	m, err := generateApart(ctx, books, people)
	if err != nil {
		return transfer.BenchResult{}, err
	}
	c := account.LocalOperator(region.Country)
	if err := saveLocals(ctx, a, c, m.Locals); err != nil {
		return transfer.BenchResult{}, err
	}
	for _, f := range m.Files {
		r := transfer.Request{Kind: f.Kind, Region: f.Region, Month: f.Month, Year: f.Year, Subtype: f.Type, Full: f.Full}
		path := filepath.Join(books, f.Path)
		if f.Kind == kind {
			return a.Imports.BenchImport(ctx, c, r, path, pairs)
		}
		if err := importPath(ctx, a, c, r, path); err != nil {
			return transfer.BenchResult{}, fmt.Errorf("%s: %w", f.Path, err)
		}
	}
	return transfer.BenchResult{}, fmt.Errorf("the sample has no file of kind %q", kind)
}

// generateApart makes the workbooks in a process of its own, whose memory does
// not count into the import's peak.
func generateApart(ctx context.Context, dir string, people int) (m sample.Manifest, err error) {
	self, err := os.Executable()
	if err != nil {
		return m, err
	}
	cmd := exec.CommandContext(ctx, self, "gen", "--region", benchCounty.String(), "--people", strconv.Itoa(people), "--months", "6", "--seed", "1", "--out", dir, "--json")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return m, fmt.Errorf("generate: %w", err)
	}
	return m, json.Unmarshal(out, &m)
}

func saveLocals(ctx context.Context, a *app.App, c account.Caller, locals []region.Local) error {
	err := a.DB.Tx(ctx, func(tx *db.Tx) error {
		for _, l := range locals {
			if err := a.Locals.SaveLocal(ctx, c.Scope(account.SettingEdit), tx, c, l); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return a.ReloadTree(ctx)
}

func importPath(ctx context.Context, a *app.App, c account.Caller, r transfer.Request, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r.File, r.FileName = f, filepath.Base(path)
	_, err = a.Import(ctx, c, r, false, text.ZH)
	return err
}
