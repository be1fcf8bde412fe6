package boardhttp

import (
	"context"
	"net/http"

	"wengang/internal/calendar"
	"wengang/internal/indicator"
	"wengang/internal/month"
	"wengang/internal/region"
	"wengang/internal/rollup"
	"wengang/internal/web"
)

// briefView is the leader's page: a few figures, what changed and where, which
// places need a look and why, who is late. Every line opens downwards.
type briefView struct {
	Sub    string
	Empty  *web.Empty
	Tiles  []web.Tile
	Points []pointView
	Places []placeView
	Late   []lateView
	Calm   int // places without a remark
	Below  bool
	Note   string
	look   rollup.Look
}

// pointView is one sentence with what it is about.
type pointView struct {
	Badge web.Badge
	Text  []string
	Href  string
}

// placeView is a place below with the remarks that it deserves.
type placeView struct {
	Name, Href string
	Year       int64
	Delta      int64
	HasBase    bool
	Badges     []web.Badge
}

type lateView struct {
	Name, What, Note, Href string
	Badge                  web.Badge
}

// Late is a form that a place has not handed in, or a month that it has not
// closed.
type Late struct {
	Region region.Code
	Form   string // its id
	Title  string
	Period string
	Due    calendar.Date
}

// Lates says what a place and those below have not handed in of the forms that
// were due at the end of a month or are now.
type Lates interface {
	Late(ctx context.Context, scope region.Scope, at region.Code, m calendar.Month) ([]Late, error)
}

// Reports gives the brief what is late; without it only open months are.
func (h *Rim) Reports(l Lates) *Rim { h.lates = l; return h }

func (h *Rim) brief(w http.ResponseWriter, r *web.Request) error {
	a, err := h.ask(r, view(r))
	if err != nil {
		return err
	}
	v := briefView{Sub: h.sub(a)}
	if a.now().Rows == 0 {
		v.Empty = &web.Empty{Icon: "chart-line", Title: r.T("board.empty", a.month.String()), Note: r.T("board.empty.note")}
		return h.shell.Page(w, r, "board/brief", v)
	}
	if v.look, err = h.figures.LookAt(r.Context(), a.at, a.month); err != nil {
		return err
	}
	a.children = h.children(r, a.at)
	if a.goals, err = h.goalsOf(a); err != nil {
		return err
	}
	tiles := h.tiles(a)
	v.Tiles = []web.Tile{tiles[0], tiles[1], tiles[2], tiles[5]}
	if a.goals == nil || a.goals.own == nil {
		v.Tiles[3] = tiles[4]
	}
	for _, part := range []func(*asked, *briefView) error{h.points, h.remarks, h.late} {
		if err := part(a, &v); err != nil {
			return err
		}
	}
	return h.shell.Page(w, r, "board/brief", v)
}

// points are the sentences: scale, target, red line, income, unverified.
func (h *Rim) points(a *asked, v *briefView) error {
	r := a.r
	if a.running() {
		v.Points = append(v.Points, pointView{Badge: web.Badge{Kind: "dash", Icon: "clock", Text: r.T("board.brief.running")}, Text: []string{r.T("board.brief.running.note", a.asOf())},
			Href: r.Link("/board/brief", "month", a.month.Add(-1).String())})
	} else {
		for _, id := range []string{"working", "income_mean"} {
			if err := h.changePoint(a, v, indicator.MustGet(id)); err != nil {
				return err
			}
		}
	}
	h.goalPoint(a, v)
	if err := h.redPoint(a, v); err != nil {
		return err
	}
	if n := a.now().N("unverified"); n > 0 {
		d := indicator.MustGet("unverified")
		v.Points = append(v.Points, pointView{Badge: web.Badge{Kind: "neu", Icon: "help-circle", Text: r.T(d.Key())},
			Text: []string{r.T("board.brief.unverified", web.Thousands(n), setting(a.now(), month.UnverifiedMonths))}, Href: listLink(r, d, a.at)})
	}
	return nil
}

func (h *Rim) changePoint(a *asked, v *briefView, d *indicator.Def) error {
	r := a.r
	q := whyAsk{d: d, back: 1, by: rollup.ByPlace}
	if len(a.children) == 0 {
		q.by = rollup.ByClass
	}
	x, err := h.whyView(a, q, false)
	if err != nil || x.Empty != "" {
		return err
	}
	p := pointView{Badge: web.Badge{Kind: "neu", Icon: "briefcase", Text: r.T(d.Key())}, Text: x.Say, Href: whyLink(r, d, "mom")}
	if c := rollup.Compare(d, a.now(), a.back(1)); d.ID == "working" && c.OK && v.look.Falls(a.now().N(d.ID), a.back(1).N(d.ID)) {
		p.Badge = web.Badge{Kind: "yel", Icon: "alert-triangle", Text: r.T("board.brief.fall")}
	}
	v.Points = append(v.Points, p)
	return nil
}

