package reconcile_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/reconcile"
	"wengang/internal/region"
	"wengang/internal/rollup"
	"wengang/internal/testkit"
)

// TestEveryReason: one person per reason; the classes add up to the difference.
func TestEveryReason(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		lines := []string{"姓名,身份证号,乡镇,行政村,户编号,务工地址,开始时间,月收入"}
		list := func(no, name string) { lines = append(lines, name+","+no+",,,,,,") }
		both, _ := f.someone(village, 202305, 0, nil)
		lines = append(lines, "赵1,"+number(1)+",,,H1,深圳市龙岗区,2023-05,3500")
		f.someone(village, 202305, 0, nil) // in both, the name differs and the wage
		lines = append(lines, "钱二,"+number(2)+",,,H2,,2023-05,3600")
		ours, _ := f.someone(second, 202305, 0, nil)
		cases := map[string]string{}
		add := func(why, no string) { cases[why] = no; list(no, "赵") }
		_, no := f.someone(village, 202301, 202306, nil)
		add("work_ended", no)
		_, no = f.someone(village, 202301, 202310, nil)
		add("work_just_ended", no)
		_, no = f.someone(village, 0, 0, nil)
		add("work_none", no)
		_, no = f.someone(village, 202312, 0, nil)
		add("work_later", no)
		_, no = f.someone(village, 202305, 0, func(p *fact.Person) { p.Kinds = []fact.PersonKind{{Kind: 9, Since: 20200101, Until: fact.Forever}} })
		add("not_kind", no)
		_, no = f.someone(village, 202305, 0, func(p *fact.Person) { p.InOn = 20231205 })
		add("later", no)
		id, no := f.someone(village, 202305, 0, nil)
		if err := f.people.Leave(ctx, region.ScopeOf(nation), local, id, 1, 20231101, ""); err != nil {
			t.Fatal(err)
		}
		add("dead", no)
		id, no = f.someone(village, 202305, 0, nil)
		if err := f.people.Leave(ctx, region.ScopeOf(nation), local, id, 2, 20231101, ""); err != nil {
			t.Fatal(err)
		}
		add("moved_away", no)
		_, elsewhere := f.someone(other, 202305, 0, nil)
		list(elsewhere, "外")
		list(number(9000), "无")
		list("123", "错")
		list(number(1), "赵1")
		r := f.start(reconcile.Ask{Stated: 20}, lines...)
		p := f.last(r.ID)
		got := tally(p)
		want := map[string]int64{"unlisted ": 20 - 14, "bad idcard.length": 1, "twice ": 1, "absent ": 1, "outside ": 1, "ours ": 1, "differs ": 1, "same ": 1}
		for why := range cases {
			want["uncounted "+why] = 1
		}
		for k, n := range got {
			if strings.HasPrefix(k, "near ") || strings.HasPrefix(k, "weak ") {
				delete(got, k)
			} else if want[k] != n {
				t.Errorf("%s: %d, want %d", k, n, want[k])
			}
		}
		if !maps.Equal(got, want) {
			t.Errorf("got %v\nwant %v", got, want)
		}
		if p.Ours != 3 || p.Theirs != 20 {
			t.Errorf("ours %d, theirs %d", p.Ours, p.Theirs)
		}
		f.sums(p)

		items, _, err := f.store.Items(ctx, region.ScopeOf(county), r.ID, reconcile.Filter{Class: reconcile.Differs}, 0, 0)
		if err != nil || len(items) != 1 || strings.Join(items[0].Fields, ",") != "name,wage" || items[0].Person == nil || items[0].Line.Name != "钱二" || items[0].Household != "H2" {
			t.Errorf("who differs: %+v %v", items, err)
		}
		if items, _, err = f.store.Items(ctx, region.ScopeOf(county), r.ID, reconcile.Filter{Class: reconcile.Ours}, 0, 0); err != nil || len(items) != 1 || items[0].Person.ID != ours || items[0].Line != nil {
			t.Errorf("only here: %+v %v", items, err)
		}
		items, _, err = f.store.Items(ctx, region.ScopeOf(county), r.ID, reconcile.Filter{Class: reconcile.Outside}, 0, 0)
		if err != nil || len(items) != 1 || items[0].Person != nil || items[0].Village != 0 || items[0].Line.Name != "外" {
			t.Errorf("outside: %+v %v", items, err)
		}
		if n, err := f.store.Count(ctx, region.ScopeOf(county), r.ID, reconcile.Filter{Field: "wage", Place: village}); n != 1 || err != nil {
			t.Errorf("by field and place: %d %v", n, err)
		}

		// What was missing is entered; another pass shows the progress.
		if _, err := f.work.Add(ctx, region.ScopeOf(nation), local, mustID(t, f, cases["work_none"]), newJob()); err != nil {
			t.Fatal(err)
		}
		if err := f.store.Again(ctx, region.ScopeOf(county), officer(county), r.ID); err != nil {
			t.Fatal(err)
		}
		r = f.run(r.ID)
		passes, err := f.store.Passes(ctx, region.ScopeOf(county), r.ID)
		if err != nil || len(passes) != 2 || passes[1].Ours != 4 || tally(passes[1])["uncounted work_none"] != 0 {
			t.Errorf("the second pass: %+v %v", passes, err)
		}
		f.sums(passes[1])
		if n := f.one(`SELECT count(*) FROM reconcile_row WHERE reconcile_id = $1 AND pass = 1`, r.ID); n != 0 {
			t.Errorf("%d rows of the first pass stay", n)
		}
		_ = both
	})
}

