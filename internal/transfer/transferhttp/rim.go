// Package transferhttp is the pages of imports: list, upload, the wizard with
// its check, progress, and the workbook of rejected rows. It binds and renders;
// every decision is transfer's.
package transferhttp

import (
	"context"
	"embed"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/transfer"
	"wengang/internal/web"
)

//go:embed templates/*.html
var templates embed.FS

// Rim is the pages of imports.
type Rim struct {
	shell   *web.Shell
	imports *transfer.Service
}

// New makes the rim; both are needed.
func New(s *web.Shell, imports *transfer.Service) *Rim {
	if s == nil || imports == nil {
		panic("transferhttp.New: a dependency is missing")
	}
	return &Rim{shell: s, imports: imports}
}

// Register adds routes, templates, navigation and to-dos to the shell.
func (h *Rim) Register() {
	h.shell.Templates("import", templates)
	h.shell.Nav(web.NavItem{Key: "web.nav.import", Icon: "file-import", Href: "/import", Need: account.ImportRun, Order: 40})
	h.shell.Todos(h)
	h.columnRoutes()
	h.pasteRoutes()
	h.blankRoutes()
	h.absentRoutes()
	h.deskRoutes()
	need := account.ImportRun
	h.shell.Add(
		web.Route{Pattern: "GET /import", Need: need, Action: h.list},
		web.Route{Pattern: "GET /import/new", Need: need, Action: h.form},
		web.Route{Pattern: "POST /import/new", Need: need, Action: h.upload, Upload: true},
		web.Route{Pattern: "GET /import/{id}", Need: need, Action: h.show},
		web.Route{Pattern: "GET /import/{id}/progress", Need: need, Action: h.progress},
		web.Route{Pattern: "GET /import/{id}/rejects", Need: need, Action: h.rejects, Long: true},
		web.Route{Pattern: "POST /import/{id}/check", Need: need, Action: h.act(h.imports.Check)},
		web.Route{Pattern: "POST /import/{id}/save", Need: need, Action: h.act(h.imports.Save)},
		web.Route{Pattern: "POST /import/{id}/cancel", Need: need, Action: h.act(h.imports.Cancel), Long: true},
		web.Route{Pattern: "POST /import/{id}/undo", Need: need, Action: h.act(h.imports.Undo), Long: true},
	)
}

// id is the batch that the address names.
func id(r *web.Request) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || n <= 0 {
		return 0, fault.NotFoundf("import.notfound")
	}
	return n, nil
}

// load reads the batch of the address in the caller's area.
func (h *Rim) load(r *web.Request) (transfer.Info, error) {
	n, err := id(r)
	if err != nil {
		return transfer.Info{}, err
	}
	return h.imports.Load(r.Context(), r.FullScope(), n)
}

func base(in transfer.Info) string { return "/import/" + strconv.FormatInt(in.ID, 10) }

// kindName is the kind in words.
func kindName(r *web.Request, kind string) string { return r.T("import.kind." + kind) }

// Todos tells the caller of own imports that wait to be saved.
func (h *Rim) Todos(ctx context.Context, r *web.Request) ([]web.Todo, error) {
	if !r.Caller.Can(account.ImportRun) {
		return nil, nil
	}
	waiting, err := h.imports.Waiting(ctx, r.Caller.Scope(account.ImportRun).Within(r.At), r.Caller.UserID, 5)
	if err != nil {
		return nil, err
	}
	var out []web.Todo
	for _, in := range waiting {
		out = append(out, web.Todo{Icon: "file-import", Title: r.T("import.todo.title", kindName(r, in.Kind)), Count: r.T("import.rows", web.Thousands(in.Accepted())),
			Note: in.FileName, Hint: r.T("import.todo.hint"), Action: r.T("import.todo.action"), Href: r.Link(base(in))})
	}
	return out, nil
}
