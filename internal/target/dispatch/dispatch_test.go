package dispatch_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/xuri/excelize/v2"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/target"
	"wengang/internal/target/dispatch"
	"wengang/internal/testkit"
)

const (
	liaocheng region.Code = 371500000000
	yanggu    region.Code = 371521000000
	shenxian  region.Code = 371522000000
)

var ctx = context.Background()

type recorder struct{ acts []string }

func (r *recorder) Note(_ context.Context, _ *db.Tx, _ account.Caller, n account.Note) error {
	r.acts = append(r.acts, n.Action)
	return nil
}

type figures map[string]int64

func (f figures) Value(_ context.Context, scope region.Scope, id string, at region.Code, m calendar.Month) (int64, bool, error) {
	if !scope.Contains(at) {
		return 0, false, fmt.Errorf("asked for %s outside the scope", at)
	}
	v, ok := f[fmt.Sprintf("%s@%s@%d", id, at, m)]
	return v, ok, nil
}

// Closed is dispatch.Months: months up to November 2023 are.
func (f figures) Closed(_ context.Context, _ region.Scope, _ region.Code, m calendar.Month) (bool, error) {
	return m <= 202311, nil
}

func who(role account.Role, at region.Code) account.Caller {
	return account.Caller{UserID: 9, Name: "王某", Grants: []account.Grant{{Role: role, Dept: account.DeptHR, Region: at}}}
}

// issue puts a table into force as a signed decomposition does.
func issue(t *testing.T, d *db.DB, tab *target.Table) {
	t.Helper()
	for i := range tab.Rows {
		tab.Rows[i].N = i + 1
	}
	if err := d.Tx(ctx, func(tx *db.Tx) error { return target.Issue(ctx, tx, who(account.Leader, liaocheng), tab, 0) }); err != nil {
		t.Fatal(err)
	}
}

