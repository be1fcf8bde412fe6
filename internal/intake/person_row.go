package intake

import (
	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/rule"
)

// personRow is the decision on one row of people or monitored households. For
// a person of the ledger only what differs is filled: zero values leave the
// ledger as it is, because a blank never erases.
type personRow struct {
	fact.Person // ID 0: a new person
	HomePhone   string
	DropStudent bool // the row states an education: school is over
	DropSchool  bool // the row states a school year: education is open again
	Moved       bool // to Village
	Regroup     bool // to the household with the number Household
	KindOps     []kindOp
	AidNew      bool // Aid is not what the ledger has
	Aid         fact.Aid
	Found       []keptFinding
	Decided     bool // an officer decided over the record as it was at the check
}

// kindOp replaces a dated kind (of Was) or adds one (Was.Since 0).
type kindOp struct{ Was, Now fact.PersonKind }

// keptFinding is a finding on its way to the findings desk.
type keptFinding struct {
	Rule, Field string
	Args        []string
	Start       calendar.Month // of the spell, 0 without
	Reason      string         // why it stands, where an officer confirmed it
	By          int64
}

func (p *personRow) walk(c *coder) {
	num(c, &p.ID)
	num(c, &p.HouseholdID)
	c.str(&p.Household)
	num(c, &p.Village)
	num(c, &p.Birth)
	c.str(&p.IDNumber)
	c.str(&p.Phone)
	c.str(&p.HomePhone)
	num(c, &p.Status)
	num(c, &p.StatusOn)
	num(c, &p.InOn)
	num(c, &p.WillingOn)
	num(c, &p.Settlement)
	for i := range personFields {
		f := &personFields[i]
		if f.num != nil {
			num(c, f.num(&p.Person))
		} else {
			c.str(f.text(&p.Person))
		}
	}
	c.bool(&p.DropStudent)
	c.bool(&p.DropSchool)
	c.bool(&p.Moved)
	c.bool(&p.Regroup)
	list(c, &p.KindOps, func(o *kindOp) { walkKind(c, &o.Was); walkKind(c, &o.Now) })
	if c.bool(&p.AidNew); p.AidNew {
		walkAid(c, &p.Aid)
	}
	walkFound(c, &p.Found)
	c.bool(&p.Decided)
}

func walkKind(c *coder, k *fact.PersonKind) {
	num(c, &k.Kind)
	num(c, &k.Since)
	num(c, &k.Until)
	num(c, &k.RiskRemovedOn)
	num(c, &k.Risk)
	c.str(&k.Source)
}

func walkFound(c *coder, fs *[]keptFinding) {
	list(c, fs, func(f *keptFinding) {
		c.str(&f.Rule)
		c.str(&f.Field)
		num(c, &f.Start)
		list(c, &f.Args, func(s *string) { c.str(s) })
		c.str(&f.Reason)
		num(c, &f.By)
	})
}

// personField is a plain column of person that an import may set, by the name
// that history and the person form use.
type personField struct {
	name string
	num  func(*fact.Person) *int
	text func(*fact.Person) *string
}

var personFields = []personField{
	{name: "code", text: func(p *fact.Person) *string { return &p.Code }},
	{name: "name", text: func(p *fact.Person) *string { return &p.Name }},
	{name: "note", text: func(p *fact.Person) *string { return &p.Note }},
	{name: "sex", num: func(p *fact.Person) *int { return &p.Sex }},
	{name: "ethnic", num: func(p *fact.Person) *int { return &p.Ethnic }},
	{name: "id_kind", num: func(p *fact.Person) *int { return &p.IDKind }},
	{name: "relation", num: func(p *fact.Person) *int { return &p.Relation }},
	{name: "education", num: func(p *fact.Person) *int { return &p.Education }},
	{name: "student", num: func(p *fact.Person) *int { return &p.Student }},
	{name: "health", num: func(p *fact.Person) *int { return &p.Health }},
	{name: "skill", num: func(p *fact.Person) *int { return &p.Skill }},
	{name: "willing", num: func(p *fact.Person) *int { return &p.Willing }},
	{name: "political", num: func(p *fact.Person) *int { return &p.Political }},
	{name: "allowance", num: func(p *fact.Person) *int { return &p.Allowance }},
	{name: "ward", num: func(p *fact.Person) *int { return &p.Ward }},
	{name: "disability_kind", num: func(p *fact.Person) *int { return &p.Disability }},
	{name: "disability_grade", num: func(p *fact.Person) *int { return &p.Grade }},
}

// overlay is the ledger's record with the row's values over it.
func overlay(was fact.Person, p *fact.Person) fact.Person {
	out := was
	for i := range personFields {
		f := &personFields[i]
		if f.num != nil {
			if v := *f.num(p); v != 0 {
				*f.num(&out) = v
			}
		} else if v := *f.text(p); v != "" {
			*f.text(&out) = v
		}
	}
	if p.Birth != 0 {
		out.Birth = p.Birth
	}
	if p.Settlement != 0 {
		out.Settlement = p.Settlement
	}
	out.Village = p.Village
	return out
}

// reduce empties what the ledger already has and reports whether anything is
// left to change.
func (p *personRow) reduce(was *fact.Person) (changed bool) {
	for i := range personFields {
		f := &personFields[i]
		if f.num != nil {
			if v := f.num(&p.Person); *v == *f.num(was) {
				*v = 0
			} else if *v != 0 {
				changed = true
			}
		} else if v := f.text(&p.Person); *v == *f.text(was) {
			*v = ""
		} else if *v != "" {
			changed = true
		}
	}
	return changed
}

// kept turns findings into the form of the payload.
func (r *row) kept() []keptFinding {
	var out []keptFinding
	for i := range r.found {
		f := &r.found[i]
		k := keptFinding{Rule: f.Rule.ID, Field: f.Field}
		for _, a := range f.Args {
			k.Args = append(k.Args, plain(a))
		}
		if f.Spell != nil {
			k.Start = f.Spell.Start
		}
		k.Reason, k.By = r.confirmed(f)
		out = append(out, k)
	}
	return out
}

// findings is the inverse of kept.
func findings(ks []keptFinding) []rule.Finding {
	var out []rule.Finding
	for _, k := range ks {
		r := rule.Get(k.Rule)
		if r == nil {
			continue // the book lost the rule between check and save
		}
		f := rule.Finding{Rule: r, Field: k.Field}
		for _, a := range k.Args {
			f.Args = append(f.Args, a)
		}
		if k.Start != 0 {
			f.Spell = &fact.Spell{Start: k.Start}
		}
		out = append(out, f)
	}
	return out
}
