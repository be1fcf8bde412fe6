package entry_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/idcard"
	"wengang/internal/month"
	"wengang/internal/people"
	"wengang/internal/people/entry"
	"wengang/internal/region"
	"wengang/internal/rule"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
	"wengang/internal/work"
)

const (
	village region.Code = 371522103201
	other   region.Code = 371522103202
	county  region.Code = 371522000000
	faraway region.Code = 440307000000
	now                 = calendar.Month(202312)
)

var (
	ctx  = context.Background()
	home = region.ScopeOf(county)
	by   = account.Caller{UserID: 7, Login: "t", Name: "测试", Address: "local", Grants: []account.Grant{{Role: account.Officer, Dept: account.DeptHR, Region: county}}}
)

type tree struct{}

func (tree) KnownArea(int32) bool      { return true }
func (tree) Name(c region.Code) string { return c.String() }

type nowhere struct{}

func (nowhere) Settlements(context.Context, db.Querier, region.Scope) ([]fact.Settlement, error) {
	return nil, nil
}

type fixture struct {
	t      testing.TB
	people *people.Store
	work   *work.Store
	months *month.Store
	entry  *entry.Store
	n      int
}

func setUp(t testing.TB, d *db.DB) *fixture {
	box := secrettest.Box(t)
	log := audit.New(d, box, nil)
	f := &fixture{t: t, months: month.New(d, log)}
	desk := rule.NewDesk(d, tree{}, log)
	f.people = people.New(d, people.Deps{Box: box, Audit: log, Closed: f.months, Checks: desk, Settled: nowhere{}, Spells: work.ReadSpells, Reclass: work.Reclass})
	f.work = work.New(d, work.Deps{People: f.people, Audit: log, Closed: f.months, Checks: desk, Places: tree{}})
	f.entry = entry.New(d, f.people, f.work, log)
	return f
}

func (f *fixture) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) add(at region.Code, status int) int64 {
	f.t.Helper()
	f.n++
	birth := calendar.DateOf(1970+f.n%28, 1+f.n%12, 1+f.n%28)
	s := fmt.Sprintf("000000%08d%03d", int(birth), f.n*2%1000+1)
	id, err := f.people.Create(ctx, home, by, fact.Person{Village: at, Name: fmt.Sprintf("村民%d", f.n), Sex: fact.Male, Birth: birth, Ethnic: 1, IDNumber: s + string(idcard.CheckDigit(s)), Relation: 1, Education: 3, Health: 1,
		Skill: fact.SkillOrdinary, Willing: fact.Yes, WillingOn: 20230101, InOn: 20220101, Status: status, StatusOn: 20230101, StatusFrom: "走访",
		Kinds: []fact.PersonKind{{Kind: fact.KindPoor, Since: 20200101, Until: fact.Forever}}})
	f.must(err)
	return id
}

func (f *fixture) works(id int64) int64 {
	f.t.Helper()
	w, err := f.work.Add(ctx, home, by, id, work.NewSpell{Start: 202303, End: calendar.Open, Source: "导入", Strength: fact.Claimed,
		Term: fact.Term{WageFen: 350000, Employer: "甲厂", Place: faraway, Channel: fact.ChannelSelf, Industry: 3, PointToPoint: fact.No, TransportFen: -1}})
	f.must(err)
	return w
}

