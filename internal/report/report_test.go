package report_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/xuri/excelize/v2"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/idcard"
	"wengang/internal/region"
	"wengang/internal/register"
	"wengang/internal/report"
	"wengang/internal/report/reporttest"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
)

const (
	shandong  region.Code = 370000000000
	liaocheng region.Code = 371500000000
	yanggu    region.Code = 371521000000
	shenxian  region.Code = 371522000000
	resort    region.Code = 371591000000 // a reporting unit without a code of its own
)

var q4 = report.Period{Year: 2023, Quarter: 4}

type recorder struct{ all []account.Note }

func (r *recorder) Note(_ context.Context, _ *db.Tx, _ account.Caller, n account.Note) error {
	r.all = append(r.all, n)
	return nil
}

// figures answers the people of an indicator by place; the month 0 is known
// for every place asked about.
type figures struct {
	people map[region.Code][]int64
	until  calendar.Month
	during func() // runs once, within the next question
}

func (f *figures) Members(_ context.Context, scope region.Scope, indicator string, at region.Code, m calendar.Month) ([]int64, bool, error) {
	if !scope.Contains(at) {
		return nil, false, fault.NotFoundf("fault.notfound")
	}
	if do := f.during; do != nil {
		f.during = nil
		do()
	}
	if m > f.until || indicator != "settled_worked_year" {
		return nil, false, nil
	}
	var out []int64
	for c, ids := range f.people {
		if at.Contains(c) {
			out = append(out, ids...)
		}
	}
	return out, true, nil
}

type tags map[string]map[region.Code]bool

func (t tags) Tags(_ context.Context, tag string, _ calendar.Date) (map[region.Code]bool, error) {
	return t[tag], nil
}

type fixture struct {
	*testing.T
	d    *db.DB
	reg  *register.Store
	s    *report.Store
	rec  *recorder
	figs *figures
	tags tags
	next int64
}

func setup(t *testing.T, d *db.DB) *fixture {
	tree := region.National().With([]region.Local{{Code: resort, Name: "度假区", Kind: region.KindUnit}})
	f := &fixture{T: t, d: d, rec: &recorder{}, figs: &figures{people: map[region.Code][]int64{}, until: 202312}, tags: tags{}}
	box := secrettest.Box(t)
	f.reg = register.New(d, box, f.rec, tree)
	f.s = report.New(d, report.Deps{Box: box, Audit: f.rec, Registers: f.reg, Figures: f.figs, Tree: tree, Tags: f.tags})
	reporttest.Short(t, f.s, shandong, liaocheng, yanggu, shenxian, resort)
	return f
}

func as(role account.Role, at region.Code) account.Caller {
	return account.Caller{UserID: int64(at / 1e6), Name: "经办" + at.String(), Grants: []account.Grant{{Role: role, Dept: account.DeptHR, Region: at}}}
}

func officer(at region.Code) account.Caller  { return as(account.Officer, at) }
func reviewer(at region.Code) account.Caller { return as(account.Reviewer, at) }

func number(i int64) string {
	s := fmt.Sprintf("0000001972%04d%03d", 229, i%1000)
	return s + string(idcard.CheckDigit(s))
}

