package design

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/xuri/excelize/v2"

	"wengang/internal/calendar"
	"wengang/internal/report"
)

func day(d calendar.Date) string {
	if d == 0 {
		return ""
	}
	return fmt.Sprintf("%d年%d月%d日", int(d)/10000, int(d)/100%100, int(d)%100)
}

// unlink takes out what leads outside when somebody clicks it.
func (x *filling) unlink() error {
	for _, s := range x.f.GetSheetList() {
		cells, err := x.f.GetHyperLinkCells(s, "External")
		if err != nil {
			continue // a chart sheet has none
		}
		for _, c := range cells {
			if err := x.f.SetCellHyperLink(s, c, "", "None"); err != nil {
				return err
			}
		}
	}
	return nil
}

// recalculate drops the blank's remembered results, so that its formulas are
// computed from the filled cells by whoever opens it.
func (x *filling) recalculate() error {
	full := true
	if err := x.f.SetCalcProps(&excelize.CalcPropsOptions{FullCalcOnLoad: &full}); err != nil {
		return err
	}
	return x.f.UpdateLinkedValue()
}

// cells fills the cells that are bound one by one.
func (x *filling) cells() error {
	for i := range x.s.Binds {
		b := &x.s.Binds[i]
		p, ok := parseKey(b.At)
		if !ok || p.row == 0 || p.col == 0 {
			continue
		}
		row := p.row
		if l := x.s.Lines; l != nil && !l.Across && row > l.Last {
			row += x.shift
		}
		if err := x.put(cellName(p.col, row), b, x.unit()); err != nil {
			return err
		}
	}
	return nil
}

// put writes one cell; the workbook's own formulas are never written over.
func (x *filling) put(at string, b *Bind, r *report.Row) error {
	if formula, err := x.f.GetCellFormula(x.t.Sheet, at); err == nil && formula != "" {
		return nil
	}
	switch b.Kind {
	case Constant:
		return x.f.SetCellStr(x.t.Sheet, at, report.Inert(b.Text))
	case Words:
		return x.word(at, b)
	case Left:
		return nil
	}
	cell, col := r.Cell(b.At), x.sh.Form.Column(b.At)
	if cell == nil || col == nil {
		return nil
	}
	x.shown[at] = report.GridCell{Row: r.Key, Col: cell.Col}
	s := report.Printed(col, r, cell)
	n, ok := new(big.Rat).SetString(s)
	if !ok {
		return x.f.SetCellStr(x.t.Sheet, at, s)
	}
	v, _ := n.Float64()
	if err := x.f.SetCellFloat(x.t.Sheet, at, v, col.Decimals, 64); err != nil {
		return err
	}
	return x.decimals(at, col.Decimals)
}

// decimals gives a cell without a number format of its own the printed one.
func (x *filling) decimals(at string, n int) error {
	if n == 0 {
		return nil
	}
	id, err := x.f.GetCellStyle(x.t.Sheet, at)
	if err != nil {
		return err
	}
	key := [2]int{id, n}
	if _, known := x.styles[key]; !known {
		s, err := x.f.GetStyle(id)
		if err != nil {
			return err
		}
		x.styles[key] = id
		if s.NumFmt == 0 && s.CustomNumFmt == nil {
			format := "0." + strings.Repeat("0", n)
			s.CustomNumFmt = &format
			if x.styles[key], err = x.f.NewStyle(s); err != nil {
				return err
			}
		}
	}
	return x.f.SetCellStyle(x.t.Sheet, at, at, x.styles[key])
}

func (x *filling) word(at string, b *Bind) error {
	was, err := x.f.GetCellValue(x.t.Sheet, at)
	if err != nil {
		return err
	}
	v := x.values[b.Word]
	now := v
	switch {
	case b.Word == WordFoot:
		now = fillFoot(was, x.values)
	case b.Word == WordPeriod && periodIn.MatchString(was):
		now = replaceFirst(periodIn, was, v)
	case b.Word == WordYear && yearIn.MatchString(was):
		now = replaceFirst(yearIn, was, v)
	case strings.HasSuffix(was, "：") || strings.HasSuffix(was, ":"):
		now = was + v
	}
	return x.f.SetCellStr(x.t.Sheet, at, report.Inert(now))
}
