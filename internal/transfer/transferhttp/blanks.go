package transferhttp

import (
	"bytes"
	"net/http"
	"strings"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/transfer"
	"wengang/internal/web"
)

// blankRoutes are the empty tables to fill in.
func (h *Rim) blankRoutes() {
	need := account.ImportRun
	h.shell.Nav(web.NavItem{Key: "import.templates", Icon: "file-spreadsheet", Href: "/import/templates", Under: "/import", Need: need, Order: 43})
	h.shell.Add(
		web.Route{Pattern: "GET /import/templates", Need: need, Action: h.blanks},
		web.Route{Pattern: "GET /import/templates/{kind}/{layout}", Need: need, Action: h.blank},
	)
}

// blanksView lists the empty tables of a kind.
type blanksView struct {
	Kinds []web.Tab
	Rows  []blankRow
}

type blankRow struct {
	Title   string
	Columns int
	Needs   string
	Href    string
}

func (h *Rim) blanks(w http.ResponseWriter, r *web.Request) error {
	kinds := h.imports.KindsFor(r.Caller, r.At)
	if len(kinds) == 0 {
		return fault.New(fault.Unavailable, "import.nokinds")
	}
	on := kinds[0]
	for _, k := range kinds {
		if k.ID() == r.URL.Query().Get("kind") {
			on = k
		}
	}
	v := blanksView{}
	for _, k := range kinds {
		v.Kinds = append(v.Kinds, web.Tab{Label: kindName(r, k.ID()), Href: r.Self("kind", k.ID()), On: k.ID() == on.ID()})
	}
	for _, l := range transfer.Blanks(on) {
		v.Rows = append(v.Rows, blankRow{Title: l.Title, Columns: len(l.Columns), Needs: needs(r, l), Href: r.Link("/import/templates/" + on.ID() + "/" + l.ID)})
	}
	return h.shell.Page(w, r, "import/templates", v)
}

func (h *Rim) blank(w http.ResponseWriter, r *web.Request) error {
	kind, layout := r.PathValue("kind"), r.PathValue("layout")
	var b bytes.Buffer
	if err := h.imports.Template(r.Caller, r.At, kind, layout, r.Lang, &b); err != nil {
		return err
	}
	name := layout
	for _, k := range h.imports.Kinds() {
		for _, l := range transfer.Blanks(k) {
			if k.ID() == kind && l.ID == layout {
				name = strings.NewReplacer("/", "", `\`, "").Replace(l.Title)
			}
		}
	}
	hd := w.Header()
	hd.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	hd.Set("Content-Disposition", disposition(r.T("import.template.file", name)+".xlsx"))
	_, err := w.Write(b.Bytes())
	return err
}