// sums fails where the classes do not add up to the difference, or the numbers
// of rows are not those of the tallies.
func (f *fixture) sums(p reconcile.Pass) {
	f.t.Helper()
	var sum int64
	for _, x := range p.Tally {
		n, _ := reconcile.Explained(x)
		sum += n
	}
	if sum != p.Theirs-p.Ours {
		f.t.Errorf("the classes add up to %d, %d − %d = %d", sum, p.Theirs, p.Ours, p.Theirs-p.Ours)
	}
}

func (f *fixture) one(query string, args ...any) (n int64) {
	f.t.Helper()
	if err := f.db.Read.QueryRowContext(ctx, query, args...).Scan(&n); err != nil {
		f.t.Fatal(err)
	}
	return n
}

// TestSumsExactly: over random ledgers, figures, months and lists the classes
// add up, and our number is the board's.
func TestSumsExactly(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		seed := rand.New(rand.NewPCG(5, 6))
		var numbers []string
		for range 120 {
			at := []region.Code{village, second, other}[seed.IntN(3)]
			start := indicatorMonth(seed.IntN(13))
			end := start
			switch seed.IntN(3) {
			case 0:
				start, end = 0, 0
			case 1:
				end = 0
			}
			id, no := f.someone(at, start, end, func(p *fact.Person) {
				switch seed.IntN(5) {
				case 0:
					p.Kinds[0].Kind = 1 + seed.IntN(9)
				case 1:
					p.Skill = 5
				case 2:
					p.Willing = fact.No
				}
			})
			if seed.IntN(12) == 0 {
				if err := f.people.Leave(ctx, region.ScopeOf(nation), local, id, []int{1, 2, 9}[seed.IntN(3)], 20231015, ""); err != nil {
					t.Fatal(err)
				}
			}
			numbers = append(numbers, no)
		}
		if err := f.months.Close(ctx, local, county, 202310); err != nil {
			t.Fatal(err)
		}
		figures := reconcile.Figured()
		for range 60 {
			lines := []string{"身份证号,姓名"}
			for range seed.IntN(80) {
				switch seed.IntN(8) {
				case 0:
					lines = append(lines, "错号码,某")
				case 1:
					lines = append(lines, number(8000+seed.IntN(50))+",某")
				default:
					lines = append(lines, numbers[seed.IntN(len(numbers))]+",某")
				}
			}
			if len(lines) == 1 {
				continue
			}
			a := reconcile.Ask{Figure: figures[seed.IntN(len(figures))].ID, Stated: int64(seed.IntN(100)) - 1, Month: indicatorMonth(10 + seed.IntN(3)), Region: []region.Code{county, village, 371522103000}[seed.IntN(3)]}
			if seed.IntN(2) == 0 {
				a.Figure = "worked_year"
			}
			r := f.start(a, lines...)
			p := f.last(r.ID)
			f.sums(p)
			v, err := f.roll.Value(ctx, region.ScopeOf(nation), indicator.MustGet(a.Figure), a.Region, a.Month, rollup.AsClosed)
			if err != nil || v.N != p.Ours {
				t.Errorf("%s at %s in %s: ours %d, the board says %d (%v)", a.Figure, a.Region, a.Month, p.Ours, v.N, err)
			}
			var listed int64
			for _, x := range p.Tally {
				if x.Class != reconcile.Unlisted && x.Class != reconcile.Ours && x.Class != reconcile.Near && x.Class != reconcile.Weak {
					listed += x.N
				}
			}
			if listed != int64(len(lines)-1) {
				t.Errorf("%d of %d lines are classed", listed, len(lines)-1)
			}
		}
	})
}

