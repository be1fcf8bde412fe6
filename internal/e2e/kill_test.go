package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/region"
	"wengang/internal/sample"
	"wengang/internal/testkit"
	"wengang/internal/text"
	"wengang/internal/transfer"
)

// boundaries of an import of two chunks, and those at which the kinds differ.
var (
	boundaries = []string{"stage.file:1", "stage:1", "check.chunk.tx:1", "check.chunk:1", "check.chunk.tx:2", "check.chunk:2", "checked:1",
		"save.begin:1", "save.chunk.tx:1", "save.chunk:1", "save.chunk.tx:2", "save.chunk:2", "finish.tx:1", "finish:1"}
	ownBoundaries = []string{"check.chunk:1", "save.chunk.tx:2", "finish.tx:1", "finish:1"}
)

// TestKillAtEveryBoundary: kill -9 of the program in the middle of an import
// of people and of work, at every boundary, of plans and rosters at those that
// are theirs, on both engines. After a restart
// the import goes on and ends as one that ran through; until then nobody sees
// a part of it.
func TestKillAtEveryBoundary(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a process per boundary")
	}
	books := t.TempDir()
	m, err := sample.Generate(context.Background(), sample.Options{Region: 371522000000, People: 320, Months: 6, Seed: 9, Dir: books, Tree: region.National()})
	if err != nil {
		t.Fatal(err)
	}
	var people, work, plan, roster sample.File
	for _, f := range m.Files {
		switch {
		case f.Kind == "people" && people.Path == "":
			people = f
		case f.Kind == "work" && f.Month == m.End: // the last month: new work, ends, other wages
			work = f
		case f.Kind == "plan":
			plan = f
		case f.Type == "post_members":
			roster = f
		}
	}
	apart := map[string]bool{people.Path: true, work.Path: true, plan.Path: true, roster.Path: true}
	t.Run("engines", func(t *testing.T) {
		for _, engine := range []string{"sqlite", "postgres"} {
			t.Run(engine, func(t *testing.T) {
				target := "sqlite:" + filepath.Join(t.TempDir(), "wengang.db")
				if engine == "postgres" {
					target = testkit.PostgresDatabase(t)
				}
				t.Parallel()
				k := &killing{T: t, target: target, dir: t.TempDir(), books: books}
				k.die(people, boundaries, "person", "household", "residence", "person_kind", "finding")
				k.open()
				for _, f := range m.Files {
					if !apart[f.Path] {
						k.through(f)
					}
				}
				k.a.Close()
				k.die(plan, ownBoundaries, "need", "finding")
				k.die(roster, ownBoundaries, "register_member")
				k.die(work, boundaries, "spell", "spell_term", "spell_seen", "field_change", "finding")
				k.served(m, work)
			})
		}
	})
}

// killing is an installation whose program dies and is started again.
type killing struct {
	*testing.T
	a                  *app.App
	target, dir, books string
	files              int // uploads that batches keep for their refused rows
}

func (k *killing) open() {
	k.Helper()
	a, err := openInstallation(k.target, k.dir)
	if err != nil {
		k.Fatal(err)
	}
	k.a = a
}

// through imports a file without trouble.
func (k *killing) through(f sample.File) int64 {
	k.Helper()
	bring(k, k.a, f, filepath.Join(k.books, f.Path))
	k.files = k.kept()
	return k.last().ID
}

// die kills an import of the file at the boundaries. Each time the ledger ends
// as after an import that ran through, and undone, as before. The import writes
// to the tables.
func (k *killing) die(f sample.File, at []string, writes ...string) {
	k.open()
	before := totals(k, k.a.DB)
	id := k.through(f)
	after, counts := totals(k, k.a.DB), k.counts(id)
	for _, table := range writes {
		if before[table] == after[table] {
			k.Fatalf("%s: nothing is written to %s", f.Kind, table)
		}
	}
	k.undo(id, before, "run through")
	k.a.Close()
	for _, at := range at {
		k.kill(f, at)
		k.open()
		id := k.restart(f, at, before, after)
		if got := k.counts(id); got != counts {
			k.Errorf("%s: counts %s, want %s", at, got, counts)
		}
		k.same(at, after)
		verify(k, k.a)
		k.undo(id, before, at)
		k.a.Close()
		if k.Failed() {
			k.Fatalf("%s, %s", f.Kind, at)
		}
	}
	k.open()
	k.through(f)
	k.a.Close()
}

