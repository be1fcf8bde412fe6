package region

import (
	"slices"
	"strings"
	"sync"

	"wengang/internal/calendar"
)

// Kinds of a place. A division of the national asset, or made after its date,
// has no kind.
const (
	KindUnit   = "unit"   // reporting unit without a code of its own (A013): 开发区, 度假区, 兵团
	KindCarved = "carved" // town or village that a reporting unit took over
	KindOuter  = "outer"  // 香港, 澳门, 台湾 and abroad: workplaces only
)

// Workplaces outside the tree (A059; 港澳台 and abroad are counted with 省外
// and shown apart). They are no child of any place.
const (
	Taiwan   Code = 710_000_000_000
	HongKong Code = 810_000_000_000
	Macao    Code = 820_000_000_000
	Abroad   Code = 990_000_000_000
)

var outer = []Place{
	{Code: Taiwan, Name: "台湾省", Kind: KindOuter}, {Code: HongKong, Name: "香港特别行政区", Kind: KindOuter},
	{Code: Macao, Name: "澳门特别行政区", Kind: KindOuter}, {Code: Abroad, Name: "境外", Kind: KindOuter},
}

// Place is one node of the tree.
type Place struct {
	Code     Code
	Name     string
	Kind     string // "", KindUnit, KindCarved, KindOuter
	Official Code   // a carved place's code in the national tables; 0 where Code is it
}

// Local is a row of local_region: a place beside the national asset, or
// another name for one of its places.
type Local struct {
	Code, Official     Code
	Name, Kind         string
	InsideHost         bool // a carved place that its host county still shows and counts
	ValidFrom, ValidTo calendar.Date
	// FollowedBy is the place that took over an ended one (merged or moved); 0
	// where nothing did.
	FollowedBy Code
	// FormerNames are earlier names of the place, joined by |.
	FormerNames string
	Source      string
}

// Tree is the national tree with the local places of one installation. It is
// immutable but for its caches and safe for concurrent use.
type Tree struct {
	base  *base
	local *overlay // nil without local places
	cache resolveCache
}

// National is the tree of the asset alone. The upper three levels are read on
// first use (a few ms), each county's towns and villages when asked for.
func National() *Tree { return nationalTree() }

var nationalTree = sync.OnceValue(func() *Tree { return &Tree{base: national()} })

// Get is the place of a code. The national code of a carved place gives the
// place under its reporting unit.
func (t *Tree) Get(c Code) (Place, bool) {
	if c == Country {
		return Place{Name: "全国"}, true
	}
	if t.local != nil {
		if p, ok := t.local.get(t.base, c); ok {
			return p, true
		}
	}
	if n := t.base.name(c); n != "" {
		return Place{Code: c, Name: n}, true
	}
	for _, p := range outer {
		if p.Code == c {
			return p, true
		}
	}
	return Place{}, false
}

// Name is the place's name, or an empty string where the code is unknown.
func (t *Tree) Name(c Code) string {
	p, _ := t.Get(c)
	return p.Name
}

// name looks a code up in the asset; it is empty for an unknown one.
func (b *base) name(c Code) string {
	rows := b.provinces
	switch c.Level() {
	case Nation:
		return ""
	case Province:
	case City:
		rows = b.cities
	case County:
		rows = b.counties
	case Town:
		if t, ok := b.county(c).town(c); ok {
			return t.name
		}
		return ""
	default:
		n, _ := b.county(c).village(c)
		return n
	}
	if i, ok := rowOf(rows, c); ok {
		return rows[i].name
	}
	return ""
}

// Path is the known places from the province down to c, itself included.
func (t *Tree) Path(c Code) []Place {
	if p, ok := t.Get(c); ok {
		c = p.Code
	}
	var out []Place
	for l := Province; l <= Village; l++ {
		a := c.At(l)
		if len(out) > 0 && out[len(out)-1].Code == a {
			continue
		}
		if p, ok := t.Get(a); ok {
			out = append(out, p)
		}
		if a == c {
			break
		}
	}
	return out
}

// filler are the names that stand in the place of a city where there is none.
// Nobody writes them in an address.
func filler(name string) bool {
	switch name {
	case "市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划":
		return true
	}
	return false
}

// FullName is the names of the path, joined (山东省聊城市莘县), without the
// words that stand for a missing city.
func (t *Tree) FullName(c Code) string {
	if c == Country {
		return "全国"
	}
	var b strings.Builder
	path := t.Path(c)
	for i, p := range path {
		if i < len(path)-1 && filler(p.Name) {
			continue
		}
		b.WriteString(p.Name)
	}
	return b.String()
}

// Children are the places one level below c by code, reporting units after
// divisions. A carved place stands under its unit, not under its host county,
// unless the unit is shown inside it.
func (t *Tree) Children(c Code) []Place {
	return t.children(c, func(l *listed) bool { return l.to == 0 })
}

