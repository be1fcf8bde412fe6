package split

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
	"wengang/internal/target"
)

// Tree is what the store asks of the tree of places.
type Tree interface {
	Name(region.Code) string
	Children(region.Code) []region.Code
}

// Store keeps decompositions.
type Store struct {
	db      *db.DB
	audit   account.Recorder
	targets *target.Store
	tree    Tree
	figures target.Figures
}

// New makes a store; all of its parts are needed.
func New(d *db.DB, audit account.Recorder, targets *target.Store, tree Tree, figures target.Figures) *Store {
	if d == nil || audit == nil || targets == nil || tree == nil || figures == nil {
		panic("split.New: a dependency is missing")
	}
	return &Store{db: d, audit: audit, targets: targets, tree: tree, figures: figures}
}

const columns = `id, region, parent_table, parent_key, indicator, year, unit, decimals, check_rule, check_bp, method, state, doc_no, doc_date, reason, replaces, table_id, lock_no,
	created_by, created_name, created_at, saved_by, saved_name, saved_at, submitted_by, submitted_name, submitted_at, decided_by, decided_name, decided_at`

type scanner interface{ Scan(dest ...any) error }

func scan(row scanner) (*Split, error) {
	var s Split
	err := row.Scan(&s.ID, &s.Region, &s.ParentTable, &s.Lineage, &s.Indicator, &s.Year, &s.Unit, &s.Decimals, &s.Rule, &s.BP, &s.Method, &s.State, &s.DocNo, &s.DocDate, &s.Reason, &s.Replaces, &s.TableID, &s.LockNo,
		&s.Created.By, &s.Created.Name, &s.Created.At, &s.Saved.By, &s.Saved.Name, &s.Saved.At, &s.Submitted.By, &s.Submitted.Name, &s.Submitted.At, &s.Decided.By, &s.Decided.Name, &s.Decided.At)
	return &s, err
}

// desk is where the caller sees decompositions, drafts among them: places that
// the caller reads as a whole.
func desk(by account.Caller) region.Scope { return by.Scope(account.TargetRead) }

// List answers the decompositions at or below a place, the newest first; open
// ones before the others.
func (s *Store) List(ctx context.Context, by account.Caller, at region.Code) ([]*Split, error) {
	var a db.Args
	rows, err := s.db.Read.QueryContext(ctx, "SELECT "+columns+" FROM target_split WHERE "+desk(by).Within(at).Predicate("region", a.Add)+
		" ORDER BY CASE WHEN state IN ('draft', 'review') THEN 0 ELSE 1 END, id DESC LIMIT 200", a.Values...)
	if err != nil {
		return nil, fmt.Errorf("decompositions: %w", err)
	}
	defer rows.Close()
	var out []*Split
	for rows.Next() {
		x, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("decompositions: %w", err)
		}
		out = append(out, x)
	}
	return out, rows.Err()
}

// Get is one decomposition with its rows; NotFound for those who do not read
// its place as a whole.
func (s *Store) Get(ctx context.Context, by account.Caller, id int64) (*Split, error) {
	return s.get(ctx, s.db.Read, by, id)
}

