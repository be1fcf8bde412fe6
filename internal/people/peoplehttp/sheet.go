package peoplehttp

import (
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/fault"
	"wengang/internal/people"
	"wengang/internal/people/entry"
	"wengang/internal/region"
	"wengang/internal/web"
	"wengang/internal/work"
)

// sheetView is the paper.
type sheetView struct {
	*entry.Sheet
	Village string
	Lines   []sheetLine
	Legend  []string
	Back    string
	Entry   string
}

type sheetLine struct {
	entry.SheetRow
	Name, Mask, Now, Job, Wage string
	Age                        int
}

// printSheet makes a sheet of the page's village and leads to its paper.
func (h *Rim) printSheet(w http.ResponseWriter, r *web.Request) error {
	if r.At.Level() != region.Village {
		return r.Redirect(w, r.Link("/people/entry"))
	}
	code, err := h.entries.Print(r.Context(), r.FullScope(), r.Caller, r.At, r.Month)
	if err != nil {
		return err
	}
	return r.Redirect(w, r.Link("/people/entry/sheets/"+code))
}

// findSheet leads to the screen of a sheet by the code on its paper.
func (h *Rim) findSheet(w http.ResponseWriter, r *web.Request) error {
	sh, err := h.entries.Sheet(r.Context(), r.FullScope(), r.PostFormValue("code"))
	if err != nil {
		return err
	}
	return r.Redirect(w, r.Link("/people/entry/sheets/"+sh.Code+"/back", "at", sh.Village.Full(), "month", sh.Month.String()))
}

func (h *Rim) sheet(w http.ResponseWriter, r *web.Request) error {
	sh, err := h.entries.Sheet(r.Context(), r.FullScope(), r.PathValue("code"))
	if err != nil {
		return err
	}
	v := sheetView{Sheet: sh, Village: h.fromCounty(sh.Village), Legend: legend(r), Back: r.Link("/people/entry/sheets/" + sh.Code + "/back"),
		Entry: r.Link("/people/entry", "at", sh.Village.Full(), "month", sh.Month.String())}
	for _, row := range sh.Rows {
		l := sheetLine{SheetRow: row, Age: -1}
		if p := row.Row; p != nil {
			l.Name, l.Mask, l.Now, l.Age = p.Name, p.IDMask, stateText(r, p.State), ageOf(p.Birth, h.today())
			if p.Job.Running {
				l.Job, l.Wage = join(p.Job.Employer, h.workPlace(p.Job.Place)), yuanText(p.Job.WageFen)
			}
		}
		v.Lines = append(v.Lines, l)
	}
	return h.shell.Page(w, r, "people/sheet", v)
}

// sheetBack is the screen where a sheet is typed back, in its order of rows.
func (h *Rim) sheetBack(w http.ResponseWriter, r *web.Request) error {
	v, err := h.backView(r)
	if err != nil {
		return err
	}
	h.backRows(r, v, nil, nil)
	return h.shell.Page(w, r, "people/sheetback", v)
}

func (h *Rim) backView(r *web.Request) (*entryView, error) {
	sh, err := h.entries.Sheet(r.Context(), r.FullScope(), r.PathValue("code"))
	if err != nil {
		return nil, err
	}
	v := &entryView{Village: h.short(sh.Village), Month: sh.Month, Closed: sh.Closed, Sheet: sh, Legend: legend(r), Channels: channels(r), Action: r.Link(r.URL.Path),
		Back: r.Link("/people/entry", "at", sh.Village.Full(), "month", sh.Month.String()), Lines: r.PostFormValue("lines")}
	total := func(name, unit string) web.Field {
		return web.Field{Name: name, Label: r.T("people.sheet." + name), Unit: r.T(unit), Required: true, Max: 12, Value: r.PostFormValue(name), Kind: "number", Hint: r.T("people.sheet." + name + ".hint")}
	}
	v.Totals = []web.Field{total("total_rows", "people.unit"), total("total_wage", "people.yuan_unit")}
	return v, nil
}

