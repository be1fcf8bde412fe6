package transfer

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"wengang/internal/secret"
	"wengang/internal/sheet"
)

// laying judges rows of a batch and gives the answers the form in which they
// are kept. The check of a whole file and the check of a few rows after a fix
// share it, so that both leave the same behind.
type laying struct {
	s       *Service
	b       *Batch
	checker Checker
	over    *overlay
	secret  []bool
	byName  map[string]int // position by canonical column
}

// reopen opens the kept file of a batch and recognises it as it was recognised
// when it came.
func (s *Service) reopen(in Info) (*sheet.Book, *opened, *Match, error) {
	layouts, err := s.layoutsFor(in)
	if err != nil {
		return nil, nil, nil, err
	}
	return s.workbook(in.filePath, in.FileSize, in.FileName, layouts)
}

func (s *Service) laying(in Info, m *Match) (laying, error) {
	b, err := s.batch(in)
	if err != nil {
		return laying{}, err
	}
	b.Columns = m.Columns
	l := laying{s: s, b: b, byName: map[string]int{}}
	for i, h := range readingOf(m).Columns {
		l.byName[h.Key] = i
		l.secret = append(l.secret, h.Secret)
	}
	return l, nil
}

// judge gives the readable rows to the checker and the others their finding: a
// cell that could not be read, or an officer who left the row out.
func (l *laying) judge(ctx context.Context, in []row) ([]Outcome, error) {
	rows := make([]Row, 0, len(in))
	for i := range in {
		if in[i].fault < 0 && in[i].out == nil {
			rows = append(rows, in[i].Row)
		}
	}
	got, err := l.checker.Check(ctx, rows)
	if err != nil {
		return nil, err
	}
	if len(got) != len(rows) {
		return nil, fmt.Errorf("kind %s answered %d outcomes for %d rows", l.b.Kind, len(got), len(rows))
	}
	if len(rows) == len(in) {
		return got, nil
	}
	out := make([]Outcome, 0, len(in))
	for i := range in {
		r := &in[i]
		switch {
		case r.out != nil:
			f := Finding{Rule: ruleLeftOut, Severity: Error, Key: ruleLeftOut}
			if r.out.Reason != "" {
				f.Key, f.Args = ruleLeftOut+".why", []any{r.out.Reason}
			}
			out = append(out, Outcome{Row: r.N, Result: Rejected, Findings: []Finding{f}})
		case r.fault >= 0:
			c := r.Cells[r.fault]
			f := problem("cell.fault").Finding(r.Row, c, Error, l.secret[r.fault])
			out = append(out, Outcome{Row: r.N, Result: Rejected, Findings: []Finding{f}})
		default:
			out = append(out, got[0])
			got = got[1:]
		}
	}
	return out, nil
}

// ruleLeftOut is the finding of a row that an officer does not want.
const ruleLeftOut = "import.left_out"

// tally counts outcomes.
type tally struct{ new, same, changed, conflict, rejected, warned, findings int64 }

// count adds (by 1) or takes back (by -1) one row's outcome.
func (t *tally) count(res Result, warned bool, by int64) {
	switch res {
	case New:
		t.new += by
	case Same:
		t.same += by
	case Changed:
		t.changed += by
	case Conflict:
		t.conflict += by
	default:
		t.rejected += by
	}
	if warned && res.accepted() {
		t.warned += by
	}
}

func (r Result) accepted() bool { return r == New || r == Same || r == Changed }

// placed gathers what is kept of judged rows.
type placed struct {
	t        tally
	accepted []Staged
	shown    []shownRow
	findings [][]any
	handled  [][]any
	finding  int64 // number of the next finding
}

var (
	findingColumns = []string{"batch_id", "n", "chunk", "sheet", "row_no", "result", "position", "column_name", "rule", "severity", "value", "message", "offers", "theirs", "basis"}
	handledColumns = []string{"batch_id", "chunk", "sheet", "row_no", "result"}
)

// place keeps one judged row: what saving needs, what the page shows, what was
// found.
func (l *laying) place(p *placed, chunk int, row row, o Outcome) {
	if o.Result.accepted() {
		p.accepted = append(p.accepted, Staged{Row: row.N, Result: o.Result, Payload: o.Payload})
	} else {
		if o.Named {
			p.accepted = append(p.accepted, Staged{Row: row.N, Result: Rejected, Payload: o.Payload})
		}
		if len(o.Findings) == 0 {
			key := "import.rejected"
			if o.Result == Conflict {
				key = "import.conflict"
			}
			o.Findings = []Finding{{Rule: key, Severity: Error, Key: key}}
		}
	}
	warned := false
	for i := range o.Findings {
		warned = warned || o.Findings[i].Severity == Warning
	}
	p.t.count(o.Result, warned, 1)
	if row.handled {
		p.handled = append(p.handled, []any{l.b.ID, chunk, valid(row.Sheet), row.N, int(o.Result)})
	}
	if len(o.Findings) == 0 && !row.handled {
		return
	}
	texts := make([]string, len(row.Cells))
	for k, c := range row.Cells {
		texts[k] = CleanText(c.Text)
	}
	p.shown = append(p.shown, shownRow{Row: row.N, Result: o.Result, Cells: texts})
	for _, f := range o.Findings {
		p.findings = append(p.findings, l.findingRow(chunk, row, o.Result, f, p.finding))
		p.finding++
		p.t.findings++
	}
}

// findingRow makes the row of import_finding. Values of secret columns are
// masked here whatever the kind did.
func (l *laying) findingRow(chunk int, row row, res Result, f Finding, n int64) []any {
	pos := -1
	if p, ok := l.byName[f.Column]; ok {
		pos = p
	} else if f.Column != "" {
		for i, c := range row.Cells {
			if c.Column == f.Column {
				pos = i
				break
			}
		}
	}
	name := f.Column
	if pos >= 0 {
		if row.Cells[pos].Column != "" {
			name = row.Cells[pos].Column
		}
		if l.secret[pos] {
			f.Value = MaskValue(f.Value)
		}
	}
	f.Value, f.Theirs = secret.Scrub(f.Value), secret.Scrub(f.Theirs) // columns slip: a number may stand in any cell
	return []any{l.b.ID, n, chunk, valid(row.Sheet), row.N, int(res), pos, valid(name), f.Rule, int(f.Severity), valid(clip(f.Value)), valid(newMessage(f.Key, f.Args).encode()),
		joinVerdicts(f.Offers), valid(clip(f.Theirs)), f.Basis}
}

// valid replaces what no database of UTF-8 takes: other bytes and NUL.
func valid(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}
