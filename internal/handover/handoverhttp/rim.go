// Package handoverhttp is the pages of transfer requests: list, one request,
// a new one. It binds and renders; every decision is the store's.
package handoverhttp

import (
	"context"
	"embed"
	"net/http"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/handover"
	"wengang/internal/region"
	"wengang/internal/web"
)

//go:embed templates/*.html
var templates embed.FS

// Tree is what the pages ask of the tree of places.
type Tree interface {
	FullName(region.Code) string
	Resolve(text string, within region.Code) region.Match
}

// Rim is the pages of transfer requests.
type Rim struct {
	shell *web.Shell
	store *handover.Store
	tree  Tree
}

// New makes the rim; all are needed.
func New(s *web.Shell, st *handover.Store, t Tree) *Rim {
	if s == nil || st == nil || t == nil {
		panic("handoverhttp.New: a dependency is missing")
	}
	return &Rim{shell: s, store: st, tree: t}
}

// Path of the list.
const Path = "/handover"

// Register adds routes, templates, the tab and the to-dos to the shell.
func (h *Rim) Register() {
	h.shell.Templates("handover", templates)
	h.shell.Nav(web.NavItem{Key: "handover.title", Icon: "home-move", Href: Path, Need: account.PeopleRead, Order: 34, Under: "/people"})
	h.shell.Todos(h)
	h.shell.Add(
		web.Route{Pattern: "GET /handover", Need: account.PeopleRead, Action: h.list},
		web.Route{Pattern: "GET /handover/new", Need: account.HandoverAsk, Action: h.form},
		web.Route{Pattern: "POST /handover/new", Need: account.HandoverAsk, Action: h.ask},
		web.Route{Pattern: "GET /handover/{id}", Need: account.PeopleRead, Action: h.one},
		web.Route{Pattern: "POST /handover/{id}/answer", Need: account.HandoverAnswer, Action: h.act(handover.ActAccept, handover.ActRefuse, handover.ActQuery)},
		web.Route{Pattern: "POST /handover/{id}/follow", Need: account.HandoverAsk, Action: h.act(handover.ActReply, handover.ActWithdraw, handover.ActAppeal)},
	)
}

// Todos tells the caller which requests wait: to answer, to decide, to reply.
func (h *Rim) Todos(ctx context.Context, r *web.Request) ([]web.Todo, error) {
	scope := r.Caller.Scope(account.PeopleRead).Within(r.At)
	answer, decide, reply, err := h.store.Waiting(ctx, scope, r.Caller)
	if err != nil {
		return nil, err
	}
	var out []web.Todo
	for _, w := range []struct {
		handover.Wait
		what string
		view handover.View
		st   handover.State
	}{{answer, "answer", handover.Theirs, handover.Asked}, {decide, "decide", handover.Decide, ""}, {reply, "reply", handover.Ours, handover.Queried}} {
		if w.N == 0 {
			continue
		}
		out = append(out, web.Todo{Due: w.Due, Icon: "home-move", Title: r.T("handover.todo." + w.what), Count: r.T("handover.count", w.N),
			Note: r.T("handover.todo." + w.what + ".note"), Hint: r.T("handover.todo." + w.what + ".hint"), Action: r.T("handover.todo." + w.what + ".action"),
			Href: r.Link(Path, "view", string(w.view), "state", string(w.st))})
	}
	return out, nil
}

type listView struct {
	Views  []web.Tab
	States []stateChip
	Rows   []row
	Pager  web.Pager
	Empty  web.Empty
	View   handover.View
}

type stateChip struct {
	Label, Href string
	N           int
	On          bool
}

type row struct {
	handover.Request
	Href  string
	Badge web.Badge
	Left  string // time left, in words
	Late  bool
}

func (h *Rim) list(w http.ResponseWriter, r *web.Request) error {
	q := r.URL.Query()
	f := handover.Filter{View: handover.Ours, State: handover.State(q.Get("state"))}
	above := false
	for _, g := range r.Caller.Grants {
		above = above || g.Has(account.HandoverAnswer) && g.Region.Level() < region.County
	}
	views := []handover.View{handover.Ours, handover.Theirs}
	if above {
		views = append(views, handover.Decide)
	}
	v := listView{}
	for _, x := range views {
		if string(x) == q.Get("view") {
			f.View = x
		}
	}
	v.View = f.View
	for _, x := range views {
		v.Views = append(v.Views, web.Tab{Label: r.T("handover.view." + string(x)), Href: r.Self("view", string(x), "state", ""), On: x == f.View})
	}
	counts, err := h.store.Counts(r.Context(), r.Scope(), f.View)
	if err != nil {
		return err
	}
	total := 0
	for _, n := range counts {
		total += n
	}
	v.States = []stateChip{{Label: r.T("handover.state.all"), N: total, Href: r.Self("state", ""), On: f.State == ""}}
	for _, st := range handover.States {
		if counts[st] > 0 || st == f.State {
			v.States = append(v.States, stateChip{Label: r.T("handover.is." + string(st)), N: counts[st], Href: r.Self("state", string(st)), On: st == f.State})
		}
	}
	v.Pager = web.Pager{Total: int64(total), Unit: r.T("handover.unit")}
	if f.State != "" {
		v.Pager.Total = int64(counts[f.State])
	}
	before, _ := strconv.ParseInt(q.Get("after"), 10, 64)
	list, more, err := h.store.List(r.Context(), r.Scope(), r.Caller, f, before, handover.PageSize)
	if err != nil {
		return err
	}
	for _, x := range list {
		v.Rows = append(v.Rows, h.row(r, x))
	}
	if more {
		v.Pager.Next = r.Self("after", list[len(list)-1].ID)
	}
	if before > 0 {
		v.Pager.Prev = r.Self()
	}
	v.Empty = web.Empty{Icon: "home-move", Title: r.T("handover.empty." + string(f.View)), Note: r.T("handover.empty.note")}
	return h.shell.Page(w, r, "handover/list", v)
}

func (h *Rim) row(r *web.Request, x handover.Request) row {
	out := row{Request: x, Href: r.Link(base(x.ID)), Badge: badge(r, x.State)}
	if x.State.Open() {
		today := calendar.DateAt(h.shell.Now())
		switch n := today.WorkingDaysUntil(x.Due); {
		case x.Due < today:
			out.Left, out.Late = r.T("handover.late", -n), true
		case x.Due == today:
			out.Left = r.T("handover.today")
		default:
			out.Left = r.T("handover.left", n)
		}
	}
	return out
}

func badge(r *web.Request, s handover.State) web.Badge {
	b := web.Badge{Kind: "neu", Text: r.T("handover.is." + string(s))}
	switch s {
	case handover.Asked, handover.Queried:
		b.Kind, b.Icon = "work", "clock"
	case handover.Escalated:
		b.Kind, b.Icon = "yel", "alert-triangle"
	case handover.Accepted:
		b.Icon = "check"
	case handover.Refused:
		b.Kind, b.Icon = "out", "x"
	case handover.Withdrawn, handover.Void:
		b.Kind, b.Icon = "out", "arrow-back-up"
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
