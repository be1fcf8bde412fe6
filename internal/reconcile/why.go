package reconcile

import (
	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/indicator"
)

// why is the condition of the calibre by which somebody of the ledger does not
// count: the first in the order in which the calibre is read.
func (f *facts) why(p *attributes, row monthRow, has bool) string {
	end := f.month.LastDay()
	switch {
	case p.merged != 0 && !has:
		return "merged"
	case p.outOn != 0 && p.outOn <= end && p.outReason == 1:
		return "dead"
	case p.outOn != 0 && p.outOn <= end && p.outReason == 2:
		return "moved_away"
	case p.outOn != 0 && p.outOn <= end:
		return "left"
	case p.inOn > end:
		return "later"
	case !has || indicator.FlagsOf(row.key)&fact.MovedOut != 0:
		return "other_place"
	}
	misses := f.def.Misses(row.key)
	if len(misses) == 0 {
		return "other_place"
	}
	return f.refine(p.id, row, misses[0])
}

// refine says of a condition on work what the spells show.
func (f *facts) refine(id int64, row monthRow, miss indicator.Miss) string {
	fl := indicator.FlagsOf(row.key)
	switch miss {
	case "counted":
		if fl&fact.RiskGone != 0 {
			return "risk_removed"
		}
		return "not_kind"
	case "working":
		return f.atWork(id, fl)
	case "worked_year":
		return f.inYear(id, fl)
	}
	return string(miss)
}

func (f *facts) atWork(id int64, fl fact.Flag) string {
	if fl&fact.Post != 0 {
		return "post_apart"
	}
	last, next := calendar.Month(0), calendar.Month(0)
	for _, s := range f.spells[id] {
		switch {
		case s.start > f.month:
			next = s.start
		case s.end > last:
			last = s.end
		}
	}
	switch {
	case last >= f.month.Add(-1):
		return "work_just_ended"
	case last != 0:
		return "work_ended"
	case next != 0:
		return "work_later"
	}
	return "work_none"
}

func (f *facts) inYear(id int64, fl fact.Flag) string {
	months, later := 0, false
	for m := f.month.January(); m <= f.month; m = m.Add(1) {
		for _, s := range f.spells[id] {
			if s.start <= m && m <= s.end {
				months++
				break
			}
		}
	}
	for _, s := range f.spells[id] {
		later = later || s.start > f.month
	}
	switch {
	case months > 0 && months < f.min:
		return "year_under"
	case months > 0 || fl&fact.Post != 0:
		return "post_apart" // enough months, none that the calibre counts
	case len(f.spells[id]) > 0 && !later:
		return "year_before"
	case later:
		return "work_later"
	}
	return "work_none"
}

// near says which single condition keeps somebody out of the figure, "" where
// it is none worth looking at: people without labour who do not work are not
// the ones that were forgotten.
func (f *facts) near(id int64, row monthRow) string {
	fl := indicator.FlagsOf(row.key)
	if fl&(fact.MovedOut|fact.Gone|fact.Dead) != 0 {
		return ""
	}
	misses := f.def.Misses(row.key)
	if len(misses) != 1 {
		return ""
	}
	if misses[0] != "working" && misses[0] != "worked_year" {
		return f.refine(id, row, misses[0])
	}
	switch why := f.refine(id, row, misses[0]); {
	case why != "work_none":
		return why
	case fl&fact.Able != 0 && fl&fact.Willing != 0:
		return "able_willing"
	case fl&fact.Able != 0:
		return "able"
	}
	return ""
}

// asksWork reports whether the spells of a row decide its reason.
func (f *facts) asksWork(row monthRow) bool {
	m := f.def.Misses(row.key)
	return len(m) > 0 && (m[0] == "working" || m[0] == "worked_year")
}
