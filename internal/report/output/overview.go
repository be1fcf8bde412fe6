package output

import (
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"wengang/internal/region"
	"wengang/internal/report"
)

// overview is 汇总.xlsx: the states of all units, and one plain sheet per unit.
type overview struct {
	f      *excelize.File
	form   *report.Form
	states *writer
	names  map[string]bool
	styles map[string]int
	err    error
}

const statesSheet = "填报状态"

func newOverview(form *report.Form, p report.Period) *overview {
	o := &overview{f: excelize.NewFile(), form: form, names: map[string]bool{strings.ToLower(statesSheet): true}}
	o.keep(o.f.SetSheetName("Sheet1", statesSheet))
	o.states = &writer{f: o.f, sheet: statesSheet}
	o.states.style("title", &excelize.Style{Font: &excelize.Font{Bold: true, Size: 14}})
	o.states.style("head", &excelize.Style{Font: &excelize.Font{Bold: true}, Border: box, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}})
	o.states.style("cell", &excelize.Style{Border: box, Alignment: &excelize.Alignment{Vertical: "center"}})
	o.states.style("mark", &excelize.Style{Border: box, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFF2CC"}}})
	o.styles = o.states.styles
	o.states.row("title", form.Annex+" "+form.Title+" "+p.String())
	o.states.row("head", "单位", "状态", "版本", "填表人", "填表日期", "应报", "版本代码", "须更正", "提示")
	for i, w := range []float64{18, 12, 8, 12, 14, 14, 34, 9, 9} {
		col, err := excelize.ColumnNumberToName(i + 1)
		o.keep(err)
		o.keep(o.f.SetColWidth(statesSheet, col, col, w))
	}
	return o
}

func (o *overview) keep(err error) {
	if o.err == nil && err != nil {
		o.err = err
	}
}

func (o *overview) close() { _ = o.f.Close() }

func (o *overview) none(u region.Place) { o.states.row("cell", u.Name, "不填报") }

// add writes a unit's line and sheet.
func (o *overview) add(u region.Place, sh *report.Sheet) {
	state, version, style, due := "未填", "", "mark", o.form.Due(sh.Period)
	if r := sh.Report; r != nil {
		due = r.DueOn
		state = strings.Trim(strings.SplitN(Mark(sh), "】", 2)[0], "【】")
		if r.Version > 0 {
			version = fmt.Sprint(r.Version)
		}
	}
	if sh.Frozen && sh.Report.State.Sent() {
		style = "cell"
	}
	filled := ""
	if sh.Frozen {
		filled = sh.FilledOn.String()
	}
	hard := 0
	for _, f := range sh.Findings {
		if f.Hard {
			hard++
		}
	}
	o.states.row(style, u.Name, state, version, sh.Filler, filled, due.String(), sh.Code(), hard, len(sh.Findings)-hard)
	o.sheet(u, sh)
}

func (o *overview) sheet(u region.Place, sh *report.Sheet) {
	name := o.name(u.Name)
	_, err := o.f.NewSheet(name)
	o.keep(err)
	w := &writer{f: o.f, sheet: name, styles: o.styles}
	cols := o.form.Printed()
	w.row("title", sh.Form.Title+" "+Mark(sh))
	heads, depth := report.Headings(cols)
	for range depth {
		cells := make([]any, len(cols))
		for i := range cells {
			cells[i] = ""
		}
		w.row("head", cells...)
	}
	for _, h := range heads {
		from, err := excelize.CoordinatesToCellName(h.Col+1, h.Row+2)
		o.keep(err)
		to, err := excelize.CoordinatesToCellName(h.Col+h.Across, h.Row+h.Down+1)
		o.keep(err)
		if from != to {
			o.keep(o.f.MergeCell(name, from, to))
		}
		o.keep(o.f.SetCellStr(name, from, h.Text))
	}
	for _, r := range sh.Paper() {
		var cells []any
		for i := range cols {
			var v any = ""
			if c := r.Cell(cols[i].Key); c != nil {
				v = report.Printed(&cols[i], &r, c)
				if cols[i].Count != report.Words && c.Value >= 0 && cols[i].Divide < 2 {
					v = c.Value
				}
			}
			cells = append(cells, v)
		}
		w.row("cell", cells...)
	}
	for i := range cols {
		col, err := excelize.ColumnNumberToName(i + 1)
		o.keep(err)
		o.keep(o.f.SetColWidth(name, col, col, max(8, cols[i].Width)))
	}
	o.keep(w.err)
}

// name is a sheet's name: at most 31 signs, none that Excel refuses, used once.
func (o *overview) name(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) {
			return '_'
		}
		return r
	}, SafeName(s))
	if r := []rune(s); len(r) > 26 {
		s = string(r[:26])
	}
	for n, try := 2, s; ; n++ {
		if !o.names[strings.ToLower(try)] {
			o.names[strings.ToLower(try)] = true
			return try
		}
		try = fmt.Sprintf("%s(%d)", s, n)
	}
}

func (o *overview) write(out io.Writer) error {
	o.keep(o.states.err)
	if o.err != nil {
		return fmt.Errorf("overview: %w", o.err)
	}
	_, err := o.f.WriteTo(out)
	return err
}