// ChildrenIn are the places that were one level below c at the end of a month:
// a village merged since is still listed, one made since is not.
func (t *Tree) ChildrenIn(c Code, m calendar.Month) []Place {
	if t.local == nil || !m.Valid() || m == calendar.Open {
		return t.Children(c)
	}
	end := m.LastDay()
	return t.children(c, func(l *listed) bool { return l.from <= end && (l.to == 0 || l.to >= end) })
}

func (t *Tree) children(c Code, in func(*listed) bool) []Place {
	var out []Place
	if t.local != nil {
		if p, ok := t.local.get(t.base, c); ok && p.Code != c {
			c = p.Code
		}
	}
	source := c
	if t.local != nil {
		if l, ok := t.local.at[c]; ok && l.Kind == KindCarved {
			source = l.Official
		}
	}
	t.base.eachChild(source, func(k Code, name string) {
		p := Place{Code: k, Name: name}
		if t.local != nil {
			if source != c {
				p = Place{Code: c + k - source, Name: name, Kind: KindCarved, Official: k}
			} else if t.local.hides(k) {
				return
			}
			if _, ok := t.local.at[p.Code]; ok {
				return // renamed or ended: it is among the local places below
			}
		}
		out = append(out, p)
	})
	if t.local != nil {
		rows := t.local.children[c]
		for i := range rows {
			if in(&rows[i]) {
				out = append(out, rows[i].Place)
			}
		}
		slices.SortStableFunc(out, unitsLast)
	}
	return out
}

// unitsLast orders reporting units after divisions, then by code.
func unitsLast(a, b Place) int {
	if au, bu := a.Kind == KindUnit, b.Kind == KindUnit; au != bu {
		if bu {
			return -1
		}
		return 1
	}
	return int(sign(a.Code - b.Code))
}

func sign(d Code) Code {
	switch {
	case d < 0:
		return -1
	case d > 0:
		return 1
	}
	return 0
}

// eachChild calls f for the asset's places one level below c.
func (b *base) eachChild(c Code, f func(Code, string)) {
	upper := func(rows []placeRow) {
		for _, r := range rowsIn(rows, c) {
			f(r.code, r.name)
		}
	}
	l := c.Level()
	if l == City {
		// A city without districts (东莞, 中山, 儋州) is its own county: its
		// children are towns.
		if rows := rowsIn(b.counties, c); len(rows) != 1 || rows[0].code != c {
			upper(rows)
			return
		}
		l = County
	}
	switch l {
	case Nation:
		upper(b.provinces)
	case Province:
		upper(b.cities)
	case County:
		if k := b.county(c); k != nil {
			for _, t := range k.towns {
				if t.code != c { // 金门县 is its own town
					f(t.code, t.name)
				}
			}
		}
	case Town:
		k := b.county(c)
		if t, ok := k.town(c); ok {
			for i := t.from; i < t.to; i++ {
				f(t.code+Code(k.villages[i]), k.villageName(i))
			}
		}
	}
}

// Counties are the codes of county level in c, reporting units included; c
// itself where it is one.
func (t *Tree) Counties(c Code) []Code { return t.below(c, County) }

// Towns are the codes of town level in c.
func (t *Tree) Towns(c Code) []Code { return t.below(c, Town) }

// Villages are the codes of village level in c.
func (t *Tree) Villages(c Code) []Code { return t.below(c, Village) }

func (t *Tree) below(c Code, want Level) []Code {
	if c.Level() > want {
		return nil
	}
	var out []Code
	var walk func(Code)
	walk = func(k Code) {
		if l := k.Level(); l == want || want == County && t.base.isCounty(k) {
			out = append(out, k)
			return
		}
		for _, p := range t.Children(k) {
			walk(p.Code)
		}
	}
	walk(c)
	return out
}

// isCounty reports a code of county level, also where it is a city's code too.
func (b *base) isCounty(c Code) bool {
	_, ok := rowOf(b.counties, c)
	return ok
}

// ReachesCounty reports a code that names a place of county level or below, a
// city without counties (东莞), or a workplace outside the tree: what the place
// of work must reach (rules 5_01_005, 4_12_001).
func ReachesCounty(c Code) bool {
	return c.Level() >= County || c != Country && (specialOf(c) != "" || national().isCounty(c))
}

// Counts is how many divisions of each level the asset holds, from Province
// to Village: 31, 342, 2,978, 41,352, 620,573. It reads every block.
func (t *Tree) Counts() [5]int {
	b := t.base
	n := [5]int{len(b.provinces), len(b.cities), len(b.counties)}
	for _, r := range b.counties {
		k := b.county(r.code)
		n[3] += len(k.towns)
		n[4] += len(k.villages)
	}
	return n
}
