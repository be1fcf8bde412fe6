package design

import (
	"slices"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/indicator"
	"wengang/internal/region"
	"wengang/internal/report"
	"wengang/internal/text"
)

// Version is a design as it is kept.
type Version struct {
	ID        int64
	Family    int64
	Number    int // of the family's versions, from 1
	Owner     region.Code
	Purpose   Purpose
	State     State
	Spec      Spec
	Blank     int64
	File      string // name of the uploaded workbook
	Until     calendar.Month
	MadeBy    int64
	MadeName  string
	MadeAt    int64
	Published int64 // when, 0 not
	Publisher string
	LockNo    int
	Known     bool // of an upload: an earlier blank had the same headings
}

// FormID is the immutable id under which reports keep a version.
func (v *Version) FormID() string { return "d" + num(v.ID) }

// Form makes the ordinary form that a version is.
func (v *Version) Form(raw []byte) (*report.Form, error) {
	s := &v.Spec
	f := &report.Form{ID: v.FormID(), Annex: s.Annex, Title: s.Title, Short: s.Title, Citation: s.Citation, Source: s.Citation, Rows: report.Units, Left: "单位（公章）：",
		Columns: []report.Column{{N: 1, Key: "unit", Head: []string{"单位"}, Count: report.Words, Width: 13}},
		Design:  &report.Design{Family: v.Family, Version: v.Number, Owner: v.Owner, Levels: s.levels(), From: s.From, Until: v.Until, Lines: s.lines(), Paper: &paper{raw: raw, spec: s}}}
	if f.Annex == "" {
		f.Annex = text.T(text.ZH, "design.annex")
	}
	s.rhythm(f, v.Until)
	if v.Purpose == ForFill { // for the month asked for, whatever a form of the same headings is
		f.Every = report.Monthly
	}
	for i := range s.Binds {
		b := &s.Binds[i]
		if col, ok := b.column(len(f.Columns) + 1); ok {
			f.Columns = append(f.Columns, col)
		}
	}
	if err := s.derive(f); err != nil {
		return nil, err
	}
	return f, s.checks(f)
}

// rhythm sets how often and by when.
func (s *Spec) rhythm(f *report.Form, until calendar.Month) {
	f.Every = map[string]report.Every{"quarter": report.Quarterly, "year": report.Yearly}[s.Every]
	if s.Every == "" || s.Every == "month" || s.Every == "once" {
		f.Every = report.Monthly
	}
	if s.Every == "once" {
		f.Design.Until = s.From
	}
	day, next := max(1, s.Day), s.Next
	f.DueRule, f.DueArgs = "design.due."+word(s.Every, "month"), []any{day}
	if next {
		f.DueRule += ".next"
	}
	f.Due = func(p report.Period) calendar.Date {
		m := p.Last()
		if next {
			m = m.Add(1)
		}
		return min(m.LastDay(), calendar.DateOf(m.Year(), m.Num(), min(day, int(m.LastDay())%100)))
	}
}

func word(s, or string) string {
	if s == "" {
		return or
	}
	return s
}

// Name of what a binding fills a cell with, one line.
func (b *Bind) Name() string {
	if o := OfferOf(b); o != nil {
		return o.Name
	}
	return strings.Join(b.Heading, " · ")
}

// column of the form, false for what is no number.
func (b *Bind) column(n int) (report.Column, bool) {
	c := report.Column{N: n, Key: b.At, Head: []string{strings.Join(b.Heading, " · ")}, Unit: b.Unit, Width: 10, Divide: b.Divide, Decimals: b.Decimals, Nature: report.Stock}
	if c.Head[0] == "" {
		c.Head[0] = b.At
	}
	switch b.Kind {
	case Figure:
		d, ok := indicator.Get(b.Figure)
		if !ok {
			return c, false
		}
		c.Count, c.Figure, c.Months, c.Month, c.Where = report.Figure, b.Figure, b.Months, b.Month, b.Where
		if d.Kind == indicator.Total || d.Kind == indicator.Ratio {
			c.Count = report.Measured
		}
		switch {
		case b.Month > 0 || b.Months == report.LastYear || b.Months == report.LastMonth:
			c.Nature = report.Apart
		case b.Months == report.SoFar || d.Family == indicator.Year:
			c.Nature = report.Cumulative
		}
		c.Calibre = text.T(text.ZH, d.Key()) + "：" + text.T(text.ZH, d.How()) + narrowed(b)
	case Register:
		c.Count, c.Kind, c.Basis, c.Nature = b.What, b.Register, b.Basis, report.Cumulative
		c.Calibre = b.Name() + "：" + text.T(text.ZH, map[report.Basis]string{report.Begun: "design.basis.begun"}[b.Basis]+map[bool]string{true: "design.basis.lasting"}[b.Basis != report.Begun])
	case Derived:
		c.Count, c.Divide = report.Derived, pow10(b.Decimals)
		c.Calibre = text.T(text.ZH, "design.calibre.derived", b.Formula)
	case Typed:
		c.Count, c.Divide = report.Typed, pow10(b.Decimals)
		c.Calibre = text.T(text.ZH, "design.calibre.typed")
	default:
		return c, false
	}
	return c, true
}

// narrowed says which part of an indicator's people, and of which months.
func narrowed(b *Bind) string {
	out := ""
	for _, f := range Filters {
		for _, v := range b.Where[f.Dim] {
			for _, w := range f.Words {
				if int64(w.Code) == v {
					out += "，" + w.Name
				}
			}
		}
	}
	if b.Month > 0 {
		out += "；" + text.T(text.ZH, "design.month", b.Month)
	} else if b.Months != report.ThisMonth {
		out += "；" + text.T(text.ZH, "design.span."+num(int64(b.Months)))
	}
	return out
}

// lines tells whose row the blank has: those whose name it prints, else those
// of the level that its heading names.
func (s *Spec) lines() func(region.Place) bool {
	l := s.Lines
	if l == nil {
		return nil
	}
	return func(p region.Place) bool {
		if l.Named {
			return slices.ContainsFunc(l.Places, func(n string) bool { return SamePlace(n, p.Name) })
		}
		return l.Level == 0 || int(p.Code.Level()) == l.Level
	}
}

func (s *Spec) levels() []region.Level {
	var out []region.Level
	for _, l := range s.Levels {
		out = append(out, region.Level(l))
	}
	return out
}
