package design

import (
	"regexp"
	"strings"

	"wengang/internal/region"
	"wengang/internal/report"
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

var (
	unitLine = regexp.MustCompile(`(计量)?单位[：:]\s*(万人|千人|人|元|万元|个)(\s|$|、|，)`)
	periodIn = regexp.MustCompile(`(20\d\d|20[_＿\s\x{3000}]*|[_＿\s\x{3000}]{2,})\s*年\s*([_＿\s\x{3000}]*|\d{1,2})\s*月(份)?([_＿\s\x{3000}]*日)?`)
	yearIn   = regexp.MustCompile(`(20\d\d|20[_＿\s\x{3000}]+|[_＿\s\x{3000}]{2,})\s*年(度)?`)
)

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
var placeHeads = regexp.MustCompile(`^(县市区|市县|县区|地区|区域|单位|单位名称|乡镇|乡镇街道|镇街|市县市区|所属县区|行政区划|地市|市州|县市区名称|填报单位|街道)$`)

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

func total(s string) bool {
	switch fold(s) {
	case "合计", "总计", "全市", "全县", "全省", "全区", "小计", "全市合计", "全县合计", "全省合计", "总数", "汇总":
		return true
	}
	return false
}

// places: rows are places.
func (g *guesser) places() bool {
	names := 0
	known := 0
	for col := 1; col < g.left; col++ {
		n, others := 0, 0
		for _, c := range g.texts(col) {
			switch {
			case g.isPlace(c.Text):
				n++
			case !total(c.Text) && !numeral(c.Text):
				others++
			}
		}
		if n >= 2 && n >= others || others == 0 && placeHeads.MatchString(fold(g.head(col))) {
			names, known = col, n
		}
	}
	if names == 0 {
		return false
	}
	l := &Lines{Names: names, Number: g.number, Named: known >= 2}
	if g.number == names {
		l.Number = 0
	}
	for row := g.first; row <= g.last; row++ {
		switch {
		case g.totalRow(row):
			l.Total = row
		case l.First == 0:
			l.First, l.Last = row, row
		case l.Last == row-1 || l.Total == row-1 && l.First > l.Total:
			l.Last = row
		}
	}
	if l.First == 0 {
		return false
	}
	l.Level = levelOf(g.head(names))
	g.spec.Lines = l
	l.Places = g.spec.Places(g.t)
	for col := 1; col <= g.t.Cols; col++ {
		if col == names || col == l.Number || g.t.Cell(l.First, col) == nil {
			continue
		}
		if c := g.t.Cell(l.First, col); col < g.left && c.Text != "" && !g.isPlace(c.Text) {
			continue
		}
		g.bind(letters(col), g.t.Cell(l.First, col), g.path(col))
	}
	return true
}

// levelOf a heading of places: 县（市、区） 3, 乡镇 4; 0 where it does not say.
func levelOf(head string) int {
	h := fold(head)
	switch {
	case strings.Contains(h, "镇") || strings.Contains(h, "乡") || strings.Contains(h, "街道"):
		return int(region.Town)
	case strings.Contains(h, "县"):
		return int(region.County)
	case h == "地市" || h == "市州":
		return int(region.City)
	}
	return 0
}

func (g *guesser) totalRow(row int) bool {
	for col := 1; col < g.left; col++ {
		if c := g.t.Cell(row, col); c != nil && total(c.Text) {
			return true
		}
	}
	return false
}

// placesAcross: columns are places.
func (g *guesser) placesAcross() bool {
	for row := g.top; row < g.first; row++ {
		l := &Lines{Across: true, Names: row, Named: true}
		n := 0
		for col := g.left; col <= g.t.Cols; col++ {
			c := g.t.Cell(row, col)
			switch {
			case c == nil:
			case g.isPlace(c.Text):
				if n++; l.First == 0 {
					l.First = col
				}
				l.Last = col
			case total(c.Text):
				l.Total = col
			}
		}
		if n < 2 {
			continue
		}
		g.spec.Lines = l
		l.Places = g.spec.Places(g.t)
		for r := g.first; r <= g.last; r++ {
			g.bind(lineKey(r), g.t.Cell(r, l.First), g.rowPath(r))
		}
		return true
	}
	return false
}

var listNumber = regexp.MustCompile(`^([（(]?[一二三四五六七八九十\d]+[）)]?[、.．：:\s]*)`)

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
