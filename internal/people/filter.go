package people

import (
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
)

// Filter narrows a list. Its zero value is everybody of the scope who is
// registered there today.
type Filter struct {
	Name       string // name prefix, or pinyin initials where it is Latin letters
	Code       string // 人编号 or 户编号, exact
	IDNumber   string // exact, found by its blind index
	Phone      string // exact, found by its blind index
	Status     []int  // what rows show at the end of Month; Unverified for 待核实
	Kinds      []int
	Skill      []int
	PlaceClass []int // of the work at the end of Month
	Channel    []int // of the work at the end of Month
	AgeFrom    int   // full years today; 0 no bound
	AgeTo      int   // inclusive; 0 no bound
	Willing    int   // YesNo; 0 any
	Settlement int   // YesNo: lives in a relocation settlement; 0 any
	Change     Change
	Month      calendar.Month // of work and change; 0 is the current month
	List       FourList
	By         Calibre
	Out        bool // those who died or left, instead of those registered

	months int // how long a state stands unconfirmed, where Status is asked
}

// Calibre says which persons of a place are meant; the two are never added.
type Calibre uint8

// The calibres: who lives there (origin), who works there (absorbed), both
// for finding one person.
const (
	ByResidence Calibre = iota
	ByWorkplace
	ByEither
)

// Change is a movement between the month before and the month.
type Change string

// The changes, as known now (closed figures have lists of their own).
const (
	NewWork  Change = "new"  // working at this month's end, not at the last's
	LeftWork Change = "left" // working at the last month's end, not at this one's
	MovedIn  Change = "in"
	MovedOut Change = "out"
)

// FourList is one of the four lists of facts A026, regenerated from the record.
type FourList string

// The four lists: 底数, 就业意向, 就业需求, 培训需求; and 重点帮扶 (A028): those
// who are monitored because their work is unstable, the risk not removed.
const (
	ListBase     FourList = "base"
	ListIntent   FourList = "intent"
	ListService  FourList = "service"
	ListTraining FourList = "training"
	ListKey      FourList = "key"
)

// conditions renders the filter over person p, joined by AND.
func (s *Store) conditions(scope region.Scope, f Filter, a *db.Args) []string {
	month := f.Month
	if month == 0 {
		month = s.month()
	}
	var c []string
	switch f.By {
	case ByResidence:
		c = append(c, scope.Predicate("p.village", a.Add))
	case ByWorkplace:
		c = append(c, worksIn(scope, month, a))
	default:
		c = append(c, Visible(scope, month, a))
	}
	c = append(c, live("p"), "p.merged_into = 0")
	if f.Out {
		c = append(c, "p.out_on <> 0")
	} else if f.Change != MovedOut {
		c = append(c, "p.out_on = 0")
	}
	c = append(c, s.identity(f, a)...)
	c = append(c, standing(f, s.today(), a)...)
	if len(f.Status) > 0 {
		c = append(c, stateWhere(f.Status, month, f.months, a))
	}
	c = append(c, atWork(f, month, a)...)
	return append(c, fourList(f.List, s.today(), a)...)
}

// worksIn drives from the place index: everybody whose running spell lies in
// the scope. The set is computed once per statement.
func worksIn(scope region.Scope, month calendar.Month, a *db.Args) string {
	if scope = workScope(scope); scope.Empty() {
		return "(1 = 0)"
	}
	m := a.Add(int32(month))
	return `p.id IN (SELECT t.person_id FROM spell_term t
		JOIN spell w ON w.person_id = t.person_id AND w.id = t.spell_id
		WHERE ` + scope.Predicate("t.place", a.Add) + ` AND t.from_month <= ` + m + `
		AND w.start_month <= ` + m + ` AND w.end_month > ` + m + `
		AND NOT EXISTS (SELECT 1 FROM spell_term l WHERE l.person_id = t.person_id AND l.spell_id = t.spell_id
			AND l.from_month > t.from_month AND l.from_month <= ` + m + ` AND ` + live("l") + `)
		AND ` + live("w") + ` AND ` + live("t") + `)`
}

