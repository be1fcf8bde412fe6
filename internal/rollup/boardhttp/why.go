package boardhttp

import (
	"cmp"
	"slices"
	"strings"

	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/rollup"
	"wengang/internal/web"
)

// whyView takes the change of an indicator apart; its lines add up to it, and
// their shares to 100.0 %.
type whyView struct {
	Title, Sub string
	Name       string // of the indicator
	Delta      string // with its unit
	Same       bool   // nothing changed altogether: no shares
	Steps      []stepView
	Lines      []whyLine
	Rest       *whyLine
	Total      whyLine
	ShareHead  string
	PartHead   string
	Empty      string
	Last       string // the month that can be explained
	LastHref   string
	Ratio      bool
	Full       bool // the page of its own
	Choices    []web.Tab
	Spans      []web.Tab
	Splits     []web.Tab
	More       string
	Say        []string
	How        string
}

type stepView struct {
	Label string
	N     int64
	Href  string
}

type whyLine struct {
	Name, Note, Href string
	Delta            int64
	Text             string // Delta as printed
	Share            string
	Left, Width      float64 // bar in percent of its cell; the middle is no change
	Minus            bool

	From, To                 string
	Began, Ended, Came, Went int64  // of a count
	Within, Mix              string // of a mean or a rate
}

// whyLines is how many parts stand by themselves on the board.
const whyLines = 6

// headlines are the figures whose change the pages offer to explain; any other
// that can be explained may stand in the address.
var headlines = []string{"working", "worked_year", "stable", "jobless", "unverified", "registered",
	"income_mean", "employment_rate", "stable_share", "confirmed_share"}

// whyAsk is what an address asks to have explained.
type whyAsk struct {
	d    *indicator.Def
	back int
	by   rollup.Split
}

func whyOf(a *asked) (whyAsk, error) {
	q := a.r.URL.Query()
	w := whyAsk{d: indicator.MustGet("working"), back: 1, by: rollup.ByPlace}
	if id := q.Get("why"); id != "" {
		d, ok := indicator.Get(id)
		if !ok || !explains(d) {
			return w, fault.NotFoundf("fault.notfound")
		}
		w.d = d
	}
	switch q.Get("vs") {
	case "", "mom":
	case "yoy":
		w.back = 12
	default:
		return w, fault.NotFoundf("fault.notfound")
	}
	switch by := rollup.Split(q.Get("by")); by {
	case "":
		if len(a.children) == 0 {
			w.by = rollup.ByChannel
		}
	case rollup.ByPlace, rollup.ByClass, rollup.ByChannel:
		w.by = by
	default:
		return w, fault.NotFoundf("fault.notfound")
	}
	return w, nil
}

func explains(d *indicator.Def) bool {
	return d.Kind == indicator.Count && rollup.Explains(d) || rollup.ExplainsRatio(d)
}

// question names the places below in both months: those that ended between are
// parts by their own names.
func (h *Rim) question(a *asked, w whyAsk) rollup.Question {
	children := slices.Clone(a.children)
	for _, c := range h.childrenIn(a.r, a.at, a.month.Add(-w.back)) {
		if !slices.Contains(children, c) {
			children = append(children, c)
		}
	}
	return rollup.Question{Def: w.d, At: a.at, Children: children, Month: a.month, Back: w.back, View: a.view, By: w.by}
}

// whyLink is the page that explains an indicator's change.
func whyLink(r *web.Request, d *indicator.Def, vs string, kv ...any) string {
	kv = append([]any{"why", d.ID, "vs", vs}, kv...)
	if view(r) == rollup.AsKnown {
		kv = append(kv, "view", "known")
	}
	return r.Link("/board/why", kv...)
}

func (w whyAsk) vs() string {
	if w.back == 12 {
		return "yoy"
	}
	return "mom"
}

// why fills the board's card.
func (h *Rim) why(a *asked, v *boardView) error {
	w, err := whyOf(a)
	if err != nil {
		return err
	}
	if v.Why, err = h.whyView(a, w, false); err != nil {
		return err
	}
	v.Why.More = whyLink(a.r, w.d, w.vs(), "by", string(w.by))
	return nil
}

func (h *Rim) whyView(a *asked, w whyAsk, full bool) (*whyView, error) {
	r := a.r
	v := &whyView{Title: r.T("board.why.change"), Name: r.T(w.d.Key()), How: r.T(w.d.How()), Full: full, PartHead: r.T("board.why.part." + string(w.by))}
	v.Spans = []web.Tab{
		{Label: r.T("board.mom"), Href: r.Self("vs", ""), On: w.back == 1},
		{Label: r.T("board.yoy"), Href: r.Self("vs", "yoy"), On: w.back == 12},
	}
	h.whySwitches(a, w, v)
	if a.running() {
		v.Empty = a.runningReason()
		last := a.month.Add(-1).String()
		v.Last, v.LastHref = r.T("board.why.last", last), r.Self("month", last)
		return v, nil
	}
	if c := rollup.Compare(w.d, a.now(), a.back(w.back)); !c.OK && c.Key != "rollup.nc.zero" {
		v.Empty = h.reason(r, c)
		return v, nil
	}
	if w.d.Kind == indicator.Ratio {
		return v, h.whyRatio(a, w, v)
	}
	return v, h.whyCount(a, w, v)
}

