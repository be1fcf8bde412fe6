package transferhttp

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/transfer"
	"wengang/internal/web"
)

// batchView is a batch at whatever step it stands.
type batchView struct {
	transfer.Info
	Kind     string
	Steps    []web.Step
	Note     string // what the file is: sheets, heading, size, full or part
	Job      *web.Progress
	Counts   []count
	Bar      []share
	Message  string // why it failed
	Problem  string // why the last act was refused
	Same     string // when the same file was saved before
	SameHref string
	Table    *table
	Save     string // the effect in words
	Took     string

	// Addresses of acts; "" where the state does not allow them.
	SaveURL, CheckURL, CancelURL, UndoURL, RejectsURL, ColumnsURL string
	ForecastURL, AskURL, ReturnURL, ConfirmURL                    string

	Waiting string // for whom a save waits
	UndoWhy string // why a saved batch cannot be undone any more
	Absent  absentNote
}

// count is one of the five results.
type count struct {
	Class, Label, Note string
	Rows               int64
	Href               string
	On                 bool
}

// share is a part of the coloured bar, in percent.
type share struct {
	Class string
	X, W  string
}

func (h *Rim) show(w http.ResponseWriter, r *web.Request) error {
	in, err := h.load(r)
	if err != nil {
		return err
	}
	if r.HX() {
		return h.part(w, r, in, said{})
	}
	return h.page(w, r, http.StatusOK, in, nil)
}

// fill adds the rows to look at.
func (h *Rim) fill(r *web.Request, in transfer.Info, v *batchView) (err error) {
	if in.State == transfer.StateChecked || in.Findings > 0 && (in.State == transfer.StateSaving || in.State == transfer.StateDone || in.State == transfer.StateWaiting) {
		v.Table, err = h.table(r, in)
	}
	return err
}

func (h *Rim) page(w http.ResponseWriter, r *web.Request, status int, in transfer.Info, refused error) error {
	v := h.view(r, in)
	var e *fault.Error
	if errors.As(refused, &e) {
		v.Problem = r.T(e.Key, e.Args...)
		if e.Key == "import.stale" {
			v.CheckURL = r.Link(base(in) + "/check")
		}
	}
	if in.SameAs != 0 {
		if old, err := h.imports.Load(r.Context(), r.FullScope(), in.SameAs); err == nil {
			v.Same, v.SameHref = r.T("import.same_file", old.SavedAt.Format("2006-01-02 15:04")), r.Link(base(old))
		}
	}
	if err := h.fill(r, in, &v); err != nil {
		return err
	}
	if err := h.noteAbsent(r, in, &v); err != nil {
		return err
	}
	return h.shell.PageStatus(w, r, status, "import/batch", v)
}

func (h *Rim) view(r *web.Request, in transfer.Info) batchView {
	v := batchView{Info: in, Kind: kindName(r, in.Kind), Steps: steps(r, in), Note: fileNote(r, in), ColumnsURL: r.Link(base(in) + "/columns")}
	v.Job = h.job(r, in)
	if in.State != transfer.StateStaged && in.State != transfer.StateChecking {
		v.Counts, v.Bar = counts(r, in), shares(in)
	}
	link := func(a transfer.Action, path string) string {
		if _, ok := in.State.Next(a); ok {
			return r.Link(base(in) + path)
		}
		return ""
	}
	v.CancelURL, v.UndoURL = link(transfer.ActCancel, "/cancel"), link(transfer.ActUndo, "/undo")
	h.saving(r, in, &v)
	if in.State == transfer.StateDone {
		if err := h.imports.MayUndo(r.Context(), r.Caller, in.ID); err != nil {
			v.UndoURL, v.UndoWhy = "", r.T("fault.forbidden")
			var e *fault.Error
			if errors.As(err, &e) {
				v.UndoWhy = r.T(e.Key, e.Args...)
			}
		}
	}
	if in.State == transfer.StateFailed {
		v.Message = in.Message(r.Lang)
		if in.HasFile {
			v.CheckURL = r.Link(base(in) + "/check")
		}
	}
	if in.Refused() > 0 && in.HasFile && in.CreatedBy == r.Caller.UserID && (in.State == transfer.StateChecked || in.State == transfer.StateDone) {
		v.RejectsURL = r.Link(base(in) + "/rejects")
	}
	if !in.CheckedAt.IsZero() && in.State == transfer.StateChecked && in.CheckedAt.After(in.StartedAt) {
		v.Took = duration(r, in.CheckedAt.Sub(in.StartedAt))
	}
	return v
}

