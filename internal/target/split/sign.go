package split

import (
	"context"
	"fmt"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/target"
)

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
