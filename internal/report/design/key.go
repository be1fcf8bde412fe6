package design

import (
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// place of a key in the table: D is column 4, 行7 row 7, D7 both.
type place struct{ row, col int }

func letters(col int) string {
	s, err := excelize.ColumnNumberToName(col)
	if err != nil {
		return ""
	}
	return s
}

func cellName(col, row int) string { return letters(col) + strconv.Itoa(row) }

func lineKey(row int) string { return "行" + strconv.Itoa(row) }

func keyOf(row, col int) string {
	switch {
	case col == 0:
		return lineKey(row)
	case row == 0:
		return letters(col)
	}
	return cellName(col, row)
}

func parseKey(s string) (place, bool) {
	if n, ok := strings.CutPrefix(s, "行"); ok {
		row, err := strconv.Atoi(n)
		return place{row: row}, err == nil && row > 0 && row <= maxRows+1000 && n == strconv.Itoa(row)
	}
	name := strings.TrimRight(s, "0123456789")
	col, err := excelize.ColumnNameToNumber(name)
	if err != nil || name != strings.ToUpper(name) || col > maxCols {
		return place{}, false
	}
	if name == s {
		return place{col: col}, true
	}
	row, err := strconv.Atoi(s[len(name):])
	return place{row, col}, err == nil && row > 0 && row <= maxRows+1000 && s == cellName(col, row)
}
