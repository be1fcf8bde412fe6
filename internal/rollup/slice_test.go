package rollup

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/month/monthtest"
	"wengang/internal/region"
	"wengang/internal/testkit"
)

// fixedTags are lists of areas for tests.
type fixedTags map[string]map[region.Code]bool

func (f fixedTags) AllTags(context.Context, calendar.Date) (map[string]map[region.Code]bool, error) {
	return f, nil
}

var someTags = fixedTags{
	"half":  {monthtest.County: true, 371522103000: true},
	"towns": {371522103000: true, monthtest.Villages[0]: true},
}

// naiveValues are the values of a dimension that a person-month has, by plain
// reading of its fields.
func naiveValues(p *fact.PersonMonth, d Dim, l region.Level) []int64 {
	one := func(n int) []int64 { return []int64{int64(n)} }
	switch d {
	case DimPlace:
		return []int64{int64(p.Village.At(l))}
	case DimKind:
		var out []int64
		for k := 1; k <= 10; k++ {
			if p.Kinds&(1<<k) != 0 {
				out = append(out, int64(k))
			}
		}
		if out == nil {
			return one(0)
		}
		return out
	case DimClass:
		return one(ClassOf(p.Kinds, p.Flags))
	case DimSex:
		return one(p.Sex)
	case DimAge:
		return one(AgeBand(p.Age))
	case DimEducation:
		return one(p.Education)
	case DimSkill:
		return one(p.Skill)
	case DimChannel:
		return one(p.Channel)
	case DimPlaceClass:
		return one(p.PlaceClass)
	case DimIndustry:
		return one(p.Industry)
	case DimSettlement:
		return []int64{p.Settlement}
	}
	var out []int64
	for id, at := range someTags {
		for c := range at {
			if c.Contains(p.Village) {
				out = append(out, TagKey(id))
				break
			}
		}
	}
	if out == nil {
		return one(0)
	}
	return out
}

func naiveMeets(p *fact.PersonMonth, q *Query) bool {
	if !q.At.Contains(p.Village) {
		return false
	}
	for d, want := range q.Where {
		ok := false
		for _, w := range want {
			if d == DimPlace {
				ok = ok || region.Code(w).Contains(p.Village)
			} else {
				ok = ok || slices.Contains(naiveValues(p, d, 0), w)
			}
		}
		if !ok {
			return false
		}
	}
	return true
}

// naiveSlice counts a query row by row, every indicator's test for itself.
func naiveSlice(rows []fact.PersonMonth, q *Query) map[string][]int64 {
	out := map[string][]int64{}
	for i := range rows {
		p := &rows[i]
		if !naiveMeets(p, q) {
			continue
		}
		keys := [][]int64{{}}
		for _, d := range q.By {
			var next [][]int64
			for _, k := range keys {
				for _, v := range naiveValues(p, d, q.level()) {
					next = append(next, append(slices.Clone(k), v))
				}
			}
			keys = next
		}
		for _, k := range keys {
			s := out[fmt.Sprint(k)]
			if s == nil {
				s = make([]int64, indicator.Lanes()+2)
				out[fmt.Sprint(k)] = s
			}
			for lane, d := range indicator.Counts() {
				key := indicator.KeyOf(p)
				if d.Holds(key) || d.Moved(key) && p.From != 0 && q.At.Contains(p.From) {
					s[lane]++
				}
			}
			if income.Holds(indicator.KeyOf(p)) {
				s[len(s)-2] += p.WageFen
			}
			s[len(s)-1]++
		}
	}
	return out
}

func (c *SliceCell) naiveForm() []int64 {
	return append(slices.Clone(c.counts), c.money, int64(c.Rows))
}

// randomQuery asks for some of what the rows have.
func randomQuery(rng *rand.Rand, rows []fact.PersonMonth, at region.Code, m calendar.Month) Query {
	q := Query{At: at, Month: m, Where: map[Dim][]int64{}, Level: []region.Level{0, region.County, region.Town, region.Village}[rng.IntN(4)]}
	for range rng.IntN(4) {
		d := Dims[rng.IntN(len(Dims))]
		for range 1 + rng.IntN(3) {
			p := &rows[rng.IntN(len(rows))]
			v := naiveValues(p, d, []region.Level{region.County, region.Town, region.Village}[rng.IntN(3)])
			q.Where[d] = append(q.Where[d], v[rng.IntN(len(v))])
		}
	}
	for range rng.IntN(3) {
		if d := Dims[rng.IntN(len(Dims))]; !slices.Contains(q.By, d) {
			q.By = append(q.By, d)
		}
	}
	return q
}

