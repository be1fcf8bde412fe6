package designhttp

import (
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/report"
	"wengang/internal/report/design"
	"wengang/internal/web"
)

// pageView is a blank with what fills it.
type pageView struct {
	V        *design.Version
	Title    string
	Place    string
	Badge    web.Badge
	Draft    bool
	Edit     bool
	Publish  bool
	Form     bool // a form of our own, not another office's table
	Tabs     []web.Tab
	Try      bool
	Widths   []string
	Rows     [][]cellView
	Panel    *panelView
	Guesses  int
	Bound    int
	Open     []string
	Nowhere  string
	Checks   []checkView
	Findings []findingView
	Lines    []lineView
	Fields   []web.Field
	Levels   []web.Option
	Errors   []web.FieldText
	Post     map[string]string // addresses
	Export   string
	Report   string
	Month    string
	Prev     string
	Next     string
}

type cellView struct {
	Text, Chip   string
	Href         string
	Class        string
	Across, Down int
	Head         bool
}

type checkView struct {
	N                int
	Rule, Words, How string
}

type findingView struct {
	Text string
	Hard bool
}

// lineView explains one binding: which cell, what it counts, its list.
type lineView struct {
	At, Heading, What, How string
	Href, List             string
	Guess                  bool
}

func (h *Rim) page(w http.ResponseWriter, r *web.Request) error {
	v, err := h.view(r)
	if err != nil {
		return err
	}
	if r.HX() {
		return h.shell.Fragment(w, r, "design/page", "board", v)
	}
	return h.shell.Page(w, r, "design/page", v)
}

func (h *Rim) view(r *web.Request) (*pageView, error) {
	n, err := id(r)
	if err != nil {
		return nil, err
	}
	d, t, err := h.store.Table(r.Context(), r.Caller, n)
	if err != nil {
		return nil, err
	}
	q := r.URL.Query()
	v := &pageView{V: d, Title: d.Spec.Title, Place: h.store.Tree.Name(d.Owner), Badge: badge(r, d), Draft: d.State == design.Draft, Form: d.Purpose == design.ForForm, Try: q.Get("view") == "try",
		Edit: d.State == design.Draft && r.Caller.Scope(account.ReportFill).Contains(d.Owner), Publish: r.Caller.Scope(account.ReportReview).Contains(d.Owner), Post: map[string]string{}}
	for _, name := range []string{"bind", "confirm", "check", "uncheck", "about", "again", "drop", "publish", "stop"} {
		v.Post[name] = r.Link(path(n)+"/"+name, "cell", q.Get("cell"))
	}
	v.Export = r.Link(path(n) + "/export")
	v.Month, v.Prev, v.Next = r.Month.String(), r.Self("month", r.Month.Add(-1)), r.Self("month", r.Month.Add(1))
	if d.State == design.Published {
		v.Report = r.Link("/report/" + d.FormID())
	}
	v.Tabs = []web.Tab{{Label: r.T("design.tab.bind"), Href: r.Self("view", "", "cell", ""), On: !v.Try}, {Label: r.T("design.tab.try"), Href: r.Self("view", "try", "cell", ""), On: v.Try}}
	for i := range d.Spec.Binds {
		b := &d.Spec.Binds[i]
		if b.Kind != design.Left {
			v.Bound++
		}
		if b.Guess && b.Kind != design.Words && b.Kind != design.Left {
			v.Guesses++
		}
	}
	v.Open = d.Spec.Open(t)
	v.Widths = shares(t.Widths)
	if v.Try {
		if err := h.trial(r, v); err != nil {
			return nil, err
		}
	} else {
		h.blank(r, v, t)
	}
	h.lines(r, v)
	h.checks(r, v)
	v.Fields, v.Levels = fields(r, d), levels(r, d)
	for i := range v.Fields {
		v.Fields[i].Disabled = !v.Edit
	}
	if cell := q.Get("cell"); cell != "" && !v.Try {
		v.Panel = h.panel(r, v, t, cell)
	}
	return v, nil
}

// shares are the columns' widths in per cent.
func shares(widths []float64) []string {
	total := 0.0
	for _, w := range widths {
		total += max(w, 4)
	}
	var out []string
	for _, w := range widths {
		out = append(out, strconv.FormatFloat(max(w, 4)/total*100, 'f', 2, 64)+"%")
	}
	return out
}

// blank shows the workbook with what is bound to its cells.
func (h *Rim) blank(r *web.Request, v *pageView, t *design.Table) {
	s := &v.V.Spec
	chosen := r.URL.Query().Get("cell")
	shown := map[string]bool{}
	for row := 1; row <= t.Rows; row++ {
		var cells []cellView
		for col := 1; col <= t.Cols; col++ {
			c := t.Top(row, col)
			if c == nil {
				continue
			}
			key := s.Target(t, c)
			x := cellView{Text: c.Text, Across: c.Across, Down: c.Down, Head: c.Boxed && c.Text != "", Href: r.Self("cell", key)}
			class := []string{}
			if !c.Boxed {
				class = append(class, "bare")
			}
			if !c.Boxed && !c.Left && c.Across >= t.Cols-1 && c.Text != "" {
				class = append(class, "ttl")
			}
			if c.Left && c.Text != "" {
				class = append(class, "txt")
			}
			b := s.Bind(key)
			own := b != nil && (key == c.At || c.Text == "" || c.Number)
			switch {
			case c.Formula != "":
				x.Text, class = "ƒ", append(class, "own")
			case own && b.Kind == design.Left:
				class = append(class, "z")
			case own:
				class = append(class, "fit")
				if b.Guess {
					class = append(class, "guess")
				}
				if !shown[key] {
					x.Chip, shown[key] = chip(r, b), true
				}
			case c.Text == "" && c.Boxed:
				class = append(class, "open")
			}
			if key == chosen && chosen != "" {
				class = append(class, "on")
			}
			x.Class = strings.Join(class, " ")
			cells = append(cells, x)
		}
		v.Rows = append(v.Rows, cells)
	}
}

// chip names what fills a cell in few words.
func chip(r *web.Request, b *design.Bind) string {
	switch b.Kind {
	case design.Figure, design.Register:
		s := b.Name()
		if b.Month > 0 {
			s += " " + r.T("design.month", b.Month)
		} else if b.Months != report.ThisMonth {
			s += " " + r.T("design.span."+strconv.Itoa(int(b.Months)))
		}
		if len(b.Where) > 0 {
			s += " " + strings.TrimPrefix(b.Narrowed(), "，")
		}
		return s
	case design.Derived:
		return "= " + b.Formula
	case design.Words:
		return r.T("design.word." + string(b.Word))
	case design.Constant:
		return "“" + b.Text + "”"
	}
	return r.T("design.kind." + string(b.Kind))
}
