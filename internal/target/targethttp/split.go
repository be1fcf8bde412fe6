package targethttp

import (
	"bytes"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/target"
	"wengang/internal/target/split"
	"wengang/internal/web"
)

type splitsView struct {
	Rows  []splitLine
	Empty web.Empty
}

type splitLine struct {
	*split.Split
	Href  string
	Badge web.Badge
	Who   string
	When  int64
}

func (h *Rim) splitList(w http.ResponseWriter, r *web.Request) error {
	all, err := h.splits.List(r.Context(), r.Caller, r.At)
	if err != nil {
		return err
	}
	v := splitsView{Empty: web.Empty{Icon: "arrows-split", Title: r.T("target.split.empty"), Note: r.T("target.split.empty_note"), Action: r.T("web.nav.target"), Href: r.Link("/target")}}
	for _, x := range all {
		hand := x.Created
		for _, y := range []split.Hand{x.Saved, x.Submitted, x.Decided} {
			if y.At > hand.At {
				hand = y
			}
		}
		v.Rows = append(v.Rows, splitLine{Split: x, Href: h.splitPath(r, x.ID), Badge: stateBadge(r, x.State), Who: hand.Name, When: hand.At})
	}
	return h.shell.Page(w, r, "target/splits", v)
}

var stateLook = map[split.State][2]string{
	split.Draft: {"dash", "pencil"}, split.Review: {"neu", "clock"}, split.Force: {"work", "check"},
	split.Replaced: {"out", "history"}, split.Withdrawn: {"out", "arrow-back-up"}, split.Dropped: {"out", "x"},
}

func stateBadge(r *web.Request, s split.State) web.Badge {
	return web.Badge{Kind: stateLook[s][0], Icon: stateLook[s][1], Text: r.T("target.split.state." + string(s))}
}

func (h *Rim) splitPath(r *web.Request, id int64) string {
	return r.Link("/decompose/" + strconv.FormatInt(id, 10))
}

// begin opens the decomposition of a table's row at a place.
func (h *Rim) begin(w http.ResponseWriter, r *web.Request) error {
	id, err := idOf(r)
	if err != nil {
		return err
	}
	at := r.At
	if v := r.PostFormValue("place"); v != "" {
		if at, err = region.ParseCode(v); err != nil {
			return fault.NotFoundf("fault.notfound")
		}
	}
	decimals := -1
	if n, err := strconv.Atoi(r.PostFormValue("decimals")); err == nil && n >= 0 && n <= 4 {
		decimals = n
	}
	id, err = h.splits.Begin(r.Context(), r.Caller, id, at, r.PostFormValue("unit"), decimals)
	if err != nil {
		return err
	}
	return r.Redirect(w, h.splitPath(r, id))
}

// splitView is a decomposition as a page.
type splitView struct {
	S        *split.Split
	Parent   *split.Parent
	Badge    web.Badge
	Place    string
	Given    string // parent's value with its unit
	Facts    []web.Fact
	Steps    []web.Step
	Columns  []columnView
	Lines    []splitRow
	Sums     []sumView
	Basis    [5]string // of the whole place
	Has      [5]bool   // columns of the basis in which something is known
	Method   string
	Methods  []web.Option
	Rules    []web.Option
	Percent  string // tolerance
	Problems []string
	Errors   []web.FieldText
	Note     string // what a page says on top of a conflict
	Gone     bool   // the parent does not stand any more
	Month    string
	Edit     bool // the caller may write in it now
	Sign     bool // the caller may sign or return it
	Withdraw bool
	Again    string // address at which a decomposition in force is made anew
	Path     string
	Export   string
	Table    string
	Diff     string
	HasNotes bool
	Last     string // last year
}

type columnView struct {
	Part  int
	Label string
	Total int64 // parent's value in last digits
}

type splitRow struct {
	Code, Name string
	Region     region.Code
	Basis      [5]int64
	Cells      []cellView
	Note       string
}

type cellView struct {
	Part       int
	Name       string // of the field
	Label      string
	Value      string
	Bad        bool
	Unentered  bool
	TargetRate string // against last year
}

type sumView struct {
	split.Sum
	Given, Parent, Remainder string
	Word                     string
}

func (h *Rim) splitShow(w http.ResponseWriter, r *web.Request) error {
	x, err := h.splitOf(r)
	if err != nil {
		return err
	}
	v, err := h.splitView(r, x)
	if err != nil {
		return err
	}
	return h.shell.Page(w, r, "target/split", v)
}

