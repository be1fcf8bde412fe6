package region

import (
	"sort"
	"strings"
	"sync"
)

// pinyinIndex finds places of the upper three levels by initials or pinyin.
type pinyinIndex struct {
	places map[string][]Code
}

var nationalPinyin = sync.OnceValue(func() *pinyinIndex {
	b := national()
	t := b.characters()
	x := &pinyinIndex{places: map[string][]Code{}}
	for _, rows := range [][]placeRow{b.provinces, b.cities, b.counties} {
		for _, p := range rows {
			if !filler(p.name) {
				x.add(t, p.code, p.name, p.level, p.py)
			}
		}
	}
	return x
})

// add enters the name in full and without its ending.
func (x *pinyinIndex) add(t *charTable, code Code, name string, level Level, reading string) {
	forms := map[string]bool{}
	for _, v := range upperVariants(name, level) {
		py := ""
		if strings.HasPrefix(name, v.text) {
			py = reading
		}
		short, full := t.initials(v.text, py)
		forms[short], forms[full] = true, true
	}
	for f := range forms {
		if len(f) >= 2 {
			x.places[f] = append(x.places[f], code)
		}
	}
}

// resolvePinyin reads initials (lc, lcs) or pinyin (liaocheng): of the upper
// levels, and below a county of its towns and villages too.
func (t *Tree) resolvePinyin(s string, within Code) Match {
	var in []Place
	for _, c := range nationalPinyin().places[s] {
		if p, ok := t.Get(c); ok && c != within && within.Contains(c) {
			in = append(in, p)
		}
	}
	if within.Level() >= County || t.base.isCounty(within) {
		chars := t.base.characters()
		t.walk(within, func(p Place) {
			for _, v := range townVariants(p.Name) {
				short, full := chars.initials(v.text, "")
				if short == s || full == s {
					in = append(in, p)
					return
				}
			}
			stem, _ := villageStem(p.Name)
			if short, full := chars.initials(stem, ""); short == s || full == s {
				in = append(in, p)
			}
		})
	}
	return several(in, false)
}

// walk calls f for every place below c.
func (t *Tree) walk(c Code, f func(Place)) {
	for _, p := range t.Children(c) {
		f(p)
		t.walk(p.Code, f)
	}
}

// Find lists places for a person who types a name: what Resolve answers first,
// then names that begin with the text, then names that contain it; the higher
// level and the smaller code first. It reads towns and villages only within a
// county or city, or for a text of two characters and more (the whole nation:
// at most 1 s once).
func (t *Tree) Find(text string, within Code, limit int) []Place {
	m := t.Resolve(text, within)
	first := m.Candidates
	if m.Status == One {
		p, _ := t.Get(m.Code)
		first = []Place{p}
	} else if m.Status == None {
		first = nil
	}
	seen := map[Code]bool{}
	out := make([]Place, 0, limit)
	for _, p := range first {
		if !seen[p.Code] && len(out) < limit {
			seen[p.Code] = true
			out = append(out, p)
		}
	}
	s := t.base.characters().normal(text)
	if len(out) >= limit || s == "" || allDigits(s) || latin(s) {
		return out
	}
	var begins, holds []Place
	t.walk(within, func(p Place) {
		switch i := strings.Index(p.Name, s); {
		case seen[p.Code], i < 0:
		case i == 0:
			begins = append(begins, p)
		default:
			holds = append(holds, p)
		}
	})
	for _, l := range [][]Place{begins, holds} {
		sort.SliceStable(l, func(i, j int) bool { return l[i].Code.Level() < l[j].Code.Level() })
		for _, p := range l {
			if len(out) == limit {
				return out
			}
			out = append(out, p)
		}
	}
	return out
}