// person puts one of 脱贫户 into the ledger and answers the id number.
func (f *fixture) person(village region.Code) (id int64, num string) {
	f.Helper()
	f.next++
	num = number(f.next)
	box := secrettest.Box(f)
	err := f.d.Tx(context.Background(), func(tx *db.Tx) error {
		if _, err := tx.Exec(`INSERT INTO person (id, household_id, village, name, id_cipher, id_index, id_mask, created_at, updated_at) VALUES ($1, 1, $2, $3, $4, $5, $6, 0, 0)`,
			f.next, int64(village), fmt.Sprintf("示例%d", f.next), []byte{1}, box.BlindIndex("id", num), "00**************"+num[16:]); err != nil {
			return err
		}
		_, err := tx.Exec("INSERT INTO person_kind (person_id, kind, since, until) VALUES ($1, $2, 20140101, 99991231)", f.next, fact.KindPoor)
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	return f.next, num
}

func (f *fixture) add(kind string, at region.Code, form map[string]string) *register.Record {
	f.Helper()
	by := at
	if at.Level() > region.County {
		by = at.At(region.County)
	}
	r, err := f.reg.Add(context.Background(), officer(by), kind, at, form)
	if err != nil {
		f.Fatalf("%s: %v", kind, err)
	}
	return r
}

func (f *fixture) member(r *register.Record, form map[string]string) {
	f.Helper()
	if _, err := f.reg.AddMember(context.Background(), officer(liaocheng), r.ID, form); err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) sheet(at region.Code, p report.Period) *report.Sheet {
	f.Helper()
	sh, err := f.s.Sheet(context.Background(), region.ScopeOf(at), "progress", at, p)
	if err != nil {
		f.Fatal(err)
	}
	return sh
}

func value(sh *report.Sheet, at region.Code, key string) int64 {
	r := sh.Row(at.Full())
	if r == nil {
		return -99
	}
	return r.Cell(key).Value
}

// fill builds a small city: registers in two counties, a reporting unit and at
// the city's own level.
func (f *fixture) fill() {
	f.Helper()
	f.add("alliance", liaocheng, map[string]string{"name": "市级联盟", "started_on": "2022-01-01"})
	f.add("alliance", shenxian, map[string]string{"name": "县级联盟", "started_on": "2023-02-01"})
	f.add("brand", yanggu, map[string]string{"name": "已退出的品牌", "started_on": "2021-01-01", "ended_on": "2023-03-31"})
	f.add("brand", yanggu, map[string]string{"name": "去年退出的品牌", "started_on": "2021-01-01", "ended_on": "2022-12-31"})
	f.add("brand", resort, map[string]string{"name": "度假区品牌", "started_on": "2023-09-01"})
	w := f.add("workshop", shenxian, map[string]string{"name": "甲车间", "started_on": "2022-01-01"})
	v := f.add("workshop", yanggu, map[string]string{"name": "乙车间", "started_on": "2022-01-01"})
	f.add("workshop", yanggu, map[string]string{"name": "无名单车间", "started_on": "2022-01-01", "people": "10", "poor": "4"})
	_, a := f.person(371522101001)
	_, b := f.person(371522101001)
	// a works in both counties within the year: once for the city.
	f.member(w, map[string]string{"person": "示例1", "id_number": a, "started_on": "2023-01-10", "ended_on": "2023-05-01"})
	f.member(v, map[string]string{"person": "示例1", "id_number": a, "started_on": "2023-05-02"})
	f.member(w, map[string]string{"person": "示例2", "id_number": b, "started_on": "2023-02-10"})
	f.member(w, map[string]string{"person": "外来", "id_number": number(900), "category": "脱贫人口", "started_on": "2023-02-10"})
	f.member(w, map[string]string{"person": "邻居", "id_number": number(901), "category": "其他农村劳动力", "started_on": "2023-02-10"})
	rp := f.add("relief", shenxian, map[string]string{"name": "村道", "started_on": "2023-04-01"})
	f.member(rp, map[string]string{"person": "示例2", "id_number": b, "started_on": "2023-04-02", "ended_on": "2023-04-30"})
	f.member(rp, map[string]string{"person": "城里人", "category": "城镇居民", "started_on": "2023-04-02"})
	f.member(rp, map[string]string{"people": "7", "poor": "3", "started_on": "2023-04-03"})
	f.add("training", shenxian, map[string]string{"name": "家政班", "started_on": "2023-06-01", "ended_on": "2023-06-10", "people": "30", "poor": "12"})
	f.add("training", shenxian, map[string]string{"name": "去年的班", "started_on": "2022-12-20", "ended_on": "2023-01-10", "people": "30", "poor": "12"})
	f.add("event", liaocheng, map[string]string{"name": "乐业搬迁专场", "theme": "乐业搬迁（迁建）", "started_on": "2023-05-05"})
	f.add("event", shenxian, map[string]string{"name": "春风行动", "theme": "春风行动", "started_on": "2023-02-05"})
	f.figs.people[371522101001] = []int64{1, 2}
}

func TestProgressCounts(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		f.fill()
		sh := f.sheet(liaocheng, q4)
		if n := len(sh.Paper()); n != 1+8+1 {
			t.Fatalf("%d rows, want the city, 8 counties and the reporting unit", n)
		}
		if last := sh.Paper()[9]; last.Name != "度假区" || last.Role != report.Unit {
			t.Errorf("last row %s: reporting units come after divisions", last.Name)
		}
		for _, c := range []struct {
			at   region.Code
			key  string
			want int64
			why  string
		}{
			{liaocheng, "alliances", 2, "one of the city's own level"}, {shenxian, "alliances", 1, ""}, {yanggu, "alliances", 0, ""},
			{yanggu, "brands", 1, "ended in March, counted in the year; the one of last year is not"}, {resort, "brands", 1, ""}, {liaocheng, "brands", 2, ""},
			{liaocheng, "workshops", 3, ""},
			{shenxian, "workshop_poor", 3, "two of the ledger, one outsider"}, {yanggu, "workshop_poor", 5, "one of the ledger, headcount 4"},
			{liaocheng, "workshop_poor", 7, "who works in both counties counts once"},
			{shenxian, "relief", 8, "headcount 7, one person; who lives in town does not count"}, {shenxian, "relief_poor", 4, ""},
			{shenxian, "training_poor", 12, "a class that began last year does not count"},
			{shenxian, "settled", 2, ""}, {liaocheng, "settled", 2, ""},
			{liaocheng, "events", 1, "only the theme"}, {shenxian, "events", 0, ""},
		} {
			if got := value(sh, c.at, c.key); got != c.want {
				t.Errorf("%s at %s: %d, want %d %s", c.key, c.at, got, c.want, c.why)
			}
		}
		x := sh.Row(liaocheng.Full()).Cell("workshop_poor").Explain
		if x.Children != 8 || x.Double != 1 || x.Own != 0 || x.Heads != 4 || x.Outside != 1 || x.Cutoff != 20231210 {
			t.Errorf("explanation: %+v", x)
		}
		if x := sh.Row(liaocheng.Full()).Cell("alliances").Explain; x.Own != 1 || x.Children != 1 {
			t.Errorf("city level: %+v", x)
		}
		for _, fd := range sh.Findings {
			if fd.Hard || fd.Rule != "report.check.below" {
				t.Errorf("finding %+v", fd)
			}
		}
		// A county computes the same numbers for itself as the city for it.
		own := f.sheet(shenxian, q4)
		if len(own.Rows) != 1 {
			t.Fatalf("a county's form has %d rows", len(own.Rows))
		}
		for i, c := range own.Rows[0].Cells {
			if c.Value != sh.Row(shenxian.Full()).Cells[i].Value {
				t.Errorf("%s: the county has %d, the city's row %d", c.Key, c.Value, sh.Row(shenxian.Full()).Cells[i].Value)
			}
		}
	})
}

