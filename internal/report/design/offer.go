package design

import (
	"slices"
	"sort"
	"strings"
	"sync"

	"wengang/internal/fact"
	"wengang/internal/indicator"
	"wengang/internal/pinyin"
	"wengang/internal/report"
	"wengang/internal/text"
)

// Offer is something that a cell can be bound to.
type Offer struct {
	ID   string // working; workshop.poor
	Bind Bind
	Name string // in Chinese, as pages write it
	Note string // calibre line
	also []string
	sign string // initials of the name, for typing
}

// synonyms are headings of blanks that offices send for the same figure.
var synonyms = map[string][]string{
	"registered":               {"脱贫人口数", "脱贫人口总数", "脱贫劳动力总数", "建档立卡人口数", "脱贫人口及监测对象人数", "脱贫人口（含监测帮扶对象）"},
	"able_willing":             {"有就业意愿人数", "有劳动能力且有就业意愿人数", "有就业愿望人数"},
	"jobless":                  {"未就业人数", "尚未就业人数", "未务工人数"},
	"monitored":                {"监测对象人数", "防止返贫监测对象人数", "防返贫监测对象", "三类监测对象"},
	"monitored_jobless":        {"监测对象未就业人数"},
	"monitored_working":        {"监测对象务工人数", "监测对象就业人数", "监测对象务工就业人数"},
	"monitored_worked_year":    {"监测对象累计务工人数"},
	"working":                  {"脱贫人口务工人数", "务工就业人数", "脱贫劳动力务工人数", "务工人数", "就业人数", "外出务工就业人数", "在岗人数", "务工就业规模", "脱贫人口就业人数", "目前务工人数"},
	"worked_year":              {"累计务工人数", "当年务工就业人数", "年度累计务工就业人数", "务工就业累计人数", "本年累计务工就业人数"},
	"working_inside":           {"县内务工人数", "县域内就业人数", "本县务工", "县内就业人数"},
	"working_outside_county":   {"省内县外务工人数", "县外省内就业人数", "省内务工人数"},
	"working_outside_province": {"省外务工人数", "省外就业人数", "跨省务工人数"},
	"working_abroad":           {"境外务工人数", "港澳台及境外就业人数"},
	"year_inside":              {"累计县内务工人数"}, "year_outside_county": {"累计省内县外务工人数"}, "year_outside_province": {"累计省外务工人数", "累计跨省务工"},
	"channel_organised": {"有组织输出人数", "组织劳务输出人数", "有组织劳务输出人数"}, "channel_self": {"自主外出务工人数", "自发外出人数"},
	"channel_workshop": {"帮扶车间就业渠道人数"}, "working_workshop": {"帮扶车间就业人数", "帮扶车间吸纳脱贫人口就业人数", "车间就业人数"},
	"working_post": {"公益性岗位就业人数", "公益性岗位安置人数", "公益岗位在岗人数", "公益岗安置人数", "乡村公益性岗位安置人数"},
	"stable":       {"稳定就业人数", "稳定务工人数"}, "stable_share": {"稳定就业率"},
	"income_mean": {"人均月收入", "人均月工资", "月平均工资", "务工人均月收入", "人均工资性收入"}, "income_total": {"务工收入总额", "务工总收入"},
	"employment_rate": {"就业率", "务工就业率"}, "confirmed_share": {"核实率"},
	"new_work": {"新增务工人数", "新增就业人数", "本月新增就业"}, "left_work": {"离岗人数", "停工返乡人数"}, "lost_work": {"失业人数", "返乡未就业人数", "失去工作人数"},
	"settled": {"易地搬迁脱贫人口数", "易地扶贫搬迁安置区脱贫人口"}, "settled_working": {"易地搬迁脱贫人口务工人数", "搬迁群众就业人数", "安置区脱贫人口就业人数"},
	"settled_worked_year": {"安置区累计务工人数"}, "entered": {"新纳入人数", "新识别人数"}, "absorbed": {"吸纳脱贫人口就业人数", "吸纳就业人数"},
	"absorbed_midwest": {"吸纳中西部脱贫人口人数", "吸纳中西部地区脱贫劳动力"},
}

