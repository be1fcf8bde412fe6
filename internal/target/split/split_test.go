package split_test

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/xuri/excelize/v2"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/target"
	"wengang/internal/target/split"
	"wengang/internal/testkit"
	"wengang/internal/transfer"
	"wengang/internal/webtest"
)

const (
	liaocheng region.Code = 371500000000
	shenxian  region.Code = 371522000000
	yanggu    region.Code = 371521000000
)

var (
	ctx        = context.Background()
	everywhere = region.ScopeOf(region.Country)
	tree       = webtest.Places{Tree: region.National()}
)

type recorder struct {
	mu   sync.Mutex
	acts []string
}

func (r *recorder) Note(_ context.Context, _ *db.Tx, _ account.Caller, n account.Note) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.acts = append(r.acts, n.Action)
	return nil
}

// figures knows people of the city's counties and of the county's towns: the
// last digits of the code make them differ.
type figures struct{}

func (figures) Value(_ context.Context, scope region.Scope, id string, at region.Code, m calendar.Month) (int64, bool, error) {
	if !scope.Contains(at) {
		return 0, false, fmt.Errorf("asked for %s outside the scope", at)
	}
	n := int64(at/1000%1000)*7 + int64(at/1_000_000%100)*113
	switch {
	case id == "registered":
		return n * 3, true, nil
	case id == "able_willing":
		return n * 2, true, nil
	case id == "worked_year" && m.Year() == 2022:
		return n + 50, true, nil
	case id == "worked_year" && m.Year() == 2023:
		return n * int64(m.Num()) / 12, true, nil
	}
	return 0, false, nil
}

type fixture struct {
	*testing.T
	d       *db.DB
	rec     *recorder
	targets *target.Store
	s       *split.Store
	batch   int64
}

func setup(t *testing.T, d *db.DB) *fixture {
	f := &fixture{T: t, d: d, rec: &recorder{}}
	f.targets = target.New(d, f.rec, tree, figures{})
	f.s = split.New(d, f.rec, f.targets, tree, figures{})
	return f
}

func who(id int64, role account.Role, at region.Code) account.Caller {
	return account.Caller{UserID: id, Name: fmt.Sprintf("%s%d", role, id), Grants: []account.Grant{{Role: role, Dept: account.DeptHR, Region: at}}}
}

var (
	writer   = who(11, account.Officer, liaocheng)
	second   = who(12, account.Officer, liaocheng)
	leader   = who(13, account.Leader, liaocheng)
	both     = account.Caller{UserID: 14, Name: "两职", Grants: []account.Grant{{Role: account.Officer, Dept: account.DeptHR, Region: liaocheng}, {Role: account.Leader, Dept: account.DeptHR, Region: liaocheng}}}
	county   = who(15, account.Officer, shenxian)
	chief    = who(16, account.Leader, shenxian)
	stranger = who(17, account.Officer, yanggu)
)

// load imports a table as the engine does and answers the one it made.
func (f *fixture) load(at region.Code, header []string, rows ...[]string) *target.Table {
	f.Helper()
	f.batch++
	kind := f.targets.Import()
	b := &transfer.Batch{ID: f.batch, Region: at}
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
	f.must(err)
	var in []transfer.Row
	for i, r := range rows {
		row := transfer.Row{N: i + 2}
		for j, s := range r {
			row.Cells = append(row.Cells, transfer.Cell{Text: s, Column: header[j]})
		}
		in = append(in, row)
	}
	out, err := c.Check(ctx, in)
	f.must(err)
	f.must(f.d.Tx(ctx, func(tx *db.Tx) error {
		return kind.Finish(ctx, tx, b, func(fn func(transfer.Staged) error) error {
			for _, o := range out {
				if o.Result == transfer.Rejected {
					f.Fatalf("row %d: %+v", o.Row, o.Findings)
				}
				if err := fn(transfer.Staged{Row: o.Row, Result: o.Result, Payload: o.Payload}); err != nil {
					return err
				}
			}
			return nil
		})
	}))
	list, err := f.targets.List(ctx, everywhere, target.Filter{})
	f.must(err)
	last := list[0]
	for _, t := range list {
		if t.ID > last.ID {
			last = t
		}
	}
	return last
}

var head = []string{"地区", "目标任务", "单位", "指标", "年度", "文号", "其中", "公开方式"}

