package month

import (
	"math/rand/v2"
	"sync"
	"testing"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/setting"
)

const (
	villageA = region.Code(371522103201)
	villageB = region.Code(371522103202)
	villageC = region.Code(371521001002)
	placeIn  = region.Code(371522000000)
	placeOut = region.Code(440300000000)
)

// defaults waits for the declarations of the settings.
var defaults = sync.OnceValue(func() Rules { return RulesOf(setting.Values{}) })

// person makes an able, willing member of a household lifted out of poverty.
func person(mend ...func(*Facts)) *Facts {
	f := &Facts{ID: 1, Village: villageA, Birth: 19850615, Sex: fact.Male, Skill: fact.SkillOrdinary, Willing: fact.Yes,
		Kinds: []fact.PersonKind{{Kind: fact.KindPoor, Since: 20150101, Until: fact.Forever}}}
	for _, m := range mend {
		m(f)
	}
	return f
}

func spell(from, to calendar.Month, mend ...func(*fact.Spell)) func(*Facts) {
	return func(f *Facts) {
		s := fact.Spell{ID: int64(len(f.Spells) + 1), PersonID: f.ID, Start: from, End: to,
			Terms: []fact.Term{{From: from, WageFen: 300000, Employer: "甲厂", Place: placeOut, PlaceClass: fact.OutsideProvince, Channel: fact.ChannelSelf}}}
		for _, m := range mend {
			m(&s)
		}
		f.Spells = append(f.Spells, s)
	}
}

func seen(m calendar.Month, strength int) func(*fact.Spell) {
	return func(s *fact.Spell) { s.Seen = append(s.Seen, fact.Seen{Month: m, Strength: strength}) }
}

func terms(t ...fact.Term) func(*fact.Spell) { return func(s *fact.Spell) { s.Terms = t } }

func state(on calendar.Date, status int) func(*Facts) {
	return func(f *Facts) { f.States = append(f.States, State{on, status}) }
}

func dead(on calendar.Date) func(*Facts) {
	return func(f *Facts) { f.OutOn, f.OutReason = on, outDead }
}

const headline = fact.Counted | fact.Able | fact.Willing

