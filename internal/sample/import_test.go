package sample_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/intake"
	"wengang/internal/month"
	"wengang/internal/region"
	"wengang/internal/region/regionstore"
	"wengang/internal/register"
	"wengang/internal/rule"
	"wengang/internal/sample"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
	"wengang/internal/text"
	"wengang/internal/transfer"
)

const city region.Code = 371500000000

// truth is truth.json as another program would read it.
type truth struct {
	Fields   []string
	Months   []calendar.Month
	Planted  []sample.Planted
	Tainted  map[string][]int
	Refused  map[string]int
	Villages map[string][][]int64
}

func readTruth(t testing.TB, dir string) truth {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, sample.TruthFile))
	if err != nil {
		t.Fatal(err)
	}
	var tr truth
	if err := json.Unmarshal(b, &tr); err != nil {
		t.Fatal(err)
	}
	return tr
}

// house is as much of the program as an import needs.
type house struct {
	t       testing.TB
	caller  account.Caller
	imports *transfer.Service
	months  *month.Store
}

func newHouse(t testing.TB, d *db.DB, m sample.Manifest) *house {
	t.Helper()
	ctx := context.Background()
	box := secrettest.Box(t)
	log := audit.New(d, box, nil)
	h := &house{t: t, caller: account.LocalOperator(region.Country), months: month.New(d, log)}
	locals := regionstore.New(d, log)
	for _, l := range m.Locals {
		err := d.Tx(ctx, func(tx *db.Tx) error {
			return locals.SaveLocal(ctx, region.ScopeOf(region.Country), tx, h.caller, l)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	tree, err := locals.Tree(ctx)
	if err != nil {
		t.Fatal(err)
	}
	registers := register.New(d, box, log, tree)
	kinds := intake.Kinds(d, intake.Deps{Box: box, Tree: func() *region.Tree { return tree }, Closed: h.months, Settlements: registers})
	kinds = append(kinds, registers.Roster())
	h.imports, err = transfer.NewService(transfer.Config{DB: d, Box: box, Audit: log, Dir: t.TempDir(), Kinds: kinds})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// bring imports a file as the command line does.
func (h *house) bring(dir string, f sample.File) transfer.Report {
	h.t.Helper()
	ctx := context.Background()
	file, err := os.Open(filepath.Join(dir, f.Path))
	if err != nil {
		h.t.Fatal(err)
	}
	defer file.Close()
	must := func(err error) {
		if err != nil {
			h.t.Fatalf("%s: %v", f.Path, err)
		}
	}
	id, err := h.imports.Stage(ctx, h.caller, transfer.Request{Kind: f.Kind, File: file, FileName: f.Path, Region: f.Region,
		Month: f.Month, Year: f.Year, Subtype: f.Type, Full: f.Full})
	must(err)
	must(h.imports.Work(ctx, id))
	info, err := h.imports.Load(ctx, h.caller.Scope(account.ImportRun), id)
	must(err)
	if info.State != transfer.StateChecked {
		h.t.Fatalf("%s: %s %s", f.Path, info.State, info.Message(text.ZH))
	}
	report, err := h.imports.Report(ctx, h.caller, id, text.ZH)
	must(err)
	must(h.imports.Save(ctx, h.caller, id))
	must(h.imports.Work(ctx, id))
	if info, err = h.imports.Load(ctx, h.caller.Scope(account.ImportRun), id); err != nil || info.State != transfer.StateDone {
		h.t.Fatalf("%s: %v %s %s", f.Path, err, info.State, info.Message(text.ZH))
	}
	return report
}

type place struct {
	file string
	row  int
}

// TestSampleThroughTheImport brings the whole sample in through the door that
// users take: what was planted is found, what is clean passes, and the ledger's
// figures are those of the truth.
func TestSampleThroughTheImport(t *testing.T) {
	people := 2500
	if n, err := strconv.Atoi(os.Getenv("WENGANG_SAMPLE_PEOPLE")); err == nil {
		people = n
	}
	dir := t.TempDir()
	start := time.Now()
	m, err := sample.Generate(context.Background(), sample.Options{Region: city, People: people, Seed: 7, Dir: dir, Tree: region.National()})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d people, %d spells, %d files in %v", m.People, m.Spells, len(m.Files), time.Since(start))
	tr := readTruth(t, dir)
	d := testkit.SQLite(t)
	h := newHouse(t, d, m)
	planted := map[place]map[string]bool{}
	dirty := map[place]bool{}
	want := 0
	for _, p := range tr.Planted {
		at := place{p.File, p.Row}
		dirty[at] = true
		if p.Later {
			continue
		}
		if planted[at] == nil {
			planted[at] = map[string]bool{}
		}
		planted[at][p.Rule] = true
		want++
	}
	for f, rows := range tr.Tainted {
		for _, n := range rows {
			dirty[place{f, n}] = true
		}
	}
	found, clean := 0, 0
	warned := map[place]bool{}
	start = time.Now()
	for _, f := range m.Files {
		if f.Kind == "targets" {
			continue
		}
		r := h.bring(dir, f)
		if int(r.Rows) != f.Rows || int(r.Rejected) != tr.Refused[f.Path] {
			t.Errorf("%s: %d rows, %d rejected; want %d and %d", f.Path, r.Rows, r.Rejected, f.Rows, tr.Refused[f.Path])
		}
		clean += f.Rows
		for _, x := range r.Findings {
			at := place{f.Path, x.Row}
			switch {
			case planted[at][x.Rule]:
				found++
				delete(planted[at], x.Rule)
			case dirty[at] || x.Severity == "clue":
			case x.Severity == "error":
				t.Errorf("%s row %d is clean and was refused: %s %s %s", f.Path, x.Row, x.Rule, x.Column, x.Message)
			default:
				if !warned[at] && len(warned) < 10 {
					t.Logf("%s row %d is clean and was doubted: %s %s %s", f.Path, x.Row, x.Rule, x.Column, x.Message)
				}
				warned[at] = true
			}
		}
	}
	t.Logf("import in %v: %d of %d planted found, %d of %d clean rows doubted", time.Since(start), found, want, len(warned), clean)
	for at, rules := range planted {
		for r := range rules {
			t.Logf("missed: %s row %d %s", at.file, at.row, r)
		}
	}
	if found*100 < want*99 {
		t.Errorf("recall %d/%d is below 0.99", found, want)
	}
	if len(warned)*100 > clean {
		t.Errorf("%d of %d clean rows doubted: more than one in a hundred", len(warned), clean)
	}
	known := map[string]bool{}
	for _, r := range rule.All() {
		known[r.ID] = true
	}
	for _, p := range tr.Planted {
		if !known[p.Rule] && p.File[:2] != "2" && len(p.Rule) > 9 && p.Rule[:9] != "register." && p.Rule[:7] != "idcard." {
			t.Errorf("planted rule %s is not in the book", p.Rule)
		}
	}
	h.compare(m, tr)
}

// compare recounts every county and month from the ledger's person-months and
// holds the sums against the truth, village by village.
func (h *house) compare(m sample.Manifest, tr truth) {
	h.t.Helper()
	at := map[string]int{}
	for i, f := range tr.Fields {
		at[f] = i
	}
	wrong := 0
	for _, county := range m.Counties {
		live, err := h.months.Live(context.Background(), region.ScopeOf(region.Country), county, tr.Months)
		if err != nil {
			h.t.Fatal(err)
		}
		for i, rows := range live {
			got := map[region.Code][]int64{}
			for k := range rows {
				p := &rows[k]
				if got[p.Village] == nil {
					got[p.Village] = make([]int64, len(tr.Fields))
				}
				tally(p, got[p.Village], at)
			}
			for code, months := range tr.Villages {
				v, err := region.ParseCode(code)
				if err != nil {
					h.t.Fatal(err)
				}
				if !county.Contains(v) {
					continue
				}
				have := got[v]
				if have == nil {
					have = make([]int64, len(tr.Fields))
				}
				for f, want := range months[i] {
					if have[f] != want && !byVillages[tr.Fields[f]] {
						if wrong++; wrong < 20 {
							h.t.Errorf("%s %s %s: ledger %d, truth %d", code, tr.Months[i], tr.Fields[f], have[f], want)
						}
					}
				}
			}
		}
	}
	if wrong > 0 {
		h.t.Errorf("%d figures differ", wrong)
	}
}

// byVillages are the figures that come from what villages confirm by hand after
// the import.
var byVillages = map[string]bool{"confirmed": true, "year_confirmed": true}

func tally(p *fact.PersonMonth, f []int64, at map[string]int) {
	has := func(x fact.Flag) bool { return p.Flags&x == x }
	if !has(fact.Counted) {
		return
	}
	add := func(name string, n int64) { f[at[name]] += n }
	one := func(name string, yes bool) {
		if yes {
			add(name, 1)
		}
	}
	one("counted", true)
	one("able", has(fact.Able))
	one("monitored", has(fact.Monitored))
	one("jobless", has(fact.Jobless))
	one("stable", has(fact.Stable))
	one("post", has(fact.Post))
	one("workshop", has(fact.Workshop))
	one("settled", p.Settlement != 0)
	classes := []string{"", "inside", "province", "outside", "hmt", "abroad"}
	if has(fact.WorkedYear) {
		add("worked_year", 1)
		add("year_"+classes[p.YearPlaceClass], 1)
		one("settled_worked_year", p.Settlement != 0)
		one("year_kept", has(fact.LastYear))
		add(bandOf(p.MonthsWorked), 1)
	}
	one("last_year", has(fact.LastYear))
	one("began", has(fact.NewWork))
	one("again", has(fact.NewWork|fact.Again))
	if !has(fact.Working) {
		return
	}
	one("stable_6", p.StableMonths >= 6)
	one("stable_12", p.StableMonths >= 12)
	add("working", 1)
	add(classes[p.PlaceClass], 1)
	add("channel_"+strconv.Itoa(p.Channel), 1)
	one("monitored_working", has(fact.Monitored))
	one("settled_working", p.Settlement != 0)
	if p.WageFen >= 0 {
		add("wage_fen", p.WageFen)
		add("wage_n", 1)
	}
}

// bandOf is the truth's name for months with work in the year so far.
func bandOf(months int) string {
	switch {
	case months <= 2:
		return "months_1_2"
	case months <= 5:
		return "months_3_5"
	case months <= 8:
		return "months_6_8"
	}
	return "months_9"
}
