package people_test

import (
	"testing"

	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/testkit"
)

// family makes a household of four: head, wife, son, daughter-in-law.
func (f *fixture) family(t testing.TB, code string) (household int64, ids []int64) {
	t.Helper()
	for _, relation := range []int{1, 2, 3, 5} {
		p := f.someone("家人", village)
		p.Household, p.Relation = code, relation
		ids = append(ids, f.create(t, p))
	}
	r, err := f.people.Get(ctx, home, ids[0])
	if err != nil {
		t.Fatal(err)
	}
	return r.HouseholdID, ids
}

func (f *fixture) relationsOf(t testing.TB, household int64) map[int64]int {
	t.Helper()
	h, err := f.people.Household(ctx, home, household)
	if err != nil {
		t.Fatal(err)
	}
	out := map[int64]int{}
	for _, m := range h.Members {
		out[m.ID] = m.Relation
	}
	return out
}

func TestHouseholdSplitsJoinsAndChangesItsHead(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		by := officer(county)
		house, ids := f.family(t, "371522000001")
		split := func(g people.Regroup) (int64, error) {
			if g.Reason == "" {
				g.Reason = "分家"
			}
			return f.people.Split(ctx, home, by, house, g)
		}
		if _, err := split(people.Regroup{Members: ids}); !fault.Is(err, fault.Invalid) {
			t.Errorf("everybody leaves: %v", err)
		}
		if _, err := split(people.Regroup{Members: ids[2:]}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a new household without a head: %v", err)
		}
		if _, err := split(people.Regroup{Members: ids[:1], Relations: map[int64]int{ids[0]: 1}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("the old household loses its head: %v", err)
		}
		if _, err := split(people.Regroup{Members: ids[2:], Code: "371522000001", Relations: map[int64]int{ids[2]: 1, ids[3]: 2}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a number that the village has: %v", err)
		}
		if got := f.relationsOf(t, house); len(got) != 4 {
			t.Fatalf("a refused split changed the household: %v", got)
		}
		young, err := split(people.Regroup{Members: ids[2:], Code: "371522000099", Relations: map[int64]int{ids[2]: 1, ids[3]: 2}})
		if err != nil {
			t.Fatal(err)
		}
		if got := f.relationsOf(t, young); len(got) != 2 || got[ids[2]] != 1 || got[ids[3]] != 2 {
			t.Errorf("the new household: %v", got)
		}
		if got := f.relationsOf(t, house); len(got) != 2 || got[ids[0]] != 1 {
			t.Errorf("the old household: %v", got)
		}
		// The wife becomes the head.
		if _, err := split(people.Regroup{Relations: map[int64]int{ids[0]: 2, ids[1]: 1}, Reason: "户主变更"}); err != nil {
			t.Fatal(err)
		}
		if got := f.relationsOf(t, house); got[ids[1]] != 1 || got[ids[0]] != 2 {
			t.Errorf("the head: %v", got)
		}
		if _, err := split(people.Regroup{Relations: map[int64]int{ids[0]: 1}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("two heads: %v", err)
		}
		// And everybody joins the young ones.
		if _, err := split(people.Regroup{Members: ids[:2], Into: young, Relations: map[int64]int{ids[0]: 11, ids[1]: 12}}); err != nil {
			t.Fatal(err)
		}
		if got := f.relationsOf(t, young); len(got) != 4 || got[ids[0]] != 11 {
			t.Errorf("joined: %v", got)
		}
		if _, err := f.people.Split(ctx, region.ScopeOf(elsewhere.At(region.County)), by, young, people.Regroup{Relations: map[int64]int{ids[0]: 1}, Reason: "越权"}); !fault.Is(err, fault.NotFound) {
			t.Errorf("from another county: %v", err)
		}
	})
}

func TestIDCorrection(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		by := officer(county)
		p := f.someone("陈秀兰", village)
		old := p.IDNumber
		id := f.create(t, p)
		taken := f.create(t, f.someone("马国庆", neighbour))
		r, err := f.people.Get(ctx, home, taken)
		if err != nil {
			t.Fatal(err)
		}
		right := f.idNumber(19800229, 2)
		c := people.Correction{Version: 1, Number: right, Reason: "typo", Evidence: "户口簿"}
		got, err := f.people.ProbeID(ctx, home, by, id, c)
		if err != nil || got.Birth[1] != 19800229 || got.Sex != [2]int{1, 2} || got.Taken != nil || got.Mask == right {
			t.Fatalf("probe: %+v, %v", got, err)
		}
		for name, bad := range map[string]people.Correction{
			"no reason":       {Version: 1, Number: right, Evidence: "户口簿"},
			"no evidence":     {Version: 1, Number: right, Reason: "typo"},
			"a wrong digit":   {Version: 1, Number: right[:17] + "Z", Reason: "typo", Evidence: "户口簿"},
			"an old version":  {Version: 0, Number: right, Reason: "typo", Evidence: "户口簿"},
			"no number":       {Version: 1, Reason: "typo", Evidence: "户口簿"},
			"unknown purpose": {Version: 1, Number: right, Reason: "x", Evidence: "户口簿"},
		} {
			if err := f.people.CorrectID(ctx, home, by, id, bad); err == nil {
				t.Errorf("%s is accepted", name)
			}
		}
		if err := f.people.CorrectID(ctx, home, by, id, c); err != nil {
			t.Fatal(err)
		}
		now, err := f.people.Get(ctx, home, id)
		if err != nil || now.Birth != 19800229 || now.Sex != 2 || now.IDMask == r.IDMask {
			t.Errorf("after: %+v, %v", now.Person, err)
		}
		// The old number is a hint: a new record with it is a conflict, and so is
		// a correction to it, until somebody decides.
		q := f.someone("另一人", village)
		q.IDNumber, q.Birth = old, 0
		q.Sex = 0
		if _, err := f.people.Create(ctx, home, by, q); !fault.Is(err, fault.Conflict) {
			t.Errorf("the old number of another: %v", err)
		}
		c2 := people.Correction{Version: 1, Number: old, Reason: "typo", Evidence: "身份证"}
		got, err = f.people.ProbeID(ctx, home, by, taken, c2)
		if err != nil || !got.Former {
			t.Errorf("probe of a former number: %+v, %v", got, err)
		}
		if err := f.people.CorrectID(ctx, home, by, taken, c2); !fault.Is(err, fault.Conflict) {
			t.Errorf("a former number without a decision: %v", err)
		}
		c2.Decided = true
		if err := f.people.CorrectID(ctx, home, by, taken, c2); err != nil {
			t.Errorf("a former number, decided: %v", err)
		}
		// Somebody's number is shown masked within the scope, not at all beyond it.
		c3 := people.Correction{Version: 2, Number: right, Reason: "typo", Evidence: "身份证"}
		if got, err = f.people.ProbeID(ctx, home, by, taken, c3); err != nil || got.Taken == nil || got.Taken.ID != id {
			t.Errorf("probe of a taken number: %+v, %v", got, err)
		}
		only := region.ScopeOf(neighbour)
		if got, err = f.people.ProbeID(ctx, only, by, taken, c3); err != nil || got.Taken != nil || !got.Elsewhere {
			t.Errorf("probe of a number elsewhere: %+v, %v", got, err)
		}
		// 15 digits are upgraded and told.
		got, err = f.people.ProbeID(ctx, home, by, id, people.Correction{Number: "000000660101001"})
		if err != nil || !got.Upgraded || got.Birth[1] != 19660101 {
			t.Errorf("15 digits: %+v, %v", got, err)
		}
	})
}

