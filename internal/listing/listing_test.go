package listing_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/listing"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/testkit"
	"wengang/internal/text"
)

// TestColumns reads every column of a person: of a resident, of somebody who
// only works here, and by somebody without the right to findings.
func TestColumns(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		id, _ := f.add("陈秀兰", village, func(p *fact.Person) {
			p.Household, p.Code, p.Relation = "h1", "p1", 2
			p.Kinds = append(p.Kinds, fact.PersonKind{Kind: fact.KindSudden, Since: 20220601, Until: fact.Forever, Risk: fact.RiskWork})
		})
		f.works(id, village, 202303, 440307000000, 400000)
		by := user(1, account.Officer, county)
		if err := f.people.SetNeed(ctx, region.ScopeOf(county), by, id, fact.Need{PlanOut: 1, PlanPlace: 440307000000, WantedJob: "缝纫工", WantedWageFen: 550000, Service: "岗位推荐", Training: "电商", SurveyedOn: 20231205}, "走访"); err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, c := range listing.Columns {
			all = append(all, c.Key)
		}
		read := func(by account.Caller, at region.Code) map[string]string {
			t.Helper()
			cols, _ := listing.Allowed(by, all)
			by2 := people.ByResidence
			if !at.Contains(village) {
				by2 = people.ByWorkplace
			}
			page, err := f.lists.List(ctx, by.Scope(account.PeopleRead), listing.Asked{Filter: people.Filter{Month: 202311, By: by2}, Columns: cols}, people.Page{})
			if err != nil || len(page.Rows) != 1 {
				t.Fatalf("%d rows: %v", len(page.Rows), err)
			}
			out, w := map[string]string{}, f.lists.Words(text.ZH)
			for _, c := range cols {
				out[c.Key] = c.Cell(by, &page.Rows[0], w)
			}
			return out
		}
		got := read(by, county)
		for k, want := range map[string]string{"name": "陈秀兰", "age": "43", "household": "h1", "code": "p1", "risk": "因务工就业不稳", "watched": "2022-06-01", "employer": "=华南电子", "wage": "4,000.00",
			"months": "9", "income": "36,000.00", "income_months": "9", "wanted_job": "缝纫工", "wanted_wage": "5,500.00", "plan_out": "是", "surveyed_on": "2023-12-05", "phone": "139****1234"} {
			if got[k] != want {
				t.Errorf("%s = %q, want %q", k, got[k], want)
			}
		}
		if _, has := got["findings"]; !has {
			t.Error("the officer has no findings column")
		}
		leader := read(user(2, account.Leader, county), county)
		if _, has := leader["findings"]; has {
			t.Error("a leader reads findings")
		}
		worker := read(user(3, account.Officer, 440307000000), 440307000000)
		for _, k := range []string{"phone", "birth", "household", "wanted_job", "income", "months", "kind", "risk", "findings", "willing"} {
			if worker[k] != "" {
				t.Errorf("the place of work reads %s: %q", k, worker[k])
			}
		}
		if worker["employer"] == "" || worker["name"] == "" {
			t.Errorf("the place of work reads nothing: %v", worker)
		}
	})
}

