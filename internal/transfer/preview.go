package transfer

import (
	"context"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/region"
	"wengang/internal/text"
)

// Load reads one batch of the scope.
func (s *Service) Load(ctx context.Context, scope region.Scope, id int64) (Info, error) {
	return load(ctx, s.db.Read, scope, id)
}

// List reads up to limit batches of the scope, newest first, before an id (0:
// from the newest).
func (s *Service) List(ctx context.Context, scope region.Scope, before int64, limit int) ([]Info, error) {
	return list(ctx, s.db.Read, scope, before, limit)
}

// RuleCount says how many rows a rule speaks of.
type RuleCount struct {
	Rule string
	Rows int64
}

// Filter narrows the rows to look at.
type Filter struct {
	By     bool   // by Result
	Result Result // Conflict or Rejected
	Rule   string
	Warned bool  // also accepted rows with findings
	From   int64 // number of the first finding wanted: Look.Next of the row before
	Limit  int   // rows
}

// Look is a row with what was found in it. Texts of secret columns are masked.
type Look struct {
	Sheet  string
	Row    int
	Result Result
	Cells  []LookCell // by Info.Columns
	Notes  []Note     // of the whole row
	Next   int64      // for Filter.From
}

// LookCell is one cell of a row to look at.
type LookCell struct {
	Text  string
	Notes []Note
}

// Note is a finding in words of the reader's language.
type Note struct {
	Rule     string
	Severity Severity
	Value    string
	msg      message
}

// Text is the note's sentence.
func (n Note) Text(lang text.Lang) string { return n.msg.text(lang) }

// Rules counts the rows to look at by rule, the most frequent first.
func (s *Service) Rules(ctx context.Context, scope region.Scope, id int64, warned bool) ([]RuleCount, error) {
	if _, err := load(ctx, s.db.Read, scope, id); err != nil {
		return nil, err
	}
	rows, err := s.db.Read.QueryContext(ctx, `
		SELECT rule, count(*) AS rows_found FROM (
			SELECT DISTINCT rule, chunk, row_no FROM import_finding WHERE batch_id = $1 AND (result IN (0, 4) OR $2 = 1)) AS f
		GROUP BY rule ORDER BY rows_found DESC, rule`, id, flag(warned))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []RuleCount
	for rows.Next() {
		var r RuleCount
		if err := rows.Scan(&r.Rule, &r.Rows); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// found is one row of import_finding.
type found struct {
	n, row   int64
	chunk    int
	sheet    string
	result   Result
	position int
	column   string
	rule     string
	severity Severity
	value    string
	message  string
}

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
		look, err := s.look(ctx, in, k, shown[k.chunk][int(k.row)])
		if err != nil {
			return in, nil, err
		}
		out = append(out, look)
	}
	return in, out, nil
}

