package design_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// kept compares everything that a blank has beside the values: merged cells,
// styles, widths, heights, formulas, other sheets.
func kept(t *testing.T, name string, f *excelize.File, filled map[string]bool) {
	t.Helper()
	was, err := excelize.OpenReader(bytes.NewReader(file(t, name)))
	if err != nil {
		t.Fatal(err)
	}
	if a, b := strings.Join(was.GetSheetList(), ","), strings.Join(f.GetSheetList(), ","); a != b {
		t.Errorf("sheets %s, were %s", b, a)
	}
	for _, s := range was.GetSheetList() {
		m1, _ := was.GetMergeCells(s)
		m2, _ := f.GetMergeCells(s)
		if len(m1) != len(m2) {
			t.Errorf("%s: %d merged cells, were %d", s, len(m2), len(m1))
		}
		for row := 1; row <= 24; row++ {
			h1, _ := was.GetRowHeight(s, row)
			h2, _ := f.GetRowHeight(s, row)
			if h1 != h2 {
				t.Errorf("%s row %d is %v high, was %v", s, row, h2, h1)
			}
			for col := 1; col <= 12; col++ {
				at, _ := excelize.CoordinatesToCellName(col, row)
				v1, _ := was.GetCellValue(s, at)
				v2, _ := f.GetCellValue(s, at)
				f1, _ := was.GetCellFormula(s, at)
				f2, _ := f.GetCellFormula(s, at)
				i1, _ := was.GetCellStyle(s, at)
				i2, _ := f.GetCellStyle(s, at)
				if f1 != f2 {
					t.Errorf("%s!%s formula %q, was %q", s, at, f2, f1)
				}
				if f1 == "" && v1 != v2 && !filled[at] {
					t.Errorf("%s!%s is %q, was %q", s, at, v2, v1)
				}
				l1, _ := was.GetStyle(i1)
				l2, _ := f.GetStyle(i2)
				if l1 != nil && l2 != nil && l1.Font != nil && l2.Font != nil && (l1.Font.Family != l2.Font.Family || len(l1.Border) != len(l2.Border)) {
					t.Errorf("%s!%s lost its look", s, at)
				}
			}
		}
	}
}

func block(from, to string) map[string]bool {
	c1, r1, _ := excelize.CellNameToCoordinates(from)
	c2, r2, _ := excelize.CellNameToCoordinates(to)
	out := map[string]bool{}
	for r := r1; r <= r2; r++ {
		for c := c1; c <= c2; c++ {
			at, _ := excelize.CoordinatesToCellName(c, r)
			out[at] = true
		}
	}
	return out
}
