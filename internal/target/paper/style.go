package paper

import (
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"
)

func (b *book) style(kind string) (int, error) {
	if id, ok := b.styles[kind]; ok {
		return id, nil
	}
	id, err := b.f.NewStyle(styleOf(kind))
	b.styles[kind] = id
	return id, err
}

func styleOf(kind string) *excelize.Style {
	base, decimals, number := strings.Cut(kind, ".")
	box := []excelize.Border{{Type: "left", Color: "000000", Style: 1}, {Type: "right", Color: "000000", Style: 1}, {Type: "top", Color: "000000", Style: 1}, {Type: "bottom", Color: "000000", Style: 1}}
	s := &excelize.Style{Border: box, Font: &excelize.Font{Family: bodyFont, Size: 12, Color: "000000"}, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}}
	switch base {
	case "annex":
		return &excelize.Style{Font: &excelize.Font{Family: headFont, Size: 14}, Alignment: &excelize.Alignment{Horizontal: "left", Vertical: "center"}}
	case "title":
		return &excelize.Style{Font: &excelize.Font{Family: titleFont, Size: 18}, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}}
	case "left", "right":
		return &excelize.Style{Font: &excelize.Font{Family: bodyFont, Size: 12}, Alignment: &excelize.Alignment{Horizontal: base, Vertical: "center", WrapText: true}}
	case "head":
		s.Font = &excelize.Font{Family: headFont, Size: 12}
	case "text":
		s.Alignment.Horizontal = "left"
	case "total":
		s.Font.Bold = true
	}
	if number {
		format := "0"
		if n := len(decimals); n > 0 && decimals != "0" {
			format = "0." + strings.Repeat("0", int(decimals[0]-'0'))
		}
		s.CustomNumFmt = &format
	}
	return s
}

// page sets A4, one page wide, the heading on every page, page numbers below.
func (b *book) page(t *Table, head int) error {
	for i, c := range t.Columns {
		col, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		if err := b.f.SetColWidth(t.Sheet, col, col, c.Width); err != nil {
			return err
		}
	}
	a4, way, wide, tall, yes, grid := 9, "portrait", 1, 0, true, false
	if t.Landscape {
		way = "landscape"
	}
	side, top := 0.7, 0.8
	for _, err := range []error{
		b.f.SetPageLayout(t.Sheet, &excelize.PageLayoutOptions{Size: &a4, Orientation: &way, FitToWidth: &wide, FitToHeight: &tall}),
		b.f.SetSheetProps(t.Sheet, &excelize.SheetPropsOptions{FitToPage: &yes}),
		b.f.SetPageMargins(t.Sheet, &excelize.PageLayoutMarginsOptions{Left: &side, Right: &side, Top: &top, Bottom: &top, Horizontally: &yes}),
		b.f.SetSheetView(t.Sheet, 0, &excelize.ViewOptions{ShowGridLines: &grid}),
		b.f.SetHeaderFooter(t.Sheet, &excelize.HeaderFooterOptions{OddFooter: "&C&10— &P —"}),
		b.f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: fmt.Sprintf("'%s'!$%d:$%d", t.Sheet, head, head), Scope: t.Sheet}),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// Inert keeps a text from being read as a formula by a spreadsheet (ASVS
// 1.2.10), full-width signs included. A dash of ours stays.
func Inert(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n\x00＝＋－＠", []rune(s)[0]) {
		return "'" + s
	}
	return s
}