// TestRowsAreSavedEachByThemselves: every digit on people who work and who do
// not, with wrong rows between them.
func TestRowsAreSavedEachByThemselves(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		working, wage, quits, jobless, starts, farmer, unknown, nowhere := f.add(village, 5), f.add(village, 5), f.add(village, 5), f.add(village, 5), f.add(village, 5), f.add(village, 3), f.add(village, 0), f.add(village, 5)
		f.works(working)
		f.works(wage)
		f.works(quits)
		stranger := f.add(other, 5)
		line := func(id int64, status int, fen int64) entry.Line {
			return entry.Line{Person: id, Status: status, WageFen: fen}
		}
		lines := []entry.Line{line(working, entry.Same, -1), line(wage, 1, 420000), line(quits, 5, -1), line(jobless, 3, -1),
			{Person: starts, Status: 1, WageFen: 300000, Place: county, Employer: "乙厂"}, line(farmer, entry.Same, -1), line(unknown, entry.Same, -1),
			line(nowhere, 1, 300000), line(stranger, 5, -1), line(working, 5, 100)}
		out, err := f.entry.Save(ctx, home, by, village, now, lines[:9])
		f.must(err)
		want := []work.Outcome{work.Confirmed, work.Updated, work.Ended, work.Stated, work.Began, work.Confirmed, "", "", ""}
		kinds := []fault.Kind{0, 0, 0, 0, 0, 0, fault.Invalid, fault.Invalid, fault.NotFound}
		for i, a := range out {
			// Claimed of the same month by Add is not yet seen by the village.
			if a.Outcome != want[i] || (want[i] == "") != (a.Err != nil) || a.Err != nil && !fault.Is(a.Err, kinds[i]) {
				t.Errorf("row %d: %q %v, want %q", i, a.Outcome, a.Err, want[i])
			}
		}
		b, err := f.entry.Read(ctx, home, village, now)
		f.must(err)
		state := map[int64]people.Row{}
		for _, r := range b.Rows {
			state[r.ID] = r
		}
		if len(b.Rows) != 8 || state[stranger].ID != 0 {
			t.Errorf("%d rows", len(b.Rows))
		}
		for id, code := range map[int64]int{working: 1, wage: 1, quits: 5, jobless: 3, starts: 1, farmer: 3} {
			if r := state[id]; r.State.Code != code || r.State.Unverified {
				t.Errorf("%s: %+v, want %d", r.Name, r.State, code)
			}
		}
		if j := state[working].Job; j.Strength != fact.ByVillage || j.Seen != now {
			t.Errorf("confirmed with %d in %s", j.Strength, j.Seen)
		}
		if j := state[wage].Job; j.WageFen != 420000 {
			t.Errorf("wage %d", j.WageFen)
		}
		// The same again changes nothing.
		out, err = f.entry.Save(ctx, home, by, village, now, []entry.Line{line(working, entry.Same, -1), line(wage, 1, 420000), line(quits, 5, -1), line(farmer, 3, -1)})
		f.must(err)
		for i, a := range out {
			if a.Err != nil || a.Outcome != work.AsBefore {
				t.Errorf("again, row %d: %q %v", i, a.Outcome, a.Err)
			}
		}
		// A wage without work is refused.
		if out, err = f.entry.Save(ctx, home, by, village, now, []entry.Line{line(farmer, 3, 100)}); err != nil || !fault.Is(out[0].Err, fault.Invalid) {
			t.Errorf("a farmer's wage: %v %v", out, err)
		}
		// The month before, entered after this one, is not on record yet.
		for i, want := range []work.Outcome{work.Confirmed, work.AsBefore} {
			out, err = f.entry.Save(ctx, home, by, village, 202311, []entry.Line{line(farmer, 3, -1)})
			f.must(err)
			if out[0].Err != nil || out[0].Outcome != want {
				t.Errorf("November, entry %d: %q %v, want %q", i+1, out[0].Outcome, out[0].Err, want)
			}
		}
		b, err = f.entry.Read(ctx, home, village, 202311)
		f.must(err)
		for _, r := range b.Rows {
			if r.ID == farmer && (r.State.Code != 3 || r.State.Unverified) {
				t.Errorf("the farmer in November: %+v", r.State)
			}
		}
		// What is outside is not found, and a closed month takes nothing.
		if _, err := f.entry.Save(ctx, region.ScopeOf(371521000000), by, village, now, nil); !fault.Is(err, fault.NotFound) {
			t.Errorf("from outside: %v", err)
		}
		f.must(f.months.Close(ctx, by, county, 202311))
		if _, err := f.entry.Save(ctx, home, by, village, 202311, []entry.Line{line(working, 1, -1)}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a closed month: %v", err)
		}
	})
}

func TestSheetIsTypedBack(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		a, b, c := f.add(village, 5), f.add(village, 3), f.add(village, 5)
		f.works(a)
		code, err := f.entry.Print(ctx, home, by, village, now)
		f.must(err)
		f.must(f.people.Leave(ctx, home, by, c, 2, 20231205, "迁出"))
		f.add(village, 4) // came later: not on the paper
		sh, err := f.entry.Sheet(ctx, home, strings.ToLower(code))
		f.must(err)
		if len(sh.Rows) != 3 || sh.Rows[0].ID != a || sh.Rows[2].Row != nil || sh.Rows[1].Row == nil {
			t.Fatalf("the sheet %+v", sh.Rows)
		}
		if _, err := f.entry.Sheet(ctx, region.ScopeOf(other), code); !fault.Is(err, fault.NotFound) {
			t.Errorf("another village's eyes: %v", err)
		}
		text := fmt.Sprintf("1%s 1 3800\n\n２%s　0\n", entry.Letter(code, 1), entry.Letter(code, 2))
		typed, slips := entry.ParseLines(code, text)
		if len(slips) != 0 || len(typed) != 2 {
			t.Fatalf("%v %v", typed, slips)
		}
		var lines []entry.Line
		for _, x := range typed {
			lines = append(lines, entry.Line{Person: sh.Rows[x.N-1].ID, Status: x.Status, WageFen: x.WageFen})
		}
		for _, wrong := range []entry.Totals{{Rows: 3, WageFen: 380000}, {Rows: 2, WageFen: 308000}} {
			if _, err := f.entry.Return(ctx, home, by, code, lines, wrong); !fault.Is(err, fault.Invalid) {
				t.Errorf("totals %+v are accepted: %v", wrong, err)
			}
		}
		if sh, _ = f.entry.Sheet(ctx, home, code); sh.ReturnedAt != 0 || sh.Rows[0].Row.Job.WageFen != 350000 {
			t.Error("wrong totals saved something")
		}
		out, err := f.entry.Return(ctx, home, by, code, lines, entry.Of(lines))
		f.must(err)
		if out[0].Outcome != work.Updated || out[1].Outcome != work.Confirmed {
			t.Errorf("%+v", out)
		}
		if sh, _ = f.entry.Sheet(ctx, home, code); sh.Saved != 2 || sh.Rows[0].Row.Job.WageFen != 380000 {
			t.Errorf("after: %d rows, %+v", sh.Saved, sh.Rows[0].Row.Job)
		}
		if _, err := f.entry.Return(ctx, home, by, code, []entry.Line{{Person: b + 100, WageFen: -1}}, entry.Totals{Rows: 1}); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody who is not on the sheet: %v", err)
		}
	})
}