// kinds of registers with the headings of what is counted of them.
var registers = []struct {
	kind, name, unit string
	basis            report.Basis
	also             []string
}{
	{"alliance", "劳务协作联盟", "个", report.Lasting, nil}, {"brand", "特色劳务品牌", "个", report.Lasting, []string{"劳务品牌"}},
	{"base", "乡村振兴劳务基地", "个", report.Lasting, []string{"劳务基地"}}, {"cooperative", "劳务合作社", "个", report.Lasting, nil},
	{"workshop", "就业帮扶车间", "个", report.Lasting, []string{"帮扶车间", "扶贫车间"}}, {"relief", "以工代赈项目", "个", report.Lasting, []string{"以工代赈"}},
	{"post", "乡村公益性岗位", "个", report.Lasting, []string{"公益性岗位", "公益岗"}}, {"training", "职业技能培训", "期", report.Begun, []string{"技能培训", "就业培训", "开展培训"}},
	{"event", "招聘活动", "场次", report.Begun, []string{"专场招聘", "招聘会", "举办招聘活动"}}, {"project", "就业帮扶项目", "个", report.Lasting, []string{"带动就业项目"}},
	{"settlement", "易地搬迁安置区", "个", report.Lasting, []string{"安置区", "安置点"}},
}

// Offers lists everything that can be counted into a cell.
var Offers = sync.OnceValue(func() []Offer {
	var out []Offer
	for _, d := range indicator.All() {
		o := Offer{ID: d.ID, Name: text.T(text.ZH, d.Key()), Note: text.T(text.ZH, d.How()), also: synonyms[d.ID], Bind: Bind{Kind: Figure, Figure: d.ID, Unit: "人", Stock: d.Family != indicator.Year}}
		switch d.Unit {
		case indicator.Fen:
			o.Bind.Unit, o.Bind.Divide = "元", 100
		case indicator.Rate:
			o.Bind.Unit, o.Bind.Divide, o.Bind.Decimals = "%", 100, 2
		}
		out = append(out, o)
	}
	for _, r := range registers {
		names := append([]string{r.name}, r.also...)
		add := func(id string, what report.What, unit string, tails ...string) {
			o := Offer{ID: r.kind + "." + id, Name: r.name + "：" + tails[0], Note: text.T(text.ZH, "design.register."+id), Bind: Bind{Kind: Register, Register: r.kind, What: what, Basis: r.basis, Unit: unit}}
			for _, n := range names {
				for _, t := range tails {
					o.also = append(o.also, n+t)
				}
			}
			out = append(out, o)
		}
		add("bodies", report.Bodies, r.unit, "个数", "数量", "数", "（个）", "场次", "期数")
		if r.kind != "alliance" && r.kind != "event" && r.kind != "settlement" {
			add("people", report.People, "人", "人数", "吸纳就业人数", "吸纳人数", "带动就业人数", "安置人数", "参加人数")
			add("poor", report.PoorPeople, "人", "脱贫人口人数", "吸纳脱贫人口数", "吸纳脱贫人口就业人数", "其中脱贫人口", "带动脱贫人口就业人数", "安置脱贫人口数")
		}
	}
	for i := range out {
		out[i].sign = signs(out[i].Name)
	}
	return out
})

func signs(name string) string {
	var b strings.Builder
	for _, s := range pinyin.Syllables(strings.Map(func(r rune) rune {
		if strings.ContainsRune("：（）、 ", r) {
			return -1
		}
		return r
	}, name)) {
		b.WriteByte(s[0])
	}
	return b.String()
}

// OfferOf finds what a binding counts, nil for other kinds.
func OfferOf(b *Bind) *Offer {
	for i, o := range Offers() {
		if o.Bind.Kind == b.Kind && o.Bind.Figure == b.Figure && o.Bind.Register == b.Register && o.Bind.What == b.What && (b.Kind == Figure || b.Kind == Register) {
			return &Offers()[i]
		}
	}
	return nil
}

