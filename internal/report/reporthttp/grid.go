package reporthttp

import (
	"strconv"
	"strings"

	"wengang/internal/report"
	"wengang/internal/text"
	"wengang/internal/web"
)

// gridView is a designed form as on paper: the blank with its numbers.
type gridView struct {
	Widths  []string
	Rows    [][]gridCell
	Nowhere string
}

type gridCell struct {
	cellView
	Across, Down int
}

// grid lays the sheet's cells into the blank of a designed form; each opens
// its explanation as on a declared form.
func (h *Rim) grid(v *sheetView) error {
	d := v.form.Design
	if d == nil || d.Paper == nil {
		return nil
	}
	g, err := d.Paper.Grid(v.S, report.Foot{Office: v.Office, Phone: v.S.Phone})
	if err != nil {
		return err
	}
	v.Grid = &gridView{Nowhere: strings.Join(g.Nowhere, "、")}
	total := 0.0
	for _, w := range g.Widths {
		total += max(w, 4)
	}
	for _, w := range g.Widths {
		v.Grid.Widths = append(v.Grid.Widths, strconv.FormatFloat(max(w, 4)/total*100, 'f', 2, 64)+"%")
	}
	cells := cellsOf(v)
	for _, line := range g.Rows {
		var row []gridCell
		for _, c := range line {
			x := gridCell{cellView: cellView{Text: c.Text, Words: true}, Across: c.Across, Down: c.Down}
			if own, ok := cells[c.Row+"."+strconv.Itoa(c.Col)]; ok {
				x.cellView = own
				own.Pop = nil // a unit that is the total and a row explains itself once
				cells[c.Row+"."+strconv.Itoa(c.Col)] = own
			}
			x.Class = strings.TrimSpace(x.Class + " " + look(&c, len(g.Widths)))
			row = append(row, x)
		}
		v.Grid.Rows = append(v.Grid.Rows, row)
	}
	return nil
}

// cellsOf are the sheet's cells by row and column.
func cellsOf(v *sheetView) map[string]cellView {
	out := map[string]cellView{}
	for i, rw := range v.S.Paper() {
		n := 0
		for _, c := range v.form.Printed() {
			if rw.Cell(c.Key) != nil && n < len(v.Rows[i].Cells) {
				out[rw.Key+"."+strconv.Itoa(c.N)] = v.Rows[i].Cells[n]
				n++
			}
		}
	}
	return out
}

// look is the classes of a cell of the blank.
func look(c *report.GridCell, columns int) string {
	var out []string
	switch {
	case !c.Box && c.Across >= columns-1 && !c.Left && c.Text != "":
		out = append(out, "bare", "ttl")
	case !c.Box:
		out = append(out, "bare")
	}
	if c.Left && !c.Number && c.Text != "" {
		out = append(out, "txt")
	}
	if c.Formula != "" {
		out = append(out, "own")
	}
	return strings.Join(out, " ")
}

// columnAt finds a column by its number.
func columnAt(f *report.Form, n int) *report.Column {
	for i := range f.Columns {
		if f.Columns[i].N == n {
			return &f.Columns[i]
		}
	}
	return nil
}

// shown is a cell's number as on paper, with thousands where it is a count.
func shown(rw *report.Row, c *report.Column, x *report.Cell) string {
	if c.Divide > 1 || c.Count == report.Derived || c.Count == report.Typed && x.Value < 0 {
		return report.Printed(c, rw, x)
	}
	return number(rw, x.Value)
}

// printed is a number of a column as on paper.
func printed(c *report.Column, n int64) string {
	return shown(&report.Row{}, &report.Column{Divide: c.Divide, Decimals: c.Decimals, Count: report.Figure}, &report.Cell{Value: n})
}

func signed(c *report.Column, n int64) string {
	switch {
	case c.Divide < 2:
		return web.Signed(n)
	case n < 0:
		return "−" + printed(c, -n)
	}
	return "+" + printed(c, n)
}

// unit of a column: one of the catalogue, or as the blank prints it.
func unit(r *web.Request, c *report.Column) string {
	if key := "report.unit." + c.Unit; text.Has(key) {
		return r.T(key)
	}
	return c.Unit
}

// listUnit is the unit of a column's list: people are counted one by one.
func listUnit(r *web.Request, c *report.Column) string {
	if c.Divide > 1 {
		return r.T("report.unit.人")
	}
	return unit(r, c)
}

// calibre of a column: its own line, or the catalogue's.
func calibre(r *web.Request, c *report.Column) string {
	if c.Calibre != "" {
		return c.Calibre
	}
	return r.T("report.calibre." + c.Key)
}

// designedSource says where a number without a list comes from.
func designedSource(r *web.Request, c *report.Column, e *report.Explain) string {
	switch {
	case c.Count == report.Typed:
		return r.T("design.kind.typed")
	case c.Count == report.Derived:
		return r.T("design.kind.derived")
	case e.Month == 0:
		return r.T("report.source.none", r.T("indicator."+c.Figure))
	}
	return r.T("report.source.figure", r.T("indicator."+c.Figure), e.Month.String())
}

// typed is a cell's number as somebody writes it.
func typed(rw *report.Row, c *report.Column, x *report.Cell) string {
	if x.Value < 0 {
		return ""
	}
	return report.Printed(c, rw, x)
}
