package boardhttp

import (
	"strings"

	"wengang/internal/fact"
	"wengang/internal/indicator"
	"wengang/internal/region"
	"wengang/internal/rollup"
	"wengang/internal/web"
)

func (h *Rim) countLine(a *asked, w whyAsk, p *rollup.Part) whyLine {
	r := a.r
	l := whyLine{Name: h.partName(a, w, p.Region, p.Code), Delta: p.Delta(), From: web.Thousands(p.From), To: web.Thousands(p.To),
		Began: p.By[rollup.Began], Ended: p.By[rollup.Ended], Came: p.By[rollup.MovedIn] + p.By[rollup.Entered],
		Went: p.By[rollup.MovedOut] + p.By[rollup.Died] + p.By[rollup.Gone]}
	l.Text = signed(r, w.d, l.Delta)
	l.Href = h.partHref(a, w, p.Region, p.Code)
	l.Note = h.note(a, w, p)
	return l
}

// note names what moved a part most: the channel with its comings and goings
// where the figure is about work, else the causes.
func (h *Rim) note(a *asked, w whyAsk, p *rollup.Part) string {
	r := a.r
	moved := p.By[rollup.MovedIn] + p.By[rollup.Entered] - p.By[rollup.MovedOut] - p.By[rollup.Died] - p.By[rollup.Gone]
	channel, net := p.Main()
	n := p.Channels[channel]
	if w.d.ID == "working" && w.by == rollup.ByPlace && net != 0 && abs(net) >= abs(moved) {
		switch {
		case n.Began == 0:
			return r.T("board.why.ended", channelName(r, channel), web.Thousands(n.Ended))
		case n.Ended == 0:
			return r.T("board.why.began", channelName(r, channel), web.Thousands(n.Began))
		case p.Delta() < 0:
			return r.T("board.why.less", channelName(r, channel), web.Thousands(n.Ended), web.Thousands(n.Began))
		}
		return r.T("board.why.more", channelName(r, channel), web.Thousands(n.Began), web.Thousands(n.Ended))
	}
	var out []string
	for _, c := range []struct {
		key string
		n   int64
	}{{"board.why.n.began", p.By[rollup.Began]}, {"board.why.n.ended", p.By[rollup.Ended]}} {
		if c.n > 0 {
			out = append(out, r.T(c.key, web.Thousands(c.n)))
		}
	}
	if moved != 0 {
		key := "board.why.moved"
		if w.by != rollup.ByPlace {
			key = "board.why.switched"
		}
		out = append(out, r.T(key, web.Signed(moved)))
	}
	return strings.Join(out, r.T("board.list.and"))
}

// partName names a part: a place, a class of places, a channel.
func (h *Rim) partName(a *asked, w whyAsk, at region.Code, code int) string {
	switch {
	case w.by == rollup.ByClass:
		return h.classPart(a.r, code)
	case w.by == rollup.ByChannel:
		return channelName(a.r, code)
	case at == a.at:
		return a.r.T("board.why.own", h.name(a.r, at))
	}
	return h.name(a.r, at)
}

// classPart: of those who do not work, no class is stated.
func (h *Rim) classPart(r *web.Request, class int) string {
	if class == 0 {
		return r.T("board.why.noclass")
	}
	return h.className(r, class)
}

// partHref leads to the same question one level down.
func (h *Rim) partHref(a *asked, w whyAsk, at region.Code, code int) string {
	r := a.r
	switch {
	case w.by == rollup.ByClass && w.d.ID == "working":
		return listLink(r, w.d, a.at, "class", classParam(code))
	case w.by != rollup.ByPlace || at == a.at:
		return ""
	}
	return whyLink(r, w.d, w.vs(), "at", atParam(at))
}

func channelName(r *web.Request, c int) string {
	if c == 0 {
		return r.T("indicator.channel_unknown")
	}
	return enumWord(r, fact.Channel, c)
}

// signed writes a change in the indicator's unit.
func signed(r *web.Request, d *indicator.Def, n int64) string {
	sign := ""
	if n > 0 {
		sign = "+"
	} else if n < 0 {
		sign = "−"
	}
	switch d.Unit {
	case indicator.Fen:
		return sign + web.Yuan(abs(n))
	case indicator.Rate:
		return sign + hundredths(abs(n))
	}
	return web.Signed(n)
}

func abs(n int64) int64 { return max(n, -n) }
