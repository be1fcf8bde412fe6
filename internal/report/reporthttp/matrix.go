package reporthttp

import (
	"bytes"
	"net/http"
	"net/url"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/report"
	"wengang/internal/sheet"
	"wengang/internal/web"
)

// matrixView is who has reported: units by periods of one form, or by forms of
// one period.
type matrixView struct {
	Tabs    []tab
	Forms   []tab
	Filters []tab
	Prev    string
	Next    string
	Span    string
	Heads   []string
	Rows    []matrixRow
	Export  string
	Codes   string
	Empty   web.Empty
	Done    string
}

type tab struct {
	Text, Href string
	On         bool
}

type matrixRow struct {
	Name  string
	Cells []matrixCell
}

type matrixCell struct {
	Head, Href, Note string
	Badges           []web.Badge
}

// matrixColumns reads what the page asks for: ?form= with the periods of a
// year, or every form of ?by=form.
func (h *Rim) matrixColumns(r *web.Request) (form *report.Form, columns []report.MatrixColumn, err error) {
	all, err := h.store.All(r.Context(), r.Caller.Scope(account.ReportRead))
	if err != nil || len(all) == 0 {
		return nil, nil, err
	}
	q := r.URL.Query()
	form = all[0]
	for _, f := range all {
		if f.ID == q.Get("form") {
			form = f
		}
	}
	if q.Get("by") == "form" {
		for _, f := range all {
			columns = append(columns, report.MatrixColumn{Form: f, Period: f.PeriodAt(r.Month)})
		}
		return form, columns, nil
	}
	last := form.PeriodAt(r.Month)
	first := form.PeriodAt(calendar.MonthOf(r.Month.Year(), 1))
	if form.PeriodAt(r.Month) == first { // a yearly form, or the first of the year: some years, quarters back
		for range 3 {
			first = first.Before()
		}
	}
	end := form.PeriodAt(calendar.MonthOf(r.Month.Year(), 12))
	for p := first; ; p = p.After() {
		columns = append(columns, report.MatrixColumn{Form: form, Period: p})
		if p == end || p == last && form.Every == report.Yearly || len(columns) > 14 {
			break
		}
	}
	return form, columns, nil
}

func (h *Rim) matrix(w http.ResponseWriter, r *web.Request) error {
	form, columns, err := h.matrixColumns(r)
	if err != nil {
		return err
	}
	m, err := h.store.Matrix(r.Context(), r.Caller.Scope(account.ReportRead), r.At, columns)
	if err != nil {
		return err
	}
	v := matrixView{Empty: web.Empty{Icon: "report", Title: r.T("report.matrix.empty"), Note: r.T("report.empty.note")}, Export: r.Self("form", formID(form)), Codes: r.Link("/report/codes", "month", "")}
	v.Export = r.Link("/report/matrix/export?"+r.URL.RawQuery, "form", formID(form))
	byForm := r.URL.Query().Get("by") == "form"
	v.Tabs = []tab{{r.T("report.matrix.periods"), r.Self("by", ""), !byForm}, {r.T("report.matrix.forms"), r.Self("by", "form"), byForm}}
	all, err := h.store.All(r.Context(), r.Caller.Scope(account.ReportRead))
	if err != nil {
		return err
	}
	if !byForm {
		for _, f := range all {
			v.Forms = append(v.Forms, tab{f.Short, r.Self("form", f.ID), f == form || f.ID == formID(form)})
		}
	}
	v.Span = r.T("report.matrix.year", r.Month.Year())
	v.Prev, v.Next = r.Self("month", r.Month.Add(-12)), r.Self("month", r.Month.Add(12))
	if byForm {
		v.Span = r.Month.String()
		v.Prev, v.Next = r.Self("month", r.Month.Add(-1)), r.Self("month", r.Month.Add(1))
	}
	m.Trim()
	for _, c := range m.Columns {
		head := periodWord(r, c.Period)
		if byForm {
			head = c.Form.Short + " " + head
		}
		v.Heads = append(v.Heads, head)
	}
	want := report.Mark(r.URL.Query().Get("show"))
	counts := h.matrixRows(r, m, want, &v)
	v.Filters = []tab{{r.T("report.matrix.all"), r.Self("show", ""), want == ""}}
	for _, k := range report.Marks {
		if counts[k] > 0 || want == k {
			v.Filters = append(v.Filters, tab{r.T("report.mark."+string(k)) + " " + strconv.Itoa(counts[k]), r.Self("show", string(k)), want == k})
		}
	}
	return h.shell.Page(w, r, "report/matrix", v)
}

func formID(f *report.Form) string {
	if f == nil {
		return ""
	}
	return f.ID
}