// TestVersions settles a list, changes the record, and compares.
func TestVersions(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		by := user(1, account.Officer, county)
		stays, _ := f.add("赵建军", village, nil)
		goes, _ := f.add("马国庆", village, nil)
		f.add("刘桂芝", neighbour, nil)
		f.add("外县人", elsewhere, nil)
		v1, err := f.lists.Keep(ctx, by, "base", county, 202311, "示例函〔2023〕1号")
		if err != nil || v1.No != 1 || v1.People != 3 {
			t.Fatalf("%+v: %v", v1, err)
		}
		// The record changes: one renamed, one gone, one new.
		r, err := f.people.Get(ctx, region.ScopeOf(county), stays)
		if err != nil {
			t.Fatal(err)
		}
		r.Person.Name = "赵建君"
		if err := f.people.Update(ctx, region.ScopeOf(county), by, stays, people.Edit{Person: r.Person, Reason: "更正"}); err != nil {
			t.Fatal(err)
		}
		if err := f.people.Leave(ctx, region.ScopeOf(county), by, goes, 9, 20231201, "走访"); err != nil {
			t.Fatal(err)
		}
		came, _ := f.add("孙玉梅", village, nil)
		prints, err := f.lists.Prints(ctx, by.Scope(account.PeopleRead), v1)
		if err != nil || len(prints) != 3 || !slices.ContainsFunc(prints, func(p listing.Print) bool { return p.ID == stays && p.Cells[0] == "赵建军" }) {
			t.Fatalf("the version changed with the record: %v %v", prints, err)
		}
		diff, err := f.lists.Compare(ctx, by, v1, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(diff.Came) != 1 || diff.Came[0].ID != came || len(diff.Went) != 1 || diff.Went[0].ID != goes || len(diff.Changed) != 1 || diff.Changed[0].New.ID != stays || diff.Same != 1 {
			t.Errorf("came %v went %v changed %v same %d", diff.Came, diff.Went, diff.Changed, diff.Same)
		}
		if c := diff.Changed[0]; len(c.Columns) != 1 || c.Old.Cells[0] != "赵建军" || c.New.Cells[0] != "赵建君" {
			t.Errorf("changed: %+v", c)
		}
		v2, err := f.lists.Keep(ctx, by, "base", county, 202311, "")
		if err != nil || v2.No != 2 || bytes.Equal(v1.Hash, v2.Hash) {
			t.Fatalf("%+v: %v", v2, err)
		}
		if diff, err = f.lists.Compare(ctx, by, v1, &v2); err != nil || len(diff.Came) != 1 || len(diff.Changed) != 1 {
			t.Errorf("between versions: %+v %v", diff, err)
		}
		f.versionsGuarded(v1)
	})
}

// versionsGuarded: another county, a village and a changed row.
func (f *fixture) versionsGuarded(v listing.Version) {
	t := f.t
	for _, at := range []region.Code{371521000000, village} {
		if _, err := f.lists.Version(ctx, region.ScopeOf(at), v.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s sees the county's version: %v", at, err)
		}
		if _, err := f.lists.Prints(ctx, region.ScopeOf(at), v); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s reads the county's version: %v", at, err)
		}
	}
	if _, err := f.lists.Keep(ctx, user(2, account.Leader, county), "base", county, 202311, ""); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a leader settles: %v", err)
	}
	if _, err := f.lists.Keep(ctx, user(2, account.Officer, 370000000000), "base", 370000000000, 202311, ""); !fault.Is(err, fault.Invalid) {
		t.Errorf("a province settles: %v", err)
	}
	if _, err := f.db.Writer().ExecContext(ctx, `UPDATE list_version SET hash = $1 WHERE id = $2`, []byte("x"), v.ID); err != nil {
		t.Fatal(err)
	}
	v, err := f.lists.Version(ctx, region.ScopeOf(county), v.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.lists.Prints(ctx, region.ScopeOf(county), v); !fault.Is(err, fault.Conflict) {
		t.Errorf("a version that no longer fits its hash is shown: %v", err)
	}
	var sealed []byte
	if err := f.db.Read.QueryRowContext(ctx, `SELECT rows_cipher FROM list_version_chunk WHERE version_id = $1 AND n = 0`, v.ID).Scan(&sealed); err != nil || bytes.Contains(sealed, []byte("赵")) {
		t.Errorf("rows stand in plain: %v", err)
	}
}

