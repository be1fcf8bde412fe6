// Package areahttp is the pages of settlements and key areas: who lives there,
// how many of them work, what service a settlement lacks, and which places
// stand on which list from when to when. It binds and renders: records are the
// register's, figures the roll-up's, lists the region store's.
package areahttp

import (
	"context"
	"embed"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/indicator"
	"wengang/internal/region"
	"wengang/internal/region/regionstore"
	"wengang/internal/register"
	"wengang/internal/rollup"
	"wengang/internal/web"
)

//go:embed templates/*.html
var templates embed.FS

// Homes are the settlements and the posts of those who were moved.
type Homes interface {
	Homes(ctx context.Context, scope region.Scope, on calendar.Date) ([]*register.Settled, error)
	Shares(ctx context.Context, scope region.Scope, on calendar.Date) ([]*register.Share, error)
	Carriers(ctx context.Context, scope region.Scope, on calendar.Date) ([]register.Carrier, error)
}

// Lists are the lists of areas.
type Lists interface {
	rollup.AreaTags
	TagNames(ctx context.Context) ([]string, error)
	TagRows(ctx context.Context, tag string, at region.Code) ([]regionstore.Row, error)
	SaveTag(ctx context.Context, scope region.Scope, tx *db.Tx, c account.Caller, tag string, at region.Code, from, to calendar.Date, source string) error
}

// Figures answers slices.
type Figures interface {
	Slice(ctx context.Context, scope region.Scope, q rollup.Query) (rollup.Sliced, error)
}

// Tree is what the pages ask of the tree of places.
type Tree interface {
	Name(region.Code) string
	Search(q string, within region.Scope, limit int) []region.Code
}

// Rim is the pages.
type Rim struct {
	shell   *web.Shell
	homes   Homes
	lists   Lists
	figures Figures
	tree    Tree
	db      *db.DB
}

// New makes the rim; all are needed.
func New(s *web.Shell, d *db.DB, h Homes, l Lists, f Figures, t Tree) *Rim {
	if s == nil || d == nil || h == nil || l == nil || f == nil || t == nil {
		panic("areahttp.New: a dependency is missing")
	}
	return &Rim{shell: s, homes: h, lists: l, figures: f, tree: t, db: d}
}

// Register adds routes, templates and tabs.
func (h *Rim) Register() {
	h.shell.Templates("areas", templates)
	read := account.RegisterRead
	h.shell.Nav(
		web.NavItem{Key: "settlement.nav", Icon: "home-move", Href: "/areas/settlements", Under: "/register", Need: read, Order: 61},
		web.NavItem{Key: "settlement.area.nav", Icon: "tags", Href: "/areas", Under: "/register", Need: read, Order: 62})
	h.shell.Add(
		web.Route{Pattern: "GET /areas/settlements", Need: read, Action: h.settlements},
		web.Route{Pattern: "GET /areas", Need: read, Action: h.areas},
		web.Route{Pattern: "POST /areas/list/add", Need: account.SettingEdit, Action: h.add},
		web.Route{Pattern: "POST /areas/list/end", Need: account.SettingEdit, Action: h.end},
	)
}

func (h *Rim) name(r *web.Request, c region.Code) string {
	if c == region.Country {
		return r.T("web.nation")
	}
	if n := h.tree.Name(c); n != "" {
		return n
	}
	return c.String()
}

// cell is a figure with the people behind it.
type cell struct{ Text, Href string }

// shown writes a value in its unit.
func shown(d *indicator.Def, v rollup.Value) string {
	return web.Amount(d.Unit, v.Known, v.N, v.Float())
}

// list is the address of the people behind a figure of a part, "" where the
// caller may not see people or there are none.
func list(r *web.Request, d *indicator.Def, v rollup.Value, kv ...any) string {
	if !v.Known || v.N == 0 || !r.Can(account.PeopleRead) {
		return ""
	}
	return r.Link("/board/list", append([]any{"indicator", d.ID}, kv...)...)
}
