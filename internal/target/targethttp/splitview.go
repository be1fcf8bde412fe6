package targethttp

import (
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/target"
	"wengang/internal/target/split"
	"wengang/internal/web"
)

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
