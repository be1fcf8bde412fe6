package sample

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/region"
)

// settledShare of the region's people live in settlements.
const settledShare = 0.015

const (
	formMoved = "易地搬迁安置区"
	formRiver = "黄河滩区居民迁建安置区"
)

// siteOf are the settlements of a county of 聊城: the Yellow River runs past 东阿县
// and 阳谷县. Two towns of 莘县 have one of the same name.
var siteOf = map[region.Code][]site{
	371524000000: {{"示例清河湾", formRiver}},
	371521000000: {{"示例新堤", formRiver}},
	371522000000: {{"示例幸福家园", formMoved}, {"示例幸福家园", formMoved}},
}

type site struct{ name, form string }

// sites are the county's settlements; outside 聊城 the first two counties have
// some.
func (c *county) sites() []site {
	switch {
	case c.w.Region == liaocheng:
		return siteOf[c.code]
	case c.n == 0:
		return siteOf[371522000000]
	case c.n == 1:
		return siteOf[371524000000]
	}
	return nil
}

// settle founds the settlements and moves whole households into them. It draws
// from its own source, so that the rest of the sample does not depend on it.
func (w *world) settle() {
	sites := 0
	for _, c := range w.counties {
		sites += len(c.sites())
	}
	if sites == 0 {
		return
	}
	room := max(4, int(settledShare*float64(w.People))/sites)
	for _, c := range w.counties {
		r := rand.New(rand.NewPCG(w.Seed^0x5e771e, uint64(c.code)))
		for _, s := range c.sites() {
			k := c.newSettlement(r, s)
			if k == nil {
				continue
			}
			c.settled = append(c.settled, k)
			c.moveIn(r, k, room)
		}
		c.plantSettled()
	}
}

// newSettlement stands in a town that has no other.
func (c *county) newSettlement(r *rand.Rand, s site) *carrier {
	for range 100 {
		at := c.villages[r.IntN(len(c.villages))]
		taken := false
		for _, k := range c.settled {
			taken = taken || k.place.town == at.town
		}
		if taken {
			continue
		}
		y := c.w.End.Year() - between(r, 3, 6)
		return &carrier{name: s.name + "安置区", form: s.form, place: at, started: calendar.DateOf(y, between(r, 5, 11), between(r, 1, 28)),
			contact: c.w.names.name(r, 1, 1+r.IntN(2), 1980, c.w.names.surname(r))}
	}
	return nil // a county of one town
}

// moveIn takes neighbouring households of 脱贫人口, whole.
func (c *county) moveIn(r *rand.Rand, k *carrier, room int) {
	from := r.IntN(len(c.homes))
	for i := range c.homes {
		h := c.homes[(from+i)%len(c.homes)]
		if k.poor >= room {
			break
		}
		if h.clean() && h.settled == nil {
			h.settled = k
			k.poor += len(h.members)
		}
	}
	// Others live there too.
	k.households = 20 + k.poor*between(r, 3, 6)/2
	k.people = k.households * between(r, 28, 33) / 10
}

// clean: 脱贫人口 with nothing planted in any row.
func (h *household) clean() bool {
	for _, p := range h.members {
		if p.planted {
			return false
		}
	}
	return !h.other && len(h.members) > 0
}

// plantSettled adds rows of people whose settlement cannot be found: one that
// another county has, and one that two towns of the county have.
func (c *county) plantSettled() {
	if len(c.settled) == 0 || c.target < plantRoom {
		return
	}
	wrong := func(rule, name string) {
		for _, h := range c.homes {
			if !h.clean() || h.settled != nil || len(h.members) != 1 || h.members[0].marked {
				continue
			}
			p := h.members[0]
			p.marked = true
			g := &person{home: &household{place: h.place, settled: &carrier{name: name}}}
			g.as(p)
			g.refusedBy(tSettled, rule, "settlement")
			c.ghosts[tSettled] = append(c.ghosts[tSettled], ghost{p: g})
			return
		}
	}
	wrong("settlement.unknown", "示例邻县安置区")
	if len(c.settled) > 1 && c.settled[0].name == c.settled[1].name {
		wrong("settlement.ambiguous", c.settled[0].name)
	}
}

// settlementName is the name as the county's list writes it: with the town
// where the county has two of the name.
func (c *county) settlementName(k *carrier) string {
	for _, o := range c.settled {
		if o != k && o.name == k.name && k.place.town != "" {
			return k.place.town + k.name
		}
	}
	return k.name
}

// settledTable is the county's own list of who lives in its settlements.
func (c *county) settledTable() *table {
	columns := append(c.where("村"), who()[0], who()[2], idColumn(),
		col("settlement", "安置区", "人员", func(p *person) any { return c.settlementName(p.home.settled) }), fixed("备注", "人员", ""))
	return c.simple(tSettled, "易地搬迁（滩区迁建）安置区脱贫人口名单", 2, columns, func(p *person) bool { return p.home.settled != nil })
}

var settlementColumns = []rosterColumn{rCounty, rTown, rVillage, rName("安置区名称"), rForm("form", "安置区类型"),
	rc("households", "搬迁户数", func(_ *county, k *carrier) any { return k.households }), rc("people", "搬迁人口数", func(_ *county, k *carrier) any { return k.people }),
	rc("poor", "脱贫人口数", func(_ *county, k *carrier) any { return k.poor }), rStart("入住日期"),
	rc("facility", "有无综合服务设施", func(c *county, k *carrier) any { return [...]string{"是", "否"}[c.nth(k)%2] }),
	rc("window", "是否设就业服务窗口", func(c *county, k *carrier) any { return [...]string{"是", "否"}[c.nth(k)%2] }), rContact, rPhone, rNote}

// nth is the settlement's place among those of its county: every second one
// has neither a service building nor a window, a gap to be found.
func (c *county) nth(k *carrier) int { return slices.Index(c.settled, k) }

// writeSettlements makes the register of settlements, which the people's files
// refer to.
func (w *world) writeSettlements() ([]File, error) {
	t := &table{id: "settlement", title: "易地搬迁（滩区迁建）安置区登记表", lead: 2}
	for _, c := range settlementColumns {
		t.columns = append(t.columns, column{key: c.key, head: c.head})
	}
	for _, c := range w.counties {
		for _, k := range c.settled {
			r := row{}
			for _, col := range settlementColumns {
				r.cells = append(r.cells, col.record(c, k))
			}
			t.rows = append(t.rows, r)
		}
	}
	if len(t.rows) == 0 {
		return nil, nil
	}
	f := File{Path: fmt.Sprintf("0-%s-安置区登记表.xlsx", w.Region), Kind: "roster", Type: "settlement", Region: w.Region, Year: w.End.Year(), Rows: len(t.rows)}
	return []File{f}, writeXLSX(w.path(f.Path), t, t.headRows(dirt{}), dirt{})
}
