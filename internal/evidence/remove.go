package evidence

import (
	"context"
	"fmt"
	"strings"
	"time"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/secret"
)

// state of an attachment.
type state string

// The states: it stands; it was taken off and can be put back for the set
// number of days; it is erased with its key, and only the row remains.
const (
	standing state = "standing"
	off      state = "off"
	erased   state = "erased"
)

// moves is the life of an attachment.
var moves = []struct {
	from   state
	action string
	to     state
	edit   bool // needs the right to change the record; else the schedule does it
}{
	{standing, "evidence.remove", off, true},
	{off, "evidence.restore", standing, true},
	{off, "evidence.erase", erased, false},
}

func (it *Item) state() state {
	if it.Deleted != 0 {
		return off
	}
	return standing
}

func may(from state, action string) bool {
	for _, m := range moves {
		if m.from == from && m.action == action {
			return true
		}
	}
	return false
}

// Remove takes an attachment off its record, with the reason. The row stays.
func (s *Store) Remove(ctx context.Context, by account.Caller, id int64, reason string) (Item, error) {
	reason = secret.Scrub(strings.TrimSpace(reason))
	if n := len([]rune(reason)); n < 2 || n > 200 {
		return Item{}, fault.InvalidFields(fault.Field{Name: "reason", Key: "evidence.reason"})
	}
	return s.move(ctx, by, id, "evidence.remove", func(tx *db.Tx) (string, []any) {
		return `UPDATE evidence SET deleted_at = $1, deleted_by = $2, delete_reason = $3 WHERE id = $4 AND deleted_at = 0`, []any{db.Millis(tx.Now), by.UserID, reason, id}
	})
}

// Restore puts it back.
func (s *Store) Restore(ctx context.Context, by account.Caller, id int64) (Item, error) {
	return s.move(ctx, by, id, "evidence.restore", func(*db.Tx) (string, []any) {
		return `UPDATE evidence SET deleted_at = 0, deleted_by = 0, delete_reason = '' WHERE id = $1 AND deleted_at <> 0 AND erased_at = 0`, []any{id}
	})
}

func (s *Store) move(ctx context.Context, by account.Caller, id int64, action string, act func(*db.Tx) (string, []any)) (it Item, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if it, err = s.item(ctx, tx, by, id); err != nil {
			return err
		}
		if !it.Edit {
			k, _ := s.kind(it.Object)
			return fault.New(fault.Forbidden, "fault.forbidden", k.Edit)
		}
		if !may(it.state(), action) {
			return fault.New(fault.Conflict, "evidence.moved")
		}
		if k, _ := s.kind(it.Object); action == "evidence.remove" && k.Held != nil {
			held, err := k.Held(ctx, tx, by.Scope(k.Edit), id)
			if err != nil {
				return err
			}
			if held {
				return fault.New(fault.Conflict, "evidence.held")
			}
		}
		query, args := act(tx)
		res, err := tx.ExecContext(ctx, query, args...)
		if err != nil {
			return fmt.Errorf("%s: %w", action, err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return fault.New(fault.Conflict, "evidence.moved")
		}
		return s.note(ctx, tx, by, action, &it, nil)
	})
	return it, err
}

// Clean erases what was taken off longer ago than the setting of its place
// allows, and sweeps up files that no row knows, untouched for an hour. Erasing
// the key makes the file unreadable in every copy of the folder.
func (s *Store) Clean(ctx context.Context) error {
	rows, err := s.db.Read.QueryContext(ctx, `SELECT id, file, region, deleted_at FROM evidence WHERE deleted_at <> 0 AND erased_at = 0 ORDER BY deleted_at LIMIT 1000`)
	if err != nil {
		return fmt.Errorf("clean evidence: %w", err)
	}
	var due []Item
	for rows.Next() {
		var it Item
		if err := rows.Scan(&it.ID, &it.file, &it.Region, &it.Deleted); err != nil {
			rows.Close()
			return fmt.Errorf("clean evidence: %w", err)
		}
		due = append(due, it)
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return fmt.Errorf("clean evidence: %w", err)
	}
	today := calendar.DateAt(s.db.Clock()).Time()
	for i := range due {
		set, err := s.settings(ctx, s.db.Read, due[i].Region)
		if err != nil {
			return err
		}
		if db.FromMillis(due[i].Deleted).AddDate(0, 0, set.Int(KeepDays)).After(today) {
			continue
		}
		if err := s.erase(ctx, &due[i]); err != nil {
			return err
		}
	}
	return s.sweep(ctx, time.Hour)
}

func (s *Store) erase(ctx context.Context, it *Item) error {
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE evidence SET key_cipher = NULL, erased_at = $1 WHERE id = $2 AND deleted_at <> 0`, db.Millis(tx.Now), it.ID)
		if err != nil {
			return fmt.Errorf("erase evidence: %w", err)
		}
		return s.note(ctx, tx, account.Caller{Login: "schedule", Name: "schedule", Address: "local"}, "evidence.erase", it, nil)
	})
	if err != nil {
		return err
	}
	return s.vault.remove(it.file)
}

// known are the names of all files that a row still opens.
func (s *Store) known(ctx context.Context) (map[string]bool, error) {
	rows, err := s.db.Read.QueryContext(ctx, `SELECT file FROM evidence WHERE erased_at = 0`)
	if err != nil {
		return nil, fmt.Errorf("files of evidence: %w", err)
	}
	defer rows.Close()
	out := map[string]bool{}
	for rows.Next() {
		var f string
		if err := rows.Scan(&f); err != nil {
			return nil, fmt.Errorf("files of evidence: %w", err)
		}
		out[f] = true
	}
	return out, rows.Err()
}

func (s *Store) sweep(ctx context.Context, age time.Duration) error {
	known, err := s.known(ctx)
	if err != nil {
		return err
	}
	_, err = s.vault.wipe(ctx, known, time.Now().Add(-age))
	return err
}

// CopyTo copies the files that a folder lacks, for a backup: they are sealed,
// and their keys go with the database's archive.
func (s *Store) CopyTo(ctx context.Context, dir string) (files int, bytes int64, err error) {
	to, err := openVault(dir)
	if err != nil {
		return 0, 0, err
	}
	return copyInto(ctx, s.vault, to)
}

// CopyFrom brings files of a backup back.
func (s *Store) CopyFrom(ctx context.Context, dir string) (files int, bytes int64, err error) {
	return copyInto(ctx, &vault{dir: dir}, s.vault)
}

// Checked is what Verify found.
type Checked struct {
	Files   int     `json:"files"`
	Missing []int64 `json:"missing,omitempty"` // numbers of attachments
	Damaged []int64 `json:"damaged,omitempty"`
}

// Verify opens every attachment and holds it against its hash.
func (s *Store) Verify(ctx context.Context) (c Checked, err error) {
	rows, err := s.db.Read.QueryContext(ctx, `SELECT `+itemColumns+` FROM evidence WHERE erased_at = 0 ORDER BY id`)
	if err != nil {
		return c, fmt.Errorf("verify evidence: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		it, err := s.scan(rows.Scan)
		if err != nil {
			return c, fmt.Errorf("verify evidence: %w", err)
		}
		c.Files++
		data, err := s.open(&it, partWhole)
		switch {
		case fault.Is(err, fault.NotFound):
			c.Missing = append(c.Missing, it.ID)
		case err != nil || string(sum(data)) != string(it.Hash):
			c.Damaged = append(c.Damaged, it.ID)
		}
	}
	return c, rows.Err()
}
