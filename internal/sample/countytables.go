package sample

import (
	"fmt"
	"strings"

	"wengang/internal/calendar"
)

// history is the file of spells from–to, as known three months before the end.
func (c *county) history() *table {
	asOf := c.w.End.Add(-lastMonths)
	t := &table{id: tHistory, title: "（务工月监测）已外出务工信息", lead: 2, columns: c.workColumns(asOf)}
	c.eachPerson(func(p *person) {
		for _, s := range p.spells {
			if s.month == 0 && s.end >= c.w.first.Add(-11) && (s.start <= asOf || s.refused) {
				t.add(p, s)
			}
		}
	})
	c.addGhosts(t)
	return t
}

// monthly is the file of one month: everybody with work in it.
func (c *county) monthly(m calendar.Month) *table {
	id := fmt.Sprintf("month%d", m)
	if m == c.w.End {
		id = tMonth
	}
	t := &table{id: id, title: fmt.Sprintf("（务工月监测）已外出务工信息（%d年%d月）", m.Year(), m.Num()), lead: 2, columns: c.workColumns(m)}
	c.eachPerson(func(p *person) {
		for _, s := range p.spells {
			if s.month == m || s.month == 0 && !s.refused && s.touches(m) && !s.hidden(m) {
				t.add(p, s)
			}
		}
	})
	if m == c.w.End {
		c.addGhosts(t)
	}
	return t
}

// hidden leaves the odd person out of a month's file: work that nobody reported
// goes on, unverified. Who is left out of one month is in the next.
func (s *spell) hidden(m calendar.Month) bool {
	return s.end == calendar.Open && s.start < m && s.absent == m
}

func (c *county) eachPerson(f func(p *person)) {
	for _, h := range c.homes {
		for _, p := range h.members {
			f(p)
		}
	}
}

func (c *county) addGhosts(t *table) {
	for _, g := range c.ghosts[t.id] {
		t.add(g.p, g.s)
	}
}

func (c *county) peopleTable() *table {
	t := &table{id: tPeople, title: "人员全字段导出", columns: c.peopleColumns()}
	c.eachPerson(func(p *person) {
		if !p.home.other {
			t.add(p, nil)
		}
	})
	for _, g := range c.ghosts[tPeople] {
		if len(g.p.home.members) == 0 {
			g.p.home.members = []*person{g.p}
		}
	}
	c.addGhosts(t)
	return t
}

func (c *county) simple(id, title string, lead int, columns []column, in func(p *person) bool) *table {
	t := &table{id: id, title: title, lead: lead, columns: columns}
	c.eachPerson(func(p *person) {
		if in(p) {
			t.add(p, nil)
		}
	})
	c.addGhosts(t)
	return t
}

func safeName(s string) string { return strings.NewReplacer("/", "", "\\", "", " ", "").Replace(s) }
