package register_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/idcard"
	"wengang/internal/region"
	"wengang/internal/register"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
	"wengang/internal/text"
	"wengang/internal/transfer"
)

const (
	liaocheng region.Code = 371500000000
	shenxian  region.Code = 371522000000
	yanggu    region.Code = 371521000000
)

// notes collects what was recorded.
type notes struct {
	mu  sync.Mutex
	all []account.Note
}

func (n *notes) Note(_ context.Context, _ *db.Tx, _ account.Caller, x account.Note) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all = append(n.all, x)
	return nil
}

func officer(at region.Code) account.Caller {
	return account.Caller{UserID: 7, Login: "o", Grants: []account.Grant{{Role: account.Officer, Dept: account.DeptHR, Region: at}}}
}

// number makes a synthetic id (area 000000 cannot be a real person).
func number(i int) string {
	s := fmt.Sprintf("00000019%02d0229%03d", 60+4*(i%8), i%1000)
	return s + string(idcard.CheckDigit(s))
}

type fixture struct {
	*testing.T
	d     *db.DB
	s     *register.Store
	notes *notes
}

func setup(t *testing.T, d *db.DB) *fixture {
	n := &notes{}
	return &fixture{T: t, d: d, notes: n, s: register.New(d, secrettest.Box(t), n, region.National())}
}