// TestKeyList: monitored for unstable work with the risk standing, nobody else.
func TestKeyList(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		kind := func(risk int, removed int32) func(*fact.Person) {
			return func(p *fact.Person) {
				p.Kinds = []fact.PersonKind{{Kind: fact.KindUnstable, Since: 20220601, Until: fact.Forever, Risk: risk}}
				if removed != 0 {
					p.Kinds[0].RiskRemovedOn = 20230601
				}
			}
		}
		in, _ := f.add("该在", village, kind(fact.RiskWork, 0))
		f.add("因病", village, kind(2, 0))
		f.add("已除", village, kind(fact.RiskWork, 1))
		f.add("脱贫", village, nil)
		o, err := listing.OfficialOf("key")
		if err != nil {
			t.Fatal(err)
		}
		page, err := f.lists.List(ctx, region.ScopeOf(county), listing.Asked{Filter: o.Filter(202311)}, people.Page{})
		if err != nil || page.Total != 1 || page.Rows[0].ID != in {
			t.Errorf("%d people: %v", page.Total, err)
		}
		here, below, err := f.lists.Totals(ctx, region.ScopeOf(county), county)
		if err != nil || here.Counts["key"] != 1 || here.Counts["base"] != 4 || len(below) != 1 || below[0].Region != village.At(region.Town) || below[0].Counts["base"] != 4 {
			t.Errorf("totals %+v %+v: %v", here, below, err)
		}
	})
}

// TestSaved: private and shared lists, and what each reader gets.
func TestSaved(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		owner, mate := user(1, account.Officer, county), user(2, account.Leader, county)
		other, town := user(3, account.Officer, 371521000000), user(4, account.Officer, village.At(region.Town))
		spec := listing.Spec{Columns: []string{"name", "findings"}, Filter: "kind=1&name=张三"}
		spec.Filter = listing.KeepFilter(map[string][]string{"kind": {"1"}, "q": {"张三"}}).Encode()
		if spec.Filter != "kind=1" {
			t.Errorf("a name stays in the filter: %s", spec.Filter)
		}
		private, err := f.lists.Save(ctx, owner, 0, "自用", false, spec)
		if err != nil {
			t.Fatal(err)
		}
		shared, err := f.lists.Save(ctx, owner, 0, "共用 13900001234", true, spec)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			by   account.Caller
			id   int64
			sees bool
		}{{owner, private, true}, {owner, shared, true}, {mate, private, false}, {mate, shared, true}, {other, shared, false}, {town, shared, false}} {
			s, err := f.lists.SavedList(ctx, c.by, c.id)
			if c.sees != (err == nil) || err != nil && !fault.Is(err, fault.NotFound) {
				t.Errorf("%s sees %d: %v", c.by.Login, c.id, err)
			}
			if err == nil && strings.Contains(s.Name, "13900001234") {
				t.Errorf("a number in the name: %s", s.Name)
			}
		}
		if _, withheld := listing.Allowed(mate, spec.Columns); len(withheld) != 1 || withheld[0] != "findings" {
			t.Errorf("a leader is shown %v less", withheld)
		}
		if _, err := f.lists.Save(ctx, mate, shared, "改名", true, spec); !fault.Is(err, fault.NotFound) {
			t.Errorf("another changes it: %v", err)
		}
		if err := f.lists.Drop(ctx, mate, shared); !fault.Is(err, fault.NotFound) {
			t.Errorf("another drops it: %v", err)
		}
		if err := f.lists.Drop(ctx, owner, shared); err != nil {
			t.Error(err)
		}
		for _, bad := range []listing.Spec{{}, {Columns: []string{"id_cipher"}}, {Columns: []string{"name", "name"}}, {Columns: []string{"name"}, Sort: "p.id; DROP TABLE person"}} {
			if _, err := f.lists.Save(ctx, owner, 0, "坏", false, bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v is saved: %v", bad, err)
			}
		}
	})
}

