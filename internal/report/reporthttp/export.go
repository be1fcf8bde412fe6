package reporthttp

import (
	"bytes"
	"net/http"
	"net/url"

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
	sh, err := h.store.Export(r.Context(), r.Caller, a.form.ID, a.at, a.period, &buf)
	if err != nil {
		return err
	}
	name := h.store.Tree.Name(sh.Region) + a.form.Short + a.period.String() + ".xlsx"
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", `attachment; filename="`+a.form.ID+a.period.String()+`.xlsx"; filename*=UTF-8''`+url.PathEscape(name))
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write(buf.Bytes())
	return err
}
