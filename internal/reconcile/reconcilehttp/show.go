package reconcilehttp

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/reconcile"
	"wengang/internal/region"
	"wengang/internal/text"
	"wengang/internal/web"
)

type oneView struct {
	reconcile.Run
	Title   string
	Figure  string
	How     string // the calibre in words
	Job     *web.Progress
	Problem string
	Failed  string
	Pass    *reconcile.Pass
	Tiles   []web.Tile
	Diff    int64
	Lines   []line // what makes the difference; their sum is Diff
	Fields  []line // who is in both and differs
	Near    []line
	Weak    []line
	Both    int64 // in both
	Differs int64
	Places  []placeLine
	Passes  []passLine
	Board   string // the list behind our figure
	Again   bool
	Export  string
	Compare []string // words of the fields that are compared
}

// line is a class with its count, its list and what to do about it.
type line struct {
	Class, Why, Title, Next, Href, Do, DoHref string
	N                                         int64 // as it stands in the sum
	Signed                                    bool
	Tone                                      string
}

type placeLine struct {
	At                         region.Code
	Href                       string
	Same, Differs, There, Here int64
}

type passLine struct {
	N            int
	When         string
	Ours, Theirs *int64
	Diff         *int64
}

func (h *Rim) show(w http.ResponseWriter, r *web.Request) error {
	return h.page(w, r, http.StatusOK, nil)
}

func (h *Rim) page(w http.ResponseWriter, r *web.Request, status int, refused error) error {
	x, err := h.load(r)
	if err != nil {
		return err
	}
	v := oneView{Run: x, Title: who(r, x), Figure: r.T("indicator." + x.Figure), How: r.T(indicator.MustGet(x.Figure).How()), Again: !x.Purged || !x.Listed()}
	var e *fault.Error
	if errors.As(refused, &e) {
		v.Problem = r.T(e.Key, e.Args...)
	}
	if x.State == reconcile.Failed {
		v.Failed = r.T(x.Message)
	}
	v.Job = h.job(r, x)
	passes, err := h.store.Passes(r.Context(), r.FullScope(), x.ID)
	if err != nil {
		return err
	}
	for _, p := range passes {
		l := passLine{N: p.N, When: p.At.Format("01-02 15:04"), Ours: &p.Ours}
		if p.Theirs >= 0 {
			d := p.Theirs - p.Ours
			l.Theirs, l.Diff = &p.Theirs, &d
		}
		v.Passes = append(v.Passes, l)
	}
	if n := len(passes); n > 0 {
		h.explain(r, &v, &passes[n-1])
	}
	for _, f := range x.Columns {
		v.Compare = append(v.Compare, r.T("reconcile.field."+f))
	}
	view := "closed"
	if x.Known {
		view = "known"
	}
	if r.Caller.Scope(account.PeopleRead).Contains(x.Region) {
		v.Board = r.Link("/board/list", "at", x.Region.Full(), "month", x.Month.String(), "indicator", x.Figure, "view", view)
	}
	h.tiles(r, &v)
	if r.Caller.Scope(account.PeopleExport).Contains(x.Region) && !x.Purged && v.Pass != nil {
		v.Export = r.Link(base(x.ID) + "/export")
	}
	return h.shell.PageStatus(w, r, status, "reconcile/one", v)
}

// tiles are the numbers of the page's top: theirs, ours, the difference, both.
func (h *Rim) tiles(r *web.Request, v *oneView) {
	if v.Pass == nil {
		return
	}
	tile := func(key, value, calibre string) web.Tile {
		return web.Tile{Label: r.T("reconcile." + key), Value: value, Unit: r.T("reconcile.people"), Calibre: []string{calibre}}
	}
	ours := tile("ours", web.Thousands(v.Pass.Ours), v.How)
	ours.Href = v.Board
	if v.Pass.Theirs < 0 {
		v.Tiles = []web.Tile{ours}
		return
	}
	v.Tiles = []web.Tile{tile("theirs", web.Thousands(v.Pass.Theirs), v.Title), ours, tile("diff.title", web.Signed(v.Diff), r.T("reconcile.diff.how"))}
	if v.Listed() {
		v.Tiles = append(v.Tiles, tile("both", web.Thousands(v.Both), r.T("reconcile.both.how", web.Thousands(v.Differs))))
	}
}

