package target_test

import (
	"context"
	"fmt"
	"testing"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/setting"
	"wengang/internal/target"
	"wengang/internal/testkit"
)

// monthly answers by month, for shapes and forecasts.
type monthly struct{ of map[string]int64 }

func (f monthly) Value(_ context.Context, scope region.Scope, indicator string, at region.Code, m calendar.Month) (int64, bool, error) {
	if !scope.Contains(at) {
		return 0, false, fmt.Errorf("asked for %s outside the scope", at)
	}
	v, ok := f.of[fmt.Sprintf("%s@%s@%d", indicator, at, m)]
	if !ok {
		v, ok = f.of[fmt.Sprintf("%s@%s", indicator, at)]
	}
	return v, ok, nil
}

func withFigures(t *testing.T, d *db.DB, f target.Figures) *fixture {
	return &fixture{T: t, d: d, s: target.New(d, &recorder{}, region.National(), f)}
}

var plainHead = []string{"地区", "目标任务", "单位", "指标", "年度", "文号"}

func TestParsePoints(t *testing.T) {
	for in, ok := range map[string]bool{
		"8 16 25 33 41 50 58 66 75 83 91 100":                         true,
		"40%，45％，50、55 60 65 70 75 80 90 95 100.00":                   true,
		"8.33 16.66 25 33.33 41.66 50 58.33 66.66 75 83.33 91.66 100": true,
		"8 16 25 33 41 50 58 66 75 83 91 99":                          false, // does not end at 100
		"8 16 25 33 41 50 58 66 75 83 91":                             false, // eleven
		"8 16 25 33 41 50 58 66 75 70 91 100":                         false, // falls
		"-8 16 25 33 41 50 58 66 75 83 91 100":                        false,
		"8.333 16 25 33 41 50 58 66 75 83 91 100":                     false,
		"": false, "a b c d e f g h i j k 100": false,
	} {
		if _, err := target.ParsePoints(in); (err == nil) != ok {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func FuzzParsePoints(f *testing.F) {
	f.Add("8 16 25 33 41 50 58 66 75 83 91 100")
	f.Add("40%，45％，50、55 60 65 70 75 80 90 95 100")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := target.ParsePoints(s)
		if err != nil {
			return
		}
		last := 0
		for _, n := range p {
			if n < last || n > 10000 {
				t.Fatalf("%q read as %v", s, p)
			}
			last = n
		}
		if last != 10000 {
			t.Fatalf("%q ends at %d", s, last)
		}
	})
}

// Those who come back from the new year's leave make most of a year's figure in
// spring: by last year's shape May is not slow, by the line it would be ahead.
func TestProgressByCurve(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		shape := []int64{400, 500, 700, 800, 850, 900, 920, 940, 950, 970, 990, 1000}
		of := map[string]int64{"worked_year@371521@202305": 780, "worked_year@371522@202305": 900}
		for i, n := range shape {
			of[fmt.Sprintf("worked_year@3715@2022%02d", i+1)] = n
		}
		f := withFigures(t, d, monthly{of})
		f.load(liaocheng, 0, nil, plainHead, [][]string{{"阳谷县", "1000", "人", "脱贫人口务工规模", "2023", "1号"}, {"莘县", "1000", "人", "脱贫人口务工规模", "2023", "1号"}})
		tab := f.tables(everywhere)[0]
		stand := func() target.Standing {
			t.Helper()
			got, err := f.s.Progress(ctx, region.ScopeOf(371521000000), tab, 202305)
			if err != nil || len(got) != 1 {
				t.Fatalf("%+v %v", got, err)
			}
			return got[0]
		}
		if st := stand(); st.Behind || st.Forecast != -1 {
			t.Errorf("by the line: %+v", st)
		}
		by := officer(liaocheng)
		if err := f.s.SetCurve(ctx, by, tab.ID, target.Last, "", "聊人社字〔2023〕示例2号"); err != nil {
			t.Fatal(err)
		}
		if st := stand(); !st.Behind || st.Time != 0.85 || st.Forecast != 918 {
			t.Errorf("by last year's shape: %+v", st)
		}
		of["worked_year@3715@202205"] = 100 // a later correction does not move the yardstick
		if st := stand(); st.Time != 0.85 {
			t.Errorf("the curve moved: %v", st.Time)
		}
		if err := f.s.SetCurve(ctx, by, tab.ID, target.Hand, "40 45 50 60 78 80 85 90 93 95 98 100", ""); err != nil {
			t.Fatal(err)
		}
		if st := stand(); st.Behind || st.Time != 0.78 {
			t.Errorf("by hand: %+v", st)
		}
		// 5 points of grace are a setting.
		if err := f.s.SetCurve(ctx, by, tab.ID, target.Hand, "40 45 50 60 82 83 85 90 93 95 98 100", ""); err != nil {
			t.Fatal(err)
		}
		if stand().Behind {
			t.Error("4 points below are slow")
		}
		set(t, d, liaocheng, target.SlowGap, 3)
		if !stand().Behind {
			t.Error("4 points below are not slow where 3 are allowed")
		}
		for _, x := range []struct{ kind, points string }{{"last2", ""}, {target.Hand, "1 2 3"}} {
			if err := f.s.SetCurve(ctx, by, tab.ID, x.kind, x.points, ""); !fault.Is(err, fault.Invalid) {
				t.Errorf("%v: %v", x, err)
			}
		}
		if err := f.s.SetCurve(ctx, officer(shenxian), tab.ID, target.Line, "", ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("a county sets the city's curve: %v", err)
		}
		if _, err := f.s.Curve(ctx, region.Scope{}, liaocheng, "work", 2023); !fault.Is(err, fault.NotFound) {
			t.Errorf("a curve without a scope: %v", err)
		}
		if c, err := f.s.Curve(ctx, everywhere, shenxian, "work", 2023); err != nil || c.Kind != target.Hand || c.Region != liaocheng {
			t.Errorf("a county takes the city's curve: %+v %v", c, err)
		}
	})
}

