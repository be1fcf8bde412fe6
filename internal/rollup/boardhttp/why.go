package boardhttp

import (
	"slices"

	"wengang/internal/fact"
	"wengang/internal/indicator"
	"wengang/internal/rollup"
	"wengang/internal/web"
)

// whyView takes the change of 在岗 since last month apart; its lines add up.
type whyView struct {
	Title, Sub string
	Delta      int64
	Steps      []stepView // last month, what came, what went, this month
	Lines      []whyLine
	Rest       *whyLine
	ShareHead  string
	Empty      string
}

type stepView struct {
	Label string
	N     int64
	Href  string
}

type whyLine struct {
	Name, Note, Href string
	Delta            int64
	Share            string
	Left, Width      float64 // bar in percent of its cell; the middle is no change
	Minus            bool
}

// whyLines is how many parts stand by themselves.
const whyLines = 6

func (h *Rim) why(a *asked, v *boardView) error {
	r := a.r
	v.Why = &whyView{Title: r.T("board.why.change")}
	if a.back(1).Rows == 0 {
		v.Why.Empty = r.T("rollup.nc.missing", a.month.Add(-1).String())
		return nil
	}
	working := indicator.MustGet("working")
	x, err := h.figures.Explain(r.Context(), r.Scope(), working, a.at, a.children, a.month, a.view)
	if err != nil {
		return err
	}
	w := v.Why
	w.Delta, w.ShareHead = x.Whole.Delta(), r.T("board.why.share")
	switch {
	case w.Delta < 0:
		w.Title, w.ShareHead = r.T("board.why.fall"), r.T("board.why.share.fall")
	case w.Delta > 0:
		w.Title, w.ShareHead = r.T("board.why.rise"), r.T("board.why.share.rise")
	}
	w.Sub = r.T("board.why.sub", web.Thousands(x.Whole.From), web.Thousands(x.Whole.To))
	w.Steps = h.steps(a, &x.Whole)
	parts := x.Parts
	if len(a.children) == 0 {
		parts = byChannel(&x.Whole)
	}
	slices.SortStableFunc(parts, func(p, q rollup.Part) int { return int(abs(q.Delta()) - abs(p.Delta())) })
	var rest int64
	for i := range parts {
		if i >= whyLines || parts[i].Delta() == 0 {
			rest += parts[i].Delta()
			continue
		}
		w.Lines = append(w.Lines, h.whyLine(a, &parts[i]))
	}
	if n := len(parts) - len(w.Lines); n > 0 {
		w.Rest = &whyLine{Name: r.T("board.why.rest"), Note: r.T("board.why.rest.note", n), Delta: rest}
	}
	w.scale()
	return nil
}

// steps is the line 上月 + … = 本月; each number has its list.
func (h *Rim) steps(a *asked, p *rollup.Part) []stepView {
	r := a.r
	link := func(id string) string { return listLink(r, indicator.MustGet(id), a.at) }
	return []stepView{
		{r.T("board.step.last"), p.From, listLink(r, indicator.MustGet("working"), a.at, "month", a.month.Add(-1).String())},
		{r.T("board.step.new"), p.By[rollup.Began], link("new_work")},
		{r.T("board.step.left"), p.By[rollup.Ended], link("left_work")},
		{r.T("board.step.in"), p.By[rollup.MovedIn] + p.By[rollup.Entered], listOf(r, a.at, []string{"moved_in_working", "entered_working"})},
		{r.T("board.step.out"), p.By[rollup.MovedOut] + p.By[rollup.Died] + p.By[rollup.Gone], listOf(r, a.at, []string{"moved_out_working", "died_working", "gone_working"})},
		{r.T("board.step.now"), p.To, link("working")},
	}
}

func (h *Rim) whyLine(a *asked, p *rollup.Part) whyLine {
	r := a.r
	out := whyLine{Name: h.name(r, p.Region), Delta: p.Delta(), Href: down(r, p.Region)}
	channel, net := p.Main()
	moved := p.By[rollup.MovedIn] + p.By[rollup.Entered] - p.By[rollup.MovedOut] - p.By[rollup.Died] - p.By[rollup.Gone]
	switch {
	case p.Region == 0 && len(a.children) == 0: // a part by channel
		out.Name, out.Href = channelName(r, channel), ""
	case net < 0 && net <= moved:
		out.Note = r.T("board.why.less", channelName(r, channel), web.Thousands(-net))
	case net > 0 && net >= moved:
		out.Note = r.T("board.why.more", channelName(r, channel), web.Thousands(net))
	case moved != 0:
		out.Note = r.T("board.why.moved", web.Signed(moved))
	}
	return out
}

// byChannel takes a village's change apart by channel and, for who moved, died
// or came, as one more part.
func byChannel(whole *rollup.Part) []rollup.Part {
	var out []rollup.Part
	rest := whole.Delta()
	for c, n := range whole.Channels {
		rest -= n.Began - n.Ended
		out = append(out, rollup.Part{From: n.Ended, To: n.Began, Channels: map[int]rollup.ChannelNet{c: n}})
	}
	slices.SortFunc(out, func(a, b rollup.Part) int { return int(a.Delta() - b.Delta()) })
	if rest != 0 {
		p := rollup.Part{Region: whole.Region, From: max(0, -rest), To: max(0, rest), By: whole.By}
		out = append(out, p)
	}
	return out
}

func channelName(r *web.Request, c int) string {
	if c == 0 {
		return r.T("indicator.channel_unknown")
	}
	return enumWord(r, fact.Channel, c)
}

// scale sizes the bars: half the cell is the longest, left is less.
func (w *whyView) scale() {
	longest := int64(1)
	all := w.Lines
	for _, l := range all {
		longest = max(longest, abs(l.Delta))
	}
	one := func(l *whyLine) {
		l.Width = float64(abs(l.Delta)) / float64(longest) * 48
		l.Minus = l.Delta < 0
		l.Left = 50
		if l.Minus {
			l.Left = 50 - l.Width
		}
		l.Share = "—"
		if w.Delta != 0 {
			l.Share = web.Percent(float64(l.Delta) / float64(w.Delta) * 100)
		}
	}
	for i := range w.Lines {
		one(&w.Lines[i])
	}
	if w.Rest != nil {
		longest = max(longest, abs(w.Rest.Delta))
		one(w.Rest)
	}
}

func abs(n int64) int64 { return max(n, -n) }
