package design

import (
	"regexp"
	"strings"
)

// Recognise guesses what a blank asks for: its title, the words around the
// table, and what each cell counts. isPlace tells names of places. It is a
// suggestion: a person confirms it.
func Recognise(t *Table, isPlace func(string) bool) *Spec {
	g := &guesser{t: t, isPlace: isPlace, spec: &Spec{Sheet: t.Sheet}}
	g.body()
	g.title()
	g.words()
	if g.top == 0 {
		return g.spec
	}
	if g.card() {
		return g.spec
	}
	g.header()
	g.labels()
	switch {
	case g.places():
	case g.placesAcross():
	default:
		g.cells()
	}
	return g.spec
}

type guesser struct {
	t       *Table
	isPlace func(string) bool
	spec    *Spec

	top, bottom int    // rows of the table proper
	first, last int    // rows of figures, below the heading
	left        int    // first column of figures
	number      int    // column of running numbers
	unitColumn  int    // column of 计量单位
	unit        string // of the whole table, from 单位：万人
}

var (
	unitLine = regexp.MustCompile(`(计量)?单位[：:]\s*(万人|千人|人|元|万元|个)(\s|$|、|，)`)
	periodIn = regexp.MustCompile(`(20\d\d|20[_＿\s\x{3000}]*|[_＿\s\x{3000}]{2,})\s*年\s*([_＿\s\x{3000}]*|\d{1,2})\s*月(份)?([_＿\s\x{3000}]*日)?`)
	yearIn   = regexp.MustCompile(`(20\d\d|20[_＿\s\x{3000}]+|[_＿\s\x{3000}]{2,})\s*年(度)?`)
)

// header goes down from the table's top as long as rows are full of words.
func (g *guesser) header() {
	h := g.top
	for col := 1; col <= g.t.Cols; col++ {
		if c := g.t.Top(g.top, col); c != nil {
			h = max(h, c.Row+c.Down-1)
		}
	}
	for h < g.bottom && g.full(h+1) {
		h++
	}
	g.first, g.last = min(h+1, g.bottom), g.bottom
	for row := g.first; row <= g.bottom; row++ {
		if c := g.t.Cell(row, 1); c != nil && row > g.first && (c.Across >= g.t.Cols || labelled(c.Text) || strings.HasPrefix(c.Text, "注") || strings.HasPrefix(c.Text, "说明")) && (c.Text != "" || c.Across >= g.t.Cols) {
			g.last = row - 1
			break
		}
	}
}

// full reports a row in which every cell that begins there has words.
func (g *guesser) full(row int) bool {
	n := 0
	for col := 1; col <= g.t.Cols; col++ {
		c := g.t.Top(row, col)
		if c == nil {
			continue
		}
		if c.Text == "" || c.Formula != "" {
			return false
		}
		n++
	}
	return n >= 2
}

var labelHeads = regexp.MustCompile(`^(序号|编号|项目|指标|指标名称|指标代码|统计指标|代码|计量单位|名称|项目名称|内容|类别|分类|月份|县市区|市县|县区|地区|区域|单位|乡镇|乡镇街道|镇街|市县市区|所属县区|行政区划|地市|市州)$`)

func (g *guesser) labels() {
	g.left = 1
	for col := 1; col <= g.t.Cols; col++ {
		h := fold(g.head(col))
		texts := g.texts(col)
		switch {
		case h == "序号" || h == "编号":
			g.number = col
		case h == "计量单位":
			g.unitColumn = col
		}
		if !labelHeads.MatchString(h) && len(texts) == 0 {
			break
		}
		g.left = col + 1
	}
	g.left = min(g.left, g.t.Cols)
}

// texts are the words of a column beside the figures.
func (g *guesser) texts(col int) []*Cell {
	var out []*Cell
	for row := g.first; row <= g.last; row++ {
		if c := g.t.Cell(row, col); c != nil && c.Text != "" && c.Formula == "" && (len(out) == 0 || out[len(out)-1] != c) && !strings.ContainsAny(c.Text[:1], "-×/") && !strings.HasPrefix(c.Text, "—") {
			out = append(out, c)
		}
	}
	return out
}

// head is the lowest heading of a column, path all of them from the top.
func (g *guesser) head(col int) string {
	if p := g.path(col); len(p) > 0 {
		return p[len(p)-1]
	}
	return ""
}

func (g *guesser) path(col int) []string {
	var out []string
	var last *Cell
	for row := g.top; row < g.first; row++ {
		c := g.t.Cell(row, col)
		if c == nil || c == last || c.Text == "" || runningHead(c.Text) {
			continue
		}
		last = c
		out = append(out, strings.Join(strings.Fields(c.Text), ""))
	}
	return out
}

// runningHead is the row 甲 乙 1 2 3 below a heading.
func runningHead(s string) bool {
	return numeral(s) || len([]rune(s)) == 1 && strings.Contains("甲乙丙丁戊", s) || regexp.MustCompile(`^[（(]\d+[）)]$|^[①-⑳]$|^栏次$`).MatchString(s)
}

var listNumber = regexp.MustCompile(`^([（(]?[一二三四五六七八九十\d]+[）)]?[、.．：:\s]*)`)

// rowPath are the words at the left of a row; 其中 goes with the row above.
func (g *guesser) rowPath(row int) []string {
	var out []string
	var last *Cell
	for col := 1; col < g.left; col++ {
		c := g.t.Cell(row, col)
		if c == nil || c == last || c.Text == "" || col == g.number || numeral(c.Text) {
			continue
		}
		last = c
		s := strings.Join(strings.Fields(c.Text), "")
		if cut := listNumber.ReplaceAllString(s, ""); cut != "" && !strings.HasPrefix(s, "12") {
			s = cut
		}
		if col == g.unitColumn {
			s = "（" + s + "）"
		} else if strings.HasPrefix(s, "其中") && row > g.first {
			for up := row - 1; up >= g.first; up-- {
				if p := g.t.Cell(up, col); p != nil && p.Text != "" && !strings.HasPrefix(strings.TrimSpace(p.Text), "其中") {
					out = append(out, listNumber.ReplaceAllString(strings.Join(strings.Fields(p.Text), ""), ""))
					break
				}
			}
			s = strings.TrimLeft(strings.TrimPrefix(s, "其中"), "：:")
		}
		out = append(out, s)
	}
	return out
}

// cells: every cell by its row and column.
func (g *guesser) cells() {
	for row := g.first; row <= g.last; row++ {
		labels := g.rowPath(row)
		for col := g.left; col <= g.t.Cols; col++ {
			c := g.t.Top(row, col)
			if c == nil || c.Text != "" && !c.Number {
				continue
			}
			g.bind(c.At, c, append(append([]string{}, labels...), g.path(col)...))
		}
		g.compare(row)
	}
}

// bind sets what a heading path asks for.
func (g *guesser) bind(at string, c *Cell, path []string) {
	if c == nil || c.Formula != "" || len(path) == 0 {
		return
	}
	if changes(path[len(path)-1]) != "" {
		return
	}
	b, ok := guess(path)
	if !ok {
		return
	}
	if u, known := units[g.unit]; known && b.Unit == "人" && u.divide > 1 && g.unit != "元" && g.unit != "万元" {
		b.Divide, b.Decimals, b.Unit = u.divide, u.decimals, g.unit
	}
	b.At, b.Heading = at, headingOf(path)
	g.spec.Set(b)
}

// headingOf is a path without the levels that only name a unit.
func headingOf(path []string) []string {
	var out []string
	for _, level := range path {
		if inBrackets.ReplaceAllString(level, "") != "" {
			out = append(out, level)
		}
	}
	return out
}