func (f *fixture) city() *target.Table {
	return f.load(liaocheng, head, []string{"聊城市", "2.73", "万人", "脱贫人口务工规模", "2023", "示例1号", "", "主动公开"}, []string{"聊城市", "0.41", "万人", "脱贫人口务工规模", "2023", "示例1号", "劳务协作输出", "主动公开"})
}

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatalf("%v", err)
	}
}

func (f *fixture) begin(by account.Caller, table int64, at region.Code) *split.Split {
	f.Helper()
	id, err := f.s.Begin(ctx, by, table, at, "", -1)
	f.must(err)
	return f.get(by, id)
}

func (f *fixture) get(by account.Caller, id int64) *split.Split {
	f.Helper()
	x, err := f.s.Get(ctx, by, id)
	f.must(err)
	return x
}

// issue fills, sends and signs.
func (f *fixture) issue(by, signer account.Caller, table int64, at region.Code, method, doc string) *split.Split {
	f.Helper()
	x := f.begin(by, table, at)
	f.must(f.s.Fill(ctx, by, x.ID, x.LockNo, method, 202311))
	f.must(f.s.Submit(ctx, by, x.ID, x.LockNo+1))
	f.must(f.s.Sign(ctx, signer, x.ID, x.LockNo+2, doc, 20231101))
	return f.get(by, x.ID)
}

// The city divides its target among the counties, a county its row among its
// towns, and each table adds up to what it divides.
func TestFromTheCityToTheTowns(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		for _, method := range split.Methods()[:3] {
			x := f.issue(writer, leader, f.city().ID, liaocheng, method, "示例发〔2023〕1号"+method)
			tab, err := f.targets.Get(ctx, everywhere, x.TableID)
			f.must(err)
			sum := target.SumOf(tab)
			if sum.Computed != "2.73" || sum.Difference != "" || len(tab.Children()) != len(tree.Children(liaocheng)) || tab.Unit != "万人" || tab.Publicity != "主动公开" {
				t.Fatalf("%s: %+v, %d children", method, sum, len(tab.Children()))
			}
			var parts, row int64
			for _, r := range tab.Rows {
				if r.PartOf != 0 {
					parts += r.Value
				}
				if r.Region == shenxian && r.PartOf == 0 {
					row = r.Value
				}
			}
			if parts != 4100 || len(target.Check(tab)) != 0 {
				t.Errorf("%s: 其中 items add up to %d, %v", method, parts, target.Check(tab))
			}
			// The county sees its own row and divides it.
			seen, err := f.targets.Get(ctx, region.ScopeOf(shenxian), x.TableID)
			f.must(err)
			for _, r := range seen.Rows {
				if r.Region != shenxian {
					t.Fatalf("the county sees %s", r.Name)
				}
			}
			if _, err := f.s.Get(ctx, county, x.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("the county reads the city's decomposition: %v", err)
			}
			y := f.issue(county, chief, x.TableID, shenxian, split.ByPopulation, "示例县发〔2023〕1号"+method)
			towns, err := f.targets.Get(ctx, everywhere, y.TableID)
			f.must(err)
			if towns.TotalValue != row || target.SumOf(towns).Difference != "" || len(towns.Children()) < 10 || towns.ParentTable != tab.ID {
				t.Errorf("%s: towns have %d of %d, %+v", method, towns.TotalValue, row, target.SumOf(towns))
			}
			if target.Decomposition(tab, towns) != nil {
				t.Errorf("%s: the towns' table differs from the county's row", method)
			}
			// What was divided below cannot be withdrawn before that.
			if err := f.s.Withdraw(ctx, leader, x.ID, x.LockNo, "数字有误"); !fault.Is(err, fault.Conflict) {
				t.Errorf("withdrawn over what was divided below: %v", err)
			}
			f.must(f.s.Withdraw(ctx, chief, y.ID, y.LockNo, "数字有误"))
			f.must(f.s.Withdraw(ctx, leader, x.ID, f.get(writer, x.ID).LockNo, "数字有误"))
			if _, err := f.targets.Standing(ctx, everywhere, x.TableID); !fault.Is(err, fault.NotFound) {
				t.Errorf("a withdrawn table stands: %v", err)
			}
		}
		if _, err := f.s.Begin(ctx, stranger, 1, liaocheng, "", -1); !fault.Is(err, fault.NotFound) {
			t.Errorf("another county begins the city's: %v", err)
		}
		if _, err := f.s.Begin(ctx, leader, 1, liaocheng, "", -1); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a leader writes: %v", err)
		}
	})
}

