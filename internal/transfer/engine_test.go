package transfer

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/secret"
	"wengang/internal/secret/secrettest"
	"wengang/internal/sheet"
	"wengang/internal/testkit"
	"wengang/internal/text"
)

func TestImport(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		s := newTest(t, d, t.TempDir(), testKind{})
		id := stage(t, s, numbers(t, "a", 1, 120, "121=warn", "121=a", "x=a", "122=bad", "123=conflict"))
		in := info(t, s, id)
		if in.State != StateChecked || in.Done != 125 || in.New != 121 || in.Rejected != 3 || in.Conflict != 1 || in.Warned != 1 || in.Findings != 5 {
			t.Fatalf("checked: %+v", in)
		}
		if ledger(t, d, "a") != 0 {
			t.Fatal("the check wrote into the ledger")
		}
		save(t, s, id)
		if in = info(t, s, id); in.State != StateDone || ledger(t, d, "a") != 120 || ledger(t, d, "warn") != 1 || !in.HasFile {
			t.Fatalf("saved: %+v, %d", in, ledger(t, d, "a"))
		}
		r, err := s.Report(t.Context(), officer, id, text.ZH)
		if err != nil || r.Rows != 125 || r.Accepted != 121 || r.New != 121 || r.Rejected != 4 || r.Warnings != 1 || len(r.Findings) != 5 {
			t.Fatalf("report: %+v, %v", r, err)
		}
		if f := r.Findings[1]; f.Row != 123 || f.Column != "编号" || f.Rule != "test.twice" || f.Severity != "error" || f.Message == "" || f.File != "表.xlsx" || f.Sheet != "甲" {
			t.Errorf("finding: %+v", f)
		}

		again := stage(t, s, numbers(t, "a", 1, 120))
		if in = info(t, s, again); in.Same != 120 || in.New != 0 {
			t.Errorf("again: %+v", in)
		}
		save(t, s, again)
		if in = info(t, s, again); in.HasFile {
			t.Error("the file of a clean import stays")
		}
		changed := stage(t, s, numbers(t, "b", 100, 130))
		if in = info(t, s, changed); in.Changed != 22 || in.New != 9 {
			t.Errorf("changed: %+v", in)
		}
		save(t, s, changed)
		if ledger(t, d, "b") != 31 || ledger(t, d, "a") != 99 {
			t.Errorf("ledger: %d b, %d a", ledger(t, d, "b"), ledger(t, d, "a"))
		}
		if err := s.Undo(t.Context(), officer, changed); err != nil {
			t.Fatal(err)
		}
		if ledger(t, d, "b") != 0 || ledger(t, d, "a") != 120 || ledger(t, d, "warn") != 1 {
			t.Errorf("undone: %d b, %d a", ledger(t, d, "b"), ledger(t, d, "a"))
		}
		var rows int
		if err := d.Read.QueryRow(`SELECT count(*) FROM audit_row WHERE action LIKE 'import.%'`).Scan(&rows); err != nil || rows != 10 {
			t.Errorf("%d audit rows, %v", rows, err)
		}
	})
}

func TestSameFile(t *testing.T) {
	d := testkit.SQLite(t)
	s := newTest(t, d, t.TempDir(), testKind{})
	raw := new(bytes.Buffer)
	raw.ReadFrom(numbers(t, "a", 1, 3))
	first := stage(t, s, bytes.NewReader(raw.Bytes()))
	save(t, s, first)
	if in := info(t, s, stage(t, s, bytes.NewReader(raw.Bytes()))); in.SameAs != first || in.Same != 3 {
		t.Errorf("same file: %+v", in)
	}
}

