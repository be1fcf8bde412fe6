package boardhttp

import (
	"net/http"
	"time"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/indicator"
	"wengang/internal/region"
	"wengang/internal/rollup"
	"wengang/internal/web"
)

// seriesMonths is how far back the lines go.
const seriesMonths = 24

// boardView is everything that the page shows.
type boardView struct {
	Empty    *web.Empty
	Sub      string
	Switch   []web.Tab
	Export   string // the workbook, "" where none is given
	Tiles    []web.Tile
	Line     web.Chart
	Why      *whyView
	Rank     *rankView
	Channels *channelView
	Flow     *flowView
	Dests    *destView
	Families []familyView // of a village
	Village  bool         // names instead of rankings and percentages
	Names    string       // where the names come from, "" without the right to see them
}

// asked is one request's place, month and view, with the figures at hand.
type asked struct {
	r        *web.Request
	at       region.Code
	month    calendar.Month
	view     rollup.View
	series   []rollup.Figures // 24 months, the last is the page's
	children []region.Code
	goals    *goals
	today    time.Time
}

func (a *asked) now() *rollup.Figures { return &a.series[len(a.series)-1] }

// back are the figures n months before.
func (a *asked) back(n int) *rollup.Figures { return &a.series[len(a.series)-1-n] }

func (h *Rim) ask(r *web.Request, view rollup.View) (*asked, error) {
	a := &asked{r: r, at: r.At, month: r.Month, view: view, today: h.shell.Now().In(calendar.Zone)}
	var err error
	if a.series, err = h.figures.Series(r.Context(), r.Scope(), a.at, a.month, seriesMonths, a.view); err != nil {
		return nil, err
	}
	return a, nil
}

func (h *Rim) board(w http.ResponseWriter, r *web.Request) error {
	_, v, err := h.boardOf(r)
	if err != nil {
		return err
	}
	return h.shell.Page(w, r, "board/board", v)
}

// boardOf is everything that the page and its workbook show.
func (h *Rim) boardOf(r *web.Request) (*asked, *boardView, error) {
	a, err := h.ask(r, view(r))
	if err != nil {
		return nil, nil, err
	}
	v := &boardView{}
	if a.now().Rows == 0 {
		v.Empty = &web.Empty{Icon: "chart-line", Title: r.T("board.empty", a.month.String()), Note: r.T("board.empty.note"),
			Action: r.T("board.empty.act"), Href: r.Link("/imports")}
		return a, v, nil
	}
	a.children = h.children(r, a.at)
	if a.goals, err = h.goalsOf(a); err != nil {
		return nil, nil, err
	}
	v.Sub = h.sub(a)
	if v.Switch, err = h.views(a); err != nil {
		return nil, nil, err
	}
	v.Tiles = h.tiles(a)
	if a.at.Level() == region.Village {
		v.Village, v.Tiles = true, h.villageTiles(a)
		if r.Caller.Scope(account.PeopleRead).Contains(a.at) {
			v.Names = r.Link("/board/names")
		}
	}
	if h.leave != nil {
		v.Export = r.Link("/board/export", "why", r.URL.Query().Get("why"), "vs", r.URL.Query().Get("vs"), "by", r.URL.Query().Get("by"), "view", r.URL.Query().Get("view"))
	}
	v.Line = h.line(a)
	for _, part := range []func(*asked, *boardView) error{h.why, h.rank, h.flow, h.dests} {
		if err := part(a, v); err != nil {
			return nil, nil, err
		}
	}
	return a, v, nil
}

// sub says which values the page shows: frozen with the day, or open.
func (h *Rim) sub(a *asked) string {
	r, f := a.r, a.now()
	switch {
	case a.view == rollup.AsKnown:
		return r.T("board.sub.known", r.T("indicator.calibre.origin"))
	case f.Closed && f.ClosedAt > 0:
		day := calendar.DateAt(db.FromMillis(f.ClosedAt))
		return r.T("board.sub.closed", r.T("indicator.calibre.origin"), day.String())
	case a.running():
		return r.T("board.sub.running", r.T("indicator.calibre.origin"), a.asOf())
	}
	return r.T("board.sub.open", r.T("indicator.calibre.origin"))
}

// views is the switch between the figures as closed and as known now.
func (h *Rim) views(a *asked) ([]web.Tab, error) {
	if a.now().ClosedAt == 0 {
		return nil, nil
	}
	r := a.r
	tabs := []web.Tab{
		{Label: r.T("board.view.closed"), Href: r.Self("view", ""), On: a.view == rollup.AsClosed},
		{Label: r.T("board.view.known"), Href: r.Self("view", "known"), On: a.view == rollup.AsKnown},
	}
	late, err := h.figures.Late(r.Context(), r.Scope(), a.at, a.month)
	if err != nil || late == 0 {
		return tabs, err
	}
	other := rollup.AsKnown
	if a.view == rollup.AsKnown {
		other = rollup.AsClosed
	}
	f, err := h.figures.Figures(r.Context(), r.Scope(), a.at, a.month, other)
	if err != nil {
		return nil, err
	}
	diff := f.N("working") - a.now().N("working")
	if other == rollup.AsClosed {
		diff = -diff
	}
	tabs[1].Note = web.Signed(diff)
	return tabs, nil
}

// changes are 同比 and 环比 of an indicator, each with its explanation.
func (h *Rim) changes(a *asked, d *indicator.Def) []web.Change {
	out := []web.Change{
		h.change(a, a.r.T("board.yoy"), d, a.back(12)),
		h.change(a, a.r.T("board.mom"), d, a.back(1)),
	}
	if explains(d) {
		for i, vs := range []string{"yoy", "mom"} {
			if out[i].Reason == "" {
				out[i].Href = whyLink(a.r, d, vs)
			}
		}
	}
	return out
}

// fewPeople is below how many people a change is told in persons: a percentage
// of a handful says nothing.
const fewPeople = 50

func (h *Rim) change(a *asked, label string, d *indicator.Def, base *rollup.Figures) web.Change {
	if a.running() {
		return web.Change{Label: label, Reason: a.runningReason()}
	}
	now := a.now().Value(d).N
	c := rollup.Compare(d, a.now(), base)
	if base.Rows == 0 {
		now = fewPeople // a base that is not there is told as such
	}
	return h.written(a, label, d, c, now)
}

// written puts a comparison into a tile's words; now is the figure itself.
func (h *Rim) written(a *asked, label string, d *indicator.Def, c rollup.Change, now int64) web.Change {
	r := a.r
	out := web.Change{Label: label}
	if a.running() {
		out.Reason = a.runningReason()
		return out
	}
	few := d.Unit == indicator.Persons && now < fewPeople && now-c.Abs < fewPeople
	if !c.OK && !(few && c.Key == "rollup.nc.zero") {
		out.Reason = h.reason(r, c)
		return out
	}
	if few {
		out.Up, out.Down = c.Abs > 0, c.Abs < 0
		out.Value = r.T("board.people", web.Thousands(abs(c.Abs)))
		return out
	}
	x := c.Ratio * 100
	out.Up, out.Down = x >= 0.05, x <= -0.05
	if x < 0 {
		x = -x
	}
	if d.Unit == indicator.Rate {
		out.Value = r.T("board.points", web.Rate(x))
	} else {
		out.Value = web.Percent(x)
	}
	return out
}
