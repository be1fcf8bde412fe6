package intake

import (
	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/fact"
	"wengang/internal/region"
)

// workRow is the decision on one row of a work file.
type workRow struct {
	PersonID int64
	Village  region.Code
	SpellID  int64          // of the ledger; 0: new, or none
	Fresh    bool           // a new spell with Start, End and Term
	Start    calendar.Month // of a fresh spell
	End      calendar.Month
	Reason   string // why it ended
	Term     fact.Term
	Was      fact.Term      // the term that Term replaces
	Dated    bool           // Term is a new dated term of SpellID
	Fix      bool           // Term corrects the one of the same month
	NewStart calendar.Month // SpellID began earlier than the ledger says
	NewEnd   calendar.Month // SpellID ended
	OldStart calendar.Month
	OldEnd   calendar.Month
	Seen     bool           // SpellID runs in the file's month and nobody has said so yet
	Runs     bool           // the spell runs in the file's month
	Through  calendar.Month // last month for which a yearly table says so; 0 for others
	Status   int            // to be stated; 0 none
	StatusOn calendar.Date
	Found    []keptFinding
}

func (w *workRow) walk(c *coder) {
	num(c, &w.PersonID)
	num(c, &w.Village)
	num(c, &w.SpellID)
	c.bool(&w.Fresh)
	num(c, &w.Start)
	num(c, &w.End)
	c.str(&w.Reason)
	c.bool(&w.Dated)
	c.bool(&w.Fix)
	if w.Fresh || w.Dated || w.Fix {
		walkTerm(c, &w.Term)
	}
	if w.Dated || w.Fix {
		walkTerm(c, &w.Was)
	}
	num(c, &w.NewStart)
	num(c, &w.NewEnd)
	num(c, &w.OldStart)
	num(c, &w.OldEnd)
	c.bool(&w.Seen)
	c.bool(&w.Runs)
	num(c, &w.Through)
	num(c, &w.Status)
	num(c, &w.StatusOn)
	walkFound(c, &w.Found)
}

func walkTerm(c *coder, t *fact.Term) {
	num(c, &t.From)
	num(c, &t.WageFen)
	c.str(&t.Employer)
	num(c, &t.Place)
	num(c, &t.PlaceClass)
	num(c, &t.Channel)
	num(c, &t.Industry)
	num(c, &t.PointToPoint)
	num(c, &t.TransportFen)
}

// changes reports whether the row alters what the ledger says; a mere
// confirmation does not.
func (w *workRow) changes() bool {
	return w.Dated || w.Fix || w.NewStart != 0 || w.NewEnd != 0
}

// first is the first month whose figures the row may change; 0 for none.
func (w *workRow) first(file calendar.Month) calendar.Month {
	m := calendar.Open
	take := func(x calendar.Month, ok bool) {
		if ok && x != 0 && x < m {
			m = x
		}
	}
	take(w.Start, w.Fresh)
	take(w.Term.From, w.Dated || w.Fix)
	take(w.NewStart, true)
	take(w.NewEnd, true)
	take(w.OldEnd, w.NewEnd != 0)
	take(file, w.Seen)
	take(w.StatusOn.Month(), w.Status != 0)
	if m == calendar.Open {
		return 0
	}
	return m
}

// termColumns are the columns of spell_term that a row may state, in the order
// of termValues.
var termColumns = []string{"wage_fen", "employer", "place", "place_class", "channel", "industry", "point_to_point", "transport_fen"}

func termValues(t *fact.Term) []any {
	return []any{t.WageFen, t.Employer, int64(t.Place), t.PlaceClass, t.Channel, t.Industry, t.PointToPoint, t.TransportFen}
}

// termHistory are the history rows of a change of terms.
func (w *workRow) termHistory(by, batch int64, row int) []change.Field {
	was, now := termValues(&w.Was), termValues(&w.Term)
	var out []change.Field
	for i, column := range termColumns {
		old, new := plain(was[i]), plain(now[i])
		if old == new {
			continue
		}
		f := change.Field{PersonID: w.PersonID, Entity: change.OfTerm, EntityID: w.SpellID, Field: column, Old: old, New: new, By: by, Batch: batch, FileRow: row}
		if w.Fix {
			f.Reason = w.Term.From.String() // names the term, for the undo
		}
		out = append(out, f)
	}
	return out
}
