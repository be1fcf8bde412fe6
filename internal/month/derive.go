package month

import (
	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/region"
)

// Prev is a person's state at the end of the month before: what a flow is
// measured from. In a closed month it is the frozen row, so that
// end = start + in − out holds for the published figures.
type Prev struct {
	Village region.Code
	Counted bool
	Working bool
}

// PrevOf reads the state out of a person-month.
func PrevOf(p *fact.PersonMonth) Prev {
	return Prev{Village: p.Village, Counted: p.Flags&fact.Counted != 0, Working: p.Flags&fact.Working != 0}
}

// Before derives the state at the end of the month before m from the facts
// themselves: for the first month of a county, and for open months.
func Before(f *Facts, m calendar.Month, r *Rules) Prev {
	p, ok := base(f, m.Add(-1), r)
	if !ok {
		return Prev{}
	}
	return PrevOf(&p)
}

// Derive is the person-month of one person. ok is false where the person does
// not belong to the month at all: not yet in the register, left earlier, or
// died in an earlier year. It reads nothing but its arguments.
func Derive(f *Facts, m calendar.Month, prev Prev, r *Rules) (fact.PersonMonth, bool) {
	p, ok := base(f, m, r)
	if !ok {
		if !prev.Counted {
			return p, false
		}
		p = fact.PersonMonth{Month: m, PersonID: f.ID, Village: prev.Village, Sex: f.Sex,
			Age: f.Birth.AgeOn(lastDay(m)), WageFen: -1}
	}
	counted, working := p.Flags&fact.Counted != 0, p.Flags&fact.Working != 0
	switch {
	case counted && !prev.Counted:
		p.Flags |= fact.Entered
	case counted:
		if p.Village != prev.Village {
			p.Flags |= fact.MovedIn
			p.From = prev.Village
		}
		if working && !prev.Working {
			p.Flags |= fact.NewWork
		}
		if prev.Working && p.Flags&fact.Jobless != 0 {
			p.Flags |= fact.LostWork
		}
	case prev.Counted:
		// The way out is counted where the person was.
		p.Village = prev.Village
		if f.OutReason == outDead && f.OutOn != 0 && f.OutOn <= lastDay(m) {
			p.Flags |= fact.Dead | fact.DiedNow
		} else {
			p.Flags |= fact.Gone
		}
	}
	if prev.Counted && prev.Working && !(counted && working) {
		p.Flags |= fact.LeftWork
	}
	if p.Flags&fact.NewWork == 0 {
		p.Flags &^= fact.Again
	}
	if !(counted && prev.Counted && prev.Working) {
		p.Flags &^= fact.Changed | fact.CameHome
	}
	return p, true
}

// base is the person-month without its flows.
func base(f *Facts, m calendar.Month, r *Rules) (fact.PersonMonth, bool) {
	end := lastDay(m)
	in, dead := f.belongs(m), f.diedBy(m)
	if !in && !(dead && r.DeadStay) {
		return fact.PersonMonth{}, false
	}
	at, on := m, end
	if dead {
		at, on = f.OutOn.Month(), f.OutOn
	}
	p := fact.PersonMonth{Month: m, PersonID: f.ID, Village: f.VillageAt(at), Sex: f.Sex, Age: f.Birth.AgeOn(end),
		Education: f.Education, Skill: f.Skill, WageFen: -1, Settlement: f.SettlementOn(on)}
	kinds, monitored, riskGone := f.kinds(on, r)
	p.Kinds = kinds
	counted := kinds&fact.CountedKinds != 0
	w := workOf(f, at, r) // nobody works after death, also where the spell was never ended
	p.MonthsWorked, p.StableMonths = w.months, w.stable
	if y := w.year; y != nil {
		if t := y.TermIn(min(y.End, at)); t != nil {
			p.YearPlace, p.YearPlaceClass = t.Place, classOf(t, p.Village)
		}
	}
	if counted {
		p.Flags |= w.yearFlags(r)
	}
	if dead {
		p.Flags |= fact.Dead
		return p, true
	}
	p.Flags |= presence(f, counted, monitored, riskGone)
	w.fill(&p)
	p.Flags |= w.flags(f, m, r, p.Flags)
	p.Status = w.status
	if w.stable >= r.StableMonths {
		p.Flags |= fact.Stable
	}
	if w.one {
		p.Flags |= fact.OneEmployer
	}
	p.Flags |= w.since(&p)
	return p, true
}

// yearFlags say of whom the year's and last year's work count.
func (w *work) yearFlags(r *Rules) (fl fact.Flag) {
	if w.months >= r.MinMonths {
		fl |= fact.WorkedYear
		if w.sighted {
			fl |= fact.YearConfirmed
		}
	}
	if w.lastYear >= r.MinMonths {
		fl |= fact.LastYear
	}
	return fl
}

// presence are the flags that work does not touch.
func presence(f *Facts, counted, monitored, riskGone bool) fact.Flag {
	var fl fact.Flag
	if counted {
		fl |= fact.Counted
	}
	if monitored {
		fl |= fact.Monitored
	}
	if riskGone && !monitored {
		fl |= fact.RiskGone
	}
	if f.Skill >= fact.SkillOrdinary && f.Skill <= fact.SkillWeak {
		fl |= fact.Able
	}
	if f.Willing == fact.Yes {
		fl |= fact.Willing
	}
	if f.Student != 0 {
		fl |= fact.InSchool
	}
	return fl
}

func classOf(t *fact.Term, home region.Code) int {
	if t.PlaceClass != 0 {
		return t.PlaceClass
	}
	return fact.ClassOf(home, t.Place)
}
