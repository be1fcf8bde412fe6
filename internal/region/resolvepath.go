package region

import "strings"

// ResolvePath reads a place from separate columns, any of which may be blank.
// A column names a place of its level; where it does not, it may hold a path
// of its own (聊城市莘县 in the county column) or repeat the place above.
func (t *Tree) ResolvePath(province, city, county, town, village string, within Code) Match {
	columns := [...]string{province, city, county, town, village}
	key := resolveKey{within, strings.Join(columns[:], "\x00")}
	if m, ok := t.cache.m.Load(key); ok {
		return m.(Match)
	}
	m := t.resolvePath(columns, within)
	if t.cache.n.Add(1) > resolveCacheSize {
		t.cache.m.Clear()
		t.cache.n.Store(0)
	}
	t.cache.m.Store(key, m)
	return m
}

func (t *Tree) resolvePath(columns [5]string, within Code) Match {
	states := []state{{}}
	started := false
	chars := t.base.characters()
	for i, text := range columns {
		v := chars.normal(text)
		if v == "" {
			continue
		}
		if !started && within == Country {
			if m, ok := special(v); ok {
				return t.withPlaces(m)
			}
		}
		level := Level(i + 1)
		var next []state
		for _, s := range states {
			next = append(next, t.column(s, level, v)...)
		}
		if !started && within != Country {
			next = append(next, t.column(state{at: within}, level, v)...)
		}
		started = true
		next = strongest(next)
		if len(next) == 0 {
			m := Match{Rest: text}
			if len(states) > 0 && states[0].at != Country {
				m.Candidates = t.placesOf(states, Country)
			}
			return m
		}
		states = next
	}
	if !started {
		return Match{}
	}
	former := true
	for _, s := range states {
		former = former && s.former
	}
	m := several(t.placesOf(states, within), former)
	if m.Status == None {
		m.Candidates = t.placesOf(states, Country)
	}
	return m
}

func (t *Tree) placesOf(states []state, within Code) []Place {
	var out []Place
	for _, s := range states {
		if p, ok := t.Get(s.at); ok && within.Contains(p.Code) {
			out = append(out, p)
		}
	}
	return out
}

// column reads one column below a state.
func (t *Tree) column(s state, level Level, v string) []state {
	if allDigits(v) {
		if m := t.resolveCode(v, s.at); m.Status == One {
			return []state{{at: m.Code, former: s.former || m.Former}}
		}
		return nil
	}
	var out []state
	take := func(code Code, rank int, ref nameRef) {
		next := state{at: code, rank: max(s.rank, rank), former: s.former, end: s.end}
		if ref.old != 0 {
			next.old, next.former, next.end = ref.old, true, ref.end
		}
		out = append(out, next)
	}
	if level <= County {
		t.exact(v, func(ref nameRef) {
			below := s.admits(ref) || ref.old == 0 && ref.code == s.at && level == County && t.base.isCounty(s.at)
			asked := ref.code.Level() == level || level == County && t.base.isCounty(ref.code)
			if ref.old != 0 {
				asked = ref.old.Level() == level
			}
			if below && asked {
				take(ref.code, boolRank(ref.stem), ref)
			}
		})
	}
	if len(out) > 0 {
		return out
	}
	// The name of the place above again: 北京市, 北京市, 朝阳区.
	if s.at != Country && level > Province && level <= County {
		t.exact(v, func(ref nameRef) {
			if ref.code == s.at && ref.old == 0 {
				take(s.at, boolRank(ref.stem), nameRef{})
			}
		})
		if len(out) > 0 {
			return out
		}
	}
	r := reader{tree: t, within: s.at, text: v}
	r.upper(state{old: s.old})
	if s.at != Country {
		r.upper(state{at: s.at, old: s.old})
		r.below(state{at: s.at})
	}
	for _, f := range r.found {
		if s.at.Contains(f.code) {
			take(f.code, f.rank, nameRef{})
			if f.former {
				last := &out[len(out)-1]
				last.former, last.end = true, f.end
			}
		}
	}
	return out
}

func boolRank(stem bool) int {
	if stem {
		return 1
	}
	return 0
}

// exact calls f for the upper places that are written v.
func (t *Tree) exact(v string, f func(nameRef)) {
	for _, ref := range t.base.upper().names[v] {
		f(ref)
	}
	if t.local != nil {
		for _, ref := range t.local.upper(t.base).names[v] {
			f(ref)
		}
	}
}

// strongest keeps the states of the best rank, names of today before former
// ones unless those were in use recently, each place once.
func strongest(in []state) []state {
	best, today := 99, false
	for _, s := range in {
		today = today || !s.former
	}
	for _, s := range in {
		if !s.former || !today {
			best = min(best, s.rank)
		}
	}
	var out []state
	seen := map[Code]bool{}
	for _, s := range in {
		if s.rank > best || s.former && today && (s.end < recentFormer || s.rank > 0) || seen[s.at] {
			continue
		}
		seen[s.at] = true
		out = append(out, s)
	}
	return out
}
