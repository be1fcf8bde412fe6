package summary

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"strings"
	"unicode"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
)

// Upload takes the edited document in as the final text, sealed.
func (s *Store) Upload(ctx context.Context, by account.Caller, ref Ref, name string, raw []byte) error {
	scope, err := mayFill(by, ref.Region)
	if err != nil {
		return err
	}
	p, err := s.find(ctx, s.db.Read, scope, ref)
	if err != nil {
		return err
	}
	if p == nil {
		return fault.New(fault.Conflict, "summary.wrong_state")
	}
	if _, ok := StepOf(p.State, Upload); !ok {
		return fault.New(fault.Conflict, "summary.wrong_state")
	}
	first, err := Check(name, raw)
	if err != nil {
		return err
	}
	sealed, err := s.box.Encrypt(finalContext, raw)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(raw)
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		return s.move(ctx, tx, by, p, Upload, "", "final_no = final_no + 1, final_name = ?, final_first = ?, final_hash = ?, final_size = ?, final_cipher = ?",
			cleanName(name), first, hex.EncodeToString(sum[:]), len(raw), sealed)
	})
}

// cleanName is a name to show: without folders and control signs.
func cleanName(name string) string {
	name = path.Base("/" + strings.ReplaceAll(name, "\\", "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`/<>:"|?*`, r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, name)
	if r := []rune(name); len(r) > 80 {
		name = string(r[:75]) + ".docx"
	}
	return name
}

// File is the edited document as it was uploaded; opening it is on record.
func (s *Store) File(ctx context.Context, by account.Caller, ref Ref) (*Paper, []byte, error) {
	if !by.Can(account.ReportRead) {
		return nil, nil, fault.New(fault.Forbidden, "fault.forbidden", account.ReportRead)
	}
	p, err := s.find(ctx, s.db.Read, by.Scope(account.ReportRead), ref)
	if err != nil {
		return nil, nil, err
	}
	if p == nil || p.FinalNo == 0 {
		return nil, nil, errNotFound
	}
	var sealed []byte
	if err := s.db.Read.QueryRowContext(ctx, "SELECT final_cipher FROM summary WHERE id = $1", p.ID).Scan(&sealed); err != nil {
		return nil, nil, fmt.Errorf("final text: %w", err)
	}
	raw, err := s.box.Decrypt(finalContext, sealed)
	if err != nil {
		return nil, nil, err
	}
	return p, raw, s.Out(ctx, by, ref, p.ID, "final")
}

// Out puts a file that leaves on record.
func (s *Store) Out(ctx context.Context, by account.Caller, ref Ref, id int64, what string) error {
	if !by.Scope(account.ReportRead).Contains(ref.Region) {
		return errNotFound
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		return s.note(ctx, tx, by, "summary.export", ref, id, map[string]string{"what": what})
	})
}

// Send submits the final text to the level above.
func (s *Store) Send(ctx context.Context, by account.Caller, ref Ref) error {
	scope, err := mayFill(by, ref.Region)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		p, err := s.find(ctx, tx, scope, ref)
		if err != nil {
			return err
		}
		if p == nil {
			return fault.New(fault.Conflict, "summary.wrong_state")
		}
		return s.move(ctx, tx, by, p, Submit, "", "sent_on = ?", int32(s.today()))
	})
}

// Review accepts or returns a paper of the level below; returning needs a
// remark.
func (s *Store) Review(ctx context.Context, by account.Caller, ref Ref, a Action, remark string) error {
	if !by.Can(account.ReportReview) {
		return fault.New(fault.Forbidden, "fault.forbidden", account.ReportReview)
	}
	scope := by.Scope(account.ReportReview)
	remark = strings.TrimSpace(remark)
	switch {
	case !scope.Contains(ref.Region), a != Return && a != Accept:
		return errNotFound
	case !scope.Contains(ref.Region.Parent()):
		return fault.New(fault.Forbidden, "report.review_above")
	case a == Return && len([]rune(remark)) < 2:
		return fault.InvalidFields(fault.Field{Name: "remark", Key: "report.remark"})
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		p, err := s.find(ctx, tx, scope, ref)
		if err != nil {
			return err
		}
		if p == nil {
			return errNotFound
		}
		return s.move(ctx, tx, by, p, a, remark, "")
	})
}
