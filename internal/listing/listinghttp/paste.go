package listinghttp

import (
	"net/http"
	"slices"
	"strings"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/listing"
	"wengang/internal/secret"
	"wengang/internal/sheet"
	"wengang/internal/web"
)

// pasteUsual are the columns of an answer that nobody has chosen.
var pasteUsual = []string{"name", "village", "kind", "skill", "status", "employer", "place", "wage", "phone"}

type pasteRow struct {
	No    int
	Asked string // the number as the answer shows it, and what stood beside it
	State string
	Kind  string // badge
	Href  string
	Cells []cell
}

type pasteView struct {
	IDs      string
	Groups   []columnGroup
	Cols     []string
	Heads    []head
	Rows     []pasteRow
	Answered bool
	Counts   []web.Fact
	Copy     string
	Errors   []web.FieldText
	Error    string
	Leave    leaveView
	Withheld []string
}

// pasteForm asks for the numbers. They travel in the body only.
func (h *Rim) pasteForm(w http.ResponseWriter, r *web.Request) error {
	v := h.pasteView(r, pasteUsual)
	return h.shell.Page(w, r, "lists/paste", v)
}

func (h *Rim) pasteView(r *web.Request, cols []string) *pasteView {
	v := &pasteView{Cols: cols, Leave: h.leave(r, r.Link("/lists/paste/export"), 0)}
	v.Leave.Plain = false
	words := h.lists.Words(r.Lang)
	for _, g := range []listing.Group{listing.OfPerson, listing.OfWork, listing.OfNeed, listing.OfCheck} {
		cg := columnGroup{Label: r.T("listing.group." + string(g))}
		for _, c := range listing.Columns {
			if c.Group == g && (c.Need == "" || r.Caller.Can(c.Need)) {
				cg.Options = append(cg.Options, web.Option{Value: c.Key, Label: words.Label(c), On: slices.Contains(cols, c.Key)})
			}
		}
		if len(cg.Options) > 0 {
			v.Groups = append(v.Groups, cg)
		}
	}
	return v
}

// chosenCols are the columns that a form asks for.
func chosenCols(r *web.Request) []string {
	var out []string
	for _, k := range r.PostForm["cols"] {
		if _, ok := listing.ColumnOf(k); ok && !slices.Contains(out, k) && len(out) < 24 {
			out = append(out, k)
		}
	}
	if len(out) == 0 {
		return pasteUsual
	}
	return out
}

// paste answers the numbers in their order.
func (h *Rim) paste(w http.ResponseWriter, r *web.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "web.badform")
	}
	v := h.pasteView(r, chosenCols(r))
	v.IDs = r.PostFormValue("ids")
	lines := listing.ReadLines(v.IDs)
	if len(lines) == 0 {
		v.Errors = []web.FieldText{{Name: "ids", Message: r.T("listing.paste.empty")}}
		return h.shell.PageStatus(w, r, http.StatusUnprocessableEntity, "lists/paste", v)
	}
	answers, err := h.lists.Pasted(r.Context(), r.Caller, r.At, lines)
	switch {
	case fault.Is(err, fault.Invalid):
		v.Errors = r.FieldTexts(err)
		return h.shell.PageStatus(w, r, http.StatusUnprocessableEntity, "lists/paste", v)
	case err != nil:
		return err
	}
	h.answered(r, v, answers)
	return h.shell.Page(w, r, "lists/paste", v)
}

func (h *Rim) answered(r *web.Request, v *pasteView, answers []listing.Answer) {
	words := h.lists.Words(r.Lang)
	cols, _ := listing.Allowed(r.Caller, v.Cols)
	v.Answered, v.Heads = true, heads(r, words, cols)
	counts := map[listing.Found]int{}
	var tsv strings.Builder
	for i := range answers {
		a := &answers[i]
		counts[a.Found]++
		cells := words.Cells(r.Caller, a, cols)
		row := pasteRow{No: a.No, State: words.Found(a), Kind: map[listing.Found]string{listing.Here: "work", listing.Left: "neu", listing.Absent: "out", listing.Unreadable: "dash"}[a.Found], Cells: cellsOf(words, cols, cells)}
		if a.Number != "" {
			row.Asked = secret.MaskID(a.Number)
		}
		if a.Same != 0 {
			row.State += r.T("listing.paste.same", a.Same)
		}
		if a.Person != nil {
			row.Href = r.Link("/people/" + num(a.Person.ID))
		}
		v.Rows = append(v.Rows, row)
		tsv.WriteString(tabbed(append([]string{row.State}, cells...)))
	}
	v.Copy = tsv.String()
	for _, c := range []struct {
		key   string
		found listing.Found
	}{{"here", listing.Here}, {"leftcount", listing.Left}, {"absent", listing.Absent}, {"badcount", listing.Unreadable}} {
		v.Counts = append(v.Counts, web.Fact{Label: r.T("listing.found." + c.key), Value: web.Thousands(counts[c.found])})
	}
	v.Leave.Rows = len(answers)
}

// tabbed is a line for a spreadsheet: no value is taken for a formula, none
// breaks the line.
func tabbed(cells []string) string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = sheet.Guard(strings.NewReplacer("\t", " ", "\n", " ", "\r", " ").Replace(c))
	}
	return strings.Join(out, "\t") + "\n"
}

// exportPaste is the same answer as a workbook.
func (h *Rim) exportPaste(w http.ResponseWriter, r *web.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "web.badform")
	}
	if !r.Caller.Scope(account.PeopleRead).Contains(r.At) {
		return err404()
	}
	lines := listing.ReadLines(r.PostFormValue("ids"))
	if len(lines) == 0 {
		return fault.New(fault.Invalid, "listing.paste.empty")
	}
	cols, _ := listing.Allowed(r.Caller, chosenCols(r))
	title := r.T("listing.paste.title")
	data, err := h.lists.ExportPasted(r.Context(), r.Caller, lines, cols, listing.Out{Title: title, Region: r.At, Lang: r.Lang})
	if err != nil {
		return err
	}
	return h.send(w, r, title, data)
}
