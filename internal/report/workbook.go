package report

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Fonts of official forms (GB/T 9704): title in 小标宋, body in 仿宋. A machine
// without them shows its own Song and Fangsong.
const (
	titleFont = "方正小标宋简体"
	bodyFont  = "仿宋"
	headFont  = "黑体"
)

// paper draws one workbook.
type paper struct {
	f      *excelize.File
	sheet  string
	cols   []Column
	styles map[string]int
}

// WriteWorkbook draws the sheet as on paper: A4 landscape, one page wide, the
// title, unit and date, the merged two-row heading, the rows, the foot. office
// is the name of the unit that fills it.
func WriteWorkbook(sh *Sheet, office, phone string, out io.Writer) error {
	f := excelize.NewFile(excelize.Options{UnzipSizeLimit: 64 << 20})
	defer f.Close()
	p := &paper{f: f, sheet: sh.Form.Short, cols: sh.Form.Printed(), styles: map[string]int{}}
	if err := f.SetSheetName("Sheet1", p.sheet); err != nil {
		return err
	}
	row, err := p.head(sh, office)
	if err != nil {
		return err
	}
	for _, r := range sh.Paper() {
		if err := p.row(row, &r); err != nil {
			return err
		}
		row++
	}
	if err := p.foot(sh, row, phone); err != nil {
		return err
	}
	if err := p.page(sh); err != nil {
		return err
	}
	if _, err := f.WriteTo(out); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}

func name(col, row int) string {
	s, err := excelize.CoordinatesToCellName(col, row)
	if err != nil {
		panic(err) // columns and rows come from the declaration
	}
	return s
}

// head draws annex, title, unit, date and the heading; it answers the first
// row of data.
func (p *paper) head(sh *Sheet, office string) (int, error) {
	n := len(p.cols)
	half := (n + 1) / 2
	lines := []struct {
		row, from, to int
		text          string
		style         string
		height        float64
	}{
		{1, 1, n, sh.Form.Annex, "annex", 20},
		{2, 1, n, sh.Form.Title, "title", 36},
		{3, 1, half, p.left(sh, office), "left", 24},
		{3, half + 1, n, "填表日期：" + chineseDate(sh.FilledOn), "right", 24},
	}
	for _, l := range lines {
		if err := p.span(l.row, l.row, l.from, l.to, l.text, l.style); err != nil {
			return 0, err
		}
		if err := p.f.SetRowHeight(p.sheet, l.row, l.height); err != nil {
			return 0, err
		}
	}
	return 6, p.headings(4)
}

func (p *paper) left(sh *Sheet, office string) string {
	if sh.Form.Left == "" {
		return office
	}
	return sh.Form.Left + office
}

// headings merges what the official heading merges: equal first lines beside
// each other across, a heading of one line down.
func (p *paper) headings(row int) error {
	for i := 0; i < len(p.cols); i++ {
		h := p.cols[i].Head
		if len(h) == 1 {
			if err := p.span(row, row+1, i+1, i+1, h[0], "head"); err != nil {
				return err
			}
			continue
		}
		j := i
		for j+1 < len(p.cols) && len(p.cols[j+1].Head) > 1 && p.cols[j+1].Head[0] == h[0] {
			j++
		}
		if err := p.span(row, row, i+1, j+1, h[0], "head"); err != nil {
			return err
		}
		for k := i; k <= j; k++ {
			if err := p.span(row+1, row+1, k+1, k+1, p.cols[k].Head[1], "head"); err != nil {
				return err
			}
		}
		i = j
	}
	top, below := p.headHeights()
	if err := p.f.SetRowHeight(p.sheet, row, top); err != nil {
		return err
	}
	return p.f.SetRowHeight(p.sheet, row+1, below)
}

// headHeights gives the two heading rows room for their longest cell: about
// one character of 11 points per 2.1 units of width beside the border, 15
// points a line, and one more line where brackets and quotes, which begin no
// line, push a character down.
func (p *paper) headHeights() (top, below float64) {
	lines := func(s string, width float64) float64 {
		per := math.Max(1, math.Floor((width-0.8)/2.1))
		n := 0.0
		for _, l := range strings.Split(s, "\n") {
			n += math.Ceil(float64(len([]rune(l))) / per)
		}
		if n > 2 && strings.ContainsAny(s, "“”（）") {
			n++
		}
		return n
	}
	var whole, first, second float64
	for i, c := range p.cols {
		if len(c.Head) == 1 {
			whole = math.Max(whole, lines(c.Head[0], c.Width))
			continue
		}
		width := c.Width
		for j := i + 1; j < len(p.cols) && len(p.cols[j].Head) > 1 && p.cols[j].Head[0] == c.Head[0]; j++ {
			width += p.cols[j].Width
		}
		if i == 0 || len(p.cols[i-1].Head) < 2 || p.cols[i-1].Head[0] != c.Head[0] {
			first = math.Max(first, lines(c.Head[0], width))
		}
		second = math.Max(second, lines(c.Head[1], c.Width))
	}
	top, below = first*15+8, second*15+8
	if missing := whole*15 + 8 - top - below; missing > 0 {
		top, below = top+missing/2, below+missing/2
	}
	return top, below
}

