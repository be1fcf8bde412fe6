package target_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/target"
	"wengang/internal/testkit"
	"wengang/internal/transfer"
)

const (
	guangdong region.Code = 440000000000
	shandong  region.Code = 370000000000
	liaocheng region.Code = 371500000000
	shenxian  region.Code = 371522000000
)

type recorder struct{ n int }

func (r *recorder) Note(context.Context, *db.Tx, account.Caller, account.Note) error {
	r.n++
	return nil
}

// figures answers fixed values; what it does not hold is unknown.
type figures map[string]int64

func (f figures) Value(_ context.Context, scope region.Scope, indicator string, at region.Code, m calendar.Month) (int64, bool, error) {
	if !scope.Contains(at) {
		return 0, false, fmt.Errorf("asked for %s outside the scope", at)
	}
	v, ok := f[fmt.Sprintf("%s@%s", indicator, at)]
	return v, ok, nil
}

type fixture struct {
	*testing.T
	d     *db.DB
	s     *target.Store
	batch int64
}

func setup(t *testing.T, d *db.DB, f figures) *fixture {
	return &fixture{T: t, d: d, s: target.New(d, &recorder{}, region.National(), f)}
}

func officer(at region.Code) account.Caller {
	return account.Caller{UserID: 7, Grants: []account.Grant{{Role: account.Officer, Dept: account.DeptHR, Region: at}}}
}

