package transfer

import "strings"

// Verdict is what a person decides about a row or one of its findings.
type Verdict string

// The verdicts. LeaveOut may be made of every row; the others where a finding
// offers them.
const (
	LeaveOut   Verdict = "out"    // the row is treated as if the file did not have it
	UseFile    Verdict = "file"   // the file's value goes over the ledger's
	KeepLedger Verdict = "ledger" // the ledger's value stays, the rest of the row comes in
	SamePerson Verdict = "same"   // the row means the person of the ledger
	TwoPeople  Verdict = "two"    // the row means somebody else
	Confirm    Verdict = "true"   // the remark is read and the value is right
)

// verdicts in the order of the page.
var verdicts = []Verdict{UseFile, KeepLedger, SamePerson, TwoPeople, Confirm, LeaveOut}

// identity choices say whom a row is about; they may tie it to rows with which
// it shares no cell.
func (c Verdict) identity() bool { return c == SamePerson || c == TwoPeople }

// Decision is a choice that stands. The checker honours it where Basis is that
// of its own finding; otherwise it asks again.
type Decision struct {
	Rule    string
	Verdict Verdict
	Basis   string
	Reason  string
	By      int64 // user
}

// DecidedOn answers the choice that was made about a rule of the row, "" where
// none was or where it was about something that has changed since (stale).
func (r *Row) DecidedOn(rule, basis string) (d Decision, stale bool) {
	for _, x := range r.Decided {
		if x.Rule == rule {
			if x.Basis == basis {
				return x, false
			}
			stale = true
		}
	}
	return Decision{}, stale
}

func joinVerdicts(cs []Verdict) string {
	if len(cs) == 0 {
		return ""
	}
	out := make([]string, len(cs))
	for i, c := range cs {
		out[i] = string(c)
	}
	return strings.Join(out, ",")
}

func splitVerdicts(s string) []Verdict {
	if s == "" {
		return nil
	}
	var out []Verdict
	for _, c := range strings.Split(s, ",") {
		out = append(out, Verdict(c))
	}
	return out
}