func (p *paper) row(at int, r *Row) error {
	height := 24.0
	for i, col := range p.cols {
		c := r.Cell(col.Key)
		style := "number"
		switch {
		case col.Count != Words:
			if err := p.number(at, i+1, r, c); err != nil {
				return err
			}
			if r.Role == Total {
				style = "sum"
			}
		default:
			style = "word"
			if col.Wrapped {
				style = "text"
			}
			lines := 0.0
			for _, l := range strings.Split(c.Text, "\n") {
				lines += math.Max(1, math.Ceil(float64(len([]rune(l)))*2.3/col.Width))
			}
			height = math.Max(height, lines*15+8)
			if r.Role == Total {
				style = "place"
			}
			if err := p.f.SetCellStr(p.sheet, name(i+1, at), Inert(c.Text)); err != nil {
				return err
			}
		}
		if err := p.style(at, at, i+1, i+1, style); err != nil {
			return err
		}
	}
	return p.f.SetRowHeight(p.sheet, at, math.Min(height, 380))
}

// number writes a count; what nobody can tell is a dash, in a list of projects
// an empty cell that somebody fills in by hand.
func (p *paper) number(at, col int, r *Row, c *Cell) error {
	switch {
	case c.Value >= 0:
		return p.f.SetCellInt(p.sheet, name(col, at), c.Value)
	case r.Role != Project:
		return p.f.SetCellStr(p.sheet, name(col, at), Dash)
	}
	return nil
}

func (p *paper) foot(sh *Sheet, row int, phone string) error {
	n := len(p.cols)
	if sh.Form.Note != "" {
		if err := p.span(row, row, 1, n, sh.Form.Note, "left"); err != nil {
			return err
		}
		if err := p.f.SetRowHeight(p.sheet, row, 24); err != nil {
			return err
		}
		row++
	}
	half := (n + 1) / 2
	if err := p.span(row, row, 1, half, "填表人："+Inert(sh.Filler), "left"); err != nil {
		return err
	}
	if err := p.f.SetRowHeight(p.sheet, row, 24); err != nil {
		return err
	}
	if err := p.span(row, row, half+1, n, "电话："+phone, "left"); err != nil {
		return err
	}
	code := sh.Code()
	if code == "" {
		return nil
	}
	if err := p.f.SetRowHeight(p.sheet, row+1, 24); err != nil {
		return err
	}
	return p.span(row+1, row+1, 1, n, "版本码："+code, "left")
}

// page sets the paper: A4 landscape, one page wide, heading repeated.
func (p *paper) page(sh *Sheet) error {
	for i, c := range p.cols {
		col, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		if err := p.f.SetColWidth(p.sheet, col, col, c.Width); err != nil {
			return err
		}
	}
	a4, landscape, wide, tall, yes := 9, "landscape", 1, 0, true
	if err := p.f.SetPageLayout(p.sheet, &excelize.PageLayoutOptions{Size: &a4, Orientation: &landscape, FitToWidth: &wide, FitToHeight: &tall}); err != nil {
		return err
	}
	if err := p.f.SetSheetProps(p.sheet, &excelize.SheetPropsOptions{FitToPage: &yes}); err != nil {
		return err
	}
	side, top := 0.5, 0.6
	if err := p.f.SetPageMargins(p.sheet, &excelize.PageLayoutMarginsOptions{Left: &side, Right: &side, Top: &top, Bottom: &top, Horizontally: &yes}); err != nil {
		return err
	}
	grid := false
	if err := p.f.SetSheetView(p.sheet, 0, &excelize.ViewOptions{ShowGridLines: &grid}); err != nil {
		return err
	}
	if err := p.f.SetDocProps(&excelize.DocProperties{Title: sh.Form.Title, Creator: "稳岗", Description: sh.Form.Citation}); err != nil {
		return err
	}
	return p.f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: fmt.Sprintf("'%s'!$4:$5", p.sheet), Scope: p.sheet})
}

// span writes one text over a block of cells.
func (p *paper) span(top, bottom, from, to int, text, style string) error {
	if top != bottom || from != to {
		if err := p.f.MergeCell(p.sheet, name(from, top), name(to, bottom)); err != nil {
			return err
		}
	}
	if err := p.f.SetCellStr(p.sheet, name(from, top), text); err != nil {
		return err
	}
	return p.style(top, bottom, from, to, style)
}