// looksAt finds the first finding of each row that the filter lets through.
func (s *Service) looksAt(ctx context.Context, id int64, f Filter) ([]found, error) {
	a := &db.Args{}
	where := `batch_id = ` + a.Add(id) + ` AND n >= ` + a.Add(f.From)
	switch {
	case f.By:
		where += ` AND result = ` + a.Add(int(f.Result))
	case !f.Warned:
		where += ` AND result IN (0, 4)`
	}
	if f.Rule != "" {
		where += ` AND rule = ` + a.Add(f.Rule)
	}
	rows, err := s.db.Read.QueryContext(ctx, `SELECT chunk, sheet, row_no, min(result), max(n) FROM import_finding WHERE `+where+
		` GROUP BY chunk, sheet, row_no ORDER BY chunk, row_no LIMIT `+a.Add(f.Limit), a.Values...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []found
	for rows.Next() {
		var k found
		if err := rows.Scan(&k.chunk, &k.sheet, &k.row, &k.result, &k.n); err != nil {
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
	l := Look{Sheet: k.sheet, Row: int(k.row), Result: row.Result, Cells: make([]LookCell, len(in.Columns)), Next: k.n + 1}
	for i := range l.Cells {
		if i < len(row.Cells) {
			l.Cells[i].Text = row.Cells[i]
		}
		if i < len(in.Reading.Columns) && in.Reading.Columns[i].Secret {
			l.Cells[i].Text = MaskValue(l.Cells[i].Text)
		}
	}
	rows, err := s.db.Read.QueryContext(ctx, `SELECT position, rule, severity, value, message, n FROM import_finding WHERE batch_id = $1 AND chunk = $2 AND row_no = $3 ORDER BY n`, in.ID, k.chunk, k.row)
	if err != nil {
		return l, err
	}
	defer rows.Close()
	for rows.Next() {
		var pos int
		var n Note
		var msg string
		var last int64
		if err := rows.Scan(&pos, &n.Rule, &n.Severity, &n.Value, &msg, &last); err != nil {
			return l, err
		}
		n.msg = decodeMessage(msg)
		l.Next = max(l.Next, last+1)
		if pos >= 0 && pos < len(l.Cells) {
			l.Cells[pos].Notes = append(l.Cells[pos].Notes, n)
		} else {
			l.Notes = append(l.Notes, n)
		}
	}
	return l, rows.Err()
}

// Outcome of a whole import, as `import --json` prints it.
type Report struct {
	Rows      int64           `json:"rows"`
	Accepted  int64           `json:"accepted"`
	New       int64           `json:"new"`
	Unchanged int64           `json:"unchanged"`
	Updated   int64           `json:"updated"`
	Rejected  int64           `json:"rejected"` // conflicts among them: they are not saved either
	Warnings  int64           `json:"warnings"` // accepted rows with a warning
	Findings  []ReportFinding `json:"findings"`
	// Columns are those that the office remembers for the file's headings; nil
	// where the layout was recognised.
	Columns []ReportColumn `json:"columns,omitempty"`
}

// ReportFinding is one finding of a Report.
type ReportFinding struct {
	File     string `json:"file"`
	Sheet    string `json:"sheet"`
	Row      int    `json:"row"`
	Column   string `json:"column"`
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Value    string `json:"value"`
	Message  string `json:"message"`
}

// Name is the severity's word in reports.
func (s Severity) Name() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	}
	return "clue"
}

// Report sums a batch up with all its findings, for the caller's places.
func (s *Service) Report(ctx context.Context, c account.Caller, id int64, lang text.Lang) (Report, error) {
	in, err := s.own(ctx, c, id)
	if err != nil {
		return Report{}, err
	}
	r := Report{Rows: in.Done, Accepted: in.Accepted(), New: in.New, Unchanged: in.Same, Updated: in.Changed, Rejected: in.Refused(), Warnings: in.Warned,
		Findings: make([]ReportFinding, 0, in.Findings), Columns: in.mapped()}
	err = s.eachFinding(ctx, id, "", func(f found) error {
		r.Findings = append(r.Findings, ReportFinding{File: in.FileName, Sheet: f.sheet, Row: int(f.row), Column: f.column, Rule: f.rule,
			Severity: f.severity.Name(), Value: f.value, Message: decodeMessage(f.message).text(lang)})
		return nil
	})
	return r, err
}

// eachFinding walks the findings in the file's order; where is a further
// condition of the code's own.
func (s *Service) eachFinding(ctx context.Context, id int64, where string, fn func(found) error) error {
	rows, err := s.db.Read.QueryContext(ctx, `SELECT n, chunk, sheet, row_no, result, position, column_name, rule, severity, value, message
		FROM import_finding WHERE batch_id = $1 `+where+` ORDER BY chunk, row_no, n`, id)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var f found
		if err := rows.Scan(&f.n, &f.chunk, &f.sheet, &f.row, &f.result, &f.position, &f.column, &f.rule, &f.severity, &f.value, &f.message); err != nil {
			return err
		}
		if err := fn(f); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Waiting reads the caller's own checked batches that nobody has saved, newest
// first.
func (s *Service) Waiting(ctx context.Context, scope region.Scope, user int64, limit int) ([]Info, error) {
	a := &db.Args{}
	rows, err := s.db.Read.QueryContext(ctx, `SELECT `+infoColumns+` FROM import_batch WHERE state = 'checked' AND cancelled = FALSE AND created_by = `+a.Add(user)+
		` AND `+scope.Predicate("region", a.Add)+` ORDER BY id DESC LIMIT `+a.Add(limit), a.Values...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Info
	for rows.Next() {
		in, err := scanInfo(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, in)
	}
	return out, rows.Err()
}