// Any combination of dimensions at any place equals a scan of the rows, its
// cells add up to the whole, and each cell's list is as long as its figure.
func TestSliceEqualsScan(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		st, s := setUp(t, d, 1500)
		s.UseTags(someTags)
		vary(t, d)
		closeAll(t, st, 202309, 202310)
		rng := rand.New(rand.NewPCG(5, 5))
		for _, m := range []calendar.Month{202310, 202312} {
			var rows []fact.PersonMonth
			for _, c := range []region.Code{monthtest.County, monthtest.Neighbour, monthtest.Elsewhere} {
				if m == 202310 {
					if err := st.Rows(ctx, nation, c, m, func(p *fact.PersonMonth) error { rows = append(rows, *p); return nil }); err != nil {
						t.Fatal(err)
					}
					continue
				}
				live, err := st.Live(ctx, nation, c, []calendar.Month{m})
				if err != nil {
					t.Fatal(err)
				}
				rows = append(rows, live[0]...)
			}
			places := append([]region.Code{region.Country, 370000000000, monthtest.City, monthtest.County, 371522103000}, monthtest.Villages...)
			for range 300 {
				q := randomQuery(rng, rows, places[rng.IntN(len(places))], m)
				sliceEqualsScan(t, s, rows, q)
			}
		}
	})
}

func sliceEqualsScan(t *testing.T, s *Service, rows []fact.PersonMonth, q Query) {
	t.Helper()
	ctx := context.Background()
	got, err := s.Slice(ctx, nation, q)
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	want := naiveSlice(rows, &q)
	whole := q
	whole.By = nil
	all := naiveSlice(rows, &whole)["[]"]
	if all == nil {
		all = make([]int64, indicator.Lanes()+2)
	}
	if !reflect.DeepEqual(got.Whole.naiveForm(), all) {
		t.Fatalf("%+v: whole %v, want %v", q, got.Whole.naiveForm(), all)
	}
	if len(q.By) == 0 {
		return
	}
	if len(got.Cells) != len(want) {
		t.Fatalf("%+v: %d cells, want %d", q, len(got.Cells), len(want))
	}
	sum := make([]int64, len(all))
	for i := range got.Cells {
		c := &got.Cells[i]
		form := c.naiveForm()
		if !reflect.DeepEqual(form, want[fmt.Sprint(c.Keys)]) {
			t.Fatalf("%+v: cell %v: %v, want %v", q, c.Keys, form, want[fmt.Sprint(c.Keys)])
		}
		for k, n := range form {
			sum[k] += n
		}
		if i == 0 {
			sameLists(t, s, q.Only(c), c)
		}
	}
	if !slices.ContainsFunc(q.By, Dim.Overlaps) && !reflect.DeepEqual(sum, all) {
		t.Fatalf("%+v: cells make %v of %v", q, sum, all)
	}
}

func sameLists(t *testing.T, s *Service, q Query, c *SliceCell) {
	t.Helper()
	ctx := context.Background()
	for _, id := range []string{"registered", "working", "new_work", "left_work", "income_mean", "worked_year"} {
		d := indicator.MustGet(id)
		set, err := s.SliceMembers(ctx, nation, q, d)
		if err != nil {
			t.Fatal(err)
		}
		want := c.N(d.Members().ID)
		page, err := s.SliceList(ctx, nation, q, d, 0, 10_000)
		if err != nil {
			t.Fatal(err)
		}
		if int64(set.GetCardinality()) != want || int64(page.Total) != want || int64(len(page.Members)) != want {
			t.Fatalf("%+v: %s: %d members, list of %d, figure %d", q, id, set.GetCardinality(), page.Total, want)
		}
	}
}

