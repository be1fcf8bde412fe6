package transferhttp

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/transfer"
	"wengang/internal/web"
)

// deskRoutes are the acts on rows of a checked batch.
func (h *Rim) deskRoutes() {
	need := account.ImportRun
	h.shell.Add(
		web.Route{Pattern: "POST /import/{id}/act", Need: need, Action: h.rowAct},
		web.Route{Pattern: "GET /import/{id}/effect", Need: need, Action: h.forecast},
		web.Route{Pattern: "POST /import/{id}/ask", Need: need, Action: h.act(h.imports.AskSecond)},
		web.Route{Pattern: "POST /import/{id}/return", Need: need, Action: h.act(h.imports.Return)},
	)
}

// workable reports a batch whose rows the caller may work on.
func workable(r *web.Request, in transfer.Info) bool {
	return in.State == transfer.StateChecked && in.HasFile && r.Caller.Scope(account.ImportRun).Contains(in.Region)
}

// actLink is where acts go: with the page's filter, so that the answer shows
// the same rows.
func actLink(r *web.Request, in transfer.Info) string {
	q := r.URL.Query()
	return r.Link(base(in)+"/act", "result", q.Get("result"), "rule", q.Get("rule"), "warned", q.Get("warned"), "after", q.Get("after"))
}

// said is what the answer to an act tells.
type said struct {
	text string
	undo int64
	bad  string
	keep *form // the editor stays open with what was typed
}

// part answers the part of the page that an act changes.
func (h *Rim) part(w http.ResponseWriter, r *web.Request, in transfer.Info, s said) error {
	v := h.view(r, in)
	if in.State != transfer.StateChecked {
		return r.Redirect(w, r.Link(base(in))) // the whole file is being checked again
	}
	if err := h.fill(r, in, &v); err != nil {
		return err
	}
	if v.Table != nil {
		v.Table.Said, v.Table.Undo = s.text, s.undo
	}
	v.Problem = s.bad
	return h.shell.Fragment(w, r, "import/batch", "import-desk", v)
}

// form is what the editor of a row sends.
type form struct {
	do               string
	at               transfer.RowRef
	spot             string // sheet.row.position, as the address names the open cell
	position         int
	rule, value      string
	idea, basis, why string
	act              int64
}

func readForm(r *web.Request, in transfer.Info) (f form, err error) {
	if err := r.ParseForm(); err != nil {
		return f, fault.New(fault.Invalid, "web.badform")
	}
	// A button's value may carry what it is about: decide|rule|verdict|basis.
	parts := strings.Split(r.PostForm.Get("do"), "|")
	f.do, f.rule, f.value, f.why = parts[0], r.PostForm.Get("rule"), r.PostForm.Get("value"), r.PostForm.Get("reason")
	f.idea, f.basis = r.PostForm.Get("idea"), r.PostForm.Get("basis")
	switch {
	case f.do == "undo" && len(parts) == 2:
		f.act, err = strconv.ParseInt(parts[1], 10, 64)
	case (f.do == "decide" || f.do == "all") && len(parts) == 4:
		f.rule, f.value, f.basis = parts[1], parts[2], parts[3]
	case (f.do == "idea" || f.do == "preview" || f.do == "bulk") && len(parts) == 2:
		f.idea = parts[1]
	}
	if spot := r.PostForm.Get("spot"); spot != "" {
		f.spot = spot
		ed := parseSpot(spot)
		f.at, f.position = ed.ref(in), ed.position
	}
	if err != nil {
		err = fault.New(fault.Invalid, "web.badform")
	}
	return f, err
}

// rowAct does what the form asks and shows the rows as they are then.
func (h *Rim) rowAct(w http.ResponseWriter, r *web.Request) error {
	in, err := h.load(r)
	if err != nil {
		return err
	}
	f, err := readForm(r, in)
	if err != nil {
		return err
	}
	s, err := h.do(r, in, f)
	var e *fault.Error
	if errors.As(err, &e) && (e.Kind == fault.Conflict || e.Kind == fault.Invalid) {
		s.bad = r.T(e.Key, e.Args...)
		if len(e.Fields) > 0 {
			s.bad = r.T(e.Fields[0].Key, e.Fields[0].Args...)
		}
		s.keep, err = &f, nil
	}
	if err != nil {
		return err
	}
	if in, err = h.load(r); err != nil {
		return err
	}
	if s.keep != nil {
		r.Request = withSpot(r, s.keep)
	}
	if r.HX() {
		return h.part(w, r, in, s)
	}
	if s.keep != nil {
		return h.page(w, r, http.StatusUnprocessableEntity, in, err)
	}
	return r.Redirect(w, strings.Replace(actLink(r, in), "/act?", "?", 1))
}

