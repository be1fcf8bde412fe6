package merge_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/idcard"
	"wengang/internal/month"
	"wengang/internal/people"
	"wengang/internal/people/merge"
	"wengang/internal/region"
	"wengang/internal/rule"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
	"wengang/internal/work"
)

const (
	village   region.Code = 371522103201
	neighbour region.Code = 371522103202
	abroad    region.Code = 371521103201 // another county of the city
	county    region.Code = 371522000000
	faraway   region.Code = 440307000000
)

var (
	ctx  = context.Background()
	city = region.ScopeOf(371500000000)
	by   = account.Caller{UserID: 7, Login: "t", Name: "测试", Address: "local", Grants: []account.Grant{{Role: account.Officer, Dept: account.DeptHR, Region: 371500000000}}}
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
	db     *db.DB
	people *people.Store
	work   *work.Store
	months *month.Store
	merge  *merge.Store
	n      int
}

func setUp(t testing.TB, d *db.DB) *fixture {
	box := secrettest.Box(t)
	log := audit.New(d, box, nil)
	f := &fixture{t: t, db: d, months: month.New(d, log)}
	desk := rule.NewDesk(d, tree{}, log)
	f.people = people.New(d, people.Deps{Box: box, Audit: log, Closed: f.months, Checks: desk, Settled: nowhere{}, Spells: work.ReadSpells, Reclass: work.Reclass})
	f.work = work.New(d, work.Deps{People: f.people, Audit: log, Closed: f.months, Checks: desk, Places: tree{}})
	f.merge = merge.New(d, merge.Deps{Box: box, Audit: log, Closed: f.months, Checks: desk, People: f.people, Spells: work.ReadSpells})
	return f
}

func (f *fixture) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) add(name string, at region.Code, birth calendar.Date, change func(*fact.Person)) int64 {
	f.t.Helper()
	f.n++
	s := fmt.Sprintf("000000%08d%03d", int(birth), f.n*2+1)
	p := fact.Person{Village: at, Name: name, Sex: fact.Male, Birth: birth, Ethnic: 1, IDNumber: s + string(idcard.CheckDigit(s)), Relation: 1, Education: 3, Health: 1,
		Skill: fact.SkillOrdinary, Willing: fact.Yes, WillingOn: 20230101, InOn: 20220101, Status: fact.StatusJobless, StatusOn: 20230101, StatusFrom: "走访",
		Kinds: []fact.PersonKind{{Kind: fact.KindPoor, Since: 20200101, Until: fact.Forever}}}
	if change != nil {
		change(&p)
	}
	id, err := f.people.Create(ctx, city, by, p)
	f.must(err)
	return id
}

func (f *fixture) works(id int64, start calendar.Month, employer string) int64 {
	f.t.Helper()
	w, err := f.work.Add(ctx, city, by, id, work.NewSpell{Start: start, Source: "走访", Term: fact.Term{WageFen: 350000, Employer: employer, Place: faraway, Channel: fact.ChannelSelf, Industry: 3, PointToPoint: fact.No, TransportFen: -1}})
	f.must(err)
	return w
}

// double makes two records of one person, with something of everything.
func (f *fixture) double() (kept, gone int64) {
	kept = f.add("陈志远", village, 19800301, func(p *fact.Person) { p.Phone, p.Code, p.Household = "13800000001", "3715220001", "371522000001" })
	gone = f.add("陈志远", neighbour, 19800301, func(p *fact.Person) {
		p.InOn, p.Household, p.Education, p.StatusOn = 20210601, "371522000002", 4, 20230601
		p.Kinds = append(p.Kinds, fact.PersonKind{Kind: fact.KindEdge, Since: 20220101, Until: fact.Forever, Risk: 1})
	})
	f.works(kept, 202301, "甲厂")
	f.works(gone, 202211, "甲厂")
	f.works(gone, 202205, "乙厂")
	f.must(f.people.SetNeed(ctx, city, by, gone, fact.Need{Training: "电工", WantedWageFen: -1}, "走访"))
	for i, m := range []int64{kept, gone, gone} {
		started := []int{20230101, 20230101, 20230601}[i]
		_, err := f.db.Writer().Exec(fmt.Sprintf(`INSERT INTO register_member (register_id, id, person_id, started_on, created_at, updated_at) VALUES (5, %d, %d, %d, 0, 0)`, f.n*10+i, m, started))
		f.must(err)
	}
	return kept, gone
}

