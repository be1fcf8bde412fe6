package people_test

import (
	"context"
	"errors"
	"testing"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/rule"
	"wengang/internal/testkit"
	"wengang/internal/work"
)

func TestANewJobEndsTheOldOne(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		by := officer(county)
		id := f.create(t, f.someone("郑十", village))
		first, err := f.work.Add(ctx, home, by, id, job(202301, faraway, "甲厂"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.work.Add(ctx, home, by, id, job(202306, faraway, "甲厂")); !fault.Is(err, fault.Conflict) {
			t.Errorf("the same employer again: %v, want conflict", err)
		}
		if _, err := f.work.Add(ctx, home, by, id, job(202306, county, "乙厂")); err != nil {
			t.Fatal(err)
		}
		beside := job(202308, county, "丙店")
		beside.EndOthers = false
		if _, err := f.work.Add(ctx, home, by, id, beside); err != nil {
			t.Fatal(err)
		}
		spells, err := f.work.Spells(ctx, home, id)
		if err != nil || len(spells) != 3 {
			t.Fatal(len(spells), err)
		}
		if w := spells[0]; w.ID != first || w.End != 202306 || w.EndReason != "new_job" || !w.ActiveAtEnd(202305) || w.ActiveAtEnd(202306) {
			t.Errorf("the old job: %+v", w)
		}
		if w := spells[1]; w.End != calendar.Open || w.Terms[0].PlaceClass != fact.InsideCounty {
			t.Errorf("the new job: %+v", w)
		}
		r, _ := f.people.Get(ctx, home, id)
		if r.Status != fact.StatusWork {
			t.Errorf("status %d after work began", r.Status)
		}
		rows, _ := f.people.Rows(ctx, home, []int64{id}, 202312)
		if rows[0].Job.Employer != "丙店" {
			t.Errorf("the latest start does not stand: %+v", rows[0].Job)
		}
	})
}

func TestTermsAreDated(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		by := officer(county)
		id := f.create(t, f.someone("钱一", village))
		spell, err := f.work.Add(ctx, home, by, id, job(202301, faraway, "甲厂"))
		if err != nil {
			t.Fatal(err)
		}
		next := job(0, faraway, "甲厂").Term
		next.From, next.WageFen = 202307, 420000
		if err := f.work.EditTerms(ctx, home, by, id, spell, next); err != nil {
			t.Fatal(err)
		}
		spells, _ := f.work.Spells(ctx, home, id)
		if w := spells[0]; w.TermIn(202301).WageFen != 350000 || w.TermIn(202306).WageFen != 350000 || w.TermIn(202307).WageFen != 420000 {
			t.Errorf("July's wage rewrote January's: %+v", w.Terms)
		}
		for _, bad := range []calendar.Month{202212, 202401, 0} {
			next.From, next.WageFen = bad, 1
			if err := f.work.EditTerms(ctx, home, by, id, spell, next); !fault.Is(err, fault.Invalid) {
				t.Errorf("terms from %d: %v", bad, err)
			}
		}
		next.From, next.Place = 202308, 371599000000
		if err := f.work.EditTerms(ctx, home, by, id, spell, next); !fault.Is(err, fault.Invalid) {
			t.Errorf("an unknown place: %v", err)
		}
		last := f.closed.calls[len(f.closed.calls)-1]
		if want := itoa(id) + " 202307-999912"; last != want {
			t.Errorf("closed months were told %q, want %q", last, want)
		}
	})
}

func itoa(n int64) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

