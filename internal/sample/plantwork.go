package sample

import (
	"wengang/internal/calendar"
	"wengang/internal/fact"
)

// same lets a ghost's row be about somebody of the ledger.
func (p *person) as(of *person) {
	p.same, p.planted = of, true
	p.name, p.sex, p.birth, p.ethnic, p.relation = of.name, of.sex, of.birth, of.ethnic, of.relation
	p.education, p.student, p.health, p.skill, p.political = of.education, of.student, of.health, of.skill, of.political
	p.allowance, p.ward = of.allowance, of.ward
}

// job is a clean spell of a planted person.
func (c *county) job(p *person, start, end calendar.Month, class int) *spell {
	r := c.rng
	at := c.self
	wage := 2500
	if class > 1 {
		at, wage = c.w.away.pick(r, class, c.code), c.wage(class)
	}
	s := &spell{start: start, end: end, at: at, channel: fact.ChannelEmployer, industry: 3, wage: wage}
	c.employ(p, s)
	p.spells = append(p.spells, s)
	return s
}

// plantWork puts wrong work records into the history and the last month's file.
func (c *county) plantWork() {
	end, y := c.w.End, c.w.End.Year()
	open := calendar.Open
	march := calendar.MonthOf(y, 3)

	// Doubted and saved.
	p := c.lone(38, 1)
	c.job(p, calendar.MonthOf(y, 1), calendar.MonthOf(y, 6), 2)
	c.job(p, calendar.MonthOf(y, 4), open, 3).breaks(tHistory, "work.overlap", "start")
	p = c.lone(17, 1)
	p.education = 3
	p.birth = calendar.DateOf(y-17, 8, 20)
	c.job(p, calendar.MonthOf(y-2, 10), calendar.MonthOf(y-1, 2), 3).breaks(tHistory, "work.too_young", "start")
	p = c.lone(45, 1)
	c.job(p, calendar.MonthOf(y-3, 5), open, 3).breaks(tHistory, "work.long_open", "start")
	for i, column := range []string{"wage", "employer", "industry", "channel", "point_to_point"} {
		p = c.lone(30+i, 1+i%2)
		s := c.job(p, march, open, 2)
		s.set(column, "")
		switch column {
		case "wage":
			s.wage = -1
		case "channel":
			s.channel = 0
		}
		s.breaks(tHistory, "work.fields_missing", column)
	}
	for _, wage := range []int{45_000, 60, 0} {
		p = c.lone(36, 1)
		s := c.job(p, march, open, 3)
		s.wage = wage
		s.breaks(tHistory, "work.wage_bounds", "wage")
	}
	p = c.lone(57, 2)
	s := c.job(p, march, open, 1)
	s.wage = 300
	s.breaks(tHistory, "work.wage_low", "wage")
	for _, ch := range []int{fact.ChannelPost, fact.ChannelWorkshop} {
		p = c.lone(50, 1)
		s = c.job(p, march, open, 2)
		s.channel, s.wage = ch, 1500
		s.breaks(tHistory, "channel.outside_county", "channel")
	}
	p = c.lone(20, 2)
	p.student, p.education, p.skill = 22, 0, fact.SkillNone
	s = c.job(p, march, open, 3)
	s.breaks(tHistory, "school.working", "student")
	s.breaks(tHistory, "labour.none_working", "skill")
	p = c.lone(52, 1)
	p.health, p.skill = 3, fact.SkillLost
	c.job(p, march, open, 1).breaks(tHistory, "labour.none_working", "skill")
	p = c.lone(62, 1)
	p.ward = fact.Yes
	c.job(p, march, open, 1).breaks(tHistory, "ward.working", "ward")
	p = c.lone(41, 1)
	s = c.job(p, march, open, 3)
	s.set("name", "李示例")
	s.breaks(tHistory, "work.name_differs", "name")
	// The last monthly file has its own.
	p = c.lone(37, 2)
	s = c.job(p, end, open, 3)
	s.wage = 52_000
	s.breaks(tMonth, "work.wage_bounds", "wage")
	c.plantRefused(end)
}

