package design

import (
	"regexp"
	"strings"
)

// body finds the rows of the table proper: those with boxes, or where the
// blank has none, with several words.
func (g *guesser) body() {
	boxes := false
	for _, c := range g.t.cells {
		boxes = boxes || c.Boxed && c.Across < g.t.Cols
	}
	for row := 1; row <= g.t.Rows; row++ {
		n := 0
		for col := 1; col <= g.t.Cols; col++ {
			c := g.t.Cell(row, col)
			if c != nil && (boxes && c.Boxed || !boxes && c.Text != "") && g.t.Cell(row, col-1) != c {
				n++
			}
		}
		switch {
		case n >= 2 && g.top == 0:
			g.top, g.bottom = row, row
		case n >= 2 && row == g.bottom+1, n >= 2 && !boxes, n == 1 && boxes && row == g.bottom+1 && row < g.t.Rows:
			g.bottom = row
		}
	}
	if !boxes && g.top > 0 {
		g.bottom = g.t.Rows
	}
}

var skipTitle = regexp.MustCompile(`^(附件|附表|表号|制定机关|批准|有效期|填报|填表|报送|单位|计量|编制)`)

var annexIn = regexp.MustCompile(`^(附件|附表)\s*[0-9一二三四五六七八九十]{0,3}\s*$`)

// title is the longest words above the table.
func (g *guesser) title() {
	limit := g.top
	if limit == 0 {
		limit = g.t.Rows + 1
	}
	best := 0
	for row := 1; row < limit; row++ {
		for col := 1; col <= g.t.Cols; col++ {
			c := g.t.Top(row, col)
			if c != nil && g.spec.Annex == "" && annexIn.MatchString(c.Text) {
				g.spec.Annex = strings.TrimSpace(c.Text)
			}
			if c == nil || skipTitle.MatchString(c.Text) || strings.Contains(c.Text, "：") {
				continue
			}
			if n := len([]rune(c.Text)) + 4*c.Across; len([]rune(c.Text)) >= 4 && n > best {
				best, g.spec.Title = n, strings.Join(strings.Fields(periodIn.ReplaceAllString(c.Text, "")), "")
			}
		}
	}
	if g.spec.Title == "" {
		g.spec.Title = g.t.Sheet
	}
	g.spec.Title = strings.TrimSuffix(strings.TrimSuffix(g.spec.Title, "（）"), "()")
}

// words finds what is written around the figures, wherever it stands.
func (g *guesser) words() {
	for row := 1; row <= g.t.Rows; row++ {
		for col := 1; col <= g.t.Cols; col++ {
			c := g.t.Top(row, col)
			if c == nil || c.Text == "" || c.Formula != "" {
				continue
			}
			if m := unitLine.FindStringSubmatch(c.Text); m != nil {
				g.unit = m[2]
			}
			inside := g.top > 0 && row >= g.top && row <= g.bottom && c.Across < g.t.Cols/2+1
			switch {
			case labelled(c.Text):
				g.spec.Set(Bind{At: c.At, Kind: Words, Word: WordFoot, Guess: true, Heading: []string{c.Text}})
			case !inside && periodIn.MatchString(c.Text):
				g.spec.Set(Bind{At: c.At, Kind: Words, Word: WordPeriod, Guess: true, Heading: []string{c.Text}})
			case !inside && yearIn.MatchString(c.Text) && !strings.Contains(c.Text, "号"):
				g.spec.Set(Bind{At: c.At, Kind: Words, Word: WordYear, Guess: true, Heading: []string{c.Text}})
			}
		}
	}
}
