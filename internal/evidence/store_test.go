package evidence

import (
	"bytes"
	"context"
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
)

const (
	village region.Code = 371522103201
	county  region.Code = 371522000000
)

var ctx = context.Background()

type fixture struct {
	t     *testing.T
	db    *db.DB
	store *Store
	dir   string
	n     int
}

// setUp: person 1 lives in the village, nobody else is there.
func setUp(t *testing.T, d *db.DB) *fixture {
	t.Helper()
	box := secrettest.Box(t)
	f := &fixture{t: t, db: d, dir: filepath.Join(t.TempDir(), "evidence")}
	var err error
	f.store, err = New(Config{DB: d, Box: box, Audit: audit.New(d, box, nil), Dir: f.dir, Kinds: []Kind{{ID: "person", Read: account.PeopleRead, Edit: account.PeopleEdit,
		Find: func(_ context.Context, _ db.Querier, scope region.Scope, id int64) (Found, error) {
			if id != 1 || !scope.Contains(village) {
				return Found{}, errNotFound
			}
			return Found{Region: village, PersonID: id}, nil
		}}}})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func user(id int64, role account.Role, at region.Code) account.Caller {
	return account.Caller{UserID: id, Login: fmt.Sprint("u", id), Name: "李文静", Address: "local", Grants: []account.Grant{{Role: role, Dept: account.DeptHR, Region: at}}}
}

// photo is a picture that nobody brought before.
func (f *fixture) photo() []byte {
	f.n++
	img := scene(64, 48)
	img.Set(32, 24, color.RGBA{uint8(f.n), uint8(f.n >> 8), 9, 255})
	for x := range 64 {
		img.Set(x, 47, color.RGBA{uint8(f.n * 7), uint8(f.n), uint8(x), 255})
	}
	return pngOf(f.t, img)
}

func (f *fixture) add(by account.Caller, sort string, raw []byte) (Item, error) {
	return f.store.Add(ctx, by, "person", 1, Upload{Name: "张三 现场.png", Sort: sort, File: bytes.NewReader(raw)})
}

func (f *fixture) audited(action string) (n int) {
	f.t.Helper()
	if err := f.db.Read.QueryRowContext(ctx, `SELECT count(*) FROM audit_row WHERE action = $1`, action).Scan(&n); err != nil {
		f.t.Fatal(err)
	}
	return n
}

// TestLife: brought, seen, opened, taken off, put back, erased.
func TestLife(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		aide, officer, leader, other := user(1, account.Aide, village), user(2, account.Officer, county), user(3, account.Leader, county), user(4, account.Officer, 371521000000)
		raw := f.photo()
		it, err := f.add(aide, "site", raw)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.add(aide, "site", raw); !fault.Is(err, fault.Conflict) {
			t.Errorf("the same file again: %v", err)
		}
		private, err := f.add(aide, "id", f.photo())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			who  account.Caller
			id   int64
			kind fault.Kind
		}{{aide, it.ID, 99}, {officer, it.ID, 99}, {leader, it.ID, 99}, {other, it.ID, fault.NotFound}, {account.Caller{}, it.ID, fault.NotFound},
			{aide, private.ID, 99}, {officer, private.ID, 99}, {leader, private.ID, fault.Forbidden}, {other, private.ID, fault.NotFound}} {
			_, data, err := f.store.File(ctx, c.who, c.id)
			if c.kind == 99 && (err != nil || len(data) == 0) || c.kind != 99 && !fault.Is(err, c.kind) {
				t.Errorf("%s opens %d: %v", c.who.Login, c.id, err)
			}
		}
		var looks int
		if err := d.Read.QueryRow(`SELECT count(*) FROM audit_row WHERE action = 'evidence.open' AND object = 'person' AND object_id = $1`, fmt.Sprint(it.PersonID)).Scan(&looks); err != nil || looks != 5 {
			t.Errorf("%d openings are looks at the person, want 5: %v", looks, err)
		}
		if n := f.audited("evidence.open"); n != 5 {
			t.Errorf("%d openings on record, want 5", n)
		}
		if _, err := f.store.Thumb(ctx, leader, private.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a leader sees the thumb of a document: %v", err)
		}
		if _, err := f.add(leader, "site", f.photo()); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a leader attaches: %v", err)
		}
		if _, err := f.add(other, "site", f.photo()); !fault.Is(err, fault.NotFound) {
			t.Errorf("another county attaches: %v", err)
		}
		f.sealed(raw)
		f.offAndOn(officer, leader, it)
	})
}