func TestCancel(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		for _, at := range []string{"", "check.chunk", "checked", "save.begin", "save.chunk"} {
			dir := t.TempDir()
			s := newTest(t, d, dir, testKind{})
			id, err := s.Stage(t.Context(), officer, Request{Kind: "test", File: numbers(t, "a", 1, 120), FileName: "x", Region: testCounty})
			if err != nil {
				t.Fatal(err)
			}
			// A queue makes Cancel leave the clearing to the worker that runs.
			s.queue = nothing{}
			s.Failpoint = func(p string) {
				if p == at {
					s.Failpoint = nil
					if err := s.Cancel(t.Context(), officer, id); err != nil {
						t.Errorf("cancel at %s: %v", p, err)
					}
				}
			}
			if at == "" {
				if err := s.Cancel(t.Context(), officer, id); err != nil {
					t.Fatal(err)
				}
			}
			work := func() {
				if err := s.Work(t.Context(), id); err != nil {
					t.Errorf("work: %v", err)
				}
			}
			work()
			if strings.HasPrefix(at, "save") {
				if err := s.Save(t.Context(), officer, id); err != nil {
					t.Errorf("save: %v", err)
				}
			}
			work()
			if in := info(t, s, id); in.State != StateCancelled || ledger(t, d, "a") != 0 {
				t.Errorf("cancelled at %q: %s, %d rows", at, in.State, ledger(t, d, "a"))
			}
			empty(t, d, dir, at)
		}
	})
}

type nothing struct{}

func (nothing) Enqueue(context.Context, string, string, any) error { return nil }

// empty checks that nothing of an import is left: rows, staged chunks, files.
func empty(t *testing.T, d *db.DB, dir, what string) {
	t.Helper()
	for _, q := range []string{`SELECT count(*) FROM hidden_batch`, `SELECT count(*) FROM person_kind`, `SELECT count(*) FROM import_chunk`, `SELECT count(*) FROM import_finding`} {
		var n int
		if err := d.Read.QueryRow(q).Scan(&n); err != nil || n != 0 {
			t.Errorf("%s: %s = %d, %v", what, q, n, err)
		}
	}
	left, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(left) != 1 { // scratch
		t.Errorf("%s: files left: %q", what, left)
	}
}

func TestFailureLeavesNothing(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		s := newTest(t, d, t.TempDir(), testKind{fail: "boom"})
		id := stage(t, s, numbers(t, "a", 1, 110, "111=boom"))
		save(t, s, id)
		in := info(t, s, id)
		if in.State != StateFailed || in.Message(text.ZH) == "" || ledger(t, d, "a") != 0 || in.Saved != 0 {
			t.Fatalf("failed: %+v", in)
		}
		var n int
		if err := d.Read.QueryRow(`SELECT count(*) FROM person_kind`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d hidden rows stay, %v", n, err)
		}
		// After the cause is gone, the same batch is checked and saved.
		s.kinds["test"] = testKind{}
		if err := s.Check(t.Context(), officer, id); err != nil {
			t.Fatal(err)
		}
		if err := s.Work(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		save(t, s, id)
		if ledger(t, d, "a") != 110 {
			t.Errorf("%d rows", ledger(t, d, "a"))
		}
	})
}

// TestStale: two batches were checked against the same ledger; the second may
// not be saved on the strength of its old check.
func TestStale(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		s := newTest(t, d, t.TempDir(), testKind{})
		one, two := stage(t, s, numbers(t, "a", 1, 60)), stage(t, s, numbers(t, "b", 1, 60))
		if err := s.Save(t.Context(), officer, one); err != nil {
			t.Fatal(err)
		}
		if err := s.Save(t.Context(), officer, two); !isKey(err, "import.busy") {
			t.Errorf("beside a running save: %v", err)
		}
		step(t, d)
		if err := s.Work(t.Context(), one); err != nil {
			t.Fatal(err)
		}
		if err := s.Save(t.Context(), officer, two); !isKey(err, "import.stale") {
			t.Errorf("after another save: %v", err)
		}
		step(t, d)
		if err := s.Check(t.Context(), officer, two); err != nil {
			t.Fatal(err)
		}
		if err := s.Work(t.Context(), two); err != nil {
			t.Fatal(err)
		}
		save(t, s, two)
		if ledger(t, d, "b") != 60 {
			t.Errorf("%d rows of b", ledger(t, d, "b"))
		}
	})
}