// OfferByID finds an offer, nil for none.
func OfferByID(id string) *Offer {
	for i, o := range Offers() {
		if o.ID == id {
			return &Offers()[i]
		}
	}
	return nil
}

// Find lists offers by name, synonym or initials, the likeliest first.
func Find(words string, limit int) []Offer {
	type found struct {
		o Offer
		n float64
	}
	var all []found
	q, low := fold(words), strings.ToLower(strings.TrimSpace(words))
	for _, o := range Offers() {
		n := likeness(q, &o)
		if low != "" && strings.Contains(o.sign, low) {
			n = max(n, 0.9)
		}
		if q != "" && (strings.Contains(fold(o.Name), q) || slices.ContainsFunc(o.also, func(s string) bool { return strings.Contains(fold(s), q) })) {
			n = max(n, 0.8)
		}
		if n > 0.3 || q == "" {
			all = append(all, found{o, n})
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].n > all[j].n })
	var out []Offer
	for i, f := range all {
		if i == limit {
			break
		}
		out = append(out, f.o)
	}
	return out
}

func likeness(heading string, o *Offer) float64 {
	best := alike(heading, fold(o.Name))
	for _, s := range o.also {
		best = max(best, alike(heading, fold(s)))
	}
	return best
}

// alike compares two texts by their pairs of characters, 0 to 1.
func alike(a, b string) float64 {
	if a == b && a != "" {
		return 1
	}
	x, y := pairs(a), pairs(b)
	if len(x) == 0 || len(y) == 0 {
		return 0
	}
	n := 0
	for p, k := range x {
		n += min(k, y[p])
	}
	size := func(m map[[2]rune]int) (s int) {
		for _, k := range m {
			s += k
		}
		return s
	}
	return 2 * float64(n) / float64(size(x)+size(y))
}

func pairs(s string) map[[2]rune]int {
	out := map[[2]rune]int{}
	rs := []rune(s)
	for i := 0; i+1 < len(rs); i++ {
		out[[2]rune{rs[i], rs[i+1]}]++
	}
	return out
}

// Filter is a dimension by which an indicator may be narrowed, with its words.
type Filter struct {
	Dim   string
	Words []fact.Word
}

// Filters are the dimensions with fixed words.
var Filters = []Filter{
	{"sex", fact.Sex.Words}, {"kind", fact.Kind.Words}, {"education", fact.Education.Words}, {"skill", fact.Skill.Words},
	{"channel", fact.Channel.Words}, {"place_class", fact.PlaceClass.Words}, {"industry", fact.Industry.Words},
}

// sure is from which likeness a heading is bound without being asked.
const sure = 0.62

// aside are words of a heading that the figure's name does not hold.
var aside = strings.NewReplacer("其中", "", "女性", "", "女", "")

// guess makes a binding of a heading path: the figure, its unit, the months,
// 其中女性.
func guess(path []string) (Bind, bool) {
	b, rest := modifiers(path)
	if b.Kind != "" {
		return b, true
	}
	women := false
	if s := strings.Join(rest, ""); strings.Contains(s, "女") {
		women = true
	}
	var best *Offer
	var n float64
	// The lowest heading alone and together with those above it; a heading above
	// alone only where these say nothing (其中：女性).
	for i := len(rest) - 1; i >= 0; i-- {
		tries := []string{strings.Join(rest[i:], "")}
		if n < sure {
			tries = append(tries, rest[i])
		}
		for _, h := range tries {
			h = fold(aside.Replace(h))
			for k := range Offers() {
				if x := likeness(h, &Offers()[k]); x > n {
					best, n = &Offers()[k], x
				}
			}
		}
	}
	if best == nil || n < sure {
		return Bind{}, false
	}
	out := best.Bind
	out.Months, out.Month, out.Guess = b.Months, b.Month, true
	if b.Divide > 0 && out.Unit == "人" {
		out.Divide, out.Decimals, out.Unit = b.Divide, b.Decimals, b.Unit
	}
	if women && out.Kind == Figure {
		out.Where = map[string][]int64{"sex": {fact.Female}}
	}
	return out, true
}
