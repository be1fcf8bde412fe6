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
	// Absent is how many people of the place and kind a full file does not name;
	// nil where the file is a part.
	Absent *int64 `json:"absent,omitempty"`
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
	if n, ok, err := s.AbsentCount(ctx, c.Scope(account.ImportRun), id); err != nil {
		return r, err
	} else if ok {
		r.Absent = &n
	}
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
