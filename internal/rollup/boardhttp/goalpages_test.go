package boardhttp_test

import (
	"context"
	"testing"

	"wengang/internal/calendar"
	"wengang/internal/month/monthtest"
	"wengang/internal/region"
	"wengang/internal/testkit"
)

// enrolled holds every second person in one programme.
type enrolled struct{}

func (enrolled) ProgrammePeople(context.Context, region.Scope, calendar.Date) (map[string][]int64, error) {
	out := map[string][]int64{}
	for id := int64(0); id < 3000; id += 2 {
		out["workshop"] = append(out["workshop"], id)
	}
	return out, nil
}

// The pages of the registry, with what may not be asked.
func TestGoalPages(t *testing.T) {
	d := testkit.SQLite(t)
	c := start(t, d, func() { monthtest.Fill(t, d, 11, 1200) })
	c.close(202210, 202311)
	const m = "month=2023-11"
	for _, rolls := range []bool{false, true} {
		if rolls {
			c.roll.UseProgrammes(enrolled{})
		}
		for _, p := range []struct {
			who, path string
			status    int
			has       []string
		}{
			{"leader", "/board/indicators?" + m, 200, []string{"稳存量", "扩增量", "提质量", "期初", "新上岗", "已确认", "A177"}},
			{"leader", "/board/indicators?month=2022-10", 200, []string{"期初不明"}},
			{"leader", "/board/cohorts?" + m, 200, []string{"新上岗", "12个月后", "未到月份", "set=cohort"}},
			{"leader", "/board/cohorts?by=channel&part=one&" + m, 200, []string{"自主外出", "没换单位"}},
			{"leader", "/board/cohorts?by=sex&" + m, 404, nil},
			{"leader", "/board/cohorts?part=none&" + m, 404, nil},
			{"neighbour", "/board/cohorts?at=371522&" + m, 404, nil},
			{"leader", "/board/people?set=cohort&began=2023-05&n=3&part=idle&" + m, 200, []string{"3个月后未在岗", "一直在岗"}},
			{"leader", "/board/people?set=cohort&began=2023-05&n=99&part=in&" + m, 404, nil},
			{"leader", "/board/people?set=cohort&began=2023-11&n=6&part=in&" + m, 404, nil},
			{"leader", "/board/income?" + m, 200, []string{"中位数", "1000以下", "收入未知", "set=income"}},
			{"leader", "/board/income?by=channel&" + m, 200, []string{"有组织输出"}},
			{"leader", "/board/income?month=2020-01", 200, []string{"2020"}},
			{"leader", "/board/people?set=income&band=none&" + m, 200, []string{"收入未知"}},
			{"leader", "/board/people?set=income&band=77&" + m, 422, nil},
			{"neighbour", "/board/people?set=income&band=1&at=371522&" + m, 404, nil},
			{"leader", "/board/origins?" + m, 200, []string{"户籍地", "from=", "名单即为依据。"}},
			{"leader", "/board/origins?of=working&" + m, 404, nil},
			{"leader", "/board/people?set=else&" + m, 404, nil},
			{"system", "/board/cohorts?" + m, 403, nil},
			{"aide", "/board/people?set=income&band=none&" + m, 200, nil},
			{"leader", "/board/programmes?" + m, 200, map[bool][]string{false: {"名册上没有本地的人"}, true: {"就业帮扶车间", "名册有、未在岗", "not=1"}}[rolls]},
			{"leader", "/board/people?set=programme&of=workshop&indicator=working&not=1&" + m, map[bool]int{false: 404, true: 200}[rolls], nil},
			{"leader", "/board/people?set=programme&of=workshop&indicator=absorbed&" + m, 404, nil},
		} {
			c.As(p.who).Get(p.path).Want("", p.status, p.has...)
		}
	}
}
