package listing

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"wengang/internal/sheet"
	"wengang/internal/text"
)

// book draws one list as a workbook: A4 landscape, one page wide, heading on
// every page, page numbers below, signatures at the end.
type book struct {
	f      *excelize.File
	sw     *excelize.StreamWriter
	n      int // columns with the running number
	row    int
	styles map[string]int
	wide   []float64 // of the columns, in half characters
}

const sheetTitle = "清单"

func workbook(out io.Writer, scratch string, t *table, grouped bool, w *Words, o Out, mark string) error {
	f := excelize.NewFile(excelize.Options{TmpDir: scratch})
	defer f.Close()
	b := &book{f: f, n: len(t.cols) + 1, styles: map[string]int{}}
	if err := f.SetSheetName("Sheet1", sheetTitle); err != nil {
		return err
	}
	if err := b.makeStyles(); err != nil {
		return err
	}
	if err := b.page(mark); err != nil {
		return err
	}
	var err error
	if b.sw, err = f.NewStreamWriter(sheetTitle); err != nil {
		return err
	}
	for _, step := range []func() error{
		func() error { return b.widths(t) },
		func() error { return b.head(t, w, o) },
		func() error { return b.body(t, grouped, w) },
		func() error { return b.foot(w) },
		b.sw.Flush,
	} {
		if err := step(); err != nil {
			return fmt.Errorf("workbook of a list: %w", err)
		}
	}
	if _, err := f.WriteTo(out); err != nil {
		return fmt.Errorf("workbook of a list: %w", err)
	}
	return nil
}

// Fonts of official ledgers (GB/T 9704); a machine without them shows its own.
const (
	titleFont = "方正小标宋简体"
	bodyFont  = "仿宋"
)

func (b *book) makeStyles() error {
	box := []excelize.Border{{Type: "left", Color: "000000", Style: 1}, {Type: "right", Color: "000000", Style: 1}, {Type: "top", Color: "000000", Style: 1}, {Type: "bottom", Color: "000000", Style: 1}}
	cell := func(align string, bold bool, format string) *excelize.Style {
		s := &excelize.Style{Border: box, Font: &excelize.Font{Family: bodyFont, Size: 11, Bold: bold}, NumFmt: 49,
			Alignment: &excelize.Alignment{Horizontal: align, Vertical: "center", WrapText: true}}
		if format != "" {
			s.NumFmt, s.CustomNumFmt = 0, &format
		}
		return s
	}
	line := func(font string, size float64, align string) *excelize.Style {
		return &excelize.Style{Font: &excelize.Font{Family: font, Size: size}, NumFmt: 49, Alignment: &excelize.Alignment{Horizontal: align, Vertical: "center"}}
	}
	for name, s := range map[string]*excelize.Style{
		"title": line(titleFont, 18, "center"), "meta": line(bodyFont, 11, "left"), "head": cell("center", true, ""), "group": cell("left", true, ""),
		"text": cell("left", false, ""), "code": cell("center", false, ""), "count": cell("center", false, "0"), "money": cell("right", false, "#,##0.00"),
	} {
		id, err := b.f.NewStyle(s)
		if err != nil {
			return err
		}
		b.styles[name] = id
	}
	return nil
}

func (b *book) page(mark string) error {
	wide, size, fitWide, fitHigh := "landscape", 9, 1, 0
	yes := true
	if err := b.f.SetPageLayout(sheetTitle, &excelize.PageLayoutOptions{Orientation: &wide, Size: &size, FitToWidth: &fitWide, FitToHeight: &fitHigh}); err != nil {
		return err
	}
	if err := b.f.SetSheetProps(sheetTitle, &excelize.SheetPropsOptions{FitToPage: &yes}); err != nil {
		return err
	}
	side, top := 0.5, 0.6
	if err := b.f.SetPageMargins(sheetTitle, &excelize.PageLayoutMarginsOptions{Left: &side, Right: &side, Top: &top, Bottom: &top}); err != nil {
		return err
	}
	// & begins a code of the footer's own.
	return b.f.SetHeaderFooter(sheetTitle, &excelize.HeaderFooterOptions{OddFooter: `&L&9` + strings.ReplaceAll(mark, "&", "&&") + `&C&10第 &P 页  共 &N 页`})
}