func TestParseLines(t *testing.T) {
	const code = "ABC234"
	l := func(n int) string { return entry.Letter(code, n) }
	for text, key := range map[string]string{
		"12" + l(12) + " 1 3500":                       "",
		"12" + strings.ToLower(l(12)) + " 5":           "",
		"12" + l(12) + ",0":                            "",
		"12 1 3500":                                    "people.sheet.letter",
		"1" + l(12) + "z 1":                            "people.sheet.form",
		"12" + l(12) + " 6":                            "people.sheet.status",
		"12" + l(12) + " 11":                           "people.sheet.status",
		"12" + l(12) + " 1 35oo":                       "people.sheet.wage",
		"12" + l(12) + " 1 -5":                         "people.sheet.wage",
		"12" + l(12) + " 1 9999999":                    "people.sheet.wage",
		"012" + l(12) + " 1":                           "people.sheet.letter",
		"0" + l(0) + " 1":                              "people.sheet.form",
		"12" + l(12):                                   "people.sheet.form",
		"12" + l(12) + " 1 2 3":                        "people.sheet.form",
		"12" + l(12) + " 1\n12" + l(12) + " 1":         "",
		"12" + l(12) + " 1\n12" + l(12) + " 2":         "people.sheet.twice",
		strings.Repeat("12"+l(12)+" 1 3500\n", 10_000): "people.sheet.long",
	} {
		typed, slips := entry.ParseLines(code, text)
		switch {
		case key == "" && (len(slips) != 0 || len(typed) != 1):
			t.Errorf("%q: %v %v", text, typed, slips)
		case key != "" && (len(slips) == 0 || slips[0].Key != key):
			t.Errorf("%.40q: %v, want %s", text, slips, key)
		}
	}
	// A letter of another row is caught in most cases: neighbours differ.
	same := 0
	for n := 1; n < 400; n++ {
		if l(n) == l(n+1) {
			same++
		}
	}
	if same > 40 {
		t.Errorf("%d of 400 neighbours share a letter", same)
	}
}

func FuzzParseLines(f *testing.F) {
	f.Add("ABC234", "12K 1 3500\n13M 0")
	f.Add("", "１２Ｋ　１　３５００")
	f.Add("X", "99999999999999999999Z 5 1e5\n\r\n,,,")
	f.Fuzz(func(t *testing.T, code, text string) {
		typed, slips := entry.ParseLines(code, text)
		seen := map[int]bool{}
		for _, x := range typed {
			if x.N < 1 || x.N > entry.Limit || seen[x.N] || x.Status < 0 || x.Status > 5 || x.WageFen < -1 || x.WageFen > 99999900 {
				t.Fatalf("%q gives %+v", text, x)
			}
			seen[x.N] = true
		}
		for _, s := range slips {
			if s.Key == "" || len([]rune(s.Text)) > 30 {
				t.Fatalf("%q gives %+v", text, s)
			}
		}
	})
}

// BenchmarkVillage: 400 people on one screen, all of them confirmed at once.
func BenchmarkVillage(b *testing.B) {
	d := testkit.SQLite(b)
	f := setUp(b, d)
	var lines []entry.Line
	for range 400 {
		id := f.add(village, 5)
		f.works(id)
		lines = append(lines, entry.Line{Person: id, Status: entry.Same, WageFen: -1})
	}
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			if _, err := f.entry.Read(ctx, home, village, now); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("confirm", func(b *testing.B) {
		m := calendar.Month(202303)
		for b.Loop() {
			out, err := f.entry.Save(ctx, home, by, village, m, lines)
			if err != nil || out[0].Err != nil {
				b.Fatal(err, out[0].Err)
			}
			if m = m.Add(1); m > 202311 {
				b.Skip("no more months")
			}
		}
	})
}
