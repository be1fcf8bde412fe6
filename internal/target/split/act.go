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

// Sign puts a decomposition into force with its document. Nobody who wrote in
// it may sign it (account.SecondPerson).
func (s *Store) Sign(ctx context.Context, by account.Caller, id int64, lock int, docNo string, docDate calendar.Date) error {
	if err := s.sound(ctx, by, id, account.TargetSign); err != nil {
		return err
	}
	var fields []fault.Field
	if docNo = clip(docNo, 80); docNo == "" {
		fields = append(fields, fault.Field{Name: "doc_no", Key: "target.split.doc_no"})
	}
	if !docDate.Valid() || docDate > calendar.DateAt(s.db.Clock()) {
		fields = append(fields, fault.Field{Name: "doc_date", Key: "target.split.doc_date"})
	}
	if len(fields) > 0 {
		return fault.InvalidFields(fields...)
	}
	return s.change(ctx, by, id, lock, Sign, func(tx *db.Tx, x *Split) error {
		others, err := hands(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := account.SecondPerson(ctx, tx, by, others...); err != nil {
			return err
		}
		p, err := s.Parent(ctx, by.Scope(account.TargetSign), x)
		if err != nil {
			return err
		}
		x.DocNo, x.DocDate = docNo, docDate
		t := s.table(x, p)
		if err := s.replaced(ctx, tx, by, x, t); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE target_split SET doc_no = $1, doc_date = $2, table_id = $3, parent_table = $4, reason = '', decided_by = $5, decided_name = $6, decided_at = $7 WHERE id = $8`,
			docNo, int64(docDate), t.ID, p.Table.ID, by.UserID, by.Name, db.Millis(tx.Now), id)
		return err
	})
}

// replaced issues the table and marks the decomposition that stood before.
func (s *Store) replaced(ctx context.Context, tx *db.Tx, by account.Caller, x *Split, t *target.Table) error {
	if err := target.Issue(ctx, tx, by, t, x.Replaces); err != nil || x.Replaces == 0 {
		return err
	}
	m, _ := find(Force, Replace)
	_, err := tx.ExecContext(ctx, `UPDATE target_split SET state = $1, lock_no = lock_no + 1 WHERE table_id = $2 AND state = $3`, m.to, x.Replaces, m.from)
	return err
}

func hands(ctx context.Context, q db.Querier, id int64) ([]int64, error) {
	rows, err := q.QueryContext(ctx, `SELECT user_id FROM target_split_hand WHERE split_id = $1 ORDER BY user_id`, id)
	if err != nil {
		return nil, fmt.Errorf("decomposition: %w", err)
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var u int64
		if err := rows.Scan(&u); err != nil {
			return nil, fmt.Errorf("decomposition: %w", err)
		}
		out = append(out, u)
	}
	return out, rows.Err()
}

// table is a decomposition as a table of targets. A table that held the
// place's own row keeps it.
func (s *Store) table(x *Split, p *Parent) *target.Table {
	t := &target.Table{Region: x.Region, Indicator: p.Table.Indicator, IndicatorKey: p.Table.IndicatorKey, Calibre: p.Table.Calibre, Direction: p.Table.Direction,
		Year: p.Table.Year, YearTo: p.Table.YearTo, Unit: x.Unit, Comparator: p.Table.Comparator, ToleranceBP: p.Table.ToleranceBP, Publicity: p.Table.Publicity,
		SampleOf: p.Table.SampleOf, BaseYear: p.Table.BaseYear, BaseSource: p.Table.BaseSource,
		DocNo: x.DocNo, DocDate: x.DocDate, ParentTable: p.Table.ID, ParentKey: x.Lineage, CheckRule: x.Rule, CheckBP: x.BP, TotalValue: -1}
	t.Title = fmt.Sprintf("%d年度%s目标任务分解表", t.Year, t.Indicator)
	if x.Replaces == p.Table.ID && p.Table.Own() != nil { // the table divides its own row
		own := *p.Table.Own()
		own.N, own.Printed = 1, target.Printed(own.Value, x.Unit, x.Decimals)
		t.Rows = append(t.Rows, own)
		for _, part := range p.Parts {
			part.N, part.PartOf, part.Printed = len(t.Rows)+1, 1, target.Printed(part.Value, x.Unit, x.Decimals)
			t.Rows = append(t.Rows, part)
		}
	}
	var sum int64
	for _, c := range s.tree.Children(x.Region) {
		printed, n := x.Entered(0, c)
		sum += max(n, 0)
		whole := target.Row{N: len(t.Rows) + 1, Region: c, Name: s.tree.Name(c), Printed: printed, Value: n, Note: x.Note(c)}
		t.Rows = append(t.Rows, whole)
		for i, part := range p.Parts {
			if printed, n := x.Entered(i+1, c); n >= 0 {
				t.Rows = append(t.Rows, target.Row{N: len(t.Rows) + 1, Region: c, Name: whole.Name, Printed: printed, Value: n, PartOf: whole.N, PartName: part.PartName})
			}
		}
	}
	t.PrintedTotal = target.Printed(sum, x.Unit, x.Decimals)
	return t
}

// sound refuses a split whose sums do not hold against the parent as it stands
// now.
func (s *Store) sound(ctx context.Context, by account.Caller, id int64, p account.Permission) error {
	x, err := s.Get(ctx, by, id)
	if err != nil {
		return err
	}
	if !by.Scope(p).Contains(x.Region) {
		return fault.New(fault.Forbidden, "fault.forbidden", p)
	}
	parent, err := s.Parent(ctx, by.Scope(p), x)
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Conflict, "target.split.parent_gone")
	}
	if err != nil {
		return err
	}
	if !x.divides(parent) {
		return fault.InvalidFields(fault.Field{Name: "decimals", Key: "target.split.decimals", Args: []any{parent.Row.Printed + parent.Table.Unit}})
	}
	_, problems := Check(x, parent, s.tree.Children(x.Region), s.tree.Name)
	var fields []fault.Field
	for _, q := range problems {
		fields = append(fields, fault.Field{Name: "rows", Key: q.Key, Args: q.Args})
	}
	if len(fields) > 0 {
		return fault.InvalidFields(fields...)
	}
	return nil
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
