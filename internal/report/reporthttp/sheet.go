package reporthttp

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/report"
	"wengang/internal/web"
)

// sheetView is a form as on paper, with what stands around it.
type sheetView struct {
	ask
	S           *report.Sheet
	Title, Sub  string
	Office      string
	Date        [3]string // year, month, day
	Head        [][]headCell
	Grid        *gridView // of a designed form: the filled blank
	Columns     []string  // widths in per cent
	Rows        []rowView
	Prev, Next  string
	Export      string
	PDF         string
	Due         calendar.Date
	DueNote     string
	Badge       web.Badge
	Life        *lifeView
	Correct     bool // a cell may be corrected, out of signing too
	Withdraw    bool
	MayMark     bool
	Marked      map[string]string // remark on a cell, by row.column
	Actions     map[string]string // addresses of the actions
	Findings    []findingView
	Hard        int
	Passed      int
	Below       string
	Lists       int
	Corrections int
	Recheck     string
	Notes       []noteView
	Events      []web.Event
	Errors      []web.FieldText
	Open        string // dialog to open again after an error
	Typed       map[string]string
	Dialogs     []dialogView
	Fields      map[string][]web.Field
	Pop         *popView
	Against     *againstView
	Wide        bool // 附件2: text cells
}

type headCell struct {
	Text         string
	Across, Down int
	Small        bool
}

type rowView struct {
	Name, Href string
	Class      string
	Badge      *web.Badge
	Cells      []cellView
}

type cellView struct {
	Text, Old string
	Class     string
	Href      string
	Words     bool
	Diff      *diffView
	Pop       *popView
}

func (h *Rim) sheet(w http.ResponseWriter, r *web.Request) error {
	v, err := h.sheetView(r)
	if err != nil {
		return err
	}
	if r.HX() {
		return h.shell.Fragment(w, r, "report/sheet", "paper", v)
	}
	return h.shell.Page(w, r, "report/sheet", v)
}

func (h *Rim) sheetView(r *web.Request) (*sheetView, error) {
	a, err := h.ask(r)
	if err != nil {
		return nil, err
	}
	scope := r.Caller.Scope(account.ReportRead)
	var sh *report.Sheet
	if n, _ := strconv.Atoi(r.URL.Query().Get("version")); n > 0 {
		sh, err = h.store.Version(r.Context(), scope, a.form.ID, a.at, a.period, n)
	} else {
		sh, err = h.store.Sheet(r.Context(), scope, a.form.ID, a.at, a.period)
	}
	if err != nil {
		return nil, err
	}
	v := &sheetView{ask: a, S: sh, Title: a.form.Annex + " " + a.form.Short, Office: h.store.Office(sh), Wide: a.form.Rows == report.Projects,
		Sub:  r.T("report.sub", periodWord(r, a.period), a.form.Source),
		Prev: r.Link(a.path(), "period", a.period.Before().String(), "month", "", "cell", ""), Next: r.Link(a.path(), "period", a.period.After().String(), "month", "", "cell", ""),
		Export: a.link(r, "/export", "against", r.URL.Query().Get("against")), PDF: a.link(r, "/pdf"), Due: a.form.Due(a.period), Actions: map[string]string{}, Typed: map[string]string{}}
	if d := sh.FilledOn; d != 0 {
		v.Date = [3]string{fmt.Sprint(int(d) / 10000), fmt.Sprint(int(d) / 100 % 100), fmt.Sprint(int(d) % 100)}
	}
	if sh.Due != 0 {
		v.Due = sh.Due
	}
	v.DueNote = workdays(r, v.Due, calendar.DateAt(h.shell.Now()))
	v.Head, v.Columns = heads(a.form), widths(a.form)
	if err := h.state(r, v); err != nil {
		return nil, err
	}
	h.rows(r, v)
	if err := h.against(r, v); err != nil {
		return nil, err
	}
	if err := h.grid(v); err != nil {
		return nil, err
	}
	h.findings(r, v)
	h.notes(r, v)
	h.dialogs(r, v)
	return v, h.events(r, v)
}

// heads are the two rows of the heading with their spans.
func heads(f *report.Form) [][]headCell {
	var top, below []headCell
	cols := f.Printed()
	for i := 0; i < len(cols); i++ {
		c := cols[i]
		if len(c.Head) == 1 {
			top = append(top, headCell{Text: c.Head[0], Across: 1, Down: 2})
			continue
		}
		n := 1
		for i+n < len(cols) && len(cols[i+n].Head) > 1 && cols[i+n].Head[0] == c.Head[0] {
			n++
		}
		top = append(top, headCell{Text: c.Head[0], Across: n, Down: 1})
		for _, s := range cols[i : i+n] {
			below = append(below, headCell{Text: s.Head[1], Across: 1, Down: 1, Small: true})
		}
		i += n - 1
	}
	return [][]headCell{top, below}
}

