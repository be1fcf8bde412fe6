package audit

import (
	"context"
	"fmt"
	"strings"
	"time"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Filter narrows a list; zero fields do not.
type Filter struct {
	Login    string
	Action   string
	Object   string
	ObjectID string
	Outcome  Outcome
	At       region.Code // narrows the caller's area; 0 is all of it
	From, To time.Time   // To excluded
	Before   int64       // rows with a lower id: the next page
	Limit    int         // 50 where 0, at most 1000
}

// rowColumns are scanned by scanRow.
const rowColumns = `r.id, r.nonce, r.at, r.user_id, r.login, r.address, r.session, r.request_id,
	r.action, r.object, r.object_id, r.region, r.outcome, r.detail, r.key_version, r.mac`

// List reads rows of the caller's area, newest first, and records the reading
// itself, before it answers.
func (l *Log) List(ctx context.Context, c account.Caller, f Filter) ([]Row, error) {
	scope := c.Scope(account.AuditRead)
	if scope.Empty() {
		return nil, fault.New(fault.Forbidden, "fault.forbidden", string(account.AuditRead))
	}
	if err := l.Record(ctx, c, Entry{Action: "audit.read", Object: "audit", Detail: f.detail()}); err != nil {
		return nil, err
	}
	return l.list(ctx, l.db.Read, scope.Within(f.At), f)
}

func (f Filter) detail() map[string]string {
	out := map[string]string{}
	put := func(k, v string) {
		if v != "" {
			out[k] = v
		}
	}
	put("login", f.Login)
	put("action", f.Action)
	put("object", f.Object)
	put("object_id", f.ObjectID)
	put("outcome", string(f.Outcome))
	if f.At != 0 {
		put("at", f.At.Full())
	}
	if !f.From.IsZero() {
		out["from"] = f.From.Format(time.DateOnly)
	}
	if !f.To.IsZero() {
		out["to"] = f.To.Format(time.DateOnly)
	}
	return out
}

func (l *Log) list(ctx context.Context, q db.Querier, scope region.Scope, f Filter) ([]Row, error) {
	var a db.Args
	where := []string{scope.Predicate("r.region", a.Add)}
	eq := func(col, v string) {
		if v != "" {
			where = append(where, col+" = "+a.Add(v))
		}
	}
	eq("r.login", f.Login)
	eq("r.action", f.Action)
	eq("r.object", f.Object)
	eq("r.object_id", f.ObjectID)
	eq("r.outcome", string(f.Outcome))
	if !f.From.IsZero() {
		where = append(where, "r.at >= "+a.Add(db.Millis(f.From)))
	}
	if !f.To.IsZero() {
		where = append(where, "r.at < "+a.Add(db.Millis(f.To)))
	}
	if f.Before > 0 {
		where = append(where, "r.id < "+a.Add(f.Before))
	}
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	rows, err := q.QueryContext(ctx, `SELECT `+rowColumns+` FROM audit_row r WHERE `+
		strings.Join(where, " AND ")+` ORDER BY r.id DESC LIMIT `+a.Add(min(limit, 1000)), a.Values...)
	if err != nil {
		return nil, fmt.Errorf("audit list: %w", err)
	}
	defer rows.Close()
	var out []Row
	for rows.Next() {
		r, err := scanRow(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

func scanRow(scan func(...any) error, more ...any) (Row, error) {
	var (
		r      Row
		at, rg int64
		oc     string
	)
	err := scan(append(more, &r.ID, &r.nonce, &at, &r.UserID, &r.Login, &r.Address, &r.Session, &r.RequestID,
		&r.Action, &r.Object, &r.ObjectID, &rg, &oc, &r.Detail, &r.keyVersion, &r.mac)...)
	if err != nil {
		return Row{}, fmt.Errorf("audit row: %w", err)
	}
	r.At, r.Region, r.Outcome = db.FromMillis(at), region.Code(rg), Outcome(oc)
	return r, nil
}

// Count is how often a user did something since an instant: for daily limits.
func (l *Log) Count(ctx context.Context, q db.Querier, userID int64, action string, since time.Time) (n int, err error) {
	err = q.QueryRowContext(ctx, `
		SELECT count(*) FROM audit_row
		WHERE user_id = $1 AND action = $2 AND at >= $3 AND outcome = 'ok'`,
		userID, action, db.Millis(since)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("audit count: %w", err)
	}
	return n, nil
}

// Summary counts the rows of the caller's area by outcome since an instant,
// for the home page.
func (l *Log) Summary(ctx context.Context, c account.Caller, since time.Time) (map[Outcome]int, error) {
	out := map[Outcome]int{}
	for _, o := range []Outcome{Done, Refused, Failed} {
		var a db.Args
		where := "outcome = " + a.Add(string(o)) + " AND at >= " + a.Add(db.Millis(since)) + " AND " + c.Scope(account.AuditRead).Predicate("region", a.Add)
		var n int
		if err := l.db.Read.QueryRowContext(ctx, `SELECT count(*) FROM audit_row WHERE `+where, a.Values...).Scan(&n); err != nil {
			return nil, fmt.Errorf("audit summary: %w", err)
		}
		out[o] = n
	}
	return out, nil
}

// Head is the newest link of the chain, for the page and for `verify`.
func (l *Log) Head(ctx context.Context) (Head, error) { return l.head(ctx, l.db.Read) }

// Actions are the different actions on record, for the filter of the page.
func (l *Log) Actions(ctx context.Context) ([]string, error) {
	// The recursive walk visits one index entry per action instead of every row.
	rows, err := l.db.Read.QueryContext(ctx, `
		WITH RECURSIVE a (action) AS (
			SELECT min(action) FROM audit_row
			UNION ALL
			SELECT (SELECT min(r.action) FROM audit_row r WHERE r.action > a.action) FROM a WHERE a.action IS NOT NULL
		)
		SELECT action FROM a WHERE action IS NOT NULL`)
	if err != nil {
		return nil, fmt.Errorf("audit actions: %w", err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, fmt.Errorf("audit actions: %w", err)
		}
		out = append(out, s)
	}
	return out, rows.Err()
}
