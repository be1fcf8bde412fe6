package intake

import (
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/rule"
	"wengang/internal/secret"
	"wengang/internal/transfer"
)

// reader knows where the canonical columns stand in the rows of a file.
type reader struct {
	at  map[string]int
	has rule.Columns
}

func newReader(b *transfer.Batch) *reader {
	r := &reader{at: make(map[string]int, len(b.Columns))}
	for i, key := range b.Columns {
		if _, twice := r.at[key]; !twice && key != "" {
			r.at[key] = i
		}
	}
	for key, col := range ruleColumns {
		if r.carries(key) {
			r.has |= col
		}
	}
	return r
}

var ruleColumns = map[string]rule.Columns{
	"education": rule.ColEducation, "student": rule.ColStudent, "skill": rule.ColSkill, "ethnic": rule.ColEthnic,
	"relation": rule.ColRelation, "health": rule.ColHealth, "wage": rule.ColWage, "employer": rule.ColEmployer,
	"industry": rule.ColIndustry, "channel": rule.ColChannel, "point_to_point": rule.ColPointToPoint, "out": rule.ColOut,
	"post": rule.ColPost, "post_months": rule.ColPostMonths, "work_months": rule.ColWorkMonths, "work_place": rule.ColWorkPlace,
	"service": rule.ColService, "phone": rule.ColPhone, "home_phone": rule.ColHomePhone,
}

// carries reports whether the file has the column.
func (r *reader) carries(key string) bool {
	_, ok := r.at[key]
	return ok
}

// row is one row while it is read: its cells by name, and what was found.
type row struct {
	transfer.Row
	rd    *reader
	who   *whom // of a row without a number, in a layout that may lack it
	found []rule.Finding

	asks    []ask              // questions to a person
	extra   []transfer.Finding // what the book has no rule for
	decided bool               // a decision shaped the row
	apart   bool               // the number is not its former carrier's
	other   bool               // the person is another number's: what this one says of birth and sex is void
}

// cell is the cell of a canonical column; an empty one where the file has no
// such column.
func (r *row) cell(key string) transfer.Cell {
	if i, ok := r.rd.at[key]; ok && i < len(r.Cells) {
		return r.Cells[i]
	}
	return transfer.Cell{}
}

// text is the cell cleaned; "" where it is empty or says nothing ("-").
func (r *row) text(key string) string {
	c := r.cell(key)
	if c.Empty() {
		return ""
	}
	return c.Clean()
}

func (r *row) add(f rule.Finding) { r.found = append(r.found, f) }

// refused reports an error among the findings: the row stays out.
func (r *row) refused() bool { return rule.Worst(r.found) == rule.Error }

func (r *row) unreadable(id, key string, args ...any) {
	v := clip(r.text(key))
	r.add(rule.At(id, key, v, append([]any{v}, args...)...))
}

// word reads a value of an enum; an unknown word is found and left blank.
func (r *row) word(key string, e *fact.Enum) int {
	code, p := r.cell(key).Word(e)
	if p != nil {
		r.unreadable("row.word", key, sample(e))
	}
	return code
}

// sample names a few words of an enum for a hint.
func sample(e *fact.Enum) string {
	var names []string
	for i, w := range e.Words {
		if i == 4 {
			break
		}
		names = append(names, w.Name)
	}
	return strings.Join(names, "、")
}

func (r *row) yesNo(key string) int {
	code, p := r.cell(key).YesNo()
	if p != nil {
		r.unreadable("row.word", key, "是、否")
	}
	return code
}

func (r *row) month(key string) calendar.Month {
	m, p := r.cell(key).MonthOrOpen()
	if p != nil {
		r.unreadable("row.month", key)
	}
	return m
}

func (r *row) date(key string) calendar.Date {
	d, p := r.cell(key).DateOrMonth()
	if p != nil {
		r.unreadable("row.date", key)
	}
	return d
}

// fen reads money in yuan; -1 where nothing can be read.
func (r *row) fen(key string) int64 {
	v, p := r.cell(key).Fen(transfer.InYuan)
	if p != nil {
		r.unreadable("row.number", key)
	}
	return v
}

// count reads a small whole number; -1 where the cell is empty or unreadable.
func (r *row) count(key string) int {
	n, ok, p := r.cell(key).Int()
	if p != nil {
		r.unreadable("row.number", key)
	}
	if !ok || p != nil || n < 0 || n > 10_000 {
		return -1
	}
	return int(n)
}

// phone reads a phone number for keeping, and its text for the checks.
func (r *row) phone(key string) (number, written string) {
	number, p := r.cell(key).Phone()
	written = number
	if number == "" && p != nil {
		written = strings.ReplaceAll(r.text(key), " ", "")
	}
	return number, written
}

// clip is a cell as findings show it. They are kept in the open, and where the
// columns slipped any cell may hold somebody's number.
func clip(s string) string {
	if t := []rune(s); len(t) > 40 {
		s = string(t[:40]) + "…"
	}
	return secret.Scrub(s)
}

// outcome turns what was found into the engine's form.
func (r *row) outcome(result transfer.Result, payload []byte) transfer.Outcome {
	out := transfer.Outcome{Row: r.N, Result: result, Payload: payload}
	if result == transfer.Rejected || result == transfer.Conflict {
		out.Payload = nil
	}
	for i := range r.found {
		f := &r.found[i]
		out.Findings = append(out.Findings, transfer.Finding{Sheet: r.Sheet, Row: r.N, Column: r.heading(f.Field), Rule: f.Rule.ID,
			Severity: transfer.Severity(f.Rule.Severity), Value: f.Value, Key: f.Rule.Message(), Args: f.Args})
		r.question(f, &out.Findings[i], result)
	}
	out.Findings = append(out.Findings, r.extra...)
	if len(r.asks) > 0 {
		out.Findings = append(out.Findings, r.again()...)
	}
	return out
}

// heading is the file's own heading of a canonical column; where the file has
// none, that of the identity number, so that every finding has a cell.
func (r *row) heading(key string) string {
	for _, k := range []string{key, alias[key], "id_number", "name"} {
		if k == "" {
			continue
		}
		if i, ok := r.rd.at[k]; ok && i < len(r.Cells) && r.Cells[i].Column != "" {
			return r.Cells[i].Column
		}
	}
	return key
}

// alias are columns that stand for another where a layout has only those.
var alias = map[string]string{
	"work_place": "work_county", "plan_place": "plan_county", "village": "place", "kind": "monitored_class",
	"risk_removed_on": "risk_removed", "skill": "skill", "start": "end",
}
