package rule

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Filter narrows the findings of a scope. Zero values do not narrow, but only
// open findings are shown unless State says otherwise.
type Filter struct {
	Rule     string
	Severity Severity
	State    State
	PersonID int64
}

// Count is how many findings stand under a key.
type Count struct {
	Rule   *Rule       // of ByRule
	Place  region.Code // of ByPlace
	Open   int
	People int
}

// Item is one finding in a list, the person masked.
type Item struct {
	ID          int64
	PersonID    int64
	Name        string
	IDMask      string
	Village     region.Code
	Rule        *Rule
	Severity    Severity
	Place       string // Finding.Place
	Args        []any
	State       State
	OpenedAt    time.Time
	ClosedAt    time.Time
	Reason      string
	ExceptUntil calendar.Date
}

// Field is the canonical column of the finding.
func (i *Item) Field() string {
	f, _, _ := strings.Cut(i.Place, "@")
	return f
}

// visible is what every read of findings begins with: by the person's place of
// today, so that a move takes the findings along.
const visible = ` FROM finding f JOIN person p ON p.id = f.person_id
	WHERE p.merged_into = 0 AND NOT EXISTS (SELECT 1 FROM hidden_batch hb WHERE hb.batch_id = p.batch_id) AND `

func (f Filter) where(scope region.Scope, a *db.Args) string {
	parts := []string{scope.Predicate("p.village", a.Add), "f.state = " + a.Add(int(f.State))}
	if f.Rule != "" {
		parts = append(parts, "f.rule = "+a.Add(f.Rule))
	}
	if f.Severity != 0 {
		parts = append(parts, "f.severity = "+a.Add(int(f.Severity)))
	}
	if f.PersonID != 0 {
		parts = append(parts, "f.person_id = "+a.Add(f.PersonID))
	}
	return strings.Join(parts, " AND ")
}

// ByRule counts the findings of the scope per rule, most first.
func (d *Desk) ByRule(ctx context.Context, scope region.Scope, f Filter) ([]Count, error) {
	var a db.Args
	rows, err := d.db.Read.QueryContext(ctx, `SELECT f.rule, COUNT(*), COUNT(DISTINCT f.person_id)`+visible+f.where(scope, &a)+
		` GROUP BY f.rule ORDER BY 2 DESC, 1`, a.Values...)
	if err != nil {
		return nil, fmt.Errorf("count findings: %w", err)
	}
	defer rows.Close()
	var out []Count
	for rows.Next() {
		var id string
		var c Count
		if err := rows.Scan(&id, &c.Open, &c.People); err != nil {
			return nil, fmt.Errorf("count findings: %w", err)
		}
		if c.Rule = Get(id); c.Rule != nil {
			out = append(out, c)
		}
	}
	return out, rows.Err()
}

