package month

import (
	"math/rand/v2"
	"testing"

	"wengang/internal/calendar"
	"wengang/internal/fact"
)

func at(employer string, place int64) func(*fact.Spell) {
	return func(s *fact.Spell) {
		s.Terms[0].Employer, s.Terms[0].Place, s.Terms[0].PlaceClass = employer, placeOut, 0
		if place != 0 {
			s.Terms[0].Place = placeIn
		}
	}
}

// The flags of version 2 of the facts: last year, one employer, again, another
// job, home again, confirmed this year.
func TestDeriveSecondFacts(t *testing.T) {
	const m = calendar.Month(202311)
	for _, c := range []struct {
		story string
		f     *Facts
		rules func(*Rules)
		want  fact.Flag
	}{
		{story: "began in August: nothing of last year, one employer", f: person(spell(202308, calendar.Open)), want: fact.OneEmployer},
		{story: "worked last year too", f: person(spell(202212, calendar.Open)), want: fact.OneEmployer | fact.LastYear},
		{story: "one month of last year is not enough where two are asked", f: person(spell(202212, calendar.Open)),
			rules: func(r *Rules) { r.MinMonths = 2 }, want: fact.OneEmployer},
		{story: "worked last year and not this one", f: person(spell(202203, 202205)), want: fact.LastYear},
		{story: "work of two years ago says nothing of last year", f: person(spell(202103, 202105)), want: 0},
		{story: "stable, but with two employers", f: person(spell(202308, 202310), spell(202310, calendar.Open, at("乙厂", 0))), want: 0},
		{story: "changed from one to the other this month", f: person(spell(202303, m), spell(m, calendar.Open, at("乙厂", 0))), want: fact.Changed},
		{story: "the terms of one spell changed the employer", f: person(spell(202303, calendar.Open, func(s *fact.Spell) {
			t := s.Terms[0]
			t.From, t.Employer = m, "乙厂"
			s.Terms = append(s.Terms, t)
		})), want: fact.Changed},
		{story: "an unknown employer in the same place is not a change", f: person(spell(202303, m, at("", 0)), spell(m, calendar.Open)), want: 0},
		{story: "an unknown employer proves nothing", f: person(spell(202303, calendar.Open, at("", 0))), want: 0},
		{story: "home from elsewhere, without work", f: person(spell(202308, m)), want: fact.OneEmployer | fact.CameHome},
		{story: "home from elsewhere, work in the county", f: person(spell(202308, m), spell(m, calendar.Open, at("本地厂", 1))),
			want: fact.Changed | fact.CameHome},
		{story: "from one job in the county to none", f: person(spell(202308, m, at("本地厂", 1))), want: fact.OneEmployer},
		{story: "back to work after two months", f: person(spell(202301, 202309), spell(m, calendar.Open)), want: fact.Again},
		{story: "the first work on record", f: person(spell(m, calendar.Open)), want: 0},
		{story: "new on the register: neither again nor home", f: person(spell(202301, 202309), spell(m, calendar.Open), func(f *Facts) { f.InOn = 20231102 }), want: 0},
		{story: "confirmed by the village in May", f: person(spell(202301, 202306, seen(202305, fact.ByVillage))), want: fact.YearConfirmed},
		{story: "only claimed", f: person(spell(202301, 202306, seen(202305, fact.Claimed))), want: 0},
		{story: "confirmed last year", f: person(spell(202211, 202306, seen(202212, fact.ByVillage))), want: fact.LastYear},
		{story: "confirmed after this month", f: person(spell(202308, calendar.Open, seen(202312, fact.ByWorkplace))), want: fact.OneEmployer},
		{story: "back to work after seven years", f: person(spell(201601, 201604), spell(m, calendar.Open)), want: fact.Again},
		{story: "last year's work confirmed in January says nothing of this year's", f: person(spell(202208, 202212, seen(202301, fact.ByVillage)),
			spell(202303, 202306, seen(202303, fact.Claimed))), want: fact.LastYear},
		{story: "the dead keep last year's work and the confirmation", f: person(spell(202212, 202306, seen(202303, fact.ByVillage)), dead(20230610)),
			want: fact.LastYear | fact.YearConfirmed},
	} {
		t.Run(c.story, func(t *testing.T) {
			r := defaults()
			if c.rules != nil {
				c.rules(&r)
			}
			p, _ := Derive(c.f, m, Before(c.f, m, &r), &r)
			if got := p.Flags & fact.Facts2; got != c.want {
				t.Errorf("got %s, want %s (all %s)", names(got), names(c.want), names(p.Flags))
			}
		})
	}
}

// Whatever the record: the flags that compare two months agree with the flows.
func TestSecondFactsHoldForAnyFacts(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 1))
	for range 20000 {
		f := randomFacts(rng)
		r := Rules{MinMonths: 1 + rng.IntN(3), StableMonths: 1 + rng.IntN(4), StableGap: rng.IntN(2), UnverifiedMonths: 1 + rng.IntN(3),
			SameEmployer: rng.IntN(4) == 0, PostsCount: rng.IntN(4) != 0, DeadStay: rng.IntN(4) != 0, RiskRemoved: rng.IntN(3)}
		m := calendar.Month(202201).Add(rng.IntN(24))
		prev := Before(f, m, &r)
		p, ok := Derive(f, m, prev, &r)
		if !ok {
			continue
		}
		has := func(fl fact.Flag) bool { return p.Flags&fl == fl }
		was := prev.Counted && prev.Working
		if has(fact.Again) && !has(fact.NewWork) || has(fact.Changed) && !(was && has(fact.Counted|fact.Working)) ||
			has(fact.CameHome) && !(was && has(fact.Counted)) || has(fact.OneEmployer) && !has(fact.Stable) ||
			has(fact.YearConfirmed) && !has(fact.WorkedYear) || has(fact.CameHome|fact.Working) && p.PlaceClass != fact.InsideCounty {
			t.Fatalf("%s for %+v", names(p.Flags), f)
		}
	}
}

// Versions of the facts in a calibre.
func TestVersionOf(t *testing.T) {
	for stamp, want := range map[string]int{"": 1, "month.min_months=2": 1, "facts=2": 2, "facts=3;month.min_months=2": 3, "facts=x": 1, "month.facts=9": 1} {
		if got := fact.VersionOf(stamp); got != want {
			t.Errorf("%q: %d, want %d", stamp, got, want)
		}
	}
}