// What a second person signed is not changed by one alone who enters its
// document again.
func TestASignedTableIsNotEnteredOver(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		x := f.issue(writer, leader, f.city().ID, liaocheng, split.ByPopulation, "示例发〔2023〕9号")
		over := target.Entry{Indicator: "脱贫人口务工规模", Year: 2023, Printed: "1", Unit: "万人", Comparator: target.AtLeast, DocNo: "示例发〔2023〕9号"}
		if _, err := f.targets.Enter(ctx, writer, liaocheng, over); !fault.Is(err, fault.Conflict) {
			t.Errorf("entered over a signed decomposition: %v", err)
		}
		if tab, err := f.targets.Standing(ctx, everywhere, x.TableID); err != nil || tab.ID != x.TableID {
			t.Errorf("%+v, %v", tab, err)
		}
	})
}

// Every state by every action and role: what the literal table does not hold
// is refused.
func TestEveryStateAndAction(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		tab := f.city()
		x := f.begin(writer, tab.ID, liaocheng)
		f.must(f.s.Fill(ctx, writer, x.ID, x.LockNo, split.ByPopulation, 202311))
		acts := []split.Action{split.Save, split.Submit, split.Recall, split.Drop, split.Return, split.Sign, split.Withdraw}
		do := func(by account.Caller, act split.Action, doc string) error {
			x := f.get(by, x.ID)
			switch act {
			case split.Save:
				return f.s.Save(ctx, by, x.ID, x.LockNo, split.Edit{Rule: x.Rule, BP: x.BP, Rows: x.Rows})
			case split.Submit:
				return f.s.Submit(ctx, by, x.ID, x.LockNo)
			case split.Recall:
				return f.s.Recall(ctx, by, x.ID, x.LockNo)
			case split.Drop:
				return f.s.Drop(ctx, by, x.ID, x.LockNo)
			case split.Return:
				return f.s.Return(ctx, by, x.ID, x.LockNo, "再核")
			case split.Withdraw:
				return f.s.Withdraw(ctx, by, x.ID, x.LockNo, "有误")
			}
			return f.s.Sign(ctx, by, x.ID, x.LockNo, doc, 20231101)
		}
		allowed := map[split.State]string{split.Draft: "save submit drop", split.Review: "recall return sign", split.Force: "withdraw", split.Replaced: "", split.Withdrawn: "", split.Dropped: ""}
		for state, list := range allowed {
			for _, act := range acts {
				for _, by := range []account.Caller{second, leader, county} {
					if _, err := d.Writer().ExecContext(ctx, `UPDATE target_split SET state = $1, table_id = 0 WHERE id = $2`, state, x.ID); err != nil {
						t.Fatal(err)
					}
					if by.UserID == county.UserID {
						if err := f.s.Save(ctx, by, x.ID, 1, split.Edit{Rule: "="}); !fault.Is(err, fault.NotFound) {
							t.Errorf("the county: %v", err)
						}
						continue
					}
					if state == split.Force { // withdrawing needs the table that was issued
						if _, err := d.Writer().ExecContext(ctx, `UPDATE target_split SET table_id = $1 WHERE id = $2`, tab.ID, x.ID); err != nil {
							t.Fatal(err)
						}
						_, _ = d.Writer().ExecContext(ctx, `UPDATE target_table SET withdrawn_at = 0 WHERE id = $1`, tab.ID)
					}
					err := do(by, act, fmt.Sprintf("号%s%s%d", state, act, by.UserID))
					edits := act == split.Save || act == split.Submit || act == split.Recall || act == split.Drop
					right := edits == (by.UserID == second.UserID)
					in := bytes.Contains([]byte(" "+list+" "), []byte(" "+string(act)+" "))
					switch {
					case right && in && err != nil:
						t.Errorf("%s %s by %d: %v", state, act, by.UserID, err)
					case !right && !fault.Is(err, fault.Forbidden):
						t.Errorf("%s %s without the right: %v", state, act, err)
					case right && !in && !fault.Is(err, fault.Conflict):
						t.Errorf("%s %s is not in the table: %v", state, act, err)
					}
					_, _ = d.Writer().ExecContext(ctx, `UPDATE target_table SET withdrawn_at = 0, replaced_by = 0 WHERE id = $1`, tab.ID)
					_, _ = d.Writer().ExecContext(ctx, `DELETE FROM target_table WHERE parent_table <> 0`)
				}
			}
		}
	})
}

