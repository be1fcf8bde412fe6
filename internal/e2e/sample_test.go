package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
	"wengang/internal/sample"
	"wengang/internal/testkit"
	"wengang/internal/text"
	"wengang/internal/transfer"
)

var everywhere = region.ScopeOf(region.Country)

// truth is truth.json as another program would read it.
type truth struct {
	Fields    []string
	Months    []calendar.Month
	Planted   []sample.Planted
	Tainted   map[string][]int
	Refused   map[string]int
	Registers map[string]map[string]int
	Villages  map[region.Code][][]int64
}

// world is the whole sample in one engine, made through the doors that a user
// takes, with what the imports said.
type world struct {
	*app.App
	by       account.Caller
	dir      string
	manifest sample.Manifest
	truth    truth
	reports  map[string]transfer.Report // by file

	figures     map[calendar.Month]map[region.Code][]int64 // of every place, by indicator
	absorbed    map[region.Code]map[string]int64
	totalsAtEnd map[string]string
}

// TestSample holds what the program made of the sample against the truth that
// was written with it, on both engines, and the engines against each other.
func TestSample(t *testing.T) {
	var sqlite, postgres *world
	t.Run("engines", func(t *testing.T) {
		t.Run("sqlite", func(t *testing.T) {
			t.Parallel()
			sqlite = newWorld(t, "sqlite:"+filepath.Join(t.TempDir(), "wengang.db"))
			sqlite.prove(t)
		})
		t.Run("postgres", func(t *testing.T) {
			url := testkit.PostgresDatabase(t)
			t.Parallel()
			postgres = newWorld(t, url)
			postgres.prove(t)
		})
	})
	if sqlite != nil && postgres != nil {
		t.Run("engines agree", func(t *testing.T) { agree(t, sqlite, postgres) })
	}
}

func (w *world) prove(t *testing.T) {
	for _, step := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"planted errors are found", w.recall}, {"clean rows pass", w.clean}, {"recheck finds the rest", w.later},
		{"figures", w.recount}, {"boards", w.boards}, {"lists behind figures", w.lists}, {"registers", w.registers}, {"annex 1", w.annex1}, {"annex 2", w.annex2},
		{"again", w.again}, {"in another order", w.shuffled}, {"verify", w.verify},
	} {
		t.Run(step.name, func(t *testing.T) {
			start := time.Now()
			step.run(t)
			t.Logf("%.1f s", time.Since(start).Seconds())
		})
	}
}

// openInstallation opens a program of its own: database, key, uploads.
func openInstallation(target, dir string) (*app.App, error) {
	return app.Open(context.Background(), app.Options{
		DB: target, KeyFile: filepath.Join(dir, "key", "sample.key"), UploadDir: filepath.Join(dir, "uploads"),
		Log: slog.New(slog.DiscardHandler), Clock: calendar.Fixed(app.DemoDay.Time().Add(9 * time.Hour)),
	})
}

