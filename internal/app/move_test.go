package app_test

import (
	"context"
	"path/filepath"
	"testing"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/testkit"
)

// TestMoveBetweenEngines: a ledger goes from SQLite to PostgreSQL and back; the
// person is there with what only the key reads, the audit chain holds, and a
// database in use is refused.
func TestMoveBetweenEngines(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	first := "sqlite:" + filepath.Join(dir, "first.db")
	second := testkit.PostgresDatabase(t)
	third := "sqlite:" + filepath.Join(dir, "third.db")
	o := app.Options{DB: first, KeyFile: filepath.Join(dir, "key"), UploadDir: dir, Clock: testkit.Clock}
	a, err := app.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	id, err := a.People.Create(ctx, region.ScopeOf(region.Country), account.LocalOperator(region.Country), fact.Person{
		Village: 371522101200, Name: "示例甲", IDNumber: "000000198802290019", Kinds: []fact.PersonKind{{Kind: fact.KindPoor, Since: 20200101, Until: fact.Forever}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Audit.Seal(ctx); err != nil {
		t.Fatal(err)
	}
	a.Close()

	for _, step := range []struct{ from, to string }{{first, second}, {second, third}} {
		o.DB = step.from
		m, err := app.Move(ctx, o, step.to)
		if err != nil || !m.Verified || m.Rows == 0 || len(m.Tables) < 20 {
			t.Fatalf("%s: %+v, %v", step.to, m, err)
		}
	}
	o.DB = third
	a, err = app.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	r, err := a.People.Get(ctx, region.ScopeOf(region.Country), id)
	if err != nil || r.Name != "示例甲" {
		t.Fatalf("%+v, %v", r, err)
	}
	found, err := a.People.Find(ctx, region.ScopeOf(region.Country), account.LocalOperator(region.Country), "000000198802290019", 5)
	if err != nil || len(found) != 1 {
		t.Errorf("by number: %d, %v: the blind index moved without its key", len(found), err)
	}
	if _, err := a.Audit.Seal(ctx); err != nil {
		t.Fatal(err)
	}
	if v, err := a.Audit.Verify(ctx); err != nil || !v.OK() {
		t.Errorf("the audit chain after two moves: %+v, %v", v, err)
	}
	next, err := a.People.Create(ctx, region.ScopeOf(region.Country), account.LocalOperator(region.Country), fact.Person{Village: 371522101200, Name: "示例乙", IDNumber: "000000201001010018"})
	if err != nil || next != id+1 {
		t.Errorf("the next person has number %d, want %d: %v", next, id+1, err)
	}

	o.DB = first
	if _, err := app.Move(ctx, o, second); !fault.Is(err, fault.Conflict) {
		t.Errorf("into a database in use: %v", err)
	}
	if _, err := app.Move(ctx, o, third); !fault.Is(err, fault.Unavailable) {
		t.Errorf("into a database that a server owns: %v", err)
	}
}
