package rule

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
	"wengang/internal/setting"
)

// State of a finding.
type State int

// The states: open until the record is mended (nobody clears it by hand then)
// or a person states why it stands, for good or until a day.
const (
	Open State = iota
	Mended
	Excused
)

// Closing is how a finding was mended.
type Closing int

// The ways: the numbers are stored.
const (
	ByEdit    Closing = iota + 1
	ByImport          // closed_batch names it
	ByLeaving         // the person is in no register any more
	ByRecheck         // a look at the ledger found that it no longer holds
)

// Auditor writes audit rows in the caller's transaction (audit.Log).
type Auditor interface {
	Write(ctx context.Context, tx *db.Tx, by account.Caller, e audit.Entry) error
	// Exported puts a file that leaves the product on record.
	Exported(ctx context.Context, tx *db.Tx, by account.Caller, e audit.Export) (id int64, err error)
}

// Desk keeps what the rules found of records in the ledger.
type Desk struct {
	db     *db.DB
	places Places
	audit  Auditor
}

// NewDesk makes the desk; places is the tree, all are needed.
func NewDesk(d *db.DB, places Places, log Auditor) *Desk {
	if d == nil || places == nil || log == nil {
		panic("rule.NewDesk: a dependency is missing")
	}
	return &Desk{db: d, places: places, audit: log}
}

// ledgerScopes are what can be checked of a record without its file.
var ledgerScopes = []Scope{ScopePerson, ScopeSpell, ScopePlan}

// Settings are the thresholds of a place today. q may be nil outside a
// transaction.
func (d *Desk) Settings(ctx context.Context, q db.Querier, at region.Code) (*Settings, error) {
	if q == nil {
		q = d.db.Read
	}
	v, err := setting.At(ctx, q, at, calendar.MonthAt(d.db.Clock()).Year())
	if err != nil {
		return nil, err
	}
	return SettingsOf(v, d.places), nil
}

// Kept is what a check found of one person. Checked reports whether the check
// looked at a rule at a place (Finding.Place): only those can be mended.
type Kept struct {
	PersonID int64
	Village  region.Code
	Found    []Finding
	Checked  func(r *Rule, place string) bool
}

// keepChunk bounds the placeholders of one statement.
const keepChunk = 200

// KeepAll is Keep for many people: two statements per 200 people, more only
// where something was found or mended.
func KeepAll(ctx context.Context, tx *db.Tx, batch int64, all []Kept) error {
	return keepAll(ctx, tx, batch, closing{how: ByImport}, all)
}

func keepAll(ctx context.Context, tx *db.Tx, batch int64, by closing, all []Kept) error {
	if len(all) == 0 {
		return nil
	}
	duty, err := loadDuties(ctx, tx)
	if err != nil {
		return err
	}
	for len(all) > 0 {
		n := min(keepChunk, len(all))
		if err := mend(ctx, tx, batch, by, all[:n]); err != nil {
			return err
		}
		if err := open(ctx, tx, batch, duty, all[:n]); err != nil {
			return err
		}
		all = all[n:]
	}
	return nil
}

func mend(ctx context.Context, tx *db.Tx, batch int64, by closing, all []Kept) error {
	ids := make([]int64, len(all))
	kept := make(map[int64][]*Kept, len(all))
	for i := range all {
		ids[i] = all[i].PersonID
		kept[ids[i]] = append(kept[ids[i]], &all[i])
	}
	var a db.Args
	rows, err := tx.QueryContext(ctx, `SELECT id, person_id, rule, field FROM finding
		WHERE person_id IN `+db.List(&a, ids)+` AND state <> `+a.Add(int(Mended)), a.Values...)
	if err != nil {
		return fmt.Errorf("read findings: %w", err)
	}
	var gone []int64
	for rows.Next() {
		var id, person int64
		var rule, place string
		if err := rows.Scan(&id, &person, &rule, &place); err != nil {
			rows.Close()
			return fmt.Errorf("read findings: %w", err)
		}
		if mended(kept[person], rule, place) {
			gone = append(gone, id)
		}
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read findings: %w", err)
	}
	if len(gone) == 0 {
		return nil
	}
	a = db.Args{}
	_, err = tx.ExecContext(ctx, `UPDATE finding SET state = `+a.Add(int(Mended))+`, closed_at = `+a.Add(db.Millis(tx.Now))+
		`, closed_batch = `+a.Add(batch)+`, closed_how = `+a.Add(int(by.how))+`, closed_by = `+a.Add(by.by)+`, closed_change = `+a.Add(by.change)+` WHERE id IN `+db.List(&a, gone), a.Values...)
	if err != nil {
		return fmt.Errorf("mend findings: %w", err)
	}
	return nil
}

