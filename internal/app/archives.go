package app

import (
	"context"
	"encoding/json"
	"io"
	"path/filepath"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/queue"
	"wengang/internal/region"
	"wengang/internal/report"
	"wengang/internal/report/output"
	"wengang/internal/report/outputhttp"
	"wengang/internal/web"
)

// connectArchives makes the archives of many units' forms; they lie beside the
// files of imports.
func (a *App) connectArchives() {
	a.Archives = output.NewBatches(a.DB, output.Deps{
		Forms: a.Reports, Tree: nodes{&a.places}, Queue: &a.jobs, Leave: a.Audit, Dir: filepath.Join(filepath.Dir(a.Imports.Scratch()), "archives"),
	})
}

func (a *App) outputPages(s *web.Shell) {
	outputhttp.New(s, a.Reports, a.Archives, a.Summaries).Register()
}

// archiveHandler is the queue's side of archives: each works in the place that
// its asker was checked for.
func (a *App) archiveHandler() queue.Handler {
	return queue.Handler{Name: output.JobName, Run: func(ctx context.Context, raw json.RawMessage) error {
		var j output.Job
		if err := json.Unmarshal(raw, &j); err != nil {
			return err
		}
		return a.Archives.Work(ctx, region.ScopeOf(region.Country), j.ID)
	}}
}

// ExportBatch writes the forms of a place and of all units below it into an
// archive, whole or not at all; it is on record first.
func (a *App) ExportBatch(ctx context.Context, c account.Caller, b output.Batch, path string, step func(done, total int) error) (units int, err error) {
	if !c.Can(account.ReportRead) {
		return 0, fault.New(fault.Forbidden, "fault.forbidden", account.ReportRead)
	}
	scope := c.Scope(account.ReportRead)
	if !scope.Contains(b.At) {
		return 0, fault.NotFoundf("fault.notfound")
	}
	b.Made = a.Clock()
	units = len(output.Units(nodes{&a.places}, b.At))
	err = a.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := a.Audit.Exported(ctx, tx, c, audit.Export{Kind: "report", Region: b.At, Rows: int64(units)})
		return err
	})
	if err != nil {
		return 0, err
	}
	return units, whole(path, func(w io.Writer) error { return b.Write(ctx, scope, a.Reports, nodes{&a.places}, w, step) })
}

// ExportPDF writes a form as on paper into a file, whole or not at all, and
// answers the signs that its font lacks.
func (a *App) ExportPDF(ctx context.Context, c account.Caller, form string, at region.Code, p report.Period, path string) (missing []rune, err error) {
	sh, foot, err := a.Reports.Take(ctx, c, form, at, p, "pdf")
	if err != nil {
		return nil, err
	}
	err = whole(path, func(w io.Writer) (err error) {
		missing, err = output.PDF(sh, output.Options{Office: foot.Office, Phone: foot.Phone}, w)
		return err
	})
	return missing, err
}
