package sheet

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Look of a written cell.
type Look uint8

// The looks.
const (
	Plain  Look = iota
	Head        // heading: bold on grey, wrapped
	Marked      // the cell that a reason speaks of
	Reason      // the reason itself, wrapped
)

// Yuan is money in fen that is written as a number of yuan with two decimals.
type Yuan int64

// Styled is a value with a look of its own.
type Styled struct {
	Value any
	Look  Look
}

// Writer writes a workbook row by row. Strings become text cells (ids keep
// their 18 digits) and are guarded against being read as formulas; int, int64
// and float64 become numbers, Yuan money, nil an empty cell.
type Writer struct {
	f     *excelize.File
	sw    *excelize.StreamWriter
	row   int
	looks [4]int
	money int
}

// NewWriter starts an empty workbook. tmpDir takes overflow of large sheets;
// it must be private, because what is written there is not encrypted. "" keeps
// to the system's own.
func NewWriter(tmpDir string) (*Writer, error) {
	w := &Writer{f: excelize.NewFile(excelize.Options{TmpDir: tmpDir})}
	font := func(bold bool, color string) *excelize.Font {
		return &excelize.Font{Family: "宋体", Size: 11, Bold: bold, Color: color}
	}
	border := []excelize.Border{{Type: "left", Color: "C6CCD6", Style: 1}, {Type: "right", Color: "C6CCD6", Style: 1}, {Type: "top", Color: "C6CCD6", Style: 1}, {Type: "bottom", Color: "C6CCD6", Style: 1}}
	fill := func(color string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
	}
	text := 49 // "@": a text cell stays text when a person edits it
	two := "#,##0.00"
	styles := []struct {
		at *int
		s  *excelize.Style
	}{
		{&w.looks[Plain], &excelize.Style{Font: font(false, "1A2433"), NumFmt: text}},
		{&w.looks[Head], &excelize.Style{Font: font(true, "1A2433"), Fill: fill("EEF1F5"), Border: border, NumFmt: text, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}}},
		{&w.looks[Marked], &excelize.Style{Font: font(true, "B42318"), Fill: fill("FDECEA"), NumFmt: text}},
		{&w.looks[Reason], &excelize.Style{Font: font(false, "B42318"), NumFmt: text, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}},
		{&w.money, &excelize.Style{Font: font(false, "1A2433"), CustomNumFmt: &two}},
	}
	for _, st := range styles {
		id, err := w.f.NewStyle(st.s)
		if err != nil {
			return nil, fmt.Errorf("workbook style: %w", err)
		}
		*st.at = id
	}
	return w, nil
}

// Sheet starts a sheet; rows follow. widths are in characters, freeze is the
// number of heading rows that stay in view.
func (w *Writer) Sheet(name string, widths []float64, freeze int) error {
	name = sheetName(name)
	if w.sw == nil {
		if err := w.f.SetSheetName("Sheet1", name); err != nil {
			return fmt.Errorf("sheet %q: %w", name, err)
		}
	} else {
		if err := w.sw.Flush(); err != nil {
			return fmt.Errorf("sheet: %w", err)
		}
		if _, err := w.f.NewSheet(name); err != nil {
			return fmt.Errorf("sheet %q: %w", name, err)
		}
	}
	sw, err := w.f.NewStreamWriter(name)
	if err != nil {
		return fmt.Errorf("sheet %q: %w", name, err)
	}
	for i, width := range widths {
		if width <= 0 {
			continue
		}
		if err := sw.SetColWidth(i+1, i+1, min(width, 255)); err != nil {
			return fmt.Errorf("sheet %q: %w", name, err)
		}
	}
	if freeze > 0 {
		cell, _ := excelize.CoordinatesToCellName(1, freeze+1)
		if err := sw.SetPanes(&excelize.Panes{Freeze: true, YSplit: freeze, TopLeftCell: cell, ActivePane: "bottomLeft"}); err != nil {
			return fmt.Errorf("sheet %q: %w", name, err)
		}
	}
	w.sw, w.row = sw, 0
	return nil
}

