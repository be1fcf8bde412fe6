package boardhttp

import (
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/rollup"
	"wengang/internal/web"
)

// listView is the people behind a figure, as the month has them.
type listView struct {
	Title, Sub string
	How        []string
	Closed     bool
	Chips      web.Chips
	Lines      []personLine
	Pager      web.Pager
	Empty      *web.Empty
	Workplace  bool
	Others     []web.Tab // the other parts of the same people
	Take       *takeView // nil: the list cannot leave from here
}

// personLine is one person; Href is empty where the living record lies outside
// the caller's area today.
type personLine struct {
	Href, Name, Sex, IDMask string
	Age                     int
	Village                 region.Code
	Working                 bool
	Class, Place, Channel   string
	WageFen                 int64
	Stable, Unverified      bool
	Known                   bool // the person may be named
}

const pageSize = 50

func (h *Rim) list(w http.ResponseWriter, r *web.Request) error {
	defs, err := defsOf(r)
	if err != nil {
		return err
	}
	for _, d := range defs {
		if d.Calibre != defs[0].Calibre { // two calibres are never one list, and name people by different rights
			return fault.NotFoundf("fault.notfound")
		}
	}
	only, err := narrowOf(r)
	if err != nil {
		return err
	}
	after, err := afterOf(r)
	if err != nil {
		return err
	}
	page, err := h.listed(r, defs, only, after)
	if err != nil {
		return err
	}
	f, err := h.figures.Figures(r.Context(), r.Scope(), r.At, r.Month, view(r))
	if err != nil {
		return err
	}
	v := listView{Closed: f.Closed && view(r) == rollup.AsClosed, Workplace: defs[0].Calibre == indicator.Workplace}
	titles := make([]string, len(defs))
	for i, d := range defs {
		titles[i] = r.T(d.Key())
		v.How = append(v.How, r.T(d.Members().How()))
	}
	v.Title = strings.Join(titles, r.T("board.list.and"))
	v.Sub = r.T("board.list.open")
	if view(r) == rollup.AsKnown {
		v.Sub = r.T("board.list.known")
	} else if v.Closed {
		v.Sub = r.T("board.list.closed")
	}
	v.Chips = h.chips(r, only)
	if h.slices != nil && h.slices.Narrows(r) {
		more, err := h.slices.Chips(r)
		if err != nil {
			return err
		}
		v.Chips.Items = append(v.Chips.Items, more...)
	}
	if words := causesOf(r); len(words) > 0 {
		v.How = append(v.How, r.T("board.list.asthen"))
		v.Title = r.T("board.list.cause", v.Title, h.causeWords(r, words), r.Month.Add(-backOf(r)).String())
		v.Chips.Items = append(v.Chips.Items, web.Chip{Label: r.T("board.list.why"), Value: h.causeWords(r, words), Clear: r.Self("cause", "", "vs", "")})
	}
	if v.Lines, err = h.personLines(r, page.Members, v.Workplace); err != nil {
		return err
	}
	v.Pager = web.Pager{Total: int64(page.Total), Unit: r.T("indicator.unit.person")}
	if page.Next != 0 {
		v.Pager.Next = r.Self("after", page.Next)
	}
	if after != 0 {
		v.Pager.Prev = r.Self() // keys run forward: back is the first page
	}
	h.take(r, &v, defs, only)
	if page.Total == 0 {
		v.Empty = &web.Empty{Icon: "users", Title: r.T("board.list.empty"), Note: r.T("board.list.empty.note"), Action: r.T("board.back"), Href: r.Link("/board")}
	}
	return h.shell.Page(w, r, "board/list", v)
}

// listed is a stretch of the list: of everybody in the figures, or, with
// ?cause=, of those who came to the one figure or left it since the month (or,
// with vs=yoy, the year) before.
func (h *Rim) listed(r *web.Request, defs []*indicator.Def, only rollup.Narrow, after int64) (rollup.Page, error) {
	if h.slices != nil && h.slices.Narrows(r) {
		if len(defs) != 1 || only != (rollup.Narrow{}) || r.URL.Query().Has("cause") {
			return rollup.Page{}, fault.NotFoundf("fault.notfound")
		}
		return h.slices.List(r, defs[0], after, pageSize)
	}
	causes := causesOf(r)
	if len(causes) == 0 {
		return h.figures.List(r.Context(), r.Scope(), defs, r.At, r.Month, view(r), only, after, pageSize)
	}
	if len(defs) != 1 || only != (rollup.Narrow{}) {
		return rollup.Page{}, fault.NotFoundf("fault.notfound")
	}
	q := rollup.Question{Def: defs[0], At: r.At, Month: r.Month, Back: backOf(r), View: view(r), By: rollup.ByPlace}
	return h.figures.Turnover(r.Context(), r.Scope(), q, causes, after, pageSize)
}

