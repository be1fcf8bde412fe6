package register_test

import (
	"context"
	"testing"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/month"
	"wengang/internal/month/monthtest"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/register"
	"wengang/internal/rollup"
	"wengang/internal/rule"
	"wengang/internal/secret/secrettest"
	"wengang/internal/setting"
	"wengang/internal/testkit"
	"wengang/internal/transfer"
	"wengang/internal/work"
)

// A month counts who lived in a settlement at its end, by the dated list; a
// closed month stays and is told what it would now be.
func TestMonthsCountResidentsByDate(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		ctx := context.Background()
		months := month.New(d, &monthtest.Audit{})
		f.s.UseMonths(months)
		roll := rollup.New(d, months)
		for i, name := range []string{"王示例", "李示例", "赵示例"} {
			f.person(int64(i+1), name, number(i+1), 371522101001, fact.KindPoor)
		}
		home := f.add(register.SettlementKind, shenxian, map[string]string{"name": "示例安置区", "form": "易地搬迁安置区", "started_on": "2023-02-10"})
		// The third is there by the ledger, without dates: since the settlement opened.
		if _, err := d.Writer().Exec("UPDATE person SET settlement = $1 WHERE id = 3", home.ID); err != nil {
			t.Fatal(err)
		}
		counted := func(want map[calendar.Month]int64, view rollup.View) {
			t.Helper()
			for m, n := range want {
				fig, err := roll.Figures(ctx, region.ScopeOf(liaocheng), shenxian, m, view)
				if err != nil {
					t.Fatal(err)
				}
				if got := fig.N("settled"); got != n {
					t.Errorf("%s: %d live in the settlement, want %d", m, got, n)
				}
			}
		}
		counted(map[calendar.Month]int64{202301: 0, 202302: 1, 202311: 1}, rollup.AsKnown)
		add := func(n int, from, to string) {
			t.Helper()
			names := []string{"", "王示例", "李示例", "赵示例"}
			if _, err := f.s.AddMember(ctx, officer(shenxian), home.ID, map[string]string{"person": names[n], "id_number": number(n), "started_on": from, "ended_on": to}); err != nil {
				t.Fatal(err)
			}
		}
		add(1, "2023-03-31", "")
		add(2, "2023-04-01", "2023-08-30")
		counted(map[calendar.Month]int64{202302: 1, 202303: 2, 202304: 3, 202307: 3, 202308: 2, 202311: 2}, rollup.AsKnown)
		// Closed, then a late fact: the first left in May.
		for m := calendar.Month(202303); m <= 202306; m = m.Add(1) {
			if err := months.CloseAll(ctx, account.LocalOperator(region.Country), region.Country, m, nil); err != nil {
				t.Fatal(err)
			}
		}
		list, _, err := f.s.Members(ctx, region.ScopeOf(shenxian), region.ScopeOf(shenxian), home.ID, 0)
		if err != nil || len(list) != 2 {
			t.Fatalf("%+v %v", list, err)
		}
		if err := f.s.EndMember(ctx, officer(shenxian), home.ID, list[0].ID, 20230514, "搬走"); err != nil {
			t.Fatal(err)
		}
		counted(map[calendar.Month]int64{202304: 3, 202305: 3, 202306: 3, 202307: 2}, rollup.AsClosed)
		counted(map[calendar.Month]int64{202304: 3, 202305: 2, 202306: 2, 202307: 2}, rollup.AsKnown)
		// The settlement closes: nobody lives there any more.
		rec, err := f.s.Get(ctx, region.ScopeOf(shenxian), home.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.s.End(ctx, officer(shenxian), home.ID, rec.Version, 20230930, "并入社区"); err != nil {
			t.Fatal(err)
		}
		counted(map[calendar.Month]int64{202308: 1, 202309: 1, 202310: 0}, rollup.AsKnown)
	})
}

