package entry

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/work"
)

// Sheet is a printed entry sheet of a village: its code names it, a letter
// behind each number says that the eye is in the right row.
type Sheet struct {
	Code       string
	Village    region.Code
	Month      calendar.Month
	Closed     bool
	PrintedAt  int64 // Unix milliseconds
	PrintedBy  string
	ReturnedAt int64
	Saved      int
	Rows       []SheetRow
}

// SheetRow is one numbered row. Somebody who has left the village since stands
// in it without a record, so that the numbers stay.
type SheetRow struct {
	N      int
	Letter string
	ID     int64
	Row    *people.Row
}

// letters leave out what hand and eye mistake for a digit or for another.
const letters = "ABCDEFGHJKLMNPRTUVWXY"

// alphabet is of sheet codes.
const alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// Code draws a random code of n characters.
func randomCode(n int) (string, error) {
	b := make([]byte, n)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("draw code: %w", err)
	}
	for i := range b {
		b[i] = alphabet[int(b[i])%len(alphabet)]
	}
	return string(b), nil
}

// Letter is the check letter of a row of a sheet.
func Letter(code string, n int) string {
	sum := sha256.Sum256([]byte(code + " " + strconv.Itoa(n)))
	return string(letters[int(sum[0])%len(letters)])
}

// Print makes a sheet of a village's month: its rows stay as they are on it,
// whatever happens to the village. Printing names is on record.
func (s *Store) Print(ctx context.Context, scope region.Scope, by account.Caller, village region.Code, m calendar.Month) (string, error) {
	b, err := s.Read(ctx, scope, village, m)
	if err != nil {
		return "", err
	}
	if len(b.Rows) == 0 {
		return "", fault.New(fault.Conflict, "people.sheet.nobody")
	}
	code, err := randomCode(6)
	if err != nil {
		return "", err
	}
	ids := make([]string, len(b.Rows))
	for i, r := range b.Rows {
		ids[i] = strconv.FormatInt(r.ID, 10)
	}
	return code, s.db.Tx(ctx, func(tx *db.Tx) error {
		id, err := tx.NextIDs(ctx, "entry_sheet", 1)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO entry_sheet (village, id, code, month, people, printed_at, printed_by) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			int64(village), id, code, int32(m), strings.Join(ids, ","), db.Millis(tx.Now), by.UserID)
		if err != nil {
			return fmt.Errorf("keep sheet: %w", err)
		}
		return s.audit.Write(ctx, tx, by, audit.Entry{Action: "people.sheet", Object: "entry_sheet", ObjectID: code, Region: village,
			Detail: map[string]string{"rows": strconv.Itoa(len(ids)), "month": m.String()}})
	})
}

// Sheet is a printed sheet of a village of the scope.
func (s *Store) Sheet(ctx context.Context, scope region.Scope, code string) (*Sheet, error) {
	sh := &Sheet{Code: strings.ToUpper(strings.TrimSpace(code))}
	var list string
	var a db.Args
	err := s.db.Read.QueryRowContext(ctx, `SELECT e.village, e.month, e.people, e.printed_at, e.returned_at, e.saved_rows,
			coalesce((SELECT u.name FROM app_user u WHERE u.id = e.printed_by), '') FROM entry_sheet e
		WHERE e.code = `+a.Add(sh.Code)+` AND `+scope.Predicate("e.village", a.Add), a.Values...).
		Scan(&sh.Village, &sh.Month, &list, &sh.PrintedAt, &sh.ReturnedAt, &sh.Saved, &sh.PrintedBy)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read sheet: %w", err)
	}
	if sh.Closed, err = closed(ctx, s.db.Read, sh.Village, sh.Month); err != nil {
		return nil, err
	}
	var ids []int64
	for i, text := range strings.Split(list, ",") {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("sheet %s: %w", sh.Code, err)
		}
		ids = append(ids, id)
		sh.Rows = append(sh.Rows, SheetRow{N: i + 1, Letter: Letter(sh.Code, i+1), ID: id})
	}
	rows, err := s.people.Rows(ctx, scope, ids, sh.Month)
	if err != nil {
		return nil, err
	}
	for i := range sh.Rows {
		at := slices.IndexFunc(rows, func(r people.Row) bool { return r.ID == ids[i] })
		if at >= 0 && !rows[at].Reduced && rows[at].Village == sh.Village && rows[at].OutReason == 0 {
			sh.Rows[i].Row = &rows[at]
		}
	}
	return sh, nil
}

// Sheets are the latest sheets of a place of the scope, newest first, at most
// 50, without their rows.
func (s *Store) Sheets(ctx context.Context, scope region.Scope) ([]Sheet, error) {
	if scope.Empty() {
		return nil, nil
	}
	var a db.Args
	rows, err := s.db.Read.QueryContext(ctx, `SELECT e.code, e.village, e.month, e.printed_at, e.returned_at, e.saved_rows,
			coalesce((SELECT u.name FROM app_user u WHERE u.id = e.printed_by), '') FROM entry_sheet e
		WHERE `+scope.Predicate("e.village", a.Add)+` ORDER BY e.printed_at DESC, e.id DESC LIMIT 50`, a.Values...)
	if err != nil {
		return nil, fmt.Errorf("list sheets: %w", err)
	}
	defer rows.Close()
	var out []Sheet
	for rows.Next() {
		var sh Sheet
		if err := rows.Scan(&sh.Code, &sh.Village, &sh.Month, &sh.PrintedAt, &sh.ReturnedAt, &sh.Saved, &sh.PrintedBy); err != nil {
			return nil, fmt.Errorf("list sheets: %w", err)
		}
		out = append(out, sh)
	}
	return out, rows.Err()
}

// Totals are the two sums at the foot of the paper, counted by hand: typed
// first, so that a slip of the finger shows before anything is saved.
type Totals struct {
	Rows    int   // rows that are filled in
	WageFen int64 // sum of the wages
}

// Of sums up what was typed.
func Of(lines []Line) Totals {
	t := Totals{Rows: len(lines)}
	for _, l := range lines {
		t.WageFen += max(l.WageFen, 0)
	}
	return t
}

// Return saves what was typed back from a sheet. Where the paper's totals are
// not those of the lines nothing is saved, and the answer names both.
func (s *Store) Return(ctx context.Context, scope region.Scope, by account.Caller, code string, lines []Line, paper Totals) ([]work.Answer, error) {
	sh, err := s.Sheet(ctx, scope, code)
	if err != nil {
		return nil, err
	}
	typed := Of(lines)
	var bad []fault.Field
	if typed.Rows != paper.Rows {
		bad = append(bad, fault.Field{Name: "total_rows", Key: "people.sheet.rows_differ", Args: []any{paper.Rows, typed.Rows}})
	}
	if typed.WageFen != paper.WageFen {
		bad = append(bad, fault.Field{Name: "total_wage", Key: "people.sheet.wage_differ", Args: []any{yuan(paper.WageFen), yuan(typed.WageFen)}})
	}
	if len(bad) > 0 {
		return nil, fault.InvalidFields(bad...)
	}
	on := map[int64]bool{}
	for _, r := range sh.Rows {
		on[r.ID] = true
	}
	for _, l := range lines {
		if !on[l.Person] {
			return nil, errNotFound
		}
	}
	b, err := s.Read(ctx, scope, sh.Village, sh.Month)
	if err != nil {
		return nil, err
	}
	return s.save(ctx, scope, by, b, lines, sh.Code)
}

func yuan(fen int64) string {
	if fen%100 == 0 {
		return strconv.FormatInt(fen/100, 10)
	}
	return fmt.Sprintf("%d.%02d", fen/100, fen%100)
}