func causesOf(r *web.Request) []rollup.Cause {
	var out []rollup.Cause
	for _, w := range strings.Split(r.URL.Query().Get("cause"), ",") {
		if w != "" {
			out = append(out, rollup.Cause(w))
		}
	}
	return out
}

func backOf(r *web.Request) int {
	if r.URL.Query().Get("vs") == "yoy" {
		return 12
	}
	return 1
}

func (h *Rim) causeWords(r *web.Request, causes []rollup.Cause) string {
	words := make([]string, len(causes))
	for i, c := range causes {
		words[i] = r.T("board.cause." + string(c))
	}
	return strings.Join(words, r.T("board.list.and"))
}

func narrowOf(r *web.Request) (rollup.Narrow, error) {
	var n rollup.Narrow
	q := r.URL.Query()
	switch v := q.Get("class"); v {
	case "":
	case "none":
		n.Class = rollup.NoClass
	default:
		c, err := strconv.Atoi(v)
		if err != nil || c <= 0 || !fact.PlaceClass.Valid(c) {
			return n, fault.NotFoundf("fault.notfound")
		}
		n.Class = c
	}
	if v := q.Get("to"); v != "" {
		c, err := region.ParseCode(v)
		if err != nil {
			return n, fault.NotFoundf("fault.notfound")
		}
		n.To = c
	}
	if v := q.Get("from"); v != "" {
		c, err := region.ParseCode(v)
		if err != nil || c.Level() > region.County {
			return n, fault.NotFoundf("fault.notfound")
		}
		n.From = c
	}
	return n, nil
}

func afterOf(r *web.Request) (int64, error) {
	v := r.URL.Query().Get("after")
	if v == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 0 {
		return 0, fault.NotFoundf("fault.notfound")
	}
	return n, nil
}

func (h *Rim) chips(r *web.Request, only rollup.Narrow) web.Chips {
	var c web.Chips
	if only.Class != 0 {
		c.Items = append(c.Items, web.Chip{Label: r.T("board.list.class"), Value: h.className(r, max(0, only.Class)), Clear: r.Self("class", "", "to", "")})
	}
	if only.To != 0 {
		c.Items = append(c.Items, web.Chip{Label: r.T("board.list.to"), Value: h.name(r, only.To), Clear: r.Self("to", "")})
	}
	if only.From != 0 {
		c.Items = append(c.Items, web.Chip{Label: r.T("origin.from"), Value: h.name(r, only.From), Clear: r.Self("from", "")})
	}
	return c
}

// personLines joins the month's facts with today's masked names. Access
// follows the figure's place: who is listed may be named, even if living
// elsewhere today; the link to the living record needs today's scope. At the
// workplace only those are named whom the caller sees by their work.
func (h *Rim) personLines(r *web.Request, members []rollup.Member, workplace bool) ([]personLine, error) {
	ids := make([]int64, len(members))
	for i, m := range members {
		ids[i] = m.PersonID
	}
	scope := r.FullScope()
	names := region.ScopeOf(region.Country)
	if workplace {
		names = scope
	}
	rows, err := h.people.Rows(r.Context(), names, ids, r.Month)
	if err != nil {
		return nil, err
	}
	by := make(map[int64]*people.Row, len(rows))
	for i := range rows {
		by[rows[i].ID] = &rows[i]
	}
	out := make([]personLine, len(members))
	for i, m := range members {
		l := &out[i]
		*l = personLine{Village: m.Village, WageFen: m.WageFen, Working: m.Flags&fact.Working != 0, Stable: m.Flags&fact.Stable != 0, Unverified: m.Flags&fact.Unverified != 0}
		if l.Working {
			l.Class, l.Channel = h.className(r, m.Class), enumWord(r, fact.Channel, m.Channel)
			l.Place = h.workPlace(m.Place)
		}
		p := by[m.PersonID]
		if p == nil {
			continue
		}
		l.Known, l.Name, l.Sex, l.IDMask = true, p.Name, enumWord(r, fact.Sex, p.Sex), p.IDMask
		if p.Birth != 0 {
			l.Age = p.Birth.AgeOn(r.Month.LastDay())
		}
		if scope.Contains(p.Village) || workplace {
			l.Href = r.Link("/people/" + strconv.FormatInt(p.ID, 10))
		}
	}
	return out, nil
}

// workPlace is a place of work as people say it: city and county.
func (h *Rim) workPlace(c region.Code) string {
	if c == 0 {
		return ""
	}
	city, own := h.tree.Name(c.At(region.City)), h.tree.Name(c)
	switch {
	case own == "":
		return c.String()
	case c.Level() <= region.City:
		return own
	case city == "市辖区" || city == "县" || city == "":
		return h.tree.Name(c.At(region.Province)) + own
	}
	return city + own
}