func set(t *testing.T, d *db.DB, at region.Code, name string, value int64) {
	t.Helper()
	if err := setting.Check(name, value); err != nil {
		t.Fatal(err)
	}
	_, err := d.Writer().ExecContext(context.Background(), `INSERT INTO setting (region, name, year, value, source, changed_at) VALUES ($1, $2, 0, $3, '示例', 0)
		ON CONFLICT (region, name, year) DO UPDATE SET value = excluded.value`, int64(at), name, fmt.Sprint(value))
	if err != nil {
		t.Fatal(err)
	}
}

// 山东 helps 重庆 and 甘肃: rows of partners stand at the province, are reported
// from documents, and the 其中 item is never added.
func TestPartners(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		f := withFigures(t, d, monthly{map[string]int64{"worked_year@37": 9}})
		head := append(plainHead, "其中", "协作地区")
		const name = "帮助重庆、甘肃协作区县农村劳动力实现就业"
		out := f.load(shandong, 0, nil, head, [][]string{{"全省", "1.6", "万人", name, "2023", "1号", "", ""}, {"全省", "1", "万人", name, "2023", "1号", "脱贫人口", ""},
			{"全省", "0.9", "万人", name, "2023", "1号", "", "重庆市"}, {"全省", "0.7", "万人", name, "2023", "1号", "", "甘肃省"}})
		if got := findings(out); got != "" {
			t.Fatalf("told %q", got)
		}
		tab := f.tables(everywhere)[0]
		if s := target.SumOf(tab); len(tab.Rows) != 4 || s.Rows != 2 || s.Computed != "1.6" || s.Difference != "" || tab.Own() == nil || tab.Rows[2].Partner != 500000000000 {
			t.Fatalf("%+v %+v", s, tab.Rows)
		}
		by := officer(shandong)
		report := func(n int, day calendar.Date, v int64) error {
			return f.s.Report(ctx, by, tab.ID, n, target.Reported{Day: day, Value: v, DocNo: "鲁人社〔2023〕示例9号"})
		}
		for _, x := range []struct {
			n   int
			day calendar.Date
			v   int64
		}{{3, 20230630, 4000}, {3, 20230930, 7000}, {4, 20230930, 7000}, {2, 20230930, 8000}, {1, 20230930, 14000}} {
			if err := report(x.n, x.day, x.v); err != nil {
				t.Fatal(err)
			}
		}
		got, err := f.s.Progress(ctx, everywhere, tab, 202310)
		if err != nil || got[2].Actual != 7000 || !got[2].Manual || got[3].Met != true || got[1].Actual != 8000 || got[0].Actual != 14000 {
			t.Fatalf("%+v %v", got, err)
		}
		if early, _ := f.s.Progress(ctx, everywhere, tab, 202307); early[2].Actual != 4000 || early[3].Actual != -1 {
			t.Errorf("in July: %+v", early)
		}
		lines, err := f.s.Lines(ctx, everywhere, tab)
		if err != nil || len(lines) != 5 {
			t.Fatalf("%d lines, %v", len(lines), err)
		}
		for _, l := range lines {
			if l.Partner == 500000000000 && l.Value == 7000 {
				if err := f.s.CancelReport(ctx, officer(liaocheng), l.ID, "错"); !fault.Is(err, fault.NotFound) {
					t.Errorf("a city takes the province's entry back: %v", err)
				}
				if err := f.s.CancelReport(ctx, by, l.ID, ""); !fault.Is(err, fault.Invalid) {
					t.Errorf("without a reason: %v", err)
				}
				if err := f.s.CancelReport(ctx, by, l.ID, "录错"); err != nil {
					t.Fatal(err)
				}
				if err := f.s.CancelReport(ctx, by, l.ID, "录错"); !fault.Is(err, fault.Conflict) {
					t.Errorf("twice: %v", err)
				}
			}
		}
		if got, _ = f.s.Progress(ctx, everywhere, tab, 202310); got[2].Actual != 4000 {
			t.Errorf("after the entry was taken back: %d", got[2].Actual)
		}
		for what, x := range map[string]target.Reported{
			"no document": {Day: 20230930, Value: 1}, "the future": {Day: 20991231, Value: 1, DocNo: "x"}, "another year": {Day: 20220930, Value: 1, DocNo: "x"}, "below zero": {Day: 20230930, Value: -1, DocNo: "x"},
		} {
			if err := f.s.Report(ctx, by, tab.ID, 3, x); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if out := f.load(shandong, 0, nil, head, [][]string{{"全省", "1", "万人", name, "2024", "2号", "", "聊城市"}, {"全省", "1", "万人", name, "2024", "2号", "", "某某省"}}); findings(out) != "2:target.partner_inside[聊城市] 3:target.partner_unknown[某某省]" {
			t.Errorf("told %q", findings(out))
		}
	})
}

