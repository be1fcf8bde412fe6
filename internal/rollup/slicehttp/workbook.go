package slicehttp

import (
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"

	"wengang/internal/indicator"
	"wengang/internal/rollup"
	"wengang/internal/sheet"
	"wengang/internal/web"
)

// workbook is one table on A4 landscape: title, what it is, heading, rows,
// total, notes.
type workbook struct {
	name, title string
	meta, foot  []string
	heads       []string
	rows        []bookRow
	sum         bookRow

	f      *excelize.File
	styles map[string]int
	row    int
}

type bookRow struct {
	name  string
	cells []bookCell
}

// bookCell is a figure with the style of its unit, or a text.
type bookCell struct {
	style string
	value any
}

func figure(d *indicator.Def, v rollup.Value) bookCell {
	switch {
	case !v.Known:
		return bookCell{"text", "—"}
	case d.Unit == indicator.Fen:
		return bookCell{"money", float64(v.N) / 100}
	case d.Unit == indicator.Rate:
		return bookCell{"rate", v.Float()}
	}
	return bookCell{"count", v.N}
}

// fill copies the matrix: every column, then the total and the comparisons.
func (b *workbook) fill(r *web.Request, m *matrix, w *Words) {
	x := m.x
	b.heads = []string{w.Dim(x.Rows)}
	for j := range m.width() {
		label := ""
		if m.heads != nil {
			label = r.T(m.heads[j].Key()) + "（" + unit(r, m.heads[j]) + "）"
		} else {
			label = w.Value(x.Cols, m.cols[j])
		}
		b.heads = append(b.heads, label)
	}
	if m.heads == nil {
		total := r.T("board.total")
		if m.width() == 0 {
			total = r.T(x.Ind.Key())
		}
		b.heads = append(b.heads, total+"（"+unit(r, x.Ind)+"）", r.T("board.mom"), r.T("board.yoy"))
	}
	for _, key := range m.rows {
		row := bookRow{name: w.Value(x.Rows, key)}
		for j := range m.width() {
			row.cells = append(row.cells, figure(m.def(j), m.cell(key, j)))
		}
		if m.heads == nil {
			last, year := m.changes(&key)
			row.cells = append(row.cells, figure(x.Ind, m.row(key)), changed(r, w, x.Ind, last), changed(r, w, x.Ind, year))
		}
		b.rows = append(b.rows, row)
	}
	b.sum = bookRow{name: r.T("board.total")}
	if m.additive() && x.Rows.Overlaps() {
		b.sum.name = r.T("slice.total.once")
	}
	for j := range m.width() {
		b.sum.cells = append(b.sum.cells, figure(m.def(j), m.col(j)))
	}
	if m.heads == nil {
		last, year := m.changes(nil)
		b.sum.cells = append(b.sum.cells, figure(x.Ind, m.whole()), changed(r, w, x.Ind, last), changed(r, w, x.Ind, year))
	}
}

// changed is a comparison; where there is none the cell says why.
func changed(r *web.Request, w *Words, d *indicator.Def, c rollup.Change) bookCell {
	switch {
	case !c.OK:
		return bookCell{"text", r.T("rollup.nc") + "：" + reason(r, w, c)}
	case d.Unit == indicator.Rate:
		return bookCell{"points", c.Ratio * 100}
	}
	return bookCell{"rate", c.Ratio}
}

func (b *workbook) write(out io.Writer) error {
	b.f = excelize.NewFile()
	defer b.f.Close()
	if err := b.f.SetSheetName("Sheet1", b.name); err != nil {
		return err
	}
	for _, step := range []func() error{b.makeStyles, b.page, b.head, b.body, b.tail, b.widths} {
		if err := step(); err != nil {
			return fmt.Errorf("workbook of a slice: %w", err)
		}
	}
	_, err := b.f.WriteTo(out)
	return err
}