func TestWholeLife(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		f.fill()
		ctx := context.Background()
		fill := report.Filling{Filler: "周示例", Phone: "0635-8000000"}
		fields := func(err error) string {
			s := ""
			if e, ok := err.(*fault.Error); ok {
				for _, x := range e.Fields {
					s += x.Name + " "
				}
			}
			return s
		}
		if _, err := f.s.Submit(ctx, officer(shenxian), "progress", shenxian, q4, report.Filling{}); fields(err) != "filler phone " {
			t.Errorf("empty foot: %v", err)
		}
		cell := report.Ref{Form: "progress", Region: shenxian, Period: q4, Row: shenxian.Full(), Col: 6}
		if err := f.s.Correct(ctx, officer(shenxian), cell, 0, "2 家已注销，名册未更新"); err != nil {
			t.Fatal(err)
		}
		r, err := f.s.Submit(ctx, officer(shenxian), "progress", shenxian, q4, fill)
		if err != nil || r.State != report.Submitted || r.Version != 1 {
			t.Fatalf("submit: %+v, %v", r, err)
		}
		if err := f.s.Correct(ctx, officer(shenxian), cell, 2, "太晚"); !fault.Is(err, fault.Conflict) {
			t.Errorf("correct after submission: %v", err)
		}
		// What changes afterwards does not change what was submitted.
		late := f.add("workshop", shenxian, map[string]string{"name": "后来的车间", "started_on": "2023-06-01"})
		sh := f.sheet(shenxian, q4)
		c := sh.Rows[0].Cell("workshops")
		if !sh.Frozen || c.Value != 0 || c.Computed != 1 || c.Correction == nil || c.Correction.ByName == "" {
			t.Errorf("frozen cell: %+v", c)
		}
		if err := f.s.Review(ctx, reviewer(liaocheng), "progress", shenxian, q4, 1, report.Return, ""); fields(err) != "remark " {
			t.Errorf("return without a remark: %v", err)
		}
		if err := f.s.Review(ctx, reviewer(shenxian), "progress", shenxian, q4, 1, report.Accept, ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a county accepts its own form: %v", err)
		}
		if err := f.s.Review(ctx, reviewer(liaocheng), "progress", shenxian, q4, 1, report.Return, "车间数请核对"); err != nil {
			t.Fatal(err)
		}
		if sh = f.sheet(shenxian, q4); sh.Frozen || sh.Rows[0].Cell("workshops").Computed != 2 || sh.Report.State != report.Returned {
			t.Errorf("returned: computed anew, got %+v", sh.Rows[0].Cell("workshops"))
		}
		if err := f.s.Withdraw(ctx, officer(shenxian), cell); err != nil {
			t.Fatal(err)
		}
		if r, err = f.s.Submit(ctx, officer(shenxian), "progress", shenxian, q4, fill); err != nil || r.Version != 2 {
			t.Fatalf("again: %+v, %v", r, err)
		}
		if err := f.s.Review(ctx, reviewer(liaocheng), "progress", shenxian, q4, 1, report.Accept, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("accept a version that was not seen: %v", err)
		}
		if err := f.s.Review(ctx, reviewer(liaocheng), "progress", shenxian, q4, 2, report.Accept, ""); err != nil {
			t.Fatal(err)
		}
		// The city repeats the county's row, counts the rest itself, and locks it.
		city := f.sheet(liaocheng, q4)
		row := city.Row(shenxian.Full())
		if row.Source.ReportID != r.ID || row.Source.Version != 2 || value(city, shenxian, "workshops") != 2 || value(city, liaocheng, "workshop_poor") != 7 {
			t.Errorf("city: %+v, %d", row.Source, value(city, liaocheng, "workshop_poor"))
		}
		if err := f.s.Correct(ctx, officer(liaocheng), report.Ref{Form: "progress", Region: liaocheng, Period: q4, Row: shenxian.Full(), Col: 6}, 9, "市里改"); !fault.Is(err, fault.Conflict) {
			t.Errorf("the city corrects a county's submitted cell: %v", err)
		}
		cr, err := f.s.Submit(ctx, officer(liaocheng), "progress", liaocheng, q4, fill)
		if err != nil {
			t.Fatal(err)
		}
		if sh = f.sheet(shenxian, q4); sh.Report.State != report.Locked {
			t.Errorf("after the city's submission the county's form is %s", sh.Report.State)
		}
		if err := f.s.Review(ctx, reviewer(liaocheng), "progress", shenxian, q4, 2, report.Return, "晚了"); !fault.Is(err, fault.Conflict) {
			t.Errorf("return a locked form: %v", err)
		}
		for _, a := range []report.Action{report.Accept, report.Lock} {
			if err := f.s.Review(ctx, reviewer(shandong), "progress", liaocheng, q4, cr.Version, a, ""); err != nil {
				t.Fatalf("%s: %v", a, err)
			}
		}
		// The lists stay as they were, whatever happens to the records.
		err = d.Tx(ctx, func(tx *db.Tx) error {
			if _, err := tx.Exec("UPDATE person SET name = '改名', village = 110101001001 WHERE id = 1"); err != nil {
				return err
			}
			_, err := tx.Exec("DELETE FROM register_member")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := f.reg.End(ctx, officer(shenxian), late.ID, 1, 20231201, "停"); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			at, row     region.Code
			col         int
			size, heads int64
			first       string
		}{
			{shenxian, shenxian, 7, 3, 0, "示例1"}, {liaocheng, liaocheng, 7, 3, 4, "示例1"}, {liaocheng, shenxian, 7, 3, 0, "示例1"},
			{liaocheng, yanggu, 7, 1, 4, "示例1"}, {liaocheng, liaocheng, 2, 2, 0, "市级联盟"}, {shenxian, shenxian, 6, 2, 0, "甲车间"}, {liaocheng, liaocheng, 12, 2, 0, "示例1"},
		} {
			l, err := f.s.Members(ctx, region.ScopeOf(c.at), report.Ref{Form: "progress", Region: c.at, Period: q4, Row: c.row.Full(), Col: c.col}, report.Cursor{})
			if err != nil {
				t.Fatalf("list of %s/%s column %d: %v", c.at, c.row, c.col, err)
			}
			if l.Size != c.size || l.Heads != c.heads || int64(len(l.Members)) != c.size || l.Members[0].Name != c.first || !l.AsThen {
				t.Errorf("list of %s/%s column %d: %d listed, %d heads, %+v", c.at, c.row, c.col, l.Size, l.Heads, l.Members)
			}
			if l.Cell.Value != l.Size+l.Heads {
				t.Errorf("list of %s/%s column %d: %d + %d is not %d", c.at, c.row, c.col, l.Size, l.Heads, l.Cell.Value)
			}
		}
		ev, err := f.s.Events(ctx, region.ScopeOf(shenxian), "progress", shenxian, q4)
		if err != nil || len(ev) != 5 || ev[1].Remark != "车间数请核对" || ev[4].To != report.Locked {
			t.Errorf("events: %+v, %v", ev, err)
		}
		old, err := f.s.Version(ctx, region.ScopeOf(shenxian), "progress", shenxian, q4, 1)
		if err != nil || old.Rows[0].Cell("workshops").Value != 0 {
			t.Errorf("first version: %v", err)
		}
	})
}