// load imports a table as the engine does, and answers the outcomes.
func (f *fixture) load(at region.Code, year int, above []string, header []string, rows [][]string) []transfer.Outcome {
	f.Helper()
	ctx := context.Background()
	f.batch++
	kind := f.s.Import()
	b := &transfer.Batch{ID: f.batch, Kind: "targets", Layout: "targets", Region: at, Year: year, UserID: 7, Above: above}
	for _, h := range header {
		key := ""
		for _, c := range kind.Layouts()[0].Columns {
			for _, x := range c.Headings {
				if x == h {
					key = c.Key
				}
			}
		}
		b.Columns = append(b.Columns, key)
	}
	c, err := kind.Open(ctx, b)
	if err != nil {
		f.Fatal(err)
	}
	var in []transfer.Row
	for i, r := range rows {
		row := transfer.Row{Sheet: "Sheet1", N: i + 2 + len(above)}
		for j, s := range r {
			row.Cells = append(row.Cells, transfer.Cell{Text: s, Column: header[j]})
		}
		in = append(in, row)
	}
	out, err := c.Check(ctx, in)
	if err != nil {
		f.Fatal(err)
	}
	err = f.d.Tx(ctx, func(tx *db.Tx) error {
		return kind.Finish(ctx, tx, b, func(fn func(transfer.Staged) error) error {
			for _, o := range out {
				if o.Result == transfer.Rejected {
					continue
				}
				if err := fn(transfer.Staged{Row: o.Row, Result: o.Result, Payload: o.Payload}); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		f.Fatal(err)
	}
	return out
}

// file imports a shipped table.
func (f *fixture) file(name string, at region.Code) []transfer.Outcome {
	f.Helper()
	raw, err := target.Files.ReadFile("data/" + name)
	if err != nil {
		f.Fatal(err)
	}
	r := csv.NewReader(strings.NewReader(string(raw)))
	r.FieldsPerRecord = -1
	all, err := r.ReadAll()
	if err != nil {
		f.Fatal(err)
	}
	var above []string
	for all[0][0] != "序号" {
		above, all = append(above, all[0]...), all[1:]
	}
	return f.load(at, 0, above, all[0], all[1:])
}

func (f *fixture) tables(scope region.Scope) []*target.Table {
	f.Helper()
	list, err := f.s.List(context.Background(), scope, target.Filter{})
	if err != nil {
		f.Fatal(err)
	}
	return list
}

func findings(out []transfer.Outcome) string {
	var all []string
	for _, o := range out {
		for _, x := range o.Findings {
			all = append(all, fmt.Sprintf("%d:%s%v", o.Row, x.Rule, x.Args))
		}
	}
	return strings.Join(all, " ")
}

var everywhere = region.ScopeOf(region.Country)

func TestPrintedTotalsAreToldAndKept(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d, nil)
		for _, c := range []struct {
			file             string
			at               region.Code
			rows             int
			told, total, sum string
			holder           region.Code
		}{
			{"national_2022_annex1_work.csv", region.Country, 25, "", "3019.17", "3019.17", region.Country},
			{"national_2022_annex2_absorb.csv", region.Country, 8, "10:target.sum_differs[877.7 877.9 +0.2]", "877.7", "877.9", region.Country},
			{"guangdong_2022_absorb.csv", guangdong, 21, "23:target.sum_differs[387.56 387.57 +0.01]", "387.56", "387.57", guangdong},
		} {
			out := f.file(c.file, c.at)
			if got := findings(out); got != c.told {
				t.Errorf("%s: told %q, want %q", c.file, got, c.told)
			}
			for _, o := range out {
				if o.Result != transfer.New {
					t.Errorf("%s row %d: result %d", c.file, o.Row, o.Result)
				}
			}
			list := f.tables(everywhere)
			tab := list[len(list)-1]
			for _, x := range list {
				if x.ID > tab.ID {
					tab = x
				}
			}
			if s := target.SumOf(tab); len(tab.Rows) != c.rows || tab.PrintedTotal != c.total || s.Computed != c.sum || tab.Region != c.holder {
				t.Errorf("%s: %d rows, total %s, sum %s, over %s", c.file, len(tab.Rows), tab.PrintedTotal, s.Computed, tab.Region)
			}
		}
		// Guangdong: the nation's annex says 387.6 for it.
		var above, gd *target.Table
		for _, x := range f.tables(everywhere) {
			switch {
			case x.Region == guangdong:
				gd = x
			case x.Direction == target.Absorbed:
				above = x
			}
		}
		flag := target.Decomposition(above, gd)
		if flag == nil || fmt.Sprint(flag.Args) != "[人社部发〔2022〕13号 387.6万人 387.57万人]" {
			t.Errorf("split: %+v", flag)
		}
		if gd.Rows[0].Printed != "79.80" || gd.Rows[0].Value != 798000 || gd.TotalValue != 3875600 {
			t.Errorf("printed precision or persons: %+v", gd.Rows[0])
		}
	})
}

func TestTheSameFileAgainAndAChange(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d, nil)
		head := []string{"序号", "地区", "目标任务", "单位", "指标", "年度", "文号"}
		rows := [][]string{{"1", "阳谷县", "0.5", "万人", "脱贫人口务工规模", "2023", "示例1号"}, {"2", "莘县", "0.6", "万人", "脱贫人口务工规模", "2023", "示例1号"}, {"合计", "", "1.1", "万人", "脱贫人口务工规模", "2023", "remark"}}
		f.load(liaocheng, 0, nil, head, rows)
		out := f.load(liaocheng, 0, nil, head, rows)
		for _, o := range out {
			if o.Result != transfer.Same {
				t.Errorf("row %d of the same file: %d", o.Row, o.Result)
			}
		}
		if list := f.tables(everywhere); len(list) != 1 || list[0].Version != 1 {
			t.Fatalf("the same file made %d tables", len(list))
		}
		rows[1][2], rows[2][2] = "0.7", "1.2"
		out = f.load(liaocheng, 0, nil, head, rows)
		if out[0].Result != transfer.Same || out[1].Result != transfer.Changed {
			t.Errorf("results %d %d", out[0].Result, out[1].Result)
		}
		list := f.tables(everywhere)
		if len(list) != 1 || list[0].Version != 2 || len(list[0].Rows) != 2 || list[0].Rows[1].Value != 7000 {
			t.Fatalf("after the change: %+v", list)
		}
		err := d.Tx(context.Background(), func(tx *db.Tx) error {
			return f.s.Import().Undo(context.Background(), tx, &transfer.Batch{ID: f.batch})
		})
		if err != nil {
			t.Fatal(err)
		}
		if list = f.tables(everywhere); len(list) != 1 || list[0].Version != 1 || list[0].Rows[1].Value != 6000 {
			t.Errorf("after undo: %+v", list)
		}
	})
}

func TestUnitAskedAndPartNotAdded(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d, nil)
		ctx := context.Background()
		out := f.file("sample_no_unit.csv", liaocheng)
		if got := findings(out); got != "3:target.unit_missing[]" {
			t.Errorf("told %q", got)
		}
		list := f.tables(everywhere)
		if len(list) != 1 {
			t.Fatalf("%d tables", len(list))
		}
		tab := list[0]
		if tab.Unit != "" || tab.Rows[0].Value != -1 || tab.Indicator != "易地搬迁脱贫人口务工" || tab.Region != liaocheng {
			t.Errorf("unit guessed, or title misread: %+v", tab)
		}
		part := tab.Rows[3]
		if part.PartOf != 3 || part.PartName != "劳务协作输出" || part.Region != shenxian {
			t.Errorf("part: %+v", part)
		}
		if s := target.SumOf(tab); s.Computed != "1050" || s.Difference != "" || s.Rows != 4 {
			t.Errorf("sum: %+v", s)
		}
		if err := f.s.SetUnit(ctx, officer(shenxian), tab.ID, "人"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a county sets the city's unit: %v", err)
		}
		if err := f.s.SetUnit(ctx, officer(liaocheng), tab.ID, "斤"); !fault.Is(err, fault.Invalid) {
			t.Errorf("unit 斤: %v", err)
		}
		if err := f.s.SetUnit(ctx, officer(liaocheng), tab.ID, "人"); err != nil {
			t.Fatal(err)
		}
		if err := f.s.SetUnit(ctx, officer(liaocheng), tab.ID, "万人"); !fault.Is(err, fault.Conflict) {
			t.Errorf("unit set twice: %v", err)
		}
		got, err := f.s.Get(ctx, everywhere, tab.ID)
		if err != nil || got.Rows[2].Value != 355 || got.TotalValue != 1050 {
			t.Errorf("after the unit: %+v, %v", got, err)
		}
	})
}

