package report

import (
	"context"
	"fmt"
	"slices"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
)

// Mark is what stands out of a form in the matrix.
type Mark string

// The marks, those that need somebody first.
const (
	Missing  Mark = "missing"  // due and never sent
	Redo     Mark = "redo"     // was sent, returned, and is not sent again
	Late     Mark = "late"     // sent after its due date
	Reopened Mark = "reopened" // a month that it used was opened again since
	NoScan   Mark = "noscan"   // accepted without a stamped scan
	Pending  Mark = "pending"  // not due yet
	OnTime   Mark = "ontime"
)

// Marks in the order of the filter.
var Marks = []Mark{Missing, Redo, Late, Reopened, NoScan, Pending, OnTime}

// Slot is one unit's form of one period.
type Slot struct {
	Form    *Form
	Region  region.Code
	Period  Period
	State   State // "" where nobody has begun it
	Due     calendar.Date
	FirstOn calendar.Date
	Late    int // working days after the due date: of the first submission, or by today
	Marks   []Mark
	Not     bool // the unit does not fill the form in this period
}

// Is reports a mark of the slot.
func (x *Slot) Is(m Mark) bool {
	for _, k := range x.Marks {
		if k == m {
			return true
		}
	}
	return false
}

// Matrix is units × columns; a column is a period of one form, or a form of one
// period.
type Matrix struct {
	Units   []region.Place
	Columns []MatrixColumn
	Slots   [][]Slot // by unit, then column
}

// Trim takes out the columns that no unit fills.
func (m *Matrix) Trim() {
	for k := len(m.Columns) - 1; k >= 0; k-- {
		if slices.ContainsFunc(m.Slots, func(line []Slot) bool { return !line[k].Not }) {
			continue
		}
		m.Columns = slices.Delete(slices.Clone(m.Columns), k, k+1)
		for i := range m.Slots {
			m.Slots[i] = slices.Delete(m.Slots[i], k, k+1)
		}
	}
}

// MatrixColumn is a column of the matrix.
type MatrixColumn struct {
	Form   *Form
	Period Period
}

// Matrix shows which unit has sent what: the unit itself and the places below.
func (s *Store) Matrix(ctx context.Context, scope region.Scope, at region.Code, columns []MatrixColumn) (*Matrix, error) {
	if !scope.Contains(at) {
		return nil, errNotFound
	}
	if !s.unit(at) {
		return &Matrix{}, nil
	}
	m := &Matrix{Columns: columns, Units: append([]region.Place{{Code: at, Name: s.Tree.Name(at)}}, s.below(at)...)}
	t, err := s.terms(ctx, s.db.Read, at)
	if err != nil {
		return nil, err
	}
	begun := make([]map[region.Code]*Report, len(columns))
	seen := map[int64]seals{}
	codes := make([]region.Code, len(m.Units))
	for i, u := range m.Units {
		codes[i] = u.Code
	}
	for i, c := range columns {
		if begun[i], err = reports(ctx, s.db.Read, c.Form.ID, codes, c.Period); err != nil {
			return nil, err
		}
		if err := s.seals(ctx, begun[i], seen); err != nil {
			return nil, err
		}
	}
	for _, u := range m.Units {
		line := make([]Slot, len(columns))
		for i, c := range columns {
			line[i] = s.slot(t, u.Code, c, begun[i][u.Code], seen)
		}
		m.Slots = append(m.Slots, line)
	}
	return m, nil
}

