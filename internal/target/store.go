package target

import (
	"context"
	"database/sql"
	"errors"
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

func insert(ctx context.Context, tx *db.Tx, t *Table, user int64) error {
	id, err := tx.NextIDs(ctx, "target_table", 1)
	if err != nil {
		return err
	}
	t.ID = id
	_, err = tx.ExecContext(ctx, `
		INSERT INTO target_table (id, region, indicator, indicator_key, calibre, direction, year, year_to, title, unit, comparator, tolerance_bp,
			doc_no, source, publicity, printed_total, total_value, sample_of, version, batch_id, created_by, created_at,
			doc_date, base_year, base_source, parent_table, parent_key, check_rule, check_bp, signed_by, signed_name)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31)`,
		t.ID, int64(t.Region), t.Indicator, t.IndicatorKey, t.Calibre, t.Direction, t.Year, t.YearTo, t.Title, t.Unit, t.Comparator, t.ToleranceBP,
		t.DocNo, t.Source, t.Publicity, t.PrintedTotal, t.TotalValue, t.SampleOf, t.Version, t.BatchID, user, db.Millis(tx.Now),
		int64(t.DocDate), t.BaseYear, t.BaseSource, t.ParentTable, t.ParentKey, t.CheckRule, t.CheckBP, t.SignedBy, t.SignedName)
	if err != nil {
		return fmt.Errorf("add target table: %w", err)
	}
	for _, r := range t.Rows {
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO target_row (table_id, n, region, name, printed, value, part_of, part_name, comparator, file_row, partner, note)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			t.ID, r.N, int64(r.Region), r.Name, r.Printed, r.Value, r.PartOf, r.PartName, r.Comparator, r.FileRow, int64(r.Partner), r.Note); err != nil {
			return fmt.Errorf("add target row: %w", err)
		}
	}
	return nil
}

// replace writes a table as the next version of the one that stands for the
// same place, calibre, year and document. Where nothing differs, it writes
// nothing.
func replace(ctx context.Context, tx *db.Tx, t *Table, user int64) error {
	old, err := scanTable(tx.QueryRowContext(ctx, "SELECT "+tableColumns+` FROM target_table t
		WHERE t.region = $1 AND t.indicator_key = $2 AND t.year = $3 AND t.doc_no = $4 AND t.sample_of = $5 AND t.replaced_by = 0 AND t.withdrawn_at = 0 AND t.batch_id <> $6`,
		int64(t.Region), t.IndicatorKey, t.Year, t.DocNo, t.SampleOf, hiddenOr(t.BatchID)))
	if errors.Is(err, sql.ErrNoRows) {
		if t.Version, err = nextVersion(ctx, tx, t); err != nil {
			return err
		}
		return insert(ctx, tx, t, user)
	}
	if err != nil {
		return fmt.Errorf("standing target table: %w", err)
	}
	if err := addRows(ctx, tx, region.ScopeOf(region.Country), []*Table{old}); err != nil {
		return err
	}
	if same(old, t) {
		return nil
	}
	if t.Unit == "" && old.Unit != "" { // somebody said what the document does not print
		t.Unit = old.Unit
		t.value()
	}
	t.Version = old.Version + 1
	if err := insert(ctx, tx, t, user); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "UPDATE target_table SET replaced_by = $1 WHERE id = $2", t.ID, old.ID)
	return err
}

// nextVersion counts on from tables of that place, calibre, year and document
// which do not stand any more.
func nextVersion(ctx context.Context, tx *db.Tx, t *Table) (v int, err error) {
	err = tx.QueryRowContext(ctx, `SELECT coalesce(max(version), 0) + 1 FROM target_table WHERE region = $1 AND indicator_key = $2 AND year = $3 AND doc_no = $4 AND sample_of = $5`,
		int64(t.Region), t.IndicatorKey, t.Year, t.DocNo, t.SampleOf).Scan(&v)
	if err != nil {
		return 0, fmt.Errorf("version of target table: %w", err)
	}
	return v, nil
}

// hiddenOr is an id that no other batch has: a page's table has batch 0.
func hiddenOr(batch int64) int64 {
	if batch == 0 {
		return -1
	}
	return batch
}

func same(a, b *Table) bool {
	if a.PrintedTotal != b.PrintedTotal || b.Unit != "" && a.Unit != b.Unit || a.Comparator != b.Comparator || len(a.Rows) != len(b.Rows) || a.Publicity != b.Publicity || a.Calibre != b.Calibre || a.BaseYear != b.BaseYear {
		return false
	}
	for i := range a.Rows {
		x, y := a.Rows[i], b.Rows[i]
		if x.Region != y.Region || x.Printed != y.Printed || x.PartName != y.PartName || x.Comparator != y.Comparator || x.Partner != y.Partner {
			return false
		}
	}
	return true
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