// Two commands in a row with the same fixed day: the second one's clock begins
// before the first one's save. It was checked after that save and is not stale;
// a clock that goes back may not say otherwise.
func TestAClockThatGoesBackMakesNothingStale(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		s := newTest(t, d, t.TempDir(), testKind{})
		save(t, s, stage(t, s, numbers(t, "a", 1, 60)))
		earlier := d.Clock().Add(-time.Hour)
		d.Clock = func() time.Time { return earlier }
		two := stage(t, s, numbers(t, "b", 1, 60))
		save(t, s, two)
		if in := info(t, s, two); in.State != StateDone || ledger(t, d, "b") != 60 {
			t.Errorf("the second batch: %s %s, %d rows", in.State, in.Message(text.ZH), ledger(t, d, "b"))
		}
	})
}

// step moves the fixed clock of the test database on.
func step(t *testing.T, d *db.DB) {
	now := d.Clock()
	d.Clock = func() time.Time { return now.Add(1e9) }
}

func isKey(err error, key string) bool { return err != nil && strings.HasPrefix(err.Error(), key) }

// TestScopeAndRights walks every entry with callers who must not get in.
func TestScopeAndRights(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		s := newTest(t, d, t.TempDir(), testKind{})
		id := stage(t, s, numbers(t, "a", 1, 3, "x=a"))
		at := func(role account.Role, r region.Code) account.Caller {
			return account.Caller{UserID: 8, Grants: []account.Grant{{Role: role, Dept: account.DeptHR, Region: r}}}
		}
		neighbour, leader, nobody, town := at(account.Officer, 371521_000000), at(account.Leader, testCounty), account.Caller{}, at(account.Officer, 371522_101000)
		acts := map[string]func(c account.Caller) error{
			"check":  func(c account.Caller) error { return s.Check(t.Context(), c, id) },
			"save":   func(c account.Caller) error { return s.Save(t.Context(), c, id) },
			"cancel": func(c account.Caller) error { return s.Cancel(t.Context(), c, id) },
			"undo":   func(c account.Caller) error { return s.Undo(t.Context(), c, id) },
			"report": func(c account.Caller) error { _, err := s.Report(t.Context(), c, id, text.ZH); return err },
			"rejects": func(c account.Caller) error {
				return s.Rejects(t.Context(), c, id, text.ZH, new(bytes.Buffer))
			},
			"stage": func(c account.Caller) error {
				_, err := s.Stage(t.Context(), c, Request{Kind: "test", File: numbers(t, "a", 1, 1), FileName: "x", Region: testCounty})
				return err
			},
		}
		for name, act := range acts {
			if err := act(neighbour); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s by the neighbour county: %v", name, err)
			}
			if err := act(town); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s by a town below: %v", name, err)
			}
			if err := act(leader); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s by a leader: %v", name, err)
			}
			if err := act(nobody); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s by nobody: %v", name, err)
			}
		}
		for _, scope := range []region.Scope{{}, region.ScopeOf(371521_000000)} {
			if _, err := s.Load(t.Context(), scope, id); !fault.Is(err, fault.NotFound) {
				t.Errorf("load: %v", err)
			}
			if l, err := s.List(t.Context(), scope, 0, 10); err != nil || len(l) != 0 {
				t.Errorf("list: %d, %v", len(l), err)
			}
			if _, _, err := s.Looks(t.Context(), scope, id, Filter{Limit: 5}); !fault.Is(err, fault.NotFound) {
				t.Errorf("looks: %v", err)
			}
			if _, err := s.Rules(t.Context(), scope, id, true); !fault.Is(err, fault.NotFound) {
				t.Errorf("rules: %v", err)
			}
		}
		other := at(account.Officer, testCounty)
		if err := s.Rejects(t.Context(), other, id, text.ZH, new(bytes.Buffer)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("rejects by another officer: %v", err)
		}
		if in := info(t, s, id); in.State != StateChecked {
			t.Errorf("state %s", in.State)
		}
	})
}