func (h *Rim) do(r *web.Request, in transfer.Info, f form) (s said, err error) {
	ctx, c := r.Context(), r.Caller
	row := strconv.Itoa(f.at.Row)
	switch f.do {
	case "fix":
		s.undo, err = h.imports.Fix(ctx, c, in.ID, f.at, map[int]string{f.position: f.value})
		s.text = r.T("import.desk.said.fix", row)
	case "idea":
		s.undo, err = h.imports.FixBy(ctx, c, in.ID, f.at, f.position, f.rule, f.idea)
		s.text = r.T("import.desk.said.fix", row)
	case "preview":
		s.keep = &f
	case "bulk":
		var rows int
		s.undo, rows, err = h.imports.FixAll(ctx, c, in.ID, transfer.Bulk{At: f.at, Position: f.position, Rule: f.rule, Value: f.value, Idea: f.idea})
		s.text = r.T("import.desk.said.bulk", web.Thousands(int64(rows)))
	case "leave":
		s.undo, err = h.imports.Leave(ctx, c, in.ID, []transfer.RowRef{f.at}, f.why)
		s.text = r.T("import.desk.said.out", row)
	case "undo":
		err = h.imports.UndoAct(ctx, c, in.ID, f.act)
		s.text = r.T("import.desk.said.undo")
	case "decide", "confirm":
		ask := transfer.Ask{Rule: f.rule, Verdict: transfer.Verdict(f.value), Basis: f.basis, Reason: f.why}
		if f.do == "confirm" {
			ask.Verdict = transfer.Confirm
		}
		s.undo, err = h.imports.Decide(ctx, c, in.ID, f.at, ask)
		s.text = r.T("import.desk.said.decide", row, r.T("import.verdict."+string(ask.Verdict)))
	case "all":
		s.undo, err = h.imports.DecideAll(ctx, c, in.ID, transfer.Ask{Rule: f.rule, Verdict: transfer.Verdict(f.value), Reason: f.why})
		s.text = r.T("import.desk.said.all", r.T("import.verdict."+f.value))
	case "handover":
		return h.handover(r, in, f)
	default:
		err = fault.New(fault.Invalid, "web.badform")
	}
	return s, err
}

// handover asks the county that holds a person to hand them over.
func (h *Rim) handover(r *web.Request, in transfer.Info, f form) (s said, err error) {
	said, err := h.imports.AskHandover(r.Context(), r.Caller, in.ID, f.at)
	s.text = r.T(cmp.Or(said, "import.desk.said.handover"))
	return s, err
}

// forecast answers what saving would do to the county's figure.
func (h *Rim) forecast(w http.ResponseWriter, r *web.Request) error {
	in, err := h.load(r)
	if err != nil {
		return err
	}
	f, err := h.imports.Forecast(r.Context(), r.FullScope(), in.ID)
	if err != nil {
		return err
	}
	return h.shell.Fragment(w, r, "import/batch", "import-forecast", f)
}

// saving fills who may save the batch, and how.
func (h *Rim) saving(r *web.Request, in transfer.Info, v *batchView) {
	if in.Accepted() == 0 || in.State != transfer.StateChecked && in.State != transfer.StateWaiting {
		return
	}
	v.Save, v.ForecastURL = effect(r, in), r.Link(base(in)+"/effect")
	if in.State == transfer.StateWaiting {
		v.Waiting, v.ReturnURL = r.T("import.second.since", in.AskedAt.Format("01-02 15:04")), r.Link(base(in)+"/return")
		if h.imports.MayConfirm(r.Context(), r.Caller, in.ID) == nil {
			v.ConfirmURL = r.Link(base(in) + "/save")
		}
		return
	}
	v.SaveURL = r.Link(base(in) + "/save")
	if need, err := h.imports.NeedsSecond(r.Context(), r.FullScope(), in); err == nil && need {
		v.AskURL = r.Link(base(in) + "/ask")
	}
}
