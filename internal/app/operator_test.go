package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/backup"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/text"
	"wengang/internal/transfer"
)

func openIn(t *testing.T, dir, name string) (*App, Options) {
	t.Helper()
	o := Options{DB: "sqlite:" + filepath.Join(dir, name), KeyFile: filepath.Join(dir, "key", "k"), UploadDir: filepath.Join(dir, "up")}
	a, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return a, o
}

const oneVillage region.Code = 371522101201

// peopleOf are the people of a sheet of one village.
func peopleOf(rows ...string) transfer.Request {
	return transfer.Request{Kind: "people", Region: oneVillage, FileName: "x.csv", File: strings.NewReader("姓名,证件号码,户编号\n" + strings.Join(rows, "\n") + "\n")}
}

// A script's variable was empty: the command acted on the whole country.
func TestNoRegionIsNotTheWholeCountry(t *testing.T) {
	a, _ := openIn(t, t.TempDir(), "w.db")
	for _, s := range []string{"", "  "} {
		if _, err := a.Place(s); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", s, err)
		}
	}
	if c, err := a.Place("0"); err != nil || c != region.Country {
		t.Errorf("the country by its code: %v %v", c, err)
	}
}

// WENGANG_DB named the county's database when somebody tried the demo.
func TestTheSampleStaysOutOfALedger(t *testing.T) {
	dir := t.TempDir()
	a, _ := openIn(t, dir, "w.db")
	ctx := context.Background()
	if _, err := a.Import(ctx, account.LocalOperator(oneVillage), peopleOf("甲一,000000198001010013,H1"), false, text.ZH); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Demo(ctx, DemoOptions{Dir: filepath.Join(dir, "books"), People: 200, Months: 4}); !fault.Is(err, fault.Conflict) {
		t.Errorf("demo: %v", err)
	}
}

// A command was killed while it saved. No server runs here that would take the
// import up; the next command ends it instead of refusing the place for ever.
func TestTheNextCommandEndsAKilledSave(t *testing.T) {
	a, _ := openIn(t, t.TempDir(), "w.db")
	ctx, stop := context.WithCancel(context.Background())
	a.Imports.Failpoint = func(p string) {
		if p == "save.chunk" {
			stop()
		}
	}
	c := account.LocalOperator(oneVillage)
	if _, err := a.Import(ctx, c, peopleOf("甲一,000000198001010013,H1"), false, text.ZH); !errors.Is(err, context.Canceled) {
		t.Fatalf("cut off: %v", err)
	}
	a.Imports.Failpoint = nil
	r, err := a.Import(context.Background(), c, peopleOf("甲一,000000198001010013,H1", "乙一,000000198001010021,H2"), false, text.ZH)
	if err != nil || r.Unchanged != 1 || r.New != 1 {
		t.Errorf("the next command: %+v, %v", r, err)
	}
}

// Yesterday's archive takes the place of a broken database. The anchor beside
// the key knows newer heads and the sealer would stop for ever; a copy to look
// into may not touch it.
func TestRestoreBeginsTheAnchorAnewWithAReason(t *testing.T) {
	dir := t.TempDir()
	a, o := openIn(t, dir, "w.db")
	ctx := context.Background()
	act := func() {
		err := a.Audit.Record(ctx, account.LocalOperator(region.Country), audit.Entry{Action: "import.stage", Object: "import", ObjectID: "1"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Audit.Seal(ctx); err != nil {
			t.Fatal(err)
		}
	}
	act()
	archive := filepath.Join(dir, "a.wgb")
	if _, err := backup.ToFile(ctx, a.DB, archive); err != nil {
		t.Fatal(err)
	}
	act()
	held := *a.ground
	if _, err := Restore(ctx, o, archive, "in use"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("into a database that a process owns: %v", err)
	}
	held.close()

	o.DB = "sqlite:" + filepath.Join(dir, "copy.db")
	before := anchors(t, dir)
	if r, err := Restore(ctx, o, archive, ""); err != nil || r.Anchor != "kept" || anchors(t, dir) != before {
		t.Errorf("a copy: %q %v", r.Anchor, err)
	}
	o.DB = "sqlite:" + filepath.Join(dir, "new.db")
	if r, err := Restore(ctx, o, archive, "disk failure"); err != nil || r.Anchor != "restarted" || r.Rows == 0 {
		t.Errorf("in its place: %q %v", r.Anchor, err)
	}
	n, err := Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	if _, err := n.Audit.Seal(ctx); err != nil {
		t.Errorf("the sealer: %v", err)
	}
	if v, err := n.Audit.Verify(ctx); err != nil || !v.OK() {
		t.Errorf("the chain: %+v %v", v, err)
	}
	var said int
	if err := n.DB.Read.QueryRowContext(ctx, `SELECT count(*) FROM audit_row WHERE action = 'audit.anchor_reset'`).Scan(&said); err != nil || said != 1 {
		t.Errorf("%d rows tell of it, %v", said, err)
	}
}

func anchors(t *testing.T, dir string) string {
	t.Helper()
	var all []byte
	files, err := filepath.Glob(filepath.Join(dir, "key", "*.anchor*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no anchor: %v", err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, raw...)
	}
	return string(all)
}

// Two databases of one person: clearing away the one's uploads left the other
// without its files.
func TestUploadsLiePerDatabase(t *testing.T) {
	if nameOf("sqlite:a.db") == nameOf("sqlite:b.db") || nameOf("sqlite:a.db") != nameOf("sqlite:./a.db") {
		t.Error("folders are mixed up")
	}
}
