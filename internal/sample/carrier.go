package sample

import (
	"fmt"
	"math/rand/v2"

	"wengang/internal/calendar"
	"wengang/internal/idcard"
)

// carrier is a register: a workshop, a project, a class, …
type carrier struct {
	name           string
	form           string
	level          string
	place          place // village where it stands; none for the county's own
	started, ended calendar.Date
	theme, brief   string
	marks          string
	money, wages   int // yuan
	contact, phone string
	uscc           string
	outsiders      []string // names of people who are not in the ledger
	headcount      int      // 无名单
	headcountPoor  int
	people, poor   int // stated
	households     int // of a settlement
}

// carrierCount is how many of each kind a county has.
var carrierCount = map[string][2]int{
	"alliance": {1, 2}, "brand": {1, 3}, "base": {1, 3}, "cooperative": {2, 4}, "workshop": {3, 7}, "relief": {2, 4},
	"post": {5, 7}, "training": {3, 6}, "event": {3, 7}, "project": {2, 4},
}

// kinds of registers in the order in which they are made and written.
var kinds = []string{"alliance", "brand", "base", "cooperative", "workshop", "relief", "post", "training", "event", "project"}

// found makes the county's registers, before the people who work there.
func (c *county) found() {
	for _, kind := range kinds {
		n := between(c.rng, carrierCount[kind][0], carrierCount[kind][1])
		for i := range n {
			c.carriers[kind] = append(c.carriers[kind], c.newCarrier(kind, i))
		}
	}
}

func (c *county) carrier(kind string, r *rand.Rand) *carrier {
	all := c.carriers[kind]
	return all[r.IntN(len(all))]
}

func (c *county) newCarrier(kind string, i int) *carrier {
	r := c.rng
	year := c.w.End.Year()
	k := &carrier{place: c.villages[r.IntN(len(c.villages))], contact: c.w.names.name(r, 1, 1+r.IntN(2), 1980, c.w.names.surname(r))}
	k.started = calendar.DateOf(year-pick(r, 0.45, 0.3, 0.25), between(r, 1, 10), between(r, 1, 28))
	short := shortTown(k.place.town)
	word := firmWord[(i*7+c.n*3)%len(firmWord)]
	switch kind {
	case "alliance":
		partner := c.w.away.pick(r, 2+pick(r, 0.4, 0.6), c.code)
		k.name = c.name + "—" + partner.county + "劳务协作联盟"
		k.form = "市际"
		if partner.province != c.self.province {
			k.form = "省际"
		}
		k.level = "县级"
	case "brand":
		k.name = c.name + []string{"家政嫂", "建筑工匠", "古胶工匠", "面点师傅", "月嫂", "园艺工"}[(i+c.n)%6]
		k.form, k.level = []string{"居民服务业", "建筑业", "制造业", "住宿和餐饮业", "居民服务业", "农、林、牧、渔业"}[(i+c.n)%6], []string{"县级", "市级", "省级"}[pick(r, 0.6, 0.3, 0.1)]
	case "base":
		k.name, k.level = c.name+word+"乡村振兴劳务基地", []string{"县级", "市级"}[pick(r, 0.7, 0.3)]
	case "cooperative":
		k.name, k.uscc = c.name+short+word+"劳务专业合作社", uscc(c.n*100+i)
	case "workshop":
		k.name, k.uscc = short+word+"就业帮扶车间", uscc(c.n*100+20+i)
		k.form = []string{"厂房式", "居家式", "种养式", "其他"}[pick(r, 0.65, 0.15, 0.15, 0.05)]
		if chance(r, 0.25) {
			k.headcount = between(r, 6, 30)
			k.headcountPoor = between(r, 1, k.headcount/2)
		}
	case "relief":
		k.name = short + []string{"村庄道路硬化", "农田水利提升", "人居环境整治", "乡村绿化"}[(i+c.n)%4] + "以工代赈项目"
		k.form = []string{"村庄道路", "农田水利", "人居环境整治", "乡村绿化"}[(i+c.n)%4]
		k.started = calendar.DateOf(year, between(r, 3, 8), between(r, 1, 28))
		k.money = 500_000 + 50_000*r.IntN(60)
		k.wages = k.money * between(r, 15, 40) / 100
		k.headcount, k.headcountPoor = between(r, 4, 18), between(r, 0, 3)
	case "post":
		k.form = postForms[pick(r, postShare...)]
		for c.hasCarrier("post", c.name+k.form+"岗位") {
			k.form = postForms[r.IntN(len(postForms))]
		}
		k.name = c.name + k.form + "岗位"
	case "training":
		k.form = []string{"家政服务员", "电工", "焊工", "育婴员", "养老护理员", "中式面点师", "电子商务"}[(i+c.n)%7]
		k.name = fmt.Sprintf("%s%d年%s培训第%d期", c.name, year, k.form, i+1)
		k.started = calendar.DateOf(year, between(r, 2, 10), between(r, 1, 25))
		k.ended = calendar.DateAt(k.started.Time().AddDate(0, 0, between(r, 7, 20)))
	case "event":
		k.theme = []string{"春风行动", "一般招聘会", "就业援助月", "乐业搬迁（迁建）"}[pick(r, 0.35, 0.35, 0.15, 0.15)]
		if i == 0 {
			k.theme = "乐业搬迁（迁建）" // every county holds one
		}
		month := []int{2, between(r, 3, 11), 1, between(r, 4, 10)}[map[string]int{"春风行动": 0, "一般招聘会": 1, "就业援助月": 2, "乐业搬迁（迁建）": 3}[k.theme]]
		k.started = calendar.DateOf(year, month, between(r, 1, 28))
		k.name = fmt.Sprintf("%s%d年%s专场招聘会第%d场", c.name, year, k.theme, i+1)
	case "project":
		k.name = short + []string{"食用菌大棚", "服装加工", "光伏管护", "蔬菜育苗", "藤编加工"}[(i+c.n)%5] + "就业帮扶项目"
		k.brief = "依托" + short + "现有场地，优先招用脱贫人口，按月计酬"
		k.people = between(r, 12, 80)
		k.poor = between(r, 4, k.people/2)
		k.marks = []string{"", "①", "③", "①③"}[pick(r, 0.6, 0.2, 0.1, 0.1)]
		k.started = calendar.DateOf(year, between(r, 1, 10), 1)
	}
	for n := pick(r, 0.3, 0.3, 0.2, 0.2); n > 0 && (kind == "workshop" || kind == "cooperative" || kind == "relief"); n-- {
		k.outsiders = append(k.outsiders, c.w.names.name(r, 1, 1+r.IntN(2), 1975, c.w.names.surname(r)))
	}
	for c.hasCarrier(kind, k.name) {
		k.name += "二部"
	}
	return k
}