func mended(kept []*Kept, rule, place string) bool {
	r := Get(rule)
	looked := r == nil // a rule that left the book holds nothing open
	for _, k := range kept {
		for i := range k.Found {
			if k.Found[i].Rule == r && k.Found[i].Place() == place {
				return false
			}
		}
		looked = looked || r != nil && k.Checked(r, place)
	}
	return looked
}

// openChunk bounds the values of one statement: a sheet whose every row breaks
// twenty rules would pass what the engines take.
const openChunk = 100

func open(ctx context.Context, tx *db.Tx, batch int64, duty *duties, all []Kept) error {
	var a db.Args
	var values []string
	now, seen := db.Millis(tx.Now), map[string]bool{}
	flush := func() error {
		err := insertFindings(ctx, tx, values, a)
		values, a = nil, db.Args{}
		return err
	}
	for _, k := range all {
		for i := range k.Found {
			f := &k.Found[i]
			key := strconv.FormatInt(k.PersonID, 10) + f.Rule.ID + f.Place()
			if seen[key] {
				continue
			}
			seen[key] = true
			month := calendar.Month(0)
			if f.Spell != nil {
				month = f.Spell.Start
			}
			u := duty.of(k.Village, f.Rule.Severity)
			values = append(values, "("+strings.Join([]string{a.Add(k.PersonID), a.Add(int64(k.Village)), a.Add(f.Rule.ID), a.Add(int(f.Rule.Severity)),
				a.Add(f.Place()), a.Add(detail(f.Args)), a.Add(int32(month)), a.Add(now), a.Add(batch),
				a.Add(int64(u.due)), a.Add(int(u.level))}, ", ")+")")
			if len(values) == openChunk {
				if err := flush(); err != nil {
					return err
				}
			}
		}
	}
	return flush()
}

func insertFindings(ctx context.Context, tx *db.Tx, values []string, a db.Args) error {
	if len(values) == 0 {
		return nil
	}
	today := a.Add(int64(calendar.DateAt(tx.Now)))
	// An exception holds until its day, also where the finding was gone for a
	// while in between.
	held := `finding.reason <> '' AND (finding.except_until = 0 OR finding.except_until >= ` + today + `)`
	fresh := `finding.state = 1 OR finding.state = 2 AND NOT (` + held + `)`
	_, err := tx.ExecContext(ctx, `INSERT INTO finding (person_id, village, rule, severity, field, detail, month, opened_at, batch_id, due_on, owner)
		VALUES `+strings.Join(values, ", ")+`
		ON CONFLICT (person_id, rule, field) DO UPDATE SET village = excluded.village, severity = excluded.severity, detail = excluded.detail,
			opened_at = CASE WHEN `+fresh+` THEN excluded.opened_at ELSE finding.opened_at END,
			due_on = CASE WHEN `+fresh+` OR finding.due_on = 0 THEN excluded.due_on ELSE finding.due_on END,
			owner = CASE WHEN `+fresh+` OR finding.owner = 0 THEN excluded.owner ELSE finding.owner END,
			batch_id = CASE WHEN finding.state = 1 THEN excluded.batch_id ELSE finding.batch_id END,
			state = CASE WHEN finding.state <> 0 AND `+held+` THEN 2 ELSE 0 END`,
		a.Values...)
	if err != nil {
		return fmt.Errorf("open findings: %w", err)
	}
	return nil
}

// detail keeps the message's values as text: words may change, values may not.
func detail(args []any) string {
	out := make([]string, len(args))
	for i, v := range args {
		out[i] = fmt.Sprint(v)
	}
	b, err := json.Marshal(out)
	if err != nil {
		return "[]" // strings always marshal
	}
	return string(b)
}

// Forget removes the findings that a batch opened, when its rows go, and opens
// those again that it had mended.
func Forget(ctx context.Context, tx *db.Tx, batch int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE finding SET state = CASE WHEN reason = '' THEN 0 ELSE 2 END,
		closed_at = CASE WHEN reason = '' THEN 0 ELSE closed_at END, closed_batch = 0 WHERE closed_batch = $1 AND state = 1`, batch)
	if err != nil {
		return fmt.Errorf("open findings again: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM finding WHERE batch_id = $1`, batch); err != nil {
		return fmt.Errorf("forget findings: %w", err)
	}
	return nil
}
