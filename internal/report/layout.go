package report

import (
	"fmt"
	"strconv"

	"wengang/internal/calendar"
)

// Heading is one cell of a form's heading with its span; Row and Col count
// from 0.
type Heading struct {
	Row, Col     int
	Down, Across int
	Text         string
}

// Headings merges what an official heading merges: equal lines beside each
// other across, a heading of fewer lines than the others down. depth is how
// many rows it takes.
func Headings(cols []Column) (out []Heading, depth int) {
	depth = 1
	for i := range cols {
		depth = max(depth, len(cols[i].Head))
	}
	for row := range depth {
		for i := 0; i < len(cols); i++ {
			h := cols[i].Head
			if row >= len(h) {
				continue // the line above reaches down to here
			}
			x := Heading{Row: row, Col: i, Down: 1, Across: 1, Text: h[row]}
			if row == len(h)-1 {
				x.Down = depth - row
			} else {
				for i+1 < len(cols) && sameAbove(h, cols[i+1].Head, row) {
					x.Across++
					i++
				}
			}
			out = append(out, x)
		}
	}
	return out, depth
}

// sameAbove: both columns stand under the same heading down to a row, and it is
// the last line of neither.
func sameAbove(a, b []string, row int) bool {
	if len(a) <= row+1 || len(b) <= row+1 {
		return false
	}
	for i := 0; i <= row; i++ {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// Printed is a cell's text on paper.
func Printed(col *Column, r *Row, c *Cell) string {
	switch {
	case col.Count == Words:
		return c.Text
	case col.Count == Derived && c.Text != "":
		return c.Text // may be below zero
	case col.Count == Typed && c.Value < 0:
		return "" // nobody has written it yet
	case c.Value >= 0:
		return decimal(c.Value, col.Divide, col.Decimals)
	case r.Role == Project:
		return "" // somebody fills it in by hand
	}
	return Dash
}

// decimal prints n divided by div with so many decimals, rounded half up: a
// column of 万人 keeps persons and prints 3.38.
func decimal(n, div int64, decimals int) string {
	if div < 2 {
		return strconv.FormatInt(n, 10)
	}
	scale := int64(1)
	for range decimals {
		scale *= 10
	}
	n = (n*scale + div/2) / div
	if decimals == 0 {
		return strconv.FormatInt(n, 10)
	}
	return fmt.Sprintf("%d.%0*d", n/scale, decimals, n%scale)
}

// ChineseDate is 2023年12月8日, or the blanks to write it into.
func ChineseDate(d calendar.Date) string { return chineseDate(d) }