func (b *workbook) makeStyles() error {
	box := []excelize.Border{{Type: "left", Color: "000000", Style: 1}, {Type: "right", Color: "000000", Style: 1}, {Type: "top", Color: "000000", Style: 1}, {Type: "bottom", Color: "000000", Style: 1}}
	cell := func(align, format string, bold bool) *excelize.Style {
		s := &excelize.Style{Border: box, Font: &excelize.Font{Family: "仿宋", Size: 11, Bold: bold}, NumFmt: 49,
			Alignment: &excelize.Alignment{Horizontal: align, Vertical: "center", WrapText: true}}
		if format != "" {
			s.NumFmt, s.CustomNumFmt = 0, &format
		}
		return s
	}
	line := func(font string, size float64, align string) *excelize.Style {
		return &excelize.Style{Font: &excelize.Font{Family: font, Size: size}, NumFmt: 49, Alignment: &excelize.Alignment{Horizontal: align, Vertical: "center", WrapText: true}}
	}
	b.styles = map[string]int{}
	for name, s := range map[string]*excelize.Style{
		"title": line("方正小标宋简体", 18, "center"), "meta": line("仿宋", 11, "left"), "head": cell("center", "", true), "text": cell("left", "", false), "sum": cell("left", "", true),
		"count": cell("right", "#,##0", false), "money": cell("right", "#,##0.00", false), "rate": cell("right", "0.0%", false), "points": cell("right", `+0.0" 个百分点";-0.0" 个百分点";0.0" 个百分点"`, false),
	} {
		id, err := b.f.NewStyle(s)
		if err != nil {
			return err
		}
		b.styles[name] = id
	}
	return nil
}

func (b *workbook) page() error {
	wide, size, fitWide, fitHigh, yes := "landscape", 9, 1, 0, true
	if err := b.f.SetPageLayout(b.name, &excelize.PageLayoutOptions{Orientation: &wide, Size: &size, FitToWidth: &fitWide, FitToHeight: &fitHigh}); err != nil {
		return err
	}
	if err := b.f.SetSheetProps(b.name, &excelize.SheetPropsOptions{FitToPage: &yes}); err != nil {
		return err
	}
	return b.f.SetHeaderFooter(b.name, &excelize.HeaderFooterOptions{OddFooter: `&C&10&P / &N`})
}

func at(col, row int) string {
	s, err := excelize.CoordinatesToCellName(col, row)
	if err != nil {
		panic(err) // columns and rows are counted here
	}
	return s
}

// across writes one text over the whole width.
func (b *workbook) across(style, s string, height float64) error {
	b.row++
	from, to := at(1, b.row), at(len(b.heads), b.row)
	if err := b.f.SetCellValue(b.name, from, sheet.Guard(s)); err != nil {
		return err
	}
	if err := b.f.SetCellStyle(b.name, from, to, b.styles[style]); err != nil {
		return err
	}
	if err := b.f.SetRowHeight(b.name, b.row, height); err != nil {
		return err
	}
	return b.f.MergeCell(b.name, from, to)
}

func (b *workbook) put(col int, style string, v any) error {
	if s, ok := v.(string); ok {
		v = sheet.Guard(s)
	}
	if err := b.f.SetCellValue(b.name, at(col, b.row), v); err != nil {
		return err
	}
	return b.f.SetCellStyle(b.name, at(col, b.row), at(col, b.row), b.styles[style])
}

func (b *workbook) head() error {
	if err := b.across("title", b.title, 34); err != nil {
		return err
	}
	for _, s := range b.meta {
		if err := b.across("meta", s, b.high(s)); err != nil {
			return err
		}
	}
	b.row++
	for i, s := range b.heads {
		if err := b.put(i+1, "head", s); err != nil {
			return err
		}
	}
	if err := b.f.SetRowHeight(b.name, b.row, 34); err != nil {
		return err
	}
	first := at(2, b.row+1)
	return b.f.SetPanes(b.name, &excelize.Panes{Freeze: true, XSplit: 1, YSplit: b.row, TopLeftCell: first, ActivePane: "bottomRight"})
}

// high gives a text over the whole width the lines that it needs.
func (b *workbook) high(s string) float64 {
	per := max(20, 7*len(b.heads))
	return float64(20 + 15*(len([]rune(s))/per))
}

func (b *workbook) body() error {
	for _, r := range append(b.rows, b.sum) {
		b.row++
		style := "text"
		if b.row > len(b.rows)+len(b.meta)+2 {
			style = "sum"
		}
		if err := b.put(1, style, r.name); err != nil {
			return err
		}
		if err := b.f.SetRowHeight(b.name, b.row, 20); err != nil {
			return err
		}
		for i, c := range r.cells {
			if err := b.put(i+2, c.style, c.value); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *workbook) tail() error {
	for _, s := range b.foot {
		if err := b.across("meta", s, b.high(s)); err != nil {
			return err
		}
	}
	return nil
}

func (b *workbook) widths() error {
	if err := b.f.SetColWidth(b.name, at(1, 1)[:1], at(1, 1)[:1], 26); err != nil {
		return err
	}
	for i := range b.heads[1:] {
		col, err := excelize.ColumnNumberToName(i + 2)
		if err != nil {
			return err
		}
		if err := b.f.SetColWidth(b.name, col, col, 15); err != nil {
			return err
		}
	}
	return nil
}
