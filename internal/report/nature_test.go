package report

import (
	"fmt"
	"testing"
)

// Every step from one period to the next, by nature: whether the number before
// binds (a fall needs a note) and whether the two can be compared.
func TestNatureOverPeriods(t *testing.T) {
	q := func(y, n int) Period { return Period{Year: y, Quarter: n} }
	m := func(y, n int) Period { return Period{Year: y, Month: n} }
	y := func(n int) Period { return Period{Year: n} }
	for _, c := range []struct {
		before, now Period
		follows     [3]bool // cumulative, stock, apart
		comparable  [3]bool
	}{
		{q(2023, 1), q(2023, 2), [3]bool{true, true, false}, [3]bool{true, true, true}},
		{q(2023, 3), q(2023, 4), [3]bool{true, true, false}, [3]bool{true, true, true}},
		{q(2022, 4), q(2023, 1), [3]bool{false, true, false}, [3]bool{false, true, true}},
		{m(2023, 1), m(2023, 2), [3]bool{true, true, false}, [3]bool{true, true, true}},
		{m(2022, 12), m(2023, 1), [3]bool{false, true, false}, [3]bool{false, true, true}},
		{y(2022), y(2023), [3]bool{false, true, false}, [3]bool{true, true, true}},
	} {
		for i, n := range []Nature{Cumulative, Stock, Apart} {
			if got := n.follows(c.before, c.now); got != c.follows[i] {
				t.Errorf("%s %s → %s follows: %v", n, c.before, c.now, got)
			}
			if got := n.comparable(c.before, c.now); got != c.comparable[i] {
				t.Errorf("%s %s → %s comparable: %v", n, c.before, c.now, got)
			}
		}
	}
}

// A fall stops the submission only of a cumulative column without a note.
func TestFallsByNature(t *testing.T) {
	for _, c := range []struct {
		nature      Nature
		last, value int64
		note        bool
		hard        int
	}{
		{Cumulative, 10, 9, false, 1},
		{Cumulative, 10, 9, true, 0},
		{Cumulative, 10, 10, false, 0},
		{Cumulative, 10, 11, false, 0},
		{Cumulative, -1, 0, false, 0},       // no period before
		{Cumulative, 10, Unknown, false, 0}, // nobody can tell: said by another finding
		{Stock, 10, 9, false, 0},
		{Apart, 10, 0, false, 0},
	} {
		sh := &Sheet{Form: &Form{Columns: []Column{{N: 1, Key: "unit", Count: Words}, {N: 2, Key: "x", Count: Bodies, Nature: c.nature}}}}
		r := Row{Key: "r", Cells: []Cell{{Col: 1, Key: "unit"}, {Col: 2, Key: "x", Value: c.value, Explain: Explain{Last: c.last}}}}
		r.Cells[0].Explain.Last = -1
		if c.note {
			r.Cells[1].Correction = &Correction{}
		}
		sh.falls(&r)
		if len(sh.Findings) != c.hard {
			t.Errorf("%s %d → %d note %v: %v", c.nature, c.last, c.value, c.note, sh.Findings)
		}
	}
}

func TestDifference(t *testing.T) {
	col := &Column{N: 2, Key: "x", Count: Bodies}
	cell := func(v int64, calibre string) *Cell { return &Cell{Value: v, Explain: Explain{Calibre: calibre}} }
	q1, q2 := Period{Year: 2023, Quarter: 1}, Period{Year: 2023, Quarter: 2}
	for _, c := range []struct {
		now, base *Cell
		against   Against
		from, to  Period
		want      string
	}{
		{cell(12, "v1"), cell(10, "v1"), LastPeriod, q1, q2, "2 20.0 false "},
		{cell(130, "v1"), cell(100, "v1"), LastPeriod, q1, q2, "30 30.0 true "},
		{cell(70, "v1"), cell(100, "v1"), LastPeriod, q1, q2, "-30 -30.0 true "},
		{cell(7, "v1"), cell(0, "v1"), LastPeriod, q1, q2, "7 0.0 false "},
		{cell(0, "v1"), cell(0, "v1"), LastPeriod, q1, q2, "0 0.0 false "},
		{cell(7, "v2"), cell(5, "v1"), LastPeriod, q1, q2, "0 0.0 false report.compare.calibre"},
		{cell(Unknown, "v1"), cell(5, "v1"), LastPeriod, q1, q2, "0 0.0 false report.compare.nonow"},
		{cell(5, "v1"), cell(Unknown, "v1"), LastPeriod, q1, q2, "0 0.0 false report.compare.nobase"},
		{cell(5, "v1"), cell(9, "v1"), LastPeriod, Period{Year: 2022, Quarter: 4}, q1, "0 0.0 false report.compare.newyear"},
		{cell(5, "v1"), cell(4, "v1"), YearAgo, Period{Year: 2022, Quarter: 1}, q1, "1 25.0 false "},
	} {
		d := Difference{Now: c.now.Value, Base: c.base.Value}
		d.compare(col, &Comparison{Against: c.against, Base: c.from, Percent: 20, Least: 5}, c.to, c.now, c.base)
		if got := fmt.Sprintf("%d %.1f %v %s", d.Abs, d.Percent, d.Marked, d.Why); got != c.want {
			t.Errorf("%d beside %d: %s, want %s", c.now.Value, c.base.Value, got, c.want)
		}
	}
}