func TestLooksAndRejects(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		s := newTest(t, d, t.TempDir(), testKind{})
		id := stage(t, s, numbers(t, "a", 1, 60, "100000199001010012=warn", "200000199001010012=bad", "x=a", "3=conflict2", "4=conflict"))
		scope := region.ScopeOf(testCounty)
		rules, err := s.Rules(t.Context(), scope, id, false)
		if err != nil || fmt.Sprint(rules) != "[{test.twice 2} {cell.number 1} {import.rejected 1}]" {
			t.Errorf("rules %v, %v", rules, err)
		}
		var got []string
		f := Filter{Limit: 2}
		for {
			in, looks, err := s.Looks(t.Context(), scope, id, f)
			if err != nil {
				t.Fatal(err)
			}
			if len(looks) == 0 {
				break
			}
			for _, l := range looks {
				line := fmt.Sprintf("%d/%d", l.Row, l.Result)
				for i, c := range l.Cells {
					line += " " + in.Columns[i] + "=" + c.Text
					for _, n := range c.Notes {
						line += "!" + n.Rule
					}
				}
				for _, n := range l.Notes {
					line += " !" + n.Rule
				}
				got = append(got, line)
				f.From = l.Next
			}
		}
		want := []string{
			"63/0 id=20**************12 word=bad note= !import.rejected",
			"64/0 id=x!cell.number word=a note=",
			"65/0 id=3!test.twice word=conflict2 note=",
			"66/0 id=4!test.twice word=conflict note=",
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("got\n%s", strings.Join(got, "\n"))
		}
		if _, looks, _ := s.Looks(t.Context(), scope, id, Filter{Limit: 9, Warned: true, Rule: "test.warn"}); len(looks) != 1 || looks[0].Result != New {
			t.Errorf("warned: %+v", looks)
		}

		var b bytes.Buffer
		if err := s.Rejects(t.Context(), officer, id, text.ZH, &b); err != nil {
			t.Fatal(err)
		}
		book, err := sheet.OpenReader(bytes.NewReader(b.Bytes()), int64(b.Len()), "x")
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		book.Sheets()[0].Rows(func(n int, cells []sheet.Cell) error {
			line := fmt.Sprint(n)
			for _, c := range cells {
				line += fmt.Sprintf(" %d=%s", c.Col, c.Text)
			}
			lines = append(lines, line)
			return nil
		})
		if len(lines) != 5 || lines[0] != "1 0=说明 1=编号 2=词 3=退回原因" || lines[1] != "2 1=200000199001010012 2=bad 3=这一行不能入库" || !strings.HasPrefix(lines[2], "3 1=x 2=a 3=编号：") {
			t.Errorf("rejects %q", lines)
		}
		// What came back can be sent again: the reasons are a column nobody knows.
		in := info(t, s, stage(t, s, bytes.NewReader(b.Bytes())))
		if in.Done != 4 || in.New != 1 || in.Rejected != 2 || in.Conflict != 1 {
			t.Errorf("rejects again: %+v", in)
		}
		var n int
		if err := d.Read.QueryRow(`SELECT count(*) FROM audit_row WHERE action = 'import.rejects'`).Scan(&n); err != nil || n != 1 {
			t.Errorf("%d audit rows of the download, %v", n, err)
		}
	})
}

