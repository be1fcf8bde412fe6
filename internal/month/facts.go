// Package month derives person-months from the ledger's facts, closes and
// reopens a county's month, and notes what late facts would change.
package month

import (
	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/region"
)

// Facts are what the ledger knows of one person, as far as a month needs it.
type Facts struct {
	ID         int64
	Village    region.Code // where the ledger has the person today
	Birth      calendar.Date
	Sex        int
	Education  int
	Student    int
	Skill      int
	Willing    int
	Settlement int64
	Status     int // today's, with its date; older ones are in States
	StatusOn   calendar.Date
	InOn       calendar.Date
	OutOn      calendar.Date
	OutReason  int
	MergedInto int64
	Homes      []Home        // dated residence in settlements, ascending Since
	Opened     calendar.Date // of Settlement: from when to when it exists
	Closed     calendar.Date
	Stays      []Stay            // ascending Since
	Kinds      []fact.PersonKind // any order
	States     []State           // ascending Since
	Spells     []fact.Spell      // any order
}

// Stay is a residence from Since to Until, both inclusive.
type Stay struct {
	Since, Until calendar.Month
	Village      region.Code
}

// Home is a residence in a settlement from Since to Until, both inclusive, by
// the settlement's list of residents.
type Home struct {
	Since, Until calendar.Date
	Settlement   int64
}

// SettlementOn is the settlement in which the person lives on a day, 0 none.
// The dated list of residents decides; whom no list names lives where the
// ledger says, as long as that settlement exists.
func (f *Facts) SettlementOn(d calendar.Date) (id int64) {
	if len(f.Homes) == 0 {
		if d < f.Opened || f.Closed != 0 && d > f.Closed {
			return 0
		}
		return f.Settlement
	}
	for i := range f.Homes {
		if h := &f.Homes[i]; h.Since <= d && d <= h.Until {
			id = h.Settlement
		}
	}
	return id
}

// State is a stated livelihood.
type State struct {
	Since  calendar.Date
	Status int
}

// The reasons of leaving the register (fact.OutReason).
const (
	outDead   = 1
	outMerged = 3
)

// VillageAt is the village where the person belongs at the end of the month.
// People without a dated residence belong where the ledger has them.
func (f *Facts) VillageAt(m calendar.Month) region.Code {
	at := region.Code(0)
	for i := range f.Stays {
		if s := &f.Stays[i]; s.Since <= m && m <= s.Until {
			at = s.Village
		}
	}
	if at == 0 && len(f.Stays) > 0 && m < f.Stays[0].Since {
		return f.Stays[0].Village // the first residence on record reaches back
	}
	if at == 0 {
		return f.Village
	}
	return at
}

// belongs reports whether the person is in the register at the end of the month.
func (f *Facts) belongs(m calendar.Month) bool {
	end := lastDay(m)
	return f.InOn <= end && (f.OutOn == 0 || f.OutOn > end) && (f.MergedInto == 0 || f.OutOn != 0)
}

// diedBy reports a death up to the end of the month, in its year.
func (f *Facts) diedBy(m calendar.Month) bool {
	return f.OutReason == outDead && f.OutOn != 0 && f.OutOn <= lastDay(m) && f.OutOn.Month() >= m.January()
}

// kinds is the set of kinds in force on a day, with what the risk says: a
// monitored class whose risk was removed counts as the setting tells.
func (f *Facts) kinds(d calendar.Date, r *Rules) (set uint32, monitored, riskGone bool) {
	for i := range f.Kinds {
		k := &f.Kinds[i]
		if d < k.Since || d > k.Until {
			continue
		}
		if fact.MonitoredKinds&(1<<k.Kind) != 0 {
			if k.RiskRemovedOn != 0 && k.RiskRemovedOn <= d {
				riskGone = true
				if r.RiskRemoved == RiskNever || r.RiskRemoved == RiskYear && int(k.RiskRemovedOn)/10000 != int(d)/10000 {
					continue
				}
			} else {
				monitored = true
			}
		}
		set |= 1 << k.Kind
	}
	return set, monitored, riskGone
}

// lastDay is Month.LastDay without the zone's tables: Derive asks it some
// millions of times.
func lastDay(m calendar.Month) calendar.Date {
	day := 31
	switch m.Num() {
	case 4, 6, 9, 11:
		day = 30
	case 2:
		day = 28
		if y := m.Year(); y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			day = 29
		}
	}
	return calendar.Date(int(m)*100 + day)
}
