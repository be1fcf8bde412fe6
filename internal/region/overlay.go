package region

import (
	"strings"
	"sync"

	"wengang/internal/calendar"
)

// overlay is the local places of one installation over the asset.
type overlay struct {
	at       map[Code]Local    // every row by its code, ended ones too
	children map[Code][]listed // rows by the place above, with the days in force
	moved    map[Code]Code     // national code of a carved place → its code in the tree

	upperOnce  sync.Once
	upperIndex *nameIndex
	lowerMu    sync.Mutex
	lowerIndex map[Code]*nameIndex
}

// listed is a local place below another, from the first to the last day in
// force; 0 is no bound.
type listed struct {
	Place
	from, to calendar.Date
}

// With is the tree with local places over it: reporting units, carved towns
// and villages, places made after the asset's date, other names. A carved town
// brings its villages along. A row whose ValidTo is set keeps its name but is
// no longer listed. The copy shares what the asset has read.
func (t *Tree) With(local []Local) *Tree {
	if len(local) == 0 {
		return &Tree{base: t.base}
	}
	o := &overlay{at: make(map[Code]Local, len(local)), children: map[Code][]listed{}, moved: map[Code]Code{}}
	for _, l := range local {
		o.at[l.Code] = l
		p := l.place()
		if l.Kind == KindCarved && l.Official != 0 && l.ValidTo == 0 {
			if l.InsideHost {
				// The people stay under the host; the unit only lists the place.
				p = Place{Code: l.Official, Name: l.Name}
			} else {
				o.moved[l.Official] = l.Code
			}
		}
		parent := l.Code.Parent()
		o.children[parent] = append(o.children[parent], listed{Place: p, from: l.ValidFrom, to: l.ValidTo})
	}
	return &Tree{base: t.base, local: o}
}

func (l Local) place() Place {
	return Place{Code: l.Code, Name: l.Name, Kind: l.Kind, Official: l.Official}
}

// get is the local place of a code: a row of its own, a village that came with
// a carved town, or the place that a national code was carved into.
func (o *overlay) get(b *base, c Code) (Place, bool) {
	if l, ok := o.at[c]; ok {
		if l.Kind == KindCarved && l.InsideHost && l.Official != 0 {
			return Place{Code: l.Official, Name: l.Name}, true
		}
		return l.place(), true
	}
	if to, ok := o.moved[c]; ok {
		return o.at[to].place(), true
	}
	town := c.At(Town)
	if town == c {
		return Place{}, false
	}
	if to, ok := o.moved[town]; ok {
		if n := b.name(c); n != "" {
			return o.carvedVillage(to+c-town, c, n), true
		}
	}
	if l, ok := o.at[town]; ok && l.Kind == KindCarved && l.Official != 0 {
		official := l.Official + c - town
		if n := b.name(official); n != "" && l.Official.Level() == Town {
			if l.InsideHost {
				return Place{Code: official, Name: n}, true
			}
			return o.carvedVillage(c, official, n), true
		}
	}
	return Place{}, false
}

func (o *overlay) carvedVillage(code, official Code, name string) Place {
	if l, ok := o.at[code]; ok {
		return l.place()
	}
	return Place{Code: code, Name: name, Kind: KindCarved, Official: official}
}

// hides reports a national place that is listed elsewhere.
func (o *overlay) hides(c Code) bool {
	_, ok := o.moved[c]
	return ok
}

// upper is the index of local places of the upper three levels: units.
func (o *overlay) upper(b *base) *nameIndex {
	o.upperOnce.Do(func() {
		o.upperIndex = newNameIndex()
		t := b.characters()
		for c, l := range o.at {
			if level := c.Level(); level <= County && l.ValidTo == 0 {
				names := unitVariants(l.Name, level)
				for _, v := range upperVariants(b.name(c.Parent()), level-1) {
					if rest, ok := strings.CutPrefix(l.Name, v.text); ok && rest != "" {
						names = append(names, unitVariants(rest, level)...)
					}
				}
				for _, v := range names {
					o.upperIndex.add(t.normal(v.text), nameRef{code: c, stem: v.stem})
				}
			}
		}
	})
	return o.upperIndex
}

// lower is the index of the local towns and villages of one county, or nil
// where it has none. Villages that came with a carved town are in it.
func (o *overlay) lower(b *base, county Code) *nameIndex {
	o.lowerMu.Lock()
	defer o.lowerMu.Unlock()
	if x, ok := o.lowerIndex[county]; ok {
		return x
	}
	x := newNameIndex()
	t := b.characters()
	for c, l := range o.at {
		if c.At(County) != county || c == county {
			continue
		}
		o.addFormer(x, t, c, l)
		if l.ValidTo != 0 {
			continue
		}
		if c.Level() == Village {
			x.addVillage(c, t.normal(l.Name))
			continue
		}
		for _, v := range townVariants(t.normal(l.Name)) {
			x.add(v.text, nameRef{code: c, stem: v.stem})
		}
		if l.Kind == KindCarved && l.Official != 0 {
			b.eachChild(l.Official, func(k Code, name string) {
				x.addVillage(c+k-l.Official, t.normal(name))
			})
		}
	}
	if len(x.names) == 0 && len(x.villages) == 0 {
		x = nil
	}
	if o.lowerIndex == nil {
		o.lowerIndex = map[Code]*nameIndex{}
	}
	o.lowerIndex[county] = x
	return x
}

// addFormer enters the names that a village gave up, and those of a village
// that another took over: files go on using them for years.
func (o *overlay) addFormer(x *nameIndex, t *charTable, c Code, l Local) {
	if c.Level() != Village {
		return
	}
	to := o.current(c)
	for _, name := range strings.Split(l.FormerNames, "|") {
		if name != "" {
			x.addVillage(to, t.normal(name))
		}
	}
	if to != c && to.At(Town) != c.At(Town) {
		x.addVillage(to, t.normal(l.Name))
	}
}

// current follows an ended place to what took it over.
func (o *overlay) current(c Code) Code {
	for range 16 { // a chain of mergers; a ring would be a fault of the data
		l, ok := o.at[c]
		if !ok || l.ValidTo == 0 || l.FollowedBy == 0 {
			return c
		}
		c = l.FollowedBy
	}
	return c
}

// Current is the place that stands for c today: c itself, or what took it over
// after mergers and moves.
func (t *Tree) Current(c Code) Code {
	if t.local == nil {
		return c
	}
	return t.local.current(c)
}

// follow leads an answer from ended places to those that took them over.
func (t *Tree) follow(m Match) Match {
	if t.local == nil {
		return m
	}
	if to := t.Current(m.Code); m.Status == One && to != m.Code {
		m.Code, m.Former = to, true
		return m
	}
	if m.Status != Several {
		return m
	}
	moved, places := false, make([]Place, len(m.Candidates))
	for i, p := range m.Candidates {
		places[i] = p
		if to := t.Current(p.Code); to != p.Code {
			places[i], _ = t.Get(to)
			moved = true
		}
	}
	if !moved {
		return m
	}
	out := several(places, m.Former)
	out.Special, out.Rest = m.Special, m.Rest
	return out
}

// lowerIndexes are the indexes of towns and villages that apply in c's county.
func (t *Tree) lowerIndexes(c Code) []*nameIndex {
	county := c.At(County)
	var out []*nameIndex
	if x := t.base.lower(county); x != nil {
		out = append(out, x)
	}
	if t.local != nil {
		if x := t.local.lower(t.base, county); x != nil {
			out = append(out, x)
		}
	}
	return out
}