func (c *county) hasCarrier(kind, name string) bool {
	for _, k := range c.carriers[kind] {
		if k.name == name {
			return true
		}
	}
	return false
}

func shortTown(s string) string {
	for _, e := range []string{"街道", "镇", "乡"} {
		if n := len(s) - len(e); n > len("一") && s[n:] == e {
			return s[:n]
		}
	}
	return s
}

// Public posts by the national bulletin of 2020-09-30 (万人).
var (
	postForms = []string{"护林员", "护路员", "保洁员", "护水员", "护理员", "村务管理员", "其他"}
	postShare = []float64{127.86, 31.45, 150.58, 18.11, 6.27, 34.64, 125.95}
)

// uscc is a credit code with the area 000000 and a right check character.
func uscc(n int) string {
	body := fmt.Sprintf("93000000MA%07d", n)
	for _, ch := range "0123456789ABCDEFGHJKLMNPQRTUWXY" {
		if _, bad := idcard.ParseUSCC(body + string(ch)); bad == idcard.OK {
			return body + string(ch)
		}
	}
	return ""
}

// trainees are people who were trained in a class: able, of working age, and
// not in two classes at once.
func (c *county) trainees(k *carrier, n int) []*person {
	var out []*person
	for tries := 0; len(out) < n && tries < 20*n; tries++ {
		h := c.homes[c.rng.IntN(len(c.homes))]
		p := h.members[c.rng.IntN(len(h.members))]
		if h.other || p.planted || !p.able() || p.age(k.started) < 17 || p.age(k.started) > 58 || p.trained {
			continue
		}
		p.trained = true
		out = append(out, p)
	}
	return out
}

// inYear reports a spell that touched the year of End up to End.
func (w *world) inYear(s *spell) bool {
	return !s.refused && s.start <= w.End && s.end >= w.End.January()
}

func (w *world) eachSpell(c *county, channel int, f func(p *person, s *spell)) {
	for _, h := range c.homes {
		for _, p := range h.members {
			for _, s := range p.spells {
				if s.channel == channel && w.inYear(s) && s.at == c.self && !s.planted && !p.planted {
					f(p, s)
				}
			}
		}
	}
}