func idOf(r *web.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.NotFoundf("fault.notfound")
	}
	return id, nil
}

func (h *Rim) splitOf(r *web.Request) (*split.Split, error) {
	id, err := idOf(r)
	if err != nil {
		return nil, err
	}
	return h.splits.Get(r.Context(), r.Caller, id)
}

func (h *Rim) splitView(r *web.Request, x *split.Split) (*splitView, error) {
	scope := r.Caller.Scope(account.TargetRead)
	edits, signs := r.Caller.Scope(account.TargetEdit).Contains(x.Region), r.Caller.Scope(account.TargetSign).Contains(x.Region)
	v := &splitView{S: x, Badge: stateBadge(r, x.State), Month: r.Month.String(), Path: "/decompose/" + strconv.FormatInt(x.ID, 10), Last: strconv.Itoa(x.Year - 1),
		Edit: edits && x.State == split.Draft, Sign: signs && x.State == split.Review, Withdraw: signs && x.State == split.Force, Percent: percent(x.BP)}
	v.Export = r.Link(v.Path + "/export")
	if x.TableID != 0 {
		v.Table, v.Diff = r.Link("/target/"+strconv.FormatInt(x.TableID, 10)), r.Link("/target/"+strconv.FormatInt(x.TableID, 10)+"/versions")
	}
	if edits && x.State == split.Force {
		v.Again = r.Link("/target/" + strconv.FormatInt(x.TableID, 10) + "/split")
	}
	p, err := h.splits.Parent(r.Context(), scope, x)
	if fault.Is(err, fault.NotFound) {
		v.Gone, v.Edit, v.Sign = true, false, false
		p, err = &split.Parent{Table: &target.Table{Unit: x.Unit, Indicator: x.Indicator, Year: x.Year}, Row: target.Row{Region: x.Region, Value: -1}}, nil
	}
	if err != nil {
		return nil, err
	}
	v.Parent, v.Given = p, p.Row.Printed+p.Table.Unit
	if v.Gone {
		v.Given = "—"
	}
	v.Place = h.name(x.Region)
	children := h.splits.Children(scope, x.Region)
	if err := h.splitRows(r, v, scope, children); err != nil {
		return nil, err
	}
	h.splitWords(r, v, children)
	return v, nil
}

func (h *Rim) splitRows(r *web.Request, v *splitView, scope region.Scope, children []region.Code) error {
	x, p := v.S, v.Parent
	v.Columns = []columnView{{Label: r.T("target.value.label"), Total: max(p.Row.Value, 0) / max(x.Tick(), 1)}}
	for i, part := range p.Parts {
		v.Columns = append(v.Columns, columnView{Part: i + 1, Label: r.T("target.part", part.PartName), Total: max(part.Value, 0) / max(x.Tick(), 1)})
	}
	known := map[region.Code]split.Basis{}
	if !v.Gone {
		basis, err := h.splits.Basis(r.Context(), scope, x, p, r.Month)
		if err != nil {
			return err
		}
		for _, b := range basis {
			known[b.Region] = b
		}
	}
	var sums [5]int64
	any := [5]bool{}
	for _, c := range children {
		b, ok := known[c]
		if !ok {
			b = split.Basis{Region: c, Registered: -1, Able: -1, LastDone: -1, LastTarget: -1, SoFar: -1}
		}
		row := splitRow{Code: c.Full(), Name: h.name(c), Region: c, Basis: [5]int64{b.Registered, b.Able, b.LastTarget, b.LastDone, b.SoFar}, Note: x.Note(c)}
		for i, n := range row.Basis {
			if n >= 0 {
				sums[i] += n
				any[i] = true
			}
		}
		for _, col := range v.Columns {
			printed, _ := x.Entered(col.Part, c)
			row.Cells = append(row.Cells, cellView{Part: col.Part, Name: "v" + strconv.Itoa(col.Part) + "." + c.Full(), Label: row.Name + " " + col.Label, Value: printed})
		}
		v.HasNotes = v.HasNotes || row.Note != ""
		v.Lines = append(v.Lines, row)
	}
	for i := range sums {
		v.Basis[i], v.Has[i] = "—", any[i]
		if any[i] {
			v.Basis[i] = web.Thousands(sums[i])
		}
	}
	return nil
}

