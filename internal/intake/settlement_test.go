package intake

import (
	"strings"
	"testing"

	"wengang/internal/fact"
	"wengang/internal/region"
)

var countyHead = []string{"乡", "村", "户编号", "姓名", "身份证号码", "安置区"}

// county is a row of a county's own list of people.
func (k *desk) county(name, number, settlement string) []string {
	return []string{k.town, k.here, "H1", name, number, settlement}
}

func TestSettlementByName(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		towns := k.tree.Children(county)
		k.settled = settledPlaces{
			{ID: 11, Region: towns[0].Code, Name: "示例清河湾（迁建）安置区", EndedOn: fact.Forever},
			{ID: 12, Region: towns[0].Code, Name: "示例双胞安置区", EndedOn: fact.Forever},
			{ID: 13, Region: towns[1].Code, Name: "示例双胞安置区", EndedOn: fact.Forever},
			{ID: 14, Region: county, Name: "示例旧安置区", EndedOn: 20221231},
			{ID: 15, Region: 371521_000000, Name: "示例黄河新村", EndedOn: fact.Forever},
		}
		at := func(name string) string {
			return k.one(`SELECT settlement FROM person WHERE name = $1`, name)
		}
		r, _ := k.bring(request{kind: "people"}, countyHead,
			k.county("甲一", id(19880229, 1), "示例清河湾（迁建）安置区"),
			k.county("甲二", id(19900101, 2), " 示例清河湾(迁建)安置区"),
			k.county("甲三", id(19900101, 3), "示例清河湾易地搬迁安置区"),
			k.county("甲四", id(19900101, 4), towns[1].Name+"示例双胞安置区"),
			k.county("甲五", id(19900101, 5), ""),
			k.county("甲六", id(19900101, 6), "否"),
			k.county("甲七", id(19900101, 7), "示例双胞安置区"),
			k.county("甲八", id(19900101, 8), "示例黄河新村"),
			k.county("甲九", id(19900101, 9), "示例旧安置区"))
		k.counts("first", r, 6, 0, 0, 3)
		if got := listed(r); got != "10:settlement.ambiguous 11:settlement.unknown 12:settlement.unknown" {
			t.Errorf("findings: %s", got)
		}
		for _, f := range r.Findings {
			if f.Column != "安置区" || f.Severity != "error" {
				t.Errorf("%s stands at %q as %s", f.Rule, f.Column, f.Severity)
			}
			switch f.Rule {
			case "settlement.ambiguous":
				if !strings.Contains(f.Message, towns[0].Name+"示例双胞安置区") || !strings.Contains(f.Message, towns[1].Name+"示例双胞安置区") {
					t.Errorf("candidates: %s", f.Message)
				}
			case "settlement.unknown":
				if !strings.Contains(f.Message, "清河湾") || strings.Contains(f.Message, "、示例旧安置区") {
					t.Errorf("candidates: %s", f.Message)
				}
			}
		}
		for name, want := range map[string]string{"甲一": "11", "甲二": "11", "甲三": "11", "甲四": "13", "甲五": "0", "甲六": "0"} {
			if got := at(name); got != want {
				t.Errorf("%s lives in settlement %s, want %s", name, got, want)
			}
		}
		// A blank and a 否 never erase; another name moves, with its history.
		r, batch := k.bring(request{kind: "people"}, countyHead,
			k.county("甲一", id(19880229, 1), ""), k.county("甲二", id(19900101, 2), "否"),
			k.county("甲三", id(19900101, 3), towns[0].Name+"示例双胞安置区"), k.county("甲五", id(19900101, 5), "示例清河湾（迁建）安置区"))
		k.counts("second", r, 0, 2, 2, 0)
		if a, b, c, d := at("甲一"), at("甲二"), at("甲三"), at("甲五"); a != "11" || b != "11" || c != "12" || d != "11" {
			t.Errorf("after the second file: %s %s %s %s", a, b, c, d)
		}
		if got := k.one(`SELECT old_value || '>' || new_value FROM field_change WHERE field = 'settlement' AND person_id = (SELECT id FROM person WHERE name = '甲三')`); got != "11>12" {
			t.Errorf("history %s", got)
		}
		if err := k.undo(batch); err != nil {
			t.Fatal(err)
		}
		if c, d := at("甲三"), at("甲五"); c != "11" || d != "0" {
			t.Errorf("after undo: %s %s", c, d)
		}
	})
}

// A file of a village reads the settlements of its county; one of a city those
// of the row's own county.
func TestSettlementOfTheRowsCounty(t *testing.T) {
	k := newDesk(t, sqliteOf(t))
	k.settled = settledPlaces{{ID: 1, Region: county, Name: "示例安置区", EndedOn: fact.Forever}, {ID: 2, Region: 371521_000000, Name: "示例安置区", EndedOn: fact.Forever}}
	for i, at := range []region.Code{k.hereC, 371500_000000} {
		r, _ := k.bring(request{kind: "people", at: at}, []string{"县", "乡", "村", "姓名", "身份证号码", "易地搬迁安置区"},
			[]string{"莘县", k.town, k.here, "乙" + at.String(), id(19900101, 20+i), "示例安置区"})
		k.counts("file of "+at.String(), r, 1, 0, 0, 0)
	}
	if got := k.one(`SELECT count(*) FROM person WHERE settlement = 1`); got != "2" {
		t.Errorf("%s people in the county's settlement", got)
	}
}
