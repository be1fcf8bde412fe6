package e2e

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wengang/internal/app"
	"wengang/internal/backup"
	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/webtest"
)

// TestEvidenceInTheBrowser: an aide takes a photo with the phone, an officer
// sees it on the person's page, opens it, takes it off and puts it back; a
// program that is called a photo stays outside.
func TestEvidenceInTheBrowser(t *testing.T) {
	a, tabs := ownSample(t, "village_aide", "sx_officer", "sx_planning")
	aide, officer, planning := tabs[0], tabs[1], tabs[2]
	id, err := a.People.Create(context.Background(), region.ScopeOf(region.Country), local, fact.Person{
		Village: ownVillage, Name: "陈秀兰", Sex: fact.Female, Birth: 19770412, Ethnic: 1, IDNumber: withCheck("00000019770412992"), Household: "371522990001", Relation: 1,
		Education: 3, Health: 1, Skill: fact.SkillOrdinary, Willing: fact.Yes, WillingOn: 20230101, InOn: 20220101, Status: fact.StatusJobless, StatusOn: 20230101, StatusFrom: "走访",
		Kinds: []fact.PersonKind{{Kind: fact.KindPoor, Since: 20200101, Until: fact.Forever}}})
	if err != nil {
		t.Fatal(err)
	}
	person, card := "/people/"+num(id), "/evidence/of/person/"+num(id)
	photo, program := pictureFile(t, "现场 张三.jpg"), filepath.Join(t.TempDir(), "x.jpg")
	if err := os.WriteFile(program, []byte("MZ\x90\x00 this is a program"), 0o600); err != nil {
		t.Fatal(err)
	}
	aide.Resize(webtest.Phone)
	bring := func(sort, file string) {
		t.Helper()
		aide.Goto(card)
		if aide.Eval(`String(document.querySelector('details.w-fold2').open)`) == "false" {
			aide.ClickCSS("details.w-fold2 summary")
		}
		aide.Fill("sort", sort)
		aide.Eval(`document.querySelector('.pick input[type=file][capture]').remove(), ''`)
		aide.Upload("file", file)
		aide.ClickCSS(".w-proofnew button.pri")
	}
	bring("site", program)
	aide.WaitText("只收照片")
	bring("site", photo)
	aide.WaitText("经过")
	bring("contract", pictureFile(t, "合同.jpg"))
	aide.WaitText("经过")
	officer.Goto(person)
	officer.Wait("#evidence img")
	if n := officer.Texts("#evidence .w-proofs li"); len(n) != 2 {
		t.Fatalf("the officer sees %d attachments", len(n))
	}
	first := officer.Href("#evidence .w-proofs li:last-child a")
	officer.Goto(first)
	officer.Wait(".w-proof img")
	if officer.Eval(`(async () => { const i = document.querySelector('.w-proof img'); await i.decode(); return String(i.naturalWidth); })()`) != "640" {
		t.Error("the photo does not show")
	}
	for _, f := range officer.Faults() {
		t.Error(f)
	}
	// Who may not reveal sees that there is a contract, and not the contract.
	planning.Goto(person)
	planning.Wait("#evidence")
	if n := planning.Texts("#evidence .w-proofs img"); len(planning.Texts("#evidence .w-proofs li")) != 2 || len(n) != 1 {
		t.Errorf("planning sees %d small pictures of two", len(n))
	}
	officer.Click("移除")
	officer.Fill("reason", "传错了人")
	officer.ClickCSS("dialog[open] button.pri")
	officer.WaitText("已移除")
	planning.Goto(first)
	if planning.Has("现场照片") {
		t.Error("what was taken off is seen")
	}
	officer.Click("恢复")
	officer.Wait(".w-proof img")
	evidenceMoves(t, a)
}

// evidenceMoves: a copy of folder and database opens on another machine with
// the key, and not without.
func evidenceMoves(t *testing.T, a *app.App) {
	t.Helper()
	ctx, dir := context.Background(), t.TempDir()
	if n, _, err := a.Evidence.CopyTo(ctx, filepath.Join(dir, "files")); err != nil || n != 4 {
		t.Fatalf("%d files copied: %v", n, err)
	}
	if _, err := backup.ToFile(ctx, a.DB, filepath.Join(dir, "b.wgb")); err != nil {
		t.Fatal(err)
	}
	c, err := a.Evidence.Verify(ctx)
	if err != nil || c.Files != 2 || len(c.Missing)+len(c.Damaged) != 0 {
		t.Errorf("%+v: %v", c, err)
	}
	err = filepath.Walk(filepath.Join(dir, "files"), func(p string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		if bytes.Contains(b, []byte("JFIF")) || strings.Contains(p, "张三") {
			t.Errorf("%s is in plain", p)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// pictureFile is a photo on the disk whose name says whom it shows.
func pictureFile(t *testing.T, name string) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 640, 480))
	n := pictures.Add(1)
	for y := range 480 {
		for x := range 640 {
			img.Set(x, y, color.RGBA{uint8(x / 3), uint8(y / 2), uint8(40 * n), 255})
		}
	}
	path := filepath.Join(t.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := jpeg.Encode(f, img, nil); err != nil {
		t.Fatal(err)
	}
	return path
}
