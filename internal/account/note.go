package account

import (
	"context"
	"fmt"
	"strings"
	"time"

	"wengang/internal/db"
	"wengang/internal/fault"
)

// InspectionNote is an inspector's own note: sealed, read by nobody but the
// inspector, and only under the document that it was written under.
type InspectionNote struct {
	ID   int64
	At   time.Time
	Page string // path that it was written beside, "" none
	Text string
}

const noteContext = "inspection_note.text_cipher"

// maxNote is the longest note in characters.
const maxNote = 2000

func inspecting(c Caller) (*Inspection, error) {
	if c.Inspection == nil {
		return nil, fault.New(fault.Forbidden, "account.inspect.only")
	}
	return c.Inspection, nil
}

// AddNote keeps a note of the inspector who asks. The record says that one was
// written, not what.
func (s *Service) AddNote(ctx context.Context, c Caller, page, words string) error {
	i, err := inspecting(c)
	if err != nil {
		return err
	}
	words = strings.TrimSpace(words)
	if n := len([]rune(words)); n == 0 || n > maxNote {
		return fault.InvalidFields(fault.Field{Name: "text", Key: "account.inspect.note", Args: []any{maxNote}})
	}
	if !strings.HasPrefix(page, "/") || len(page) > 200 {
		page = ""
	}
	sealed, err := s.box.Encrypt(noteContext, []byte(words))
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		err := exec(ctx, tx, `INSERT INTO inspection_note (inspection_id, user_id, at, page, text_cipher) VALUES ($1, $2, $3, $4, $5)`, i.ID, c.UserID, db.Millis(tx.Now), page, sealed)
		if err != nil {
			return err
		}
		return s.note(ctx, tx, c, Note{Action: "inspection.note", Object: "inspection", ObjectID: itoa(i.ID)})
	})
}

// Notes are the own notes under the present document, the newest first.
func (s *Service) Notes(ctx context.Context, c Caller) ([]InspectionNote, error) {
	i, err := inspecting(c)
	if err != nil {
		return nil, err
	}
	rows, err := s.db.Read.QueryContext(ctx, `SELECT id, at, page, text_cipher FROM inspection_note WHERE inspection_id = $1 AND user_id = $2 ORDER BY id DESC LIMIT 500`, i.ID, c.UserID)
	if err != nil {
		return nil, fmt.Errorf("notes: %w", err)
	}
	defer rows.Close()
	var out []InspectionNote
	for rows.Next() {
		var (
			n      InspectionNote
			at     int64
			sealed []byte
		)
		if err := rows.Scan(&n.ID, &at, &n.Page, &sealed); err != nil {
			return nil, fmt.Errorf("notes: %w", err)
		}
		plain, err := s.box.Decrypt(noteContext, sealed)
		if err != nil {
			return nil, err
		}
		n.At, n.Text = db.FromMillis(at), string(plain)
		out = append(out, n)
	}
	return out, rows.Err()
}

// RemoveNote takes one of the own notes away.
func (s *Service) RemoveNote(ctx context.Context, c Caller, id int64) error {
	i, err := inspecting(c)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		res, err := tx.ExecContext(ctx, `DELETE FROM inspection_note WHERE id = $1 AND inspection_id = $2 AND user_id = $3`, id, i.ID, c.UserID)
		if err != nil {
			return fmt.Errorf("note: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return fault.NotFoundf("fault.notfound")
		}
		return s.note(ctx, tx, c, Note{Action: "inspection.note_removed", Object: "inspection", ObjectID: itoa(i.ID)})
	})
}
