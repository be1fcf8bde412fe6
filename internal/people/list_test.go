package people_test

import (
	"slices"
	"testing"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/testkit"
)

func TestPagesByKey(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		names := []string{"赵一", "钱二", "孙三", "李四", "周五", "吴六", "郑七"}
		for _, n := range names {
			f.create(t, f.someone(n, village))
			f.create(t, f.someone(n, neighbour))
		}
		for _, sort := range []people.Sort{people.ByVillage, people.ByName, people.ByAge, people.ByUpdate} {
			for _, desc := range []bool{false, true} {
				var all []int64
				pg := people.Page{Sort: sort, Desc: desc, Limit: 4}
				for {
					l, err := f.people.List(ctx, home, people.Filter{}, pg)
					if err != nil {
						t.Fatal(err)
					}
					if l.Total != 14 || l.HasPrev != (pg.After != 0) {
						t.Errorf("%s: total %d, prev %v", sort, l.Total, l.HasPrev)
					}
					for _, r := range l.Rows {
						all = append(all, r.ID)
					}
					if !l.HasNext {
						break
					}
					pg.After = all[len(all)-1]
				}
				seen := slices.Clone(all)
				slices.Sort(seen)
				if len(slices.Compact(seen)) != 14 {
					t.Errorf("%s desc %v: pages hold %d people: %v", sort, desc, len(all), all)
				}
				back, err := f.people.List(ctx, home, people.Filter{}, people.Page{Sort: sort, Desc: desc, Limit: 4, Before: all[8]})
				if err != nil || len(back.Rows) != 4 || back.Rows[0].ID != all[4] || !back.HasPrev || !back.HasNext {
					t.Errorf("%s desc %v: the page before: %+v, %v", sort, desc, back, err)
				}
			}
		}
	})
}

// A page could begin behind a person of another county: where it began told
// their name and birthday by comparison.
func TestAPageBehindAStrangerIsTheFirst(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		for _, n := range []string{"赵一", "钱二", "孙三"} {
			f.create(t, f.someone(n, village))
		}
		stranger := f.create(t, f.someone("中间", elsewhere))
		for _, pg := range []people.Page{{Sort: people.ByName, After: stranger}, {Sort: people.ByAge, Before: stranger}, {Sort: people.ByName, Desc: true, After: stranger}} {
			l, err := f.people.List(t.Context(), home, people.Filter{}, pg)
			if err != nil || len(l.Rows) != 3 || l.HasPrev || l.HasNext {
				t.Errorf("%+v: %d rows, prev %v, next %v, %v", pg, len(l.Rows), l.HasPrev, l.HasNext, err)
			}
		}
	})
}

func TestFilters(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		by := officer(county)
		worker := f.create(t, f.someone("单小红", village))
		if _, err := f.work.Add(ctx, home, by, worker, job(202310, faraway, "甲厂")); err != nil {
			t.Fatal(err)
		}
		jobless := f.someone("解放", village)
		jobless.Kinds = []fact.PersonKind{{Kind: fact.KindSudden, Since: 20230601, Until: fact.Forever, Risk: fact.RiskWork}}
		jobless.Code, jobless.Household = "3715220001", "H0001"
		j := f.create(t, jobless)
		if err := f.people.SetNeed(ctx, home, by, j, fact.Need{PlanOut: fact.Yes, PlanPlace: faraway, Service: "岗位推荐", Training: "缝纫工", WantedWageFen: 300000}, "走访"); err != nil {
			t.Fatal(err)
		}
		old := f.someone("查理", neighbour)
		old.Birth = 19600301
		old.IDNumber, old.Skill, old.Willing, old.Status = f.idNumber(19600301, fact.Male), fact.SkillWeak, fact.No, fact.StatusFarm
		o := f.create(t, old)
		for _, c := range []struct {
			story string
			f     people.Filter
			want  []int64
		}{
			{"all", people.Filter{}, []int64{worker, j, o}},
			{"a surname by its reading", people.Filter{Name: "sx"}, []int64{worker}},
			{"a name typed out", people.Filter{Name: "shanxiaoh"}, []int64{worker}},
			{"name prefix", people.Filter{Name: "解"}, []int64{j}},
			{"initials of 查", people.Filter{Name: "z"}, []int64{o}},
			{"person code", people.Filter{Code: "3715220001"}, []int64{j}},
			{"household code", people.Filter{Code: "H0001"}, []int64{j}},
			{"status", people.Filter{Status: []int{fact.StatusWork}}, []int64{worker}},
			{"kind", people.Filter{Kinds: []int{fact.KindSudden}}, []int64{j}},
			{"skill", people.Filter{Skill: []int{fact.SkillWeak, fact.SkillLost}}, []int64{o}},
			{"place class", people.Filter{PlaceClass: []int{fact.OutsideProvince}}, []int64{worker}},
			{"channel", people.Filter{Channel: []int{fact.ChannelPost}}, nil},
			{"channel of own search", people.Filter{Channel: []int{fact.ChannelSelf}}, []int64{worker}},
			{"place class in a month before the work", people.Filter{PlaceClass: []int{fact.OutsideProvince}, Month: 202309}, nil},
			{"age", people.Filter{AgeFrom: 60}, []int64{o}},
			{"age to 63", people.Filter{AgeFrom: 63, AgeTo: 63}, []int64{o}},
			{"age to 62", people.Filter{AgeFrom: 60, AgeTo: 62}, nil},
			{"willing", people.Filter{Willing: fact.Yes}, []int64{worker, j}},
			{"new work", people.Filter{Change: people.NewWork, Month: 202310}, []int64{worker}},
			{"no new work", people.Filter{Change: people.NewWork, Month: 202311}, nil},
			{"base list", people.Filter{List: people.ListBase}, []int64{worker, j, o}},
			{"intent list", people.Filter{List: people.ListIntent}, []int64{worker, j}},
			{"service list", people.Filter{List: people.ListService}, []int64{j}},
			{"training list", people.Filter{List: people.ListTraining}, []int64{j}},
			{"settlement", people.Filter{Settlement: fact.Yes}, nil},
			{"who left", people.Filter{Out: true}, nil},
		} {
			l, err := f.people.List(ctx, home, c.f, people.Page{})
			if err != nil {
				t.Fatalf("%s: %v", c.story, err)
			}
			var got []int64
			for _, r := range l.Rows {
				got = append(got, r.ID)
			}
			slices.Sort(got)
			if !slices.Equal(got, c.want) || l.Total != len(c.want) {
				t.Errorf("%s: %v of %d, want %v", c.story, got, l.Total, c.want)
			}
		}
		in := region.ScopeOf(neighbour)
		if n, _ := f.people.Count(ctx, in, people.Filter{}); n != 1 {
			t.Errorf("%d people in one village", n)
		}
	})
}

