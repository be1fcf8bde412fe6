package register_test

import (
	"context"
	"strconv"
	"testing"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/month" // declares the setting
	"wengang/internal/region"
	"wengang/internal/testkit"
)

// Whose risk was removed years ago is no 监测对象 of this year's form; who counts
// how long is the setting that the months go by.
func TestRemovedRiskEndsTheCount(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		ctx := context.Background()
		people := []struct {
			name           string
			removed, began calendar.Date
		}{{"风险未消除", 0, 20210101}, {"今年消除", 20230310, 20210101}, {"今年消除后进", 20230310, 20230601}, {"前年消除", 20210615, 20210101}}
		w := f.add("workshop", shenxian, map[string]string{"name": "示例车间", "started_on": "2020-05-01"})
		for i, p := range people {
			f.person(int64(i+1), p.name, number(i+1), 371522101001, fact.KindEdge)
			if _, err := d.Writer().Exec("UPDATE person_kind SET risk_removed_on = $1 WHERE person_id = $2", int64(p.removed), i+1); err != nil {
				t.Fatal(err)
			}
			form := map[string]string{"person": p.name, "id_number": number(i + 1), "started_on": p.began.String()}
			if _, err := f.s.AddMember(ctx, officer(shenxian), w.ID, form); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct {
			rule int
			want string
		}{
			{-1, "风险未消除 今年消除 今年消除后进 "},
			{month.RiskNever, "风险未消除 今年消除 "}, // he was one until March
			{month.RiskYear, "风险未消除 今年消除 今年消除后进 "},
			{month.RiskAlways, "风险未消除 今年消除 今年消除后进 前年消除 "},
		} {
			if c.rule >= 0 {
				if _, err := d.Writer().Exec(`INSERT INTO setting (region, name, year, value, source, changed_by, changed_at) VALUES ($1, $2, 0, $3, '示例', 1, 0)
					ON CONFLICT (region, name, year) DO UPDATE SET value = excluded.value`, int64(shenxian), month.RiskRemoved, strconv.Itoa(c.rule)); err != nil {
					t.Fatal(err)
				}
			}
			items, err := f.s.Items(ctx, region.ScopeOf(liaocheng), "workshop", liaocheng, 20230101, 20231215, 0)
			if err != nil || len(items) != 1 || len(items[0].Members) != len(people) {
				t.Fatalf("%+v, %v", items, err)
			}
			got := ""
			for i, p := range people {
				for _, m := range items[0].Members {
					if m.PersonID == int64(i+1) && m.Counted {
						got += p.name + " "
					}
				}
			}
			if got != c.want {
				t.Errorf("setting %d: %s count, want %s", c.rule, got, c.want)
			}
		}
	})
}
