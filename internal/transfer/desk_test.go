package transfer

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/testkit"
	"wengang/internal/text"
)

// linkedKind is testKind with the one thing that ties its rows: the number.
type linkedKind struct{ testKind }

func (linkedKind) Links(context.Context, *Batch) (func(Row) ([]string, error), error) {
	return func(r Row) ([]string, error) { return []string{r.Cells[0].Clean()}, nil }, nil
}

// snapshot is everything that a batch keeps of its rows, without the numbers of
// findings, which only order them.
func snapshot(t *testing.T, s *Service, id int64) string {
	t.Helper()
	var b strings.Builder
	in := info(t, s, id)
	fmt.Fprintf(&b, "%s %d %d | %d %d %d %d %d | warned %d findings %d\n", in.State, in.Total, in.Done, in.New, in.Same, in.Changed, in.Conflict, in.Rejected, in.Warned, in.Findings)
	cuts, err := s.cuts(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cuts {
		var sheet string
		var payload, view []byte
		if err := s.db.Read.QueryRow(`SELECT sheet, payload, shown FROM import_chunk WHERE batch_id = $1 AND n = $2`, id, c.n).Scan(&sheet, &payload, &view); err != nil {
			t.Fatal(err)
		}
		staged, err := unpackStaged(s.box, sheet, payload)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range staged {
			fmt.Fprintf(&b, "chunk %d row %d %d %q\n", c.n, r.Row, r.Result, r.Payload)
		}
		shown, err := unpackShown(s.box, view)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range shown {
			fmt.Fprintf(&b, "shown %d row %d %d %q\n", c.n, r.Row, r.Result, r.Cells)
		}
	}
	err = s.eachFinding(t.Context(), id, "", func(f found) error {
		f.n = 0
		fmt.Fprintf(&b, "%+v\n", f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := s.db.Read.Query(`SELECT chunk, row_no, result FROM import_handled WHERE batch_id = $1 ORDER BY chunk, row_no`, id)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var c, n, r int
		if err := rows.Scan(&c, &n, &r); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "handled %d %d %d\n", c, n, r)
	}
	return b.String()
}

// recheckAll checks the whole file again.
func recheckAll(t *testing.T, s *Service, id int64) {
	t.Helper()
	if err := s.Check(t.Context(), officer, id); err != nil {
		t.Fatal(err)
	}
	if err := s.Work(t.Context(), id); err != nil {
		t.Fatal(err)
	}
}

// differ names the first line in which two snapshots part.
func differ(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range x {
		if i >= len(y) || x[i] != y[i] {
			return fmt.Sprintf("line %d:\n  after the acts:  %s\n  whole file again: %s", i, x[i], strings.Join(y[min(i, len(y)):min(i+1, len(y))], ""))
		}
	}
	return "more lines in the whole file's"
}

// TestActsLeaveWhatAWholeCheckWould: after any sequence of acts the counters,
// payloads, findings and shown rows are those of a check of the whole file.
func TestActsLeaveWhatAWholeCheckWould(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		s := newTest(t, d, t.TempDir(), linkedKind{})
		s.ChunkRows = 7
		base := stage(t, s, numbers(t, "a", 1, 20))
		save(t, s, base)
		rng := rand.New(rand.NewPCG(7, 11))
		var lines []string
		words := []string{"a", "b", "bad", "conflict", "warn"}
		for range 60 {
			lines = append(lines, fmt.Sprintf("%d=%s", rng.IntN(40)+1, words[rng.IntN(5)]))
		}
		id := stage(t, s, numbers(t, "a", 1, 0, lines...))
		whole := 0
		s.Failpoint = func(p string) {
			if p == "check.chunk" {
				whole++
			}
		}
		var acts []int64
		for i := range 60 {
			at := RowRef{"甲", rng.IntN(60) + 2}
			var act int64
			var err error
			switch rng.IntN(6) {
			case 0, 1:
				act, err = s.Fix(t.Context(), officer, id, at, map[int]string{0: fmt.Sprint(rng.IntN(40) + 1)})
			case 2, 3:
				act, err = s.Fix(t.Context(), officer, id, at, map[int]string{1: words[rng.IntN(5)]})
			case 4:
				act, err = s.Leave(t.Context(), officer, id, []RowRef{at}, "")
			default:
				if len(acts) > 0 {
					k := rng.IntN(len(acts))
					err = s.UndoAct(t.Context(), officer, id, acts[k])
					acts = slices.Delete(acts, k, k+1)
				}
			}
			if err != nil && err != errNothing {
				t.Fatalf("act %d: %v", i, err)
			}
			if act != 0 {
				acts = append(acts, act)
			}
			if whole != 0 {
				t.Fatal("an act checked the whole file")
			}
			if i%6 != 5 {
				continue
			}
			now := snapshot(t, s, id)
			recheckAll(t, s, id)
			whole = 0
			if all := snapshot(t, s, id); now != all {
				t.Fatalf("after %d acts: %s", i+1, differ(now, all))
			}
		}
		for _, act := range acts {
			if err := s.UndoAct(t.Context(), officer, id, act); err != nil {
				t.Fatal(err)
			}
		}
		fresh := stage(t, s, numbers(t, "a", 1, 0, lines...))
		if a, b := snapshot(t, s, id), snapshot(t, s, fresh); a != b {
			t.Errorf("everything undone: %s", differ(a, b))
		}
	})
}