func (s *Store) get(ctx context.Context, q db.Querier, by account.Caller, id int64) (*Split, error) {
	x, err := scan(q.QueryRowContext(ctx, "SELECT "+columns+" FROM target_split WHERE id = $1", id))
	if errors.Is(err, sql.ErrNoRows) || err == nil && !desk(by).Contains(x.Region) {
		return nil, errNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("decomposition: %w", err)
	}
	rows, err := q.QueryContext(ctx, `SELECT part, region, printed, note FROM target_split_row WHERE split_id = $1 ORDER BY part, region`, id)
	if err != nil {
		return nil, fmt.Errorf("decomposition: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r Row
		if err := rows.Scan(&r.Part, &r.Region, &r.Printed, &r.Note); err != nil {
			return nil, fmt.Errorf("decomposition: %w", err)
		}
		x.Rows = append(x.Rows, r)
	}
	return x, rows.Err()
}

// Parent is what a decomposition divides, as it stands now; NotFound where it
// was withdrawn or does not reach the place any more.
func (s *Store) Parent(ctx context.Context, scope region.Scope, x *Split) (*Parent, error) {
	if !scope.Contains(x.Region) {
		return nil, errNotFound
	}
	t, err := s.targets.Standing(ctx, scope, x.ParentTable)
	if err != nil {
		return nil, err
	}
	p := parentIn(t, x.Region)
	if p == nil {
		return nil, errNotFound
	}
	return p, nil
}

// parentIn is a place's row of a table; of the table's own place without a row
// its printed total.
func parentIn(t *target.Table, at region.Code) *Parent {
	for _, r := range t.Rows {
		if r.Region != at || r.PartOf != 0 || r.Partner != 0 {
			continue
		}
		p := &Parent{Table: t, Row: r}
		for _, x := range t.Rows {
			if x.PartOf == r.N {
				p.Parts = append(p.Parts, x)
			}
		}
		return p
	}
	if t.Region == at && t.PrintedTotal != "" {
		return &Parent{Table: t, Row: target.Row{Region: at, Printed: t.PrintedTotal, Value: t.TotalValue}}
	}
	return nil
}

// Children are the places among which a place's target is divided.
func (s *Store) Children(scope region.Scope, at region.Code) []region.Code {
	if !scope.Contains(at) {
		return nil
	}
	return s.tree.Children(at)
}

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

func (s *Store) note(ctx context.Context, tx *db.Tx, by account.Caller, action string, x *Split, detail map[string]string) error {
	return s.audit.Note(ctx, tx, by, account.Note{Action: action, Object: "target_split", ObjectID: strconv.FormatInt(x.ID, 10), Region: x.Region, Detail: detail})
}

// Basis is what is known of each place below: people and what is done at the
// end of a month, last year's figure and target. Each costs a few figures.
func (s *Store) Basis(ctx context.Context, scope region.Scope, x *Split, p *Parent, m calendar.Month) ([]Basis, error) {
	if !scope.Contains(x.Region) {
		return nil, errNotFound
	}
	last, err := s.lastTargets(ctx, scope, x, p)
	if err != nil {
		return nil, err
	}
	figure := p.Table.Figure()
	var out []Basis
	for _, c := range s.tree.Children(x.Region) {
		b := Basis{Region: c, LastTarget: -1}
		if v, ok := last[c]; ok {
			b.LastTarget = v
		}
		for _, q := range []struct {
			id   string
			m    calendar.Month
			into *int64
		}{{"registered", m, &b.Registered}, {"able_willing", m, &b.Able}, {figure, calendar.MonthOf(x.Year-1, 12), &b.LastDone}, {figure, m, &b.SoFar}} {
			*q.into = -1
			if q.id == "" || q.into == &b.SoFar && m.Year() != x.Year {
				continue
			}
			v, known, err := s.figures.Value(ctx, scope, q.id, c, q.m)
			if err != nil {
				return nil, fmt.Errorf("basis of %s: %w", c, err)
			}
			if known {
				*q.into = v
			}
		}
		out = append(out, b)
	}
	return out, nil
}

// lastTargets are the places' targets of the year before, in the same calibre
// only.
func (s *Store) lastTargets(ctx context.Context, scope region.Scope, x *Split, p *Parent) (map[region.Code]int64, error) {
	list, err := s.targets.List(ctx, scope, target.Filter{At: x.Region, Year: x.Year - 1})
	if err != nil {
		return nil, err
	}
	out := map[region.Code]int64{}
	for _, t := range list {
		if t.Year != x.Year-1 || t.IndicatorKey != p.Table.IndicatorKey || t.Direction != p.Table.Direction || t.SampleOf != p.Table.SampleOf || t.YearTo > t.Year ||
			t.Calibre != "" && p.Table.Calibre != "" && t.Calibre != p.Table.Calibre {
			continue
		}
		for _, r := range t.Rows {
			if r.PartOf == 0 && r.Partner == 0 && r.Region.Parent() == x.Region && r.Value >= 0 {
				out[r.Region] = r.Value
			}
		}
	}
	return out, nil
}
