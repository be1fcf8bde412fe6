package e2e

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"net/url"
	"sync/atomic"
	"testing"

	"wengang/internal/account"
	"wengang/internal/evidence"
	"wengang/internal/listing"
)

// listed are a ground's lists and papers.
type listed struct{ version, saved, proof int64 }

var (
	lists    = map[*ground]*listed{}
	pictures atomic.Int64
)

// plantLists settles the ground's base list, saves a list of nobody's office
// and attaches a photo to its person.
func (w *estate) plantLists(t *testing.T, g *ground) {
	t.Helper()
	ctx := context.Background()
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("plant %s at %s: %v", what, g.village, err)
		}
	}
	v, err := w.Lists.Keep(ctx, local, "base", g.village, 202311, markBusiness+g.mark+"函")
	must("version", err)
	saved, err := w.Lists.Save(ctx, local, 0, markBusiness+g.mark+"清单", false, listing.Spec{Columns: []string{"name", "age"}})
	must("saved list", err)
	lists[g] = &listed{version: v.ID, saved: saved, proof: w.photo(t, g)}
}

// photo attaches a new picture to the ground's person.
func (w *estate) photo(t *testing.T, g *ground) int64 {
	t.Helper()
	n := pictures.Add(1)
	img := image.NewRGBA(image.Rect(0, 0, 24, 16))
	for i := range 24 * 16 {
		img.Set(i%24, i/24, color.RGBA{uint8(n), uint8(n >> 8), uint8(i), 255})
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, img, nil); err != nil {
		t.Fatal(err)
	}
	it, err := w.Evidence.Add(context.Background(), local, "person", g.person, evidence.Upload{Name: markBusiness + g.mark + "照片.jpg", Sort: "site", File: &buf})
	if err != nil {
		t.Fatalf("plant photo at %s: %v", g.village, err)
	}
	return it.ID
}

func init() {
	version := ids{"id": func(g *ground) string { return num(lists[g].version) }}
	saved := ids{"id": func(g *ground) string { return num(lists[g].saved) }}
	proof := ids{"id": func(g *ground) string { return num(lists[g].proof) }}
	base := ids{"list": word("base")}
	cols := query("cols", "name", "cols", "employer", "cols", "wanted_job", "cols", "phone")
	pasted := func(g *ground) []url.Values {
		return []url.Values{{"ids": {g.number() + " " + markBusiness + g.mark + "娃\n" + g.freshNumber()}, "cols": {"name", "employer", "phone"}}}
	}
	off := func(t *testing.T, w *estate, g *ground) map[string]string {
		id := w.photo(t, g)
		if _, err := w.Evidence.Remove(context.Background(), local, id, "重复"); err != nil {
			t.Fatal(err)
		}
		return map[string]string{"id": num(id)}
	}
	read, export := account.PeopleRead, account.PeopleExport
	for p, r := range map[string]recipe{
		"GET /lists":                         {need: read},
		"GET /lists/official/{list}":         {need: read, ids: base, everybodys: true},
		"GET /lists/official/{list}/print":   {need: read, ids: base, everybodys: true, few: true},
		"POST /lists/official/{list}/keep":   {need: account.PeopleEdit, ids: base, everybodys: true},
		"POST /lists/official/{list}/export": {need: export, ids: base, everybodys: true, few: true},
		"GET /lists/version/{id}":            {need: read, ids: version},
		"GET /lists/version/{id}/print":      {need: read, ids: version},
		"GET /lists/version/{id}/compare":    {need: read, ids: version},
		"POST /lists/version/{id}/export":    {need: export, ids: version},
		"GET /lists/mine":                    {need: read},
		"GET /lists/mine/view":               {need: read, each: true, query: func(g *ground) url.Values { v := cols(g); v.Set("after", num(g.person-1)); return v }},
		"GET /lists/mine/view/print":         {need: read, query: cols, few: true},
		"POST /lists/mine/view/export":       {need: export, query: cols, few: true},
		"POST /lists/mine/view/save":         {need: read, query: cols, form: form("name", "常用")},
		"GET /lists/saved/{id}":              {need: read, ids: saved, nobodys: true},
		"POST /lists/saved/{id}/drop":        {need: read, ids: saved, nobodys: true},
		"GET /lists/paste":                   {need: read},
		"POST /lists/paste":                  {need: read, each: true, form: pasted},
		"POST /lists/paste/export":           {need: export, each: true, form: pasted},

		"GET /evidence/of/{kind}/{object}":  {need: read, ids: ids{"kind": word("person"), "object": personID}},
		"POST /evidence/of/{kind}/{object}": {need: read, and: account.PeopleEdit, ids: ids{"kind": word("person"), "object": personID}},
		"GET /evidence/{id}":                {need: read, ids: proof},
		"GET /evidence/{id}/file":           {need: read, ids: proof},
		"GET /evidence/{id}/thumb":          {need: read, ids: proof},
		"POST /evidence/{id}/remove": {need: read, and: account.PeopleEdit, ids: proof, form: form("reason", "传错了"),
			fresh: func(t *testing.T, w *estate, g *ground) map[string]string {
				return map[string]string{"id": num(w.photo(t, g))}
			}},
		"POST /evidence/{id}/restore": {need: read, and: account.PeopleEdit, ids: proof, fresh: off},
	} {
		if _, twice := recipes[p]; twice {
			panic(fmt.Sprint("recipe twice: ", p))
		}
		recipes[p] = r
	}
}
