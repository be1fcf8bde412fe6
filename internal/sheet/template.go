package sheet

import (
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"
)

// Blank is an empty table for people to fill in: a note, a heading, one example
// row, and the rules of its columns. Its heading stands in row 2.
type Blank struct {
	Name    string // of the sheet
	Note    string
	Columns []BlankColumn
	Guide   BlankGuide
}

// BlankColumn is one column of an empty table.
type BlankColumn struct {
	Heading  string
	Example  string
	Width    float64 // characters; 0 for the usual
	Required bool
	Number   bool     // not text: amounts and counts
	Words    []string // what may be chosen, nil for anything
	About    string   // how it is filled in
}

// BlankGuide is the second sheet: what each column takes.
type BlankGuide struct {
	Name     string
	Headings [4]string // column, required, how, words
	Yes      string
}

// blankRows is how far down the drop-down lists reach.
const blankRows = 5000

// hiddenLists is the hidden sheet that holds the words of the drop-down lists.
const hiddenLists = "选项"

// WriteBlank writes an empty table. Every column but amounts and counts is
// formatted as text, so that numbers keep their digits.
func WriteBlank(out io.Writer, b Blank) error {
	f := excelize.NewFile()
	defer f.Close()
	w := &blankWriter{f: f, b: &b, sheet: sheetName(b.Name)}
	if err := f.SetSheetName("Sheet1", w.sheet); err != nil {
		return fmt.Errorf("template: %w", err)
	}
	for _, step := range []func() error{w.styles, w.columns, w.rows, w.guide, w.lists, w.panes} {
		if err := step(); err != nil {
			return fmt.Errorf("template %q: %w", b.Name, err)
		}
	}
	return f.Write(out)
}

type blankWriter struct {
	f     *excelize.File
	b     *Blank
	sheet string

	note, head, need, text, number, example int
}