func (f *fixture) choice(kept, gone int64, from ...string) merge.Choice {
	c := merge.Choice{Gone: from, Reason: "同一人"}
	for i, id := range []int64{kept, gone} {
		r, err := f.people.Get(ctx, city, id)
		f.must(err)
		c.Versions[i] = r.Version
	}
	return c
}

// state is everything stored of two persons, but for versions and instants of
// writing. Ciphers open to the same; masks and indexes stand for them.
func (f *fixture) state(ids ...int64) string {
	f.t.Helper()
	var out []string
	for _, t := range merge.Moved {
		cols, err := f.db.Dialect.Columns(ctx, f.db.Read, t.Name())
		f.must(err)
		cols = slices.DeleteFunc(cols, func(c string) bool {
			return c == "version" || strings.HasSuffix(c, "_cipher") || c == "updated_at" || t.Name() == "finding" && c == "closed_at"
		})
		for _, id := range ids {
			rows, err := f.db.Read.Query(`SELECT ` + strings.Join(cols, ", ") + ` FROM ` + t.Name() + ` WHERE ` + t.Person() + ` = ` + fmt.Sprint(id))
			f.must(err)
			for rows.Next() {
				v, p := make([]any, len(cols)), make([]any, len(cols))
				for i := range v {
					p[i] = &v[i]
				}
				f.must(rows.Scan(p...))
				out = append(out, t.Name()+fmt.Sprint(v))
			}
			f.must(rows.Err())
			rows.Close()
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

func (f *fixture) count(q string) (n int) {
	f.t.Helper()
	f.must(f.db.Read.QueryRow(q).Scan(&n))
	return n
}

func TestMergeAndUndoAreExact(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		for _, chosen := range [][]string{nil, {"id"}, {"home", "id", "phone", "status"}} {
			kept, gone := f.double()
			for m := calendar.Month(202309); m <= 202310 && chosen == nil; m = m.Add(1) {
				f.must(f.months.Close(ctx, by, county, m))
			}
			frozen := f.state(kept, gone)
			months := f.count(`SELECT count(*) FROM person_month`)
			notes := f.count(`SELECT count(*) FROM adjustment`)
			before, err := f.people.Count(ctx, city, people.Filter{})
			f.must(err)
			was, err := f.people.Get(ctx, city, gone)
			f.must(err)

			id, err := f.merge.Merge(ctx, city, by, kept, gone, f.choice(kept, gone, chosen...))
			f.must(err)
			if after, _ := f.people.Count(ctx, city, people.Filter{}); after != before-1 {
				t.Errorf("%v: %d people, want %d", chosen, after, before-1)
			}
			r, err := f.people.Get(ctx, city, gone)
			if err != nil || r.MergedInto != kept {
				t.Errorf("%v: the old address answers %+v, %v", chosen, r.Person, err)
			}
			if err := f.people.SetStatus(ctx, city, by, gone, fact.StatusFarm, 20231201, "走访"); !fault.Is(err, fault.Conflict) {
				t.Errorf("%v: the pointer can be changed: %v", chosen, err)
			}
			k, err := f.people.Get(ctx, city, kept)
			f.must(err)
			if len(k.Kinds) != 2 || !k.HasNeed {
				t.Errorf("%v: kinds %v, need %v", chosen, k.Kinds, k.HasNeed)
			}
			if slices.Contains(chosen, "id") != (k.IDMask == was.IDMask) || slices.Contains(chosen, "home") != (k.Village == neighbour) {
				t.Errorf("%v: %+v", chosen, k.Person)
			}
			spells, err := work.ReadSpells(ctx, d.Read, kept)
			f.must(err)
			if len(spells) != 2 || spells[1].Start != 202211 || len(spells[1].Terms) != 2 || spells[1].Terms[0].Employer != "甲厂" {
				t.Errorf("%v: spells %+v", chosen, spells)
			}
			if n := f.count(fmt.Sprintf(`SELECT count(*) FROM register_member WHERE person_id = %d`, kept)); n != 2 {
				t.Errorf("%v: %d memberships, want 2", chosen, n)
			}
			if n := f.count(`SELECT count(*) FROM person_month`); n != months {
				t.Errorf("%v: frozen rows changed: %d, were %d", chosen, n, months)
			}
			if chosen == nil {
				if n := f.count(fmt.Sprintf(`SELECT count(*) FROM adjustment WHERE person_id = %d AND field = 'present' AND would_be = 0`, gone)); n != 2 {
					t.Errorf("%d closed months are told that the record is none, want 2 (of %d)", n, f.count(`SELECT count(*) FROM adjustment`)-notes)
				}
			}

			if err := f.merge.Undo(ctx, region.ScopeOf(abroad), by, id, "两个人"); !fault.Is(err, fault.NotFound) {
				t.Errorf("undo from outside: %v", err)
			}
			f.must(f.merge.Undo(ctx, city, by, id, "两个人"))
			if got := f.state(kept, gone); got != frozen {
				t.Errorf("%v: after the undo\n%s\nbefore the merge\n%s", chosen, diff(got, frozen), diff(frozen, got))
			}
			for _, p := range []int64{kept, gone} { // the restored numbers open
				if _, err := f.people.Reveal(ctx, city, reveals(), p, people.SecretID, "identity", ""); err != nil {
					t.Errorf("%v: %v", chosen, err)
				}
			}
			if err := f.merge.Undo(ctx, city, by, id, "再来"); !fault.Is(err, fault.Conflict) {
				t.Errorf("undone twice: %v", err)
			}
			if chosen == nil {
				known, err := f.months.Known(ctx, region.ScopeOf(county), county, 202310)
				f.must(err)
				if n := len(known); n != months/2 {
					t.Errorf("as known now the closed month has %d people, closed with %d", n, months/2)
				}
			}
		}
	})
}

// reveals is an officer of the county: values in plain are a county's matter.
func reveals() account.Caller {
	c := by
	c.Grants = []account.Grant{{Role: account.Officer, Dept: account.DeptHR, Region: county}}
	return c
}

// diff is the lines of a that b does not have.
func diff(a, b string) string {
	has := strings.Split(b, "\n")
	return strings.Join(slices.DeleteFunc(strings.Split(a, "\n"), func(l string) bool { return slices.Contains(has, l) }), "\n")
}

func TestMergeIsRefused(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		kept, gone := f.double()
		far := f.add("陈志远", abroad, 19800301, nil)
		c := f.choice(kept, gone)
		only := region.ScopeOf(county)
		for name, try := range map[string]struct {
			err  error
			kind fault.Kind
		}{
			"with itself":     {second(f.merge.Merge(ctx, only, by, kept, kept, c)), fault.Conflict},
			"without reason":  {second(f.merge.Merge(ctx, only, by, kept, gone, merge.Choice{Versions: c.Versions})), fault.Invalid},
			"an old version":  {second(f.merge.Merge(ctx, only, by, kept, gone, merge.Choice{Reason: "同一人"})), fault.Conflict},
			"unknown group":   {second(f.merge.Merge(ctx, only, by, kept, gone, merge.Choice{Versions: c.Versions, Reason: "同一人", Gone: []string{"x"}})), fault.Invalid},
			"another county":  {second(f.merge.Merge(ctx, only, by, kept, far, f.choice(kept, far))), fault.NotFound},
			"the zero scope":  {second(f.merge.Merge(ctx, region.Scope{}, by, kept, gone, c)), fault.NotFound},
			"seen by nobody":  {second(f.merge.Preview(ctx, region.Scope{}, kept, gone)), fault.NotFound},
			"apart elsewhere": {f.merge.Apart(ctx, only, by, kept, far, "两个人"), fault.NotFound},
		} {
			if !fault.Is(try.err, try.kind) {
				t.Errorf("%s: %v", name, try.err)
			}
		}
		id, err := f.merge.Merge(ctx, only, by, kept, gone, c)
		f.must(err)
		if _, err := f.merge.Merge(ctx, only, by, kept, gone, c); !fault.Is(err, fault.Conflict) {
			t.Errorf("merged twice: %v", err)
		}
		if list, err := f.merge.List(ctx, only, gone); err != nil || len(list) != 1 || list[0].Kept != kept {
			t.Errorf("list: %+v, %v", list, err)
		}
		// A third record is joined to the same, then the first merge cannot be
		// told apart from it.
		third := f.add("陈志远", village, 19800301, nil)
		next, err := f.merge.Merge(ctx, only, by, kept, third, f.choice(kept, third))
		f.must(err)
		err = f.merge.Undo(ctx, only, by, id, "两个人")
		if !fault.Is(err, fault.Conflict) || !strings.Contains(fmt.Sprint(err), "later") {
			t.Errorf("undo under another merge: %v", err)
		}
		f.must(f.merge.Undo(ctx, only, by, next, "两个人"))
		f.must(f.people.SetStatus(ctx, only, by, third, fact.StatusFarm, 20231201, "走访"))
		if err := f.merge.Undo(ctx, only, by, id, "两个人"); !fault.Is(err, fault.Conflict) {
			t.Errorf("the restored record has a newer version: %v", err)
		}
		// Chains: who pointed to the one that goes points on.
		other := f.add("陈志远", village, 19800301, nil)
		_, err = f.merge.Merge(ctx, only, by, other, kept, f.choice(other, kept))
		f.must(err)
		if r, _ := f.people.Get(ctx, only, gone); r.MergedInto != other {
			t.Errorf("the chain ends at %d, want %d", r.MergedInto, other)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestCandidates(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		a, b := f.double()
		c := f.add("马国庆", village, 19700101, func(p *fact.Person) { p.Phone = "13800000009" })
		e := f.add("马国庆", village, 19710101, func(p *fact.Person) { p.Phone = "13800000009" })
		g := f.add("赵一", village, 19650101, func(p *fact.Person) { p.Code = "77001" })
		h := f.add("赵乙", neighbour, 19660101, func(p *fact.Person) { p.Code = "77001" })
		long := f.add("孙三", village, 19660101, func(p *fact.Person) {
			s := "00000019660101123"
			p.IDNumber = s + string(idcard.CheckDigit(s))
		})
		short := f.add("孙山", village, 19660102, func(p *fact.Person) { p.IDKind, p.IDNumber = 3, "000000660101123" })
		f.add("陈志远", abroad, 19800301, nil) // beyond the county
		f.add("吴独", village, 19800301, nil)
		want := map[[2]int64]merge.Why{{a, b}: merge.SameBirth, {c, e}: merge.SamePhone, {g, h}: merge.SameCode, {long, short}: merge.ShortID}
		list, more, err := f.merge.Candidates(ctx, region.ScopeOf(county))
		if err != nil || more || len(list) != len(want) {
			t.Fatalf("%d pairs, %v: %+v", len(list), err, list)
		}
		for _, p := range list {
			if w := want[[2]int64{p.A.ID, p.B.ID}]; !slices.Contains(p.Why, w) {
				t.Errorf("%d and %d: %v, want %s", p.A.ID, p.B.ID, p.Why, w)
			}
		}
		f.must(f.merge.Apart(ctx, region.ScopeOf(county), by, e, c, "同名父子"))
		if list, _, _ := f.merge.Candidates(ctx, region.ScopeOf(county)); len(list) != len(want)-1 {
			t.Errorf("%d pairs after one was set apart", len(list))
		}
		if list, _, _ := f.merge.Candidates(ctx, region.Scope{}); len(list) != 0 {
			t.Error("the zero scope sees duplicates")
		}
	})
}

// TestEveryTableThatNamesAPersonIsDecided reads the schema: a new table that
// names persons is moved by a merge, or says why not.
func TestEveryTableThatNamesAPersonIsDecided(t *testing.T) {
	d := testkit.SQLite(t)
	decided := map[string]bool{}
	for _, m := range merge.Moved {
		decided[m.Name()] = true
	}
	tables, err := d.Dialect.Tables(ctx, d.Read)
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, name := range tables {
		cols, err := d.Dialect.Columns(ctx, d.Read, name)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(cols, "person_id") {
			continue
		}
		named++
		if decided[name] == (merge.Stays[name] != "") {
			t.Errorf("table %s names persons: put it into Moved, or into Stays with the reason", name)
		}
	}
	if named < 10 {
		t.Errorf("only %d tables: the test is blind", named)
	}
}

func TestJoinKinds(t *testing.T) {
	k := func(kind int, since, until calendar.Date) fact.PersonKind {
		return fact.PersonKind{Kind: kind, Since: since, Until: until}
	}
	for name, c := range map[string]struct{ a, b, want []fact.PersonKind }{
		"apart":    {[]fact.PersonKind{k(1, 20160101, 20171231)}, []fact.PersonKind{k(1, 20190101, fact.Forever)}, []fact.PersonKind{k(1, 20160101, 20171231), k(1, 20190101, fact.Forever)}},
		"overlap":  {[]fact.PersonKind{k(1, 20160101, 20191231)}, []fact.PersonKind{k(1, 20190101, fact.Forever)}, []fact.PersonKind{k(1, 20160101, fact.Forever)}},
		"bridging": {[]fact.PersonKind{k(1, 20160101, 20171231), k(1, 20190101, 20191231)}, []fact.PersonKind{k(1, 20170101, 20190601)}, []fact.PersonKind{k(1, 20160101, 20191231)}},
		"two":      {[]fact.PersonKind{k(1, 20160101, fact.Forever)}, []fact.PersonKind{k(3, 20160101, fact.Forever)}, []fact.PersonKind{k(1, 20160101, fact.Forever), k(3, 20160101, fact.Forever)}},
	} {
		if got := merge.JoinKinds(c.a, c.b); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// TestSealedAtRest: what a merge keeps of two persons cannot be read in the
// database.
func TestSealedAtRest(t *testing.T) {
	d := testkit.SQLite(t)
	f := setUp(t, d)
	kept, gone := f.double()
	_, err := f.merge.Merge(ctx, city, by, kept, gone, f.choice(kept, gone))
	f.must(err)
	var sealed []byte
	f.must(d.Read.QueryRow(`SELECT snapshot_cipher FROM person_merge`).Scan(&sealed))
	for _, s := range []string{"13800000001", "陈志远", "00000019800301"} {
		if bytes.Contains(sealed, []byte(s)) {
			t.Errorf("%q stands in the snapshot", s)
		}
	}
}

// TestActsOnOnePersonComeOneAfterAnother: who acts on somebody whom another
// officer is changing at this moment sees the change first.
func TestActsOnOnePersonComeOneAfterAnother(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		kept, gone := f.double()
		other := f.add("陈志远", village, 19800301, nil)
		c := f.choice(kept, gone)
		merged, worked, left := make(chan error, 1), make(chan error, 1), make(chan error, 1)
		f.must(d.Tx(ctx, func(tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE person SET merged_into = $1, version = version + 1 WHERE id = $2`, other, gone)
			go func() { merged <- second(f.merge.Merge(ctx, city, by, kept, gone, c)) }()
			go func() {
				worked <- second(f.work.Add(ctx, city, by, gone, work.NewSpell{Start: 202310, Source: "走访", Term: fact.Term{WageFen: 1, Place: faraway, Channel: fact.ChannelSelf, TransportFen: -1}}))
			}()
			go func() { left <- f.people.Leave(ctx, city, by, gone, 2, 20231201, "迁出") }()
			time.Sleep(300 * time.Millisecond)
			return err
		}))
		for name, err := range map[string]error{"merge": <-merged, "work": <-worked, "departure": <-left} {
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("%s of a record that is a pointer by now: %v", name, err)
			}
		}
	})
}