// sheetName drops what Excel forbids in a sheet's name.
func sheetName(s string) string {
	r := []rune(strings.Trim(strings.NewReplacer(":", "", `\`, "", "/", "", "?", "", "*", "", "[", "", "]", "").Replace(s), "'"))
	if len(r) > 31 {
		r = r[:31]
	}
	if len(r) == 0 {
		return "Sheet1"
	}
	return string(r)
}

// Row writes the next row.
func (w *Writer) Row(values ...any) error { return w.RowLook(Plain, values...) }

// RowLook writes the next row with one look for all its cells.
func (w *Writer) RowLook(look Look, values ...any) error {
	w.row++
	cells := make([]any, len(values))
	for i, v := range values {
		l := look
		if s, ok := v.(Styled); ok {
			v, l = s.Value, s.Look
		}
		switch x := v.(type) {
		case nil:
		case string:
			if x != "" || l != Plain {
				cells[i] = excelize.Cell{StyleID: w.looks[l], Value: Guard(x)}
			}
		case Yuan:
			cells[i] = excelize.Cell{StyleID: w.money, Value: float64(x) / 100}
		case int, int64, float64:
			c := excelize.Cell{Value: x}
			if l != Plain {
				c.StyleID = w.looks[l]
			}
			cells[i] = c
		default:
			return fmt.Errorf("workbook row %d: cannot write %T", w.row, v)
		}
	}
	cell, err := excelize.CoordinatesToCellName(1, w.row)
	if err != nil {
		return fmt.Errorf("workbook row %d: %w", w.row, err)
	}
	if err := w.sw.SetRow(cell, cells); err != nil {
		return fmt.Errorf("workbook row %d: %w", w.row, err)
	}
	return nil
}

// Write finishes the workbook into out. The Writer is spent afterwards.
func (w *Writer) Write(out io.Writer) error {
	defer w.f.Close()
	if w.sw != nil {
		if err := w.sw.Flush(); err != nil {
			return fmt.Errorf("workbook: %w", err)
		}
	}
	if err := w.f.Write(out); err != nil {
		return fmt.Errorf("workbook: %w", err)
	}
	return nil
}

// Close drops the workbook; needed only where Write is not reached.
func (w *Writer) Close() error { return w.f.Close() }

// formulaStart are the first characters that make a spreadsheet compute or
// call out, the full-width forms that Chinese input methods write included
// (ASVS 1.2.10).
const formulaStart = "=+-@\t\r\n\x00＝＋－＠"

// Guard puts an apostrophe before a text that a spreadsheet would take for a
// formula. Unguard is its inverse, so that a round trip changes nothing.
func Guard(s string) string {
	if s != "" && strings.ContainsRune(formulaStart, firstRune(s)) {
		return "'" + s
	}
	return s
}

// Unguard takes the apostrophe of Guard off.
func Unguard(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && rest != "" && strings.ContainsRune(formulaStart, firstRune(rest)) {
		return rest
	}
	return s
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

// CSVWriter writes delimited text as Excel reads it: UTF-8 with byte order
// mark, CRLF, texts guarded. Long digits are safe in .xlsx only: Excel rounds
// them when it opens a .csv.
type CSVWriter struct {
	w   *bufio.Writer
	err error
}

// NewCSVWriter writes the byte order mark.
func NewCSVWriter(out io.Writer) *CSVWriter {
	w := &CSVWriter{w: bufio.NewWriter(out)}
	_, w.err = w.w.WriteString("\ufeff")
	return w
}

// Row writes one record.
func (c *CSVWriter) Row(fields ...string) error {
	for i, f := range fields {
		if i > 0 {
			c.w.WriteByte(',')
		}
		f = Guard(f)
		if strings.ContainsAny(f, "\",\r\n") {
			f = `"` + strings.ReplaceAll(f, `"`, `""`) + `"`
		}
		c.w.WriteString(f)
	}
	if _, err := c.w.WriteString("\r\n"); err != nil && c.err == nil {
		c.err = err
	}
	return c.err
}

// Flush writes what is buffered.
func (c *CSVWriter) Flush() error {
	if err := c.w.Flush(); err != nil && c.err == nil {
		c.err = err
	}
	return c.err
}
