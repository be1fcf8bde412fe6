// Package boardhttp is the pages of figures: the board of a place, the list
// behind a figure, all indicators, where people work, and the closing of
// months. It binds and renders; every figure is the roll-up's.
package boardhttp

import (
	"context"
	"embed"
	"fmt"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/month"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/rollup"
	"wengang/internal/target"
	"wengang/internal/web"
)

//go:embed templates/*.html
var templates embed.FS

// Tree is what the pages ask of the tree of places.
type Tree interface {
	Name(region.Code) string
	Get(region.Code) (region.Place, bool)
	// ChildrenIn are the places that were below one at the end of a month.
	ChildrenIn(region.Code, calendar.Month) []region.Code
}

// People gives the masked rows of a list.
type People interface {
	Rows(ctx context.Context, scope region.Scope, ids []int64, m calendar.Month) ([]people.Row, error)
}

// Targets gives the tables of targets and how places stand to them.
type Targets interface {
	List(ctx context.Context, scope region.Scope, f target.Filter) ([]*target.Table, error)
	Progress(ctx context.Context, scope region.Scope, t *target.Table, m calendar.Month) ([]target.Standing, error)
	RedLine(ctx context.Context, scope region.Scope, at region.Code, m calendar.Month) (target.Red, error)
}

// Months closes and reopens.
type Months interface {
	Statuses(ctx context.Context, scope region.Scope, at region.Code, from, to calendar.Month) ([]month.Status, error)
	Counties(ctx context.Context, scope region.Scope, at region.Code) ([]region.Code, error)
	Close(ctx context.Context, c account.Caller, county region.Code, m calendar.Month) error
	Reopen(ctx context.Context, c account.Caller, county region.Code, m calendar.Month, reason string) error
}

// Rim is the pages of figures.
type Rim struct {
	shell   *web.Shell
	figures *rollup.Service
	people  People
	targets Targets // nil: no targets on the board
	months  Months
	tree    Tree
	slices  Slices // nil: no analysis page
	lates   Lates  // nil: only open months are late
	leave   Leave  // nil: no workbook
}

// New makes the rim; all but targets are needed.
func New(s *web.Shell, f *rollup.Service, p People, t Targets, m Months, tree Tree) *Rim {
	if s == nil || f == nil || p == nil || m == nil || tree == nil {
		panic("boardhttp.New: a dependency is missing")
	}
	return &Rim{shell: s, figures: f, people: p, targets: t, months: m, tree: tree}
}

// Register adds routes, templates, navigation, to-dos and home figures.
func (h *Rim) Register() {
	h.shell.Templates("board", templates)
	h.shell.Nav(web.NavItem{Key: "web.nav.board", Icon: "layout-dashboard", Href: "/board", Need: account.BoardRead, Order: 20})
	h.shell.Nav(
		web.NavItem{Key: "board.nav.brief", Icon: "target-arrow", Href: "/board/brief", Under: "/board", Need: account.BoardRead, Order: 21},
		web.NavItem{Key: "board.nav.why", Icon: "arrows-split", Href: "/board/why", Under: "/board", Need: account.BoardRead, Order: 22},
		web.NavItem{Key: "board.nav.places", Icon: "map-pin", Href: "/board/places", Under: "/board", Need: account.BoardRead, Order: 23},
		web.NavItem{Key: "board.all", Icon: "list-details", Href: "/board/indicators", Under: "/board", Need: account.BoardRead, Order: 24},
		web.NavItem{Key: "board.months", Icon: "lock", Href: "/board/months", Under: "/board", Need: account.BoardRead, Order: 29},
	)
	h.goalPages()
	h.shell.Todos(h)
	h.shell.Figures(h)
	h.shell.Add(
		web.Route{Pattern: "GET /board", Need: account.BoardRead, Action: h.board},
		web.Route{Pattern: "GET /board/indicators", Need: account.BoardRead, Action: h.indicators},
		web.Route{Pattern: "GET /board/brief", Need: account.BoardRead, Action: h.brief},
		web.Route{Pattern: "GET /board/why", Need: account.BoardRead, Action: h.whyPage},
		web.Route{Pattern: "GET /board/places", Need: account.BoardRead, Action: h.places},
		web.Route{Pattern: "GET /board/list", Need: account.PeopleRead, Action: h.list},
		web.Route{Pattern: "GET /board/export", Need: account.BoardRead, Action: h.export, Long: true},
		web.Route{Pattern: "GET /board/names", Need: account.PeopleRead, Action: h.names},
		web.Route{Pattern: "GET /board/months", Need: account.BoardRead, Action: h.monthPage},
		web.Route{Pattern: "POST /board/months/close", Need: account.MonthClose, Action: h.close, Long: true},
		web.Route{Pattern: "POST /board/months/reopen", Need: account.MonthReopen, Action: h.reopen, Long: true},
	)
}

