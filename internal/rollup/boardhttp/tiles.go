package boardhttp

import (
	"fmt"
	"math"

	"wengang/internal/calendar"
	"wengang/internal/indicator"
	"wengang/internal/month"
	"wengang/internal/rollup"
	"wengang/internal/web"
)

// tiles are the six figures on top.
func (h *Rim) tiles(a *asked) []web.Tile {
	r, f := a.r, a.now()
	share := func(id string) string { return h.shareOf(r, f.Value(indicator.MustGet(id))) }
	tile := func(id string, calibre ...string) web.Tile {
		d := indicator.MustGet(id)
		value, unit := show(r, d, f.Value(d))
		return web.Tile{Label: r.T(d.Key()), Value: value, Unit: unit, Href: listLink(r, d, a.at), Changes: h.changes(a, d), Calibre: calibre}
	}
	out := []web.Tile{
		tile("working", r.T("board.cal.working"), r.T("board.cal.confirmed", share("confirmed_share"))),
		tile("worked_year", r.T("board.cal.year", a.month.Num()), r.T("board.cal.once")+r.T("board.cal.and")+r.T("board.cal.confirmed", share("year_confirmed_share"))),
		tile("income_mean", r.T("board.cal.n", web.Thousands(f.N("income_known"))), r.T("board.cal.known", share("income_known_share"))),
		tile("stable", r.T("board.cal.stable", setting(f, month.StableMonths)), r.T("board.cal.stableshare", web.Thousands(f.N("stable_working")), share("stable_share"))),
		tile("unverified", r.T("board.cal.unverified", setting(f, month.UnverifiedMonths)), r.T("board.cal.notlost")),
	}
	return append(out, h.goalTile(a))
}

// villageTiles are a village's figures in people: who is there, who works, who
// does not, whom to ask; beside each what it was.
func (h *Rim) villageTiles(a *asked) []web.Tile {
	r, f := a.r, a.now()
	var out []web.Tile
	for _, id := range []string{"registered", "able_willing", "working", "jobless", "unverified", "income_mean"} {
		d := indicator.MustGet(id)
		value, unit := show(r, d, f.Value(d))
		t := web.Tile{Label: r.T(d.Key()), Value: value, Unit: unit, Href: listLink(r, d, a.at)}
		if d.Unit == indicator.Persons {
			was, year := "—", "—"
			if b := a.back(1); b.Rows > 0 {
				was = web.Thousands(b.N(id))
			}
			if b := a.back(12); b.Rows > 0 {
				year = web.Thousands(b.N(id))
			}
			t.Calibre = []string{r.T("board.cal.was", was, year)}
		} else {
			t.Calibre = []string{r.T("board.cal.n", web.Thousands(f.N("income_known")))}
		}
		out = append(out, t)
	}
	return out
}

// goalTile is the target's progress with the time that has passed as a tick.
func (h *Rim) goalTile(a *asked) web.Tile {
	r := a.r
	t := web.Tile{Label: r.T("board.goal"), LinkText: r.T("board.goal.link"), Href: r.Link("/target"), Value: "—"}
	g := a.goals
	if g == nil || g.own == nil || g.own.Rate < 0 {
		t.Calibre = []string{r.T("board.goal.none"), r.T("board.goal.none2")}
		return t
	}
	t.Value, t.Unit = web.Rate(g.own.Rate*100), "%"
	t.Bar, t.Progress, t.Tick = true, g.own.Rate*100, g.own.Time*100
	if !a.running() && a.month.Num() > 1 && g.own.Row.Value > 0 && a.back(1).Rows > 0 {
		x := float64(g.own.Actual-a.back(1).N(g.figure)) / float64(g.own.Row.Value) * 100
		t.Changes = append(t.Changes, web.Change{Label: r.T("board.mom"), Value: r.T("board.points", web.Rate(max(x, -x))), Up: x >= 0.05, Down: x <= -0.05})
	}
	t.Calibre = []string{r.T("board.goal.of", web.Thousands(g.own.Actual), web.Thousands(g.own.Row.Value)), r.T("board.goal.time", web.Rate(g.own.Time*100))}
	if g.sample {
		t.Calibre[1] = r.T("board.goal.sample")
	}
	return t
}

// show writes a value with its unit.
func show(r *web.Request, d *indicator.Def, v rollup.Value) (value, unit string) {
	return web.Amount(d.Unit, v.Known, v.N, v.Float()), r.T("indicator.unit." + string(d.Unit))
}