func TestRefusedFileLeavesNothing(t *testing.T) {
	d := testkit.SQLite(t)
	dir := t.TempDir()
	s := newTest(t, d, dir, testKind{})
	for name, raw := range map[string]string{"a program": "MZ\x00\x01", "no heading": "a,b\n1,2\n", "nothing": ""} {
		_, err := s.Stage(t.Context(), officer, Request{Kind: "test", File: strings.NewReader(raw), FileName: "../../x\x00.csv", Region: testCounty})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	id := stage(t, s, strings.NewReader("编号,词\n"))
	if in := info(t, s, id); in.State != StateFailed || !strings.Contains(in.Message(text.ZH), "没有数据") {
		t.Errorf("no rows: %+v", in)
	}
	if err := s.Cancel(t.Context(), officer, id); err != nil {
		t.Fatal(err)
	}
	empty(t, d, dir, "refused")
}

// TestVaultHoldsNoPlainText: the canary of an upload is not found on disk, in
// the database's files neither.
func TestVaultHoldsNoPlainText(t *testing.T) {
	d := testkit.SQLite(t)
	dir := t.TempDir()
	s := newTest(t, d, dir, testKind{})
	csv := "编号,词\n" + strings.Repeat("900000199001010012,bad\n", 400) + "900000199001010013,secretword\n"
	id := stage(t, s, strings.NewReader(csv))
	if in := info(t, s, id); in.Rejected != 400 {
		t.Fatalf("%+v", in)
	}
	roots := []string{dir, filepath.Dir(strings.TrimPrefix(d.URL, "sqlite:"))}
	for _, root := range roots {
		filepath.WalkDir(root, func(p string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			raw, err := os.ReadFile(p)
			for _, canary := range []string{"900000199001010012", "secretword"} {
				if bytes.Contains(raw, []byte(canary)) {
					t.Errorf("%s holds %s", filepath.Base(p), canary)
				}
			}
			if st, _ := e.Info(); root == dir && st.Mode().Perm() != 0o600 {
				t.Errorf("%s has mode %v", p, st.Mode())
			}
			return err
		})
	}
}

// TestTwoWorkers: a second worker that resumes what a first one is doing gives
// way, and the import comes out once.
func TestTwoWorkers(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		s := newTest(t, d, t.TempDir(), testKind{})
		id, err := s.Stage(t.Context(), officer, Request{Kind: "test", File: numbers(t, "a", 1, 220), FileName: "x", Region: testCounty})
		if err != nil {
			t.Fatal(err)
		}
		other := *s
		points := 0
		s.Failpoint = func(p string) {
			if points++; p == "check.chunk" && points < 4 || p == "save.chunk" {
				if err := other.Work(t.Context(), id); err != nil && !fault.Is(err, fault.Unavailable) {
					t.Errorf("the other worker at %s: %v", p, err)
				}
			}
		}
		for range 2 { // the first may have been overtaken
			if err := s.Work(t.Context(), id); err != nil && !fault.Is(err, fault.Unavailable) {
				t.Fatal(err)
			}
		}
		if in := info(t, s, id); in.State != StateChecked || in.Done != 220 || in.New != 220 {
			t.Fatalf("%+v", in)
		}
		if err := s.Save(t.Context(), officer, id); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := s.Work(t.Context(), id); err != nil && !fault.Is(err, fault.Unavailable) {
				t.Fatal(err)
			}
		}
		if in := info(t, s, id); in.State != StateDone || ledger(t, d, "a") != 220 {
			t.Errorf("%+v, %d rows", in, ledger(t, d, "a"))
		}
	})
}

// TestOddText: what no database takes reaches neither findings nor chunks as
// it is.
func TestOddText(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		s := newTest(t, d, t.TempDir(), testKind{})
		utf16 := []byte{0xFF, 0xFE}
		for _, r := range "编号,词\nx\x00\u202ey,a\n\ufffd,b\n1,\x00bad\n" {
			utf16 = append(utf16, byte(r), byte(r>>8))
		}
		in := info(t, s, stage(t, s, bytes.NewReader(utf16)))
		if in.Done != 3 || in.Rejected != 3 {
			t.Errorf("%+v", in)
		}
		gbk := append([]byte("\xb1\xe0\xba\xc5,\xb4\xca\n1,\xff\xff\n"), "2,a\n"...)
		in = info(t, s, stage(t, s, bytes.NewReader(gbk)))
		if in.New != 1 || in.Rejected != 1 {
			t.Errorf("undecodable bytes: %+v", in)
		}
	})
}