func TestCumulativeDoesNotFallSilently(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		ctx := context.Background()
		w := f.add("workshop", shenxian, map[string]string{"name": "甲车间", "started_on": "2022-01-01"})
		f.add("workshop", shenxian, map[string]string{"name": "乙车间", "started_on": "2022-01-01"})
		q3 := report.Period{Year: 2023, Quarter: 3}
		fill := report.Filling{Filler: "周示例", Phone: "13800000000"}
		if _, err := f.s.Submit(ctx, officer(shenxian), "progress", shenxian, q3, fill); err != nil {
			t.Fatal(err)
		}
		// The register is found to have ended before the year: the figure falls.
		if err := f.reg.End(ctx, officer(shenxian), w.ID, 1, 20221130, "核实早已停产"); err != nil {
			t.Fatal(err)
		}
		sh := f.sheet(shenxian, q4)
		if c := sh.Rows[0].Cell("workshops"); c.Value != 1 || c.Explain.Last != 2 || c.Explain.LastOf != "2023Q3" || !sh.Hard() {
			t.Fatalf("fall: %+v, %+v", c, sh.Findings)
		}
		if _, err := f.s.Submit(ctx, officer(shenxian), "progress", shenxian, q4, fill); !fault.Is(err, fault.Invalid) {
			t.Errorf("a fall without a note was submitted: %v", err)
		}
		if err := f.s.Correct(ctx, officer(shenxian), report.Ref{Form: "progress", Region: shenxian, Period: q4, Row: shenxian.Full(), Col: 6}, 1, "一家核实为上年已停产"); err != nil {
			t.Fatal(err)
		}
		if _, err := f.s.Submit(ctx, officer(shenxian), "progress", shenxian, q4, fill); err != nil {
			t.Errorf("with a note: %v", err)
		}
		// The next year begins anew.
		if sh := f.sheet(shenxian, report.Period{Year: 2024, Quarter: 1}); sh.Rows[0].Cell("workshops").Explain.Last != -1 {
			t.Error("last year's figure was compared")
		}
	})
}

