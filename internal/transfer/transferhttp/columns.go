package transferhttp

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/transfer"
	"wengang/internal/web"
)

// columnRoutes are the second step and what it remembers.
func (h *Rim) columnRoutes() {
	need := account.ImportRun
	h.shell.Nav(web.NavItem{Key: "import.maps", Icon: "table", Href: "/import/mappings", Under: "/import", Need: need, Order: 44})
	h.shell.Add(
		web.Route{Pattern: "GET /import/{id}/columns", Need: need, Action: h.columns},
		web.Route{Pattern: "POST /import/{id}/columns", Need: need, Action: h.choose},
		web.Route{Pattern: "GET /import/mappings", Need: need, Action: h.mappings},
		web.Route{Pattern: "POST /import/mappings/{mapping}/forget", Need: need, Action: h.forget},
	)
}

// columnsView is the second step: every heading with what it is taken for.
type columnsView struct {
	transfer.Info
	Kind    string
	Steps   []web.Step
	Back    string
	Problem string // why the choice was refused
	Why     string // why the file waits
	Used    string // whose choice the file is read by
	Forget  string
	Draft   *draftView // nil where the file is gone
}

type draftView struct {
	Open     bool
	Save     string
	Look     string
	Sheets   []web.Option
	Heads    []web.Option
	Layouts  []web.Option
	Sheet    int
	Head     string
	Layout   string
	Rows     []headingRow
	Needs    string
	Office   region.Code
	Matched  int
	Filled   int
	Edits    bool
	Remember bool
}

// headingRow is one heading; Name is its field in the form.
type headingRow struct {
	Letter  string
	Name    string
	Heading string
	Samples []string
	Options []web.Option
	As      string
	Secret  bool
}

func (h *Rim) columns(w http.ResponseWriter, r *web.Request) error {
	return h.showColumns(w, r, http.StatusOK, r.URL.Query(), nil, nil)
}

// at reads where the heading stands from a form or an address.
func at(get func(string) string) transfer.At {
	var a transfer.At
	a.Layout = get("layout")
	a.Sheet, _ = strconv.Atoi(get("sheet"))
	row, depth, _ := strings.Cut(get("head"), "/")
	a.HeadRow, _ = strconv.Atoi(row)
	a.HeadRows, _ = strconv.Atoi(depth)
	return a
}

type getter interface{ Get(string) string }

func (h *Rim) showColumns(w http.ResponseWriter, r *web.Request, status int, from getter, typed map[int]string, refused error) error {
	in, err := h.load(r)
	if err != nil {
		return err
	}
	v := columnsView{Info: in, Kind: kindName(r, in.Kind), Steps: steps(r, in), Back: r.Link(base(in))}
	d, err := h.imports.Draft(r.Context(), r.Caller, in.ID, at(from.Get))
	switch {
	case fault.Is(err, fault.NotFound):
	case err != nil:
		return err
	default:
		v.Draft = h.draft(r, d, typed)
	}
	v.Why = in.Waits(r.Lang)
	if m := in.Reading.Mapping; m != nil {
		v.Used = r.T("import.map.used.file")
		if m.ID != 0 {
			if list, err := h.imports.Mappings(r.Context(), r.Caller); err == nil {
				for _, known := range list {
					if known.ID == m.ID {
						v.Used = r.T("import.map.used", known.CreatedAt.Format("2006-01-02"))
						v.Forget = r.Link("/import/mappings/" + strconv.FormatInt(m.ID, 10) + "/forget")
					}
				}
			}
		}
	}
	var e *fault.Error
	if errors.As(refused, &e) {
		v.Problem = r.T(e.Key, e.Args...)
	}
	return h.shell.PageStatus(w, r, status, "import/columns", v)
}

