package report

import (
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"

	"wengang/internal/calendar"
)

func (p *paper) style(top, bottom, from, to int, kind string) error {
	id, ok := p.styles[kind]
	if !ok {
		var err error
		if id, err = p.f.NewStyle(styleOf(kind)); err != nil {
			return err
		}
		p.styles[kind] = id
	}
	return p.f.SetCellStyle(p.sheet, name(from, top), name(to, bottom), id)
}

func styleOf(kind string) *excelize.Style {
	box := []excelize.Border{{Type: "left", Color: "000000", Style: 1}, {Type: "right", Color: "000000", Style: 1}, {Type: "top", Color: "000000", Style: 1}, {Type: "bottom", Color: "000000", Style: 1}}
	body := func(align string, wrap, bold bool) *excelize.Style {
		return &excelize.Style{Border: box, Font: &excelize.Font{Family: bodyFont, Size: 12, Bold: bold},
			Alignment: &excelize.Alignment{Horizontal: align, Vertical: "center", WrapText: wrap}}
	}
	line := func(font string, size float64, align string) *excelize.Style {
		return &excelize.Style{Font: &excelize.Font{Family: font, Size: size}, Alignment: &excelize.Alignment{Horizontal: align, Vertical: "center"}}
	}
	switch kind {
	case "annex":
		return line(headFont, 14, "left")
	case "title":
		return line(titleFont, 20, "center")
	case "left":
		return line(bodyFont, 12, "left")
	case "right":
		return line(bodyFont, 12, "right")
	case "head":
		s := body("center", true, false)
		s.Font.Size = 10.5
		return s
	case "text":
		return body("left", true, false)
	case "place":
		return body("center", true, true)
	case "sum":
		return body("center", false, true)
	case "word":
		return body("center", true, false)
	}
	return body("center", false, false)
}

func chineseDate(d calendar.Date) string {
	if d == 0 {
		return "    年  月  日"
	}
	return fmt.Sprintf("%d年%d月%d日", int(d)/10000, int(d)/100%100, int(d)%100)
}

// Inert keeps a text from being read as a formula by a spreadsheet (ASVS
// 1.2.10), full-width signs included.
func Inert(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n\x00＝＋－＠", []rune(s)[0]) {
		return "'" + s
	}
	return s
}