func (h *Rim) splitWords(r *web.Request, v *splitView, children []region.Code) {
	x, p := v.S, v.Parent
	sums, problems := split.Check(x, p, children, h.name)
	for _, s := range sums {
		y := sumView{Sum: s, Given: target.Printed(s.Given, x.Unit, x.Decimals), Parent: target.Printed(s.Parent, x.Unit, x.Decimals), Remainder: target.Printed(s.Remainder, x.Unit, x.Decimals)}
		y.Word = r.T("target.split.left")
		if s.Remainder < 0 {
			y.Word = r.T("target.split.over")
		}
		v.Sums = append(v.Sums, y)
	}
	if x.State == split.Draft && !v.Gone {
		for _, q := range problems {
			v.Problems = append(v.Problems, r.T(q.Key, q.Args...))
		}
	}
	for _, m := range split.Methods() {
		v.Methods = append(v.Methods, web.Option{Value: m, Label: r.T("target.split.by." + m), On: m == x.Method})
	}
	for _, rule := range []string{split.Exact, split.AtLeast, split.Tolerance} {
		v.Rules = append(v.Rules, web.Option{Value: rule, Label: r.T("target.split.rule." + rule), On: rule == x.Rule})
	}
	rule := r.T("target.split.rule." + x.Rule)
	if x.Rule == split.Tolerance {
		rule += " " + v.Percent + "%"
	}
	v.Facts = []web.Fact{{Label: r.T("target.split.parent"), Value: v.Given, Href: h.parentLink(r, v)}, {Label: r.T("target.doc"), Value: strings.TrimSpace(p.Table.DocNo + " " + p.Table.Source)},
		{Label: r.T("target.split.rule_label"), Value: rule}, {Label: r.T("target.comparator.label"), Value: r.T("target.cmp." + p.Table.Comparator)}}
	if v.Gone {
		v.Facts = v.Facts[2:3]
	}
	if x.DocNo != "" {
		v.Facts = append(v.Facts, web.Fact{Label: r.T("target.split.doc_label"), Value: x.DocNo + " " + x.DocDate.String()})
	}
	if x.Method != "" {
		v.Facts = append(v.Facts, web.Fact{Label: r.T("target.split.method"), Value: r.T("target.split.by." + x.Method)})
	}
	if x.Reason != "" {
		v.Facts = append(v.Facts, web.Fact{Label: r.T("target.split.reason_label"), Value: x.Reason + "（" + x.Decided.Name + "）"})
	}
	v.Steps = steps(r, x)
}

func (h *Rim) parentLink(r *web.Request, v *splitView) string {
	if v.Gone {
		return ""
	}
	return r.Link("/target/" + strconv.FormatInt(v.Parent.Table.ID, 10))
}

// steps are who wrote, sent and signed.
func steps(r *web.Request, x *split.Split) []web.Step {
	at := func(h split.Hand) string {
		if h.At == 0 {
			return ""
		}
		return h.Name + " " + web.DateTime(h.At)
	}
	wrote := x.Saved
	if wrote.At == 0 {
		wrote = x.Created
	}
	out := []web.Step{{Title: r.T("target.split.step.draft"), Note: at(wrote), State: "done"}, {Title: r.T("target.split.step.review"), Note: at(x.Submitted)}, {Title: r.T("target.split.step.force")}}
	switch x.State {
	case split.Draft:
		out[0].State, out[1].Note = "on", ""
	case split.Review:
		out[1].State = "on"
	case split.Force, split.Replaced:
		out[1].State, out[2].State, out[2].Note = "done", "done", at(x.Decided)
	case split.Withdrawn:
		out[1].State, out[2].Title, out[2].State, out[2].Note = "done", r.T("target.split.state.withdrawn"), "on", at(x.Decided)
	}
	return out
}

func percent(bp int) string { return strconv.FormatFloat(float64(bp)/100, 'f', -1, 64) }

// save writes a draft; its buttons also fill it by a method or send it on.
func (h *Rim) splitSave(w http.ResponseWriter, r *web.Request) error {
	x, err := h.splitOf(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "web.badform")
	}
	lock, _ := strconv.Atoi(r.PostFormValue("lock"))
	do := r.PostFormValue("do")
	e := editOf(r)
	if method, fill := strings.CutPrefix(do, "fill:"); fill {
		err = h.splits.Fill(r.Context(), r.Caller, x.ID, lock, method, r.Month)
	} else if err = h.splits.Save(r.Context(), r.Caller, x.ID, lock, e); err == nil && do == "submit" {
		err = h.splits.Submit(r.Context(), r.Caller, x.ID, lock+1)
		if fault.Is(err, fault.Invalid) {
			x, _ = h.splitOf(r)
		}
	}
	if err != nil {
		return h.splitAgain(w, r, x, &e, err)
	}
	return r.Redirect(w, h.splitPath(r, x.ID))
}

