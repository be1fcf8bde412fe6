package boardhttp

import (
	"slices"

	"wengang/internal/fact"
	"wengang/internal/indicator"
	"wengang/internal/region"
	"wengang/internal/rollup"
	"wengang/internal/text"
	"wengang/internal/web"
)

// rankView is the ranking of the places below with their targets.
type rankView struct {
	Sub      string
	Goals    bool
	GoalHref string
	Lines    []rankLine
	Total    rankLine
}

type rankLine struct {
	Name, Href, List string
	Unit             bool // a reporting unit
	Year, Working    int64
	Target           int64 // -1 none
	Rate             float64
	Width, Tick      float64
	Delta            int64
	HasBase, Behind  bool
}

// channelView is the composition of 在岗 by channel.
type channelView struct {
	Title, Sub string
	Tabs       []web.Tab
	Labels     []string
	Heads      []string
	Total      channelLine
	Lines      []channelLine
}

type channelLine struct {
	Name, Href string
	N          int64
	Parts      []web.Part
	Cells      []stepView
}

// rank fills the ranking and the composition; a village, which has no places
// below, shows all its indicators instead.
func (h *Rim) rank(a *asked, v *boardView) error {
	r := a.r
	if len(a.children) == 0 {
		v.Families = h.families(a, ofVillage())
	}
	now, err := h.figures.At(r.Context(), r.Scope(), a.children, a.month, a.view)
	if err != nil {
		return err
	}
	was, err := h.figures.At(r.Context(), r.Scope(), a.children, a.month.Add(-1), a.view)
	if err != nil {
		return err
	}
	if v.Channels, err = h.composition(a, now); err != nil {
		return err
	}
	if len(a.children) == 0 {
		return nil
	}
	rv := &rankView{Sub: r.T("board.rank.bysize")}
	for i := range now {
		if now[i].Rows == 0 && (a.goals == nil || a.goals.by[a.children[i]] == nil) {
			continue // a place without people here
		}
		rv.Lines = append(rv.Lines, h.rankLine(a, a.children[i], &now[i], &was[i]))
	}
	rv.Total = h.rankLine(a, a.at, a.now(), a.back(1))
	h.order(a, rv)
	v.Rank = rv
	return nil
}

// ofVillage are the indicators that a village's board shows by themselves.
func ofVillage() []*indicator.Def {
	return slices.DeleteFunc(indicator.All(), func(d *indicator.Def) bool {
		switch d.Family {
		case indicator.Population, indicator.Work, indicator.Quality, indicator.Income:
			return false
		}
		return true
	})
}

func (h *Rim) rankLine(a *asked, at region.Code, now, was *rollup.Figures) rankLine {
	r := a.r
	l := rankLine{Name: h.name(r, at), Href: down(r, at), List: listLink(r, indicator.MustGet("worked_year"), at),
		Year: now.N("worked_year"), Working: now.N("working"), Target: -1, Rate: -1, Tick: -1, HasBase: was.Rows > 0 && !a.running()}
	if p, ok := h.tree.Get(at); ok {
		l.Unit = p.Kind == region.KindUnit
	}
	if l.HasBase {
		l.Delta = l.Working - was.N("working")
	}
	if a.goals == nil {
		return l
	}
	g := a.goals.by[at]
	if at == a.at {
		g = a.goals.own
	}
	if g != nil && g.Row.Value > 0 {
		l.Target, l.Rate, l.Behind = g.Row.Value, g.Rate*100, g.Behind
	}
	return l
}

// order sorts by rate where there are targets, else by size, and scales the
// bars to the longest of figure and target.
func (h *Rim) order(a *asked, rv *rankView) {
	r := a.r
	longest := int64(1)
	for _, l := range rv.Lines {
		longest = max(longest, l.Year, l.Target)
		rv.Goals = rv.Goals || l.Target > 0
	}
	for i := range rv.Lines {
		l := &rv.Lines[i]
		l.Width = float64(l.Year) / float64(longest) * 100
		if l.Target > 0 {
			l.Tick = float64(l.Target) / float64(longest) * 100
		}
	}
	slices.SortStableFunc(rv.Lines, func(x, y rankLine) int {
		if rv.Goals && x.Rate != y.Rate {
			if x.Rate > y.Rate {
				return -1
			}
			return 1
		}
		return int(y.Year - x.Year)
	})
	if rv.Goals {
		rv.Sub, rv.GoalHref = r.T("board.rank.byrate", web.Percent(a.goals.time*100)), r.Link("/target")
		if a.goals.sample {
			rv.Sub += " · " + r.T("board.goal.sample")
		}
	}
}

// channelParts are the parts of the composition: five channels and the rest.
var channelParts = []struct {
	key string
	ids []string
}{
	{"enum:1", []string{"channel_self"}}, {"enum:2", []string{"channel_employer"}}, {"enum:3", []string{"channel_organised"}},
	{"board.channel.workshop", []string{"channel_workshop"}}, {"enum:5", []string{"channel_post"}},
	{"board.channel.rest", []string{"channel_relief", "channel_local", "channel_other", "channel_unknown"}},
}

func (h *Rim) channels(a *asked, below []rollup.Figures) *channelView {
	r := a.r
	v := &channelView{}
	for _, p := range channelParts {
		label := r.T(p.key)
		if len(p.key) == 6 {
			label = enumWord(r, fact.Channel, int(p.key[5]-'0'))
		}
		v.Labels = append(v.Labels, label)
	}
	v.Total = h.channelLine(a, v, a.at, a.now())
	for i := range below {
		if below[i].N("working") > 0 {
			v.Lines = append(v.Lines, h.channelLine(a, v, a.children[i], &below[i]))
		}
	}
	slices.SortStableFunc(v.Lines, func(x, y channelLine) int { return int(y.N - x.N) })
	return v
}

func (h *Rim) channelLine(a *asked, v *channelView, at region.Code, f *rollup.Figures) channelLine {
	l := channelLine{Name: h.name(a.r, at), Href: down(a.r, at), N: f.N("working")}
	for i, p := range channelParts {
		n := int64(0)
		for _, id := range p.ids {
			n += f.N(id)
		}
		part := web.Part{Label: v.Labels[i], Value: float64(n)}
		if l.N < fewPeople { // of a handful, people instead of per cent
			part.Text = web.Thousands(n)
		}
		l.Parts = append(l.Parts, part)
		l.Cells = append(l.Cells, stepView{N: n, Href: listOf(a.r, at, p.ids)})
	}
	return l
}

// enumWord is an enum's word in the request's language.
func enumWord(r *web.Request, e *fact.Enum, code int) string {
	if r.Lang == text.EN {
		if key := "enum." + e.ID + "." + string(rune('0'+code)); text.Has(key) {
			return r.T(key)
		}
	}
	return e.Name(code)
}
