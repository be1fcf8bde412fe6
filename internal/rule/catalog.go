package rule

import (
	"wengang/internal/calendar"
	"wengang/internal/fact"
)

// Citations of the families. cite keeps the national numbers, several where
// the rule stands once for 脱贫人口 and once for 监测对象.
func cite(numbers ...string) []Citation {
	out := make([]Citation, len(numbers))
	for i, n := range numbers {
		out[i] = Citation{Document: national, Number: n}
	}
	return out
}

func citeOf(document, paragraph string) []Citation {
	return []Citation{{Document: document, Paragraph: paragraph}}
}

// hit is the short form of a hit.
func hit(value string, args ...any) (Hit, bool) { return Hit{Value: value, Args: args}, true }

// none is no hit.
func none() (Hit, bool) { return Hit{}, false }

// term adapts a check of spells that looks at its latest term.
func term(f func(s *Subject, sp *fact.Spell, t *fact.Term, set *Settings) (Hit, bool)) Check {
	return func(s *Subject, sp *fact.Spell, set *Settings) (Hit, bool) {
		t := lastTerm(sp, s.Today)
		if t == nil {
			return none()
		}
		return f(s, sp, t, set)
	}
}

// ageAt is the full years of age in a month: a birthday later in the month
// counts as had, because spells have month precision.
func ageAt(birth calendar.Date, m calendar.Month) int {
	if birth == 0 || m == 0 || m == calendar.Open {
		return -1
	}
	return birth.AgeOn(m.LastDay())
}