// splitAgain shows what was typed with what is wrong with it; over another's
// save, with that said on top.
func (h *Rim) splitAgain(w http.ResponseWriter, r *web.Request, x *split.Split, e *split.Edit, err error) error {
	status := http.StatusUnprocessableEntity
	conflict := fault.Is(err, fault.Conflict) && x != nil && x.State == split.Draft
	if x == nil || !conflict && !fault.Is(err, fault.Invalid) {
		return err
	}
	if e != nil {
		x.Rows, x.Rule, x.BP = e.Rows, e.Rule, e.BP
	}
	v, verr := h.splitView(r, x)
	if verr != nil {
		return verr
	}
	if conflict {
		status, v.Note = http.StatusConflict, r.T("target.split.lock", x.Saved.Name)
	} else {
		v.Errors = r.FieldTexts(err)
	}
	return h.shell.PageStatus(w, r, status, "target/split", v)
}

func editOf(r *web.Request) split.Edit {
	e := split.Edit{Rule: r.PostFormValue("rule")}
	if f, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(r.PostFormValue("percent")), "%"), 64); err == nil && f >= 0 && f <= 100 {
		e.BP = int(f*100 + 0.5)
	}
	for name, values := range r.PostForm {
		part, code, ok := strings.Cut(name, ".")
		if !ok || !strings.HasPrefix(part, "v") {
			continue
		}
		n, err := strconv.Atoi(part[1:])
		c, cerr := region.ParseCode(code)
		if err != nil || cerr != nil {
			continue
		}
		row := split.Row{Part: n, Region: c, Printed: values[0]}
		if n == 0 {
			row.Note = r.PostFormValue("note." + code)
		}
		e.Rows = append(e.Rows, row)
	}
	return e
}

// act is what may be done with a decomposition as a whole by who writes it.
func (h *Rim) splitAct(w http.ResponseWriter, r *web.Request) error {
	x, err := h.splitOf(r)
	if err != nil {
		return err
	}
	lock, _ := strconv.Atoi(r.PostFormValue("lock"))
	switch split.Action(r.PostFormValue("do")) {
	case split.Recall:
		err = h.splits.Recall(r.Context(), r.Caller, x.ID, lock)
	case split.Drop:
		err = h.splits.Drop(r.Context(), r.Caller, x.ID, lock)
	default:
		return fault.NotFoundf("fault.notfound")
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, h.splitPath(r, x.ID))
}

// sign is what a second person does: sign, send back, withdraw.
func (h *Rim) splitSign(w http.ResponseWriter, r *web.Request) error {
	x, err := h.splitOf(r)
	if err != nil {
		return err
	}
	lock, _ := strconv.Atoi(r.PostFormValue("lock"))
	switch split.Action(r.PostFormValue("do")) {
	case split.Sign:
		day, _ := calendar.ParseDate(r.PostFormValue("doc_date"))
		err = h.splits.Sign(r.Context(), r.Caller, x.ID, lock, r.PostFormValue("doc_no"), day)
	case split.Return:
		err = h.splits.Return(r.Context(), r.Caller, x.ID, lock, r.PostFormValue("reason"))
	case split.Withdraw:
		err = h.splits.Withdraw(r.Context(), r.Caller, x.ID, lock, r.PostFormValue("reason"))
	default:
		return fault.NotFoundf("fault.notfound")
	}
	if fault.Is(err, fault.Invalid) {
		return h.splitAgain(w, r, x, nil, err)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, h.splitPath(r, x.ID))
}

func (h *Rim) splitExport(w http.ResponseWriter, r *web.Request) error {
	x, err := h.splitOf(r)
	if err != nil {
		return err
	}
	var buf bytes.Buffer
	if x, err = h.splits.Workbook(r.Context(), r.Caller, x.ID, &buf); err != nil {
		return err
	}
	return sendBook(w, &buf, "decomposition"+strconv.FormatInt(x.ID, 10), h.name(x.Region)+strconv.Itoa(x.Year)+"年"+x.Indicator+"分解表")
}

func sendBook(w http.ResponseWriter, buf *bytes.Buffer, plain, name string) error {
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", `attachment; filename="`+plain+`.xlsx"; filename*=UTF-8''`+url.PathEscape(name+".xlsx"))
	w.Header().Set("Cache-Control", "no-store")
	_, err := w.Write(buf.Bytes())
	return err
}