// TestWithoutAList: who nearly counts is told, by condition.
func TestWithoutAList(t *testing.T) {
	f := setUp(t, testkit.SQLite(t))
	f.someone(village, 202305, 0, nil)
	f.someone(village, 202305, 202310, nil)
	f.someone(village, 202301, 202302, nil)
	f.someone(second, 0, 0, nil)
	f.someone(second, 0, 0, func(p *fact.Person) { p.Willing = fact.No })
	f.someone(second, 0, 0, func(p *fact.Person) { p.Skill = 5 })
	f.someone(second, 202305, 0, func(p *fact.Person) { p.Kinds[0].Kind = 9 })
	f.someone(village, 202312, 0, nil)
	if err := f.db.Tx(ctx, func(tx *db.Tx) error { _, err := tx.ExecContext(ctx, `DELETE FROM spell_seen`); return err }); err != nil {
		t.Fatal(err)
	}
	r := f.start(reconcile.Ask{Stated: 4})
	p := f.last(r.ID)
	got := tally(p)
	want := map[string]int64{"near work_just_ended": 1, "near work_ended": 1, "near able_willing": 1, "near able": 1, "near not_kind": 1, "near work_later": 1, "weak unverified": 1}
	if !maps.Equal(got, want) || p.Ours != 1 || p.Theirs != 4 {
		t.Errorf("%+v", p)
	}
}

