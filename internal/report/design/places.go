package design

import (
	"regexp"
	"strings"

	"wengang/internal/region"
)

var placeHeads = regexp.MustCompile(`^(县市区|市县|县区|地区|区域|单位|单位名称|乡镇|乡镇街道|镇街|市县市区|所属县区|行政区划|地市|市州|县市区名称|填报单位|街道)$`)

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