// ByPlace counts the findings of the scope per place of a level, by code.
func (d *Desk) ByPlace(ctx context.Context, scope region.Scope, f Filter, level region.Level) ([]Count, error) {
	// Every place of a level spans as many codes as any other.
	lo, hi := region.Code(111_111_111_111).At(level).Range()
	span := int64(hi - lo)
	var a db.Args
	s := a.Add(span)
	rows, err := d.db.Read.QueryContext(ctx, `SELECT (p.village / `+s+`) * `+s+`, COUNT(*), COUNT(DISTINCT f.person_id)`+visible+f.where(scope, &a)+
		` GROUP BY 1 ORDER BY 1`, a.Values...)
	if err != nil {
		return nil, fmt.Errorf("count findings: %w", err)
	}
	defer rows.Close()
	var out []Count
	for rows.Next() {
		var c Count
		if err := rows.Scan(&c.Place, &c.Open, &c.People); err != nil {
			return nil, fmt.Errorf("count findings: %w", err)
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// PageSize is how many findings a list shows at once.
const PageSize = 50

// List is a page of findings of the scope, oldest first, behind the finding
// after; more says that another page follows.
func (d *Desk) List(ctx context.Context, scope region.Scope, f Filter, after int64, limit int) (items []Item, more bool, err error) {
	if limit <= 0 || limit > 500 {
		limit = PageSize
	}
	var a db.Args
	rows, err := d.db.Read.QueryContext(ctx, `SELECT `+itemColumns+visible+f.where(scope, &a)+` AND f.id > `+a.Add(after)+
		` ORDER BY f.id LIMIT `+strconv.Itoa(limit+1), a.Values...)
	if err != nil {
		return nil, false, fmt.Errorf("list findings: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		it, err := scanItem(rows)
		if err != nil {
			return nil, false, err
		}
		items = append(items, it)
	}
	if err := rows.Err(); err != nil {
		return nil, false, fmt.Errorf("list findings: %w", err)
	}
	if len(items) > limit {
		return items[:limit], true, nil
	}
	return items, false, nil
}

const itemColumns = `f.id, f.person_id, p.name, p.id_mask, p.village, f.rule, f.severity, f.field, f.detail, f.state, f.opened_at, f.closed_at, f.reason, f.except_until`

func scanItem(row interface{ Scan(...any) error }) (Item, error) {
	var it Item
	var id, detail string
	var opened, closed int64
	err := row.Scan(&it.ID, &it.PersonID, &it.Name, &it.IDMask, &it.Village, &id, &it.Severity, &it.Place, &detail,
		&it.State, &opened, &closed, &it.Reason, &it.ExceptUntil)
	if err != nil {
		return it, fmt.Errorf("read finding: %w", err)
	}
	it.OpenedAt, it.ClosedAt = db.FromMillis(opened), db.FromMillis(closed)
	if it.Rule = Get(id); it.Rule == nil {
		it.Rule = &Rule{ID: id}
	}
	var args []string
	if err := json.Unmarshal([]byte(detail), &args); err != nil {
		args = nil // written by hand: the message keeps its holes
	}
	for _, s := range args {
		it.Args = append(it.Args, s)
	}
	return it, nil
}

// One is a finding of the scope.
func (d *Desk) One(ctx context.Context, scope region.Scope, id int64) (Item, error) {
	return one(ctx, d.db.Read, scope, id)
}

func one(ctx context.Context, q db.Querier, scope region.Scope, id int64) (Item, error) {
	var a db.Args
	it, err := scanItem(q.QueryRowContext(ctx, `SELECT `+itemColumns+visible+scope.Predicate("p.village", a.Add)+` AND f.id = `+a.Add(id), a.Values...))
	if errors.Is(err, sql.ErrNoRows) {
		return it, fault.NotFoundf("fault.notfound")
	}
	return it, err
}

// Excuse states why a finding stands although the record is right, for good or
// until a day. It needs a reason of at least four characters; an error cannot
// be excused, only mended.
func (d *Desk) Excuse(ctx context.Context, scope region.Scope, by account.Caller, id int64, reason string, until calendar.Date) error {
	reason = strings.TrimSpace(reason)
	if len([]rune(reason)) < 4 || len([]rune(reason)) > 500 {
		return fault.InvalidFields(fault.Field{Name: "reason", Key: "finding.reason"})
	}
	return d.db.Tx(ctx, func(tx *db.Tx) error {
		it, err := one(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		switch {
		case it.State != Open:
			return fault.New(fault.Conflict, "finding.not_open")
		case it.Severity == Error:
			return fault.New(fault.Invalid, "finding.error_stays")
		case until != 0 && (!until.Valid() || until < calendar.DateAt(tx.Now)):
			return fault.InvalidFields(fault.Field{Name: "until", Key: "finding.until"})
		}
		return d.move(ctx, tx, by, it, Excused, reason, until, "finding.excuse")
	})
}

// Reopen takes an excuse back.
func (d *Desk) Reopen(ctx context.Context, scope region.Scope, by account.Caller, id int64) error {
	return d.db.Tx(ctx, func(tx *db.Tx) error {
		it, err := one(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		if it.State != Excused {
			return fault.New(fault.Conflict, "finding.not_excused")
		}
		return d.move(ctx, tx, by, it, Open, "", 0, "finding.reopen")
	})
}

func (d *Desk) move(ctx context.Context, tx *db.Tx, by account.Caller, it Item, to State, reason string, until calendar.Date, action string) error {
	closed := int64(0)
	if to != Open {
		closed = db.Millis(tx.Now)
	}
	_, err := tx.ExecContext(ctx, `UPDATE finding SET state = $1, reason = $2, except_until = $3, closed_at = $4, closed_by = $5 WHERE id = $6`,
		int(to), reason, int64(until), closed, by.UserID, it.ID)
	if err != nil {
		return fmt.Errorf("move finding: %w", err)
	}
	return d.audit.Write(ctx, tx, by, audit.Entry{Action: action, Object: "person", ObjectID: strconv.FormatInt(it.PersonID, 10),
		Region: it.Village, Detail: map[string]string{"rule": it.Rule.ID}})
}
