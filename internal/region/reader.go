package region

import (
	"strings"
	"unicode/utf8"
)

// reader collects every way to read one text down the tree.
type reader struct {
	tree   *Tree
	within Code
	steps  int

	found []reading
	// How far the text could be read when no reading reached its end.
	far     int
	partial []Code
	solidAt int
	solid   []Code
	text    string
}

// reading is one way to read the whole text.
type reading struct {
	code   Code
	rank   int // 0 every name kept its kind, 1 a stem, 2 a name twice
	former bool
	end    int // of the latest former name: the first year without it
}

// state is a position in the text below a place.
type state struct {
	at   Code
	old  Code // the former code of the last name, where it was a former one
	pos  int
	rank int
	end  int
	// former stays set once a former name was read.
	former bool
	stem   bool // the last name was one
}

// maxSteps bounds the work on texts made of repeated ambiguous names; a text
// that needs more is not answered.
const maxSteps = 2000

func (r *reader) read(s string) {
	r.text = s
	r.upper(state{})
	if r.within != Country {
		r.upper(state{at: r.within})
		r.below(state{at: r.within})
	}
}

// upper reads a name of the upper three levels at the state and goes on.
func (r *reader) upper(s state) {
	if r.steps++; r.steps > maxSteps {
		return
	}
	try := func(n int, ref nameRef) {
		next := state{at: ref.code, pos: s.pos + n, rank: s.rank, former: s.former, end: s.end, stem: ref.stem}
		if ref.stem {
			next.rank = max(next.rank, 1)
		}
		switch {
		case ref.code == s.at && s.pos > 0 && ref.old == 0:
			next.rank = 2 // 北京市北京市朝阳区
		case !s.admits(ref):
			return
		}
		if ref.old != 0 {
			next.old, next.former, next.end = ref.old, true, max(s.end, ref.end)
		}
		r.reached(next)
	}
	r.tree.base.upper().each(r.text[s.pos:], try)
	if o := r.tree.local; o != nil {
		o.upper(r.tree.base).each(r.text[s.pos:], try)
	}
	if s.at == 65*span[Province] || s.at == Country {
		for _, name := range corpsNames {
			if strings.HasPrefix(r.text[s.pos:], name) && len(r.text) > s.pos+len(name) {
				r.upper(state{at: 65 * span[Province], pos: s.pos + len(name), rank: s.rank})
				break
			}
		}
	}
}

// admits reports whether the place may follow what was read: below it today,
// or, by a former name, below it as the codes were then (六安市寿县).
func (s state) admits(ref nameRef) bool {
	switch {
	case ref.filler && s.at == Country:
		return false
	case ref.old == 0:
		return ref.code != s.at && s.at.Contains(ref.code)
	case s.old != 0 && s.old.Contains(ref.old):
		return true
	}
	return s.at != ref.old && s.at.Contains(ref.old)
}

// reached takes a reading that ends at the state, or reads on.
func (r *reader) reached(s state) {
	if s.pos == len(r.text) {
		r.found = append(r.found, reading{code: s.at, rank: s.rank, former: s.former, end: s.end})
		return
	}
	r.note(s)
	r.upper(s)
	r.below(s)
}

// note keeps the places of the longest beginning that could be read.
func (r *reader) note(s state) {
	if s.pos > r.far {
		r.far, r.partial = s.pos, nil
	}
	if s.pos == r.far && s.pos > 0 {
		r.partial = append(r.partial, s.at)
	}
	if s.stem {
		return
	}
	if s.pos > r.solidAt {
		r.solidAt, r.solid = s.pos, nil
	}
	if s.pos == r.solidAt && s.pos > 0 {
		r.solid = append(r.solid, s.at)
	}
}

// below reads towns and villages under a county or town; under a city (a
// caller's own place) it looks through its counties.
func (r *reader) below(s state) {
	t := r.tree
	if s.at.Level() == City && !t.base.isCounty(s.at) {
		if s.pos == 0 && s.at == r.within {
			for _, c := range t.Counties(s.at) {
				r.below(state{at: c})
			}
		}
		return
	}
	if s.at.Level() < County && !t.base.isCounty(s.at) {
		return
	}
	r.steps++
	if r.steps > maxSteps {
		return
	}
	for _, x := range t.lowerIndexes(s.at) {
		r.inIndex(x, s)
	}
}

// inIndex reads a town, then a village, or a village at once, by one index.
func (r *reader) inIndex(x *nameIndex, s state) {
	rest := r.text[s.pos:]
	if s.at.Level() < Town {
		x.each(rest, func(n int, ref nameRef) {
			if !s.at.Contains(ref.code) && s.at.Level() != City {
				return
			}
			next := s
			next.at, next.pos, next.stem = ref.code, s.pos+n, ref.stem
			if ref.stem {
				next.rank = max(next.rank, 1)
			}
			if next.pos == len(r.text) {
				r.found = append(r.found, reading{code: next.at, rank: next.rank, former: s.former, end: s.end})
				return
			}
			r.note(next)
			r.village(x, next)
		})
	}
	r.village(x, s)
}

// village matches the whole rest of the text against villages below s.at.
func (r *reader) village(x *nameIndex, s state) {
	rest := r.text[s.pos:]
	if r.villageNamed(x, s, rest) {
		return
	}
	// 3组, 五社, 二队: a part of the village that the tree does not know.
	if body, ok := cutGroup(rest); ok {
		r.villageNamed(x, s, body)
	}
}

func (r *reader) villageNamed(x *nameIndex, s state, text string) bool {
	stem, class := villageStem(text)
	hit := false
	for _, v := range x.villages[stem] {
		if !s.at.Contains(v.code) {
			continue
		}
		if class != anyClass && v.class != anyClass && class != v.class {
			// 李庄社区 where the tree has 李庄村: said, not taken.
			r.note(state{at: v.code, pos: s.pos, stem: true})
			continue
		}
		rank := s.rank
		if class == anyClass && v.class != anyClass {
			rank = max(rank, 1)
		}
		r.found = append(r.found, reading{code: v.code, rank: rank, former: s.former, end: s.end})
		hit = true
	}
	return hit
}

// cutGroup takes a village group off the end.
func cutGroup(s string) (string, bool) {
	for _, end := range []string{"村民小组", "小组", "组", "社", "队", "屯"} {
		body, ok := strings.CutSuffix(s, end)
		if !ok {
			continue
		}
		n := strings.TrimRightFunc(body, func(r rune) bool {
			return r >= '0' && r <= '9' || strings.ContainsRune("一二三四五六七八九十第", r)
		})
		if n != body && utf8.RuneCountInString(n) >= 2 {
			return n, true
		}
		return s, false
	}
	return s, false
}