// A settlement whose record is given an end, on its page or by a file, is left
// by all on its list, whatever their own dates say, and by those of no list.
func TestNobodyLivesInAClosedSettlement(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		ctx := context.Background()
		months := month.New(d, &monthtest.Audit{})
		log := audit.New(d, secrettest.Box(t), nil)
		f.s.UseMonths(months)
		f.s.UsePeople(people.New(d, people.Deps{Box: secrettest.Box(t), Audit: log, Closed: months, Checks: rule.NewDesk(d, rule.TreePlaces(region.National()), log), Settled: f.s, Spells: work.ReadSpells, Reclass: work.Reclass}))
		roll := rollup.New(d, months)
		for i, name := range []string{"王示例", "李示例"} {
			f.person(int64(i+1), name, number(i+1), 371522101001, fact.KindPoor)
		}
		form := map[string]string{"name": "示例安置区", "form": "易地搬迁安置区", "started_on": "2023-02-10"}
		home := f.add(register.SettlementKind, shenxian, form)
		if _, err := d.Writer().Exec("UPDATE person SET settlement = $1 WHERE id = 2", home.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := f.s.AddMember(ctx, officer(shenxian), home.ID, map[string]string{"person": "王示例", "id_number": number(1), "started_on": "2023-03-31"}); err != nil {
			t.Fatal(err)
		}
		settled := func(m calendar.Month, want int64) {
			t.Helper()
			fig, err := roll.Figures(ctx, region.ScopeOf(liaocheng), shenxian, m, rollup.AsKnown)
			if err != nil {
				t.Fatal(err)
			}
			if got := fig.N("settled"); got != want {
				t.Errorf("%s: %d live in the settlement, want %d", m, got, want)
			}
		}
		settled(202309, 2)
		settled(202311, 2)
		rec, err := f.s.Get(ctx, region.ScopeOf(shenxian), home.ID)
		if err != nil {
			t.Fatal(err)
		}
		form["ended_on"], form["end_reason"] = "2023-09-30", "并入社区"
		if err := f.s.Edit(ctx, officer(shenxian), home.ID, rec.Version, form, "补填"); err != nil {
			t.Fatal(err)
		}
		settled(202309, 2)
		settled(202311, 0)
		var at int64
		if err := d.Read.QueryRow("SELECT settlement FROM person WHERE id = 1").Scan(&at); err != nil || at != 0 {
			t.Errorf("the record has the person in %d, %v", at, err)
		}
	})
}

// A list of residents comes by the roster import, seen by months when it is
// saved and gone when it is taken back.
func TestResidentsByImport(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		ctx := context.Background()
		months := month.New(d, &monthtest.Audit{})
		f.s.UseMonths(months)
		roll := rollup.New(d, months)
		f.person(1, "王示例", number(1), 371522101001, fact.KindPoor)
		home := f.add(register.SettlementKind, shenxian, map[string]string{"name": "示例安置区", "form": "其他安置区", "facility": "是", "window": "否", "people": "3200"})
		counted := func(want int64) {
			t.Helper()
			fig, err := roll.Figures(ctx, region.ScopeOf(liaocheng), shenxian, 202311, rollup.AsClosed)
			if err != nil {
				t.Fatal(err)
			}
			if got := fig.N("settled"); got != want {
				t.Errorf("%d live in the settlement, want %d", got, want)
			}
		}
		counted(0)
		b := &transfer.Batch{ID: 9, Kind: "roster", Subtype: "settlement_members", Region: shenxian, UserID: 7}
		out := f.run(b, "settlement_members", []string{"安置区名称", "姓名", "证件号码", "入住日期"}, [][]string{{"示例安置区", "王示例", number(1), "2020-06"}, {"示例安置区", "外人", number(5), "2020-06"}})
		if got := results(out); got != "NN" {
			t.Fatalf("import: %s %s", got, rules(out[0]))
		}
		counted(1)
		list, err := f.s.Homes(ctx, region.ScopeOf(liaocheng), 20231130)
		if err != nil || len(list) != 1 || list[0].Listed != 1 || list[0].Outside != 1 || list[0].Households != 1 || list[0].Size != register.Large || list[0].Gap != register.GapWindow || list[0].ID != home.ID {
			t.Errorf("%+v %v", list, err)
		}
		// Who died lives there no more, whatever the list says, and did so until then.
		if _, err := d.Writer().Exec("UPDATE person SET out_on = 20231120, out_reason = 1 WHERE id = 1"); err != nil {
			t.Fatal(err)
		}
		for on, want := range map[calendar.Date]int64{20231119: 1, 20231130: 0} {
			if list, err := f.s.Homes(ctx, region.ScopeOf(liaocheng), on); err != nil || len(list) != 1 || list[0].Listed != want || list[0].Households != want {
				t.Errorf("%s: %+v %v", on, list[0], err)
			}
		}
		if _, err := d.Writer().Exec("UPDATE person SET out_on = 0, out_reason = 0 WHERE id = 1"); err != nil {
			t.Fatal(err)
		}
		if list, err := f.s.Homes(ctx, region.Scope{}, 20231130); err != nil || len(list) != 0 {
			t.Errorf("without scope: %v %v", list, err)
		}
		if err := d.Tx(ctx, func(tx *db.Tx) error { return f.s.Roster().Undo(ctx, tx, b) }); err != nil {
			t.Fatal(err)
		}
		counted(0)
	})
}

