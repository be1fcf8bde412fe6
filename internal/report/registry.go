package report

import (
	"context"
	"io"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Designs are the forms that offices made from blank workbooks
// (internal/report/design). A version's id never changes its meaning, so that
// a form locked with it is read the same way for ever.
type Designs interface {
	// Form answers a published version, or NotFound; q is the transaction that
	// asks, or the pool.
	Form(ctx context.Context, q db.Querier, id string) (*Form, error)
	// Published are all published versions, by family and then by age.
	Published(ctx context.Context, q db.Querier) ([]*Form, error)
}

// Design is what a designed form has beyond a declared one.
type Design struct {
	Family  int64          // versions of one form share it
	Version int            // from 1
	Owner   region.Code    // the place that designed it: filled in it and below
	Levels  []region.Level // who must report
	From    calendar.Month // the first period ends in it or later
	Until   calendar.Month // and the last one before or in it; 0 for no end
	// Lines reports whether a place gets a row of its own in a list of places;
	// nil where the paper has the unit alone.
	Lines  func(region.Place) bool
	Checks []Check
	Paper  Paper
}

// Paper is the workbook that a designed form is filled into.
type Paper interface {
	// Write fills the blank: all that it holds stays, values come in.
	Write(sh *Sheet, foot Foot, out io.Writer) error
	// Grid is the filled blank as a table for a page.
	Grid(sh *Sheet, foot Foot) (Grid, error)
}

// Foot is what stands around the figures.
type Foot struct{ Office, Phone string }

// Grid is a workbook's table: rows of cells, those under a merged one left out.
type Grid struct {
	Widths  []float64 // characters of each column
	Rows    [][]GridCell
	Nowhere []string // places for which the blank has no row
}

// GridCell is one cell of a Grid. Row and Col name the cell of the sheet that
// it shows; Row is "" for words of the blank.
type GridCell struct {
	At           string // D7
	Text         string
	Across, Down int
	Head         bool // bold words, or words in a box
	Left         bool // aligned to the left
	Number       bool
	Box          bool   // has a border
	Formula      string // the workbook's own
	Row          string
	Col          int
}

// Check is a comparison between cells of a row.
type Check struct {
	Words string // as the officer wrote them
	Hard  bool
	Col   int // where the finding points
	Holds func(value func(key string) (int64, bool)) (holds bool, left, right string)
}

// Serves reports whether a place fills the form.
func (f *Form) Serves(at region.Code) bool {
	return f.Design == nil || f.Design.Owner.Contains(at)
}

// Must reports whether a place has to report.
func (f *Form) Must(at region.Code) bool {
	if f.Design == nil {
		return true
	}
	for _, l := range f.Design.Levels {
		if l == at.Level() && f.Serves(at) {
			return true
		}
	}
	return false
}

// InForce reports whether a period is filled in this version: its own span
// covers it.
func (f *Form) InForce(p Period) bool {
	d := f.Design
	return d == nil || p.Last() >= d.From && (d.Until == 0 || p.Last() <= d.Until)
}

// Form finds a declared form, or a designed one that a place of the scope may
// fill.
func (s *Store) Form(ctx context.Context, scope region.Scope, id string) (*Form, error) {
	f, err := s.form(ctx, s.db.Read, id)
	if err != nil {
		return nil, err
	}
	if f.Design != nil && scope.Within(f.Design.Owner).Empty() {
		return nil, fault.NotFoundf("report.no_form", id)
	}
	return f, nil
}

func (s *Store) form(ctx context.Context, q db.Querier, id string) (*Form, error) {
	f, err := ByID(id)
	if err == nil || s.Designs == nil {
		return f, err
	}
	return s.Designs.Form(ctx, q, id)
}

// every lists the declared forms and the published versions of designed ones.
func (s *Store) every(ctx context.Context, q db.Querier) ([]*Form, error) {
	if s.Designs == nil {
		return forms, nil
	}
	designed, err := s.Designs.Published(ctx, q)
	return append(append([]*Form(nil), forms...), designed...), err
}