// Who wrote, saved or sent a decomposition does not sign it, also with a second
// role.
func TestASecondPersonSigns(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		x := f.begin(both, f.city().ID, liaocheng)
		f.must(f.s.Fill(ctx, writer, x.ID, x.LockNo, split.ByAble, 202311))
		f.must(f.s.Submit(ctx, second, x.ID, x.LockNo+1))
		if err := f.s.Sign(ctx, both, x.ID, x.LockNo+2, "1号", 20231101); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the one who began it signed: %v", err)
		}
		for _, c := range []struct {
			doc string
			day calendar.Date
		}{{"", 20231101}, {"1号", 0}, {"1号", 20991231}} {
			if err := f.s.Sign(ctx, leader, x.ID, x.LockNo+2, c.doc, c.day); !fault.Is(err, fault.Invalid) {
				t.Errorf("signed with %q of %v: %v", c.doc, c.day, err)
			}
		}
		f.must(f.s.Sign(ctx, leader, x.ID, x.LockNo+2, "1号", 20231101))
	})
}

// Two officers have one draft open: the second to save is told, and nothing of
// the first is lost.
func TestTwoOfficersOneDraft(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		tab := f.city()
		x := f.begin(writer, tab.ID, liaocheng)
		if again := f.begin(second, tab.ID, liaocheng); again.ID != x.ID {
			t.Fatalf("a second draft %d beside %d", again.ID, x.ID)
		}
		f.must(f.s.Save(ctx, writer, x.ID, x.LockNo, split.Edit{Rule: "=", Rows: []split.Row{{Region: shenxian, Printed: "０.5", Note: "含开发区"}}}))
		err := f.s.Save(ctx, second, x.ID, x.LockNo, split.Edit{Rule: "=", Rows: []split.Row{{Region: yanggu, Printed: "0.7"}}})
		if !fault.Is(err, fault.Conflict) {
			t.Fatalf("saved over another's work: %v", err)
		}
		got := f.get(second, x.ID)
		if p, n := got.Entered(0, shenxian); p != "0.50" && p != "0.5000" && n != 5000 || got.Note(shenxian) != "含开发区" || got.Saved.Name != writer.Name {
			t.Errorf("after the conflict: %q %d %+v", p, n, got.Saved)
		}
		for _, bad := range []string{"1.23456", "-1", "x", "1.", "99999999999999"} {
			err := f.s.Save(ctx, writer, x.ID, got.LockNo, split.Edit{Rule: "=", Rows: []split.Row{{Region: shenxian, Printed: bad}}})
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%q was saved: %v", bad, err)
			}
		}
		f.must(f.s.Save(ctx, writer, x.ID, got.LockNo, split.Edit{Rule: "="}))
		if err := f.s.Submit(ctx, writer, x.ID, got.LockNo+1); !fault.Is(err, fault.Invalid) {
			t.Errorf("an empty draft was sent: %v", err)
		}
	})
}