// TestActsAreKept: through a kill, through another check, into the ledger and
// the workbook of rejected rows; the file stays as it came.
func TestActsAreKept(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		s := newTest(t, d, t.TempDir(), testKind{}) // not Linked: the whole file each time
		id := stage(t, s, numbers(t, "a", 1, 110, "x=a", "112=bad", "113=conflict"))
		fix := func(row, position int, v string) int64 {
			act, err := s.Fix(t.Context(), officer, id, RowRef{"甲", row}, map[int]string{position: v})
			if err != nil {
				t.Fatal(err)
			}
			return act
		}
		fix(112, 0, "111")
		fix(113, 1, "c")
		if in := info(t, s, id); in.New != 112 || in.Rejected != 0 || in.Conflict != 1 {
			t.Fatalf("fixed: %+v", in)
		}
		again := fix(113, 1, "bad")
		if in := info(t, s, id); in.Rejected != 1 {
			t.Fatalf("fixed wrongly: %+v", in)
		}
		var leaked int
		if err := d.Read.QueryRow(`SELECT count(*) FROM import_edit WHERE CAST(value_cipher AS TEXT) LIKE '%bad%'`).Scan(&leaked); d.Dialect.Name() == "sqlite" && (err != nil || leaked != 0) {
			t.Errorf("%d values in plain, %v", leaked, err)
		}
		if err := s.UndoAct(t.Context(), officer, id, again); err != nil {
			t.Fatal(err)
		}
		if err := s.UndoAct(t.Context(), officer, id, again); !isKey(err, "import.desk.undone") {
			t.Errorf("undone twice: %v", err)
		}
		if _, err := s.Leave(t.Context(), officer, id, []RowRef{{"甲", 2}}, "走了"); err != nil {
			t.Fatal(err)
		}
		// A check that a kill cuts in two.
		if err := s.Check(t.Context(), officer, id); err != nil {
			t.Fatal(err)
		}
		ctx, cut := context.WithCancel(t.Context())
		s.Failpoint = func(p string) {
			if p == "check.chunk" {
				cut()
			}
		}
		if err := s.Work(ctx, id); err == nil {
			t.Fatal("the cut check went on")
		}
		s.Failpoint = nil
		if err := s.Work(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if in := info(t, s, id); in.New != 111 || in.Rejected != 1 || in.Conflict != 1 {
			t.Fatalf("checked again: %+v", in)
		}
		var out strings.Builder
		if err := s.Rejects(t.Context(), officer, id, text.ZH, &out); err != nil {
			t.Fatal(err)
		}
		save(t, s, id)
		if ledger(t, d, "a") != 110 || ledger(t, d, "c") != 1 {
			t.Errorf("ledger: %d a, %d c", ledger(t, d, "a"), ledger(t, d, "c"))
		}
		if _, err := s.Fix(t.Context(), officer, id, RowRef{"甲", 112}, map[int]string{0: "9"}); !isKey(err, "import.state.done") {
			t.Errorf("fixed after the save: %v", err)
		}
		var rows int
		if err := d.Read.QueryRow(`SELECT count(*) FROM audit_row WHERE action LIKE 'import.act.%'`).Scan(&rows); err != nil || rows != 5 {
			t.Errorf("%d audit rows, %v", rows, err)
		}
	})
}

// TestActsOfTwo: two officers at once lose nothing of either.
func TestActsOfTwo(t *testing.T) {
	d := testkit.SQLite(t)
	s := newTest(t, d, t.TempDir(), linkedKind{})
	id := stage(t, s, numbers(t, "bad", 1, 40))
	done := make(chan error)
	for g := range 2 {
		go func() {
			for i := range 10 {
				if _, err := s.Fix(t.Context(), officer, id, RowRef{"甲", 2 + g*10 + i}, map[int]string{1: "a"}); err != nil && !isKey(err, "import.desk.moved") {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	now := snapshot(t, s, id)
	recheckAll(t, s, id)
	if all := snapshot(t, s, id); now != all {
		t.Error(differ(now, all))
	}
}

// TestActsNeedTheRight: out of scope is not found, without the right forbidden.
func TestActsNeedTheRight(t *testing.T) {
	d := testkit.SQLite(t)
	s := newTest(t, d, t.TempDir(), linkedKind{})
	id := stage(t, s, numbers(t, "bad", 1, 3))
	neighbour := account.Caller{UserID: 9, Grants: []account.Grant{{Role: account.Officer, Dept: account.DeptHR, Region: 371521000000}}}
	leader := account.Caller{UserID: 10, Grants: []account.Grant{{Role: account.Leader, Dept: account.DeptHR, Region: testCounty}}}
	for _, try := range []func(c account.Caller) error{
		func(c account.Caller) error {
			_, err := s.Fix(t.Context(), c, id, RowRef{"甲", 2}, map[int]string{1: "a"})
			return err
		},
		func(c account.Caller) error {
			_, err := s.Leave(t.Context(), c, id, []RowRef{{"甲", 2}}, "")
			return err
		},
		func(c account.Caller) error { return s.UndoAct(t.Context(), c, id, 1) },
	} {
		if err := try(neighbour); !fault.Is(err, fault.NotFound) {
			t.Errorf("the neighbour: %v", err)
		}
		if err := try(leader); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the leader: %v", err)
		}
	}
	for _, at := range []RowRef{{"甲", 1}, {"甲", 99}, {"乙", 2}, {}} {
		if _, err := s.Fix(t.Context(), officer, id, at, map[int]string{1: "a"}); !fault.Is(err, fault.NotFound) {
			t.Errorf("row %v: %v", at, err)
		}
	}
	for _, p := range []int{-1, 3, 99} {
		if _, err := s.Fix(t.Context(), officer, id, RowRef{"甲", 2}, map[int]string{p: "a"}); !fault.Is(err, fault.NotFound) {
			t.Errorf("column %d: %v", p, err)
		}
	}
	if _, err := s.Fix(t.Context(), officer, id, RowRef{"甲", 2}, map[int]string{1: strings.Repeat("长", 501)}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a long value: %v", err)
	}
}