func (h *Rim) draft(r *web.Request, d transfer.Draft, typed map[int]string) *draftView {
	v := &draftView{Open: d.Open, Save: r.Link(base(d.Info) + "/columns"), Look: base(d.Info) + "/columns", Sheet: d.Sheet + 1,
		Head: strconv.Itoa(d.HeadRow) + "/" + strconv.Itoa(d.HeadRows), Layout: d.Layout.ID, Edits: d.State == transfer.StateChecked, Remember: true}
	for i, name := range d.Sheets {
		v.Sheets = append(v.Sheets, web.Option{Value: strconv.Itoa(i + 1), Label: name, On: i == d.Sheet})
	}
	for row := 1; row <= 6; row++ {
		v.Heads = append(v.Heads, web.Option{Value: strconv.Itoa(row) + "/1", Label: r.T("import.map.head.1", row), On: d.HeadRow == row && d.HeadRows == 1})
	}
	for row := 2; row <= 6; row++ {
		v.Heads = append(v.Heads, web.Option{Value: strconv.Itoa(row) + "/2", Label: r.T("import.map.head.2", row-1, row), On: d.HeadRow == row && d.HeadRows == 2})
	}
	for _, l := range d.Choices {
		v.Layouts = append(v.Layouts, web.Option{Value: l.ID, Label: l.Title, On: l.ID == d.Layout.ID})
	}
	for c, hd := range d.Headings {
		if hd.Text == "" {
			continue
		}
		if typed != nil {
			hd.Key = typed[c]
		}
		row := headingRow{Letter: letter(c), Name: "k" + strconv.Itoa(c), Heading: hd.Text, Samples: hd.Samples, As: r.T("import.map.none")}
		row.Options = append(row.Options, web.Option{Label: r.T("import.map.none")})
		for _, col := range d.Layout.Columns {
			o := web.Option{Value: col.Key, Label: col.Title(), On: col.Key == hd.Key}
			if o.On {
				row.As, row.Secret = o.Label, col.Secret
				v.Matched++
			}
			row.Options = append(row.Options, o)
		}
		v.Filled++
		v.Rows = append(v.Rows, row)
	}
	v.Needs = needs(r, d.Layout)
	v.Office = d.Office
	return v
}

// needs names what must be chosen.
func needs(r *web.Request, l transfer.Layout) string {
	var out []string
	title := map[string]string{}
	for _, c := range l.Columns {
		title[c.Key] = c.Title()
		if c.Required {
			out = append(out, c.Title())
		}
	}
	for _, group := range l.OneOf {
		var names []string
		for _, key := range group {
			names = append(names, title[key])
		}
		out = append(out, r.T("import.map.oneof", strings.Join(names, "/")))
	}
	return strings.Join(out, r.T("import.map.comma"))
}

// letter is a column's name in a spreadsheet: A, Z, AA.
func letter(c int) string {
	s := ""
	for c++; c > 0; c = (c - 1) / 26 {
		s = string(rune('A'+(c-1)%26)) + s
	}
	return s
}

// choose takes the choice and checks the file anew.
func (h *Rim) choose(w http.ResponseWriter, r *web.Request) error {
	n, err := id(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "web.badform")
	}
	typed, last := map[int]string{}, -1
	for name, values := range r.PostForm {
		if num, ok := strings.CutPrefix(name, "k"); ok && len(values) > 0 {
			if c, err := strconv.Atoi(num); err == nil && c >= 0 && c < 1<<14 {
				typed[c], last = values[0], max(last, c)
			}
		}
	}
	keys := make([]string, last+1)
	for c, k := range typed {
		keys[c] = k
	}
	err = h.imports.Choose(r.Context(), r.Caller, n, transfer.ColumnChoice{At: at(r.PostForm.Get), Keys: keys, Remember: r.PostForm.Get("remember") == "1"})
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		status := http.StatusUnprocessableEntity
		if fault.Is(err, fault.Conflict) {
			status = http.StatusConflict
		}
		return h.showColumns(w, r, status, r.PostForm, typed, err)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.Link("/import/"+strconv.FormatInt(n, 10)))
}

// mappingsView lists what the offices of the area remember.
type mappingsView struct{ Rows []mappingRow }

type mappingRow struct {
	transfer.Remembered
	Kind    string
	Forget  string
	Columns []mappingColumn
}

type mappingColumn struct{ Heading, As string }

func (h *Rim) mappings(w http.ResponseWriter, r *web.Request) error {
	list, err := h.imports.Mappings(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	v := mappingsView{}
	for _, m := range list {
		row := mappingRow{Remembered: m, Kind: kindName(r, m.Kind), Forget: r.Link("/import/mappings/" + strconv.FormatInt(m.ID, 10) + "/forget")}
		titles := h.imports.Titles(m.Kind, m.Mapping.Layout)
		for _, c := range m.Mapping.Columns {
			as := titles[c.Key]
			if c.Key == "" {
				as = r.T("import.map.none")
			}
			row.Columns = append(row.Columns, mappingColumn{c.Heading, as})
		}
		v.Rows = append(v.Rows, row)
	}
	return h.shell.Page(w, r, "import/mappings", v)
}

func (h *Rim) forget(w http.ResponseWriter, r *web.Request) error {
	n, err := strconv.ParseInt(r.PathValue("mapping"), 10, 64)
	if err != nil || n <= 0 {
		return fault.NotFoundf("import.map.notfound")
	}
	if err := h.imports.Forget(r.Context(), r.Caller, n); err != nil {
		return err
	}
	return r.Redirect(w, r.Link("/import/mappings"))
}