func TestUnderstand(t *testing.T) {
	for words, want := range map[string]people.Asked{
		"陈秀兰": people.AskedName, "cxl": people.AskedPinyin, "ＣＸＬ": people.AskedPinyin, " ": people.AskedNothing,
		"000000198802290019": people.AskedID, "０00000 19880229 0019": people.AskedID, "00000019880229001x": people.AskedID,
		"138 0000 0427": people.AskedPhone, "3715220001": people.AskedCode, "阿依古丽·买买提": people.AskedName,
		"00000019880229001911": people.AskedID,
	} {
		if _, got := people.Understand(words); got != want {
			t.Errorf("%q is understood as %d, want %d", words, got, want)
		}
	}
}

// TestDeadStayFound: who died is no longer listed, but found by name.
func TestDeadStayFound(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		id := f.create(t, f.someone("魏老", village))
		if err := f.people.Leave(ctx, home, officer(county), id, 1, calendar.Date(20231120), ""); err != nil {
			t.Fatal(err)
		}
		if n, _ := f.people.Count(ctx, home, people.Filter{}); n != 0 {
			t.Errorf("%d listed", n)
		}
		if n, _ := f.people.Count(ctx, home, people.Filter{Change: people.MovedOut, Month: 202311}); n != 1 {
			t.Errorf("%d left in November", n)
		}
		if rows, _, _ := f.people.Search(ctx, home, "魏", 5); len(rows) != 1 {
			t.Errorf("%d found by name", len(rows))
		}
	})
}

// TestStateReadsAsTheMonthDoes: what a list shows is what the month counts.
func TestStateReadsAsTheMonthDoes(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		by := officer(county)
		person := func(name string, status int, on calendar.Date, skill int) int64 {
			p := f.someone(name, village)
			p.Status, p.StatusOn, p.Skill = status, on, skill
			return f.create(t, p)
		}
		child := person("小儿", 0, 0, fact.SkillNone)
		unknown := person("不明", 0, 0, fact.SkillOrdinary)
		stale := person("久无", fact.StatusJobless, 20230101, fact.SkillOrdinary)
		fresh := person("新近", fact.StatusJobless, 20231105, fact.SkillOrdinary)
		farmer := person("农人", fact.StatusFarm, 20200101, fact.SkillOrdinary)
		worker := person("工人", fact.StatusJobless, 20230101, fact.SkillOrdinary)
		if _, err := f.work.Add(ctx, home, by, worker, job(202305, faraway, "甲厂")); err != nil {
			t.Fatal(err)
		}
		left := person("离人", fact.StatusJobless, 20230101, fact.SkillOrdinary)
		ended := job(202305, faraway, "乙厂")
		ended.End = 202311
		if _, err := f.work.Add(ctx, home, by, left, ended); err != nil {
			t.Fatal(err)
		}
		rows, err := f.people.Rows(ctx, home, []int64{child, unknown, stale, fresh, farmer, worker, left}, 202312)
		if err != nil {
			t.Fatal(err)
		}
		want := []people.State{{}, {Unverified: true}, {Code: 5, Unverified: true}, {Code: 5}, {Code: 3}, {Code: 1}, {Code: 5}}
		for i, r := range rows {
			if r.State != want[i] {
				t.Errorf("%s: %+v, want %+v", r.Name, r.State, want[i])
			}
			rec, _ := f.people.Get(ctx, home, r.ID)
			spells, _ := f.work.Spells(ctx, home, r.ID)
			if one, err := f.people.StateOf(ctx, rec, spells); err != nil || one != want[i] {
				t.Errorf("%s on the record: %+v, %v", r.Name, one, err)
			}
		}
	})
}
