// Package dispatch is the 调度 of targets (A192): completion tables of a month as
// closed, with rank, change from the month before and what is slow (A193), and
// the numbered issues, which keep the figures they were issued with.
package dispatch

import (
	"context"
	"fmt"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/setting"
	"wengang/internal/target"
)

// Roles of a row.
const (
	Total = "total" // the place itself
	Row   = "row"
	Part  = "part" // 其中 item: never ranked or added
)

// Line is one row of a completion table. -1 is unknown; rates are in basis
// points, a place without figures has no rank (0).
type Line struct {
	Role       string
	Region     region.Code
	Name       string
	Printed    string
	Value      int64
	Actual     int64
	RateBP     int64
	TimeBP     int64
	Rank       int
	LastActual int64
	LastRank   int
	Behind     bool
	Met        bool
}

// Change is what came since the month before; known is false where one of the
// months has no figures.
func (l *Line) Change() (n int64, known bool) {
	return l.Actual - l.LastActual, l.Actual >= 0 && l.LastActual >= 0
}

// Section is the completion of one table of targets.
type Section struct {
	Table     int64
	Key       string // calibre; not kept with an issue
	Indicator string
	DocNo     string
	Unit      string
	Sample    bool
	Known     bool // some row has a figure
	Lines     []Line
}

// Issue is a numbered dispatch.
type Issue struct {
	ID         int64
	Region     region.Code
	Year       int
	Number     int // within the place and year
	Month      calendar.Month
	Title      string
	DocNo      string
	Note       string
	Gap        float64 // share that a rate may stay below the curve
	IssuedBy   int64
	IssuedName string
	IssuedAt   int64 // Unix ms
	Sections   []Section
}

// Tree is what the store asks of the tree of places.
type Tree interface{ Name(region.Code) string }

// Months tells whether every county of a place has closed a month.
type Months interface {
	Closed(ctx context.Context, scope region.Scope, at region.Code, m calendar.Month) (bool, error)
}

// Store computes, issues and keeps dispatches.
type Store struct {
	db      *db.DB
	audit   account.Recorder
	targets *target.Store
	tree    Tree
	months  Months
}

// New makes a store; all of its parts are needed.
func New(d *db.DB, audit account.Recorder, targets *target.Store, tree Tree, months Months) *Store {
	if d == nil || audit == nil || targets == nil || tree == nil || months == nil {
		panic("dispatch.New: a dependency is missing")
	}
	return &Store{db: d, audit: audit, targets: targets, tree: tree, months: months}
}

// Sections computes the completion of every table of a place that holds in the
// month: the tables over the place, for readers of the whole place only.
func (s *Store) Sections(ctx context.Context, scope region.Scope, at region.Code, m calendar.Month) ([]Section, error) {
	if !scope.Contains(at) {
		return nil, fault.NotFoundf("fault.notfound")
	}
	tables, err := s.targets.List(ctx, scope, target.Filter{At: at, Year: m.Year()})
	if err != nil {
		return nil, err
	}
	var out []Section
	for _, t := range tables {
		if t.Region != at || t.Unit == "" {
			continue
		}
		sec, err := s.section(ctx, scope, t, m)
		if err != nil {
			return nil, err
		}
		out = append(out, sec)
	}
	return out, nil
}

func (s *Store) section(ctx context.Context, scope region.Scope, t *target.Table, m calendar.Month) (Section, error) {
	out := Section{Table: t.ID, Key: t.IndicatorKey, Indicator: t.Indicator, DocNo: t.DocNo, Unit: t.Unit, Sample: t.SampleOf != 0}
	c := *t
	if c.Own() == nil && c.PrintedTotal != "" && c.TotalValue >= 0 { // the place itself, from the printed total
		c.Rows = append([]target.Row{{Region: t.Region, Name: s.tree.Name(t.Region), Printed: t.PrintedTotal, Value: t.TotalValue}}, c.Rows...)
	}
	now, err := s.targets.Progress(ctx, scope, &c, m)
	if err != nil {
		return out, err
	}
	last, err := s.targets.Progress(ctx, scope, &c, m.Add(-1))
	if err != nil {
		return out, err
	}
	ranks, before := target.Ranks(&c, now), target.Ranks(&c, last)
	for i, x := range now {
		l := Line{Role: Row, Region: x.Row.Region, Name: x.Row.Name, Printed: x.Row.Printed, Value: x.Row.Value, Actual: x.Actual, RateBP: basis(x.Rate), TimeBP: basis(x.Time),
			Rank: ranks[i], LastActual: last[i].Actual, LastRank: before[i], Behind: x.Behind, Met: x.Met}
		switch {
		case x.Row.PartOf != 0:
			l.Role, l.Name = Part, x.Row.PartName
		case x.Row.Partner != 0:
			l.Name = s.tree.Name(x.Row.Partner)
		case x.Row.Region == t.Region:
			l.Role = Total
		}
		out.Known = out.Known || x.Actual >= 0
		out.Lines = append(out.Lines, l)
	}
	return out, nil
}

