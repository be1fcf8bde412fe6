package boardhttp

import (
	"net/http"
	"strconv"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/rollup"
	"wengang/internal/web"
)

// cohortMonths is how many months of placements the page shows.
const cohortMonths = 18

// cohortView is who began to work and who is still there (facts A201).
type cohortView struct {
	Sub      string
	By, Part []web.Tab
	Key      string // channel or class that the page is narrowed to
	All      string // without it
	Chart    web.Chart
	Heads    []string
	Lines    []cohortLine
	Total    *cohortLine
	Keys     []cohortLine // by channel or class, over all the months
	KeyHead  string
	Empty    *web.Empty
}

type cohortLine struct {
	Name, Href string
	Placed     int64
	List       string
	Why        string // no figures at all
	Cells      []cohortCell
}

type cohortCell struct {
	N     int64
	Share float64 // of those placed, in per cent
	Href  string
	Of    int64  // those placed that the cell counts, where not all have come so far
	Why   string // 不可比 and the like
}

// cohortParts are the three ways to have stayed.
var cohortParts = []rollup.CohortPart{rollup.InWork, rollup.Unbroken, rollup.OneJob}

// cohortAsk is what the address asks for.
type cohortAsk struct {
	q    rollup.CohortQuery
	part rollup.CohortPart
	key  int64
}

func cohortOf(r *web.Request) (cohortAsk, error) {
	v := r.URL.Query()
	a := cohortAsk{q: rollup.CohortQuery{At: r.At, From: r.Month.Add(1 - cohortMonths), To: r.Month, By: rollup.Dim(v.Get("by"))}, part: rollup.InWork, key: rollup.AnyKey}
	if a.q.By != "" && a.q.By != rollup.DimChannel && a.q.By != rollup.DimPlaceClass {
		return a, fault.NotFoundf("fault.notfound")
	}
	if p := v.Get("part"); p != "" {
		a.part = rollup.CohortPart(p)
	}
	if k := v.Get("key"); k != "" {
		n, err := strconv.ParseInt(k, 10, 64)
		if err != nil || n < 0 || a.q.By == "" {
			return a, fault.NotFoundf("fault.notfound")
		}
		a.key = n
	}
	return a, nil
}

func (h *Rim) cohorts(w http.ResponseWriter, r *web.Request) error {
	a, err := cohortOf(r)
	if err != nil || partWord(a.part) == "" {
		return fault.NotFoundf("fault.notfound")
	}
	steps, all, err := h.figures.Cohorts(r.Context(), r.Scope(), a.q)
	if err != nil {
		return err
	}
	v := cohortView{Sub: r.T("cohort.sub", a.q.From.String(), a.q.To.String()), KeyHead: r.T("cohort.by." + string(a.q.By))}
	for _, by := range []rollup.Dim{"", rollup.DimChannel, rollup.DimPlaceClass} {
		v.By = append(v.By, web.Tab{Label: r.T("cohort.by." + string(by)), Href: r.Self("by", string(by), "key", ""), On: by == a.q.By})
	}
	for _, p := range cohortParts {
		v.Part = append(v.Part, web.Tab{Label: r.T(partWord(p)), Href: r.Self("part", string(p)), On: p == a.part})
	}
	for _, n := range steps {
		v.Heads = append(v.Heads, r.T("cohort.after", n))
	}
	if a.key != rollup.AnyKey {
		v.Key, v.All = keyName(h, r, a.q.By, a.key), r.Self("key", "")
	}
	v.Lines = h.cohortLines(r, a, steps, all)
	if t := h.cohortTotal(r, a, steps, all, a.key); t.Placed > 0 {
		t.Name = r.T("board.total")
		v.Total = &t
		v.Chart = h.cohortChart(r, a, steps, all)
	} else {
		v.Empty = &web.Empty{Icon: "users", Title: r.T("cohort.empty"), Note: r.T("cohort.empty.note"), Action: r.T("board.months"), Href: r.Link("/board/months")}
	}
	if a.q.By != "" && a.key == rollup.AnyKey {
		for _, k := range keysOf(all) {
			l := h.cohortTotal(r, a, steps, all, k)
			l.Name, l.Href = keyName(h, r, a.q.By, k), r.Self("key", k)
			v.Keys = append(v.Keys, l)
		}
	}
	return h.shell.Page(w, r, "board/cohorts", v)
}

// cohortLines are the months, the newest first.
func (h *Rim) cohortLines(r *web.Request, a cohortAsk, steps []int, all []rollup.Cohort) []cohortLine {
	var out []cohortLine
	for m := a.q.To; m >= a.q.From; m = m.Add(-1) {
		var of []rollup.Cohort
		for _, c := range all {
			if c.Month == m && (a.key == rollup.AnyKey || c.Key == a.key || c.Missing != "") {
				of = append(of, c)
			}
		}
		if len(of) == 0 {
			continue
		}
		l := cohortLine{Name: m.String()}
		if of[0].Missing != "" {
			l.Why = h.missing(r, of[0].Missing)
			out = append(out, l)
			continue
		}
		for _, c := range of {
			l.Placed += c.Placed
		}
		l.List = cohortLink(r, a, m, 0, rollup.Placed)
		for i, n := range steps {
			_, st := rollup.CohortTotal(of, rollup.AnyKey, i)
			cell := h.cohortCell(r, a.part, l.Placed, st)
			if cell.Why == "" && cell.N > 0 {
				cell.Href = cohortLink(r, a, m, n, a.part)
			}
			l.Cells = append(l.Cells, cell)
		}
		out = append(out, l)
	}
	return out
}