// What the ledger counts takes no reported number: two calibres of one name.
func TestMeasuredRowsAreNotReported(t *testing.T) {
	f := withFigures(t, testkit.SQLite(t), monthly{map[string]int64{}})
	f.load(liaocheng, 0, nil, plainHead, [][]string{{"阳谷县", "1000", "人", "脱贫人口务工规模", "2023", "1号"}})
	err := f.s.Report(context.Background(), officer(liaocheng), f.tables(everywhere)[0].ID, 1, target.Reported{Day: 20230930, Value: 5, DocNo: "x"})
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
}

// 十四五 140 万个左右: what each year reports is added up, and the time is the
// five years'.
func TestSeveralYears(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		f := withFigures(t, d, monthly{map[string]int64{}})
		f.load(shandong, 0, nil, append(plainHead, "止年", "比较"), [][]string{{"全省", "120", "万个", "开发乡村公益性岗位", "2021", "1号", "2025", "左右"}})
		tab := f.tables(everywhere)[0]
		for day, v := range map[calendar.Date]int64{20210630: 100000, 20211231: 240000, 20221231: 250000, 20231031: 200000} {
			if err := f.s.Report(ctx, officer(shandong), tab.ID, 1, target.Reported{Day: day, Value: v, DocNo: "示例" + day.String()}); err != nil {
				t.Fatal(err)
			}
		}
		got, err := f.s.Progress(ctx, everywhere, tab, 202311)
		if err != nil || got[0].Actual != 690000 || got[0].Met || got[0].Behind != (690000.0/1200000 < 35.0/60-0.05) {
			t.Errorf("%+v %v", got, err)
		}
		p, err := f.s.Pace(ctx, everywhere, tab)
		if err != nil || p.At(tab, 202012) != 0 || p.At(tab, 202512) != 1 || p.At(tab, 202312) != 36.0/60 {
			t.Errorf("time: %v %v %v, %v", p.At(tab, 202012), p.At(tab, 202312), p.At(tab, 202512), err)
		}
	})
}

// 不低于 2020 年水平: the base value is stored with its source and stays; 稳定
// lets it fall by the tolerance, no further.
func TestBase(t *testing.T) {
	f := withFigures(t, testkit.SQLite(t), monthly{map[string]int64{"settled_worked_year@371521": 960, "settled_worked_year@371522": 940}})
	f.load(liaocheng, 0, nil, append(plainHead, "基期年", "基期值来源", "比较"), [][]string{{"阳谷县", "1000", "人", "易地搬迁脱贫人口务工规模", "2023", "1号", "2020", "2020年年报", "稳定"}, {"莘县", "1000", "人", "易地搬迁脱贫人口务工规模", "2023", "1号", "2020", "2020年年报", "稳定"}})
	tab := f.tables(everywhere)[0]
	if tab.BaseYear != 2020 || tab.BaseSource != "2020年年报" || tab.Comparator != target.Steady {
		t.Fatalf("%+v", tab)
	}
	got, err := f.s.Progress(context.Background(), everywhere, tab, 202312)
	if err != nil || !got[0].Met || got[1].Met || !got[1].Behind {
		t.Errorf("%+v %v", got, err)
	}
}