func TestUnitLineAndTitle(t *testing.T) {
	f := setup(t, testkit.SQLite(t), nil)
	out := f.load(liaocheng, 0, []string{"附件", "2023年度各县（市、区）脱贫人口务工目标任务表", "单位：万人"}, []string{"序号", "地区", "目标任务"},
		[][]string{{"1", "阳谷县", "0.50"}, {"2", "莘 县", "０.６"}, {"合计", "", "1.2"}})
	if got := findings(out); got != "7:target.sum_differs[1.2 1.10 −0.10]" {
		t.Errorf("told %q", got)
	}
	tab := f.tables(everywhere)[0]
	if tab.Unit != "万人" || tab.Year != 2023 || tab.IndicatorKey != "work" || tab.Rows[1].Value != 6000 || tab.Title == "" {
		t.Errorf("%+v", tab)
	}
	out = f.load(liaocheng, 2023, nil, []string{"序号", "地区", "目标任务（万人）"}, [][]string{{"1", "某某县", "1"}, {"2", "莘县", "x"}})
	if got := findings(out); !strings.Contains(got, "target.place_unknown") || !strings.Contains(got, "target.value") || !strings.Contains(got, "target.indicator_missing") {
		t.Errorf("told %q", got)
	}
}

func TestOneDocumentWithManyTargets(t *testing.T) {
	f := setup(t, testkit.SQLite(t), nil)
	if got := findings(f.file("shandong_2023.csv", shandong)); got != "" {
		t.Errorf("told %q", got)
	}
	list := f.tables(everywhere)
	if len(list) != 5 {
		t.Fatalf("%d tables, want 5", len(list))
	}
	for _, x := range list {
		switch x.IndicatorKey {
		case "posts":
			if x.Comparator != target.About || x.ToleranceBP != 500 || x.YearTo != 2025 || x.Rows[0].Value != 1400000 {
				t.Errorf("posts: %+v", x)
			}
			if p := x.TimeProgress(202312); p != 36.0/60 {
				t.Errorf("time of a five-year target: %v", p)
			}
		case "partner":
			if len(x.Rows) != 2 || x.Rows[1].PartOf != 1 || x.Rows[1].Value != 10000 || len(target.Check(x)) != 0 {
				t.Errorf("partner: %+v %v", x.Rows, target.Check(x))
			}
		case "outgoing":
			if x.Rows[0].Value != 406000 || x.Region != shandong || !x.Public() {
				t.Errorf("outgoing: %+v", x)
			}
		}
	}
}

// A notice named two targets that read alike; the file was refused as a whole,
// with the database's word for it.
func TestTwoTargetsOfOneReading(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d, nil)
		for range 2 {
			f.load(shandong, 0, nil, []string{"地区", "目标任务", "单位", "指标", "年度", "文号"}, [][]string{
				{"全省", "40.6", "万人", "脱贫人口务工规模", "2023", "示例1号"}, {"全省", "1.2", "万人", "监测对象务工规模", "2023", "示例1号"}})
			list := f.tables(everywhere)
			if len(list) != 2 || list[0].IndicatorKey == list[1].IndicatorKey {
				t.Fatalf("%d tables: %+v", len(list), list)
			}
			for _, x := range list {
				if want := map[string]int64{"脱贫人口务工规模": 406000, "监测对象务工规模": 12000}[x.Indicator]; x.Rows[0].Value != want || x.Version != 1 {
					t.Errorf("%s: %d, version %d", x.Indicator, x.Rows[0].Value, x.Version)
				}
			}
		}
	})
}

func table(indicator, key, direction, printed string, year int, calibre string) *target.Table {
	t := &target.Table{Region: shandong, Indicator: indicator, IndicatorKey: key, Direction: direction, Year: year, Unit: "万人", Calibre: calibre}
	n := int64(0)
	fmt.Sscan(strings.ReplaceAll(printed, ".", ""), &n)
	t.Rows = []target.Row{{N: 1, Region: shandong, Printed: printed, Value: n * 100}}
	return t
}

