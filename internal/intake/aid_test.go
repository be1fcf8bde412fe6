package intake

import (
	"testing"

	"wengang/internal/fact"
)

// What a list says of insurance and posts is kept for the checks: a row per file
// that says something new, none for the same again, gone with the undo.
func TestAidIsKeptPerFile(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		row := func(change ...string) [][]string {
			return [][]string{nationalHead, k.national("H1", "甲一", id(19880229, 1), change...)}
		}
		k.bring(request{kind: "people"}, row("公益性岗位类型", "保洁员", "公益性岗位(月数)", "6")...)
		last := func() (a fact.Aid) {
			t.Helper()
			var answers int64
			err := k.d.Read.QueryRow(`SELECT answers, post_kinds, post_months FROM person_aid ORDER BY batch_id DESC LIMIT 1`).Scan(&answers, &a.PostKinds, &a.PostMonths)
			if err != nil {
				t.Fatal(err)
			}
			a.Unpack(answers)
			return a
		}
		if a := last(); a.MedicalResident != fact.Yes || a.Serious != fact.Yes || a.PostKinds != 1 || a.PostMonths != 6 {
			t.Errorf("kept: %+v", a)
		}
		r, _ := k.bring(request{kind: "people"}, row("公益性岗位类型", "保洁员", "公益性岗位(月数)", "6")...)
		k.counts("the same again", r, 0, 1, 0, 0)
		if n := k.one(`SELECT count(*) FROM person_aid`); n != "1" {
			t.Errorf("%s rows after the same again", n)
		}
		r, second := k.bring(request{kind: "people"}, row("是否参加大病保险", "否")...)
		k.counts("changed", r, 0, 0, 1, 0)
		if a := last(); a.Serious != fact.No || a.PostKinds != 0 {
			t.Errorf("changed: %+v", a)
		}
		if n := k.one(`SELECT count(*) FROM finding WHERE rule = 'cover.medical_open' AND state = 0`); n != "1" {
			t.Errorf("%s findings of the insurance", n)
		}
		if err := k.undo(second); err != nil {
			t.Fatal(err)
		}
		if a := last(); a.Serious != fact.Yes || a.PostKinds != 1 {
			t.Errorf("undone: %+v", a)
		}
		if n := k.one(`SELECT count(*) FROM finding WHERE rule = 'cover.medical_open' AND state = 0`); n != "0" {
			t.Errorf("%s findings stay after the undo", n)
		}
	})
}

// Words of the measures as the exports write them.
func TestMeasures(t *testing.T) {
	for text, want := range map[string]fact.Measure{
		"技能培训": fact.AidTraining, "劳务输出、外出务工补贴": fact.AidExport | fact.AidSubsidy, "帮扶车间": fact.AidPlaced, "其他": fact.AidJobsOther, "无": 0, "": 0,
		"技能培训,其他": fact.AidTraining | fact.AidJobsOther,
	} {
		got := readMeasures(func(key string) string {
			if key == "aid_jobs" {
				return text
			}
			return ""
		})
		if got != want {
			t.Errorf("%q: %b, want %b", text, got, want)
		}
	}
}

func FuzzMeasures(f *testing.F) {
	f.Add("技能培训，其他;|无")
	f.Fuzz(func(t *testing.T, s string) {
		if m := readMeasures(func(string) string { return s }); m>>21 != 0 {
			t.Errorf("%q: %b", s, m)
		}
	})
}