func TestRedLine(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		f := withFigures(t, d, monthly{map[string]int64{"jobless@3715": 51, "able_willing@3715": 1000, "jobless@371522": 50, "able_willing@371522": 1000}})
		red := func(at region.Code) target.Red {
			t.Helper()
			r, err := f.s.RedLine(ctx, everywhere, at, 202311)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		if r := red(liaocheng); r.Set() || r.Crossed() || r.Share() != 0.051 {
			t.Errorf("no number stands in the notices, so no line: %+v", r)
		}
		set(t, d, liaocheng, target.RedShare, 50)
		set(t, d, liaocheng, target.RedCount, 50)
		if r := red(liaocheng); !r.ShareCrossed || !r.CountCrossed || r.ShareSource != "示例" {
			t.Errorf("the city: %+v", r)
		}
		if r := red(shenxian); r.ShareCrossed || r.CountLimit != 0 || r.ShareLimit != 50 {
			t.Errorf("at the line is not above it, and a city's number is no county's: %+v", r)
		}
		if r := red(371521000000); r.Known || r.Crossed() || r.Share() != -1 {
			t.Errorf("unknown: %+v", r)
		}
		if _, err := f.s.RedLine(ctx, region.ScopeOf(shenxian), liaocheng, 202311); !fault.Is(err, fault.NotFound) {
			t.Errorf("a county asks for the city's: %v", err)
		}
	})
}

func TestRanksAndWhatIf(t *testing.T) {
	tab := &target.Table{Region: liaocheng, Year: 2023, Unit: "人", Comparator: target.AtLeast, PrintedTotal: "3000", TotalValue: 3000}
	var all []target.Standing
	pace := target.Pace{Gap: 0.05}
	for i, x := range []struct {
		at            region.Code
		value, actual int64
	}{{371502000000, 1000, 500}, {371521000000, 500, 250}, {shenxian, 1000, 900}, {371524000000, 500, -1}} {
		r := target.Row{N: i + 1, Region: x.at, Value: x.value}
		tab.Rows = append(tab.Rows, r)
		all = append(all, pace.Stand(tab, r, x.actual, 202311))
	}
	if got := fmt.Sprint(target.Ranks(tab, all)); got != "[2 2 1 0]" {
		t.Errorf("ranks %s", got)
	}
	x := target.WhatIf(tab, all, pace, 202311, map[region.Code]target.Assumed{371521000000: {Add: 240, Target: -1}, shenxian: {Target: 1200}, 371524000000: {Add: 10, Target: -1}})
	if x.Rows[1].Then.Actual != 490 || x.Rows[1].RankThen != 1 || x.Rows[2].RankThen != 2 || x.Rows[3].Then.Actual != -1 || x.Remainder != -200 || !x.Changed || x.Rows[1].Now.Actual != 250 {
		t.Errorf("%+v", x)
	}
	if x := target.WhatIf(tab, all, pace, 202311, nil); x.Changed || x.Remainder != 0 || x.Rows[0].RankNow != x.Rows[0].RankThen {
		t.Errorf("nothing assumed: %+v", x)
	}
	for share, want := range map[float64]float64{0.9996: 99.9, 1: 100, 0.98664: 98.7, 1.0496: 105, 0.99949: 99.9} {
		if got := target.Shown(share); got != want {
			t.Errorf("%v is shown as %v, want %v", share, got, want)
		}
	}
}

// Nobody without the right writes.
func TestNobodyElseWrites(t *testing.T) {
	ctx := context.Background()
	f := withFigures(t, testkit.SQLite(t), monthly{})
	f.load(liaocheng, 0, nil, plainHead, [][]string{{"阳谷县", "1000", "人", "某指标", "2023", "1号"}})
	id := f.tables(everywhere)[0].ID
	reader := account.Caller{UserID: 3, Grants: []account.Grant{{Role: account.Leader, Dept: account.DeptHR, Region: liaocheng}}}
	for what, err := range map[string]error{
		"curve": f.s.SetCurve(ctx, reader, id, target.Line, "", ""), "report": f.s.Report(ctx, reader, id, 1, target.Reported{}), "cancel": f.s.CancelReport(ctx, reader, 1, "x"),
	} {
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
