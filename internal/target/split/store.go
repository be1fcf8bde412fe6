package split

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/db"
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

func (s *Store) note(ctx context.Context, tx *db.Tx, by account.Caller, action string, x *Split, detail map[string]string) error {
	return s.audit.Note(ctx, tx, by, account.Note{Action: action, Object: "target_split", ObjectID: strconv.FormatInt(x.ID, 10), Region: x.Region, Detail: detail})
}
