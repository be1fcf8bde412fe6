package sample

import (
	"cmp"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/fact"
)

// person is one invented person as the files will tell of them.
type person struct {
	home                                         *household
	name, surname                                string
	sex, ethnic, relation                        int
	birth                                        calendar.Date
	education, student, health, skill, political int
	allowance, ward                              int // YesNo
	disability, grade                            int
	area                                         string // of the id, "000000" where empty
	id, code, phone                              string
	surveyed                                     bool // is in the survey of will and status
	willing, status                              int
	spells                                       []*spell
	casual                                       bool // works from job to job
	plan                                         *plan
	trained                                      bool    // in a class of the year
	marked                                       bool    // has a wrong row in the list of settlements
	same                                         *person // of a ghost: whose number its row has
	edits
}

// edits are what a row says instead of the truth, and the rules that it breaks
// in each kind of file.
type edits struct {
	planted bool
	cells   map[string]any // by column key; a func(*person) any is called when the row is written
	marks   []mark
}

// mark is a rule that a row of a table breaks.
type mark struct {
	table, rule, column string
	later               bool // only a check of the whole ledger can see it
	refused             bool // the row is not saved
}

func (e *edits) set(key string, v any) {
	if e.cells == nil {
		e.cells = map[string]any{}
	}
	e.cells[key] = v
}

// household is one 户.
type household struct {
	place     place
	code      string
	phone     string
	other     bool // 一般农户: only in the file of monitored households
	class     int  // monitored class, 0 for none
	risk      int
	riskOn    calendar.Date
	removedOn calendar.Date
	settled   *carrier // settlement, nil for none
	members   []*person
	aid       map[string]any // what the monitored list says otherwise, by column key
}

type plan struct {
	place   *workplace
	service string
}

func (p *person) age(on calendar.Date) int { return p.birth.AgeOn(on) }

func (p *person) able() bool { return p.skill >= fact.SkillOrdinary && p.skill <= fact.SkillWeak }

// populate fills the county with households up to its number of people. One
// village in ten has nobody; sizes differ as they do.
func (c *county) populate() {
	r := c.rng
	weights := make([]float64, len(c.villages))
	sum := 0.0
	for i := range weights {
		if chance(r, 0.1) {
			continue
		}
		x := r.Float64()
		weights[i] = 0.2 + x*x*3
		sum += weights[i]
	}
	ordinary, made := c.target-c.people(), 0
	for i, v := range c.villages {
		want := int(float64(ordinary)*weights[i]/sum + r.Float64())
		for n := 0; n < want && made < ordinary; {
			h := c.household(v, min(ordinary-made, 6))
			n += len(h.members)
			made += len(h.members)
		}
	}
	for made < ordinary {
		made += len(c.household(c.villages[r.IntN(len(c.villages))], min(ordinary-made, 6)).members)
	}
	slices.SortStableFunc(c.homes, func(a, b *household) int { return cmp.Compare(a.place.code, b.place.code) })
}

func (c *county) people() int {
	n := 0
	for _, h := range c.homes {
		n += len(h.members)
	}
	return n
}

// household makes one household of at most room people in a village.
func (c *county) household(v place, room int) *household {
	r := c.rng
	h := &household{place: v}
	c.homes = append(c.homes, h)
	size := min(room, 1+pick(r, 0.24, 0.29, 0.2, 0.16, 0.075, 0.035))
	ethnic := 1
	switch {
	case chance(r, 0.03):
		ethnic = 3
	case chance(r, 0.004):
		ethnic = []int{2, 11, 15, 6}[r.IntN(4)]
	}
	switch {
	case size == 1 && chance(r, 0.75), size == 2 && chance(r, 0.55):
		c.old(h, ethnic, size)
	default:
		c.family(h, ethnic, size)
	}
	c.risks(h)
	for _, p := range h.members {
		c.attributes(p)
	}
	for _, p := range h.members {
		c.career(p)
	}
	return h
}

func (c *county) add(h *household, relation, sex, ethnic, age int, surname string) *person {
	r := c.rng
	year := int(c.w.today)/10000 - age
	birth := calendar.DateOf(year, between(r, 1, 12), between(r, 1, 28))
	if birth.AgeOn(c.w.today) < age && age > 0 {
		birth = calendar.DateOf(year-1, int(birth)/100%100, int(birth)%100)
	}
	if birth > c.w.today {
		birth = calendar.DateOf(year-1, 12, between(r, 1, 28))
	}
	if surname == "" && ethnic != 4 && ethnic != 5 {
		surname = c.w.names.surname(r)
		if ethnic == 3 {
			surname = hui[r.IntN(len(hui))]
		}
	}
	p := &person{home: h, relation: relation, sex: sex, ethnic: ethnic, birth: birth, surname: surname}
	p.name = c.w.names.name(r, ethnic, sex, int(birth)/10000, surname)
	h.members = append(h.members, p)
	return p
}

func (c *county) old(h *household, ethnic, size int) {
	r := c.rng
	sex := fact.Male
	if size == 1 && chance(r, 0.4) {
		sex = fact.Female
	}
	surname := c.w.names.surname(r)
	if ethnic == 3 {
		surname = ""
	}
	age := between(r, 60, 86)
	c.add(h, 1, sex, ethnic, age, surname)
	if size > 1 {
		c.add(h, 2, 3-sex, c.spouseEthnic(ethnic), max(55, age-between(r, -2, 5)), "")
	}
}

func (c *county) spouseEthnic(e int) int {
	if chance(c.rng, 0.006) {
		return []int{5, 4, 6, 15, 8, 12, 7}[c.rng.IntN(7)] // married in from the south-west and the north-west
	}
	return e
}

// family is a couple or a single parent with children and parents.
func (c *county) family(h *household, ethnic, size int) {
	r := c.rng
	surname := c.w.names.surname(r)
	if ethnic == 3 {
		surname = hui[r.IntN(len(hui))]
	}
	age := between(r, 26, 62)
	sex := fact.Male
	if chance(r, 0.12) {
		sex = fact.Female
	}
	c.add(h, 1, sex, ethnic, age, surname)
	left := size - 1
	var spouse *person
	if left > 0 && chance(r, 0.82) {
		spouse = c.add(h, 2, 3-sex, c.spouseEthnic(ethnic), max(22, age-between(r, -2, 5)), "")
		left--
	}
	if left > 0 && age < 60 && chance(r, 0.35) {
		parent := 11 + pick(r, 0.4, 0.6) // 之父 or 之母
		if sex == fact.Female {
			parent += 4 // a woman's parents-in-law are 公公 and 婆婆
		}
		psex := fact.Male
		if parent%2 == 0 {
			psex = fact.Female
		}
		s := surname
		if psex == fact.Female || sex == fact.Female {
			s = ""
		}
		c.add(h, parent, psex, ethnic, min(92, age+between(r, 21, 30)), s)
		left--
	}
	young := age
	if spouse != nil {
		young = min(age, spouse.age(c.w.today))
	}
	childSurname := surname
	if sex == fact.Female && spouse != nil && spouse.surname != "" {
		childSurname = spouse.surname // here the spouse is the father
	}
	for i := 0; i < left; i++ {
		ca := young - between(r, 21, 30) - 2*i
		if ca < 0 {
			ca = r.IntN(3)
		}
		csex := 1 + pick(r, 0.52, 0.48)
		c.add(h, 2+csex, csex, ethnic, ca, childSurname)
	}
}