// TestFilterFollowsTheShownState: for every status that can be asked, the list
// answers exactly the rows that show it.
func TestFilterFollowsTheShownState(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		by := officer(county)
		for i := range 60 {
			p := f.someone("某某", village)
			p.Status = []int{0, 2, 3, 4, 5}[i%5]
			if i%4 == 0 {
				p.StatusOn = 20231120
			}
			p.Willing, p.Skill = 1+i%2, 1+i%4
			if i%11 == 0 {
				p.Education, p.Student = 0, 3
			}
			id := f.create(t, p)
			if i%3 == 0 {
				continue
			}
			w, err := f.work.Add(ctx, home, by, id, job(202302, faraway, "甲厂"))
			if err != nil {
				t.Fatal(err)
			}
			if i%3 == 1 {
				continue
			}
			if _, err := d.Writer().Exec(`UPDATE spell SET end_month = 202309 WHERE id = ` + itoa(w)); err != nil {
				t.Fatal(err)
			}
			if i%6 == 2 {
				if err := f.people.SetStatus(ctx, home, by, id, 3, 20231101, "走访"); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, m := range []int{202308, 202311, 202312} {
			all, err := f.people.List(ctx, home, people.Filter{Month: monthOf(m)}, people.Page{Limit: 200})
			if err != nil {
				t.Fatal(err)
			}
			shown, sum := map[int][]int64{}, 0
			for _, r := range all.Rows {
				code := r.State.Code
				if r.State.Unverified {
					code = people.Unverified
				} else if code == 0 {
					continue
				}
				shown[code] = append(shown[code], r.ID)
			}
			for code := 0; code <= 5; code++ {
				got, err := f.people.List(ctx, home, people.Filter{Month: monthOf(m), Status: []int{code}}, people.Page{Limit: 200})
				if err != nil {
					t.Fatal(err)
				}
				if got.Total != len(shown[code]) {
					t.Errorf("%d status %d: %d, rows show %d", m, code, got.Total, len(shown[code]))
				}
				sum += got.Total
			}
			if len(shown[0]) == 0 || len(shown[5]) == 0 || sum == 0 {
				t.Errorf("%d: the data shows too little: %v", m, shown)
			}
		}
	})
}

