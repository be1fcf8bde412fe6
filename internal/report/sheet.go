package report

import (
	"wengang/internal/calendar"
	"wengang/internal/region"
)

// Explain is why a cell has its value: its words are put together at the edge.
type Explain struct {
	Column    string         `json:"column"`
	From      calendar.Date  `json:"from"`
	Cutoff    calendar.Date  `json:"cutoff"`
	Received  int64          `json:"received,omitempty"`  // Unix ms; 0: everything received when it was computed
	Month     calendar.Month `json:"month,omitempty"`     // of a figure
	Records   int            `json:"records"`             // registers that the count comes from
	Heads     int64          `json:"heads,omitempty"`     // 无名单
	Outside   int64          `json:"outside,omitempty"`   // people not in the ledger
	Children  int64          `json:"children,omitempty"`  // sum of the rows below
	Own       int64          `json:"own,omitempty"`       // registered at the unit's own level
	Double    int64          `json:"double,omitempty"`    // in several rows below, counted once here
	Missing   int            `json:"missing,omitempty"`   // rows below whose number nobody can tell
	Corrected int64          `json:"corrected,omitempty"` // net of the corrections below
	Last      int64          `json:"last"`                // value of the period before, -1 none
	LastOf    string         `json:"lastOf,omitempty"`
	Calibre   string         `json:"calibre"` // version of the declaration
}

// calibreVersion changes with every change of what a column counts.
const calibreVersion = "v1"

// Cell of a sheet.
type Cell struct {
	Col        int    // position on paper; negative for measures of checks
	Key        string // of the column
	Value      int64
	Text       string // of a Words column
	Computed   int64
	Set        *Set // nil for words, and where the members stand with Source
	Explain    Explain
	Correction *Correction
}

// Correction of a cell: both numbers, the reason and the person. Equal numbers
// are a note.
type Correction struct {
	RowKey    string
	Col       int
	Computed  int64
	Corrected int64
	Reason    string
	ByUser    int64
	ByName    string
	At        int64
	Evidence  int64 `json:",omitempty"` // the paper it stands on, 0 none
}

// Role of a row.
type Role uint8

// The roles.
const (
	Total   Role = iota + 1 // the unit itself: 全市
	Child                   // a place below
	Unit                    // a reporting unit below
	Project                 // a help project
	Own                     // the unit's own level, not on paper: behind the total's list
)

// Row of a sheet.
type Row struct {
	Key    string
	Region region.Code
	Name   string
	Role   Role
	Cells  []Cell
	// Source is the form of the place below that the row repeats; ID 0 where
	// the row was computed.
	Source Source
}

// Source names a version of another form.
type Source struct {
	ReportID int64
	Version  int
	State    State
}

// Cell finds a cell of the row by its column's key.
func (r *Row) Cell(key string) *Cell {
	for i := range r.Cells {
		if r.Cells[i].Key == key {
			return &r.Cells[i]
		}
	}
	return nil
}

// Finding is what a check says of a sheet.
type Finding struct {
	Rule string // "report.check.fall": also the key of its sentence
	Row  string
	Col  int
	Hard bool // the sheet cannot be submitted
	Args []any
}

// Sheet is a form of a unit for a period: computed while it is a draft, as
// frozen from its submission on.
type Sheet struct {
	Form     *Form
	Region   region.Code
	Period   Period
	Report   *Report       // nil where nobody has begun it
	Due      calendar.Date // of the unit
	Ends     calendar.Date // the cut-off as set; Cutoff is today where it is still to come
	Cutoff   calendar.Date
	Received int64
	Month    calendar.Month // of figures
	Rows     []Row
	Findings []Finding
	Checked  int // how many checks ran
	Frozen   bool
	Version  int   // of a frozen sheet
	Made     *Made // of a frozen sheet: checks of then, scan
	FilledOn calendar.Date
	Filler   string
	Phone    string
}

// Row finds a row by key, among those of lists too.
func (s *Sheet) Row(key string) *Row {
	for i := range s.Rows {
		if s.Rows[i].Key == key {
			return &s.Rows[i]
		}
	}
	return nil
}

// Paper are the rows on paper.
func (s *Sheet) Paper() []Row {
	var out []Row
	for _, r := range s.Rows {
		if r.Role != Own {
			out = append(out, r)
		}
	}
	return out
}

// Hard reports whether a finding stops the submission.
func (s *Sheet) Hard() bool {
	for _, f := range s.Findings {
		if f.Hard {
			return true
		}
	}
	return false
}
