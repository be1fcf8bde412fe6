package designhttp

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/fault"
	"wengang/internal/report"
	"wengang/internal/report/design"
	"wengang/internal/web"
)

// panelView binds one cell.
type panelView struct {
	At, Title string
	Formula   string // the workbook's own: nothing to bind
	Bound     string
	Guess     bool
	Kinds     []web.Option
	Offers    []web.Option
	Search    string
	Months    []web.Option
	Filters   []filterView
	Words     []web.Option
	Units     []web.Option
	Text      string
	Rule      string
	Decimals  string
	Close     string
	Lock      int
	Removable bool
}

type filterView struct {
	Label   string
	Options []web.Option
}

// units that a count can be printed in.
var units = []struct {
	name   string
	divide int64
}{{"人", 1}, {"千人", 1_000}, {"万人", 10_000}, {"元", 100}, {"万元", 1_000_000}, {"%", 100}, {"个", 1}, {"家", 1}, {"户", 1}, {"场次", 1}, {"期", 1}}

func (h *Rim) panel(r *web.Request, v *pageView, t *design.Table, cell string) *panelView {
	s := &v.V.Spec
	p := &panelView{At: cell, Close: r.Self("cell", ""), Lock: v.V.LockNo, Search: r.Link(path(v.V.ID) + "/offers")}
	b := s.Bind(cell)
	heading := s.Heading(t, cell)
	p.Title = strings.Join(heading, " · ")
	if c := s.Sample(t, cell); c != nil {
		p.Formula = c.Formula
	}
	if b == nil {
		b = &design.Bind{At: cell, Kind: design.Figure}
	} else {
		p.Bound, p.Guess, p.Removable = chip(r, b), b.Guess, true
	}
	kind := b.Kind
	if kind == design.Register || kind == design.Figure {
		kind = "count"
	}
	for _, k := range []design.Kind{"count", design.Derived, design.Typed, design.Constant, design.Words, design.Left} {
		p.Kinds = append(p.Kinds, web.Option{Value: string(k), Label: r.T("design.kind." + string(k)), On: k == kind})
	}
	p.Offers = offers(r, strings.Join(heading, ""), b)
	for i := report.ThisMonth; i <= report.SoFar; i++ {
		p.Months = append(p.Months, web.Option{Value: fmt.Sprintf("s%d", i), Label: r.T(fmt.Sprintf("design.span.%d", i)), On: b.Month == 0 && b.Months == i})
	}
	for m := 1; m <= 12; m++ {
		p.Months = append(p.Months, web.Option{Value: fmt.Sprintf("m%d", m), Label: r.T("design.month", m), On: b.Month == m})
	}
	for _, f := range design.Filters {
		x := filterView{Label: r.T("design.dim." + f.Dim)}
		for _, w := range f.Words {
			value := f.Dim + ":" + strconv.Itoa(w.Code)
			x.Options = append(x.Options, web.Option{Value: value, Label: x.Label + "：" + w.Name, On: len(b.Where[f.Dim]) > 0 && b.Where[f.Dim][0] == int64(w.Code)})
		}
		p.Filters = append(p.Filters, x)
	}
	for _, w := range design.WordList {
		p.Words = append(p.Words, web.Option{Value: string(w), Label: r.T("design.word." + string(w)), On: w == b.Word})
	}
	p.Units = []web.Option{{Value: "", Label: r.T("design.unit.own")}}
	for _, u := range units {
		p.Units = append(p.Units, web.Option{Value: u.name, Label: u.name, On: u.name == b.Unit && b.Kind != ""})
	}
	p.Text, p.Rule, p.Decimals = b.Text, b.Formula, strconv.Itoa(b.Decimals)
	return p
}

