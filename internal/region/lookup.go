package region

import "strings"

// lookupLimit bounds the candidates of one look-up (城关镇, 新村).
const lookupLimit = 500

// Lookup is Resolve for a person at a command or search box: where nothing of
// the upper levels fits, towns and villages of that name anywhere within are
// candidates, also a town and its village joined. The first look-up through the
// whole nation costs about 0.5 s.
func (t *Tree) Lookup(name string, within Code) Match {
	m := t.Resolve(name, within)
	if m.Status != None || within.Level() >= County {
		return m
	}
	s := t.base.characters().normal(name)
	if len(s) < len("村") || len(s) > longestText || allDigits(s) || latin(s) {
		return m
	}
	stem, class := villageStem(s)
	var towns, villages []Place
	for _, county := range t.Counties(within) {
		for _, town := range t.Children(county) {
			rest, stemOnly, ok := afterTown(t.base.characters().normal(town.Name), s)
			if ok && rest == "" && !stemOnly {
				towns = append(towns, town)
			}
			if ok && rest != "" {
				restStem, restClass := villageStem(rest)
				villages = t.named(villages, town.Code, restStem, restClass)
			}
			villages = t.named(villages, town.Code, stem, class)
		}
	}
	if len(towns) == 0 {
		towns = villages
	}
	if len(towns) == 0 {
		return m
	}
	return several(towns[:min(len(towns), lookupLimit)], false)
}

// named adds the villages of a town that have the stem.
func (t *Tree) named(to []Place, town Code, stem string, class villageClass) []Place {
	chars := t.base.characters()
	for _, v := range t.Children(town) {
		if !strings.Contains(v.Name, stem) && chars.normal(v.Name) == v.Name {
			continue
		}
		s, c := villageStem(chars.normal(v.Name))
		if s == stem && (class == anyClass || c == anyClass || c == class) {
			to = append(to, v)
		}
	}
	return to
}

// afterTown is what follows the town's name in s.
func afterTown(town, s string) (rest string, stem, ok bool) {
	for _, v := range townVariants(town) {
		if r, has := strings.CutPrefix(s, v.text); has {
			if !ok || len(r) < len(rest) {
				rest, stem, ok = r, v.stem, true
			}
		}
	}
	return rest, stem, ok
}