// person puts somebody of a population kind into the ledger.
func (f *fixture) person(id int64, name, number string, village region.Code, kind int) {
	f.Helper()
	box := secrettest.Box(f)
	err := f.d.Tx(context.Background(), func(tx *db.Tx) error {
		cipher, err := box.Encrypt("person.id_cipher", []byte(number))
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO person (id, household_id, village, name, id_cipher, id_index, id_mask, created_at, updated_at)
			VALUES ($1, 1, $2, $3, $4, $5, $6, 0, 0)`, id, int64(village), name, cipher, box.BlindIndex("id", number), "00**************"+number[16:]); err != nil {
			return err
		}
		_, err = tx.Exec("INSERT INTO person_kind (person_id, kind, since, until) VALUES ($1, $2, 20140101, 99991231)", id, kind)
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) add(kind string, at region.Code, form map[string]string) *register.Record {
	f.Helper()
	r, err := f.s.Add(context.Background(), officer(at), kind, at, form)
	if err != nil {
		f.Fatal(err)
	}
	return r
}

func TestAddListEditEnd(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		ctx := context.Background()
		city := region.ScopeOf(liaocheng)
		w := f.add("workshop", shenxian, map[string]string{"name": "示例服装车间", "started_on": "2023-03-01", "people": "20", "poor": "8", "phone": "13800000000", "form": "厂房式"})
		f.add("workshop", yanggu, map[string]string{"name": "示例电子车间", "started_on": "2022-03-01"})
		list, more, err := f.s.List(ctx, city, register.Filter{Kind: "workshop"}, register.Cursor{})
		if err != nil || more || len(list) != 2 {
			t.Fatalf("list: %d rows, more %v, %v", len(list), more, err)
		}
		if list[0].Region != yanggu || list[1].PhoneMask != "138****0000" || list[1].Phone != "" {
			t.Errorf("order or mask: %+v", list[1])
		}
		// The same name at the same place from the same day exists once.
		if _, err := f.s.Add(ctx, officer(shenxian), "workshop", shenxian, map[string]string{"name": "示例 服装车间", "started_on": "2023-03-01"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("twice: %v", err)
		}
		if err := f.s.Edit(ctx, officer(shenxian), w.ID, 1, map[string]string{"name": "示例服装车间", "started_on": "2023-03-01", "people": "25", "poor": "9", "form": "居家式"}, "年中核对"); err != nil {
			t.Fatal(err)
		}
		if err := f.s.Edit(ctx, officer(shenxian), w.ID, 1, map[string]string{"name": "x"}, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("edit of an old version: %v", err)
		}
		h, err := f.s.History(ctx, city, w.ID)
		if err != nil || len(h) != 3 {
			t.Fatalf("history: %+v, %v", h, err)
		}
		if err := f.s.End(ctx, officer(shenxian), w.ID, 2, 20231001, "停产"); err != nil {
			t.Fatal(err)
		}
		got, err := f.s.Get(ctx, city, w.ID)
		if err != nil || got.EndedOn != 20231001 || got.State != register.Ended || got.People != 25 || got.PhoneMask != "138****0000" {
			t.Fatalf("after end: %+v, %v", got, err)
		}
		states, err := f.s.States(ctx, city, w.ID)
		if err != nil || len(states) != 2 || states[1].State != register.Ended || states[1].Since != 20231001 {
			t.Errorf("states: %+v, %v", states, err)
		}
		n, err := f.s.Total(ctx, city, register.Filter{Kind: "workshop"})
		if err != nil || n != 1 {
			t.Errorf("total in force: %d, %v", n, err)
		}
		if len(f.notes.all) != 4 {
			t.Errorf("audit notes: %d, want 4 (2 added, 1 edited, 1 ended)", len(f.notes.all))
		}
	})
}

// Two officers saved the same page at the same moment; on PostgreSQL both were
// told that it worked, and one lost what he wrote.
func TestTwoEditsAtOnce(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		ctx := context.Background()
		for round := range 5 {
			r, err := f.s.Add(ctx, officer(shenxian), "workshop", shenxian, map[string]string{"name": fmt.Sprintf("车间%d", round), "started_on": "2022-01-01"})
			if err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			errs := make([]error, 6)
			for i := range errs {
				wg.Go(func() {
					errs[i] = f.s.Edit(ctx, officer(shenxian), r.ID, 1, map[string]string{"name": r.Name, "started_on": "2022-01-01", "contact": fmt.Sprintf("联系人%d", i)}, "")
				})
			}
			wg.Wait()
			saved := 0
			for _, err := range errs {
				if err == nil {
					saved++
				} else if !fault.Is(err, fault.Conflict) {
					t.Errorf("neither saved nor a conflict: %v", err)
				}
			}
			if saved != 1 {
				t.Errorf("%d of %d edits of one version were saved", saved, len(errs))
			}
		}
	})
}

// A number typed with any name put the person of the ledger on the list, and
// the page told whose number it was, wherever that person lives.
func TestANumberDoesNotTellItsName(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		ctx := context.Background()
		num := number(5)
		err := d.Tx(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(`INSERT INTO person (id, household_id, village, name, id_cipher, id_index, id_mask, created_at, updated_at) VALUES (77, 1, 371521101001, '示例甲', $1, $2, '', 0, 0)`,
				[]byte{1}, secrettest.Box(t).BlindIndex("id", num))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		r, err := f.s.Add(ctx, officer(shenxian), "workshop", shenxian, map[string]string{"name": "车间", "started_on": "2022-01-01"})
		if err != nil {
			t.Fatal(err)
		}
		add := func(name string) error {
			_, err := f.s.AddMember(ctx, officer(shenxian), r.ID, map[string]string{"person": name, "id_number": num, "started_on": "2023-01-01"})
			return err
		}
		if err := add("某人"); !fault.Is(err, fault.Invalid) {
			t.Errorf("another name: %v", err)
		}
		if list, _, err := f.s.Members(ctx, region.ScopeOf(shenxian), region.ScopeOf(shenxian), r.ID, 0); err != nil || len(list) != 0 {
			t.Errorf("listed all the same: %v, %v", list, err)
		}
		if err := add(" 示例甲 "); err != nil {
			t.Errorf("the name of the ledger: %v", err)
		}
	})
}

func TestWrongFieldsComeBackTogether(t *testing.T) {
	f := setup(t, testkit.SQLite(t))
	_, err := f.s.Add(context.Background(), officer(shenxian), "relief", shenxian, map[string]string{"people": "3", "poor": "5", "funds": "many"})
	var e *fault.Error
	if !fault.Is(err, fault.Invalid) {
		t.Fatal(err)
	}
	e = err.(*fault.Error)
	got := map[string]string{}
	for _, x := range e.Fields {
		got[x.Name] = x.Key
	}
	for field, key := range map[string]string{"name": "register.required", "started_on": "register.required", "poor": "register.poor_over_people", "funds": "register.money"} {
		if got[field] != key {
			t.Errorf("%s: %q, want %q", field, got[field], key)
		}
	}
}

func TestOutsideScopeIsNotFound(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		ctx := context.Background()
		w := f.add("workshop", shenxian, map[string]string{"name": "示例车间"})
		m, err := f.s.AddMember(ctx, officer(shenxian), w.ID, map[string]string{"person": "王示例", "id_number": number(1)})
		if err != nil {
			t.Fatal(err)
		}
		other, none := region.ScopeOf(yanggu), region.Scope{}
		for name, scope := range map[string]region.Scope{"another county": other, "zero": none} {
			if list, _, err := f.s.List(ctx, scope, register.Filter{Kind: "workshop"}, register.Cursor{}); err != nil || len(list) != 0 {
				t.Errorf("%s: List %d, %v", name, len(list), err)
			}
			if n, err := f.s.Total(ctx, scope, register.Filter{Kind: "workshop"}); err != nil || n != 0 {
				t.Errorf("%s: Total %d, %v", name, n, err)
			}
			if o, err := f.s.Overview(ctx, scope); err != nil || len(o) != 0 {
				t.Errorf("%s: Overview %v, %v", name, o, err)
			}
			if items, err := f.s.Items(ctx, scope, "workshop", liaocheng, 20230101, 20231231, 0); err != nil || len(items) != 0 {
				t.Errorf("%s: Items %d, %v", name, len(items), err)
			}
			_, err1 := f.s.Get(ctx, scope, w.ID)
			_, _, err2 := f.s.Members(ctx, scope, scope, w.ID, 0)
			_, err3 := f.s.History(ctx, scope, w.ID)
			_, err4 := f.s.States(ctx, scope, w.ID)
			for i, err := range []error{err1, err2, err3, err4} {
				if !fault.Is(err, fault.NotFound) {
					t.Errorf("%s: read %d: %v", name, i, err)
				}
			}
			if x, _, err := f.s.OfPerson(ctx, scope, 1); err != nil || len(x) != 0 {
				t.Errorf("%s: OfPerson %d, %v", name, len(x), err)
			}
		}
		by := officer(yanggu)
		_, err1 := f.s.Add(ctx, by, "workshop", shenxian, map[string]string{"name": "x"})
		err2 := f.s.Edit(ctx, by, w.ID, 1, map[string]string{"name": "x"}, "")
		err3 := f.s.End(ctx, by, w.ID, 1, 20231001, "x")
		_, err4 := f.s.AddMember(ctx, by, w.ID, map[string]string{"person": "x"})
		err5 := f.s.EndMember(ctx, by, w.ID, m.ID, 20231001, "x")
		for i, err := range []error{err1, err2, err3, err4, err5} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("write %d from another county: %v", i, err)
			}
		}
		if _, err := f.s.Add(ctx, account.Caller{}, "workshop", shenxian, nil); !fault.Is(err, fault.Forbidden) {
			t.Errorf("nobody adds: %v", err)
		}
	})
}

func TestItemsCountTheYear(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		ctx := context.Background()
		f.person(1, "王示例", number(1), 371522101001, fact.KindPoor)
		f.person(2, "李示例", number(2), 371522101001, fact.KindOther)
		w := f.add("workshop", shenxian, map[string]string{"name": "示例车间", "started_on": "2022-05-01"})
		gone := f.add("workshop", shenxian, map[string]string{"name": "去年停的车间", "started_on": "2021-05-01", "ended_on": "2022-12-31"})
		for _, m := range []map[string]string{
			{"person": "王示例", "id_number": number(1), "started_on": "2022-06-01", "ended_on": "2023-02-15"},
			{"person": "李示例", "id_number": number(2), "started_on": "2023-04-01", "category": "脱贫人口"}, // the ledger knows better
			{"person": "赵外来", "id_number": number(3), "started_on": "2023-04-01", "category": "脱贫人口"},
			{"people": "5", "poor": "2", "started_on": "2023-05-01"},
			{"person": "钱早退", "id_number": number(4), "started_on": "2022-01-01", "ended_on": "2022-12-31", "category": "脱贫人口"},
		} {
			if _, err := f.s.AddMember(ctx, officer(shenxian), w.ID, m); err != nil {
				t.Fatal(err)
			}
		}
		items, err := f.s.Items(ctx, region.ScopeOf(liaocheng), "workshop", liaocheng, 20230101, 20231215, 0)
		if err != nil || len(items) != 1 || items[0].ID != w.ID {
			t.Fatalf("items: %+v, %v (gone is %d)", items, err, gone.ID)
		}
		var poor, all, heads, headsPoor int64
		for _, m := range items[0].Members {
			heads, headsPoor = heads+m.People, headsPoor+m.Poor
			if m.PersonID+m.OutsiderID > 0 {
				all++
				if m.Counted {
					poor++
				}
			}
		}
		if all != 3 || poor != 2 || heads != 5 || headsPoor != 2 {
			t.Errorf("people %d (want 3), poor %d (want 2: 王, 赵), headcount %d/%d (want 5/2)", all, poor, heads, headsPoor)
		}
		// An outsider who enters the ledger later is that person from then on.
		f.person(3, "赵外来", number(3), 371522101002, fact.KindEdge)
		if items, err = f.s.Items(ctx, region.ScopeOf(liaocheng), "workshop", liaocheng, 20230101, 20231215, 0); err != nil {
			t.Fatal(err)
		}
		found := false
		for _, m := range items[0].Members {
			found = found || m.PersonID == 3 && m.OutsiderID == 0 && m.Counted
		}
		if !found {
			t.Errorf("outsider not found in the ledger: %+v", items[0].Members)
		}
		if items, err = f.s.Items(ctx, region.ScopeOf(liaocheng), "workshop", liaocheng, 20230101, 20231215, 1); err != nil || len(items) != 0 {
			t.Errorf("received before 1970: %d, %v", len(items), err)
		}
	})
}

// run drives the import kind as the engine does: check in chunks, apply hidden,
// finish and unhide in one transaction.
func (f *fixture) run(b *transfer.Batch, layout string, header []string, rows [][]string) []transfer.Outcome {
	f.Helper()
	ctx := context.Background()
	kind := f.s.Roster()
	b.Layout, b.Columns = layout, columns(f, layout, header)
	c, err := kind.Open(ctx, b)
	if err != nil {
		f.Fatal(err)
	}
	var in []transfer.Row
	for i, r := range rows {
		row := transfer.Row{Sheet: "Sheet1", N: i + 2}
		for j, s := range r {
			row.Cells = append(row.Cells, transfer.Cell{Text: s, Column: header[j]})
		}
		in = append(in, row)
	}
	out, err := c.Check(ctx, in)
	if err != nil {
		f.Fatal(err)
	}
	var staged []transfer.Staged
	for _, o := range out {
		if o.Result == transfer.New || o.Result == transfer.Same || o.Result == transfer.Changed {
			staged = append(staged, transfer.Staged{Row: o.Row, Result: o.Result, Payload: o.Payload})
		}
	}
	tx := func(fn func(*db.Tx) error) {
		f.Helper()
		if err := f.d.Tx(ctx, fn); err != nil {
			f.Fatal(err)
		}
	}
	tx(func(tx *db.Tx) error {
		_, err := tx.Exec("INSERT INTO hidden_batch (batch_id) VALUES ($1)", b.ID)
		return err
	})
	tx(func(tx *db.Tx) error { return kind.Apply(ctx, tx, b, staged) })
	tx(func(tx *db.Tx) error {
		err := kind.Finish(ctx, tx, b, func(fn func(transfer.Staged) error) error {
			for _, s := range staged {
				if err := fn(s); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		_, err = tx.Exec("DELETE FROM hidden_batch WHERE batch_id = $1", b.ID)
		return err
	})
	return out
}

func columns(f *fixture, layout string, header []string) []string {
	f.Helper()
	for _, l := range (*register.Roster)(nil).Layouts() {
		if l.ID != layout {
			continue
		}
		out := make([]string, len(header))
		for i, h := range header {
			for _, c := range l.Columns {
				for _, x := range c.Headings {
					if x == h {
						out[i] = c.Key
					}
				}
			}
			if out[i] == "" {
				f.Fatalf("heading %s is not in layout %s", h, layout)
			}
		}
		return out
	}
	f.Fatalf("no layout %s", layout)
	return nil
}

func results(out []transfer.Outcome) string {
	s := ""
	for _, o := range out {
		s += string("RNSCX"[o.Result])
	}
	return s
}

func rules(o transfer.Outcome) string {
	s := ""
	for _, f := range o.Findings {
		s += f.Rule + " "
	}
	return s
}

func TestRosterImport(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		ctx := context.Background()
		f.person(1, "王示例", number(1), 371522101001, fact.KindPoor)
		head := []string{"县（市、区）", "车间名称", "认定日期", "吸纳就业人数", "吸纳脱贫人口数", "联系电话", "车间类型"}
		rows := [][]string{
			{"莘县", "示例一车间", "2023年3月", "20", "8", "13800000001", "厂房式"},
			{"阳谷", "示例二车间", "45047", "10", "12", "", ""}, // poor > people
			{"莘县", "示例三车间", "2023/5/1", "5", "1", "13800000002", "洞穴式"},
			{"莘县", "示例一车间", "2023-03-01", "9", "", "", ""}, // twice in the file
			{"不存在县", "示例四车间", "2023-03-01", "9", "", "", ""},
		}
		b := &transfer.Batch{ID: 1, Kind: "roster", Subtype: "workshop", Region: liaocheng, UserID: 7}
		out := f.run(b, "workshop", head, rows)
		if got := results(out); got != "NRNRR" {
			t.Fatalf("first import: %s", got)
		}
		if rules(out[1]) != "register.poor_over_people " || rules(out[2]) != "register.choice " || rules(out[3]) != "register.twice " || rules(out[4]) != "register.place_unknown " {
			t.Errorf("findings: %q %q %q %q", rules(out[1]), rules(out[2]), rules(out[3]), rules(out[4]))
		}
		// The same file again: nothing new; a changed number: one change; a blank
		// cell erases nothing.
		rows = [][]string{{"莘县", "示例一车间", "2023-03-01", "", "9", "", ""}, rows[2]}
		b2 := &transfer.Batch{ID: 2, Kind: "roster", Region: liaocheng, UserID: 7}
		if got := results(f.run(b2, "workshop", head, rows)); got != "CS" {
			t.Fatalf("second import: %s", got)
		}
		list, _, err := f.s.List(ctx, region.ScopeOf(shenxian), register.Filter{Kind: "workshop", Query: "一车间"}, register.Cursor{})
		if err != nil || len(list) != 1 || list[0].People != 20 || list[0].Poor != 9 || list[0].StartedOn != 20230301 || list[0].PhoneMask != "138****0001" {
			t.Fatalf("after the second import: %+v, %v", list, err)
		}
		people := []string{"车间名称", "姓名", "证件号码", "进入日期", "人员类别", "无名单人数", "无名单脱贫人口数"}
		b3 := &transfer.Batch{ID: 3, Kind: "roster", Subtype: "workshop_members", Region: shenxian, UserID: 7}
		out = f.run(b3, "workshop_members", people, [][]string{
			{"示例一车间", "王示例", number(1), "2023-04-01", "脱贫户", "", ""},
			{"示例一车间", "孙外来", number(9), "2023-04-01", "脱贫户", "", ""},
			{"示例一车间", "", "", "2023-06-01", "", "6", "2"},
			{"没有的车间", "李示例", number(2), "", "", "", ""},
			{"示例一车间", "周示例", "3.7E+17", "", "", "", ""},
			{"示例一车间", "郑无证", "", "2023-07-01", "", "", ""},
		})
		if got := results(out); got != "NNNRRN" {
			t.Fatalf("members: %s", got)
		}
		if rules(out[1]) != "register.not_in_ledger " || rules(out[3]) != "register.unknown " || rules(out[4]) != "idcard.mangled " || rules(out[5]) != "register.no_id " {
			t.Errorf("findings: %q %q %q %q", rules(out[1]), rules(out[3]), rules(out[4]), rules(out[5]))
		}
		if v := out[4].Findings[0].Value; v != "*******" && v != "3.**+17" {
			t.Logf("masked value %q", v)
		}
		got, err := f.s.Get(ctx, region.ScopeOf(shenxian), list[0].ID)
		if err != nil || got.Listed != 9 || got.ListedPoor != 4 {
			t.Fatalf("listed %d/%d, want 9/4, %v", got.Listed, got.ListedPoor, err)
		}
		undo := func(b *transfer.Batch) error {
			return d.Tx(ctx, func(tx *db.Tx) error { return f.s.Roster().Undo(ctx, tx, b) })
		}
		if err := undo(b); !fault.Is(err, fault.Conflict) {
			t.Errorf("undo of a register that others filled: %v", err)
		}
		if err := undo(b3); err != nil {
			t.Fatal(err)
		}
		if err := undo(b2); err != nil {
			t.Fatal(err)
		}
		if got, err = f.s.Get(ctx, region.ScopeOf(shenxian), list[0].ID); err != nil || got.Listed != 0 || got.Poor != 8 {
			t.Errorf("after undo: %+v, %v", got, err)
		}
		if err := undo(b); err != nil {
			t.Fatal(err)
		}
		if n, err := f.s.Total(ctx, region.ScopeOf(liaocheng), register.Filter{Kind: "workshop"}); err != nil || n != 0 {
			t.Errorf("after undo of all: %d, %v", n, err)
		}
	})
}

// A number of somebody from elsewhere, typed or imported with any name, was
// taken, and the list then told the ledger's name, county and kind of its owner.
func TestANumberDoesNotTellAStrangersName(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		ctx := context.Background()
		f.person(1, "王示例", number(1), 371522101001, fact.KindPoor)
		f.person(2, "郑远方", number(2), 130102001001, fact.KindPoor)
		w := f.add("workshop", shenxian, map[string]string{"name": "示例车间"})
		_, err := f.s.AddMember(ctx, officer(shenxian), w.ID, map[string]string{"person": "某某", "id_number": number(2)})
		var e *fault.Error
		if !errors.As(err, &e) || e.Kind != fault.Invalid || len(e.Fields) != 1 || e.Fields[0].Key != "register.name_differs" || len(e.Fields[0].Args) != 0 {
			t.Errorf("a stranger's number with another name: %v", err)
		}
		b := &transfer.Batch{ID: 1, Kind: "roster", Subtype: "workshop_members", Region: shenxian, UserID: 7}
		out := f.run(b, "workshop_members", []string{"车间名称", "姓名", "证件号码", "进入日期"}, [][]string{
			{"示例车间", "某某", number(2), "2023-04-01"},
			{"示例车间", "王示列", number(1), "2023-04-01"}, // one's own, misspelt: a warning
			{"示例车间", "郑远方", number(2), "2023-05-01"}, // who knows the name may name him
		})
		if got := results(out); got != "RNN" || rules(out[0]) != "register.name_differs " || rules(out[1]) != "register.name_differs " {
			t.Errorf("import: %s, %s %s", got, rules(out[0]), rules(out[1]))
		}
		people, _, err := f.s.Members(ctx, region.ScopeOf(shenxian), region.ScopeOf(shenxian), w.ID, 0)
		if err != nil || len(people) != 2 || people[1].Name != "郑远方" || people[1].Village != 130102000000 {
			t.Errorf("members: %+v, %v", people, err)
		}
	})
}

func TestPostsAreMadeByTheirHolders(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		head := []string{"乡镇", "行政村", "岗位名称", "岗位类型", "姓名", "证件号码", "上岗日期", "离岗日期"}
		tree := region.National()
		town := tree.Children(shenxian)[0]
		village := tree.Children(town.Code)[0]
		b := &transfer.Batch{ID: 1, Kind: "roster", Region: shenxian, UserID: 7}
		rows := [][]string{
			{town.Name, village.Name, "保洁员岗", "保洁员", "王示例", number(1), "2023-01-01", ""},
			{town.Name, village.Name, "保洁员岗", "保洁员", "李示例", number(2), "2022-01-01", "2023-06-30"},
		}
		if got := results(f.run(b, "post_members", head, rows)); got != "NN" {
			t.Fatal(got)
		}
		list, _, err := f.s.List(context.Background(), region.ScopeOf(shenxian), register.Filter{Kind: "post"}, register.Cursor{})
		if err != nil || len(list) != 1 || list[0].Region != village.Code || list[0].Listed != 1 || list[0].Extra["form"] != "保洁员" {
			t.Fatalf("posts: %+v, %v", list, err)
		}
		// The holder who leaves is a change of his stay, not a second one.
		rows[0][7] = "2023-11-30"
		b = &transfer.Batch{ID: 2, Kind: "roster", Region: shenxian, UserID: 7}
		if got := results(f.run(b, "post_members", head, rows)); got != "CS" {
			t.Fatal(got)
		}
		items, err := f.s.Items(context.Background(), region.ScopeOf(shenxian), "post", shenxian, 20230101, 20231215, 0)
		if err != nil || len(items) != 1 || len(items[0].Members) != 2 {
			t.Fatalf("both held the post in the year: %+v, %v", items, err)
		}
	})
}

func TestEveryFieldHasItsWords(t *testing.T) {
	for _, k := range register.Kinds() {
		if !text.Has(k.NameKey()) {
			t.Errorf("no catalogue key %s", k.NameKey())
		}
		fields := k.Fields
		if k.Members != nil {
			fields = append(fields[:len(fields):len(fields)], k.Members.Fields...)
		}
		for _, f := range fields {
			if !text.Has(f.LabelKey()) {
				t.Errorf("%s: no catalogue key %s", k.ID, f.LabelKey())
			}
		}
	}
}
