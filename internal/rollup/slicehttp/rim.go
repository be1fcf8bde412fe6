// Package slicehttp is the analysis page: the people of a place and month told
// apart by any two dimensions under any conditions, as a table and a chart,
// with the list behind every cell, the months of a row, questions saved and
// shared, and the table as a workbook. It binds and renders; every figure is
// the roll-up's.
package slicehttp

import (
	"context"
	"embed"
	"maps"
	"slices"
	"strings"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/rollup"
	"wengang/internal/rollup/views"
	"wengang/internal/web"
)

//go:embed templates/*.html
var templates embed.FS

// Tree is what the page asks of the tree of places.
type Tree interface {
	Name(region.Code) string
	Search(q string, within region.Scope, limit int) []region.Code
}

// Settlements names the settlements of a scope (internal/register).
type Settlements interface {
	SettlementNames(ctx context.Context, scope region.Scope) ([]fact.Settlement, error)
}

// Leave puts a file that leaves on record (audit.Log).
type Leave interface {
	Exported(ctx context.Context, tx *db.Tx, by account.Caller, e audit.Export) (id int64, err error)
}

// Deps are what the rim is connected to; all are needed.
type Deps struct {
	Figures     *rollup.Service
	Views       *views.Store
	Tags        rollup.AreaTags
	Settlements Settlements
	Lists       Lists
	Tree        Tree
	DB          *db.DB
	Leave       Leave
}

// Rim is the analysis page.
type Rim struct {
	shell   *web.Shell
	figures *rollup.Service
	views   *views.Store
	tags    rollup.AreaTags
	settled Settlements
	lists   Lists
	tree    Tree
	db      *db.DB
	leave   Leave
}

// New makes the rim.
func New(s *web.Shell, d Deps) *Rim {
	if s == nil || d.Figures == nil || d.Views == nil || d.Tags == nil || d.Settlements == nil || d.Lists == nil || d.Tree == nil || d.DB == nil || d.Leave == nil {
		panic("slicehttp.New: a dependency is missing")
	}
	return &Rim{shell: s, figures: d.Figures, views: d.Views, tags: d.Tags, settled: d.Settlements, lists: d.Lists, tree: d.Tree, db: d.DB, leave: d.Leave}
}

// Register adds routes, templates and the tab.
func (h *Rim) Register() {
	h.shell.Templates("slice", templates)
	read := account.BoardRead
	h.shell.Nav(web.NavItem{Key: "slice.nav", Icon: "table", Href: "/board/slice", Under: "/board", Need: read, Order: 21})
	h.shell.Add(
		web.Route{Pattern: "GET /board/slice", Need: read, Action: h.page},
		web.Route{Pattern: "POST /board/slice/export", Need: read, Action: h.export, Long: true},
		web.Route{Pattern: "POST /board/list/export", Need: account.PeopleExport, Action: h.exportList, Long: true},
		web.Route{Pattern: "GET /board/slice/views", Need: read, Action: h.saved},
		web.Route{Pattern: "POST /board/slice/views/save", Need: read, Action: h.save},
		web.Route{Pattern: "POST /board/slice/views/default", Need: read, Action: h.setDefault},
		web.Route{Pattern: "POST /board/slice/views/{id}/drop", Need: read, Action: h.drop},
	)
}

// byName are the keys of a map in the order of their names.
func byName(m map[int64]string) []int64 {
	return slices.SortedFunc(maps.Keys(m), func(a, b int64) int {
		if c := strings.Compare(m[a], m[b]); c != 0 {
			return c
		}
		return int(a - b)
	})
}
