package e2e

import (
	"context"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/transfer"
)

// imported are a ground's imports beside its batch: a whole list, which does not
// name the ground's person, and columns that its office remembers.
type imported struct{ full, mapping int64 }

var importedOf = map[*ground]*imported{}

// plantImports stages a whole list of the village and remembers the columns of a
// file under headings of its own.
func (w *estate) plantImports(t *testing.T, g *ground) {
	t.Helper()
	ctx, in := context.Background(), &imported{}
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("plant %s at %s: %v", what, g.village, err)
		}
	}
	id, err := w.Imports.Stage(ctx, local, transfer.Request{Kind: "people", Full: true, FileName: markBusiness + g.mark + "全.csv", Region: g.village,
		File: strings.NewReader("姓名,证件号码,户编号\n" + markBusiness + g.mark + "寅," + g.freshNumber() + ",h9\n")})
	must("a whole list", err)
	must("its check", w.Imports.Work(ctx, id))
	in.full = id
	in.mapping = w.remember(t, g)
	importedOf[g] = in
}

// columnsNamed gives every file of remembered columns a heading of its own: the same
// headings again would be the same choice, which a request before has used up.
var columnsNamed int

// remember has the ground's office remember the columns of a file.
func (w *estate) remember(t *testing.T, g *ground) int64 {
	t.Helper()
	ctx := context.Background()
	officer := account.LocalOperator(g.village)
	columnsNamed++
	id := w.stage(t, g, "people", "姓名,证件号码,"+markBusiness+g.mark+"列"+num(int64(columnsNamed))+"\n"+markBusiness+g.mark+"卯,"+g.freshNumber()+",x\n")
	err := w.Imports.Choose(ctx, officer, id, transfer.ColumnChoice{At: transfer.At{Sheet: 1, HeadRow: 1, HeadRows: 1}, Keys: []string{"name", "id_number", ""}, Remember: true})
	if err != nil {
		t.Fatalf("remember columns at %s: %v", g.village, err)
	}
	list, err := w.Imports.Mappings(ctx, officer)
	newest := transfer.Remembered{}
	for _, r := range list {
		if r.ID > newest.ID {
			newest = r
		}
	}
	if err != nil || newest.Region != g.village {
		t.Fatalf("remembered at %s: %+v, %v", g.village, newest, err)
	}
	return newest.ID
}

func init() {
	fullID := func(g *ground) string { return num(importedOf[g].full) }
	mappingID := func(g *ground) string { return num(importedOf[g].mapping) }
	for pattern, r := range map[string]recipe{
		"POST /import/{id}/columns":       {need: account.ImportRun, and: account.PeopleEdit, ids: ids{"id": batchID}, fresh: freshBatch, form: form("sheet", "1", "head", "1/1", "k0", "name", "k1", "id_number")},
		"GET /import/mappings":            {need: account.ImportRun},
		"GET /import/paste":               {need: account.ImportRun, query: query("kind", "people")},
		"POST /import/paste":              {need: account.ImportRun, query: query("kind", "people")},
		"GET /import/templates":           {need: account.ImportRun},
		"GET /import/{id}/absent":         {need: account.ImportRun, and: account.PeopleEdit, ids: ids{"id": fullID}},
		"POST /import/{id}/absent/export": {need: account.ImportRun, and: account.PeopleEdit, ids: ids{"id": fullID}, also: []int{403}},
		"GET /import/templates/{kind}/{layout}": {need: account.ImportRun, ids: ids{"kind": word("people"), "layout": word("people.county")}, everybodys: true,
			also: []int{403}, plain: "the example row of an empty table: invented, of nobody"},
		"POST /import/mappings/{mapping}/forget": {need: account.ImportRun, ids: ids{"mapping": mappingID},
			fresh: func(t *testing.T, w *estate, g *ground) map[string]string {
				return map[string]string{"mapping": num(w.remember(t, g))}
			}},
	} {
		recipes[pattern] = r
	}
	columns := recipes["GET /import/{id}/columns"]
	columns.and = account.PeopleEdit
	recipes["GET /import/{id}/columns"] = columns
}
