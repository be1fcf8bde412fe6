package rule

import (
	"strconv"

	"wengang/internal/fact"
)

// Finding is a rule with what it found.
type Finding struct {
	Rule  *Rule
	Field string
	Value string // as it may be shown
	Args  []any
	Spell *fact.Spell // of a ScopeSpell rule
}

// Place is the finding's key below person and rule: the field, and for a spell
// the month in which it began, so that two spells have a finding each.
func (f *Finding) Place() string {
	if f.Spell == nil {
		return f.Field
	}
	return f.Field + "@" + strconv.Itoa(int(f.Spell.Start))
}

// Of makes a finding of a rule that the import itself decides. An id that is
// not in the book stops the program.
func Of(id, value string, args ...any) Finding {
	r := byID[id]
	if r == nil {
		panic("rule is not in the book: " + id)
	}
	return Finding{Rule: r, Field: r.Field, Value: value, Args: args}
}

// At is Of for another column.
func At(id, field, value string, args ...any) Finding {
	f := Of(id, value, args...)
	f.Field = field
	return f
}

// Run checks a subject against every rule of the scopes that is in force and
// appends what it finds. It reads only its arguments.
func Run(out []Finding, s *Subject, set *Settings, scopes ...Scope) []Finding {
	for _, r := range book {
		if r.Check == nil || !r.InForce(s.Today) || !has(scopes, r.Scope) || !s.has(r) {
			continue
		}
		if r.Scope != ScopeSpell {
			if h, ok := r.Check(s, nil, set); ok {
				out = append(out, found(r, h, nil))
			}
			continue
		}
		if s.Focus != nil {
			if h, ok := r.Check(s, s.Focus, set); ok {
				out = append(out, found(r, h, s.Focus))
			}
			continue
		}
		for i := range s.Spells {
			if h, ok := r.Check(s, &s.Spells[i], set); ok {
				out = append(out, found(r, h, &s.Spells[i]))
			}
		}
	}
	return out
}

// has reports that the facts which the rule needs are known.
func (s *Subject) has(r *Rule) bool {
	if r.Scope == ScopeLedger && s.Around == nil {
		return false
	}
	if r.Needs == 0 {
		return true
	}
	if r.Scope == ScopeHousehold {
		return s.Household != nil && s.Household.Complete && s.Household.Aid.Stated.Has(r.Needs)
	}
	return s.Aid != nil && s.Person != nil && s.Aid.Stated.Has(r.Needs)
}

func found(r *Rule, h Hit, sp *fact.Spell) Finding {
	f := Finding{Rule: r, Field: h.Field, Value: h.Value, Args: h.Args, Spell: sp}
	if h.Spell != nil {
		f.Spell = h.Spell
	}
	if f.Field == "" {
		f.Field = r.Field
	}
	return f
}

func has(scopes []Scope, s Scope) bool {
	for _, x := range scopes {
		if x == s {
			return true
		}
	}
	return false
}

// Worst is the most severe of the findings; 0 for none.
func Worst(fs []Finding) Severity {
	var w Severity
	for _, f := range fs {
		if w == 0 || f.Rule.Severity < w {
			w = f.Rule.Severity
		}
	}
	return w
}