// TestSettlementOnAMove: a settlement is a county's; a move within the county
// leaves people in it, as a file does, one beyond ends it, and taking the move
// back restores it.
func TestSettlementOnAMove(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		f.settled = settledPlaces{{ID: 5, Region: county, Name: "示例安置区", EndedOn: 99991231}}
		p := f.someone("安居", village)
		p.Settlement = 5
		id := f.create(t, p)
		city := region.ScopeOf(village.At(region.City))
		by := officer(county)
		at := func() int64 {
			r, err := f.people.Get(ctx, city, id)
			if err != nil {
				t.Fatal(err)
			}
			return r.Settlement
		}
		if err := f.people.Move(ctx, city, by, id, neighbour, 202310, "村内调整"); err != nil || at() != 5 {
			t.Errorf("within the county: settlement %d, %v", at(), err)
		}
		var was people.Moved
		err := d.Tx(ctx, func(tx *db.Tx) (err error) {
			was, err = f.people.MoveInTx(ctx, tx, city, by, id, people.Moving{To: elsewhere, From: 202311, Reason: "迁往外县"})
			return err
		})
		if err != nil || at() != 0 {
			t.Errorf("beyond the county: settlement %d, %v", at(), err)
		}
		err = d.Tx(ctx, func(tx *db.Tx) error { return f.people.UnmoveInTx(ctx, tx, city, by, id, was, 202311, "登记有误") })
		if err != nil || at() != 5 {
			t.Errorf("taken back: settlement %d, %v", at(), err)
		}
		err = d.Tx(ctx, func(tx *db.Tx) error { return f.people.UnmoveInTx(ctx, tx, city, by, id, was, 202311, "再来") })
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("taken back twice: %v", err)
		}
	})
}

// TestListsFollowAHousehold: who is listed under a household's number is
// counted anew when members leave it.
func TestListsFollowAHousehold(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		house, ids := f.family(t, "371522000001")
		count := func() int {
			t.Helper()
			n, err := f.people.Count(ctx, home, people.Filter{Code: "371522000001"})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := count(); n != 4 {
			t.Fatalf("%d of the household", n)
		}
		if _, err := f.people.Split(ctx, home, officer(county), house, people.Regroup{Members: ids[2:], Code: "371522000099",
			Relations: map[int64]int{ids[2]: 1, ids[3]: 2}, Reason: "分家"}); err != nil {
			t.Fatal(err)
		}
		if n := count(); n != 2 {
			t.Errorf("%d of the household after two left", n)
		}
	})
}