// vary gives the people of the test ledger what slices tell apart.
func vary(t *testing.T, d *db.DB) {
	t.Helper()
	err := d.Tx(context.Background(), func(tx *db.Tx) error {
		for _, q := range []string{
			`UPDATE person SET sex = id % 3, education = id % 7, settlement = CASE WHEN id % 9 = 0 THEN 1 + id % 4 ELSE 0 END`,
			`UPDATE spell_term SET industry = person_id % 21, channel = person_id % 8`,
			`INSERT INTO person_kind (person_id, kind, since) SELECT id, 8, 20200101 FROM person WHERE id % 5 = 0`,
		} {
			if _, err := tx.ExecContext(context.Background(), q); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A slice out of scope finds nothing; one that makes no sense is refused.
func TestSliceRefuses(t *testing.T) {
	ctx := context.Background()
	d := testkit.SQLite(t)
	_, s := setUp(t, d, 200)
	q := Query{At: monthtest.County, Month: 202311}
	for _, scope := range []region.Scope{{}, region.ScopeOf(monthtest.Neighbour), region.ScopeOf(371522103000)} {
		def := indicator.MustGet("working")
		for name, err := range map[string]error{"slice": second(s.Slice(ctx, scope, q)), "members": second(s.SliceMembers(ctx, scope, q, def)),
			"list": second(s.SliceList(ctx, scope, q, def, 0, 10))} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: got %v, want not found", name, err)
			}
		}
	}
	for _, bad := range []Query{
		{At: monthtest.County, Month: 202311, By: []Dim{DimSex, DimSex}},
		{At: monthtest.County, Month: 202311, By: []Dim{DimSex, DimAge, DimSkill}},
		{At: monthtest.County, Month: 202311, By: []Dim{"village"}},
		{At: monthtest.County, Month: 202311, Where: map[Dim][]int64{"x": {1}}},
		{At: monthtest.County, Month: 202311, By: []Dim{DimSex}, Cell: []int64{1, 2}},
	} {
		if _, err := s.Slice(ctx, nation, bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: got %v, want invalid", bad, err)
		}
	}
}

func TestTraits(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 20_000 {
		p := fact.PersonMonth{Sex: rng.IntN(4) - 1, Age: rng.IntN(3000) - 500, Education: rng.IntN(9) - 1, Skill: rng.IntN(8) - 1, Industry: rng.IntN(24) - 1}
		x := traitOf(&p)
		for name, pair := range map[string][3]int{"sex": {x.sex(), p.Sex, sexes}, "education": {x.education(), p.Education, educations},
			"skill": {x.skill(), p.Skill, skills}, "industry": {x.industry(), p.Industry, industries}} {
			want := pair[1]
			if want < 0 || want >= pair[2] {
				want = 0
			}
			if pair[0] != want {
				t.Fatalf("%s of %+v: %d", name, p, pair[0])
			}
		}
		if x.age() != AgeBand(p.Age) || int(x) >= traits {
			t.Fatalf("age of %+v: %d", p, x.age())
		}
		if b := AgeBand(p.Age); b > 0 {
			if lo, hi := AgeRange(b); p.Age < lo || hi >= 0 && p.Age > hi {
				t.Fatalf("age %d in band %d: %d to %d", p.Age, b, lo, hi)
			}
		}
	}
	for _, e := range []struct {
		enum *fact.Enum
		n    int
	}{{fact.Sex, sexes}, {fact.Education, educations}, {fact.Skill, skills}, {fact.Industry, industries}} {
		for _, w := range e.enum.Words {
			if w.Code >= e.n {
				t.Errorf("%s: code %d has no room in a trait", e.enum.ID, w.Code)
			}
		}
	}
}

// Who lives in any settlement is everybody but those who live in none, however
// many settlements there are; the list is as long.
func TestAnySettlement(t *testing.T) {
	ctx := context.Background()
	d := testkit.SQLite(t)
	_, s := setUp(t, d, 900)
	if _, err := d.Writer().Exec("UPDATE person SET settlement = 1 + id / 7 WHERE id % 7 = 0"); err != nil {
		t.Fatal(err)
	}
	for i := range 900 / 7 {
		if _, err := d.Writer().Exec("INSERT INTO register (id, kind, region, level, name, name_key, started_on, ended_on, state, created_at, updated_at) VALUES ($1, 'settlement', $2, 3, '示例', $3, 0, 99991231, 1, 0, 0)", i+2, int64(monthtest.County), fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	registered := indicator.MustGet("registered")
	q := Query{At: region.Country, Month: 202312, By: []Dim{DimSettlement}}
	all, err := s.Slice(ctx, nation, q)
	if err != nil {
		t.Fatal(err)
	}
	want := all.Whole.Value(registered).N - all.At(0).Value(registered).N
	q.By, q.Where = nil, map[Dim][]int64{DimSettlement: {AnySettlement}}
	some, err := s.Slice(ctx, nation, q)
	if err != nil {
		t.Fatal(err)
	}
	set, err := s.SliceMembers(ctx, nation, q, registered)
	if err != nil {
		t.Fatal(err)
	}
	if got := some.Whole.Value(registered).N; got != want || int64(set.GetCardinality()) != want || len(all.Cells) < 61 {
		t.Errorf("%d live in any of %d, %d are listed, want %d", got, len(all.Cells)-1, set.GetCardinality(), want)
	}
}
