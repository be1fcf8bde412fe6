// Package report computes the official forms from the registers and the
// ledger, explains every cell, keeps its members, and takes a form through
// submission, return, acceptance and lock. A form is one declaration
// (forms.go); sheet, page, workbook and checks are generic over it.
package report

import (
	"fmt"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Every says how often a form is due.
type Every uint8

// The rhythms.
const (
	Quarterly Every = iota
	Yearly
	Monthly
)

// RowsOf says what a form has a row for.
type RowsOf uint8

// The kinds of rows.
const (
	Units    RowsOf = iota // the unit, then each place below it
	Projects               // each help project
)

// What a column counts.
type What uint8

// The measures.
const (
	Bodies     What = iota + 1 // how many registers
	People                     // people of their lists, and headcounts
	PoorPeople                 // of these, 脱贫人口 and 监测对象
	RuralLocal                 // people without 城镇居民
	Figure                     // people behind an indicator
	Words                      // text of the register
	Typed                      // written by hand on the sheet
	Derived                    // made of other cells of the row
	Measured                   // an indicator without a list: money, a mean, a rate
)

// Basis decides between stock and newly added: the form's note asks for
// 当年累计数 and does not say which (docs/adr/0010).
type Basis uint8

// The bases.
const (
	Lasting Basis = iota + 1 // lasted on at least one day from 1 January to the cut-off
	Begun                    // began in that time
)

// Column is one column of the official form.
type Column struct {
	N       int      // position on paper, from 1; 0 for a measure that only checks use
	Key     string   // "workshops"; calibre in the catalogue under report.calibre.<key>
	Head    []string // headings from the top row down
	Unit    string   // 个, 人, 次
	Count   What
	Kind    string // register
	Basis   Basis
	Theme   string // of events: only those of this theme
	Figure  string // indicator
	Nature  Nature // how it may move from period to period
	Width   float64
	Wrapped bool // text that may take several lines

	// Of designed forms; the zero values are those of a declared one.
	Calibre  string                                                                           // its line, instead of the catalogue's
	Months   Span                                                                             // of a Figure
	Month    int                                                                              // of a Figure: that month of the period's year, instead of Months
	Where    map[string][]int64                                                               // of a Figure: only these values of a dimension
	Divide   int64                                                                            // printed is the value through it: 10000 for 万人
	Decimals int                                                                              // of the printed number
	Derive   func(value func(key string) (int64, bool)) (n int64, printed string, known bool) // of a Derived; below zero it is only printed
}

// Span says which months of an indicator a column takes, seen from the last
// month of the form's period.
type Span uint8

// The spans.
const (
	ThisMonth Span = iota
	LastMonth
	LastYear // the same month a year ago
	SoFar    // anybody in any month of the year so far, once
)

// Form declares an official form.
type Form struct {
	ID       string // also the CLI's word: progress, projects
	Annex    string // 附件1
	Title    string
	Short    string
	Citation string // document and paragraph
	Source   string // the document in short, for the head of a page
	Every    Every
	Due      func(Period) calendar.Date
	DueRule  string // catalogue key
	Rows     RowsOf
	Columns  []Column
	Left     string // in front of the unit's name
	Note     string
	Since    calendar.Date  // of the notice that asks for it, 0: not known
	Cosign   []account.Dept // who signs with a province's or a city's own form (A186)
	DueArgs  []any          // of DueRule
	Design   *Design        // nil for a declared form
}

// Column finds a column by key.
func (f *Form) Column(key string) *Column {
	for i := range f.Columns {
		if f.Columns[i].Key == key {
			return &f.Columns[i]
		}
	}
	return nil
}

// keyAt is the key of the column at a position.
func (f *Form) keyAt(pos int) string {
	for i := range f.Columns {
		if position(&f.Columns[i], i) == pos {
			return f.Columns[i].Key
		}
	}
	return ""
}

// Printed are the columns on paper.
func (f *Form) Printed() []Column {
	var out []Column
	for _, c := range f.Columns {
		if c.N > 0 {
			out = append(out, c)
		}
	}
	return out
}

// Period is a month, a quarter, or a year where both are 0.
type Period struct{ Year, Quarter, Month int }

// ParsePeriod reads 2023-05, 2023Q4 and 2023.
func ParsePeriod(s string) (Period, error) {
	var p Period
	if q, err := calendar.ParseQuarter(s); err == nil {
		p = Period{Year: q.Year(), Quarter: q.Num()}
	} else if m, err := calendar.ParseMonth(s); err == nil && len(s) == 7 {
		p = Period{Year: m.Year(), Month: m.Num()}
	} else if _, err := fmt.Sscanf(s, "%4d", &p.Year); err != nil || len(s) != 4 {
		return Period{}, fault.New(fault.Invalid, "report.period", s)
	}
	if p.Year < 2020 || p.Year > 2099 {
		return Period{}, fault.New(fault.Invalid, "report.period", s)
	}
	return p, nil
}

// ParsePeriod reads a period for a form: of a shorter one it is the form's own
// that holds it.
func (f *Form) ParsePeriod(s string) (Period, error) {
	p, err := ParsePeriod(s)
	if err != nil {
		return p, err
	}
	month, quarter := p.Month > 0, p.Quarter > 0
	if f.Every == Monthly && !month || f.Every == Quarterly && !quarter && !month {
		return Period{}, fault.New(fault.Invalid, "report.period", s)
	}
	return f.PeriodAt(p.Last()), nil
}

// String is 2023-05, 2023Q4 or 2023.
func (p Period) String() string {
	switch {
	case p.Month > 0:
		return fmt.Sprintf("%04d-%02d", p.Year, p.Month)
	case p.Quarter == 0:
		return fmt.Sprintf("%04d", p.Year)
	}
	return fmt.Sprintf("%04dQ%d", p.Year, p.Quarter)
}

// Last is the month in which the period ends.
func (p Period) Last() calendar.Month {
	switch {
	case p.Month > 0:
		return calendar.MonthOf(p.Year, p.Month)
	case p.Quarter == 0:
		return calendar.MonthOf(p.Year, 12)
	}
	return calendar.MonthOf(p.Year, p.Quarter*3)
}

// Shown reports that a caller may look at the period: an inspector at those
// that hold a month of the document.
func (p Period) Shown(to account.Caller) bool {
	i := to.Inspection
	return i == nil || p.Last() >= i.FirstMonth && p.Before().Last() < i.LastMonth
}

// Before is the period before, of the same length.
func (p Period) Before() Period {
	switch {
	case p.Month > 0:
		return monthPeriod(p.Last().Add(-1))
	case p.Quarter == 0:
		return Period{Year: p.Year - 1}
	case p.Quarter == 1:
		return Period{Year: p.Year - 1, Quarter: 4}
	}
	return Period{Year: p.Year, Quarter: p.Quarter - 1}
}

// After is the period after.
func (p Period) After() Period {
	switch {
	case p.Month > 0:
		return monthPeriod(p.Last().Add(1))
	case p.Quarter == 0:
		return Period{Year: p.Year + 1}
	case p.Quarter == 4:
		return Period{Year: p.Year + 1, Quarter: 1}
	}
	return Period{Year: p.Year, Quarter: p.Quarter + 1}
}

func monthPeriod(m calendar.Month) Period { return Period{Year: m.Year(), Month: m.Num()} }

// PeriodAt is the form's period that holds a month.
func (f *Form) PeriodAt(m calendar.Month) Period {
	switch f.Every {
	case Monthly:
		return monthPeriod(m)
	case Yearly:
		return Period{Year: m.Year()}
	}
	return Period{Year: m.Year(), Quarter: (m.Num()-1)/3 + 1}
}

// Forms lists the declared forms.
func Forms() []*Form { return forms }

// ByID finds a form, or answers NotFound.
func ByID(id string) (*Form, error) {
	for _, f := range forms {
		if f.ID == id {
			return f, nil
		}
	}
	return nil, fault.NotFoundf("report.no_form", id)
}

// rowKey of a place, of a place's own level, and of a project.
func rowKey(c region.Code) string { return c.Full() }
func ownKey(c region.Code) string { return "own" + c.Full() }
func projectKey(id int64) string  { return fmt.Sprintf("project%d", id) }
