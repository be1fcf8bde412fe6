package intake

import (
	"fmt"
	"hash/fnv"
	"strconv"

	"wengang/internal/rule"
	"wengang/internal/transfer"
)

// ask is a question that a row puts to a person.
type ask struct {
	rule   string
	offers []transfer.Verdict
	theirs string // what the ledger has
	basis  string
	stale  bool // decided once, about something that has changed since
	now    transfer.Verdict
}

// ask puts a question about a rule's finding and answers what was decided; ""
// while nothing stands. basis is everything that the decision rests on.
func (r *row) ask(id, theirs string, basis []any, offers ...transfer.Verdict) transfer.Verdict {
	a := ask{rule: id, offers: offers, theirs: theirs, basis: fingerprint(append(basis, id)...)}
	var d transfer.Decision
	d, a.stale = r.DecidedOn(id, a.basis)
	r.asks = append(r.asks, a)
	if d.Verdict != "" {
		r.decided = true
		r.asks[len(r.asks)-1].now = d.Verdict
	}
	return d.Verdict
}

// fingerprint is a short form of values, the same in every process.
func fingerprint(values ...any) string {
	h := fnv.New64a()
	for _, v := range values {
		fmt.Fprintf(h, "%v\x00", v)
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

// question fills what a finding asks. Remarks may be confirmed.
func (r *row) question(f *rule.Finding, out *transfer.Finding, result transfer.Result) {
	for i := range r.asks {
		a := &r.asks[i]
		switch {
		case a.rule != f.Rule.ID:
			continue
		case a.now == transfer.TwoPeople:
			out.Key, out.Args = keyTwoPeople, nil // the number is to be mended
		default:
			out.Offers, out.Theirs, out.Basis = a.offers, a.theirs, a.basis
		}
		return
	}
	if f.Rule.Severity == rule.Warning && result != transfer.Rejected && result != transfer.Conflict {
		out.Offers, out.Basis = confirmable, confirmBasis(f)
	}
}

var confirmable = []transfer.Verdict{transfer.Confirm}

// confirmBasis is what a confirmation rests on: the remark with its values.
func confirmBasis(f *rule.Finding) string { return fingerprint(f.Rule.ID, f.Field, f.Value, f.Args) }

// again are findings that ask once more what has changed since it was decided.
func (r *row) again() []transfer.Finding {
	var out []transfer.Finding
	for _, a := range r.asks {
		if a.stale {
			out = append(out, transfer.Finding{Sheet: r.Sheet, Row: r.N, Rule: ruleAgain, Severity: transfer.Clue, Key: ruleAgain})
		}
	}
	return out
}

// keyTwoPeople is what remains of a number that was found to be another's.
const keyTwoPeople = "import.two_people"

const ruleAgain = "import.asked_again"

// confirmed answers the reason with which a remark of the row was confirmed.
func (r *row) confirmed(f *rule.Finding) (reason string, by int64) {
	if len(r.Decided) == 0 || f.Rule.Severity != rule.Warning {
		return "", 0
	}
	d, _ := r.DecidedOn(f.Rule.ID, confirmBasis(f))
	if d.Verdict != transfer.Confirm {
		return "", 0
	}
	return d.Reason, d.By
}