// A changed document is a new version: what changed is told, the former one is
// kept and stands no more.
func TestAnAdjustmentIsANewVersion(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		tab := f.city()
		first := f.issue(writer, leader, tab.ID, liaocheng, split.ByPopulation, "1号")
		x := f.begin(writer, first.TableID, liaocheng)
		if x.Replaces != first.TableID || len(x.Rows) == 0 {
			t.Fatalf("the adjustment begins empty: %+v", x)
		}
		for i := range x.Rows {
			if x.Rows[i].Part != 0 {
				continue
			}
			switch x.Rows[i].Region {
			case shenxian:
				x.Rows[i].Printed = shift(t, x.Rows[i].Printed, 100)
			case yanggu:
				x.Rows[i].Printed = shift(t, x.Rows[i].Printed, -100)
			}
		}
		f.must(f.s.Save(ctx, writer, x.ID, x.LockNo, split.Edit{Rule: "=", Rows: x.Rows}))
		f.must(f.s.Submit(ctx, writer, x.ID, x.LockNo+1))
		f.must(f.s.Sign(ctx, leader, x.ID, x.LockNo+2, "2号", 20231105))
		if got := f.get(writer, first.ID); got.State != split.Replaced {
			t.Errorf("the former one is %s", got.State)
		}
		x = f.get(writer, x.ID)
		versions, err := f.targets.Versions(ctx, everywhere, x.TableID)
		f.must(err)
		if len(versions) != 2 || versions[1].ID != x.TableID || versions[1].Version != 2 {
			t.Fatalf("%d versions", len(versions))
		}
		diff := target.Diff(versions[0], versions[1])
		if len(diff) != 2 || diff[0].Change+diff[1].Change != 0 || !diff[0].Known {
			t.Errorf("what changed: %+v", diff)
		}
		now, err := f.targets.Standing(ctx, everywhere, first.TableID)
		if err != nil || now.ID != x.TableID {
			t.Errorf("what stands: %v %v", now, err)
		}
		list, err := f.targets.List(ctx, everywhere, target.Filter{})
		if err != nil || len(list) != 2 {
			t.Errorf("%d tables stand, %v", len(list), err)
		}
	})
}

func shift(t *testing.T, printed string, persons int64) string {
	t.Helper()
	n, ok := target.ParseValue(printed, "万人")
	if !ok {
		t.Fatalf("%q", printed)
	}
	return target.Printed(n+persons, "万人", target.Decimals(printed))
}

func TestRules(t *testing.T) {
	for _, c := range []struct {
		rule          string
		bp            int
		parent, given int64
		want          bool
	}{
		{split.Exact, 0, 1000, 1000, true}, {split.Exact, 0, 1000, 1001, false}, {split.Exact, 500, 1000, 999, false},
		{split.AtLeast, 0, 1000, 1200, true}, {split.AtLeast, 0, 1000, 999, false},
		{split.Tolerance, 100, 1000, 1010, true}, {split.Tolerance, 100, 1000, 990, true}, {split.Tolerance, 100, 1000, 989, false},
	} {
		if got := split.Holds(c.rule, c.bp, c.parent, c.given); got != c.want {
			t.Errorf("%s %d: %d of %d is %v", c.rule, c.bp, c.given, c.parent, got)
		}
	}
}

// The annex as printed: 序号, 地区, 目标任务, 其中 beside, 合计 — and a text that
// begins like a formula stays a text.
func TestTheAnnex(t *testing.T) {
	f := setup(t, testkit.SQLite(t))
	x := f.begin(writer, f.city().ID, liaocheng)
	f.must(f.s.Fill(ctx, writer, x.ID, x.LockNo, split.ByPopulation, 202311))
	x = f.get(writer, x.ID)
	for i := range x.Rows {
		if x.Rows[i].Region == shenxian && x.Rows[i].Part == 0 {
			x.Rows[i].Note = "=1+1"
		}
	}
	f.must(f.s.Save(ctx, writer, x.ID, x.LockNo, split.Edit{Rule: "=", Rows: x.Rows}))
	var buf bytes.Buffer
	if _, err := f.s.Workbook(ctx, writer, x.ID, &buf); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&buf)
	f.must(err)
	rows, err := book.GetRows(book.GetSheetName(0))
	f.must(err)
	n := len(tree.Children(liaocheng))
	if rows[0][0] != "附件" || rows[1][0] != "聊城市2023年度脱贫人口务工规模目标任务分解表" || rows[2][0] != "（草稿，未签发）" || fmt.Sprint(rows[3]) != "[序号 地区 目标任务 其中：劳务协作输出 备注]" {
		t.Errorf("head: %q", rows[:4])
	}
	if total := rows[4+n]; total[1] != "合计" || total[2] != "2.73" && total[2] != "2.7300" || total[3] != "0.41" && total[3] != "0.4100" {
		t.Errorf("total: %q", total)
	}
	found := false
	for _, r := range rows {
		found = found || len(r) > 4 && r[4] == "'=1+1"
	}
	if !found {
		t.Error("a remark that reads like a formula was written as it is")
	}
	if _, err := f.s.Workbook(ctx, county, x.ID, &buf); !fault.Is(err, fault.NotFound) {
		t.Errorf("the county takes the city's draft: %v", err)
	}
}