func TestDifferentCalibresAreRefused(t *testing.T) {
	work22 := table("脱贫人口务工规模", "work", target.ByOrigin, "17.88", 2022, "")
	out23 := table("省内脱贫人口外出务工规模", "outgoing", target.ByOrigin, "40.60", 2023, "")
	sameName := table("脱贫人口务工规模", "work", target.ByOrigin, "40.60", 2023, "")
	near := table("脱贫人口务工规模", "work", target.ByOrigin, "18.10", 2023, "")
	stated := table("脱贫人口务工规模", "work", target.ByOrigin, "40.60", 2023, "含省内")
	before := table("脱贫人口务工规模", "work", target.ByOrigin, "17.88", 2022, "含省内")
	absorb := table("吸纳脱贫人口务工", "absorb", target.Absorbed, "20.80", 2022, "")
	for _, c := range []struct {
		a, b *target.Table
		key  string
		want int64
	}{
		{work22, out23, "target.calibre_differs", 0},
		{work22, sameName, "target.calibre_doubtful", 0},
		{work22, near, "", 2200},
		{before, stated, "", 227200},
		{work22, absorb, "target.calibre_differs", 0},
	} {
		got, err := target.Compare(c.a, c.b, shandong)
		key := ""
		if e, ok := err.(*fault.Error); ok {
			key = e.Key
		}
		if key != c.key || got != c.want {
			t.Errorf("%s %d → %s %d: %d, %q; want %d, %q", c.a.Indicator, c.a.Year, c.b.Indicator, c.b.Year, got, key, c.want, c.key)
		}
	}
	// 山东 stands in both national annexes: origin and absorbed are never added.
	if _, err := target.Add(shandong, work22, absorb); err == nil {
		t.Error("origin and absorbed were added")
	}
	if n, err := target.Add(shandong, work22, near); err != nil || n != 178800+181000 {
		t.Errorf("sum of one calibre: %d, %v", n, err)
	}
}

func TestProgressAgainstTime(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d, figures{"worked_year@371521": 5200, "worked_year@371522": 3000, "worked_year@3715": 8200})
		ctx := context.Background()
		head := []string{"序号", "地区", "目标任务", "单位", "指标", "年度", "文号"}
		f.load(liaocheng, 0, nil, head, [][]string{{"1", "阳谷县", "0.5", "万人", "脱贫人口务工规模", "2023", "1号"}, {"2", "莘县", "0.6", "万人", "脱贫人口务工规模", "2023", "1号"}, {"3", "冠县", "0.4", "万人", "脱贫人口务工规模", "2023", "1号"}})
		tab := f.tables(everywhere)[0]
		got, err := f.s.Progress(ctx, everywhere, tab, 202311)
		if err != nil || len(got) != 3 {
			t.Fatal(err)
		}
		if got[0].Actual != 5200 || !got[0].Met || got[0].Behind {
			t.Errorf("met: %+v", got[0])
		}
		if got[1].Rate != 0.5 || !got[1].Behind || got[1].Time < 0.91 || got[1].Time > 0.92 {
			t.Errorf("behind: %+v", got[1])
		}
		if got[2].Actual != -1 || got[2].Rate != -1 || got[2].Behind {
			t.Errorf("unknown: %+v", got[2])
		}
		// A county sees its own row only.
		if got, err = f.s.Progress(ctx, region.ScopeOf(shenxian), tab, 202311); err != nil || len(got) != 1 {
			t.Errorf("county: %+v, %v", got, err)
		}
		c, err := f.s.Sample(ctx, officer(liaocheng), tab.ID, 2023, 1001, map[region.Code]int64{371521000000: 1, shenxian: 1, 371525000000: 2})
		if err != nil || c.SampleOf != tab.ID || c.Unit != "人" || len(c.Rows) != 4 || c.Rows[0].Value != 1001 {
			t.Fatalf("sample: %+v, %v", c, err)
		}
		if s := target.SumOf(c); s.Difference != "" {
			t.Errorf("the sample copy does not add up: %+v", s)
		}
		if _, err := f.s.Sample(ctx, officer(shenxian), tab.ID, 2023, 100, map[region.Code]int64{shenxian: 1}); !fault.Is(err, fault.NotFound) {
			t.Errorf("a county scales the city's table: %v", err)
		}
	})
}

func TestScope(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d, nil)
		ctx := context.Background()
		f.file("guangdong_2022_absorb.csv", guangdong)
		id := f.tables(everywhere)[0].ID
		for name, scope := range map[string]region.Scope{"zero": {}, "another province": region.ScopeOf(shandong)} {
			if list := f.tables(scope); len(list) != 0 {
				t.Errorf("%s: %d tables", name, len(list))
			}
			if _, err := f.s.Get(ctx, scope, id); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		got, err := f.s.Get(ctx, region.ScopeOf(440300000000), id)
		if err != nil || len(got.Rows) != 1 || got.Rows[0].Name != "深圳" {
			t.Errorf("a city sees its own row: %+v, %v", got, err)
		}
	})
}
