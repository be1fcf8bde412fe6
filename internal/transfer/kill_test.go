package transfer

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"wengang/internal/db"
	"wengang/internal/testkit"
)

// boundaries are all points at which a process may die, with how often each
// comes in an import of 125 rows in chunks of 50.
var boundaries = []struct {
	name  string
	times int
}{
	{"stage.file", 1}, {"stage", 1}, {"check.chunk.tx", 3}, {"check.chunk", 3}, {"checked", 1},
	{"save.begin", 1}, {"save.chunk.tx", 3}, {"save.chunk", 3}, {"finish.tx", 1}, {"finish", 1},
}

// TestKillChild is the process that TestKill kills; alone it does nothing.
func TestKillChild(t *testing.T) {
	target, dir, at := os.Getenv("WENGANG_TEST_KILL_DB"), os.Getenv("WENGANG_TEST_KILL_DIR"), os.Getenv("WENGANG_TEST_KILL_AT")
	if target == "" {
		t.Skip("run by TestKill")
	}
	d, err := db.Open(t.Context(), target, testkit.Clock)
	if err != nil {
		t.Fatal(err)
	}
	s := newTest(t, d, dir, testKind{})
	seen := map[string]int{}
	s.Failpoint = func(p string) {
		seen[p]++
		if fmt.Sprintf("%s:%d", p, seen[p]) == at {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			time.Sleep(time.Minute)
		}
	}
	save(t, s, stage(t, s, numbers(t, "a", 41, 160, "x=a", "7=bad", "1=b", "2=b", "3=a")))
}

// TestKill: kill -9 at every boundary of an import, on both engines; after a
// restart everything is there once, or, where the batch was not yet recorded,
// nothing is.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a process per boundary")
	}
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		for _, b := range boundaries {
			for n := 1; n <= b.times; n++ {
				at := fmt.Sprintf("%s:%d", b.name, n)
				dir := t.TempDir()
				reset(t, d)
				kill(t, d, dir, at)
				afterKill(t, d, dir, at)
			}
		}
	})
}

// reset empties the tables and puts three rows into the ledger.
func reset(t *testing.T, d *db.DB) {
	t.Helper()
	for _, table := range []string{"import_batch", "import_chunk", "import_finding", "hidden_batch", "person_kind", "field_change"} {
		if _, err := d.Writer().Exec(`DELETE FROM ` + table); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.Writer().Exec(`INSERT INTO person_kind (person_id, kind, since, source) VALUES (1, 9, 1, 'a'), (2, 9, 1, 'a'), (3, 9, 1, 'a')`); err != nil {
		t.Fatal(err)
	}
}

func kill(t *testing.T, d *db.DB, dir, at string) {
	t.Helper()
	target := d.DSN()
	if target == "" {
		target = d.URL
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestKillChild$", "-test.v")
	cmd.Env = append(os.Environ(), "WENGANG_TEST_KILL_DB="+target, "WENGANG_TEST_KILL_DIR="+dir, "WENGANG_TEST_KILL_AT="+at)
	out, err := cmd.CombinedOutput()
	if st, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !st.Signaled() || st.Signal() != syscall.SIGKILL {
		t.Fatalf("%s: the child was not killed there: %v\n%s", at, err, out)
	}
}

// afterKill restarts: orphans are cleared, what was under way goes on, a
// checked batch waits for a person, who saves it.
func afterKill(t *testing.T, d *db.DB, dir, at string) {
	t.Helper()
	s := newTest(t, d, dir, testKind{})
	if err := s.Clean(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	ids, err := s.Resume(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// Until the batch is done, readers see the ledger as it was; after finish, all of it.
	before := ledger(t, d, "a")
	if done := at == "finish:1"; before != 3 && !done || done && before != 121 {
		t.Errorf("%s: half of the import shows: %d", at, before)
	}
	for _, id := range ids {
		if err := s.Work(t.Context(), id); err != nil {
			t.Fatalf("%s: %v", at, err)
		}
	}
	batches, err := s.List(t.Context(), everywhere, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	if len(batches) == 0 {
		if !strings.HasPrefix(at, "stage.file") {
			t.Errorf("%s: the batch is lost", at)
		}
		noFiles(t, dir, at)
		return
	}
	in := batches[0]
	if in.State == StateStaged {
		if err := s.Work(t.Context(), in.ID); err != nil {
			t.Fatal(err)
		}
		in = info(t, s, in.ID)
	}
	if in.State == StateChecked {
		save(t, s, in.ID)
	}
	in = info(t, s, in.ID)
	if in.State != StateDone || in.Done != 125 || in.New != 120 || in.Changed != 2 || in.Same != 1 || in.Rejected != 2 || in.Findings != 2 {
		t.Errorf("%s: %+v", at, in)
	}
	if a, b := ledger(t, d, "a"), ledger(t, d, "b"); a != 121 || b != 2 {
		t.Errorf("%s: %d a, %d b in the ledger", at, a, b)
	}
	var chunks, findings, history, hidden int
	if err := d.Read.QueryRow(`SELECT (SELECT count(*) FROM import_chunk), (SELECT count(*) FROM import_finding), (SELECT count(*) FROM field_change), (SELECT count(*) FROM hidden_batch)`).Scan(&chunks, &findings, &history, &hidden); err != nil || chunks != 3 || findings != 2 || history != 2 || hidden != 0 {
		t.Errorf("%s: %d chunks, %d findings, %d history, %d hidden, %v", at, chunks, findings, history, hidden, err)
	}
	if err := s.Undo(t.Context(), officer, in.ID); err != nil || ledger(t, d, "a") != 3 {
		t.Errorf("%s: undo: %v, %d rows", at, err, ledger(t, d, "a"))
	}
	noFiles(t, dir, at)
}

// noFiles checks that no upload is left.
func noFiles(t *testing.T, dir, at string) {
	t.Helper()
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 1 {
		t.Errorf("%s: files left: %q", at, left)
	}
}