// widths are the columns' shares of the paper's width.
func widths(f *report.Form) []string {
	total := 0.0
	for _, c := range f.Printed() {
		total += c.Width
	}
	var out []string
	for _, c := range f.Printed() {
		out = append(out, strconv.FormatFloat(c.Width/total*100, 'f', 2, 64)+"%")
	}
	return out
}

func (h *Rim) rows(r *web.Request, v *sheetView) {
	row, col := cellAt(r)
	frozen := v.S.Frozen
	for _, rw := range v.S.Paper() {
		rv := rowView{Name: rw.Name}
		switch {
		case rw.Role == report.Total:
			rv.Class = "total"
		case rw.Role == report.Child || rw.Role == report.Unit:
			rv.Href = r.Link(v.path(), "at", rw.Region.Full(), "period", v.period.String(), "month", "")
		}
		for _, c := range v.form.Printed() {
			x := rw.Cell(c.Key)
			if x == nil {
				continue
			}
			rv.Cells = append(rv.Cells, h.cell(r, v, &rw, &c, x, frozen || rw.Source.ReportID != 0, rw.Key == row && c.N == col))
		}
		v.Rows = append(v.Rows, rv)
	}
}

func (h *Rim) cell(r *web.Request, v *sheetView, rw *report.Row, c *report.Column, x *report.Cell, locked, on bool) cellView {
	out := cellView{Text: x.Text, Words: c.Count == report.Words}
	var classes []string
	own := rw.Role == report.Total && x.Explain.Own > 0
	if !locked && !own {
		classes = append(classes, "open")
	}
	if out.Words {
		out.Class = strings.Join(append(classes, "txt"), " ")
		return out
	}
	out.Text = shown(rw, c, x)
	if x.Value == 0 {
		classes = append(classes, "z")
	}
	if own {
		classes = append(classes, "own")
	}
	if v.Marked[rw.Key+"."+strconv.Itoa(c.N)] != "" {
		classes = append(classes, "mark")
	}
	if x.Correction != nil {
		classes = append(classes, "cor")
		if x.Value != x.Computed && x.Computed >= 0 {
			out.Old = printed(c, x.Computed)
		}
	}
	if v.form.Rows == report.Units {
		v.Lists++
		out.Href = v.link(r, "", "cell", rw.Key+"."+strconv.Itoa(c.N), "against", r.URL.Query().Get("against"))
	}
	if on {
		classes = append(classes, "on")
		out.Pop = h.pop(r, v, rw, c, x)
		v.Pop = out.Pop
	}
	out.Class = strings.Join(classes, " ")
	return out
}

// state puts the form's badge and the addresses of its acts onto the page.
func (h *Rim) state(r *web.Request, v *sheetView) error {
	rep := v.S.Report
	state := report.State("")
	if rep != nil {
		state = rep.State
	}
	v.Badge = stateBadge(r, state, !state.Sent() && v.Due < calendar.DateAt(h.shell.Now()))
	if err := h.life(r, v); err != nil {
		return err
	}
	may := v.Life.Course.May
	v.Correct = (may[report.Fill] || may[report.Change]) && v.form.Rows == report.Units
	v.Withdraw = may[report.Fill] && v.Correct
	v.MayMark = mayMark(r, v)
	v.Actions["correct"], v.Actions["withdraw"] = v.link(r, "/correct", "cell", r.URL.Query().Get("cell")), v.link(r, "/withdraw")
	if v.S.Frozen {
		v.Recheck = v.link(r, "", "recheck", 1)
	}
	for _, name := range []string{"prove", "answer", "unmark"} {
		v.Actions[name] = v.link(r, "/"+name)
	}
	return nil
}

// again shows the sheet with what was wrong and what was typed; other faults
// are the shell's.
func (h *Rim) again(w http.ResponseWriter, r *web.Request, err error, dialog string, names ...string) error {
	typed := map[string]string{}
	for _, n := range names {
		typed[n] = r.PostFormValue(n)
	}
	return h.againWith(w, r, err, dialog, typed)
}

func (h *Rim) againWith(w http.ResponseWriter, r *web.Request, err error, dialog string, typed map[string]string) error {
	var e *fault.Error
	if !errors.As(err, &e) || e.Kind != fault.Invalid {
		return err
	}
	v, verr := h.sheetView(r)
	if verr != nil {
		return verr
	}
	v.Errors, v.Open = r.FieldTexts(err), dialog
	if v.Errors == nil {
		v.Errors = []web.FieldText{{Message: r.T(e.Key, e.Args...)}}
	}
	for n, s := range typed {
		v.Typed[n] = s
	}
	v.Dialogs = nil
	h.dialogs(r, v)
	return h.shell.PageStatus(w, r, http.StatusUnprocessableEntity, "report/sheet", v)
}
