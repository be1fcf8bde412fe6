package output

import (
	"bytes"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"

	"wengang/internal/report"
)

// Compared writes the sheet's workbook with one more sheet per comparison: cell
// by cell the two numbers, the difference, and why two cannot be compared. say
// turns a catalogue key into words.
func Compared(sh *report.Sheet, foot report.Foot, all []*report.Comparison, say func(key string) string, out io.Writer) error {
	if len(all) == 0 {
		return report.Workbook(sh, foot, out)
	}
	var buf bytes.Buffer
	if err := report.Workbook(sh, foot, &buf); err != nil {
		return err
	}
	f, err := excelize.OpenReader(&buf, excelize.Options{UnzipSizeLimit: 64 << 20})
	if err != nil {
		return fmt.Errorf("compare: %w", err)
	}
	defer f.Close()
	for _, c := range all {
		if err := comparedSheet(f, sh, c, say); err != nil {
			return fmt.Errorf("compare: %w", err)
		}
	}
	if _, err := f.WriteTo(out); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}

func comparedSheet(f *excelize.File, sh *report.Sheet, c *report.Comparison, say func(string) string) error {
	name := say("report.compare." + string(c.Against))
	if _, err := f.NewSheet(name); err != nil {
		return err
	}
	w := &writer{f: f, sheet: name}
	w.style("title", &excelize.Style{Font: &excelize.Font{Bold: true, Size: 14}})
	w.style("head", &excelize.Style{Font: &excelize.Font{Bold: true}, Border: box, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}})
	w.style("cell", &excelize.Style{Border: box, Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}})
	w.style("mark", &excelize.Style{Border: box, Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFF2CC"}}})
	w.row("title", sh.Form.Title+" "+sh.Period.String()+" / "+c.Base.String())
	if c.NotAtAll != "" {
		w.row("", say(c.NotAtAll))
		return w.err
	}
	w.row("head", heads(say)...)
	for _, r := range sh.Paper() {
		for _, col := range sh.Form.Printed() {
			d, ok := c.At(r.Key, col.Key)
			if !ok {
				continue
			}
			style, change, rate := "cell", any(d.Abs), any("")
			if d.HasRate {
				rate = fmt.Sprintf("%+.1f%%", d.Percent)
			}
			if d.Why != "" {
				change = say("report.compare.no")
			}
			if d.Marked {
				style = "mark"
			}
			w.row(style, r.Name, headOf(&col), known(d.Now), known(d.Base), change, rate, why(d, say))
		}
	}
	for i, width := range []float64{14, 36, 12, 12, 12, 10, 30} {
		col, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		w.keep(f.SetColWidth(name, col, col, width))
	}
	return w.err
}

func heads(say func(string) string) (out []any) {
	for _, k := range []string{"unit", "column", "now", "base", "change", "rate", "why"} {
		out = append(out, say("report.compare.head."+k))
	}
	return out
}

func why(d report.Difference, say func(string) string) string {
	if d.Why == "" {
		return ""
	}
	return say(d.Why)
}

func known(n int64) any {
	if n == report.Unknown {
		return report.Dash
	}
	return n
}

func headOf(c *report.Column) string {
	s := ""
	for i, h := range c.Head {
		if i > 0 {
			s += " / "
		}
		s += h
	}
	return s
}

var box = []excelize.Border{{Type: "left", Color: "000000", Style: 1}, {Type: "right", Color: "000000", Style: 1}, {Type: "top", Color: "000000", Style: 1}, {Type: "bottom", Color: "000000", Style: 1}}

// writer puts rows below each other; texts are inert. The first error stays.
type writer struct {
	f      *excelize.File
	sheet  string
	styles map[string]int
	at     int
	err    error
}

func (w *writer) keep(err error) {
	if w.err == nil && err != nil {
		w.err = err
	}
}

func (w *writer) style(name string, s *excelize.Style) {
	if w.styles == nil {
		w.styles = map[string]int{}
	}
	id, err := w.f.NewStyle(s)
	w.keep(err)
	w.styles[name] = id
}

func (w *writer) row(style string, cells ...any) {
	w.at++
	for i, c := range cells {
		name, err := excelize.CoordinatesToCellName(i+1, w.at)
		w.keep(err)
		if s, ok := c.(string); ok {
			c = report.Inert(s)
		}
		w.keep(w.f.SetCellValue(w.sheet, name, c))
		if style != "" {
			w.keep(w.f.SetCellStyle(w.sheet, name, name, w.styles[style]))
		}
	}
}
