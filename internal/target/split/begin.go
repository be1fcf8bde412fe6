package split

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/target"
)

// Begin opens a decomposition of a table's row at a place, or answers the one
// that is open already. unit and decimals "" and -1 are the parent's. Where a
// decomposition stands, its rows are the beginning and it is replaced when the
// new one is signed.
func (s *Store) Begin(ctx context.Context, by account.Caller, table int64, at region.Code, unit string, decimals int) (id int64, err error) {
	scope, err := editable(by, at)
	if err != nil {
		return 0, err
	}
	t, err := s.targets.Standing(ctx, scope, table)
	if err != nil {
		return 0, err
	}
	p, stands, err := s.above(ctx, scope, t, at)
	if err != nil {
		return 0, err
	}
	x := &Split{Region: at, ParentTable: p.Table.ID, Lineage: p.Table.Lineage(), Indicator: p.Table.Indicator, Year: p.Table.Year, Unit: unit, Decimals: decimals, Rule: Exact, State: Draft}
	children := len(s.tree.Children(at))
	if children == 0 {
		return 0, fault.New(fault.Invalid, "target.split.nobody")
	}
	if err := x.fit(p, children); err != nil {
		return 0, err
	}
	if stands != nil {
		x.Replaces = stands.ID
		x.take(stands, p)
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT id FROM target_split WHERE region = $1 AND parent_key = $2 AND state IN ('draft', 'review')`, int64(at), x.Lineage).Scan(&id)
		if err == nil {
			return nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("decomposition: %w", err)
		}
		if id, err = tx.NextIDs(ctx, "target_split", 1); err != nil {
			return err
		}
		x.ID = id
		_, err = tx.ExecContext(ctx, `
			INSERT INTO target_split (id, region, parent_table, parent_key, indicator, year, unit, decimals, check_rule, check_bp, state, replaces, created_by, created_name, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
			id, int64(at), x.ParentTable, x.Lineage, x.Indicator, x.Year, x.Unit, x.Decimals, x.Rule, x.BP, x.State, x.Replaces, by.UserID, by.Name, db.Millis(tx.Now))
		if err != nil {
			return fmt.Errorf("decomposition: %w", err)
		}
		if err := writeRows(ctx, tx, x); err != nil {
			return err
		}
		if err := hand(ctx, tx, id, by); err != nil {
			return err
		}
		return s.note(ctx, tx, by, "target.split.begin", x, nil)
	})
	return id, err
}

// above finds what a place divides and the decomposition that stands there.
// A table over the place itself is such a decomposition; what it divides is then
// its own row, the row of the table above, or its printed total.
func (s *Store) above(ctx context.Context, scope region.Scope, t *target.Table, at region.Code) (p *Parent, stands *target.Table, err error) {
	p = parentIn(t, at)
	if p == nil {
		return nil, nil, errNotFound
	}
	list, err := s.targets.List(ctx, scope, target.Filter{At: at})
	if err != nil {
		return nil, nil, err
	}
	for _, o := range list {
		if o.Lineage() != t.Lineage() || o.Direction != t.Direction {
			continue
		}
		if o.Region == at && len(o.Children()) > 0 && (stands == nil || o.ID > stands.ID) {
			stands = o
		}
		if t.Region == at && t.Own() == nil && t.ParentTable == 0 && (o.Region != at || o.Own() != nil) {
			if up := parentIn(o, at); up != nil {
				p = up
			}
		}
	}
	if t.Region == at && t.Own() == nil && t.ParentTable != 0 {
		up, err := s.targets.Standing(ctx, scope, t.ParentTable)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, nil, err
		}
		if err == nil {
			if q := parentIn(up, at); q != nil {
				p = q
			}
		}
	}
	if t.Region == at && len(t.Children()) > 0 {
		stands = t
	}
	return p, stands, nil
}