// TestCleanFiles: files go when their time is over, those still needed stay.
func TestCleanFiles(t *testing.T) {
	d := testkit.SQLite(t)
	dir := t.TempDir()
	s := newTest(t, d, dir, testKind{})
	id := stage(t, s, numbers(t, "a", 1, 5, "x=a"))
	save(t, s, id)
	os.WriteFile(filepath.Join(dir, "orphan"), []byte("x"), 0o600)
	os.WriteFile(filepath.Join(dir, "scratch", "overflow"), []byte("x"), 0o600)
	if err := s.Clean(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 3 {
		t.Errorf("files of a running upload must stay: %q", left)
	}
	if err := s.Clean(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 2 || !info(t, s, id).HasFile {
		t.Errorf("after the grace: %q", left)
	}
	now := d.Clock()
	d.Clock = func() time.Time { return now.Add(keepRejects + time.Hour) }
	if err := s.Clean(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 1 || info(t, s, id).HasFile {
		t.Errorf("after a month: %q", left)
	}
	if over, _ := filepath.Glob(filepath.Join(dir, "scratch", "*")); len(over) != 0 {
		t.Errorf("scratch: %q", over)
	}
}

// TestVaultReadAt: any window of a stored file reads as it came; a flipped
// byte or swapped segments do not open.
func TestVaultReadAt(t *testing.T) {
	v, err := openVault(t.TempDir(), secrettest.Box(t))
	if err != nil {
		t.Fatal(err)
	}
	raw := make([]byte, 3*segment+1234)
	for i := range raw {
		raw[i] = byte(i * 7 >> 3)
	}
	st, err := v.put(bytes.NewReader(raw))
	if err != nil || st.size != int64(len(raw)) {
		t.Fatal(st, err)
	}
	o, err := v.open(st.name, st.size)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range [][2]int{{0, 1}, {0, len(raw)}, {segment - 1, 2}, {segment, segment}, {2*segment - 5, segment + 10}, {len(raw) - 1, 1}} {
		got := make([]byte, w[1])
		if n, err := o.ReadAt(got, int64(w[0])); err != nil || n != w[1] || !bytes.Equal(got, raw[w[0]:w[0]+w[1]]) {
			t.Errorf("window %v: %d, %v", w, n, err)
		}
	}
	if n, err := o.ReadAt(make([]byte, 10), int64(len(raw)-3)); n != 3 || err != io.EOF {
		t.Errorf("past the end: %d, %v", n, err)
	}
	o.Close()
	path := filepath.Join(v.dir, st.name)
	sealed, _ := os.ReadFile(path)
	size := segment + secret.Overhead
	swapped := append(append([]byte(nil), sealed[size:2*size]...), sealed[:size]...)
	os.WriteFile(path, append(swapped, sealed[2*size:]...), 0o600)
	if o, err = v.open(st.name, st.size); err != nil {
		t.Fatal(err)
	}
	if _, err := o.ReadAt(make([]byte, 10), 0); err == nil {
		t.Error("swapped segments open")
	}
	o.Close()
}

func TestStates(t *testing.T) {
	states := []State{StateStaged, StateChecking, StateChecked, StateSaving, StateDone, StateCancelled, StateFailed, StateUndone}
	acts := []Action{ActCheck, ActChecked, ActSave, ActDone, ActCancel, ActFail, ActUndo}
	want := map[string]State{
		"staged check": StateChecking, "staged cancel": StateCancelled, "staged fail": StateFailed,
		"checking check": StateChecking, "checking checked": StateChecked, "checking cancel": StateCancelled, "checking fail": StateFailed,
		"checked check": StateChecking, "checked save": StateSaving, "checked cancel": StateCancelled,
		"saving save": StateSaving, "saving done": StateDone, "saving cancel": StateCancelled, "saving fail": StateFailed,
		"done undo": StateUndone, "failed check": StateChecking, "failed cancel": StateCancelled,
	}
	d := testkit.SQLite(t)
	s := newTest(t, d, t.TempDir(), testKind{})
	id := stage(t, s, numbers(t, "a", 1, 1))
	for _, st := range states {
		if !text.Has("import.state." + string(st)) {
			t.Errorf("no words for %s", st)
		}
		for _, a := range acts {
			to, ok := st.Next(a)
			if w := want[string(st)+" "+string(a)]; (w != "") != ok || w != to {
				t.Errorf("%s %s: %s %v", st, a, to, ok)
			}
			// The store moves by the same table.
			if _, err := d.Writer().Exec(`UPDATE import_batch SET state = $1 WHERE id = $2`, string(st), id); err != nil {
				t.Fatal(err)
			}
			err := d.Tx(t.Context(), func(tx *db.Tx) error { return move(t.Context(), tx, id, a, "") })
			if ok != (err == nil) || !ok && !fault.Is(err, fault.Conflict) {
				t.Errorf("move %s %s: %v", st, a, err)
			}
		}
	}
}

// brokenOff ends like an upload whose connection was cut.
type brokenOff struct{ io.Reader }

func (b brokenOff) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// The connection of an upload breaks after two lines of a CSV file: what has
// come looks like a shorter list and, taken as the whole one, would make the
// others absent.
func TestAnUploadThatBrokeOffIsNoShorterFile(t *testing.T) {
	d, dir := testkit.SQLite(t), t.TempDir()
	s := newTest(t, d, dir, testKind{})
	_, err := s.Stage(t.Context(), officer, Request{Kind: "test", File: brokenOff{strings.NewReader("编号,词\n1,a\n2,a\n")}, FileName: "x.csv", Region: testCounty})
	if !isKey(err, "import.broken_off") || !text.Has("import.broken_off") {
		t.Errorf("staged: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 1 {
		t.Errorf("files left: %q", left)
	}
}

// The server and a second process that starts beside it both take the batch
// while it waits: the one that comes later may not drop what the first staged,
// and nobody may call a check done whose chunks are not all there.
func TestASecondWorkerDropsNothingThatIsStaged(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		s := newTest(t, d, t.TempDir(), testKind{})
		id, err := s.Stage(t.Context(), officer, Request{Kind: "test", File: numbers(t, "a", 1, 220), FileName: "x", Region: testCounty})
		if err != nil {
			t.Fatal(err)
		}
		late := info(t, s, id) // still staged
		once := false
		s.Failpoint = func(p string) {
			if p != "check.chunk" || once {
				return
			}
			once = true
			other := *s
			other.Failpoint = nil
			if err := other.check(t.Context(), late); !fault.Is(err, fault.Unavailable) {
				t.Errorf("the worker that came late: %v", err)
			}
		}
		if err := s.Work(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		var staged int64
		if err := d.Read.QueryRow(`SELECT sum(rows) FROM import_chunk WHERE batch_id = $1`, id).Scan(&staged); err != nil {
			t.Fatal(err)
		}
		if in := info(t, s, id); in.State != StateChecked || in.New != 220 || staged != 220 {
			t.Errorf("%s, %d new, %d staged", in.State, in.New, staged)
		}
	})
}

// A number with one star in it, and a number in a column that slipped: neither
// stands in a finding in full.
func TestFindingsHideNumbersWhereverTheyStand(t *testing.T) {
	if got := MaskValue("37152219800101001*"); got != "37**************1*" {
		t.Errorf("masked: %s", got)
	}
	d := testkit.SQLite(t)
	s := newTest(t, d, t.TempDir(), testKind{})
	id := stage(t, s, strings.NewReader("编号,词,说明\n1,000000198001010013,\n"))
	f := Finding{Column: "word", Rule: "x", Value: "000000198001010013", Key: "cell.yesno"}
	r := &laying{b: &Batch{ID: id}, byName: map[string]int{"word": 0}, secret: []bool{false}}
	for _, v := range r.findingRow(0, row{Row: Row{Cells: []Cell{{Column: "词"}}}}, Rejected, f, 1) {
		if strings.Contains(fmt.Sprint(v), "198001010013") {
			t.Errorf("in full: %v", v)
		}
	}
}