// sealed: neither the folder nor the database holds the picture or its name.
func (f *fixture) sealed(raw []byte) {
	t := f.t
	files := 0
	err := filepath.Walk(f.dir, func(p string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		files++
		if bytes.Contains(b, []byte("PNG")) || bytes.Contains(b, []byte("IHDR")) || info.Mode().Perm() != 0o600 || strings.Contains(p, "张三") {
			t.Errorf("%s stands in plain or open: %v", p, info.Mode())
		}
		return nil
	})
	if err != nil || files != 4 {
		t.Errorf("%d files, want 4: %v", files, err)
	}
	var name []byte
	if err := f.db.Read.QueryRowContext(ctx, `SELECT name_cipher FROM evidence ORDER BY id LIMIT 1`).Scan(&name); err != nil || bytes.Contains(name, []byte("张三")) {
		t.Errorf("the name stands in plain: %v", err)
	}
}

func (f *fixture) offAndOn(officer, leader account.Caller, it Item) {
	t := f.t
	if _, err := f.store.Remove(ctx, leader, it.ID, "重复"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a leader removes: %v", err)
	}
	if _, err := f.store.Remove(ctx, officer, it.ID, " "); !fault.Is(err, fault.Invalid) {
		t.Errorf("removed without a reason: %v", err)
	}
	if _, err := f.store.Restore(ctx, officer, it.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("put back what stands: %v", err)
	}
	k, err := f.store.kind(it.Object)
	if err != nil {
		t.Fatal(err)
	}
	k.Held = func(_ context.Context, _ db.Querier, _ region.Scope, id int64) (bool, error) { return id == it.ID, nil }
	if _, err := f.store.Remove(ctx, officer, it.ID, "传错了人"); !fault.Is(err, fault.Conflict) {
		t.Errorf("removed what the record rests on: %v", err)
	}
	k.Held = nil
	if _, err := f.store.Remove(ctx, officer, it.ID, "传错了人"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.store.Item(ctx, leader, it.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("a leader sees what was taken off: %v", err)
	}
	if items, _, err := f.store.List(ctx, officer, "person", 1); err != nil || len(items) != 2 || items[1].ID != it.ID || items[1].Reason != "传错了人" {
		t.Errorf("list of the officer: %+v %v", items, err)
	}
	if _, err := f.store.Restore(ctx, officer, it.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := f.store.Remove(ctx, officer, it.ID, "传错了人"); err != nil {
		t.Fatal(err)
	}
	if err := f.store.Clean(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := f.store.Item(ctx, officer, it.ID); err != nil {
		t.Errorf("erased before its time: %v", err)
	}
	if _, err := f.db.Writer().ExecContext(ctx, `UPDATE evidence SET deleted_at = $1 WHERE id = $2`, db.Millis(testkit.Now.AddDate(0, 0, -31)), it.ID); err != nil {
		t.Fatal(err)
	}
	if err := f.store.Clean(ctx); err != nil {
		t.Fatal(err)
	}
	var key []byte
	if err := f.db.Read.QueryRowContext(ctx, `SELECT key_cipher FROM evidence WHERE id = $1`, it.ID).Scan(&key); err != nil || key != nil {
		t.Errorf("the key remains: %v", err)
	}
	if _, err := os.Stat(f.store.vault.path(it.file, partWhole)); !os.IsNotExist(err) {
		t.Errorf("the file remains: %v", err)
	}
	if _, err := f.store.Item(ctx, officer, it.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("what is erased is found: %v", err)
	}
	if f.audited("evidence.erase") != 1 || f.audited("evidence.remove") != 2 || f.audited("evidence.restore") != 1 {
		t.Error("the record lacks acts")
	}
}

// TestMoves walks the table of states: what is not in it is refused.
func TestMoves(t *testing.T) {
	want := map[string]bool{"standing evidence.remove": true, "off evidence.restore": true, "off evidence.erase": true}
	for _, from := range []state{standing, off, erased} {
		for _, action := range []string{"evidence.remove", "evidence.restore", "evidence.erase"} {
			if may(from, action) != want[string(from)+" "+action] {
				t.Errorf("%s %s: %v", from, action, may(from, action))
			}
		}
	}
}

// TestQuota: files per day, megabytes per file, files per record.
func TestQuota(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		by := user(1, account.Aide, village)
		set := func(name, v string) {
			t.Helper()
			if _, err := d.Writer().ExecContext(ctx, `INSERT INTO setting (region, name, value, source, changed_at) VALUES ($1, $2, $3, 't', 0)`, int64(county), name, v); err != nil {
				t.Fatal(err)
			}
		}
		set(PerRecord, "2")
		for range 2 {
			if _, err := f.add(by, "site", f.photo()); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := f.add(by, "site", f.photo()); !fault.Is(err, fault.Conflict) {
			t.Errorf("a third of two: %v", err)
		}
		set(DailyFiles, "2")
		if _, err := f.add(by, "site", f.photo()); !fault.Is(err, fault.TooMany) {
			t.Errorf("a third of two a day: %v", err)
		}
		set(PDFMB, "1")
		set(PhotoMB, "1")
		if _, err := f.add(user(2, account.Aide, village), "site", make([]byte, 1<<20+1)); !fault.Is(err, fault.Invalid) {
			t.Errorf("more than a megabyte: %v", err)
		}
		if _, err := f.add(user(2, account.Aide, village), "selfie", f.photo()); !fault.Is(err, fault.Invalid) {
			t.Errorf("a sort that is none: %v", err)
		}
		if _, err := f.add(user(2, account.Aide, village), "site", []byte("MZ not a picture")); !fault.Is(err, fault.Invalid) || f.audited("evidence.refused") != 1 {
			t.Errorf("a program: %v, %d on record", err, f.audited("evidence.refused"))
		}
		if names, err := f.store.known(ctx); err != nil || len(names) != 2 {
			t.Errorf("%v %v", names, err)
		}
	})
}

// TestCopies: a folder is copied, lost, brought back; a flipped byte and a lost
// file are found; what no row knows is swept up after its hour.
func TestCopies(t *testing.T) {
	f := setUp(t, testkit.SQLite(t))
	by := user(1, account.Aide, village)
	a, err := f.add(by, "site", f.photo())
	if err != nil {
		t.Fatal(err)
	}
	b, err := f.add(by, "site", f.photo())
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "copy")
	if n, _, err := f.store.CopyTo(ctx, copied); err != nil || n != 4 {
		t.Fatalf("%d files copied: %v", n, err)
	}
	if n, _, err := f.store.CopyTo(ctx, copied); err != nil || n != 0 {
		t.Errorf("%d files copied again: %v", n, err)
	}
	if c, err := f.store.Verify(ctx); err != nil || c.Files != 2 || len(c.Missing)+len(c.Damaged) != 0 {
		t.Errorf("%+v: %v", c, err)
	}
	whole := f.store.vault.path(a.file, partWhole)
	raw, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)/2] ^= 1
	if err := os.WriteFile(whole, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(f.store.vault.path(b.file, partWhole)); err != nil {
		t.Fatal(err)
	}
	if c, err := f.store.Verify(ctx); err != nil || !slices.Equal(c.Damaged, []int64{a.ID}) || !slices.Equal(c.Missing, []int64{b.ID}) {
		t.Errorf("%+v: %v", c, err)
	}
	if _, _, err := f.store.File(ctx, by, a.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("a damaged file opens: %v", err)
	}
	if err := os.Remove(whole); err != nil {
		t.Fatal(err)
	}
	if n, _, err := f.store.CopyFrom(ctx, copied); err != nil || n != 2 {
		t.Errorf("%d files brought back: %v", n, err)
	}
	if _, _, err := f.store.File(ctx, by, a.ID); err != nil {
		t.Error(err)
	}
	orphan := f.store.vault.path(strings.Repeat("ab", 16), partWhole)
	if err := os.MkdirAll(filepath.Dir(orphan), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, age := range []time.Duration{time.Minute, 2 * time.Hour} {
		if err := os.WriteFile(orphan, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		old := time.Now().Add(-age)
		if err := os.Chtimes(orphan, old, old); err != nil {
			t.Fatal(err)
		}
		if err := f.store.Clean(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(orphan); (err == nil) != (age < time.Hour) {
			t.Errorf("a file of nobody, %v old: %v", age, err)
		}
	}
	if c, err := f.store.Verify(ctx); err != nil || len(c.Missing)+len(c.Damaged) != 0 {
		t.Errorf("%+v: %v", c, err)
	}
}