func TestEndNeedsWhatComesNext(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		by := officer(county)
		id := f.create(t, f.someone("冯二", village))
		spell, err := f.work.Add(ctx, home, by, id, job(202302, faraway, "甲厂"))
		if err != nil {
			t.Fatal(err)
		}
		if err := f.people.SetStatus(ctx, home, by, id, fact.StatusJobless, 20231201, "走访"); !fault.Is(err, fault.Invalid) {
			t.Errorf("jobless while a spell runs: %v", err)
		}
		if err := f.work.End(ctx, home, by, id, spell, work.Ending{Month: 202311, Reason: "laid_off"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("an end without what comes next: %v", err)
		}
		if spells, _ := f.work.Spells(ctx, home, id); spells[0].End != calendar.Open {
			t.Error("the refused end was half written")
		}
		if err := f.work.End(ctx, home, by, id, spell, work.Ending{Month: 202311, Reason: "laid_off", Next: fact.StatusJobless}); err != nil {
			t.Fatal(err)
		}
		if err := f.work.End(ctx, home, by, id, spell, work.Ending{Month: 202311, Reason: "laid_off", Next: fact.StatusJobless}); !fault.Is(err, fault.Conflict) {
			t.Errorf("ended twice: %v", err)
		}
		r, _ := f.people.Get(ctx, home, id)
		if r.Status != fact.StatusJobless || r.StatusOn != 20231130 {
			t.Errorf("status %d on %d", r.Status, r.StatusOn)
		}
		left, _ := f.people.Count(ctx, home, people.Filter{Change: people.LeftWork, Month: 202311})
		stay, _ := f.people.Count(ctx, home, people.Filter{Change: people.LeftWork, Month: 202312})
		if left != 1 || stay != 0 {
			t.Errorf("left work: %d in November, %d in December", left, stay)
		}
		events, err := f.people.Timeline(ctx, home, id)
		if err != nil {
			t.Fatal(err)
		}
		kinds := map[people.EventKind]int{}
		for _, e := range events {
			kinds[e.Kind]++
		}
		for k, n := range map[people.EventKind]int{people.EventCreated: 1, people.EventSpell: 1, people.EventSpellEnd: 1, people.EventStatus: 3, people.EventKindSet: 1} {
			if kinds[k] != n {
				t.Errorf("%d events %q, want %d: %v", kinds[k], k, n, kinds)
			}
		}
	})
}

// refusing is a book with one error: an employer called 坏厂.
type refusing struct{}

func (refusing) Run(_ context.Context, _ db.Querier, _ region.Code, s *rule.Subject) ([]rule.Finding, error) {
	for i := range s.Spells {
		for _, t := range s.Spells[i].Terms {
			if t.Employer == "坏厂" {
				f := rule.Of("work.start_future", "")
				f.Spell = &s.Spells[i]
				return []rule.Finding{f}, nil
			}
		}
	}
	return nil, nil
}

func (refusing) Keep(context.Context, *db.Tx, int64, region.Code, []rule.Finding) error { return nil }

// TestErrorsRefuseBesideTheField: an error of the book refuses the save and
// names the field; what was wrong before does not stop another act.
func TestErrorsRefuseBesideTheField(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		id := f.create(t, f.someone("蒋四", village))
		bad := job(202310, faraway, "坏厂")
		strict := work.New(d, work.Deps{People: f.people, Audit: f.log, Closed: f.closed, Checks: refusing{}, Places: places{}})
		_, err := strict.Add(ctx, home, officer(county), id, bad)
		var e *fault.Error
		if !errors.As(err, &e) || e.Kind != fault.Invalid || len(e.Fields) != 1 || e.Fields[0].Name != "start" {
			t.Fatalf("a refused spell: %v, want invalid beside start", err)
		}
		if spells, _ := f.work.Spells(ctx, home, id); len(spells) != 0 {
			t.Errorf("the refused spell was written: %v", spells)
		}
		if _, err := f.work.Add(ctx, home, officer(county), id, bad); err != nil {
			t.Fatal(err)
		}
		if _, err := strict.Add(ctx, home, officer(county), id, job(202311, county, "好厂")); err != nil {
			t.Errorf("an old error stopped another act: %v", err)
		}
	})
}

func TestWarningsBecomeFindings(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		id := f.create(t, f.someone("韩三", village))
		j := job(202310, faraway, "甲厂")
		j.Term.WageFen = 90_000_00
		spell, err := f.work.Add(ctx, home, officer(county), id, j)
		if err != nil {
			t.Fatal(err)
		}
		if n := open(t, f, id); n == 0 {
			t.Error("a wage of 90,000 left no finding")
		}
		j.Term.From, j.Term.WageFen = 202310, 4_000_00
		if err := f.work.EditTerms(ctx, home, officer(county), id, spell, j.Term); err != nil {
			t.Fatal(err)
		}
		if n := open(t, f, id); n != 0 {
			t.Errorf("%d findings stay open after the wage was mended", n)
		}
	})
}

func open(t *testing.T, f *fixture, id int64) (n int) {
	t.Helper()
	if err := f.db.Read.QueryRowContext(ctx, `SELECT count(*) FROM finding WHERE person_id = $1 AND state = 0`, id).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