func TestPartNotMoreThanWhole(t *testing.T) {
	f := setup(t, testkit.SQLite(t))
	rp := f.add("relief", shenxian, map[string]string{"name": "村道", "started_on": "2023-04-01"})
	_, a := f.person(371522101001)
	// 脱贫 by the ledger, but the roster calls the same person a townsman.
	f.member(rp, map[string]string{"person": "示例1", "id_number": a, "category": "城镇居民", "started_on": "2023-04-02"})
	sh := f.sheet(shenxian, q4)
	if len(sh.Findings) != 1 || sh.Findings[0].Rule != "report.check.relief" || !sh.Hard() {
		t.Errorf("9 > 8 was not found: %+v", sh.Findings)
	}
}

func TestLifeCycleTable(t *testing.T) {
	states := []report.State{report.Draft, report.Submitted, report.Returned, report.Accepted, report.Locked}
	actions := []report.Action{report.Submit, report.Return, report.Accept, report.Lock}
	callers := map[string]account.Caller{
		"county officer": officer(shenxian), "county reviewer": reviewer(shenxian), "city officer": officer(liaocheng), "city reviewer": reviewer(liaocheng),
		"province reviewer": reviewer(shandong), "other county": officer(yanggu), "leader": as(account.Leader, liaocheng), "aide": as(account.Aide, shenxian),
		"finance": {Grants: []account.Grant{{Role: account.Officer, Dept: account.DeptFinance, Region: liaocheng}}}, "system": as(account.System, shandong), "nobody": {},
	}
	allowed := map[string]bool{}
	for _, s := range []string{"draft submit", "returned submit"} {
		allowed["county officer "+s], allowed["city officer "+s] = true, true
	}
	for _, s := range []string{"submitted return", "submitted accept", "accepted return", "accepted lock"} {
		allowed["city reviewer "+s], allowed["province reviewer "+s] = true, true
	}
	n := 0
	for who, by := range callers {
		for _, st := range states {
			for _, a := range actions {
				key := fmt.Sprintf("%s %s %s", who, st, a)
				if got := report.Can(by, shenxian, st, a); got != allowed[key] {
					t.Errorf("%s: %v, want %v", key, got, allowed[key])
				}
				n++
			}
		}
	}
	if n != len(callers)*len(states)*len(actions) {
		t.Fatal("not every combination was walked")
	}
}