// matrixRows draws the slots and counts their marks; with a filter, rows
// without one are left out.
func (h *Rim) matrixRows(r *web.Request, m *report.Matrix, want report.Mark, v *matrixView) map[report.Mark]int {
	counts := map[report.Mark]int{}
	for i, u := range m.Units {
		row := matrixRow{Name: u.Name}
		shown := false
		for k := range m.Slots[i] {
			x := &m.Slots[i][k]
			if x.Not {
				row.Cells = append(row.Cells, matrixCell{Head: v.Heads[k], Note: r.T("report.matrix.none")})
				continue
			}
			for _, mark := range x.Marks {
				counts[mark]++
			}
			if want != "" && !x.Is(want) {
				row.Cells = append(row.Cells, matrixCell{Head: v.Heads[k]})
				continue
			}
			shown = true
			row.Cells = append(row.Cells, h.matrixCell(r, x, v.Heads[k]))
		}
		if shown || want == "" {
			v.Rows = append(v.Rows, row)
		}
	}
	return counts
}

func (h *Rim) matrixCell(r *web.Request, x *report.Slot, head string) matrixCell {
	c := matrixCell{Head: head, Href: r.Link("/report/"+x.Form.ID, "at", x.Region.Full(), "period", x.Period.String(), "month", "", "form", "", "by", "", "show", "")}
	b := stateBadge(r, x.State, false)
	switch {
	case x.Is(report.Missing):
		b = web.Badge{Kind: "red", Icon: "alert-triangle", Text: r.T("report.mark.missing")}
		c.Note = r.T("report.matrix.over", x.Late)
		if x.State != "" {
			c.Note = r.T("report.state."+string(x.State)) + " · " + c.Note
		}
	case x.Is(report.Pending):
		c.Note = r.T("report.matrix.due", x.Due.String()[5:])
	case x.FirstOn != 0:
		c.Note = x.FirstOn.String()[5:]
	}
	c.Badges = append(c.Badges, b)
	for _, k := range x.Marks {
		switch k {
		case report.Late:
			c.Badges = append(c.Badges, web.Badge{Kind: "yel", Icon: "clock", Text: r.T("report.matrix.late", x.Late)})
		case report.Redo:
			if x.State != report.Returned {
				c.Badges = append(c.Badges, web.Badge{Kind: "yel", Text: r.T("report.mark.redo")})
			}
		case report.Reopened, report.NoScan:
			kind := "yel"
			if k == report.NoScan {
				kind = "dash"
			}
			c.Badges = append(c.Badges, web.Badge{Kind: kind, Text: r.T("report.mark." + string(k))})
		}
	}
	return c
}

// matrixExport is the matrix as a workbook.
func (h *Rim) matrixExport(w http.ResponseWriter, r *web.Request) error {
	_, columns, err := h.matrixColumns(r)
	if err != nil {
		return err
	}
	m, err := h.store.Matrix(r.Context(), r.Caller.Scope(account.ReportRead), r.At, columns)
	if err != nil {
		return err
	}
	if err := h.store.NoteMatrix(r.Context(), r.Caller, r.At, len(m.Units)); err != nil {
		return err
	}
	m.Trim()
	book, err := sheet.NewWriter("")
	if err != nil {
		return err
	}
	defer book.Close()
	widths := []float64{18}
	heads := []any{r.T("report.matrix.unit")}
	byForm := r.URL.Query().Get("by") == "form"
	for _, c := range m.Columns {
		widths = append(widths, 26)
		head := periodWord(r, c.Period)
		if byForm {
			head = c.Form.Short + " " + head
		}
		heads = append(heads, head)
	}
	for i := range heads {
		heads[i] = sheet.Styled{Value: heads[i], Look: sheet.Head}
	}
	if err := book.Sheet(r.T("report.matrix.sheet"), widths, 1); err != nil {
		return err
	}
	if err := book.Row(heads...); err != nil {
		return err
	}
	for i, u := range m.Units {
		line := []any{u.Name}
		for k := range m.Slots[i] {
			line = append(line, h.matrixText(r, &m.Slots[i][k]))
		}
		if err := book.Row(line...); err != nil {
			return err
		}
	}
	var buf bytes.Buffer
	if err := book.Write(&buf); err != nil {
		return err
	}
	name := h.store.Tree.Name(r.At) + r.T("report.matrix") + ".xlsx"
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", `attachment; filename="matrix.xlsx"; filename*=UTF-8''`+url.PathEscape(name))
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write(buf.Bytes())
	return err
}

func (h *Rim) matrixText(r *web.Request, x *report.Slot) any {
	if x.Not {
		return nil
	}
	c := h.matrixCell(r, x, "")
	s := c.Note
	for i := len(c.Badges) - 1; i >= 0; i-- {
		s = c.Badges[i].Text + " " + s
	}
	if x.Is(report.Missing) || x.Is(report.Redo) || x.Is(report.Late) {
		return sheet.Styled{Value: s, Look: sheet.Marked}
	}
	return s
}
