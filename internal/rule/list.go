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
	Overdue  bool         // open and past the day
	Owner    region.Level // who must clear it
	Dept     account.Dept
	How      Closing // of mended ones
	Expiring bool    // of excused ones: within ExpirySoon days
}

// ExpirySoon is how many days before its end an exception is announced.
const ExpirySoon = 30

// Count is how many findings stand under a key.
type Count struct {
	Rule    *Rule       // of ByRule
	Place   region.Code // of ByPlace
	Open    int
	People  int
	Overdue int
}

// Item is one finding in a list, the person masked.
type Item struct {
	ID           int64
	PersonID     int64
	Name         string
	IDMask       string
	Village      region.Code
	Rule         *Rule
	Severity     Severity
	Place        string // Finding.Place
	Args         []any
	State        State
	OpenedAt     time.Time
	Due          calendar.Date
	Owner        region.Level
	ClosedAt     time.Time
	How          Closing
	ClosedBy     int64
	ClosedByName string
	ClosedChange int64 // row of the person's history
	ClosedBatch  int64
	ClosedFile   string
	Reason       string
	ExceptUntil  calendar.Date
}

// Overdue reports an open finding past its day.
func (i *Item) Overdue(today calendar.Date) bool {
	return i.State == Open && i.Due != 0 && i.Due < today
}

// Clears is the level that must clear the finding: one higher once it is
// overdue, never above the county.
func (i *Item) Clears(today calendar.Date) region.Level {
	if i.Overdue(today) && i.Owner > region.County {
		return i.Owner - 1
	}
	return i.Owner
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

func (f Filter) where(scope region.Scope, a *db.Args, today calendar.Date) string {
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
	if f.Owner != 0 {
		parts = append(parts, "f.owner = "+a.Add(int(f.Owner)))
	}
	if f.Overdue {
		parts = append(parts, "f.due_on <> 0 AND f.due_on < "+a.Add(int64(today)))
	}
	if f.How != 0 {
		parts = append(parts, "f.closed_how = "+a.Add(int(f.How)))
	}
	if f.Expiring {
		parts = append(parts, "f.except_until <> 0 AND f.except_until <= "+a.Add(int64(today.Add(ExpirySoon))))
	}
	if f.Dept != "" {
		var ids []string
		for _, r := range All() {
			if r.Dept() == f.Dept {
				ids = append(ids, r.ID)
			}
		}
		parts = append(parts, "f.rule IN "+db.List(a, ids))
	}
	return strings.Join(parts, " AND ")
}

func (d *Desk) today() calendar.Date { return calendar.DateAt(d.db.Clock()) }

// late counts the overdue ones of a group.
func late(a *db.Args, today calendar.Date) string {
	return `COALESCE(SUM(CASE WHEN f.state = 0 AND f.due_on <> 0 AND f.due_on < ` + a.Add(int64(today)) + ` THEN 1 ELSE 0 END), 0)`
}

// ByRule counts the findings of the scope per rule, most overdue first.
func (d *Desk) ByRule(ctx context.Context, scope region.Scope, f Filter) ([]Count, error) {
	var a db.Args
	rows, err := d.db.Read.QueryContext(ctx, `SELECT f.rule, COUNT(*), COUNT(DISTINCT f.person_id), `+late(&a, d.today())+visible+f.where(scope, &a, d.today())+
		` GROUP BY f.rule ORDER BY 4 DESC, 2 DESC, 1`, a.Values...)
	if err != nil {
		return nil, fmt.Errorf("count findings: %w", err)
	}
	defer rows.Close()
	var out []Count
	for rows.Next() {
		var id string
		var c Count
		if err := rows.Scan(&id, &c.Open, &c.People, &c.Overdue); err != nil {
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
	rows, err := d.db.Read.QueryContext(ctx, `SELECT (p.village / `+s+`) * `+s+`, COUNT(*), COUNT(DISTINCT f.person_id), `+late(&a, d.today())+visible+f.where(scope, &a, d.today())+
		` GROUP BY 1 ORDER BY 1`, a.Values...)
	if err != nil {
		return nil, fmt.Errorf("count findings: %w", err)
	}
	defer rows.Close()
	var out []Count
	for rows.Next() {
		var c Count
		if err := rows.Scan(&c.Place, &c.Open, &c.People, &c.Overdue); err != nil {
			return nil, fmt.Errorf("count findings: %w", err)
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// PageSize is how many findings a list shows at once.
const PageSize = 50

// Cursor is a place in a list: the key that it is ordered by, and the finding.
type Cursor struct{ Key, ID int64 }

// order is what a list of a state is ordered by: open ones by their day, so that
// the overdue stand first; exceptions by their end; mended ones the newest first.
func (f Filter) order() (key string, down bool) {
	switch f.State {
	case Excused:
		return "f.except_until", false
	case Mended:
		return "f.closed_at", true
	}
	return "f.due_on", false
}

// List is a page of findings of the scope behind the cursor; next is the cursor
// of the page that follows, nil for none.
func (d *Desk) List(ctx context.Context, scope region.Scope, f Filter, after Cursor, limit int) (items []Item, next *Cursor, err error) {
	if limit <= 0 || limit > 500 {
		limit = PageSize
	}
	var a db.Args
	key, down := f.order()
	where := f.where(scope, &a, d.today())
	compare, direction := ">", ""
	if down {
		compare, direction = "<", " DESC"
	}
	if after.ID != 0 {
		where += " AND (" + key + " " + compare + " " + a.Add(after.Key) + " OR " + key + " = " + a.Add(after.Key) + " AND f.id " + compare + " " + a.Add(after.ID) + ")"
	}
	rows, err := d.db.Read.QueryContext(ctx, `SELECT `+key+`, `+itemColumns+visible+where+
		` ORDER BY `+key+direction+`, f.id`+direction+` LIMIT `+strconv.Itoa(limit+1), a.Values...)
	if err != nil {
		return nil, nil, fmt.Errorf("list findings: %w", err)
	}
	defer rows.Close()
	var at Cursor
	for rows.Next() {
		if len(items) == limit {
			return items, &at, nil
		}
		it, err := scanItem(rows, &at.Key)
		if err != nil {
			return nil, nil, err
		}
		at.ID = it.ID
		items = append(items, it)
	}
	if err := rows.Err(); err != nil {
		return nil, nil, fmt.Errorf("list findings: %w", err)
	}
	return items, nil, nil
}

const itemColumns = `f.id, f.person_id, p.name, p.id_mask, p.village, f.rule, f.severity, f.field, f.detail, f.state, f.opened_at, f.due_on, f.owner,
	f.closed_at, f.closed_how, f.closed_by, f.closed_change, f.closed_batch, f.reason, f.except_until,
	COALESCE((SELECT u.name FROM app_user u WHERE u.id = f.closed_by), ''), COALESCE((SELECT b.file_name FROM import_batch b WHERE b.id = f.closed_batch), '')`

func scanItem(row interface{ Scan(...any) error }, first ...any) (Item, error) {
	var it Item
	var id, detail string
	var opened, closed int64
	err := row.Scan(append(first, &it.ID, &it.PersonID, &it.Name, &it.IDMask, &it.Village, &id, &it.Severity, &it.Place, &detail,
		&it.State, &opened, &it.Due, &it.Owner, &closed, &it.How, &it.ClosedBy, &it.ClosedChange, &it.ClosedBatch, &it.Reason, &it.ExceptUntil,
		&it.ClosedByName, &it.ClosedFile)...)
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