func (s *Store) slot(t *term, at region.Code, c MatrixColumn, r *Report, seen map[int64]seals) Slot {
	x := Slot{Form: c.Form, Region: at, Period: c.Period, Due: t.of(c.Form, at, c.Period).Due, Not: r == nil && (!c.Form.Must(at) || !c.Form.InForce(c.Period) || c.Form.Due(c.Period) < c.Form.Since)}
	today := s.today()
	if r == nil {
		if x.Not {
			return x
		}
		x.Marks = []Mark{Pending}
		if x.Late = LateBy(x.Due, today); x.Late > 0 {
			x.Marks = []Mark{Missing}
		}
		return x
	}
	x.State, x.FirstOn = r.State, r.FirstOn
	if r.State.Sent() {
		x.Due = r.DueOn // the terms under which it was sent
	}
	switch {
	case r.FirstOn == 0:
		x.Late = LateBy(x.Due, today)
		x.Marks = []Mark{Pending}
		if x.Late > 0 {
			x.Marks = []Mark{Missing}
		}
		return x
	case !r.State.Sent():
		x.Marks = append(x.Marks, Redo)
	}
	if x.Late = LateBy(x.Due, r.FirstOn); x.Late > 0 {
		x.Marks = append(x.Marks, Late)
	} else {
		x.Marks = append(x.Marks, OnTime)
	}
	f := seen[r.ID]
	if f.reopened {
		x.Marks = append(x.Marks, Reopened)
	}
	if (r.State == Accepted || r.State == Locked) && !f.scan {
		x.Marks = append(x.Marks, NoScan)
	}
	return x
}

// seals are what the matrix asks beside the form itself.
type seals struct{ reopened, scan bool }

func (s *Store) seals(ctx context.Context, begun map[region.Code]*Report, into map[int64]seals) error {
	var ids []int64
	for _, r := range begun {
		ids = append(ids, r.ID)
	}
	if len(ids) == 0 {
		return nil
	}
	var a db.Args
	list := db.List(&a, ids)
	rows, err := s.db.Read.QueryContext(ctx, `
		SELECT r.id,
			(SELECT count(*) FROM report_event e WHERE e.report_id = r.id AND e.version = r.version AND e.action = `+a.Add(string(Reopen))+`),
			(SELECT count(*) FROM report_version v WHERE v.report_id = r.id AND v.version = r.sent_version AND v.scan_id <> 0)
		FROM report r WHERE r.id IN `+list, a.Values...)
	if err != nil {
		return fmt.Errorf("marks of forms: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var reopened, scan int
		if err := rows.Scan(&id, &reopened, &scan); err != nil {
			return fmt.Errorf("marks of forms: %w", err)
		}
		into[id] = seals{reopened > 0, scan > 0}
	}
	return rows.Err()
}

// ReopenedMonth is the month that was opened again after the sheet's version
// took its figures, "" where none was.
func (s *Store) ReopenedMonth(ctx context.Context, scope region.Scope, sh *Sheet) (string, error) {
	if sh.Report == nil || !sh.Frozen || !scope.Contains(sh.Region) {
		return "", nil
	}
	var m string
	err := s.db.Read.QueryRowContext(ctx, "SELECT COALESCE(max(remark), '') FROM report_event WHERE report_id = $1 AND version = $2 AND action = $3", sh.Report.ID, sh.Version, string(Reopen)).Scan(&m)
	return m, err
}

// All lists the forms that a place of the scope may fill.
func (s *Store) All(ctx context.Context, scope region.Scope) ([]*Form, error) {
	all, err := s.every(ctx, s.db.Read)
	if err != nil {
		return nil, err
	}
	var out []*Form
	for _, f := range all {
		if f.Design == nil || !scope.Within(f.Design.Owner).Empty() {
			out = append(out, f)
		}
	}
	return out, nil
}

// NoteMatrix puts on record that somebody takes the matrix out as a file.
func (s *Store) NoteMatrix(ctx context.Context, by account.Caller, at region.Code, rows int) error {
	if !by.Scope(account.ReportRead).Contains(at) {
		return errNotFound
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		return s.Audit.Note(ctx, tx, by, account.Note{Action: "report.matrix", Object: "report", ObjectID: "", Region: at, Detail: map[string]string{"rows": fmt.Sprint(rows)}})
	})
}