// fit settles unit and precision: the parent's value must be a whole number of
// the last printed digit.
// Decimals below 0 are chosen: the parent's, and more where they leave fewer
// than ten last digits for each of the places below.
func (x *Split) fit(p *Parent, children int) error {
	if p.Table.Unit == "" || p.Row.Value < 0 {
		return fault.New(fault.Invalid, "target.split.no_unit")
	}
	if x.Unit == "" {
		x.Unit = p.Table.Unit
	}
	a, ok := target.UnitScale(x.Unit)
	if b, _ := target.UnitScale(p.Table.Unit); !ok || a != b && strings.TrimPrefix(x.Unit, "万") != strings.TrimPrefix(p.Table.Unit, "万") {
		return fault.InvalidFields(fault.Field{Name: "unit", Key: "target.unit_unknown", Args: []any{x.Unit}})
	}
	if x.Decimals < 0 {
		x.Decimals = target.Decimals(p.Row.Printed)
		if x.Unit != p.Table.Unit {
			x.Decimals = 0
		}
		for x.Tick() > 1 && (!x.divides(p) || p.Row.Value/x.Tick() < int64(10*children)) {
			x.Decimals++
		}
	}
	if !x.divides(p) {
		return fault.InvalidFields(fault.Field{Name: "decimals", Key: "target.split.decimals", Args: []any{p.Row.Printed + p.Table.Unit}})
	}
	return nil
}

func (x *Split) divides(p *Parent) bool {
	t := x.Tick()
	if t == 0 || p.Row.Value%t != 0 {
		return false
	}
	for _, part := range p.Parts {
		if part.Value%t != 0 {
			return false
		}
	}
	return true
}

// take fills the rows with those of the table that stands.
func (x *Split) take(t *target.Table, p *Parent) {
	x.Rule, x.BP = Exact, 0
	if t.CheckRule != "" {
		x.Rule, x.BP = t.CheckRule, t.CheckBP
	}
	for _, r := range t.Rows {
		if r.Region == x.Region || r.Value < 0 || r.Value%x.Tick() != 0 {
			continue
		}
		part := 0
		for i, y := range p.Parts {
			if r.PartOf != 0 && y.PartName == r.PartName {
				part = i + 1
			}
		}
		if (r.PartOf != 0) == (part != 0) && x.row(part, r.Region) == nil {
			x.Rows = append(x.Rows, Row{Part: part, Region: r.Region, Printed: printTicks(r.Value/x.Tick(), x.Decimals), Note: r.Note})
		}
	}
}

func writeRows(ctx context.Context, tx *db.Tx, x *Split) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM target_split_row WHERE split_id = $1`, x.ID); err != nil {
		return fmt.Errorf("decomposition: %w", err)
	}
	var rows [][]any
	for _, r := range x.Rows {
		if r.Printed != "" || r.Note != "" {
			rows = append(rows, []any{x.ID, r.Part, int64(r.Region), r.Printed, r.Note})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return tx.Dialect.BulkInsert(ctx, tx, "target_split_row", []string{"split_id", "part", "region", "printed", "note"}, rows)
}

// hand remembers who wrote in a split: none of them may sign it.
func hand(ctx context.Context, tx *db.Tx, id int64, by account.Caller) error {
	for _, u := range []int64{by.UserID, by.For} {
		if u == 0 {
			continue
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO target_split_hand (split_id, user_id) VALUES ($1, $2) ON CONFLICT (split_id, user_id) DO NOTHING`, id, u); err != nil {
			return fmt.Errorf("decomposition: %w", err)
		}
	}
	return nil
}

func editable(by account.Caller, at region.Code) (region.Scope, error) {
	if !by.Can(account.TargetEdit) {
		return region.Scope{}, fault.New(fault.Forbidden, "fault.forbidden", account.TargetEdit)
	}
	scope := by.Scope(account.TargetEdit)
	if !scope.Contains(at) {
		return scope, errNotFound
	}
	return scope, nil
}