// basis is a share in basis points, rounded to tenths of a percent as pages
// print them: what is not whole is never 100 %.
func basis(share float64) int64 {
	if share < 0 {
		return -1
	}
	return min(int64(target.Shown(share)*100+0.5), 1_000_000_000)
}

// Closed tells whether a month of a place may be issued: a dispatch prints
// figures as closed, which an open month does not have yet.
func (s *Store) Closed(ctx context.Context, scope region.Scope, at region.Code, m calendar.Month) (bool, error) {
	if !scope.Contains(at) {
		return false, fault.NotFoundf("fault.notfound")
	}
	return s.months.Closed(ctx, scope, at, m)
}

// Paper is what a dispatch is issued with.
type Paper struct {
	Title, DocNo, Note string
	Tables             []int64 // tables of the place that it holds
}

// Issue numbers and keeps the completion of a place's tables in a closed month.
// It needs target.sign at the place.
func (s *Store) Issue(ctx context.Context, by account.Caller, at region.Code, m calendar.Month, p Paper) (int64, error) {
	if !by.Can(account.TargetSign) {
		return 0, fault.New(fault.Forbidden, "fault.forbidden", account.TargetSign)
	}
	scope := by.Scope(account.TargetSign)
	closed, err := s.Closed(ctx, scope, at, m)
	if err != nil {
		return 0, err
	}
	if !closed {
		return 0, fault.InvalidFields(fault.Field{Name: "month", Key: "target.dispatch.open", Args: []any{m.String()}})
	}
	all, err := s.Sections(ctx, scope, at, m)
	if err != nil {
		return 0, err
	}
	var chosen []Section
	for _, x := range all {
		for _, id := range p.Tables {
			if id == x.Table && x.Known {
				chosen = append(chosen, x)
				break
			}
		}
	}
	if len(chosen) == 0 {
		return 0, fault.InvalidFields(fault.Field{Name: "tables", Key: "target.dispatch.none"})
	}
	v, err := setting.At(ctx, s.db.Read, at, m.Year())
	if err != nil {
		return 0, err
	}
	var id int64
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if id, err = tx.NextIDs(ctx, "target_dispatch", 1); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(number), 0) + 1 FROM target_dispatch WHERE region = $1 AND year = $2`, int64(at), m.Year()).Scan(&n); err != nil {
			return fmt.Errorf("dispatch: %w", err)
		}
		title := clip(p.Title, 80)
		if title == "" {
			title = fmt.Sprintf("%s%d年1—%d月目标任务完成情况调度表", s.tree.Name(at), m.Year(), m.Num())
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO target_dispatch (id, region, year, number, month, title, doc_no, note, gap_bp, issued_by, issued_name, issued_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			id, int64(at), m.Year(), n, int64(m), title, clip(p.DocNo, 80), clip(p.Note, 400), v.Int(target.SlowGap)*100, by.UserID, by.Name, db.Millis(tx.Now))
		if err != nil {
			return fmt.Errorf("dispatch: %w", err)
		}
		if err := keep(ctx, tx, id, chosen); err != nil {
			return err
		}
		return s.note(ctx, tx, by, "target.dispatch.issue", id, at, map[string]string{"number": strconv.Itoa(n), "month": m.String(), "tables": strconv.Itoa(len(chosen))})
	})
	return id, err
}

func keep(ctx context.Context, tx *db.Tx, id int64, sections []Section) error {
	var rows [][]any
	for i, sec := range sections {
		for n, l := range sec.Lines {
			rows = append(rows, []any{id, i, n, l.Role, sec.Table, sec.Indicator, sec.DocNo, sec.Unit, sec.Sample, int64(l.Region), l.Name, l.Printed, l.Value, l.Actual, l.RateBP, l.TimeBP, l.Rank, l.LastActual, l.LastRank, l.Behind, l.Met})
		}
	}
	return tx.Dialect.BulkInsert(ctx, tx, "target_dispatch_row", []string{"dispatch_id", "section", "n", "role", "table_id", "indicator", "doc_no", "unit", "sample", "region", "name", "printed", "value", "actual",
		"rate_bp", "time_bp", "rank", "last_actual", "last_rank", "behind", "met"}, rows)
}

const columns = `id, region, year, number, month, title, doc_no, note, gap_bp, issued_by, issued_name, issued_at`

type scanner interface{ Scan(dest ...any) error }

func scan(row scanner) (*Issue, error) {
	var x Issue
	var gap int
	err := row.Scan(&x.ID, &x.Region, &x.Year, &x.Number, &x.Month, &x.Title, &x.DocNo, &x.Note, &gap, &x.IssuedBy, &x.IssuedName, &x.IssuedAt)
	x.Gap = float64(gap) / 10000
	return &x, err
}

// List answers the dispatches of a place that lies in the scope, the newest
// first, without their rows.
func (s *Store) List(ctx context.Context, scope region.Scope, at region.Code) ([]*Issue, error) {
	if !scope.Contains(at) {
		return nil, fault.NotFoundf("fault.notfound")
	}
	rows, err := s.db.Read.QueryContext(ctx, "SELECT "+columns+" FROM target_dispatch WHERE region = $1 ORDER BY id DESC LIMIT 200", int64(at))
	if err != nil {
		return nil, fmt.Errorf("dispatches: %w", err)
	}
	defer rows.Close()
	var out []*Issue
	for rows.Next() {
		x, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("dispatches: %w", err)
		}
		out = append(out, x)
	}
	return out, rows.Err()
}

// Get is a dispatch as issued. Who is entitled below its place only does not
// find it: it ranks places against each other.
func (s *Store) Get(ctx context.Context, scope region.Scope, id int64) (*Issue, error) {
	var a db.Args
	x, err := scan(s.db.Read.QueryRowContext(ctx, "SELECT "+columns+" FROM target_dispatch WHERE id = "+a.Add(id)+" AND "+scope.Predicate("region", a.Add), a.Values...))
	if err != nil {
		return nil, fault.Wrap(err, fault.NotFound, "fault.notfound")
	}
	rows, err := s.db.Read.QueryContext(ctx, `SELECT section, role, table_id, indicator, doc_no, unit, sample, region, name, printed, value, actual, rate_bp, time_bp, rank, last_actual, last_rank, behind, met
		FROM target_dispatch_row WHERE dispatch_id = $1 ORDER BY section, n`, id)
	if err != nil {
		return nil, fmt.Errorf("dispatch: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var sec Section
		var l Line
		var n int
		if err := rows.Scan(&n, &l.Role, &sec.Table, &sec.Indicator, &sec.DocNo, &sec.Unit, &sec.Sample, &l.Region, &l.Name, &l.Printed, &l.Value, &l.Actual, &l.RateBP, &l.TimeBP, &l.Rank, &l.LastActual, &l.LastRank, &l.Behind, &l.Met); err != nil {
			return nil, fmt.Errorf("dispatch: %w", err)
		}
		for len(x.Sections) <= n {
			sec.Known = true
			x.Sections = append(x.Sections, sec)
		}
		x.Sections[n].Lines = append(x.Sections[n].Lines, l)
	}
	return x, rows.Err()
}

func (s *Store) note(ctx context.Context, tx *db.Tx, by account.Caller, action string, id int64, at region.Code, detail map[string]string) error {
	return s.audit.Note(ctx, tx, by, account.Note{Action: action, Object: "target_dispatch", ObjectID: strconv.FormatInt(id, 10), Region: at, Detail: detail})
}
