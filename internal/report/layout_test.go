package report

import (
	"fmt"
	"testing"
)

func TestHeadings(t *testing.T) {
	cols := []Column{{Head: []string{"单位"}}, {Head: []string{"甲", "子", "一"}}, {Head: []string{"甲", "子", "二"}}, {Head: []string{"甲", "丑"}}, {Head: []string{"乙", "丑"}}, {Head: []string{"甲"}}}
	got, depth := Headings(cols)
	want := "[{0 0 3 1 单位} {0 1 1 3 甲} {0 4 1 1 乙} {0 5 3 1 甲} {1 1 1 2 子} {1 3 2 1 丑} {1 4 2 1 丑} {2 1 1 1 一} {2 2 1 1 二}]"
	if depth != 3 || fmt.Sprint(got) != want {
		t.Errorf("%d rows\n got %v\nwant %s", depth, got, want)
	}
	cells := make([][]bool, depth)
	for i := range cells {
		cells[i] = make([]bool, len(cols))
	}
	for _, h := range got {
		for r := h.Row; r < h.Row+h.Down; r++ {
			for c := h.Col; c < h.Col+h.Across; c++ {
				if cells[r][c] {
					t.Errorf("cell %d.%d twice", r, c)
				}
				cells[r][c] = true
			}
		}
	}
	for r := range cells {
		for c := range cells[r] {
			if !cells[r][c] {
				t.Errorf("cell %d.%d is missing", r, c)
			}
		}
	}
}
