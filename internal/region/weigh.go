package region

// recentFormer is the year from which a name given up competes with another
// place's name of today: people still write it.
const recentFormer = 2010

// match weighs the readings: only the strongest count, and all of them.
func (r *reader) match() Match {
	if r.steps > maxSteps {
		return Match{Rest: r.text}
	}
	best := 99
	for _, f := range r.found {
		if !f.former {
			best = min(best, f.rank)
		}
	}
	today := best < 99
	if !today {
		for _, f := range r.found {
			best = min(best, f.rank)
		}
	}
	var in, out []Place
	former := true
	for _, f := range r.found {
		if f.rank > best || f.former && today && (f.end < recentFormer || f.rank > 0) || r.covered(f, best) {
			continue
		}
		p, ok := r.tree.Get(f.code)
		switch {
		case !ok:
		case r.within.Contains(p.Code):
			in = append(in, p)
			former = former && f.former
		default:
			out = append(out, p)
		}
	}
	if len(in) > 0 {
		m := several(in, former)
		return m
	}
	m := Match{Candidates: out}
	if len(out) == 0 {
		m.Rest = r.text[r.far:]
		for _, c := range r.partial {
			if p, ok := r.tree.Get(c); ok && len(m.Candidates) < 50 {
				m.Candidates = append(m.Candidates, p)
			}
		}
	}
	m.Candidates = several(m.Candidates, false).places(r.tree)
	for _, c := range r.solid {
		if p, ok := r.tree.Get(c); ok && r.within.Contains(p.Code) {
			m.solid = append(m.solid, p)
		}
	}
	m.solidRest = r.text[r.solidAt:]
	return m
}

// covered reports a reading that adds nothing to another: a former place in or
// around a place of today (毕节市), or the only county of a city of its name
// (嘉峪关市).
func (r *reader) covered(f reading, best int) bool {
	for _, g := range r.found {
		if g.rank > best || g.former || g.code == f.code {
			continue
		}
		if f.former && (g.code.Contains(f.code) || f.code.Contains(g.code)) {
			return true
		}
		if !f.former && g.code.Contains(f.code) && g.code.Level() == City && r.tree.Name(g.code) == r.tree.Name(f.code) &&
			len(r.tree.Counties(g.code)) == 1 {
			return true
		}
	}
	return false
}

// places are the candidates of a match, also of a single one.
func (m Match) places(t *Tree) []Place {
	if m.Status == One {
		p, _ := t.Get(m.Code)
		return []Place{p}
	}
	return m.Candidates
}