// restart does what a server does at its start, then what the person does who
// finds the import checked, and answers the batch.
func (k *killing) restart(f sample.File, at string, before, after map[string]string) int64 {
	k.Helper()
	ctx := k.Context()
	k.a.Imports.ChunkRows = (f.Rows + 1) / 2
	if err := k.a.Imports.Clean(ctx, 0); err != nil {
		k.Fatal(err)
	}
	seen := before
	if at == "finish:1" {
		seen = after
	}
	k.same(at+", before the restart", seen)
	ids, err := k.a.Imports.Resume(ctx)
	if err != nil {
		k.Fatal(err)
	}
	for _, id := range ids {
		if err := k.a.Imports.Work(ctx, id); err != nil {
			k.Fatalf("%s: %v", at, err)
		}
	}
	if at == "stage.file:1" {
		if k.kept() != k.files {
			k.Errorf("%s: the file of no batch is kept", at)
		}
		return k.through(f) // it was not on record: the person begins anew
	}
	in := k.last()
	if in.State == transfer.StateChecked {
		k.same(at+", checked", before)
		if err := k.a.Imports.Save(ctx, account.LocalOperator(region.Country), in.ID); err != nil {
			k.Fatalf("%s: %v", at, err)
		}
		if err := k.a.Imports.Work(ctx, in.ID); err != nil {
			k.Fatalf("%s: %v", at, err)
		}
		in = k.last()
	}
	if in.State != transfer.StateDone {
		k.Fatalf("%s: %s %s", at, in.State, in.Message(text.ZH))
	}
	return in.ID
}

// last is the newest batch.
func (k *killing) last() transfer.Info {
	k.Helper()
	all, err := k.a.Imports.List(k.Context(), everywhere, 0, 1)
	if err != nil || len(all) != 1 {
		k.Fatalf("no batch: %v", err)
	}
	return all[0]
}

// counts of a batch as people see them.
func (k *killing) counts(id int64) string {
	k.Helper()
	in, err := k.a.Imports.Load(k.Context(), everywhere, id)
	if err != nil {
		k.Fatal(err)
	}
	r, err := k.a.Imports.Report(k.Context(), account.LocalOperator(region.Country), id, text.ZH)
	if err != nil {
		k.Fatal(err)
	}
	return fmt.Sprint(in.State, " ", in.Done, " rows ", r.New, " new ", r.Updated, " updated ", r.Unchanged, " same ", r.Rejected, " refused ", r.Warnings, " warned ", len(r.Findings), " findings")
}

// undo takes the batch out again; nothing of it stays, on disk neither.
func (k *killing) undo(id int64, before map[string]string, at string) {
	k.Helper()
	if err := k.a.Imports.Undo(k.Context(), account.LocalOperator(region.Country), id); err != nil {
		k.Fatalf("%s: undo: %v", at, err)
	}
	k.same(at+", undone", before)
	k.files = 0
	for _, in := range k.all() {
		if in.HasFile {
			k.files++
		}
	}
	if n := k.kept(); n != k.files {
		k.Errorf("%s: %d uploads are kept, %d batches need one", at, n, k.files)
	}
}

func (k *killing) all() []transfer.Info {
	k.Helper()
	all, err := k.a.Imports.List(k.Context(), everywhere, 0, 1000)
	if err != nil {
		k.Fatal(err)
	}
	return all
}

// kept counts the uploads on disk.
func (k *killing) kept() int {
	k.Helper()
	n := 0
	err := filepath.WalkDir(k.a.Imports.Dir(), func(_ string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		k.Fatal(err)
	}
	return n
}

// served: the program as people run it. It dies while it saves; the server that
// is started next goes on by itself. Then the months close and all of it is
// verified.
func (k *killing) served(m sample.Manifest, f sample.File) {
	k.open()
	if err := k.a.Imports.Undo(k.Context(), account.LocalOperator(region.Country), k.last().ID); err != nil {
		k.Fatal(err)
	}
	k.a.Close()
	k.kill(f, "save.chunk:1")
	k.open()
	defer k.a.Close()
	k.a.Imports.ChunkRows = (f.Rows + 1) / 2
	ctx, stop := context.WithCancel(k.Context())
	ended := make(chan error, 1)
	go func() { ended <- k.a.Serve(ctx, app.ServeOptions{Addr: "127.0.0.1:0"}) }()
	for start := time.Now(); k.last().State != transfer.StateDone; time.Sleep(20 * time.Millisecond) {
		if time.Since(start) > 30*time.Second {
			k.Fatalf("the server left the import %s", k.last().State)
		}
	}
	stop()
	if err := <-ended; err != nil {
		k.Fatal(err)
	}
	err := k.a.Months.CloseThrough(k.Context(), account.LocalOperator(region.Country), m.Region, m.First, m.End, nil)
	if err != nil {
		k.Fatal(err)
	}
	verify(k, k.a)
}

// same holds the ledger against what it should be.
func (k *killing) same(at string, want map[string]string) {
	k.Helper()
	got := totals(k, k.a.DB)
	for table := range counted {
		if want[table] != got[table] {
			k.Errorf("%s: %s: %s, want %s", at, table, got[table], want[table])
		}
	}
}
