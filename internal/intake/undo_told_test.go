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