func TestScope(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		f.fill()
		ctx := context.Background()
		if _, err := f.s.Submit(ctx, officer(shenxian), "progress", shenxian, q4, report.Filling{Filler: "周", Phone: "1"}); err != nil {
			t.Fatal(err)
		}
		ref := report.Ref{Form: "progress", Region: shenxian, Period: q4, Row: shenxian.Full(), Col: 7}
		for name, scope := range map[string]region.Scope{"zero": {}, "another county": region.ScopeOf(yanggu), "a town of it": region.ScopeOf(371522101000)} {
			_, err1 := f.s.Sheet(ctx, scope, "progress", shenxian, q4)
			_, err2 := f.s.Version(ctx, scope, "progress", shenxian, q4, 1)
			_, err3 := f.s.Members(ctx, scope, ref, report.Cursor{})
			_, err4 := f.s.Events(ctx, scope, "progress", shenxian, q4)
			_, err5 := f.s.Forms(ctx, scope, shenxian, func(fm *report.Form) report.Period { return fm.PeriodAt(202312) })
			for i, err := range []error{err1, err2, err3, err4, err5} {
				if !fault.Is(err, fault.NotFound) {
					t.Errorf("%s: read %d: %v", name, i, err)
				}
			}
		}
		by := officer(yanggu)
		_, err1 := f.s.Submit(ctx, by, "progress", shenxian, q4, report.Filling{Filler: "x", Phone: "1"})
		err2 := f.s.Correct(ctx, by, ref, 1, "没有权限")
		err3 := f.s.Withdraw(ctx, by, ref)
		err4 := f.s.Review(ctx, reviewer(371400000000), "progress", shenxian, q4, 1, report.Accept, "")
		_, err5 := f.s.Export(ctx, by, "progress", shenxian, q4, &bytes.Buffer{})
		for i, err := range []error{err1, err2, err3, err4, err5} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("write %d from another county: %v", i, err)
			}
		}
		if _, err := f.s.Export(ctx, account.Caller{}, "progress", shenxian, q4, &bytes.Buffer{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("nobody exports: %v", err)
		}
	})
}

