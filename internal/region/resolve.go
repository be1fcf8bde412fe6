package region

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// MatchStatus says how sure an answer is.
type MatchStatus uint8

// None is the zero value: nothing matched, or only a part of the text did.
const (
	None MatchStatus = iota
	One
	Several
)

// Match is the answer to a written place. It never guesses: where the text
// fits more than one place, all of them are candidates.
type Match struct {
	Status     MatchStatus
	Code       Code    // of One
	Candidates []Place // of Several, by level and code; of None: how far the text could be read
	Common     Code    // of Several: the lowest place above all candidates
	Former     bool    // by a name or code that is not in use any more
	Special    string  // "hk", "mo", "tw", "abroad": a workplace outside the tree
	Rest       string  // the part of the text that could not be read

	// The places of the longest beginning whose last name kept its kind, and
	// what follows: for ResolveWorkplace.
	solid     []Place
	solidRest string
}

// resolveCache keeps answers by text; files repeat the same places.
type resolveCache struct {
	m sync.Map
	n atomic.Int64
}

// resolveCacheSize bounds the cache (about 20 MB when full).
const resolveCacheSize = 1 << 16

// longestText bounds the bytes of a text that is read at all: no address of the
// tree is half as long.
const longestText = 400

type resolveKey struct {
	within Code
	text   string
}

// Resolve reads a place as people write it: a code of 2, 4, 6, 9 or 12 digits
// of today or earlier, a name in full or short, several levels joined, pinyin
// initials, with spaces, full-width or traditional characters, with or without
// committee endings, by a former name. within narrows the answer to a place and
// lets the text begin below it; Country gives every place, and workplaces
// outside the tree. A cached answer costs about 0.1 µs, another a few µs, the
// first in a county about 1 ms.
func (t *Tree) Resolve(text string, within Code) Match {
	key := resolveKey{within, text}
	if m, ok := t.cache.m.Load(key); ok {
		return m.(Match)
	}
	m := t.follow(t.resolve(text, within))
	if t.cache.n.Add(1) > resolveCacheSize {
		t.cache.m.Clear()
		t.cache.n.Store(0)
	}
	key.text = strings.Clone(text) // the text may be a slice of a whole file
	t.cache.m.Store(key, m)
	return m
}

func (t *Tree) resolve(text string, within Code) Match {
	s := t.base.characters().normal(text)
	s = strings.TrimPrefix(strings.TrimPrefix(s, "中华人民共和国"), "中国")
	switch {
	case s == "", len(s) > longestText:
		return Match{Rest: text}
	case allDigits(strings.TrimSuffix(s, ".0")):
		return t.resolveCode(strings.TrimSuffix(s, ".0"), within)
	case latin(s):
		if m, ok := special(s); ok && within == Country {
			return m
		}
		return t.resolvePinyin(s, within)
	}
	if within == Country {
		if m, ok := special(s); ok {
			return t.withPlaces(m)
		}
	}
	if c, ok := provinceSign[s]; ok {
		return t.one(c*span[Province], false, within)
	}
	r := reader{tree: t, within: within}
	r.read(s)
	m := r.match()
	if m.Status == None && corps(s) {
		return several(t.Children(corpsCities), false)
	}
	if m.Status == None && within == Country && (len(m.Candidates) == 0 || len(m.Rest) == len(s)) {
		if sp, ok := specialPrefix(s); ok {
			return t.withPlaces(sp)
		}
	}
	return m
}

// ResolveWorkplace is Resolve for addresses of work: where the text begins with
// a place written with its kind (…宝安区) and goes on with what the tree does
// not hold (a road, a company), the answer is that place, and Rest the
// remainder. A stem before such words (北京建工集团) is no answer.
func (t *Tree) ResolveWorkplace(text string) Match {
	m := t.Resolve(text, Country)
	if m.Status != None || len(m.solid) == 0 {
		return m
	}
	out := several(append([]Place(nil), m.solid...), m.Former)
	out.Rest = m.solidRest
	return out
}

// corpsCities is the node that holds the cities of the 兵团's divisions.
const corpsCities Code = 659_000_000_000

var corpsNames = []string{"新疆生产建设兵团", "新疆兵团", "生产建设兵团", "兵团"}

func corps(s string) bool { return slices.Contains(corpsNames, s) }

// one is a single answer, or none where it lies outside within.
func (t *Tree) one(c Code, former bool, within Code) Match {
	p, ok := t.Get(c)
	if !ok {
		return Match{}
	}
	if !within.Contains(p.Code) {
		return Match{Candidates: []Place{p}, Former: former}
	}
	return Match{Status: One, Code: p.Code, Former: former}
}

func (t *Tree) resolveCode(s string, within Code) Match {
	c, err := ParseCode(s)
	if err != nil {
		return Match{Rest: s}
	}
	if _, ok := t.Get(c); ok {
		m := t.one(c, false, within)
		m.Special = specialOf(c)
		return m
	}
	today, _ := t.Former(c.County6())
	if len(s) != 6 || len(today) == 0 {
		for l := c.Level(); l > Nation; l-- {
			if p, ok := t.Get(c.At(l)); ok {
				return Match{Candidates: []Place{p}, Rest: s}
			}
		}
		return Match{Rest: s}
	}
	var in []Place
	for _, k := range today {
		if p, ok := t.Get(k); ok && within.Contains(p.Code) {
			in = append(in, p)
		}
	}
	return several(in, true)
}

// several makes a match of places found: one, several or none.
func several(in []Place, former bool) Match {
	sortPlaces(in)
	in = slices.CompactFunc(in, func(a, b Place) bool { return a.Code == b.Code })
	switch len(in) {
	case 0:
		return Match{Former: former}
	case 1:
		return Match{Status: One, Code: in[0].Code, Former: former}
	}
	common := in[0].Code
	for _, p := range in[1:] {
		for !common.Contains(p.Code) {
			common = common.Parent()
		}
	}
	return Match{Status: Several, Candidates: in, Common: common, Former: former}
}
