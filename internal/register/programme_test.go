package register_test

import (
	"context"
	"maps"
	"slices"
	"testing"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/register"
	"wengang/internal/testkit"
)

// Who is on the rolls of a day: from the first day to the last, both included,
// and no longer than there is the register; of the scope alone; of training
// whoever has begun in the year. Who lives in a settlement is on no roll.
func TestProgrammePeople(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		ctx := context.Background()
		villages := map[region.Code]region.Code{shenxian: region.National().Villages(shenxian)[0], yanggu: region.National().Villages(yanggu)[0]}
		f.person(1, "甲示例", number(1), villages[shenxian], fact.KindPoor)
		f.person(2, "乙示例", number(2), villages[shenxian], fact.KindPoor)
		f.person(3, "丙示例", number(3), villages[yanggu], fact.KindPoor)
		shop := f.add("workshop", shenxian, map[string]string{"name": "示例车间", "started_on": "2022-01-01"})
		closed := f.add("workshop", shenxian, map[string]string{"name": "示例旧车间", "started_on": "2022-01-01", "ended_on": "2022-03-31", "end_reason": "停产"})
		home := f.add(register.SettlementKind, shenxian, map[string]string{"name": "示例安置区", "form": "易地搬迁安置区"})
		course := f.add("training", shenxian, map[string]string{"name": "示例班", "started_on": "2022-03-01"})
		for _, m := range []struct {
			register int64
			form     map[string]string
		}{
			{shop.ID, map[string]string{"person": "甲示例", "id_number": number(1), "started_on": "2022-02-01", "ended_on": "2023-06-30"}},
			{shop.ID, map[string]string{"person": "乙示例", "id_number": number(2), "started_on": "2023-05-01"}},
			{shop.ID, map[string]string{"person": "丙示例", "id_number": number(3)}},
			{closed.ID, map[string]string{"person": "乙示例", "id_number": number(2), "started_on": "2022-03-01"}},
			{home.ID, map[string]string{"person": "乙示例", "id_number": number(2), "started_on": "2022-03-01"}},
			{course.ID, map[string]string{"person": "甲示例", "id_number": number(1), "started_on": "2022-03-05"}},
		} {
			if _, err := f.s.AddMember(ctx, officer(liaocheng), m.register, m.form); err != nil {
				t.Fatal(err)
			}
		}
		city := region.ScopeOf(liaocheng)
		for _, c := range []struct {
			on    calendar.Date
			scope region.Scope
			want  map[string][]int64
		}{
			{20220131, city, map[string][]int64{"workshop": {3}}},
			{20220331, city, map[string][]int64{"workshop": {1, 2, 3}, "training": {1}}},
			{20220430, city, map[string][]int64{"workshop": {1, 3}, "training": {1}}},
			{20230531, city, map[string][]int64{"workshop": {1, 2, 3}}},
			{20230630, city, map[string][]int64{"workshop": {1, 2, 3}}},
			{20230701, city, map[string][]int64{"workshop": {2, 3}}},
			{20230531, region.ScopeOf(yanggu), map[string][]int64{"workshop": {3}}},
			{20230531, region.Scope{}, nil},
		} {
			got, err := f.s.ProgrammePeople(ctx, c.scope, c.on)
			if err != nil || !maps.EqualFunc(got, c.want, slices.Equal) {
				t.Errorf("%s: %v, want %v; %v", c.on, got, c.want, err)
			}
		}
	})
}
