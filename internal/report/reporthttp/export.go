package reporthttp

import (
	"bytes"
	"net/http"
	"net/url"

	"wengang/internal/account"
	"wengang/internal/report"
	"wengang/internal/report/output"
	"wengang/internal/web"
)

// export answers the official workbook. It is built before the first byte is
// sent, so that a fault is still a page.
func (h *Rim) export(w http.ResponseWriter, r *web.Request) error {
	a, err := h.ask(r)
	if err != nil {
		return err
	}
	var buf bytes.Buffer
	sh, foot, err := h.store.Take(r.Context(), r.Caller, a.form.ID, a.at, a.period, "xlsx")
	if err != nil {
		return err
	}
	var beside []*report.Comparison
	if with := report.Against(r.URL.Query().Get("against")); with == report.LastPeriod || with == report.YearAgo {
		c, err := h.store.Compare(r.Context(), r.Caller.Scope(account.ReportRead), sh, with)
		if err != nil {
			return err
		}
		beside = append(beside, c)
	}
	say := func(key string) string { return r.T(key) }
	if err := output.Compared(sh, foot, beside, say, &buf); err != nil {
		return err
	}
	name := h.store.Tree.Name(sh.Region) + a.form.Short + a.period.String() + ".xlsx"
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", `attachment; filename="`+a.form.ID+a.period.String()+`.xlsx"; filename*=UTF-8''`+url.PathEscape(name))
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write(buf.Bytes())
	return err
}
