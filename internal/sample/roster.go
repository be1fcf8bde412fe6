package sample

import (
	"fmt"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/fact"
)

// stay is a row of a list of people: somebody of the ledger, an outsider by
// name, or a headcount.
type stay struct {
	c            *county
	k            *carrier
	p            *person
	name         string
	people, poor int
	from, to     calendar.Date
	role         string
	money        int
	edits
}

func (s *stay) category() any {
	switch {
	case s.p == nil && s.name == "":
		return nil
	case s.p == nil:
		return "其他农村劳动力"
	case s.p.home.other:
		return "监测对象"
	}
	return "脱贫人口"
}

// rc is a column of a register, sc one of a list of people.
func rc(key, head string, cell func(c *county, k *carrier) any) rosterColumn {
	return rosterColumn{key: key, head: head, record: cell}
}

func sc(key, head string, cell func(s *stay) any) rosterColumn {
	return rosterColumn{key: key, head: head, member: cell}
}

type rosterColumn struct {
	key, head string
	record    func(c *county, k *carrier) any
	member    func(s *stay) any
}

func date(d calendar.Date) any {
	if d == 0 {
		return nil
	}
	return d.String()
}

var (
	rCounty  = rc("county", "县（市、区）", func(c *county, _ *carrier) any { return c.name })
	rTown    = rc("town", "乡（镇）", func(_ *county, k *carrier) any { return k.place.town })
	rVillage = rc("village", "行政村", func(_ *county, k *carrier) any { return k.place.village })
	rLevel   = rc("level", "级别", func(_ *county, k *carrier) any { return k.level })
	rContact = rc("contact", "联系人", func(_ *county, k *carrier) any { return k.contact })
	rPhone   = rc("phone", "联系电话", func(_ *county, k *carrier) any { return k.phone })
	rNote    = rc("note", "备注", func(*county, *carrier) any { return "示例" })
)

func rStart(head string) rosterColumn {
	return rc("started_on", head, func(_ *county, k *carrier) any { return date(k.started) })
}

func rName(head string) rosterColumn {
	return rc("name", head, func(_ *county, k *carrier) any { return k.name })
}

func rForm(key, head string) rosterColumn {
	return rc(key, head, func(_ *county, k *carrier) any { return k.form })
}

// registerColumns are the headings of each register's workbook.
var registerColumns = map[string][]rosterColumn{
	"alliance":    {rCounty, rName("联盟名称"), rForm("reach", "协作范围"), rLevel, rStart("成立日期"), rContact, rPhone, rNote},
	"brand":       {rCounty, rName("品牌名称"), rLevel, rForm("industry", "所属行业"), rStart("认定日期"), rContact, rPhone, rNote},
	"base":        {rCounty, rName("基地名称"), rLevel, rStart("认定日期"), rContact, rPhone, rNote},
	"cooperative": {rCounty, rName("合作社名称"), rc("uscc", "统一社会信用代码", func(_ *county, k *carrier) any { return k.uscc }), rStart("成立日期"), rContact, rPhone, rNote},
	"workshop": {rCounty, rTown, rVillage, rName("车间名称"), rForm("form", "车间类型"), rc("uscc", "统一社会信用代码", func(_ *county, k *carrier) any { return k.uscc }),
		rStart("认定日期"), rc("state", "状态", func(*county, *carrier) any { return "运行" }), rContact, rPhone, rNote},
	"relief": {rCounty, rTown, rName("项目名称"), rc("class", "项目类别", func(*county, *carrier) any { return "以工代赈专项投资项目" }), rForm("work", "建设内容"),
		rc("funds", "项目资金（元）", func(_ *county, k *carrier) any { return k.money }), rc("wages", "劳务报酬（元）", func(_ *county, k *carrier) any { return k.wages }),
		rStart("开工日期"), rContact, rPhone, rNote},
	"post": {rCounty, rName("岗位名称"), rForm("form", "岗位类型"), rc("hours", "用工形式", func(*county, *carrier) any { return "非全日制" }), rStart("设岗日期"), rContact, rPhone, rNote},
	"training": {rCounty, rName("班次名称"), rForm("trade", "培训工种"), rStart("开班日期"),
		rc("ended_on", "结业日期", func(_ *county, k *carrier) any { return date(k.ended) }), rContact, rPhone, rNote},
	"event": {rCounty, rName("活动名称"), rc("theme", "活动类型", func(_ *county, k *carrier) any { return k.theme }), rStart("举办日期"), rContact, rPhone, rNote},
	"project": {rCounty, rName("项目名称"), rc("brief", "项目简介", func(_ *county, k *carrier) any { return k.brief }),
		rc("people", "带动就业人数", func(_ *county, k *carrier) any { return k.people }), rc("poor", "带动脱贫人口就业人数", func(_ *county, k *carrier) any { return k.poor }),
		rc("marks", "项目所在地是否属于：①省乡村振兴重点帮扶县②易地搬迁安置区③黄河滩区居民迁建安置区", func(_ *county, k *carrier) any { return k.marks }), rStart("入单日期"), rContact, rPhone, rNote},
}

