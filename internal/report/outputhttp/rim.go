// Package outputhttp is the pages of what is handed out: forms as PDF, archives
// of many units, drafted summaries. It binds and renders; decisions are those
// of report, output and summary.
package outputhttp

import (
	"bytes"
	"embed"
	"net/http"
	"net/url"
	"strings"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/report"
	"wengang/internal/report/output"
	"wengang/internal/report/summary"
	"wengang/internal/web"
)

//go:embed templates/*.html
var templates embed.FS

// Rim is the pages of outputs.
type Rim struct {
	shell    *web.Shell
	store    *report.Store
	archives *output.Batches
	papers   *summary.Store
}

// New makes the rim; all of its parts are needed.
func New(s *web.Shell, store *report.Store, archives *output.Batches, papers *summary.Store) *Rim {
	if s == nil || store == nil || archives == nil || papers == nil {
		panic("outputhttp.New: a dependency is missing")
	}
	return &Rim{shell: s, store: store, archives: archives, papers: papers}
}

// Register adds routes and templates to the shell.
func (h *Rim) Register() {
	add := func(pattern string, need account.Permission, a web.Action, long bool) {
		h.shell.Add(web.Route{Pattern: pattern, Need: need, Action: a, Long: long})
	}
	h.shell.Templates("output", templates)
	h.shell.Todos(h)
	h.shell.Nav(
		web.NavItem{Key: "summary.title", Icon: "file-text", Href: "/summary", Under: "/report", Need: account.ReportRead, Order: 84},
		web.NavItem{Key: "output.batch.title", Icon: "archive", Href: "/archives", Under: "/report", Need: account.ReportRead, Order: 86})
	add("GET /report/{form}/pdf", account.ReportRead, h.pdf, true)
	add("GET /archives", account.ReportRead, h.batches, false)
	add("POST /archives", account.ReportRead, h.askBatch, false)
	add("GET /archives/{id}", account.ReportRead, h.batch, false)
	add("POST /archives/{id}/cancel", account.ReportRead, h.cancelBatch, false)
	add("GET /archives/{id}/file", account.ReportRead, h.batchFile, true)
	add("GET /summary", account.ReportRead, h.summaries, false)
	add("GET /summary/{kind}", account.ReportRead, h.paper, false)
	add("GET /summary/{kind}/docx", account.ReportRead, h.docx, false)
	add("GET /summary/{kind}/final", account.ReportRead, h.final, false)
	add("POST /summary/{kind}/draft", account.ReportFill, h.act(h.make), true)
	add("POST /summary/{kind}/submit", account.ReportFill, h.act(h.submit), false)
	add("POST /summary/{kind}/return", account.ReportReview, h.act(h.review(summary.Return)), false)
	add("POST /summary/{kind}/accept", account.ReportReview, h.act(h.review(summary.Accept)), false)
	h.shell.Add(web.Route{Pattern: "POST /summary/{kind}/upload", Need: account.ReportFill, Action: h.act(h.upload), Upload: true})
}

// ask is the form, period and place of an address.
func (h *Rim) ask(r *web.Request) (*report.Form, report.Period, error) {
	f, err := h.store.Form(r.Context(), r.Caller.Scope(account.ReportRead), r.PathValue("form"))
	if err != nil {
		return nil, report.Period{}, err
	}
	s := r.URL.Query().Get("period")
	if s == "" {
		return f, f.PeriodAt(r.Month), nil
	}
	p, err := f.ParsePeriod(s)
	if err != nil || !p.Shown(r.Caller) {
		return nil, p, fault.NotFoundf("fault.notfound")
	}
	return f, p, nil
}

// pdf answers a form as on paper. It is drawn before the first byte is sent, so
// that a fault is still a page.
func (h *Rim) pdf(w http.ResponseWriter, r *web.Request) error {
	f, p, err := h.ask(r)
	if err != nil {
		return err
	}
	sh, foot, err := h.store.Take(r.Context(), r.Caller, f.ID, r.At, p, "pdf")
	if err != nil {
		return err
	}
	var buf bytes.Buffer
	if _, err := output.PDF(sh, output.Options{Office: foot.Office, Phone: foot.Phone}, &buf); err != nil {
		return err
	}
	return send(w, "application/pdf", f.ID+p.String()+".pdf", h.store.Tree.Name(sh.Region)+f.Short+p.String()+".pdf", buf.Bytes())
}

// send answers a file. plain is its name for old clients, name the Chinese one.
func send(w http.ResponseWriter, mime, plain, name string, raw []byte) error {
	disposition(w, mime, plain, name)
	_, err := w.Write(raw)
	return err
}

func disposition(w http.ResponseWriter, mime, plain, name string) {
	plain = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' || r == '/' {
			return '_'
		}
		return r
	}, plain)
	w.Header().Set("Content-Type", mime)
	w.Header().Set("Content-Disposition", `attachment; filename="`+plain+`"; filename*=UTF-8''`+url.PathEscape(name))
	w.Header().Set("Cache-Control", "no-store")
}