// effect names what saving will do.
func effect(r *web.Request, in transfer.Info) string {
	s := r.T("import.effect", web.Thousands(in.New), web.Thousands(in.Changed), web.Thousands(in.Same))
	if in.Conflict > 0 {
		s += r.T("import.effect.conflict", web.Thousands(in.Conflict))
	}
	if in.Rejected > 0 {
		s += r.T("import.effect.rejected", web.Thousands(in.Rejected))
	}
	if in.Full {
		s += r.T(fullKey("import.effect.full", in.Kind))
	}
	return s + r.T("import.effect.undo")
}

// steps are the four steps of the wizard with where the batch stands.
func steps(r *web.Request, in transfer.Info) []web.Step {
	out := []web.Step{{Title: r.T("import.step.file"), Note: r.T("import.step.file.note")}, {Title: r.T("import.step.columns")}, {Title: r.T("import.step.check")}, {Title: r.T("import.step.save")}}
	if in.ID == 0 {
		out[0].State = "on"
		return out
	}
	out[0].State, out[0].Note = "done", in.FileName
	out[1].State, out[1].Note, out[1].Href = "done", columnsNote(r, in), r.Link(base(in)+"/columns")
	out[2].Href = r.Link(base(in))
	switch in.State {
	case transfer.StateMapping:
		out[1].State, out[1].Note, out[2].Href = "on", r.T("import.now.mapping"), ""
	case transfer.StateStaged, transfer.StateChecking, transfer.StateFailed:
		out[2].State = "on"
	case transfer.StateChecked, transfer.StateWaiting:
		out[2].State, out[2].Note = "on", r.T("import.rows", web.Thousands(in.Done))
	case transfer.StateSaving:
		out[2].State, out[2].Note, out[3].State = "done", r.T("import.rows", web.Thousands(in.Done)), "on"
	case transfer.StateDone:
		out[2].State, out[2].Note, out[3].State = "done", r.T("import.rows", web.Thousands(in.Done)), "done"
		out[3].Note = r.T("import.saved_rows", web.Thousands(in.Accepted()))
	}
	return out
}

func columnsNote(r *web.Request, in transfer.Info) string {
	unknown := 0
	for _, s := range in.Reading.Sheets {
		unknown += len(s.Unknown) + len(s.Twice)
	}
	if unknown == 0 {
		return r.T("import.columns.all", len(in.Columns))
	}
	return r.T("import.columns.some", len(in.Columns), unknown)
}

func fileNote(r *web.Request, in transfer.Info) string {
	note := ""
	for i, s := range in.Reading.Sheets {
		if i == 3 {
			note += r.T("import.more_sheets", len(in.Reading.Sheets))
			break
		}
		note += r.T("import.sheet", s.Name)
	}
	if len(in.Reading.Sheets) > 0 {
		note += " · " + r.T("import.head."+strconv.Itoa(in.Reading.Sheets[0].HeadRows), in.Reading.Sheets[0].HeadRow)
	}
	if in.Reading.Mapping != nil && in.Reading.Mapping.ID != 0 {
		note += " · " + r.T("import.mapped.note")
	}
	note += " · " + size(in.FileSize)
	if asked[in.Kind].full {
		if in.Full {
			note += " · " + r.T(fullKey("import.full.note", in.Kind))
		} else {
			note += " · " + r.T("import.part.note")
		}
	}
	return note
}

func size(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KB", max(1, n>>10))
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}

