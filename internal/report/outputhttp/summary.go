package outputhttp

import (
	"fmt"
	"net/http"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/report"
	"wengang/internal/report/summary"
	"wengang/internal/web"
)

const docxType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

// summariesView is who has sent which paper.
type summariesView struct {
	Groups []slotGroup
	Empty  web.Empty
}

type slotGroup struct {
	Name, Period, Due, Citation string
	Prev, Next                  string
	Sent, All, Late             int
	Rows                        []slotRow
}

type slotRow struct {
	Name, Href, When, Next string
	Own                    bool
	Badge                  web.Badge
}

func (h *Rim) summaries(w http.ResponseWriter, r *web.Request) error {
	v := summariesView{Empty: web.Empty{Icon: "file-text", Title: r.T("report.empty.title"), Note: r.T("report.empty.note")}}
	for _, k := range summary.Kinds() {
		p := paperPeriod(r, k)
		slots, err := h.papers.Slots(r.Context(), r.Scope(), k, r.At, p)
		if err != nil {
			return err
		}
		if len(slots) == 0 {
			continue
		}
		g := slotGroup{Name: k.Name, Period: p.String(), Due: k.Due(p).String(), Citation: k.Citation,
			Prev: r.Link("/summary", "period", p.Before().String(), "month", ""), Next: r.Link("/summary", "period", p.After().String(), "month", "")}
		for i := range slots {
			s := &slots[i]
			late := s.Late(h.today())
			row := slotRow{Name: s.Name, Own: s.Ref.Region == r.At, Badge: paperBadge(r, s.State, late), Next: r.T("summary.open"),
				Href: r.Link("/summary/"+k.ID, "at", s.Ref.Region.Full(), "period", p.String(), "month", "")}
			if s.SentOn != 0 {
				row.When = s.SentOn.String()
			}
			g.All++
			if s.State == summary.Submitted || s.State == summary.Accepted {
				g.Sent++
			}
			if late {
				g.Late++
			}
			g.Rows = append(g.Rows, row)
		}
		v.Groups = append(v.Groups, g)
	}
	return h.shell.Page(w, r, "output/summaries", v)
}

func paperPeriod(r *web.Request, k *summary.Kind) report.Period {
	if s := r.URL.Query().Get("period"); s != "" {
		if p, err := report.ParsePeriod(s); err == nil && k.At(p.Last()).Shown(r.Caller) {
			return k.At(p.Last())
		}
	}
	return k.At(r.Month)
}

func paperBadge(r *web.Request, s summary.State, late bool) web.Badge {
	b := web.Badge{Kind: "neu", Text: r.T("summary.state." + string(s))}
	switch s {
	case summary.None:
		b = web.Badge{Kind: "dash", Icon: "circle-dashed", Text: r.T("summary.state.none")}
	case summary.Drafted, summary.Final:
		b.Kind, b.Icon = "out", "pencil"
	case summary.Submitted:
		b.Kind, b.Icon = "work", "send"
	case summary.Returned:
		b.Kind, b.Icon = "yel", "arrow-back-up"
	case summary.Accepted:
		b.Icon = "circle-check"
	}
	if late {
		b = web.Badge{Kind: "red", Icon: "alert-triangle", Text: r.T("report.late") + " · " + b.Text}
	}
	return b
}

// paperView is one paper: its draft with the figures, what changed since the
// draft before, the final text, its way.
type paperView struct {
	Name, Title, Sub, Period string
	Prev, Next               string
	Badge                    web.Badge
	Due                      calendar.Date
	Can                      map[string]bool
	Actions                  map[string]string
	Docx, File               string
	Final                    *summary.Paper
	Draft                    *summary.Draft
	Version                  int
	Month                    string
	Lines                    []lineView
	Tables                   []tableView
	Blanks                   int
	Changed                  []changeView
	Sources                  []summary.Figure
	Versions                 []versionView
	Events                   []web.Event
	Errors                   []web.FieldText
	Fields                   []web.Field
}

type lineView struct {
	Head   int
	Sign   bool
	Pieces []pieceView
}

type pieceView struct {
	Text, Why string // Why is where a figure comes from
	Blank     bool
}

type tableView struct {
	Title, Note string
	Heads       []string
	Rows        [][]pieceView
}

type changeView struct{ Label, Place, Was, Now string }

type versionView struct {
	Title, When, Href string
	On                bool
}

func (h *Rim) ref(r *web.Request) (summary.Ref, error) {
	k, err := summary.KindOf(r.PathValue("kind"))
	if err != nil {
		return summary.Ref{}, err
	}
	return summary.Ref{Kind: k, Region: r.At, Period: paperPeriod(r, k)}, nil
}

func paperLink(r *web.Request, ref summary.Ref, tail string, kv ...any) string {
	return r.Link("/summary/"+ref.Kind.ID+tail, append([]any{"period", ref.Period.String(), "month", ""}, kv...)...)
}

func (h *Rim) paper(w http.ResponseWriter, r *web.Request) error {
	v, err := h.paperView(r)
	if err != nil {
		return err
	}
	return h.shell.Page(w, r, "output/paper", v)
}