// plantRefused puts rows into the files that must not be saved: the people stay
// without work.
func (c *county) plantRefused(end calendar.Month) {
	y := end.Year()
	march := calendar.MonthOf(y, 3)
	refused := func(table, rule, column string, start, end calendar.Month) *spell {
		p := c.lone(30+c.rng.IntN(20), 1+c.rng.IntN(2))
		s := c.job(p, start, end, 3)
		s.refused = true
		if table == tMonth {
			s.month = c.w.End
		}
		s.refusedBy(table, rule, column)
		return s
	}
	for _, t := range []string{tHistory, tMonth} {
		s := refused(t, "work.place_not_county", "work_county", march, calendar.Open)
		s.at = &workplace{province: "江苏省", city: "苏州市"}
		s = refused(t, "work.place_unknown", "work_county", march, calendar.Open)
		s.at = &workplace{county: "昆中县"}
		refused(t, "work.end_before_start", "end", march, march.Add(-1))
	}
	s := refused(tHistory, "work.place_missing", "work_county", march, calendar.Open)
	s.at = &workplace{}
	s = refused(tHistory, "work.place_ambiguous", "work_county", march, calendar.Open)
	s.at = &workplace{county: "朝阳区"}
	refused(tHistory, "work.start_missing", "start", march, calendar.Open).set("start", "")
	refused(tHistory, "work.start_future", "start", end.Add(2), calendar.Open)
	s = refused(tHistory, "work.not_out_end", "end", march, calendar.Open)
	s.set("out", "否")
	refused(tHistory, "row.month", "start", march, calendar.Open).set("start", "年初")

	// The same stretch twice: the first row is good.
	p := c.lone(43, 1)
	good := c.job(p, march, calendar.Open, 3)
	twin := *good
	twin.edits = edits{}
	twin.refusedBy(tHistory, "work.duplicate_row", "start")
	c.ghosts[tHistory] = append(c.ghosts[tHistory], ghost{p: p, s: &twin})

	// Work of somebody who is not in the ledger.
	g := c.nobody(35)
	w := c.job(g, march, calendar.Open, 3)
	w.refusedBy(tHistory, "work.person_unknown", "id_number")
	c.ghosts[tHistory] = append(c.ghosts[tHistory], ghost{p: g, s: w})
	g = c.nobody(36)
	g.plan = c.planFor()
	g.refusedBy(tPlan, "work.person_unknown", "id_number")
	c.ghosts[tPlan] = append(c.ghosts[tPlan], ghost{p: g})
}

// nobody is a whole row of somebody who will not come into the ledger.
func (c *county) nobody(age int) *person {
	c.lone(age, 1)
	h := c.homes[len(c.homes)-1]
	c.homes = c.homes[:len(c.homes)-1]
	return h.members[0]
}

// haunt adds rows to the people file that must be refused.
func (c *county) haunt() {
	row := func(rule, column string, v any) *person {
		p := c.nobody(30 + c.rng.IntN(25))
		if column != "" {
			p.set(column, v)
		}
		p.refusedBy(tPeople, rule, column)
		c.ghosts[tPeople] = append(c.ghosts[tPeople], ghost{p: p})
		return p
	}
	row("id.missing", "id_number", "")
	row("id.mangled", "id_number", "4.2E+17")
	row("id.mangled", "id_number", func(p *person) any { return 990000198001010000.0 })
	row("id.length", "id_number", func(p *person) any { return p.id[:17] })
	row("id.checksum", "id_number", func(p *person) any { return p.id[:17] + wrongDigit(p.id) })
	row("id.birth", "id_number", "000000198213010017")
	row("row.required", "name", "")
	row("village.unknown", "village", "不存在的村")
	if other := c.w.elsewhere(c); other != nil {
		p := row("village.outside", "village", other.village)
		p.set("county", other.county)
		p.set("town", other.town)
	}
	if p, ok := c.twoNamed(); ok {
		g := row("village.ambiguous", "village", p.village)
		g.set("town", "")
	}
	p := c.lone(46, 1)
	g := &person{home: p.home}
	g.as(p)
	g.planted = true
	g.refusedBy(tPeople, "id.duplicate_file", "id_number")
	c.ghosts[tPeople] = append(c.ghosts[tPeople], ghost{p: g})
	if before := c.before(); before != nil {
		// Somebody whom the county before has already brought in.
		held := before.lone(47, 2)
		g := &person{home: &household{place: c.villages[0]}}
		g.as(held)
		g.refusedBy(tPeople, "id.elsewhere", "id_number")
		c.ghosts[tPeople] = append(c.ghosts[tPeople], ghost{p: g})
	}
}

// before is the county whose files come before, where it has room for one more.
func (c *county) before() *county {
	if c.n == 0 {
		return nil
	}
	if b := c.w.counties[c.n-1]; b.people() < b.target {
		return b
	}
	return nil
}

// wrongDigit is a check character that is wrong, and not one that looks as if
// a spreadsheet had cut the number.
func wrongDigit(id string) string {
	for _, d := range "123456789" {
		if byte(d) != id[17] {
			return string(d)
		}
	}
	return "1"
}