// shareOf is a share as a percentage, of a handful as people: 7 人中 5 人.
func (h *Rim) shareOf(r *web.Request, v rollup.Value) string {
	if v.Known && v.Den < fewPeople {
		return r.T("board.of", web.Thousands(v.Num), web.Thousands(v.Den))
	}
	return percentOf(v)
}

func percentOf(v rollup.Value) string {
	if !v.Known {
		return "—"
	}
	return web.Percent(v.Float() * 100)
}

// setting is the value that the figures were counted with; where counties
// differ, all are named.
func setting(f *rollup.Figures, name string) string {
	out := ""
	for i, n := range f.Setting(name) {
		if i > 0 {
			out += "/"
		}
		out += fmt.Sprint(n)
	}
	return out
}

// line is 24 months of 在岗 and 稳定 with the points that matter.
func (h *Rim) line(a *asked) web.Chart {
	r := a.r
	working, stable := indicator.MustGet("working"), indicator.MustGet("stable")
	c := web.Chart{Kind: "line", Title: r.T("board.line", h.name(r, a.at)), Unit: r.T("indicator.unit.person"), First: r.T("board.month")}
	one := web.Series{Name: r.T(working.Key())}
	two := web.Series{Name: r.T(stable.Key()), Dashed: true}
	low, high := -1.0, 0.0
	for i := range a.series {
		f := &a.series[i]
		c.Categories = append(c.Categories, f.Month.String())
		if f.Rows == 0 {
			one.Values, two.Values = append(one.Values, nil), append(two.Values, nil)
			continue
		}
		x, y := float64(f.N("working")), float64(f.N("stable"))
		one.Values, two.Values = append(one.Values, &x), append(two.Values, &y)
		if m := min(x, y); low < 0 || m < low {
			low = m
		}
		high = max(high, x, y)
	}
	last := len(a.series) - 1
	if p := one.Values[last-12]; p != nil {
		one.Marks = append(one.Marks, web.Mark{At: last - 12, Text: r.T("board.line.year", web.Thousands(*p))})
	}
	now := r.T("board.line.now", web.Thousands(*one.Values[last]))
	if a.running() {
		now = r.T("board.line.running", now, a.asOf())
	}
	also := r.T("board.line.stable", web.Thousands(*two.Values[last]))
	// Two labels at one height would cover each other: then they share one.
	if max(*one.Values[last]-*two.Values[last], *two.Values[last]-*one.Values[last]) < high*0.06 {
		now += "\n" + also
	} else {
		two.Marks = append(two.Marks, web.Mark{At: last, Text: also})
	}
	one.Marks = append(one.Marks, web.Mark{At: last, Text: now, Emphasis: true})
	c.Series = []web.Series{one, two}
	for _, s := range springs(a.series, one.Values, two.Values) {
		c.Series[s.line].Marks = append(c.Series[s.line].Marks, web.Mark{At: s.at, Text: r.T("board.line.spring"), Below: true, Quiet: true})
		low = min(low, *c.Series[s.line].Values[s.at]-(high-low)*0.08) // room for the note
	}
	from, every := axis(low, high)
	c.Every = &every
	c.Sub = r.T("board.line.sub", c.Categories[0], c.Categories[last])
	if from > 0 {
		c.From, c.Sub = &from, c.Sub+" · "+r.T("board.line.from", web.Thousands(from))
	}
	return c
}

// spring is where the Spring Festival shows: in the lowest of its month and the
// next, on the lower line, where that lies a twentieth or more below the
// December before. Months and days come from the calendar's notices.
type spring struct{ line, at int }

func springs(series []rollup.Figures, lines ...[]*float64) []spring {
	var out []spring
	for i := range series {
		festival, known := calendar.SpringFestival(series[i].Month.Year())
		if !known || festival != series[i].Month {
			continue
		}
		best, low := spring{-1, -1}, 0.0
		for k := i; k <= i+1 && k < len(series); k++ {
			for l, values := range lines {
				if v := values[k]; v != nil && (best.line < 0 || *v < low) {
					best, low = spring{l, k}, *v
				}
			}
		}
		before := i - series[i].Month.Num() // the December before
		if best.line < 0 || before < 0 || lines[best.line][before] == nil || low >= 0.95**lines[best.line][before] {
			continue
		}
		out = append(out, best)
	}
	return out
}

// axis is where the axis begins, 0 unless the lines would be flat, and the
// step of its lines: about four of 1, 2 or 5 times a power of ten.
func axis(low, high float64) (from, every float64) {
	if low > high*0.4 {
		from = low
	}
	every = 1
	for k := 0; (high-from)/every > 5; k++ {
		every *= []float64{2, 2.5, 2}[k%3] // 1, 2, 5, 10, …
	}
	return math.Floor(from/every) * every, every
}