func (h *Rim) paperView(r *web.Request) (*paperView, error) {
	ref, err := h.ref(r)
	if err != nil {
		return nil, err
	}
	scope := r.Caller.Scope(account.ReportRead)
	p, err := h.papers.Get(r.Context(), scope, ref)
	if err != nil {
		return nil, err
	}
	state := summary.None
	if p != nil {
		state = p.State
	}
	due := ref.Kind.Due(ref.Period)
	late := due < h.today() && state != summary.Submitted && state != summary.Accepted
	v := &paperView{Name: ref.Kind.Name, Title: h.store.Tree.Name(ref.Region) + ref.Kind.Name, Sub: ref.Kind.Citation, Period: ref.Period.String(), Due: due, Badge: paperBadge(r, state, late),
		Prev: r.Link("/summary/"+ref.Kind.ID, "period", ref.Period.Before().String(), "month", ""), Next: r.Link("/summary/"+ref.Kind.ID, "period", ref.Period.After().String(), "month", ""),
		Docx: paperLink(r, ref, "/docx"), File: paperLink(r, ref, "/final"), Can: map[string]bool{}, Actions: map[string]string{},
		Fields: []web.Field{{Name: "remark", Label: r.T("report.field.remark"), Kind: "textarea", Required: true}}}
	for _, a := range []summary.Action{summary.Make, summary.Upload, summary.Submit, summary.Return, summary.Accept} {
		v.Can[string(a)], v.Actions[string(a)] = summary.Can(r.Caller, ref.Region, state, a), paperLink(r, ref, "/"+string(a))
	}
	if p == nil {
		return v, nil
	}
	if p.FinalNo > 0 {
		v.Final = p
	}
	if err := h.draft(r, v, ref, p); err != nil {
		return nil, err
	}
	return v, h.history(r, v, ref)
}

// draft shows the draft asked for, and what it says otherwise than the one
// before.
func (h *Rim) draft(r *web.Request, v *paperView, ref summary.Ref, p *summary.Paper) error {
	scope := r.Caller.Scope(account.ReportRead)
	v.Version, _ = strconv.Atoi(r.URL.Query().Get("version"))
	if v.Version < 1 || v.Version > p.Version {
		v.Version = p.Version
	}
	d, err := h.papers.Draft(r.Context(), scope, ref, v.Version)
	if err != nil {
		return err
	}
	v.Draft, v.Month, v.Blanks = d, d.Month.String(), d.Blanks()
	v.Docx = paperLink(r, ref, "/docx", "version", v.Version)
	for _, x := range d.Paras {
		v.Lines = append(v.Lines, lineView{Head: x.Head, Sign: x.Sign, Pieces: pieces(d, x.Pieces)})
	}
	for _, t := range d.Tables {
		tv := tableView{Title: t.Title, Note: t.Note, Heads: t.Heads}
		for _, row := range t.Rows {
			tv.Rows = append(tv.Rows, pieces(d, row))
		}
		v.Tables = append(v.Tables, tv)
	}
	for _, k := range d.Order {
		v.Sources = append(v.Sources, d.Figures[k])
	}
	if v.Version < 2 {
		return nil
	}
	was, err := h.papers.Draft(r.Context(), scope, ref, v.Version-1)
	if err != nil {
		return err
	}
	for _, c := range summary.Changes(was, d) {
		x := changeView{Was: "—", Now: "—"}
		for _, f := range []*summary.Figure{c.Was, c.Now} {
			if f != nil {
				x.Label, x.Place = f.Label, f.Name
			}
		}
		if c.Was != nil {
			x.Was = c.Was.Text
		}
		if c.Now != nil {
			x.Now = c.Now.Text
		}
		v.Changed = append(v.Changed, x)
	}
	return nil
}

func pieces(d *summary.Draft, ps []summary.Piece) (out []pieceView) {
	for _, p := range ps {
		x := pieceView{Text: d.Text(p)}
		if f, ok := d.Figures[p.Figure]; ok {
			x.Why = fmt.Sprintf("%s · %s · %s · %s", f.Label, f.Where(), f.Name, f.Month)
			out = append(out, x)
			continue
		}
		out = append(out, blanks(x.Text)...)
	}
	return out
}

// blanks takes 【…】 out of a text, to be marked.
func blanks(s string) (out []pieceView) {
	rs := []rune(s)
	start := 0
	for i, r := range rs {
		switch r {
		case '【':
			if i > start {
				out = append(out, pieceView{Text: string(rs[start:i])})
			}
			start = i
		case '】':
			out = append(out, pieceView{Text: string(rs[start : i+1]), Blank: true})
			start = i + 1
		}
	}
	if start < len(rs) {
		out = append(out, pieceView{Text: string(rs[start:])})
	}
	return out
}

func (h *Rim) history(r *web.Request, v *paperView, ref summary.Ref) error {
	scope := r.Caller.Scope(account.ReportRead)
	made, err := h.papers.Versions(r.Context(), scope, ref)
	if err != nil {
		return err
	}
	for _, m := range made {
		v.Versions = append(v.Versions, versionView{Title: r.T("summary.version", m.Version, m.Month.String()), When: m.By + " · " + db.FromMillis(m.At).Format("01-02 15:04"), On: m.Version == v.Version,
			Href: paperLink(r, ref, "", "version", m.Version)})
	}
	events, err := h.papers.Events(r.Context(), scope, ref)
	for _, e := range events {
		v.Events = append(v.Events, web.Event{When: db.FromMillis(e.At).Format("01-02 15:04"), Title: r.T("summary.event." + string(e.Action)), Note: e.Remark, Source: e.By})
	}
	return err
}