func offers(r *web.Request, words string, b *design.Bind) []web.Option {
	var out []web.Option
	now := design.OfferOf(b)
	if now != nil {
		out = append(out, web.Option{Value: now.ID, Label: now.Name, Hint: now.Note, On: true})
	}
	for _, o := range design.Find(words, 60) {
		if now == nil || o.ID != now.ID {
			out = append(out, web.Option{Value: o.ID, Label: o.Name, Hint: o.Note})
		}
	}
	for _, o := range design.Offers() {
		known := false
		for _, x := range out {
			known = known || x.Value == o.ID
		}
		if !known {
			out = append(out, web.Option{Value: o.ID, Label: o.Name, Hint: o.Note})
		}
	}
	if now == nil && len(out) > 0 {
		out[0].On = true
	}
	return out
}

// offers answers the choice again while somebody types a name or initials.
func (h *Rim) offers(w http.ResponseWriter, r *web.Request) error {
	n, err := id(r)
	if err != nil {
		return err
	}
	if _, err := h.store.Get(r.Context(), r.Caller, n); err != nil {
		return err
	}
	q := []rune(r.URL.Query().Get("q"))
	var out []web.Option
	for _, o := range design.Find(string(q[:min(len(q), 40)]), 30) {
		out = append(out, web.Option{Value: o.ID, Label: o.Name, Hint: o.Note, On: len(out) == 0})
	}
	return h.shell.Fragment(w, r, "design/page", "offers", out)
}

// asked reads a binding out of the panel's form.
func asked(r *web.Request) (design.Bind, bool, error) {
	b := design.Bind{At: r.PostFormValue("cell"), Kind: design.Kind(r.PostFormValue("kind")), Text: strings.TrimSpace(r.PostFormValue("text")), Word: design.Word(r.PostFormValue("word"))}
	if r.PostFormValue("remove") != "" {
		return b, true, nil
	}
	decimals, err := strconv.Atoi(r.PostFormValue("decimals"))
	if err != nil || decimals < 0 || decimals > 4 {
		decimals = 0
	}
	switch b.Kind {
	case "count":
		o := design.OfferByID(r.PostFormValue("offer"))
		if o == nil {
			return b, false, fault.InvalidFields(fault.Field{Name: "offer", Key: "design.offer"})
		}
		at := b.At
		b = o.Bind
		b.At = at
		if u := r.PostFormValue("unit"); u != "" && b.Unit == "人" {
			for _, x := range units {
				if x.name == u && x.divide > 1 && strings.HasSuffix(u, "人") {
					b.Unit, b.Divide, b.Decimals = u, x.divide, max(decimals, 0)
				}
			}
		} else if b.Divide > 1 {
			b.Decimals = decimals
			if u == "万元" && b.Unit == "元" {
				b.Unit, b.Divide = u, 1_000_000
			}
		}
		if b.Kind == design.Figure {
			narrow(r, &b)
		}
	case design.Derived:
		b.Formula, b.Decimals, b.Unit = strings.TrimSpace(r.PostFormValue("formula")), decimals, r.PostFormValue("unit")
	case design.Typed:
		b.Decimals, b.Unit = decimals, r.PostFormValue("unit")
	}
	return b, false, nil
}

func narrow(r *web.Request, b *design.Bind) {
	m := r.PostFormValue("months")
	if n, err := strconv.Atoi(strings.TrimPrefix(m, "m")); err == nil && strings.HasPrefix(m, "m") && n >= 1 && n <= 12 {
		b.Month = n
	} else if n, err := strconv.Atoi(strings.TrimPrefix(m, "s")); err == nil && strings.HasPrefix(m, "s") && n >= 0 && n <= int(report.SoFar) {
		b.Months = report.Span(n)
	}
	dim, code, ok := strings.Cut(r.PostFormValue("where"), ":")
	n, err := strconv.ParseInt(code, 10, 64)
	if !ok || err != nil {
		return
	}
	for _, f := range design.Filters {
		for _, w := range f.Words {
			if f.Dim == dim && int64(w.Code) == n {
				b.Where = map[string][]int64{dim: {n}}
			}
		}
	}
}