// TestExport: masked, guarded against formulas; plain needs rights, a reason
// and above some rows a consent; everything is in the log.
func TestExport(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		id, number := f.add("=cmd|'/c calc'!A1", village, nil)
		f.works(id, village, 202303, 440307000000, 400000)
		by := user(1, account.Officer, county)
		cols, _ := listing.Allowed(by, []string{"name", "id", "phone", "employer", "wage", "age"})
		a := listing.Asked{Filter: people.Filter{Month: 202311}, Columns: cols, Group: true}
		cells := func(o listing.Out) []string {
			t.Helper()
			raw, err := f.lists.Export(ctx, by, a, o)
			if err != nil {
				t.Fatal(err)
			}
			b, err := excelize.OpenReader(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			rows, err := b.GetRows("清单", excelize.Options{RawCellValue: true})
			if err != nil {
				t.Fatal(err)
			}
			return rows[3]
		}
		o := listing.Out{Title: "示例清单", Region: county, Lang: text.ZH}
		row := cells(o)
		if row[1] != "'=cmd|'/c calc'!A1" || row[4] != "'=华南电子" || strings.Contains(row[2], number[6:14]) || row[3] != "139****1234" || row[5] != "4000" || row[6] != "43" {
			t.Errorf("masked row %q", row)
		}
		o.Plain = true
		if _, err := f.lists.Export(ctx, by, a, o); !fault.Is(err, fault.Invalid) {
			t.Errorf("plain without a reason: %v", err)
		}
		o.Reason = "核对补贴名单"
		if row = cells(o); row[2] != number || row[3] != "13900001234" {
			t.Errorf("plain row %q", row)
		}
		if _, err := f.lists.Export(ctx, user(5, account.Officer, 371500000000), a, o); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a city officer may not reveal: %v", err)
		}
		if _, err := f.lists.Export(ctx, user(6, account.Leader, county), a, listing.Out{Region: county}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a leader exports: %v", err)
		}
		for range 55 {
			f.add("多人", village, nil)
		}
		if _, err := f.lists.Export(ctx, by, a, o); !fault.Is(err, fault.Forbidden) {
			t.Errorf("56 plain rows without a second person: %v", err)
		}
		var masked, plain int
		if err := d.Read.QueryRowContext(ctx, `SELECT sum(CASE WHEN unmasked THEN 0 ELSE 1 END), sum(CASE WHEN unmasked THEN 1 ELSE 0 END) FROM export_log`).Scan(&masked, &plain); err != nil || masked != 1 || plain != 1 {
			t.Errorf("log: %d masked, %d plain: %v", masked, plain, err)
		}
	})
}

// TestPrint cuts pages, with a page for every village where that is asked.
func TestPrint(t *testing.T) {
	f := setUp(t, testkit.SQLite(t))
	for range 30 {
		f.add("张三", village, nil)
		f.add("李四", neighbour, nil)
	}
	by := user(1, account.Officer, county)
	o, _ := listing.OfficialOf("base")
	cols, _ := listing.Allowed(by, o.Columns)
	a := listing.Asked{Filter: o.Filter(202311), Columns: cols, Sort: people.ByHousehold, Group: true}
	for _, split := range []bool{false, true} {
		l, err := f.lists.Print(ctx, by, a, listing.Out{Title: "底数", Region: county, Lang: text.ZH, Split: split})
		if err != nil {
			t.Fatal(err)
		}
		n, groups := 0, 0
		for i, s := range l.Sheets {
			if s.No != i+1 || s.Of != len(l.Sheets) || len(s.Rows) == 0 || len(s.Rows) > 24 {
				t.Errorf("sheet %d of %d holds %d rows", s.No, s.Of, len(s.Rows))
			}
			if s.Rows[len(s.Rows)-1].Group != "" {
				t.Errorf("sheet %d ends with a village's name", s.No)
			}
			for j, r := range s.Rows {
				if r.Group == "" {
					n++
					continue
				}
				groups++
				if split && j != 0 {
					t.Errorf("a village begins in the middle of sheet %d", s.No)
				}
			}
		}
		if n != 60 || groups != 2 || l.Total != 60 || l.Sheets[len(l.Sheets)-1].Last == l.Sheets[0].Last {
			t.Errorf("split %v: %d rows, %d villages, %d sheets", split, n, groups, len(l.Sheets))
		}
	}
}