// backRows are the rows of the sheet in its order; who left keeps their number.
func (h *Rim) backRows(r *web.Request, v *entryView, answers map[int64]work.Answer, own map[int64]string) {
	for _, s := range v.Sheet.Rows {
		p := people.Row{ID: s.ID}
		if s.Row != nil {
			p = *s.Row
		}
		one := &entryView{Month: v.Month}
		h.entryRows(r, one, []people.Row{p}, answers, own)
		e := one.Rows[0]
		e.N, e.Letter, e.Gone = s.N, s.Letter, s.Row == nil
		if r.Method == http.MethodPost && !v.Asked {
			e.Status, e.Money = r.PostFormValue("s"+e.Key), r.PostFormValue("w"+e.Key)
		}
		v.Saved, v.Failed = v.Saved+one.Saved, v.Failed+one.Failed
		v.Rows = append(v.Rows, e)
	}
}

// saveSheet takes rows from the boxes, or from the lines that were typed.
func (h *Rim) saveSheet(w http.ResponseWriter, r *web.Request) error {
	v, err := h.backView(r)
	if err != nil {
		return err
	}
	var rows []people.Row
	for _, s := range v.Sheet.Rows {
		if s.Row != nil {
			rows = append(rows, *s.Row)
		}
	}
	lines, own := h.entryLines(r, rows)
	typed, slips := entry.ParseLines(v.Sheet.Code, v.Lines)
	for _, s := range slips {
		v.Errors = append(v.Errors, web.FieldText{Name: "lines", Message: r.T("people.sheet.slip", s.Line, s.Text, r.T(s.Key))})
	}
	lines = append(lines, h.fromTyped(r, v, typed, lines)...)
	paper := entry.Totals{}
	var ok bool
	if paper.Rows, err = strconv.Atoi(strings.TrimSpace(r.PostFormValue("total_rows"))); err != nil {
		v.Errors = append(v.Errors, web.FieldText{Name: "total_rows", Message: r.T("people.sheet.total_needed")})
	}
	if paper.WageFen, ok = parseYuan(r.PostFormValue("total_wage")); !ok || paper.WageFen < 0 {
		v.Errors = append(v.Errors, web.FieldText{Name: "total_wage", Message: r.T("people.sheet.total_needed")})
	}
	if len(v.Errors) > 0 || len(own) > 0 {
		v.Asked = len(own) > 0 && len(v.Errors) == 0
		h.backRows(r, v, nil, own)
		return h.shell.PageStatus(w, r, http.StatusUnprocessableEntity, "people/sheetback", v)
	}
	return h.returnSheet(w, r, v, lines, paper)
}

// fromTyped turns typed lines into rows; a row that stands in a box as well is
// told.
func (h *Rim) fromTyped(r *web.Request, v *entryView, typed []entry.Typed, boxes []entry.Line) []entry.Line {
	var out []entry.Line
	for _, t := range typed {
		if t.N > len(v.Sheet.Rows) {
			v.Errors = append(v.Errors, web.FieldText{Name: "lines", Message: r.T("people.sheet.norow", t.N)})
			continue
		}
		row := v.Sheet.Rows[t.N-1]
		for _, b := range boxes {
			if b.Person == row.ID {
				v.Errors = append(v.Errors, web.FieldText{Name: "lines", Message: r.T("people.sheet.both", t.N)})
			}
		}
		out = append(out, entry.Line{Person: row.ID, Status: t.Status, WageFen: t.WageFen})
	}
	return out
}

func (h *Rim) returnSheet(w http.ResponseWriter, r *web.Request, v *entryView, lines []entry.Line, paper entry.Totals) error {
	out, err := h.entries.Return(r.Context(), r.FullScope(), r.Caller, v.Sheet.Code, lines, paper)
	if err != nil {
		if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Conflict) {
			return err
		}
		f := form{r: r, bad: map[string]string{}}
		if err := f.failed(err); err != nil {
			return err
		}
		v.Errors = f.view.Errors
		h.backRows(r, v, nil, nil)
		return h.shell.PageStatus(w, r, http.StatusUnprocessableEntity, "people/sheetback", v)
	}
	answers := map[int64]work.Answer{}
	for i, l := range lines {
		answers[l.Person] = out[i]
	}
	fresh, err := h.backView(r)
	if err != nil {
		return err
	}
	fresh.Asked, fresh.Lines = true, ""
	h.backRows(r, fresh, answers, nil)
	status := http.StatusOK
	if fresh.Failed > 0 {
		status = http.StatusUnprocessableEntity
	}
	return h.shell.PageStatus(w, r, status, "people/sheetback", fresh)
}