// explain turns the tallies of a pass into the page's tables.
func (h *Rim) explain(r *web.Request, v *oneView, p *reconcile.Pass) {
	v.Pass = p
	if p.Theirs >= 0 {
		v.Diff = p.Theirs - p.Ours
	}
	for _, t := range p.Tally {
		l := h.lineOf(r, v, t)
		switch t.Class {
		case reconcile.Same:
			v.Both += t.N
		case reconcile.Differs:
			v.Both += t.N
			v.Differs += t.N
		case reconcile.Near:
			v.Near = append(v.Near, l)
		case reconcile.Weak:
			v.Weak = append(v.Weak, l)
		default:
			l.N, _ = reconcile.Explained(t)
			l.Signed = true
			v.Lines = append(v.Lines, l)
		}
	}
	slices.SortStableFunc(v.Lines, func(a, b line) int {
		return cmp.Or(cmp.Compare(reconcile.Place(reconcile.Class(a.Class)), reconcile.Place(reconcile.Class(b.Class))), cmp.Compare(b.N, a.N))
	})
	slices.SortStableFunc(v.Near, func(a, b line) int { return cmp.Compare(b.N, a.N) })
	for _, x := range p.Places {
		pl := placeLine{At: x.At, Same: x.Same, Differs: x.Differs, There: x.There, Here: x.Here}
		if x.At != 0 && !v.Purged {
			pl.Href = r.Link(base(v.ID)+"/rows", "place", x.At.Full())
		}
		v.Places = append(v.Places, pl)
	}
}

func (h *Rim) lineOf(r *web.Request, v *oneView, t reconcile.Tally) line {
	l := line{Class: string(t.Class), Why: t.Why, N: t.N, Title: title(r, string(t.Class), t.Why), Next: next(r, string(t.Class), t.Why)}
	if t.Class != reconcile.Unlisted && t.Class != reconcile.Same && !v.Purged {
		l.Href = r.Link(base(v.ID)+"/rows", "class", l.Class, "why", l.Why)
	}
	switch {
	case t.Class == reconcile.Absent && r.Can(account.PeopleEdit):
		l.Do, l.DoHref = r.T("reconcile.do.absent"), r.Link("/people/new")
	case t.Class == reconcile.Outside && r.Can(account.HandoverAsk):
		l.Do, l.DoHref = r.T("reconcile.do.outside"), r.Link("/handover/new")
	}
	return l
}

// title names a class and, where there is one, its reason.
func title(r *web.Request, class, why string) string {
	if class == string(reconcile.Bad) {
		if text.Has(why) {
			return r.T("reconcile.class.bad") + r.T("reconcile.colon") + r.T(why)
		}
		return r.T("reconcile.class.bad")
	}
	if why == "" {
		return r.T("reconcile.class." + class)
	}
	return r.T("reconcile.class."+class) + r.T("reconcile.colon") + r.T("reconcile.why."+why)
}

// next says what to do about a class.
func next(r *web.Request, class, why string) string {
	if key := "reconcile.next." + why; why != "" && text.Has(key) {
		return r.T(key)
	}
	if key := "reconcile.next." + class; text.Has(key) {
		return r.T(key)
	}
	return ""
}

func (h *Rim) job(r *web.Request, x reconcile.Run) *web.Progress {
	if x.State != reconcile.Waiting && x.State != reconcile.Running {
		return nil
	}
	return &web.Progress{Title: who(r, x), Note: r.T("reconcile.state." + string(x.State)), Done: x.Percent, Total: 100, Poll: r.Link(base(x.ID) + "/progress")}
}

// progress answers the poll of a running pass; when it has ended the browser
// goes to the page.
func (h *Rim) progress(w http.ResponseWriter, r *web.Request) error {
	x, err := h.load(r)
	if err != nil {
		return err
	}
	job := h.job(r, x)
	if job == nil {
		return r.Redirect(w, r.Link(base(x.ID)))
	}
	return h.shell.Fragment(w, r, "reconcile/one", "w-progress", job)
}

func (h *Rim) act(do func(context.Context, region.Scope, account.Caller, int64) error) web.Action {
	return func(w http.ResponseWriter, r *web.Request) error {
		id, err := pathID(r)
		if err != nil {
			return err
		}
		err = do(r.Context(), r.FullScope(), r.Caller, id)
		if fault.Is(err, fault.Conflict) && !r.HX() {
			return h.page(w, r, http.StatusConflict, err)
		}
		if err != nil {
			return err
		}
		return r.Redirect(w, r.Link(base(id)))
	}
}
