package boardhttp_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"wengang/internal/month/monthtest"
	"wengang/internal/testkit"
)

// The workbook of a board holds its tables, whose columns add up, and that it
// left is on record.
func TestExport(t *testing.T) {
	d := testkit.SQLite(t)
	c := start(t, d, func() { monthtest.Fill(t, d, 11, 1200) })
	c.close(202210, 202311)
	for _, q := range []string{"", "&why=income_mean&vs=yoy", "&at=371522", "&mix=age", "&at=371522103201"} {
		c.exports = nil
		a := c.As("leader").Get("/board/export?month=2023-11" + q)
		a.Want(q, 200)
		f, err := excelize.OpenReader(bytes.NewReader([]byte(a.Body)))
		if err != nil {
			t.Fatalf("%s: %v", q, err)
		}
		if len(c.exports) != 1 || c.exports[0].Kind != "board" || c.exports[0].Rows == 0 || len(c.exports[0].FileHash) != 32 {
			t.Errorf("%s: on record %+v", q, c.exports)
		}
		for _, name := range f.GetSheetList() {
			rows, err := f.GetRows(name)
			if err != nil || len(rows) < 4 {
				t.Errorf("%s: sheet %s has %d rows (%v)", q, name, len(rows), err)
			}
			if strings.Contains(name, "矩阵") || strings.Contains(name, "在岗务工的") {
				addsUp(t, name, rows[3:])
			}
		}
	}
	c.As("county").Get("/board/export?at=371500&month=2023-11").Want("", 404)
	c.As("system").Get("/board/export?month=2023-11").Want("", 403)
	c.As("leader").Get("/board/export?month=2030-01").Want("", 404)
	if len(c.exports) != 1 {
		t.Errorf("refused exports are on record: %d", len(c.exports)-1)
	}
}

// addsUp: the last row is the sum of the others, the last column that of the row.
func addsUp(t *testing.T, name string, rows [][]string) {
	t.Helper()
	number := func(s string) int {
		n, err := strconv.Atoi(strings.ReplaceAll(s, ",", ""))
		if err != nil {
			t.Fatalf("%s: %q is no number", name, s)
		}
		return n
	}
	sums := make([]int, len(rows[0]))
	for i, row := range rows {
		across := 0
		for k, s := range row[1:] {
			n := number(s)
			if k < len(row)-2 {
				across += n
			} else if across != n {
				t.Errorf("%s, %s: cells make %d of %d", name, row[0], across, n)
			}
			if i < len(rows)-1 {
				sums[k+1] += n
			} else if len(rows) > 1 && sums[k+1] != n {
				t.Errorf("%s: column %d makes %d of %d", name, k+1, sums[k+1], n)
			}
		}
	}
}
