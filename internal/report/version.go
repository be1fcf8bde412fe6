package report

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Made is a version as it was frozen.
type Made struct {
	Version  int
	At       int64
	ByName   string
	Checksum string
	Code     string
	Checked  int
	Findings []Finding // of then
	Scan     Scan
	Damaged  bool // the cells kept no longer give the checksum
}

// Scan is the stamped paper of a version.
type Scan struct {
	Evidence int64 // 0: none
	At       int64
	ByName   string
}

// keep writes what is frozen of a version beside its cells.
func keep(ctx context.Context, tx *db.Tx, by account.Caller, r *Report, sh *Sheet) error {
	findings, err := json.Marshal(sh.Findings)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO report_version (report_id, version, made_at, made_by, made_for, made_name, checksum, checked, findings, filler, phone_mask, filled_on)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		r.ID, r.Version, db.Millis(tx.Now), by.UserID, by.For, by.Name, sh.checksumAs(r.Version), sh.Checked, string(findings), r.Filler, r.PhoneMask, int32(r.FilledOn))
	if err != nil {
		return fmt.Errorf("keep version: %w", err)
	}
	return nil
}

// checksumAs is the checksum that the sheet has once it is a version.
func (s *Sheet) checksumAs(version int) string {
	was := s.Version
	s.Version = version
	defer func() { s.Version = was }()
	return s.Checksum()
}

// as puts what the version keeps onto a sheet read back: its foot and the
// findings of then. A version from before there was such a row keeps the form's
// foot.
func (s *Store) as(ctx context.Context, sh *Sheet) error {
	var raw string
	var m Made
	rows, err := s.db.Read.QueryContext(ctx, `SELECT made_at, made_name, checksum, checked, findings, filler, phone_mask, filled_on, scan_id, scan_at, scan_name FROM report_version WHERE report_id = $1 AND version = $2`, sh.Report.ID, sh.Version)
	if err != nil {
		return fmt.Errorf("version: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&m.At, &m.ByName, &m.Checksum, &m.Checked, &raw, &sh.Filler, &sh.Phone, &sh.FilledOn, &m.Scan.Evidence, &m.Scan.At, &m.Scan.ByName); err != nil {
			return fmt.Errorf("version: %w", err)
		}
		if m.Findings, err = readFindings(raw); err != nil {
			return fmt.Errorf("version %d of report %d: %w", sh.Version, sh.Report.ID, err)
		}
		m.Version, m.Damaged = sh.Version, m.Checksum != sh.Checksum()
		sh.Findings, sh.Checked, sh.Made = m.Findings, m.Checked, &m
		m.Code = sh.Code()
	}
	return rows.Err()
}

// readFindings reads findings back; whole numbers stay whole.
func readFindings(raw string) ([]Finding, error) {
	var out []Finding
	if err := json.Unmarshal([]byte(raw), &out); err != nil {
		return nil, err
	}
	for i := range out {
		for j, a := range out[i].Args {
			if n, ok := a.(float64); ok && n == float64(int64(n)) {
				out[i].Args[j] = int64(n)
			}
		}
	}
	return out, nil
}

// Recheck runs today's checks over a frozen sheet and answers their findings;
// those of then stay on the sheet.
func (s *Store) Recheck(ctx context.Context, scope region.Scope, sh *Sheet) (now []Finding, checked int, err error) {
	if !scope.Contains(sh.Region) {
		return nil, 0, errNotFound
	}
	if !sh.Frozen {
		return sh.Findings, sh.Checked, nil
	}
	again := *sh
	if err := s.check(ctx, &again); err != nil {
		return nil, 0, err
	}
	return again.Findings, again.Checked, nil
}

// Found is what a code on paper stands for.
type Found struct {
	Sheet *Sheet
	Made  *Made
	Last  int  // number of the newest submitted version
	Equal bool // the cells kept give the code that is on the paper
}