func (b *book) widths(t *table) error {
	if err := b.sw.SetColWidth(1, 1, 6); err != nil {
		return err
	}
	for i, c := range t.cols {
		w := float64(c.Width)*2 + 1.5
		for _, r := range t.rows[:min(len(t.rows), 200)] {
			w = max(w, min(float64(width(r[i]))*2+1.5, 22))
		}
		b.wide = append(b.wide, w)
		if err := b.sw.SetColWidth(i+2, i+2, w); err != nil {
			return err
		}
	}
	cell, err := excelize.CoordinatesToCellName(1, 4)
	if err != nil {
		return err
	}
	if err := b.sw.SetPanes(&excelize.Panes{Freeze: true, YSplit: 3, TopLeftCell: cell, ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	return b.f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: sheetTitle + "!$3:$3", Scope: sheetTitle})
}

func (b *book) put(height float64, cells ...any) error {
	b.row++
	at, err := excelize.CoordinatesToCellName(1, b.row)
	if err != nil {
		return err
	}
	return b.sw.SetRow(at, cells, excelize.RowOpts{Height: height})
}

// across writes one text over the whole width.
func (b *book) across(style, s string, height float64) error {
	cells := make([]any, b.n)
	for i := range cells {
		cells[i] = excelize.Cell{StyleID: b.styles[style]}
	}
	cells[0] = excelize.Cell{StyleID: b.styles[style], Value: sheet.Guard(s)}
	if err := b.put(height, cells...); err != nil {
		return err
	}
	from, err := excelize.CoordinatesToCellName(1, b.row)
	if err != nil {
		return err
	}
	to, err := excelize.CoordinatesToCellName(b.n, b.row)
	if err != nil {
		return err
	}
	return b.sw.MergeCell(from, to)
}

func (b *book) head(t *table, w *Words, o Out) error {
	if err := b.across("title", o.Title, 34); err != nil {
		return err
	}
	meta := text.T(w.lang, "listing.paper.unit", w.Place(o.Region)) + "　　" + text.T(w.lang, "listing.paper.total", len(t.rows)) + "　　" + text.T(w.lang, "listing.paper.date", w.today.String())
	if err := b.across("meta", meta, 20); err != nil {
		return err
	}
	cells := []any{excelize.Cell{StyleID: b.styles["head"], Value: text.T(w.lang, "listing.paper.no")}}
	for _, c := range t.cols {
		label := w.Label(c)
		if c.Form == Money {
			label += "\n" + text.T(w.lang, "listing.paper.yuan")
		}
		cells = append(cells, excelize.Cell{StyleID: b.styles["head"], Value: label})
	}
	return b.put(32, cells...)
}

func (b *book) body(t *table, grouped bool, w *Words) error {
	several := false
	grouped = grouped && !sparse(t.villages)
	for _, v := range t.villages {
		several = several || v != t.villages[0]
	}
	for i, r := range t.rows {
		if grouped && several && (i == 0 || t.villages[i] != t.villages[i-1]) {
			if err := b.across("group", w.Place(t.villages[i]), 20); err != nil {
				return err
			}
		}
		cells := []any{excelize.Cell{StyleID: b.styles["count"], Value: i + 1}}
		lines := 1
		for j, s := range r {
			cells = append(cells, b.cell(t.cols[j].Form, s))
			lines = max(lines, linesOf(s, max(1, int((b.wide[j]-1)/2))))
		}
		if err := b.put(float64(6+14*lines), cells...); err != nil {
			return err
		}
	}
	return nil
}

// cell is a value as a spreadsheet keeps it: figures as numbers, everything
// else as text that is never taken for a formula.
func (b *book) cell(form Form, s string) excelize.Cell {
	switch form {
	case Count, Money:
		style := map[Form]string{Count: "count", Money: "money"}[form]
		if n, err := strconv.ParseFloat(strings.ReplaceAll(s, ",", ""), 64); err == nil {
			return excelize.Cell{StyleID: b.styles[style], Value: n}
		}
		return excelize.Cell{StyleID: b.styles[style], Value: sheet.Guard(s)}
	case Code:
		return excelize.Cell{StyleID: b.styles["code"], Value: sheet.Guard(s)}
	}
	return excelize.Cell{StyleID: b.styles["text"], Value: sheet.Guard(s)}
}

func (b *book) foot(w *Words) error {
	return b.across("meta", text.T(w.lang, "listing.paper.sign"), 30)
}
