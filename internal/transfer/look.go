package transfer

import (
	"context"
	"fmt"

	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/secret"
	"wengang/internal/text"
)

// Filter narrows the rows to look at.
type Filter struct {
	By      bool   // by Result
	Result  Result // Conflict or Rejected
	Rule    string
	Warned  bool    // also accepted rows with findings
	Handled bool    // only rows under an act that stands
	Row     *RowRef // only this one
	From    int64   // where to go on: Look.Next of the row before
	Limit   int     // rows
}

// Look is a row with what was found in it and done to it. Texts of secret
// columns are masked.
type Look struct {
	Sheet  string
	Row    int
	Result Result
	Cells  []LookCell // by Info.Columns
	Notes  []Note     // of the whole row
	Acts   []RowAct   // that stand, the last one first
	Next   int64      // for Filter.From
}

// Ref names the row.
func (l *Look) Ref() RowRef { return RowRef{l.Sheet, l.Row} }

// LookCell is one cell of a row to look at.
type LookCell struct {
	Text   string
	Hidden bool   // Text is not the whole value
	Was    string // before the edits that stand
	Edited bool
	Notes  []Note
}

// Note is a finding in words of the reader's language.
type Note struct {
	Rule     string
	Severity Severity
	Value    string
	Theirs   string // what the ledger has
	Offers   []Verdict
	Basis    string
	msg      message
}

// Text is the note's sentence.
func (n Note) Text(lang text.Lang) string { return n.msg.text(lang) }

// RowAct is an act that stands on a row.
type RowAct struct {
	ID      int64
	Kind    string
	Rows    int // of the whole act
	Rule    string
	Verdict Verdict
	Reason  string
	By      int64
}

// cursor is a row's place in the file, as Filter.From carries it.
func cursor(chunk int, row int64) int64 { return int64(chunk)<<21 | row }

// Looks reads the rows to look at, in the file's order. With Limit 0 it reads
// none.
func (s *Service) Looks(ctx context.Context, scope region.Scope, id int64, f Filter) (Info, []Look, error) {
	in, err := load(ctx, s.db.Read, scope, id)
	if err != nil || f.Limit <= 0 {
		return in, nil, err
	}
	at, err := s.looksAt(ctx, id, f)
	if err != nil {
		return in, nil, err
	}
	var out []Look
	shown := map[int]map[int]shownRow{}
	for _, k := range at {
		if shown[k.chunk] == nil {
			if shown[k.chunk], err = s.shown(ctx, id, k.chunk); err != nil {
				return in, nil, err
			}
		}
		row, ok := shown[k.chunk][int(k.row)]
		if !ok {
			row.Result = k.result
		}
		look, err := s.look(ctx, in, k, row)
		if err != nil {
			return in, nil, err
		}
		out = append(out, look)
	}
	return in, out, s.lookActs(ctx, in, out)
}

// Look reads one row, found or handled.
func (s *Service) Look(ctx context.Context, scope region.Scope, id int64, at RowRef) (Info, Look, error) {
	in, looks, err := s.Looks(ctx, scope, id, Filter{Warned: true, Row: &at, Limit: 1})
	if err == nil && len(looks) == 0 {
		err = fault.NotFoundf("import.desk.norow")
	}
	if err != nil {
		return in, Look{}, err
	}
	return in, looks[0], nil
}