// TestWho: the scope is the area's; what is outside it is not found, and the
// list is gone when its time has come.
func TestWho(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		f.someone(village, 202305, 0, nil)
		r := f.start(reconcile.Ask{Stated: -1}, "身份证号,姓名", number(1)+",赵1", number(2)+",钱", number(3)+",孙")
		for _, at := range []region.Code{other.At(region.County), 371522103000} {
			if _, err := f.store.Load(ctx, region.ScopeOf(at), r.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s sees it: %v", at, err)
			}
			if _, _, err := f.store.Items(ctx, region.ScopeOf(at), r.ID, reconcile.Filter{}, 0, 0); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s sees rows: %v", at, err)
			}
			if err := f.store.Again(ctx, region.ScopeOf(at), officer(at), r.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s makes a pass: %v", at, err)
			}
			if err := f.store.Remove(ctx, region.ScopeOf(at), officer(at), r.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s removes it: %v", at, err)
			}
		}
		if err := d.Tx(ctx, func(tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO setting (region, name, value, changed_at) VALUES (0, 'reconcile.lines_daily', '4', 1)`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		list := book("身份证号,姓名", number(1)+",赵", number(2)+",钱")
		if _, err := f.store.Start(ctx, region.ScopeOf(county), local, reconcile.Ask{Region: county, Month: 202311, Figure: "working", Stated: -1, File: list, Size: list.Size(), FileName: "x.csv"}); !fault.Is(err, fault.TooMany) {
			t.Errorf("more lines than a day has: %v", err)
		}
		leader := account.Caller{UserID: 9, Grants: []account.Grant{{Role: account.Leader, Dept: account.DeptHR, Region: county}}}
		if _, err := f.store.Start(ctx, region.ScopeOf(county), leader, reconcile.Ask{Region: county, Month: 202311, Figure: "working", Stated: 3}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a leader starts: %v", err)
		}
		for name, a := range map[string]reconcile.Ask{"nothing": {Stated: -1, Figure: "working", Month: 202311}, "figure": {Stated: 1, Figure: "income_total", Month: 202311}, "month": {Stated: 1, Figure: "working", Month: 202401}} {
			a.Region = county
			if _, err := f.store.Start(ctx, region.ScopeOf(county), officer(county), a); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		var raw bytes.Buffer
		err := f.store.Export(ctx, region.ScopeOf(county), officer(county), r.ID, reconcile.Filter{}, "差异", []any{"号码"}, func(x reconcile.Item) []any { return []any{x.Line.Mask} }, &raw)
		if err != nil || raw.Len() == 0 || f.one(`SELECT count(*) FROM audit_row WHERE action = 'export.reconcile'`) != 1 {
			t.Errorf("export: %d bytes, %v", raw.Len(), err)
		}
		if n, err := f.store.Purge(ctx); n != 0 || err != nil {
			t.Errorf("purged early: %d %v", n, err)
		}
		if err := d.Tx(ctx, func(tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE reconcile SET expires_on = 20231209`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if n, err := f.store.Purge(ctx); n != 1 || err != nil {
			t.Errorf("purged: %d %v", n, err)
		}
		if n := f.one(`SELECT (SELECT count(*) FROM reconcile_chunk) + (SELECT count(*) FROM reconcile_row)`); n != 0 {
			t.Errorf("%d rows of a purged list", n)
		}
		if err := f.store.Again(ctx, region.ScopeOf(county), officer(county), r.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("a pass over a purged list: %v", err)
		}
		if len(f.last(r.ID).Tally) == 0 {
			t.Error("the counts of a purged list are gone")
		}
	})
}

// TestNothingPlain: no number of a list stands in the database.
func TestNothingPlain(t *testing.T) {
	f := setUp(t, testkit.SQLite(t))
	empty, err := f.store.Start(ctx, region.ScopeOf(county), local, reconcile.Ask{Region: county, Month: 202311, Figure: "working", Stated: 3})
	if err == nil {
		err = f.store.Work(ctx, empty)
	}
	if r, e := f.store.Load(ctx, region.ScopeOf(county), empty); err != nil || e != nil || r.State != reconcile.Failed || r.Message != "reconcile.nofigures" {
		t.Errorf("nobody lives there: %+v %v %v", r, err, e)
	}
	f.someone(village, 202305, 0, nil)
	r := f.start(reconcile.Ask{Stated: -1}, "身份证号,姓名,户编号", number(77)+",欧阳测试名,H-77-canary")
	var packed []byte
	if err := f.db.Read.QueryRowContext(ctx, `SELECT list_cipher FROM reconcile_chunk WHERE reconcile_id = $1`, r.ID).Scan(&packed); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{number(77), "欧阳测试名", "canary"} {
		if bytes.Contains(packed, []byte(s)) {
			t.Errorf("%q lies open", s)
		}
	}
	if n := f.one(`SELECT count(*) FROM audit_row WHERE detail LIKE '%' || $1 || '%'`, number(77)); n != 0 {
		t.Error("a number in the audit")
	}
	items, _, err := f.store.Items(ctx, region.ScopeOf(county), r.ID, reconcile.Filter{Class: reconcile.Absent}, 0, 0)
	if err != nil || len(items) != 1 || strings.Contains(fmt.Sprintf("%+v", *items[0].Line), number(77)) {
		t.Errorf("%+v %v", items, err)
	}
}
