package intake

import (
	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/rule"
)

// state is the spell as it would be after the row; nil where the row states no
// work at all (是否已务工 否, no dates, nothing that runs).
func (c *workChecker) state(j *jobRow, old *fact.Spell, spells []fact.Spell) *fact.Spell {
	if old != nil {
		c.soften(j, old)
		return c.amend(j, old)
	}
	if j.out == fact.No && j.start == 0 {
		return nil
	}
	if j.start == 0 {
		if c.rd.carries("start") {
			j.row.add(rule.Of("work.start_missing", ""))
		}
		j.start = c.month
	}
	if j.term.Place == 0 && j.place == "" {
		j.row.add(rule.Of("work.place_missing", ""))
	}
	sp := &fact.Spell{PersonID: j.w.PersonID, Start: j.start, End: j.end}
	if sp.End == 0 {
		sp.End = calendar.Open
		// A month's file that comes after a later one: the work that it shows
		// ended when the next began.
		for i := range spells {
			if n := &spells[i]; c.b.Month != 0 && n.Start > c.month && n.Start > sp.Start && n.Start < sp.End {
				sp.End, j.w.Reason = n.Start, endNewJob
			}
		}
	}
	j.term.From = sp.Start
	j.term.PlaceClass = fact.ClassOf(j.w.Village, j.term.Place)
	sp.Terms = []fact.Term{j.term}
	j.w.Fresh, j.w.Start, j.w.End, j.w.Term = true, sp.Start, sp.End, j.term
	return sp
}

// endNewJob is the reason that ends a spell when the next one begins.
const endNewJob = "new_job"

// amend lays the row over a spell of the ledger: terms from the file's month
// on, an end, an earlier start. The stated month of a change never rewrites the
// months before it.
func (c *workChecker) amend(j *jobRow, old *fact.Spell) *fact.Spell {
	sp := *old
	sp.Terms = append([]fact.Term(nil), old.Terms...)
	w := &j.w
	w.SpellID, w.OldStart, w.OldEnd = old.ID, old.Start, old.End
	switch {
	case j.end != 0 && j.end != old.End:
		sp.End, w.NewEnd = j.end, j.end
	case c.b.Month != 0 && old.End < c.month && j.running(c.month):
		// A later month's file says that the work goes on. A history does not:
		// read again, it would open what has ended since.
		sp.End, w.NewEnd = calendar.Open, calendar.Open
	}
	if j.start != 0 && j.start < old.Start {
		sp.Start, w.NewStart = j.start, j.start
	}
	at := max(min(c.month, sp.End), old.Start)
	cur := termAt(old, at)
	now := over(cur, j.term, w.Village)
	if now == cur {
		return &sp
	}
	if cur.From == at {
		j.open = j.row.settle(w.PersonID, c.handTerms(j, old.ID, cur, &now))
		if now == cur {
			return &sp
		}
	}
	w.Was, w.Term = cur, now
	if cur.From == at {
		w.Fix = true
	} else {
		w.Dated, w.Term.From = true, at
	}
	terms := sp.Terms[:0]
	for _, t := range sp.Terms {
		if t.From != at {
			terms = append(terms, t)
		}
	}
	sp.Terms = append(terms, w.Term)
	return &sp
}

// subject fills what the rules look at: the spells as they would be. A running
// spell that the new one replaces is left out, because Finish ends it; one that
// the file itself states stays.
func (c *workChecker) subject(j *jobRow, old, sp *fact.Spell, spells []fact.Spell) {
	s := j.s
	list := make([]fact.Spell, 0, len(spells)+2)
	focus := -1
	for i := range spells {
		o := &spells[i]
		if now, ok := c.amended[o.ID]; ok {
			o = &now // the row that ended it stands above this one
		}
		switch {
		case old != nil && o.ID == old.ID:
			focus = len(list)
			list = append(list, *sp)
			continue
		case j.w.Fresh && sp.End == calendar.Open && o.End == calendar.Open && o.Start < sp.Start && c.claimed[o.ID] == 0:
			continue
		case sp == nil && j.out == fact.No && o.End == calendar.Open:
			focus = len(list) // "not out", while this one runs
		}
		list = append(list, *o)
	}
	list = c.fresh.of(j.w.PersonID, list)
	if j.w.Fresh {
		focus = len(list)
		list = append(list, *sp)
	}
	s.Spells = list
	if focus >= 0 {
		s.Focus = &s.Spells[focus]
	}
	// A spell of the ledger that runs is in question when "not out" has no end.
	if j.out == fact.No && s.Row.Start == 0 && old == nil && focus < 0 {
		s.Focus = nil
	}
	h := &rule.Household{}
	household := j.household
	if household == "" {
		household = s.Person.Household
	}
	c.shared(h, j.phone, household, j.index, j.term.Place)
	s.Household = h
}

// status says what the person lives by after the row, where that is news: 务工
// while a spell runs; 未就业 from the end of the last one, or from the file's
// month when it says 否. Who runs a business, farms or cares keeps that.
func (c *workChecker) status(j *jobRow, was *known, sp *fact.Spell, spells []fact.Spell) {
	w := &j.w
	runs := w.Runs
	for i := range spells {
		o := &spells[i]
		runs = runs || o.End == calendar.Open && o.Start <= c.month && o.ID != w.SpellID && c.claimed[o.ID] != 0
		runs = runs || j.out != fact.No && o.End == calendar.Open && o.ID != w.SpellID
	}
	for _, f := range c.fresh.of(w.PersonID, nil) {
		runs = runs || f.End > c.month && f.Start <= c.month
	}
	last := c.stated[w.PersonID]
	status, on := fact.StatusJobless, calendar.Date(0)
	switch {
	case runs && was.Status == fact.StatusWork && last == 0:
		return
	case w.Runs:
		status = fact.StatusWork
		on = max(calendar.DateOf(sp.Start.Year(), sp.Start.Num(), 1), was.StatusOn)
		if last != 0 && on <= last {
			on = calendar.DateAt(last.Time().AddDate(0, 0, 1))
		}
	case runs:
		return
	case j.out == fact.No:
		if was.Status == fact.StatusOwn || was.Status == fact.StatusFarm || was.Status == fact.StatusCare {
			status = was.Status
		}
		on = min(c.month.LastDay(), c.today)
		if sp != nil && sp.End <= c.month {
			on = min(sp.End.LastDay(), c.today)
		}
	case sp != nil && sp.End <= c.month && (was.Status == 0 || was.Status == fact.StatusWork):
		on = min(sp.End.LastDay(), c.today)
	default:
		return
	}
	if on == was.StatusOn && status != was.Status {
		on = calendar.DateAt(on.Time().AddDate(0, 0, 1)) // one day has one state
	}
	if on <= last || on <= was.StatusOn || on > c.today {
		return
	}
	if w.Runs && sp.End != calendar.Open && on > sp.End.LastDay() {
		return // an older file, read again: the ledger knows that this work has ended
	}
	w.Status, w.StatusOn = status, on
	c.stated[w.PersonID] = on
}

func clipName(s string) string {
	if t := []rune(s); len(t) > 100 {
		return string(t[:100])
	}
	return s
}