// looksAt finds the rows that the filter lets through: those with findings, and
// those under an act, whatever became of them.
func (s *Service) looksAt(ctx context.Context, id int64, f Filter) ([]found, error) {
	a := &db.Args{}
	batch := a.Add(id)
	where := `batch_id = ` + batch
	if f.From > 0 {
		chunk, row := a.Add(f.From>>21), a.Add(f.From&(1<<21-1))
		where += ` AND (chunk > ` + chunk + ` OR chunk = ` + chunk + ` AND row_no >= ` + row + `)`
	}
	if f.Row != nil {
		where += ` AND sheet = ` + a.Add(f.Row.Sheet) + ` AND row_no = ` + a.Add(f.Row.Row)
	}
	if f.By {
		where += ` AND result = ` + a.Add(int(f.Result))
	}
	handled := `SELECT chunk, sheet, row_no, result FROM import_handled WHERE ` + where
	if !f.By && !f.Warned {
		where += ` AND result IN (0, 4)`
	}
	if f.Rule != "" && !f.Handled {
		where += ` AND rule = ` + a.Add(f.Rule)
	}
	from := `SELECT chunk, sheet, row_no, result FROM import_finding WHERE ` + where
	switch {
	case f.Handled:
		from = handled
	case f.Rule == "":
		from += ` UNION ALL ` + handled
	}
	rows, err := s.db.Read.QueryContext(ctx, `SELECT chunk, sheet, row_no, min(result) FROM (`+from+`) AS f
		GROUP BY chunk, sheet, row_no ORDER BY chunk, row_no LIMIT `+a.Add(f.Limit), a.Values...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []found
	for rows.Next() {
		var k found
		if err := rows.Scan(&k.chunk, &k.sheet, &k.row, &k.result); err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, rows.Err()
}

func (s *Service) shown(ctx context.Context, id int64, chunk int) (map[int]shownRow, error) {
	var sealed []byte
	if err := s.db.Read.QueryRowContext(ctx, `SELECT shown FROM import_chunk WHERE batch_id = $1 AND n = $2`, id, chunk).Scan(&sealed); err != nil {
		return nil, err
	}
	rows, err := unpackShown(s.box, sealed)
	if err != nil {
		return nil, err
	}
	out := make(map[int]shownRow, len(rows))
	for _, r := range rows {
		out[r.Row] = r
	}
	return out, nil
}

// look puts a row and its findings together and masks what is secret.
func (s *Service) look(ctx context.Context, in Info, k found, row shownRow) (Look, error) {
	l := Look{Sheet: k.sheet, Row: int(k.row), Result: row.Result, Cells: make([]LookCell, len(in.Columns)), Next: cursor(k.chunk, k.row+1)}
	for i := range l.Cells {
		if i < len(row.Cells) {
			l.Cells[i].Text = in.mask(i, row.Cells[i])
			l.Cells[i].Hidden = l.Cells[i].Text != row.Cells[i]
		}
	}
	rows, err := s.db.Read.QueryContext(ctx, `SELECT position, rule, severity, value, message, offers, theirs, basis FROM import_finding
		WHERE batch_id = $1 AND chunk = $2 AND row_no = $3 ORDER BY n`, in.ID, k.chunk, k.row)
	if err != nil {
		return l, err
	}
	defer rows.Close()
	for rows.Next() {
		var pos int
		var n Note
		var msg, offers string
		if err := rows.Scan(&pos, &n.Rule, &n.Severity, &n.Value, &msg, &offers, &n.Theirs, &n.Basis); err != nil {
			return l, err
		}
		n.msg, n.Offers = decodeMessage(msg), splitVerdicts(offers)
		if pos >= 0 && pos < len(l.Cells) {
			l.Cells[pos].Notes = append(l.Cells[pos].Notes, n)
		} else {
			l.Notes = append(l.Notes, n)
		}
	}
	return l, rows.Err()
}

// mask hides the text of a secret column, and a number that stands in another:
// columns slip, and whoever chooses them must not open numbers by it.
func (in Info) mask(position int, s string) string {
	if position < len(in.Reading.Columns) && in.Reading.Columns[position].Secret {
		return MaskValue(s)
	}
	return secret.Scrub(s)
}

// lookActs adds to rows what was done to them.
func (s *Service) lookActs(ctx context.Context, in Info, looks []Look) error {
	var any int
	if err := s.db.Read.QueryRowContext(ctx, `SELECT CASE WHEN EXISTS (SELECT 1 FROM import_act WHERE batch_id = $1 AND undone_at = 0) THEN 1 ELSE 0 END`, in.ID).Scan(&any); err != nil || any == 0 {
		return err
	}
	for i := range looks {
		if err := s.editsOf(ctx, in, &looks[i]); err != nil {
			return fmt.Errorf("read edits of row: %w", err)
		}
		if err := s.verdictsOf(ctx, in, &looks[i]); err != nil {
			return fmt.Errorf("read choices of row: %w", err)
		}
	}
	return nil
}

func (s *Service) editsOf(ctx context.Context, in Info, l *Look) error {
	rows, err := s.db.Read.QueryContext(ctx, `SELECT e.position, e.was_cipher, a.id, a.kind, a.rows_hit, a.by_user FROM import_edit e JOIN import_act a ON a.id = e.act_id
		WHERE e.batch_id = $1 AND e.sheet = $2 AND e.row_no = $3 AND a.undone_at = 0 ORDER BY e.id DESC`, in.ID, l.Sheet, l.Row)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var p int
		var sealed []byte
		var act RowAct
		if err := rows.Scan(&p, &sealed, &act.ID, &act.Kind, &act.Rows, &act.By); err != nil {
			return err
		}
		was, err := s.box.Decrypt(sealWas, sealed)
		if err != nil {
			return err
		}
		if p >= 0 && p < len(l.Cells) { // the oldest comes last: what the file has
			l.Cells[p].Was, l.Cells[p].Edited = in.mask(p, CleanText(string(was))), true
		}
		if n := len(l.Acts); n == 0 || l.Acts[n-1].ID != act.ID {
			l.Acts = append(l.Acts, act)
		}
	}
	return rows.Err()
}

func (s *Service) verdictsOf(ctx context.Context, in Info, l *Look) error {
	rows, err := s.db.Read.QueryContext(ctx, `SELECT c.rule, c.choice, a.id, a.kind, a.rows_hit, a.by_user, a.reason FROM import_choice c JOIN import_act a ON a.id = c.act_id
		WHERE c.batch_id = $1 AND c.sheet = $2 AND c.row_no = $3 AND a.undone_at = 0 ORDER BY c.id DESC`, in.ID, l.Sheet, l.Row)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var act RowAct
		if err := rows.Scan(&act.Rule, &act.Verdict, &act.ID, &act.Kind, &act.Rows, &act.By, &act.Reason); err != nil {
			return err
		}
		l.Acts = append(l.Acts, act)
	}
	return rows.Err()
}

// Handled counts the rows under acts that stand.
func (s *Service) Handled(ctx context.Context, scope region.Scope, id int64) (rows int64, err error) {
	if _, err := load(ctx, s.db.Read, scope, id); err != nil {
		return 0, err
	}
	err = s.db.Read.QueryRowContext(ctx, `SELECT count(*) FROM import_handled WHERE batch_id = $1`, id).Scan(&rows)
	return rows, err
}

// Saved reports a row that saving the batch would save.
func (l *Look) Saved() bool { return l.Result.accepted() }

// All are the notes of the row and of its cells.
func (l *Look) All() []Note {
	var out []Note
	for i := range l.Cells {
		out = append(out, l.Cells[i].Notes...)
	}
	return append(out, l.Notes...)
}