func (h *Rim) whySwitches(a *asked, w whyAsk, v *whyView) {
	r := a.r
	for _, id := range headlines {
		d := indicator.MustGet(id)
		v.Choices = append(v.Choices, web.Tab{Label: r.T(d.Key()), Href: r.Self("why", id), On: d == w.d})
	}
	if !slices.Contains(headlines, w.d.ID) {
		v.Choices = append(v.Choices, web.Tab{Label: r.T(w.d.Key()), Href: r.Self("why", w.d.ID), On: true})
	}
	atWork := w.d.Family != indicator.Population && w.d.ID != "unverified" // of others, no work tells a class
	for _, by := range []rollup.Split{rollup.ByPlace, rollup.ByClass, rollup.ByChannel} {
		if by == rollup.ByPlace && len(a.children) == 0 || by != rollup.ByPlace && !atWork && by != w.by {
			continue
		}
		v.Splits = append(v.Splits, web.Tab{Label: r.T("board.why.by." + string(by)), Href: r.Self("by", string(by)), On: by == w.by})
	}
}

// title says whether the change is a fall or a rise.
func (v *whyView) turn(r *web.Request, delta int64) {
	v.ShareHead = r.T("board.why.share")
	switch {
	case delta < 0:
		v.Title, v.ShareHead = r.T("board.why.fall"), r.T("board.why.share.fall")
	case delta > 0:
		v.Title, v.ShareHead = r.T("board.why.rise"), r.T("board.why.share.rise")
	}
}

func (h *Rim) whyCount(a *asked, w whyAsk, v *whyView) error {
	r := a.r
	x, err := h.figures.ExplainOf(r.Context(), r.Scope(), h.question(a, w))
	if err != nil {
		return err
	}
	delta := x.Whole.Delta()
	v.turn(r, delta)
	v.Delta = r.T("board.people", web.Signed(delta))
	v.Sub = r.T("board.why.sub", v.Name, web.Thousands(x.Whole.From), web.Thousands(x.Whole.To))
	v.Steps = h.steps(a, w, &x.Whole)
	slices.SortStableFunc(x.Parts, func(p, q rollup.Part) int { return cmp.Compare(abs(q.Delta()), abs(p.Delta())) })
	for i := range x.Parts {
		v.Lines = append(v.Lines, h.countLine(a, w, &x.Parts[i]))
	}
	v.Total = h.countLine(a, w, &x.Whole)
	v.settle(r, w)
	h.say(a, w, v, web.Thousands(x.Whole.To), web.Thousands(x.Whole.From), delta)
	return nil
}

// settle folds the small parts of a card into one line, gives all lines their
// shares and sizes the bars.
func (v *whyView) settle(r *web.Request, w whyAsk) {
	if !v.Full {
		keep := 0
		for keep < len(v.Lines) && keep < whyLines && v.Lines[keep].Delta != 0 {
			keep++
		}
		if n := len(v.Lines) - keep; n > 0 {
			rest, up, down := whyLine{Name: r.T("board.why.rest")}, false, false
			for _, l := range v.Lines[keep:] {
				rest.Delta += l.Delta
				up, down = up || l.Delta > 0, down || l.Delta < 0
			}
			switch {
			case up && down:
				rest.Note = r.T("board.why.rest.note", n)
			case up || down:
				rest.Note = r.T("board.why.rest.n", n)
			default:
				rest.Note = r.T("board.why.rest.same", n)
			}
			rest.Text = signed(r, w.d, rest.Delta)
			v.Rest, v.Lines = &rest, v.Lines[:keep]
		}
	}
	all := make([]*whyLine, 0, len(v.Lines)+1)
	for i := range v.Lines {
		all = append(all, &v.Lines[i])
	}
	if v.Rest != nil {
		all = append(all, v.Rest)
	}
	deltas, longest := make([]int64, len(all)), int64(1)
	for i, l := range all {
		deltas[i] = l.Delta
		longest = max(longest, abs(l.Delta))
	}
	shares := rollup.Shares(deltas)
	v.Same = shares == nil
	for i, l := range all {
		l.Width = float64(abs(l.Delta)) / float64(longest) * 48
		l.Left, l.Minus, l.Share = 50, l.Delta < 0, "—"
		if l.Minus {
			l.Left -= l.Width
		}
		if shares != nil {
			l.Share = web.Percent(float64(shares[i]) / 10)
		}
	}
}

// steps is the line 上月 + … = 本月; each number has its list.
func (h *Rim) steps(a *asked, w whyAsk, p *rollup.Part) []stepView {
	r := a.r
	link := func(causes ...rollup.Cause) string {
		words := make([]string, len(causes))
		for i, c := range causes {
			words[i] = string(c)
		}
		return listLink(r, w.d, a.at, "cause", strings.Join(words, ","), "vs", w.vs())
	}
	base := listLink(r, w.d, a.at, "month", a.month.Add(-w.back).String())
	began, ended := "board.step.began", "board.step.ended"
	if w.d.ID == "working" {
		began, ended = "board.step.new", "board.step.left"
	}
	return []stepView{
		{r.T("board.step.base." + w.vs()), p.From, base},
		{r.T(began), p.By[rollup.Began], link(rollup.Began)},
		{r.T(ended), p.By[rollup.Ended], link(rollup.Ended)},
		{r.T("board.step.in"), p.By[rollup.MovedIn] + p.By[rollup.Entered], link(rollup.MovedIn, rollup.Entered)},
		{r.T("board.step.out"), p.By[rollup.MovedOut] + p.By[rollup.Died] + p.By[rollup.Gone], link(rollup.MovedOut, rollup.Died, rollup.Gone)},
		{r.T("board.step.now"), p.To, listLink(r, w.d, a.at)},
	}
}
