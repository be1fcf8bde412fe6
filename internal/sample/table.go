package sample

import (
	"fmt"
	"time"

	"wengang/internal/calendar"
	"wengang/internal/fact"
)

// column is a heading and how its cells are filled. group is the heading above
// it in a workbook with two rows of headings.
type column struct {
	key, head, group string
	cell             func(p *person, s *spell) any
}

// row is a written row with what is planted in it.
type row struct {
	cells   []any
	marks   []mark
	tainted bool
}

// table is a sheet before it is written.
type table struct {
	id      string
	title   string // above the headings, where lead is 2
	lead    int    // rows above the headings
	columns []column
	rows    []row
}

// add writes the row of a person, and of one of their spells.
func (t *table) add(p *person, s *spell) {
	r := row{cells: make([]any, len(t.columns)), tainted: p.planted}
	for i := range t.columns {
		c := &t.columns[i]
		r.cells[i] = c.cell(p, s)
		if p.cells != nil && s == nil {
			r.cells[i] = p.edited(c.key, r.cells[i], p)
		}
		if s != nil && s.cells != nil {
			r.cells[i] = s.edited(c.key, r.cells[i], p)
		}
	}
	for _, m := range p.marks {
		if m.table == t.id && s == nil {
			r.marks = append(r.marks, m)
		}
	}
	if s != nil {
		for _, m := range s.marks {
			if m.table == t.id {
				r.marks = append(r.marks, m)
			}
		}
	}
	t.rows = append(t.rows, r)
}

func (e *edits) edited(key string, v any, p *person) any {
	switch x := e.cells[key].(type) {
	case nil:
		return v
	case func(*person) any:
		return x(p)
	default:
		return x
	}
}

// Styles of dates and months that counties use. A serial is a number with the
// look of a date.
type serial time.Time

func (c *county) date(d calendar.Date) any {
	y, m, day := int(d)/10000, int(d)/100%100, int(d)%100
	switch c.n % 8 {
	case 1:
		return fmt.Sprintf("%04d%02d%02d", y, m, day)
	case 2:
		return fmt.Sprintf("%d/%d/%d", y, m, day)
	case 3:
		return int(d)
	case 4:
		return serial(time.Date(y, time.Month(m), day, 0, 0, 0, 0, time.UTC))
	}
	return d.String()
}

func (c *county) month(m calendar.Month) any {
	if m == 0 {
		return nil
	}
	if m == calendar.Open {
		if c.n%8 == 2 {
			return "至今"
		}
		return nil
	}
	switch c.n % 8 {
	case 1:
		return fmt.Sprintf("%d年%02d月", m.Year(), m.Num())
	case 3:
		return fmt.Sprint(int(m))
	case 4:
		return int(m)
	case 6:
		return serial(time.Date(m.Year(), time.Month(m.Num()), 1, 0, 0, 0, 0, time.UTC))
	case 5:
		return m.String()
	}
	return fmt.Sprintf("%d年%d月", m.Year(), m.Num())
}

func yesNo(v int) any { return fact.YesNo.Name(v) }

func yes(b bool) string {
	if b {
		return "是"
	}
	return "否"
}

// word is an enum's word, nil where there is none.
func word(e *fact.Enum, code int) any {
	if code == 0 {
		return nil
	}
	return e.Name(code)
}

func number(n int) any {
	if n <= 0 {
		return nil
	}
	return n
}

// full is a place of work in one cell.
func (w *workplace) full() string {
	if w.city == w.province {
		return w.province + w.county
	}
	return w.province + w.city + w.county
}