// memberColumns are those of the lists of people.
func memberColumns(register, from, to string, more ...rosterColumn) []rosterColumn {
	out := []rosterColumn{
		sc("county", "县（市、区）", func(s *stay) any { return s.c.name }),
		sc("register", register, func(s *stay) any { return s.k.name }),
		sc("person", "姓名", func(s *stay) any {
			if s.p != nil {
				return s.p.name
			}
			return s.name
		}),
		sc("id_number", "证件号码", func(s *stay) any {
			if s.p != nil {
				return s.p.id
			}
			return nil
		}),
		sc("category", "人员类别", (*stay).category),
		sc("started_on", from, func(s *stay) any { return date(s.from) }),
		sc("ended_on", to, func(s *stay) any { return date(s.to) }),
	}
	return append(append(out, more...),
		sc("people", "无名单人数", func(s *stay) any { return number(s.people) }),
		sc("poor", "无名单脱贫人口数", func(s *stay) any {
			if s.people > 0 {
				return s.poor
			}
			return nil
		}))
}

var (
	cRole = sc("role", "工种", func(s *stay) any { return s.role })
	cPay  = func(key, head string) rosterColumn {
		return sc(key, head, func(s *stay) any { return number(s.money) })
	}
)

var memberTables = []struct {
	kind    string
	title   string
	columns []rosterColumn
}{
	{"cooperative", "劳务合作社社员名册", memberColumns("合作社名称", "入社日期", "退社日期")},
	{"workshop", "就业帮扶车间务工人员名册", memberColumns("车间名称", "进入日期", "离开日期", cRole, cPay("wage", "月工资（元）"))},
	{"relief", "以工代赈项目务工人员名册", memberColumns("项目名称", "上工日期", "离场日期", cRole, cPay("paid", "已发劳务报酬（元）"))},
	{"post", "乡村公益性岗位在岗人员名册", memberColumns("岗位名称", "上岗日期", "离岗日期", cPay("pay", "补贴标准（元/月）"))},
	{"training", "职业技能培训学员名册", memberColumns("班次名称", "开班日期", "结业日期")},
}

var registerTitle = map[string]string{"alliance": "区域劳务协作联盟登记表", "brand": "特色劳务品牌登记表", "base": "乡村振兴劳务基地登记表", "cooperative": "农村劳务专业合作社登记表",
	"workshop": "就业帮扶车间登记表", "relief": "以工代赈项目登记表", "post": "乡村公益性岗位登记表", "training": "职业技能培训班次登记表", "event": "专场招聘活动登记表", "project": "脱贫人口就业帮扶项目登记表"}

// stays are the people of a county's registers of a kind.
func (c *county) stays(kind string) []*stay {
	var out []*stay
	add := func(k *carrier, p *person, from, to calendar.Month, role string, money int) {
		s := &stay{c: c, k: k, p: p, role: role, money: money, from: calendar.DateOf(from.Year(), from.Num(), 5)}
		s.from = max(s.from, k.started)
		if to != calendar.Open {
			s.to = max(calendar.DateOf(to.Year(), to.Num(), 20), s.from)
		}
		if !s.goesOn(out) {
			out = append(out, s)
		}
	}
	switch kind {
	case "workshop", "relief":
		channel := map[string]int{"workshop": fact.ChannelWorkshop, "relief": fact.ChannelRelief}[kind]
		c.w.eachSpell(c, channel, func(p *person, s *spell) {
			for _, k := range c.carriers[kind] {
				if k.name == s.employer && (s.end == calendar.Open || s.end.LastDay() > k.started) {
					money := s.wage
					if kind == "relief" {
						money *= 3
					}
					add(k, p, s.start, s.end, "普工", money)
				}
			}
		})
	case "post":
		c.w.eachSpell(c, fact.ChannelPost, func(p *person, s *spell) {
			k := c.carriers[kind][int(p.birth)%len(c.carriers[kind])]
			add(k, p, s.start, s.end, "", s.wage)
		})
	case "training":
		for _, k := range c.carriers[kind] {
			for _, p := range c.trainees(k, between(c.rng, 15, 40)) {
				s := &stay{c: c, k: k, p: p, from: k.started, to: k.ended}
				out = append(out, s)
			}
		}
	case "cooperative":
		for _, k := range c.carriers[kind] {
			for _, p := range c.trainees(k, between(c.rng, 8, 20)) {
				p.trained = false
				add(k, p, k.started.Month(), calendar.Open, "", 0)
			}
		}
	}
	for _, k := range c.carriers[kind] {
		for _, name := range k.outsiders {
			out = append(out, &stay{c: c, k: k, name: name, from: k.started})
		}
		if k.headcount > 0 {
			out = append(out, &stay{c: c, k: k, people: k.headcount, poor: k.headcountPoor, from: k.started})
		}
	}
	return out
}