func counts(r *web.Request, in transfer.Info) []count {
	one := func(class string, rows int64, result string) count {
		c := count{Class: class, Label: r.T("import.c." + class), Note: r.T("import.c." + class + ".note"), Rows: rows, On: r.URL.Query().Get("result") == result && result != ""}
		if result != "" && rows > 0 {
			c.Href = r.Link(base(in), "result", result)
		}
		return c
	}
	return []count{one("new", in.New, ""), one("same", in.Same, ""), one("upd", in.Changed, ""), one("con", in.Conflict, "conflict"), one("bad", in.Rejected, "rejected")}
}

// shares draws the bar; a result with rows is never thinner than can be seen.
func shares(in transfer.Info) []share {
	if in.Done == 0 {
		return nil
	}
	rows := []int64{in.New, in.Same, in.Changed, in.Conflict, in.Rejected}
	widths, sum := make([]float64, len(rows)), 0.0
	for i, n := range rows {
		if n > 0 {
			widths[i] = math.Max(0.6, float64(n)/float64(in.Done)*100)
		}
		sum += widths[i]
	}
	var out []share
	x := 0.0
	for i, class := range []string{"new", "same", "upd", "con", "bad"} {
		if width := widths[i] / sum * 100; width > 0 {
			out = append(out, share{class, fmt.Sprintf("%.2f%%", x), fmt.Sprintf("%.2f%%", width)})
			x += width
		}
	}
	return out
}

// job is the progress of what runs, nil where nothing does.
func (h *Rim) job(r *web.Request, in transfer.Info) *web.Progress {
	p := &web.Progress{Title: in.FileName, Poll: r.Link(base(in) + "/progress"), Cancel: r.Link(base(in) + "/cancel")}
	switch in.State {
	case transfer.StateStaged:
		p.Note, p.Total = r.T("import.job.waiting"), 1
	case transfer.StateChecking:
		p.Note, p.Done, p.Total = r.T("import.job.checking"), in.Done, max(in.Total, in.Done, 1)
	case transfer.StateSaving:
		p.Note, p.Done, p.Total = r.T("import.job.saving"), in.Saved, max(in.Accepted(), 1)
	default:
		return nil
	}
	elapsed := h.shell.Now().Sub(in.StartedAt).Seconds()
	if p.Done > 0 && elapsed > 0.5 && !in.StartedAt.IsZero() {
		rate := float64(p.Done) / elapsed
		p.Rate = r.T("import.rate", web.Thousands(int64(rate)))
		if left := float64(p.Total-p.Done) / rate; left >= 1 {
			p.Left = r.T("import.left", duration(r, time.Duration(left*float64(time.Second))))
		}
	}
	return p
}

func duration(r *web.Request, d time.Duration) string {
	s := int(math.Ceil(d.Seconds()))
	if s < 60 {
		return r.T("import.seconds", s)
	}
	return r.T("import.minutes", (s+59)/60)
}

// progress answers the poll of a running batch; when nothing runs any more the
// browser goes to the batch's page.
func (h *Rim) progress(w http.ResponseWriter, r *web.Request) error {
	in, err := h.load(r)
	if err != nil {
		return err
	}
	job := h.job(r, in)
	if job == nil || r.URL.Query().Get("was") != "" && r.URL.Query().Get("was") != string(in.State) {
		return r.Redirect(w, r.Link(base(in)))
	}
	return h.shell.Fragment(w, r, "import/batch", "w-progress", job)
}

// act runs an act on the batch and shows its page; a refusal stands on it.
func (h *Rim) act(do func(context.Context, account.Caller, int64) error) web.Action {
	return func(w http.ResponseWriter, r *web.Request) error {
		in, err := h.load(r)
		if err != nil {
			return err
		}
		err = do(r.Context(), r.Caller, in.ID)
		if fault.Is(err, fault.Conflict) && !r.HX() {
			if in, e := h.load(r); e == nil {
				return h.page(w, r, http.StatusConflict, in, err)
			}
		}
		if err != nil {
			return err
		}
		return r.Redirect(w, r.Link(base(in)))
	}
}