// cohortTotal adds the months up: each step only those that have come so far.
func (h *Rim) cohortTotal(r *web.Request, a cohortAsk, steps []int, all []rollup.Cohort, key int64) cohortLine {
	var l cohortLine
	for _, c := range all {
		if key == rollup.AnyKey || c.Key == key {
			l.Placed += c.Placed
		}
	}
	for i := range steps {
		placed, st := rollup.CohortTotal(all, key, i)
		cell := h.cohortCell(r, a.part, placed, st)
		if placed != l.Placed {
			cell.Of = placed
		}
		l.Cells = append(l.Cells, cell)
	}
	return l
}

func (h *Rim) cohortCell(r *web.Request, part rollup.CohortPart, placed int64, st rollup.CohortStep) cohortCell {
	if st.Missing != "" {
		return cohortCell{Why: h.missing(r, st.Missing)}
	}
	n := map[rollup.CohortPart]int64{rollup.InWork: st.InWork, rollup.Unbroken: st.Unbroken, rollup.OneJob: st.OneJob}[part]
	if n < 0 {
		return cohortCell{Why: r.T("cohort.missing.facts")}
	}
	c := cohortCell{N: n}
	if placed > 0 {
		c.Share = float64(n) / float64(placed) * 100
	}
	return c
}

func (h *Rim) missing(r *web.Request, m rollup.Missing) string {
	return r.T("cohort.missing." + string(m))
}

// cohortChart is the share still there by months since the placement: the
// three ways to have stayed. With channels or classes it is one bar each, at
// the last step that has come.
func (h *Rim) cohortChart(r *web.Request, a cohortAsk, steps []int, all []rollup.Cohort) web.Chart {
	if a.q.By != "" && a.key == rollup.AnyKey {
		return h.cohortBars(r, a, steps, all)
	}
	c := web.Chart{Kind: "line", Title: r.T("cohort.chart"), Sub: r.T("cohort.chart.sub"), Unit: "%", Decimals: 1, Every: web.F(25), First: r.T("cohort.since"), Categories: []string{"0"}}
	for _, n := range steps {
		c.Categories = append(c.Categories, r.T("cohort.months.n", n))
	}
	ends := map[string]string{} // one label for lines that end at one height
	var order []string
	at, last := map[string]int{}, map[string]int{}
	for i, p := range cohortParts {
		s := web.Series{Name: r.T(partWord(p)), Dashed: i > 0, Values: []*float64{web.F(100)}}
		for k := range steps {
			placed, st := rollup.CohortTotal(all, a.key, k)
			cell := h.cohortCell(r, p, placed, st)
			if cell.Why != "" || placed == 0 {
				s.Values = append(s.Values, nil)
				continue
			}
			s.Values = append(s.Values, web.F(cell.Share))
			last[s.Name] = k + 1
		}
		c.Series = append(c.Series, s)
		end := web.Rate(*s.Values[last[s.Name]])
		if _, ok := ends[end]; !ok {
			order, at[end] = append(order, end), i
			ends[end] = s.Name
		} else {
			ends[end] += " · " + s.Name
		}
	}
	for _, end := range order {
		s := &c.Series[at[end]]
		s.Marks = append(s.Marks, web.Mark{At: last[s.Name], Text: ends[end] + " " + end + "%", Below: at[end] > 0, Emphasis: at[end] == 0})
	}
	return c
}

func (h *Rim) cohortBars(r *web.Request, a cohortAsk, steps []int, all []rollup.Cohort) web.Chart {
	at := 0
	for k := range steps {
		if placed, _ := rollup.CohortTotal(all, rollup.AnyKey, k); placed > 0 {
			at = k
		}
	}
	c := web.Chart{Kind: "bar", Title: r.T("cohort.bars", steps[at], r.T(partWord(a.part))), Sub: r.T("cohort.chart.sub"), Unit: "%", Decimals: 1, First: r.T("cohort.by." + string(a.q.By))}
	s := web.Series{Name: r.T("cohort.share")}
	for _, k := range keysOf(all) {
		placed, st := rollup.CohortTotal(all, k, at)
		cell := h.cohortCell(r, a.part, placed, st)
		if cell.Why != "" || placed == 0 {
			continue
		}
		c.Categories, c.Links = append(c.Categories, keyName(h, r, a.q.By, k)), append(c.Links, r.Self("key", k))
		s.Values = append(s.Values, web.F(cell.Share))
	}
	c.Series = []web.Series{s}
	return c
}

// keysOf are the keys with anybody placed, ascending.
func keysOf(all []rollup.Cohort) []int64 {
	var out []int64
	for k := int64(0); k < 16; k++ {
		for _, c := range all {
			if c.Key == k && c.Placed > 0 {
				out = append(out, k)
				break
			}
		}
	}
	return out
}

func keyName(h *Rim, r *web.Request, by rollup.Dim, key int64) string {
	switch {
	case by == rollup.DimPlaceClass:
		return h.className(r, int(key))
	case key == 0:
		return r.T("indicator.channel_unknown")
	}
	return enumWord(r, fact.Channel, int(key))
}

func partWord(p rollup.CohortPart) string {
	switch p {
	case rollup.InWork, rollup.Unbroken, rollup.OneJob, rollup.Idle, rollup.Away, rollup.Placed:
		return "cohort.part." + string(p)
	}
	return ""
}

// cohortLink is the list behind a number of a month's cohort.
func cohortLink(r *web.Request, a cohortAsk, m calendar.Month, after int, part rollup.CohortPart) string {
	kv := []any{"set", "cohort", "began", m.String(), "n", after, "part", string(part)}
	if a.key != rollup.AnyKey {
		kv = append(kv, "by", string(a.q.By), "key", a.key)
	}
	return r.Link("/board/people", kv...)
}