func (s *Store) identity(f Filter, a *db.Args) []string {
	var c []string
	switch {
	case f.Name == "":
	case isLatin(f.Name):
		c = append(c, latinCondition(strings.ToLower(f.Name), a))
	default:
		c = append(c, "(p.name >= "+a.Add(f.Name)+" AND p.name < "+a.Add(f.Name+"\U0010FFFF")+")")
	}
	if f.Code != "" {
		c = append(c, "(p.code = "+a.Add(f.Code)+" OR p.household_id IN (SELECT h.id FROM household h WHERE h.code = "+a.Add(f.Code)+"))")
	}
	if f.IDNumber != "" {
		c = append(c, "p.id_index = "+a.Add(s.idIndex(f.IDNumber)))
	}
	if f.Phone != "" {
		c = append(c, "p.phone_index = "+a.Add(s.phoneIndex(f.Phone)))
	}
	return c
}

func standing(f Filter, today calendar.Date, a *db.Args) []string {
	var c []string
	in := func(col string, codes []int) {
		if len(codes) > 0 {
			c = append(c, col+" IN "+db.List(a, codes))
		}
	}
	in("p.skill", f.Skill)
	if f.Willing != 0 {
		c = append(c, "p.willing = "+a.Add(f.Willing))
	}
	switch f.Settlement {
	case fact.Yes:
		c = append(c, "p.settlement <> 0")
	case fact.No:
		c = append(c, "p.settlement = 0")
	}
	// Age n is reached on the birthday: born on or before this day n years ago.
	if f.AgeFrom > 0 {
		c = append(c, "p.birth <= "+a.Add(int32(today)-int32(f.AgeFrom)*10000))
	}
	if f.AgeTo > 0 {
		c = append(c, "p.birth > "+a.Add(int32(today)-int32(f.AgeTo+1)*10000))
	}
	if len(f.Kinds) > 0 {
		c = append(c, kindOn(f.Kinds, today, a))
	}
	return c
}

func kindOn(kinds []int, d calendar.Date, a *db.Args) string {
	day := a.Add(int32(d))
	return `EXISTS (SELECT 1 FROM person_kind k WHERE k.person_id = p.id AND k.kind IN ` + db.List(a, kinds) + `
		AND k.since <= ` + day + ` AND k.until >= ` + day + ` AND ` + live("k") + `)`
}

func atWork(f Filter, month calendar.Month, a *db.Args) []string {
	var c []string
	if len(f.PlaceClass) > 0 {
		c = append(c, WorksWhere("t.place_class IN "+db.List(a, f.PlaceClass), month, a))
	}
	if len(f.Channel) > 0 {
		c = append(c, WorksWhere("t.channel IN "+db.List(a, f.Channel), month, a))
	}
	before := month.Add(-1)
	switch f.Change {
	case NewWork:
		c = append(c, worksAt(month, a), "NOT "+worksAt(before, a))
	case LeftWork:
		c = append(c, worksAt(before, a), "NOT "+worksAt(month, a))
	case MovedIn:
		c = append(c, "EXISTS (SELECT 1 FROM residence r WHERE r.person_id = p.id AND r.since = "+a.Add(int32(month))+" AND "+live("r")+")")
	case MovedOut:
		lo, hi := int32(month)*100, int32(month)*100+99
		c = append(c, "p.out_on >= "+a.Add(lo)+" AND p.out_on <= "+a.Add(hi))
	}
	return c
}

// fourList: the four lists serve 脱贫人口 and 监测对象 (A022); intentions and
// needs are asked of those with labour ability and will (A023).
func fourList(l FourList, today calendar.Date, a *db.Args) []string {
	if l == "" {
		return nil
	}
	c := []string{kindOn([]int{fact.KindPoor, fact.KindUnstable, fact.KindEdge, fact.KindSudden}, today, a)}
	need := func(cond string) string {
		return "EXISTS (SELECT 1 FROM need n WHERE n.person_id = p.id AND (" + cond + ") AND " + live("n") + ")"
	}
	able := "p.skill IN (1, 2, 3)"
	switch l {
	case ListIntent:
		c = append(c, able, "(p.willing = 1 OR "+need("n.plan_out = 1")+")")
	case ListService:
		c = append(c, able, need("n.service <> '' OR n.wanted_job <> ''"))
	case ListTraining:
		c = append(c, able, need("n.training <> ''"))
	case ListKey:
		day := a.Add(int32(today))
		c = append(c, `EXISTS (SELECT 1 FROM person_kind k WHERE k.person_id = p.id AND k.kind IN (2, 3, 4) AND k.risk = 1
			AND k.risk_removed_on = 0 AND k.since <= `+day+` AND k.until >= `+day+` AND `+live("k")+`)`)
	}
	return c
}

func isLatin(s string) bool {
	for _, r := range s {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
			return false
		}
	}
	return s != ""
}
