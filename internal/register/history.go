package register

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"strconv"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
	"wengang/internal/secret"
)

func maskPhone(s string) string { return secret.MaskPhone(s) }

// column is one column of register as text, so that history can show and
// restore it.
type column struct {
	name string
	get  func(*Record) string
}

var columns = []column{
	{"region", func(r *Record) string { return strconv.FormatInt(int64(r.Region), 10) }},
	{"level", func(r *Record) string { return strconv.Itoa(r.Level) }},
	{"name", func(r *Record) string { return r.Name }},
	{"uscc", func(r *Record) string { return r.USCC }},
	{"doc_no", func(r *Record) string { return r.DocNo }},
	{"started_on", func(r *Record) string { return strconv.Itoa(int(r.StartedOn)) }},
	{"ended_on", func(r *Record) string { return strconv.Itoa(int(r.EndedOn)) }},
	{"end_reason", func(r *Record) string { return r.EndReason }},
	{"state", func(r *Record) string { return strconv.Itoa(int(r.State)) }},
	{"contact", func(r *Record) string { return r.Contact }},
	{"people", func(r *Record) string { return strconv.FormatInt(r.People, 10) }},
	{"poor", func(r *Record) string { return strconv.FormatInt(r.Poor, 10) }},
	{"marks", func(r *Record) string { return strconv.Itoa(int(r.Marks)) }},
	{"extra", func(r *Record) string { return encodeExtra(r.Extra) }},
}

// numeric columns; the others are text.
var numeric = map[string]bool{"region": true, "level": true, "started_on": true, "ended_on": true, "state": true, "people": true, "poor": true, "marks": true}

// differences lists the columns that differ.
func differences(old, r *Record) []column {
	var out []column
	for _, c := range columns {
		if c.get(old) != c.get(r) {
			out = append(out, c)
		}
	}
	return out
}

// update writes r over old and a row of history per changed column. An empty
// r.Phone keeps the number.
func (s *Store) update(ctx context.Context, tx *db.Tx, old, r *Record, why changeOf) error {
	var change [][]any
	for _, c := range differences(old, r) {
		change = append(change, []any{c.name, c.get(old), c.get(r), nil})
		if err := setColumn(ctx, tx, old.ID, c.name, c.get(r)); err != nil {
			return err
		}
	}
	if r.Phone != "" {
		cipher, mask, err := s.sealPhone(r.Phone)
		if err != nil {
			return err
		}
		var before []byte
		if err := tx.QueryRowContext(ctx, "SELECT phone_cipher FROM register WHERE id = $1", old.ID).Scan(&before); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE register SET phone_cipher = $1, phone_mask = $2 WHERE id = $3", blob(cipher), mask, old.ID); err != nil {
			return fmt.Errorf("phone of register %d: %w", old.ID, err)
		}
		change = append(change, []any{"phone", old.PhoneMask, mask, blob(before)})
	}
	if len(change) == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, "UPDATE register SET updated_at = $1, version = version + 1 WHERE id = $2", db.Millis(tx.Now), old.ID); err != nil {
		return fmt.Errorf("update register %d: %w", old.ID, err)
	}
	return writeHistory(ctx, tx, old.ID, 0, change, why)
}

// setColumn writes one column from its history text. The name comes from
// columns, never from input.
func setColumn(ctx context.Context, tx *db.Tx, id int64, name, text string) error {
	var v any = text
	if numeric[name] {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return fmt.Errorf("register column %s: %w", name, err)
		}
		v = n
	}
	if _, err := tx.ExecContext(ctx, "UPDATE register SET "+name+" = $1 WHERE id = $2", v, id); err != nil {
		return fmt.Errorf("update register %d %s: %w", id, name, err)
	}
	if name != "name" {
		return nil
	}
	_, err := tx.ExecContext(ctx, "UPDATE register SET name_key = $1 WHERE id = $2", NameKey(text), id)
	return err
}

func writeHistory(ctx context.Context, tx *db.Tx, id, member int64, change [][]any, why changeOf) error {
	first, err := tx.NextIDs(ctx, "register_change", len(change))
	if err != nil {
		return err
	}
	for i, c := range change {
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO register_change (register_id, id, member_id, at, field, old_value, new_value, old_cipher, reason, by_user, batch_id)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			id, first+int64(i), member, db.Millis(tx.Now), c[0], c[1], c[2], c[3], why.reason, why.user, why.batch); err != nil {
			return fmt.Errorf("history of register %d: %w", id, err)
		}
	}
	return nil
}

// Change is one entry of a register's history. Extra fields are split by
// their keys; Old and New are as stored (dates yyyymmdd, money fen).
type Change struct {
	At     int64
	Field  string
	Old    string
	New    string
	Reason string
	ByUser int64
	Batch  int64
	Member int64
}

// History is everything that changed on a register, newest first.
func (s *Store) History(ctx context.Context, scope region.Scope, id int64) ([]Change, error) {
	if _, err := s.get(ctx, s.db.Read, scope, id); err != nil {
		return nil, err
	}
	rows, err := s.db.Read.QueryContext(ctx, `
		SELECT at, field, old_value, new_value, reason, by_user, batch_id, member_id FROM register_change
		WHERE register_id = $1 ORDER BY at DESC, id DESC LIMIT 200`, id)
	if err != nil {
		return nil, fmt.Errorf("history of register %d: %w", id, err)
	}
	defer rows.Close()
	var out []Change
	for rows.Next() {
		var c Change
		if err := rows.Scan(&c.At, &c.Field, &c.Old, &c.New, &c.Reason, &c.ByUser, &c.Batch, &c.Member); err != nil {
			return nil, fmt.Errorf("history of register %d: %w", id, err)
		}
		if c.Field == "extra" {
			out = append(out, splitExtra(c)...)
			continue
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

func splitExtra(c Change) []Change {
	var before, after map[string]string
	if json.Unmarshal([]byte(c.Old), &before) != nil || json.Unmarshal([]byte(c.New), &after) != nil {
		return []Change{c}
	}
	keys := map[string]bool{}
	for k := range before {
		keys[k] = true
	}
	for k := range after {
		keys[k] = true
	}
	var out []Change
	for k := range keys {
		if before[k] != after[k] {
			d := c
			d.Field, d.Old, d.New = k, before[k], after[k]
			out = append(out, d)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Field < out[j].Field })
	return out
}

// StateChange is one dated state of a register.
type StateChange struct {
	Since  calendar.Date
	State  State
	Reason string
	At     int64
}

// States is the register's life so far, oldest first.
func (s *Store) States(ctx context.Context, scope region.Scope, id int64) ([]StateChange, error) {
	if _, err := s.get(ctx, s.db.Read, scope, id); err != nil {
		return nil, err
	}
	rows, err := s.db.Read.QueryContext(ctx, `
		SELECT since, state, reason, recorded_at FROM register_state WHERE register_id = $1 ORDER BY since, recorded_at`, id)
	if err != nil {
		return nil, fmt.Errorf("states of register %d: %w", id, err)
	}
	defer rows.Close()
	var out []StateChange
	for rows.Next() {
		var c StateChange
		if err := rows.Scan(&c.Since, &c.State, &c.Reason, &c.At); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}
