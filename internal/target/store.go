package target

import (
	"context"
	"fmt"
	"math/big"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Places is what the store asks of the tree (region.Tree).
type Places interface {
	Resolve(text string, within region.Code) region.Match
	Name(region.Code) string
}

// Figures gives the actual value of an indicator (internal/rollup). known is
// false where the place has no figures for the month.
type Figures interface {
	Value(ctx context.Context, scope region.Scope, indicator string, at region.Code, m calendar.Month) (value int64, known bool, err error)
}

// Store reads and writes tables of targets. Every method takes the scope.
type Store struct {
	db      *db.DB
	audit   account.Recorder
	places  Places
	figures Figures
	pairs   Pairs
}

// Pairs tells who of a partner's people works at a place, where the ledger
// holds them (internal/rollup): the workplace's calibre by origin.
type Pairs interface {
	// FromOrigin is an absorbed figure of a place, of those who come from another;
	// known is false where the ledger holds nobody of there.
	FromOrigin(ctx context.Context, scope region.Scope, indicator string, at, from region.Code, m calendar.Month) (value int64, known bool, err error)
}

// Pair lets rows of partner provinces in tables of 吸纳 be counted by the ledger.
func (s *Store) Pair(p Pairs) { s.pairs = p }

// New makes a store; all of its parts are needed.
func New(d *db.DB, audit account.Recorder, places Places, figures Figures) *Store {
	if d == nil || audit == nil || places == nil || figures == nil {
		panic("target.New: a dependency is missing")
	}
	return &Store{db: d, audit: audit, places: places, figures: figures}
}

var errNotFound = fault.NotFoundf("fault.notfound")

func live(alias string) string {
	return "NOT EXISTS (SELECT 1 FROM hidden_batch hb WHERE hb.batch_id = " + alias + ".batch_id)"
}

const tableColumns = `t.id, t.region, t.indicator, t.indicator_key, t.calibre, t.direction, t.year, t.year_to, t.title, t.unit, t.comparator, t.tolerance_bp,
	t.doc_no, t.source, t.publicity, t.printed_total, t.total_value, t.sample_of, t.version, t.replaced_by, t.batch_id, t.created_at,
	t.doc_date, t.base_year, t.base_source, t.parent_table, t.parent_key, t.check_rule, t.check_bp, t.signed_by, t.signed_name, t.withdrawn_at`

type scanner interface{ Scan(dest ...any) error }

func scanTable(row scanner) (*Table, error) {
	var t Table
	err := row.Scan(&t.ID, &t.Region, &t.Indicator, &t.IndicatorKey, &t.Calibre, &t.Direction, &t.Year, &t.YearTo, &t.Title, &t.Unit, &t.Comparator, &t.ToleranceBP,
		&t.DocNo, &t.Source, &t.Publicity, &t.PrintedTotal, &t.TotalValue, &t.SampleOf, &t.Version, &t.ReplacedBy, &t.BatchID, &t.CreatedAt,
		&t.DocDate, &t.BaseYear, &t.BaseSource, &t.ParentTable, &t.ParentKey, &t.CheckRule, &t.CheckBP, &t.SignedBy, &t.SignedName, &t.WithdrawnAt)
	return &t, err
}

// Filter narrows a list of tables; its zero value is every table that stands.
type Filter struct {
	At   region.Code // tables with a row at or below this place; 0 for all
	Year int         // tables whose time holds the year; 0 for all
}

// List answers the tables that have a row in the scope, without rows outside
// it, the newest year first. There are tens of them.
func (s *Store) List(ctx context.Context, scope region.Scope, f Filter) ([]*Table, error) {
	var a db.Args
	cond := "t.replaced_by = 0 AND t.withdrawn_at = 0 AND " + live("t") + " AND EXISTS (SELECT 1 FROM target_row r WHERE r.table_id = t.id AND " + scope.Within(f.At).Predicate("r.region", a.Add) + ")"
	if f.Year != 0 {
		y := a.Add(f.Year)
		cond += " AND t.year <= " + y + " AND (t.year = " + y + " OR t.year_to >= " + y + ")"
	}
	return s.read(ctx, s.db.Read, scope, cond+" ORDER BY t.year DESC, t.region, t.indicator_key, t.id LIMIT 500", a.Values)
}

// Get is one table with its rows in the scope, or NotFound.
func (s *Store) Get(ctx context.Context, scope region.Scope, id int64) (*Table, error) {
	return s.get(ctx, s.db.Read, scope, id)
}

func (s *Store) get(ctx context.Context, q db.Querier, scope region.Scope, id int64) (*Table, error) {
	tables, err := s.read(ctx, q, scope, "t.id = $1 AND "+live("t"), []any{id})
	if err != nil {
		return nil, err
	}
	if len(tables) == 0 || len(tables[0].Rows) == 0 {
		return nil, errNotFound
	}
	return tables[0], nil
}

func (s *Store) read(ctx context.Context, q db.Querier, scope region.Scope, cond string, args []any) ([]*Table, error) {
	rows, err := q.QueryContext(ctx, "SELECT "+tableColumns+" FROM target_table t WHERE "+cond, args...)
	if err != nil {
		return nil, fmt.Errorf("target tables: %w", err)
	}
	defer rows.Close()
	var out []*Table
	for rows.Next() {
		t, err := scanTable(rows)
		if err != nil {
			return nil, fmt.Errorf("target tables: %w", err)
		}
		out = append(out, t)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("target tables: %w", err)
	}
	return out, addRows(ctx, q, scope, out)
}

func addRows(ctx context.Context, q db.Querier, scope region.Scope, tables []*Table) error {
	if len(tables) == 0 {
		return nil
	}
	var a db.Args
	byID := map[int64]*Table{}
	ids := make([]int64, len(tables))
	for i, t := range tables {
		byID[t.ID], ids[i] = t, t.ID
	}
	rows, err := q.QueryContext(ctx, `
		SELECT r.table_id, r.n, r.region, r.name, r.printed, r.value, r.part_of, r.part_name, r.comparator, r.file_row, r.partner, r.note
		FROM target_row r WHERE r.table_id IN `+db.List(&a, ids)+" AND "+scope.Predicate("r.region", a.Add)+" ORDER BY r.table_id, r.n", a.Values...)
	if err != nil {
		return fmt.Errorf("target rows: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var r Row
		if err := rows.Scan(&id, &r.N, &r.Region, &r.Name, &r.Printed, &r.Value, &r.PartOf, &r.PartName, &r.Comparator, &r.FileRow, &r.Partner, &r.Note); err != nil {
			return fmt.Errorf("target rows: %w", err)
		}
		byID[id].Rows = append(byID[id].Rows, r)
	}
	return rows.Err()
}

// currentBelow is what an import at a place compares with, by tableKey.
func (s *Store) currentBelow(ctx context.Context, at region.Code) (map[string]*Table, error) {
	tables, err := s.List(ctx, region.ScopeOf(at), Filter{})
	if err != nil {
		return nil, err
	}
	out := map[string]*Table{}
	for _, t := range tables {
		if t.SampleOf == 0 {
			out[tableKey(t.Indicator, t.Year, t.DocNo)] = t
		}
	}
	return out, nil
}

// value computes persons (or things) from what is printed.
func (t *Table) value() {
	of := func(printed string) int64 {
		v, ok := new(big.Rat).SetString(printed)
		if !ok {
			return -1
		}
		n, _ := persons(v, t.Unit)
		return n
	}
	for i := range t.Rows {
		t.Rows[i].Value = of(t.Rows[i].Printed)
	}
	t.TotalValue = of(t.PrintedTotal)
}

// SetUnit answers what a document without a unit means. Only a missing unit is
// set; a printed one is never changed.
func (s *Store) SetUnit(ctx context.Context, by account.Caller, id int64, unit string) error {
	scope, err := may(by)
	if err != nil {
		return err
	}
	if _, ok := units[unit]; !ok {
		return fault.InvalidFields(fault.Field{Name: "unit", Key: "target.unit_unknown", Args: []any{unit}})
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		t, err := s.whole(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		if t.Unit != "" {
			return fault.New(fault.Conflict, "target.unit_printed", t.Unit)
		}
		t.Unit = unit
		t.value()
		if _, err := tx.ExecContext(ctx, "UPDATE target_table SET unit = $1, total_value = $2 WHERE id = $3", unit, t.TotalValue, id); err != nil {
			return fmt.Errorf("unit of target table: %w", err)
		}
		for _, r := range t.Rows {
			if _, err := tx.ExecContext(ctx, "UPDATE target_row SET value = $1 WHERE table_id = $2 AND n = $3", r.Value, id, r.N); err != nil {
				return fmt.Errorf("unit of target table: %w", err)
			}
		}
		return s.note(ctx, tx, by, "target.unit", t, map[string]string{"unit": unit})
	})
}

// whole is a table of which the scope holds the place itself: needed to change
// it.
func (s *Store) whole(ctx context.Context, q db.Querier, scope region.Scope, id int64) (*Table, error) {
	t, err := s.get(ctx, q, scope, id)
	if err != nil {
		return nil, err
	}
	if !scope.Contains(t.Region) {
		return nil, errNotFound
	}
	return t, nil
}

func may(by account.Caller) (region.Scope, error) {
	if !by.Can(account.TargetEdit) {
		return region.Scope{}, fault.New(fault.Forbidden, "fault.forbidden", account.TargetEdit)
	}
	return by.Scope(account.TargetEdit), nil
}

func (s *Store) note(ctx context.Context, tx *db.Tx, by account.Caller, action string, t *Table, detail map[string]string) error {
	return s.audit.Note(ctx, tx, by, account.Note{Action: action, Object: "target", ObjectID: strconv.FormatInt(t.ID, 10), Region: t.Region, Detail: detail})
}
