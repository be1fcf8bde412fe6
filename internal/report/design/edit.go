package design

import (
	"slices"

	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/report"
)

// Narrowed says which part of an indicator's people a binding counts.
func (b *Bind) Narrowed() string {
	c := *b
	c.Month, c.Months = 0, report.ThisMonth
	return narrowed(&c)
}

// Target is the key under which a click on a cell of the blank binds: a
// heading above lines stands for its whole column, or row.
func (s *Spec) Target(t *Table, c *Cell) string {
	l := s.Lines
	if l == nil {
		return c.At
	}
	key := s.Key(c.Row, c.Col)
	switch {
	case key != c.At || c.Across > 1 && !l.Across || c.Down > 1 && l.Across:
		return key
	case !l.Across && c.Boxed && c.Row+c.Down <= l.First && s.Bind(c.At) == nil && (l.Total == 0 || c.Row < l.Total):
		return letters(c.Col)
	case l.Across && c.Boxed && c.Col+c.Across <= l.First && s.Bind(c.At) == nil && s.asked(t, c.Row):
		return lineKey(c.Row)
	}
	return key
}

// asked reports a row of lines that a place has a cell in.
func (s *Spec) asked(t *Table, row int) bool {
	return row > s.Lines.Names && t.Cell(row, s.Lines.First) != nil
}

// Sample is a cell that a key stands for, nil for none.
func (s *Spec) Sample(t *Table, key string) *Cell {
	p, ok := parseKey(key)
	switch {
	case !ok:
		return nil
	case p.row > 0 && p.col > 0:
		return t.Cell(p.row, p.col)
	case s.Lines == nil || (p.row > 0) != s.Lines.Across:
		return nil
	case p.row > 0:
		return t.Cell(p.row, s.Lines.First)
	}
	return t.Cell(s.Lines.First, p.col)
}

// Heading is the words that name a cell in the blank.
func (s *Spec) Heading(t *Table, key string) []string {
	if b := s.Bind(key); b != nil && len(b.Heading) > 0 {
		return b.Heading
	}
	p, ok := parseKey(key)
	if !ok {
		return nil
	}
	g := &guesser{t: t, isPlace: func(string) bool { return false }, spec: &Spec{}}
	g.body()
	if g.top == 0 {
		return nil
	}
	g.header()
	g.labels()
	var out []string
	if p.row > 0 {
		out = g.rowPath(p.row)
	}
	if p.col > 0 {
		out = append(out, g.path(p.col)...)
	}
	if c := s.Sample(t, key); len(out) == 0 && c != nil && c.Text != "" {
		out = append(out, c.Text)
	}
	return out
}

// Put binds a cell by hand.
func (s *Spec) Put(t *Table, b Bind) error {
	c := s.Sample(t, b.At)
	switch {
	case c == nil:
		return fault.NotFoundf("fault.notfound")
	case c.Formula != "":
		return fault.InvalidFields(fault.Field{Name: "cell", Key: "design.own_formula", Args: []any{c.At}})
	case !slices.Contains(Kinds, b.Kind):
		return fault.InvalidFields(fault.Field{Name: "kind", Key: "design.kind"})
	case b.Kind == Words && !slices.Contains(WordList, b.Word):
		return fault.InvalidFields(fault.Field{Name: "word", Key: "design.kind"})
	case b.Kind == Constant && (b.Text == "" || len([]rune(b.Text)) > 200):
		return fault.InvalidFields(fault.Field{Name: "text", Key: "design.text"})
	}
	if b.Kind == Figure {
		if _, known := indicator.Get(b.Figure); !known {
			return fault.InvalidFields(fault.Field{Name: "offer", Key: "design.offer"})
		}
	}
	b.Text = trimmed(b.Text)
	b.Heading, b.Guess = s.Heading(t, b.At), false
	s.Set(b)
	return nil
}

// Remove takes a binding away: the cell stays as it is in the blank.
func (s *Spec) Remove(at string) {
	s.Binds = slices.DeleteFunc(s.Binds, func(b Bind) bool { return b.At == at })
}
