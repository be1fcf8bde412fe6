// Package paper draws the printed tables of targets: annexes of decompositions
// and dispatches, on A4 as offices print them.
package paper

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Fonts of official papers (GB/T 9704); a machine without them shows its own.
const (
	titleFont = "方正小标宋简体"
	bodyFont  = "仿宋"
	headFont  = "黑体"
)

// Column is one column of a table.
type Column struct {
	Head  string
	Width float64
	Left  bool // text from the left
}

// Cell is a text, or a number written with so many decimals.
type Cell struct {
	Text     string
	Number   float64
	IsNumber bool
	Decimals int
}

// Text is a cell of words.
func Text(s string) Cell { return Cell{Text: s} }

// Number is a cell of a number.
func Number(v float64, decimals int) Cell {
	return Cell{Number: v, IsNumber: true, Decimals: decimals}
}

// Line is one row; Total rows are bold.
type Line struct {
	Cells []Cell
	Total bool
}

// Table is one sheet.
type Table struct {
	Sheet     string
	Annex     string // 附件
	Title     string
	Left      string // under the title: place, number
	Right     string // unit, date
	Columns   []Column
	Lines     []Line
	Notes     []string
	Landscape bool
}

// Write draws the tables as one workbook.
func Write(out io.Writer, title string, tables ...Table) error {
	f := excelize.NewFile()
	defer f.Close()
	p := &book{f: f, styles: map[string]int{}}
	used := map[string]bool{}
	for i, t := range tables {
		t.Sheet = sheetName(t.Sheet, i, used)
		if i == 0 {
			if err := f.SetSheetName("Sheet1", t.Sheet); err != nil {
				return err
			}
		} else if _, err := f.NewSheet(t.Sheet); err != nil {
			return err
		}
		if err := p.table(&t); err != nil {
			return fmt.Errorf("draw %s: %w", t.Sheet, err)
		}
	}
	if err := f.SetDocProps(&excelize.DocProperties{Title: title, Creator: "稳岗"}); err != nil {
		return err
	}
	if _, err := f.WriteTo(out); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}

// sheetName keeps within what a workbook allows: 31 characters, none of :\/?*[].
func sheetName(s string, i int, used map[string]bool) string {
	s = strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) || r < ' ' {
			return -1
		}
		return r
	}, s), " ")
	if r := []rune(s); len(r) > 26 {
		s = string(r[:26])
	}
	if s == "" {
		s = fmt.Sprintf("表%d", i+1)
	}
	if used[strings.ToLower(s)] {
		s = fmt.Sprintf("%s（%d）", s, i+1)
	}
	used[strings.ToLower(s)] = true
	return s
}

type book struct {
	f      *excelize.File
	styles map[string]int
}

func cell(col, row int) string {
	s, err := excelize.CoordinatesToCellName(col, row)
	if err != nil {
		panic(err) // columns and rows are the program's
	}
	return s
}

func (b *book) table(t *Table) error {
	n := len(t.Columns)
	row := 1
	half := max(1, n/2)
	if n <= 5 { // the unit is short, the document's number is not
		half = max(1, n-1)
	}
	var whole float64
	for _, c := range t.Columns {
		whole += c.Width
	}
	for _, l := range []struct {
		text, style string
		from, to    int
		height      float64
		next        bool
	}{{t.Annex, "annex", 1, n, 22, true}, {t.Title, "title", 1, n, 14 + 26*lines(t.Title, whole/1.5), true}, {t.Left, "left", 1, half, 24, false}, {t.Right, "right", half + 1, n, 24, true}} {
		if l.text != "" && l.to >= l.from {
			if err := b.span(t.Sheet, row, l.from, l.to, l.text, l.style); err != nil {
				return err
			}
			if err := b.f.SetRowHeight(t.Sheet, row, l.height); err != nil {
				return err
			}
		}
		if l.next && (l.text != "" || l.style == "right") {
			row++
		}
	}
	head := row
	if err := b.head(t, row); err != nil {
		return err
	}
	for _, line := range t.Lines {
		row++
		if err := b.line(t, row, &line); err != nil {
			return err
		}
	}
	for _, note := range t.Notes {
		row++
		if err := b.span(t.Sheet, row, 1, n, note, "left"); err != nil {
			return err
		}
		var width float64
		for _, c := range t.Columns {
			width += c.Width
		}
		if err := b.f.SetRowHeight(t.Sheet, row, 20*lines(note, width)+4); err != nil {
			return err
		}
	}
	return b.page(t, head)
}

func (b *book) head(t *Table, row int) error {
	tall := 1.0
	for i, c := range t.Columns {
		if err := b.put(t.Sheet, i+1, row, Text(c.Head), "head"); err != nil {
			return err
		}
		tall = math.Max(tall, lines(c.Head, c.Width))
	}
	return b.f.SetRowHeight(t.Sheet, row, tall*17+10)
}

func (b *book) line(t *Table, row int, l *Line) error {
	tall := 1.0
	for i, c := range l.Cells {
		style := "word"
		switch {
		case l.Total:
			style = "total"
		case t.Columns[i].Left:
			style = "text"
		}
		if c.IsNumber {
			style += fmt.Sprintf(".%d", c.Decimals)
		} else {
			tall = math.Max(tall, lines(c.Text, t.Columns[i].Width))
		}
		if err := b.put(t.Sheet, i+1, row, c, style); err != nil {
			return err
		}
	}
	return b.f.SetRowHeight(t.Sheet, row, tall*16+10)
}

// lines is how many lines a text takes at 12 points: one Chinese character per
// 2.2 units of width.
func lines(s string, width float64) float64 {
	units := 0.0
	for _, r := range s {
		units++
		if r > 0x2e80 {
			units++
		}
	}
	return math.Max(1, math.Ceil(units*1.12/math.Max(width, 2)))
}

func (b *book) put(sheet string, col, row int, c Cell, style string) error {
	at := cell(col, row)
	id, err := b.style(style)
	if err != nil {
		return err
	}
	if c.IsNumber {
		err = b.f.SetCellFloat(sheet, at, c.Number, c.Decimals, 64)
	} else {
		err = b.f.SetCellStr(sheet, at, Inert(c.Text))
	}
	if err != nil {
		return err
	}
	return b.f.SetCellStyle(sheet, at, at, id)
}

func (b *book) span(sheet string, row, from, to int, text, style string) error {
	if from != to {
		if err := b.f.MergeCell(sheet, cell(from, row), cell(to, row)); err != nil {
			return err
		}
	}
	if err := b.f.SetCellStr(sheet, cell(from, row), Inert(text)); err != nil {
		return err
	}
	id, err := b.style(style)
	if err != nil {
		return err
	}
	return b.f.SetCellStyle(sheet, cell(from, row), cell(to, row), id)
}
