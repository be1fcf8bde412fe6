package region

import (
	"strings"
	"sync"
)

// overlay is the local places of one installation over the asset.
type overlay struct {
	at       map[Code]Local   // every row by its code, ended ones too
	children map[Code][]Place // rows in force by the place above
	moved    map[Code]Code    // national code of a carved place → its code in the tree

	upperOnce  sync.Once
	upperIndex *nameIndex
	lowerMu    sync.Mutex
	lowerIndex map[Code]*nameIndex
}

// With is the tree with local places over it: reporting units, carved towns
// and villages, places made after the asset's date, other names. A carved town
// brings its villages along. A row whose ValidTo is set keeps its name but is
// no longer listed. The copy shares what the asset has read.
func (t *Tree) With(local []Local) *Tree {
	if len(local) == 0 {
		return &Tree{base: t.base}
	}
	o := &overlay{at: make(map[Code]Local, len(local)), children: map[Code][]Place{}, moved: map[Code]Code{}}
	for _, l := range local {
		o.at[l.Code] = l
		if l.ValidTo != 0 {
			continue
		}
		p := l.place()
		if l.Kind == KindCarved && l.Official != 0 {
			if l.InsideHost {
				// The people stay under the host; the unit only lists the place.
				p = Place{Code: l.Official, Name: l.Name}
			} else {
				o.moved[l.Official] = l.Code
			}
		}
		parent := l.Code.Parent()
		o.children[parent] = append(o.children[parent], p)
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
		if c.At(County) != county || l.ValidTo != 0 || c == county {
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