func TestDeriveStories(t *testing.T) {
	const m = calendar.Month(202311)
	for _, c := range []struct {
		story string
		f     *Facts
		rules func(*Rules)
		want  fact.Flag
		mask  fact.Flag // 0: all but the flags of the population
		check func(*testing.T, fact.PersonMonth)
		none  bool
	}{
		{story: "works since August and was seen this month", f: person(spell(202308, calendar.Open, seen(m, fact.Claimed))),
			want: headline | fact.Working | fact.WorkedYear | fact.Stable,
			check: func(t *testing.T, p fact.PersonMonth) {
				eq(t, "stable", p.StableMonths, 4)
				eq(t, "months", p.MonthsWorked, 4)
				eq(t, "status", p.Status, fact.StatusWork)
				eq(t, "wage", p.WageFen, 300000)
			}},
		{story: "the village confirmed it last month", f: person(spell(202310, calendar.Open, seen(202310, fact.ByVillage))),
			want: headline | fact.Working | fact.WorkedYear | fact.Confirmed},
		{story: "seen last in September: two months without a sight", f: person(spell(202301, calendar.Open, seen(202309, fact.ByVillage))),
			want: headline | fact.Working | fact.WorkedYear | fact.Stable | fact.Unverified},
		{story: "a later sight confirms the months between", f: person(spell(202301, calendar.Open, seen(202312, fact.ByVillage))),
			want: headline | fact.Working | fact.WorkedYear | fact.Stable | fact.Confirmed},
		{story: "a spell that ends this month is over, and its end is news", f: person(spell(202309, m)),
			want: headline | fact.WorkedYear | fact.Stable | fact.Jobless | fact.LeftWork | fact.LostWork,
			check: func(t *testing.T, p fact.PersonMonth) {
				eq(t, "status", p.Status, fact.StatusJobless)
				eq(t, "wage", p.WageFen, -1)
				eq(t, "class of the year", p.YearPlaceClass, fact.OutsideProvince)
				eq(t, "class now", p.PlaceClass, 0)
			}},
		{story: "returned in June, nothing heard since: not jobless but unverified", f: person(spell(202301, 202306)),
			want: headline | fact.WorkedYear | fact.Unverified},
		{story: "jobless as stated this month", f: person(spell(202301, 202306), state(20231105, fact.StatusJobless)),
			want: headline | fact.WorkedYear | fact.Jobless},
		{story: "farms since work ended: neither jobless nor unverified", f: person(spell(202301, 202306), state(20230701, fact.StatusFarm)),
			want: headline | fact.WorkedYear},
		{story: "cares for family, as stated in the month in which work ended", f: person(spell(202309, 202310), state(20231002, fact.StatusCare)),
			want: headline | fact.WorkedYear, mask: headline | fact.WorkedYear | fact.Jobless | fact.Unverified},
		{story: "jobless but without the will", f: person(state(20231105, fact.StatusJobless), func(f *Facts) { f.Willing = fact.No }),
			want: fact.Counted | fact.Able},
		{story: "jobless but without ability", f: person(state(20231105, fact.StatusJobless), func(f *Facts) { f.Skill = fact.SkillNone }),
			want: fact.Counted | fact.Willing},
		{story: "work shows the will", f: person(spell(202311, calendar.Open), func(f *Facts) { f.Willing = 0 }),
			want: headline | fact.Working | fact.WorkedYear | fact.NewWork},
		{story: "new work this month", f: person(spell(202311, calendar.Open)),
			want: headline | fact.Working | fact.WorkedYear | fact.NewWork},
		{story: "work of last year is not of this year", f: person(spell(202203, 202212), state(20231101, fact.StatusJobless)),
			want: headline | fact.Jobless},
		{story: "three months with two employers are stable", f: person(spell(202309, 202310), spell(202310, calendar.Open)),
			want: headline | fact.Working | fact.WorkedYear | fact.Stable, mask: headline | fact.Working | fact.WorkedYear | fact.Stable},
		{story: "a month without work breaks the run", f: person(spell(202308, 202309), spell(202311, calendar.Open)),
			want:  headline | fact.Working | fact.WorkedYear | fact.NewWork,
			check: func(t *testing.T, p fact.PersonMonth) { eq(t, "stable", p.StableMonths, 1) }},
		{story: "unless the setting allows the gap", f: person(spell(202308, 202309), spell(202311, calendar.Open)),
			rules: func(r *Rules) { r.StableGap = 1 },
			want:  headline | fact.Working | fact.WorkedYear | fact.NewWork | fact.Stable},
		{story: "the setting can ask for one employer", f: person(spell(202309, 202310),
			spell(202311, calendar.Open, terms(fact.Term{From: 202311, WageFen: 1, Employer: "乙厂", Place: placeOut, PlaceClass: 3}))),
			rules: func(r *Rules) { r.SameEmployer = true }, want: 0, mask: fact.Stable},
		{story: "the setting can ask for six months in the year", f: person(spell(202308, calendar.Open)),
			rules: func(r *Rules) { r.MinMonths = 6 }, want: 0, mask: fact.WorkedYear},
		{story: "the latest start gives the place, incomes add", f: person(
			spell(202309, calendar.Open, terms(fact.Term{From: 202309, WageFen: 100000, Place: placeIn, PlaceClass: fact.InsideCounty, Channel: fact.ChannelPost})),
			spell(202310, calendar.Open, seen(m, 1))),
			want: headline | fact.Working | fact.WorkedYear | fact.Stable | fact.Post,
			check: func(t *testing.T, p fact.PersonMonth) {
				eq(t, "wage", p.WageFen, 400000)
				eq(t, "class", p.PlaceClass, fact.OutsideProvince)
				eq(t, "channel", p.Channel, fact.ChannelSelf)
			}},
		{story: "one wage unknown is partial, not zero", f: person(spell(202310, calendar.Open, seen(m, 1)),
			spell(202311, calendar.Open, terms(fact.Term{From: 202311, WageFen: -1, Place: placeIn, PlaceClass: 1}))),
			want: fact.WagePartial, mask: fact.WagePartial,
			check: func(t *testing.T, p fact.PersonMonth) { eq(t, "wage", p.WageFen, 300000) }},
		{story: "no wage known is unknown", f: person(spell(202311, calendar.Open, terms(fact.Term{From: 202311, WageFen: -1}))),
			want: 0, mask: fact.WagePartial,
			check: func(t *testing.T, p fact.PersonMonth) { eq(t, "wage", p.WageFen, -1) }},
		{story: "terms are dated: a rise in December does not rewrite November", f: person(spell(202301, calendar.Open, seen(m, 1),
			terms(fact.Term{From: 202301, WageFen: 250000}, fact.Term{From: 202306, WageFen: 280000}, fact.Term{From: 202312, WageFen: 900000}))),
			mask: fact.Working, want: fact.Working,
			check: func(t *testing.T, p fact.PersonMonth) { eq(t, "wage", p.WageFen, 280000) }},
		{story: "a place without a class is classed by county code", f: person(spell(202311, calendar.Open,
			terms(fact.Term{From: 202311, WageFen: 1, Place: 371521000000}))), mask: fact.Working, want: fact.Working,
			check: func(t *testing.T, p fact.PersonMonth) { eq(t, "class", p.PlaceClass, fact.OutsideCounty) }},
		{story: "public posts may be left out of the scale", f: person(spell(202301, calendar.Open, seen(m, 1),
			terms(fact.Term{From: 202301, WageFen: 1, Place: placeIn, PlaceClass: 1, Channel: fact.ChannelPost}))),
			rules: func(r *Rules) { r.PostsCount = false }, want: headline | fact.Post,
			check: func(t *testing.T, p fact.PersonMonth) { eq(t, "months", p.MonthsWorked, 0) }},
		{story: "a monitored person whose risk was removed this year still counts", f: person(func(f *Facts) {
			f.Kinds = []fact.PersonKind{{Kind: fact.KindEdge, Since: 20210101, Until: fact.Forever, RiskRemovedOn: 20230301}}
		}, state(20231101, fact.StatusFarm)), want: headline | fact.RiskGone},
		{story: "but not in the next year", f: person(func(f *Facts) {
			f.Kinds = []fact.PersonKind{{Kind: fact.KindEdge, Since: 20210101, Until: fact.Forever, RiskRemovedOn: 20221201}}
		}, state(20231101, fact.StatusFarm)), want: fact.Able | fact.Willing | fact.RiskGone},
		{story: "monitored", f: person(func(f *Facts) {
			f.Kinds = []fact.PersonKind{{Kind: fact.KindSudden, Since: 20230501, Until: fact.Forever}}
		}, state(20231101, fact.StatusFarm)), want: headline | fact.Monitored},
		{story: "died in March: out of the register, in the year", f: person(spell(202301, 202303), dead(20230310)),
			want:  fact.Dead | fact.WorkedYear,
			check: func(t *testing.T, p fact.PersonMonth) { eq(t, "months", p.MonthsWorked, 3) }},
		{story: "died this month while working", f: person(spell(202301, 202311), dead(20231120)),
			want: fact.Dead | fact.WorkedYear | fact.DiedNow | fact.LeftWork},
		{story: "died last year", f: person(dead(20221120)), none: true},
		{story: "the dead can be left out", f: person(spell(202301, 202303), dead(20230310)), rules: func(r *Rules) { r.DeadStay = false }, none: true},
		{story: "left the register this month while working", f: person(spell(202301, calendar.Open), func(f *Facts) { f.OutOn, f.OutReason = 20231105, 2 }),
			want: fact.Gone | fact.LeftWork},
		{story: "comes next month", f: person(func(f *Facts) { f.InOn = 20231201 }), none: true},
		{story: "came this month and works", f: person(spell(202301, calendar.Open, seen(m, 1)), func(f *Facts) { f.InOn = 20231102 }),
			want: headline | fact.Working | fact.WorkedYear | fact.Stable | fact.Entered},
		{story: "moved this month", f: person(spell(202301, calendar.Open, seen(m, 1)), func(f *Facts) {
			f.Stays = []Stay{{201501, 202310, villageC}, {202311, calendar.Open, villageA}}
		}), want: headline | fact.Working | fact.WorkedYear | fact.Stable | fact.MovedIn,
			check: func(t *testing.T, p fact.PersonMonth) { eq(t, "from", p.From, villageC) }},
		{story: "a merged double never counts", f: person(func(f *Facts) { f.MergedInto = 9 }), none: true},
	} {
		t.Run(c.story, func(t *testing.T) {
			r := defaults()
			if c.rules != nil {
				c.rules(&r)
			}
			p, ok := Derive(c.f, m, Before(c.f, m, &r), &r)
			if ok == c.none {
				t.Fatalf("row: got %v, want %v", ok, !c.none)
			}
			if c.none {
				return
			}
			mask := c.mask
			if mask == 0 {
				mask = ^fact.Facts2 // derive2_test.go tells of these
			}
			if p.Flags&mask != c.want {
				t.Errorf("flags: got %s, want %s", names(p.Flags&mask), names(c.want))
			}
			if c.check != nil {
				c.check(t, p)
			}
		})
	}
}

