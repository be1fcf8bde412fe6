package designhttp

import (
	"fmt"
	"strconv"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/region"
	"wengang/internal/report"
	"wengang/internal/report/design"
	"wengang/internal/web"
)

// trial shows the workbook filled for the page's place and month.
func (h *Rim) trial(r *web.Request, v *pageView) error {
	at := r.At
	if !v.V.Owner.Contains(at) {
		at = v.V.Owner
	}
	tr, err := h.store.Try(r.Context(), r.Caller, v.V.ID, at, r.Month)
	if err != nil {
		return err
	}
	v.Export = r.Link(path(v.V.ID)+"/export", "at", at.Full())
	period := tr.Sheet.Period // of a quarter's form not the page's month
	v.Month, v.Prev, v.Next = period.String(), r.Self("month", period.Before().Last()), r.Self("month", period.After().Last())
	for _, line := range tr.Grid.Rows {
		var cells []cellView
		for _, c := range line {
			x := cellView{Text: c.Text, Across: c.Across, Down: c.Down, Head: c.Head}
			var class []string
			if !c.Box {
				class = append(class, "bare")
			}
			if !c.Box && !c.Left && c.Across >= len(tr.Grid.Widths)-1 && c.Text != "" {
				class = append(class, "ttl")
			}
			if c.Left && !c.Number && c.Text != "" {
				class = append(class, "txt")
			}
			if c.Row != "" {
				class = append(class, "fit")
			}
			if c.Formula != "" {
				class = append(class, "own")
			}
			x.Class = strings.Join(class, " ")
			cells = append(cells, x)
		}
		v.Rows = append(v.Rows, cells)
	}
	v.Nowhere = strings.Join(tr.Grid.Nowhere, "、")
	for _, f := range tr.Sheet.Findings {
		v.Findings = append(v.Findings, findingView{Text: r.T(f.Rule, f.Args...), Hard: f.Hard})
	}
	return nil
}

// lines explain every bound cell.
func (h *Rim) lines(r *web.Request, v *pageView) {
	f, err := v.V.Form(nil)
	if err != nil {
		return
	}
	for i := range v.V.Spec.Binds {
		b := &v.V.Spec.Binds[i]
		if b.Kind == design.Left || b.Kind == design.Words {
			continue
		}
		l := lineView{At: b.At, Heading: strings.Join(b.Heading, " · "), What: chip(r, b), Href: r.Self("cell", b.At, "view", ""), Guess: b.Guess}
		if c := f.Column(b.At); c != nil {
			l.How = c.Calibre
		}
		if b.Kind == design.Figure && b.Month == 0 && len(b.Where) == 0 && b.Months != report.SoFar {
			last := f.PeriodAt(r.Month).Last()
			m := map[report.Span]calendar.Month{report.ThisMonth: last, report.LastMonth: last.Add(-1), report.LastYear: last.Add(-12)}[b.Months]
			l.List = r.Link("/board/list", "indicator", b.Figure, "month", m)
		} else if b.Kind == design.Register {
			l.List = r.Link("/register", "kind", b.Register)
		}
		v.Lines = append(v.Lines, l)
	}
}

func (h *Rim) checks(r *web.Request, v *pageView) {
	for i, c := range v.V.Spec.Checks {
		how := r.T("design.check.note")
		if c.Hard {
			how = r.T("design.check.hard")
		}
		v.Checks = append(v.Checks, checkView{i, c.Rule, c.Words, how})
	}
}

// fields are those of the publication.
func fields(r *web.Request, d *design.Version) []web.Field {
	s := &d.Spec
	options := func(prefix, now string, values ...string) []web.Option {
		var out []web.Option
		for _, x := range values {
			out = append(out, web.Option{Value: x, Label: r.T(prefix + x), On: x == now})
		}
		return out
	}
	from := ""
	if s.From != 0 {
		from = s.From.String()
	} else {
		from = r.Month.String()
	}
	day, next := "", "0"
	if s.Day > 0 {
		day = strconv.Itoa(s.Day)
	}
	if s.Next {
		next = "1"
	}
	out := []web.Field{
		{Name: "title", Value: s.Title, Required: true, Wide: true, Max: 80},
		{Name: "annex", Value: s.Annex, Max: 20},
		{Name: "citation", Value: s.Citation, Required: true, Wide: true, Max: 120, Hint: r.T("design.hint.citation")},
		{Name: "every", Kind: "select", Options: options("design.every.", s.Every, "month", "quarter", "year", "once")},
		{Name: "from", Kind: "month", Value: from, Hint: r.T("design.hint.from")},
		{Name: "next", Kind: "select", Options: options("design.next.", next, "0", "1")},
		{Name: "day", Kind: "number", Value: day, Unit: r.T("design.unit.day")},
		{Name: "publicity", Kind: "select", Options: options("design.publicity.", s.Publicity, "", "open", "asked", "closed")},
	}
	for i := range out {
		out[i].Label = r.T("design.f." + out[i].Name)
	}
	return out
}

func levels(r *web.Request, d *design.Version) []web.Option {
	var out []web.Option
	for l := max(d.Owner.Level(), region.Province); l <= region.County; l++ {
		on := false
		for _, x := range d.Spec.Levels {
			on = on || x == int(l)
		}
		out = append(out, web.Option{Value: strconv.Itoa(int(l)), Label: r.T(fmt.Sprintf("design.level.%d", l)), On: on})
	}
	return out
}
