package design

import (
	"strings"

	"wengang/internal/report"
)

// card: no heading at all, words with the cell for their number at the right.
func (g *guesser) card() bool {
	if !g.asks(g.top) {
		return false
	}
	for row := g.top; row <= g.bottom; row++ {
		words := ""
		for col := 1; col <= g.t.Cols; col++ {
			c := g.t.Top(row, col)
			switch {
			case c == nil:
				if o := g.t.Cell(row, col); o != nil && o.Text != "" {
					words = o.Text
				}
			case c.Text != "":
				words = c.Text
			case words != "":
				g.bind(c.At, c, []string{words})
				words = ""
			}
		}
	}
	return true
}

// asks reports a row that has words and then an empty cell.
func (g *guesser) asks(row int) bool {
	for col := 2; col <= g.t.Cols; col++ {
		c, left := g.t.Top(row, col), g.t.Cell(row, col-1)
		if c != nil && c.Text == "" && c.Formula == "" && left != nil && left.Text != "" {
			return true
		}
	}
	return false
}

// compare sets the columns of a row that compare others: 同比, 较上期增减.
func (g *guesser) compare(row int) {
	by := map[report.Span]string{}
	for col := g.left; col <= g.t.Cols; col++ {
		if c := g.t.Top(row, col); c != nil {
			if b := g.spec.Bind(c.At); b != nil && b.Kind == Figure {
				if _, twice := by[b.Months]; !twice {
					by[b.Months] = c.At
				}
			}
		}
	}
	for col := g.left; col <= g.t.Cols; col++ {
		c := g.t.Top(row, col)
		head := g.head(col)
		how := changes(head)
		if c == nil || c.Formula != "" || c.Text != "" || how == "" {
			continue
		}
		then, ok := by[report.LastYear]
		if strings.Contains(head, "上") && !strings.Contains(head, "上年") || !ok {
			then, ok = by[report.LastMonth]
		}
		now, known := by[report.ThisMonth]
		if !ok || !known {
			continue
		}
		b := Bind{At: c.At, Kind: Derived, Formula: now + "-" + then, Guess: true, Heading: headingOf(append(g.rowPath(row), head))}
		if base := g.spec.Bind(now); base.Divide > 1 {
			b.Decimals, b.Unit = base.Decimals, base.Unit
		}
		if how == "rate" {
			b.Formula, b.Decimals, b.Unit = "("+now+"-"+then+")/"+then+"*100", 1, "%"
		}
		g.spec.Set(b)
	}
}

// Open are the empty cells of the table proper that nothing fills, in the
// words of their headings.
func (s *Spec) Open(t *Table) []string {
	g := &guesser{t: t, isPlace: func(string) bool { return false }, spec: &Spec{}}
	g.body()
	if g.top == 0 {
		return nil
	}
	g.header()
	g.labels()
	var out []string
	seen := map[string]bool{}
	for row := g.first; row <= g.last; row++ {
		for col := g.left; col <= t.Cols; col++ {
			c := t.Top(row, col)
			if c == nil || c.Text != "" || c.Formula != "" {
				continue
			}
			key := s.Key(row, col)
			if l := s.Lines; l != nil && (key == letters(l.Names) || key == letters(l.Number)) || seen[key] || s.Bind(key) != nil || s.Bind(c.At) != nil {
				continue
			}
			seen[key] = true
			out = append(out, strings.Trim(key+" "+strings.Join(append(g.rowPath(row), g.path(col)...), " · "), " "))
		}
	}
	return out
}
