package audit

import (
	"context"
	"fmt"
	"strings"
	"time"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// ExportRow is one file that left the product.
type ExportRow struct {
	ID         int64
	At         time.Time
	UserID     int64
	User       string // name
	For        int64  // whom the user stood in for
	ForName    string
	Kind       string
	Region     region.Code
	Rows       int64
	Unmasked   bool
	Fields     []string
	Reason     string
	ApprovalID int64
	ApprovedBy int64
	Approver   string
	RequestID  string
}

// ExportFilter narrows the log.
type ExportFilter struct {
	At       region.Code
	Unmasked bool  // only those with plain values
	Before   int64 // rows with a lower number: the next page
	Limit    int   // 50 where 0, at most 1000
}

// ExportLog lists what left at places where the caller holds the permission:
// ExportApprove for an office's reviewers, AuditRead for the auditor, whose
// reading is on record. Newest first.
func (l *Log) ExportLog(ctx context.Context, c account.Caller, p account.Permission, f ExportFilter) ([]ExportRow, error) {
	scope := c.Scope(p).Within(f.At)
	if scope.Empty() || p != account.ExportApprove && p != account.AuditRead {
		return nil, fault.New(fault.Forbidden, "fault.forbidden", string(p))
	}
	if p == account.AuditRead {
		if err := l.Record(ctx, c, Entry{Action: "audit.read", Object: "export"}); err != nil {
			return nil, err
		}
	}
	var a db.Args
	where := []string{scope.Predicate("e.region", a.Add)}
	if f.Unmasked {
		where = append(where, "e.unmasked")
	}
	if f.Before > 0 {
		where = append(where, "e.id < "+a.Add(f.Before))
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	rows, err := l.db.Read.QueryContext(ctx, `
		SELECT e.id, e.at, e.user_id, coalesce(u.name, ''), e.acting_for, coalesce(s.name, ''), e.kind, e.region, e.row_count, e.unmasked, e.fields, e.reason,
			e.approval_id, e.approved_by, coalesce(p.name, ''), e.request_id
		FROM export_log e LEFT JOIN app_user u ON u.id = e.user_id LEFT JOIN app_user s ON s.id = e.acting_for LEFT JOIN app_user p ON p.id = e.approved_by
		WHERE `+strings.Join(where, " AND ")+` ORDER BY e.id DESC LIMIT `+a.Add(min(f.Limit, 1000)), a.Values...)
	if err != nil {
		return nil, fmt.Errorf("export log: %w", err)
	}
	defer rows.Close()
	var out []ExportRow
	for rows.Next() {
		var (
			r      ExportRow
			at, rg int64
			fields string
		)
		err := rows.Scan(&r.ID, &at, &r.UserID, &r.User, &r.For, &r.ForName, &r.Kind, &rg, &r.Rows, &r.Unmasked, &fields, &r.Reason,
			&r.ApprovalID, &r.ApprovedBy, &r.Approver, &r.RequestID)
		if err != nil {
			return nil, fmt.Errorf("export log: %w", err)
		}
		r.At, r.Region = db.FromMillis(at), region.Code(rg)
		if fields != "" {
			r.Fields = strings.Split(fields, ",")
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// exportYears is how long the log is kept at least (PIPL 56).
const exportYears = 3

// PurgeExports removes rows of the log from before a day, never of the last
// three years. Only the machine's own console may, and it is on record.
func (l *Log) PurgeExports(ctx context.Context, c account.Caller, before calendar.Date) (n int64, err error) {
	if !c.Local() {
		return 0, fault.New(fault.Forbidden, "fault.forbidden", string(account.SystemOperate))
	}
	limit := calendar.DateAt(l.db.Clock().AddDate(-exportYears, 0, 0))
	if !before.Valid() || before > limit {
		return 0, fault.New(fault.Invalid, "audit.export.kept", exportYears, limit.String())
	}
	err = l.db.Tx(ctx, func(tx *db.Tx) error {
		at := db.Millis(before.Time())
		if _, err := tx.ExecContext(ctx, `DELETE FROM export_person WHERE export_id IN (SELECT id FROM export_log WHERE at < $1)`, at); err != nil {
			return fmt.Errorf("purge: %w", err)
		}
		res, err := tx.ExecContext(ctx, `DELETE FROM export_log WHERE at < $1`, at)
		if err != nil {
			return fmt.Errorf("purge: %w", err)
		}
		if n, err = res.RowsAffected(); err != nil {
			return fmt.Errorf("purge: %w", err)
		}
		return l.Write(ctx, tx, c, Entry{Action: "export_log.purge", Object: "export", Detail: map[string]string{"rows": fmt.Sprint(n), "to": before.String()}})
	})
	return n, err
}

// ExportedPeople are the internal ids of those in some exports, for the list
// of whom to tell after a leak (PIPL 57). Auditor only, on record.
func (l *Log) ExportedPeople(ctx context.Context, c account.Caller, exports []int64) ([]int64, error) {
	scope := c.Scope(account.AuditRead)
	if scope.Empty() || len(exports) == 0 {
		return nil, fault.New(fault.Forbidden, "fault.forbidden", string(account.AuditRead))
	}
	if err := l.Record(ctx, c, Entry{Action: "audit.read", Object: "export", Detail: map[string]string{"rows": fmt.Sprint(len(exports))}}); err != nil {
		return nil, err
	}
	var a db.Args
	rows, err := l.db.Read.QueryContext(ctx, `
		SELECT DISTINCT x.person_id FROM export_person x JOIN export_log e ON e.id = x.export_id
		WHERE x.export_id IN `+db.List(&a, exports)+` AND `+scope.Predicate("e.region", a.Add)+` ORDER BY x.person_id`, a.Values...)
	if err != nil {
		return nil, fmt.Errorf("exported people: %w", err)
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("exported people: %w", err)
		}
		out = append(out, id)
	}
	return out, rows.Err()
}
