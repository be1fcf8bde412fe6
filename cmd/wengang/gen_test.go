package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"wengang/internal/sample"
	"wengang/internal/transfer"
)

// What gen writes, a fresh installation imports, command by command: every
// planted error is told of by its file, sheet and row, exactly the rows are
// refused that must be, and no clean row is doubted.
func TestWhatGenWritesIsImported(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", dir)
	out := filepath.Join(dir, "sample")
	var m sample.Manifest
	run(t, &m, "gen", "--region", "3715", "--people", "700", "--months", "6", "--seed", "3", "--out", out)
	var truth struct {
		Planted []sample.Planted
		Tainted map[string][]int
		Refused map[string]int
	}
	b, err := os.ReadFile(filepath.Join(out, sample.TruthFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &truth); err != nil {
		t.Fatal(err)
	}
	missed, wanted := 0, 0
	for _, f := range m.Files {
		args := []string{"import", f.Kind, filepath.Join(out, f.Path), "--region", f.Region.String(), "--now", "2023-12-10",
			"--db", "sqlite:" + filepath.Join(dir, "wengang.db"), "--key", filepath.Join(dir, "key")}
		if f.Month != 0 {
			args = append(args, "--month", f.Month.String())
		}
		if f.Year != 0 {
			args = append(args, "--year", strconv.Itoa(f.Year))
		}
		if f.Type != "" {
			args = append(args, "--type", f.Type)
		}
		if f.Full {
			args = append(args, "--full")
		}
		var r transfer.Report
		run(t, &r, args...)
		if f.Kind == "targets" {
			continue
		}
		if int(r.Rows) != f.Rows || int(r.Rejected) != truth.Refused[f.Path] {
			t.Errorf("%s: %d rows, %d refused, want %d and %d", f.Path, r.Rows, r.Rejected, f.Rows, truth.Refused[f.Path])
		}
		dirty := append([]int(nil), truth.Tainted[f.Path]...)
		for _, p := range truth.Planted {
			if p.File != f.Path || p.Later {
				continue
			}
			dirty = append(dirty, p.Row)
			wanted++
			if !slices.ContainsFunc(r.Findings, func(x transfer.ReportFinding) bool {
				return x.File == p.File && x.Sheet == p.Sheet && x.Row == p.Row && x.Rule == p.Rule
			}) {
				missed++
				t.Logf("missed: %s row %d %s", p.File, p.Row, p.Rule)
			}
		}
		for _, x := range r.Findings {
			if x.Severity != "clue" && !slices.Contains(dirty, x.Row) {
				t.Errorf("%s row %d is clean: %s %s", f.Path, x.Row, x.Severity, x.Rule)
			}
		}
	}
	if wanted < 100 || missed*100 > wanted {
		t.Errorf("%d of %d planted errors missed", missed, wanted)
	}
}

// run runs a command and reads its JSON. Refused rows are no failure.
func run(t *testing.T, into any, args ...string) {
	t.Helper()
	var out, errs bytes.Buffer
	root := newRoot()
	root.SetArgs(append(args, "--json"))
	root.SetOut(&out)
	root.SetErr(&errs)
	if err := root.Execute(); err != nil && !errors.Is(err, errRowsRejected) {
		t.Fatalf("%v: %v %s", args, err, errs.String())
	}
	if err := json.Unmarshal(out.Bytes(), into); err != nil {
		t.Fatalf("%v: %v", args, err)
	}
}
