package intake

import (
	"fmt"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/rule"
	"wengang/internal/transfer"
)

// decide matches a row and runs the rules over what the record would be.
func (c *personChecker) decide(w *personWork, reg *register) transfer.Outcome {
	r := w.row
	result := transfer.New
	var was *known
	if w.index != nil {
		key := string(w.index)
		if first, twice := c.rows.first(indexKey(w.index), r.N); twice {
			r.add(rule.Of("id.duplicate_file", w.mask(), first))
		}
		was = reg.byIndex[key]
		if c.conflict(w, reg, key, was) || w.doubt {
			result = transfer.Conflict
		}
		if r.other {
			w.p.Birth, w.p.Sex = 0, w.s.Row.Sex
		}
		if result == transfer.Conflict || w.p.Village == 0 {
			was = nil // the rules would tell of the holder's record
		}
	}
	after := w.p.Person
	var have []fact.PersonKind
	if was != nil {
		if r.settle(was.ID, c.handPerson(w, was)) {
			result = transfer.Conflict
		}
		if !w.s.Row.ID.Cert {
			w.p.IDKind = 0 // a certificate once shown is not taken back by 18 characters
		}
		after, have = overlay(was.Person, &w.p.Person), was.Kinds
		c.school(w, &after)
	}
	w.p.KindOps = w.says.ops(have, after.Birth, c.today)
	after.Kinds = apply(have, w.p.KindOps)
	if len(after.Kinds) == 0 {
		r.add(rule.Of("person.kind_missing", ""))
	}
	w.s.Person = &after
	w.weighAid(was)
	w.s.Household = c.household(w, &after)
	r.found = rule.Run(r.found, w.s, c.set(w.p.Village), rule.ScopeRow, rule.ScopePerson, rule.ScopeHousehold)
	switch {
	case result == transfer.Conflict && r.apart && was == nil:
		return r.outcome(transfer.Rejected, nil)
	case result == transfer.Conflict:
		return r.outcome(transfer.Conflict, nil)
	case r.refused():
		return r.outcome(transfer.Rejected, nil)
	case was == nil:
		c.joined(w)
	default:
		result = c.compare(w, was)
	}
	w.p.Found, w.p.Decided = r.kept(), r.decided
	return r.outcome(result, encode(&w.p))
}

func (w *personWork) mask() string { return transfer.MaskValue(w.s.Row.IDText) }

// conflict reports what a person has to decide before the row can come in.
func (c *personChecker) conflict(w *personWork, reg *register, key string, was *known) bool {
	r := w.row
	switch {
	case was == nil:
		return r.isFormer(reg, key, w.mask())
	case was.pending:
		r.add(rule.Of("id.pending", w.mask()))
	case w.p.Village == 0:
		return false // refused already; nothing of the holder may be told
	case was.Village.At(region.County) != w.p.Village.At(region.County) || !c.b.Region.Contains(was.Village):
		r.add(rule.Of("id.elsewhere", w.mask()))
	case was.OutOn != 0 || was.MergedInto != 0:
		r.add(rule.Of("person.left", w.mask(), was.OutOn, fact.OutReason.Name(was.OutReason)))
	case w.p.Name != "" && was.Name != w.p.Name && w.s.Row.Birth != 0 && w.s.Row.Birth != was.Birth && !c.same(w, was):
		r.add(rule.Of("id.other_person", w.mask()))
	default:
		if w.p.Name != "" && was.Name != w.p.Name {
			r.add(rule.Of("person.name_changed", w.p.Name, was.Name, w.p.Name))
		}
		if w.p.Village != was.Village {
			r.add(rule.Of("person.village_moved", c.tree.Name(w.p.Village), c.tree.FullName(was.Village), c.tree.FullName(w.p.Village)))
		}
		return false
	}
	return true
}

// school: of 文化程度 and 在校生状况 exactly one is filled (facts B1), so a row
// that fills one of the two states that the other has ended. This is the one
// place where an empty cell takes a value back, and only beside its twin.
func (c *personChecker) school(w *personWork, after *fact.Person) {
	p := &w.p
	if !c.rd.carries("education") || !c.rd.carries("student") || (p.Education == 0) == (p.Student == 0) {
		return
	}
	if p.Education != 0 && after.Student != 0 {
		p.DropStudent, after.Student = true, 0
	}
	if p.Student != 0 && after.Education != 0 {
		p.DropSchool, after.Education = true, 0
	}
}

// household adds the person to what the file showed of the household.
func (c *personChecker) household(w *personWork, after *fact.Person) *rule.Household {
	h := &rule.Household{}
	if w.p.Household != "" {
		key := after.Village.At(region.County).String() + w.p.Household
		if c.homes[key] == nil {
			c.homes[key] = &rule.Household{}
		}
		c.homes[key].Add(after)
		*h = *c.homes[key]
		c.shared(h, w.p.Phone, w.p.Household, w.index, 0)
	}
	return h
}

// joined dates the entry of a new person: as stated, else the start of the
// transition or birth, but never inside a closed month, whose figures stand.
func (c *personChecker) joined(w *personWork) {
	p := &w.p.Person
	p.InOn = w.says.since
	if p.InOn == 0 && w.says.base == 0 {
		p.InOn = w.says.riskSince
	}
	if p.InOn == 0 {
		p.InOn = max(transitionStart, p.Birth)
		if m := c.closed[p.Village.At(region.County)]; m != 0 {
			next := m.Add(1)
			p.InOn = max(p.InOn, calendar.DateOf(next.Year(), next.Num(), 1))
		}
	}
	p.InOn = min(p.InOn, c.today)
}

// compare leaves in the payload what the row changes.
func (c *personChecker) compare(w *personWork, was *known) transfer.Result {
	p := &w.p
	p.Moved = p.Village != was.Village
	p.Regroup = p.Household != "" && p.Household != was.Household
	changed := p.reduce(&was.Person) || p.Moved || p.Regroup || p.DropStudent || p.DropSchool || p.AidNew || len(p.KindOps) > 0
	if p.Willing == 0 {
		p.WillingOn = 0
	}
	if p.Settlement == was.Settlement {
		p.Settlement = 0
	}
	changed = changed || p.Settlement != 0
	if p.Status == was.Status {
		p.Status, p.StatusOn = 0, 0
	}
	changed = changed || p.Status != 0
	if p.Phone != "" {
		if string(c.Box.BlindIndex(indexPhone, p.Phone)) == was.phoneIndex {
			p.Phone = ""
		} else {
			changed = true
		}
	}
	if p.HomePhone != "" {
		if string(c.Box.BlindIndex(indexPhone, p.HomePhone)) == was.homePhone {
			p.HomePhone = ""
		} else {
			changed = true
		}
	}
	p.ID, p.HouseholdID, p.IDNumber = was.ID, was.HouseholdID, ""
	if !changed {
		return transfer.Same
	}
	return transfer.Changed
}

func clipNote(s string) string {
	if t := []rune(s); len(t) > 1000 {
		return string(t[:1000])
	}
	return s
}

func plain(v any) string { return fmt.Sprint(v) }
