package audit

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// PlainFields are the fields whose plain values make an export unmasked.
var PlainFields = []string{"id_number", "phone", "home_phone"}

// Export is a file that leaves the product; kept three years at least.
type Export struct {
	Kind       string // what it holds: "people", "report", …; words under "audit.export_kind.<kind>"
	Region     region.Code
	Rows       int64
	Unmasked   bool     // holds plain values
	Fields     []string // which of PlainFields it holds in plain; none named means all
	Reason     string
	ApprovedBy int64 // set by Exported
	FileHash   []byte
	People     []int64 // internal ids of those in the file, where the caller has them
}

// ErrNeedsApproval is the kind of refusal that Approval answers; a page shows
// its sentence with a link to /exports/mine.
const ErrNeedsApproval = "audit.export.needs"

// Approval answers under which consent the caller may take out an export:
// 0 where none is needed (masked, or few plain rows), else the number of a
// valid approval of a second person (single or standing), else a Forbidden
// with the key ErrNeedsApproval. Ask it before a file is computed; Exported
// asks again and uses the approval up. An export with plain values needs a
// fresh proof of the person beside it (account.ErrStepUp).
//
//	if _, err := log.Approval(ctx, db.Read, by, audit.Export{Kind: "people", Region: at, Rows: n, Unmasked: true, Fields: []string{"phone"}}); err != nil { return err }
//	…
//	err = d.Tx(ctx, func(tx *db.Tx) error { _, err := log.Exported(ctx, tx, by, e); return err })
func (l *Log) Approval(ctx context.Context, q db.Querier, c account.Caller, e Export) (id int64, err error) {
	if !e.Unmasked || c.Local() {
		return 0, nil
	}
	if err := c.StepUp(); err != nil {
		return 0, err
	}
	free, err := l.freeRows(ctx, q, c, e.Rows)
	if err != nil || free {
		return 0, err
	}
	a, err := l.valid(ctx, q, c, e)
	if err != nil {
		return 0, err
	}
	return a.ID, nil
}

// freeRows reports whether the caller's plain rows of the day, with these, stay
// within what needs no consent: a large export cut into small ones is one.
func (l *Log) freeRows(ctx context.Context, q db.Querier, c account.Caller, rows int64) (bool, error) {
	p, err := account.ReadPolicy(ctx, q)
	if err != nil {
		return false, err
	}
	day := calendar.DateAt(l.db.Clock()).Time()
	var taken int64
	err = q.QueryRowContext(ctx, `
		SELECT coalesce(sum(row_count), 0) FROM export_log
		WHERE user_id = $1 AND at >= $2 AND unmasked AND approval_id = 0`, c.UserID, db.Millis(day)).Scan(&taken)
	if err != nil {
		return false, fmt.Errorf("export log: %w", err)
	}
	return taken+rows <= int64(p.ExportRows), nil
}

// valid finds the caller's approval for an export: the one that ends first.
func (l *Log) valid(ctx context.Context, q db.Querier, c account.Caller, e Export) (ExportApproval, error) {
	today := calendar.DateAt(l.db.Clock())
	list, err := readApprovals(ctx, q, `a.asked_by = $1 AND a.asked_for = $2 AND a.state = 'approved' AND a.kind = $3
		AND a.first_day <= $4 AND a.last_day >= $4 AND a.uses < a.uses_max AND a.rows_max >= $5
		ORDER BY a.last_day, a.id`, c.UserID, c.For, e.Kind, int32(today), e.Rows)
	if err != nil {
		return ExportApproval{}, err
	}
	fields := e.Fields
	if len(fields) == 0 {
		fields = PlainFields
	}
	for _, a := range list {
		if !a.Region.Contains(e.Region) {
			continue
		}
		if !slices.ContainsFunc(fields, func(f string) bool { return !slices.Contains(a.Fields, f) }) {
			return a, nil
		}
	}
	return ExportApproval{}, fault.New(fault.Forbidden, ErrNeedsApproval, e.Rows)
}

// Exported records an export, in the audit record and in the export log, and
// answers its number, which the file carries. An export that needs the consent
// of a second person and has none is refused here, whatever was asked before;
// an approval is used up in the same transaction.
func (l *Log) Exported(ctx context.Context, tx *db.Tx, c account.Caller, e Export) (id int64, err error) {
	approval, err := l.use(ctx, tx, c, &e)
	if err != nil {
		return 0, err
	}
	err = tx.QueryRowContext(ctx, `
		INSERT INTO export_log (at, user_id, kind, region, row_count, unmasked, reason, approved_by, file_hash, request_id, approval_id, fields, acting_for)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id`,
		db.Millis(tx.Now), c.UserID, e.Kind, int64(e.Region), e.Rows, e.Unmasked, e.Reason, e.ApprovedBy, e.FileHash, c.RequestID,
		approval, strings.Join(e.Fields, ","), c.For).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("export log: %w", err)
	}
	if err := exportedPeople(ctx, tx, id, e.People); err != nil {
		return 0, err
	}
	detail := map[string]string{"rows": fmt.Sprint(e.Rows), "unmasked": fmt.Sprint(e.Unmasked)}
	if approval != 0 {
		detail["approval"] = fmt.Sprint(approval)
	}
	return id, l.Write(ctx, tx, c, Entry{Action: "export." + e.Kind, Object: "export", ObjectID: fmt.Sprint(id), Region: e.Region, Detail: detail})
}

func (l *Log) use(ctx context.Context, tx *db.Tx, c account.Caller, e *Export) (int64, error) {
	if e.Unmasked && !c.Local() {
		// One after another: two exports at once must not share the day's rows.
		if _, err := tx.NextIDs(ctx, fmt.Sprintf("export %d", c.UserID), 1); err != nil {
			return 0, err
		}
	}
	id, err := l.Approval(ctx, tx, c, *e)
	if err != nil || id == 0 {
		return 0, err
	}
	err = tx.QueryRowContext(ctx, `
		UPDATE export_approval SET uses = uses + 1, rows_taken = rows_taken + $1
		WHERE id = $2 AND state = 'approved' AND uses < uses_max RETURNING decided_by`, e.Rows, id).Scan(&e.ApprovedBy)
	if err != nil {
		return 0, fmt.Errorf("use approval: %w", err)
	}
	return id, nil
}

func exportedPeople(ctx context.Context, tx *db.Tx, export int64, people []int64) error {
	if len(people) == 0 {
		return nil
	}
	ids := slices.Clone(people)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	rows := make([][]any, 0, len(ids))
	for _, p := range ids {
		rows = append(rows, []any{p, export})
	}
	return tx.Dialect.BulkInsert(ctx, tx, "export_person", []string{"person_id", "export_id"}, rows)
}
