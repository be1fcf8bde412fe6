package app_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/backup"
	"wengang/internal/calendar"
	"wengang/internal/evidence"
	"wengang/internal/fact"
	"wengang/internal/idcard"
	"wengang/internal/region"
	"wengang/internal/testkit"
)

// TestEvidenceTravels: an attachment opens after a restore on either path and
// after a move to the other engine.
func TestEvidenceTravels(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	o := app.Options{DB: "sqlite:" + filepath.Join(dir, "a.db"), KeyFile: filepath.Join(dir, "key", "k"), Clock: calendar.Fixed(testkit.Now), Log: log}
	local := account.LocalOperator(region.Country)
	a, err := app.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	number := "00000019800301003"
	id, err := a.People.Create(ctx, region.ScopeOf(region.Country), local, fact.Person{Village: 371522103201, Name: "陈秀兰", Sex: fact.Male, Birth: 19800301, Ethnic: 1,
		IDNumber: number + string(idcard.CheckDigit(number)), Relation: 1, Education: 3, Health: 1, Skill: fact.SkillOrdinary, Willing: fact.Yes, WillingOn: 20230101, InOn: 20220101,
		Status: fact.StatusJobless, StatusOn: 20230101, StatusFrom: "走访", Kinds: []fact.PersonKind{{Kind: fact.KindPoor, Since: 20200101, Until: fact.Forever}}})
	if err != nil {
		t.Fatal(err)
	}
	var photo bytes.Buffer
	if err := png.Encode(&photo, image.NewRGBA(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	it, err := a.Evidence.Add(ctx, local, "person", id, evidence.Upload{Name: "a.png", Sort: "site", File: &photo})
	if err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(dir, "backup", "b.wgb")
	if err := mkdir(filepath.Dir(archive)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := a.Evidence.CopyTo(ctx, filepath.Join(dir, "backup", "evidence")); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.ToFile(ctx, a.DB, archive); err != nil {
		t.Fatal(err)
	}
	a.Close()
	opens := func(what string, o app.Options) {
		t.Helper()
		a, err := app.Open(ctx, o)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		defer a.Close()
		if _, data, err := a.Evidence.File(ctx, local, it.ID); err != nil || !bytes.HasPrefix(data, []byte("\x89PNG")) {
			t.Errorf("%s: %v", what, err)
		}
		if c, err := a.Evidence.Verify(ctx); err != nil || c.Files != 1 || len(c.Missing)+len(c.Damaged) != 0 {
			t.Errorf("%s: %+v %v", what, c, err)
		}
	}
	opens("where it was", o)
	restored := o
	restored.DB, restored.EvidenceFrom = "sqlite:"+filepath.Join(dir, "other", "c.db"), filepath.Join(dir, "backup", "evidence")
	if err := mkdir(filepath.Join(dir, "other")); err != nil {
		t.Fatal(err)
	}
	if _, err := app.Restore(ctx, restored, archive, "probe"); err != nil {
		t.Fatal(err)
	}
	opens("after a restore", restored)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(dir, "config")) // the folder of a PostgreSQL installation
	moved := o
	moved.DB = testkit.PostgresDatabase(t)
	if _, err := app.Move(ctx, o, moved.DB); err == nil {
		opens("after a move", moved)
	} else {
		t.Errorf("move: %v", err)
	}
}

func mkdir(dir string) error { return os.MkdirAll(dir, 0o700) }