func eq[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func names(f fact.Flag) string {
	s := ""
	for i, n := range []string{"Counted", "Able", "Willing", "Working", "WorkedYear", "Jobless", "Stable", "Unverified", "Monitored", "RiskGone",
		"Confirmed", "LostWork", "Post", "Workshop", "MovedIn", "NewWork", "LeftWork", "Dead", "InSchool", "WagePartial", "Entered", "Gone", "DiedNow", "MovedOut",
		"OneEmployer", "LastYear", "Again", "Changed", "CameHome", "YearConfirmed"} {
		if f&(1<<i) != 0 {
			s += " " + n
		}
	}
	return s
}

// Random facts: what must hold of every person-month, whatever the record.
func TestDeriveHoldsForAnyFacts(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 1))
	for range 20000 {
		f := randomFacts(rng)
		r := Rules{MinMonths: 1 + rng.IntN(3), StableMonths: 1 + rng.IntN(4), StableGap: rng.IntN(2), UnverifiedMonths: 1 + rng.IntN(3),
			SameEmployer: rng.IntN(4) == 0, PostsCount: rng.IntN(4) != 0, DeadStay: rng.IntN(4) != 0, RiskRemoved: rng.IntN(3)}
		m := calendar.Month(202201).Add(rng.IntN(24))
		prev := Before(f, m, &r)
		p, ok := Derive(f, m, prev, &r)
		has := func(fl fact.Flag) bool { return p.Flags&fl == fl }
		any := func(fl fact.Flag) bool { return p.Flags&fl != 0 }
		counted := ok && has(fact.Counted)
		// stock–flow: one of these accounts for every change of the population
		in := ok && (has(fact.Entered) || has(fact.MovedIn))
		out := ok && any(fact.Gone|fact.DiedNow)
		switch {
		case prev.Counted && !counted && !out:
			t.Fatalf("left without a trace: %+v %s", f, names(p.Flags))
		case !prev.Counted && counted && !has(fact.Entered):
			t.Fatalf("came without a trace: %+v", f)
		case prev.Counted && counted && prev.Village != p.Village && !(in && p.From == prev.Village):
			t.Fatalf("moved without a trace: %+v", f)
		case (!prev.Counted || counted) && out:
			t.Fatalf("out although there: %s", names(p.Flags))
		}
		if ok {
			was, is := prev.Counted && prev.Working, counted && has(fact.Working)
			if (was && !is) != has(fact.LeftWork) {
				t.Fatalf("left work: %v → %v, %s", was, is, names(p.Flags))
			}
			if (counted && prev.Counted && is && !was) != has(fact.NewWork) {
				t.Fatalf("new work: %v → %v, %s", was, is, names(p.Flags))
			}
			if any(fact.Jobless) && (any(fact.Working|fact.Unverified) || !has(fact.Able|fact.Willing)) ||
				has(fact.Dead) && any(fact.Counted|fact.Working|fact.Jobless) ||
				p.MonthsWorked > m.Num() || (p.WageFen >= 0 && !has(fact.Working)) ||
				has(fact.Stable) != (p.StableMonths >= r.StableMonths && !has(fact.Dead)) && !any(fact.Gone) {
				t.Fatalf("contradiction: %s %+v", names(p.Flags), p)
			}
		}
	}
}

