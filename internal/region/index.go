package region

import (
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// nameRef is a place that a written name may mean.
type nameRef struct {
	code Code
	stem bool
	// It stands for a missing city (市辖区) and means nothing by itself.
	filler bool
	// For a name or code given up: the code it had, and the first year
	// without it.
	old Code
	end int
}

// villageRef is a village by its stem.
type villageRef struct {
	code  Code
	class villageClass
}

// nameIndex finds places by the beginning of a text, and villages by stem.
type nameIndex struct {
	names    map[string][]nameRef
	longest  int // bytes of the longest name
	villages map[string][]villageRef
}

func newNameIndex() *nameIndex {
	return &nameIndex{names: map[string][]nameRef{}, villages: map[string][]villageRef{}}
}

func (x *nameIndex) add(text string, r nameRef) {
	for _, have := range x.names[text] {
		if have.code == r.code && have.old == r.old {
			return
		}
	}
	x.names[text] = append(x.names[text], r)
	x.longest = max(x.longest, len(text))
}

func (x *nameIndex) addVillage(code Code, name string) {
	stem, class := villageStem(name)
	x.villages[stem] = append(x.villages[stem], villageRef{code, class})
	if stem != name {
		x.villages[name] = append(x.villages[name], villageRef{code, anyClass})
	}
}

// each calls f for every name of the index that the text begins with.
func (x *nameIndex) each(text string, f func(n int, r nameRef)) {
	for i := range text {
		if i > x.longest {
			return
		}
		if i > 0 {
			for _, r := range x.names[text[:i]] {
				f(i, r)
			}
		}
	}
	if len(text) <= x.longest {
		for _, r := range x.names[text] {
			f(len(text), r)
		}
	}
}

// newUpperIndex is the index of the upper three levels and what they were
// called before.
func newUpperIndex(b *base) *nameIndex {
	x := newNameIndex()
	t := b.characters()
	for _, rows := range [][]placeRow{b.provinces, b.cities, b.counties} {
		for _, p := range rows {
			for _, v := range upperVariants(p.name, p.level) {
				x.add(t.normal(v.text), nameRef{code: p.code, stem: v.stem, filler: filler(p.name)})
			}
		}
	}
	for _, f := range b.former().rows {
		for _, v := range upperVariants(f.name, f.code.Level()) {
			for _, c := range f.today {
				x.add(t.normal(v.text), nameRef{code: c, stem: v.stem, old: f.code, end: f.end})
			}
		}
	}
	return x
}

// newBlockIndex is the index of one county's towns and villages.
func newBlockIndex(b *base, k *block) *nameIndex {
	x := newNameIndex()
	t := b.characters()
	for _, town := range k.towns {
		for _, v := range townVariants(t.normal(town.name)) {
			x.add(v.text, nameRef{code: town.code, stem: v.stem})
		}
		for i := town.from; i < town.to; i++ {
			x.addVillage(town.code+Code(k.villages[i]), t.normal(k.villageName(i)))
		}
	}
	return x
}

// lower is the asset's index of the county that c lies in, or nil.
func (b *base) lower(c Code) *nameIndex {
	k := b.county(c)
	if k == nil {
		return nil
	}
	if x := k.index.Load(); x != nil {
		return x
	}
	x := newBlockIndex(b, k)
	k.index.CompareAndSwap(nil, x)
	return k.index.Load()
}

// formerIndex is the codes and names given up by the asset's date.
type formerIndex struct {
	rows   []formerRow
	byCode map[Code][]int
}

func newFormerIndex(b *base, text string) *formerIndex {
	x := &formerIndex{byCode: map[Code][]int{}}
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		row := formerRow{code: parse6(f[0]), name: f[1]}
		row.end, _ = strconv.Atoi(f[2])
		for s := range strings.SplitSeq(f[3], ",") {
			if s != "" {
				row.today = append(row.today, parse6(s))
			}
		}
		x.byCode[row.code] = append(x.byCode[row.code], len(x.rows))
		x.rows = append(x.rows, row)
	}
	return x
}

func parse6(s string) Code {
	n, _ := strconv.Atoi(s)
	return Code(n) * span[County]
}

// Former tells what has become of a county's (or city's) six-digit code that
// is not in use any more: the codes of today and the name it had last. A code
// never given out since 1981 has none.
func (t *Tree) Former(code6 int32) (today []Code, name string) {
	x := t.base.former()
	rows := x.byCode[Code(code6)*span[County]]
	if len(rows) == 0 {
		return nil, ""
	}
	last := rows[0]
	for _, i := range rows {
		if x.rows[i].end > x.rows[last].end {
			last = i
		}
	}
	return x.rows[last].today, x.rows[last].name
}

// sortPlaces orders candidates by level, then code.
func sortPlaces(p []Place) {
	sort.Slice(p, func(i, j int) bool {
		a, b := p[i].Code, p[j].Code
		if la, lb := a.Level(), b.Level(); la != lb {
			return la < lb
		}
		return a < b
	})
}

// runePrefix reports the bytes of the first n characters of s.
func runePrefix(s string, n int) int {
	i := 0
	for ; n > 0 && i < len(s); n-- {
		_, w := utf8.DecodeRuneInString(s[i:])
		i += w
	}
	return i
}