func (h *Rim) goalPoint(a *asked, v *briefView) {
	g, r := a.goals, a.r
	if g == nil || g.own == nil || g.own.Rate < 0 {
		return
	}
	behind := 0
	for _, c := range a.children {
		if s := g.by[c]; s != nil && s.Behind {
			behind++
		}
	}
	p := pointView{Badge: web.Badge{Kind: "grn", Icon: "circle-check", Text: r.T("board.brief.ontime")}, Href: r.Link("/target"),
		Text: []string{r.T("board.brief.goal", web.Percent(g.own.Rate*100), web.Thousands(g.own.Actual), web.Thousands(g.own.Row.Value), web.Percent(g.own.Time*100))}}
	if g.own.Behind {
		p.Badge = web.Badge{Kind: "yel", Icon: "alert-triangle", Text: r.T("board.slow")}
	}
	if behind > 0 {
		p.Text = append(p.Text, r.T("board.brief.behind", behind))
	}
	if g.sample {
		p.Text = append(p.Text, r.T("board.goal.sample")+r.T("board.stop"))
	}
	v.Points = append(v.Points, p)
}

// redPoint tells of the line of 规模性失业返贫 where one is set.
func (h *Rim) redPoint(a *asked, v *briefView) error {
	if h.targets == nil {
		return nil
	}
	r := a.r
	red, err := h.targets.RedLine(r.Context(), r.Scope(), a.at, a.month)
	if err != nil || !red.Known || !red.Set() {
		return err
	}
	p := pointView{Badge: web.Badge{Kind: "grn", Icon: "circle-check", Text: r.T("board.brief.redok")}, Href: listLink(r, indicator.MustGet("jobless"), a.at),
		Text: []string{r.T("board.brief.red", web.Thousands(red.Jobless), web.Percent(red.Share()*100))}}
	if red.Crossed() {
		p.Badge = web.Badge{Kind: "red", Icon: "alert-circle", Text: r.T("board.brief.redcrossed")}
	}
	v.Points = append(v.Points, p)
	return nil
}

// remarks are the places below that need a look, with the reason in words.
func (h *Rim) remarks(a *asked, v *briefView) error {
	r := a.r
	if len(a.children) == 0 {
		return nil
	}
	v.Below = true
	v.Note = r.T("board.brief.note", web.Rate(float64(v.look.Fall)/10), v.look.People, web.Rate(float64(v.look.Doubt)))
	now, err := h.figures.At(r.Context(), r.Scope(), a.children, a.month, a.view)
	if err != nil {
		return err
	}
	was, err := h.figures.At(r.Context(), r.Scope(), a.children, a.month.Add(-1), a.view)
	if err != nil {
		return err
	}
	for i := range now {
		if now[i].Rows == 0 {
			continue
		}
		at := a.children[i]
		p := placeView{Name: h.name(r, at), Href: r.Link("/board/brief", "at", atParam(at)), Year: now[i].N("worked_year"),
			HasBase: was[i].Rows > 0 && !a.running(), Delta: now[i].N("working") - was[i].N("working")}
		if len(h.children(r, at)) == 0 {
			p.Href = down(r, at)
		}
		if a.goals != nil {
			if s := a.goals.by[at]; s != nil && s.Behind {
				p.Badges = append(p.Badges, web.Badge{Kind: "yel", Icon: "alert-triangle", Text: r.T("board.brief.slow", web.Percent(s.Rate*100))})
			}
		}
		if p.HasBase && v.look.Falls(now[i].N("working"), was[i].N("working")) {
			p.Badges = append(p.Badges, web.Badge{Kind: "yel", Icon: "alert-triangle", Text: r.T("board.brief.down", web.Thousands(-p.Delta))})
		}
		if n := now[i].N("unverified"); v.look.Doubts(n, now[i].N("registered"), a.now().N("unverified"), a.now().N("registered")) {
			p.Badges = append(p.Badges, web.Badge{Kind: "yel", Icon: "help-circle", Text: r.T("board.brief.doubt", web.Thousands(n))})
		}
		if len(p.Badges) == 0 {
			v.Calm++
			continue
		}
		v.Places = append(v.Places, p)
	}
	return nil
}