// view reads ?view=: as closed, or as known now.
func view(r *web.Request) rollup.View {
	if r.URL.Query().Get("view") == "known" {
		return rollup.AsKnown
	}
	return rollup.AsClosed
}

// listLink is the list behind an indicator at a place; kv are further pairs.
func listLink(r *web.Request, d *indicator.Def, at region.Code, kv ...any) string {
	return listOf(r, at, []string{d.ID}, kv...)
}

// listOf is the list of everybody in any of some indicators.
func listOf(r *web.Request, at region.Code, ids []string, kv ...any) string {
	kv = append([]any{"indicator", strings.Join(ids, ","), "at", atParam(at)}, kv...)
	if view(r) == rollup.AsKnown {
		kv = append(kv, "view", "known")
	}
	return r.Link("/board/list", kv...)
}

// down is the same page at another place: indicator and month stay.
func down(r *web.Request, at region.Code) string {
	kv := []any{"at", atParam(at)}
	if view(r) == rollup.AsKnown {
		kv = append(kv, "view", "known")
	}
	return r.Link("/board", kv...)
}

func atParam(c region.Code) string {
	if c == region.Country {
		return "0"
	}
	return c.String()
}

// name of a place; the nation's comes from the catalogue.
func (h *Rim) name(r *web.Request, c region.Code) string {
	if c == region.Country {
		return r.T("web.nation")
	}
	if n := h.tree.Name(c); n != "" {
		return n
	}
	return c.String()
}

// children are the places below the page's that lie in the caller's scope.
func (h *Rim) children(r *web.Request, at region.Code) []region.Code {
	return h.childrenIn(r, at, r.Month)
}

func (h *Rim) childrenIn(r *web.Request, at region.Code, m calendar.Month) []region.Code {
	var out []region.Code
	scope := r.Caller.Scope(r.Need)
	for _, c := range h.tree.ChildrenIn(at, m) {
		if scope.Contains(c) {
			out = append(out, c)
		}
	}
	return out
}

// reason puts a refusal to compare into words: codes become names, settings
// their titles.
func (h *Rim) reason(r *web.Request, c rollup.Change) string {
	args := make([]any, len(c.Args))
	for i, a := range c.Args {
		switch v := a.(type) {
		case region.Code:
			args[i] = h.name(r, v)
		case string:
			args[i] = v
			if key := "setting." + v; r.T(key) != key {
				args[i] = r.T(key)
			}
		default:
			args[i] = fmt.Sprint(a)
		}
	}
	return r.T(c.Key, args...)
}

// defsOf reads ?indicator=, one id or several with commas.
func defsOf(r *web.Request) ([]*indicator.Def, error) {
	var out []*indicator.Def
	for _, id := range strings.Split(r.URL.Query().Get("indicator"), ",") {
		d, ok := indicator.Get(id)
		if !ok || len(out) == 8 {
			return nil, fault.NotFoundf("fault.notfound")
		}
		out = append(out, d)
	}
	return out, nil
}