func (w *blankWriter) styles() error {
	border := []excelize.Border{{Type: "left", Color: "C6CCD6", Style: 1}, {Type: "right", Color: "C6CCD6", Style: 1}, {Type: "top", Color: "C6CCD6", Style: 1}, {Type: "bottom", Color: "C6CCD6", Style: 1}}
	font := func(bold bool, color string) *excelize.Font {
		return &excelize.Font{Family: "宋体", Size: 11, Bold: bold, Color: color}
	}
	head := func(color string) *excelize.Style {
		return &excelize.Style{Font: font(true, "1A2433"), Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}, Border: border, NumFmt: 49,
			Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}}
	}
	for _, s := range []struct {
		at *int
		s  *excelize.Style
	}{
		{&w.note, &excelize.Style{Font: font(false, "4A5568"), Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"}}},
		{&w.head, head("EEF1F5")},
		{&w.need, head("FFE9A8")},
		{&w.text, &excelize.Style{Font: font(false, "1A2433"), NumFmt: 49}},
		{&w.number, &excelize.Style{Font: font(false, "1A2433")}},
		{&w.example, &excelize.Style{Font: &excelize.Font{Family: "宋体", Size: 11, Italic: true, Color: "8A94A6"}, NumFmt: 49}},
	} {
		id, err := w.f.NewStyle(s.s)
		if err != nil {
			return err
		}
		*s.at = id
	}
	return nil
}

func name(c, row int) string {
	s, _ := excelize.CoordinatesToCellName(c+1, row) // in range: a layout has fewer columns than a sheet
	return s
}

func column(c int) string {
	s, _ := excelize.ColumnNumberToName(c + 1)
	return s
}

func (w *blankWriter) columns() error {
	for c, col := range w.b.Columns {
		style := w.text
		if col.Number {
			style = w.number
		}
		width := col.Width
		if width == 0 {
			width = max(10, min(26, 2.2*float64(len([]rune(col.Heading)))+3), min(30, wide(col.Example)+2))
		}
		if err := w.f.SetColStyle(w.sheet, column(c), style); err != nil {
			return err
		}
		if err := w.f.SetColWidth(w.sheet, column(c), column(c), width); err != nil {
			return err
		}
	}
	return nil
}

// wide is a text's width in characters of a digit's size.
func wide(s string) float64 {
	n := 0.0
	for _, r := range s {
		if n++; r > 0xFF {
			n += 1.2
		}
	}
	return n
}

func (w *blankWriter) rows() error {
	last := len(w.b.Columns) - 1
	if err := w.f.SetCellStr(w.sheet, "A1", w.b.Note); err != nil {
		return err
	}
	// The note stands over what fits on the screen; over the whole width it
	// would be out of sight in wide tables.
	if err := w.f.MergeCell(w.sheet, "A1", name(min(last, 9), 1)); err != nil {
		return err
	}
	if err := w.f.SetCellStyle(w.sheet, "A1", name(last, 1), w.note); err != nil {
		return err
	}
	for c, col := range w.b.Columns {
		look := w.head
		if col.Required {
			look = w.need
		}
		if err := w.f.SetCellStr(w.sheet, name(c, 2), col.Heading); err != nil {
			return err
		}
		if err := w.f.SetCellStyle(w.sheet, name(c, 2), name(c, 2), look); err != nil {
			return err
		}
		if err := w.f.SetCellStr(w.sheet, name(c, 3), col.Example); err != nil {
			return err
		}
	}
	if err := w.f.SetCellStyle(w.sheet, "A3", name(last, 3), w.example); err != nil {
		return err
	}
	if err := w.f.SetRowHeight(w.sheet, 1, 62); err != nil {
		return err
	}
	return w.f.SetRowHeight(w.sheet, 2, 34)
}

// guide writes the second sheet.
func (w *blankWriter) guide() error {
	g := w.b.Guide
	if _, err := w.f.NewSheet(g.Name); err != nil {
		return err
	}
	for c, h := range g.Headings {
		if err := w.f.SetCellStr(g.Name, name(c, 1), h); err != nil {
			return err
		}
		if err := w.f.SetColWidth(g.Name, column(c), column(c), []float64{26, 8, 44, 60}[c]); err != nil {
			return err
		}
	}
	if err := w.f.SetCellStyle(g.Name, "A1", "D1", w.head); err != nil {
		return err
	}
	for i, col := range w.b.Columns {
		words := ""
		for k, word := range col.Words {
			if k == 12 {
				words += "…"
				break
			}
			if k > 0 {
				words += "、"
			}
			words += word
		}
		need := ""
		if col.Required {
			need = g.Yes
		}
		for c, v := range []string{col.Heading, need, col.About, words} {
			if err := w.f.SetCellStr(g.Name, name(c, i+2), Guard(v)); err != nil {
				return err
			}
		}
		if err := w.f.SetCellStyle(g.Name, name(0, i+2), name(3, i+2), w.note); err != nil {
			return err
		}
	}
	return nil
}

// lists puts the words on a hidden sheet, because a list in the rule itself may
// hold 255 characters, and ties the columns to them.
func (w *blankWriter) lists() error {
	made := false
	for c, col := range w.b.Columns {
		if len(col.Words) == 0 {
			continue
		}
		if !made {
			if _, err := w.f.NewSheet(hiddenLists); err != nil {
				return err
			}
			made = true
		}
		for i, word := range col.Words {
			if err := w.f.SetCellStr(hiddenLists, name(c, i+1), word); err != nil {
				return err
			}
		}
		dv := excelize.NewDataValidation(true)
		dv.Sqref = name(c, 3) + ":" + name(c, blankRows)
		dv.SetSqrefDropList(fmt.Sprintf("'%s'!$%s$1:$%s$%d", hiddenLists, column(c), column(c), len(col.Words)))
		// A word of the county's own is a matter for the check, not for Excel.
		dv.ShowErrorMessage = false
		if err := w.f.AddDataValidation(w.sheet, dv); err != nil {
			return err
		}
	}
	if made {
		return w.f.SetSheetVisible(hiddenLists, false)
	}
	return nil
}

func (w *blankWriter) panes() error {
	w.f.SetActiveSheet(0)
	fit, height, yes := 1, 0, true
	landscape, paper := "landscape", 9
	for i, sh := range []string{w.sheet, w.b.Guide.Name} {
		if err := w.f.SetPageLayout(sh, &excelize.PageLayoutOptions{Orientation: &landscape, Size: &paper, FitToWidth: &fit, FitToHeight: &height}); err != nil {
			return err
		}
		if i == 0 && len(w.b.Columns) > 16 {
			continue // on one page wide nobody could read it
		}
		if err := w.f.SetSheetProps(sh, &excelize.SheetPropsOptions{FitToPage: &yes}); err != nil {
			return err
		}
	}
	return w.f.SetPanes(w.sheet, &excelize.Panes{Freeze: true, YSplit: 2, TopLeftCell: "A3", ActivePane: "bottomLeft"})
}
