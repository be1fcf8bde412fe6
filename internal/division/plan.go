package division

import (
	"slices"
	"strings"
	"unicode/utf8"

	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Tree is what the plan asks of the places.
type Tree interface {
	Get(region.Code) (region.Place, bool)
	Children(region.Code) []region.Place
	Current(region.Code) region.Code
}

// longestName bounds a name in characters.
const longestName = 30

// planner makes the steps of an ask.
type planner struct {
	tree  Tree
	ask   Ask
	steps []Step
	taken map[region.Code]bool // codes given out by this change
	bad   []fault.Field
}

// Plan says what becomes of every place that the ask touches; below a town
// each village has its own step. Codes of new places are the first free ones
// below the place above; the official code comes with the next national tree.
func Plan(t Tree, ask Ask, thisMonth calendar.Month) ([]Step, error) {
	p := &planner{tree: t, ask: ask, taken: map[region.Code]bool{}}
	p.ask.Name = strings.TrimSpace(ask.Name)
	p.basics(thisMonth)
	if len(p.bad) == 0 {
		switch ask.Kind {
		case Rename:
			p.rename()
		case Merge:
			p.merge()
		case Move:
			p.move()
		default:
			p.fail("kind", "division.kind")
		}
	}
	if len(p.bad) > 0 {
		return nil, fault.InvalidFields(p.bad...)
	}
	return p.steps, nil
}

func (p *planner) fail(name, key string, args ...any) {
	p.bad = append(p.bad, fault.Field{Name: name, Key: key, Args: args})
}

func (p *planner) basics(thisMonth calendar.Month) {
	a := &p.ask
	if strings.TrimSpace(a.DocNo) == "" {
		p.fail("doc_no", "division.doc_required")
	}
	if !a.Month.Valid() || a.Month == calendar.Open || a.Month > thisMonth {
		p.fail("month", "division.month")
	}
	if len(a.From) == 0 {
		p.fail("from", "division.from_required")
		return
	}
	level := a.From[0].Level()
	slices.Sort(a.From)
	a.From = slices.Compact(a.From)
	for _, c := range a.From {
		place, known := p.tree.Get(c)
		switch {
		case !known || place.Code != c || p.tree.Current(c) != c:
			p.fail("from", "division.unknown", c.String())
		case c.Level() != level:
			p.fail("from", "division.levels")
		case level != region.Village && level != region.Town && !(a.Kind == Rename && level == region.County):
			p.fail("from", "division.level")
		}
	}
	if utf8.RuneCountInString(a.Name) > longestName || strings.ContainsAny(a.Name, "|\x00\r\n") {
		p.fail("name", "division.name")
	}
}

func (p *planner) rename() {
	at := p.ask.From[0]
	old, _ := p.tree.Get(at)
	switch {
	case len(p.ask.From) != 1:
		p.fail("from", "division.one")
	case p.ask.Name == "":
		p.fail("name", "division.name_required")
	case p.ask.Name == old.Name:
		p.fail("name", "division.same_name")
	case p.nameTaken(at.Parent(), p.ask.Name):
		p.fail("name", "division.name_taken", p.ask.Name)
	default:
		p.steps = []Step{{From: at, To: at, Name: p.ask.Name}}
	}
}

func (p *planner) nameTaken(above region.Code, name string) bool {
	return slices.ContainsFunc(p.tree.Children(above), func(c region.Place) bool {
		return c.Name == name && !slices.Contains(p.ask.From, c.Code)
	})
}

func (p *planner) merge() {
	into, isNew := p.ask.Into, false
	level := p.ask.From[0].Level()
	if into == 0 {
		above := p.ask.Under
		if above == 0 {
			above = p.ask.From[0].Parent()
		}
		if p.ask.Name == "" {
			p.fail("name", "division.name_required")
			return
		}
		if p.nameTaken(above, p.ask.Name) {
			p.fail("name", "division.name_taken", p.ask.Name)
			return
		}
		into, isNew = p.free(above), true
		if into == 0 {
			return
		}
	}
	place, known := p.tree.Get(into)
	name := place.Name
	if isNew {
		name = p.ask.Name
	}
	rest := slices.DeleteFunc(slices.Clone(p.ask.From), func(c region.Code) bool { return c == into })
	switch {
	case !isNew && (!known || place.Code != into || p.tree.Current(into) != into || into.Level() != level):
		p.fail("into", "division.into_bad")
	case len(rest) == 0 || isNew && len(rest) < 2:
		p.fail("from", "division.two")
	default:
		for _, c := range rest {
			p.give(c, into, name, isNew)
		}
	}
}

// give ends one place in favour of another; the villages of a town get new
// codes below it.
func (p *planner) give(from, to region.Code, name string, isNew bool) {
	p.steps = append(p.steps, Step{From: from, To: to, Name: name, New: isNew})
	if from.Level() == region.Town {
		p.below(from, to)
	}
}

func (p *planner) below(from, to region.Code) {
	for _, v := range p.tree.Children(from) {
		code := p.free(to)
		if code == 0 {
			return
		}
		p.steps = append(p.steps, Step{From: v.Code, To: code, Name: v.Name, New: true})
	}
}

func (p *planner) move() {
	above, known := p.tree.Get(p.ask.Into)
	level := p.ask.From[0].Level()
	if !known || above.Code != p.ask.Into || above.Code.Level() != level-1 || p.tree.Current(above.Code) != above.Code {
		p.fail("into", "division.above_bad")
		return
	}
	for _, c := range p.ask.From {
		place, _ := p.tree.Get(c)
		if c.Parent() == above.Code {
			p.fail("from", "division.already", place.Name)
			continue
		}
		if p.nameTaken(above.Code, place.Name) {
			p.fail("from", "division.name_taken", place.Name)
			continue
		}
		code := p.free(above.Code)
		if code == 0 {
			return
		}
		p.give(c, code, place.Name, true)
	}
}

// free is the first code below a place that neither the tree nor this change
// has: from 900 on for villages, from 900 on for towns, where the statistical
// codes do not reach (facts B9).
func (p *planner) free(above region.Code) region.Code {
	step := region.Code(1)
	if above.Level() == region.County {
		step = 1000
	}
	for n := region.Code(900); n < 1000; n++ {
		c := above + n*step
		if _, known := p.tree.Get(c); known || p.taken[c] {
			continue
		}
		p.taken[c] = true
		return c
	}
	// A town that takes over more villages than that fills the gaps from below.
	for n := region.Code(600); n < 900; n++ {
		c := above + n*step
		if _, known := p.tree.Get(c); known || p.taken[c] {
			continue
		}
		p.taken[c] = true
		return c
	}
	p.fail("into", "division.full")
	return 0
}
