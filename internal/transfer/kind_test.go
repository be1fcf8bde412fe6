package transfer

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"testing"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/secret/secrettest"
	"wengang/internal/sheet"
)

const testCounty region.Code = 371522_000000

var officer = account.Caller{UserID: 7, Login: "officer", Grants: []account.Grant{{Role: account.Officer, Dept: account.DeptHR, Region: testCounty}}}

// testKind imports pairs of a number and a word into person_kind: small, but
// with everything a kind does (rows hidden until done, changes in Finish,
// history for Undo).
type testKind struct{ fail string }

func (testKind) ID() string { return "test" }

func (testKind) Layouts() []Layout {
	return []Layout{{ID: "test", Title: "试验表", Columns: []Column{
		{Key: "id", Headings: []string{"编号"}, Required: true, Secret: true}, {Key: "word", Headings: []string{"词"}, Required: true}, {Key: "note", Headings: []string{"说明"}}}}}
}

type testChecker struct {
	d    *testDB
	seen map[int64]bool
}

// testDB lets the kind read as its checker must: visible rows only.
type testDB struct{ q db.Querier }

var testDatabase *testDB

func (k testKind) Open(ctx context.Context, b *Batch) (Checker, error) {
	return &testChecker{testDatabase, map[int64]bool{}}, nil
}

func (c *testChecker) Check(ctx context.Context, rows []Row) ([]Outcome, error) {
	var out []Outcome
	for _, r := range rows {
		o := Outcome{Row: r.N, Result: New}
		id, bad := strconv.ParseInt(r.Cells[0].Clean(), 10, 64)
		word := r.Cells[1].Clean()
		var old string
		err := c.d.q.QueryRowContext(ctx, `SELECT source FROM person_kind WHERE person_id = $1 AND NOT EXISTS (SELECT 1 FROM hidden_batch h WHERE h.batch_id = person_kind.batch_id)`, id).Scan(&old)
		switch {
		case bad != nil:
			o.Result = Rejected
			o.Findings = []Finding{{Column: "id", Rule: "cell.number", Severity: Error, Value: r.Cells[0].Text, Key: "cell.number"}}
		case c.seen[id]:
			o.Result = Rejected
			o.Findings = []Finding{{Column: "编号", Rule: "test.twice", Severity: Error, Value: r.Cells[0].Text, Key: "cell.number"}}
		case word == "bad":
			o.Result = Rejected
		case word == "conflict":
			o.Result = Conflict
		case err == nil && old == word:
			o.Result = Same
		case err == nil:
			o.Result = Changed
		}
		if word == "warn" {
			o.Findings = append(o.Findings, Finding{Column: "word", Rule: "test.warn", Severity: Warning, Value: word, Key: "cell.yesno"})
		}
		c.seen[id] = true
		o.Payload = []byte(fmt.Sprintf("%d=%s", id, word))
		out = append(out, o)
	}
	return out, nil
}

func pair(s Staged) (int64, string) {
	id, word, _ := bytes.Cut(s.Payload, []byte("="))
	n, _ := strconv.ParseInt(string(id), 10, 64)
	return n, string(word)
}

func (k testKind) Apply(ctx context.Context, tx *db.Tx, b *Batch, rows []Staged) error {
	for _, r := range rows {
		id, word := pair(r)
		if word == k.fail && k.fail != "" {
			return fault.New(fault.Invalid, "cell.word", word)
		}
		if r.Result != New {
			continue
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO person_kind (person_id, kind, since, source, batch_id) VALUES ($1, 9, 1, $2, $3)`, id, word, b.ID); err != nil {
			return err
		}
	}
	return nil
}

func (testKind) Finish(ctx context.Context, tx *db.Tx, b *Batch, each func(func(Staged) error) error) error {
	return each(func(r Staged) error {
		if r.Result != Changed {
			return nil
		}
		id, word := pair(r)
		var old string
		if err := tx.QueryRowContext(ctx, `SELECT source FROM person_kind WHERE person_id = $1`, id).Scan(&old); err != nil {
			return err
		}
		change, err := tx.NextIDs(ctx, "field_change", 1)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO field_change (person_id, id, at, entity, field, old_value, new_value, batch_id, file_row) VALUES ($1, $2, 0, 'test', 'source', $3, $4, $5, $6)`, id, change, old, word, b.ID, r.Row); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE person_kind SET source = $1 WHERE person_id = $2`, word, id)
		return err
	})
}

func (testKind) Undo(ctx context.Context, tx *db.Tx, b *Batch) error {
	for _, q := range []string{
		`UPDATE person_kind SET source = (SELECT old_value FROM field_change f WHERE f.person_id = person_kind.person_id AND f.batch_id = $1) WHERE person_id IN (SELECT person_id FROM field_change WHERE batch_id = $1)`,
		`DELETE FROM field_change WHERE batch_id = $1`,
		`DELETE FROM person_kind WHERE batch_id = $1`,
	} {
		if _, err := tx.ExecContext(ctx, q, b.ID); err != nil {
			return err
		}
	}
	return nil
}

// newTest makes a service over the test kind with small chunks.
func newTest(t testing.TB, d *db.DB, dir string, kind Kind) *Service {
	t.Helper()
	chunkRows = 50
	testDatabase = &testDB{d.Read}
	box := secrettest.Box(t)
	s, err := NewService(Config{DB: d, Box: box, Audit: audit.New(d, box, nil), Dir: dir, Kinds: []Kind{kind}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// numbers is a workbook of ids from to to with a word each.
func numbers(t testing.TB, word string, from, to int, extra ...string) io.Reader {
	t.Helper()
	w, err := sheet.NewWriter(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	check(w.Sheet("甲", nil, 0))
	check(w.Row("说明", "编号", "词"))
	for i := from; i <= to; i++ {
		check(w.Row("x", strconv.Itoa(i), word))
	}
	for _, e := range extra {
		id, word, _ := bytes.Cut([]byte(e), []byte("="))
		check(w.Row(nil, string(id), string(word)))
	}
	var b bytes.Buffer
	check(w.Write(&b))
	return &b
}

// stage stages and checks.
func stage(t testing.TB, s *Service, r io.Reader) int64 {
	t.Helper()
	id, err := s.Stage(t.Context(), officer, Request{Kind: "test", File: r, FileName: "表.xlsx", Region: testCounty})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Work(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	return id
}

func save(t testing.TB, s *Service, id int64) {
	t.Helper()
	if err := s.Save(t.Context(), officer, id); err != nil {
		t.Fatal(err)
	}
	if err := s.Work(t.Context(), id); err != nil {
		t.Fatal(err)
	}
}

func info(t testing.TB, s *Service, id int64) Info {
	t.Helper()
	in, err := s.Load(t.Context(), region.ScopeOf(testCounty), id)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// ledger is what readers see, as "count sum-of-words".
func ledger(t testing.TB, d *db.DB, word string) int {
	t.Helper()
	var n int
	if err := d.Read.QueryRowContext(t.Context(), `SELECT count(*) FROM person_kind p WHERE source = $1 AND NOT EXISTS (SELECT 1 FROM hidden_batch h WHERE h.batch_id = p.batch_id)`, word).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
