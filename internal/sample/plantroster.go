package sample

import (
	"fmt"
	"slices"

	"wengang/internal/calendar"
)

// plantRegister spoils copies of rows of a register's workbook.
func (w *world) plantRegister(kind string, t *table) {
	spoil := func(rule, column string, v any, refused bool, name string) {
		w.spoil(t, rule, column, v, refused, map[string]any{"name": name})
	}
	switch kind {
	case "workshop":
		spoil("register.uscc", "uscc", "91000000MA00000000", false, "示例错码就业帮扶车间")
		spoil("register.place_unknown", "town", "没有镇", true, "示例错址就业帮扶车间")
		spoil("register.choice", "form", "露天式", false, "示例类型就业帮扶车间")
	case "brand":
		spoil("register.required", "name", "", true, "")
		spoil("register.level", "level", "县区级别", false, "示例级别品牌")
	case "project":
		spoil("register.poor_over_people", "poor", 9999, true, "示例倒挂项目")
		spoil("register.marks", "marks", "④", true, "示例标记项目")
		spoil("register.count", "people", "许多", true, "示例人数项目")
	case "training":
		spoil("register.date", "started_on", "去年", true, "示例日期班")
		spoil("register.required", "started_on", "", true, "示例无期班")
	case "relief":
		spoil("register.money", "funds", "约五十万", true, "示例金额项目")
	}
}

// plantMembers spoils copies of rows of a list of people.
func (w *world) plantMembers(kind string, t *table) {
	switch kind {
	case "workshop":
		w.spoil(t, "register.unknown", "register", "查无此车间", true, map[string]any{"id_number": nil, "person": "示例甲"})
		w.spoil(t, "idcard.check", "id_number", "000000198001010011", true, map[string]any{"person": "示例乙"})
	case "post":
		child := fmt.Sprintf("000000%d0101999", w.End.Year()-12)
		w.spoil(t, "register.under16", "id_number", child+checkOf(child), true, map[string]any{"person": "示例丙", "started_on": calendar.DateOf(w.End.Year(), 3, 1).String()})
	case "training":
		w.spoil(t, "register.end_before_start", "ended_on", "2020-01-01", true, map[string]any{"id_number": nil, "person": "示例丁"})
	}
}

// spoil adds a copy of the first row with a wrong cell.
func (w *world) spoil(t *table, rule, column string, v any, refused bool, also map[string]any) {
	if len(t.rows) == 0 {
		return
	}
	r := row{cells: slices.Clone(t.rows[0].cells), marks: []mark{{table: t.id, rule: rule, column: column, refused: refused}}}
	for i, c := range t.columns {
		if x, ok := also[c.key]; ok {
			r.cells[i] = x
		}
		if c.key == column {
			r.cells[i] = v
		}
	}
	t.rows = append(t.rows, r)
}
