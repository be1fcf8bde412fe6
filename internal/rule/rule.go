// Package rule is the book of data checks and what they found. A rule is a
// pure predicate over facts that are already loaded: it never asks the
// database, so the same rule runs on an imported row, on an edited record and
// over a whole county at night.
package rule

import (
	"fmt"
	"sort"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/fact"
)

// Severity says what a hit does to the row that it is found on. The numbers
// are those of transfer.Severity.
type Severity uint8

// The severities: an Error rejects the row (it is unusable or plainly false),
// a Warning is saved and listed until it is mended or excused, a Clue is a
// lead for service (facts B8) and never a fault.
const (
	Error Severity = iota + 1
	Warning
	Clue
)

// Scope is what a rule looks at.
type Scope uint8

// The scopes. A Row rule needs what only a file shows (the plain id, columns
// that the ledger does not keep), so it does not run over the ledger.
const (
	ScopeRow Scope = iota + 1
	ScopePerson
	ScopeSpell
	ScopeHousehold
	ScopePlan
	ScopeLedger // needs the rest of the ledger: the same phone, amount or name elsewhere
)

// Citation is where a rule comes from: a document, its rule or item number, a
// paragraph.
type Citation struct {
	Document  string
	Number    string
	Paragraph string
}

// Check answers whether the facts break the rule. sp is the spell in question
// for ScopeSpell and nil otherwise.
type Check func(s *Subject, sp *fact.Spell, set *Settings) (Hit, bool)

// Hit is what a check found: the value as it may be shown (never a plain id or
// phone) and the values of the message's placeholders.
type Hit struct {
	Field string      // canonical column; empty: the rule's own
	Spell *fact.Spell // of a spell rule: the one that carries the finding; nil: the one that was checked
	Value string
	Args  []any
}

// Rule is one entry of the book. Its words stand in the catalogue under
// "rule.<id>.title", ".message" and ".hint".
type Rule struct {
	ID           string
	Severity     Severity
	Scope        Scope
	Field        string // canonical column that the hit is shown at
	Cite         []Citation
	Since, Until calendar.Date // period of force; 0 is unbounded
	Params       []string      // settings that it reads
	Needs        fact.Stated   // columns of fact.Aid without which it cannot be decided
	Check        Check         // nil: found by the import itself (places, duplicates, unreadable cells)
}

// Title, Message and Hint are keys of the catalogue.
func (r *Rule) Title() string   { return "rule." + r.ID + ".title" }
func (r *Rule) Message() string { return "rule." + r.ID + ".message" }
func (r *Rule) Hint() string    { return "rule." + r.ID + ".hint" }

// Family is the first part of the id.
func (r *Rule) Family() string {
	f, _, _ := strings.Cut(r.ID, ".")
	return f
}

// InForce reports whether the rule holds on a day.
func (r *Rule) InForce(d calendar.Date) bool {
	return (r.Since == 0 || r.Since <= d) && (r.Until == 0 || d <= r.Until)
}

var (
	book []*Rule
	byID = map[string]*Rule{}
)

// register adds rules; an id that stands twice stops the program.
func register(rules ...Rule) {
	for i := range rules {
		r := &rules[i]
		if byID[r.ID] != nil {
			panic("rule declared twice: " + r.ID)
		}
		if r.Severity == 0 || r.Scope == 0 || len(r.Cite) == 0 {
			panic(fmt.Sprintf("rule %s lacks severity, scope or citation", r.ID))
		}
		byID[r.ID] = r
		book = append(book, r)
	}
}

// All lists the rules by id.
func All() []*Rule {
	out := append([]*Rule(nil), book...)
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out
}

// Get is the rule of an id, or nil.
func Get(id string) *Rule { return byID[id] }
