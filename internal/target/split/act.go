package split

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/target"
)

// Edit is what the page of a draft sends.
type Edit struct {
	Rule string
	BP   int
	Rows []Row // all of them; a place that is missing has none
}

// Save writes a draft. lock is the number under which it was read: who saves
// over another's work gets a Conflict.
func (s *Store) Save(ctx context.Context, by account.Caller, id int64, lock int, e Edit) error {
	return s.change(ctx, by, id, lock, Save, func(tx *db.Tx, x *Split) error {
		if err := x.put(e, s.tree.Children(x.Region)); err != nil {
			return err
		}
		if err := writeRows(ctx, tx, x); err != nil {
			return err
		}
		if err := hand(ctx, tx, x.ID, by); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE target_split SET check_rule = $1, check_bp = $2, method = $3, saved_by = $4, saved_name = $5, saved_at = $6 WHERE id = $7`,
			x.Rule, x.BP, x.Method, by.UserID, by.Name, db.Millis(tx.Now), x.ID)
		return err
	})
}

// Fill writes a method's suggestion into a draft, over what stood there.
func (s *Store) Fill(ctx context.Context, by account.Caller, id int64, lock int, method string, m calendar.Month) error {
	x, err := s.Get(ctx, by, id)
	if err != nil {
		return err
	}
	scope, err := editable(by, x.Region)
	if err != nil {
		return err
	}
	p, err := s.Parent(ctx, scope, x)
	if err != nil {
		return err
	}
	basis, err := s.Basis(ctx, scope, x, p, m)
	if err != nil {
		return err
	}
	if !slices.Contains(Methods(), method) || !Suggest(x, p, basis, method) {
		return fault.InvalidFields(fault.Field{Name: "method", Key: "target.split.no_basis"})
	}
	return s.change(ctx, by, id, lock, Save, func(tx *db.Tx, now *Split) error {
		now.Rows = x.Rows
		if err := writeRows(ctx, tx, now); err != nil {
			return err
		}
		if err := hand(ctx, tx, id, by); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE target_split SET method = $1, saved_by = $2, saved_name = $3, saved_at = $4 WHERE id = $5`, method, by.UserID, by.Name, db.Millis(tx.Now), id)
		return err
	})
}

// put takes over what a page sent; numbers are written as they will be printed.
func (x *Split) put(e Edit, children []region.Code) error {
	var fields []fault.Field
	if e.Rule != Exact && e.Rule != AtLeast && e.Rule != Tolerance {
		fields = append(fields, fault.Field{Name: "rule", Key: "target.split.rule"})
	}
	if e.BP < 0 || e.BP > 2000 || e.Rule != Tolerance {
		if e.Rule == Tolerance {
			fields = append(fields, fault.Field{Name: "bp", Key: "target.split.bp"})
		}
		e.BP = 0
	}
	var rows []Row
	for _, r := range e.Rows {
		if !slices.Contains(children, r.Region) || r.Part < 0 || r.Part > 20 {
			continue
		}
		r.Note = clip(r.Note, 100)
		r.Printed = plain(r.Printed)
		if r.Printed != "" {
			n, ok := ticks(r.Printed, x.Decimals)
			if !ok || n*x.Tick() > 2_000_000_000 {
				fields = append(fields, fault.Field{Name: fmt.Sprintf("v%d.%s", r.Part, r.Region.Full()), Key: "target.split.number", Args: []any{r.Printed, x.Decimals}})
				continue
			}
			r.Printed = printTicks(n, x.Decimals)
		}
		rows = append(rows, r)
	}
	if len(fields) > 0 {
		return fault.InvalidFields(fields...)
	}
	x.Rule, x.BP, x.Rows = e.Rule, e.BP, rows
	return nil
}

// plain narrows what an input method writes wide.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == '．' || r == '。':
			return '.'
		case r == ' ' || r == ',' || r == '，' || r == '\u3000':
			return -1
		}
		return r
	}, s)
}

func clip(s string, n int) string {
	s = strings.TrimSpace(s)
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// Submit sends a draft for signature: its sums must hold and every place must
// have a number.
func (s *Store) Submit(ctx context.Context, by account.Caller, id int64, lock int) error {
	if err := s.sound(ctx, by, id, account.TargetEdit); err != nil {
		return err
	}
	return s.change(ctx, by, id, lock, Submit, func(tx *db.Tx, x *Split) error {
		if err := hand(ctx, tx, id, by); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE target_split SET submitted_by = $1, submitted_name = $2, submitted_at = $3, reason = '' WHERE id = $4`, by.UserID, by.Name, db.Millis(tx.Now), id)
		return err
	})
}

// Recall takes a submitted draft back.
func (s *Store) Recall(ctx context.Context, by account.Caller, id int64, lock int) error {
	return s.change(ctx, by, id, lock, Recall, nil)
}

// Drop gives a draft up.
func (s *Store) Drop(ctx context.Context, by account.Caller, id int64, lock int) error {
	return s.change(ctx, by, id, lock, Drop, nil)
}

// Return sends a submitted draft back with a reason.
func (s *Store) Return(ctx context.Context, by account.Caller, id int64, lock int, reason string) error {
	return s.reasoned(ctx, by, id, lock, Return, reason, nil)
}

// Withdraw takes a decomposition out of force with a reason; what the places
// below made out of it must be withdrawn first.
func (s *Store) Withdraw(ctx context.Context, by account.Caller, id int64, lock int, reason string) error {
	return s.reasoned(ctx, by, id, lock, Withdraw, reason, func(tx *db.Tx, x *Split) error {
		t, err := s.targets.Get(ctx, by.Scope(account.TargetSign), x.TableID)
		if err != nil {
			return err
		}
		return target.Retract(ctx, tx, by, t)
	})
}

func (s *Store) reasoned(ctx context.Context, by account.Caller, id int64, lock int, act Action, reason string, also func(*db.Tx, *Split) error) error {
	if reason = clip(reason, 200); reason == "" {
		return fault.InvalidFields(fault.Field{Name: "reason", Key: "target.split.reason"})
	}
	return s.change(ctx, by, id, lock, act, func(tx *db.Tx, x *Split) error {
		if also != nil {
			if err := also(tx, x); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `UPDATE target_split SET reason = $1, decided_by = $2, decided_name = $3, decided_at = $4 WHERE id = $5`, reason, by.UserID, by.Name, db.Millis(tx.Now), id)
		return err
	})
}

// change moves a split along its life: permission at its place, the state it is
// in, and the number under which the caller read it.
func (s *Store) change(ctx context.Context, by account.Caller, id int64, lock int, act Action, do func(*db.Tx, *Split) error) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := tx.Dialect.Hold(ctx, tx, "target_split", id); err != nil {
			return err
		}
		x, err := s.get(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if p := need(act); !by.Scope(p).Contains(x.Region) {
			return fault.New(fault.Forbidden, "fault.forbidden", p)
		}
		m, ok := find(x.State, act)
		if !ok {
			return fault.New(fault.Conflict, "target.split.state")
		}
		if x.LockNo != lock {
			return fault.New(fault.Conflict, "target.split.lock", x.Saved.Name)
		}
		if do != nil {
			if err := do(tx, x); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, `UPDATE target_split SET state = $1, lock_no = lock_no + 1 WHERE id = $2`, m.to, id); err != nil {
			return fmt.Errorf("decomposition: %w", err)
		}
		return s.note(ctx, tx, by, "target.split."+string(act), x, map[string]string{"state": string(m.to)})
	})
}
