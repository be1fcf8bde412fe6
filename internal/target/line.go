package target

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Reported is what a document says was done in the document's year up to a day.
// Of one year the latest day counts, of one day the latest entry.
type Reported struct {
	ID            int64
	Region        region.Code
	PartName      string
	Partner       region.Code
	Day           calendar.Date
	Value         int64 // persons or things since 1 January
	DocNo, Note   string
	EnteredName   string
	EnteredAt     int64 // Unix ms
	CancelledName string
	CancelledAt   int64
	CancelReason  string
}

// lines are the reports of one calibre in the order of their days.
type lines []Reported

// until adds up what a row's years reported by the end of a month.
func (l lines) until(r *Row, from int, m calendar.Month) (sum int64, ok bool) {
	byYear := map[int]int64{}
	for _, x := range l {
		if x.CancelledAt == 0 && x.Region == r.Region && x.Partner == r.Partner && x.PartName == r.PartName && x.Day.Month() <= m && x.Day.Month().Year() >= from {
			byYear[x.Day.Month().Year()] = x.Value
		}
	}
	for _, v := range byYear {
		sum += v
	}
	return sum, len(byYear) > 0
}

// Measured reports that the ledger counts a row by itself; else documents do.
func (t *Table) Measured(r *Row) bool { return t.Figure() != "" && r.Partner == 0 && r.PartOf == 0 }

func (s *Store) reported(ctx context.Context, scope region.Scope, t *Table) (lines, error) {
	for i := range t.Rows {
		if !t.Measured(&t.Rows[i]) {
			return s.Lines(ctx, scope, t)
		}
	}
	return nil, nil
}

// Lines are the reports on a table's indicator in its time, cancelled ones
// included, in the order of their days.
func (s *Store) Lines(ctx context.Context, scope region.Scope, t *Table) ([]Reported, error) {
	var a db.Args
	key, lo, hi := a.Add(t.IndicatorKey), a.Add(int64(calendar.DateOf(t.Year, 1, 1))), a.Add(int64(calendar.DateOf(max(t.Year, t.YearTo), 12, 31)))
	rows, err := s.db.Read.QueryContext(ctx, `
		SELECT l.id, l.region, l.part_name, l.partner, l.day, l.value, l.doc_no, l.note, l.entered_name, l.entered_at, l.cancelled_name, l.cancelled_at, l.cancel_reason
		FROM target_line l WHERE l.indicator_key = `+key+" AND l.day BETWEEN "+lo+" AND "+hi+" AND "+scope.Within(t.Region).Predicate("l.region", a.Add)+" ORDER BY l.day, l.id", a.Values...)
	if err != nil {
		return nil, fmt.Errorf("reported: %w", err)
	}
	defer rows.Close()
	var out []Reported
	for rows.Next() {
		var x Reported
		if err := rows.Scan(&x.ID, &x.Region, &x.PartName, &x.Partner, &x.Day, &x.Value, &x.DocNo, &x.Note, &x.EnteredName, &x.EnteredAt, &x.CancelledName, &x.CancelledAt, &x.CancelReason); err != nil {
			return nil, fmt.Errorf("reported: %w", err)
		}
		out = append(out, x)
	}
	return out, rows.Err()
}

// Report enters what a document says of a row: value is what was done since 1
// January of the day's year. What the ledger counts by itself takes none: two
// calibres of one name are never compared.
func (s *Store) Report(ctx context.Context, by account.Caller, table int64, n int, x Reported) error {
	scope, err := may(by)
	if err != nil {
		return err
	}
	t, err := s.get(ctx, s.db.Read, scope, table)
	if err != nil {
		return err
	}
	var row *Row
	for i := range t.Rows {
		if t.Rows[i].N == n {
			row = &t.Rows[i]
		}
	}
	if row == nil {
		return errNotFound
	}
	if err := t.checkReport(row, &x, calendar.DateAt(s.db.Clock())); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		id, err := tx.NextIDs(ctx, "target_line", 1)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO target_line (id, region, indicator_key, part_name, partner, day, value, doc_no, note, entered_by, entered_name, entered_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			id, int64(row.Region), t.IndicatorKey, row.PartName, int64(row.Partner), int64(x.Day), x.Value, x.DocNo, x.Note, by.UserID, by.Name, db.Millis(tx.Now))
		if err != nil {
			return fmt.Errorf("reported: %w", err)
		}
		return s.note(ctx, tx, by, "target.report", t, map[string]string{"row": strconv.Itoa(n), "day": x.Day.String(), "value": fmt.Sprint(x.Value)})
	})
}

func (t *Table) checkReport(row *Row, x *Reported, today calendar.Date) error {
	var fields []fault.Field
	bad := func(name, key string, args ...any) {
		fields = append(fields, fault.Field{Name: name, Key: key, Args: args})
	}
	x.DocNo, x.Note = clip(x.DocNo, 80), clip(x.Note, 200)
	switch {
	case t.Measured(row):
		bad("row", "target.line_measured")
	case t.Unit == "":
		bad("row", "target.unit_missing")
	}
	if !x.Day.Valid() || x.Day > today || x.Day.Month().Year() < t.Year || x.Day.Month() > t.Due() {
		bad("day", "target.line_day", t.Year, max(t.Year, t.YearTo))
	}
	if x.Value < 0 || x.Value > 2_000_000_000 {
		bad("value", "target.line_value")
	}
	if x.DocNo == "" {
		bad("doc_no", "target.line_doc")
	}
	if len(fields) > 0 {
		return fault.InvalidFields(fields...)
	}
	return nil
}

// CancelReport takes an entry back with a reason; it stays on show.
func (s *Store) CancelReport(ctx context.Context, by account.Caller, id int64, reason string) error {
	scope, err := may(by)
	if err != nil {
		return err
	}
	if reason = clip(reason, 200); reason == "" {
		return fault.InvalidFields(fault.Field{Name: "reason", Key: "target.line_reason"})
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		var at region.Code
		var cancelled int64
		err := tx.QueryRowContext(ctx, `SELECT region, cancelled_at FROM target_line WHERE id = $1`, id).Scan(&at, &cancelled)
		if errors.Is(err, sql.ErrNoRows) || err == nil && !scope.Contains(at) {
			return errNotFound
		}
		if err != nil {
			return fmt.Errorf("reported: %w", err)
		}
		if cancelled != 0 {
			return fault.New(fault.Conflict, "target.line_cancelled")
		}
		if _, err := tx.ExecContext(ctx, `UPDATE target_line SET cancelled_by = $1, cancelled_name = $2, cancelled_at = $3, cancel_reason = $4 WHERE id = $5`,
			by.UserID, by.Name, db.Millis(tx.Now), reason, id); err != nil {
			return fmt.Errorf("reported: %w", err)
		}
		return s.audit.Note(ctx, tx, by, account.Note{Action: "target.report_cancel", Object: "target_line", ObjectID: strconv.FormatInt(id, 10), Region: at})
	})
}

// ParseValue reads a number of persons or things in a unit as a person writes
// it: 0.8 in 万人 is 8000.
func ParseValue(text, unit string) (int64, bool) {
	a, ok := parseAmount(text)
	if !ok || a.comparator != "" || a.unit != "" && a.unit != unit && !strings.HasPrefix(unit, strings.TrimSuffix(a.unit, "人")) {
		return 0, false
	}
	if a.unit != "" {
		unit = a.unit
	}
	n, exact := persons(a.value, unit)
	return n, exact && n >= 0
}