func TestProjectList(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		ctx := context.Background()
		f.tags["prov_key"] = map[region.Code]bool{shenxian: true}
		f.add("project", shenxian, map[string]string{"name": "示例食用菌项目", "brief": "=产业", "people": "120", "poor": "40", "marks": "①", "contact": "李示例", "phone": "13800000000"})
		f.add("project", yanggu, map[string]string{"name": "示例服装项目", "brief": "加工", "people": "60", "poor": "30", "marks": "①③"})
		year := report.Period{Year: 2023}
		sh, err := f.s.Sheet(ctx, region.ScopeOf(liaocheng), "projects", liaocheng, year)
		if err != nil || len(sh.Rows) != 2 || sh.Rows[0].Cell("county").Text != "阳谷县" || sh.Rows[1].Cell("no").Text != "2" || sh.Rows[1].Cell("phone").Text != "138****0000" {
			t.Fatalf("%+v, %v", sh, err)
		}
		got := map[string]bool{}
		for _, x := range sh.Findings {
			got[x.Rule] = true
			if x.Rule == "report.check.marks" && fmt.Sprint(x.Args) != "[示例服装项目 ①③ 否]" {
				t.Errorf("marks: %v", x.Args)
			}
		}
		if !got["report.check.marks"] || !got["report.check.contact"] || len(sh.Findings) != 2 {
			t.Errorf("findings: %+v", sh.Findings)
		}
		fill := report.Filling{Filler: "周示例", Phone: "0635-8000000"}
		if _, err := f.s.Submit(ctx, officer(shenxian), "projects", shenxian, year, fill); err != nil {
			t.Fatal(err)
		}
		if sh, err = f.s.Sheet(ctx, region.ScopeOf(liaocheng), "projects", liaocheng, year); err != nil || sh.Rows[1].Source.ReportID == 0 || sh.Rows[1].Cell("no").Text != "2" {
			t.Fatalf("the city's list repeats the county's: %v", err)
		}
		for role, want := range map[account.Role]string{account.Officer: "13800000000", account.Leader: "138****0000"} {
			var buf bytes.Buffer
			if _, err := f.s.Export(ctx, as(role, liaocheng), "projects", liaocheng, year, &buf); err != nil {
				t.Fatal(err)
			}
			x, err := excelize.OpenReader(&buf)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := x.GetCellValue("项目清单", "I7"); got != want {
				t.Errorf("%s prints the number %q, want %q", role, got, want)
			}
			if got, _ := x.GetCellValue("项目清单", "D7"); got != "'=产业" {
				t.Errorf("a text that begins a formula: %q", got)
			}
		}
	})
}

func TestDueDates(t *testing.T) {
	p, _ := report.ByID("progress")
	j, _ := report.ByID("projects")
	for q, want := range map[int]calendar.Date{1: 20230315, 2: 20230615, 3: 20230915, 4: 20231215} {
		if got := p.Due(report.Period{Year: 2023, Quarter: q}); got != want {
			t.Errorf("quarter %d is due on %s", q, got)
		}
	}
	if got := j.Due(report.Period{Year: 2023}); got != 20231025 {
		t.Errorf("the list is due on %s", got)
	}
	for in, want := range map[string]string{"2023Q4": "2023", "2023": "2023"} {
		if got, err := j.ParsePeriod(in); err != nil || got.String() != want {
			t.Errorf("%s: %v, %v", in, got, err)
		}
	}
	for _, bad := range []string{"2023", "2023Q5", "", "1999Q1", "2023Q4x"} {
		if got, err := p.ParsePeriod(bad); err == nil {
			t.Errorf("%q read as %v", bad, got)
		}
	}
}