func newWorld(t *testing.T, target string) *world {
	t.Helper()
	ctx := context.Background()
	w := &world{dir: t.TempDir(), by: account.LocalOperator(region.Country), reports: map[string]transfer.Report{}}
	var err error
	if w.App, err = openInstallation(target, w.dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	result, err := w.Demo(ctx, app.DemoOptions{Dir: w.books(), People: samplePeople, Months: 24, Seed: 20231210})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("made in %v", result.Seconds)
	readJSON(t, filepath.Join(w.books(), "manifest.json"), &w.manifest)
	readJSON(t, filepath.Join(w.books(), sample.TruthFile), &w.truth)
	batches, err := w.Imports.List(ctx, everywhere, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range batches {
		r, err := w.Imports.Report(ctx, w.by, b.ID, text.ZH)
		if err != nil {
			t.Fatal(err)
		}
		w.reports[b.FileName] = r
	}
	return w
}

func (w *world) books() string { return filepath.Join(w.dir, "workbooks") }

func readJSON(t testing.TB, path string, into any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// again imports every file a second time, after the months are closed: nothing
// is new, nothing changes.
func (w *world) again(t *testing.T) {
	before, desked := w.totals(t), desk(t, w.DB)
	for _, f := range w.manifest.Files {
		w.unchanged(t, f, filepath.Join(w.books(), f.Path))
	}
	differ(t, before, w.totals(t))
	for key, n := range desk(t, w.DB) {
		if desked[key] != n {
			t.Errorf("%s: %d findings became %d", key, desked[key], n)
		}
	}
}

// unchanged imports a file that the ledger already has.
func (w *world) unchanged(t *testing.T, f sample.File, path string) {
	t.Helper()
	r := bring(t, w.App, f, path)
	was := w.reports[f.Path]
	if f.Kind == "targets" {
		return // a table is a document of its own each time: the totals tell
	}
	if r.New != 0 || r.Updated != 0 || r.Rejected != was.Rejected || r.Rows != was.Rows {
		t.Errorf("%s: of %d rows %d new, %d updated, %d unchanged, %d rejected (%d the first time)", f.Path, r.Rows, r.New, r.Updated, r.Unchanged, r.Rejected, was.Rejected)
	}
}

// bring imports a file as the command line does.
func bring(t testing.TB, a *app.App, f sample.File, path string) transfer.Report {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := a.Import(context.Background(), account.LocalOperator(region.Country), requestFor(f, file), false, text.ZH)
	if err != nil {
		t.Fatalf("%s: %v", f.Path, err)
	}
	return r
}

func requestFor(f sample.File, file *os.File) transfer.Request {
	return transfer.Request{Kind: f.Kind, File: file, FileName: filepath.Base(file.Name()), Region: f.Region, Month: f.Month, Year: f.Year, Subtype: f.Type, Full: f.Full}
}

// counted are the tables that an import writes and, of each, what a lost, a
// doubled or a changed row would change, whatever numbers the engine gave the
// rows.
var counted = map[string]string{
	"person": "village, sex, birth, ethnic, id_kind, relation, education, student, health, skill, willing, political, allowance, ward, " +
		"disability_kind, disability_grade, settlement, status, in_on, out_on, merged_into, LENGTH(name), LENGTH(phone_mask), LENGTH(code)",
	"household":       "village, settlement, LENGTH(code), LENGTH(phone_mask)",
	"residence":       "village, since, until",
	"person_kind":     "kind, since, until, risk_removed_on, risk",
	"status_history":  "status, since",
	"need":            "plan_out, plan_place, surveyed_on, LENGTH(service)",
	"spell":           "start_month, end_month",
	"spell_term":      "from_month, wage_fen, place, place_class, channel, industry, point_to_point, transport_fen, LENGTH(employer)",
	"spell_seen":      "month, strength",
	"field_change":    "LENGTH(field)",
	"finding":         "severity, state, month, LENGTH(rule), LENGTH(field)",
	"register":        "region, level, started_on, ended_on, state, people, poor, marks, LENGTH(name), LENGTH(extra)",
	"register_state":  "since, state",
	"outsider":        "LENGTH(name)",
	"register_member": "claimed, started_on, ended_on, people, poor_people, LENGTH(extra)",
	"register_change": "LENGTH(field)",
	"target_table":    "region, year, total_value",
	"target_row":      "region, value",
	"month_close":     "month, people",
	"person_month":    "flags, wage_fen, village",
	"adjustment":      "would_be",
	"former_id":       "",
}

// totals of the ledger as a reader sees it.
func (w *world) totals(t testing.TB) map[string]string { return totals(t, w.DB) }

func totals(t testing.TB, d *db.DB) map[string]string {
	t.Helper()
	out := map[string]string{}
	for table, sums := range counted {
		columns, err := d.Dialect.Columns(context.Background(), d.Read, table)
		if err != nil || len(columns) == 0 {
			t.Fatalf("%s: %v", table, err)
		}
		parts := []string{"COUNT(*)"}
		if sums != "" {
			for _, column := range strings.Split(sums, ", ") {
				parts = append(parts, "CAST(COALESCE(SUM("+column+"), 0) AS BIGINT)")
			}
		}
		query := "SELECT " + strings.Join(parts, ", ") + " FROM " + table
		if slices.Contains(columns, "batch_id") {
			query += " WHERE batch_id NOT IN (SELECT batch_id FROM hidden_batch)"
		}
		got := make([]int64, len(parts))
		dest := make([]any, len(parts))
		for i := range got {
			dest[i] = &got[i]
		}
		if err := d.Read.QueryRow(query).Scan(dest...); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		b, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		out[table] = string(b)
	}
	return out
}

// desk is what the rules' desk holds, by rule and state.
func desk(t testing.TB, d *db.DB) map[string]int {
	t.Helper()
	rows, err := d.Read.Query("SELECT rule, state, field, COUNT(*) FROM finding GROUP BY rule, state, field")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	out := map[string]int{}
	for rows.Next() {
		var rule, field string
		var state, n int
		if err := rows.Scan(&rule, &state, &field, &n); err != nil {
			t.Fatal(err)
		}
		out[fmt.Sprintf("%s state %d at %s", rule, state, field)] = n
	}
	return out
}

func differ(t testing.TB, want, got map[string]string) {
	t.Helper()
	for table := range counted {
		if want[table] != got[table] {
			t.Errorf("%s: %s became %s", table, want[table], got[table])
		}
	}
}