// goesOn adds a further job in the same place to the stay that it goes on from,
// where there is one.
func (s *stay) goesOn(list []*stay) bool {
	for _, o := range list {
		if o.p == s.p && o.k == s.k && (o.to == 0 || o.to >= s.from) {
			if o.to = max(o.to, s.to); s.to == 0 {
				o.to = 0
			}
			return true
		}
	}
	return false
}

// writeCity makes the rosters, one workbook per kind for the whole region, and
// the targets.
func (w *world) writeCity() ([]File, error) {
	w.registers = map[string]map[string]int{}
	var out []File
	n := 20
	save := func(kind, title string, t *table) error {
		if len(t.rows) == 0 {
			return nil
		}
		n++
		w.tally(kind, t)
		f := File{Kind: "roster", Type: kind, Region: w.Region, Year: w.End.Year(), Rows: len(t.rows)}
		f.Path = fmt.Sprintf("%d-%s-%s.xlsx", n, w.Region, title)
		for i, r := range t.rows {
			for _, m := range r.marks {
				w.planted = append(w.planted, Planted{File: f.Path, Sheet: sheetTitle, Row: i + 4, Rule: m.rule, Column: m.column, Saved: !m.refused, Region: w.Region})
			}
		}
		out = append(out, f)
		return writeXLSX(w.path(f.Path), t, t.headRows(dirt{}), dirt{})
	}
	for _, kind := range kinds {
		t := &table{id: kind, title: registerTitle[kind], lead: 2}
		for _, c := range registerColumns[kind] {
			t.columns = append(t.columns, column{key: c.key, head: c.head})
		}
		for _, c := range w.keepers() {
			for _, k := range c.carriers[kind] {
				r := row{}
				for _, col := range registerColumns[kind] {
					r.cells = append(r.cells, col.record(c, k))
				}
				t.rows = append(t.rows, r)
			}
		}
		w.plantRegister(kind, t)
		if err := save(kind, registerTitle[kind], t); err != nil {
			return nil, err
		}
	}
	for _, m := range memberTables {
		t := &table{id: m.kind + "_members", title: m.title, lead: 2}
		for _, c := range m.columns {
			t.columns = append(t.columns, column{key: c.key, head: c.head})
		}
		for _, c := range w.counties {
			for _, s := range c.stays(m.kind) {
				r := row{}
				for _, col := range m.columns {
					r.cells = append(r.cells, col.member(s))
				}
				if s.name != "" { // somebody known by a name alone
					r.marks = append(r.marks, mark{table: t.id, rule: "register.no_id", column: "id_number"})
				}
				t.rows = append(t.rows, r)
			}
		}
		w.plantMembers(m.kind, t)
		if err := save(t.id, m.title, t); err != nil {
			return nil, err
		}
	}
	targets, err := w.writeTargets(n + 1)
	return append(out, targets), err
}

// tally counts the good rows of a roster by county, for the truth.
func (w *world) tally(kind string, t *table) {
	at := slices.IndexFunc(t.columns, func(c column) bool { return c.key == "county" })
	by := map[string]int{}
	for _, r := range t.rows {
		refused := slices.ContainsFunc(r.marks, func(m mark) bool { return m.refused })
		if name, ok := r.cells[at].(string); ok && !refused {
			by[name]++
		}
	}
	w.registers[kind] = by
}