// FindCode answers the version that a typed code names, within the caller's
// scope; Equal is false where place, form, period and version exist but the
// checksum is another: the paper is not what was signed.
func (s *Store) FindCode(ctx context.Context, scope region.Scope, typed string) (*Found, error) {
	c, err := ParseCode(typed)
	if err != nil {
		return nil, err
	}
	f, err := s.form(ctx, s.db.Read, c.Form)
	if err != nil {
		return nil, errNotFound
	}
	p, err := f.ParsePeriod(c.Period)
	if err != nil {
		return nil, errNotFound
	}
	sh, err := s.Version(ctx, scope, f.ID, c.Region, p, c.Version)
	if err != nil {
		return nil, err
	}
	return &Found{Sheet: sh, Made: sh.Made, Last: sh.Report.SentVersion, Equal: shortSum(sh.Checksum()) == c.Sum}, nil
}

// BindScan binds a stamped scan to the version that the form was submitted in.
// typed is the code on the paper: one that is not the version's is refused.
// upload brings the file once the code is known to be right.
func (s *Store) BindScan(ctx context.Context, by account.Caller, form string, at region.Code, p Period, typed string, upload func(report int64) (int64, error)) error {
	scope, err := mayFill(by, at)
	if err != nil {
		return err
	}
	sh, err := s.Sheet(ctx, scope, form, at, p)
	if err != nil {
		return err
	}
	if sh.Report == nil || !sh.Report.State.Sent() {
		return fault.New(fault.Conflict, "report.scan.state")
	}
	c, err := ParseCode(typed)
	if err != nil {
		return err
	}
	if c.String() != sh.Code() {
		return fault.InvalidFields(fault.Field{Name: "code", Key: "report.scan.other"})
	}
	id, err := upload(sh.Report.ID)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := find(ctx, tx, scope, form, at, p)
		if err != nil {
			return err
		}
		if r == nil || r.Version != sh.Version || !r.State.Sent() {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		res, err := tx.ExecContext(ctx, "UPDATE report_version SET scan_id = $1, scan_at = $2, scan_by = $3, scan_name = $4 WHERE report_id = $5 AND version = $6",
			id, db.Millis(tx.Now), by.UserID, by.Name, r.ID, sh.Version)
		if err != nil {
			return fmt.Errorf("bind scan: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return fault.New(fault.Conflict, "report.scan.state")
		}
		return s.note(ctx, tx, by, "report.scan", r, map[string]string{"version": strconv.Itoa(sh.Version), "evidence": strconv.FormatInt(id, 10), "code": sh.Code()})
	})
}

// RestsOn reports that a form rests on a paper: it is the stamped scan of a
// version, a department's word, or stands behind a correction.
func (s *Store) RestsOn(ctx context.Context, q db.Querier, scope region.Scope, paper int64) (bool, error) {
	var a db.Args
	id, in := a.Add(paper), scope.Predicate("r.region", a.Add)
	var n int
	err := q.QueryRowContext(ctx, `SELECT count(*) FROM report r WHERE `+in+` AND (
		EXISTS (SELECT 1 FROM report_version v WHERE v.report_id = r.id AND v.scan_id = `+id+`)
		OR EXISTS (SELECT 1 FROM report_cosign w WHERE w.report_id = r.id AND w.evidence_id = `+id+`)
		OR EXISTS (SELECT 1 FROM report_correction c WHERE c.report_id = r.id AND c.evidence_id = `+id+` AND c.withdrawn = FALSE))`, a.Values...).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("papers of forms: %w", err)
	}
	return n > 0, nil
}

// Place is where a begun form lies, for what is attached to it.
func (s *Store) Place(ctx context.Context, q db.Querier, scope region.Scope, id int64) (region.Code, error) {
	var at region.Code
	if err := q.QueryRowContext(ctx, "SELECT COALESCE(max(region), 0) FROM report WHERE id = $1", id).Scan(&at); err != nil {
		return 0, fmt.Errorf("place of a report: %w", err)
	}
	if at == 0 || !scope.Contains(at) {
		return 0, errNotFound
	}
	return at, nil
}