func TestGapsAndSizes(t *testing.T) {
	for _, c := range []struct {
		facility, window, platform string
		want                       register.Gap
	}{
		{"1", "1", "", register.NoGap}, {"1", "2", "示例平台", register.GapWindow}, {"1", "", "", register.GapUnknown},
		{"2", "", "示例乡镇平台", register.NoGap}, {"2", "", "", register.GapPlatform}, {"2", "2", "", register.GapPlatform}, {"2", "1", "", register.NoGap},
		{"", "", "", register.GapUnknown}, {"", "1", "", register.NoGap}, {"", "2", "", register.GapUnknown}, {"", "", "示例平台", register.NoGap},
	} {
		r := &register.Record{Extra: map[string]string{"facility": c.facility, "window": c.window, "platform": c.platform}}
		if got := register.GapOf(r); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
	for people, want := range map[int64]register.Size{-1: register.SizeUnknown, 0: register.Small, 799: register.Small, 800: register.Medium, 2999: register.Medium, 3000: register.Large, 10_000: register.Great} {
		if got := register.SizeOf(people, setting.Values{}); got != want {
			t.Errorf("%d people: %d", people, got)
		}
	}
}

// A tenth of a project's posts go to people who were moved: by the list where
// there is one, else as stated; what nobody knows is not short.
func TestSharesOfThoseMoved(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		ctx := context.Background()
		f.person(1, "王示例", number(1), 371522101001, fact.KindPoor)
		home := f.add(register.SettlementKind, shenxian, map[string]string{"name": "示例安置区", "form": "易地搬迁安置区"})
		if _, err := d.Writer().Exec("UPDATE person SET settlement = $1 WHERE id = 1", home.ID); err != nil {
			t.Fatal(err)
		}
		listed := f.add("relief", shenxian, map[string]string{"name": "示例一项目", "started_on": "2023-03-01", "people": "5"})
		if _, err := f.s.AddMember(ctx, officer(shenxian), listed.ID, map[string]string{"person": "王示例", "id_number": number(1), "started_on": "2023-03-01"}); err != nil {
			t.Fatal(err)
		}
		f.add("relief", shenxian, map[string]string{"name": "示例二项目", "started_on": "2023-03-01", "people": "40", "relocated": "3"})
		f.add("relief", shenxian, map[string]string{"name": "示例三项目", "started_on": "2023-03-01", "people": "40"})
		f.add("relief", yanggu, map[string]string{"name": "示例四项目", "started_on": "2023-03-01", "people": "40", "relocated": "4"})
		list, err := f.s.Shares(ctx, region.ScopeOf(shenxian), 20231130)
		if err != nil || len(list) != 3 {
			t.Fatalf("%v %v", list, err)
		}
		want := map[string][3]any{"示例一项目": {int64(5), int64(1), false}, "示例二项目": {int64(40), int64(3), true}, "示例三项目": {int64(40), int64(-1), false}}
		for _, x := range list {
			if got := [3]any{x.Posts, x.Moved, x.Short}; got != want[x.Name] {
				t.Errorf("%s: %v, want %v", x.Name, got, want[x.Name])
			}
		}
	})
}