func randomFacts(rng *rand.Rand) *Facts {
	f := &Facts{ID: rng.Int64N(1000), Village: villageA, Birth: calendar.Date(19600101 + rng.IntN(40)*10000), Skill: rng.IntN(6), Willing: rng.IntN(3), Student: rng.IntN(20) / 19}
	for range rng.IntN(3) {
		k := fact.PersonKind{Kind: 1 + rng.IntN(9), Since: calendar.Date(20210101 + rng.IntN(3)*10000), Until: fact.Forever}
		if rng.IntN(4) == 0 {
			k.RiskRemovedOn = calendar.Date(20220115 + rng.IntN(11)*100)
		}
		if rng.IntN(4) == 0 {
			k.Until = calendar.Date(20220115 + rng.IntN(2)*10000)
		}
		f.Kinds = append(f.Kinds, k)
	}
	for range rng.IntN(4) {
		from := calendar.Month(202101).Add(rng.IntN(36))
		to := from.Add(rng.IntN(12))
		if rng.IntN(3) == 0 {
			to = calendar.Open
		}
		spell(from, to)(f)
		s := &f.Spells[len(f.Spells)-1]
		s.Terms[0].Channel, s.Terms[0].PlaceClass = rng.IntN(8), rng.IntN(6)
		if rng.IntN(3) == 0 {
			s.Terms[0].WageFen = -1
		}
		if rng.IntN(2) == 0 {
			s.Seen = append(s.Seen, fact.Seen{Month: from.Add(rng.IntN(6)), Strength: 1 + rng.IntN(3)})
		}
	}
	for range rng.IntN(3) {
		state(calendar.Date(20210101+rng.IntN(3)*10000+rng.IntN(12)*100), 1+rng.IntN(5))(f)
	}
	if rng.IntN(3) == 0 {
		f.Stays = []Stay{{202001, 202206, villageB}, {202207, calendar.Open, villageA}}
	}
	if rng.IntN(6) == 0 {
		f.OutOn, f.OutReason = calendar.Date(20220110+rng.IntN(11)*100), 1+rng.IntN(3)
	}
	if rng.IntN(6) == 0 {
		f.InOn = calendar.Date(20220110 + rng.IntN(11)*100)
	}
	return f
}

