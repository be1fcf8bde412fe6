package outputhttp

import (
	"io"
	"net/http"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/report"
	"wengang/internal/report/output"
	"wengang/internal/web"
)

// batchView is the page of archives: what to take out, and the caller's own.
type batchView struct {
	Action string
	Units  int
	Place  string
	Forms  []choice
	Period string
	Rows   []batchRow
	Errors []web.FieldText
	Empty  web.Empty
	None   bool // the place has no forms
}

type choice struct {
	Value, Text string
	On          bool
}

type batchRow struct {
	Title, When string
	Progress    web.Progress
	Size        string
}

func (h *Rim) batches(w http.ResponseWriter, r *web.Request) error {
	v, err := h.batchView(r)
	if err != nil {
		return err
	}
	return h.shell.Page(w, r, "output/batch", v)
}

func (h *Rim) batchView(r *web.Request) (*batchView, error) {
	v := &batchView{Action: r.Link("/archives"), Place: h.store.Tree.Name(r.At), None: r.At.Level() < region.Province || r.At.Level() > region.County,
		Empty: web.Empty{Icon: "archive", Title: r.T("output.batch.empty"), Note: r.T("output.batch.empty.note")}}
	if !v.None {
		v.Units = len(output.Units(h.store.Tree, r.At))
	}
	forms, err := h.store.Forms(r.Context(), r.Caller.Scope(account.ReportRead), r.At, func(f *report.Form) report.Period { return f.PeriodAt(r.Month) })
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, l := range forms {
		if !seen[l.Form.ID] {
			seen[l.Form.ID] = true
			v.Forms = append(v.Forms, choice{l.Form.ID, l.Form.Annex + " " + l.Form.Short, len(v.Forms) == 0})
		}
	}
	p := (&report.Form{Every: report.Quarterly}).PeriodAt(r.Month)
	v.Period = p.String()
	list, err := h.archives.List(r.Context(), r.Caller)
	if err != nil {
		return nil, err
	}
	for i := range list {
		a := &list[i]
		row := batchRow{Title: h.batchTitle(r, a), When: db.FromMillis(a.CreatedAt).Format("01-02 15:04"), Progress: h.progress(r, a)}
		if a.Size > 0 {
			row.Size = strconv.FormatFloat(float64(a.Size)/1024, 'f', 0, 64) + " KB"
		}
		v.Rows = append(v.Rows, row)
	}
	return v, nil
}

func (h *Rim) batchTitle(r *web.Request, a *output.Asked) string {
	name := a.Batch.Form
	if f, err := h.store.Form(r.Context(), r.Caller.Scope(account.ReportRead), a.Batch.Form); err == nil {
		name = f.Short
	}
	return h.store.Tree.Name(a.Batch.At) + " " + name + " " + a.Batch.Period.String()
}

// progress is the bar of a batch; it asks again until the batch is over.
func (h *Rim) progress(r *web.Request, a *output.Asked) web.Progress {
	p := web.Progress{Title: r.T("output.batch.state." + string(a.State)), Done: int64(a.Done), Total: int64(a.Total), Finished: a.State.Over(), Failed: a.State == output.Failed}
	path := "/archives/" + strconv.FormatInt(a.ID, 10)
	if a.State == output.Ready {
		p.Done, p.Result, p.ResultText = p.Total, r.Link(path+"/file"), r.T("output.batch.fetch")
	}
	if !a.State.Over() {
		p.Poll, p.Cancel = r.Link(path), r.Link(path+"/cancel")
	}
	return p
}

func (h *Rim) askBatch(w http.ResponseWriter, r *web.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "web.badform")
	}
	f, err := h.store.Form(r.Context(), r.Caller.Scope(account.ReportRead), r.PostFormValue("form"))
	if err != nil {
		return err
	}
	p, err := f.ParsePeriod(r.PostFormValue("period"))
	if err == nil {
		_, err = h.archives.Ask(r.Context(), r.Caller, output.Batch{Form: f.ID, At: r.At, Period: p, Formats: r.PostForm["format"]})
	} else {
		err = fault.InvalidFields(fault.Field{Name: "period", Key: "output.batch.period"})
	}
	if fault.Is(err, fault.Invalid) {
		v, verr := h.batchView(r)
		if verr != nil {
			return verr
		}
		v.Errors, v.Period = r.FieldTexts(err), r.PostFormValue("period")
		return h.shell.PageStatus(w, r, http.StatusUnprocessableEntity, "output/batch", v)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.Link("/archives"))
}

func batchID(r *web.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.NotFoundf("fault.notfound")
	}
	return id, nil
}

// batch answers the bar of one batch.
func (h *Rim) batch(w http.ResponseWriter, r *web.Request) error {
	id, err := batchID(r)
	if err != nil {
		return err
	}
	a, err := h.archives.Get(r.Context(), r.Caller, id)
	if err != nil {
		return err
	}
	if !r.HX() {
		return r.Redirect(w, r.Link("/archives"))
	}
	return h.shell.Fragment(w, r, "output/batch", "bar", h.progress(r, a))
}

func (h *Rim) cancelBatch(w http.ResponseWriter, r *web.Request) error {
	id, err := batchID(r)
	if err != nil {
		return err
	}
	if err := h.archives.Cancel(r.Context(), r.Caller, id); err != nil {
		return err
	}
	return r.Redirect(w, r.Link("/archives"))
}

func (h *Rim) batchFile(w http.ResponseWriter, r *web.Request) error {
	id, err := batchID(r)
	if err != nil {
		return err
	}
	a, f, err := h.archives.Open(r.Context(), r.Caller, id)
	if err != nil {
		return err
	}
	defer f.Close()
	disposition(w, "application/zip", a.Batch.Form+a.Batch.Period.String()+".zip", h.batchTitle(r, a)+".zip")
	_, err = io.Copy(w, f)
	return err
}

func (h *Rim) today() calendar.Date { return calendar.DateAt(h.shell.Now()) }