// A household moves in together: those whom the caller may change, once each.
func TestAHouseholdMovesIn(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		ctx := context.Background()
		for i := range 3 {
			f.person(int64(i+1), []string{"王示例", "李示例", "赵示例"}[i], number(i+1), 371522101001, fact.KindPoor)
		}
		f.person(4, "钱示例", number(4), 371521101001, fact.KindPoor) // of the household on paper, of another county
		for _, q := range []string{"INSERT INTO household (id, village, created_at, updated_at) VALUES (1, 371522101001, 0, 0)", "UPDATE person SET out_on = 20230101 WHERE id = 3"} {
			if _, err := d.Writer().Exec(q); err != nil {
				t.Fatal(err)
			}
		}
		home := f.add(register.SettlementKind, shenxian, map[string]string{"name": "示例安置区", "form": "易地搬迁安置区"})
		if _, err := f.s.AddMember(ctx, officer(shenxian), home.ID, map[string]string{"person": "王示例", "id_number": number(1), "started_on": "2023-03-31", "household": "1"}); err != nil {
			t.Fatal(err)
		}
		list, _, err := f.s.Members(ctx, region.ScopeOf(shenxian), region.ScopeOf(shenxian), home.ID, 0)
		if err != nil || len(list) != 2 || list[0].PersonID != 1 || list[1].PersonID != 2 || list[1].StartedOn != 20230331 || list[1].EndedOn != fact.Forever {
			t.Errorf("%+v %v", list, err)
		}
		var at int64
		if err := d.Read.QueryRow("SELECT settlement FROM household WHERE id = 1").Scan(&at); err != nil || at != home.ID {
			t.Errorf("the household stands in %d, %v", at, err)
		}
	})
}

// What a record says of today's settlement follows the dated list: in, out, by
// import, and back when the import is taken back.
func TestRecordsFollowTheList(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		ctx := context.Background()
		months := month.New(d, &monthtest.Audit{})
		log := audit.New(d, secrettest.Box(t), nil)
		f.s.UseMonths(months)
		f.s.UsePeople(people.New(d, people.Deps{Box: secrettest.Box(t), Audit: log, Closed: months, Checks: rule.NewDesk(d, rule.TreePlaces(region.National()), log), Settled: f.s, Spells: work.ReadSpells, Reclass: work.Reclass}))
		for i, name := range []string{"王示例", "李示例", "赵示例"} {
			f.person(int64(i+1), name, number(i+1), 371522101001, fact.KindPoor)
		}
		home := f.add(register.SettlementKind, shenxian, map[string]string{"name": "示例安置区", "form": "易地搬迁安置区"})
		old := f.add(register.SettlementKind, shenxian, map[string]string{"name": "示例旧址", "form": "易地搬迁安置区"})
		if _, err := d.Writer().Exec("UPDATE person SET settlement = $1 WHERE id = 2", old.ID); err != nil {
			t.Fatal(err)
		}
		at := func(id, want int64) {
			t.Helper()
			var got int64
			if err := d.Read.QueryRow("SELECT settlement FROM person WHERE id = $1", id).Scan(&got); err != nil || got != want {
				t.Errorf("person %d is in %d, want %d (%v)", id, got, want, err)
			}
		}
		m, err := f.s.AddMember(ctx, officer(shenxian), home.ID, map[string]string{"person": "王示例", "id_number": number(1), "started_on": "2023-03-31"})
		if err != nil {
			t.Fatal(err)
		}
		at(1, home.ID)
		if err := f.s.EndMember(ctx, officer(shenxian), home.ID, m.ID, 20230930, "搬走"); err != nil {
			t.Fatal(err)
		}
		at(1, 0)
		b := &transfer.Batch{ID: 9, Kind: "roster", Subtype: "settlement_members", Region: shenxian, UserID: 7}
		f.run(b, "settlement_members", []string{"安置区名称", "姓名", "证件号码", "入住日期"}, [][]string{{"示例安置区", "李示例", number(2), "2020-06"}, {"示例安置区", "赵示例", number(3), "2020-06"}})
		at(2, home.ID)
		var n int
		if err := d.Read.QueryRow("SELECT count(*) FROM field_change WHERE field = 'settlement' AND entity = 'person'").Scan(&n); err != nil || n != 4 {
			t.Errorf("%d lines of history, %v", n, err)
		}
		// Somebody has written since where the third lives: that stays.
		if _, err := d.Writer().Exec("UPDATE person SET settlement = $1 WHERE id = 3", old.ID); err != nil {
			t.Fatal(err)
		}
		if err := d.Tx(ctx, func(tx *db.Tx) error { return f.s.Roster().Undo(ctx, tx, b) }); err != nil {
			t.Fatal(err)
		}
		at(2, old.ID)
		at(3, old.ID)
	})
}