func BenchmarkDerive(b *testing.B) {
	rng := rand.New(rand.NewPCG(7, 1))
	facts := make([]*Facts, 4096)
	for i := range facts {
		facts[i] = randomFacts(rng)
	}
	r := defaults()
	for i := range b.N {
		f := facts[i%len(facts)]
		m := calendar.Month(202301)
		Derive(f, m, Before(f, m, &r), &r)
	}
}

// Somebody died in March; nobody ended the spell, and by September the dead
// had worked the six months that a county asks for.
func TestTheDeadDoNotWorkOn(t *testing.T) {
	r := defaults()
	r.MinMonths = 6
	f := person(spell(202302, calendar.Open), dead(20230315))
	for m, months := range map[calendar.Month]int{202302: 1, 202303: 2, 202309: 2, 202312: 2} {
		p, ok := Derive(f, m, Before(f, m, &r), &r)
		if !ok || p.MonthsWorked != months || p.Flags&fact.WorkedYear != 0 {
			t.Errorf("%s: %d months, %s, %v", m, p.MonthsWorked, names(p.Flags), ok)
		}
	}
	r.MinMonths = 2
	if p, ok := Derive(f, 202312, Before(f, 202312, &r), &r); !ok || p.Flags&fact.WorkedYear == 0 || p.YearPlace != placeOut {
		t.Errorf("worked two months and died: %+v", p)
	}
}