// What was issued stays as it was issued: with its numbers, ranks and remarks,
// when figures and targets have changed since.
func TestAnIssueKeepsItsFigures(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := figures{"worked_year@371521@202311": 450, "worked_year@371522@202311": 960, "worked_year@3715@202311": 1410,
			"worked_year@371521@202310": 440, "worked_year@371522@202310": 700, "worked_year@3715@202310": 1140, "absorbed_year@371521@202311": 7}
		rec := &recorder{}
		targets := target.New(d, rec, region.National(), f)
		s := dispatch.New(d, rec, targets, region.National(), f)
		issue(t, d, &target.Table{Region: liaocheng, Indicator: "脱贫人口务工规模", IndicatorKey: "work", Direction: target.ByOrigin, Year: 2023, Unit: "万人", Comparator: target.AtLeast, DocNo: "1号", PrintedTotal: "0.15",
			Rows: []target.Row{{Region: yanggu, Name: "阳谷县", Printed: "0.05"}, {Region: yanggu, Name: "阳谷县", Printed: "0.01", PartOf: 1, PartName: "劳务协作"}, {Region: shenxian, Name: "莘县", Printed: "0.10"}, {Region: 371525000000, Name: "冠县", Printed: "0.02"}}})
		issue(t, d, &target.Table{Region: liaocheng, Indicator: "吸纳脱贫人口务工", IndicatorKey: "absorb", Direction: target.Absorbed, Year: 2023, Unit: "人", Comparator: target.AtLeast, DocNo: "1号", PrintedTotal: "10", Rows: []target.Row{{Region: yanggu, Name: "阳谷县", Printed: "10"}}})
		issue(t, d, &target.Table{Region: yanggu, Indicator: "脱贫人口务工规模", IndicatorKey: "work", Direction: target.ByOrigin, Year: 2023, Unit: "人", Comparator: target.AtLeast, DocNo: "2号", PrintedTotal: "500", Rows: []target.Row{{Region: 371521100000, Name: "某镇", Printed: "500"}}})
		all, err := s.Sections(ctx, region.ScopeOf(liaocheng), liaocheng, 202311)
		if err != nil || len(all) != 2 {
			t.Fatalf("%d sections, %v", len(all), err)
		}
		lead, ids := who(account.Leader, liaocheng), []int64{all[0].Table, all[1].Table}
		id, err := s.Issue(ctx, lead, liaocheng, 202311, dispatch.Paper{Tables: ids, Note: "=备注"})
		if err != nil {
			t.Fatal(err)
		}
		before, err := s.Get(ctx, region.ScopeOf(liaocheng), id)
		if err != nil || before.Number != 1 || before.Title != "聊城市2023年1—11月目标任务完成情况调度表" || len(before.Sections) != 2 {
			t.Fatalf("%+v %v", before, err)
		}
		// A month that has not ended has no closed figures, whatever the ledger holds.
		f["worked_year@371521@202312"] = 450
		if _, err := s.Issue(ctx, lead, liaocheng, 202312, dispatch.Paper{Tables: ids}); !fault.Is(err, fault.Invalid) {
			t.Errorf("an open month was issued: %v", err)
		}
		var work *dispatch.Section
		for i := range before.Sections {
			if before.Sections[i].Indicator == "脱贫人口务工规模" {
				work = &before.Sections[i]
			}
		}
		var got []string
		for _, l := range work.Order() {
			n, known := l.Change()
			got = append(got, fmt.Sprint(l.Rank, l.Name, l.Printed, l.Actual, l.RateBP, n, known, l.LastRank, l.Remark()))
		}
		want := []string{"1莘县0.10 960 9600 260 true 2", "2阳谷县0.05 450 9000 10 true 1", "0劳务协作0.01 -1 -1 0 false 0无实际数", "0冠县0.02 -1 -1 0 false 0无实际数", "0聊城市0.15 1410 9400 270 true 0"}
		if fmt.Sprint(normal(got)) != fmt.Sprint(normal(want)) {
			t.Errorf("\n%q\n%q", got, want)
		}
		// A year goes on: the figures are corrected, the targets replaced.
		f["worked_year@371521@202311"], f["worked_year@371522@202311"] = 1, 2
		if _, err := d.Writer().ExecContext(ctx, `UPDATE target_row SET printed = '9', value = 9`); err != nil {
			t.Fatal(err)
		}
		after, err := s.Get(ctx, region.ScopeOf(liaocheng), id)
		if err != nil || fmt.Sprintf("%+v", after) != fmt.Sprintf("%+v", before) {
			t.Errorf("the issue changed: %v", err)
		}
		if second, err := s.Issue(ctx, lead, liaocheng, 202311, dispatch.Paper{Tables: ids}); err != nil {
			t.Fatal(err)
		} else if x, _ := s.Get(ctx, region.ScopeOf(liaocheng), second); x.Number != 2 {
			t.Errorf("the second issue is number %d", x.Number)
		}
		if list, err := s.List(ctx, region.ScopeOf(liaocheng), liaocheng); err != nil || len(list) != 2 || list[0].Number != 2 {
			t.Errorf("list: %v %v", list, err)
		}
		if fmt.Sprint(rec.acts[len(rec.acts)-2:]) != "[target.dispatch.issue target.dispatch.issue]" {
			t.Errorf("on record: %v", rec.acts)
		}
		// A county neither reads what ranks it against others nor issues.
		if _, err := s.Get(ctx, region.ScopeOf(shenxian), id); !fault.Is(err, fault.NotFound) {
			t.Errorf("a county: %v", err)
		}
		for who, want := range map[*account.Caller]fault.Kind{ptr(who(account.Officer, liaocheng)): fault.Forbidden, ptr(who(account.Leader, shenxian)): fault.NotFound} {
			if _, err := s.Issue(ctx, *who, liaocheng, 202311, dispatch.Paper{Tables: ids}); !fault.Is(err, want) {
				t.Errorf("issued: %v", err)
			}
		}
		if _, err := s.Issue(ctx, lead, liaocheng, 202311, dispatch.Paper{Tables: []int64{999}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("an empty issue: %v", err)
		}
		if _, err := s.List(ctx, region.ScopeOf(shenxian), liaocheng); !fault.Is(err, fault.NotFound) {
			t.Errorf("list for a county: %v", err)
		}
		book(t, s, lead, id)
	})
}

func ptr(c account.Caller) *account.Caller { return &c }

func normal(all []string) (out []string) {
	for _, s := range all {
		var b []rune
		for _, r := range s {
			if r != ' ' {
				b = append(b, r)
			}
		}
		out = append(out, string(b))
	}
	return out
}

func book(t *testing.T, s *dispatch.Store, by account.Caller, id int64) {
	t.Helper()
	var buf bytes.Buffer
	if _, err := s.Workbook(ctx, by, id, &buf); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&buf)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(f.GetSheetList()); got != "[总表 吸纳脱贫人口务工 脱贫人口务工规模]" && got != "[总表 脱贫人口务工规模 吸纳脱贫人口务工]" {
		t.Errorf("sheets %s", got)
	}
	rows, err := f.GetRows("脱贫人口务工规模")
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(rows[1][0]) != "2023年第1期" || fmt.Sprint(rows[3]) != "[1 莘县 0.10 960 96.0 91.7 260 2 ↑1]" {
		t.Errorf("as printed: %q %q", rows[1], rows[3])
	}
	note := false
	for _, r := range rows {
		note = note || len(r) > 0 && r[0] == "'=备注"
	}
	if !note {
		t.Error("a note that reads like a formula was written as it is")
	}
}
