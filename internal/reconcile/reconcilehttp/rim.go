// Package reconcilehttp is the pages of reconciliations: list, a new one, one
// with its classes, the people of a class. It binds and renders; every decision
// is the store's.
package reconcilehttp

import (
	"embed"
	"net/http"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/reconcile"
	"wengang/internal/region"
	"wengang/internal/web"
)

//go:embed templates/*.html
var templates embed.FS

// Tree is what the pages ask of the tree of places.
type Tree interface {
	Name(region.Code) string
	FullName(region.Code) string
}

// Rim is the pages of reconciliations.
type Rim struct {
	shell *web.Shell
	store *reconcile.Store
	tree  Tree
}

// New makes the rim; all are needed.
func New(s *web.Shell, st *reconcile.Store, t Tree) *Rim {
	if s == nil || st == nil || t == nil {
		panic("reconcilehttp.New: a dependency is missing")
	}
	return &Rim{shell: s, store: st, tree: t}
}

// Path of the list.
const Path = "/reconcile"

// Register adds routes, templates and the tab to the shell.
func (h *Rim) Register() {
	h.shell.Templates("reconcile", templates)
	h.shell.Nav(web.NavItem{Key: "reconcile.title", Icon: "scale", Href: Path, Need: account.ImportRun, Order: 36, Under: "/people"})
	need := account.ImportRun
	h.shell.Add(
		web.Route{Pattern: "GET /reconcile", Need: need, Action: h.list},
		web.Route{Pattern: "GET /reconcile/new", Need: need, Action: h.form},
		web.Route{Pattern: "POST /reconcile/new", Need: need, Action: h.start, Upload: true},
		web.Route{Pattern: "GET /reconcile/{id}", Need: need, Action: h.show},
		web.Route{Pattern: "GET /reconcile/{id}/progress", Need: need, Action: h.progress},
		web.Route{Pattern: "GET /reconcile/{id}/rows", Need: need, Action: h.rows},
		web.Route{Pattern: "POST /reconcile/{id}/export", Need: account.PeopleExport, Action: h.export, Long: true},
		web.Route{Pattern: "POST /reconcile/{id}/again", Need: need, Action: h.act(h.store.Again)},
		web.Route{Pattern: "POST /reconcile/{id}/remove", Need: need, Action: h.act(h.store.Remove)},
	)
}

type listView struct {
	Rows []listRow
	Next string
}

type listRow struct {
	reconcile.Run
	Href, Figure, Who, When string
	Ours, Theirs, Diff      *int64
	Badge                   web.Badge
}

const pageRows = 50

func (h *Rim) list(w http.ResponseWriter, r *web.Request) error {
	before, _ := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
	runs, err := h.store.List(r.Context(), r.Scope(), before, pageRows+1)
	if err != nil {
		return err
	}
	v := listView{}
	if len(runs) > pageRows {
		runs = runs[:pageRows]
		v.Next = r.Self("after", runs[pageRows-1].ID)
	}
	for _, x := range runs {
		row := listRow{Run: x, Href: r.Link(base(x.ID)), Figure: r.T("indicator." + x.Figure), Who: who(r, x), When: x.CreatedAt.Format("2006-01-02"), Badge: badge(r, x.State)}
		passes, err := h.store.Passes(r.Context(), r.FullScope(), x.ID)
		if err != nil {
			return err
		}
		if n := len(passes); n > 0 {
			p := passes[n-1]
			row.Ours = &p.Ours
			if p.Theirs >= 0 {
				d := p.Theirs - p.Ours
				row.Theirs, row.Diff = &p.Theirs, &d
			}
		}
		v.Rows = append(v.Rows, row)
	}
	return h.shell.Page(w, r, "reconcile/list", v)
}

// who the other side is, in words.
func who(r *web.Request, x reconcile.Run) string {
	switch {
	case x.Title != "":
		return x.Title
	case x.Listed():
		return x.FileName
	}
	return r.T("reconcile.them")
}

func badge(r *web.Request, s reconcile.State) web.Badge {
	b := web.Badge{Kind: "neu", Text: r.T("reconcile.state." + string(s)), Icon: "check"}
	switch s {
	case reconcile.Waiting, reconcile.Running:
		b.Icon = "refresh"
	case reconcile.Failed:
		b.Kind, b.Icon = "red", "alert-triangle"
	}
	return b
}

func base(id int64) string { return Path + "/" + strconv.FormatInt(id, 10) }

func pathID(r *web.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.NotFoundf("fault.notfound")
	}
	return id, nil
}

func (h *Rim) load(r *web.Request) (reconcile.Run, error) {
	id, err := pathID(r)
	if err != nil {
		return reconcile.Run{}, err
	}
	return h.store.Load(r.Context(), r.FullScope(), id)
}
