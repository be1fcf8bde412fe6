package intake

import (
	"strings"
	"testing"
)

// A file of a whole city brings the only people of a county; its undo tells the
// readers of that county's figures too.
func TestUndoTellsCountiesThatItEmpties(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		k.bring(request{kind: "people", at: k.hereC}, []string{"姓名", "身份证号"}, []string{"甲一", id(19880229, 1)})
		city := county.Parent()
		var other = k.tree.Children(city)[0]
		for _, c := range k.tree.Children(city) {
			if c.Code != county {
				other = c
				break
			}
		}
		town := k.tree.Children(other.Code)[0]
		row := k.national("H7", "乙一", id(19880229, 3), "县", other.Name, "乡", town.Name, "村", k.tree.Children(town.Code)[0].Name)
		r, batch := k.bring(request{kind: "people", at: city}, nationalHead, row)
		k.counts("the other county", r, 1, 0, 0, 0)
		before := k.one(`SELECT count(*) FROM change_log WHERE county = $1`, int64(other.Code))
		if err := k.undo(batch); err != nil {
			t.Fatal(err)
		}
		if after := k.one(`SELECT count(*) FROM change_log WHERE county = $1`, int64(other.Code)); after == before {
			t.Errorf("%s: the people are gone and nobody was told (%s entries)", strings.TrimSpace(other.Name), after)
		}
	})
}

// Papers that were filed or issued for people of a file keep it from being
// taken out: they would name nobody.
func TestUndoStopsAtPapers(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		_, batch := k.bring(request{kind: "people"}, nationalHead, k.national("H1", "甲一", id(19880229, 1)))
		person := k.one(`SELECT id FROM person`)
		for table, q := range map[string]string{
			"proof": `INSERT INTO proof (person_id, id, number, code, kind, village, content_cipher, issued_at) VALUES (` + person + `, 1, 'n', 'c', 1, 1, '', 1)`,
			"evidence": `INSERT INTO evidence (object, object_id, person_id, region, sort, format, name_cipher, file, size, hash, source_hash, source_size, by_user, created_at)
				VALUES ('person', ` + person + `, ` + person + `, 1, 's', 'f', '', 'x', 1, '', '', 1, 7, 1)`,
		} {
			if err := k.exec(q); err != nil {
				t.Fatal(err)
			}
			if err := k.undo(batch); err == nil || !strings.HasPrefix(err.Error(), "intake.undo.later") {
				t.Errorf("undo under %s: %v", table, err)
			}
			if err := k.exec(`DELETE FROM ` + table); err != nil {
				t.Fatal(err)
			}
		}
		if err := k.undo(batch); err != nil {
			t.Error(err)
		}
	})
}
